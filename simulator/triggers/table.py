"""One row per kind of source that a mapping polls.

Sources stand in each row: the title of the AWS page that says it.
"""

from __future__ import annotations

from dataclasses import dataclass


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
