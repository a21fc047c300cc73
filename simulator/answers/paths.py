"""The k cheapest ways from one node to another, with what is missing on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.answer import PathAnswer, PathsAnswer
from models.context import NOTHING_GIVEN, Given
from models.edge import Edge, EdgeKind, Status
from simulator.answers import shapes
from simulator.answers.grown import between, may_take_over
from simulator.cheapest import Path, cheapest
from simulator.graph import Graph
from simulator.world.nodes import shown
from simulator.world.world import World


def paths(
    world: World,
    source: str,
    target: str,
    *,
    action: str | None = None,
    k: int = 5,
    given: Given = NOTHING_GIVEN,
    repair: bool = False,
) -> PathsAnswer:
    """Find the ways from `source` to `target`, cheapest first; the direct one that is denied comes last.

    Args:
        action: what is to be done on `target`; without it, run a function or become a role.
        repair: also what mends each way, applied and evaluated again.
    """
    graph, ends = between(world, source, target, action, given)
    found: list[Path] = []

    def enough(cost: int) -> bool:
        nonlocal found
        found = cheapest(graph, source, ends, k)
        return len(found) >= k and found[-1].cost <= cost

    # Forwards: from one principal few steps lead on, where very many may lead to a function.
    graph.grow_by_cost(source, ends, enough)
    if not _is_full(found, k) and may_take_over(graph, source):
        graph.grow_by_takeover(ends)
        found = []
    if len(found) < k:
        found = cheapest(graph, source, ends, k)
    found += hopeless(graph, source, target)
    used = [edge for path in found for edge in path.edges]
    lacked = [fact for edge in used for fact in edge.assumes] + ([] if found else list(graph.question.lacked))
    gaps = [fact for edge in used for fact in edge.gaps]
    return PathsAnswer(
        source=source,
        target=target,
        paths=tuple(map(path_answer, found) if not repair else _repaired(graph, found)),
        gaps=shapes.facts((*gaps, *world.inventory_gaps())),
        assumes=shapes.facts(lacked),
    )


def _repaired(graph: Graph, found: list[Path]) -> Iterator[PathAnswer]:
    # All that a repair is told with takes a while to load, and few questions ask for it.
    from simulator.answers import mended
    from simulator.repair.ways import Asked

    question = graph.question
    asked = Asked(question.given, question.action, question.starts)
    for path in found:
        yield path_answer(path).model_copy(update={"repair": mended.of_path(graph.world, path, asked)})


def _is_full(found: list[Path], k: int) -> bool:
    """Whether the last of what was found costs nothing and is certain: what is taken over could only come after."""
    return len(found) >= k and found[-1].cost == 0 and found[-1].status is Status.ALLOWED


def hopeless(graph: Graph, source: str, target: str) -> list[Path]:
    """The direct step where no path may go through it: denied, or refused in a way that no grant mends."""
    direct: Iterable[Edge] = (
        edge
        for edge in graph.out_of(source)
        if shown(edge.target) == target and edge.kind is not EdgeKind.MEMBER_OF and not edge.can_be_bought
    )
    return [Path((edge,)) for edge in direct]


def path_answer(path: Path) -> PathAnswer:
    cost = 0 if path.status is Status.DENIED else path.cost
    return PathAnswer(status=path.status.value, cost=cost, steps=tuple(shapes.step(edge) for edge in path.edges))
