"""Applies changes to a snapshot: a new snapshot that shares whatever did not change.

What AWS would refuse is refused, with its reason. Nothing here touches an AWS account.
Sources: IAM API Reference (PutUserPolicy, AttachRolePolicy, UpdateAssumeRolePolicy, CreatePolicyVersion and the like);
IAM User Guide, "IAM and AWS STS quotas"; Lambda API Reference, "AddPermission".
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from models import arns
from models.change import AddStatement, AttachPolicy, Change, DetachPolicy, RemoveStatement, SetTrust
from models.decision import FactKind
from models.errors import ChangeError, PolicyError
from models.policy import PolicyKind
from models.snapshot import Function, Group, ManagedPolicy, Resource, Role, Snapshot, User, Value, document_id
from simulator.facts.managed import managed_policy
from simulator.policy import limits
from simulator.policy.limits import Limit
from simulator.policy.parse import parse_policy

Json = dict[str, Any]
Identity = User | Group | Role

VERSION = "2012-10-17"
#: Characters without white space: for identities of all inline policies together, for the rest of one document.
_INLINE = {User: limits.USER, Group: limits.GROUP, Role: limits.ROLE}
#: The highest that can be asked for: 10 for groups, 20 for users and roles.
ATTACHED = {User: 20, Group: 10, Role: 20}


def apply(snapshot: Snapshot, changes: Sequence[Change]) -> Snapshot:
    """Return the snapshot as it is after the changes, applied in their order.

    Raises:
        ChangeError: for a change that AWS would refuse, or of something that the snapshot doesn't have.
    """
    for change in changes:
        snapshot = _ONE[type(change)](snapshot, change)
    return snapshot


def _add_statement(snapshot: Snapshot, change: AddStatement) -> Snapshot:
    if change.side == "identity":
        return _edit_identity(snapshot, change.holder, change.policy, change.statement)
    if change.side == "trust":
        return _edit_trust(snapshot, change.holder, lambda old: _with(old, change.statement, PolicyKind.TRUST))
    _check_principals(snapshot, change.statement)
    return _edit_resource(
        snapshot, change.holder, lambda old: _with(old, change.statement, PolicyKind.RESOURCE), needed=False
    )


def _remove_statement(snapshot: Snapshot, change: RemoveStatement) -> Snapshot:
    if change.side == "identity":
        return _remove_from_identity(snapshot, change)
    if change.side == "trust":
        return _edit_trust(snapshot, change.holder, lambda old: _without(old, change.sid, change.holder))
    return _edit_resource(snapshot, change.holder, lambda old: _without(old, change.sid, change.holder), needed=True)


def _set_trust(snapshot: Snapshot, change: SetTrust) -> Snapshot:
    return _edit_trust(snapshot, change.holder, lambda _: change.document)


def _attach_policy(snapshot: Snapshot, change: AttachPolicy) -> Snapshot:
    holder = _identity(snapshot, change.holder)
    account = arns.account_of(change.policy)
    if account is not None and account != arns.account_of(holder.arn):
        raise ChangeError(f"policy `{change.policy}` can't be attached in another account")
    known = next((policy for policy in snapshot.policies if policy.arn == change.policy), None)
    if known is None:
        snapshot = _learn_managed(snapshot, change.policy)
    if change.policy in holder.attached:
        # AttachRolePolicy and its like answer with success, and nothing happens.
        return snapshot
    most = ATTACHED[type(holder)]
    if len(holder.attached) >= most:
        raise ChangeError(f"`{holder.arn}` has {most} managed policies, and can't have more")
    attached = tuple(sorted((*holder.attached, change.policy)))
    return _put(snapshot, holder, holder.model_copy(update={"attached": attached}))


def _detach_policy(snapshot: Snapshot, change: DetachPolicy) -> Snapshot:
    holder = _identity(snapshot, change.holder)
    if change.policy not in holder.attached:
        raise ChangeError(
            f"policy `{change.policy}` is not attached to `{holder.arn}`{_nearest(change.policy, holder.attached)}"
        )
    attached = tuple(arn for arn in holder.attached if arn != change.policy)
    return _put(snapshot, holder, holder.model_copy(update={"attached": attached}))


def _learn_managed(snapshot: Snapshot, arn: str) -> Snapshot:
    """Add the document of a policy that AWS manages.

    Raises:
        ChangeError: if nobody knows the policy's document.
    """
    fact = managed_policy(arn)
    if fact is None:
        raise ChangeError(f"no managed policy `{arn}`{_nearest(arn, (policy.arn for policy in snapshot.policies))}")
    snapshot, name = _stored(snapshot, dict(fact.document))
    added = ManagedPolicy(arn=fact.arn, document=name, version=fact.version)
    return snapshot.model_copy(update={"policies": _sorted((*snapshot.policies, added))})


def _edit_identity(snapshot: Snapshot, arn: str, policy: str | None, statement: Json) -> Snapshot:
    """Add a statement to an inline policy, an attached managed one, or (without `policy`) a new inline one."""
    holder = _identity(snapshot, arn)
    if policy is not None and policy.startswith("arn:"):
        return _edit_managed(snapshot, holder, policy, lambda old: _with(old, statement, PolicyKind.IDENTITY))
    name = policy or _new_name(holder)
    old = snapshot.documents.get(holder.inline.get(name, ""))
    return _put_inline(snapshot, holder, name, _with(old, statement, PolicyKind.IDENTITY))


def _new_name(holder: Identity) -> str:
    taken = set(holder.inline)
    return next(name for number in range(1, len(taken) + 2) if (name := f"permgraph-{number}") not in taken)


def _put_inline(snapshot: Snapshot, holder: Identity, name: str, document: Json | None) -> Snapshot:
    """Write an inline policy; None deletes it."""
    inline = {key: value for key, value in holder.inline.items() if key != name}
    if document is not None:
        snapshot, stored = _stored(snapshot, document)
        inline[name] = stored
        limit = _INLINE[type(holder)]
        size = sum(_size(snapshot.documents.get(value), limit) for value in inline.values())
        if size > limit.most:
            problem = f"would have {size:,} characters, more than {limit.most:,}"
            raise ChangeError(f"inline policies of `{holder.arn}` {problem}")
    return _put(snapshot, holder, holder.model_copy(update={"inline": dict(sorted(inline.items()))}))


def _edit_managed(snapshot: Snapshot, holder: Identity, arn: str, edit: Callable[[Any], Json | None]) -> Snapshot:
    """Make a new default version of a managed policy that is attached to `holder`: all its holders have it then."""
    if arn not in holder.attached:
        raise ChangeError(f"policy `{arn}` is not attached to `{holder.arn}`{_nearest(arn, holder.attached)}")
    if ":iam::aws:policy/" in arn:
        raise ChangeError(f"policy `{arn}` is managed by AWS, and can't be changed")
    policy = next((item for item in snapshot.policies if item.arn == arn), None)
    if policy is None:
        raise ChangeError(f"the document of policy `{arn}` is not in the snapshot")
    document = edit(snapshot.documents.get(policy.document))
    if document is None:
        raise ChangeError(f"the last statement of `{arn}` can't be removed: detach the policy instead")
    _check_size(document, limits.MANAGED, arn)
    snapshot, name = _stored(snapshot, document)
    return _put(snapshot, policy, policy.model_copy(update={"document": name}))


def _remove_from_identity(snapshot: Snapshot, change: RemoveStatement) -> Snapshot:
    """Remove a statement from the policy that has it, or from the one that is named."""
    holder = _identity(snapshot, change.holder)
    held = {name: snapshot.documents.get(name_) for name, name_ in holder.inline.items()}
    by_arn = {policy.arn: policy for policy in snapshot.policies}
    held |= {arn: snapshot.documents.get(by_arn[arn].document) for arn in holder.attached if arn in by_arn}
    if change.policy is not None and change.policy not in held:
        raise ChangeError(f"`{holder.arn}` has no policy `{change.policy}`{_nearest(change.policy, held)}")
    if change.policy is None and change.sid.startswith("#"):
        raise ChangeError(f"`{change.sid}` needs the name of its policy: {', '.join(f'`{name}`' for name in held)}")
    named = [change.policy] if change.policy is not None else list(held)
    having = [name for name in named if _index(held[name], change.sid) is not None]
    if not having:
        sids = [_label(row, number) for name in named for number, row in enumerate(_statements(held[name]), 1)]
        raise ChangeError(f"`{holder.arn}` has no statement `{change.sid}`{_nearest(change.sid, sids)}")
    if len(having) > 1:
        raise ChangeError(f"statement `{change.sid}` is in several policies of `{holder.arn}`: {', '.join(having)}")
    name = having[0]
    if name in holder.inline:
        return _put_inline(snapshot, holder, name, _without(held[name], change.sid, holder.arn))
    return _edit_managed(snapshot, holder, name, lambda old: _without(old, change.sid, holder.arn))


def _edit_trust(snapshot: Snapshot, arn: str, edit: Callable[[Any], Json | None]) -> Snapshot:
    role = _identity(snapshot, arn)
    if not isinstance(role, Role):
        raise ChangeError(f"`{arn}` is not a role: only roles have a trust policy")
    document = edit(snapshot.documents.get(role.trust))
    if document is None:
        raise ChangeError(
            f"the last statement of the trust policy of `{arn}` can't be removed; `set_trust` replaces it"
        )
    _check(document, PolicyKind.TRUST)
    for statement in _statements(document):
        _check_principals(snapshot, statement)
    _check_size(document, limits.LIMITS[PolicyKind.TRUST], arn)
    snapshot, name = _stored(snapshot, document)
    return _put(snapshot, role, role.model_copy(update={"trust": name}))


def _edit_resource(snapshot: Snapshot, arn: str, edit: Callable[[Any], Json | None], *, needed: bool) -> Snapshot:
    """Change the policy of a function (or of the qualifier that its ARN ends in) or of another resource."""
    if arns.is_function(arn):
        return _edit_function(snapshot, arn, edit, needed=needed)
    resource = next((item for item in snapshot.resources if item.arn == arn), None)
    if resource is None:
        raise ChangeError(f"no resource `{arn}`{_nearest(arn, (item.arn for item in snapshot.resources))}")
    if needed and resource.policy is None:
        raise ChangeError(f"`{arn}` has no policy")
    document = edit(snapshot.documents.get(resource.policy or ""))
    if document is None:
        return _put(snapshot, resource, resource.model_copy(update={"policy": None}))
    snapshot, name = _stored(snapshot, document)
    return _put(snapshot, resource, resource.model_copy(update={"policy": name}))


def _edit_function(snapshot: Snapshot, arn: str, edit: Callable[[Any], Json | None], *, needed: bool) -> Snapshot:
    unqualified, qualifier = arns.split_function(arn)
    function = next((item for item in snapshot.functions if item.arn == unqualified), None)
    if function is None:
        raise ChangeError(f"no function `{arn}`{_nearest(arn, (item.arn for item in snapshot.functions))}")
    if qualifier == "$LATEST":
        raise ChangeError("`$LATEST` can't have a policy of its own: name the function without it")
    if qualifier and qualifier not in (*function.versions, *function.aliases):
        hint = _nearest(qualifier, (*function.versions, *function.aliases))
        raise ChangeError(f"function `{unqualified}` has no version or alias `{qualifier}`{hint}")
    key = qualifier or ""
    if needed and key not in function.policies:
        raise ChangeError(f"`{arn}` has no policy")
    document = edit(snapshot.documents.get(function.policies.get(key, "")))
    policies = {name: value for name, value in function.policies.items() if name != key}
    if document is not None:
        _check_size(document, limits.FUNCTION, arn)
        snapshot, policies[key] = _stored(snapshot, document)
    return _put(snapshot, function, function.model_copy(update={"policies": dict(sorted(policies.items()))}))


def _identity(snapshot: Snapshot, arn: str) -> Identity:
    """Return the user, group or role that may be changed."""
    everybody: tuple[Identity, ...] = (*snapshot.users, *snapshot.groups, *snapshot.roles)
    found = next((item for item in everybody if item.arn == arn), None)
    if found is None:
        raise ChangeError(f"no user, group or role `{arn}`{_nearest(arn, (item.arn for item in everybody))}")
    for path, who in ((":role/aws-reserved/", "AWS"), (":role/aws-service-role/", "the service it is linked to")):
        if path in arn:
            raise ChangeError(f"role `{arn}` can be changed by {who} only")
    return found


def _check_principals(snapshot: Snapshot, statement: Any) -> None:
    """Refuse principals that aren't there, as IAM and Lambda do, in the accounts whose principals are known."""
    element = statement.get("Principal") if isinstance(statement, dict) else None
    named = element.get("AWS", ()) if isinstance(element, dict) else ()
    unread = {gap.about for gap in snapshot.gaps if gap.what is FactKind.IDENTITY}
    unread |= {fact.about for fact in snapshot.assumptions if fact.what is FactKind.IDENTITY}
    known = {account.id for account in snapshot.accounts if account.collected} - unread
    there = {item.arn for item in (*snapshot.users, *snapshot.roles)}
    for value in [named] if isinstance(named, str) else named:
        parts = arns.parts(value) if isinstance(value, str) else None
        if parts is None or parts[4] not in known or value in there:
            continue
        if parts[2] == "iam" and parts[5].startswith(("user/", "role/")):
            raise ChangeError(f"the principal `{value}` is not there{_nearest(value, there)}")


def _statements(document: Any) -> list[Any]:
    """Return a document's statements; AWS takes one without a list."""
    if isinstance(document, str):
        document = json.loads(document)
    body = document.get("Statement", []) if isinstance(document, dict) else []
    return list(body) if isinstance(body, list) else [body]


def _label(statement: Any, number: int) -> str:
    return str(statement.get("Sid") or f"#{number}")


def _index(document: Any, sid: str) -> int | None:
    """Return where the statement is that has this Sid, or is the Nth for `#N`."""
    for index, statement in enumerate(_statements(document)):
        if sid in (statement.get("Sid"), f"#{index + 1}"):
            return index
    return None


def _with(document: Any, statement: Json, kind: PolicyKind) -> Json:
    """Return the document with a statement more."""
    _check({"Version": VERSION, "Statement": [statement]}, kind)
    sid = statement.get("Sid")
    if sid and _index(document, sid) is not None:
        raise ChangeError(f"the statement id `{sid}` is in use already")
    head: Json = dict(document) if isinstance(document, dict) and document else {"Version": VERSION}
    return {**head, "Statement": [*_statements(document), statement]}


def _without(document: Any, sid: str, holder: str) -> Json | None:
    """Return the document without a statement; None: it was the last."""
    statements = _statements(document)
    index = _index(document, sid)
    if index is None:
        labels = [_label(row, number) for number, row in enumerate(statements, 1)]
        raise ChangeError(f"the policy of `{holder}` has no statement `{sid}`{_nearest(sid, labels)}")
    left = statements[:index] + statements[index + 1 :]
    head: Json = dict(document) if isinstance(document, dict) else json.loads(document)
    return {**head, "Statement": left} if left else None


def _check(document: Json, kind: PolicyKind) -> None:
    try:
        parse_policy(document, kind, strict=True)
    except PolicyError as error:
        raise ChangeError(f"AWS would refuse the {kind} policy: {error}") from error


def _size(document: Any, limit: Limit) -> int:
    return len(document) if isinstance(document, str) else limits.length(document, limit)


def _check_size(document: Json, limit: Limit, arn: str) -> None:
    if (size := _size(document, limit)) > limit.most:
        raise ChangeError(f"the policy of `{arn}` would have {size:,} characters, more than {limit.most:,}")


def _stored(snapshot: Snapshot, document: Json) -> tuple[Snapshot, str]:
    """Keep a document. Not in place: snapshots share their documents."""
    name = document_id(document)
    if name in snapshot.documents:
        return snapshot, name
    return snapshot.model_copy(update={"documents": {**snapshot.documents, name: document}}), name


_FIELDS: dict[type, str] = {
    User: "users",
    Group: "groups",
    Role: "roles",
    Function: "functions",
    Resource: "resources",
    ManagedPolicy: "policies",
}


def _put(snapshot: Snapshot, old: Value, new: Value) -> Snapshot:
    """Replace one thing; all others stay the very same objects."""
    field = _FIELDS[type(old)]
    rows = tuple(new if item is old else item for item in getattr(snapshot, field))
    return snapshot.model_copy(update={field: rows})


def _sorted(policies: Iterable[ManagedPolicy]) -> tuple[ManagedPolicy, ...]:
    return tuple(sorted(policies, key=lambda policy: policy.arn))


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(set(known)), n=2)
    return f"; did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""


_ONE: dict[type, Callable[[Snapshot, Any], Snapshot]] = {
    AddStatement: _add_statement,
    RemoveStatement: _remove_statement,
    SetTrust: _set_trust,
    AttachPolicy: _attach_policy,
    DetachPolicy: _detach_policy,
}
