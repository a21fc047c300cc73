"""What a service writes on to, from one source to the next."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.edge import Edge, EdgeKind, Status
from simulator.answers.paths import paths
from simulator.answers.who_can import who_can
from simulator.edges import RULES
from simulator.edges.question import Question
from tests.edges.test_feeds import ORDERS, at
from tests.worlds import (
    INVOKE,
    ONE,
    REGION,
    TWO,
    Builder,
    Json,
    allow,
    function,
    permit,
    queue,
    role,
    rule,
    topic,
    trusting,
    user,
)

BUCKET, QUEUE, TOPIC = "arn:aws:s3:::inbox", queue("q"), topic("t")
BUS, FIRST, SECOND = at("events", "event-bus/central", TWO), rule("first"), rule("central/second", TWO)
ROLE = role("sender")
EVENTS = {"Service": "events.amazonaws.com"}


def edge_between(made: Builder, source: str, target: str) -> Status | None:
    found = RULES[EdgeKind.FEEDS](made.world(), frozenset((source,)), frozenset((target,)), Question())
    return next((edge.status for edge in found), None)


def written_on(service: str, source: str, target: str, type: str, *policy: Json, **more: Any) -> Builder:
    made = Builder()
    made.function(ORDERS)
    made.resource(source, "some:thing", ONE)
    made.resource(target, type, ONE, *policy)
    made.trigger(service, source, target, **more)
    made.mapping(target, ORDERS)
    return made


@pytest.mark.parametrize(
    "service, source, conditions, expected",
    [
        pytest.param("sns.amazonaws.com", TOPIC, {"aws:SourceArn": TOPIC}, Status.ALLOWED, id="a topic to a queue"),
        pytest.param("s3.amazonaws.com", BUCKET, {"aws:SourceArn": BUCKET}, Status.ALLOWED, id="a bucket to a queue"),
        pytest.param("events.amazonaws.com", FIRST, {"aws:SourceArn": FIRST}, Status.ALLOWED, id="a rule to a queue"),
        pytest.param("sns.amazonaws.com", TOPIC, {"aws:SourceArn": topic("x")}, Status.MISSING, id="another topic"),
    ],
)
def test_a_service_needs_the_queues_policy(
    service: str, source: str, conditions: dict[str, str], expected: Status
) -> None:
    statement = allow("sqs:SendMessage", QUEUE, Principal={"Service": service}, Condition={"ArnEquals": conditions})
    assert edge_between(written_on(service, source, QUEUE, "sqs:queue", statement), source, QUEUE) is expected
    assert edge_between(written_on(service, source, QUEUE, "sqs:queue"), source, QUEUE) is Status.MISSING


OWN_KEY = f"arn:aws:kms:{REGION}:{ONE}:key/1234"
FOR_SNS = allow(["kms:GenerateDataKey", "kms:Decrypt"], "*", Principal={"Service": "sns.amazonaws.com"})
FOR_ALL = allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"})


@pytest.mark.parametrize(
    "key, policy, expected",
    [
        pytest.param(OWN_KEY, [FOR_ALL, FOR_SNS], Status.ALLOWED, id="permissions in the key policy for the service"),
        pytest.param(OWN_KEY, [FOR_ALL], Status.MISSING, id="the account's own are none for the service"),
        pytest.param(OWN_KEY, None, Status.UNKNOWN, id="a key policy that wasn't read"),
        pytest.param("alias/aws/sqs", None, Status.MISSING, id="you must create a customer managed KMS key"),
        pytest.param("", None, Status.ALLOWED, id="not encrypted with KMS"),
    ],
)
def test_event_sources_and_encrypted_queues(key: str, policy: list[Json] | None, expected: Status) -> None:
    """SQS Developer Guide, "Amazon SQS Key management", on AWS services that send to encrypted queues."""
    made = Builder()
    writes = allow("sqs:SendMessage", QUEUE, Principal={"Service": "sns.amazonaws.com"})
    made.resource(TOPIC, "sns:topic", ONE)
    made.resource(QUEUE, "sqs:queue", ONE, writes, attributes={"KmsMasterKeyId": key})
    if policy:
        made.resource(OWN_KEY, "kms:key", ONE, *policy)
    made.trigger("sns.amazonaws.com", TOPIC, QUEUE)
    made.mapping(QUEUE, made.function(ORDERS))
    assert edge_between(made, TOPIC, QUEUE) is expected


FAR = QUEUE.replace(REGION, "us-east-1")


def sent(service: str, source: str, target: str, region: str | None = REGION) -> Edge:
    """What a source, of a Region that is told or isn't, writes to a queue whose policy lets it in."""
    made = Builder()
    made.resource(source, "some:thing", ONE, region=region)
    made.resource(target, "sqs:queue", ONE, allow("sqs:SendMessage", target, Principal={"Service": service}))
    made.trigger(service, source, target)
    made.mapping(target, made.function(ORDERS))
    (edge,) = RULES[EdgeKind.FEEDS](made.world(), frozenset((source,)), frozenset((target,)), Question())
    return edge


@pytest.mark.parametrize(
    "service, source",
    [
        pytest.param(
            "s3.amazonaws.com",
            BUCKET,
            id="the notification destination service region is not valid for the bucket location constraint",
        ),
        pytest.param("events.amazonaws.com", FIRST, id="the targets must be in the same Region as the rule"),
    ],
)
def test_nothing_is_written_to_a_queue_of_another_region(service: str, source: str) -> None:
    assert sent(service, source, QUEUE).status is Status.ALLOWED
    edge = sent(service, source, FAR)
    assert (edge.status, edge.missing) == (Status.MISSING, ())
    assert "the Region of what triggers it" in str(edge.impossible)


def test_a_topic_delivers_to_a_queue_of_another_region() -> None:
    """SNS Developer Guide, "Cross-region delivery"."""
    assert sent("sns.amazonaws.com", TOPIC, FAR).status is Status.ALLOWED


def test_a_bucket_whose_region_nobody_asked_for_is_assumed_to_be_in_the_queues() -> None:
    edge = sent("s3.amazonaws.com", BUCKET, QUEUE, region=None)
    assert (edge.status, [fact.about for fact in edge.assumes]) == (Status.ALLOWED, [BUCKET])


def test_a_rule_sends_to_an_event_bus_of_another_region() -> None:
    """EventBridge User Guide, "Sending and receiving events between AWS Regions in Amazon EventBridge"."""
    far = at("events", "event-bus/central").replace(REGION, "us-east-1")
    made = Builder()
    made.role(ROLE, allow("sts:AssumeRole", Principal=EVENTS), allow("events:PutEvents", far))
    made.resource(far, "events:bus", ONE)
    made.trigger("events.amazonaws.com", FIRST, far, role=ROLE)
    made.trigger("events.amazonaws.com", SECOND, made.function(ORDERS), bus=far)
    assert edge_between(made, FIRST, SECOND) is Status.ALLOWED


GROUP = at("logs", "log-group:/aws/app")


@pytest.mark.parametrize(
    "account, expected",
    [
        pytest.param(ONE, Status.ALLOWED, id="a stream belonging to the same account as the subscription filter"),
        pytest.param(TWO, Status.MISSING, id="one of another account"),
    ],
)
def test_a_log_group_writes_to_streams_of_its_account_only(account: str, expected: Status) -> None:
    """CloudWatch Logs API Reference, "PutSubscriptionFilter"."""
    stream, made = at("kinesis", "stream/logs", account), Builder()
    trust = allow("sts:AssumeRole", Principal={"Service": "logs.amazonaws.com"})
    made.role(ROLE, trust, allow("kinesis:PutRecord", "*"))
    made.resource(GROUP, "logs:log-group", ONE)
    made.resource(stream, "kinesis:stream", account, allow("kinesis:PutRecord", stream, Principal={"AWS": ROLE}))
    made.trigger("logs.amazonaws.com", GROUP, stream, role=ROLE)
    made.mapping(stream, made.function(function("f", account)))
    assert edge_between(made, GROUP, stream) is expected


STREAM = at("firehose", "deliverystream/archive")
SNS = {"Service": "sns.amazonaws.com"}
PUTS = allow("firehose:PutRecord", STREAM)


@pytest.mark.parametrize(
    "trusted, statements, with_role, expected",
    [
        pytest.param(SNS, [PUTS], True, Status.ALLOWED, id="a role that trusts SNS and has permission to write"),
        pytest.param(EVENTS, [PUTS], True, Status.MISSING, id="a role that trusts another service"),
        pytest.param(SNS, [], True, Status.MISSING, id="a role that has no permission to write"),
        pytest.param(SNS, [PUTS], False, Status.UNKNOWN, id="a role that isn't known"),
    ],
)
def test_a_topic_writes_to_a_firehose_stream_with_a_role(
    trusted: Json, statements: list[Json], with_role: bool, expected: Status
) -> None:
    """SNS Developer Guide, "Prerequisites for subscribing Firehose delivery streams to Amazon SNS topics"."""
    made = Builder()
    made.role(ROLE, allow("sts:AssumeRole", Principal=trusted), *statements)
    made.resource(TOPIC, "sns:topic", ONE)
    made.trigger("sns.amazonaws.com", TOPIC, STREAM, role=ROLE if with_role else None)
    made.trigger("firehose.amazonaws.com", STREAM, made.function(ORDERS), role=ROLE)
    assert edge_between(made, TOPIC, STREAM) is expected


STACK = at("cloudformation", "stack/shop/1")


@pytest.mark.parametrize(
    "with_role, expected",
    [
        pytest.param(True, Status.ALLOWED, id="with the stack's service role"),
        pytest.param(False, Status.UNKNOWN, id="with the permissions of who updates the stack"),
    ],
)
def test_a_custom_resource_that_names_a_topic(with_role: bool, expected: Status) -> None:
    """CloudFormation User Guide, "Create custom provisioning logic with custom resources"."""
    made = Builder()
    service = {"Service": "cloudformation.amazonaws.com"}
    made.role(ROLE, allow("sts:AssumeRole", Principal=service), allow("sns:Publish", TOPIC))
    made.resource(TOPIC, "sns:topic", ONE, allow("sns:Publish", TOPIC, Principal=service))
    made.trigger("cloudformation.amazonaws.com", STACK, TOPIC, role=ROLE if with_role else None)
    made.trigger("sns.amazonaws.com", TOPIC, made.function(ORDERS))
    assert edge_between(made, STACK, TOPIC) is expected


def test_what_is_written_on_to_is_invoked_by_nobody() -> None:
    made = written_on("sns.amazonaws.com", TOPIC, QUEUE, "sqs:queue")
    assert list(RULES[EdgeKind.TRIGGERS](made.world(), None, None, Question())) == []


def between_buses(first: Json | None, second: Json | None, *own: Json) -> Builder:
    """A rule of one account sends to the bus of another, with a role; a rule there invokes a function."""
    made = Builder()
    target = made.function(function("f", TWO), permit(EVENTS, function("f", TWO)))
    made.user(user("shop"), allow("events:PutEvents", at("events", "event-bus/default")))
    made.role(ROLE, allow("sts:AssumeRole", Principal=EVENTS), *own)
    admitted = allow("events:PutEvents", BUS, Principal={"AWS": ROLE})
    made.resource(BUS, "events:bus", TWO, admitted)
    made.resource(at("events", "event-bus/default"), "events:bus", ONE)
    patterns = [json.dumps(pattern) if pattern is not None else None for pattern in (first, second)]
    made.trigger("events.amazonaws.com", FIRST, BUS, role=ROLE, pattern=patterns[0])
    made.trigger("events.amazonaws.com", SECOND, target, bus=BUS, pattern=patterns[1])
    return made


MAY_PUT = allow("events:PutEvents", BUS)


@pytest.mark.parametrize(
    "first, second, expected",
    [
        pytest.param({"source": ["shop"]}, {"source": ["shop", "site"]}, Status.ALLOWED, id="the same source"),
        pytest.param({"source": ["shop"]}, {"detail-type": ["Placed"]}, Status.ALLOWED, id="different fields"),
        pytest.param({"source": [{"prefix": "sh"}]}, {"source": ["shop"]}, Status.ALLOWED, id="what begins so"),
        pytest.param({"source": [{"prefix": "sh"}]}, {"source": ["x"]}, None, id="what doesn't begin so"),
        pytest.param(None, None, Status.ALLOWED, id="patterns that weren't read"),
        pytest.param({"source": ["shop"]}, {"source": ["site"]}, None, id="no event matches both"),
    ],
)
def test_a_rule_feeds_the_rules_of_the_bus_that_it_sends_to(first: Any, second: Any, expected: Status | None) -> None:
    assert edge_between(between_buses(first, second, MAY_PUT), FIRST, SECOND) is expected


def test_whoever_puts_events_on_the_first_bus_runs_what_the_second_triggers() -> None:
    world = between_buses({"source": ["shop"]}, {"source": ["shop"]}, MAY_PUT).world()
    (first, *_) = paths(world, user("shop"), function("f", TWO)).paths
    assert first.status == "allowed"
    assert [(step.kind, step.target) for step in first.steps] == [
        ("feeds", FIRST),
        ("feeds", SECOND),
        ("triggers", function("f", TWO)),
    ]
    listed = {(row.principal, row.how, row.via) for row in who_can(world, INVOKE, function("f", TWO)).principals}
    assert (user("shop"), "event_source", (FIRST, SECOND)) in listed


def test_the_role_has_to_be_allowed_to_put_events() -> None:
    world = between_buses(None, None).world()
    (first, *_) = paths(world, user("shop"), function("f", TWO)).paths
    assert (first.status, first.cost) == ("missing", 1)
    assert [(grant.side, grant.holder, grant.action) for step in first.steps for grant in step.missing] == [
        ("identity", ROLE, "events:PutEvents")
    ]


def test_a_rule_sends_with_a_role_of_its_own_account_only() -> None:
    """IAM User Guide, "Grant a user permissions to pass a role to an AWS service"."""
    made, far = Builder(), role("sender", TWO)
    made.role(far, allow("sts:AssumeRole", Principal=EVENTS), MAY_PUT)
    made.resource(BUS, "events:bus", TWO)
    made.trigger("events.amazonaws.com", FIRST, BUS, role=far)
    made.trigger("events.amazonaws.com", SECOND, made.function(function("f", TWO)), bus=BUS)
    assert edge_between(made, FIRST, SECOND) is Status.MISSING


ACCOUNT = {"AWS": f"arn:aws:iam::{ONE}:root"}


@pytest.mark.parametrize(
    "principal, condition, expected",
    [
        pytest.param(ACCOUNT, {}, Status.ALLOWED, id="permits the specified account to put events"),
        pytest.param(ACCOUNT, {"ArnEquals": {"aws:SourceArn": FIRST}}, Status.ALLOWED, id="events of a rule"),
        pytest.param(ACCOUNT, {"ArnEquals": {"aws:SourceArn": SECOND}}, Status.MISSING, id="events of another rule"),
        pytest.param(EVENTS, {}, Status.MISSING, id="the service doesn't come as itself"),
        pytest.param(
            "*",
            {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            Status.MISSING,
            id="accounts in that organization must specify a RoleArn",
        ),
    ],
)
def test_a_rule_without_a_role_puts_events_on_another_accounts_bus(
    principal: Any, condition: Json, expected: Status
) -> None:
    """EventBridge API Reference, "PutPermission"."""
    made = Builder()
    made.resource(BUS, "events:bus", TWO, allow("events:PutEvents", BUS, Principal=principal, Condition=condition))
    made.resource(FIRST, "events:rule", ONE)
    made.trigger("events.amazonaws.com", FIRST, BUS)
    made.trigger("events.amazonaws.com", SECOND, made.function(function("f", TWO)), bus=BUS)
    assert edge_between(made, FIRST, SECOND) is expected


def test_a_rule_with_a_schedule_takes_events_too() -> None:
    """EventBridge API Reference, "PutRule"."""
    made = between_buses(None, {"source": ["shop"]}, MAY_PUT)
    made.trigger("events.amazonaws.com", rule("central/timed", TWO), ORDERS, bus=BUS, schedule="rate(1 day)")
    both = {"bus": BUS, "schedule": "rate(1 day)", "pattern": json.dumps({"source": ["shop"]})}
    made.trigger("events.amazonaws.com", rule("central/both", TWO), ORDERS, **both)
    assert edge_between(made, FIRST, rule("central/timed", TWO)) is None
    assert edge_between(made, FIRST, rule("central/both", TWO)) is Status.ALLOWED


def test_a_disabled_rule_sends_nothing() -> None:
    made = written_on("events.amazonaws.com", FIRST, QUEUE, "sqs:queue", enabled=False)
    assert edge_between(made, FIRST, QUEUE) is None


def test_a_role_that_does_not_trust_events_is_of_no_use() -> None:
    made = between_buses(None, None, MAY_PUT)
    made.role(ROLE, trusting(user("shop")), MAY_PUT)
    assert edge_between(made, FIRST, SECOND) is Status.MISSING
