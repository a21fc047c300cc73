"""What reading or writing something takes on the customer managed key that encrypts it, beside the action itself.

AWS's own keys ask nobody; which key it is an attribute of the resource says.
"""

from __future__ import annotations

from typing import NamedTuple


class Keyed(NamedTuple):
    """`attribute` is AWS's name of what names the key; the key actions are needed together with the action."""

    attribute: str
    actions: tuple[str, ...]
    source: str


_READ, _WRITE, _BOTH = ("kms:Decrypt",), ("kms:GenerateDataKey",), ("kms:GenerateDataKey", "kms:Decrypt")
_S3 = 'Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)"'
_SQS = 'Amazon SQS Developer Guide, "Amazon SQS Key management"'
_SNS = 'Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs"'
_KINESIS = 'Amazon Kinesis Data Streams Developer Guide, "Permissions to use user-generated KMS keys"'
_DYNAMODB = 'Amazon DynamoDB Developer Guide, "DynamoDB encryption at rest: How it works"'
_SECRETS = 'AWS Secrets Manager User Guide, "Secret encryption and decryption in AWS Secrets Manager"'

_ROWS: tuple[tuple[tuple[str, ...], Keyed], ...] = (
    (("s3:GetObject", "s3:GetObjectVersion"), Keyed("KMSMasterKeyID", _READ, _S3)),
    (("s3:PutObject",), Keyed("KMSMasterKeyID", _WRITE, _S3)),
    (("sqs:ReceiveMessage",), Keyed("KmsMasterKeyId", _READ, _SQS)),
    (("sqs:SendMessage",), Keyed("KmsMasterKeyId", _BOTH, _SQS)),
    (("sns:Publish",), Keyed("KmsMasterKeyId", _BOTH, _SNS)),
    (("kinesis:PutRecord", "kinesis:PutRecords"), Keyed("KeyId", _WRITE, _KINESIS)),
    (("kinesis:GetRecords", "kinesis:SubscribeToShard"), Keyed("KeyId", _READ, _KINESIS)),
    (
        tuple(
            f"dynamodb:{name}"
            for name in (
                "BatchGetItem",
                "BatchWriteItem",
                "DeleteItem",
                "GetItem",
                "PutItem",
                "Query",
                "Scan",
                "UpdateItem",
            )
        ),
        Keyed("KMSMasterKeyArn", _READ, _DYNAMODB),
    ),
    (("secretsmanager:GetSecretValue",), Keyed("KmsKeyId", _READ, _SECRETS)),
    (("secretsmanager:PutSecretValue",), Keyed("KmsKeyId", _BOTH, _SECRETS)),
)

#: By action, in lower case.
KEYED: dict[str, Keyed] = {action.lower(): row for actions, row in _ROWS for action in actions}
