"""Grow the graph that a question needs, and find the best way to every node in it.

Backwards from an end, forwards from a start, until nothing new is found.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from models.answer import HOW_PRECEDENCE, How
from models.edge import Edge, EdgeKind, Status
from simulator.edges import RULES
from simulator.edges.calls import asked_node
from simulator.edges.guises import guises
from simulator.edges.question import Nodes, Question
from simulator.world.nodes import actor, place, shown
from simulator.world.world import World

HOW_OF: Mapping[EdgeKind, How] = {
    EdgeKind.INVOKES: "direct",
    EdgeKind.INVOKES_URL: "direct",
    EdgeKind.CALLS: "direct",
    EdgeKind.ASSUMES: "role_chain",
    EdgeKind.QUALIFIES: "qualifier",
    EdgeKind.TRIGGERS: "event_source",
    EdgeKind.POLLED_BY: "event_source",
    EdgeKind.FEEDS: "event_source",
    EdgeKind.RUNS_AS: "function_chain",
    EdgeKind.MEMBER_OF: "direct",
    EdgeKind.CHANGES: "takeover",
}
#: One step of these kinds is direct.
_DIRECT = frozenset({EdgeKind.INVOKES, EdgeKind.INVOKES_URL, EdgeKind.CALLS, EdgeKind.ASSUMES})

#: After so many steps nearly all is settled that ever will be: looking again costs more than it saves.
_SETTLING = 2


class Graph:
    """Edges found so far. `forward` and `backward` are grown once, and shared by what is asked of it."""

    def __init__(self, world: World, question: Question) -> None:
        self.world = world
        self.question = question
        self._edges: dict[tuple[str, str, EdgeKind], Edge] = {}
        self._into: dict[str, list[Edge]] = {}
        self._from: dict[str, list[Edge]] = {}

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(self._edges.values())

    @property
    def nodes(self) -> frozenset[str]:
        """Every node at an edge."""
        return frozenset((*self._into, *self._from))

    def add(self, edges: Iterable[Edge]) -> list[Edge]:
        """Take edges in, and return the new ones."""
        fresh = []
        for edge in edges:
            key = (edge.source, edge.target, edge.kind)
            if key not in self._edges:
                self._edges[key] = edge
                self._into.setdefault(edge.target, []).append(edge)
                self._from.setdefault(edge.source, []).append(edge)
                fresh.append(edge)
        return fresh

    def grow_backward(self, ends: Iterable[str]) -> Graph:
        """Find everything from which there may be a way to one of `ends`."""
        return self._grow(frozenset(ends), backward=True)

    def grow_forward(self, starts: Iterable[str], ends: Iterable[str] = ()) -> Graph:
        """Find everything to which there may be a way from one of `starts`, but nothing beyond `ends`."""
        return self._grow(frozenset(starts), backward=False, beyond=frozenset(ends))

    def grow_from(self, start: str) -> Graph:
        """Find everything to which there may be a way from `start`; as far as the best ways go by what is taken over.

        Whoever may take over one thing often may take over a thousand, and each of them the others: what is taken over
        for certain, in so many steps, is not looked for again from what is farther away.
        """
        question = self.question
        self.question = replace(question, takeover=False)
        self.grow_forward((start,))
        self.question = question
        seen: set[str] = set()
        settled: frozenset[str] = frozenset()
        layers = 0
        frontier = frozenset((start,)) if question.takeover else frozenset()
        while frontier:
            seen |= frontier
            for kind in RULES:
                if kind is not EdgeKind.MEMBER_OF:
                    self._asked_of(kind, frontier, self._unsettled(kind, settled), question)
            frontier = frozenset(edge.target for node in frontier for edge in self.out_of(node)) - seen
            if frontier and layers < _SETTLING:
                settled = self._taken_for_certain(start)
            layers += 1
        return self

    def _taken_for_certain(self, start: str) -> frozenset[str]:
        by_node = ways(self, start, backward=False).items()
        taken = ((node, by_how["takeover"]) for node, by_how in by_node if "takeover" in by_how)
        return frozenset(node for node, way in taken if way.status is Status.ALLOWED)

    def _unsettled(self, kind: EdgeKind, settled: frozenset[str]) -> Nodes:
        """What steps of a kind may lead to, but for what is settled; None: anything."""
        every: dict[EdgeKind, Iterable[str]] = {
            EdgeKind.INVOKES: self.world.function_nodes,
            EdgeKind.ASSUMES: self.world.roles,
            EdgeKind.CHANGES: (
                *self.world.function_nodes,
                *self.world.roles,
                *self.world.users,
                *guises(self.world, self.question.action).nodes,
            ),
        }
        return frozenset(every[kind]) - settled if settled and kind in every else None

    def grow_by_cost(self, start: str, ends: Iterable[str], enough: Callable[[int], bool]) -> Graph:
        """Find what can be reached from `start`, the cheaper first, until `enough` says so of a cost.

        When it is asked, every path to `ends` that costs no more is there: all that is reached by so many statements,
        and every step that leads on from what costs less.
        """
        free = replace(self.question, missing=False)
        beyond = frozenset(ends) - {start}
        cost_of = {start: 0}
        waiting: dict[int, set[str]] = {0: {start}}
        while waiting:
            cost = min(waiting)
            reached = frontier = {node for node in waiting.pop(cost) if cost_of[node] == cost}
            while frontier:
                found = self._leads_on(frontier - beyond, free, cost, cost_of)
                frontier = {node for node in found if cost_of[node] == cost}
                reached = reached | frontier
                _put_off(waiting, found - frontier, cost_of)
            if enough(cost):
                break
            _put_off(waiting, self._leads_on(reached - beyond, self.question, cost, cost_of), cost_of)
        return self

    def _leads_on(self, nodes: Set[str], question: Question, cost: int, cost_of: dict[str, int]) -> set[str]:
        """The nodes that are reached from these at less cost than before."""
        found: set[str] = set()
        for edge in self._asked(frozenset(nodes), None, question) if nodes else ():
            if edge.can_be_bought and cost + edge.cost < cost_of.get(edge.target, cost + edge.cost + 1):
                cost_of[edge.target] = cost + edge.cost
                found.add(edge.target)
        return found

    def _asked(self, sources: Nodes, targets: Nodes, question: Question) -> list[Edge]:
        """Ask every rule but that of memberships, which are on no path; the edges that are new."""
        kinds = (kind for kind in RULES if kind is not EdgeKind.MEMBER_OF)
        return [edge for kind in kinds for edge in self._asked_of(kind, sources, targets, question)]

    def _asked_of(self, kind: EdgeKind, sources: Nodes, targets: Nodes, question: Question) -> list[Edge]:
        """What may be taken over is found where it is asked for; that nobody may is nothing that lacks."""
        if kind is EdgeKind.CHANGES:
            if not question.takeover:
                return []
            question = replace(question, asked=None, missing=False)
        return self.add(RULES[kind](self.world, sources, targets, question))

    def grow_whole(self) -> Graph:
        """Find every edge there is."""
        for kind in RULES:
            self._asked_of(kind, None, None, self.question)
        return self

    def grow_by_takeover(self, ends: Iterable[str]) -> Graph:
        """Find also everything from which there is a way to one of `ends` by taking something over."""
        question = replace(self.question, missing=False, takeover=True)
        seen: set[str] = set()
        frontier = frozenset(ends)
        while frontier:
            seen |= frontier
            self._asked(None, frontier, question)
            # Not only what is new: some of it was found before, and led to nothing that could be taken over.
            found = (edge for node in frontier for edge in self.into(node) if edge.can_be_bought)
            frontier = frozenset(edge.source for edge in found) - seen
        return self

    def _grow(self, frontier: frozenset[str], *, backward: bool, beyond: frozenset[str] = frozenset()) -> Graph:
        seen: set[str] = set(beyond - frontier)
        while frontier:
            seen |= frontier
            sources, targets = (None, frontier) if backward else (frontier, None)
            edges = [edge for edge in self._asked(sources, targets, self.question) if edge.can_be_bought]
            frontier = frozenset(edge.source if backward else edge.target for edge in edges) - seen
        return self

    def leading_to(self, ends: Iterable[str]) -> set[str]:
        """The nodes found so far from which edges lead to one of `ends`."""
        seen = set(ends)
        stack = list(seen)
        while stack:
            for edge in self.into(stack.pop()):
                if edge.source not in seen:
                    seen.add(edge.source)
                    stack.append(edge.source)
        return seen

    def into(self, node: str) -> list[Edge]:
        return self._into.get(node, [])

    def out_of(self, node: str) -> list[Edge]:
        return self._from.get(node, [])


def _put_off(waiting: dict[int, set[str]], nodes: Iterable[str], cost_of: Mapping[str, int]) -> None:
    for node in nodes:
        waiting.setdefault(cost_of[node], set()).add(node)


# --- ways: for who-can and reach -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """A way that may be open. `rank` is its status's; ways compare in the order of answers."""

    rank: int
    steps: int
    names: tuple[str, ...]
    edges: tuple[Edge, ...] = field(compare=False)

    @property
    def status(self) -> Status:
        return tuple(Status)[self.rank]

    @property
    def how(self) -> How:
        """The first that occurs in it of takeover, event source, function chain, role chain, qualifier, direct."""
        if len(self.edges) == 1 and self.edges[0].kind in _DIRECT:
            return "direct"
        kinds = {HOW_OF[edge.kind] for edge in self.edges}
        return next(how for how in HOW_PRECEDENCE if how in kinds)

    @property
    def via(self) -> tuple[str, ...]:
        """What it goes through, without its two ends."""
        return passed_by(self.edges)


def passed_by(edges: Sequence[Edge]) -> tuple[str, ...]:
    """What these steps go through, and what they change on the way; of who changes himself nothing is told again."""
    found: list[str] = []
    for edge in edges:
        found += edge.via
        if shown(edge.source) != shown(edge.target):
            found.append(shown(edge.target))
    return tuple(found[:-1]) if edges and shown(edges[-1].source) != shown(edges[-1].target) else tuple(found)


def comes_by(node: str, other: str, passed: Set[str]) -> bool:
    """Whether a way that goes on from `node` to `other` would come by it again.

    A role and its session in a function are two: each may do what the other may not. Who changes his own policies stays
    where he is, but is more than he was.
    """
    return (place(other) if shown(node) == shown(other) else actor(other)) in passed


def ways(graph: Graph, end: str, *, backward: bool) -> dict[str, dict[How, Way]]:
    """The best way between `end` and every node, one for each manner of going.

    Best first over (status, steps, names). The first one found counts; a later one, of a worse status, is followed
    only if it is shorter: behind a step that is no better than itself it is the better way. No way comes by a node
    twice (`comes_by`).
    """
    # The end of a question about an action is no node to come by: a role may be asked about, and act on itself.
    start = frozenset() if end == asked_node(shown(end)) else frozenset((actor(end), place(end)))
    best: dict[str, dict[How, Way]] = {}
    shortest: dict[tuple[str, How], tuple[int, tuple[str, ...]]] = {}
    counter = 0
    queue: list[tuple[Way, int, str, frozenset[str]]] = [(Way(0, 0, (), ()), 0, end, start)]
    while queue:
        way, _, node, passed = heapq.heappop(queue)
        if way.edges:
            length, key = (way.steps, way.names), (node, way.how)
            if key in shortest and shortest[key] <= length:
                continue
            shortest[key] = length
            best.setdefault(node, {}).setdefault(way.how, way)
        for edge in graph.into(node) if backward else graph.out_of(node):
            other = edge.source if backward else edge.target
            if comes_by(node, other, passed) or edge.status.rank > Status.UNKNOWN.rank:
                continue
            edges = (edge, *way.edges) if backward else (*way.edges, edge)
            counter += 1
            longer = Way(max(way.rank, edge.status.rank), way.steps + 1, passed_by(edges), edges)
            heapq.heappush(queue, (longer, counter, other, passed | {actor(other), place(other)}))
    return best
