"""role -> resource: what a function's code does, as declared, or the action that was asked about.

Functions are reached by `invokes`, roles by `assumes`; everything else by `calls`.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.edge import Edge, EdgeKind
from simulator.edges.grantable import Ask, edges_to
from simulator.edges.question import Nodes, Question, among, whole
from simulator.world.nodes import foresee
from simulator.world.world import World


def asked_node(resource: str) -> str:
    """The end of a question about an action on a resource.

    A node of its own: a function that is asked about may also be passed through on the way, by being invoked.
    """
    return f"{resource}#asked"


def called_node(resource: str) -> str:
    """What a function's code does something with: the end of a way.

    A node of its own: who reads a bucket doesn't cause what is notified of it, which `feeds` says of who may write.
    """
    return f"{resource}#called"


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
                parts = tuple(foresee(world, node, action, resource, question.given) for action in call.actions)
                yield Edge(node, target, EdgeKind.CALLS, parts)
