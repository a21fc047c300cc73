"""The graph that a question is about, grown from where it is smallest."""

from __future__ import annotations

from models import arns
from models.context import Given
from models.errors import PermgraphError
from simulator.edges import invokes, invokes_url
from simulator.edges.calls import asked_node
from simulator.edges.candidates import able_to_change, letting_in
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world.nodes import called_node, is_unlisted
from simulator.world.world import World


def between(world: World, source: str, target: str, action: str | None, given: Given) -> tuple[Graph, tuple[str, ...]]:
    """The graph between two nodes, still to be grown, and the nodes that count as the end of a way."""
    asker = source
    if arns.is_function(source) and (function := world.functions.get(arns.split_function(source)[0])):
        asker = function.role or source
    question = Question(given, _called(target, action), (asker, target), starts=starts_of(world, source))
    return Graph(world, question), _ends(world, target, question)


def leading_to(
    world: World, target: str, action: str | None, given: Given, takeover: bool = False
) -> tuple[Graph, tuple[str, ...]]:
    """The graph of all that may lead to a node, without what is missing; and the nodes that count as the end."""
    question = Question(given, _called(target, action), ("", target), missing=False, takeover=takeover)
    ends = _ends(world, target, question)
    return Graph(world, question).grow_backward(ends), ends


#: Who may drop his name, and go where everybody may; a service makes no calls of its own choice.
_PEOPLE = frozenset({"user", "role", "session", "account", "anyone", "identity_provider"})


def starts_of(world: World, source: str) -> frozenset[str]:
    """Who sets out from a node: itself, or the session in which a function's code runs; nobody from a bucket."""
    if arns.is_function(source):
        base = arns.split_function(source)[0]
        function = world.functions.get(base)
        return frozenset((f"{function.role}#{base}",)) if function and function.role else frozenset()
    is_one = arns.kind_of(source) in _PEOPLE or is_unlisted(world, source)
    return frozenset((source,)) if is_one else frozenset()


def check_of_url(action: str, url: str) -> None:
    """
    Raises:
        PermgraphError: for an action that isn't what a call of a function URL is.
    """
    if action.lower() not in (invokes_url.ACTION.lower(), invokes.ACTION.lower()):
        function = arns.short(arns.behind_url(url))
        raise PermgraphError(f"a function URL is called, and `{action}` is asked of its function: `{function}`")


def _ends(world: World, target: str, question: Question) -> tuple[str, ...]:
    return (asked_node(target),) if question.action is not None else ends_of(world, target)


def ends_of(world: World, node: str) -> tuple[str, ...]:
    """What counts as a node that ways lead to: its inner nodes, and what functions' code does with it."""
    return (node, called_node(node), *(f"{node}#{arn}" for arn in world.functions_with_role(node)))


def _called(target: str, action: str | None) -> str | None:
    """The action that `calls` is about: none where another kind of step does it."""
    lowered = (action or "").lower()
    if arns.is_url(target) and action is not None:
        check_of_url(action, target)
        return None
    if arns.is_function(target) and lowered == "lambda:invokefunction":
        return None
    if arns.is_role(target) and lowered == "sts:assumerole":
        return None
    return action


def may_take_over(graph: Graph, source: str) -> bool:
    """Whether anybody found so far on the ways from `source` may change anything at all, by a look at his policies."""
    world = graph.world
    if letting_in(world) or source not in world.actor_set:
        return True
    return not able_to_change(world).isdisjoint(graph.nodes | {source})
