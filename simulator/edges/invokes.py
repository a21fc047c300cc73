"""principal, or the session in which a function runs -> function, per qualifier: lambda:InvokeFunction.

Source: Lambda Developer Guide, "Granting other AWS entities access to your Lambda functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind
from simulator.edges.ask import Ask
from simulator.edges.grantable import edges_to, led_to, strangers_to
from simulator.edges.question import Nodes, Question, among
from simulator.world.world import World

ACTION = "lambda:InvokeFunction"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for whoever may invoke a function, version or alias, or for whom there is half of a grant."""
    wanted = question.targets(world.function_nodes, targets, arns.is_function)
    led = led_to(world, ACTION, wanted, sources, question)
    for target in wanted:
        if among(target, led):
            yield from edges_to(world, EdgeKind.INVOKES, target, (Ask(ACTION, target),), sources, question)


def by_strangers(world: World, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield the edges from whoever is no actor of the world."""
    for target in question.targets(world.function_nodes, targets, arns.is_function):
        yield from strangers_to(world, EdgeKind.INVOKES, target, Ask(ACTION, target), question)
