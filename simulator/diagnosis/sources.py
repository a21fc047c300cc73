"""What makes the function run: its triggers, event source mappings and URLs. Findings are those of their edges."""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind, Status
from models.finding import Finding, Verdict
from models.snapshot import Function, Mapping, Trigger
from simulator.diagnosis.callers import nodes_of
from simulator.diagnosis.found import held, not_held, of_edge
from simulator.diagnosis.rules import RULES
from simulator.edges import invokes_url, polled_by, triggers
from simulator.edges.feeds_onward import leads_onward
from simulator.edges.question import Question
from simulator.world.actors import actors, column
from simulator.world.nodes import caller_of, shown
from simulator.world.world import World

#: So many principals are named, and counted beyond.
MOST_NAMED = 5


def findings(world: World, function: Function, question: Question) -> Iterator[Finding]:
    nodes = frozenset((*nodes_of(function), *_urls(function)))
    for trigger in (*world.triggers.between(None, nodes), *triggers.perhaps_calling(world, nodes)):
        if not leads_onward(trigger):
            yield _trigger(world, trigger, question)
    for mapping in world.mappings.between(None, nodes):
        yield _mapping(world, mapping, question)
    for url in _urls(function):
        yield from _url(world, url, question)


def _urls(function: Function) -> tuple[str, ...]:
    return tuple(
        arns.url_of(f"{function.arn}:{url.qualifier}" if url.qualifier else function.arn) for url in function.urls
    )


def _trigger(world: World, trigger: Trigger, question: Question) -> Finding:
    about = f"{trigger.service} for {arns.short(shown(trigger.source))} invokes {arns.short(trigger.target)}"
    if not trigger.enabled:
        return _off("trigger", trigger.source, f"{about}: it is disabled")
    edge = Edge(trigger.node, trigger.target, EdgeKind.TRIGGERS, triggers.requirements(world, trigger, question))
    return of_edge("trigger", trigger.source, about, edge)


def _mapping(world: World, mapping: Mapping, question: Question) -> Finding:
    about = f"mapping {mapping.uuid} polls {arns.short(mapping.origin)}"
    if not mapping.enabled:
        return _off("mapping", mapping.origin, f"{about}: it is {mapping.state.lower()}")
    edge = Edge(mapping.node, mapping.function, EdgeKind.POLLED_BY, polled_by.requirements(world, mapping, question))
    return of_edge("mapping", mapping.origin, about, edge)


def _off(check: str, subject: str, summary: str) -> Finding:
    return Finding(check, Verdict.NOT_APPLICABLE, subject, summary, RULES[check].source, cause=subject)


def _url(world: World, url: str, question: Question) -> Iterator[Finding]:
    auth_type = invokes_url.auth_type_of(world, url) or ""
    half = list(_half(world, url, auth_type, question))
    if half:
        names = ", ".join(arns.short(shown(edge.source)) for edge in half[:MOST_NAMED])
        more = f" and {len(half) - MOST_NAMED:,} others" if len(half) > MOST_NAMED else ""
        about = f"{names}{more} may call it by the one action and not by the other"
        parts = [part for edge in half[:MOST_NAMED] for part in edge.requirements]
        yield of_edge("url-both-actions", url, about, Edge("", url, EdgeKind.INVOKES_URL, tuple(parts)))
    else:
        yield held("url-both-actions", url, "whoever has one of the two actions for the URL has the other, too")
    edges = invokes_url.edges(world, None, frozenset((url,)), question)
    best = min(edges, key=lambda edge: edge.status.rank, default=None)
    about = f"the function URL, with AuthType {auth_type}, may be called"
    if best is None or best.status.rank > Status.UNKNOWN.rank:
        yield not_held("url-access", url, f"nobody may call the function URL, which has AuthType {auth_type}")
    else:
        yield of_edge("url-access", url, about, best)


def _half(world: World, url: str, auth_type: str, question: Question) -> Iterator[Edge]:
    """The edges of those who have lambda:InvokeFunctionUrl for the URL, and not lambda:InvokeFunction."""
    one, other = invokes_url.asks(url, auth_type)
    if auth_type == invokes_url.UNSIGNED:
        callers = ["anyone"]
    else:
        every = actors(world)
        first, second = (column(world, every, ask.action, ask.resource, fixed=ask.fixed) for ask in (one, other))
        having, lacking = first.allowed | first.conditional, second.allowed | second.conditional | second.unknown
        callers = every.of(having & ~lacking)
    for node in callers:
        found = invokes_url.requirements(world, caller_of(world, node), url, question.given, in_step=True)
        if found[0].status.is_open and not found[-1].status.is_open:
            yield Edge(node, url, EdgeKind.INVOKES_URL, found)
