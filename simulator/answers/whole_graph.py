"""The graph as it is drawn: of everything, or of what lies around two nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models import arns
from models.answer import GraphAnswer, GraphEdge, GraphNode
from models.context import NOTHING_GIVEN, Given
from models.edge import Edge, EdgeKind, Status
from models.errors import PermgraphError
from simulator.answers import shapes
from simulator.answers.grown import between, ends_of, may_take_over, starts_of
from simulator.edges.guises import guises
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world.nodes import is_guise, shown
from simulator.world.world import World

MOST_NODES = 2000


def whole_graph(
    world: World,
    *,
    source: str | None = None,
    target: str | None = None,
    given: Given = NOTHING_GIVEN,
    limit: int = MOST_NODES,
) -> GraphAnswer:
    """The nodes and edges around `source` and `target`: what leads to the one, what the other leads to.

    Raises:
        PermgraphError: for more than `limit` nodes without either end.
    """
    if source is None and target is None:
        size = size_of(world)
        if size > limit:
            raise PermgraphError(f"the graph has about {size} nodes, more than {limit}: name --from or --to")
        graph = Graph(world, Question(given, takeover=True)).grow_whole()
        return answer(world, _of_today(world, graph.edges), _every_node(world))
    if source is not None and target is not None:
        graph, ends = between(world, source, target, None, given)
        graph.grow_forward((source,), ends)
        if may_take_over(graph, source):
            graph.grow_by_takeover(ends)
        return answer(world, _between(graph, source, ends), (source, target))
    graph = Graph(world, Question(given, starts=starts_of(world, source or ""), takeover=True))
    graph = graph.grow_forward((source,)) if source else graph.grow_backward(ends_of(world, target or ""))
    return answer(world, graph.edges, (source or target or "",))


def _between(graph: Graph, source: str, ends: Iterable[str]) -> tuple[Edge, ...]:
    """The edges on some way from `source` to one of `ends`, whatever their status."""
    leads = _closure(graph, (source,), forward=True)
    led = _closure(graph, ends, forward=False)
    return tuple(edge for edge in graph.edges if edge.source in leads and edge.target in led)


def _closure(graph: Graph, starts: Iterable[str], *, forward: bool) -> set[str]:
    seen = set(starts)
    stack = list(seen)
    while stack:
        node = stack.pop()
        for edge in graph.out_of(node) if forward else graph.into(node):
            other = edge.target if forward else edge.source
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return seen


def size_of(world: World) -> int:
    """About how many nodes the whole graph has."""
    return sum(1 for _ in _every_node(world))


def _every_node(world: World) -> Iterable[str]:
    yield from (*world.users, *world.groups, *world.roles, *world.function_nodes, *world.urls, *world.resources)


def answer(world: World, edges: Iterable[Edge], nodes: Iterable[str]) -> GraphAnswer:
    """Edges and nodes in the contract's shape; a role and its sessions in functions are one node.

    What somebody may do once he has changed his own policies is drawn as taken over: he may not do it today.
    """
    merged: dict[tuple[str, str, str], Edge] = {}
    names = dict.fromkeys(nodes)
    every = sorted(map(_as_drawn, edges), key=lambda edge: edge.status.rank)
    for edge in every:
        merged.setdefault((shown(edge.source), shown(edge.target), edge.kind.value), edge)
        names.update(dict.fromkeys((shown(edge.source), shown(edge.target))))
    return GraphAnswer(
        nodes=tuple(node_of(world, name) for name in sorted(names)),
        edges=tuple(edge_of(merged[key]) for key in sorted(merged)),
        accounts=dict(sorted(world.names.items())),
        gaps=shapes.facts((*(fact for edge in every for fact in edge.gaps), *world.inventory_gaps())),
        assumes=shapes.facts(fact for edge in every for fact in edge.assumes),
    )


def _of_today(world: World, edges: Iterable[Edge]) -> Iterable[Edge]:
    """All but what somebody may do only once others have changed his policies."""
    made = guises(world)
    return (edge for edge in edges if not is_guise(edge.source) or edge.source in made.into)


def _as_drawn(edge: Edge) -> Edge:
    return replace(edge, kind=EdgeKind.CHANGES) if is_guise(edge.source) else edge


def node_of(world: World, name: str) -> GraphNode:
    """A node in the contract's shape."""
    account = arns.account_of(arns.behind_url(name))
    resource = world.resources.get(name)
    if name.startswith("account:"):
        account = name.removeprefix("account:")
    return GraphNode(
        id=name,
        kind=arns.kind_of(name),
        account=account or (resource.account if resource else None),
        region=arns.region_of(arns.behind_url(name)),
        label=arns.short(name),
    )


def edge_of(edge: Edge) -> GraphEdge:
    """An edge in the contract's shape."""
    # Not `shapes.step`: the reasons of what is simply allowed would be worked out, and aren't told.
    return GraphEdge(
        source=shown(edge.source),
        target=shown(edge.target),
        kind=edge.kind.value,
        status=edge.status.value,
        missing=shapes.missing(edge),
        detail=_detail(edge),
    )


def _detail(edge: Edge) -> str:
    """In a few words what decides an edge that is not simply allowed."""
    if edge.status is Status.MISSING:
        lacking = dict.fromkeys(f"{grant.side} of {arns.short(grant.holder)}" for grant in edge.missing)
        return " and ".join(lacking) or edge.impossible or "no grant can mend it"
    if edge.status is Status.DENIED:
        cited = next(iter(edge.because), None)
        return f"{cited.statement} of {arns.short(cited.policy)}" if cited else ""
    if edge.status is Status.CONDITIONAL:
        return "; ".join(item.text for item in edge.residuals)
    if edge.status is Status.UNKNOWN:
        return "; ".join(fact.reason for fact in edge.gaps[:1])
    return ""
