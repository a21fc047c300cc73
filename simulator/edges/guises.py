"""Which guises there are: who may come to have more permissions than today, by a change that he may make himself.

And whose policies others may change, who then act as him. What a guise may do further is asked as of anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from models import arns
from models.context import NOTHING_GIVEN
from models.edge import Status
from models.policy import Effect, Statement
from models.request import Attached
from simulator.edges.ask import Ask
from simulator.edges.candidates import ACTIONS, Candidates, changers, may_change_somebody
from simulator.edges.powers import Change, changes_of
from simulator.triggers.polled import POLLED
from simulator.triggers.services import SERVICES
from simulator.world.actors import Actors, column
from simulator.world.guise import Guise
from simulator.world.nodes import caller_of, covers, foresee, in_guise, is_guise, shown
from simulator.world.world import World

#: What the steps of ways ask for: a Deny of anything else keeps nobody from going on.
STEPS = tuple(
    sorted(
        {
            *("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "sts:AssumeRole", *ACTIONS),
            *(write.action for row in POLLED.values() for write in row.writes),
            *(feed.action for row in SERVICES for feed in row.feeds),
        }
    )
)


@dataclass(slots=True)
class Guises:
    """`steps`: what a principal (or a guise of it) may make of itself, with the ways; `by_others`: the guises of users
    and roles whose policies somebody else may change, with the ways."""

    steps: dict[tuple[str, str], tuple[Change, ...]] = field(default_factory=dict)
    by_others: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    out_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    into: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    strong: set[str] = field(default_factory=set)
    """Who has every permission that nothing denies or limits, or may give it to himself."""

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(sorted({*(target for _, target in self.steps), *self.by_others}))

    def differing(self, other: Guises) -> set[str]:
        """The guises that are come to in one of two worlds, or otherwise in one than in the other."""
        if self is other:
            return set()
        return {node for node in (*self.nodes, *other.nodes) if self._ways_into(node) != other._ways_into(node)}

    def _ways_into(self, node: str) -> tuple[dict[str, tuple[Change, ...]], tuple[Change, ...] | None]:
        return {source: self.steps[source, node] for source in self.into.get(node, ())}, self.by_others.get(node)

    def add_step(self, node: str, target: str, changes: tuple[Change, ...]) -> None:
        self.steps[node, target] = changes
        self.out_of[node].append(target)
        self.into[target].append(node)


def guises(world: World, action: str | None = None) -> Guises:
    """All of them, found once for a world and the action that is asked about, whatever context is given."""
    known = world.memo.get(("guises", action))
    if not isinstance(known, Guises):
        known = world.memo[("guises", action)] = Guises()
        _find(world, known, [node for node in world.actors if node in changers(world)], action)
    return known


def guises_again(before: World, after: World, accounts: frozenset[str | None]) -> Guises:
    """Those of a world that another was changed to, found again in some accounts; all others are the same.

    Nobody changes whoever is of another account.
    """
    known = guises(before)
    if not accounts:
        return known
    found = after.memo["guises", None] = _elsewhere(known, accounts)
    _find(after, found, [node for node in after.actors if node in changers(after) and _account(node) in accounts], None)
    return found


def _elsewhere(known: Guises, accounts: frozenset[str | None]) -> Guises:
    """The guises of other accounts than these."""
    found = Guises(strong={node for node in known.strong if _account(node) not in accounts})
    for (node, target), changes in known.steps.items():
        if _account(node) not in accounts:
            found.add_step(node, target, changes)
    found.by_others |= {node: some for node, some in known.by_others.items() if _account(node) not in accounts}
    return found


def _account(node: str) -> str | None:
    return arns.account_of(shown(node))


def _find(world: World, found: Guises, waiting: list[str], action: str | None) -> None:
    found.strong.update(node for node in waiting if has_everything(world, node))
    while waiting:
        fresh = list(dict.fromkeys(target for node in waiting for target in _own_steps(world, node, found)))
        fresh += _others(world, [*waiting, *fresh], found, action)
        waiting = [node for node in dict.fromkeys(fresh) if may_change_somebody(world, node)]


def has_everything(world: World, node: str) -> bool:
    """Whether it has every permission that nothing denies or limits."""
    attached, _ = world.policies_of(caller_of(world, node))
    every = (statement for one in attached for statement in one.policy.statements)
    return any(
        one.effect is Effect.ALLOW and one.actions == ("*",) and one.resources == ("*",) and not one.condition
        for one in every
    )


def _own_steps(world: World, node: str, found: Guises) -> Iterator[str]:
    """Yield the guises that are new to which a principal may come by changing itself."""
    plain = node.partition("#as ")[0]
    for gain, changes in by_gain(changes_of(world, shown(node))).items():
        target = in_guise(node, gain)
        if target == node or (gain.everything and node in found.strong):
            continue
        # What it could have without, it has: not every order of the same changes is a guise of its own.
        if is_guise(node) and (gain.groups or gain.versions) and (plain, in_guise(plain, gain)) in found.steps:
            continue
        usable = tuple(change for change in changes if _may_be_open(world, node, change))
        if not usable:
            continue
        is_new = target not in found.into and target not in found.by_others
        found.add_step(node, target, usable)
        if gain.everything:
            found.strong.update(
                (target, node) if any(_is_open(world, node, change) for change in usable) else (target,)
            )
        if is_new:
            yield target


def by_gain(changes: Iterable[Change]) -> dict[Guise, list[Change]]:
    found: dict[Guise, list[Change]] = {}
    for change in changes:
        found.setdefault(change.gain, []).append(change)
    return found


def _may_be_open(world: World, node: str, change: Change) -> bool:
    return all(_status(world, node, ask).rank <= Status.UNKNOWN.rank for ask in change.asks)


def _is_open(world: World, node: str, change: Change) -> bool:
    return all(_status(world, node, ask) is Status.ALLOWED for ask in change.asks)


def _status(world: World, node: str, ask: Ask) -> Status:
    fixed = None if ask.fixed is None else dict(ask.fixed)
    return foresee(world, node, ask.action, ask.resource, NOTHING_GIVEN, (), fixed).status


def _others(world: World, nodes: list[str], found: Guises, action: str | None) -> Iterator[str]:
    """Yield the guises that are new of those whose policies some of `nodes` may change, and gain by it."""
    able = [node for node in dict.fromkeys(nodes) if may_change_somebody(world, node)]
    by_account: dict[str | None, list[str]] = defaultdict(list)
    for node in able:
        by_account[_account(node)].append(node)
    rows = {account: _Able(world, some, action) for account, some in by_account.items()}
    for holder in (*world.users, *world.roles) if able else ():
        some = rows.get(arns.account_of(holder))
        gaining = some.gaining_by(holder) if some else 0
        if some is None or not gaining:
            continue
        for gain, changes in by_gain(changes_of(world, holder)).items():
            target = in_guise(holder, gain)
            if target in found.by_others or not any(some.anybody(gaining, one) for one in changes):
                continue
            found.by_others[target] = tuple(changes)
            if gain.everything:
                found.strong.add(target)
            if target not in found.into:
                yield target


class _Able:
    """Those of an account who may change somebody's policies, by what limits them."""

    def __init__(self, world: World, nodes: list[str], action: str | None) -> None:
        self.world = world
        self.action = action
        self.actors = Actors(world, nodes)
        self._candidates = Candidates(world, self.actors)
        found: dict[Limits | None, list[str]] = {}
        self._own: dict[str, list[str]] = {}
        for node in nodes:
            found.setdefault(strength(world, node, action), []).append(node)
            self._own.setdefault(shown(node), []).append(node)
        self._by_limits = {limits: self.actors.row(some) for limits, some in found.items()}

    def gaining_by(self, holder: str) -> int:
        """Who may come to more by changing a user or role than by what he can do himself."""
        row = 0
        for limits, some in self._by_limits.items():
            if limits is None or limits.keeps_from(limits_of(self.world, holder, self.action)):
                row |= some
        return row & ~self.actors.row(self._own.get(holder, ()))

    def anybody(self, row: int, change: Change) -> bool:
        """Whether anybody of a row may make a change."""
        for ask in change.asks:
            row &= self._candidates.row(ask.action)
            if row:
                asked = column(self.world, self.actors, ask.action, ask.resource, fixed=ask.fixed)
                row &= asked.allowed | asked.conditional | asked.unknown
        return bool(row)


class Limits(NamedTuple):
    """What keeps a principal from what its policies allow: a boundary (or one that wasn't read), its own denies."""

    bound: bool
    denied: frozenset[Statement]

    def keeps_from(self, other: Limits) -> bool:
        """Whether these limits keep from something that the others leave."""
        return self.bound or not self.denied <= other.denied


def strength(world: World, node: str, action: str | None) -> Limits | None:
    """What limits who has every permission, or may give it to himself; None for who hasn't: whatever he gains counts.

    Who has everything gains by another's policies only what he is kept from by his own.
    """
    return limits_of(world, node, action) if node in guises(world, action).strong else None


def limits_of(world: World, node: str, action: str | None) -> Limits:
    """The limits of a principal, as far as they bear on ways, or on the action that is asked about."""
    return world.memo.once("limits", (action, node), lambda: _limits(world, node, action))


def _limits(world: World, node: str, action: str | None) -> Limits:
    caller = caller_of(world, node)
    attached, _ = world.policies_of(caller)
    boundary, unread = world.limit_of(caller)
    denied = frozenset(one for policy in attached for one in _denied_by(world, policy, action))
    return Limits(bool(boundary or unread), denied)


def _denied_by(world: World, attached: Attached, action: str | None) -> frozenset[Statement]:
    """What a policy denies that bears on ways, whatever it calls its statements."""
    denied = (replace(one, sid=UNSET) for one in attached.policy.statements if _bears(one, action))
    return world.of_documents.once("denies", (action, id(attached.policy)), lambda: frozenset(denied))


def _bears(statement: Statement, action: str | None) -> bool:
    """Whether a Deny bears on a step of a way, or on the action that is asked about."""
    if statement.effect is not Effect.DENY:
        return False
    return any(covers(statement, one, None) for one in (*STEPS, *((action,) if action else ())))
