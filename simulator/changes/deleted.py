"""What is left of a user or role that is deleted: where a policy named it, AWS has its unique id, and shows that now.

Sources: IAM User Guide, "AWS JSON policy elements: Principal" (a principal made again under the same name has another
id); AWS re:Post, "Why is there an unknown principal format in my IAM resource-based policy?".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from models import arns
from models.errors import ChangeError
from models.snapshot import Function, Resource, Role, Snapshot, User
from simulator.changes import documents, store
from simulator.changes.documents import Json

_DELETED = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{12,}")
_ELEMENTS = ("Principal", "NotPrincipal")
#: What Lambda says, and what IAM and most others say.
_OF_FUNCTION, _OF_OTHERS = "The provided principal was invalid", "Invalid principal in policy"


def delete(snapshot: Snapshot, identity: User | Role) -> Snapshot:
    """The snapshot without a user or role; its ARN in a Condition stays, and means whoever has it then."""
    snapshot = store.remove(snapshot, identity)
    changed = dict(_renamed(snapshot, identity.arn, _unique_id(identity)))
    if not changed:
        return snapshot
    names: dict[str, str] = {}
    for old, document in changed.items():
        snapshot, names[old] = store.stored(snapshot, document)
    return _pointing(snapshot, names)


def _unique_id(identity: User | Role) -> str:
    """The id that AWS gave it; one that is made up where nobody read it."""
    made = hashlib.sha256(identity.arn.encode()).hexdigest()[:17].upper()
    return identity.id or f"{'AROA' if isinstance(identity, Role) else 'AIDA'}{made}"


def _renamed(snapshot: Snapshot, arn: str, unique_id: str) -> Iterator[tuple[str, Json]]:
    """The documents with a principal of that ARN, with the id in its place."""
    held = {role.trust for role in snapshot.roles}
    held |= {document for function in snapshot.functions for document in function.policies.values()}
    held |= {resource.policy for resource in snapshot.resources if resource.policy is not None}
    for name in sorted(held):
        written = snapshot.documents.get(name)
        if isinstance(written, str) and arn not in written:
            continue
        found = documents.as_json(written)
        rows = [_with_id(row, arn, unique_id) for row in documents.statements(found)]
        if rows != documents.statements(found):
            yield name, {**found, "Statement": rows}


def _with_id(statement: Any, arn: str, unique_id: str) -> Any:
    if not isinstance(statement, dict):
        return statement
    found = dict(statement)
    for element in _ELEMENTS:
        named = found.get(element)
        if isinstance(named, dict) and arn in _listed(named.get("AWS")):
            rows = [unique_id if value == arn else value for value in _listed(named["AWS"])]
            found[element] = {**named, "AWS": rows if isinstance(named["AWS"], list) else rows[0]}
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _pointing(snapshot: Snapshot, names: Mapping[str, str]) -> Snapshot:
    """The snapshot whose trust and resource-based policies are the documents under their new names."""

    def of_function(found: Function) -> Function:
        policies = {key: names.get(value, value) for key, value in found.policies.items()}
        return found if policies == found.policies else found.model_copy(update={"policies": policies})

    def of_resource(found: Resource) -> Resource:
        new = names.get(found.policy or "")
        return found.model_copy(update={"policy": new}) if new else found

    roles = (
        role.model_copy(update={"trust": names[role.trust]}) if role.trust in names else role for role in snapshot.roles
    )
    return snapshot.model_copy(
        update={
            "roles": tuple(roles),
            "functions": tuple(map(of_function, snapshot.functions)),
            "resources": tuple(map(of_resource, snapshot.resources)),
        }
    )


def check_left(before: Any, after: Json | None, holder: str) -> None:
    """Refuse to save a policy that still names somebody who was deleted: AWS takes no ids that it can't resolve.

    Raises:
        ChangeError: with the statement that has to be removed before.
    """
    there = {value for statement in documents.statements(before) for value in ids(statement)}
    for number, statement in enumerate(documents.statements(after), 1):
        for value in ids(statement):
            if value in there:
                said = _OF_FUNCTION if arns.is_function(holder) else _OF_OTHERS
                where = f"statement `{documents.label(statement, number)}` of `{holder}`"
                raise ChangeError(f"{said}: `{value}` in {where} was deleted; remove it first")


def ids(statement: Any) -> list[str]:
    """The ids that a statement names as principals."""
    elements = [statement.get(element) for element in _ELEMENTS] if isinstance(statement, dict) else []
    named = [value for element in elements if isinstance(element, dict) for value in _listed(element.get("AWS"))]
    return [value for value in named if isinstance(value, str) and _DELETED.fullmatch(value)]


def is_for_nobody(statement: Any) -> bool:
    """Whether all principals of a statement were deleted. Whom NotPrincipal spares is nobody's permission."""
    element = statement.get("Principal") if isinstance(statement, dict) else None
    if not isinstance(element, dict) or set(element) != {"AWS"}:
        return False
    return len(ids(statement)) == len(_listed(element["AWS"]))
