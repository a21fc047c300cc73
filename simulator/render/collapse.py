"""Fewer nodes, where a picture would have more than anyone can read.

What is collapsed is counted and named in the picture, and edges keep their status: a set of 312 roles of which one is
missing something has an allowed and a missing edge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import accumulate

from models.answer import GraphAnswer, GraphEdge, GraphNode
from simulator.render.dot import SET

#: More nodes than this and a picture is not read any more, only looked at.
READABLE = 60
_NAMED = 3


def collapse(graph: GraphAnswer, *, keep: Collection[str] = (), limit: int = READABLE) -> GraphAnswer:
    """Return `graph` with at most about `limit` nodes, sets standing for many of one kind in one account.

    Nodes in `keep` stay as they are, so more than `limit` may be left. The largest sets are made first, then, if that
    isn't enough, one set for all that is left of an account. Where something opens or closes, those whose edges are
    the same come before all others: with them no change is drawn within a set.
    """
    excess = len(graph.nodes) - limit
    if excess <= 0:
        return graph
    free = [node for node in graph.nodes if node.id not in keep]
    sets = _largest(_twins(graph, free), excess) if any(edge.change for edge in graph.edges) else []
    if _saved(sets) < excess:
        sets = _largest(_groups(free, lambda node: node.kind), excess)
    if _saved(sets) < excess:
        sets = _groups(free, lambda node: "")
    return _merged(graph, sets)


def _largest(groups: list[list[GraphNode]], excess: int) -> list[list[GraphNode]]:
    """The first of the groups, as many as it takes to save so many nodes."""
    saved = accumulate((len(group) - 1 for group in groups), initial=0)
    return [group for group, before in zip(groups, saved, strict=False) if before < excess]


def _saved(sets: list[list[GraphNode]]) -> int:
    return sum(len(group) - 1 for group in sets)


def _twins(graph: GraphAnswer, nodes: Sequence[GraphNode]) -> list[list[GraphNode]]:
    """Nodes of a kind that have the same edges from and to the same others, the most first."""
    edges: dict[str, set[tuple[str, ...]]] = {}
    for edge in graph.edges:
        look = (edge.kind, edge.status, edge.change or "")
        edges.setdefault(edge.source, set()).add(("to", edge.target, *look))
        edges.setdefault(edge.target, set()).add(("from", edge.source, *look))
    return _groups(nodes, lambda node: (node.kind, frozenset(edges.get(node.id, ()))))


def _groups(nodes: Sequence[GraphNode], of: Callable[[GraphNode], object]) -> list[list[GraphNode]]:
    """What of an account may become a set, the largest first; a set of one is none."""
    groups: dict[tuple[str, object], list[GraphNode]] = {}
    for node in nodes:
        groups.setdefault((node.account or "", of(node)), []).append(node)
    return sorted((group for group in groups.values() if len(group) > 1), key=lambda group: -len(group))


def _merged(graph: GraphAnswer, sets: list[list[GraphNode]]) -> GraphAnswer:
    stands_for: dict[str, GraphNode] = {}
    made: dict[str, int] = {}
    for group in sets:
        whole = _set(group, made)
        stands_for |= {node.id: whole for node in group}
    nodes = {node.id: node for node in (stands_for.get(node.id, node) for node in graph.nodes)}
    names = {name: node.id for name, node in stands_for.items()}
    return graph.model_copy(update={"nodes": tuple(nodes.values()), "edges": _edges(graph.edges, names)})


def _set(group: list[GraphNode], made: dict[str, int]) -> GraphNode:
    kinds = sorted({node.kind for node in group})
    kind = kinds[0] if len(kinds) == 1 else "node"
    shown = ", ".join(node.label for node in group[:_NAMED])
    more = ", …" if len(group) > _NAMED else ""
    account = group[0].account
    name = f"{SET}:{account or ''}:{kind}"
    number = made[name] = made.get(name, 0) + 1
    return GraphNode(
        id=name if number == 1 else f"{name}:{number}",
        kind=SET,
        account=account,
        region=None,
        label=f"{len(group)} {plural(kind)}\n{shown}{more}",
    )


def plural(kind: str) -> str:
    """`roles`, `buses`, `identity providers`."""
    word = kind.replace("_", " ")
    return f"{word}es" if word.endswith("s") else f"{word}s"


def _edges(edges: Sequence[GraphEdge], names: dict[str, str]) -> tuple[GraphEdge, ...]:
    """The edges between sets, one for each kind, status and change.

    What goes on within a set isn't drawn, unless it opens or closes.
    """
    bundles: dict[tuple[str | None, ...], list[GraphEdge]] = {}
    for edge in edges:
        source, target = names.get(edge.source, edge.source), names.get(edge.target, edge.target)
        if source != target or edge.source == edge.target or edge.change:
            drawn = edge.model_copy(update={"source": source, "target": target})
            bundles.setdefault((source, target, edge.kind, edge.status, edge.change), []).append(drawn)
    return tuple(map(_bundle, bundles.values()))


def _bundle(bundle: list[GraphEdge]) -> GraphEdge:
    first = bundle[0]
    if len(bundle) == 1:
        return first
    missing = tuple(grant for edge in bundle for grant in edge.missing)
    is_one = first.change and len({edge.detail for edge in bundle}) == 1
    detail = f"{len(bundle)} edges" + (f": {first.detail}" if is_one else "")
    return first.model_copy(update={"missing": missing, "detail": detail})
