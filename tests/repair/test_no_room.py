"""A user whose inline policies have no room: what "IAM and AWS STS quotas" leaves, and what repair says of it."""

from __future__ import annotations

import pytest

from models.answer import RepairAnswer
from simulator.answers.repair import repair
from simulator.world import World
from tests.worlds import ONE, TWO, Builder, Json, allow, deny, function, role, user

DEV, F, FAR = user("dev"), function("f"), function("f", TWO)
#: 60 ARNs are more than half of the 2,048 characters that inline policies of a user may have together.
LONG = allow("s3:GetObject", [f"arn:aws:s3:::a-bucket-of-ours-{number:02}/*" for number in range(55)])


def asked(target: str, *more: Json) -> RepairAnswer:
    builder = Builder()
    builder.user(DEV, LONG, *more)
    builder.role(role("job"), allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"}))
    builder.function(F, role=role("job"), aliases={"live": "1"}, versions=("1",))
    builder.function(FAR)
    return repair(World(builder.snapshot()), DEV, target)


@pytest.mark.parametrize("target", [F, f"{F}:live"])
def test_in_one_account_the_policy_of_the_function_lets_him_in(target: str) -> None:
    (way,) = asked(target).repairs
    (grant,) = way.grants
    assert (grant.side, grant.holder, grant.verified, way.status) == ("resource", target, True, "allowed")
    assert grant.statement["Principal"] == {"AWS": DEV}
    assert "add-permission" in grant.cli


def test_across_accounts_it_says_what_aws_would_refuse() -> None:
    answer = asked(FAR)
    assert answer.repairs == ()
    assert "AWS would refuse the statement that is missing" in (answer.impossible or "")
    assert "more than 2,048; a managed policy has room of its own" in (answer.impossible or "")


def test_a_deny_is_not_gone_around() -> None:
    answer = asked(F, deny("lambda:*", "*"))
    assert (answer.repairs, answer.status) == ((), "denied")


def test_with_room_his_own_side_is_named() -> None:
    builder = Builder()
    builder.user(DEV)
    builder.function(F)
    (way,) = repair(World(builder.snapshot()), DEV, F).repairs
    assert [(grant.account, grant.side) for grant in way.grants] == [(ONE, "identity")]
