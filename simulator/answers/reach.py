"""Every role that a principal can become, and every function that it can come to run."""

from __future__ import annotations

from models import arns
from models.answer import HOW_ORDER, How, ReachAnswer, ReachedAnswer
from models.context import NOTHING_GIVEN, Given
from simulator.answers import shapes
from simulator.answers.grown import starts_of
from simulator.edges.question import Question
from simulator.graph import Graph, Way, ways
from simulator.world.world import World


def reach(world: World, source: str, *, given: Given = NOTHING_GIVEN, include_takeover: bool = False) -> ReachAnswer:
    """List what `source` reaches, one entry for each node and each manner of getting there.

    Args:
        include_takeover: also what it takes over, and what that leads to; users are among it.
    """
    starts = starts_of(world, source)
    graph = Graph(world, Question(given, missing=False, starts=starts, takeover=include_takeover))
    listed = reached(graph, source)
    gaps = [fact for _, _, way in listed for edge in way.edges for fact in edge.gaps]
    return ReachAnswer(
        source=source,
        reaches=tuple(
            ReachedAnswer(node=node, status=way.status.value, how=how, via=way.via) for node, how, way in listed
        ),
        gaps=shapes.facts((*gaps, *world.inventory_gaps())),
        assumes=shapes.facts(graph.question.lacked),
    )


def reached(graph: Graph, source: str) -> list[tuple[str, How, Way]]:
    """Roles, users, functions and their URLs with their best ways, in the order of answers."""
    graph.grow_from(source)
    found = [
        (node, how, way)
        for node, by_how in ways(graph, source, backward=False).items()
        if "#" not in node and arns.kind_of(node) in ("role", "user", "function", "url")
        for how, way in by_how.items()
    ]
    return sorted(found, key=lambda item: (item[2].rank, HOW_ORDER.index(item[1]), item[0]))
