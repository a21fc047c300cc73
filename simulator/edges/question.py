"""What a graph is grown for, as far as the edge rules need to know."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from models.context import NOTHING_GIVEN, Given
from models.decision import MissingFact
from models.edge import Edge
from simulator.world.actors import Actors, Grids, actors
from simulator.world.nodes import shown
from simulator.world.world import World

#: Of all actors at least one in so many has to be asked for, or those who are asked for are made ready by themselves.
FEW_OF = 8

#: A set of nodes; None means all of them.
Nodes = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Question:
    """`action` is what `calls` is about; `asked` a pair whose edge is wanted whatever comes of it; `missing` whether
    missing and denied edges are wanted where there is evidence of intent."""

    given: Given = NOTHING_GIVEN
    action: str | None = None
    asked: tuple[str, str] | None = None
    missing: bool = True
    lacked: dict[MissingFact, None] = field(default_factory=dict, compare=False)
    """Facts that nobody asked for and on which some edge turned, gathered while the rules run."""
    _grids: Grids = field(default_factory=dict, compare=False)
    _some: dict[Nodes, tuple[Actors, int, Grids]] = field(default_factory=dict, compare=False)

    def actors(self, world: World, nodes: Nodes) -> tuple[Actors, int, Grids]:
        """The actors to be asked when `nodes` are wanted, the row of those that are, and what was worked out of them.

        A rule asks for the same nodes for every target. Few are asked by themselves: what they hold leads to few of
        the resources, where all together would be read for each.
        """
        known = self._some.get(nodes)
        if known is None:
            wanted = None if nodes is None else [node for node in nodes if node in world.actor_set]
            if wanted is not None and len(wanted) * FEW_OF < len(world.actors):
                some = Actors(world, sorted(wanted))
                known = (some, some.whole, {})
            else:
                every = actors(world)
                row = every.whole if wanted is None else every.row(wanted)
                known = (every, row, every.grids if self.gives_nothing else self._grids)
            self._some[nodes] = known
        return known

    @property
    def gives_nothing(self) -> bool:
        return not (self.given.settled or self.given.absent)

    def targets(self, every: Collection[str], nodes: Nodes, is_one: Callable[[str], bool]) -> Collection[str]:
        """What is wanted of a kind, and what is asked about: it may be in no account that was collected."""
        target = self.asked[1] if self.asked else ""
        found = chosen(every, nodes)
        extra = is_one(target) and target not in every and among(target, nodes)
        return (*found, target) if extra else found

    def wants(self, edge: Edge, evidence: Callable[[], bool]) -> bool:
        """Whether an edge belongs to the graph: who may go there, or evidence that somebody should."""
        self.lacked.update((fact, None) for fact in edge.assumes)
        if edge.status.is_open or edge.status.value == "unknown":
            return True
        if self.asked == (shown(edge.source), shown(edge.target)):
            return True
        return self.missing and evidence()


#: The plain question: everything, with what is missing.
EVERYTHING = Question()


def chosen(every: Collection[str], nodes: Nodes) -> Collection[str]:
    """Those of a kind that are wanted, in an order that is always the same; `every` is quick to be asked for one."""
    return every if nodes is None else sorted(node for node in nodes if node in every)


def among(node: str, nodes: Nodes) -> bool:
    return nodes is None or node in nodes
