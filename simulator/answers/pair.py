"""Two nodes and what is done on the second: asked of a world, and again of others in which something is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.context import Given
from models.edge import Status
from simulator.answers.grown import between, may_take_over
from simulator.cheapest import USABLE, Path, cheapest
from simulator.graph import Graph
from simulator.world.world import World

#: So many ways are looked at together: the more there are, the more each of them asks for.
MOST_WAYS = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """`action`: None is to run a function, or to become a role."""

    source: str
    target: str
    action: str | None
    given: Given

    def graph(self, world: World) -> tuple[Graph, tuple[str, ...]]:
        """The graph between them, still to be grown, and what counts as the end of a way."""
        return between(world, self.source, self.target, self.action, self.given)

    def today(self, world: World) -> Path | None:
        """The best way that holds, or may hold, without anything being taken over."""
        graph, ends = self._without_missing(world)
        found = cheapest(graph, self.source, ends, 1, USABLE[:-1])
        return found[0] if found else None

    def best(self, world: World) -> Status | None:
        way = self.today(world)
        return way.status if way else None

    def open_ways(self, world: World) -> list[Path]:
        """The ways that are open, takeovers among them, as far as they are looked at together."""
        return self._ways(world, (Status.ALLOWED, Status.CONDITIONAL))

    def unknown_ways(self, world: World) -> list[Path]:
        return self._ways(world, (Status.UNKNOWN,))

    def _ways(self, world: World, statuses: tuple[Status, ...]) -> list[Path]:
        graph, ends = self._without_missing(world)
        if may_take_over(graph, self.source):
            graph.grow_by_takeover(ends)
        return cheapest(graph, self.source, ends, MOST_WAYS, statuses)

    def _without_missing(self, world: World) -> tuple[Graph, tuple[str, ...]]:
        graph, ends = self.graph(world)
        graph.question = replace(graph.question, missing=False)
        return graph.grow_forward((self.source,), ends), ends
