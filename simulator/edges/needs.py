"""What a function needs to run and to do its work: the requests that its features and its declared calls make.

Which feature needs what is `simulator.features.table`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass

from models import arns
from models.context import Absent, Known, State
from models.decision import FactKind, Layer, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Part, Status
from models.snapshot import Function
from simulator.edges.as_role import BY_LAMBDA, asked_of, doubted, unasked, unknown, unread_policy
from simulator.edges.needed_on import needed_on
from simulator.edges.question import Nodes, Question, among
from simulator.features.table import FEATURES, By, Feature, Need, On
from simulator.world.caller import Caller, Source
from simulator.world.nodes import called_node, foresee
from simulator.world.world import World

#: Network interfaces are made from no VPC of the function's owner. Source: aws-samples/data-perimeter-policy-examples,
#: issue 63.
_FROM_NO_VPC: Table[str, State] = {**BY_LAMBDA, "aws:sourcevpc": Absent(), "aws:sourcevpce": Absent()}

#: A file system's policy is asked only where it has one. Source: Lambda Developer Guide, "Configuring Amazon EFS file
#: system access".
_ASKED_BY_POLICY = "elasticfilesystem"


@dataclass(frozen=True, slots=True)
class Needed:
    """What one need of a feature comes to for a function, on one thing: a request for each of its actions."""

    feature: Feature
    need: Need
    on: str
    parts: tuple[Part, ...]


def needs_of(world: World, function: Function, question: Question) -> Iterator[Needed]:
    """Yield what the features of a function need, in the order of the table; its role has to be in the snapshot."""
    caller = world.execution_role(function.arn)
    for feature in FEATURES:
        if not feature.has(function):
            continue
        for need in feature.needs:
            for on in needed_on(world, function, need.on):
                asked = tuple(_asked(world, function, caller, need, action, on, question) for action in need.actions)
                found = tuple(doubted(world, one, function.arn, need.doubt) for one in asked)
                yield Needed(feature, need, on if isinstance(on, str) else on.about, found)


def declared(world: World, function: Function, question: Question) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield what a function's code is said to do: each resource, with a request for each action."""
    node = f"{function.role}#{function.arn}"
    for call in function.code_calls:
        for resource in call.resources:
            yield resource, tuple(foresee(world, node, action, resource, question.given) for action in call.actions)


def edges(world: World, function: Function, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield a `calls` edge for each thing that the features which are switched on need something on."""
    found: dict[str, list[Part]] = {}
    for needed in needs_of(world, function, question):
        target = called_node(seen(needed))
        if needed.feature.switched_on and needed.need.by is not By.SERVICE and among(target, targets):
            found.setdefault(target, []).extend(needed.parts)
    for target, parts in found.items():
        yield Edge(f"{function.role}#{function.arn}", target, EdgeKind.CALLS, tuple(parts))


def seen(needed: Needed) -> str:
    """What a picture shows: a log group and not its streams, a service where something is asked on `*`."""
    if needed.on == "*":
        service = needed.need.actions[0].partition(":")[0]
        return f"service:{service}.amazonaws.com"
    return needed.on.partition(":log-stream:")[0]


def _asked(
    world: World,
    function: Function,
    caller: Caller,
    need: Need,
    action: str,
    on: str | MissingFact,
    question: Question,
) -> Part:
    if need.by is By.SERVICE:
        return _by_service(world, function, action, on, question)
    fixed = _fixed(function, need, action)
    found = asked_of(world, caller, action, on, question.given, fixed)
    if isinstance(on, str):
        if need.own_side and found.status.rank < Status.MISSING.rank:
            return _by_itself(world, caller, action, on, question, found)
        if need.on is On.FILE_SYSTEM and found.status is not Status.ALLOWED:
            return _if_there_is_a_policy(world, on, found)
        if need.on is On.LOG_GROUP and found.status is Status.MISSING:
            return _or_on_streams(world, caller, action, on, question, fixed, found)
    return found


def _fixed(function: Function, need: Need, action: str) -> Table[str, State] | None:
    """What is settled by who asks; None: what any call of the code settles."""
    if need.by is By.CODE:
        return None
    if need.by is By.ROLE_FOR_FUNCTION:
        fixed: dict[str, State] = {"lambda:sourcefunctionarn": Known((function.arn,))}
        if need.on is On.FILE_SYSTEM:
            points = tuple(arn for arn in function.file_systems if arns.service_of(arn) == _ASKED_BY_POLICY)
            fixed["elasticfilesystem:accesspointarn"] = Known(points[:1])
        return fixed
    return _FROM_NO_VPC if action.startswith("ec2:") else BY_LAMBDA


def _by_itself(world: World, caller: Caller, action: str, on: str, question: Question, found: Part) -> Part:
    """Lambda looks at the role's own policies, whatever the resource's policy says.

    Source: issues 20 and 40 of gmetzker/serverless-plugin-lambda-dead-letter.
    """
    if found.decision.layers.get(Layer.IDENTITY) in (Outcome.ALLOWED, Outcome.CONDITIONAL):
        return found
    return world.ask(caller, action, on, question.given, in_step=True, fixed=BY_LAMBDA, alone=True)


def _if_there_is_a_policy(world: World, on: str, found: Part) -> Part:
    """A file system without a policy lets everybody mount it who reaches it."""
    resource = world.resources.get(on)
    if resource is not None and resource.policy:
        return found
    if resource is not None and not world.lacking(FactKind.RESOURCE_POLICY, on):
        # Not asked: there is no policy by which to ask.
        return unasked(found)
    fact = unread_policy(world, on) or MissingFact(FactKind.RESOURCE_POLICY, on, f"the policy of `{on}` was not read")
    return unknown(found.principal, found.action, on, fact)


def _or_on_streams(
    world: World,
    caller: Caller,
    action: str,
    on: str,
    question: Question,
    fixed: Table[str, State] | None,
    found: Part,
) -> Part:
    """A group's ARN is written with `:*` behind it, too.

    Source: Amazon CloudWatch Logs User Guide, "CloudWatch Logs resources and operations".
    """
    other = world.foresee(caller, action, f"{on}:*", question.given, in_step=True, fixed=fixed)
    return other if other.status.rank < found.status.rank else found


def _by_service(world: World, function: Function, action: str, on: str | MissingFact, question: Question) -> Part:
    """What Lambda itself must be allowed, for the function."""
    service = world.caller("service:lambda.amazonaws.com")
    if isinstance(on, MissingFact):
        return unknown(service.node, action, on.about, on)
    if fact := unread_policy(world, on):
        return unknown(service.node, action, on, fact)
    source = Source(function.arn, arns.account_of(function.arn))
    return world.foresee(service, action, on, question.given, source=source, in_step=True)
