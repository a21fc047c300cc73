"""version or alias -> its function: who runs the alias runs the function. It always holds, at no cost."""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind
from simulator.edges.question import EVERYTHING, Nodes, Question, among
from simulator.world.world import World


def edges(
    world: World, sources: Nodes = None, targets: Nodes = None, question: Question = EVERYTHING
) -> Iterator[Edge]:
    """Yield an edge from each version and alias to its function."""
    for node in world.function_nodes:
        base, qualifier = arns.split_function(node)
        if qualifier and among(node, sources) and among(base, targets):
            yield Edge(node, base, EdgeKind.QUALIFIES)
