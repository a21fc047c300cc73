"""What of a resource's attributes is kept: a closed list, so that nothing secret gets in by its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: AWS's names, of all services together: GetQueueAttributes, GetTopicAttributes, GetBucketEncryption, DescribeEventBus,
#: DescribeKey, DescribeSecret, DescribeStreamSummary, DescribeTable.
KEPT = frozenset(
    {
        "AWSAccountId",
        "EncryptionType",
        "FifoQueue",
        "FifoTopic",
        "KMSMasterKeyArn",
        "KMSMasterKeyID",
        "KeyId",
        "KeyManager",
        "KeyState",
        "KmsKeyId",
        "KmsKeyIdentifier",
        "KmsMasterKeyId",
        "Owner",
        "OwningService",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "RotationLambdaARN",
        "SSEAlgorithm",
        "SqsManagedSseEnabled",
    }
)


def kept(output: Any) -> dict[str, str]:
    """Return the kept attributes in what AWS printed, however deep they are; of a name that stands twice the first."""
    found: dict[str, str] = {}
    for name, value in _leaves(output):
        if name in KEPT:
            found.setdefault(name, value)
    return dict(sorted(found.items()))


def _leaves(output: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(output, dict):
        for key, value in output.items():
            yield from _leaves(value, str(key))
    elif isinstance(output, list):
        for value in output:
            yield from _leaves(value, name)
    elif isinstance(output, bool):
        yield name, str(output).lower()
    elif isinstance(output, str | int) and output != "":
        yield name, str(output)
