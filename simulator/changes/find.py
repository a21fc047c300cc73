"""The one policy of a holder that has a statement: identity-based, trust or resource-based."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from models import arns
from models.errors import ChangeError
from models.snapshot import Role, Snapshot
from simulator.changes import documents, store

Side = Literal["identity", "trust", "resource"]


def places(snapshot: Snapshot, holder: str, sid: str) -> tuple[Side, str | None]:
    """The side, and for an identity-based policy its name, of the statement with a Sid (or `#N`).

    Raises:
        ChangeError: if none has it, or several do: they are listed.
    """
    held = list(_held(snapshot, holder))
    found = [(side, name) for side, name, document in held if documents.index(document, sid) is not None]
    if len(found) == 1:
        return found[0]
    if found:
        raise ChangeError(
            f"statement `{sid}` of `{holder}` is in {', '.join(_shown(side, name) for side, name in found)}"
        )
    sids = [label for _, _, document in held for label in documents.labels(document)]
    raise ChangeError(f"`{holder}` has no statement `{sid}`{store.nearest(sid, sids)}")


def statements(snapshot: Snapshot, holder: str) -> Iterator[tuple[Side, str | None, str, Any]]:
    """Every statement of a holder: its side, the name of its policy if that is identity-based, its Sid or `#N`, itself.

    Raises:
        ChangeError: if the snapshot doesn't have the holder.
    """
    for side, name, document in _held(snapshot, holder):
        for label, statement in zip(documents.labels(document), documents.statements(document), strict=True):
            yield side, name, label, statement


def _shown(side: Side, name: str | None) -> str:
    return f"its {side} policy" + (f" `{name}`" if name else "")


def _held(snapshot: Snapshot, holder: str) -> list[tuple[Side, str | None, Any]]:
    """The documents of a holder, with their sides and names."""
    kept = snapshot.documents
    if arns.kind_of(holder) in ("user", "group", "role"):
        found = store.identity(snapshot, holder)
        managed = {policy.arn: policy.document for policy in snapshot.policies}
        rows: list[tuple[Side, str | None, Any]] = [
            *(("identity", name, kept.get(document)) for name, document in found.inline.items()),
            *(("identity", arn, kept.get(managed[arn])) for arn in found.attached if arn in managed),
        ]
        return [*rows, ("trust", None, kept.get(found.trust))] if isinstance(found, Role) else rows
    if arns.is_function(holder):
        document = store.function(snapshot, holder).policies.get(arns.split_function(holder)[1] or "")
    else:
        document = store.one(snapshot.resources, holder, "resource").policy
    return [("resource", None, kept.get(document))] if document else []
