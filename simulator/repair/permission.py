"""A missing grant as the change that adds it: a statement with a name that is free and tells what it is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from models import arns
from models.change import AddStatement, Change, RemoveStatement
from models.change import Side as ChangeSide
from models.edge import Grant, Side
from models.policy import PolicyKind
from models.snapshot import Role, Snapshot, User
from simulator.changes import deleted, documents
from simulator.policy.limits import FUNCTION
from simulator.repair import merging
from simulator.repair.same import is_same

#: A policy of a VPC endpoint is a resource's policy to a change.
_SIDES: dict[Side, ChangeSide] = {
    "identity": "identity",
    "resource": "resource",
    "trust": "trust",
    "boundary": "boundary",
    "scp": "scp",
    "rcp": "rcp",
    "session": "session",
    "vpc_endpoint": "resource",
}
#: Lambda takes so many characters in a StatementId. Source: Lambda API Reference, "AddPermission".
_LONGEST = 100


def as_change(snapshot: Snapshot, grant: Grant) -> Change:
    """The statement of a grant, added: to a new inline policy, or to the document that its side of the holder has."""
    sid = _free(_sid(grant), _taken(snapshot, grant))
    policy = sid if grant.side == "identity" else None
    statement = {"Sid": sid, **grant.statement}
    return AddStatement(side=_SIDES[grant.side], holder=grant.holder, policy=policy, statement=statement)


def as_changes(snapshot: Snapshot, grant: Grant) -> tuple[Change, ...]:
    """As `as_change`; in the policy of a function, what hinders it is taken out of the way first.

    Statements for somebody who was deleted let nobody in, and Lambda adds nothing to a policy that has one: they are
    removed. Where there is no room left, statements are merged, if that changes no other answer. What hinders it all
    the same is told where the change is applied, which is refused.
    """
    plain = as_change(snapshot, grant)
    if not isinstance(plain, AddStatement) or grant.side != "resource" or not arns.is_function(grant.holder):
        return (plain,)
    whole = snapshot.documents.get(_resource(snapshot, grant.holder) or "")
    removed, old = _without_deleted(plain, whole)
    wanted = documents.with_one(old, plain.statement, PolicyKind.RESOURCE)
    if documents.size(wanted, FUNCTION) <= FUNCTION.most:
        return (*removed, plain)
    rows = merging.merged(wanted, FUNCTION)
    after = {**wanted, "Statement": [row.statement for row in rows]}
    if documents.size(after, FUNCTION) > FUNCTION.most or not is_same(wanted, after):
        return (*removed, plain)
    return (*removed, *merging.changes(plain, old, rows))


def _without_deleted(add: AddStatement, document: Any) -> tuple[list[Change], Any]:
    """What removes the statements that are for nobody but deleted users and roles, and the document without them."""
    found: list[Change] = []
    for number in range(len(documents.statements(document)), 0, -1):
        statement = documents.statements(document)[number - 1]
        if deleted.is_for_nobody(statement):
            sid = documents.label(statement, number)
            found.append(RemoveStatement(side=add.side, holder=add.holder, sid=sid))
            document = documents.without(document, f"#{number}", add.holder)
    return found, document


def _sid(grant: Grant) -> str:
    """Letters and digits only, as IAM wants it: `InvokeFunctionForPipeline`, or `InvokeFunctionOnOrders`."""
    own = grant.side not in ("resource", "trust", "vpc_endpoint")
    actions = " ".join(action.partition(":")[2] or "all" for action in grant.action.split(", "))
    end = f"On{_name(grant.resource)}" if own else f"For{_camel(arns.short(grant.principal)) or 'Any'}"
    return f"{_camel(actions)}{end}"[:_LONGEST]


def _name(resource: str) -> str:
    """A resource's short name; of one that ends in a star what comes before it."""
    found = arns.parts(resource)
    return _camel(arns.short(resource)) or _camel(found.resource if found else "") or "Any"


def _camel(text: str) -> str:
    text = text.partition("#")[0]
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", text))


def _free(name: str, taken: Iterable[str]) -> str:
    there, number, found = set(taken), 1, name
    while found in there:
        number += 1
        found = f"{name[: _LONGEST - len(str(number))]}{number}"
    return found


def _taken(snapshot: Snapshot, grant: Grant) -> Iterable[str]:
    """The names that a holder has already: of inline policies, or of statements."""
    if grant.side == "identity":
        holders = (*snapshot.users, *snapshot.groups, *snapshot.roles)
        return next((item.inline for item in holders if item.arn == grant.holder), ())
    document = _DOCUMENTS[grant.side](snapshot, grant.holder)
    return documents.labels(snapshot.documents.get(document)) if document else ()


def _trust(snapshot: Snapshot, holder: str) -> str | None:
    return next((item.trust for item in snapshot.roles if item.arn == holder), None)


def _session(snapshot: Snapshot, holder: str) -> str | None:
    return next((item.session for item in snapshot.roles if item.arn == holder), None)


def _boundary(snapshot: Snapshot, holder: str) -> str | None:
    bounded: tuple[User | Role, ...] = (*snapshot.users, *snapshot.roles)
    wanted = next((item.boundary for item in bounded if item.arn == holder), None)
    return next((item.document for item in snapshot.policies if item.arn == wanted), None)


def _resource(snapshot: Snapshot, holder: str) -> str | None:
    if arns.is_function(holder):
        base, qualifier = arns.split_function(holder)
        policies = next((item.policies for item in snapshot.functions if item.arn == base), {})
        return policies.get(qualifier or "")
    return next((item.policy for item in snapshot.resources if item.arn == holder), None)


def _organization(snapshot: Snapshot, holder: str) -> str | None:
    """A new policy is made, in which every name is free."""
    return None


_DOCUMENTS: dict[Side, Callable[[Snapshot, str], str | None]] = {
    "resource": _resource,
    "vpc_endpoint": _resource,
    "trust": _trust,
    "boundary": _boundary,
    "session": _session,
    "scp": _organization,
    "rcp": _organization,
}
