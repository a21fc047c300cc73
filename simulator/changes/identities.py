"""Changes of users, groups and roles: their policies, boundaries, trust and memberships.

Sources: IAM API Reference (PutUserPolicy, AttachRolePolicy, UpdateAssumeRolePolicy, CreatePolicyVersion and the like);
IAM User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from models import arns
from models.change import (
    AddToGroup,
    AttachPolicy,
    CreateRole,
    CreateUser,
    DeleteRole,
    DeleteUser,
    DetachPolicy,
    RemoveBoundary,
    RemoveFromGroup,
    SetBoundary,
    SetDefaultVersion,
    SetTrust,
)
from models.errors import ChangeError
from models.policy import PolicyKind
from models.snapshot import Group, ManagedPolicy, Role, Snapshot, User
from simulator.changes import deleted, documents, quotas, store
from simulator.changes.documents import Json
from simulator.changes.store import Identity
from simulator.facts.managed import managed_policy
from simulator.policy import limits

#: Characters without white space: of all inline policies together.
_INLINE = {User: limits.USER, Group: limits.GROUP, Role: limits.ROLE}
#: A path and a name; those of inline policies have no path.
_NAME = re.compile(r"[\w+=,.@/-]+", re.ASCII)
_POLICY_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)


# --- managed policies -----------------------------------------------------------------------------------------------


def attach_policy(snapshot: Snapshot, change: AttachPolicy) -> Snapshot:
    holder = store.identity(snapshot, change.holder)
    _check_attachable(change.policy)
    snapshot = _known(snapshot, change.policy, holder.arn)
    if change.policy in holder.attached:
        # AttachRolePolicy and its like answer with success, and nothing happens.
        return snapshot
    most = quotas.ATTACHED[type(holder)]
    if len(holder.attached) >= most:
        raise ChangeError(
            f"`{holder.arn}` has {len(holder.attached)} managed policies, and can't have more than {most}"
        )
    attached = tuple(sorted((*holder.attached, change.policy)))
    return store.put(snapshot, holder, holder.model_copy(update={"attached": attached}))


def detach_policy(snapshot: Snapshot, change: DetachPolicy) -> Snapshot:
    holder = store.identity(snapshot, change.holder)
    if change.policy not in holder.attached:
        hint = store.nearest(change.policy, holder.attached)
        raise ChangeError(f"policy `{change.policy}` is not attached to `{holder.arn}`{hint}")
    attached = tuple(arn for arn in holder.attached if arn != change.policy)
    return store.put(snapshot, holder, holder.model_copy(update={"attached": attached}))


def set_boundary(snapshot: Snapshot, change: SetBoundary) -> Snapshot:
    holder = _bounded(snapshot, change.holder)
    _check_attachable(change.policy)
    snapshot = _known(snapshot, change.policy, holder.arn)
    return store.put(snapshot, holder, holder.model_copy(update={"boundary": change.policy}))


def remove_boundary(snapshot: Snapshot, change: RemoveBoundary) -> Snapshot:
    holder = _bounded(snapshot, change.holder)
    if holder.boundary is None:
        raise ChangeError(f"`{holder.arn}` has no permissions boundary")
    if change.policy not in (None, holder.boundary):
        raise ChangeError(f"the permissions boundary of `{holder.arn}` is `{holder.boundary}`, not `{change.policy}`")
    return store.put(snapshot, holder, holder.model_copy(update={"boundary": None}))


def _bounded(snapshot: Snapshot, arn: str) -> User | Role:
    holder = store.identity(snapshot, arn)
    if isinstance(holder, Group):
        raise ChangeError(f"`{arn}` is a group: only users and roles have a permissions boundary")
    return holder


def set_default_version(snapshot: Snapshot, change: SetDefaultVersion) -> Snapshot:
    policy = own_policy(snapshot, change.policy)
    if change.version == policy.version:
        return snapshot
    if change.version not in policy.versions:
        hint = store.nearest(change.version, policy.versions)
        raise ChangeError(f"policy `{policy.arn}` has no version `{change.version}` that was read{hint}")
    versions = {**policy.versions, policy.version: policy.document}
    document = versions.pop(change.version)
    update = {"document": document, "version": change.version, "versions": dict(sorted(versions.items()))}
    return store.put(snapshot, policy, policy.model_copy(update=update))


def own_policy(snapshot: Snapshot, arn: str) -> ManagedPolicy:
    """A managed policy that the account can change."""
    if ":iam::aws:policy/" in arn:
        raise ChangeError(f"policy `{arn}` is managed by AWS, and can't be changed")
    return store.one(snapshot.policies, arn, "managed policy")


def _check_attachable(policy: str) -> None:
    """
    Raises:
        ChangeError: for the policy of a service-linked role, in AWS's words (PolicyNotAttachable).
    """
    if ":iam::aws:policy/aws-service-role/" in policy:
        reason = "AWS service role policies can only be attached to the service-linked role for that service"
        raise ChangeError(f"{reason}: `{policy}`")


def _known(snapshot: Snapshot, arn: str, holder: str) -> Snapshot:
    """The snapshot with the document of a managed policy that `holder` is to have.

    Raises:
        ChangeError: if nobody knows the policy's document, or it is of another account.
    """
    account = arns.account_of(arn)
    if account is not None and account != arns.account_of(holder):
        raise ChangeError(f"policy `{arn}` can't be attached in another account")
    if any(policy.arn == arn for policy in snapshot.policies):
        return snapshot
    fact = managed_policy(arn)
    if fact is None:
        hint = store.nearest(arn, (policy.arn for policy in snapshot.policies))
        raise ChangeError(f"no managed policy `{arn}` was read{hint}")
    snapshot, name = store.stored(snapshot, dict(fact.document))
    return store.add(snapshot, ManagedPolicy(arn=fact.arn, document=name, version=fact.version))


# --- statements -----------------------------------------------------------------------------------------------------


def edit(snapshot: Snapshot, arn: str, policy: str | None, change: Callable[[Any], Json | None]) -> Snapshot:
    """Change an inline policy, an attached managed one, or (without `policy`) a new inline one."""
    holder = store.identity(snapshot, arn)
    if policy is not None and policy.startswith("arn:"):
        return _edit_managed(snapshot, holder, policy, change)
    name = policy or _new_name(holder)
    if not _POLICY_NAME.fullmatch(name):
        raise ChangeError(f"`{name}` is not a name for an inline policy: letters, digits and +=,.@-_, 128 at most")
    old = snapshot.documents.get(holder.inline.get(name, ""))
    return _put_inline(snapshot, holder, name, change(old))


def edit_where(
    snapshot: Snapshot, arn: str, policy: str | None, sid: str, change: Callable[[Any], Json | None]
) -> Snapshot:
    """Change the policy that has a statement, or the one that is named."""
    holder = store.identity(snapshot, arn)
    held = {name: snapshot.documents.get(name_) for name, name_ in holder.inline.items()}
    by_arn = {item.arn: item for item in snapshot.policies}
    held |= {arn: snapshot.documents.get(by_arn[arn].document) for arn in holder.attached if arn in by_arn}
    name = _having(holder.arn, held, policy, sid)
    if name in holder.inline:
        return _put_inline(snapshot, holder, name, change(held[name]))
    return _edit_managed(snapshot, holder, name, change)


def _having(holder: str, held: dict[str, Any], policy: str | None, sid: str) -> str:
    """The one policy that has the statement."""
    if policy is not None and policy not in held:
        raise ChangeError(f"`{holder}` has no policy `{policy}`{store.nearest(policy, held)}")
    if policy is None and sid.startswith("#"):
        raise ChangeError(f"`{sid}` needs the name of its policy: {', '.join(f'`{name}`' for name in held)}")
    named = [policy] if policy is not None else list(held)
    having = [name for name in named if documents.index(held[name], sid) is not None]
    if not having:
        sids = [found for name in named for found in documents.labels(held[name])]
        raise ChangeError(f"`{holder}` has no statement `{sid}`{store.nearest(sid, sids)}")
    if len(having) > 1:
        raise ChangeError(f"statement `{sid}` is in several policies of `{holder}`: {', '.join(having)}")
    return having[0]


def _new_name(holder: Identity) -> str:
    taken = set(holder.inline)
    return next(name for number in range(1, len(taken) + 2) if (name := f"permgraph-{number}") not in taken)


def _put_inline(snapshot: Snapshot, holder: Identity, name: str, document: Json | None) -> Snapshot:
    """Write an inline policy; None deletes it."""
    inline = {key: value for key, value in holder.inline.items() if key != name}
    if document is not None:
        snapshot, stored = store.stored(snapshot, document)
        inline[name] = stored
        limit = _INLINE[type(holder)]
        size = sum(documents.size(snapshot.documents.get(value), limit) for value in inline.values())
        if size > limit.most:
            problem = f"would have {size:,} characters, more than {limit.most:,}; a managed policy has room of its own"
            raise ChangeError(f"inline policies of `{holder.arn}` {problem}")
    return store.put(snapshot, holder, holder.model_copy(update={"inline": dict(sorted(inline.items()))}))


def _edit_managed(snapshot: Snapshot, holder: Identity, arn: str, change: Callable[[Any], Json | None]) -> Snapshot:
    """Edit a managed policy that is attached to `holder`: all its holders have it so then."""
    if arn not in holder.attached:
        raise ChangeError(f"policy `{arn}` is not attached to `{holder.arn}`{store.nearest(arn, holder.attached)}")
    return edit_managed(snapshot, arn, change)


def edit_managed(snapshot: Snapshot, arn: str, change: Callable[[Any], Json | None]) -> Snapshot:
    """Edit a managed policy; `apply` saves what comes of it as a version (`simulator.changes.versions`)."""
    if ":iam::aws:policy/" in arn:
        raise ChangeError(f"policy `{arn}` is managed by AWS, and can't be changed")
    policy = next((item for item in snapshot.policies if item.arn == arn), None)
    if policy is None:
        raise ChangeError(f"the document of policy `{arn}` is not in the snapshot")
    document = change(snapshot.documents.get(policy.document))
    if document is None:
        raise ChangeError(f"the last statement of `{arn}` can't be removed: detach the policy instead")
    documents.check_size(document, limits.MANAGED, arn)
    snapshot, name = store.stored(snapshot, document)
    return store.put(snapshot, policy, policy.model_copy(update={"document": name}))


def edit_boundary(snapshot: Snapshot, arn: str, change: Callable[[Any], Json | None]) -> Snapshot:
    """Change the managed policy that is somebody's boundary: everybody's whose boundary it is."""
    holder = _bounded(snapshot, arn)
    if holder.boundary is None:
        raise ChangeError(f"`{arn}` has no permissions boundary; `set_boundary` gives it one")
    return edit_managed(snapshot, holder.boundary, change)


def edit_session(snapshot: Snapshot, arn: str, change: Callable[[Any], Json | None]) -> Snapshot:
    """Change the session policy that whoever assumes a role passes."""
    role = store.role(snapshot, arn)
    document = change(snapshot.documents.get(role.session or ""))
    if document is None:
        return store.put(snapshot, role, role.model_copy(update={"session": None}))
    documents.check_size(document, limits.LIMITS[PolicyKind.SESSION], arn)
    snapshot, name = store.stored(snapshot, document)
    return store.put(snapshot, role, role.model_copy(update={"session": name}))


def set_trust(snapshot: Snapshot, change: SetTrust) -> Snapshot:
    return edit_trust(snapshot, change.holder, lambda _: change.document)


def edit_trust(snapshot: Snapshot, arn: str, change: Callable[[Any], Json | None]) -> Snapshot:
    role = store.role(snapshot, arn)
    document = change(snapshot.documents.get(role.trust))
    if document is None:
        raise ChangeError(
            f"the last statement of the trust policy of `{arn}` can't be removed; `set_trust` replaces it"
        )
    snapshot, name = _trust(snapshot, document, arn)
    return store.put(snapshot, role, role.model_copy(update={"trust": name}))


def _trust(snapshot: Snapshot, document: Json, arn: str) -> tuple[Snapshot, str]:
    """A trust policy that AWS would take, kept."""
    documents.check(document, PolicyKind.TRUST)
    for statement in documents.statements(document):
        documents.check_principals(snapshot, statement)
    documents.check_size(document, limits.LIMITS[PolicyKind.TRUST], arn)
    return store.stored(snapshot, document)


# --- groups, users, roles -------------------------------------------------------------------------------------------


def add_to_group(snapshot: Snapshot, change: AddToGroup) -> Snapshot:
    user, group = store.user(snapshot, change.user), store.group(snapshot, change.group)
    if arns.account_of(user.arn) != arns.account_of(group.arn):
        raise ChangeError(f"`{user.arn}` and `{group.arn}` are of different accounts")
    if group.arn in user.groups:
        return snapshot
    if len(user.groups) >= quotas.GROUPS:
        raise ChangeError(f"`{user.arn}` is in {len(user.groups)} groups, and can't be in more than {quotas.GROUPS}")
    groups = tuple(sorted((*user.groups, group.arn)))
    return store.put(snapshot, user, user.model_copy(update={"groups": groups}))


def remove_from_group(snapshot: Snapshot, change: RemoveFromGroup) -> Snapshot:
    user = store.user(snapshot, change.user)
    if change.group not in user.groups:
        raise ChangeError(f"`{user.arn}` is not in `{change.group}`{store.nearest(change.group, user.groups)}")
    groups = tuple(arn for arn in user.groups if arn != change.group)
    return store.put(snapshot, user, user.model_copy(update={"groups": groups}))


def create_user(snapshot: Snapshot, change: CreateUser) -> Snapshot:
    _check_new(snapshot, change.user, "user")
    return store.add(snapshot, User(arn=change.user))


def create_role(snapshot: Snapshot, change: CreateRole) -> Snapshot:
    _check_new(snapshot, change.role, "role")
    snapshot, name = _trust(snapshot, change.document, change.role)
    return store.add(snapshot, Role(arn=change.role, trust=name))


def _check_new(snapshot: Snapshot, arn: str, kind: str) -> None:
    parts = arns.parts(arn)
    if arns.kind_of(arn) != kind or parts is None or not _NAME.fullmatch(parts.resource):
        raise ChangeError(f"`{arn}` is not the ARN of a {kind}")
    store.collected(snapshot, parts.account)
    store.check_ours(arn)
    name = arn.rsplit("/", 1)[-1].lower()
    if not 0 < len(name) <= quotas.NAME:
        raise ChangeError(f"the name of a {kind} has {quotas.NAME} characters at most, and `{name}` has {len(name)}")
    for item in (*snapshot.users, *snapshot.roles):
        same = arns.kind_of(item.arn) == kind and arns.account_of(item.arn) == parts.account
        # Names differ in more than their case, and paths don't count.
        if same and item.arn.rsplit("/", 1)[-1].lower() == name:
            raise ChangeError(f"there is a {kind} of that name already: `{item.arn}`")


def delete_user(snapshot: Snapshot, change: DeleteUser) -> Snapshot:
    return deleted.delete(snapshot, store.user(snapshot, change.user))


def delete_role(snapshot: Snapshot, change: DeleteRole) -> Snapshot:
    return deleted.delete(snapshot, store.role(snapshot, change.role))
