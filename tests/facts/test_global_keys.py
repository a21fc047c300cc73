"""The table of global keys: whole, and found by any key that it covers."""

from __future__ import annotations

import pytest

from simulator.facts import global_keys


def test_the_table_is_whole() -> None:
    rows = global_keys.table()
    assert len(rows) == 61
    rules = {global_keys.DERIVED, global_keys.PRESENT_OPEN, global_keys.OPEN_OR_ABSENT, global_keys.ABSENT}
    for row in rows.values():
        assert set(row.rules) == set(global_keys.CALLERS)
        assert set(row.rules.values()) <= rules


@pytest.mark.parametrize(
    ("key", "caller", "rule"),
    [
        ("aws:PrincipalArn", "user", "derived"),
        ("AWS:principalarn", "service", "absent"),
        ("aws:PrincipalTag/team", "federated_user", "open_or_absent"),
        ("aws:PrincipalTag/${TagKey}", "user", "derived"),
        ("aws:PrincipalTag", "user", None),
        ("aws:PrincipalTag/", "user", None),
        ("aws:CurrentTime", "anonymous", "present_open"),
        ("lambda:SourceFunctionArn", "execution_role", "derived"),
        ("lambda:FunctionArn", "user", None),
        ("aws:NoSuchKey", "user", None),
    ],
)
def test_rule(key: str, caller: str, rule: str | None) -> None:
    assert global_keys.rule(key, caller) == rule


def test_services_that_support_a_key() -> None:
    counts = {"aws:SourceVpcArn": 36, "aws:VpceAccount": 39, "aws:VpceOrgID": 52, "aws:VpceOrgPaths": 39}
    for key, count in counts.items():
        row = global_keys.row(key)
        assert row is not None
        assert row.services is not None
        assert len(row.services) == count
        assert {"lambda", "s3", "kms"} <= row.services


def test_actions_without_resource_account() -> None:
    for key in ("aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths"):
        row = global_keys.row(key)
        assert row is not None
        assert len(row.without) == 16
        assert "ebs:*" in row.without
