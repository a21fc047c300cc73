"""What-if the plain way: every edge of the world before and after as an object, and every way gone step by step.

What `simulator.opening` works out on rows, for what a change may touch, is held to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.answer import OpenedAnswer
from models.edge import Edge, EdgeKind, Status
from simulator.answers.step import step
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world import World
from simulator.world.names import is_known_to_lack
from simulator.world.nodes import is_guise, shown

Pair = tuple[str, str, str]
Open = dict[Pair, Status]
PATH = "path"
#: Of pairs that are joined so surely, those that a way joins which doesn't come by its own end.
SIMPLE = {Status.CONDITIONAL: "a way, open", Status.ALLOWED: "a way, allowed"}
LISTED = ("role", "user", "function", "url")


def differences(before: World, was: Open, after: World, now: Open) -> tuple[list[OpenedAnswer], list[OpenedAnswer]]:
    """What opens and what closes between two worlds of which it is known what is open; `via` is left empty."""
    opens = [_told(pair, _status(before, was, pair), now[pair]) for pair in sorted(_better(now, was))]
    closes = [_told(pair, was[pair], _status(after, now, pair)) for pair in sorted(_better(was, now))]
    return opens, closes


def _told(pair: Pair, before: Status, after: Status) -> OpenedAnswer:
    source, target, kind = pair
    return OpenedAnswer(source=source, target=target, kind=kind, before=before.value, after=after.value, via=())


def _better(one: Open, other: Open) -> Iterator[Pair]:
    for pair, status in one.items():
        if pair[2] == PATH:
            if any(_gains(one, other, pair, level) for level in SIMPLE):
                yield pair
        elif pair[2] not in SIMPLE.values() and (pair not in other or status.rank < other[pair].rank):
            yield pair


def _gains(one: Open, other: Open, pair: Pair, level: Status) -> bool:
    """Whether a way joins two nodes so surely that no edge does, and nothing did in the other world."""
    source, target, _ = pair
    joined = _joined(other, pair)
    is_joined = joined is not None and joined.rank <= level.rank
    return (
        (source, target, SIMPLE[level]) in one
        and not is_joined
        and all(edge.rank > level.rank for edge in _edges(one, pair))
    )


def _edges(known: Open, pair: Pair) -> list[Status]:
    """The edges on ways between two nodes."""
    kinds = (kind.value for kind in EdgeKind if kind is not EdgeKind.CHANGES)
    return [known[edge] for kind in kinds if (edge := (pair[0], pair[1], kind)) in known]


def _joined(known: Open, pair: Pair) -> Status | None:
    """How surely one node comes to another, by a step or by a way."""
    found = [*_edges(known, pair), *([known[pair]] if pair in known else [])]
    return min(found, key=lambda status: status.rank, default=None)


def _status(world: World, known: Open, pair: Pair) -> Status:
    if pair[2] == PATH:
        return _joined(known, pair) or Status.MISSING
    if pair in known:
        return known[pair]
    if any(is_known_to_lack(world, node) for node in pair[:2]):
        return Status.MISSING
    found = step(world, *pair)
    return Status(found.status) if found and not Status(found.status).is_open else Status.MISSING


def open_pairs(world: World) -> Open:
    """Every edge that is open, and every pair that an open way joins, of one step or more."""
    graph = Graph(world, Question(missing=False)).grow_whole()
    found: Open = {}
    for edge in (*graph.edges, *_taken_over(world)):
        if edge.status.is_open and edge.kind is not EdgeKind.MEMBER_OF:
            pair = (shown(edge.source), shown(edge.target), edge.kind.value)
            found[pair] = min(found.get(pair, edge.status), edge.status, key=lambda status: status.rank)
    for source in {edge.source for edge in graph.edges if "#" not in edge.source}:
        for status in (Status.CONDITIONAL, Status.ALLOWED):
            for node in _gone_to(graph, source, status):
                found[source, node, PATH] = status
                if node in _gone_to(graph, source, status, but_not_by=node):
                    found[source, node, SIMPLE[status]] = status
    return found


def _taken_over(world: World) -> Iterator[Edge]:
    question = Question(missing=False, takeover=True)
    yield from (edge for edge in RULES[EdgeKind.CHANGES](world, None, None, question) if not is_guise(edge.source))


def _gone_to(graph: Graph, source: str, worst: Status, but_not_by: str | None = None) -> set[str]:
    """Where ways by steps no worse than a status end, but for those that end with a qualifier's step."""
    ends: set[str] = set()
    passed, waiting = {source}, [source]
    while waiting:
        for edge in graph.out_of(waiting.pop()):
            if edge.status.rank > worst.rank:
                continue
            if edge.kind is not EdgeKind.QUALIFIES:
                ends.add(edge.target)
            if edge.target not in passed and edge.target != but_not_by:
                passed.add(edge.target)
                waiting.append(edge.target)
    return {node for node in ends - {source} if "#" not in node and arns.kind_of(node) in LISTED}
