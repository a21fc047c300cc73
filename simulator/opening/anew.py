"""What is open once a world has changed: worked out anew for what the change may touch, and for nothing else.

Whoever may be touched has all his edges worked out again, and so has whatever he may go to; what is left out would come
to the same. Where nobody knows how far a change goes, a kind of edges is worked out anew as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from models import arns
from models.edge import EdgeKind
from simulator.edges.feeds_onward import leads_onward
from simulator.facts.services import supports_rcp
from simulator.opening.bearing import Statements, bears, bears_by_anybody, others
from simulator.opening.levels import asking_where, of_rcps, of_scps
from simulator.opening.numbers import Numbers
from simulator.opening.rows import GRANTED, Opened, Row, edges_of, every_kind, gathered, into, of_actors, of_kind
from simulator.opening.takeovers import Takeovers
from simulator.world.actors import Actors
from simulator.world.nodes import shown
from simulator.world.touched import Touched, touched
from simulator.world.trust import are_sessions_alike
from simulator.world.world import World

Rows = Mapping[int, Row]


def opened_after(before: Opened, world: World, after: World) -> Opened:
    """Everything that is open in a world that another was changed to."""
    found = touched(world.snapshot, after.snapshot)
    if found.everything:
        return Opened(before.numbers, every_kind(after, before.numbers))
    change = _Change(before, world, after, found)
    return Opened(before.numbers, {kind: change.rows(kind) for kind in before.kinds})


class _Change:
    def __init__(self, opened: Opened, before: World, after: World, touched: Touched) -> None:
        self.opened = opened
        self.numbers: Numbers = opened.numbers
        self.before = before
        self.after = after
        self.touched = touched
        self.statements = _statements(before, after, touched)
        """Those of sources' own policies, and of the SCPs that bind them."""
        self.guarding = of_rcps(before, after, touched.guarded)
        self.placing = asking_where(before.snapshot, after.snapshot) if touched.moved else frozenset()
        acting = () if self.statements == frozenset() else (before, after)
        alike = frozenset(_asking_alike(before, after, touched))
        every = (node for world in acting for node in _acting(world, touched))
        self.actors = frozenset(node for node in every if shown(node) not in alike)
        self.holders = touched.holders.union(map(shown, self.actors))
        self.run = frozenset(arn for world in (before, after) for arn in _run_with(world, self.holders))
        """Functions that run with a role that is touched."""

    def rows(self, kind: EdgeKind) -> Rows:
        """The open edges of a kind, source by source."""
        known = self.opened.kinds[kind]
        changed = None if self._are_asked_otherwise(kind) else _OF_KIND[kind](self)
        if changed is None:
            return of_kind(self.after, self.numbers, kind)
        sources, targets = changed
        return self._patched(kind, known, sources, targets) if sources or targets else known

    def _are_asked_otherwise(self, kind: EdgeKind) -> bool:
        """Whether more than sources and targets tell apart may be another: where accounts are, or their RCPs."""
        by_rcps = kind is not EdgeKind.ASSUMES and bears_by_anybody(self.guarding, kind, supports_rcp)
        return by_rcps or bears_by_anybody(self.placing, kind)

    def _patched(self, kind: EdgeKind, known: Rows, sources: frozenset[str], targets: frozenset[str]) -> Rows:
        found = {**known}
        for node in sources:
            found.pop(self.numbers.of(node), None)
        fresh = self._of_sources(kind, sources)
        if targets:
            self._cut(found, self.numbers.row(targets))
            for source, row in self._into(kind, targets).items():
                # All that touched sources have is told by themselves.
                if self.numbers.nodes[source] not in sources:
                    some, allowed = found.get(source, Row(0, 0))
                    found[source] = Row(some | row.open, allowed | row.allowed)
        return found | fresh

    def _of_sources(self, kind: EdgeKind, sources: frozenset[str]) -> dict[int, Row]:
        if kind in GRANTED:
            some = sorted(sources & self.after.actor_set)
            return of_actors(self.after, self.numbers, kind, Actors(self.after, some)) if some else {}
        # Who is gone would be asked about as somebody whom nobody has read.
        there = sources - (self.before.actor_set - self.after.actor_set)
        return gathered(self.numbers, edges_of(self.after, kind, there, None), {}) if there else {}

    def _cut(self, rows: dict[int, Row], targets: int) -> None:
        for source, row in rows.items():
            if row.open & targets:
                rows[source] = Row(row.open & ~targets, row.allowed & ~targets)

    def _into(self, kind: EdgeKind, targets: frozenset[str]) -> dict[int, Row]:
        """What leads to some targets from everywhere."""
        if kind not in GRANTED:
            return gathered(self.numbers, edges_of(self.after, kind, None, targets), {})
        there = targets.intersection(GRANTED[kind].targets(self.after))
        return into(self.before, self.numbers, kind, sorted(there), self.after)


def _statements(before: World, after: World, touched: Touched) -> Statements | None:
    if touched.functions or not all(_ask_alike(before, after, role) for role in touched.trusts):
        return None
    own, above = others(before, after, touched.holders), of_scps(before, after, touched.bound)
    return None if own is None or above is None else own | above


def _ask_alike(before: World, after: World, role: str) -> bool:
    """Whether sessions of a role are known to be the same, whoever may take it."""
    was, now = before.trust_of(role), after.trust_of(role)
    return was is not None and now is not None and are_sessions_alike(was, now)


def _asking_alike(before: World, after: World, touched: Touched) -> Iterator[str]:
    """Yield the roles of which only others may take them now, and that ask as before."""
    for role in touched.trusts if not (touched.functions or touched.bound) else ():
        if _ask_alike(before, after, role) and others(before, after, (role,)) == frozenset():
            yield role


def _acting(world: World, touched: Touched) -> Iterator[str]:
    """Users, roles, and the sessions in which functions run with these roles."""
    for holder in touched.holders:
        yield holder
        yield from (f"{holder}#{function}" for function in world.functions_with_role(holder))
    if touched.bound:
        yield from (node for node in world.actors if arns.account_of(shown(node)) in touched.bound)


def _run_with(world: World, roles: Iterable[str]) -> Iterator[str]:
    for role in roles:
        yield from world.functions_with_role(role)


# --- how far a change goes, kind by kind: sources and targets of edges that may be others; None: any may be ---

Ends = tuple[frozenset[str], frozenset[str]]
_NOTHING: Ends = (frozenset(), frozenset())


def _sources(change: _Change, kind: EdgeKind) -> frozenset[str]:
    return change.actors if bears(change.statements, kind) else frozenset()


def _functions(change: _Change) -> frozenset[str]:
    """The functions of which more than who runs them with what is another, with their versions and aliases."""
    found = change.touched.functions | change.touched.permits
    every = (*change.before.function_nodes, *change.after.function_nodes) if found else ()
    return frozenset(node for node in every if arns.unqualified(node) in found)


def _invokes(change: _Change) -> Ends | None:
    return _sources(change, EdgeKind.INVOKES), _functions(change)


def _invokes_url(change: _Change) -> Ends | None:
    nodes = _functions(change)
    urls = {**change.before.urls, **change.after.urls} if nodes else {}
    targets = frozenset(url for url in urls if arns.behind_url(url) in nodes)
    return _sources(change, EdgeKind.INVOKES_URL), targets


def _assumes(change: _Change) -> Ends | None:
    guarded = change.touched.guarded if bears_by_anybody(change.guarding, EdgeKind.ASSUMES, supports_rcp) else ()
    roles = (role for role in change.after.roles if arns.account_of(role) in guarded) if guarded else ()
    return _sources(change, EdgeKind.ASSUMES), change.touched.trusts.union(roles)


def _act_otherwise(change: _Change) -> bool:
    """Whether a role that was given to a service for one of its resources may do something else."""
    return any(trigger.role in change.holders for trigger in change.after.snapshot.triggers)


def _triggers(change: _Change) -> Ends | None:
    """Services act by themselves, with a role that they were given, or with the function's own."""
    touched = change.touched
    if touched.sources or touched.functions or touched.permits or _act_otherwise(change):
        return None
    return None if change.run and touched.trusts else _NOTHING


def _polled_by(change: _Change) -> Ends | None:
    touched = change.touched
    if touched.sources or touched.functions:
        return None
    may_read = touched.trusts or bears(change.statements, EdgeKind.POLLED_BY)
    read = change.after.snapshot.mappings if change.run and may_read else ()
    targets = (mapping.function for mapping in read if arns.unqualified(mapping.function) in change.run)
    return frozenset(), frozenset(targets)


def _feeds(change: _Change) -> Ends | None:
    touched, sources = change.touched, _sources(change, EdgeKind.FEEDS)
    if touched.sources or touched.functions or _act_otherwise(change):
        return None
    # What a rule sends to a bus of another account it sends as its own account, which SCPs bind.
    sending = change.after.snapshot.triggers if sources and touched.bound else ()
    if any(leads_onward(trigger) and arns.account_of(trigger.source) in touched.bound for trigger in sending):
        return None
    return sources, frozenset()


def _runs_as(change: _Change) -> Ends | None:
    if change.touched.functions:
        return None
    return change.run if change.touched.trusts else frozenset(), frozenset()


def _calls(change: _Change) -> Ends | None:
    if change.touched.bears_on_resources:
        return None
    return frozenset(node for node in change.actors if "#" in node), frozenset()


def _qualifies(change: _Change) -> Ends | None:
    return None if change.touched.functions else _NOTHING


def _changes(change: _Change) -> Ends | None:
    found = Takeovers(change.before, change.after, change.touched, change.actors, change.statements)
    return found.sources, found.targets


_OF_KIND: Mapping[EdgeKind, Callable[[_Change], Ends | None]] = {
    EdgeKind.INVOKES: _invokes,
    EdgeKind.INVOKES_URL: _invokes_url,
    EdgeKind.ASSUMES: _assumes,
    EdgeKind.TRIGGERS: _triggers,
    EdgeKind.POLLED_BY: _polled_by,
    EdgeKind.FEEDS: _feeds,
    EdgeKind.RUNS_AS: _runs_as,
    EdgeKind.CALLS: _calls,
    EdgeKind.QUALIFIES: _qualifies,
    EdgeKind.CHANGES: _changes,
}
