"""One row per kind of source that Lambda polls with the function's execution role: code, tests and docs read this.

A need is an action and what it is asked on; what that is for a mapping, and whether there is any, is worked out in
`simulator.edges.polled_on`. Where AWS doesn't say whether something is needed, the need carries that doubt: it then
counts only if nothing may be taken for granted (`--strict`), and every answer that turns on it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from models import arns


class On(StrEnum):
    """What an action is asked on; there may be none of it for a mapping, or several."""

    SOURCE = "the source"
    SOURCE_KEY = "the customer managed key that encrypts the source"
    STREAM = "the stream (of a consumer: the one that it reads)"
    TABLE = "the stream's table"
    ANYTHING = "*"
    ANYTHING_OR_SOURCE = "*, and by AWS's sample the source"
    CLUSTER = "the cluster"
    CLUSTER_BY_IAM = "the cluster, where it is entered with IAM"
    CLUSTER_BY_SCRAM = "the cluster, where it is entered with a SASL/SCRAM secret"
    TOPICS_BY_IAM = "each topic, where the cluster is entered with IAM"
    GROUP_BY_IAM = "the consumer group, where the cluster is entered with IAM"
    VPC_CONNECTION = "the VPC connection to another account's cluster"
    CONFIGURED_VPC = "*, where subnets or security groups are configured"
    PARAMETER_GROUP = "the cluster's parameter group"
    SUBNET_GROUP = "the cluster's subnet group"
    SECRETS = "each secret for authentication"
    KEYS_OF_SECRETS = "each customer managed key that encrypts such a secret"
    GLUE_REGISTRY = "the Glue schema registry"
    GLUE_SCHEMAS = "every schema in the Glue registry"
    REGISTRY_SECRETS = "each secret for another schema registry"
    FILTER_KEY = "the customer managed key of the filter criteria"
    FAILURE_QUEUE = "the queue for what failed"
    FAILURE_TOPIC = "the topic for what failed"
    FAILURE_BUCKET = "the bucket for what failed"
    FAILURE_OBJECTS = "what is written into the bucket for what failed"
    FAILURE_MESSAGE_KEY = "the customer managed key of the queue or topic for what failed"
    FAILURE_MESSAGE_KEY_ABROAD = "that key, where another account owns it"
    FAILURE_BUCKET_KEY = "the customer managed key of the bucket for what failed"
    FAILURE_CLUSTER = "the cluster, where a Kafka topic takes what failed"
    FAILURE_KAFKA_TOPIC = "the Kafka topic for what failed"


@dataclass(frozen=True, slots=True)
class Need:
    """Actions that are needed on something. `any_of`: one of them is enough; `by_lambda`: asked of Lambda's own
    service principal instead of the execution role; `doubt`: what AWS leaves unsaid."""

    on: On
    actions: tuple[str, ...]
    source: str
    any_of: bool = False
    by_lambda: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One way to put something into a source: the action, and what else a writer needs together with it."""

    on: On
    action: str
    also: tuple[tuple[str, On], ...] = ()


#: May the source be of another account than the function? Source of `connected`: Lambda Developer Guide, "Creating
#: cross-account event source mappings in Lambda": the ARN of a VPC connection instead of the cluster's.
OtherAccounts = Literal["yes", "no", "connected", "unsaid"]


@dataclass(frozen=True, slots=True)
class PolledSource:
    """A kind of source: how its ARN begins (its service, and the resource within), what polling it needs, what may
    write to it. `fed_by` says who writes where no IAM action does; `key` is AWS's name of the attribute that names
    the key, on the source or its stream or table."""

    kind: str
    label: str
    arn: tuple[str, str]
    needs: tuple[Need, ...]
    source: str
    writes: tuple[Write, ...] = ()
    fed_by: str = ""
    key: tuple[str, On] | None = None
    other_accounts: OtherAccounts = "yes"

    @property
    def all_needs(self) -> tuple[Need, ...]:
        """Its own, and those that a mapping of any kind may be configured to have."""
        return (*self.needs, *EXTRAS)


def _guide(title: str) -> str:
    return f'Lambda Developer Guide, "{title}"'


SQS = _guide("Creating and configuring an Amazon SQS event source mapping")
KINESIS = _guide("Process Amazon Kinesis Data Streams records with Lambda")
DYNAMODB = _guide("Process DynamoDB records with Lambda")
MSK = _guide("Configuring Lambda permissions for Amazon MSK event source mappings")
KAFKA = _guide("Configuring Lambda execution role permissions") + " (of self-managed Apache Kafka)"
MQ = _guide("Process Amazon MQ messages with Lambda")
DOCUMENTDB = _guide("Process Amazon DocumentDB events with Lambda")
FAILURE = (
    _guide("Capturing discarded batches for Amazon MSK and self-managed Apache Kafka event sources")
    + ', "Retain discarded batch records for a Kinesis Data Streams event source in Lambda" and '
    '"Retain discarded records for a DynamoDB event source in Lambda"'
)
KAFKA_TOPIC = _guide("Using a Kafka topic as an on-failure destination")
REGISTRIES = _guide("Using schema registries with Kafka event sources in Lambda")
FILTERS = _guide("Control which events Lambda sends to your function")

#: Of the network interfaces by which Lambda reaches a source in a VPC.
NETWORK = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)

#: What any mapping may be configured to have. (Of queues AWS takes no failure destination: they have their own.)
EXTRAS = (
    Need(On.FILTER_KEY, ("kms:Decrypt",), FILTERS, by_lambda=True),
    Need(On.FAILURE_QUEUE, ("sqs:SendMessage",), FAILURE),
    Need(On.FAILURE_TOPIC, ("sns:Publish",), FAILURE),
    Need(On.FAILURE_BUCKET, ("s3:ListBucket",), FAILURE),
    Need(On.FAILURE_OBJECTS, ("s3:PutObject",), FAILURE),
    Need(On.FAILURE_MESSAGE_KEY, ("kms:Decrypt", "kms:GenerateDataKey"), FAILURE),
    Need(
        On.FAILURE_MESSAGE_KEY_ABROAD,
        ("kms:DescribeKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
        FAILURE,
        doubt="AWS's page for Kafka has the key of another account allow kms:DescribeKey and kms:ReEncrypt as well",
    ),
    Need(On.FAILURE_BUCKET_KEY, ("kms:GenerateDataKey",), FAILURE),
    Need(On.FAILURE_CLUSTER, ("kafka-cluster:Connect",), KAFKA_TOPIC),
    Need(On.FAILURE_KAFKA_TOPIC, ("kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"), KAFKA_TOPIC),
)


def _secrets(source: str) -> tuple[Need, ...]:
    return (
        Need(On.SECRETS, ("secretsmanager:GetSecretValue",), source),
        Need(On.KEYS_OF_SECRETS, ("kms:Decrypt",), source),
    )


def _registries() -> tuple[Need, ...]:
    return (
        Need(On.GLUE_REGISTRY, ("glue:GetRegistry",), REGISTRIES),
        Need(On.GLUE_SCHEMAS, ("glue:GetSchemaVersion",), REGISTRIES),
        Need(On.REGISTRY_SECRETS, ("secretsmanager:GetSecretValue",), REGISTRIES),
    )


#: kinesis:ListStreams is for the console only, and kinesis:SubscribeToShard is on a consumer: where there is none,
#: nothing could be asked on. Sources: Lambda's page; Service Authorization Reference.
_STREAM = Need(
    On.STREAM,
    (
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ),
    KINESIS,
)
#: Sources: SQS Developer Guide, "Amazon SQS Key management"; Kinesis Data Streams Developer Guide, "Permissions to use
#: user-generated KMS keys".
_SQS_WRITES = (
    Write(On.SOURCE, "sqs:SendMessage", (("kms:GenerateDataKey", On.SOURCE_KEY), ("kms:Decrypt", On.SOURCE_KEY))),
)
_STREAM_WRITES = tuple(
    Write(On.STREAM, f"kinesis:{name}", (("kms:GenerateDataKey", On.SOURCE_KEY),))
    for name in ("PutRecord", "PutRecords")
)
#: DynamoDB uses a table's key for whoever calls, so that the key has to let him in through DynamoDB, as the policy of
#: the AWS managed key does for all of an account. Source: DynamoDB Developer Guide, "DynamoDB encryption at rest".
_TABLE_WRITES = tuple(
    Write(On.TABLE, f"dynamodb:{name}", (("kms:Decrypt", On.SOURCE_KEY),))
    for name in (
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "PartiQLInsert",
        "PartiQLUpdate",
        "PartiQLDelete",
    )
)
_MSK_NEEDS = (
    Need(On.CLUSTER, ("kafka:DescribeClusterV2", "kafka:DescribeCluster"), MSK, any_of=True),
    Need(On.ANYTHING, ("kafka:GetBootstrapBrokers", *NETWORK), MSK),
    Need(On.VPC_CONNECTION, ("kafka:DescribeVpcConnection",), MSK),
    Need(On.CLUSTER_BY_IAM, ("kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration"), MSK),
    Need(On.TOPICS_BY_IAM, ("kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"), MSK),
    Need(On.GROUP_BY_IAM, ("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"), MSK),
    Need(On.CLUSTER_BY_SCRAM, ("kafka:ListScramSecrets",), MSK),
    *_secrets(MSK),
    *_registries(),
)
#: Source: MSK Developer Guide, "Semantics of IAM authorization policy actions and resources".
_MSK_WRITES = (
    Write(
        On.TOPICS_BY_IAM,
        "kafka-cluster:WriteData",
        (("kafka-cluster:Connect", On.CLUSTER), ("kafka-cluster:DescribeTopic", On.TOPICS_BY_IAM)),
    ),
)

_ROWS = (
    PolledSource(
        "sqs",
        "SQS queue, standard or FIFO",
        ("sqs", ""),
        (
            Need(On.SOURCE, ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), SQS),
            Need(On.SOURCE_KEY, ("kms:Decrypt",), SQS),
        ),
        SQS,
        _SQS_WRITES,
        key=("KmsMasterKeyId", On.SOURCE),
    ),
    PolledSource(
        "kinesis",
        "Kinesis stream, shared throughput",
        ("kinesis", "stream/"),
        (_STREAM, Need(On.SOURCE_KEY, ("kms:Decrypt",), KINESIS)),
        KINESIS,
        _STREAM_WRITES,
        key=("KeyId", On.STREAM),
    ),
    PolledSource(
        "kinesis_consumer",
        "Kinesis stream consumer, enhanced fan-out",
        ("kinesis", "stream/"),
        (
            _STREAM,
            Need(On.SOURCE, ("kinesis:SubscribeToShard",), KINESIS),
            Need(On.SOURCE_KEY, ("kms:Decrypt",), KINESIS),
        ),
        KINESIS,
        _STREAM_WRITES,
        key=("KeyId", On.STREAM),
    ),
    PolledSource(
        "dynamodb",
        "DynamoDB stream",
        ("dynamodb", "table/"),
        (
            Need(On.SOURCE, ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"), DYNAMODB),
            Need(On.ANYTHING_OR_SOURCE, ("dynamodb:ListStreams",), DYNAMODB),
            Need(
                On.SOURCE_KEY,
                ("kms:Decrypt",),
                DYNAMODB,
                doubt="AWS doesn't say whether reading the stream of a table with a customer managed key needs it",
            ),
        ),
        DYNAMODB,
        _TABLE_WRITES,
        key=("KMSMasterKeyArn", On.TABLE),
    ),
    PolledSource("msk", "Amazon MSK cluster", ("kafka", ""), _MSK_NEEDS, MSK, _MSK_WRITES, other_accounts="connected"),
    PolledSource(
        "self_managed_kafka",
        "self-managed Apache Kafka",
        ("", ""),
        (Need(On.CONFIGURED_VPC, NETWORK, KAFKA), *_secrets(KAFKA), *_registries()),
        KAFKA,
        fed_by="the cluster's own users: no IAM action writes to it",
    ),
    PolledSource(
        "mq",
        "Amazon MQ broker, ActiveMQ or RabbitMQ",
        ("mq", ""),
        (Need(On.SOURCE, ("mq:DescribeBroker",), MQ), Need(On.ANYTHING, NETWORK, MQ), *_secrets(MQ)),
        MQ,
        fed_by="the broker's own users: no IAM action writes to it",
        other_accounts="unsaid",
    ),
    PolledSource(
        "documentdb",
        "DocumentDB cluster",
        ("rds", "cluster:"),
        (
            Need(On.SOURCE, ("rds:DescribeDBClusters",), DOCUMENTDB),
            Need(On.PARAMETER_GROUP, ("rds:DescribeDBClusterParameters",), DOCUMENTDB),
            Need(On.SUBNET_GROUP, ("rds:DescribeDBSubnetGroups",), DOCUMENTDB),
            Need(On.ANYTHING, NETWORK, DOCUMENTDB),
            *_secrets(DOCUMENTDB),
        ),
        DOCUMENTDB,
        fed_by="the database's own users: no IAM action writes to it",
        other_accounts="no",
    ),
)

POLLED: dict[str, PolledSource] = {row.kind: row for row in _ROWS}


def polled(source: str | None) -> PolledSource | None:
    """The row of a mapping's source; None: one that this version doesn't know."""
    if source is None:
        return POLLED["self_managed_kafka"]
    found = arns.parts(source)
    if found is None:
        return None
    if found.service == "kinesis" and "/consumer/" in found.resource:
        return POLLED["kinesis_consumer"]
    rows = (row for row in _ROWS if row.arn[0] == found.service and found.resource.startswith(row.arn[1]))
    return next(rows, None)
