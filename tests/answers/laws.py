"""What holds of every world: answers agree with each other, with the engine, and with all ways there are.

`check` runs through a world; tests call it on every scenario and on worlds that Hypothesis makes up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from models import arns
from models.answer import HOW_ORDER, HOW_PRECEDENCE, How, PathsAnswer, StepAnswer
from models.decision import Outcome
from models.edge import Edge, EdgeKind, Status
from models.errors import ChangeError
from simulator.answers.grown import starts_of
from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.step import step
from simulator.answers.who_can import LISTED, who_can
from simulator.changes import apply
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world import World
from simulator.world.nodes import shown
from tests.worlds import BY_URL, INVOKE, additions

Found = dict[tuple[str, How], tuple[str, tuple[str, ...]]]
RANK = {status.value: status.rank for status in Status}
HOW_OF: dict[EdgeKind, How] = {
    EdgeKind.INVOKES: "direct",
    EdgeKind.INVOKES_URL: "direct",
    EdgeKind.ASSUMES: "role_chain",
    EdgeKind.QUALIFIES: "qualifier",
    EdgeKind.TRIGGERS: "event_source",
    EdgeKind.POLLED_BY: "event_source",
    EdgeKind.FEEDS: "event_source",
    EdgeKind.RUNS_AS: "function_chain",
    EdgeKind.CHANGES: "takeover",
}


def check(world: World, starts: Iterable[str] | None = None) -> None:
    """Hold everything that can be asked of the world to the laws."""
    plain = Graph(world, Question(missing=False, takeover=True)).grow_whole()
    sources = list(starts) if starts is not None else principals(plain)
    by_reach = {source: reached(world, source) for source in sources}
    named = {source: every_way(plain, source) for source in sources}
    open_to_all = every_way(opened(plain), "anyone")
    for source in sources:
        assert by_reach[source] == every_way(setting_out(plain, source), source), f"reach {source}"
        assert_no_worse(by_reach[source], named[source])
        anywhere = next(iter(world.function_nodes), None)
        if anywhere:
            # What was asked before changes nothing.
            assert paths(world, source, anywhere, k=4) == paths(World(world.snapshot), source, anywhere, k=4)
        if is_somebody(source):
            assert_no_worse(by_reach[source], open_to_all)
    for target in (*world.function_nodes, *world.urls):
        found = listed(world, target)
        for source in sources:
            mine = {how: row for (node, how), row in by_reach[source].items() if node == target}
            theirs = {how: row for (node, how), row in found.items() if node == source}
            expected = {how: row for (node, how), row in named[source].items() if node == target}
            if source in world.actors or not any(node == "anyone" for node, _ in found):
                assert theirs == expected, f"who-can and reach differ about {source} and {target}"
            check_paths(world, source, target, {status for status, _ in mine.values()})


def setting_out(plain: Graph, source: str) -> Graph:
    """All edges, and those that are told of `source` only because the question names it, or it sets out."""
    question = Question(missing=False, starts=starts_of(plain.world, source), takeover=True)
    graph = Graph(plain.world, question)
    graph.add(plain.edges)
    for rule in RULES.values():
        graph.add(rule(plain.world, frozenset((source,)), None, question))
    return graph


def opened(plain: Graph) -> Graph:
    """All edges, but from `anyone` only those that ask nobody who he is: APIs and URLs without authentication."""
    graph = Graph(plain.world, plain.question)
    graph.add(edge for edge in plain.edges if edge.source != "anyone")
    graph.add(nameless(plain.world))
    return graph


def nameless(world: World) -> Iterator[Edge]:
    somebody = "account:999999999999"
    question = Question(missing=False, starts=frozenset((somebody,)))
    for kind in (EdgeKind.FEEDS, EdgeKind.INVOKES_URL):
        for edge in RULES[kind](world, frozenset((somebody,)), None, question):
            yield replace(edge, source="anyone")


def is_somebody(source: str) -> bool:
    return not source.startswith("service:") and source != "anyone"


def assert_no_worse(found: Found, than: Found) -> None:
    """Whatever is reached in `than` is reached as well or better, one way or another."""
    best = _best(found)
    for node, rank in _best(than).items():
        assert best.get(node, len(RANK)) <= rank, f"{node} is reached less well"


def _best(found: Found) -> dict[str, int]:
    best: dict[str, int] = {}
    for (node, _), (status, _) in found.items():
        best[node] = min(RANK[status], best.get(node, len(RANK)))
    return best


def principals(graph: Graph) -> list[str]:
    found = {edge.source for edge in graph.edges} | set(graph.world.users) | set(graph.world.roles)
    return sorted(node for node in found if "#" not in node and arns.kind_of(node) in LISTED)


def reached(world: World, source: str) -> Found:
    answer = reach(world, source, include_takeover=True)
    without = tuple(row for row in answer.reaches if row.how != "takeover")
    assert reach(world, source).reaches == without, "what may be taken over changes nothing else"
    assert no_inner_names(answer.as_json())
    order = [(RANK[row.status], HOW_ORDER.index(row.how), row.node) for row in answer.reaches]
    assert order == sorted(order)
    found: Found = {(row.node, row.how): (row.status, row.via) for row in answer.reaches}
    assert len(found) == len(answer.reaches)
    return found


def no_inner_names(document: object) -> bool:
    """Sessions in functions and ends of questions have names that are nobody's business."""
    text = json.dumps(document)
    return not any(inner in text for inner in ("#arn:", "#asked", "#called", "#as "))


def listed(world: World, target: str) -> Found:
    answer = who_can(world, INVOKE, target, include_takeover=True)
    if arns.is_url(target):
        assert who_can(world, BY_URL, target, include_takeover=True).principals == answer.principals
    without = tuple(row for row in answer.principals if row.how != "takeover")
    assert who_can(world, INVOKE, target).principals == without, "what may be taken over changes nothing else"
    assert no_inner_names(answer.as_json())
    order = [(RANK[row.status], HOW_ORDER.index(row.how), row.principal) for row in answer.principals]
    assert order == sorted(order)
    for row in answer.principals:
        assert (row.status == "conditional") == (row.residual is not None)
    return {(row.principal, row.how): (row.status, row.via) for row in answer.principals}


def every_way(graph: Graph, source: str) -> Found:
    """What `reach` should say, by going every way that passes no node twice."""
    best: dict[tuple[str, How], tuple[int, int, tuple[str, ...]]] = {}

    def go(node: str, passed: tuple[str, ...], edges: tuple[Edge, ...], rank: int) -> None:
        kinds = tuple(edge.kind for edge in edges)
        if kinds and "#" not in node and arns.kind_of(node) in ("role", "user", "function", "url"):
            how = next(how for how in HOW_PRECEDENCE if how in {HOW_OF[kind] for kind in kinds})
            how = "direct" if kinds in ((EdgeKind.ASSUMES,), (EdgeKind.INVOKES_URL,)) else how
            way = (rank, len(kinds), via(edges))
            best[(node, how)] = min(way, best.get((node, how), way))
        for edge in graph.out_of(node):
            known = edge.kind in HOW_OF and edge.status.rank <= Status.UNKNOWN.rank
            if known and not comes_again(edge, (*passed, node)):
                go(edge.target, (*passed, node), (*edges, edge), max(rank, edge.status.rank))

    go(source, (), (), 0)
    return {key: (tuple(Status)[rank].value, via) for key, (rank, _, via) in best.items()}


def via(edges: tuple[Edge, ...]) -> tuple[str, ...]:
    """What a way changes and goes through, but for its end; who changes himself is named by no step of it."""
    names = []
    for edge in edges:
        names += [*edge.via, shown(edge.target)] if shown(edge.source) != shown(edge.target) else edge.via
    return tuple(names[:-1])


def comes_again(edge: Edge, passed: tuple[str, ...]) -> bool:
    """A session in a function is another than its role; who changes himself stays, but is never again what he was."""
    if shown(edge.source) != shown(edge.target):
        return actor(edge.target) in map(actor, passed)
    return edge.target in passed


def actor(node: str) -> str:
    return node.partition("#as ")[0]


def check_paths(world: World, source: str, target: str, statuses: set[str]) -> None:
    """Paths say the same as who-can, hold edge by edge, are in order, and cost what they lack."""
    answer = paths(world, source, target, k=4)
    assert no_inner_names(answer.as_json())
    usable = [path.status for path in answer.paths if RANK[path.status] <= RANK["unknown"]]
    best = min(usable, key=RANK.__getitem__, default=None)
    assert best == min(statuses, key=RANK.__getitem__, default=None), f"{source} to {target}: {best}, {statuses}"
    check_order(answer)
    for path in answer.paths:
        assert path.status == max((item.status for item in path.steps), key=RANK.__getitem__)
        assert path.steps[0].source == source
        assert path.steps[-1].target == target
        for here, there in zip(path.steps, path.steps[1:], strict=False):
            assert here.target == there.source
        for before, item in zip((None, *path.steps), path.steps, strict=False):
            # Whoever was taken over may do more than he could.
            if before is None or before.kind != "changes":
                check_step(world, item)
        if path.status == "missing" and all(item.missing for item in path.steps if item.status == "missing"):
            check_mended(world, path.steps)


def check_order(answer: PathsAnswer) -> None:
    bought = [
        path
        for path in answer.paths
        if path.status != "denied" and all(item.missing for item in path.steps if item.status == "missing")
    ]
    assert list(answer.paths[: len(bought)]) == bought
    order = [
        (
            path.cost,
            RANK[path.status],
            sum(item.kind == "changes" for item in path.steps),
            len(path.steps),
            tuple(item.target for item in path.steps),
        )
        for path in bought
    ]
    assert order == sorted(order)
    for path in bought:
        places = {(grant.holder, grant.side, grant.resource) for item in path.steps for grant in item.missing}
        assert path.cost == len(places)


def check_step(world: World, item: StepAnswer) -> None:
    """The engine, asked anew, says the same of a step of one request."""
    action = {"invokes": INVOKE, "assumes": "sts:AssumeRole"}.get(item.kind)
    if action is None or not _asks_by_itself(world, item.source):
        return
    outcome = world.ask(world.caller(item.source), action, item.target, in_step=True).decision.outcome
    expected = {
        Outcome.ALLOWED: "allowed",
        Outcome.CONDITIONAL: "conditional",
        Outcome.UNKNOWN: "unknown",
        Outcome.IMPLICIT_DENY: "missing",
        Outcome.EXPLICIT_DENY: "denied",
    }
    assert item.status == expected[outcome], item


def _asks_by_itself(world: World, node: str) -> bool:
    """Not a role with functions (its sessions in them differ), an account, or a provider (it has another action)."""
    if arns.is_role(node):
        return not world.functions_with_role(node)
    return arns.kind_of(node) in ("user", "service", "anyone")


def check_mended(world: World, steps: tuple[StepAnswer, ...]) -> None:
    """With all the grants that a path lacks it holds."""
    grants = {
        (grant.holder, grant.side, json.dumps(grant.statement)): grant for item in steps for grant in item.missing
    }
    if any(grant.side not in ("identity", "resource", "trust") for grant in grants.values()):
        return
    try:
        mended = World(apply(world.snapshot, additions(grants.values())))
    except ChangeError as refused:
        raise AssertionError(f"AWS would refuse what is missing: {refused}") from refused
    for before, item in zip((None, *steps), steps, strict=False):
        if item.kind in ("qualifies",) or (before is not None and before.kind == "changes"):
            continue
        now = step(mended, item.source, item.target, item.kind)
        assert now is not None
        assert now.status in ("allowed", "conditional", "unknown"), f"{item} is still {now}"
        assert item.status != "missing" or now.status in ("allowed", "conditional")
