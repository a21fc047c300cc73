"""Changes in the few words that a person has for the commonest of them, made statements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from models import arns
from models.change import AddStatement, RemoveStatement
from models.errors import ChangeError
from simulator.changes.find import places
from simulator.world.world import World

#: What a permission of a function's policy may be narrowed to, and the key and operator that do it.
NARROWED: Mapping[str, tuple[str, str]] = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
}

#: What the ids of accounts and organizations look like. Sources: Lambda API Reference, "AddPermission".
_FORMS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "SourceAccount": ("account", arns.ACCOUNT),
    "PrincipalOrgID": ("organization", re.compile(r"o-[a-z0-9]{10,32}")),
}


def allow(
    world: World, principal: str, action: str, resource: str, effect: Literal["Allow", "Deny"] = "Allow"
) -> AddStatement:
    """A statement in a new inline policy of a user, group or role.

    Raises:
        UnknownNameError: for a resource that nothing is named like; patterns are taken as they are.
    """
    on = resource if "*" in resource else world.resolve(resource, "resource")
    return AddStatement(
        side="identity", holder=principal, statement={"Effect": effect, "Action": action, "Resource": on}
    )


def permit(world: World, function: str, principal: str, narrowed: Mapping[str, str]) -> AddStatement:
    """lambda:InvokeFunction in the policy of a function, version or alias, narrowed by what `NARROWED` has.

    Raises:
        UnknownNameError: for a function or principal that nothing is named like.
        ChangeError: for what is no account, or no organization.
    """
    on = world.resolve(function, "function")
    condition: dict[str, dict[str, str]] = {}
    for word, (operator, key) in NARROWED.items():
        if word in narrowed:
            condition.setdefault(operator, {})[key] = _value(world, word, narrowed[word])
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": principal_element(world, principal),
        "Action": "lambda:InvokeFunction",
        "Resource": on,
    }
    return AddStatement(
        side="resource", holder=on, statement=statement | ({"Condition": condition} if condition else {})
    )


def _value(world: World, word: str, written: str) -> str:
    """What a permission is narrowed to; a source may be named like any resource, or written as a pattern."""
    if word == "SourceArn":
        return written if written.startswith("arn:") or "*" in written else world.resolve(written, "resource")
    named = {shown: number for number, shown in world.names.items()}
    value = named.get(written, written) if word == "SourceAccount" else written
    what, form = _FORMS[word]
    if not form.fullmatch(value):
        raise ChangeError(f"`{written}` is not the id of an {what}")
    return value


def trust(world: World, role: str, principal: str, external_id: str | None = None) -> AddStatement:
    """sts:AssumeRole in a role's trust policy.

    Raises:
        UnknownNameError: for a principal that nothing is named like.
    """
    element = principal_element(world, principal)
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": element, "Action": "sts:AssumeRole"}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return AddStatement(side="trust", holder=role, statement=statement)


def remove(world: World, holder: str, sid: str) -> RemoveStatement:
    """The statement with that Sid (or `#N`) taken out of whichever policy of `holder` has it.

    Raises:
        UnknownNameError, ChangeError: if nothing is named like that, or no policy or several have the statement.
    """
    node = world.resolve(holder, "resource")
    side, policy = places(world.snapshot, node, sid)
    return RemoveStatement(side=side, holder=node, sid=sid, policy=policy)


def principal_element(world: World, name: str) -> Any:
    """The Principal element for a principal by its name: a service, an account, a user or role, everybody.

    Raises:
        UnknownNameError: if nothing is named like that.
    """
    if name in ("*", "anyone"):
        return "*"
    named = {shown: number for number, shown in world.names.items() if shown not in world.short_names}
    number = named.get(name, name)
    if arns.ACCOUNT.fullmatch(number):
        return {"AWS": f"arn:{_partition(world)}:iam::{number}:root"}
    node = world.resolve(name, "principal")
    if node.startswith("service:"):
        return {"Service": node.removeprefix("service:")}
    if node.startswith("account:"):
        return {"AWS": f"arn:{_partition(world)}:iam::{node.removeprefix('account:')}:root"}
    is_provider = node.startswith("federated:") or ":oidc-provider/" in node or ":saml-provider/" in node
    return {"Federated": node.removeprefix("federated:")} if is_provider else {"AWS": node}


def _partition(world: World) -> str:
    return next((arns.partition_of(arn) for arn in (*world.functions, *world.roles)), "aws")
