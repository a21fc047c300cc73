"""role -> resource: what a function's code does, as declared, or the action that was asked about.

Functions are reached by `invokes`, roles by `assumes`; everything else by `calls`.
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind
from simulator.edges import needs
from simulator.edges.ask import Ask
from simulator.edges.grantable import edges_to
from simulator.edges.question import Nodes, Question, among, chosen, whole
from simulator.world.nodes import called_node, shown
from simulator.world.world import World

#: What is passed on the way, by steps of other kinds.
_PASSED = ("function", "role", "url")


def asked_node(resource: str) -> str:
    """The end of a question about an action on a resource.

    A node of its own: a function that is asked about may also be passed through on the way, by being invoked.
    """
    return f"{resource}#asked"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield the declared calls of functions; with an action asked about, whoever may do it on the asked target."""
    if question.action and question.asked:
        resource = question.asked[1]
        if among(asked_node(resource), targets):
            target = asked_node(resource)
            asks = (Ask(question.action, resource),)
            yield from edges_to(world, EdgeKind.CALLS, target, asks, sources, question)
        return
    for function, call in world.declared_calls.between(sources, whole(targets)):
        node = f"{function.role}#{function.arn}"
        for resource in call.resources:
            target = called_node(resource)
            if among(node, sources) and among(target, targets):
                yield Edge(node, target, EdgeKind.CALLS, needs.called(world, function, call, resource, question))
    yield from _needed(world, sources, targets, question)


def _needed(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield what functions' features need, where a picture shows it or the question is about it: it leads nowhere."""
    about = question.asked[1] if question.asked else None
    if not question.missing if about is None else arns.kind_of(about) in _PASSED:
        return
    for arn in chosen(world.functions, None if sources is None else _running(sources)):
        function = world.functions[arn]
        if function.role in world.roles:
            for edge in needs.edges(world, function, targets, question):
                if about in (None, shown(edge.target)):
                    yield edge


def _running(nodes: frozenset[str]) -> frozenset[str]:
    """The functions whose code runs in these sessions."""
    return frozenset(function for _, _, function in (node.partition("#") for node in nodes) if function)
