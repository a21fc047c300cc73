"""The half of `feeds` that is about event source mappings: who may write to what Lambda polls.

A broker or database that lets its own users write, and no IAM action, is fed by nobody (`fed_by` in the table).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models.edge import Edge, EdgeKind
from models.snapshot import Mapping
from simulator.edges.grantable import edges_to
from simulator.edges.polled_on import asked_on
from simulator.edges.question import Nodes, Question, among
from simulator.triggers.polled import On, Write, polled
from simulator.world.nodes import ask
from simulator.world.world import World

#: A write, and what else it takes: an action and a resource each.
Pairs = tuple[tuple[str, str], ...]


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge from whoever may write to the source of an enabled mapping, for each way to do so."""
    for origin, (first, *others) in dict.fromkeys(_writes(world, targets)):
        for edge in edges_to(world, EdgeKind.FEEDS, origin, *first, sources, question):
            whole = _with(world, edge, tuple(others), question)
            if question.missing or whole.status.is_open or whole.status.value == "unknown":
                yield whole


def _writes(world: World, targets: Nodes) -> Iterator[tuple[str, Pairs]]:
    for mapping in world.mappings.between(targets, None):
        row = polled(mapping.source)
        if row and mapping.enabled and among(mapping.origin, targets):
            for write in row.writes:
                for pairs in _pairs(world, mapping, write):
                    yield mapping.origin, pairs


def _pairs(world: World, mapping: Mapping, write: Write) -> Iterator[Pairs]:
    """One for each resource that can be written to, with what else a writer needs: on the same one, or beside it."""
    for on in _arns(world, mapping, write.on):
        also = [
            (action, other)
            for action, place in write.also
            for other in ((on,) if place is write.on else _arns(world, mapping, place))
        ]
        yield ((write.action, on), *also)


def _arns(world: World, mapping: Mapping, on: On) -> list[str]:
    return [arn for arn in asked_on(world, mapping, on) if isinstance(arn, str)]


def _with(world: World, edge: Edge, others: Pairs, question: Question) -> Edge:
    """The edge with what else it requires."""
    asked = tuple(ask(world, edge.source, action, on, question.given) for action, on in others)
    return replace(edge, requirements=(*edge.requirements, *asked)) if asked else edge
