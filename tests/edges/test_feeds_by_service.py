"""What is particular to feeding an alarm, a pipe, a stream, a topic rule or an encrypted source."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from models.decision import FactKind
from models.edge import Status
from simulator.edges import feeds
from simulator.edges.question import Question
from tests.edges.test_feeds import ORDERS, at
from tests.worlds import ONE, Builder, Json, allow, topic, user

WRITER = user("writer")


def feeding(
    principal: str,
    on: str,
    *statements: Json,
    attributes: Mapping[str, str] | None = None,
    events: tuple[str, ...] = (),
) -> dict[str, str]:
    made = Builder()
    made.function(ORDERS)
    made.user(WRITER, *statements)
    made.resource(on, "some:thing", ONE, attributes=dict(attributes or {}))
    made.trigger(principal, on, ORDERS, events=events)
    return feeders(made)


def feeders(made: Builder, strict: bool = False) -> dict[str, str]:
    found = feeds.edges(made.world(strict), None, None, Question(missing=False))
    return {edge.source.rpartition("/")[2]: edge.status.value for edge in found}


ALARM, METRIC = at("cloudwatch", "alarm:errors"), "cloudwatch:PutMetricData"
ALARMS = "lambda.alarms.cloudwatch.amazonaws.com"


@pytest.mark.parametrize(
    "namespace, more, expected",
    [
        pytest.param("Shop", {}, {"writer": "allowed"}, id="who writes the metric raises the alarm"),
        pytest.param("AWS/Lambda", {}, {}, id="a namespace that begins with AWS/ is for AWS's services"),
        pytest.param(
            "Shop",
            {"Condition": {"StringEquals": {"cloudwatch:namespace": "Shop"}}},
            {"writer": "allowed"},
            id="in the alarm's namespace",
        ),
        pytest.param(
            "Shop",
            {"Condition": {"StringEquals": {"cloudwatch:namespace": "Site"}}},
            {},
            id="in another namespace",
        ),
        pytest.param(None, {}, {"writer": "unknown"}, id="an alarm whose metric was not read"),
    ],
)
def test_alarms(namespace: str | None, more: Json, expected: dict[str, str]) -> None:
    attributes = {"Namespace": namespace} if namespace else {}
    assert feeding(ALARMS, ALARM, allow(METRIC, "*", **more), attributes=attributes) == expected


PIPE, TABLE, CLUSTER = at("pipes", "pipe/p"), at("dynamodb", "table/orders"), at("kafka", "cluster/c/1-2")
TOPIC_OF = {
    "Source": CLUSTER,
    "SourceParameters.ManagedStreamingKafkaParameters.TopicName": "orders",
}
OF_KAFKA = (
    allow(["kafka-cluster:WriteData", "kafka-cluster:DescribeTopic"], at("kafka", "topic/c/1-2/orders")),
    allow("kafka-cluster:Connect", CLUSTER),
)


@pytest.mark.parametrize(
    "attributes, statements, expected",
    [
        pytest.param(
            {"Source": f"{TABLE}/stream/2026-01-01T00:00:00.000"},
            (allow("dynamodb:PutItem", TABLE),),
            {"writer": "allowed"},
            id="a table's stream: who writes to the table",
        ),
        pytest.param({"Source": at("sqs", "in")}, (allow("sqs:*", at("sqs", "out")),), {}, id="another queue"),
        pytest.param(TOPIC_OF, OF_KAFKA, {"writer": "allowed"}, id="MSK: who may write to the topic and connect"),
        pytest.param(TOPIC_OF, OF_KAFKA[:1], {}, id="MSK: not who may not connect"),
        pytest.param(
            TOPIC_OF
            | {
                "SourceParameters.ManagedStreamingKafkaParameters.Credentials.SaslScram512Auth": at(
                    "secretsmanager", "secret:kafka-AbCdEf"
                )
            },
            OF_KAFKA,
            {"anyone": "unknown"},
            id="MSK with a secret: the cluster's own users",
        ),
        pytest.param(
            {"Source": at("mq", "broker:b:1")},
            (allow("*", "*"),),
            {"anyone": "unknown"},
            id="MQ: the broker's own users",
        ),
        pytest.param(
            {"Source": "smk://broker.example.com:9092"},
            (allow("*", "*"),),
            {"anyone": "unknown"},
            id="self-managed Kafka: the cluster's own users",
        ),
        pytest.param({}, (allow("*", "*"),), {"anyone": "unknown"}, id="what it reads was not read"),
    ],
)
def test_pipes(attributes: dict[str, str], statements: tuple[Json, ...], expected: dict[str, str]) -> None:
    assert feeding("pipes.amazonaws.com", PIPE, *statements, attributes=attributes) == expected


FIREHOSE, STREAM = at("firehose", "deliverystream/clicks"), at("kinesis", "stream/clicks")


@pytest.mark.parametrize(
    "reads, action, on, expected",
    [
        pytest.param(True, "kinesis:PutRecord", STREAM, {"writer": "allowed"}, id="the stream that it reads"),
        pytest.param(True, "firehose:PutRecord", FIREHOSE, {}, id="what reads a stream takes nothing else"),
        pytest.param(False, "firehose:PutRecord", FIREHOSE, {"writer": "allowed"}, id="direct put"),
        pytest.param(False, "kinesis:PutRecord", STREAM, {}, id="a stream that it doesn't read"),
    ],
)
def test_firehose(reads: bool, action: str, on: str, expected: dict[str, str]) -> None:
    attributes = {"Source.KinesisStreamSourceDescription.KinesisStreamARN": STREAM} if reads else {}
    assert feeding("firehose.amazonaws.com", FIREHOSE, allow(action, on), attributes=attributes) == expected


HOT = at("iot", "rule/hot")
DEVICES = {"anyone": "unknown"}


@pytest.mark.parametrize(
    "topic_name, expected",
    [
        pytest.param("$aws/rules/hot/any", {"writer": "allowed"}, id="Basic Ingest names the rule in the topic"),
        pytest.param("$aws/rules/cold/any", {}, id="Basic Ingest of another rule"),
        pytest.param("sensors/12/temperature", {"writer": "allowed"}, id="a level stands for +"),
        pytest.param("sensors/*", {"writer": "allowed"}, id="a pattern that has such a topic"),
        pytest.param("sensors/12/4/temperature", {}, id="two levels don't"),
        pytest.param("sensors/12/humidity", {}, id="a topic that the rule doesn't read"),
    ],
)
def test_topic_rules(topic_name: str, expected: dict[str, str]) -> None:
    sql = {"sql": "SELECT * FROM 'sensors/+/temperature' WHERE t > 30"}
    statement = allow("iot:Publish", at("iot", f"topic/{topic_name}"))
    assert feeding("iot.amazonaws.com", HOT, statement, attributes=sql) == expected | DEVICES


@pytest.mark.parametrize(
    "action, events, expected",
    [
        pytest.param("codecommit:PutFile", ("updateReference",), {"writer": "allowed"}, id="a commit by the API"),
        pytest.param("codecommit:PutFile", ("all",), {"writer": "allowed"}, id="all events"),
        pytest.param("codecommit:CreateBranch", ("updateReference",), {}, id="a new branch is another event"),
        pytest.param("codecommit:CreateBranch", ("createReference",), {"writer": "allowed"}, id="a new branch"),
    ],
)
def test_repositories(action: str, events: tuple[str, ...], expected: dict[str, str]) -> None:
    repository = at("codecommit", "shop")
    assert feeding("codecommit.amazonaws.com", repository, allow(action, repository), events=events) == expected


JOB, CONFIRM = at("s3", "job/1234-abcd"), "s3:UpdateJobStatus"


@pytest.mark.parametrize(
    "status, expected",
    [
        pytest.param("Suspended", {"writer": "allowed"}, id="a job awaiting confirmation is run by who confirms it"),
        pytest.param("Active", {}, id="a job that runs is caused by nobody"),
        pytest.param(None, {"writer": "unknown"}, id="a job whose status was not read"),
    ],
)
def test_batch_jobs(status: str | None, expected: dict[str, str]) -> None:
    attributes = {"Status": status} if status else {}
    assert feeding("batchoperations.s3.amazonaws.com", JOB, allow(CONFIRM, JOB), attributes=attributes) == expected


POINT = at("s3-object-lambda", "accesspoint/redacted")


@pytest.mark.parametrize(
    "action, events, expected",
    [
        pytest.param("s3-object-lambda:GetObject", ("GetObject",), {"writer": "allowed"}, id="GET"),
        pytest.param("s3-object-lambda:GetObject", ("HeadObject",), {"writer": "allowed"}, id="HEAD"),
        pytest.param("s3-object-lambda:GetObject", ("ListObjectsV2",), {}, id="a list is another request"),
        pytest.param("s3-object-lambda:ListBucket", ("ListObjectsV2",), {"writer": "allowed"}, id="LIST"),
        pytest.param("s3-object-lambda:ListBucket", ("GetObject",), {}, id="a list isn't made by the function"),
    ],
)
def test_object_lambda(action: str, events: tuple[str, ...], expected: dict[str, str]) -> None:
    """S3 User Guide, "Configuring IAM policies for Object Lambda Access Points"."""
    assert feeding("s3-object-lambda.amazonaws.com", POINT, allow(action, POINT), events=events) == expected


EVENT_API = at("appsync", "apis/abc123")
CHANNELS = f"{EVENT_API}/channelNamespace/news"
PUBLISH, SUBSCRIBE = allow("appsync:EventPublish", CHANNELS), allow("appsync:EventSubscribe", CHANNELS)
CONNECT = allow("appsync:EventConnect", EVENT_API)


@pytest.mark.parametrize(
    "statements, event, manner, expected",
    [
        pytest.param([PUBLISH], "publish", "AWS_IAM", {"writer": "allowed"}, id="one publishes over HTTP too"),
        pytest.param([SUBSCRIBE, CONNECT], "publish", "AWS_IAM", {}, id="who subscribes doesn't publish"),
        pytest.param([SUBSCRIBE, CONNECT], "subscribe", "AWS_IAM", {"writer": "allowed"}, id="who is connected too"),
        pytest.param([SUBSCRIBE], "subscribe", "AWS_IAM", {}, id="one subscribes over WebSockets only"),
        pytest.param([PUBLISH], "publish", "AWS_IAM, API_KEY", {"anyone": "unknown"}, id="a key lets in as well"),
    ],
)
def test_event_apis(statements: list[Json], event: str, manner: str, expected: dict[str, str]) -> None:
    """AppSync Events Developer Guide, "Configuring authorization and authentication to secure Event APIs"."""
    attributes = {"authenticationType": manner}
    found = feeding("appsync.amazonaws.com", CHANNELS, *statements, attributes=attributes, events=(event,))
    assert found == expected


# --- encrypted sources -------------------------------------------------------------------------------------------

KEY = at("kms", "key/1234")
QUEUE = at("sqs", "orders")
NEWS = topic("news")
BOTH = ["kms:GenerateDataKey", "kms:Decrypt"]


def encrypted(on: str, key: str | None, *statements: Json) -> Builder:
    made = Builder()
    made.function(ORDERS)
    made.user(WRITER, allow(["sqs:SendMessage", "sns:Publish"], "*"), *statements)
    made.resource(on, "some:thing", ONE, attributes={"KmsMasterKeyId": key} if key else {})
    made.resource(KEY, "kms:key", ONE, allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"}))
    if on == QUEUE:
        made.mapping(on, ORDERS)
    else:
        made.trigger("sns.amazonaws.com", on, ORDERS)
    return made


@pytest.mark.parametrize("on", [QUEUE, NEWS], ids=["queue", "topic"])
def test_a_producer_needs_the_customer_managed_key_of_an_encrypted_source(on: str) -> None:
    assert feeders(encrypted(on, KEY)) == {}
    assert feeders(encrypted(on, KEY, allow("kms:GenerateDataKey", KEY))) == {}
    assert feeders(encrypted(on, KEY, allow(BOTH, KEY))) == {"writer": "allowed"}
    assert feeders(encrypted(on, None)) == {"writer": "allowed"}
    assert feeders(encrypted(on, "alias/aws/sqs")) == {"writer": "allowed"}


@pytest.mark.parametrize("on", [QUEUE, NEWS], ids=["queue", "topic"])
def test_an_encryption_that_was_not_read_is_unknown_and_one_not_asked_for_is_assumed(on: str) -> None:
    made = encrypted(on, None)
    made.gap(FactKind.ATTRIBUTES, on, "sqs:GetQueueAttributes")
    assert feeders(made) == {"writer": "unknown"}
    made = encrypted(on, None)
    made.assume(FactKind.ATTRIBUTES, on)
    (edge,) = feeds.edges(made.world(), None, None, Question(missing=False))
    assert edge.status is Status.ALLOWED
    assert [fact.about for fact in edge.assumes] == [on]
    assert feeders(made, strict=True) == {"writer": "unknown"}
