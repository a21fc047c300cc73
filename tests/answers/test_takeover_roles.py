"""Who becomes another principal: a role that is passed or trusted anew, a user with a new key or password."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.takeover.ways import PASS_WAYS, USER_WAYS, Way
from simulator.world import World
from tests.answers.takeover import DEV, OPS, PASSED, F, plain, taken, takeovers
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    role,
    trusting,
    user,
)

# --- roles --------------------------------------------------------------------------------------------------------


def passing(row: Way) -> tuple[list[str], list[str]]:
    """The actions of a row, and one of those of which it needs one."""
    return list(dict.fromkeys(act.action for act in row.acts)), [act.action for act in row.one_of[:1]]


def passed_world(row: Way, actions: list[str], **more: Any) -> World:
    made = Builder()
    made.function(F)
    service = allow(ASSUME, Principal={"Service": more.get("trusted", row.passed_to)})
    profiles = () if more.get("no_profile") else (f"arn:aws:iam::{ONE}:instance-profile/ops",)
    made.role(OPS, service, instance_profiles=profiles)
    condition = {"StringEquals": {PASSED: more.get("passed_to", row.passed_to)}}
    statements = [allow(actions, "*"), allow("iam:PassRole", more.get("on", OPS), Condition=condition)]
    if boundary := more.get("boundary"):
        made.user(DEV, *statements, boundary=made.policy(f"arn:aws:iam::{ONE}:policy/limit", boundary))
    else:
        made.user(DEV, *statements, *more.get("also", ()))
    return made.world()


@pytest.mark.parametrize("row", PASS_WAYS, ids=lambda row: row.name)
def test_a_role_that_is_passed_is_become(row: Way) -> None:
    actions, one = passing(row)
    expected = "conditional" if row.needs else "allowed"
    assert taken(passed_world(row, [*actions, *one])).get(OPS) == (expected, ())


@pytest.mark.parametrize("row", PASS_WAYS, ids=lambda row: row.name)
def test_each_action_of_the_row_is_needed(row: Way) -> None:
    actions, one = passing(row)
    every = [*actions, *one]
    # What is needed for the row alone may be enough for another of the same service.
    others = [{act.action for act in (*other.acts, *other.one_of[:1])} for other in PASS_WAYS if other is not row]
    for lacking in every:
        rest = [action for action in every if action != lacking]
        if not any(other <= set(rest) for other in others):
            assert OPS not in taken(passed_world(row, rest)), f"without {lacking}"


@pytest.mark.parametrize("row", PASS_WAYS, ids=lambda row: row.name)
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"trusted": "s3.amazonaws.com"}, id="the role doesn't trust the service"),
        pytest.param({"passed_to": "s3.amazonaws.com"}, id="iam:PassedToService is another service"),
        pytest.param({"on": role("another")}, id="PassRole on another role"),
        pytest.param({"also": [deny("iam:PassRole", "*")]}, id="PassRole is denied"),
        pytest.param({"boundary": allow(["s3:*", "iam:PassRole"], "*")}, id="the boundary lacks what starts code"),
    ],
)
def test_near_misses_of_a_passed_role(row: Way, more: Json) -> None:
    actions, one = passing(row)
    assert OPS not in taken(passed_world(row, [*actions, *one], **more))


def test_an_instance_needs_a_profile() -> None:
    row = next(row for row in PASS_WAYS if row.name == "ec2")
    actions, _ = passing(row)
    assert OPS not in taken(passed_world(row, actions, no_profile=True))


@pytest.mark.parametrize(
    "created, run, becomes",
    [
        pytest.param("dev-*", "dev-*", True, id="any name will do"),
        pytest.param("dev-*", "prod-*", False, id="but one for which all are allowed"),
        pytest.param("*", "prod-*", True, id="patterns intersected"),
    ],
)
def test_a_new_function_may_have_any_name(created: str, run: str, becomes: bool) -> None:
    made = Builder()
    made.role(OPS, LAMBDA_TRUST)
    statements = [
        allow("iam:PassRole", OPS),
        allow("lambda:CreateFunction", function(created)),
        allow("lambda:InvokeFunction", function(run)),
    ]
    made.user(DEV, *statements)
    denied = deny("lambda:InvokeFunction", function("prod-*"))
    made.user(user("denied"), *statements, denied)
    world = made.world()
    assert (OPS in taken(world)) is becomes
    assert (OPS in taken(world, user("denied"))) is (becomes and run != "prod-*")


@pytest.mark.parametrize("how", ["lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateEventSourceMapping"])
def test_a_new_function_is_run_in_one_of_three_ways(how: str) -> None:
    made = Builder()
    made.role(OPS, LAMBDA_TRUST)
    made.user(DEV, allow(["iam:PassRole", "lambda:CreateFunction", how], "*"))
    made.user(user("creates"), allow(["iam:PassRole", "lambda:CreateFunction"], "*"))
    world = made.world()
    assert taken(world) == {OPS: ("allowed", ())}
    assert taken(world, user("creates")) == {}


def test_a_role_of_another_account_cannot_be_passed() -> None:
    made = Builder()
    made.role(role("ops", TWO), LAMBDA_TRUST)
    made.user(DEV, allow(["iam:PassRole", "lambda:*"], "*"))
    assert taken(made.world()) == {}


def test_who_edits_the_trust_becomes_the_role() -> None:
    made = Builder()
    made.role(OPS, LAMBDA_TRUST)
    made.user(DEV, allow("iam:UpdateAssumeRolePolicy", OPS))
    made.user(user("abroad", TWO), allow("iam:UpdateAssumeRolePolicy", OPS))
    # The new trust may name him, but not against what denies.
    made.user(user("denied"), allow("iam:UpdateAssumeRolePolicy", OPS), deny(ASSUME, "*"))
    world = made.world()
    assert taken(world) == {OPS: ("allowed", ())}
    assert taken(world, user("abroad", TWO)) == {}
    assert taken(world, user("denied")) == {}


@pytest.mark.parametrize(
    "path", ["aws-reserved/sso.amazonaws.com/AWSReservedSSO_x", "aws-service-role/x.amazonaws.com/X"]
)
def test_what_cannot_be_changed_is_no_way(path: str) -> None:
    made = Builder()
    made.role(role(path), [LAMBDA_TRUST, trusting(user("nobody"))])
    everything = ["iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:PassRole", "lambda:*", ASSUME]
    made.user(DEV, allow(everything, "*"))
    assert role(path) not in taken(made.world())


def test_a_policy_that_aws_manages_cannot_be_changed() -> None:
    made = plain()
    made.user(DEV, attached=("arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess",))
    own = made.document(allow(["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"], "*"))
    made.parts["users"][DEV] = made.parts["users"][DEV].model_copy(update={"inline": {"own": own}})
    assert taken(made.world()) == {}


# --- users --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", USER_WAYS, ids=lambda row: row.name)
def test_a_user_is_become_by_each_alone(row: Way) -> None:
    made = plain()
    admin = made.user(user("admin"), allow(INVOKE, F))
    (act,) = row.acts
    made.user(DEV, allow(act.action, admin))
    made.user(user("other"), allow(act.action, user("somebody-else")))
    made.user(user("denied"), allow(act.action, admin), deny("iam:*", admin))
    world = made.world()
    assert takeovers(world) == {DEV: ("allowed", (admin,))}
    assert taken(world) == {admin: ("allowed", ()), F: ("allowed", (admin,))}
