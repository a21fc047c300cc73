"""What AddPermission can say, and what only the whole policy can."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.repair.forms.add_permission import layer_permission, permission

FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:f"
LAYER = "arn:aws:lambda:eu-west-1:111111111111:layer:l:1"
PARTNER = "arn:aws:iam::222222222222:role/partner"
TOPIC = "arn:aws:sns:eu-west-1:111111111111:t"
EVERYBODY: dict[str, str] = {"StatementId": "x", "Action": "lambda:InvokeFunction", "Principal": "*"}


def statement(**elements: Any) -> dict[str, Any]:
    usual = {"Sid": "x", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": FUNCTION}
    return {name: value for name, value in {**usual, **elements}.items() if value is not None}


def where(operator: str, key: str, value: Any) -> dict[str, Any]:
    return statement(Condition={operator: {key: value}})


@pytest.mark.parametrize(
    "given, expected",
    [
        pytest.param(statement(), {}, id="everybody"),
        pytest.param(
            statement(Principal={"AWS": "arn:aws:iam::222222222222:root"}),
            {"Principal": "222222222222"},
            id="to grant permission to another account, specify the account ID as the Principal",
        ),
        pytest.param(statement(Principal={"AWS": PARTNER}), {"Principal": PARTNER}, id="an IAM role by its ARN"),
        pytest.param(
            statement(Principal={"Service": "s3.amazonaws.com"}), {"Principal": "s3.amazonaws.com"}, id="a service"
        ),
        pytest.param(where("ArnLike", "aws:SourceArn", TOPIC), {"SourceArn": TOPIC}, id="key names have no case"),
        pytest.param(
            where("StringEquals", "AWS:SourceAccount", ["222222222222"]),
            {"SourceAccount": "222222222222"},
            id="one value in a list is one value",
        ),
        pytest.param(
            where("StringEquals", "aws:PrincipalOrgID", "o-abcdefghij"),
            {"PrincipalOrgID": "o-abcdefghij"},
            id="grant permissions to all the accounts under this organization",
        ),
        pytest.param(
            where("StringEquals", "lambda:EventSourceToken", "t0ken"), {"EventSourceToken": "t0ken"}, id="Alexa's token"
        ),
        pytest.param(
            {**where("StringEquals", "lambda:FunctionUrlAuthType", "NONE"), "Action": "lambda:InvokeFunctionUrl"},
            {"FunctionUrlAuthType": "NONE", "Action": "lambda:InvokeFunctionUrl"},
            id="a URL",
        ),
        pytest.param(
            where("Bool", "lambda:InvokedViaFunctionUrl", "true"), {"InvokedViaFunctionUrl": "true"}, id="by a URL"
        ),
        pytest.param(statement(Action="lambda:*"), {"Action": "lambda:*"}, id="every action of Lambda"),
    ],
)
def test_what_add_permission_says(given: dict[str, Any], expected: dict[str, str]) -> None:
    assert permission(given, FUNCTION) == {**EVERYBODY, **expected}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(statement(Effect="Deny"), id="it allows only"),
        pytest.param(statement(Action=["lambda:InvokeFunction", "lambda:GetFunction"]), id="one action"),
        pytest.param(statement(Action="s3:GetObject"), id="an action of Lambda"),
        pytest.param(statement(Principal={"AWS": [PARTNER, f"{PARTNER}2"]}), id="one principal"),
        pytest.param(statement(Principal={"AWS": PARTNER, "Service": "s3.amazonaws.com"}), id="of one kind"),
        pytest.param(statement(Principal={"Federated": "accounts.google.com"}), id="no identity provider"),
        pytest.param(statement(Principal=None, NotPrincipal={"AWS": PARTNER}), id="no NotPrincipal"),
        pytest.param(statement(Resource=f"{FUNCTION}:*"), id="Lambda writes the Resource itself"),
        pytest.param(statement(Sid=None), id="StatementId is required"),
        pytest.param(statement(Sid="a b"), id="StatementId has letters, digits, hyphens and underscores"),
        pytest.param(statement(Sid="x" * 101), id="StatementId has 100 characters at most"),
        pytest.param(where("StringEquals", "aws:SourceArn", TOPIC), id="SourceArn is compared by ArnLike"),
        pytest.param(where("ArnLike", "aws:SourceArn", [TOPIC, f"{TOPIC}2"]), id="one SourceArn"),
        pytest.param(where("ArnLike", "aws:SourceArn", "*"), id="SourceArn is an ARN"),
        pytest.param(
            where("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
            id="FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
        ),
        pytest.param(
            {**where("Bool", "lambda:InvokedViaFunctionUrl", "true"), "Action": "lambda:InvokeFunctionUrl"},
            id="InvokedViaFunctionUrl is about lambda:InvokeFunction",
        ),
        pytest.param(
            statement(Principal={"AWS": "arn:aws:sts::222222222222:assumed-role/partner/me"}), id="no session of a role"
        ),
        pytest.param(where("StringEquals", "aws:SourceVpc", "vpc-1"), id="no other condition"),
        pytest.param(where("IpAddress", "aws:SourceIp", "10.0.0.0/8"), id="no condition of the network"),
    ],
)
def test_what_only_the_whole_policy_says(given: dict[str, Any]) -> None:
    assert permission(given, FUNCTION) is None


def test_the_qualifier_is_written_into_the_resource() -> None:
    live = statement(Resource=f"{FUNCTION}:live")
    assert permission(live, f"{FUNCTION}:live") == EVERYBODY
    assert permission(live, FUNCTION) is None


@pytest.mark.parametrize(
    "given, expected",
    [
        pytest.param({}, {"Principal": "*"}, id="all accounts"),
        pytest.param(
            {"Principal": {"AWS": "arn:aws:iam::222222222222:root"}}, {"Principal": "222222222222"}, id="an account"
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}},
            {"Principal": "*", "OrganizationId": "o-abcdefghij"},
            id="all accounts in an organization",
        ),
        pytest.param({"Principal": {"AWS": PARTNER}}, None, id="no role"),
        pytest.param({"Action": "lambda:*"}, None, id="GetLayerVersion only"),
    ],
)
def test_layer_versions(given: dict[str, Any], expected: dict[str, str] | None) -> None:
    found = layer_permission(statement(**{"Action": "lambda:GetLayerVersion", "Resource": LAYER, **given}))
    wanted = expected and {"StatementId": "x", "Action": "lambda:GetLayerVersion", **expected}
    assert found == wanted
