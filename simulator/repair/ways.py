"""A way mended: its grants applied, the way evaluated again, and nothing granted that it doesn't take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from models.answer import Manner
from models.change import Change
from models.context import Given
from models.edge import Edge, EdgeKind, Grant, Status
from models.errors import ChangeError
from simulator.changes import apply
from simulator.cheapest import Path
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.repair.remedies import Remedy, changes_of, joined, remedies
from simulator.world.nodes import shown
from simulator.world.world import World

#: Steps of these kinds name the manner in which a way is gone, the first that occurs in it.
_MANNERS: tuple[tuple[frozenset[EdgeKind], Manner], ...] = (
    (frozenset({EdgeKind.TRIGGERS, EdgeKind.POLLED_BY, EdgeKind.FEEDS}), "event_source"),
    (frozenset({EdgeKind.RUNS_AS}), "function_chain"),
    (frozenset({EdgeKind.ASSUMES}), "assume_role"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every way: the context given, the action at its end, who sets out."""

    given: Given
    action: str | None
    starts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mended:
    """A way as it is today, what it takes, and the way with that applied."""

    path: Path
    remedies: tuple[Remedy, ...]
    after: Path

    @property
    def cost(self) -> int:
        """As of a path: what is granted at one place counts as one."""
        return len({remedy.grant.place for remedy in self.remedies})

    @property
    def changes(self) -> tuple[Change, ...]:
        return changes_of(self.remedies)

    @property
    def manner(self) -> Manner:
        if any(remedy.is_membership for remedy in self.remedies):
            return "group"
        kinds = {edge.kind for edge in self.path.edges}
        return next((manner for some, manner in _MANNERS if kinds & some), "direct")


def again(world: World, path: Path, asked: Asked) -> Path | None:
    """The same way in another world, step by step; None: some step isn't there at all."""
    found = []
    for edge in path.edges:
        now = again_step(world, edge, asked)
        if now is None:
            return None
        found.append(now)
    return Path(tuple(found))


def again_step(world: World, edge: Edge, asked: Asked) -> Edge | None:
    question = Question(
        asked.given,
        asked.action,
        asked=(shown(edge.source), shown(edge.target)),
        starts=asked.starts,
        takeover=edge.kind is EdgeKind.CHANGES,
    )
    found = RULES[edge.kind](world, frozenset((edge.source,)), frozenset((edge.target,)), question)
    return next((one for one in found if (one.source, one.target) == (edge.source, edge.target)), None)


def changed(world: World, changes: Sequence[Change]) -> World:
    """The world with the changes applied.

    Raises:
        ChangeError: for a change that AWS would refuse.
    """
    return world.changed_to(apply(world.snapshot, changes))


def mended(world: World, path: Path, grants: Iterable[Grant], asked: Asked) -> Mended | None:
    """The way with these grants, and without those of them that it holds as well without; None: it doesn't hold then.

    A way with a step that isn't known stays unknown; that is told of it, and is no way that holds.
    """
    try:
        needed = remedies(world.snapshot, joined(grants))
        after = again(changed(world, changes_of(needed)), path, asked)
    except ChangeError:
        return None
    if after is None or after.status.rank > Status.UNKNOWN.rank:
        return None
    for remedy in needed if len(needed) > 1 else ():
        fewer = tuple(one for one in needed if one is not remedy)
        without = _holding(world, fewer, path, asked)
        if without is not None and without.status.rank <= after.status.rank:
            needed = fewer
    return Mended(path, needed, after)


def _holding(world: World, some: Sequence[Remedy], path: Path, asked: Asked) -> Path | None:
    try:
        return again(changed(world, changes_of(some)), path, asked)
    except ChangeError:
        return None


def is_least(world: World, found: Mended, best: Callable[[World], Status | None]) -> bool:
    """Whether leaving out any of its grants makes it worse, whichever way is gone then; `best` is that of all ways."""
    if not found.remedies:
        return False
    for remedy in found.remedies:
        fewer = changes_of(one for one in found.remedies if one is not remedy)
        try:
            status = best(changed(world, fewer) if fewer else world)
        except ChangeError:
            continue
        if status is not None and status.rank <= found.after.status.rank:
            return False
    return True
