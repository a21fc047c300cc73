"""resource (bucket, topic, API, …) -> function: the trigger is configured, and its service may invoke the function.

Source: Lambda Developer Guide, "Granting Lambda function access to AWS services".
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.context import Open
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Requirement
from models.snapshot import Trigger
from simulator.edges.invokes import ACTION
from simulator.edges.question import Nodes, Question, among
from simulator.triggers.push import Acts, Sent, TriggerService
from simulator.triggers.services import service_of
from simulator.world.caller import Source
from simulator.world.world import PLAIN_CALL, World


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield one edge per configured trigger that is enabled."""
    for trigger in world.triggers.between(sources, targets):
        if trigger.enabled and among(trigger.source, sources) and among(trigger.target, targets):
            yield Edge(trigger.source, trigger.target, EdgeKind.TRIGGERS, requirements(world, trigger, question))


def requirements(world: World, trigger: Trigger, question: Question) -> tuple[Requirement, ...]:
    """The service by itself, or the role that it acts with; unknown where the table of triggers doesn't say."""
    row = service_of(trigger)
    if row is None:
        return (_unknown(trigger, f"how {trigger.service} invokes functions for it is not known to this version"),)
    account = world.account_of(trigger.source)
    source = Source(row.sent_for(trigger.source), account if isinstance(account, str) else None)
    if trigger.role is not None:
        return _by_role(world, trigger, row, source, question)
    if row.acts is Acts.ROLE:
        return (_unknown(trigger, f"the role with which {trigger.service} acts is not known"),)
    if row.role_across_accounts and source.account != arns.account_of(trigger.target):
        # No grant mends it: the rule needs a role.
        return (_refused(trigger),)
    fixed = PLAIN_CALL if row.source_account is Sent.YES else {**PLAIN_CALL, "aws:sourceaccount": Open()}
    asked = [
        world.ask(
            world.caller(f"service:{principal}"),
            ACTION,
            trigger.target,
            question.given,
            source=source,
            in_step=True,
            fixed=fixed,
        )
        for principal in row.principals_for(trigger.source)
    ]
    return (min(asked, key=lambda found: found.status.rank),)


def _by_role(
    world: World, trigger: Trigger, row: TriggerService, source: Source, question: Question
) -> tuple[Requirement, ...]:
    """The service may assume the role, and the role may invoke the function."""
    service, role = world.caller(f"service:{trigger.service}"), trigger.role or ""
    return (
        world.ask(service, "sts:AssumeRole", role, question.given, source=source, in_step=True),
        *(
            world.ask(world.caller(role), action, trigger.target, question.given, in_step=True)
            for action in (ACTION, *row.role_needs)
        ),
    )


def _unknown(trigger: Trigger, reason: str) -> Requirement:
    fact = MissingFact(FactKind.TRIGGERS, trigger.source, reason)
    return Requirement(f"service:{trigger.service}", ACTION, trigger.target, Decision(Outcome.UNKNOWN, gaps=(fact,)))


def _refused(trigger: Trigger) -> Requirement:
    return Requirement(f"service:{trigger.service}", ACTION, trigger.target, Decision(Outcome.IMPLICIT_DENY))
