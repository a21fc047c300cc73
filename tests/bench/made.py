"""What is measured: a request with twenty statements, lines of requests, and organizations of any size."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.snapshot import Account, Function, Role, Snapshot, User, document_id

HOME, OTHER = "111111111111", "222222222222"
REGION = "eu-west-1"
INVOKE = "lambda:InvokeFunction"
#: One role in this many may invoke the function, and one may assume that one.
EVERY = 10

Json = dict[str, Any]


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{OTHER}:function:{name}"


def role_arn(index: int) -> str:
    return f"arn:aws:iam::{_account(index)}:role/role{index}"


def _account(index: int) -> str:
    return OTHER if index % 2 else HOME


TARGET = function_arn("target")
CALLER = f"arn:aws:iam::{OTHER}:role/caller"


def policy(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str, **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def organization(roles: int, users: int = 0) -> Snapshot:
    """Two accounts, half of the roles in each; a tenth may invoke a function, and a tenth may assume one of those.

    One role of the other account may invoke it too. There is a function for twenty roles, each role trusts its own
    account and Lambda, and has a policy of three statements or four.
    """
    documents: dict[str, Json] = {}

    def stored(document: Json) -> str:
        documents[name := document_id(document)] = document
        return name

    made = tuple(_role(index, stored) for index in range(roles))
    people = tuple(
        User(arn=f"arn:aws:iam::{HOME}:user/user{index}", inline={"own": stored(_own_policy(index))})
        for index in range(users)
    )
    permit = {"Effect": "Allow", "Action": INVOKE, "Resource": TARGET, "Principal": {"AWS": made[0].arn}}
    functions = [Function(arn=TARGET, role=_home(made, OTHER)[0], policies={"": stored(policy(permit))})]
    functions += [
        Function(arn=function_arn(f"worker{index}"), role=role)
        for index, role in enumerate(_home(made, OTHER)[: roles // 20])
    ]
    return Snapshot(
        taken_at=datetime(2026, 1, 1, tzinfo=UTC),
        accounts=(Account(id=HOME), Account(id=OTHER)),
        roles=made,
        users=people,
        functions=tuple(functions),
        documents=documents,
    )


def _role(index: int, stored: Any) -> Role:
    account = _account(index)
    trust = [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
    ]
    return Role(
        arn=role_arn(index),
        trust=stored(policy(*trust)),
        inline={"own": stored(_own_policy(index))},
    )


def _own_policy(index: int) -> Json:
    invokes = [allow(INVOKE, TARGET)] if index % EVERY == 1 or index == 0 else []
    assumes = [allow("sts:AssumeRole", role_arn(index - 2))] if index % EVERY == 3 else []
    return policy(
        allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::bucket{index}/*"),
        allow(["sqs:SendMessage"], f"arn:aws:sqs:{REGION}:{HOME}:queue{index}"),
        allow(["logs:*"], "*"),
        *invokes,
        *assumes,
    )


def _home(roles: tuple[Role, ...], account: str) -> list[str]:
    return [role.arn for role in roles if f":{account}:" in role.arn]
