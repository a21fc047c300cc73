"""The AWS managed policies that are carried."""

from __future__ import annotations

from simulator.facts import managed


def test_by_name_and_arn() -> None:
    fact = managed.managed_policy("AWSLambdaBasicExecutionRole")
    assert fact is not None
    assert fact == managed.managed_policy("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    assert fact.version == "v1"
    assert fact.updated == "2015-04-09T15:03:43.000Z"
    assert "logs:PutLogEvents" in fact.document["Statement"][0]["Action"]


def test_unknown_and_other_partitions() -> None:
    assert managed.managed_policy("NoSuchPolicy") is None
    assert managed.managed_policy("arn:aws-cn:iam::aws:policy/AdministratorAccess") is None


def test_full_access() -> None:
    scp = managed.managed_policy("arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess")
    rcp = managed.managed_policy("RCPFullAWSAccess")
    assert scp is not None
    assert scp.document == managed.FULL_AWS_ACCESS
    assert rcp is not None
    assert rcp.document == managed.RCP_FULL_AWS_ACCESS
    assert rcp.arn.endswith(managed.RCP_FULL_AWS_ACCESS_ID)
    assert scp.arn.endswith(managed.FULL_AWS_ACCESS_ID)


def test_every_policy_is_whole() -> None:
    names = managed.managed_policy_names()
    assert len(names) == 41
    for name in names:
        fact = managed.managed_policy(name)
        assert fact is not None
        assert fact.document["Statement"]
        assert f"{fact.arn}".endswith(name)
