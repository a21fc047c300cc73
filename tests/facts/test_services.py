"""Facts about single services."""

from __future__ import annotations

import pytest

from simulator.facts import reference, services


@pytest.mark.parametrize(
    ("action", "supported"),
    [
        ("s3:GetObject", True),
        ("STS:AssumeRole", True),
        ("kms:Decrypt", True),
        ("lambda:InvokeFunction", False),
        ("sns:Publish", False),
        ("iam:PassRole", False),
    ],
)
def test_supports_rcp(action: str, supported: bool) -> None:
    assert services.supports_rcp(action) is supported


def test_cross_account_function_actions() -> None:
    actions = services.CROSS_ACCOUNT_FUNCTION_ACTIONS
    assert len(actions) == 29
    assert "lambda:invokefunction" in actions
    assert not actions & {"lambda:addpermission", "lambda:updatefunctionconfiguration", "lambda:invokeasync"}
    assert all(reference.is_known_action(action) for action in actions)


def test_changes_of_roles_and_policies_are_all_of_the_reference() -> None:
    """What iam may do to a role or a policy, but read it and attach it, is in the lists."""
    for kind, listed in (("role", services.ROLE_CHANGES), ("policy", services.POLICY_CHANGES)):
        known = {
            action.lower()
            for action in reference.expand("iam:*")
            if kind in reference.resource_types(action) and "Write" in (reference.access_level(action) or "")
        }
        assert known == listed


ROLE = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"


@pytest.mark.parametrize(
    ("action", "arn", "barred"),
    [
        pytest.param("iam:PutRolePolicy", ROLE, True, id="a reserved role can't be changed"),
        pytest.param("IAM:passrole", ROLE, True, id="nor passed"),
        pytest.param("iam:GetRole", ROLE, False, id="but read"),
        pytest.param("sts:AssumeRole", ROLE, False, id="and assumed"),
        pytest.param("iam:PassRole", "arn:aws:iam::111122223333:role/app", False, id="other roles are free"),
        pytest.param("iam:CreatePolicyVersion", "arn:aws-cn:iam::aws:policy/ReadOnlyAccess", True, id="AWS's policy"),
        pytest.param("iam:AttachRolePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", False, id="may be attached"),
        pytest.param("iam:CreatePolicyVersion", "arn:aws:iam::111122223333:policy/p", False, id="one's own policy"),
        pytest.param("kms:UpdateAlias", "arn:aws:kms:eu-west-1:111122223333:alias/aws/lambda", True, id="AWS's alias"),
        pytest.param("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/aws/lambda", False, id="may be used"),
        pytest.param("kms:UpdateAlias", "arn:aws:kms:eu-west-1:111122223333:alias/mine", False, id="one's own alias"),
    ],
)
def test_cannot_be_changed(action: str, arn: str, barred: bool) -> None:
    assert (services.cannot_be_changed(action, arn) is not None) is barred


def test_aws_managed_key_alias() -> None:
    assert services.is_aws_managed_key_alias("arn:aws:kms:eu-west-1:111122223333:alias/aws/lambda")
    assert not services.is_aws_managed_key_alias("arn:aws:kms:eu-west-1:111122223333:alias/mine")
    assert not services.is_aws_managed_key_alias("arn:aws:kms:eu-west-1:111122223333:key/alias/aws/x")
    assert not services.is_aws_managed_key_alias("alias/aws/lambda")
