"""Applies changes, one after the other. What AWS would refuse is refused, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models import arns, change
from models.change import AddStatement, Change, RemoveStatement, ReplaceStatement
from models.errors import ChangeError
from models.policy import PolicyKind
from models.snapshot import Snapshot
from simulator.changes import deleted, documents, functions, identities, organization, sources, store, versions
from simulator.changes.documents import Json

_KINDS = {
    "identity": PolicyKind.IDENTITY,
    "resource": PolicyKind.RESOURCE,
    "trust": PolicyKind.TRUST,
    "boundary": PolicyKind.BOUNDARY,
    "session": PolicyKind.SESSION,
    "scp": PolicyKind.SCP,
    "rcp": PolicyKind.RCP,
}


def apply(snapshot: Snapshot, changes: Sequence[Change]) -> Snapshot:
    """Return the snapshot as it is after the changes, applied in their order.

    Raises:
        ChangeError: for a change that AWS would refuse, or of something that the snapshot doesn't have.
    """
    first = snapshot
    for one in changes:
        snapshot = versions.saved(first, snapshot, _ONE[type(one)](snapshot, one))
    return versions.settled(first, snapshot)


def _add_statement(snapshot: Snapshot, one: AddStatement) -> Snapshot:
    if one.side == "resource":
        _check_of_resource(snapshot, one.holder, one.statement)

    def edit(document: Any) -> Json:
        after = documents.with_one(document, one.statement, _KINDS[one.side])
        deleted.check_left(document, after, one.holder)
        return after

    if one.side == "identity":
        return identities.edit(snapshot, one.holder, one.policy, edit)
    if one.side in ("scp", "rcp"):
        return organization.edit(snapshot, one.side, one.holder, one.policy, None, edit)
    return _edit_only(snapshot, one.side, one.holder, edit, needed=False)


def _remove_statement(snapshot: Snapshot, one: RemoveStatement) -> Snapshot:
    # RemovePermission takes one statement out, and reads no other; elsewhere the whole policy is saved again.
    alone = one.side == "resource" and arns.is_function(one.holder)

    def edit(document: Any) -> Json | None:
        after = documents.without(document, one.sid, one.policy or one.holder)
        if not alone:
            deleted.check_left(document, after, one.holder)
        return after

    return _edit_where(snapshot, one, edit)


def _replace_statement(snapshot: Snapshot, one: ReplaceStatement) -> Snapshot:
    if one.side == "resource":
        _check_of_resource(snapshot, one.holder, one.statement)

    def edit(document: Any) -> Json:
        after = documents.with_another(document, one.sid, one.statement, _KINDS[one.side], one.policy or one.holder)
        deleted.check_left(document, after, one.holder)
        return after

    return _edit_where(snapshot, one, edit)


def _check_of_resource(snapshot: Snapshot, holder: str, statement: Any) -> None:
    documents.check_principals(snapshot, statement)
    if arns.is_function(holder):
        functions.check_actions(statement)


def _edit_where(
    snapshot: Snapshot, one: RemoveStatement | ReplaceStatement, edit: Callable[[Any], Json | None]
) -> Snapshot:
    """Change the policy that has a statement."""
    if one.side == "identity":
        return identities.edit_where(snapshot, one.holder, one.policy, one.sid, edit)
    if one.side in ("scp", "rcp"):
        return organization.edit(snapshot, one.side, one.holder, one.policy, one.sid, edit)
    return _edit_only(snapshot, one.side, one.holder, edit, needed=True)


def _edit_only(
    snapshot: Snapshot, side: str, holder: str, edit: Callable[[Any], Json | None], *, needed: bool
) -> Snapshot:
    """Change the only policy of its kind that a holder can have."""
    if side == "trust":
        return identities.edit_trust(snapshot, holder, edit)
    if side == "boundary":
        return identities.edit_boundary(snapshot, holder, edit)
    if side == "session":
        return identities.edit_session(snapshot, holder, edit)
    if arns.is_function(holder):
        return functions.edit_policy(snapshot, holder, edit, needed=needed)
    return _edit_resource(snapshot, holder, edit, needed=needed)


def _edit_resource(snapshot: Snapshot, arn: str, edit: Callable[[Any], Json | None], *, needed: bool) -> Snapshot:
    """Change the policy of a bucket, queue, topic, key, layer version, endpoint or whatever else has one."""
    resource = store.one(snapshot.resources, arn, "resource")
    if needed and resource.policy is None:
        raise ChangeError(f"`{arn}` has no policy")
    document = edit(snapshot.documents.get(resource.policy or ""))
    if document is None and arns.service_of(arn) == "kms":
        raise ChangeError(f"the last statement of the key policy of `{arn}` can't be removed: a key always has one")
    if document is None:
        return store.put(snapshot, resource, resource.model_copy(update={"policy": None}))
    snapshot, name = store.stored(snapshot, document)
    return store.put(snapshot, resource, resource.model_copy(update={"policy": name}))


_ONE: Mapping[type, Callable[[Snapshot, Any], Snapshot]] = {
    change.AddStatement: _add_statement,
    change.RemoveStatement: _remove_statement,
    change.ReplaceStatement: _replace_statement,
    change.SetTrust: identities.set_trust,
    change.AttachPolicy: identities.attach_policy,
    change.DetachPolicy: identities.detach_policy,
    change.SetDefaultVersion: identities.set_default_version,
    change.SetBoundary: identities.set_boundary,
    change.RemoveBoundary: identities.remove_boundary,
    change.AttachScp: organization.attach,
    change.DetachScp: organization.detach,
    change.AttachRcp: organization.attach,
    change.DetachRcp: organization.detach,
    change.MoveAccount: organization.move_account,
    change.AddToGroup: identities.add_to_group,
    change.RemoveFromGroup: identities.remove_from_group,
    change.CreateUser: identities.create_user,
    change.DeleteUser: identities.delete_user,
    change.CreateRole: identities.create_role,
    change.DeleteRole: identities.delete_role,
    change.CreateFunction: functions.create_function,
    change.DeleteFunction: functions.delete_function,
    change.SetExecutionRole: functions.set_execution_role,
    change.SetFeature: functions.set_feature,
    change.AddTrigger: sources.add_trigger,
    change.RemoveTrigger: sources.remove_trigger,
    change.EnableTrigger: sources.switch_trigger,
    change.DisableTrigger: sources.switch_trigger,
    change.AddMapping: sources.add_mapping,
    change.RemoveMapping: sources.remove_mapping,
    change.EnableMapping: sources.switch_mapping,
    change.DisableMapping: sources.switch_mapping,
}
