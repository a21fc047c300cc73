"""What the project's checklist of capabilities asks of the answers, row by row: the ids are its own.

What each row rests on: IAM User Guide, "Policy evaluation logic"; Lambda Developer Guide, "Granting other AWS entities
access to your Lambda functions" and "Control access to Lambda function URLs".
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from models.decision import Outcome
from models.snapshot import FunctionUrl, Organization, OrganizationPolicy
from simulator.answers.can import can
from simulator.answers.paths import paths
from simulator.answers.who_can import who_can
from simulator.world import World
from simulator.world.caller import Source
from tests.worlds import (
    BY_URL,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    THREE,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    permit,
    role,
    trusting,
    user,
)

#: The caller's account and the function's, as the checklist has them.
A, B = ONE, TWO
F = function("f", B)
BUCKET = "arn:aws:s3:::b"
EVERYTHING = allow("*", "*")


def organized(made: Builder, *accounts: str, denies: str | None = None) -> None:
    """An organization of these accounts, with a policy that denies all of Lambda in one of them."""
    full, refusing = made.document(EVERYTHING), made.document(deny("lambda:*", "*"))
    policies = {
        name: OrganizationPolicy(id=name, name=name, type="SERVICE_CONTROL_POLICY", document=document)
        for name, document in (("p-full", full), ("p-deny", refusing))
    }
    targets = {"r-root": ("p-full",), **dict.fromkeys(accounts, ("p-full",))}
    if denies:
        targets[denies] = ("p-full", "p-deny")
    made.organization = Organization(
        id="o-a1b2c3d4e5",
        management_account="999999999999",
        parents=dict.fromkeys(accounts, "r-root"),
        policies=policies,
        targets=targets,
    )


class Golden(NamedTuple):
    """A row of the truth table: who asks, and what each side says."""

    caller: str
    identity: tuple[Json, ...] = ()
    permits: tuple[Json, ...] = ()
    boundary: bool = False
    scp_denies: str | None = None
    asked: str = F
    expected: str = "allowed"


_ALLOWED = (allow(INVOKE, F),)
_USER_B, _USER_A, _ROLE_B = user("dev", B), user("dev", A), role("job", B)
_SESSION = f"arn:aws:sts::{B}:assumed-role/job/me"


def _to(arn: str) -> tuple[Json, ...]:
    return (permit({"AWS": arn}, F),)


GOLDEN = {
    "1 a user with an identity allow": Golden(_USER_B, _ALLOWED),
    "2 a user whom the function policy names": Golden(_USER_B, permits=_to(_USER_B)),
    "3 root of the own account delegates only": Golden(
        _USER_B, permits=_to(f"arn:aws:iam::{B}:root"), expected="implicitDeny"
    ),
    "4 a boundary that lacks lambda limits an identity allow": Golden(
        _USER_B, _ALLOWED, boundary=True, expected="implicitDeny"
    ),
    "5 a boundary doesn't limit what a policy gives the user by ARN": Golden(
        _USER_B, permits=_to(_USER_B), boundary=True
    ),
    "6 a boundary limits what a policy gives the role": Golden(
        _SESSION, permits=_to(_ROLE_B), boundary=True, expected="implicitDeny"
    ),
    "7 a boundary doesn't limit what a policy gives the session": Golden(
        _SESSION, permits=_to(_SESSION), boundary=True
    ),
    "8 another account without the function policy": Golden(_USER_A, _ALLOWED, expected="implicitDeny"),
    "9 another account without an identity allow": Golden(
        _USER_A, permits=_to(f"arn:aws:iam::{A}:root"), expected="implicitDeny"
    ),
    "10 an SCP on the caller's account denies": Golden(
        _USER_A, _ALLOWED, _to(f"arn:aws:iam::{A}:root"), scp_denies=A, expected="explicitDeny"
    ),
    "12 a permission on the function is none on its alias": Golden(
        _USER_B, _ALLOWED, asked=f"{F}:prod", expected="implicitDeny"
    ),
}


def golden_world(row: Golden) -> World:
    made = Builder()
    boundary = made.policy(f"arn:aws:iam::{B}:policy/limit", allow("s3:*", "*")) if row.boundary else None
    for arn in (_USER_A, _USER_B):
        made.user(arn, *(row.identity if arn == row.caller else ()), boundary=boundary if arn == row.caller else None)
    is_session = row.caller == _SESSION
    made.role(_ROLE_B, LAMBDA_TRUST, *(row.identity if is_session else ()), boundary=boundary if is_session else None)
    made.function(F, *row.permits, versions=("1",), aliases={"prod": "1"})
    organized(made, A, B, denies=row.scp_denies)
    return made.world()


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in GOLDEN.items()])
def test_golden_truth_table(row: Golden) -> None:
    assert can(golden_world(row), row.caller, INVOKE, row.asked).decision == row.expected


@pytest.mark.parametrize("scp_denies", [None, B])
def test_golden_truth_table_11_a_service_is_not_bound_by_the_function_accounts_scp(scp_denies: str | None) -> None:
    conditions = {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": B}}
    statement = permit({"Service": "s3.amazonaws.com"}, F, Condition=conditions)
    world = golden_world(Golden("", permits=(statement,), scp_denies=scp_denies))
    asked = world.ask(world.caller("service:s3.amazonaws.com"), INVOKE, F, source=Source(BUCKET, B))
    assert asked.decision.outcome is Outcome.ALLOWED


def calling(caller_account: str, *own: Json, permits: tuple[Json, ...] = ()) -> World:
    """A function whose code calls another one."""
    made = Builder()
    made.role(role("f1-role", caller_account), LAMBDA_TRUST, *own)
    made.function(function("f1", caller_account), role=role("f1-role", caller_account))
    made.function(F, *permits)
    return made.world()


def sides_missing(world: World, source: str) -> list[tuple[str, str | None]]:
    (first, *_) = paths(world, source, F).paths
    return [(grant.side, grant.account) for step in first.steps for grant in step.missing]


def test_s1_a_function_that_calls_another_needs_its_execution_role_to_be_allowed() -> None:
    assert sides_missing(calling(B), function("f1", B)) == [("identity", B)]
    world = calling(B, allow(INVOKE, F))
    (first, *_) = paths(world, function("f1", B), F).paths
    assert first.status == "allowed"
    assert can(world, function("f1", B), INVOKE, F).decision == "allowed"


def test_s1b_in_another_account_both_sides_have_to_allow_and_what_lacks_is_listed_side_by_side() -> None:
    caller = function("f1", A)
    assert sides_missing(calling(A), caller) == [("identity", A), ("resource", B)]
    assert sides_missing(calling(A, allow(INVOKE, F)), caller) == [("resource", B)]
    permits = (permit({"AWS": role("f1-role", A)}, F),)
    assert sides_missing(calling(A, permits=permits), caller) == [("identity", A)]
    assert paths(calling(A, allow(INVOKE, F), permits=permits), caller, F).paths[0].status == "allowed"


@pytest.mark.parametrize(
    "own, lacking",
    [
        pytest.param(BY_URL, [INVOKE], id="only lambda:InvokeFunctionUrl"),
        pytest.param(INVOKE, [BY_URL], id="only lambda:InvokeFunction"),
        pytest.param([BY_URL, INVOKE], [], id="both"),
    ],
)
def test_s2_a_function_url_needs_both_permissions(own: str | list[str], lacking: list[str]) -> None:
    made = Builder()
    made.user(_USER_B, allow(own, F))
    made.function(F, urls=(FunctionUrl(auth_type="AWS_IAM"),))
    answer = can(made.world(), _USER_B, BY_URL, f"url:{F}")
    assert answer.decision == ("implicitDeny" if lacking else "allowed")
    assert [grant.action for grant in answer.missing] == lacking


@pytest.mark.parametrize("qualifier, decision", [("prod", "allowed"), ("1", "implicitDeny"), ("", "implicitDeny")])
def test_s2_a_permission_is_for_the_qualifier_that_it_is_on(qualifier: str, decision: str) -> None:
    made = Builder()
    made.user(_USER_B)
    prod = f"{F}:prod"
    made.function(F, permit({"AWS": _USER_B}, prod), versions=("1",), aliases={"prod": "1"})
    assert can(made.world(), _USER_B, INVOKE, f"{F}:{qualifier}".rstrip(":")).decision == decision


def in_organization(*members: str) -> World:
    made = Builder(accounts=(A, B, THREE))
    for account in (A, B, THREE):
        made.user(user("dev", account), allow(INVOKE, F))
    everybody = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    made.function(F, permit("*", F, Condition=everybody))
    organized(made, *members)
    return made.world()


def test_c7_a_function_policy_lets_in_an_organization_and_nobody_outside() -> None:
    assert can(in_organization(A, B), user("dev", A), INVOKE, F).decision == "allowed"
    outside = can(in_organization(B), user("dev", A), INVOKE, F)
    assert outside.decision == "implicitDeny"
    (missed,) = [item for item in outside.near_misses if item.failed == "condition"]
    assert (missed.key, missed.wanted) == ("aws:PrincipalOrgID", "StringEquals aws:PrincipalOrgID o-a1b2c3d4e5")
    assert missed.got == "absent"


def test_c9_one_policy_for_the_whole_organization_is_asked_of_every_member() -> None:
    listed = {row.principal: row.status for row in who_can(in_organization(A, B), INVOKE, F).principals}
    people = {arn: status for arn, status in listed.items() if ":user/" in arn}
    assert people == {user("dev", A): "allowed", user("dev", B): "allowed"}


def test_c15_users_of_another_account_may_assume_a_role_and_so_reach_the_function() -> None:
    made = Builder()
    made.user(_USER_A, allow("sts:AssumeRole", role("invoker", B)))
    made.role(role("invoker", B), trusting(f"arn:aws:iam::{A}:root"), allow(INVOKE, F))
    made.function(F)
    (first, *_) = paths(made.world(), _USER_A, F).paths
    assert (first.status, [step.target for step in first.steps]) == ("allowed", [role("invoker", B), F])
    listed = {(row.principal, row.how, row.via) for row in who_can(made.world(), INVOKE, F).principals}
    assert (_USER_A, "role_chain", (role("invoker", B),)) in listed


def test_p13_who_else_can_run_it_lists_direct_before_indirect() -> None:
    made = Builder(trusted=(THREE,))
    made.function(
        F,
        permit({"AWS": f"arn:aws:iam::{THREE}:root"}, F),
        permit({"Service": "s3.amazonaws.com"}, F, Condition={"ArnLike": {"aws:SourceArn": BUCKET}}),
        urls=(FunctionUrl(auth_type="NONE"),),
    )
    made.user(user("direct", B), allow(INVOKE, F))
    made.user(user("chain", B), allow("sts:AssumeRole", role("invoker", B)))
    made.role(role("invoker", B), trusting(user("chain", B)), allow(INVOKE, F))
    made.user(user("writer", B), allow("s3:PutObject", f"{BUCKET}/*"))
    made.resource(BUCKET, "s3:bucket", B)
    made.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",))
    rows = [(row.status, row.how, row.principal) for row in who_can(made.world(), INVOKE, F).principals]
    assert rows == [
        ("allowed", "direct", role("invoker", B)),
        ("allowed", "direct", user("direct", B)),
        ("allowed", "role_chain", user("chain", B)),
        ("allowed", "event_source", user("writer", B)),
        ("conditional", "direct", "service:s3.amazonaws.com"),
        ("unknown", "direct", f"account:{THREE}"),
    ]
