"""principal, or anyone -> function URL: lambda:InvokeFunctionUrl and lambda:InvokeFunction, both.

Both are needed for a URL that was made since October 2025, and since 1 November 2026 for every URL. Whom the AuthType
lets ask: with AWS_IAM whoever signs, with NONE everybody, and nobody as himself. Either way the policy of the very ARN
that the URL is on counts; its CORS settings are for browsers, and grant nothing.

Source: Lambda Developer Guide, "Control access to Lambda function URLs".
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table

from models import arns
from models.context import Given, Known, State
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Requirement
from simulator.edges.ask import Ask
from simulator.edges.grantable import edges_to
from simulator.edges.question import Nodes, Question, among
from simulator.triggers import urls
from simulator.world.caller import Caller
from simulator.world.world import World

ACTION = urls.ACTIONS[0].action
SIGNED, UNSIGNED = urls.SIGNED, urls.UNSIGNED
#: Why nothing can let an unsigned request in.
NOT_SIGNED = "a function URL with AuthType AWS_IAM takes signed requests only"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for whoever may call a function URL, or for whom there is half of a grant."""
    for url in question.targets(world.urls, targets, arns.is_url):
        auth_type = auth_type_of(world, url)
        if auth_type == SIGNED:
            yield from _signed(world, url, sources, question)
        elif auth_type == UNSIGNED:
            yield from _unsigned(world, url, sources, question)
        else:
            for node in question.whoever(sources):
                yield Edge(node, url, EdgeKind.INVOKES_URL, (_unknown(node, url),))


def auth_type_of(world: World, url: str) -> str | None:
    """None: the URL isn't in the snapshot."""
    found = world.urls.get(url)
    return found.auth_type if found else None


def asks(url: str, auth_type: str) -> tuple[Ask, ...]:
    """What a call of the URL is asked for, on the function or alias that it is on."""
    function = arns.behind_url(url)
    return tuple(
        Ask(row.action, function, ((row.key.lower(), Known((row.value_for(auth_type),))),)) for row in urls.ACTIONS
    )


def fixed_of(world: World, url: str, action: str) -> Table[str, State] | None:
    """What a call of the URL settles of the context of one of its requests; None for a URL that isn't known."""
    found = (one for one in asks(url, auth_type_of(world, url) or "") if one.action == action)
    return next((dict(one.fixed or ()) for one in found), None) if url in world.urls else None


def requirements(
    world: World, caller: Caller, url: str, given: Given, *, in_step: bool = False
) -> tuple[Requirement, ...]:
    """What a caller needs for a call of the URL; whoever has no need to sign asks as anybody."""
    auth_type = auth_type_of(world, url)
    if auth_type is None:
        return (_unknown(caller.node, url),)
    if auth_type == SIGNED and caller.node == "anyone":
        return (_refused(url),)
    asker = world.caller("anyone") if auth_type == UNSIGNED else caller
    return tuple(
        world.ask(asker, one.action, one.resource, given, in_step=in_step, fixed=dict(one.fixed or ()))
        for one in asks(url, auth_type)
    )


def _signed(world: World, url: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    for edge in edges_to(world, EdgeKind.INVOKES_URL, url, asks(url, SIGNED), sources, question):
        # A policy that names `*` means everybody who signs: not those who needn't.
        if edge.source != "anyone":
            yield edge
    if question.asked == ("anyone", url) and among("anyone", sources):
        yield Edge("anyone", url, EdgeKind.INVOKES_URL, (_refused(url),))


def _unsigned(world: World, url: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    found = requirements(world, world.caller("anyone"), url, question.given, in_step=True)
    for node in question.whoever(sources):
        # That it is open to everybody is how it is configured: evidence enough.
        edge = Edge(node, url, EdgeKind.INVOKES_URL, found)
        if question.wants(edge, True):
            yield edge


def _refused(url: str) -> Requirement:
    decision = Decision(Outcome.IMPLICIT_DENY)
    return Requirement("anyone", ACTION, arns.behind_url(url), decision, impossible=NOT_SIGNED)


def _unknown(node: str, url: str) -> Requirement:
    function = arns.behind_url(url)
    fact = MissingFact(FactKind.FUNCTION, arns.unqualified(function), f"`{url}` is not in the snapshot")
    return Requirement(node, ACTION, function, Decision(Outcome.UNKNOWN, gaps=(fact,)))
