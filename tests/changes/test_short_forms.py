"""The few words of the command line made statements: accounts and sources by their names, too."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import ChangeError, UnknownNameError
from models.snapshot import Account
from simulator.changes import short_forms
from simulator.world import World
from tests.worlds import ONE, REGION, THREE, TWO, Builder, function, role, topic, trusting, user

F, JOB, BUCKET = function("f"), role("job"), "arn:aws:s3:::inbox"


def named() -> World:
    """Accounts that have names; one is called like somebody in it."""
    made = Builder(accounts=(ONE, TWO), trusted=(THREE,))
    made.user(user("dev"))
    made.user(user("partner", TWO))
    made.role(JOB, trusting(user("dev")))
    made.function(F)
    made.resource(BUCKET, "s3:bucket", ONE, region=REGION)
    made.resource(topic("news"), "sns:topic", ONE)
    found = made.snapshot()
    names = {ONE: "ours", TWO: "partner", THREE: "far"}
    accounts = tuple(Account(id=one.id, name=names[one.id], collected=one.collected) for one in found.accounts)
    return World(found.model_copy(update={"accounts": accounts}))


WORLD = named()


@pytest.mark.parametrize(
    "name, element",
    [
        pytest.param("*", "*", id="everybody"),
        pytest.param("dev", {"AWS": user("dev")}, id="somebody"),
        pytest.param(TWO, {"AWS": f"arn:aws:iam::{TWO}:root"}, id="an account by its number"),
        pytest.param("ours", {"AWS": f"arn:aws:iam::{ONE}:root"}, id="an account by its name"),
        pytest.param("far", {"AWS": f"arn:aws:iam::{THREE}:root"}, id="an account that was not collected"),
        pytest.param("partner", {"AWS": user("partner", TWO)}, id="who has the name himself goes before the account"),
        pytest.param("sns.amazonaws.com", {"Service": "sns.amazonaws.com"}, id="a service"),
    ],
)
def test_a_principal_by_its_name(name: str, element: Any) -> None:
    assert short_forms.principal_element(WORLD, name) == element


@pytest.mark.parametrize(
    "written, arn",
    [
        pytest.param("inbox", BUCKET, id="by its name"),
        pytest.param(BUCKET, BUCKET, id="by its ARN"),
        pytest.param("arn:aws:sns:*:*:news-*", "arn:aws:sns:*:*:news-*", id="a pattern"),
        pytest.param("arn:aws:s3:::elsewhere", "arn:aws:s3:::elsewhere", id="one that nobody read"),
    ],
)
def test_a_source_by_its_name(written: str, arn: str) -> None:
    statement = short_forms.permit(WORLD, "f", "s3.amazonaws.com", {"SourceArn": written}).statement
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": arn}}


def test_a_source_that_nothing_is_named_like() -> None:
    with pytest.raises(UnknownNameError, match="`inbux`; did you mean"):
        short_forms.permit(WORLD, "f", "s3.amazonaws.com", {"SourceArn": "inbux"})


@pytest.mark.parametrize(
    "narrowed, condition",
    [
        pytest.param({"SourceAccount": TWO}, {"AWS:SourceAccount": TWO}, id="an account by its number"),
        pytest.param({"SourceAccount": "far"}, {"AWS:SourceAccount": THREE}, id="an account by its name"),
        pytest.param({"PrincipalOrgID": "o-a1b2c3d4e5"}, {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, id="an organization"),
    ],
)
def test_a_permission_is_narrowed(narrowed: dict[str, str], condition: dict[str, str]) -> None:
    assert short_forms.permit(WORLD, "f", "*", narrowed).statement["Condition"] == {"StringEquals": condition}


@pytest.mark.parametrize(
    "narrowed",
    [
        pytest.param({"SourceAccount": "22"}, id="SourceAccount has 12 digits"),
        pytest.param({"SourceAccount": "nowhere"}, id="SourceAccount by a name that no account has"),
        pytest.param({"PrincipalOrgID": "o-1"}, id="PrincipalOrgID has 10 characters or more behind o-"),
        pytest.param({"PrincipalOrgID": "a1b2c3d4e5"}, id="PrincipalOrgID begins with o-"),
    ],
)
def test_what_add_permission_would_refuse_is_refused(narrowed: dict[str, str]) -> None:
    with pytest.raises(ChangeError, match=f"`{next(iter(narrowed.values()))}` is not the id of an"):
        short_forms.permit(WORLD, "f", "*", narrowed)
