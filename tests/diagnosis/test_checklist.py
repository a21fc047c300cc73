"""What the project's checklist of capabilities asks of a diagnosis, row by row: the ids are its own.

What each row rests on is the source that its finding names; Lambda Developer Guide and IAM User Guide.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from models.answer import DiagnoseAnswer, FindingAnswer
from models.snapshot import CodeCall, ManagedPolicy, Organization, OrganizationPolicy, SourceAccess, VpcConfig
from simulator.answers.can import can
from simulator.answers.diagnose import diagnose
from simulator.diagnosis.rules import RULES
from simulator.scenario import load
from simulator.world import World
from simulator.world.caller import Source
from tests.worlds import (
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    REGION,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    permit,
    queue,
    role,
    topic,
    trusting,
    user,
)

SCENARIOS = Path(__file__).parents[2] / "scenarios"
#: The caller's account and the function's, as the checklist has them.
A, B = ONE, TWO
F, ROLE, BUCKET = function("f", B), role("f-role", B), "arn:aws:s3:::b"
AWS_POLICY = "arn:aws:iam::aws:policy/service-role/"
BASIC, SQS_POLICY = f"{AWS_POLICY}AWSLambdaBasicExecutionRole", f"{AWS_POLICY}AWSLambdaSQSQueueExecutionRole"
IN_VPC = VpcConfig(subnets=("subnet-1",), security_groups=("sg-1",), vpc="vpc-1")
INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]


def made(*own: Json, trust: Json = LAMBDA_TRUST, attached: tuple[str, ...] = (BASIC,), **has: object) -> Builder:
    """The function, with a role that has these statements, AWS's managed policies, and this trust."""
    found = Builder()
    found.role(ROLE, trust, *own, attached=attached)
    found.function(F, role=ROLE, **has)
    return found


def of(answer: DiagnoseAnswer, check: str) -> FindingAnswer:
    (row,) = [row for row in answer.findings if row.check == check]
    return row


def told(world: World, arn: str = F) -> set[str]:
    """The checks that say something."""
    return {
        row.check for row in diagnose(world, arn).findings if row.note or row.verdict not in ("pass", "not_applicable")
    }


def actions(row: FindingAnswer) -> list[str]:
    return [grant.action for grant in row.missing]


def test_b1_the_role_lacks_what_the_code_does() -> None:
    calls = (CodeCall(actions=("s3:GetObject",), resources=(f"{BUCKET}/k",)),)
    world = made(code_calls=calls)
    world.resource(BUCKET, "s3:bucket", B)
    answer = diagnose(world.world(), F)
    row = of(answer, "code-calls")
    assert (answer.verdict, row.verdict, row.subject) == ("fail", "fail", f"{BUCKET}/k")
    (grant,) = row.missing
    assert (grant.side, grant.holder) == ("identity", ROLE)
    assert grant.statement == {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/k"}
    assert answer.plan[-1].startswith("update the code or the configuration of f")


def test_b2_the_service_that_invokes_lacks_the_permission() -> None:
    world = made()
    world.resource(BUCKET, "s3:bucket", B, region=REGION)
    world.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",))
    row = of(diagnose(world.world(), F), "trigger")
    assert (row.verdict, row.subject) == ("fail", BUCKET)
    (grant,) = row.missing
    assert (grant.side, grant.holder, grant.principal, grant.action) == (
        "resource",
        F,
        "service:s3.amazonaws.com",
        INVOKE,
    )
    assert grant.condition == {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": B}}


def test_b4_lambda_cannot_make_the_network_interface() -> None:
    answer = diagnose(made(vpc=IN_VPC).world(), F)
    first, further = of(answer, "vpc-permissions"), of(answer, "vpc-further-permissions")
    assert (first.verdict, set(actions(first))) == ("fail", set(INTERFACES))
    assert further.verdict == "warning"
    assert set(actions(further)) == {
        "ec2:DescribeSubnets",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    }
    mended = made(vpc=IN_VPC, attached=(f"{AWS_POLICY}AWSLambdaVPCAccessExecutionRole",))
    assert diagnose(mended.world(), F).verdict == "pass"
    enis = diagnose(made(vpc=IN_VPC, attached=(BASIC, f"{AWS_POLICY}AWSLambdaENIManagementAccess")).world(), F)
    assert actions(of(enis, "vpc-further-permissions")) == ["ec2:DescribeSubnets"]


def test_c1_a_role_that_does_not_trust_lambda() -> None:
    row = of(
        diagnose(made(trust=allow("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})).world(), F),
        "role-not-assumable",
    )
    assert row.verdict == "fail"
    (grant,) = row.missing
    assert grant.statement == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert "The role defined for the function cannot be assumed by Lambda." in RULES["role-not-assumable"].why


def test_c2_logs_to_another_group_and_traces_that_the_role_may_not_write() -> None:
    scoped = allow(
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        f"arn:aws:logs:{REGION}:{B}:log-group:/aws/lambda/*",
    )
    answer = diagnose(made(scoped, attached=(), log_group="/app/x", tracing="Active").world(), F)
    assert of(answer, "logs-group-mismatch").verdict == "warning"
    assert set(actions(of(answer, "tracing-permissions"))) == {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
    assert answer.verdict == "warning"


def test_c4_code_and_features_each_with_its_reason_and_nothing_for_the_key_of_the_environment() -> None:
    dead, key = queue("dead", B), f"arn:aws:kms:{REGION}:{B}:key/1"
    calls = (CodeCall(actions=("s3:GetObject",), resources=(f"{BUCKET}/k",)),)
    world = made(dead_letter=dead, tracing="Active", kms_key=key, code_calls=calls)
    world.resource(dead, "sqs:queue", B)
    world.resource(BUCKET, "s3:bucket", B)
    world.resource(key, "kms:key", B, attributes={"KeyState": "Enabled"})
    answer = diagnose(world.world(), F)
    lacking = {row.check: set(actions(row)) for row in answer.findings if row.missing}
    assert lacking == {
        "code-calls": {"s3:GetObject"},
        "dead-letter-permissions": {"sqs:SendMessage"},
        "tracing-permissions": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    }
    assert len({of(answer, check).source for check in lacking}) == 3


def test_c5_the_own_role_needs_no_assuming() -> None:
    row = of(diagnose(made(allow("sts:AssumeRole", ROLE)).world(), F), "self-assume-unneeded")
    assert (row.verdict, row.note) == ("pass", True)
    assert "self-assume-unneeded" not in told(made().world())
    assert "self-assume-unneeded" not in told(made(allow("sts:AssumeRole", "*")).world())


@pytest.mark.parametrize(
    "has, own",
    [
        pytest.param({"vpc": IN_VPC}, (), id="a feature"),
        pytest.param({"vpc": IN_VPC}, (deny("ec2:*", "*"), allow("ec2:*", "*")), id="a deny"),
        pytest.param({"code_calls": (CodeCall(actions=("s3:GetObject",), resources=(BUCKET,)),)}, (), id="a call"),
    ],
)
def test_c6_every_plan_ends_with_an_update_of_the_function(has: dict[str, object], own: tuple[Json, ...]) -> None:
    plan = diagnose(made(*own, **has).world(), F).plan
    assert len(plan) > 1
    assert "update the code or the configuration of f: " in plan[-1]
    assert "environments that are running" in plan[-1]
    assert diagnose(made().world(), F).plan == ()


@pytest.mark.parametrize("source, decision", [(topic("t", B), "allowed"), (topic("other", B), "implicitDeny")])
def test_c8_a_service_is_let_in_for_the_source_that_the_statement_names(source: str, decision: str) -> None:
    world = Builder()
    to = {"ArnLike": {"aws:SourceArn": topic("t", B)}}
    world.function(F, permit({"Service": "sns.amazonaws.com"}, F, Condition=to))
    ready = world.world()
    asked = ready.ask(ready.caller("service:sns.amazonaws.com"), INVOKE, F, source=Source(source, B))
    assert asked.decision.outcome.value == decision


@pytest.mark.parametrize(
    "condition, is_told",
    [
        pytest.param({}, True, id="no condition"),
        pytest.param({"ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{B}:rule/r"}}, False, id="the rule"),
        pytest.param(
            {"ArnLike": {"AWS:SourceArn": f"arn:aws:events:{REGION}:{B}:rule/*"}}, False, id="rules of the account"
        ),
        pytest.param(
            {"ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:*:rule/r"}}, True, id="any account's rule"
        ),
        pytest.param({"StringEquals": {"aws:SourceAccount": B}}, False, id="the account"),
        pytest.param({"StringLike": {"aws:SourceAccount": "*"}}, True, id="any account"),
        pytest.param({"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}, False, id="the organization"),
        pytest.param({"StringEqualsIfExists": {"aws:SourceAccount": B}}, True, id="the account, if it is said"),
        pytest.param({"StringNotEquals": {"aws:SourceAccount": A}}, True, id="any account but one"),
        pytest.param({"Bool": {"aws:SecureTransport": "true"}}, True, id="a condition on something else"),
    ],
)
def test_c10_a_service_without_a_source_is_a_confused_deputy(condition: Json, is_told: bool) -> None:
    world = made()
    more = {"Condition": condition} if condition else {}
    world.function(F, permit({"Service": "events.amazonaws.com"}, F, Sid="rule", **more), role=ROLE)
    rows = [row for row in diagnose(world.world(), F).findings if row.check == "confused-deputy"]
    assert [(row.verdict, row.evidence[0].statement) for row in rows] == ([("warning", "rule")] if is_told else [])


def test_c11_a_permission_on_the_function_is_none_on_the_alias_that_is_called() -> None:
    world = made()
    conditions = {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": B}}
    lets = permit({"Service": "s3.amazonaws.com"}, F, Condition=conditions)
    world.function(F, lets, role=ROLE, versions=("1",), aliases={"prod": "1"})
    world.resource(BUCKET, "s3:bucket", B, region=REGION)
    world.trigger("s3.amazonaws.com", BUCKET, f"{F}:prod", events=("s3:ObjectCreated:*",))
    row = of(diagnose(world.world(), F), "trigger")
    assert row.verdict == "fail"
    assert f"is on {F}, and {F}:prod is called: add it with Qualifier=prod" in row.summary


def test_c12_statements_for_several_services_and_a_deny_among_them() -> None:
    world = made()
    x, y = "arn:aws:s3:::x", "arn:aws:s3:::y"
    lets = permit(
        {"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}, F, Condition={"StringEquals": {"aws:SourceAccount": B}}
    )
    but = permit({"Service": "s3.amazonaws.com"}, F, Sid="not-x", Condition={"ArnLike": {"aws:SourceArn": x}}) | {
        "Effect": "Deny"
    }
    world.function(F, lets, but, role=ROLE)
    for bucket in (x, y):
        world.resource(bucket, "s3:bucket", B, region=REGION)
        world.trigger("s3.amazonaws.com", bucket, F, events=("s3:ObjectCreated:*",))
    rows = {row.subject: row for row in diagnose(world.world(), F).findings if row.check == "trigger"}
    assert (rows[x].verdict, rows[x].missing, rows[x].evidence[0].statement) == ("fail", (), "not-x")
    assert rows[y].verdict == "pass"


def test_c14_a_user_has_the_default_version_of_the_group_s_policy() -> None:
    world = made()
    group, arn, dev = f"arn:aws:iam::{B}:group/devs", f"arn:aws:iam::{B}:policy/invoke", user("dev", B)
    world.group(group, allow("iam:GetUser", "*"))
    older = world.document(allow("s3:GetObject", "*"))
    default = world.document(allow(INVOKE, F, Sid="v2"))
    world.user(dev, groups=(group,))
    snapshot = world.snapshot().model_copy(
        update={
            "policies": (ManagedPolicy(arn=arn, document=default, version="v2", versions={"v1": older}),),
            "groups": tuple(one.model_copy(update={"attached": (arn,)}) for one in world.snapshot().groups),
        }
    )
    answer = can(World(snapshot), dev, INVOKE, F)
    (cited,) = answer.because
    assert (answer.decision, cited.policy, cited.holder, cited.statement) == ("allowed", arn, group, "v2")
    assert can(World(snapshot), dev, "s3:GetObject", f"{BUCKET}/k").decision == "implicitDeny"


def test_c16_a_managed_policy_of_aws_is_known_where_the_account_does_not_return_it() -> None:
    world = made(attached=(SQS_POLICY,))
    source = queue("jobs", B)
    world.resource(source, "sqs:queue", B, region=REGION)
    world.mapping(source, F)
    answer = diagnose(world.world(), F)
    assert answer.verdict == "pass"
    assert {cited.policy for cited in of(answer, "mapping").evidence if cited.layer == "identity"} == {SQS_POLICY}
    assert of(answer, "log-permissions").verdict == "pass"


def test_c17_a_newer_version_in_the_account_is_used_and_the_difference_told() -> None:
    world = made(attached=(SQS_POLICY,))
    source = queue("jobs", B)
    world.resource(source, "sqs:queue", B, region=REGION)
    world.mapping(source, F)
    world.policy(SQS_POLICY, allow(["sqs:ReceiveMessage", "logs:*"], "*"))
    answer = diagnose(world.world(), F)
    row = of(answer, "managed-policy-version")
    assert (row.verdict, row.subject) == ("warning", SQS_POLICY)
    assert "account v1: the account's document is used" in row.summary
    assert set(actions(of(answer, "mapping"))) == {"sqs:DeleteMessage", "sqs:GetQueueAttributes"}


def test_s3b_what_is_missing_is_told_account_by_account_each_for_its_own_administrator() -> None:
    world = made()
    world.resource(queue("jobs", A), "sqs:queue", A, region=REGION)
    world.mapping(queue("jobs", A), F)
    plan = diagnose(world.world(), F).plan
    assert [line.partition(":")[0] for line in plan[:-1]] == [f"in account {A}", f"in account {B}"]
    assert f"in the resource policy of {queue('jobs', A)}" in plan[0]
    assert f"in the identity policy of {ROLE}" in plan[1]


def test_s4_the_three_actions_have_to_be_allowed_on_all_resources() -> None:
    one = allow("ec2:CreateNetworkInterface", f"arn:aws:ec2:{REGION}:{B}:subnet/subnet-1")
    answer = diagnose(made(one, allow("ec2:DescribeNetworkInterfaces", "*"), vpc=IN_VPC).world(), F)
    row = of(answer, "vpc-permissions")
    assert set(actions(row)) == {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"}
    assert f"allows it on arn:aws:ec2:{REGION}:{B}:subnet/subnet-1 only, and it has to be on *" in row.summary
    assert {grant.resource for grant in row.missing} == {"*"}


def test_s4b_the_deny_that_aws_recommends_for_the_code_is_no_finding() -> None:
    only_code = deny(INTERFACES, "*", Condition={"ArnEquals": {"lambda:SourceFunctionArn": [F]}})
    answer = diagnose(
        made(only_code, vpc=IN_VPC, attached=(f"{AWS_POLICY}AWSLambdaVPCAccessExecutionRole",)).world(), F
    )
    assert answer.verdict == "pass"


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_s5b_every_finding_has_the_id_of_a_rule_and_a_source_with_its_title(file: Path) -> None:
    world = World(load(file).snapshot)
    for arn in world.functions:
        for row in diagnose(world, arn).findings:
            assert row.check in RULES
            assert row.source.count('"') >= 2 or "managed policy" in row.source


def mapped(source: str, kind: str, *own: Json, access: tuple[SourceAccess, ...] = (), **more: str) -> Builder:
    world = made(*own)
    world.resource(source, kind, source.split(":")[4], region=REGION, attributes=more)
    world.mapping(source, F, uuid="u-1", access=access)
    return world


def test_s6_a_mapping_without_sqs_delete_message() -> None:
    jobs = queue("jobs", B)
    row = of(
        diagnose(mapped(jobs, "sqs:queue", allow(["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], jobs)).world(), F),
        "mapping",
    )
    assert (row.verdict, row.subject) == ("fail", jobs)
    assert [(grant.action, grant.resource) for grant in row.missing] == [("sqs:DeleteMessage", jobs)]
    assert "mapping u-1 " in row.summary


def test_s6b_a_stream_that_is_polled_asks_nothing_of_the_function_s_policy() -> None:
    stream = f"arn:aws:kinesis:{REGION}:{B}:stream/clicks"
    reads = [
        f"kinesis:{what}"
        for what in (
            "DescribeStream",
            "DescribeStreamSummary",
            "GetRecords",
            "GetShardIterator",
            "ListShards",
            "SubscribeToShard",
        )
    ]
    answer = diagnose(mapped(stream, "kinesis:stream", allow(reads, stream)).world(), F)
    assert answer.verdict == "pass"
    lacking = diagnose(mapped(stream, "kinesis:stream").world(), F)
    assert {grant.side for grant in of(lacking, "mapping").missing} == {"identity"}


def test_s6c_msk_with_a_secret_under_a_key_of_its_own() -> None:
    cluster = f"arn:aws:kafka:{REGION}:{B}:cluster/c/1-2"
    secret, key = f"arn:aws:secretsmanager:{REGION}:{B}:secret:AmazonMSK_s", f"arn:aws:kms:{REGION}:{B}:key/1"
    world = mapped(cluster, "kafka:cluster", access=(SourceAccess(type="SASL_SCRAM_512_AUTH", uri=secret),))
    world.resource(secret, "secretsmanager:secret", B, region=REGION, attributes={"KmsKeyId": key})
    world.resource(key, "kms:key", B, allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{B}:root"}), region=REGION)
    row = of(diagnose(world.world(), F), "mapping")
    asked = {(grant.action, grant.resource) for grant in row.missing}
    assert {
        ("secretsmanager:GetSecretValue", secret),
        ("kms:Decrypt", key),
        ("kafka:ListScramSecrets", cluster),
    } <= asked
    assert {action for action, resource in asked if resource == "*" and action.startswith("ec2:")} == {
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeVpcs",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
    }
    assert not {action for action, _ in asked if action.startswith("kafka-cluster:")}


def test_s6d_a_queue_of_another_account_has_to_name_the_role() -> None:
    jobs = queue("jobs", A)
    own = allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], jobs)
    row = of(diagnose(mapped(jobs, "sqs:queue", own).world(), F), "mapping")
    assert row.verdict == "fail"
    assert {(grant.account, grant.side, grant.holder, grant.principal) for grant in row.missing} == {
        (A, "resource", jobs, ROLE)
    }


def test_p9_an_scp_of_an_organizational_unit_that_denies_lambda_is_named_with_its_unit() -> None:
    world = made()
    world.user(user("dev", B), allow(INVOKE, F))
    kinds = {"p-full": allow("*", "*"), "p-guard": deny("lambda:*", "*", Sid="no-lambda")}
    world.organization = Organization(
        id="o-a1b2c3d4e5",
        management_account="999999999999",
        parents={A: "r-root", B: "ou-shop", "ou-shop": "r-root"},
        policies={
            name: OrganizationPolicy(id=name, name=name, type="SERVICE_CONTROL_POLICY", document=world.document(one))
            for name, one in kinds.items()
        },
        targets={"r-root": ("p-full",), "ou-shop": ("p-full", "p-guard"), A: ("p-full",), B: ("p-full",)},
    )
    row = of(diagnose(world.world(), F), "caller-lacks")
    assert (row.verdict, row.missing) == ("fail", ())
    (cited,) = row.evidence
    assert (cited.layer, cited.policy, cited.holder, cited.statement) == ("scp", "p-guard", "ou-shop", "no-lambda")


def test_p11_a_principal_that_was_deleted_matches_nobody_and_blocks_add_permission() -> None:
    world = made()
    world.function(F, permit({"AWS": "AROAEXAMPLEID1234567X"}, F, Sid="gone"), role=ROLE)
    row = of(diagnose(world.world(), F), "dangling-principal")
    assert (row.verdict, row.evidence[0].statement) == ("warning", "gone")
    assert "AddPermission fails with `The provided principal was invalid`" in RULES["dangling-principal"].why


def test_p12_another_account_s_layer_without_a_policy_is_the_configuring_user_s_matter() -> None:
    layer = f"arn:aws:lambda:{REGION}:{A}:layer:tools:1"
    world = made(layers=(layer,))
    world.resource(layer, "lambda:layer", A)
    world.user(user("admin", B), allow("*", "*"))
    answer = diagnose(world.world(), F)
    row = of(answer, "layer-access")
    assert (answer.verdict, row.verdict, row.note) == ("pass", "pass", True)
    assert can(world.world(), user("admin", B), "lambda:GetLayerVersion", layer).decision == "implicitDeny"


@pytest.mark.parametrize("name", ["cross-account-role", "function-assumes-role"])
def test_r2_the_scenarios_of_the_related_articles_show_a_verdict_and_what_lacks(name: str) -> None:
    questions = load(SCENARIOS / f"{name}.yaml").questions
    verdicts = {
        asked.verdict for asked in (*questions.asked, *(one for what in questions.supposed for one in what.asked))
    }
    assert verdicts & {"allowed"}
    assert verdicts & {"missing", "implicitDeny", "denied"}
    assert any(asked.missing for asked in questions.asked) or any(
        one.missing for what in questions.supposed for one in what.asked
    )


def test_r2_a_function_that_assumes_a_role_in_another_account_needs_both_sides() -> None:
    there = role("there", A)
    calls = (CodeCall(actions=("sts:AssumeRole",), resources=(there,)),)
    for own, trust, lacking in (
        ((allow("sts:AssumeRole", there),), trusting(ROLE), []),
        ((), trusting(ROLE), [("identity", B)]),
        ((allow("sts:AssumeRole", there),), trusting(f"arn:aws:iam::{A}:root"), [("trust", A)]),
        ((), trusting(f"arn:aws:iam::{A}:root"), [("identity", B), ("trust", A)]),
    ):
        world = made(*own, code_calls=calls)
        world.role(there, trust)
        row = of(diagnose(world.world(), F), "code-calls")
        assert sorted((grant.side, grant.account) for grant in row.missing) == sorted(lacking)
        assert row.verdict == ("fail" if lacking else "pass")
