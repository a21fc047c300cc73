"""What changes do to a snapshot, and which of them AWS would refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from models.change import AddStatement, AttachPolicy, Change, DetachPolicy, RemoveStatement, SetTrust
from models.errors import ChangeError
from models.snapshot import Account, Function, ManagedPolicy, Resource, Role, Snapshot, User, document_id
from simulator.changes import apply

ACCOUNT = "111111111111"
DEV = f"arn:aws:iam::{ACCOUNT}:user/dev"
OPS = f"arn:aws:iam::{ACCOUNT}:user/ops"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/linked"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/own"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str | None = None, action: str = "s3:GetObject") -> dict[str, Any]:
    return ({"Sid": sid} if sid else {}) | {"Effect": "Allow", "Action": action, "Resource": "*"}


def trust(principal: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}


def permit(sid: str, resource: str) -> dict[str, Any]:
    principal = {"Service": "sns.amazonaws.com"}
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": "lambda:InvokeFunction",
        "Resource": resource,
    }


PERMITTED = document(permit("sns", FUNCTION))
DOCUMENTS = (document(allow("a"), allow("b")), document(allow("b")), document(trust(DEV)), PERMITTED)
AB, B, TRUST, PERMIT = (document_id(item) for item in DOCUMENTS)
BEFORE = Snapshot(
    taken_at=datetime(2026, 1, 1, tzinfo=UTC),
    accounts=(Account(id=ACCOUNT),),
    users=(User(arn=DEV, inline={"p": AB}, attached=(OWN,)), User(arn=OPS, attached=(OWN,))),
    roles=(Role(arn=ROLE, trust=TRUST), Role(arn=LINKED, trust=TRUST)),
    policies=(ManagedPolicy(arn=OWN, document=B),),
    functions=(Function(arn=FUNCTION, versions=("1",), aliases={"live": "1"}, policies={"": PERMIT}),),
    resources=(Resource(arn=QUEUE, type="sqs:queue", account=ACCOUNT),),
    documents={document_id(item): item for item in DOCUMENTS},
)


def statements(snapshot: Snapshot, name: str) -> list[Any]:
    return list(snapshot.documents[name]["Statement"])


def test_a_statement_without_policy_becomes_an_inline_policy() -> None:
    after = apply(BEFORE, [AddStatement(side="identity", holder=DEV, statement=allow())] * 2)
    assert list(after.users[0].inline) == ["p", "permgraph-1", "permgraph-2"]
    assert statements(after, after.users[0].inline["permgraph-1"]) == [allow()]


def test_a_statement_goes_into_the_policy_that_is_named() -> None:
    after = apply(BEFORE, [AddStatement(side="identity", holder=DEV, policy="p", statement=allow("c"))])
    assert [row["Sid"] for row in statements(after, after.users[0].inline["p"])] == ["a", "b", "c"]


def test_a_managed_policy_changes_for_all_who_have_it() -> None:
    after = apply(BEFORE, [AddStatement(side="identity", holder=DEV, policy=OWN, statement=allow("c"))])
    assert [row["Sid"] for row in statements(after, after.policies[0].document)] == ["b", "c"]
    assert after.users[1] is BEFORE.users[1]


def test_a_statement_on_an_alias_goes_into_the_alias_policy() -> None:
    statement = permit("live", f"{FUNCTION}:live")
    after = apply(BEFORE, [AddStatement(side="resource", holder=f"{FUNCTION}:live", statement=statement)])
    assert after.functions[0].policies[""] == PERMIT
    assert statements(after, after.functions[0].policies["live"]) == [statement]


def test_the_last_statement_takes_the_policy_along() -> None:
    after = apply(BEFORE, [RemoveStatement(side="resource", holder=FUNCTION, sid="sns")])
    assert after.functions[0].policies == {}


def test_a_statement_is_removed_from_whichever_policy_has_it() -> None:
    after = apply(BEFORE, [RemoveStatement(side="identity", holder=DEV, sid="a")])
    assert [row["Sid"] for row in statements(after, after.users[0].inline["p"])] == ["b"]


def test_a_trust_policy_is_replaced() -> None:
    after = apply(BEFORE, [SetTrust(holder=ROLE, document=document(trust(OPS)))])
    assert statements(after, after.roles[0].trust) == [trust(OPS)]


def test_a_policy_of_aws_is_attached_with_its_document() -> None:
    after = apply(BEFORE, [AttachPolicy(holder=DEV, policy=AUDIT)])
    assert AUDIT in after.users[0].attached
    assert after.documents[next(row for row in after.policies if row.arn == AUDIT).document]["Statement"]
    assert apply(after, [DetachPolicy(holder=DEV, policy=AUDIT)]).users == BEFORE.users


def test_what_does_not_change_is_shared_and_what_was_stays() -> None:
    kept = BEFORE.model_copy(deep=True)
    after = apply(BEFORE, [AddStatement(side="trust", holder=ROLE, statement=trust(OPS))])
    assert after.users is BEFORE.users
    assert after.functions is BEFORE.functions
    assert after.roles[1] is BEFORE.roles[1]
    assert all(after.documents[name] is text for name, text in BEFORE.documents.items())
    assert kept == BEFORE


@pytest.mark.parametrize(
    "change, problem",
    [
        pytest.param(
            AddStatement(side="identity", holder=DEV + "x", statement=allow()),
            f"no user, group or role `{DEV}x`; did you mean `{DEV}`",
            id="nobody of that name",
        ),
        pytest.param(
            AddStatement(side="identity", holder=DEV, policy="p", statement=allow("a")),
            "Statement IDs (SID) in a single policy must be unique: `a`",
            id="a Sid that is in use",
        ),
        pytest.param(
            AddStatement(side="identity", holder=DEV, statement={"Effect": "Allow", "Action": "s3:*"}),
            "AWS would refuse the identity policy",
            id="a statement without Resource",
        ),
        pytest.param(
            AddStatement(side="trust", holder=ROLE, statement=trust(DEV + "x")),
            f"the principal `{DEV}x` is not there; did you mean `{DEV}`",
            id="a principal that isn't there",
        ),
        pytest.param(
            AddStatement(side="trust", holder=DEV, statement=trust(OPS)), "is not a role", id="a trust policy of a user"
        ),
        pytest.param(
            RemoveStatement(side="trust", holder=ROLE, sid="#1"), "can't be removed", id="the last statement of a trust"
        ),
        pytest.param(
            RemoveStatement(side="identity", holder=DEV, sid="b"),
            f"statement `b` is in several policies of `{DEV}`: p, {OWN}",
            id="a Sid that two policies have",
        ),
        pytest.param(
            RemoveStatement(side="identity", holder=DEV, sid="#1"), "needs the name of its policy", id="a bare number"
        ),
        pytest.param(
            RemoveStatement(side="resource", holder=QUEUE, sid="x"), f"`{QUEUE}` has no policy", id="no policy there"
        ),
        pytest.param(
            RemoveStatement(side="resource", holder=FUNCTION, sid="snss"),
            "has no statement `snss`; did you mean `sns`",
            id="no such statement",
        ),
        pytest.param(
            AddStatement(side="resource", holder=f"{FUNCTION}:liv", statement=permit("x", f"{FUNCTION}:liv")),
            "has no version or alias `liv`; did you mean `live`",
            id="no such alias",
        ),
        pytest.param(
            AddStatement(side="resource", holder=f"{FUNCTION}:$LATEST", statement=permit("x", FUNCTION)),
            "can't have a policy of its own",
            id="a policy of $LATEST",
        ),
        pytest.param(
            SetTrust(holder=LINKED, document=document(trust(DEV))),
            "can be changed by the service it is linked to only",
            id="a service-linked role",
        ),
        pytest.param(
            AttachPolicy(holder=DEV, policy="arn:aws:iam::222222222222:policy/own"),
            "can't be attached in another account",
            id="a policy of another account",
        ),
        pytest.param(
            AttachPolicy(holder=DEV, policy="arn:aws:iam::aws:policy/Nothing"), "no managed policy", id="no such policy"
        ),
        pytest.param(DetachPolicy(holder=DEV, policy=AUDIT), "is not attached to", id="a policy that isn't attached"),
    ],
)
def test_aws_would_refuse(change: Change, problem: str) -> None:
    with pytest.raises(ChangeError) as caught:
        apply(BEFORE, [change])
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
