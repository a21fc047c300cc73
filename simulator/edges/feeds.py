"""principal -> event source: who may write to what makes a function run, without lambda:InvokeFunction.

And resource -> event source: what is written on by a service, such as from a rule to another bus. What is open to
everybody is told of `anyone` and of who sets out; what others than IAM decide is unknown, and names them.

Sources: S3 User Guide, "Event notification types and destinations"; SNS, SQS and EventBridge API permissions.
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind, Requirement
from models.snapshot import Trigger
from simulator.edges import feeds_onward, feeds_polled, feeds_pushed
from simulator.edges.feeds_pushed import BY_POLICY, OPEN, PIPES, fed, manner
from simulator.edges.grantable import edges_to
from simulator.edges.question import Nodes, Question, best_of
from simulator.triggers.push import TriggerService
from simulator.world.nodes import shown
from simulator.world.world import World


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for whoever may cause a source's triggers; the best of several ways to do so counts."""
    yield from best_of(_each(world, sources, targets, question))


def _each(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    signed = _signed(world, targets)
    for way in _each_once(world, targets):
        for edge in edges_to(world, EdgeKind.FEEDS, way.source, way.asks, sources, question, way.beside):
            if edge.source != "anyone" or way.source not in signed:
                yield edge
    for target, asked in _open(world, targets, question):
        for node in question.whoever(sources):
            edge = Edge(node, target, EdgeKind.FEEDS, asked)
            # How the source is configured is evidence.
            if question.wants(edge, True):
                yield edge
    yield from feeds_onward.edges(world, sources, targets, question)


def _signed(world: World, targets: Nodes) -> frozenset[str]:
    """What turns away who doesn't sign, whatever its policy says.

    Source: API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow", IAM.
    """
    return frozenset(
        node for node, trigger, row in fed(world, targets) if row.guard and manner(world, trigger, row) == BY_POLICY
    )


def _each_once(world: World, targets: Nodes) -> Iterator[feeds_polled.Way]:
    """Many triggers are on one source: what was asked for one needn't be asked for another."""
    ways = (*feeds_pushed.ways(world, targets), *feeds_polled.ways(world, targets))
    yield from {(way.source, way.asks): way for way in ways}.values()


def _open(world: World, targets: Nodes, question: Question) -> Iterator[tuple[str, tuple[Requirement, ...]]]:
    """Yield what doesn't ask IAM who calls, with what it asks all the same: open, or unknown where others decide."""
    for node, trigger, row in fed(world, targets):
        who = _others(world, trigger, row)
        if who:
            yield node, (feeds_polled.by_others("anyone", f"cause {trigger.service}", trigger.source, who),)
        elif row.guard and manner(world, trigger, row) == OPEN:
            yield node, _asked_of_its_policy(world, trigger, row, question)
    for node, who in feeds_polled.others(world, targets):
        yield node, (feeds_polled.by_others("anyone", "write to it", shown(node), who),)


def _others(world: World, trigger: Trigger, row: TriggerService) -> str:
    """Who lets callers in besides IAM; empty: nobody."""
    if trigger.service == PIPES:
        return feeds_polled.others_by_pipe(world, trigger)
    if row.guard is None:
        return ""
    if not row.guard:
        return f"whom {row.label} takes something from"
    how = manner(world, trigger, row)
    if how is None:
        return f"`{row.guard}` was not read"
    return "" if how in (BY_POLICY, OPEN) else f"{row.guard} {how}"


def _asked_of_its_policy(
    world: World, trigger: Trigger, row: TriggerService, question: Question
) -> tuple[Requirement, ...]:
    """An open source that has a policy is open to whom the policy lets in."""
    bearer = world.resources.get(arns.policy_bearer(trigger.source))
    if bearer is None or bearer.policy is None:
        return ()
    anyone = world.caller("anyone")
    return tuple(world.ask(anyone, feed.action, trigger.source, question.given, in_step=True) for feed in row.feeds[:1])
