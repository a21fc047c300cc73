"""What a repair grants, and to whom: what AWS's pages ask of a grant, case by case."""

from __future__ import annotations

import pytest

from models.answer import RepairAnswer, RepairWay
from models.context import Given
from simulator.answers.paths import paths
from simulator.answers.repair import repair
from tests.repair.orders import DEV, INVOKER, LIVE, OTHER, OURS, world
from tests.repair.small import TEAM
from tests.worlds import (
    ASSUME,
    INVOKE,
    ONE,
    TWO,
    Json,
    allow,
    deny,
    permit,
    role,
    trusting,
)

SSO = f"arn:aws:iam::{ONE}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_1234567890abcdef"
LINKED = f"arn:aws:iam::{ONE}:role/aws-service-role/lex.amazonaws.com/AWSServiceRoleForLex"


def only(answer: RepairAnswer) -> RepairWay:
    (way,) = answer.repairs
    return way


def places(way: RepairWay) -> list[tuple[str | None, str, str]]:
    return [(grant.account, grant.side, grant.holder) for grant in way.grants]


def test_same_account_one_side_suffices_and_the_exact_arn_is_granted() -> None:
    way = only(repair(world(), DEV, OURS))
    assert places(way) == [(ONE, "identity", DEV)]
    assert way.grants[0].statement == {"Effect": "Allow", "Action": INVOKE, "Resource": OURS}
    assert (way.cost, way.manner, way.status, way.also_opens) == (1, "direct", "allowed", ())
    assert [share.account for share in way.by_account] == [ONE]


def test_the_qualifier_is_granted_that_is_asked_for() -> None:
    way = only(repair(world(), DEV, f"{OURS}:live"))
    assert way.grants[0].statement["Resource"] == f"{OURS}:live"


def test_across_accounts_each_administrator_has_a_list_of_his_own() -> None:
    way = only(repair(world(), DEV, LIVE))
    assert places(way) == [(ONE, "identity", DEV), (TWO, "resource", LIVE)]
    assert [(share.account, share.items) for share in way.by_account] == [(ONE, (0,)), (TWO, (1,))]
    own, other = (share.cli for share in way.by_account)
    assert "put-user-policy" in own
    assert "add-permission" not in own
    assert "--qualifier live" in other
    assert all("Resources" in share.cloudformation for share in way.by_account)


def test_a_user_of_another_account_assumes_a_role_that_has_it() -> None:
    """Checklist C15: users of another account may assume a role in yours."""
    made = world(
        lambda at: at.role(INVOKER, trusting(f"arn:aws:iam::{TWO}:root"), allow(INVOKE, LIVE)),
        lambda at: at.user(DEV, allow(ASSUME, INVOKER)),
    )
    first, second = repair(made, DEV, LIVE).repairs
    assert (first.cost, first.manner, places(first)) == (1, "assume_role", [(TWO, "trust", INVOKER)])
    assert first.grants[0].statement["Principal"] == {"AWS": DEV}
    assert (second.cost, second.manner) == (2, "direct")
    assert [(row.source, row.target, row.kind) for row in first.also_opens] == [(DEV, INVOKER, "assumes")]


def test_what_opens_only_by_all_grants_together_is_told_with_the_last() -> None:
    """Neither account's statement opens the role by itself."""
    made = world(
        lambda at: at.role(INVOKER, trusting(f"arn:aws:iam::{TWO}:root"), allow(INVOKE, LIVE)),
        lambda at: at.user(DEV),
    )
    way = next(way for way in repair(made, DEV, LIVE).repairs if way.manner == "assume_role")
    assert places(way) == [(ONE, "identity", DEV), (TWO, "trust", INVOKER)]
    assert [[(row.source, row.target) for row in grant.also_opens] for grant in way.grants] == [[], [(DEV, INVOKER)]]


def test_a_role_of_the_own_account_that_may_it_already_is_offered() -> None:
    able = role("able")
    made = world(lambda at: at.role(able, trusting(f"arn:aws:iam::{ONE}:root"), allow(INVOKE, OURS)))
    direct, by_role = repair(made, DEV, OURS).repairs
    assert (direct.manner, by_role.manner) == ("direct", "assume_role")
    assert by_role.grants[0].statement == {"Effect": "Allow", "Action": ASSUME, "Resource": able}


def test_a_role_that_only_a_service_may_assume_is_not_opened_to_people() -> None:
    worker = role("worker")
    trust = allow(ASSUME, Principal={"Service": "lambda.amazonaws.com"})
    made = world(lambda at: at.role(worker, trust, allow(INVOKE, OURS)))
    assert [way.manner for way in repair(made, DEV, OURS).repairs] == ["direct"]


def test_a_group_that_has_it_is_offered_with_what_else_it_opens() -> None:
    made = world(lambda at: at.group(TEAM, allow(INVOKE, f"{OURS}*")))
    direct, group = repair(made, DEV, OURS).repairs
    assert (direct.manner, group.manner, group.cost) == ("direct", "group", 1)
    (grant,) = group.grants
    assert grant.change == {"change": "add_to_group", "user": DEV, "group": TEAM}
    assert (grant.holder, grant.principal, grant.statement) == (TEAM, DEV, {})
    assert "add-user-to-group" in grant.cli
    assert [(row.source, row.target) for row in group.also_opens] == [(DEV, f"{OURS}:1"), (DEV, f"{OURS}:live")]


def test_a_group_whose_condition_can_not_hold_is_not_offered() -> None:
    condition = {"StringEquals": {"aws:PrincipalAccount": TWO}}
    made = world(lambda at: at.group(TEAM, allow(INVOKE, OURS, Condition=condition)))
    assert [way.manner for way in repair(made, DEV, OURS).repairs] == ["direct"]


def test_a_group_that_is_in_another_account_is_not_offered() -> None:
    made = world(lambda at: at.group(TEAM.replace(ONE, TWO), allow(INVOKE, OURS)))
    assert [way.manner for way in repair(made, DEV, OURS).repairs] == ["direct"]


def test_the_external_id_that_the_trust_asks_of_others_is_asked_for() -> None:
    """IAM User Guide, "Access to AWS accounts owned by third parties"."""
    condition = {"StringEquals": {"sts:ExternalId": "customer-42"}}
    made = world(
        lambda at: at.user(DEV, allow(ASSUME, INVOKER)),
        lambda at: at.user(OTHER),
        lambda at: at.role(INVOKER, trusting(OTHER, Condition=condition), allow(INVOKE, LIVE)),
    )
    first = repair(made, DEV, LIVE).repairs[0]
    assert first.grants[0].statement["Condition"] == condition
    assert first.status == "conditional"
    assert first.residual is not None
    assert "sts:ExternalId is customer-42" in first.residual.text


def test_an_external_id_that_the_question_settles_is_taken() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "customer-42"}}
    made = world(
        lambda at: at.user(DEV, allow(ASSUME, INVOKER)),
        lambda at: at.user(OTHER),
        lambda at: at.role(INVOKER, trusting(OTHER, Condition=condition), allow(INVOKE, LIVE)),
    )
    first = repair(made, DEV, LIVE, given=Given({"sts:externalid": ("mine",)}, frozenset())).repairs[0]
    assert first.grants[0].statement["Condition"] == {"StringEquals": {"sts:ExternalId": "mine"}}
    assert first.status == "allowed"


def test_a_service_is_let_in_for_what_invokes_the_function_and_nothing_else() -> None:
    """IAM User Guide, "The confused deputy problem": aws:SourceArn and aws:SourceAccount."""
    bucket = "arn:aws:s3:::inbox"
    made = world(
        lambda at: at.resource(bucket, "s3:bucket", ONE),
        lambda at: at.trigger("s3.amazonaws.com", bucket, OURS, events=("s3:ObjectCreated:*",)),
    )
    grant = only(repair(made, bucket, OURS)).grants[0]
    assert grant.statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert grant.statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": bucket},
        "StringEquals": {"aws:SourceAccount": ONE},
    }
    assert f"--source-arn {bucket}" in grant.cli
    assert f"--source-account {ONE}" in grant.cli


def test_a_service_by_itself_is_let_in_for_the_own_account_only() -> None:
    way = only(repair(world(), "service:s3.amazonaws.com", OURS))
    assert way.grants[0].statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ONE}}
    assert way.status == "conditional"


def test_a_permissions_boundary_that_lacks_it_is_where_it_is_granted() -> None:
    policy = f"arn:aws:iam::{ONE}:policy/storage-only"
    made = world(
        lambda at: at.policy(policy, allow("s3:*", "*")),
        lambda at: at.user(DEV, allow(INVOKE, OURS), boundary=policy),
    )
    way = only(repair(made, DEV, OURS))
    assert places(way) == [(ONE, "boundary", DEV)]
    assert "create-policy-version" in way.grants[0].cli


@pytest.mark.parametrize(
    "arn, said",
    [
        pytest.param(SSO, "permission set", id="a role of IAM Identity Center"),
        pytest.param(LINKED, "AWS only", id="a service-linked role"),
    ],
)
def test_nothing_is_offered_for_a_role_that_only_aws_can_change(arn: str, said: str) -> None:
    made = world(lambda at: at.role(arn, allow(ASSUME, Principal={"Service": "lex.amazonaws.com"})))
    answer = repair(made, arn, OURS)
    assert not answer.repairs
    assert not answer.blocked_by
    assert said in str(answer.impossible)


def test_where_it_holds_already_nothing_is_granted() -> None:
    answer = repair(world(lambda at: at.user(DEV, allow(INVOKE, OURS))), DEV, OURS)
    assert (answer.status, answer.repairs, answer.blocked_by) == ("allowed", (), ())
    assert answer.today is not None


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}


@pytest.mark.parametrize(
    "statements, could",
    [
        pytest.param([allow(INVOKE, OURS, Condition=MFA)], True, id="the condition of an Allow"),
        pytest.param([allow(INVOKE, OURS), deny(INVOKE, OURS, Condition=NO_MFA)], False, id="the condition of a Deny"),
    ],
)
def test_a_condition_is_told_with_whether_a_grant_could_settle_it(statements: list[Json], could: bool) -> None:
    answer = repair(world(lambda at: at.user(DEV, *statements)), DEV, OURS)
    assert (answer.status, answer.settled_by_grant, answer.repairs) == ("conditional", could, ())
    assert answer.residual is not None
    assert "aws:MultiFactorAuthPresent" in answer.residual.text


def test_a_conditional_way_is_settled_by_another_that_holds_for_certain() -> None:
    able = role("able")
    made = world(
        lambda at: at.user(DEV, allow(INVOKE, OURS, Condition=MFA)),
        lambda at: at.role(able, trusting(f"arn:aws:iam::{ONE}:root"), allow(INVOKE, OURS)),
    )
    way = only(repair(made, DEV, OURS))
    assert (way.manner, way.status) == ("assume_role", "allowed")


# --- paths ----------------------------------------------------------------------------------------------------------


def test_paths_have_their_repairs_only_when_asked() -> None:
    made = world()
    assert [path.repair for path in paths(made, DEV, LIVE).paths] == [()]
    (path,) = paths(made, DEV, LIVE, repair=True).paths
    assert [(grant.side, grant.verified) for grant in path.repair] == [("identity", True), ("resource", True)]


def test_two_grants_in_one_document_follow_each_other() -> None:
    """What is written whole, as a trust policy is, has what was added before."""
    first, second = role("first"), role("second", TWO)
    made = world(
        lambda at: at.user(DEV, allow(ASSUME, first)),
        lambda at: at.role(first, trusting(DEV), allow(ASSUME, second)),
        lambda at: at.role(second, trusting(f"arn:aws:iam::{TWO}:root"), allow(INVOKE, LIVE)),
    )
    way = repair(made, DEV, LIVE).repairs[0]
    assert places(way) == [(TWO, "trust", second)]
    assert f"arn:aws:iam::{TWO}:root" in way.grants[0].cli
    assert first in way.grants[0].cli


def test_a_permit_of_the_function_for_another_is_left_as_it_is() -> None:
    made = world(lambda at: (at.user(OTHER), at.function(OURS, permit({"AWS": OTHER}, OURS))))
    assert places(only(repair(made, DEV, OURS))) == [(ONE, "identity", DEV)]
