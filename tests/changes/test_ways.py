"""What a what-if says of pairs that a way joins, beside or instead of an edge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.answer import OpenedAnswer
from models.change import AddStatement, Change, CreateUser, DeleteRole, RemoveStatement
from models.snapshot import Account, Function, Role, Snapshot, User, document_id
from simulator.answers.what_if import what_if
from simulator.world import World

ACCOUNT = "111111111111"
DEV = f"arn:aws:iam::{ACCOUNT}:user/dev"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def document(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": "s", "Effect": "Allow", **statement}]}


INVOKE = document(Action="lambda:InvokeFunction", Resource=FUNCTION)
INVOKE_WITH_MFA = document(Action="lambda:InvokeFunction", Resource=FUNCTION, Condition=MFA)
TRUST = document(Action="sts:AssumeRole", Principal={"AWS": DEV})
DOCUMENTS = {document_id(item): item for item in (INVOKE, INVOKE_WITH_MFA, TRUST)}


def world(own: dict[str, Any] | None, of_role: dict[str, Any] | None = INVOKE) -> World:
    """A user who may become a role; what either may do itself."""
    return World(
        Snapshot(
            taken_at=datetime(2026, 1, 1, tzinfo=UTC),
            accounts=(Account(id=ACCOUNT),),
            users=(User(arn=DEV, inline={"own": document_id(own)} if own else {}),),
            roles=(Role(arn=ROLE, trust=document_id(TRUST), inline={"own": document_id(of_role)} if of_role else {}),),
            functions=(Function(arn=FUNCTION),),
            documents=DOCUMENTS,
        )
    )


def test_whoever_runs_a_function_by_its_alias_gains_nothing_when_it_may_call_itself() -> None:
    permit = document(Action="lambda:InvokeFunction", Principal={"AWS": DEV}, Resource=f"{FUNCTION}:live")
    trust = document(Action="sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
    snapshot = Snapshot(
        taken_at=datetime(2026, 1, 1, tzinfo=UTC),
        accounts=(Account(id=ACCOUNT),),
        users=(User(arn=DEV),),
        roles=(Role(arn=ROLE, trust=document_id(trust)),),
        functions=(
            Function(
                arn=FUNCTION,
                role=ROLE,
                versions=("1",),
                aliases={"live": "1"},
                policies={"live": document_id(permit)},
            ),
        ),
        documents={document_id(item): item for item in (permit, trust)},
    )
    itself = AddStatement(side="identity", holder=ROLE, statement=INVOKE["Statement"][0])
    assert rows(*what_if(World(snapshot), [itself]).opens) == [(ROLE, "invokes", "missing", "allowed")]


def rows(*found: OpenedAnswer) -> list[tuple[str, str, str, str]]:
    return [(row.source, row.kind, row.before, row.after) for row in found if row.target == FUNCTION]


def test_whoever_loses_an_edge_and_keeps_a_way_gains_nothing() -> None:
    answer = what_if(world(INVOKE), [RemoveStatement(side="identity", holder=DEV, sid="s")])
    assert rows(*answer.opens) == []
    assert rows(*answer.closes) == [(DEV, "invokes", "allowed", "missing")]


def test_whoever_had_a_way_and_gains_an_edge_loses_nothing() -> None:
    changes = [AddStatement(side="identity", holder=DEV, statement=INVOKE["Statement"][0])]
    answer = what_if(world(None), changes)
    assert rows(*answer.opens) == [(DEV, "invokes", "missing", "allowed")]
    assert rows(*answer.closes) == []


def test_a_way_that_is_certain_opens_beside_an_edge_that_is_conditional() -> None:
    changes = [AddStatement(side="identity", holder=ROLE, statement=INVOKE["Statement"][0])]
    answer = what_if(world(INVOKE_WITH_MFA, None), changes)
    assert rows(*answer.opens) == [(ROLE, "invokes", "missing", "allowed"), (DEV, "path", "conditional", "allowed")]
    assert rows(*answer.closes) == []
    assert next(row.via for row in answer.opens if row.kind == "path") == (ROLE,)


def test_who_is_deleted_lacks_what_he_had_and_nothing_of_it_is_unknown() -> None:
    answer = what_if(world(None), [DeleteRole(role=ROLE)])
    assert rows(*answer.closes) == [
        (ROLE, "invokes", "allowed", "missing"),
        (DEV, "path", "allowed", "missing"),
    ]


def test_who_is_made_anew_lacked_all_that_he_gets() -> None:
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION}
    new = f"arn:aws:iam::{ACCOUNT}:user/new"
    changes: list[Change] = [CreateUser(user=new), AddStatement(side="identity", holder=new, statement=statement)]
    assert rows(*what_if(world(None), changes).opens) == [(new, "invokes", "missing", "allowed")]
