"""principal -> function, role or user: who may take it over, by changing it; and who may change his own policies.

Whoever may change a function's code, configuration or role has it run as he likes when it next runs. What that takes is
`simulator.takeover.ways`; for all principals at once, `simulator.edges.asking`. A principal whose policies are changed
is a guise of itself from then on (docs/adr/0008-guises.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from models import arns
from models.context import Absent, Known
from models.decision import Decision, Outcome, Residual
from models.edge import Edge, EdgeKind, Part, Requirement, Status
from models.policy import Policy, PolicyKind
from models.request import Attached
from models.snapshot import Role
from simulator.edges.ask import Ask
from simulator.edges.asking import Asking, Going, Gone, asked_of, asking
from simulator.edges.candidates import lets_in
from simulator.edges.guises import guises
from simulator.edges.mapped import CREATE, by_mapping, pollable, readable
from simulator.edges.powers import LINKED, Change, changes_of, fixed_by
from simulator.edges.question import Nodes, Question, among, best_of, chosen
from simulator.edges.starts import starts
from simulator.policy.parse import parse_policy
from simulator.takeover.ways import (
    ALIAS_WAYS,
    FUNCTION_WAYS,
    PASS_WAYS,
    PASSED_TO,
    PASSING,
    TRUST_EDIT,
    USER_WAYS,
    VERSION_WAYS,
    Act,
    On,
    Way,
)
from simulator.world.guise import SIGN
from simulator.world.nodes import allowing, is_guise, named_principals, outsiders, shown
from simulator.world.world import World

ASSUME = "sts:AssumeRole"
CODE = "lambda:UpdateFunctionCode"
#: A configuration may only warn of code that nobody signed, or refuse it. Source: Lambda Developer Guide, "Using code
#: signing to verify code integrity with Lambda".
SIGNED = "its code signing configuration admits the code"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for whoever may take something over, and for whoever may change what he may do himself."""
    every = asking(world, sources, question)
    functions = list(question.targets(world.function_nodes, targets, arns.is_function))
    polling = readable(world, functions, pollable(world)) if every.candidates.row(CREATE) else {}
    for function in functions:
        ways = _function_ways(world, function, polling.get(function, ()), question)
        if lets_in(world, function):
            yield from _into(asking(world, sources, question, everybody=True), function, ways, sources)
            yield from _by_outsiders(world, function, sources, question)
        else:
            yield from _into(every, function, ways, sources)
    for role in chosen(world.roles, targets):
        yield from _into(every, role, _role_ways(every, role), sources)
    for user in chosen(world.users, targets):
        yield from _into(every, user, _user_ways(user), sources)
    made = guises(world, question.action)
    nodes = made.nodes if targets is None else [node for node in sorted(targets) if is_guise(node)]
    for node in nodes:
        yield from best_of((*_of_oneself(world, node, sources, question), *_of_others(every, node)))


def _into(every: Asking, target: str, some: Iterable[Going], sources: Nodes) -> Iterator[Edge]:
    """Who may take something over; of a pair that is asked about also what lacks."""
    asked = every.question.asked
    is_asked = every.question.missing and asked is not None and asked[1] == target and asked[0] != target
    if not every.row and not is_asked:
        return
    ways = list(some)
    found = every.gone(ways, every.but(target))
    yield from every.edges(found, target)
    if asked is None or not is_asked:
        return
    there = {node for one in found for node in every.actors.of(one.row)}
    for node in sorted(sources or ()):
        if shown(node) == asked[0] and node not in there:
            yield from _lacking(every, node, target, ways)


def _lacking(every: Asking, node: str, target: str, ways: Iterable[Going]) -> Iterator[Edge]:
    """The way that lacks the least."""
    several = []
    for way in ways:
        more = way.before[0].asks if way.before else ()
        parts = tuple(asked_of(every.world, node, ask, every.question) for ask in (*way.asks, *more))
        several.append(Edge(node, target, EdgeKind.CHANGES, (*parts, *way.beside), way.via))
    if several:
        yield min(
            several, key=lambda edge: (edge.status.rank, not edge.can_be_bought, edge.cost, len(edge.requirements))
        )


# --- functions ----------------------------------------------------------------------------------------------------


def _function_ways(world: World, function: str, polling: Iterable[str], question: Question) -> Iterator[Going]:
    """`polling` are the sources that it could be made to poll, as far as its role may begin to read them."""
    base, qualifier = arns.split_function(function)
    known = world.functions.get(base)
    rows = FUNCTION_WAYS
    if qualifier:
        rows = ALIAS_WAYS if known and qualifier in known.aliases else VERSION_WAYS
    for row in rows:
        # What asks for more than another row does adds nobody to it.
        if any(isinstance(act.on, On) and act.on is not On.ANYTHING for act in row.acts) and not _asks_more(row, rows):
            asks = tuple(_ask_on(act, function) for act in row.acts)
            signed = known is not None and known.code_signing and any(ask.action == CODE for ask in asks)
            beside = (_where(SIGNED, CODE, function),) if signed else ()
            yield Going(asks, beside, anybody=_lets_in(world, asks))
    if not qualifier and known:
        if known.role and known.role in world.roles:
            yield from _by_role(world, known.role)
        yield from by_mapping(world, known, polling, question)


def _asks_more(row: Way, rows: Iterable[Way]) -> bool:
    return any(_asked(other) < _asked(row) for other in rows)


def _asked(row: Way) -> set[tuple[str, str]]:
    return {(act.action, act.on) for act in row.acts}


def _ask_on(act: Act, target: str) -> Ask:
    resource = arns.unqualified(target) if act.on is On.UNQUALIFIED else target
    return Ask(act.action, "*" if act.on is On.ANYTHING else resource, fixed_by(act, target, function=target))


def _lets_in(world: World, asks: Iterable[Ask]) -> bool:
    """Whether the function's own policy may let somebody do one of these."""
    return any(True for ask in asks for _ in allowing(_own_policies(world, ask.resource), ask.action, ask.resource))


def _own_policies(world: World, function: str) -> tuple[Attached, ...]:
    return world.resource_policies(function, arns.account_of(function))[0]


def _by_role(world: World, role: str) -> Iterator[Going]:
    """Who may change what the function's role may do, or whom it trusts, need not become it."""
    for change in changes_of(world, role):
        if change.gain.everything or change.gain.versions:
            yield Going(change.asks, via=(role, *change.via))
    if LINKED not in role:
        yield Going((_trust_edit(world.roles[role]),), via=(role,))


def _by_outsiders(world: World, function: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    """Whom the function's policy lets change it and who is nobody that was collected; services do nothing unbidden."""
    for row in FUNCTION_WAYS[:1]:
        ask = _ask_on(row.acts[0], function)
        named = named_principals(_own_policies(world, function), ask.action, ask.resource)
        for node in outsiders(world, named):
            if node.startswith(("account:", "anyone")) and among(node, sources):
                edge = Edge(node, function, EdgeKind.CHANGES, (asked_of(world, node, ask, question),))
                if edge.status.is_open or edge.status is Status.UNKNOWN:
                    yield edge


# --- roles and users ----------------------------------------------------------------------------------------------


def _role_ways(every: Asking, role: str) -> Iterator[Going]:
    """How to become a role, other than by assuming it."""
    world = every.world
    if LINKED in role:
        return
    yield Going((_trust_edit(world.roles[role]), Ask(ASSUME, role, None, _trusting(role))))
    # Few may pass a role, and start something: what the role trusts is asked only then.
    for row in PASS_WAYS if every.candidates.row(PASSING) else ():
        before = starts(every, row, role)
        if not before or (row.profile and not world.roles[role].instance_profiles):
            continue
        trust = _trusts(every, role, row.passed_to)
        if trust.status.rank <= Status.UNKNOWN.rank:
            passed = Ask(PASSING, role, ((PASSED_TO.lower(), Known((row.passed_to,))),))
            needed: tuple[Part, ...] = (_where(row.needs, PASSING, role),) if row.needs else ()
            yield Going((passed,), (trust, *needed), before=before)


def _trusts(every: Asking, role: str, service: str) -> Part:
    kept, world = every.question.kept, every.world
    key = ("trusts", role, service)
    if key not in kept:
        caller = world.caller(f"service:{service}")
        kept[key] = world.foresee(caller, ASSUME, role, every.question.given, in_step=True)
    found: Part = kept[key]
    return found


def _trust_edit(role: Role) -> Ask:
    state = Known((role.boundary,)) if role.boundary else Absent()
    return Ask(TRUST_EDIT.acts[0].action, role.arn, (("iam:permissionsboundary", state),))


def _trusting(role: str) -> tuple[Attached, ...]:
    """The trust policy of a role once it trusts whoever changed it."""
    return (Attached(role, _trusting_anybody(), role),)


@lru_cache(maxsize=1)
def _trusting_anybody() -> Policy:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ASSUME}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.TRUST, strict=False)


def _where(needs: str, action: str, on: str) -> Requirement:
    """What no snapshot holds."""
    when = {"operator": "Bool", "key": needs, "values": ["true"]}
    residual = Residual(f"allowed if {needs}", when, {needs: "true"}, {needs: "false"})
    return Requirement("anyone", action, on, Decision(Outcome.CONDITIONAL, residual=residual))


def _user_ways(user: str) -> Iterator[Going]:
    for row in USER_WAYS:
        yield Going(tuple(Ask(act.action, user) for act in row.acts))


# --- guises -------------------------------------------------------------------------------------------------------


def _of_oneself(world: World, node: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    """Who may change his own policies comes to be more; `via` has the group whose policies these are."""
    made = guises(world, question.action)
    for source in made.into.get(node, ()):
        if among(source, sources):
            for change in made.steps[source, node]:
                parts = tuple(asked_of(world, source, ask, question) for ask in change.asks)
                edge = Edge(source, node, EdgeKind.CHANGES, parts, change.via)
                if edge.status.rank <= Status.UNKNOWN.rank:
                    yield edge


def _of_others(every: Asking, node: str) -> Iterator[Edge]:
    """Who may change the policies of another, and become him."""
    made = guises(every.world, every.question.action)
    holder = shown(node)
    changes = made.by_others.get(node) if node == f"{holder}{SIGN}{node.partition(SIGN)[2]}" else None
    if changes is None:
        return
    row = every.gaining_by(holder) & _able(every, changes)
    changing = every.gone((Going(change.asks, via=change.via) for change in changes), row)
    if not changing:
        return
    together = row & sum(one.row for one in changing)
    becoming = every.gone(_becoming(every, holder), together)
    for one in changing:
        for other in becoming:
            if both := one.row & other.row:
                way = Going((), (*one.way.beside, *other.way.beside), one.way.via)
                worst = max(one.status, other.status, key=lambda status: status.rank)
                yield from every.edges([Gone(way, (*one.asks, *other.asks), worst, both)], node)


def _able(every: Asking, changes: Iterable[Change]) -> int:
    return every.candidates.any_of(ask.action for change in changes for ask in change.asks)


def _becoming(every: Asking, holder: str) -> Iterator[Going]:
    if holder in every.world.users:
        yield from _user_ways(holder)
        return
    yield Going((Ask(ASSUME, holder),), anybody=True)
    yield from _role_ways(every, holder)
