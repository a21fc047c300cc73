"""One row per service that invokes Lambda, and per kind of source that a mapping polls.

Sources stand in each row: the title of the AWS page that says it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TriggerService:
    """A service that invokes functions for a resource.

    `writes` are the actions that cause it, by what happens at the source (for S3 by the event's prefix); an action of
    `on_bus` is asked for on the rule's bus instead of on the source.
    """

    principal: str
    label: str
    source_type: str
    source_account: str
    writes: tuple[tuple[str, str], ...]
    source: str
    on_bus: bool = False


#: What a writer must be allowed for each event of an S3 notification, by the event's beginning.
_S3_EVENTS = (
    ("s3:ObjectCreated:", "s3:PutObject"),
    ("s3:ObjectRemoved:", "s3:DeleteObject"),
    ("s3:ObjectRestore:", "s3:RestoreObject"),
    ("s3:ObjectTagging:Put", "s3:PutObjectTagging"),
    ("s3:ObjectTagging:Delete", "s3:DeleteObjectTagging"),
    ("s3:ObjectTagging:*", "s3:PutObjectTagging"),
    ("s3:ObjectAcl:", "s3:PutObjectAcl"),
)

TRIGGERS: dict[str, TriggerService] = {
    row.principal: row
    for row in (
        TriggerService(
            "s3.amazonaws.com",
            "S3 event notification",
            "s3:bucket",
            "always: a bucket's ARN has no account",
            _S3_EVENTS,
            'Lambda Developer Guide, "Process Amazon S3 event notifications with Lambda"',
        ),
        TriggerService(
            "sns.amazonaws.com",
            "SNS subscription",
            "sns:topic",
            "recommended",
            (("", "sns:Publish"),),
            'Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications"',
        ),
        TriggerService(
            "events.amazonaws.com",
            "EventBridge rule",
            "events:rule",
            "optional",
            (("", "events:PutEvents"),),
            'Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge"',
            on_bus=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class PolledSource:
    """A kind of source that Lambda polls with the function's execution role.

    `actions` are needed on the source; `writes` puts something into it; `encrypted` is needed on the key that
    `key_attribute` names.
    """

    service: str
    label: str
    actions: tuple[str, ...]
    writes: tuple[str, ...]
    key_attribute: str | None
    encrypted: tuple[str, ...]
    source: str


POLLED: dict[str, PolledSource] = {
    row.service: row
    for row in (
        PolledSource(
            "sqs",
            "SQS queue",
            ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
            ("sqs:SendMessage",),
            "KmsMasterKeyId",
            ("kms:Decrypt",),
            'Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping"',
        ),
    )
}


def writes_for(service: str, events: tuple[str, ...]) -> tuple[str, ...]:
    """The actions that cause a trigger of `service` which listens to `events`."""
    row = TRIGGERS.get(service)
    if row is None:
        return ()
    found = {
        action: None
        for prefix, action in row.writes
        if not events or any(event.startswith(prefix) or _covers(event, prefix) for event in events)
    }
    return tuple(found)


def _covers(event: str, prefix: str) -> bool:
    return event in ("s3:*", "*") or (event.endswith("*") and prefix.startswith(event[:-1]) and event != prefix)
