"""Where a source and what it calls or writes to have to be: in one Region or account, as far as the table says so.

Sources: the rows of the table; on what is written to S3 User Guide, "Event notification types and destinations";
EventBridge User Guide, "Sending and receiving events between AWS Regions in Amazon EventBridge": only an event bus may
be elsewhere; CloudWatch Logs API Reference, "PutSubscriptionFilter".
"""

from __future__ import annotations

from models import arns
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Part, Requirement, Status
from models.snapshot import Trigger
from simulator.edges.feeds_polled import lacking
from simulator.triggers.push import TriggerService
from simulator.world.world import World


def in_place(
    world: World, trigger: Trigger, row: TriggerService, action: str, found: tuple[Part, ...]
) -> tuple[Part, ...]:
    """`found`, unless AWS wouldn't save such a trigger, or never delivers: no permission helps then."""
    what = "the function" if arns.is_function(trigger.target) else "what it writes to"
    account = world.account_of(trigger.source)
    if row.own_account and isinstance(account, str) and account != arns.account_of(trigger.target):
        return (_refused(trigger, action, f"{what} has to be in the account of what triggers it, {account}"),)
    region = world.region_of(trigger.source)
    is_bus = arns.resource_type(trigger.target) == "events:event-bus"
    if not row.own_region or is_bus or region == arns.region_of(trigger.target):
        return found
    if region is not None:
        return (_refused(trigger, action, f"{what} has to be in the Region of what triggers it, {region}"),)
    if any(one.status.rank > Status.UNKNOWN.rank for one in found):
        # Nothing turns on the Region where the step fails all the same.
        return found
    reason = f"the Region of `{trigger.source}` is not known, in which {what} has to be"
    return (*found, lacking(world, action, MissingFact(FactKind.ATTRIBUTES, trigger.source, reason)))


def _refused(trigger: Trigger, action: str, why: str) -> Requirement:
    decision = Decision(Outcome.IMPLICIT_DENY)
    return Requirement(f"service:{trigger.service}", action, trigger.target, decision, impossible=why)
