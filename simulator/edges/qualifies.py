"""version, alias or function URL -> what it is of: who runs the alias runs the function. It holds, at no cost.

A URL leads to the alias or function that it is on.
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind
from simulator.edges.question import Nodes, Question, among, chosen
from simulator.world.world import World


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge from each version and alias to its function, and from each URL to what it is on."""
    for node in chosen(world.function_nodes, sources) if targets is None else _qualified(world, targets):
        base, qualifier = arns.split_function(node)
        if qualifier and among(node, sources) and among(base, targets):
            yield Edge(node, base, EdgeKind.QUALIFIES)
    for url in chosen(world.urls, sources) if targets is None else chosen(world.urls, _urls(targets)):
        on = arns.behind_url(url)
        if among(url, sources) and among(on, targets):
            yield Edge(url, on, EdgeKind.QUALIFIES)


def _qualified(world: World, bases: frozenset[str]) -> Iterator[str]:
    for base in chosen(world.functions, bases):
        function = world.functions[base]
        yield from (f"{base}:{name}" for name in (*function.versions, *function.aliases))


def _urls(on: frozenset[str]) -> frozenset[str]:
    return frozenset(arns.url_of(node) for node in on)
