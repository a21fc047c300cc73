"""The half of `feeds` that is about event source mappings: who may write to what Lambda polls.

A broker or database that lets its own users write, and no IAM action, is fed by nobody (`fed_by` in the table).
"""

from __future__ import annotations

from collections.abc import Iterator

from models.edge import Edge, EdgeKind
from models.snapshot import Mapping
from simulator.edges.grantable import Ask, edges_to
from simulator.edges.polled_on import asked_on
from simulator.edges.question import Nodes, Question, among
from simulator.triggers.polled import On, Write, polled
from simulator.world.world import World

#: A write, and what else it takes.
Asks = tuple[Ask, ...]


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge from whoever may write to the source of an enabled mapping, for each way to do so."""
    for origin, asks in dict.fromkeys(_writes(world, targets)):
        yield from edges_to(world, EdgeKind.FEEDS, origin, asks, sources, question)


def _writes(world: World, targets: Nodes) -> Iterator[tuple[str, Asks]]:
    for mapping in world.mappings.between(targets, None):
        row = polled(mapping.source)
        if row and mapping.enabled and among(mapping.origin, targets):
            for write in row.writes:
                for pairs in _pairs(world, mapping, write):
                    yield mapping.origin, pairs


def _pairs(world: World, mapping: Mapping, write: Write) -> Iterator[Asks]:
    """One for each resource that can be written to, with what else a writer needs: on the same one, or beside it."""
    for on in _arns(world, mapping, write.on):
        also = [
            (action, other)
            for action, place in write.also
            for other in ((on,) if place is write.on else _arns(world, mapping, place))
        ]
        yield tuple(Ask(action, resource) for action, resource in ((write.action, on), *also))


def _arns(world: World, mapping: Mapping, on: On) -> list[str]:
    return [arn for arn in asked_on(world, mapping, on) if isinstance(arn, str)]
