"""What opens and what closes when a snapshot changes: edges, and pairs that only a way joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.answer import OpenedAnswer, WhatIfAnswer
from models.change import Change
from models.edge import EdgeKind, Status
from simulator.answers import shapes
from simulator.answers.reach import reached
from simulator.answers.step import step
from simulator.changes import apply
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world.nodes import shown
from simulator.world.world import World

Pair = tuple[str, str, str]
PATH = "path"


@dataclass(frozen=True, slots=True)
class _Open:
    status: Status
    via: tuple[str, ...] = ()


def what_if(world: World, changes: Sequence[Change]) -> WhatIfAnswer:
    """Apply the changes, and compare every edge and every way before and after.

    Raises:
        ChangeError: for a change that AWS would refuse.
    """
    after = World(apply(world.snapshot, changes), world.strict)
    was, now = _open_pairs(world), _open_pairs(after)
    return WhatIfAnswer(
        changes=tuple(change.model_dump(mode="json") for change in changes),
        opens=_gained(world, was, after, now, forward=True),
        closes=_gained(after, now, world, was, forward=False),
        assumes=shapes.facts(()),
    )


def _open_pairs(world: World) -> dict[Pair, _Open]:
    """Every edge that is open, and every pair that only an open way joins, with its status."""
    graph = Graph(world, Question(missing=False)).grow_whole()
    found: dict[Pair, _Open] = {}
    for edge in graph.edges:
        if edge.status.is_open and edge.kind is not EdgeKind.MEMBER_OF:
            pair = (shown(edge.source), shown(edge.target), edge.kind.value)
            known = found.get(pair)
            if known is None or edge.status.rank < known.status.rank:
                found[pair] = _Open(edge.status)
    joined = {(source, target) for source, target, _ in found}
    for source in sorted({edge.source for edge in graph.edges if "#" not in edge.source}):
        for node, _, way in reached(graph, source):
            ends_in_qualifier = way.edges[-1].kind is EdgeKind.QUALIFIES
            if way.status.is_open and not ends_in_qualifier and (source, node) not in joined:
                found.setdefault((source, node, PATH), _Open(way.status, way.via))
    return found


def _gained(
    old_world: World, old: dict[Pair, _Open], new_world: World, new: dict[Pair, _Open], *, forward: bool
) -> tuple[OpenedAnswer, ...]:
    """What `new` has open and `old` hadn't, or only conditionally; told from before to after whichever way round."""
    found = []
    for pair in sorted(new):
        known = old.get(pair)
        if known is not None and known.status.rank <= new[pair].status.rank:
            continue
        other = known.status if known else _status(old_world, pair)
        before, after = (other, new[pair].status) if forward else (new[pair].status, other)
        found.append(
            OpenedAnswer(
                source=pair[0],
                target=pair[1],
                kind=pair[2],
                before=before.value,
                after=after.value,
                via=new[pair].via,
            )
        )
    return tuple(found)


def _status(world: World, pair: Pair) -> Status:
    """Of an edge that isn't open: what its rule says of it; missing where it says nothing."""
    source, target, kind = pair
    if kind == PATH:
        return Status.MISSING
    found = step(world, source, target, kind)
    return Status(found.status) if found and not Status(found.status).is_open else Status.MISSING
