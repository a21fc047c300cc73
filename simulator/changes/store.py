"""The things of a snapshot found and replaced, all others staying the very same objects."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar

from models import arns
from models.errors import ChangeError
from models.snapshot import (
    Function,
    Group,
    ManagedPolicy,
    Mapping,
    Resource,
    Role,
    Snapshot,
    Trigger,
    User,
    Value,
    document_id,
)

Identity = User | Group | Role

#: What is named by its ARN.
Named = TypeVar("Named", User, Group, Role, User | Group | Role, Function, Resource, ManagedPolicy)

_FIELDS: dict[type, str] = {
    User: "users",
    Group: "groups",
    Role: "roles",
    Function: "functions",
    Resource: "resources",
    ManagedPolicy: "policies",
    Trigger: "triggers",
    Mapping: "mappings",
}


def put(snapshot: Snapshot, old: Value, new: Value) -> Snapshot:
    """Replace one thing."""
    rows = getattr(snapshot, _FIELDS[type(old)])
    return _with_rows(snapshot, type(old), (new if item is old else item for item in rows))


def add(snapshot: Snapshot, new: Value) -> Snapshot:
    """Add a thing where it belongs: rows are sorted by ARN."""
    rows = (*getattr(snapshot, _FIELDS[type(new)]), new)
    return _with_rows(snapshot, type(new), sorted(rows, key=lambda item: getattr(item, "arn", "")))


def remove(snapshot: Snapshot, old: Value) -> Snapshot:
    rows = getattr(snapshot, _FIELDS[type(old)])
    return _with_rows(snapshot, type(old), (item for item in rows if item is not old))


def _with_rows(snapshot: Snapshot, kind: type, rows: Iterable[Value]) -> Snapshot:
    return snapshot.model_copy(update={_FIELDS[kind]: tuple(rows)})


def stored(snapshot: Snapshot, document: Any) -> tuple[Snapshot, str]:
    """Keep a document. Not in place: snapshots share their documents."""
    name = document_id(document)
    if name in snapshot.documents:
        return snapshot, name
    return snapshot.model_copy(update={"documents": {**snapshot.documents, name: document}}), name


def identity(snapshot: Snapshot, arn: str) -> Identity:
    """The user, group or role that may be changed.

    Raises:
        ChangeError: if there is none, or only AWS can change it.
    """
    everybody: tuple[Identity, ...] = (*snapshot.users, *snapshot.groups, *snapshot.roles)
    found = one(everybody, arn, "user, group or role")
    check_ours(arn)
    return found


def check_ours(arn: str) -> None:
    """
    Raises:
        ChangeError: for a role that only AWS can make or change.
    """
    for path, who in ((":role/aws-reserved/", "AWS"), (":role/aws-service-role/", "the service it is linked to")):
        if path in arn:
            raise ChangeError(f"role `{arn}` can be changed by {who} only")


def user(snapshot: Snapshot, arn: str) -> User:
    return one(snapshot.users, arn, "user")


def group(snapshot: Snapshot, arn: str) -> Group:
    return one(snapshot.groups, arn, "group")


def role(snapshot: Snapshot, arn: str) -> Role:
    found = identity(snapshot, arn)
    if not isinstance(found, Role):
        raise ChangeError(f"`{arn}` is not a role: only roles have a trust policy")
    return found


def function(snapshot: Snapshot, arn: str) -> Function:
    """The function of an ARN, with or without a qualifier."""
    return one(snapshot.functions, arns.unqualified(arn), "function")


def one(rows: Iterable[Named], arn: str, what: str) -> Named:
    """The row with that ARN.

    Raises:
        ChangeError: if there is none.
    """
    some = tuple(rows)
    found = next((item for item in some if item.arn == arn), None)
    if found is None:
        raise ChangeError(f"no {what} `{arn}`{nearest(arn, (item.arn for item in some))}")
    return found


def nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(set(known)), n=2)
    return f"; did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""


def collected(snapshot: Snapshot, account: str | None) -> None:
    """
    Raises:
        ChangeError: if the account was not collected: nothing can be made there that would mean anything.
    """
    if account not in {item.id for item in snapshot.accounts if item.collected}:
        raise ChangeError(f"account {account} is not in the snapshot")
