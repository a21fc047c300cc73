"""Before and after as one graph: what opens, what closes, and the ways that lead through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

from models.answer import ExposureAnswer, GraphAnswer, GraphEdge, GraphNode, OpenedAnswer, StatusName, WhatIfAnswer
from models.change import Change
from models.edge import Edge, EdgeKind, Status
from simulator.answers.exposure import EVERYBODY
from simulator.answers.grown import ends_of
from simulator.answers.step import step
from simulator.answers.whole_graph import edge_of, node_of
from simulator.changes import apply
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.opening.changed import PATH
from simulator.world.nodes import shown
from simulator.world.world import World

Hop = tuple[str, str]
Key = tuple[str, str, str]
Direction = Literal["opens", "closes"]

#: Memberships are on no way, and neither is what somebody may take over as he is today.
_ON_WAYS = tuple(kind for kind in RULES if kind not in (EdgeKind.MEMBER_OF, EdgeKind.CHANGES))


def changed_graph(before: World, changes: Sequence[Change], answer: WhatIfAnswer) -> GraphAnswer:
    """Every edge of the `answer` to `changes` that opens or closes, marked so, and the other steps of the ways that do.

    A pair that only a way joins is no edge: the steps of its way are drawn, as they are after the changes. An
    organization or account that something is exposed to is a node, too.
    """
    after = World(apply(before.snapshot, changes), before.strict)
    both: tuple[tuple[Direction, tuple[OpenedAnswer, ...]], ...] = (("opens", answer.opens), ("closes", answer.closes))
    rows = [(direction, row) for direction, some in both for row in some]
    edges = {(row.source, row.target, row.kind): _of_row(direction, row) for direction, row in rows if row.kind != PATH}
    edges |= {(row.to, row.target, row.kind): _of_exposure(row) for row in answer.exposure if row.to != EVERYBODY}
    ways = [(direction, row, hops_of(row)) for direction, row in rows if row.kind == PATH]
    steps = _Steps(before, after, frozenset(hop for _, _, hops in ways for hop in hops))
    for direction, row, hops in ways:
        found = [steps.of(hop, direction) for hop in hops]
        # A way that can't be told step by step is drawn in one: it is never left out.
        for edge in [one for one in found if one] if all(found) else (_of_row(direction, row),):
            edges.setdefault((edge.source, edge.target, edge.kind), edge)
    names = dict.fromkeys(end for source, target, _ in edges for end in (source, target))
    return GraphAnswer(
        nodes=tuple(_node(after, name) for name in sorted(names)),
        edges=tuple(edges[key] for key in sorted(edges)),
        accounts=dict(sorted(after.names.items())),
        gaps=answer.gaps,
        assumes=answer.assumes,
    )


def hops_of(row: OpenedAnswer) -> tuple[Hop, ...]:
    """The pairs of nodes that a row's way goes through, step by step; of an edge, its two ends."""
    return tuple(pairwise((row.source, *(row.via if row.kind == PATH else ()), row.target)))


def _of_row(direction: Direction, row: OpenedAnswer) -> GraphEdge:
    return _marked(direction, (row.source, row.target), row.kind, row.before, row.after)


def _of_exposure(row: ExposureAnswer) -> GraphEdge:
    direction: Direction = "closes" if row.after == "missing" else "opens"
    return _marked(direction, (row.to, row.target), row.kind, row.before, row.after)


def _node(world: World, name: str) -> GraphNode:
    kind, _, which = name.partition(":")
    if kind == "organization":
        return GraphNode(id=name, kind=kind, account=None, region=None, label=which)
    return node_of(world, name)


def _marked(direction: Direction, hop: Hop, kind: str, before: StatusName, after: StatusName) -> GraphEdge:
    return GraphEdge(
        source=hop[0],
        target=hop[1],
        kind=kind,
        status=after,
        missing=(),
        detail=f"{before} → {after}",
        change=direction,
    )


class _Steps:
    """The steps of ways that are open before or after, found for all ways together."""

    def __init__(self, before: World, after: World, hops: frozenset[Hop]) -> None:
        self._before, self._after = before, after
        self._was, self._now = _open(before, hops), _open(after, hops)
        self._told: dict[tuple[Hop, Direction], GraphEdge | None] = {}

    def of(self, hop: Hop, direction: Direction) -> GraphEdge | None:
        """The best step of a hop on a way that opens or closes: of equals, one that does so itself."""
        key = (hop, direction)
        if key not in self._told:
            self._told[key] = self._best(hop, direction)
        return self._told[key]

    def _best(self, hop: Hop, direction: Direction) -> GraphEdge | None:
        old, new = (self._was, self._now) if direction == "opens" else (self._now, self._was)
        found = new.get(hop, {})
        stays = {kind: _is_no_worse(old.get(hop, {}).get(kind), edge) for kind, edge in found.items()}
        kind = min(found, key=lambda kind: (found[kind].status.rank, stays[kind]), default=None)
        if kind is None:
            return None
        return edge_of(self._now[hop][kind]) if stays[kind] else self._changed(hop, kind, direction)

    def _changed(self, hop: Hop, kind: EdgeKind, direction: Direction) -> GraphEdge:
        was, now = (
            known.status if (known := found.get(hop, {}).get(kind)) else _status(world, hop, kind)
            for found, world in ((self._was, self._before), (self._now, self._after))
        )
        return _marked(direction, hop, kind.value, was.value, now.value)


def _is_no_worse(known: Edge | None, edge: Edge) -> bool:
    return known is not None and known.status.rank <= edge.status.rank


def _open(world: World, hops: frozenset[Hop]) -> dict[Hop, dict[EdgeKind, Edge]]:
    """The open steps of each hop by their kinds, of a role and its sessions in functions the best."""
    sources = {name for source, _ in hops for name in (source, *_sessions(world, source))}
    targets = {name for _, target in hops for name in ends_of(world, target)}
    found: dict[Hop, dict[EdgeKind, Edge]] = {}
    for edge in _between(world, frozenset(sources), frozenset(targets)):
        hop = (shown(edge.source), shown(edge.target))
        if hop in hops and edge.status.is_open:
            known = found.setdefault(hop, {}).setdefault(edge.kind, edge)
            if edge.status.rank < known.status.rank:
                found[hop][edge.kind] = edge
    return found


def _between(world: World, sources: frozenset[str], targets: frozenset[str]) -> Iterable[Edge]:
    question = Question(missing=False)
    for kind in _ON_WAYS if sources else ():
        yield from RULES[kind](world, sources, targets, question)


def _sessions(world: World, role: str) -> Iterator[str]:
    """The sessions of a role in which functions run."""
    return (f"{role}#{arn}" for arn in world.functions_with_role(role))


def _status(world: World, hop: Hop, kind: EdgeKind) -> Status:
    """Of a step that isn't open; missing where its rule says nothing of it."""
    found = step(world, *hop, kind.value)
    return Status(found.status) if found else Status.MISSING
