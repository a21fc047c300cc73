"""Policy documents with a statement more, less, or another one; and what AWS refuses to save."""

from __future__ import annotations

import json
from typing import Any

from models import arns
from models.decision import FactKind
from models.errors import ChangeError, PolicyError
from models.policy import PolicyKind
from models.snapshot import Snapshot
from simulator.changes.store import nearest
from simulator.policy import limits
from simulator.policy.limits import Limit
from simulator.policy.parse import parse_policy

Json = dict[str, Any]
VERSION = "2012-10-17"


def as_json(document: Any) -> Any:
    """A document as an object: some are kept as text.

    Raises:
        ChangeError: for a text that isn't JSON.
    """
    if not isinstance(document, str):
        return document
    try:
        return json.loads(document)
    except json.JSONDecodeError as error:
        raise ChangeError(f"a policy that is no JSON can't be changed: {error.msg}") from error


def statements(document: Any) -> list[Any]:
    """A document's statements; AWS takes one without a list."""
    document = as_json(document)
    body = document.get("Statement", []) if isinstance(document, dict) else []
    return list(body) if isinstance(body, list) else [body]


def label(statement: Any, number: int) -> str:
    return str(statement.get("Sid") or f"#{number}")


def labels(document: Any) -> list[str]:
    return [label(row, number) for number, row in enumerate(statements(document), 1)]


def index(document: Any, sid: str) -> int | None:
    """Where the statement is that has this Sid, or is the Nth for `#N`."""
    for place, statement in enumerate(statements(document)):
        if sid in (statement.get("Sid"), f"#{place + 1}"):
            return place
    return None


def with_one(document: Any, statement: Json, kind: PolicyKind) -> Json:
    """The document with a statement more."""
    check({"Version": VERSION, "Statement": [statement]}, kind)
    sid = statement.get("Sid")
    if sid and any(row.get("Sid") == sid for row in statements(document)):
        raise _in_use(sid, kind)
    return {**_head(document), "Statement": [*statements(document), statement]}


def _in_use(sid: str, kind: PolicyKind) -> ChangeError:
    """What Lambda says, and what IAM does."""
    if kind is PolicyKind.RESOURCE:
        return ChangeError(f"The statement id ({sid}) provided already exists")
    return ChangeError(f"Statement IDs (SID) in a single policy must be unique: `{sid}`")


def without(document: Any, sid: str, holder: str) -> Json | None:
    """The document without a statement; None: it was the last."""
    there = statements(document)
    place = _place(document, sid, holder)
    left = there[:place] + there[place + 1 :]
    return {**_head(document), "Statement": left} if left else None


def with_another(document: Any, sid: str, statement: Json, kind: PolicyKind, holder: str) -> Json:
    """The document with another statement in the place of one."""
    check({"Version": VERSION, "Statement": [statement]}, kind)
    there = statements(document)
    place = _place(document, sid, holder)
    wanted = statement.get("Sid")
    if wanted and any(row.get("Sid") == wanted for number, row in enumerate(there) if number != place):
        raise _in_use(wanted, kind)
    there[place] = statement
    return {**_head(document), "Statement": there}


def _place(document: Any, sid: str, holder: str) -> int:
    place = index(document, sid)
    if place is None:
        raise ChangeError(f"the policy of `{holder}` has no statement `{sid}`{nearest(sid, labels(document))}")
    return place


def _head(document: Any) -> Json:
    document = as_json(document)
    return dict(document) if isinstance(document, dict) and document else {"Version": VERSION}


def check(document: Json, kind: PolicyKind) -> None:
    """
    Raises:
        ChangeError: for a document that AWS would refuse.
    """
    try:
        parse_policy(document, kind, strict=True)
    except PolicyError as error:
        raise ChangeError(f"AWS would refuse the {kind} policy: {error}") from error


def size(document: Any, limit: Limit) -> int:
    return len(document) if isinstance(document, str) else limits.length(document, limit)


def check_size(document: Json, limit: Limit, arn: str) -> None:
    """
    Raises:
        ChangeError: for a policy that is longer than any account may have it; in Lambda's words for a function's.
    """
    found = size(document, limit)
    if found > limit.most and limit is limits.FUNCTION:
        raise ChangeError(f"The final policy size ({found}) is bigger than the limit ({limit.most}): `{arn}`")
    if found > limit.most:
        raise ChangeError(f"the policy of `{arn}` would have {found:,} characters, more than {limit.most:,}")


def check_principals(snapshot: Snapshot, statement: Any) -> None:
    """Refuse principals that aren't there, as IAM and Lambda do, in the accounts whose principals are known."""
    element = statement.get("Principal") if isinstance(statement, dict) else None
    named = element.get("AWS", ()) if isinstance(element, dict) else ()
    unread = {gap.about for gap in snapshot.gaps if gap.what is FactKind.IDENTITY}
    unread |= {fact.about for fact in snapshot.assumptions if fact.what is FactKind.IDENTITY}
    known = {account.id for account in snapshot.accounts if account.collected} - unread
    there = {item.arn for item in (*snapshot.users, *snapshot.roles)}
    for value in [named] if isinstance(named, str) else named:
        parts = arns.parts(value) if isinstance(value, str) else None
        if parts and parts.service == "iam" and parts.resource.startswith("group/"):
            raise ChangeError(f"Invalid principal in policy: `{value}` is a group, and no group is a principal")
        if parts is None or parts[4] not in known or value in there:
            continue
        if parts[2] == "iam" and parts[5].startswith(("user/", "role/")):
            raise ChangeError(f"the principal `{value}` is not there{nearest(value, there)}")
