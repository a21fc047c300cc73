"""Whom Principal and NotPrincipal mean. Sources: IAM User Guide, "AWS JSON policy elements: Principal", "… NotPrincipal"."""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

import pytest

from models.context import Known, Open
from models.decision import FactKind, Layer, MissingFact, Outcome
from models.errors import PolicyError
from models.request import RequesterKind
from simulator.policy.principals import requester
from tests.policy.builders import FEDERATED, ROLE, ROOT, SESSION, USER, B, allow, ask, to

WORKER = f"arn:aws:iam::{B}:role/worker"


@pytest.mark.parametrize(
    "text, kind",
    [
        (USER, RequesterKind.USER),
        (ROLE, RequesterKind.ROLE),
        (SESSION, RequesterKind.SESSION),
        (FEDERATED, RequesterKind.FEDERATED_USER),
        (ROOT, RequesterKind.ROOT),
        (f"arn:aws-cn:iam::{B}:user/dev", RequesterKind.USER),
        ("s3.amazonaws.com", RequesterKind.SERVICE),
        ("service:s3.amazonaws.com", RequesterKind.SERVICE),
        ("*", RequesterKind.ANONYMOUS),
        (f"arn:aws:iam::{B}:saml-provider/x", RequesterKind.FEDERATED_IDENTITY),
    ],
)
def test_who_asks(text: str, kind: RequesterKind) -> None:
    assert requester(text).kind is kind


@pytest.mark.parametrize(
    "text", ["", "dev", B, f"arn:aws:iam::{B}:group/g", "arn:aws:s3:::b", f"arn:aws:iam::{B}:user/"]
)
def test_nobody_else_asks(text: str) -> None:
    with pytest.raises(PolicyError):
        requester(text)


def test_a_session_is_of_its_role_whose_path_may_be_given() -> None:
    assert requester(SESSION).role == WORKER
    assert requester(SESSION, ROLE).role == ROLE


def spare(*arns: str) -> dict[str, Any]:
    return {"Effect": "Deny", "NotPrincipal": {"AWS": list(arns)}, "Action": "*", "Resource": "*"}


@pytest.mark.parametrize("refused, outcome", [(True, Outcome.UNKNOWN), (False, Outcome.ALLOWED)])
def test_a_boundary_that_was_not_read_may_be_there(refused: bool, outcome: Outcome) -> None:
    fact = MissingFact(FactKind.MANAGED_POLICY, f"arn:aws:iam::{B}:policy/b", "not read", refused)
    decision = ask(identity=[allow()], resource=[spare(USER, B)], unread={Layer.BOUNDARY: (fact,)})
    assert decision.outcome is outcome
    assert (decision.gaps or decision.assumes) == (fact,)


USERID = {"aws:userid": Open(may_be_absent=False, pattern="AROAEXAMPLE:*")}


def test_a_session_named_of_a_role_whose_session_is_not_known() -> None:
    decision = ask(ROLE, resource=[to({"AWS": SESSION})], states=USERID)
    assert decision.outcome is Outcome.CONDITIONAL
    assert decision.residual is not None
    assert decision.residual.allowed_with == {"aws:userid": "AROAEXAMPLE:me"}


@pytest.mark.parametrize("name, outcome", [("me", Outcome.ALLOWED), ("you", Outcome.IMPLICIT_DENY)])
def test_a_session_named_of_a_role_whose_user_id_is_known(name: str, outcome: Outcome) -> None:
    states = {"aws:userid": Known((f"AROAEXAMPLE:{name}",))}
    assert ask(ROLE, resource=[to({"AWS": SESSION})], states=states).outcome is outcome


@pytest.mark.parametrize("name", ["*", "${aws:username}", "m?"])
def test_a_session_name_is_no_pattern(name: str) -> None:
    named = SESSION.replace("/me", f"/{name}")
    states = {"aws:userid": Known(("AROAEXAMPLE:me",)), "aws:username": Known(("me",))}
    assert ask(ROLE, resource=[to({"AWS": named})], states=states).outcome is Outcome.IMPLICIT_DENY


def test_notprincipal_with_a_session_of_a_role_whose_session_is_not_known() -> None:
    decision = ask(ROLE, identity=[allow()], resource=[spare(SESSION, ROLE, B)], states=USERID)
    assert decision.outcome is Outcome.CONDITIONAL
