"""The graph that a question is about, grown from where it is smallest."""

from __future__ import annotations

from models import arns
from models.context import Given
from simulator.edges.calls import asked_node
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world.world import World


def grown(
    world: World, source: str, target: str, action: str | None, given: Given, missing: bool = True
) -> tuple[Graph, tuple[str, ...]]:
    """The graph between two nodes, and the nodes that count as the end: a role's sessions in functions too."""
    asker = source
    if arns.is_function(source) and (function := world.functions.get(arns.split_function(source)[0])):
        asker = function.role or source
    question = Question(given, _called(target, action), (asker, target), missing)
    ends: tuple[str, ...] = (target, *(f"{target}#{arn}" for arn in world.functions_with_role(target)))
    if question.action is not None:
        ends = (asked_node(target),)
    graph = Graph(world, question)
    # From one principal few steps lead on, where very many may lead to a function: so forwards, if there is a start.
    return (graph.grow_forward((source,), ends) if source else graph.grow_backward(ends)), ends


def _called(target: str, action: str | None) -> str | None:
    """The action that `calls` is about: none where another kind of step does it."""
    lowered = (action or "").lower()
    if arns.is_function(target) and lowered == "lambda:invokefunction":
        return None
    if arns.is_role(target) and lowered == "sts:assumerole":
        return None
    return action
