"""What a pipe reads: a pipe whose role may not read its source calls nothing, and writes to nothing.

Source: EventBridge User Guide, "Permissions for Amazon EventBridge Pipes to access sources".
"""

from __future__ import annotations

from models.decision import FactKind, MissingFact
from models.edge import Part, Status
from models.snapshot import Trigger
from simulator.edges.feeds_polled import lacking, of_pipe
from simulator.edges.feeds_pushed import PIPES
from simulator.edges.polled_by import reading
from simulator.edges.question import Question
from simulator.world.world import World


def with_reading(world: World, trigger: Trigger, found: tuple[Part, ...], question: Question) -> tuple[Part, ...]:
    """`found`, and of a pipe what its role needs of its source: the same as a function's of what Lambda polls."""
    if trigger.service != PIPES or trigger.role is None:
        return found
    mapping = of_pipe(world, trigger)
    if mapping is not None:
        return (*found, *reading(world, mapping, world.caller(trigger.role), question))
    if any(one.status.rank > Status.UNKNOWN.rank for one in found):
        # Nothing turns on its source where it fails all the same.
        return found
    fact = MissingFact(FactKind.ATTRIBUTES, trigger.source, f"what `{trigger.source}` reads was not read")
    return (*found, lacking(world, "pipes:CreatePipe", fact))
