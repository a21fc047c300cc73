"""The function's own policies, and who is let in by half: what is told of each, and what isn't.

Sources: Lambda Developer Guide, "Granting Lambda function access to AWS services" and "Granting other AWS entities
access to your Lambda functions"; IAM User Guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

import json

import pytest

from models.answer import FindingAnswer
from models.decision import FactKind
from models.snapshot import FunctionUrl
from simulator.answers.diagnose import diagnose
from tests.worlds import (
    INVOKE,
    ONE,
    REGION,
    THREE,
    TWO,
    Builder,
    Json,
    allow,
    function,
    permit,
    role,
    rule,
    topic,
    user,
)

F, OTHER = function("f"), f"arn:aws:iam::{TWO}:root"
BUCKET = "arn:aws:s3:::inbox"


def told(made: Builder, check: str) -> list[FindingAnswer]:
    """The findings of a check that say something."""
    rows = [row for row in diagnose(made.world(), F).findings if row.check == check]
    return [row for row in rows if row.note or row.verdict not in ("pass", "not_applicable")]


def with_policy(*statements: Json, **more: object) -> Builder:
    made = Builder()
    made.function(F, *statements, **more)
    return made


def test_an_account_that_is_let_in_with_nobody_in_it_who_may_is_half_of_a_grant() -> None:
    made = with_policy(permit({"AWS": OTHER}, F))
    made.user(user("dev", TWO))
    (row,) = told(made, "caller-lacks")
    assert (row.verdict, row.cause) == ("warning", f"account {TWO}")
    made.user(user("dev", TWO), allow(INVOKE, "*"))
    assert told(made, "caller-lacks") == []


def test_of_an_account_that_was_not_collected_nobody_knows_who_may() -> None:
    made = with_policy(permit({"AWS": f"arn:aws:iam::{THREE}:root"}, F))
    assert told(made, "caller-lacks") == []


def test_half_of_a_grant_to_many_functions_is_told_as_a_warning_and_to_none_by_a_star() -> None:
    for pattern, verdicts in ((F, ["fail"]), (f"{F}*", ["warning"]), ("*", [])):
        made = with_policy()
        made.user(user("dev", TWO), allow(INVOKE, pattern))
        assert [row.verdict for row in told(made, "caller-lacks")] == verdicts


def test_who_calls_by_the_url_lacks_nothing_of_the_api() -> None:
    by_url = {"Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}
    both = [allow("lambda:InvokeFunctionUrl", F, Principal={"AWS": user("dev", TWO)})]
    both.append(permit({"AWS": user("dev", TWO)}, F, **by_url))
    made = with_policy(*both, urls=(FunctionUrl(auth_type="AWS_IAM"),))
    made.user(user("dev", TWO), allow(["lambda:InvokeFunctionUrl", INVOKE], F))
    assert told(made, "caller-lacks") == []
    assert told(made, "url-both-actions") == []


@pytest.mark.parametrize(
    "condition, check",
    [
        pytest.param({}, "public-access", id="everybody"),
        pytest.param({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, "public-access", id="from everywhere"),
        pytest.param({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "", id="from some addresses"),
        pytest.param(
            {"StringNotEquals": {"aws:PrincipalAccount": TWO}}, "public-access", id="everybody but one account"
        ),
        pytest.param({"StringLike": {"aws:PrincipalArn": "*"}}, "public-access", id="whoever is somebody"),
        pytest.param({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ONE}:role/x"}}, "", id="one role"),
        pytest.param(
            {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "organization-wide", id="an organization"
        ),
    ],
)
def test_a_statement_for_everybody_is_as_wide_as_its_condition(condition: Json, check: str) -> None:
    more = {"Condition": condition} if condition else {}
    made = with_policy(permit("*", F, Sid="wide", **more))
    for other in ("public-access", "organization-wide", "whole-account"):
        assert [row.verdict for row in told(made, other)] == (["warning"] if other == check else [])


def test_a_deny_for_everybody_lets_nobody_in() -> None:
    assert told(with_policy(permit("*", F) | {"Effect": "Deny"}), "public-access") == []


@pytest.mark.parametrize(
    "source, is_told",
    [
        pytest.param(rule("there"), False, id="a rule that is there"),
        pytest.param(rule("gone"), True, id="a rule that isn't among those of the Region"),
        pytest.param(
            rule("gone").replace(REGION, "us-east-1"), False, id="a rule of a Region of which nothing was read"
        ),
        pytest.param(rule("gone", THREE), False, id="a rule of an account that wasn't collected"),
        pytest.param(rule("*"), False, id="a pattern"),
        pytest.param(topic("gone"), False, id="a topic, where none was read"),
    ],
)
def test_a_source_is_gone_only_where_its_kind_was_read(source: str, is_told: bool) -> None:
    service = source.split(":")[2]
    lets = permit({"Service": f"{service}.amazonaws.com"}, F, Condition={"ArnLike": {"aws:SourceArn": source}})
    made = with_policy(lets)
    made.resource(rule("there"), "events:rule", ONE, region=REGION)
    assert bool(told(made, "orphan-source")) == is_told
    made.gap(FactKind.TRIGGERS, f"{ONE}/events/{REGION}", "events:ListRules")
    assert told(made, "orphan-source") == []


def test_a_principal_is_missing_only_where_principals_were_read() -> None:
    for arn, is_told in ((user("gone"), True), (role("gone", THREE), False), (role("f-role"), False)):
        assert bool(told(with_policy(permit({"AWS": arn}, F)), "principal-not-there")) == is_told
    unread = with_policy(permit({"AWS": user("gone")}, F))
    unread.gap(FactKind.IDENTITY, ONE, "iam:GetAccountAuthorizationDetails")
    assert told(unread, "principal-not-there") == []


def test_a_skill_is_told_apart_by_its_token() -> None:
    skill = {"Service": "alexa-appkit.amazon.com"}
    (row,) = told(with_policy(permit(skill, F)), "confused-deputy")
    assert "add a condition on lambda:EventSourceToken" in row.summary
    token = {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}
    assert told(with_policy(permit(skill, F, Condition=token)), "confused-deputy") == []


def test_a_service_that_does_not_invoke_is_no_deputy() -> None:
    replicating = allow("lambda:GetFunction", F, Principal={"Service": "replicator.lambda.amazonaws.com"})
    assert told(with_policy(replicating), "confused-deputy") == []


@pytest.mark.parametrize(
    "statement, is_told",
    [
        pytest.param(permit({"AWS": OTHER}, F), False, id="the function"),
        pytest.param(permit({"AWS": OTHER}, f"{F}:*"), False, id="its versions and aliases"),
        pytest.param(permit({"AWS": OTHER}, function("other")), True, id="another function"),
        pytest.param(allow("lambda:GetFunction", F, Principal={"AWS": OTHER}), False, id="what others may be given"),
        pytest.param(allow("lambda:AddPermission", F, Principal={"AWS": OTHER}), True, id="what they may not"),
        pytest.param(allow("lambda:AddPermission", F, Principal={"AWS": user("dev")}), False, id="one's own may all"),
        pytest.param(allow("lambda:*", F, Principal={"AWS": OTHER}), False, id="everything that they may be given"),
        pytest.param(
            permit({"Service": "sns.amazonaws.com"}, F, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a"}}),
            True,
            id="a service of an organization, which services don't say",
        ),
        pytest.param(
            permit({"Service": "sns.amazonaws.com"}, F, Condition={"StringEquals": {"aws:SourceOrgID": "o-a"}}),
            False,
            id="a service for an organization's sources",
        ),
    ],
)
def test_a_statement_that_matches_no_caller(statement: Json, is_told: bool) -> None:
    made = Builder()
    made.user(user("dev"))
    found = made.document(statement)
    made.function(F)
    made.parts["functions"][F] = made.parts["functions"][F].model_copy(update={"policies": {"": found}})
    assert bool(told(made, "matches-no-caller")) == is_told


def test_a_statement_of_an_alias_s_document_has_to_be_about_the_alias() -> None:
    made = Builder()
    for on, is_told in ((f"{F}:live", False), (F, True)):
        made.function(F, versions=("1",), aliases={"live": "1"})
        document = made.document(permit({"AWS": OTHER}, on))
        made.parts["functions"][F] = made.parts["functions"][F].model_copy(update={"policies": {"live": document}})
        assert bool(told(made, "matches-no-caller")) == is_told


@pytest.mark.parametrize("left, verdict", [(1_024, "pass"), (1_023, "warning"), (-1, "warning")])
def test_a_policy_is_full_where_the_next_permission_may_not_fit(left: int, verdict: str) -> None:
    """Lambda Developer Guide, "Lambda quotas": 20,480 bytes; one more permission has some 300 to 400."""
    empty = permit({"AWS": OTHER}, F, Sid="")
    bare = len(json.dumps({"Version": "2012-10-17", "Statement": [empty]}, separators=(",", ":")))
    made = with_policy(empty | {"Sid": "s" * (20_480 - left - bare)})
    (row,) = [row for row in diagnose(made.world(), F).findings if row.check == "policy-size"]
    assert row.verdict == verdict
    assert f"{max(left, 0):,} are left" in row.summary
