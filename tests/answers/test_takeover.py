"""Who may take a function, a role or a user over, way by way: what it takes, and that nothing less will do."""

from __future__ import annotations

from typing import Any

import pytest

from models.snapshot import ManagedPolicy, Organization, OrganizationPolicy
from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.step import step
from simulator.answers.what_if import what_if
from simulator.answers.who_can import who_can
from simulator.takeover.ways import EVERY_POWER, FUNCTION_WAYS, PASS_WAYS, USER_WAYS, Way
from simulator.world import World
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    Json,
    additions,
    allow,
    deny,
    function,
    permit,
    queue,
    role,
    trusting,
    user,
)

DEV, F, R = user("dev"), function("f"), role("f-role")
GROUP = f"arn:aws:iam::{ONE}:group/developers"
POLICY = f"arn:aws:iam::{ONE}:policy/own"
OPS = role("ops")
PASSED = "iam:PassedToService"


def takeovers(world: World, target: str = F) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Who takes a function over: with which status, and through whom."""
    answer = who_can(world, INVOKE, target, include_takeover=True)
    return {row.principal: (row.status, row.via) for row in answer.principals if row.how == "takeover"}


def taken(world: World, source: str = DEV) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What somebody takes over."""
    rows = reach(world, source, include_takeover=True).reaches
    return {row.node: (row.status, row.via) for row in rows if row.how == "takeover"}


def plain() -> Builder:
    """A function `f` with its role `f-role`."""
    made = Builder()
    made.function(F)
    return made


# --- functions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:AddPermission"],
)
def test_alone_suffices(action: str) -> None:
    made = plain()
    made.user(DEV, allow(action, F))
    made.user(user("other"), allow(action, function("g")))
    made.user(user("denied"), allow(action, F), deny(action, "*"))
    assert takeovers(made.world()) == {DEV: ("allowed", ())}


@pytest.mark.parametrize(
    "actions, status",
    [
        pytest.param(["lambda:PutResourcePolicy"], None, id="PutResourcePolicy alone is refused"),
        pytest.param(["lambda:PutResourcePolicy", "lambda:RemovePermission"], None, id="AddPermission is needed too"),
        pytest.param(
            ["lambda:PutResourcePolicy", "lambda:RemovePermission", "lambda:AddPermission"],
            ("allowed", ()),
            id="with the two that it asks for",
        ),
        pytest.param(["lambda:PublishLayerVersion"], None, id="a layer that no function uses is nothing"),
        pytest.param(
            ["lambda:PublishLayerVersion", "lambda:UpdateFunctionConfiguration"],
            ("allowed", ()),
            id="PublishLayerVersion with UpdateFunctionConfiguration",
        ),
        pytest.param(["lambda:UpdateAlias", "lambda:PublishVersion"], None, id="other versions are not his code"),
        pytest.param(["lambda:DeleteFunction", "lambda:GetFunction"], None, id="deleting is no taking over"),
    ],
)
def test_together_only(actions: list[str], status: Any) -> None:
    made = plain()
    made.user(DEV, allow(actions, "*"))
    assert takeovers(made.world()).get(DEV) == status


def test_an_alias_is_taken_over_by_a_version_of_ones_own() -> None:
    made = Builder()
    made.function(F, versions=("1",), aliases={"live": "1"})
    moving = ["lambda:UpdateFunctionCode", "lambda:PublishVersion", "lambda:UpdateAlias"]
    made.user(DEV, allow(moving, F))
    made.user(user("code"), allow(moving[:2], F))
    made.user(user("permit"), allow("lambda:AddPermission", f"{F}:live"))
    world = made.world()
    assert takeovers(world, f"{F}:live") == {DEV: ("allowed", ()), user("permit"): ("allowed", ())}
    # Who runs the alias runs the function.
    assert takeovers(world)[user("permit")] == ("allowed", (f"{F}:live",))


@pytest.mark.parametrize(
    "of_user, of_role, status",
    [
        pytest.param(["create", "send"], True, ("allowed", ()), id="a source that the role may read and he may write"),
        pytest.param(["create"], True, None, id="that he may not write"),
        pytest.param(["send"], True, None, id="no mapping"),
        pytest.param(["create", "send"], False, None, id="that the role may not read"),
        pytest.param(["elsewhere", "send"], True, None, id="lambda:FunctionArn of another function"),
    ],
)
def test_a_mapping_takes_a_source(of_user: list[str], of_role: bool, status: Any) -> None:
    made = Builder()
    reading = allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue("q"))
    made.function(F, role=made.role(R, LAMBDA_TRUST, *([reading] if of_role else [])))
    made.resource(queue("q"), "sqs:queue", ONE)
    creating = {name: {"ArnEquals": {"lambda:FunctionArn": arn}} for name, arn in CREATED.items()}
    statements = {
        name: allow("lambda:CreateEventSourceMapping", "*", Condition=given) for name, given in creating.items()
    }
    statements["send"] = allow("sqs:SendMessage", queue("q"))
    made.user(DEV, *(statements[name] for name in of_user))
    assert takeovers(made.world()).get(DEV) == status


CREATED = {"create": F, "elsewhere": function("g")}


@pytest.mark.parametrize(
    "action",
    [
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    ],
)
def test_who_changes_the_role_takes_the_function_over(action: str) -> None:
    made = plain()
    made.user(DEV, allow(action, R))
    made.user(user("other"), allow(action, role("another")))
    assert takeovers(made.world()) == {DEV: ("allowed", (R,))}


def test_a_function_policy_gives_other_accounts_29_actions_only() -> None:
    made = Builder()
    everything = allow("lambda:*", F, Principal={"AWS": [user("dev", TWO), user("config", TWO)]})
    made.function(F, everything)
    made.user(user("dev", TWO), allow("lambda:UpdateFunctionCode", F))
    made.user(user("config", TWO), allow(["lambda:UpdateFunctionConfiguration", "lambda:AddPermission"], F))
    assert takeovers(made.world()) == {user("dev", TWO): ("allowed", ())}


def test_a_condition_that_the_step_leaves_open_makes_it_conditional() -> None:
    made = plain()
    layer = {"ForAllValues:StringEquals": {"lambda:Layer": ["arn:aws:lambda:eu-west-1:111111111111:layer:ours:1"]}}
    made.user(
        DEV, allow("lambda:UpdateFunctionConfiguration", F, Condition=layer | {"Null": {"lambda:Layer": "false"}})
    )
    assert takeovers(made.world())[DEV][0] == "conditional"


def test_code_signing_may_refuse_his_code() -> None:
    made = Builder()
    made.function(F, code_signing="arn:aws:lambda:eu-west-1:111111111111:code-signing-config:csc-1")
    made.user(DEV, allow("lambda:UpdateFunctionCode", F))
    made.user(user("config"), allow("lambda:UpdateFunctionConfiguration", F))
    assert takeovers(made.world()) == {user("config"): ("allowed", ()), DEV: ("conditional", ())}


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


# --- one's own policies -------------------------------------------------------------------------------------------

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


# --- with all else ------------------------------------------------------------------------------------------------


def test_p13_who_else_can_run_it_direct_before_indirect() -> None:
    """P13: `who-can invoke f` including indirect ways: a ranked list, direct before indirect."""
    made = Builder()
    made.function(F, permit({"AWS": user("named")}, F))
    made.user(user("named"))
    made.user(DEV, allow("lambda:UpdateFunctionCode", F))
    made.role(OPS, trusting(user("named")), allow(INVOKE, F))
    answer = who_can(made.world(), INVOKE, F, include_takeover=True)
    assert [(row.principal, row.how) for row in answer.principals] == [
        (OPS, "direct"),
        (user("named"), "direct"),
        (user("named"), "role_chain"),
        (DEV, "takeover"),
    ]
    without = who_can(made.world(), INVOKE, F)
    assert without.principals == answer.principals[:3], "never mixed with those who may simply invoke"


def test_paths_take_over_after_all_else() -> None:
    made = plain()
    made.role(OPS, trusting(DEV), allow(INVOKE, F))
    made.user(DEV, allow("lambda:UpdateFunctionCode", F))
    found = paths(made.world(), DEV, F).paths
    assert [[item.kind for item in path.steps] for path in found[:2]] == [["assumes", "invokes"], ["changes"]]


def test_a_step_says_what_lacks() -> None:
    made = plain()
    made.user(DEV)
    found = step(made.world(), DEV, F, "changes")
    assert found is not None
    assert found.status == "missing"
    assert len(found.missing) == 1
    assert found.missing[0].side == "identity"


def test_no_path_proposes_to_allow_a_takeover() -> None:
    made = plain()
    made.user(DEV)
    found = paths(made.world(), DEV, F).paths
    assert [[item.kind for item in path.steps] for path in found] == [["invokes"]]


def test_what_if_lists_what_may_be_taken_over() -> None:
    made = plain()
    made.user(DEV)
    lacking = step(made.world(), DEV, F, "changes")
    assert lacking is not None
    answer = what_if(made.world(), additions(lacking.missing))
    assert [(row.source, row.target, row.kind) for row in answer.opens] == [(DEV, F, "changes")]
