"""Somebody who is deleted, and made again under the same name: where he was named, his id stays.

Sources: IAM User Guide, "AWS JSON policy elements: Principal"; AWS re:Post, "Why is there an unknown principal format
in my IAM resource-based policy?".
"""

from __future__ import annotations

from typing import Any

import pytest

from models.change import AddStatement, Change, CreateRole, CreateUser, DeleteRole, DeleteUser, RemoveStatement
from models.errors import ChangeError
from models.snapshot import Snapshot
from simulator.answers.can import can
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.world import World
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    allow,
    function,
    permit,
    queue,
    role,
    trusting,
    user,
)

DEV, JOB, TRUSTING, F, Q = user("dev", TWO), role("job", TWO), role("trusting"), function("f"), queue("q")
DEV_ID, JOB_ID = "AIDAJQABLZS4A3QDU576Q", "AROAKSCDLFT9R5DQP782U"
TRUST = {"Version": "2012-10-17", "Statement": [LAMBDA_TRUST]}


def snapshot() -> Snapshot:
    """A user and a role of one account, whom a role, a function and a queue of another name."""
    made = Builder()
    made.user(DEV, allow("*", "*"), id=DEV_ID)
    made.role(JOB, LAMBDA_TRUST, allow("*", "*"), id=JOB_ID)
    made.role(TRUSTING, [trusting(DEV, JOB, Sid="both")])
    made.function(F, permit({"AWS": DEV}, F, Sid="dev"), permit({"AWS": JOB}, F, Sid="job"))
    made.resource(Q, "sqs:queue", ONE, allow("sqs:*", Q, Principal={"AWS": DEV}, Sid="dev"))
    return made.snapshot()


BEFORE = snapshot()
GONE = apply(BEFORE, [DeleteUser(user=DEV)])
AGAIN = [DeleteUser(user=DEV), CreateUser(user=DEV), DeleteRole(role=JOB), CreateRole(role=JOB, document=TRUST)]
MAY = [
    AddStatement(side="identity", holder=holder, statement=allow("*", "*")) for holder in (DEV, JOB)
]  # What the new ones are allowed as the old ones were.


def principals(found: Snapshot, document: str) -> list[Any]:
    return [row["Principal"] for row in found.documents[document]["Statement"]]


def test_the_id_stands_where_the_name_was() -> None:
    (trusting_role,) = [row for row in GONE.roles if row.arn == TRUSTING]
    assert principals(GONE, trusting_role.trust) == [{"AWS": [DEV_ID, JOB]}]
    assert principals(GONE, GONE.functions[0].policies[""]) == [{"AWS": DEV_ID}, {"AWS": JOB}]
    assert principals(GONE, str(GONE.resources[0].policy)) == [{"AWS": DEV_ID}]


def test_what_does_not_name_him_is_shared() -> None:
    after = apply(BEFORE, [DeleteRole(role=JOB)])
    assert after.resources[0] is BEFORE.resources[0]
    assert after.users is BEFORE.users


@pytest.mark.parametrize(
    "who, action, on",
    [
        pytest.param(DEV, INVOKE, F, id="a function's policy named the user"),
        pytest.param(JOB, INVOKE, F, id="a function's policy named the role"),
        pytest.param(DEV, ASSUME, TRUSTING, id="a trust policy named the user"),
        pytest.param(JOB, ASSUME, TRUSTING, id="a trust policy named the role"),
        pytest.param(DEV, "sqs:SendMessage", Q, id="a queue's policy named the user"),
    ],
)
def test_the_trust_no_longer_applies_even_if_you_recreate_the_user(who: str, action: str, on: str) -> None:
    assert can(World(BEFORE), who, action, on).decision == "allowed"
    assert can(World(apply(BEFORE, [*AGAIN, *MAY])), who, action, on).decision == "implicitDeny"


def test_made_again_nothing_opens_and_what_named_him_closes() -> None:
    answer = what_if(World(BEFORE), [*AGAIN, *MAY])
    assert answer.opens == ()
    closed = {(row.source, row.target, row.kind) for row in answer.closes}
    assert {(DEV, F, "invokes"), (JOB, F, "invokes"), (DEV, TRUSTING, "assumes"), (JOB, TRUSTING, "assumes")} <= closed


def test_an_id_that_nobody_read_is_made_up() -> None:
    made = Builder()
    made.user(DEV)
    made.function(F, permit({"AWS": DEV}, F))
    after = apply(made.snapshot(), [DeleteUser(user=DEV)])
    (named,) = principals(after, after.functions[0].policies[""])
    assert named["AWS"].startswith("AIDA")


NEW_PERMIT: Any = permit({"Service": "sns.amazonaws.com"}, F, Sid="sns")
NEW_TRUST: Any = allow(ASSUME, Principal={"Service": "ec2.amazonaws.com"}, Sid="ec2")


@pytest.mark.parametrize(
    "change, said",
    [
        pytest.param(
            AddStatement(side="resource", holder=F, statement=NEW_PERMIT),
            f"The provided principal was invalid: `{DEV_ID}` in statement `dev` of `{F}` was deleted",
            id="AddPermission to a policy with a principal that was deleted",
        ),
        pytest.param(
            AddStatement(side="trust", holder=TRUSTING, statement=NEW_TRUST),
            f"Invalid principal in policy: `{DEV_ID}` in statement `both` of `{TRUSTING}` was deleted",
            id="you must either remove the principal ID or replace it with a valid principal ARN",
        ),
        pytest.param(
            AddStatement(side="resource", holder=Q, statement=allow("sqs:*", Q, Principal="*")),
            f"Invalid principal in policy: `{DEV_ID}` in statement `dev` of `{Q}` was deleted",
            id="of another resource too",
        ),
    ],
)
def test_aws_would_refuse(change: Change, said: str) -> None:
    with pytest.raises(ChangeError) as caught:
        apply(GONE, [change])
    assert str(caught.value) == f"{said}; remove it first"


def test_once_it_is_removed_a_permission_is_added() -> None:
    changes = [
        RemoveStatement(side="resource", holder=F, sid="dev"),
        AddStatement(side="resource", holder=F, statement=NEW_PERMIT),
    ]
    after = apply(GONE, changes)
    assert principals(after, after.functions[0].policies[""]) == [{"AWS": JOB}, {"Service": "sns.amazonaws.com"}]


def test_a_permission_is_removed_whoever_else_is_named() -> None:
    after = apply(GONE, [RemoveStatement(side="resource", holder=F, sid="job")])
    assert principals(after, after.functions[0].policies[""]) == [{"AWS": DEV_ID}]
