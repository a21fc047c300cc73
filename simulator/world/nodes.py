"""The nodes of the graph: who can act, what can run, and what is named in a policy.

A role in which a function's code runs is a node of its own, `ROLE-ARN#FUNCTION-ARN`: what is known of its requests
differs from what is known of other sessions of that role. So is what a principal comes to be by changing its own
policies, `PRINCIPAL#as MARKS` (see `simulator.world.guise`). Answers show all of them as the role or principal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import replace

from models import arns
from models.context import Given, State
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Part, Requirement
from models.policy import Effect, Principal, Statement
from models.request import Attached
from simulator.policy import match
from simulator.policy.principals import account_named
from simulator.world.caller import Caller, CallerKind
from simulator.world.guise import SIGN, Guise, read
from simulator.world.world import World


def shown(node: str) -> str:
    """The node as answers name it."""
    return node.partition("#")[0]


def called_node(resource: str) -> str:
    """What a function's code does something with: the end of a way.

    A node of its own: who reads a bucket doesn't cause what is notified of it, which `feeds` says of who may write.
    """
    return f"{resource}#called"


def is_guise(node: str) -> bool:
    return SIGN in node


def in_guise(node: str, more: Guise) -> str:
    """The node of a principal, or of a guise of it, that has changed this too; the same one if that is nothing new."""
    plain, _, marks = node.partition(SIGN)
    return f"{plain}{SIGN}{read(marks).and_also(more) if marks else more}"


def actor(node: str) -> str:
    """Whoever acts there, whatever it has made of itself; a role's session in a function is another than the role."""
    return node.partition(SIGN)[0]


def place(node: str) -> str:
    """What a way comes by once: a guise is a place of its own."""
    # Spelled like no node, so that it can stand beside names of nodes.
    plain, _, marks = node.partition(SIGN)
    return f"{plain}{SIGN}{marks}"


def is_unlisted(world: World, node: str) -> bool:
    """Whether only a question names this principal: a session, a root user, somebody of an uncollected account."""
    kind = arns.kind_of(node)
    if kind in ("user", "role"):
        return "#" not in node and node not in world.users and node not in world.roles
    return kind == "session" or (arns.parts(node) is not None and (kind == "account" or ":federated-user/" in node))


def unlisted(world: World, nodes: frozenset[str]) -> frozenset[str]:
    """Those of the nodes that only a question names; a rule asks it of the same nodes for every target."""
    return world.memo.once("unlisted", nodes, lambda: frozenset(node for node in nodes if is_unlisted(world, node)))


def caller_of(world: World, node: str) -> Caller:
    """Who asks when this node does."""
    plain, _, marks = node.partition(SIGN)
    if marks:
        return replace(caller_of(world, plain), guise=read(marks))
    _, _, function = node.partition("#")
    if function:
        return world.execution_role(function)
    if node.startswith("account:"):
        return _somebody_of(world, node.removeprefix("account:"))
    return world.caller(node)


def _somebody_of(world: World, account: str) -> Caller:
    partition = next((arns.partition_of(arn) for arn in (*world.roles, *world.functions)), "aws")
    return Caller(CallerKind.USER, f"account:{account}", f"arn:{partition}:iam::{account}:user/*", account)


def allowing(policies: Iterable[Attached], action: str, resource: str | None) -> Iterator[Statement]:
    """The Allow statements about an action (and a resource), whomever they are for."""
    for attached in policies:
        for statement in attached.policy.statements:
            if statement.effect is Effect.ALLOW and covers(statement, action, resource):
                yield statement


def covers(statement: Statement, action: str, resource: str | None) -> bool:
    """Whether a statement's action and resource elements could be about these; variables count as anything."""
    if statement.actions is not None:
        if not any(match.action_matches(pattern, action) for pattern in statement.actions):
            return False
    elif any(match.action_matches(pattern, action) for pattern in statement.not_actions or ()):
        return False
    if resource is None or statement.resources is None:
        return True
    return any(pattern_covers(pattern, resource) for pattern in statement.resources)


def pattern_covers(pattern: str, resource: str) -> bool:
    glob: match.Glob = tuple(
        match.Wildcard(match.STAR) if isinstance(part, match.Variable) else part
        for part in match.template(pattern, True)
    )
    return match.is_resource_pattern(pattern) and match.matches(glob, resource)


def named_principals(policies: Iterable[Attached], action: str, resource: str | None) -> tuple[Principal, ...]:
    """Every principal that an Allow of these policies names for an action."""
    found: dict[Principal, None] = {}
    for statement in allowing(policies, action, resource):
        found.update((principal, None) for principal in statement.principals or ())
    return tuple(found)


def outsiders(world: World, principals: Iterable[Principal]) -> Iterator[str]:
    """The nodes that a policy's principals add: services, `anyone`, providers, accounts that were not collected."""
    found: dict[str, None] = {}
    for principal in principals:
        if principal.value == "*" and principal.kind in ("*", "AWS"):
            found["anyone"] = None
        elif principal.kind == "Service":
            found[f"service:{principal.value}"] = None
        elif principal.kind == "Federated":
            is_arn = principal.value.startswith("arn:")
            found[principal.value if is_arn else f"federated:{principal.value}"] = None
        elif principal.kind == "AWS":
            account = account_named(principal.value) or arns.account_of(principal.value)
            if account and account not in world.collected:
                found[f"account:{account}"] = None
    yield from found


def foresee(
    world: World,
    node: str,
    action: str,
    resource: str,
    given: Given,
    principals: Iterable[Principal] = (),
    fixed: Table[str, State] | None = None,
    instead: tuple[Attached, ...] | None = None,
) -> Part:
    """Decide a step of a way, with the reasons worked out only when they are wanted.

    An account that was not collected is asked for as anybody whom `principals` names there: its own side isn't
    known, so the best it comes to is unknown.
    """
    if not node.startswith("account:"):
        caller = caller_of(world, node)
        return world.foresee(caller, action, resource, given, in_step=True, fixed=fixed, instead=instead)
    account = node.removeprefix("account:")
    named = [item.value for item in principals if item.kind == "AWS" and arns.account_of(item.value) == account]
    callers = [_somebody_of(world, account)]
    callers += (world.caller(arn) for arn in named if arns.kind_of(arn) in ("user", "role", "session"))
    fact = MissingFact(FactKind.IDENTITY, account, f"account {account} was not collected")
    for caller in callers:
        requirement = world.ask(caller, action, resource, given, in_step=True, fixed=fixed)
        if requirement.decision.outcome is Outcome.UNKNOWN:
            return Requirement(node, action, resource, Decision(Outcome.UNKNOWN, gaps=(fact,)))
    return Requirement(node, action, resource, Decision(Outcome.IMPLICIT_DENY))
