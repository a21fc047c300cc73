"""resource (bucket, topic, rule) -> function: the trigger is configured, and its service may invoke the function.

Source: Lambda Developer Guide, "Granting Lambda function access to AWS services".
"""

from __future__ import annotations

from collections.abc import Iterator

from models.edge import Edge, EdgeKind, Requirement
from models.snapshot import Trigger
from simulator.edges.invokes import ACTION
from simulator.edges.question import EVERYTHING, Nodes, Question, among
from simulator.world.caller import Source
from simulator.world.world import World


def edges(
    world: World, sources: Nodes = None, targets: Nodes = None, question: Question = EVERYTHING
) -> Iterator[Edge]:
    """Yield one edge per configured trigger that is enabled."""
    for trigger in world.triggers.between(sources, targets):
        if trigger.enabled and among(trigger.source, sources) and among(trigger.target, targets):
            yield Edge(trigger.source, trigger.target, EdgeKind.TRIGGERS, requirements(world, trigger, question))


def requirements(world: World, trigger: Trigger, question: Question) -> tuple[Requirement, ...]:
    """The service by itself, or the role that it acts with."""
    service = world.caller(f"service:{trigger.service}")
    account = world.account_of(trigger.source)
    source = Source(trigger.source, account if isinstance(account, str) else None)
    if trigger.role is None:
        return (world.ask(service, ACTION, trigger.target, question.given, source=source, in_step=True),)
    return (
        world.ask(service, "sts:AssumeRole", trigger.role, question.given, source=source, in_step=True),
        world.ask(world.caller(trigger.role), ACTION, trigger.target, question.given, in_step=True),
    )
