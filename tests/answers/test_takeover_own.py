"""Whoever changes his own policies: what that leads to, and what binds him still."""

from __future__ import annotations

from typing import Any

import pytest

from models.snapshot import ManagedPolicy, Organization, OrganizationPolicy
from simulator.takeover.ways import EVERY_POWER, FUNCTION_WAYS
from tests.answers.takeover import DEV, GROUP, OPS, POLICY, F, plain, takeovers
from tests.worlds import (
    ASSUME,
    INVOKE,
    ONE,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    role,
    trusting,
    user,
)

OWN = {
    "put-user-policy": allow("iam:PutUserPolicy", DEV),
    "attach-user-policy": allow("iam:AttachUserPolicy", DEV),
    "put-group-policy": allow("iam:PutGroupPolicy", GROUP),
    "attach-group-policy": allow("iam:AttachGroupPolicy", GROUP),
    "create-policy-version": allow("iam:CreatePolicyVersion", POLICY),
}


def member(*statements: Json, **more: Any) -> Builder:
    """`dev`, in a group and with a customer managed policy, and a function that only its policies would open."""
    made = plain()
    made.group(GROUP, allow("s3:ListAllMyBuckets", "*"))
    own = ManagedPolicy(arn=POLICY, document=made.document(allow("s3:GetObject", "*")), **more.pop("policy", {}))
    made.parts.setdefault("policies", {})[POLICY] = own
    made.user(DEV, *statements, groups=(GROUP,), attached=(POLICY,), **more)
    return made


@pytest.mark.parametrize("name", OWN)
def test_who_changes_his_own_policies_may_do_anything(name: str) -> None:
    via = (GROUP,) if "group" in name else ()
    assert takeovers(member(OWN[name]).world()) == {DEV: ("allowed", via)}


@pytest.mark.parametrize("name", OWN)
def test_another_ones_policies_are_not_his_own(name: str) -> None:
    other = OWN[name] | {"Resource": str(OWN[name]["Resource"]) + "-other"}
    assert takeovers(member(other).world()) == {}


def test_every_power_has_its_case() -> None:
    boundaries = {"delete-user-boundary", "put-user-boundary", "delete-role-boundary", "put-role-boundary"}
    of_roles = {"put-role-policy", "attach-role-policy", "attach-some-role-policy"}
    others = {"attach-some-user-policy", "attach-some-group-policy", "add-user-to-group", "set-default-policy-version"}
    assert {power.name for power in EVERY_POWER} == set(OWN) | boundaries | of_roles | others
    assert {row.name for row in FUNCTION_WAYS} == {
        "update-code",
        "update-configuration",
        "add-permission",
        "put-resource-policy",
        "layer",
        "event-source-mapping",
    }


#: What leads to the function by its role.
OF_ROLES = ("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PassRole")


def test_what_denies_him_denies_him_still() -> None:
    made = member(OWN["put-user-policy"], deny(["lambda:*", *OF_ROLES], "*"))
    assert takeovers(made.world()) == {}


def test_an_scp_binds_whoever_changes_himself() -> None:
    made = member(OWN["put-user-policy"])
    full, none = made.document(allow("*", "*")), made.document(allow("*", "*"), deny(["lambda:*", *OF_ROLES], "*"))
    policies = {
        name: OrganizationPolicy(id=name, name=name, type="SERVICE_CONTROL_POLICY", document=document)
        for name, document in (("full", full), ("none", none))
    }
    targets = {"r-1": ("full",), ONE: ("none",), TWO: ("full",)}
    parents = {ONE: "r-1", TWO: "r-1"}
    made.organization = Organization(
        id="o-1", management_account=TWO, parents=parents, policies=policies, targets=targets
    )
    assert takeovers(made.world()) == {}


LIMIT = f"arn:aws:iam::{ONE}:policy/limit"


@pytest.mark.parametrize(
    "limit, statements, expected",
    [
        pytest.param([], [OWN["put-user-policy"]], {}, id="his boundary binds him"),
        pytest.param(
            [allow("iam:DeleteUserPermissionsBoundary", "*")],
            [OWN["put-user-policy"]],
            {DEV: ("allowed", ())},
            id="unless he may lift it",
        ),
        pytest.param(
            [allow("iam:DeleteUserPermissionsBoundary", "*")],
            [allow(INVOKE, F), allow("iam:DeleteUserPermissionsBoundary", DEV)],
            {DEV: ("allowed", ())},
            id="without it he may do what his policies say",
        ),
        pytest.param(
            [allow("iam:PutUserPermissionsBoundary", "*")],
            [allow(INVOKE, F), allow("iam:PutUserPermissionsBoundary", DEV)],
            {DEV: ("allowed", ())},
            id="or has a wide one instead",
        ),
        pytest.param(
            [allow("iam:PutUserPermissionsBoundary", "*")],
            [
                allow(INVOKE, F),
                allow(
                    "iam:PutUserPermissionsBoundary",
                    DEV,
                    Condition={"StringEquals": {"iam:PermissionsBoundary": LIMIT}},
                ),
            ],
            {},
            id="only the same one again",
        ),
        pytest.param(
            [allow("iam:CreatePolicyVersion", "*")],
            [allow(INVOKE, F), allow("iam:CreatePolicyVersion", LIMIT)],
            {DEV: ("allowed", ())},
            id="the boundary's own content is changed",
        ),
    ],
)
def test_boundaries(limit: list[Json], statements: list[Json], expected: Any) -> None:
    made = plain()
    made.policy(LIMIT, allow(["s3:*", "iam:PutUserPolicy"], "*"), *limit)
    made.user(DEV, *statements, boundary=LIMIT)
    assert takeovers(made.world()) == expected


def test_joining_a_group_gives_what_the_group_has() -> None:
    made = plain()
    runners = made.group(f"arn:aws:iam::{ONE}:group/runners", allow(INVOKE, F))
    made.group(f"arn:aws:iam::{ONE}:group/readers", allow("lambda:GetFunction", F))
    made.group(f"arn:aws:iam::{TWO}:group/abroad", allow(INVOKE, F))
    made.user(DEV, allow("iam:AddUserToGroup", "*"))
    made.user(user("reads"), allow("iam:AddUserToGroup", f"arn:aws:iam::{ONE}:group/readers"))
    assert takeovers(made.world()) == {DEV: ("allowed", (runners,))}


def test_a_group_that_lets_join_another_leads_on() -> None:
    made = plain()
    runners = made.group(f"arn:aws:iam::{ONE}:group/runners", allow(INVOKE, F))
    doors = made.group(f"arn:aws:iam::{ONE}:group/doors", allow("iam:AddUserToGroup", runners))
    made.user(DEV, allow("iam:AddUserToGroup", doors))
    assert takeovers(made.world()) == {DEV: ("allowed", (doors, runners))}


def test_an_older_version_that_grants_more() -> None:
    made = plain()
    older = made.document(allow(INVOKE, F))
    less = made.document(allow("s3:GetObject", "*"))
    grants = allow(["s3:GetObject", "iam:SetDefaultPolicyVersion"], "*")
    for name, document in (("own", older), ("less", less)):
        arn = f"arn:aws:iam::{ONE}:policy/{name}"
        policy = ManagedPolicy(arn=arn, document=made.document(grants), version="v2", versions={"v1": document})
        made.parts.setdefault("policies", {})[arn] = policy
        made.user(user(name), attached=(arn,))
    assert takeovers(made.world()) == {user("own"): ("allowed", ())}


@pytest.mark.parametrize("deletes", [False, True])
def test_a_policy_that_has_five_versions_has_no_room_for_another(deletes: bool) -> None:
    may = ["iam:CreatePolicyVersion", *(["iam:DeletePolicyVersion"] if deletes else [])]
    made = member(allow(may, POLICY))
    versions = {f"v{number}": made.document(allow("s3:GetObject", "*")) for number in range(1, 5)}
    full = made.parts["policies"][POLICY].model_copy(update={"version": "v5", "versions": versions})
    made.parts["policies"][POLICY] = full
    assert (DEV in takeovers(made.world())) is deletes


def test_only_some_policies_may_be_attached() -> None:
    some = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
    made = member(OWN["attach-user-policy"] | {"Condition": some})
    assert takeovers(made.world()) == {DEV: ("conditional", ())}


@pytest.mark.parametrize(
    "statements, expected",
    [
        pytest.param([allow("iam:PutRolePolicy", OPS)], {}, id="who can't become the role gains nothing by it"),
        pytest.param([allow(ASSUME, OPS)], {}, id="the role by itself may nothing"),
        pytest.param(
            [allow("iam:PutRolePolicy", OPS), allow(ASSUME, OPS)], {DEV: ("allowed", (OPS,))}, id="both together"
        ),
        pytest.param(
            [allow("iam:AttachRolePolicy", OPS), allow("iam:UpdateAssumeRolePolicy", OPS)],
            {DEV: ("allowed", (OPS,))},
            id="policies and trust",
        ),
        pytest.param(
            [allow("iam:PutRolePolicy", OPS), allow(ASSUME, OPS), deny(ASSUME, "*")], {}, id="but not against a deny"
        ),
    ],
)
def test_who_changes_another_role_and_becomes_it(statements: list[Json], expected: Any) -> None:
    made = plain()
    made.role(OPS, trusting(f"arn:aws:iam::{ONE}:root"))
    made.user(DEV, *statements)
    assert takeovers(made.world()) == expected


def test_a_roles_own_policies_and_its_boundary() -> None:
    made = plain()
    own = ["iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary"]
    made.policy(LIMIT, allow(own, [OPS, role("bound")]))
    made.role(OPS, trusting(DEV), allow(own, OPS), boundary=LIMIT)
    made.role(role("bound"), trusting(DEV), allow("iam:PutRolePolicy", role("bound")), boundary=LIMIT)
    made.user(DEV)
    found = takeovers(made.world())
    assert found[OPS] == ("allowed", ())
    assert found[DEV] == ("allowed", (role("bound"),))
    # It gives itself the right to lift its boundary, which lets it.
    assert found[role("bound")] == ("allowed", ())
    made.policy(LIMIT, allow(own[:1], [OPS, role("bound")]))
    assert takeovers(made.world()) == {}
