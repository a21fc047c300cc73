"""The part of `feeds` that leads from one source to another: a rule to a bus or queue, a topic to a queue, and so on.

What is written on by a service makes run whatever the next source triggers. From a rule to a bus that is the rules on
the bus, as far as their patterns can match the same event.

Sources: EventBridge User Guide, "Sending and receiving events between event buses in EventBridge"; SNS Developer Guide,
"Fanout to Amazon SQS queues"; S3 User Guide, "Event notification types and destinations".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from models import arns
from models.context import Absent, Known, State
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Part, Requirement
from models.snapshot import Trigger
from simulator.edges.feeds_polled import keys_of, unknown
from simulator.edges.passed_on import assumed
from simulator.edges.pipes import with_reading
from simulator.edges.places import in_place
from simulator.edges.question import Nodes, Question, among, standing_for
from simulator.triggers.event_patterns import may_both_match
from simulator.triggers.push import Acts
from simulator.triggers.services import service_of
from simulator.world.caller import Caller, Source
from simulator.world.world import World

#: How a service writes to what is no function, by the service that it writes to.
WRITES: Mapping[str, str] = {
    "events": "events:PutEvents",
    "firehose": "firehose:PutRecord",
    "kinesis": "kinesis:PutRecord",
    "logs": "logs:PutLogEvents",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
    "states": "states:StartExecution",
}

#: The attribute that names the key of what is written to, and what a writer needs on it.
#: Sources: SQS Developer Guide, "Amazon SQS Key management", on AWS services that send to encrypted queues; SNS
#: Developer Guide, "Managing Amazon SNS encryption keys and costs"; Kinesis Data Streams Developer Guide, "Permissions
#: to use user-generated KMS keys".
KEYS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "kinesis": ("KeyId", ("kms:GenerateDataKey",)),
    "sns": ("KmsMasterKeyId", ("kms:GenerateDataKey", "kms:Decrypt")),
    "sqs": ("KmsMasterKeyId", ("kms:GenerateDataKey", "kms:Decrypt")),
}
_KEY_OF_AWS = "it is encrypted with AWS's own key, whose policy lets no service in and can't be changed"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for each trigger whose target is another source, or a bus with rules."""
    for trigger in _onward(world, sources):
        nodes = [node for node in _sources_at(world, trigger) if among(node, targets) and node != trigger.source]
        # Whatever is there, it is one write: asked once.
        asked = _asked(world, trigger, question) if nodes else ()
        for start in standing_for(trigger, sources):
            yield from (Edge(start, node, EdgeKind.FEEDS, asked) for node in nodes)


def _onward(world: World, sources: Nodes) -> Iterator[Trigger]:
    every = world.snapshot.triggers
    known = world.memo.once("triggers that lead onward", None, lambda: tuple(filter(leads_onward, every)))
    yield from (one for one in known if one.enabled and any(standing_for(one, sources)))


def leads_onward(trigger: Trigger) -> bool:
    """Whether its target is no function, but something that is written to."""
    return arns.service_of(trigger.target) in WRITES


def _sources_at(world: World, trigger: Trigger) -> Iterator[str]:
    """The nodes at which what arrives makes something run."""
    if arns.resource_type(trigger.target) != "events:event-bus":
        yield trigger.target
        return
    for other in _rules_by_bus(world).get(trigger.target, ()):
        if other.enabled and (other.pattern or not other.schedule) and may_both_match(trigger.pattern, other.pattern):
            yield other.source


def _rules_by_bus(world: World) -> dict[str, list[Trigger]]:
    return world.memo.once("rules by bus", None, lambda: _by_bus(world))


def _by_bus(world: World) -> dict[str, list[Trigger]]:
    found: dict[str, list[Trigger]] = {}
    for trigger in world.snapshot.triggers:
        if arns.resource_type(trigger.source) == "events:rule":
            found.setdefault(trigger.bus or arns.event_bus(trigger.source), []).append(trigger)
    return found


def _asked(world: World, trigger: Trigger, question: Question) -> tuple[Part, ...]:
    """The service may write by itself, or assume the role that may; what is encrypted takes its key too."""
    action = WRITES[arns.service_of(trigger.target) or ""]
    row = service_of(trigger)
    if row is None:
        reason = f"how {trigger.service} writes on for it is not known to this version"
        return (unknown(action, trigger.target, MissingFact(FactKind.TRIGGERS, trigger.source, reason)),)
    account = world.account_of(trigger.source)
    source = Source(row.sent_for(trigger.source), account if isinstance(account, str) else None)
    first: tuple[Requirement, ...] = ()
    if trigger.role is None and (row.acts in (Acts.ROLE, Acts.CALLER) or _needs_role(trigger)):
        reason = f"with whose permissions {trigger.service} writes to `{trigger.target}` is not known"
        return (unknown(action, trigger.target, MissingFact(FactKind.TRIGGERS, trigger.source, reason)),)
    if trigger.role is not None:
        writer, first = Writer(world.caller(trigger.role)), (assumed(world, trigger, row, source, question),)
    elif _to_bus_abroad(trigger, source):
        writer = Writer(world.caller(_root_of(trigger)), fixed=_of_rule(source))
    else:
        writer = Writer(world.caller(f"service:{row.principal}"), source)
    asked = writer.asks(world, action, trigger.target, question)
    found = (*first, asked, *_on_key(world, trigger, writer, question))
    return in_place(world, trigger, row, action, with_reading(world, trigger, row, source, found, question))


def _needs_role(trigger: Trigger) -> bool:
    """No service writes to these by itself.

    Sources: SNS Developer Guide, "Prerequisites for subscribing Firehose delivery streams to Amazon SNS topics";
    EventBridge User Guide, "Using resource-based policies for Amazon EventBridge", which names the targets that have
    such policies.
    """
    return arns.service_of(trigger.target) in ("firehose", "kinesis", "states")


def _to_bus_abroad(trigger: Trigger, source: Source) -> bool:
    return arns.resource_type(trigger.target) == "events:event-bus" and source.account not in (
        None,
        arns.account_of(trigger.target),
    )


def _root_of(trigger: Trigger) -> str:
    return f"arn:{arns.partition_of(trigger.source)}:iam::{arns.account_of(trigger.source)}:root"


def _of_rule(source: Source) -> Mapping[str, State]:
    """Without a role a rule comes as its account, and not as one of an organization.

    Sources: EventBridge API Reference, "PutPermission": accounts of an organization that is let in need a role;
    EventBridge User Guide, "Example policy: Send events from specific rules to an Amazon EventBridge bus in a different
    Region".
    """
    rule: State = Known((source.arn,)) if source.arn else Absent()
    return {"aws:sourcearn": rule, "aws:principalorgid": Absent(), "aws:principalorgpaths": Absent()}


class Writer(NamedTuple):
    """Who writes: a service for a source, a role, or an account."""

    caller: Caller
    source: Source | None = None
    fixed: Mapping[str, State] | None = None

    def asks(self, world: World, action: str, on: str, question: Question) -> Requirement:
        given = question.given
        return world.ask(self.caller, action, on, given, source=self.source, in_step=True, fixed=self.fixed)


def _on_key(world: World, trigger: Trigger, writer: Writer, question: Question) -> Iterator[Requirement]:
    """What writing to something encrypted takes: for a service that is for the key's policy to give."""
    attribute, actions = KEYS.get(arns.service_of(trigger.target) or "", ("", ()))
    target = world.resources.get(trigger.target)
    if target is None or not attribute:
        return
    asks, lacking = keys_of(world, trigger.target, attribute, actions)
    if writer.source and target.attributes.get(attribute) and not (asks or lacking):
        decision = Decision(Outcome.IMPLICIT_DENY)
        yield Requirement(writer.caller.node, actions[0], trigger.target, decision, impossible=_KEY_OF_AWS)
        return
    yield from lacking
    for one in asks:
        if one.resource in world.resources:
            yield writer.asks(world, one.action, one.resource, question)
        else:
            reason = f"the policy of `{one.resource}` was not read"
            fact = world.lacking(FactKind.RESOURCE_POLICY, one.resource)
            yield unknown(one.action, one.resource, fact or MissingFact(FactKind.RESOURCE_POLICY, one.resource, reason))
