"""A role that was passed to a service for one of its resources: what it takes for the service to act with it.

Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

from models import arns
from models.decision import Decision, Outcome
from models.edge import Requirement
from models.snapshot import Trigger
from simulator.edges.question import Question
from simulator.triggers.push import TriggerService
from simulator.world.caller import Source
from simulator.world.world import World

ACTION = "sts:AssumeRole"
#: Why a role of another account is of no use.
ABROAD = "a role can be passed to a service in its own account only, and this one is of another account"


def assumed(world: World, trigger: Trigger, row: TriggerService, source: Source, question: Question) -> Requirement:
    """The service may assume the trigger's role, under one of its names; no grant mends a role of another account."""
    role = trigger.role or ""
    if source.account not in (None, arns.account_of(role)):
        decision = Decision(Outcome.IMPLICIT_DENY)
        return Requirement(f"service:{trigger.service}", ACTION, role, decision, impossible=ABROAD)
    asked = [
        world.ask(world.caller(f"service:{name}"), ACTION, role, question.given, source=source, in_step=True)
        for name in row.principals_for(trigger.source)
    ]
    return min(asked, key=lambda one: one.status.rank)
