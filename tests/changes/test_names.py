"""Names in changes: every field that names something takes them, and what is created is named after."""

from __future__ import annotations

import pytest

from models import change as kinds
from models.change import Change, Names, named
from models.errors import ChangeError, UnknownNameError
from models.snapshot import Organization
from simulator.changes.names import resolved
from simulator.world import World
from tests.changes.test_kinds import BEFORE, DEV, JOB, ONE, TEAM, TOPIC, TRUST, F, Q
from tests.worlds import TWO, Builder, allow, function, role, user

WORLD = World(BEFORE)


@pytest.mark.parametrize(
    "kind, field, wanted",
    [
        pytest.param("attach_policy", "holder", ("user", "group", "role"), id="one that has to be there"),
        pytest.param("remove_boundary", "policy", ("policy",), id="one that may be left out"),
        pytest.param("enable_mapping", "function", ("function",), id="a mapping's function"),
        pytest.param("add_trigger", "role", ("role",), id="a trigger's role"),
    ],
)
def test_a_field_says_what_it_names(kind: str, field: str, wanted: tuple[str, ...]) -> None:
    assert named(kinds.KINDS[kind])[field] == Names(wanted)


@pytest.mark.parametrize(
    "written, meant",
    [
        pytest.param(
            kinds.DisableMapping(source="q", function="f"),
            kinds.DisableMapping(source=Q, function=F),
            id="a mapping by what it reads and calls",
        ),
        pytest.param(
            kinds.DisableTrigger(source="t", target="f"),
            kinds.DisableTrigger(source=TOPIC, target=F),
            id="a trigger by its ends",
        ),
        pytest.param(
            kinds.AddMapping(source="q", function="f", on_failure="t"),
            kinds.AddMapping(source=Q, function=F, on_failure=TOPIC),
            id="a mapping's destination",
        ),
        pytest.param(
            kinds.SetFeature(function="f", feature="dead_letter", value="q"),
            kinds.SetFeature(function=F, feature="dead_letter", value=Q),
            id="what a feature is about",
        ),
        pytest.param(
            kinds.SetFeature(function="f", feature="layers", value=("t",)),
            kinds.SetFeature(function=F, feature="layers", value=(TOPIC,)),
            id="each of several",
        ),
        pytest.param(
            kinds.SetFeature(function="f", feature="dead_letter"),
            kinds.SetFeature(function=F, feature="dead_letter"),
            id="a feature that is switched off",
        ),
        pytest.param(kinds.CreateUser(user=f"{ONE}/new"), kinds.CreateUser(user=user("new")), id="a new user"),
        pytest.param(
            kinds.CreateFunction(function=f"{ONE}/new", role="job"),
            kinds.CreateFunction(function=function("new"), role=JOB),
            id="a new function, in the only Region that there is",
        ),
    ],
)
def test_names_are_made_arns(written: Change, meant: Change) -> None:
    assert resolved(WORLD, [written]) == (meant,)


@pytest.mark.parametrize("name", [f"{ONE}/new", "new", user("new")])
def test_what_is_created_is_named_by_what_comes_behind(name: str) -> None:
    changes = [kinds.CreateUser(user=f"{ONE}/new"), kinds.AddToGroup(user=name, group="team")]
    assert resolved(WORLD, changes)[1] == kinds.AddToGroup(user=user("new"), group=TEAM)


def test_it_is_not_named_before() -> None:
    with pytest.raises(UnknownNameError, match="new"):
        resolved(WORLD, [kinds.AddToGroup(user="new", group="team"), kinds.CreateUser(user=f"{ONE}/new")])


@pytest.mark.parametrize(
    "change, problem",
    [
        pytest.param(kinds.CreateUser(user="new"), "is not an ARN or `account/name`", id="without an account"),
        pytest.param(
            kinds.CreateRole(role="999999999999/new", document=TRUST), "is not an ARN or", id="an account not there"
        ),
        pytest.param(
            kinds.AddStatement(side="scp", holder="nowhere", statement=allow("*", "*")),
            "no root, OU or account `nowhere`",
            id="no such place",
        ),
        pytest.param(kinds.DeleteRole(role="dev"), "`dev` is a user, not a role", id="somebody of another kind"),
    ],
)
def test_what_nothing_has_is_refused(change: Change, problem: str) -> None:
    with pytest.raises((ChangeError, UnknownNameError), match=problem):
        resolved(WORLD, [change])


def _named_alike() -> World:
    """A user, a group, a role and a function of one name, and units of which two are called like accounts or units."""
    made = Builder()
    made.user(user("app"))
    made.group(f"arn:aws:iam::{ONE}:group/app")
    made.role(role("app"), TRUST["Statement"][0])
    made.function(function("app"), role=role("app"))
    parents = {"ou-1": "r-1", "ou-2": "r-1", "ou-3": "ou-1", ONE: "ou-1", TWO: "r-1"}
    names = {"ou-1": "a", "ou-2": "prod", "ou-3": "live", "r-1": "Root"}
    made.organization = Organization(id="o-1", management_account=TWO, parents=parents, names=names)
    found = made.snapshot()
    accounts = tuple(item.model_copy(update={"name": "prod"}) if item.id == ONE else item for item in found.accounts)
    return World(found.model_copy(update={"accounts": accounts}))


ALIKE = _named_alike()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([kinds.AttachPolicy(holder="app", policy="p")], id="user, group and role"),
        pytest.param([kinds.RemoveBoundary(holder="app")], id="user and role"),
        pytest.param([kinds.AddStatement(side="identity", holder="app", statement=allow("*", "*"))], id="a statement"),
        pytest.param([kinds.AttachScp(policy="p", target="prod")], id="a unit and an account"),
        pytest.param(
            [kinds.CreateUser(user=f"{TWO}/app"), kinds.DeleteUser(user="app")], id="one that is there and a new one"
        ),
    ],
)
def test_a_name_that_several_have_is_ambiguous(changes: list[Change]) -> None:
    with pytest.raises((ChangeError, UnknownNameError), match="ambiguous"):
        resolved(ALIKE, changes)


@pytest.mark.parametrize(
    "changes, meant",
    [
        pytest.param(
            [kinds.AddToGroup(user="app", group="app")],
            kinds.AddToGroup(user=user("app"), group=f"arn:aws:iam::{ONE}:group/app"),
            id="a user and a group",
        ),
        pytest.param(
            [kinds.SetExecutionRole(function="app", role="app")],
            kinds.SetExecutionRole(function=function("app"), role=role("app")),
            id="a function and a role",
        ),
        pytest.param(
            [
                kinds.CreateRole(role=f"{ONE}/new", document=TRUST),
                kinds.CreateFunction(function=f"{ONE}/new", role="new"),
                kinds.SetExecutionRole(function="new", role="new"),
            ],
            kinds.SetExecutionRole(function=function("new"), role=role("new")),
            id="a function and a role that are created",
        ),
        pytest.param(
            [kinds.MoveAccount(account="prod", parent="prod")],
            kinds.MoveAccount(account=ONE, parent="ou-2"),
            id="an account, and the unit that it is moved to",
        ),
    ],
)
def test_a_name_is_of_the_kind_that_is_asked_for(changes: list[Change], meant: Change) -> None:
    assert resolved(ALIKE, changes)[-1] == meant


def test_the_names_of_the_test_are_those_of_the_world() -> None:
    assert {DEV, JOB, role("other")} <= {*WORLD.users, *WORLD.roles}
