"""The cheapest paths through a graph: fewest statements to add, then the most certain, then the shortest.

What takes something over comes after all else that costs as much and is as certain.

networkx holds what is searched; it is slow to load, and only a question about paths needs it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import networkx as nx

from models.edge import Edge, EdgeKind, Status
from simulator.graph import Graph, comes_by
from simulator.world.nodes import actor, place, shown

#: Weights that keep the order of paths: statements first, then what is taken over, then steps.
_PER_STATEMENT = 1_000_000
_PER_CHANGE = 1_000
_PER_STEP = 1
#: The statuses of paths that hold, may hold, or would with statements added.
USABLE = (Status.ALLOWED, Status.CONDITIONAL, Status.UNKNOWN, Status.MISSING)
#: Paths of the same cost looked at beyond those that are shown, for the order among equals.
MOST_EQUALS = 300


@dataclass(frozen=True, slots=True)
class Path:
    """A way that holds, or would with `cost` statements added."""

    edges: tuple[Edge, ...]

    @property
    def status(self) -> Status:
        return max((edge.status for edge in self.edges), key=lambda status: status.rank)

    @property
    def is_simple(self) -> bool:
        """Whether it comes by no node twice."""
        passed: set[str] = set()
        for edge in self.edges:
            passed |= {actor(edge.source), place(edge.source)}
            if edge is not self.edges[-1] and comes_by(edge.source, edge.target, passed):
                return False
        return True

    @property
    def cost(self) -> int:
        return len({grant.place for edge in self.edges for grant in edge.missing})

    @property
    def taken_over(self) -> int:
        """The number of steps that take something over."""
        return sum(edge.kind is EdgeKind.CHANGES for edge in self.edges)

    @property
    def order(self) -> tuple[int, int, int, int, tuple[str, ...]]:
        names = tuple(shown(edge.target) for edge in self.edges)
        return (self.cost, self.status.rank, self.taken_over, len(self.edges), names)


def cheapest(graph: Graph, start: str, ends: Iterable[str], k: int, statuses: Iterable[Status] = USABLE) -> list[Path]:
    """The `k` first paths in the order of answers: cost, then certainty, then what is taken over, then steps, names.

    Those of other `statuses` are passed over.
    """
    found: dict[tuple[tuple[str, EdgeKind], ...], Path] = {}
    for worst in statuses:
        network = _network(graph, ends, worst)
        if len(found) >= k:
            break
        for path in _up_to(network, start, k + len(found), worst):
            found[tuple((edge.target, edge.kind) for edge in path.edges)] = path
    return sorted(found.values(), key=lambda path: path.order)[:k]


_END = "end of every path"


def _network(graph: Graph, ends: Iterable[str], worst: Status) -> nx.DiGraph:
    """The graph to search: of the edges between two nodes the cheapest that may be used."""
    network = nx.DiGraph()
    leading = graph.leading_to(ends)
    for edge in graph.edges:
        if edge.kind is EdgeKind.MEMBER_OF or edge.status.rank > worst.rank or not edge.can_be_bought:
            continue
        if edge.target not in leading:
            continue
        weight = edge.cost * _PER_STATEMENT + _PER_STEP
        if edge.kind is EdgeKind.CHANGES:
            # A step of its own beside the one that goes without: both are ways.
            over = f"{edge.source} takes over {edge.target}"
            network.add_edge(edge.source, over, weight=weight + _PER_CHANGE, edge=edge)
            network.add_edge(over, edge.target, weight=0, edge=None)
            continue
        known = network.get_edge_data(edge.source, edge.target)
        if known is None or (weight, edge.status.rank) < (known["weight"], known["edge"].status.rank):
            network.add_edge(edge.source, edge.target, weight=weight, edge=edge)
    for end in ends:
        if end in network:
            network.add_edge(end, _END, weight=0, edge=None)
    return network


def _up_to(network: nx.DiGraph, start: str, k: int, worst: Status) -> Iterator[Path]:
    """Yield paths by weight: k of them whose worst step is `worst`, and all that weigh as much as the last."""
    if start not in network or _END not in network:
        return
    taken = looked = 0
    last: float | None = None
    try:
        for nodes in nx.shortest_simple_paths(network, start, _END, weight="weight"):
            pairs = list(itertools.pairwise(nodes[:-1]))
            weight = sum(network.edges[pair]["weight"] for pair in pairs)
            looked += 1
            if (taken >= k and weight != last) or looked > k + MOST_EQUALS:
                return
            path = Path(tuple(edge for pair in pairs if (edge := network.edges[pair]["edge"]) is not None))
            if pairs and path.status is worst and path.is_simple and not _goes_round(network, path):
                taken, last = taken + 1, weight
                yield path
    except nx.NetworkXNoPath:
        return


def _goes_round(network: nx.DiGraph, path: Path) -> bool:
    """Whether a role has a function of its own do on the way what it may as well do itself."""
    for earlier, later in itertools.combinations(path.edges, 2):
        if shown(earlier.source) == shown(later.source) and actor(earlier.source) != actor(later.source):
            direct = network.get_edge_data(earlier.source, later.target, {}).get("edge")
            if direct and direct.cost <= later.cost and direct.status.rank <= path.status.rank:
                return True
    return False
