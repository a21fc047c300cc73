"""Who may write to what Lambda polls, and so make the function run."""

from __future__ import annotations

from typing import Any

import pytest

from models.edge import EdgeKind
from simulator.answers.reach import reach
from simulator.edges import RULES
from simulator.edges.question import Question
from tests.edges.polled_cases import (
    BASIC,
    BROKER,
    CHANGES,
    CLUSTER,
    CONSUMER,
    DOCDB,
    KAFKA,
    OF_TOPIC,
    QUEUE,
    SCRAM,
    STREAM,
    TABLE,
    TOPIC,
    Case,
    each,
    made,
    on,
)
from tests.worlds import LAMBDA_TRUST, ONE, Builder, allow, function, role, user


def feeders(build: Builder) -> dict[str, str]:
    found = RULES[EdgeKind.FEEDS](build.world(), None, None, Question())
    return {one.source.rpartition("/")[2]: one.status.value for one in found if ":user/" in one.source}


WRITES = (
    *((QUEUE, QUEUE, action) for action in ("sqs:SendMessage",)),
    *((STREAM, STREAM, action) for action in ("kinesis:PutRecord", "kinesis:PutRecords")),
    *((CONSUMER, STREAM, action) for action in ("kinesis:PutRecord", "kinesis:PutRecords")),
    *(
        (CHANGES, TABLE, f"dynamodb:{name}")
        for name in (
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "BatchWriteItem",
            "PartiQLInsert",
            "PartiQLUpdate",
            "PartiQLDelete",
        )
    ),
)


@pytest.mark.parametrize(
    "source, written, action", [pytest.param(*row, id=f"{row[2]} {row[0].rpartition(':')[2]}") for row in WRITES]
)
def test_who_may_write_feeds(source: str, written: str, action: str) -> None:
    build = made(Case(source, ()), ())
    build.user(user("writer"), allow(action, written))
    build.user(user("reader"), allow(["kinesis:GetRecords", "dynamodb:GetItem", "sqs:ReceiveMessage"], "*"))
    assert feeders(build) == {"writer": "allowed"}


def test_a_writer_of_msk_needs_to_connect_and_describe_the_topic_too() -> None:
    build = made(Case(CLUSTER, (), OF_TOPIC), ())
    whole = [*each(on(TOPIC, "kafka-cluster:WriteData", "kafka-cluster:DescribeTopic"))]
    build.user(user("writer"), *whole, allow("kafka-cluster:Connect", CLUSTER))
    build.user(user("half"), *whole)
    assert feeders(build) == {"writer": "allowed", "half": "missing"}


@pytest.mark.parametrize(
    "source, more",
    [
        pytest.param(BROKER, {"access": (BASIC,)}, id="Amazon MQ: the broker's own users"),
        pytest.param(DOCDB, {"access": (BASIC,)}, id="DocumentDB: the database's own users"),
        pytest.param(None, KAFKA, id="self-managed Kafka: the cluster's own users"),
        pytest.param(CLUSTER, OF_TOPIC | {"access": (SCRAM,)}, id="MSK entered with a secret"),
    ],
)
def test_who_writes_where_no_iam_action_does_is_unknown(source: str | None, more: dict[str, Any]) -> None:
    build = made(Case(source, (), more), ())
    build.user(user("admin"), allow("*", "*"))
    found = list(RULES[EdgeKind.FEEDS](build.world(), None, None, Question()))
    assert [(edge.source, edge.status.value) for edge in found] == [("anyone", "unknown")]
    assert "own users" in found[0].gaps[0].reason


def test_who_writes_one_topic_causes_no_mapping_of_another() -> None:
    """Lambda Developer Guide, "Using Lambda with Amazon MSK": a mapping reads the topics that it names."""
    build = Builder()
    topic = f"{CLUSTER.replace(':cluster/', ':topic/')}/orders"
    build.resource(CLUSTER, "kafka:cluster", ONE)
    actions = ["kafka-cluster:Connect", "kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
    build.user(user("writer"), allow(actions, [CLUSTER, topic]))
    for name in ("orders", "returns"):
        build.function(function(name), role=build.role(role(name), LAMBDA_TRUST, allow("*", "*")))
        build.mapping(CLUSTER, function(name), topics=(name,))
    found = reach(build.world(), user("writer")).reaches
    assert [item.node for item in found if item.via == (CLUSTER,)] == [function("orders")]


def test_whoever_writes_to_an_encrypted_table_needs_its_key() -> None:
    """DynamoDB Developer Guide, "DynamoDB encryption at rest": a customer managed key has to let in who calls."""
    key = CHANGES.partition(":table/")[0].replace("dynamodb", "kms") + ":key/1234"
    build = Builder()
    build.mapping(CHANGES, build.function(function("orders")))
    build.resource(key, "kms:key", ONE, allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"}))
    build.resource(TABLE, "dynamodb:table", ONE, attributes={"KMSMasterKeyArn": key})
    build.user(user("writer"), allow("dynamodb:PutItem", TABLE))
    build.user(user("keyed"), allow("dynamodb:PutItem", TABLE), allow("kms:Decrypt", key))
    assert feeders(build) == {"keyed": "allowed", "writer": "missing"}
