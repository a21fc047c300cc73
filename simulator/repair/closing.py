"""The least that has to be taken away so that no way is left, found exactly and verified.

Each way that is open asks for something of what holds it up to go; what hits all of them with the fewest removals is
applied, and whatever way is open then asks for more, until none is. A set found so is least: each way that it was
asked for by is open without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from models.change import Change
from models.edge import Edge
from models.errors import ChangeError
from simulator.cheapest import Path
from simulator.repair import removals
from simulator.repair.hitting import least
from simulator.repair.removals import Removal
from simulator.repair.ways import changed
from simulator.world.world import World

#: The ways that are open in a world, or some of them; none only if there is none.
Ways = Callable[[World], list[Path]]
#: So often a set is tried; what is left open by then is said.
MOST_TRIED = 400


@dataclass(frozen=True, slots=True)
class Closed:
    """Removals with which no way is open, in the order in which they are applied."""

    removals: tuple[tuple[Removal, Change], ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for _, change in self.removals)


class UnclosableError(Exception):
    """A way on which nothing can be taken away."""

    def __init__(self, way: Path) -> None:
        super().__init__("nothing of this way can be taken away")
        self.way = way


def closing(world: World, open_ways: Ways, k: int) -> Iterator[Closed]:
    """Yield up to `k` least sets of removals, all of as many.

    Raises:
        UnclosableError: if a way is held up by nothing that can be taken away.
    """
    asked = _asked_for(world, world, open_ways(world), frozenset())
    refused: set[frozenset[Removal]] = set()
    done: list[frozenset[Removal]] = []
    for _ in range(MOST_TRIED):
        chosen = next((one for one in least(asked, _weight) if one not in refused and one not in done), None)
        if chosen is None or (done and len(chosen) > len(done[0])) or len(done) >= k:
            return
        more = _still_asked_for(world, open_ways, chosen)
        if more is None:
            refused.add(chosen)
        elif more:
            asked += more
        else:
            done.append(chosen)
            yield Closed(removals.changes_of(chosen))


def _weight(one: Removal) -> int:
    return one.breadth


def _still_asked_for(world: World, open_ways: Ways, chosen: frozenset[Removal]) -> list[frozenset[Removal]] | None:
    """What else the ways ask for that are open without these; None: AWS would refuse to take these away.

    Of each the first is taken away too, to see what else there is: that saves to ask for one after the other.
    """
    found: list[frozenset[Removal]] = []
    taken = chosen
    while True:
        try:
            now = changed(world, [change for _, change in removals.changes_of(taken)])
        except ChangeError:
            return found or None
        more = _asked_for(world, now, open_ways(now), taken)
        if not more:
            return found
        found += more
        for one in more:
            if not one & taken:
                taken |= {min(one, key=lambda item: (item.breadth, item))}


def _asked_for(world: World, now: World, ways: Iterable[Path], gone: frozenset[Removal]) -> list[frozenset[Removal]]:
    found: dict[frozenset[Removal], None] = {}
    for way in ways:
        some = frozenset(one for edge in way.edges for one in _of(world, now, edge, gone)) - gone
        if not some:
            raise UnclosableError(way)
        found[some] = None
    return list(found)


def _of(world: World, now: World, edge: Edge, gone: frozenset[Removal]) -> frozenset[Removal]:
    return removals.removals(world, now, edge, gone) if edge.status.is_open else frozenset()
