"""Lambda polls with the execution role: what is enough, what is missing, what isn't known."""

from __future__ import annotations

from typing import Any

import pytest

from models.decision import FactKind
from models.edge import Edge, EdgeKind
from simulator.edges import RULES
from simulator.edges.question import Question
from tests.edges.polled_cases import (
    BASE_DOCDB,
    BASE_MQ,
    BASE_MSK,
    BASIC,
    BROKER,
    BY_IAM,
    CASES,
    CHANGES,
    CLUSTER,
    CONSUMER,
    DECRYPT,
    DOCDB,
    KEY,
    NETWORK,
    OF_TOPIC,
    OPEN_KEY,
    QUEUE,
    RECORDS,
    ROLE,
    SECRET,
    SHARDS,
    SQS,
    STREAM,
    TABLE,
    UUID,
    Case,
    F,
    Pairs,
    arn,
    each,
    edge,
    made,
    on,
)
from tests.worlds import ASSUME, LAMBDA_TRUST, ONE, REGION, TWO, Builder, Json, allow, function, queue


@pytest.mark.parametrize("case", CASES)
def test_what_aws_lists_is_enough(case: Case) -> None:
    assert edge(made(case, each(case.needs)).world()).status.value == "allowed"


@pytest.mark.parametrize("case", CASES)
def test_each_action_is_needed_and_named(case: Case) -> None:
    for left_out in case.needs:
        found = edge(made(case, each(tuple(pair for pair in case.needs if pair != left_out))).world())
        assert found.status.value == "missing", left_out
        assert [(grant.action, grant.statement["Resource"]) for grant in found.missing] == [left_out]
        assert {(grant.side, grant.holder) for grant in found.missing} == {("identity", ROLE)}


@pytest.mark.parametrize("topics", [("orders", "other"), ("other", "orders")], ids=["the first", "the last"])
def test_of_several_mappings_from_a_cluster_to_a_function_the_best_counts(topics: tuple[str, ...]) -> None:
    world = Builder()
    may = each((*BASE_MSK, *BY_IAM))
    world.function(F, role=world.role(ROLE, LAMBDA_TRUST, *may))
    for topic in topics:
        world.mapping(CLUSTER, F, topics=(topic,), uuid=UUID)
    (found,) = RULES[EdgeKind.POLLED_BY](world.world(), frozenset((CLUSTER,)), None, Question())
    assert found.status.value == "allowed"


def test_lambda_has_to_be_able_to_assume_the_execution_role() -> None:
    """Lambda Developer Guide, "Defining Lambda function permissions with an execution role"."""
    world = Builder()
    world.function(F, role=world.role(ROLE, allow(ASSUME, Principal={"Service": "ec2.amazonaws.com"}), allow("*", "*")))
    world.mapping(QUEUE, F)
    found = edge(world.world())
    assert found.status.value == "missing"
    assert [(grant.side, grant.holder, grant.principal) for grant in found.missing] == [
        ("trust", ROLE, "service:lambda.amazonaws.com")
    ]


@pytest.mark.parametrize("case", CASES)
def test_s6b_negative_2_no_statement_of_the_function_policy_is_asked_for(case: Case) -> None:
    found = edge(made(case, ()).world())
    assert {grant.action for grant in found.missing} == {action for action, _ in case.needs}
    assert {grant.holder for grant in found.missing} == {ROLE}


@pytest.mark.parametrize("case", CASES)
def test_negative_5_what_aws_lists_and_does_not_need_is_not_asked_for(case: Case) -> None:
    """The console's kinesis:ListStreams; kafka:Produce, which is no action at all."""
    asked = {one.action for one in edge(made(case, ()).world()).requirements}
    assert asked.isdisjoint({"kinesis:ListStreams", "kafka:Produce"})


@pytest.mark.parametrize("case", CASES)
def test_a_disabled_mapping_is_no_edge(case: Case) -> None:
    disabled = Case(case.source, case.needs, case.more | {"state": "Disabled"}, case.attributes)
    assert list(RULES[EdgeKind.POLLED_BY](made(disabled, each(case.needs)).world(), None, None, Question())) == []


MANAGED = "arn:aws:iam::aws:policy/service-role/"


@pytest.mark.parametrize(
    "source, policy, status",
    [
        pytest.param(QUEUE, "AWSLambdaSQSQueueExecutionRole", "allowed", id="C16 SQS"),
        pytest.param(STREAM, "AWSLambdaKinesisExecutionRole", "allowed", id="Kinesis"),
        pytest.param(CONSUMER, "AWSLambdaKinesisExecutionRole", "allowed", id="Kinesis enhanced fan-out"),
        pytest.param(CHANGES, "AWSLambdaDynamoDBExecutionRole", "allowed", id="DynamoDB"),
        pytest.param(
            CLUSTER, "AWSLambdaMSKExecutionRole", "missing", id="MSK with IAM: it holds no kafka-cluster action"
        ),
        pytest.param(STREAM, "AWSLambdaSQSQueueExecutionRole", "missing", id="one of another source"),
    ],
)
def test_managed_policies(source: str, policy: str, status: str) -> None:
    build = Builder()
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, attached=(MANAGED + policy,)))
    build.mapping(source, F, topics=("orders",))
    for name in {source, STREAM, TABLE}:
        build.resource(name, "any:thing", ONE)
    found = edge(build.world())
    assert found.status.value == status
    if source == CLUSTER:
        assert {grant.action.partition(":")[0] for grant in found.missing} == {"kafka-cluster"}


def test_either_of_two_describe_actions_is_enough_for_msk() -> None:
    needs = [pair for pair in (*BASE_MSK, *BY_IAM) if pair[0] != "kafka:DescribeClusterV2"]
    case = Case(CLUSTER, (), OF_TOPIC)
    assert edge(made(case, each((*needs, ("kafka:DescribeCluster", CLUSTER)))).world()).status.value == "allowed"


def test_a_deny_by_the_code_of_the_function_does_not_touch_polling() -> None:
    case = Case(BROKER, BASE_MQ, {"access": (BASIC,)})
    deny: Json = {
        "Effect": "Deny",
        "Action": "ec2:*",
        "Resource": "*",
        "Condition": {"ArnLike": {"lambda:SourceFunctionArn": F}},
    }
    assert edge(made(case, [*each(BASE_MQ), deny]).world()).status.value == "allowed"


def abroad(source: str, actions: tuple[str, ...], *policy: Json, identity: bool = True) -> Edge:
    """A source of the other account."""
    build = Builder()
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, *([allow(list(actions), source)] if identity else [])))
    build.mapping(source, F)
    build.resource(source, "any:thing", TWO, *policy)
    return edge(build.world())


def lets_in(actions: tuple[str, ...], source: str) -> Json:
    return allow(list(actions), source, Principal={"AWS": ROLE})


SHARD_ACTIONS = tuple(action for action, _ in SHARDS)
STREAM_TWO, QUEUE_TWO = arn("kinesis", "stream/theirs", TWO), queue("theirs", TWO)


@pytest.mark.parametrize(
    "source, actions",
    [
        pytest.param(QUEUE_TWO, SQS, id="S6d queue: its policy and the role's"),
        pytest.param(STREAM_TWO, SHARD_ACTIONS, id="S6d stream: its policy and the role's"),
    ],
)
def test_another_accounts_source_needs_both_sides(source: str, actions: tuple[str, ...]) -> None:
    statement = lets_in(actions, source)
    assert abroad(source, actions, statement).status.value == "allowed"
    without_policy = abroad(source, actions)
    assert without_policy.status.value == "missing"
    assert {(one.side, one.account, one.holder) for one in without_policy.missing} == {("resource", TWO, source)}
    assert {one.action for one in without_policy.missing} == set(actions)
    without_identity = abroad(source, actions, statement, identity=False)
    assert {(one.side, one.account, one.holder) for one in without_identity.missing} == {("identity", ONE, ROLE)}


def test_another_accounts_consumer_needs_the_policy_of_stream_and_consumer() -> None:
    consumer = f"{STREAM_TWO}/consumer/c:1"
    build = Builder()
    mine = [allow(list(SHARD_ACTIONS), STREAM_TWO), allow("kinesis:SubscribeToShard", consumer)]
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, *mine))
    build.mapping(consumer, F)
    build.resource(STREAM_TWO, "kinesis:stream", TWO, lets_in(SHARD_ACTIONS, STREAM_TWO))
    build.resource(consumer, "kinesis:stream", TWO)
    (grant,) = edge(build.world()).missing
    assert (grant.side, grant.holder, grant.action) == ("resource", consumer, "kinesis:SubscribeToShard")
    build.resource(consumer, "kinesis:stream", TWO, lets_in(("kinesis:SubscribeToShard",), consumer))
    assert edge(build.world()).status.value == "allowed"


def test_msk_of_another_account_is_reached_through_its_vpc_connection() -> None:
    theirs = arn("kafka", "cluster/events/abc-1", TWO)
    connection = arn("kafka", f"vpc-connection/{ONE}/events/def-2", TWO)
    topic_arn, group = (
        theirs.replace("cluster/", "topic/") + "/orders",
        theirs.replace("cluster/", "group/") + f"/{UUID}",
    )
    iam = ("kafka-cluster:*", "kafka:DescribeClusterV2")
    build = Builder()
    mine = [
        allow(["kafka:DescribeVpcConnection"], connection),
        allow(list(iam), [theirs, topic_arn, group]),
        *each((("kafka:GetBootstrapBrokers", "*"), *NETWORK)),
    ]
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, *mine))
    build.mapping(connection, F, uuid=UUID, topics=("orders",))
    build.resource(connection, "kafka:vpc-connection", TWO, lets_in(("kafka:DescribeVpcConnection",), connection))
    unknown = edge(build.world())
    assert unknown.status.value == "unknown"
    assert {fact.about for fact in unknown.gaps} == {connection}
    named = {"TargetClusterArn": theirs}
    statement = lets_in(("kafka:DescribeVpcConnection",), connection)
    build.resource(connection, "kafka:vpc-connection", TWO, statement, attributes=named)
    build.resource(theirs, "kafka:cluster", TWO)
    assert {grant.holder for grant in edge(build.world()).missing} == {theirs}
    build.resource(theirs, "kafka:cluster", TWO, lets_in(iam, "*"))
    assert edge(build.world()).status.value == "allowed"


def test_msk_of_another_account_needs_the_connections_arn_instead_of_the_clusters() -> None:
    theirs = arn("kafka", "cluster/events/abc-1", TWO)
    build = Builder()
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, allow("*", "*")))
    build.mapping(theirs, F, uuid=UUID, topics=("orders",))
    build.resource(theirs, "kafka:cluster", TWO, lets_in(("*",), "*"))
    found = edge(build.world())
    assert (found.status.value, found.can_be_bought) == ("missing", False)
    assert "VPC connection" in str(found.impossible)


def test_a_queue_has_to_be_in_the_functions_region() -> None:
    """Lambda Developer Guide, "Using Lambda with Amazon SQS": the function and the queue must be in one Region."""
    build, elsewhere = Builder(), QUEUE.replace(REGION, "us-east-1")
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, allow("*", "*")))
    build.mapping(elsewhere, F)
    found = edge(build.world())
    assert (found.status.value, found.missing) == ("missing", ())
    assert "the function's Region" in str(found.impossible)


def test_documentdb_must_be_of_the_functions_account() -> None:
    found = edge(made(Case(arn("rds", "cluster:docs", TWO), (), {"access": (BASIC,)}), [allow("*", "*")]).world())
    assert (found.status.value, found.can_be_bought) == ("missing", False)
    assert "in the function's account" in str(found.impossible)


def test_whether_a_broker_may_be_of_another_account_is_not_said() -> None:
    broker = arn("mq", "broker:theirs:b-1", TWO)
    policy = allow("mq:*", broker, Principal={"AWS": ROLE})
    build = made(Case(broker, (), {"access": (BASIC,)}), [allow("*", "*")])
    build.resource(broker, "mq:broker", TWO, policy)
    found = edge(build.world())
    assert found.status.value == "unknown"
    assert [fact.about for fact in found.gaps] == [broker]


def test_liststreams_on_the_stream_only_is_taken_as_enough_and_said() -> None:
    pairs = (*(pair for pair in RECORDS if pair[1] == CHANGES), ("dynamodb:ListStreams", f"{TABLE}/stream/*"))
    build = made(Case(CHANGES, ()), each(pairs))
    found = edge(build.world())
    assert found.status.value == "allowed"
    assert [(fact.what, fact.about) for fact in found.assumes] == [(FactKind.ATTRIBUTES, CHANGES)]
    assert edge(build.world(strict=True)).status.value == "unknown"


def failing_into_a_bucket(source: str, needs: Pairs, objects: str) -> Builder:
    bucket = "arn:aws:s3:::failed"
    pairs = (*needs, ("s3:ListBucket", bucket), ("s3:PutObject", f"{bucket}/{objects}"))
    return made(Case(source, (), OF_TOPIC | {"on_failure": bucket}, {bucket: {}}), each(pairs))


def test_objects_of_kafka_named_as_for_streams_are_taken_as_enough_and_said() -> None:
    build = failing_into_a_bucket(CLUSTER, (*BASE_MSK, *BY_IAM), f"aws/lambda/{UUID}/*")
    found = edge(build.world())
    assert found.status.value == "allowed"
    assert [(fact.about, "s3:PutObject" in fact.reason) for fact in found.assumes] == [(CLUSTER, True)]
    assert edge(build.world(strict=True)).status.value == "unknown"


@pytest.mark.parametrize(
    "source, needs",
    [
        pytest.param(CLUSTER, (*BASE_MSK, *BY_IAM), id="Kafka"),
        pytest.param(STREAM, SHARDS, id="a stream, whose objects begin with the mapping"),
    ],
)
def test_objects_of_another_mapping_are_not_enough(source: str, needs: Pairs) -> None:
    found = edge(failing_into_a_bucket(source, needs, "aws/lambda/another/*").world())
    assert (found.status.value, [grant.action for grant in found.missing]) == ("missing", ["s3:PutObject"])


def test_unconfirmed_what_a_key_of_another_account_allows_is_said_and_counts_when_strict() -> None:
    key = arn("kms", "key/theirs", TWO)
    actions = ["kms:Decrypt", "kms:GenerateDataKey"]
    build = made(
        Case(STREAM, (), {"on_failure": QUEUE}, {QUEUE: {"KmsMasterKeyId": key}}),
        each((*SHARDS, ("sqs:SendMessage", QUEUE), *on(key, *actions))),
    )
    build.resource(key, "kms:key", TWO, allow(actions, "*", Principal={"AWS": ROLE}))
    found = edge(build.world())
    assert found.status.value == "allowed"
    assert {fact.reason.rpartition(": ")[2] for fact in found.assumes} == {
        "kms:DescribeKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    }
    assert edge(build.world(strict=True)).status.value == "unknown"


def test_unconfirmed_that_a_tables_key_is_needed_is_said_and_counts_when_strict() -> None:
    build = made(Case(CHANGES, (), attributes={TABLE: {"KMSMasterKeyArn": KEY}}), each(RECORDS))
    found = edge(build.world())
    assert found.status.value == "allowed"
    assert ["kms:Decrypt" in fact.reason for fact in found.assumes] == [True]
    assert edge(build.world(strict=True)).status.value == "unknown"
    certain = edge(
        made(Case(CHANGES, (), attributes={TABLE: {"KMSMasterKeyArn": KEY}}), each((*RECORDS, *DECRYPT))).world()
    )
    assert (certain.status.value, certain.assumes) == ("allowed", ())


@pytest.mark.parametrize(
    "region, function_arn, status",
    [
        pytest.param(REGION, F, "allowed", id="as in AWS's sample"),
        pytest.param("us-east-1", F, "missing", id="another Region's Lambda"),
        pytest.param(REGION, function("g"), "missing", id="another function's encryption context"),
    ],
)
def test_the_key_of_the_filter_criteria_lets_lambda_in(region: str, function_arn: str, status: str) -> None:
    """Source: Lambda Developer Guide, "Control which events Lambda sends to your function"."""
    conditions = {
        "ArnEquals": {"aws:SourceArn": arn("lambda", f"event-source-mapping:{UUID}")},
        "StringEquals": {
            "kms:EncryptionContext:aws:lambda:FunctionArn": function_arn,
            "kms:EncryptionContext:aws:lambda:EventSourceArn": QUEUE,
        },
    }
    service = {"Service": f"lambda.{region}.amazonaws.com"}
    build = made(Case(QUEUE, (), {"kms_key": KEY}), each(on(QUEUE, *SQS)))
    build.resource(KEY, "kms:key", ONE, OPEN_KEY, allow("kms:Decrypt", "*", Principal=service, Condition=conditions))
    found = edge(build.world())
    assert found.status.value == status
    for grant in found.missing:
        assert (grant.side, grant.holder, grant.action) == ("resource", KEY, "kms:Decrypt")
        assert grant.statement["Principal"] == {"Service": f"lambda.{REGION}.amazonaws.com"}


@pytest.mark.parametrize(
    "source, more, needs, lacks",
    [
        pytest.param(QUEUE, {}, on(QUEUE, *SQS), QUEUE, id="a queue that was not read: its key"),
        pytest.param(STREAM, {}, SHARDS, STREAM, id="a stream that was not read: its key"),
        pytest.param(BROKER, {"access": (BASIC,)}, BASE_MQ, SECRET, id="a secret that was not read: policy and key"),
        pytest.param(STREAM, {"on_failure": QUEUE}, SHARDS, QUEUE, id="a failure queue that was not read"),
    ],
)
def test_what_was_not_read_is_unknown_and_named(source: str, more: dict[str, Any], needs: Pairs, lacks: str) -> None:
    build = Builder()
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, *each(needs), allow("sqs:SendMessage", "*")))
    build.mapping(source, F, **more)
    if source != lacks:
        build.resource(source, "any:thing", ONE)
    found = edge(build.world())
    assert found.status.value == "unknown"
    assert {fact.about for fact in found.gaps} == {lacks}


def test_a_key_that_was_not_read_is_unknown() -> None:
    build = Builder()
    build.function(F, role=build.role(ROLE, LAMBDA_TRUST, *each((*on(QUEUE, *SQS), *DECRYPT))))
    build.mapping(QUEUE, F)
    build.resource(QUEUE, "sqs:queue", ONE, attributes={"KmsMasterKeyId": KEY})
    found = edge(build.world())
    assert (found.status.value, {fact.about for fact in found.gaps}) == ("unknown", {KEY})


def test_groups_of_a_documentdb_cluster_that_were_not_read_are_unknown() -> None:
    found = edge(made(Case(DOCDB, (), {"access": (BASIC,)}), each(BASE_DOCDB)).world())
    assert (found.status.value, {fact.about for fact in found.gaps}) == ("unknown", {DOCDB})


def test_attributes_that_were_refused_are_unknown() -> None:
    build = made(Case(QUEUE, ()), each(on(QUEUE, *SQS)))
    build.gap(FactKind.ATTRIBUTES, QUEUE, "sqs:GetQueueAttributes")
    found = edge(build.world())
    assert (found.status.value, {fact.about for fact in found.gaps}) == ("unknown", {QUEUE})


def test_a_streams_key_that_nobody_asked_about_is_assumed_away_and_said() -> None:
    build = made(Case(STREAM, ()), each(SHARDS))
    build.assume(FactKind.ATTRIBUTES, STREAM)
    found = edge(build.world())
    assert (found.status.value, [fact.about for fact in found.assumes]) == ("allowed", [STREAM])
    assert edge(build.world(strict=True)).status.value == "unknown"


@pytest.mark.parametrize(
    "grants, status",
    [
        pytest.param((), "missing", id="no kms:Decrypt on any key"),
        pytest.param(DECRYPT, "unknown", id="kms:Decrypt on a key that may be the alias's"),
    ],
)
def test_an_alias_whose_key_was_not_read(grants: Pairs, status: str) -> None:
    alias = {QUEUE: {"KmsMasterKeyId": "alias/orders"}}
    found = edge(made(Case(QUEUE, (), attributes=alias), each((*on(QUEUE, *SQS), *grants))).world())
    assert found.status.value == status
    assert {fact.about for fact in found.gaps} == ({arn("kms", "alias/orders")} if status == "unknown" else set())
    # KMS Developer Guide, "Controlling access to aliases": an alias in the Resource of a policy is no permission.
    assert (found.missing, "the alias stands for" in str(found.impossible)) == ((), status == "missing")
