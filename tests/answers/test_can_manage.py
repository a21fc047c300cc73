"""What managing a function takes: each operation, with all that the function's configuration calls for."""

from __future__ import annotations

from typing import Any

import pytest

from models.answer import OperationAnswer
from models.snapshot import VpcConfig
from simulator.answers.can_manage import can_manage
from simulator.cli.can_manage import code_of
from simulator.takeover.operations import OPERATIONS, At
from simulator.world import World
from tests.worlds import LAMBDA_TRUST, ONE, REGION, TWO, Builder, Json, allow, deny, function, role, user

DEV, F, R = user("dev"), function("f"), role("f-role")
KEY = f"arn:aws:kms:{REGION}:{ONE}:key/k"
LAYER = f"arn:aws:lambda:{REGION}:{TWO}:layer:shared:3"
IMAGE = f"{ONE}.dkr.ecr.{REGION}.amazonaws.com/orders:1"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ONE}:repository/orders"


def world(*statements: Json, **more: Any) -> World:
    made = Builder()
    made.function(F, role=made.role(R, LAMBDA_TRUST), **more)
    made.user(DEV, *statements)
    return made.world()


def asked(made: World, operation: str, principal: str = DEV, **more: Any) -> OperationAnswer:
    (found,) = can_manage(made, principal, F, only=(operation,), **more).operations
    return found


def lacking(found: OperationAnswer) -> set[tuple[str, str]]:
    return {(grant.action, grant.resource) for grant in found.missing}


def test_b3_create_function_without_pass_role() -> None:
    """B3: a user with lambda:CreateFunction but no iam:PassRole."""
    found = asked(world(allow("lambda:CreateFunction", "*")), "create")
    assert found.decision == "implicitDeny"
    (grant,) = found.missing
    assert (grant.side, grant.action, grant.resource) == ("identity", "iam:PassRole", R)
    assert grant.condition == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


@pytest.mark.parametrize(
    "service, decision",
    [
        pytest.param("lambda.amazonaws.com", "allowed", id="lambda"),
        pytest.param("ec2.amazonaws.com", "implicitDeny", id="ec2"),
    ],
)
def test_b3_pass_role_for_lambda(service: str, decision: str) -> None:
    condition = {"StringEquals": {"iam:PassedToService": service}}
    made = world(allow("lambda:CreateFunction", F), allow("iam:PassRole", R, Condition=condition))
    assert asked(made, "create").decision == decision


def test_c13_what_a_function_policy_cannot_give() -> None:
    """C13: A wants lambda:UpdateFunctionConfiguration on f: not grantable by function policy; needs a role in B."""
    made = Builder()
    abroad = user("dev", TWO)
    made.function(F, allow("lambda:*", F, Principal={"AWS": abroad}))
    made.user(abroad, allow("lambda:*", "*"))
    found = asked(made.world(), "update-configuration", abroad)
    assert (found.decision, found.missing) == ("implicitDeny", ())
    assert found.impossible is not None
    assert f"a role in account {ONE} is the way" in found.impossible
    assert asked(made.world(), "update-code", abroad).decision == "allowed"
    assert asked(made.world(), "delete", abroad).decision == "allowed"


@pytest.mark.parametrize(
    "operation, actions",
    [
        ("update-code", ["lambda:UpdateFunctionCode"]),
        ("update-configuration", ["lambda:UpdateFunctionConfiguration"]),
        ("delete", ["lambda:DeleteFunction"]),
        ("invoke", ["lambda:InvokeFunction"]),
        ("add-permission", ["lambda:AddPermission"]),
        ("remove-permission", ["lambda:RemovePermission"]),
        ("put-resource-policy", ["lambda:PutResourcePolicy", "lambda:AddPermission", "lambda:RemovePermission"]),
        ("delete-resource-policy", ["lambda:DeleteResourcePolicy", "lambda:RemovePermission"]),
        ("create-url", ["lambda:CreateFunctionUrlConfig"]),
        ("create-public-url", ["lambda:CreateFunctionUrlConfig", "lambda:AddPermission"]),
        ("publish-version", ["lambda:PublishVersion"]),
        ("create-alias", ["lambda:CreateAlias"]),
        ("update-alias", ["lambda:UpdateAlias"]),
        ("delete-alias", ["lambda:DeleteAlias"]),
        ("put-code-signing", ["lambda:PutFunctionCodeSigningConfig"]),
        ("put-concurrency", ["lambda:PutFunctionConcurrency"]),
        ("put-event-invoke", ["lambda:PutFunctionEventInvokeConfig"]),
        ("tag", ["lambda:TagResource"]),
        ("untag", ["lambda:UntagResource"]),
    ],
)
def test_an_operation_takes_all_of_its_actions(operation: str, actions: list[str]) -> None:
    assert asked(world(allow(actions, F)), operation).decision == "allowed"
    for one in actions:
        rest = [action for action in actions if action != one] or ["lambda:GetFunction"]
        found = asked(world(allow(rest, F)), operation)
        assert (found.decision, lacking(found)) == ("implicitDeny", {(one, F)})
        denied = asked(world(allow(actions, F), deny(one, "*")), operation)
        assert (denied.decision, denied.missing) == ("explicitDeny", ())
        assert [cited.effect for cited in denied.because] == ["Deny"]


def test_every_operation_is_asked_about() -> None:
    answer = can_manage(world(), DEV, F, role=role("other"))
    assert [row.operation for row in answer.operations] == [row.name for row in OPERATIONS]
    assert {row.decision for row in answer.operations} == {"implicitDeny"}


@pytest.mark.parametrize(
    "more, needed",
    [
        pytest.param({"layers": (LAYER,)}, {("lambda:GetLayerVersion", LAYER)}, id="a layer"),
        pytest.param(
            {"vpc": VpcConfig(vpc="vpc-1", subnets=("subnet-1",))},
            {
                ("ec2:DescribeSecurityGroups", "*"),
                ("ec2:DescribeSubnets", "*"),
                ("ec2:DescribeVpcs", "*"),
                ("ec2:GetSecurityGroupsForVpc", f"arn:aws:ec2:{REGION}:{ONE}:vpc/vpc-1"),
            },
            id="a VPC",
        ),
        pytest.param(
            {"file_systems": (f"arn:aws:elasticfilesystem:{REGION}:{ONE}:access-point/fsap-1",)},
            {
                (
                    "elasticfilesystem:DescribeMountTargets",
                    f"arn:aws:elasticfilesystem:{REGION}:{ONE}:access-point/fsap-1",
                )
            },
            id="a file system",
        ),
        pytest.param({"tags": {"team": "blue"}}, {("lambda:TagResource", F)}, id="tags"),
    ],
)
def test_what_the_configuration_calls_for(more: Json, needed: set[tuple[str, str]]) -> None:
    base = [allow("lambda:CreateFunction", F), allow("iam:PassRole", R)]
    found = asked(world(*base, **more), "create")
    assert lacking(found) - {("lambda:GetLayerVersion", LAYER)} | needed == needed
    assert {action for action, _ in needed} <= set(found.actions)
    assert asked(world(*base), "create").decision == "allowed", "without it nothing of it is asked for"


def test_a_layer_of_another_account_takes_its_owners_word() -> None:
    made = Builder()
    made.function(F, role=made.role(R, LAMBDA_TRUST), layers=(LAYER,))
    made.user(DEV, allow(["lambda:UpdateFunctionConfiguration", "lambda:GetLayerVersion"], "*"))
    made.resource(LAYER, "lambda:layer", TWO)
    found = asked(made.world(), "update-configuration")
    assert [(grant.side, grant.account, grant.action) for grant in found.missing] == [
        ("resource", TWO, "lambda:GetLayerVersion")
    ]
    made.resource(LAYER, "lambda:layer", TWO, allow("lambda:GetLayerVersion", LAYER, Principal={"AWS": ONE}))
    assert asked(made.world(), "update-configuration").decision == "allowed"


@pytest.mark.parametrize("layer, decision", [(LAYER, "allowed"), (LAYER.replace(":3", ":4"), "implicitDeny")])
def test_conditions_are_those_of_the_configuration(layer: str, decision: str) -> None:
    condition = {"ForAllValues:StringEquals": {"lambda:Layer": [layer]}, "Null": {"lambda:Layer": "false"}}
    made = Builder()
    made.function(F, role=made.role(R, LAMBDA_TRUST), layers=(LAYER,))
    made.user(
        DEV,
        allow("lambda:UpdateFunctionConfiguration", F, Condition=condition),
        allow("lambda:GetLayerVersion", "*"),
    )
    made.resource(LAYER, "lambda:layer", TWO, allow("lambda:GetLayerVersion", LAYER, Principal="*"))
    assert asked(made.world(), "update-configuration").decision == decision


def test_a_request_has_no_key_that_it_cannot_have() -> None:
    condition = {"Null": {"lambda:Layer": "false"}}
    made = world(allow("lambda:DeleteFunction", F, Condition=condition), layers=(LAYER,))
    assert asked(made, "delete").decision == "implicitDeny"


def test_a_key_has_to_let_the_user_in() -> None:
    made = Builder()
    made.function(F, role=made.role(R, LAMBDA_TRUST), kms_key=KEY)
    made.user(DEV, allow("lambda:UpdateFunctionConfiguration", F))
    via = {"StringEquals": {"kms:ViaService": f"lambda.{REGION}.amazonaws.com"}}
    kms = ["kms:CreateGrant", "kms:Encrypt", "kms:Decrypt"]
    made.resource(KEY, "kms:key", ONE, allow(kms, "*", Principal={"AWS": DEV}, Condition=via))
    assert asked(made.world(), "update-configuration").decision == "allowed"
    made.resource(KEY, "kms:key", ONE, allow(kms[1:], "*", Principal={"AWS": DEV}))
    assert lacking(asked(made.world(), "update-configuration")) == {("kms:CreateGrant", KEY)}


def test_an_image_has_to_be_read_and_its_repository_opened() -> None:
    made = Builder()
    made.function(F, role=made.role(R, LAMBDA_TRUST), package_type="Image", image_uri=IMAGE)
    made.user(
        DEV, allow("lambda:UpdateFunctionCode", F), allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "*")
    )
    made.resource(REPOSITORY, "ecr:repository", ONE)
    assert {action for action, _ in lacking(asked(made.world(), "update-code"))} == {
        "ecr:GetRepositoryPolicy",
        "ecr:SetRepositoryPolicy",
    }
    opened = allow(
        ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        REPOSITORY,
        Principal={"Service": "lambda.amazonaws.com"},
    )
    made.resource(REPOSITORY, "ecr:repository", ONE, opened)
    assert asked(made.world(), "update-code").decision == "allowed"


def test_a_url_for_everybody_is_another_thing_than_one_for_who_signs() -> None:
    condition = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    made = world(allow("lambda:CreateFunctionUrlConfig", F, Condition=condition), allow("lambda:AddPermission", F))
    assert asked(made, "create-url").decision == "allowed"
    assert asked(made, "create-public-url").decision == "implicitDeny"


def test_a_mapping_is_of_the_function() -> None:
    for arn, decision in ((F, "allowed"), (function("g"), "implicitDeny")):
        condition = {"ArnEquals": {"lambda:FunctionArn": arn}}
        made = world(allow("lambda:CreateEventSourceMapping", "*", Condition=condition))
        assert asked(made, "create-mapping").decision == decision


def test_another_role_has_to_be_passed() -> None:
    made = world(allow("lambda:UpdateFunctionConfiguration", F), allow("iam:PassRole", R))
    assert asked(made, "update-configuration").decision == "allowed", "the role that it has needn't be"
    found = asked(made, "change-role", role=role("other"))
    assert lacking(found) == {("iam:PassRole", role("other"))}


def test_where_the_code_comes_from_is_said_to_be_unknown() -> None:
    answer = can_manage(world(), DEV, F, only=("update-code",))
    assert ["s3:GetObject" in fact.reason for fact in answer.assumes] == [True]
    assert can_manage(world(), DEV, F, only=("delete",)).assumes == ()


@pytest.mark.parametrize(
    "decisions, code",
    [
        (["allowed", "allowed"], 0),
        (["allowed", "implicitDeny", "conditional"], 1),
        (["explicitDeny"], 1),
        (["allowed", "conditional"], 3),
        (["unknown"], 3),
    ],
)
def test_exit_codes(decisions: list[str], code: int) -> None:
    assert code_of(decisions) == code


def test_each_row_says_which_page_it_follows() -> None:
    assert all(need.source and need.actions for row in OPERATIONS for need in row.needs)
    assert {need.at for row in OPERATIONS for need in row.needs} == set(At)
