"""What reads before it calls: a pipe, or a Firehose stream, whose role may not read its source calls nothing.

Sources: EventBridge User Guide, "Permissions for Amazon EventBridge Pipes to access sources"; Amazon Data Firehose
Developer Guide, "Controlling access with Amazon Data Firehose", on a Kinesis data stream as the source.
"""

from __future__ import annotations

from models.decision import FactKind, MissingFact
from models.edge import Part, Status
from models.snapshot import Trigger
from simulator.edges.as_role import asked_of
from simulator.edges.feeds_polled import keys_of, lacking, of_pipe
from simulator.edges.feeds_pushed import PIPES, attribute
from simulator.edges.passed_on import assumed
from simulator.edges.polled_by import reading
from simulator.edges.question import Question
from simulator.triggers.events import FIREHOSE_STREAM, FIREHOSE_STREAM_ROLE
from simulator.triggers.push import TriggerService
from simulator.world.caller import Source
from simulator.world.world import World

_FIREHOSE = "firehose.amazonaws.com"
_READS = ("kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards")


def with_reading(
    world: World, trigger: Trigger, row: TriggerService, source: Source, found: tuple[Part, ...], question: Question
) -> tuple[Part, ...]:
    """`found`, and what the role of a pipe or of a Firehose stream needs of what it reads."""
    if trigger.role is None:
        return found
    if trigger.service == PIPES:
        mapping = of_pipe(world, trigger)
        read = mapping and reading(world, mapping, world.caller(trigger.role), question)
    elif trigger.service == _FIREHOSE and (stream := attribute(world, trigger.source, FIREHOSE_STREAM)):
        read = _of_stream(world, trigger, row, source, stream, question)
    else:
        return found
    if read:
        return (*found, *read)
    if any(one.status.rank > Status.UNKNOWN.rank for one in found):
        # Nothing turns on its source where it fails all the same.
        return found
    fact = MissingFact(FactKind.ATTRIBUTES, trigger.source, f"how `{trigger.source}` reads its source was not read")
    return (*found, lacking(world, "sts:AssumeRole", fact))


def _of_stream(
    world: World, trigger: Trigger, row: TriggerService, source: Source, stream: str, question: Question
) -> tuple[Part, ...]:
    """Empty: the role with which it reads isn't known."""
    role = attribute(world, trigger.source, FIREHOSE_STREAM_ROLE)
    if role is None:
        return ()
    caller, given = world.caller(role), question.given
    keys, unread = keys_of(world, stream, "KeyId", ("kms:Decrypt",))
    return (
        assumed(world, trigger.model_copy(update={"role": role}), row, source, question),
        *(asked_of(world, caller, action, stream, given, None) for action in _READS),
        *(asked_of(world, caller, one.action, one.resource, given, None) for one in keys),
        *unread,
    )
