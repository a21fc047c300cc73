"""What the execution role needs to poll each kind of source, as AWS's pages list it, and worlds that have it.

The rows' actions and resources are written from the pages; nothing here is read from the table under test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from models.edge import Edge, EdgeKind
from models.snapshot import SourceAccess
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.world import World
from tests.worlds import LAMBDA_TRUST, ONE, REGION, Builder, Json, allow, function, queue, role, topic

F, ROLE = function("f"), role("f-role")
UUID = "11111111-2222-3333-4444-555555555555"
Pairs = tuple[tuple[str, str], ...]


def arn(service: str, rest: str, account: str = ONE) -> str:
    return f"arn:aws:{service}:{REGION}:{account}:{rest}"


QUEUE, FIFO = queue("orders"), queue("orders.fifo")
STREAM = arn("kinesis", "stream/clicks")
CONSUMER = f"{STREAM}/consumer/f:1700000000"
TABLE = arn("dynamodb", "table/orders")
CHANGES = f"{TABLE}/stream/2026-01-01T00:00:00.000"
CLUSTER = arn("kafka", "cluster/events/abc-1")
TOPIC, GROUP = arn("kafka", "topic/events/abc-1/orders"), arn("kafka", f"group/events/abc-1/{UUID}")
BROKER = arn("mq", "broker:orders:b-1234")
DOCDB = arn("rds", "cluster:docs")
SECRET, KEY = arn("secretsmanager", "secret:login-AbCdEf"), arn("kms", "key/k")
REGISTRY = arn("glue", "registry/events")
SERVERS = ("kafka.example.com:9092",)

NETWORK: Pairs = tuple(
    (f"ec2:{name}", "*")
    for name in (
        "CreateNetworkInterface",
        "DeleteNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVpcs",
    )
)


def on(resource: str, *actions: str) -> Pairs:
    return tuple((action, resource) for action in actions)


SQS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
SHARDS = on(
    STREAM,
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)
RECORDS = (
    *on(CHANGES, "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    ("dynamodb:ListStreams", "*"),
)
BASE_MSK: Pairs = (("kafka:DescribeClusterV2", CLUSTER), ("kafka:GetBootstrapBrokers", "*"), *NETWORK)
BY_IAM = (
    *on(CLUSTER, "kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration"),
    *on(TOPIC, "kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"),
    *on(GROUP, "kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"),
)
READ_SECRET: Pairs = (("secretsmanager:GetSecretValue", SECRET),)
DECRYPT: Pairs = (("kms:Decrypt", KEY),)
BASE_MQ: Pairs = (("mq:DescribeBroker", BROKER), *NETWORK, *READ_SECRET)
BASE_DOCDB: Pairs = (
    ("rds:DescribeDBClusters", DOCDB),
    ("rds:DescribeDBClusterParameters", arn("rds", "cluster-pg:docs-parameters")),
    ("rds:DescribeDBSubnetGroups", arn("rds", "subgrp:docs-subnets")),
    *NETWORK,
    *READ_SECRET,
)
GROUPS = {"DBClusterParameterGroup": "docs-parameters", "DBSubnetGroup": "docs-subnets"}
BASIC, MTLS = SourceAccess(type="BASIC_AUTH", uri=SECRET), SourceAccess(type="CLIENT_CERTIFICATE_TLS_AUTH", uri=SECRET)
SCRAM = SourceAccess(type="SASL_SCRAM_512_AUTH", uri=SECRET)
SUBNET = SourceAccess(type="VPC_SUBNET", uri="subnet:subnet-1")
#: A key whose policy leaves it to IAM.
OPEN_KEY = allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"})


@dataclass(frozen=True)
class Case:
    """A mapping: its source, what AWS asks of the role, its configuration, and attributes of what it touches."""

    source: str | None
    needs: Pairs
    more: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)


KEYED_SECRET = {SECRET: {"KmsKeyId": KEY}}
KAFKA = {"bootstrap_servers": SERVERS, "topics": ("orders",)}
OF_TOPIC = {"topics": ("orders",)}

CASES = [
    pytest.param(Case(QUEUE, on(QUEUE, *SQS)), id="S6 SQS: receive, delete, get attributes"),
    pytest.param(Case(FIFO, on(FIFO, *SQS)), id="S6c SQS FIFO: the same three"),
    pytest.param(
        Case(QUEUE, (*on(QUEUE, *SQS), *DECRYPT), attributes={QUEUE: {"KmsMasterKeyId": KEY}}),
        id="SQS: kms:Decrypt if the queue has a customer managed key",
    ),
    pytest.param(
        Case(QUEUE, on(QUEUE, *SQS), attributes={QUEUE: {"KmsMasterKeyId": "alias/aws/sqs"}}),
        id="SQS: no kms:Decrypt for AWS's own key",
    ),
    pytest.param(Case(STREAM, SHARDS), id="S6c Kinesis: five actions on the stream, no ListStreams"),
    pytest.param(
        Case(CONSUMER, (*SHARDS, ("kinesis:SubscribeToShard", CONSUMER))),
        id="S6c Kinesis enhanced fan-out: SubscribeToShard on the consumer too",
    ),
    pytest.param(
        Case(
            CONSUMER,
            (*SHARDS, ("kinesis:SubscribeToShard", CONSUMER), *DECRYPT),
            attributes={STREAM: {"EncryptionType": "KMS", "KeyId": KEY}},
        ),
        id="Kinesis: kms:Decrypt if the stream has a customer managed key",
    ),
    pytest.param(Case(CHANGES, RECORDS), id="S6c DynamoDB: three actions on the stream, ListStreams on *"),
    pytest.param(Case(CLUSTER, (*BASE_MSK, *BY_IAM), OF_TOPIC), id="S6c MSK with IAM: cluster, topic and group"),
    pytest.param(
        Case(
            CLUSTER,
            (
                *BASE_MSK,
                *on(CLUSTER, "kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration"),
                *on(TOPIC, "kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"),
                *on(
                    arn("kafka", "group/events/abc-1/billing"),
                    "kafka-cluster:AlterGroup",
                    "kafka-cluster:DescribeGroup",
                ),
            ),
            OF_TOPIC | {"consumer_group": "billing"},
        ),
        id="MSK with IAM: the group is the ConsumerGroupId, where there is one",
    ),
    pytest.param(
        Case(
            CLUSTER,
            (*BASE_MSK, ("kafka:ListScramSecrets", CLUSTER), *READ_SECRET, *DECRYPT),
            OF_TOPIC | {"access": (SCRAM,)},
            KEYED_SECRET,
        ),
        id="S6c MSK with a SASL/SCRAM secret and its key",
    ),
    pytest.param(
        Case(CLUSTER, (*BASE_MSK, *READ_SECRET), OF_TOPIC | {"access": (MTLS,)}), id="MSK with mTLS: the certificate"
    ),
    pytest.param(
        Case(CLUSTER, BASE_MSK, OF_TOPIC, {CLUSTER: {"ClientAuthentication.Sasl.Iam.Enabled": "false"}}),
        id="MSK without IAM: no kafka-cluster action",
    ),
    pytest.param(
        Case(
            CLUSTER,
            (
                *BASE_MSK,
                *BY_IAM,
                ("glue:GetRegistry", REGISTRY),
                ("glue:GetSchemaVersion", arn("glue", "schema/events/*")),
            ),
            OF_TOPIC | {"schema_registry": REGISTRY},
        ),
        id="S6c Kafka with a Glue registry: the registry and its schemas",
    ),
    pytest.param(
        Case(
            CLUSTER,
            (*BASE_MSK, *BY_IAM, *READ_SECRET),
            OF_TOPIC | {"schema_registry": "https://registry.example.com", "schema_access": (BASIC,)},
        ),
        id="S6c Kafka with another registry: its secret, and still IAM on the cluster",
    ),
    pytest.param(
        Case(
            CLUSTER,
            (
                *BASE_MSK,
                *BY_IAM,
                *on(
                    arn("kafka", "topic/events/abc-1/failed"), "kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"
                ),
            ),
            OF_TOPIC | {"on_failure": "kafka://failed"},
        ),
        id="Kafka topic for what failed: WriteData, and no kafka:Produce",
    ),
    pytest.param(
        Case(None, READ_SECRET, KAFKA | {"access": (BASIC,)}), id="S6c self-managed Kafka: the secret, no network"
    ),
    pytest.param(
        Case(None, (*NETWORK, *READ_SECRET, *DECRYPT), KAFKA | {"access": (SUBNET, BASIC)}, KEYED_SECRET),
        id="S6c self-managed Kafka in a VPC: network, secret and its key",
    ),
    pytest.param(Case(BROKER, BASE_MQ, {"access": (BASIC,)}), id="S6c Amazon MQ, ActiveMQ: broker, network, secret"),
    pytest.param(
        Case(
            BROKER,
            (*BASE_MQ, *DECRYPT),
            {"access": (BASIC, SourceAccess(type="VIRTUAL_HOST", uri="/"))},
            KEYED_SECRET,
        ),
        id="S6c Amazon MQ, RabbitMQ: with the secret's key",
    ),
    pytest.param(
        Case(DOCDB, (*BASE_DOCDB, *DECRYPT), {"access": (BASIC,)}, {DOCDB: GROUPS} | KEYED_SECRET),
        id="S6c DocumentDB: cluster, its groups, network, secret, key",
    ),
    pytest.param(
        Case(
            STREAM,
            (*SHARDS, ("sqs:SendMessage", QUEUE), *on(KEY, "kms:Decrypt", "kms:GenerateDataKey")),
            {"on_failure": QUEUE},
            {QUEUE: {"KmsMasterKeyId": KEY}},
        ),
        id="S6c queue for what failed: sqs:SendMessage, with its key",
    ),
    pytest.param(
        Case(STREAM, (*SHARDS, ("sns:Publish", topic("failed"))), {"on_failure": topic("failed")}),
        id="S6c topic for what failed: sns:Publish",
    ),
    pytest.param(
        Case(
            CHANGES,
            (
                *RECORDS,
                ("s3:ListBucket", "arn:aws:s3:::failed"),
                ("s3:PutObject", f"arn:aws:s3:::failed/aws/lambda/{UUID}/*"),
                ("kms:GenerateDataKey", KEY),
            ),
            {"on_failure": "arn:aws:s3:::failed"},
            {"arn:aws:s3:::failed": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}},
        ),
        id="S6c bucket for what failed: PutObject, ListBucket, with its key GenerateDataKey",
    ),
    pytest.param(
        Case(
            CLUSTER,
            (
                *BASE_MSK,
                *BY_IAM,
                ("s3:ListBucket", "arn:aws:s3:::failed"),
                ("s3:PutObject", "arn:aws:s3:::failed/*"),
            ),
            OF_TOPIC | {"on_failure": "arn:aws:s3:::failed"},
            {"arn:aws:s3:::failed": {}},
        ),
        id="S6c bucket for what failed of Kafka: objects of any name, since AWS doesn't say how they are named",
    ),
]


def made(case: Case, statements: Iterable[Json]) -> Builder:
    """A world with the mapping, everything it touches, and a role that holds these statements."""
    build = Builder()
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, *statements))
    build.mapping(case.source, F, **({"uuid": UUID} | case.more))
    touched = {case.source, STREAM, TABLE, SECRET, topic("failed"), *case.attributes} - {None}
    for name in sorted(str(item) for item in touched):
        build.resource(name, "any:thing", ONE, attributes=case.attributes.get(name, {}))
    build.resource(KEY, "kms:key", ONE, OPEN_KEY)
    build.resource(REGISTRY, "glue:registry", ONE)
    return build


def each(pairs: Pairs) -> list[Json]:
    return [allow(action, resource) for action, resource in pairs]


def edge(world: World) -> Edge:
    (found,) = RULES[EdgeKind.POLLED_BY](world, None, None, Question())
    return found
