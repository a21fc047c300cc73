"""Which pairs only a way joins, in a world whose open edges are known."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import NamedTuple

from models.edge import EdgeKind
from simulator.opening.closure import Steps, closed
from simulator.opening.rows import ASIDE, NONE, Opened, Row, changed_sources, opened, together
from simulator.policy.patterns import numbers_of, row_of
from simulator.world.world import World

_QUALIFIES = EdgeKind.QUALIFIES


class Level(NamedTuple):
    """Where one step leads, and all that is come to: by open edges, or by allowed ones only."""

    steps: Steps
    reached: Steps


@dataclass(frozen=True, slots=True)
class Joined:
    """What is come to from each node by open ways, and by those of them that are allowed.

    A function (or alias) that is come to by one of its qualifiers is another node there: from it ways go on as from the
    function, but none that is told of ends there.
    """

    opened: Opened
    levels: tuple[Level, Level]

    def edges(self, source: int) -> Row:
        """The nodes that one step joins to a source."""
        numbers = self.opened.numbers
        kinds = (kind for kind in self.opened.kinds if kind not in ASIDE)
        return together(numbers, (self.opened.row(kind, source) for kind in kinds))

    def ways(self, source: int) -> Row:
        """The nodes that a way joins to a source, of one step or more."""
        numbers = self.opened.numbers
        if numbers.inner >> source & 1:
            return NONE
        wanted = numbers.listed & ~(1 << source)
        return Row(*(level.reached.get(source, 0) & wanted for level in self.levels))


def joined(world: World) -> Joined:
    """Everything that is come to from everywhere, worked out once for a world."""
    known = world.memo.get(("joined", None))
    if not isinstance(known, Joined):
        found, nothing = opened(world), Level({}, {})
        every = {number for kind, rows in found.kinds.items() if kind not in ASIDE for number in rows}
        known = world.memo[("joined", None)] = _anew(Joined(found, (nothing, nothing)), found, every)
    return known


def joined_after(before: Joined, after: Opened) -> Joined:
    """What is come to where other edges are open: worked out anew for all that comes to one of these."""
    return _anew(before, after, changed_sources(before.opened, after))


def _anew(before: Joined, after: Opened, changed: Set[int]) -> Joined:
    every = _with_qualified(after, changed)
    rows = {number: _steps(after, number) for number in every}
    levels = []
    for place, level in enumerate(before.levels):
        steps = {**level.steps, **{number: row[place] for number, row in rows.items()}}
        levels.append(Level(steps, {**level.reached, **closed(steps, level.reached, leading_to(level, every))}))
    return Joined(after, (levels[0], levels[1]))


def leading_to(level: Level, nodes: Iterable[int]) -> int:
    """The row of some nodes, and of all that come to one of them."""
    row = row_of(nodes)
    return row | row_of([number for number, reached in level.reached.items() if reached & row])


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
