"""What is polled, and the secrets and keys around it, on answers of AWS that moto doesn't give; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from models.decision import FactKind
from models.edge import Status
from models.snapshot import Resource, Snapshot
from simulator.collector import polled, secrets, shapes
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.functions import FunctionFacts
from simulator.collector.reader import Reader
from simulator.edges import polled_by
from simulator.edges.question import Question
from simulator.world.world import World
from tests.collector.recorded import Answers, RecordedSession, refused

ACCOUNT = "222222222222"
REGION = "eu-west-1"
ORDERS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"

Read = Callable[[Reader, str], str]


def at(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


STREAM = at("kinesis", "stream/clicks")
CONSUMER = f"{STREAM}/consumer/orders:1"
TABLE = at("dynamodb", "table/orders")
CHANGES = f"{TABLE}/stream/2026-01-01T00:00:00.000"
CLUSTER = at("kafka", "cluster/events/1-2")
CONNECTION = at("kafka", "vpc-connection/333333333333/events/1-2")
BROKER = at("mq", "broker:shop:b-1")
DATABASE = at("rds", "cluster:shop")
SECRET = at("secretsmanager", "secret:login-abcdef")
KEY = at("kms", "key/k-1")


def read(how: Read, answers: Answers, *sources: str) -> Snapshot:
    """What is read of the sources of some mappings of one function, whose role may do anything."""
    builder = SnapshotBuilder()
    builder.account(ACCOUNT)
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = {
        "Arn": ROLE,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": allowed}],
    }
    builder.authorization_details(ACCOUNT, shapes.AuthorizationDetails.model_validate({"RoleDetailList": [role]}))
    builder.function(_function())
    for number, source in enumerate(sources):
        mapping = {"UUID": str(number), "FunctionArn": ORDERS, "EventSourceArn": source, "State": "Enabled"}
        builder.mapping(shapes.EventSourceMapping.model_validate(mapping))
    how(Reader(RecordedSession(answers), ACCOUNT, "aws", builder), REGION)
    return builder.build(datetime.now(UTC), "collected")


def _function() -> FunctionFacts:
    configuration = {"FunctionName": "orders", "FunctionArn": ORDERS, "Role": ROLE}
    return FunctionFacts(shapes.FunctionConfiguration.model_validate(configuration))


def resource(snapshot: Snapshot, arn: str) -> Resource:
    return next(one for one in snapshot.resources if one.arn == arn)


def facts(snapshot: Snapshot) -> set[tuple[FactKind, str, str]]:
    return {(gap.what, gap.about, gap.call) for gap in snapshot.gaps}


def polling(snapshot: Snapshot) -> Status:
    (edge,) = polled_by.edges(World(snapshot), None, None, Question(missing=True))
    return edge.status


def document(name: str) -> str:
    return f'{{"Statement": [], "Id": "{name}"}}'


KINESIS: Answers = {
    "kinesis:ListStreams": {"StreamNames": [], "HasMoreStreams": False, "StreamSummaries": []},
    "kinesis:DescribeStreamSummary": {
        "StreamDescriptionSummary": {
            "StreamName": "clicks",
            "StreamARN": STREAM,
            "StreamStatus": "ACTIVE",
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": 0,
            "EnhancedMonitoring": [],
            "OpenShardCount": 1,
            "EncryptionType": "NONE",
        }
    },
    "kinesis:ListStreamConsumers": {"Consumers": []},
    "kinesis:GetResourcePolicy": lambda asked: {"Policy": document(asked["ResourceARN"])},
}


def test_a_stream_is_read_because_it_is_polled_and_its_consumer_has_a_policy_of_its_own() -> None:
    """Kinesis Data Streams Developer Guide, "Share access using resource-based policies": on stream and consumer."""
    snapshot = read(polled.read_streams, KINESIS, CONSUMER)
    documents = {arn: snapshot.documents[resource(snapshot, arn).policy or ""]["Id"] for arn in (STREAM, CONSUMER)}
    assert documents == {STREAM: STREAM, CONSUMER: CONSUMER}
    assert snapshot.gaps == ()
    assert FactKind.ATTRIBUTES not in {fact.what for fact in snapshot.assumptions}


@pytest.mark.parametrize(
    "call, what, about",
    [
        pytest.param("kinesis:DescribeStreamSummary", FactKind.ATTRIBUTES, STREAM, id="its encryption"),
        pytest.param("kinesis:GetResourcePolicy", FactKind.RESOURCE_POLICY, STREAM, id="its policy"),
    ],
)
def test_what_is_refused_of_a_stream_makes_what_polls_it_unknown(call: str, what: FactKind, about: str) -> None:
    assert polling(read(polled.read_streams, KINESIS, STREAM)) is Status.ALLOWED
    snapshot = read(polled.read_streams, {**KINESIS, call: refused()}, STREAM)
    assert facts(snapshot) == {(what, about, call)}
    assert polling(snapshot) is Status.UNKNOWN


def test_refused_lists_leave_policies_unknown_and_what_is_polled_is_read_all_the_same() -> None:
    answers = {**KINESIS, "kinesis:ListStreams": refused(), "kinesis:ListStreamConsumers": refused()}
    snapshot = read(polled.read_streams, answers, STREAM)
    assert facts(snapshot) == {
        (FactKind.RESOURCE_POLICY, f"{ACCOUNT}/kinesis", "kinesis:ListStreams"),
        (FactKind.RESOURCE_POLICY, f"{ACCOUNT}/kinesis", "kinesis:ListStreamConsumers"),
    }
    assert polling(snapshot) is Status.ALLOWED


def test_a_table_has_its_key_and_its_stream_a_policy() -> None:
    table = {
        "TableArn": TABLE,
        "StreamSpecification": {"StreamEnabled": True},
        "LatestStreamArn": CHANGES,
        "SSEDescription": {"KMSMasterKeyArn": KEY},
    }

    def policy(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["ResourceArn"] == TABLE:
            raise refused("PolicyNotFoundException", 400)
        return {"Policy": document("stream")}

    answers: Answers = {
        "dynamodb:ListTables": {"TableNames": ["orders"]},
        "dynamodb:DescribeTable": {"Table": table},
        "dynamodb:GetResourcePolicy": policy,
    }
    snapshot = read(polled.read_tables, answers)
    assert resource(snapshot, TABLE).attributes == {"KMSMasterKeyArn": KEY}
    assert resource(snapshot, TABLE).policy is None
    assert resource(snapshot, CHANGES).policy is not None
    assert snapshot.gaps == ()


KAFKA: Answers = {
    "kafka:ListClustersV2": {"ClusterInfoList": [{"ClusterArn": CLUSTER}]},
    "kafka:DescribeClusterV2": {
        "ClusterInfo": {
            "ClusterArn": CLUSTER,
            "Provisioned": {
                "BrokerNodeGroupInfo": {
                    "ClientSubnets": [],
                    "InstanceType": "kafka.m5.large",
                    "ConnectivityInfo": {
                        "VpcConnectivity": {"ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}}}
                    },
                },
                "NumberOfBrokerNodes": 2,
                "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": False}}},
            },
        }
    },
    "kafka:GetClusterPolicy": refused("NotFoundException", 404),
    "kafka:DescribeVpcConnection": {"VpcConnectionArn": CONNECTION, "TargetClusterArn": CLUSTER},
}


def test_whether_a_cluster_takes_iam_is_its_own_word_and_not_that_of_its_vpc_connections() -> None:
    snapshot = read(polled.read_clusters, KAFKA)
    assert resource(snapshot, CLUSTER).attributes == {"ClientAuthentication.Sasl.Iam.Enabled": "false"}
    assert snapshot.gaps == ()


def test_a_vpc_connection_names_its_cluster() -> None:
    snapshot = read(polled.read_clusters, KAFKA, CONNECTION)
    assert resource(snapshot, CONNECTION).attributes == {"TargetClusterArn": CLUSTER}


def test_a_refused_cluster_policy_makes_what_polls_it_unknown() -> None:
    assert polling(read(polled.read_clusters, KAFKA, CLUSTER)) is Status.ALLOWED
    snapshot = read(polled.read_clusters, {**KAFKA, "kafka:GetClusterPolicy": refused()}, CLUSTER)
    assert facts(snapshot) == {(FactKind.RESOURCE_POLICY, CLUSTER, "kafka:GetClusterPolicy")}
    assert polling(snapshot) is Status.UNKNOWN


def test_only_brokers_and_databases_that_are_polled_are_asked_for() -> None:
    assert read(polled.read_brokers, {}).gaps == ()
    asked: list[str] = []

    def broker(parameters: dict[str, Any]) -> dict[str, Any]:
        asked.append(parameters["BrokerId"])
        return {"BrokerArn": BROKER, "EncryptionOptions": {"KmsKeyId": KEY, "UseAwsOwnedKey": False}}

    def database(parameters: dict[str, Any]) -> dict[str, Any]:
        asked.append(parameters["DBClusterIdentifier"])
        return {"DBClusters": [{"DBClusterParameterGroup": "params", "DBSubnetGroup": "subnets"}]}

    answers: Answers = {"mq:DescribeBroker": broker, "docdb:DescribeDBClusters": database}
    snapshot = read(polled.read_brokers, answers, BROKER, DATABASE)
    assert asked == ["b-1", "shop"]
    assert resource(snapshot, BROKER).attributes == {"KmsKeyId": KEY}
    assert resource(snapshot, DATABASE).attributes == {
        "DBClusterParameterGroup": "params",
        "DBSubnetGroup": "subnets",
    }


def test_a_refused_database_makes_what_polls_it_unknown() -> None:
    snapshot = read(polled.read_brokers, {"docdb:DescribeDBClusters": refused()}, DATABASE)
    assert facts(snapshot) == {(FactKind.ATTRIBUTES, DATABASE, "docdb:DescribeDBClusters")}
    assert polling(snapshot) is Status.UNKNOWN


def test_refused_secrets_leave_their_policies_and_what_rotates_them_unknown() -> None:
    snapshot = read(secrets.read_secrets, {"secretsmanager:ListSecrets": refused()})
    assert facts(snapshot) == {
        (FactKind.TRIGGERS, f"{ACCOUNT}/secretsmanager/{REGION}", "secretsmanager:ListSecrets"),
        (FactKind.RESOURCE_POLICY, f"{ACCOUNT}/secretsmanager", "secretsmanager:ListSecrets"),
    }


def test_a_refused_policy_of_a_secret() -> None:
    listed = {"ARN": SECRET, "RotationLambdaARN": ORDERS, "RotationEnabled": False}
    answers: Answers = {
        "secretsmanager:ListSecrets": {"SecretList": [listed]},
        "secretsmanager:GetResourcePolicy": refused(),
    }
    snapshot = read(secrets.read_secrets, answers)
    assert facts(snapshot) == {(FactKind.RESOURCE_POLICY, SECRET, "secretsmanager:GetResourcePolicy")}
    assert [(trigger.source, trigger.target, trigger.enabled) for trigger in snapshot.triggers] == [
        (SECRET, ORDERS, False)
    ]


@pytest.mark.parametrize(
    "call, fact",
    [
        pytest.param("kms:ListKeys", (FactKind.RESOURCE_POLICY, f"{ACCOUNT}/kms"), id="keys"),
        pytest.param("kms:DescribeKey", (FactKind.ATTRIBUTES, KEY), id="whose a key is"),
        pytest.param("kms:GetKeyPolicy", (FactKind.RESOURCE_POLICY, KEY), id="a key's policy"),
        pytest.param("kms:ListAliases", (FactKind.ATTRIBUTES, f"{ACCOUNT}/kms"), id="aliases"),
    ],
)
def test_what_is_refused_of_keys(call: str, fact: tuple[FactKind, str]) -> None:
    answers: Answers = {
        "kms:ListKeys": {"Keys": [{"KeyId": "k-1", "KeyArn": KEY}]},
        "kms:DescribeKey": {"KeyMetadata": {"KeyId": "k-1", "KeyManager": "CUSTOMER"}},
        "kms:GetKeyPolicy": {"Policy": document("key")},
        "kms:ListAliases": {"Aliases": [{"AliasArn": at("kms", "alias/a"), "TargetKeyId": "k-1"}]},
    }
    assert read(secrets.read_keys, answers).gaps == ()
    assert facts(read(secrets.read_keys, {**answers, call: refused()})) == {(*fact, call)}
