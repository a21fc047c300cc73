"""A pipe reads its source with its role: one that may not read it calls nothing, however much it may call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.edge import Edge, EdgeKind, Status
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.triggers.events import FIREHOSE_STREAM, FIREHOSE_STREAM_ROLE
from tests.edges.trigger_cases import ORDERS, WORKER, at, trigger_edge
from tests.worlds import ASSUME, INVOKE, ONE, REGION, Builder, Json, allow, queue, role

Asked = Callable[..., tuple[Status, list[str]]]
PIPE, IN, OUT = at("pipes", "pipe/p"), queue("in"), queue("out")
KEY = f"arn:aws:kms:{REGION}:{ONE}:key/1234"
MAY_CALL, MAY_SEND = allow(INVOKE, ORDERS), allow("sqs:SendMessage", OUT)
READS = allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], IN)


def piped(target: str, *statements: Json, key: str | None = None, source: str | None = IN) -> Builder:
    made = Builder()
    made.function(ORDERS)
    made.role(WORKER, allow(ASSUME, Principal={"Service": "pipes.amazonaws.com"}), *statements)
    made.resource(IN, "sqs:queue", ONE, attributes={"KmsMasterKeyId": key} if key else {})
    made.resource(OUT, "sqs:queue", ONE)
    made.resource(KEY, "kms:key", ONE, allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"}))
    made.resource(PIPE, "pipes:pipe", ONE, attributes={"Source": source} if source else {})
    made.trigger("pipes.amazonaws.com", PIPE, target, role=WORKER)
    made.mapping(OUT, ORDERS)
    return made


def calls(*statements: Json, key: str | None = None, source: str | None = IN) -> tuple[Status, list[str]]:
    edge = trigger_edge(piped(ORDERS, *statements, key=key, source=source))
    return edge.status, [grant.action for grant in edge.missing]


def sends(*statements: Json, key: str | None = None) -> tuple[Status, list[str]]:
    world = piped(OUT, *statements, key=key).world()
    (edge,) = RULES[EdgeKind.FEEDS](world, frozenset((PIPE,)), frozenset((OUT,)), Question())
    return edge.status, [grant.action for grant in edge.missing]


@pytest.mark.parametrize(
    "asked, may", [pytest.param(calls, MAY_CALL, id="calls"), pytest.param(sends, MAY_SEND, id="sends")]
)
def test_the_role_has_to_be_allowed_to_read_the_source(
    asked: Callable[..., tuple[Status, list[str]]], may: Json
) -> None:
    """EventBridge User Guide, "Permissions for Amazon EventBridge Pipes to access sources": Amazon SQS."""
    assert asked(may, READS) == (Status.ALLOWED, [])
    assert asked(may) == (Status.MISSING, ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"])
    assert asked(may, READS, key=KEY) == (Status.MISSING, ["kms:Decrypt"])
    assert asked(may, READS, allow("kms:Decrypt", KEY), key=KEY) == (Status.ALLOWED, [])


def test_a_pipe_whose_source_nobody_asked_for_is_said_to_read_it() -> None:
    edge = trigger_edge(piped(ORDERS, MAY_CALL, source=None))
    assert (edge.status, [fact.about for fact in edge.assumes]) == (Status.ALLOWED, [PIPE])
    assert trigger_edge(piped(ORDERS, source=None)).assumes == ()


def test_an_enrichment_needs_the_source_to_be_read_too() -> None:
    assert calls(MAY_CALL, source=at("mq", "broker:b:1"))[0] is Status.MISSING


STREAM, FIREHOSE = at("kinesis", "stream/clicks"), at("firehose", "deliverystream/clicks")
READER = role("reader")
OF_STREAM = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]


def firehose(*statements: Json, key: str | None = None, told: bool = True) -> Edge:
    """A Firehose stream that reads a Kinesis stream with a role that has the statements."""
    made = Builder()
    made.function(ORDERS)
    trust = allow(ASSUME, Principal={"Service": "firehose.amazonaws.com"})
    made.role(WORKER, trust, allow([INVOKE, "lambda:GetFunctionConfiguration"], ORDERS))
    made.role(READER, trust, *statements)
    made.resource(STREAM, "kinesis:stream", ONE, attributes={"EncryptionType": "KMS", "KeyId": key} if key else {})
    made.resource(KEY, "kms:key", ONE, allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"}))
    reads = {FIREHOSE_STREAM: STREAM} | ({FIREHOSE_STREAM_ROLE: READER} if told else {})
    made.resource(FIREHOSE, "firehose:deliverystream", ONE, attributes=reads)
    made.trigger("firehose.amazonaws.com", FIREHOSE, ORDERS, role=WORKER)
    return trigger_edge(made)


def test_a_firehose_stream_reads_a_kinesis_stream_with_a_role_of_its_own() -> None:
    """Amazon Data Firehose Developer Guide, "Controlling access with Amazon Data Firehose"."""
    may = allow(OF_STREAM, STREAM)
    assert firehose(may).status is Status.ALLOWED
    assert [grant.action for grant in firehose().missing] == OF_STREAM
    assert [grant.action for grant in firehose(may, key=KEY).missing] == ["kms:Decrypt"]
    assert firehose(may, allow("kms:Decrypt", KEY), key=KEY).status is Status.ALLOWED


def test_a_role_that_nobody_asked_for_is_said_to_read() -> None:
    edge = firehose(told=False)
    assert (edge.status, [fact.about for fact in edge.assumes]) == (Status.ALLOWED, [FIREHOSE])
