"""The table of triggers: a row for each service that invokes functions, and for each form of what it does so for.

Sources stand in each row: the title of the AWS page that says it, or what else it was taken from, as of November 2026.
A trigger that has no row here is `unknown`, and says so. docs/lambda.md is generated from the table.
"""

from __future__ import annotations

from models.snapshot import Trigger
from simulator.triggers.apis import APIS
from simulator.triggers.events import EVENTS
from simulator.triggers.operations import OPERATIONS
from simulator.triggers.people import PEOPLE
from simulator.triggers.push import TriggerService, find

SERVICES: tuple[TriggerService, ...] = (*EVENTS, *APIS, *PEOPLE, *OPERATIONS)


def service_of(trigger: Trigger) -> TriggerService | None:
    """The row of a trigger, which its service, the form of its source and whether it has a role tell."""
    return find(trigger.service, trigger.source, trigger.role, SERVICES)
