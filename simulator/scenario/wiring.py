"""What AWS refuses of the notifications, rules and mappings that a scenario configures, at its place in the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models import arns
from models.shape import nearest
from models.snapshot import Mapping
from simulator.scenario.source import Place, Source

#: The events of which a bucket can tell. Source: S3 API Reference, "LambdaFunctionConfiguration", as the SDK has it in
#: November 2026.
_S3_EVENTS = (
    "s3:ReducedRedundancyLostObject",
    *(f"s3:ObjectCreated:{name}" for name in ("*", "Put", "Post", "Copy", "CompleteMultipartUpload")),
    *(f"s3:ObjectRemoved:{name}" for name in ("*", "Delete", "DeleteMarkerCreated")),
    *(f"s3:ObjectRestore:{name}" for name in ("*", "Post", "Completed", "Delete")),
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleTransition",
    *(f"s3:LifecycleExpiration:{name}" for name in ("*", "Delete", "DeleteMarkerCreated")),
    "s3:IntelligentTiering",
    *(f"s3:ObjectTagging:{name}" for name in ("*", "Put", "Delete")),
    *(f"s3:ObjectAnnotation:{name}" for name in ("*", "Put", "Delete")),
    "s3:ObjectAcl:Put",
    "s3:ObjectRetention:Put",
)

#: What Lambda reads once for a function only. Of Kafka, Amazon MQ and DocumentDB a second mapping reads something else.
#: Source: Lambda API Reference, "CreateEventSourceMapping", ResourceConflictException.
_READ_ONCE = ("dynamodb", "kinesis", "sqs")


def check_events(source: Source, events: Iterable[tuple[str, Place]], place: Place) -> None:
    """Refuse a notification of no event, or of one that S3 doesn't know.

    Raises:
        InputError: where the event stands.
    """
    told = list(events)
    if not told:
        raise source.error(place, "a notification needs an event, such as `s3:ObjectCreated:*`")
    for event, at in told:
        if event not in _S3_EVENTS:
            raise source.error(at, f"`{event}` is not an event of S3{nearest(event, _S3_EVENTS)}")


def check_pattern(source: Source, pattern: dict[str, Any], place: Place) -> None:
    """Refuse an event pattern that EventBridge refuses.

    Sources: Amazon EventBridge User Guide, "Creating Amazon EventBridge event patterns"; Event Ruler, the library of
    AWS that reads them. What stands within a list is not judged.

    Raises:
        InputError: where the value stands.
    """
    if not pattern:
        raise source.error(place, "in an event pattern a mapping is never empty")
    for field, value in pattern.items():
        at = (*place, field)
        if isinstance(value, dict):
            check_pattern(source, value, at)
        elif not isinstance(value, list):
            raise source.error(at, "in an event pattern this is a list or a mapping")
        elif not value:
            raise source.error(at, "in an event pattern a list is never empty")


def check_once(source: Source, mappings: Iterable[Mapping]) -> None:
    """Refuse a second mapping between the same two, where Lambda takes only one, and one that reads the same.

    Raises:
        InputError: where the second stands.
    """
    known: dict[tuple[str, ...], int] = {}
    for index, mapping in enumerate(mappings):
        is_once = arns.service_of(mapping.source or "") in _READ_ONCE
        reads = () if is_once else (*mapping.topics, mapping.consumer_group or "")
        first = known.setdefault((mapping.origin, mapping.function, *reads), index)
        if first != index:
            hint = "change that one" if is_once else "change that one, or say by `topics` what each reads"
            problem = f"mappings[{first}] is from the same source to the same function already: {hint}"
            raise source.error(("mappings", index), problem)
