"""Which pairs only a way joins, in a world whose open edges are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cached_property

from models.edge import EdgeKind
from simulator.opening.closure import Steps, closed
from simulator.opening.rows import ASIDE, NONE, Opened, Row, changed_sources, opened
from simulator.policy.patterns import numbers_of, row_of
from simulator.world.world import World

_QUALIFIES = EdgeKind.QUALIFIES


class Level:
    """Where one step leads, and all that is come to: by open edges, or by allowed ones only."""

    def __init__(self, steps: Steps, reached: Steps) -> None:
        self.steps = steps
        self.reached = reached

    @cached_property
    def _into(self) -> dict[int, int]:
        """From where one step leads to a node."""
        found: dict[int, list[int]] = defaultdict(list)
        for source, row in self.steps.items():
            for target in numbers_of(row):
                found[target].append(source)
        return {target: row_of(sources) for target, sources in found.items()}

    def leading_to(self, nodes: Iterable[int]) -> int:
        """The row of some nodes, and of all that come to one of them."""
        found = fresh = row_of(nodes)
        while fresh:
            before = 0
            for node in numbers_of(fresh):
                before |= self._into.get(node, 0)
            fresh = before & ~found
            found |= fresh
        return found

    def comes_to(self, source: int, target: int, without: int) -> bool:
        """Whether a way joins two nodes that doesn't come by a third."""
        if not (self.reached.get(source, 0) >> without & self.reached.get(without, 0) >> target & 1):
            return True
        seen = fresh = 1 << source
        while fresh and not seen >> target & 1:
            following = 0
            for node in numbers_of(fresh):
                following |= self.steps.get(node, 0)
            fresh = following & ~seen & ~(1 << without)
            seen |= fresh
        return bool(seen >> target & 1)


@dataclass(frozen=True, slots=True)
class Joined:
    """What is come to from each node by open ways, and by those of them that are allowed.

    A function (or alias) that is come to by one of its qualifiers is another node there: from it ways go on as from the
    function, but none that is told of ends there.
    """

    opened: Opened
    levels: tuple[Level, Level]
    changed: Set[int] = frozenset()
    """From where other edges are open than in the world that this one was changed from."""
    anew: Set[int] = frozenset()
    """What may come to others than there."""

    def edges(self, source: int) -> Row:
        """The nodes to which edges lead from a source; who comes to something by its qualifier has an edge to it."""
        numbers = self.opened.numbers
        rows = []
        for level in self.levels:
            row = 0
            for number in numbers.variants(source):
                row |= level.steps.get(number, 0)
            rows.append(numbers.folded(row))
        return Row(*rows)

    def ways(self, source: int) -> Row:
        """The nodes that ways join to a source, of one step or more."""
        numbers = self.opened.numbers
        if numbers.inner >> source & 1:
            return NONE
        wanted = numbers.listed & ~(1 << source)
        return Row(*(level.reached.get(source, 0) & wanted for level in self.levels))


def joined(world: World) -> Joined:
    """Everything that is come to from everywhere, worked out once for a world."""
    return world.memo.once("joined", None, lambda: joined_by(opened(world)))


def joined_by(found: Opened) -> Joined:
    """Everything that is come to by what is open."""
    nothing = Level({}, {})
    every = {number for kind, rows in found.kinds.items() if kind not in ASIDE for number in rows}
    return _anew(Joined(found, (nothing, nothing)), found, every)


def joined_after(before: Joined, after: Opened) -> Joined:
    """What is come to where other edges are open: worked out anew for all that comes to one of these."""
    return _anew(before, after, changed_sources(before.opened, after))


def _anew(before: Joined, after: Opened, changed: Set[int]) -> Joined:
    every = _with_qualified(after, changed)
    rows = {number: _steps(after, number) for number in every}
    levels: list[Level] = []
    anew: set[int] = set()
    for place, level in enumerate(before.levels):
        steps = {**level.steps, **{number: row[place] for number, row in rows.items()}}
        found = closed(steps, level.reached, level.leading_to(every))
        anew.update(found)
        levels.append(Level(steps, {**level.reached, **found}))
    return Joined(after, (levels[0], levels[1]), changed, anew)


def _with_qualified(opened: Opened, changed: Set[int]) -> set[int]:
    """The nodes, and those that stand for what is come to by a qualifier and goes on as one of them does."""
    numbers, found = opened.numbers, set(changed)
    for number in changed:
        if number in (rows := opened.kinds[_QUALIFIES]):
            found.update(map(numbers.qualified, numbers_of(rows[number].open)))
    return found | {numbers.qualified(number) for number in changed if numbers.is_qualified(number)}


def _steps(opened: Opened, node: int) -> Row:
    numbers = opened.numbers
    of = numbers.plain(node)
    some = allowed = 0
    for kind, rows in opened.kinds.items():
        row = rows.get(of) if kind not in ASIDE else None
        if row is not None and kind is _QUALIFIES:
            # Who is what it is of has no other permissions: a qualifier holds whenever it is there.
            some |= (through := row_of(map(numbers.qualified, numbers_of(row.open))))
            allowed |= through
        elif row is not None:
            some |= row.open
            allowed |= row.allowed
    return Row(some, allowed)
