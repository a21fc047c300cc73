"""What a graph is grown for, as far as the edge rules need to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from models.context import NOTHING_GIVEN, Given
from models.decision import MissingFact
from models.edge import Edge
from simulator.world.actors import Actors
from simulator.world.nodes import shown

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
    memo: dict[Any, Any] = field(default_factory=dict, compare=False)
    """What was worked out under what is given."""

    def row(self, actors: Actors, nodes: frozenset[str]) -> int:
        """The row of those actors; a rule asks for the same nodes for every target."""
        known = self.memo.get(nodes)
        if not isinstance(known, int):
            known = self.memo[nodes] = actors.row(nodes)
        return known

    def with_asked(self, every: Iterable[str], is_one: Callable[[str], bool]) -> Iterable[str]:
        """What there is of a kind, and what is asked about: it may be in no account that was collected."""
        target = self.asked[1] if self.asked else ""
        return dict.fromkeys((*every, target)) if is_one(target) else every

    def wants(self, edge: Edge, evidence: bool) -> bool:
        """Whether an edge belongs to the graph: who may go there, or evidence that somebody should."""
        self.lacked.update((fact, None) for fact in edge.assumes)
        if edge.status.is_open or edge.status.value == "unknown":
            return True
        if self.asked == (shown(edge.source), shown(edge.target)):
            return True
        return self.missing and evidence


#: The plain question: everything, with what is missing.
EVERYTHING = Question()


def among(node: str, nodes: Nodes) -> bool:
    return nodes is None or node in nodes
