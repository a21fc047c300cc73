"""May this principal do this action on this resource, and why?"""

from __future__ import annotations

from models.answer import CanAnswer
from models.context import NOTHING_GIVEN, Given
from models.edge import Requirement
from simulator.answers import shapes
from simulator.world.world import World


def can(world: World, principal: str, action: str, resource: str, given: Given = NOTHING_GIVEN) -> CanAnswer:
    """Decide one request over the snapshot.

    Raises:
        PermgraphError: for a principal that makes no requests.
        PolicyError: for a policy that can't be evaluated exactly.
    """
    return answer(principal, world.ask(world.caller(principal), action, resource, given))


def answer(principal: str, requirement: Requirement) -> CanAnswer:
    """A requirement as the contract's object."""
    decision = requirement.decision
    return CanAnswer(
        principal=principal,
        action=requirement.action,
        resource=requirement.resource,
        decision=decision.outcome.value,
        because=tuple(shapes.citation(item) for item in decision.because),
        layers={layer.value: outcome.value for layer, outcome in decision.layers.items()},
        near_misses=tuple(shapes.near_miss(item) for item in decision.near_misses),
        residual=shapes.residual(decision.residual),
        gaps=shapes.facts(decision.gaps),
        missing=tuple(shapes.grant(item) for item in requirement.missing),
        assumes=shapes.facts(decision.assumes),
    )
