"""user -> group. On no path: a group's policies count as its members' own."""

from __future__ import annotations

from collections.abc import Iterator

from models.edge import Edge, EdgeKind
from simulator.edges.question import Nodes, Question, among
from simulator.world.world import World


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for each membership."""
    for user in world.snapshot.users:
        if among(user.arn, sources):
            yield from (Edge(user.arn, group, EdgeKind.MEMBER_OF) for group in user.groups if among(group, targets))
