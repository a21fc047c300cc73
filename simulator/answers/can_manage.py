"""May this principal create, update, delete, … this function, and if not, what lacks for each?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from models import arns
from models.answer import CanManageAnswer, OperationAnswer, OutcomeName
from models.context import NOTHING_GIVEN, Absent, Given, Known, State
from models.decision import FactKind, MissingFact
from models.edge import Edge, EdgeKind, Requirement, Status
from models.snapshot import Function
from simulator.answers import shapes
from simulator.edges.needed_on import repository_of
from simulator.facts.reference import supports_key
from simulator.takeover.operations import OPERATIONS, At, Need, Operation
from simulator.world.caller import Caller
from simulator.world.grants import ordered
from simulator.world.world import PLAIN_CALL, World

_DECISION: dict[Status, OutcomeName] = {
    Status.ALLOWED: "allowed",
    Status.CONDITIONAL: "conditional",
    Status.UNKNOWN: "unknown",
    Status.MISSING: "implicitDeny",
    Status.DENIED: "explicitDeny",
}


def can_manage(
    world: World,
    principal: str,
    function: str,
    *,
    role: str | None = None,
    only: Iterable[str] = (),
    given: Given = NOTHING_GIVEN,
) -> CanManageAnswer:
    """Decide each operation on a function that is there, with all that its configuration calls for.

    Args:
        role: the role that the function is to have instead of its own; without it, that operation is left out.
        only: names of operations; none: all of them.

    Raises:
        PermgraphError: for a principal that makes no requests.
    """
    wanted = frozenset(only)
    asked = _Asked(world, world.caller(principal), world.functions[arns.unqualified(function)], role, given)
    rows = [row for row in OPERATIONS if not wanted or row.name in wanted]
    found = [(row, asked.operation(row)) for row in rows if row.name != "change-role" or role is not None]
    facts = [fact for _, edge in found for fact in edge.assumes]
    if any(row.name in ("create", "update-code") for row, _ in found):
        facts += asked.of_its_code()
    return CanManageAnswer(
        principal=principal,
        function=function,
        operations=tuple(_answer(asked, row, edge) for row, edge in found),
        gaps=shapes.facts(fact for _, edge in found for fact in edge.gaps),
        assumes=shapes.facts(facts),
    )


def _answer(asked: _Asked, row: Operation, edge: Edge) -> OperationAnswer:
    # Half of what it takes is of no use where nobody can give the other half.
    missing = ordered(edge.missing, asked.caller.account) if edge.can_be_bought else ()
    return OperationAnswer(
        operation=row.name,
        decision=_DECISION[edge.status],
        actions=tuple(dict.fromkeys(part.action for part in edge.requirements)),
        because=tuple(shapes.citation(item) for item in edge.because),
        missing=tuple(shapes.grant(item) for item in missing),
        residual=shapes.together(edge.residuals),
        impossible=edge.impossible,
    )


class _Asked:
    """What one principal asks for of one function."""

    def __init__(self, world: World, caller: Caller, function: Function, role: str | None, given: Given) -> None:
        self.world = world
        self.caller = caller
        self.function = function
        self.role = role
        self.given = given
        self._configured = _configured(function)

    def operation(self, row: Operation) -> Edge:
        """Everything that an operation takes, as one step."""
        parts = tuple(part for need in row.needs for part in self._needed(need))
        return Edge(self.caller.node, self.function.arn, EdgeKind.CHANGES, parts)

    def _needed(self, need: Need) -> Iterator[Requirement]:
        for on in self._at(need.at):
            for action in need.actions:
                yield self._explained(self._requirement(need, action, on))

    def _requirement(self, need: Need, action: str, on: str) -> Requirement:
        settled: dict[str, State] = {key.lower(): Known((value,)) for key, value in need.settles}
        if need.at is At.KEY:
            region = arns.region_of(self.function.arn)
            settled["kms:viaservice"] = Known((f"lambda.{region}.amazonaws.com",))
        # What a request can't have it hasn't, however the function is configured.
        found = {key: state for key, state in (self._configured | settled).items() if supports_key(action, key)}
        return self.world.ask(self.caller, action, on, self.given, fixed=PLAIN_CALL | found)

    def _explained(self, found: Requirement) -> Requirement:
        """Say why no grant would help, where that is so."""
        if found.status is not Status.MISSING or found.missing:
            return found
        account = arns.account_of(self.function.arn)
        if found.action == "iam:PassRole":
            why = "a role can be passed in its own account only"
        elif self.caller.account != account and found.action.startswith("lambda:"):
            why = f"no function policy gives {found.action} to another account: a role in account {account} is the way"
        else:
            return found
        return replace(found, impossible=why)

    def _at(self, at: At) -> list[str]:
        """What an action is asked on; none where the configuration doesn't call for it."""
        function = self.function
        partition, region = arns.partition_of(function.arn), arns.region_of(function.arn)
        account, name = arns.account_of(function.arn), function.arn.rsplit(":", 1)[-1]
        vpc = function.vpc
        found: dict[At, Iterable[str | None]] = {
            At.FUNCTION: (function.arn,),
            At.ROLE: (function.role,),
            At.NEW_ROLE: (self.role,),
            At.LAYERS: function.layers,
            At.ANYTHING: ("*",),
            At.NETWORK: ("*",) if vpc else (),
            At.VPC: (f"arn:{partition}:ec2:{region}:{account}:vpc/{vpc.vpc or '*'}",) if vpc else (),
            At.FILE_SYSTEMS: (arn for arn in function.file_systems if ":elasticfilesystem:" in arn),
            At.IMAGE: self._repository(),
            At.OPEN_IMAGE: (one for one in self._repository() if not self._lets_lambda_in(one)),
            At.KEY: (arns.key_arn(function.kms_key, function.arn),) if function.kms_key else (),
            At.SIGNING: (function.code_signing,),
            At.TAGGED: (function.arn,) if function.tags else (),
            At.NEW_LAYER: (f"arn:{partition}:lambda:{region}:{account}:layer:{name}",),
        }
        return [one for one in found[at] if one]

    def _repository(self) -> list[str]:
        found = repository_of(self.function) if self.function.package_type == "Image" else None
        return [found] if found else []

    def _lets_lambda_in(self, repository: str) -> bool:
        """Of another account's repository only its owner can change the policy."""
        if arns.account_of(repository) != arns.account_of(self.function.arn):
            return True
        service = self.world.caller("service:lambda.amazonaws.com")
        actions = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
        asked = (self.world.ask(service, action, repository, self.given, in_step=True) for action in actions)
        return all(one.status in (Status.ALLOWED, Status.CONDITIONAL) for one in asked)

    def of_its_code(self) -> list[MissingFact]:
        """Where the code comes from is in no snapshot."""
        if self.function.package_type == "Image":
            return []
        reason = "its code is not taken from S3: that would take s3:GetObject on the object, too"
        return [MissingFact(FactKind.FUNCTION, self.function.arn, reason)]


def _configured(function: Function) -> dict[str, State]:
    """What a request to create or configure the function, as it is, says of itself."""
    vpc = function.vpc
    several = {
        "lambda:layer": function.layers,
        "lambda:subnetids": vpc.subnets if vpc else (),
        "lambda:securitygroupids": vpc.security_groups if vpc else (),
    }
    found: dict[str, State] = {
        key: Known(values, multivalued=True) if values else Absent() for key, values in several.items()
    }
    if vpc is None or vpc.vpc:
        found["lambda:vpcids"] = Known((vpc.vpc,)) if vpc and vpc.vpc else Absent()
    found["lambda:codesigningconfigarn"] = Known((function.code_signing,)) if function.code_signing else Absent()
    found["lambda:functionarn"] = Known((function.arn,))
    return found
