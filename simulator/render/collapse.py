"""Fewer nodes, where a picture would have more than anyone can read.

What is collapsed is counted and named in the picture, and edges keep their status: a set of 312 roles of which one is
missing something has an allowed and a missing edge.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from models.answer import GraphAnswer, GraphEdge, GraphNode
from simulator.render.dot import SET

#: More nodes than this and a picture is not read any more, only looked at.
READABLE = 60
_NAMED = 3


def collapse(graph: GraphAnswer, *, keep: Collection[str] = (), limit: int = READABLE) -> GraphAnswer:
    """Return `graph` with at most about `limit` nodes, sets standing for many of one kind in one account.

    Nodes in `keep` stay as they are, so more than `limit` may be left. The largest sets are made first, then, if that
    isn't enough, one set for all that is left of an account.
    """
    excess = len(graph.nodes) - limit
    if excess <= 0:
        return graph
    sets: list[list[GraphNode]] = []
    for group in _groups(graph.nodes, keep, by_kind=True):
        if excess <= 0:
            break
        sets.append(group)
        excess -= len(group) - 1
    if excess > 0:
        sets = _groups(graph.nodes, keep, by_kind=False)
    return _merged(graph, sets)


def _groups(nodes: Sequence[GraphNode], keep: Collection[str], *, by_kind: bool) -> list[list[GraphNode]]:
    """What may become a set, the largest first; a set of one is none."""
    groups: dict[tuple[str, str], list[GraphNode]] = {}
    for node in nodes:
        if node.id not in keep:
            groups.setdefault((node.account or "", node.kind if by_kind else ""), []).append(node)
    return sorted((group for group in groups.values() if len(group) > 1), key=lambda group: -len(group))


def _merged(graph: GraphAnswer, sets: list[list[GraphNode]]) -> GraphAnswer:
    stands_for: dict[str, GraphNode] = {}
    for group in sets:
        whole = _set(group)
        stands_for |= {node.id: whole for node in group}
    nodes = {node.id: node for node in (stands_for.get(node.id, node) for node in graph.nodes)}
    names = {name: node.id for name, node in stands_for.items()}
    return graph.model_copy(update={"nodes": tuple(nodes.values()), "edges": _edges(graph.edges, names)})


def _set(group: list[GraphNode]) -> GraphNode:
    kinds = sorted({node.kind for node in group})
    kind = kinds[0] if len(kinds) == 1 else "node"
    shown = ", ".join(node.label for node in group[:_NAMED])
    more = ", …" if len(group) > _NAMED else ""
    account = group[0].account
    return GraphNode(
        id=f"{SET}:{account or ''}:{kind}",
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
    """The edges between sets, one for each kind and status; what goes on within a set isn't drawn."""
    bundles: dict[tuple[str, str, str, str], list[GraphEdge]] = {}
    for edge in edges:
        source, target = names.get(edge.source, edge.source), names.get(edge.target, edge.target)
        if source != target or edge.source == edge.target:
            bundles.setdefault((source, target, edge.kind, edge.status), []).append(edge)
    return tuple(_bundle(source, target, bundle) for (source, target, _, _), bundle in bundles.items())


def _bundle(source: str, target: str, bundle: list[GraphEdge]) -> GraphEdge:
    first = bundle[0]
    if len(bundle) == 1:
        return first.model_copy(update={"source": source, "target": target})
    missing = tuple(grant for edge in bundle for grant in edge.missing)
    detail = f"{len(bundle)} edges"
    return first.model_copy(update={"source": source, "target": target, "missing": missing, "detail": detail})
