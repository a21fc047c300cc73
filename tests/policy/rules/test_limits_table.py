"""What limits an allow of the resource-based policy in the same account: every cell of the table in docs/engine.md.

Sources: IAM User Guide, "Policy evaluation logic" (its part on resource-based policies and implicit denies in other
policy types), "Permissions boundaries for IAM entities", "Permissions for GetFederationToken".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from models.decision import Outcome
from tests.policy.builders import FEDERATED, ROLE, ROOT, SESSION, USER, B, Document, allow, ask, deny, to

ALLOWED, CONDITIONAL = Outcome.ALLOWED, Outcome.CONDITIONAL
IMPLICIT, EXPLICIT = Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY
SILENT = [allow("s3:*", "*")]
EVERYTHING = [allow("*", "*")]
PERHAPS = [allow("*", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})]
NO, YES, NONE = False, True, None


@dataclass(frozen=True)
class Row:
    """A row of the table for one caller: whom the statement names, and the three columns (None: can't have one)."""

    named: str
    caller: str
    principal: Any
    needs_identity: bool
    boundary: bool
    session: bool | None
    condition: Document | None = None

    @property
    def is_federated(self) -> bool:
        return self.caller == FEDERATED

    def ask(self, **more: Any) -> Outcome:
        """Ask with nothing allowed but by this statement, and what the row itself needs."""
        if self.is_federated:
            # Without a session policy it would have nothing at all of its user's.
            more = {"user": USER, "session": EVERYTHING} | more
        more = {"context": {"aws:PrincipalArn": ROLE}} | more
        if self.needs_identity:
            more = {"identity": [allow()]} | more
        conditions = {"Condition": self.condition} if self.condition else {}
        return ask(self.caller, resource=[to(self.principal, **conditions)], **more).outcome


def same(named: str, principal: Any, callers: dict[str, str], *columns: Any, **more: Any) -> Iterator[Row]:
    for what, caller in callers.items():
        session = None if caller == USER else columns[2]
        yield Row(f"{named}, {what}", caller, principal, columns[0], columns[1], session, **more)


IN_ACCOUNT = {"a user": USER, "a session": SESSION, "a role": ROLE, "a federated user": FEDERATED}
ONE_ROLE = {"its session": SESSION, "the role whose session is not known": ROLE}
BY_ARN = {"ArnEquals": {"aws:PrincipalArn": ROLE}}

#: named, whom it is asked for: needs an identity allow, limited by the boundary, limited by the session policy.
TABLE = [
    Row("user ARN, the user", USER, {"AWS": USER}, NO, NO, NONE),
    Row("user ARN, a federated session of that user", FEDERATED, {"AWS": USER}, NO, YES, YES),
    *same("role ARN", {"AWS": ROLE}, ONE_ROLE, NO, YES, YES),
    Row("role session ARN", SESSION, {"AWS": SESSION}, NO, NO, NO),
    Row("federated-user ARN", FEDERATED, {"AWS": FEDERATED}, NO, NO, NO),
    *same("account number", {"AWS": B}, IN_ACCOUNT, YES, YES, YES),
    *same("account root ARN", {"AWS": ROOT}, IN_ACCOUNT, YES, YES, YES),
    *same("*", "*", IN_ACCOUNT, NO, NO, NO),
    *same("AWS *", {"AWS": "*"}, IN_ACCOUNT, NO, NO, NO),
    *same("* with a condition on aws:PrincipalArn", "*", ONE_ROLE, NO, NO, NO, condition=BY_ARN),
    *same("several, of which one limits less", {"AWS": [B, SESSION]}, {"the session": SESSION}, NO, NO, NO),
]
ROWS = pytest.mark.parametrize("row", [pytest.param(row, id=row.named) for row in TABLE])
WITH_SESSION = pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.named) for row in TABLE if row.session is not None]
)


@ROWS
def test_needs_an_identity_allow(row: Row) -> None:
    assert row.ask(identity=SILENT) is (IMPLICIT if row.needs_identity else ALLOWED)
    assert row.ask(identity=[allow()]) is ALLOWED


@ROWS
def test_an_implicit_deny_of_the_boundary_limits(row: Row) -> None:
    limited = IMPLICIT if row.boundary else ALLOWED
    assert row.ask(boundary=SILENT) is limited
    # What the identity side allows is limited by the boundary too: it can't stand in.
    assert row.ask(boundary=SILENT, identity=[allow()]) is limited
    assert row.ask(boundary=EVERYTHING) is ALLOWED


@WITH_SESSION
def test_an_implicit_deny_of_the_session_policy_limits(row: Row) -> None:
    limited = IMPLICIT if row.session else ALLOWED
    assert row.ask(session=SILENT) is limited
    assert row.ask(session=SILENT, identity=[allow()]) is limited
    assert row.ask(session=EVERYTHING) is ALLOWED


@ROWS
def test_a_boundary_that_may_allow_makes_it_conditional_only_where_it_limits(row: Row) -> None:
    mfa = {"opens": ["aws:MultiFactorAuthPresent"]}
    assert row.ask(boundary=PERHAPS, **mfa) is (CONDITIONAL if row.boundary else ALLOWED)


@ROWS
def test_explicit_denies_always_limit(row: Row) -> None:
    denying = [*EVERYTHING, deny()]
    assert row.ask(boundary=denying) is EXPLICIT
    assert row.ask(scps=[denying]) is EXPLICIT
    if row.session is not None:
        assert row.ask(session=denying) is EXPLICIT


@ROWS
def test_a_missing_allow_of_an_scp_limits_too(row: Row) -> None:
    assert row.ask(scps=[EVERYTHING, SILENT]) is IMPLICIT
    assert row.ask(scps=[EVERYTHING, EVERYTHING]) is ALLOWED


@pytest.mark.parametrize(
    "named, caller",
    [
        pytest.param("22222222222", USER, id="eleven digits"),
        pytest.param(f"{ROLE}-2", SESSION, id="a role with a longer name"),
        pytest.param(f"arn:aws:iam::{B}:role/worker", SESSION, id="the role without its path"),
        pytest.param(f"{SESSION}-2", SESSION, id="another session of the role"),
        pytest.param(USER, FEDERATED, id="a user of whom it isn't known that the session is his"),
    ],
)
def test_a_row_is_only_for_whom_it_names(named: str, caller: str) -> None:
    session = EVERYTHING if caller == FEDERATED else None
    assert ask(caller, resource=[to({"AWS": named})], session=session).outcome is IMPLICIT
