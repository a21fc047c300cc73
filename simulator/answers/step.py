"""One edge between two nodes, judged by its rule."""

from __future__ import annotations

from models.answer import StepAnswer
from models.context import NOTHING_GIVEN, Given
from models.edge import EdgeKind
from simulator.answers import shapes
from simulator.answers.grown import ends_of, starts_of
from simulator.edges import RULES
from simulator.edges.guises import guises
from simulator.edges.question import Question
from simulator.world.nodes import shown
from simulator.world.world import World


def step(world: World, source: str, target: str, kind: str, given: Given = NOTHING_GIVEN) -> StepAnswer | None:
    """Judge the step of that kind from `source` to `target`; None: there is no such step to speak of.

    A role stands for its plain sessions first, and for those in which functions run where only these have the step.
    """
    question = Question(given, asked=(source, target), starts=starts_of(world, source))
    nodes = (source, *(f"{source}#{arn}" for arn in world.functions_with_role(source)))
    ends = frozenset((*ends_of(world, target), *_guises(world, target, kind)))
    found = list(RULES[EdgeKind(kind)](world, frozenset(nodes), ends, question))
    found.sort(key=lambda edge: (nodes.index(edge.source), edge.target))
    return shapes.step(found[0]) if found and shown(found[0].source) == source else None


def _guises(world: World, target: str, kind: str) -> list[str]:
    """Who changes the policies of a user or role takes it over too."""
    made = guises(world).nodes if kind == EdgeKind.CHANGES.value else ()
    return [node for node in made if shown(node) == target]
