"""Who may take a function, a role or a user over, way by way: what it takes, and that nothing less will do."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.answers.paths import paths
from simulator.answers.step import step
from simulator.answers.what_if import what_if
from simulator.answers.who_can import who_can
from tests.answers.takeover import DEV, OPS, F, R, plain, takeovers
from tests.worlds import (
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
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
