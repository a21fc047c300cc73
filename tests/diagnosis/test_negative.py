"""What must not be reported: the ten negative cases of the project's checklist, by their numbers."""

from __future__ import annotations

import pytest

from models.decision import FactKind
from models.snapshot import VpcConfig
from simulator.answers.diagnose import diagnose
from simulator.world import World
from tests.worlds import (
    INVOKE,
    LAMBDA_TRUST,
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
    user,
)

F, ROLE = function("f"), role("f-role")
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
BUCKET = "arn:aws:s3:::b"


def made(*permits: Json, own: tuple[Json, ...] = (), **has: object) -> Builder:
    """A function that is as it should be: its role trusts Lambda and may write logs, and a user may invoke it."""
    found = Builder()
    found.role(ROLE, LAMBDA_TRUST, *own, attached=(BASIC,))
    found.function(F, *permits, role=ROLE, **has)
    found.user(user("dev"), allow(INVOKE, F))
    return found


def reported(world: World) -> list[tuple[str, str]]:
    """All that a diagnosis has to say."""
    found = diagnose(world, F).findings
    return [(row.check, row.summary) for row in found if row.note or row.verdict not in ("pass", "not_applicable")]


def test_1_an_identity_allow_in_the_same_account_needs_no_function_policy() -> None:
    world = made().world()
    assert reported(world) == []
    assert diagnose(world, F).verdict == "pass"


def test_2_a_mapping_of_a_queue_needs_no_permission_for_sqs_in_the_function_policy() -> None:
    jobs = queue("jobs")
    world = made(own=(allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], jobs),))
    world.resource(jobs, "sqs:queue", ONE, region=REGION)
    world.mapping(jobs, F)
    assert reported(world.world()) == []


def test_3_a_key_for_the_environment_needs_no_kms_decrypt_of_the_role() -> None:
    key = f"arn:aws:kms:{REGION}:{ONE}:key/1"
    world = made(kms_key=key)
    world.resource(key, "kms:key", ONE, attributes={"KeyState": "Enabled"})
    assert reported(world.world()) == []


@pytest.mark.parametrize("account", [ONE, TWO])
def test_4_a_layer_needs_no_get_layer_version_of_the_role(account: str) -> None:
    layer = f"arn:aws:lambda:{REGION}:{account}:layer:tools:1"
    world = made(layers=(layer,))
    lets = allow("lambda:GetLayerVersion", layer, Principal={"AWS": f"arn:aws:iam::{ONE}:root"})
    world.resource(layer, "lambda:layer", account, lets)
    assert reported(world.world()) == []
    asked = [row for row in diagnose(world.world(), F).findings if any(g.holder == ROLE for g in row.missing)]
    assert asked == []


def test_5_kinesis_list_streams_and_kafka_produce_are_not_demanded() -> None:
    stream = f"arn:aws:kinesis:{REGION}:{ONE}:stream/clicks"
    reads = [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:SubscribeToShard",
    ]
    world = made(own=(allow(reads, stream),))
    world.resource(stream, "kinesis:stream", ONE, region=REGION)
    world.mapping(stream, F)
    assert reported(world.world()) == []
    cluster = f"arn:aws:kafka:{REGION}:{ONE}:cluster/c/1-2"
    world = made()
    world.resource(cluster, "kafka:cluster", ONE, region=REGION)
    world.mapping(cluster, F, topics=("orders",), provisioned=True, on_failure="kafka://failed")
    (row,) = [row for row in diagnose(world.world(), F).findings if row.check == "mapping"]
    actions = {grant.action for grant in row.missing}
    assert "kafka-cluster:WriteData" in actions
    assert not {action.lower() for action in actions} & {"kafka:produce", "kinesis:liststreams"}


def test_6_without_a_vpc_no_rights_to_network_interfaces_are_demanded() -> None:
    world = made().world()
    assert [row for row in diagnose(world, F).findings if row.check.startswith("vpc-")] == []
    inside = made(vpc=VpcConfig(subnets=("subnet-1",), vpc="vpc-1")).world()
    assert [check for check, _ in reported(inside)] == ["vpc-permissions", "vpc-further-permissions"]


@pytest.mark.parametrize(
    "service, source",
    [
        pytest.param("states.amazonaws.com", f"arn:aws:states:{REGION}:{ONE}:stateMachine:m", id="Step Functions"),
        pytest.param("scheduler.amazonaws.com", f"arn:aws:scheduler:{REGION}:{ONE}:schedule/default/s", id="Scheduler"),
    ],
)
def test_7_what_acts_with_a_role_needs_no_function_policy_in_the_same_account(service: str, source: str) -> None:
    world = made()
    trust = allow("sts:AssumeRole", Principal={"Service": service})
    world.role(role("caller"), trust, allow(INVOKE, F))
    world.resource(source, "states:stateMachine", ONE, region=REGION)
    world.trigger(service, source, F, role=role("caller"))
    (row,) = [row for row in diagnose(world.world(), F).findings if row.check == "trigger"]
    assert row.verdict == "pass"
    assert reported(world.world()) == []


@pytest.mark.parametrize("key", ["AWS:SourceArn", "aws:SourceArn", "aws:sourcearn"])
def test_8_condition_keys_are_the_same_in_any_letter_case(key: str) -> None:
    of_ours = {"ArnLike": {key: BUCKET}, "StringEquals": {key.replace("Arn", "Account").replace("arn", "account"): ONE}}
    world = made(permit({"Service": "s3.amazonaws.com"}, F, Condition=of_ours))
    world.resource(BUCKET, "s3:bucket", ONE, region=REGION)
    world.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",))
    assert reported(world.world()) == []


def test_9_a_function_without_a_policy_is_no_error() -> None:
    """GetPolicy answers ResourceNotFoundException: the function has none, and nothing is unknown."""
    answer = diagnose(made().world(), F)
    assert (answer.verdict, answer.gaps, answer.assumes) == ("pass", (), ())
    refused = made()
    refused.gap(FactKind.RESOURCE_POLICY, F)
    refused.resource(BUCKET, "s3:bucket", ONE, region=REGION)
    refused.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",))
    (row,) = [row for row in diagnose(refused.world(), F).findings if row.check == "trigger"]
    assert (row.verdict, row.missing) == ("unknown", ())


def test_10_who_may_invoke_an_alias_lacks_nothing_on_the_version_behind_it() -> None:
    world = made(versions=("1",), aliases={"live": "1"})
    world.user(user("caller"), allow(INVOKE, f"{F}:live"))
    world.user(user("other", TWO), allow(INVOKE, f"{F}:live"))
    world.function(
        F, permit({"AWS": user("other", TWO)}, f"{F}:live"), role=ROLE, versions=("1",), aliases={"live": "1"}
    )
    assert reported(world.world()) == []
