"""Users, groups, roles and managed policies, in all three forms.

Sources: AWS CLI Command Reference (iam); CloudFormation Template Reference (AWS::IAM::…); the AWS provider's
documentation (aws_iam_…).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from models import arns
from models.snapshot import Group, ManagedPolicy, Role, Snapshot, User
from simulator.repair.forms.said import Block, Command, Edit, Json, Said, Step, given, step

Identity = User | Group | Role
Found = TypeVar("Found", User, Group, Role, ManagedPolicy)

_KINDS: dict[type, str] = {User: "user", Group: "group", Role: "role"}


def created(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    for kind, new in (("user", _new(before.users, after.users)), ("role", _new(before.roles, after.roles))):
        for one in new:
            yield _creation(after, kind, one)


def changed(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    """What identities have, and the managed policies themselves."""
    for policy, new in _pairs(before.policies, after.policies):
        yield from _policy(after, policy, new)
    for group, one in _pairs(before.groups, after.groups):
        yield from _identity(after, group, one)
    for user, other in _pairs(before.users, after.users):
        yield from _identity(after, user, other)
    for role, another in _pairs(before.roles, after.roles):
        yield from _identity(after, role, another)


def deleted(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    for kind, gone in (("user", _new(after.users, before.users)), ("role", _new(after.roles, before.roles))):
        for one in gone:
            yield _deletion(kind, one)


def _new(old: tuple[Any, ...], new: tuple[Any, ...]) -> list[Any]:
    if old is new:
        return []
    there = {item.arn for item in old}
    return [item for item in new if item.arn not in there]


def _pairs(old: tuple[Found, ...], new: tuple[Found, ...]) -> Iterator[tuple[Found | None, Found]]:
    """What is new or another, with what it was."""
    if old is new:
        return iter(())
    there = {item.arn: item for item in old}
    return ((there.get(item.arn), item) for item in new if there.get(item.arn) is not item)


def name_of(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _path(arn: str) -> str | None:
    """The path of a user or role; None: it is the root, which needn't be said."""
    parts = arns.parts(arn)
    middle = parts.resource.split("/")[1:-1] if parts else []
    return f"/{'/'.join(middle)}/" if middle else None


# --- identities ------------------------------------------------------------------------------------------------------


def _identity(after: Snapshot, old: Identity | None, new: Identity) -> Iterator[Step]:
    kind, had = _KINDS[type(new)], old.inline if old else {}
    if isinstance(old, Role) and isinstance(new, Role):
        if old.trust != new.trust:
            yield _trust(new.arn, after.documents[new.trust])
        if old.session != new.session:
            yield _session(new, after)
    for name in sorted({*had, *new.inline}):
        if had.get(name) != new.inline.get(name):
            yield _inline(after, kind, new, name, is_there=name in had)
    yield from _attachments(kind, old, new)
    if not isinstance(new, Group):
        if old is not None and not isinstance(old, Group) and old.boundary != new.boundary:
            yield _boundary(kind, new.arn, new.boundary)
        if isinstance(new, User):
            yield from _memberships(new, old.groups if isinstance(old, User) else ())


def _inline(after: Snapshot, kind: str, holder: Identity, name: str, *, is_there: bool) -> Step:
    who, options = name_of(holder.arn), {f"{kind}-name": name_of(holder.arn), "policy-name": name}
    template, block = "AWS::IAM::Policy", f"aws_iam_{kind}_policy"
    if name not in holder.inline:
        gone = f"{name} of {kind} {who}"
        return step(
            holder.arn,
            Command("iam", f"delete-{kind}-policy", options),
            cloudformation=Edit(template, gone, None),
            terraform=Edit(block, gone, None),
        )
    document = Json(after.documents[holder.inline[name]])
    imported = f"{who}:{name}" if is_there else None
    properties = {"PolicyName": name, "PolicyDocument": document, f"{kind.title()}s": [who]}
    return step(
        holder.arn,
        Command("iam", f"put-{kind}-policy", {**options, "policy-document": document}),
        cloudformation=Block(template, properties, imported),
        terraform=Block(block, {"name": name, kind: who, "policy": document}, imported),
    )


def _trust(arn: str, document: Any) -> Step:
    name, wanted = name_of(arn), Json(document)
    return step(
        arn,
        Command("iam", "update-assume-role-policy", {"role-name": name, "policy-document": wanted}),
        cloudformation=Edit("AWS::IAM::Role", name, {"AssumeRolePolicyDocument": wanted}),
        terraform=Edit("aws_iam_role", name, {"assume_role_policy": wanted}),
    )


def _session(role: Role, after: Snapshot) -> Step:
    """A session policy is nowhere in AWS: whoever assumes the role passes it, or doesn't."""
    document = after.documents[role.session] if role.session else None
    what = "the session policy that is passed" if document else "no session policy"
    why = f"role {name_of(role.arn)} has to be assumed with {what}: that is said by who calls AssumeRole"
    return step(role.arn, warnings=(why,))


def _attachments(kind: str, old: Identity | None, new: Identity) -> Iterator[Step]:
    had, who = old.attached if old else (), name_of(new.arn)
    managed = Edit(f"AWS::IAM::{kind.title()}", who, {"ManagedPolicyArns": list(new.attached)})
    block = f"aws_iam_{kind}_policy_attachment"
    for policy in (
        *(item for item in new.attached if item not in had),
        *(item for item in had if item not in new.attached),
    ):
        options = {f"{kind}-name": who, "policy-arn": policy}
        is_new = policy in new.attached
        declared: Said = Block(block, {kind: who, "policy_arn": policy})
        yield step(
            new.arn,
            Command("iam", f"{'attach' if is_new else 'detach'}-{kind}-policy", options),
            # A role or user that is made has them in its own resource.
            cloudformation=managed if old else (),
            terraform=declared if is_new else Edit(block, f"{policy} of {kind} {who}", None),
        )


def _boundary(kind: str, arn: str, boundary: str | None) -> Step:
    who = name_of(arn)
    options: dict[str, Any] = {f"{kind}-name": who}
    operation = f"put-{kind}-permissions-boundary" if boundary else f"delete-{kind}-permissions-boundary"
    if boundary:
        options["permissions-boundary"] = boundary
    return step(
        arn,
        Command("iam", operation, options),
        cloudformation=Edit(f"AWS::IAM::{kind.title()}", who, {"PermissionsBoundary": boundary}),
        terraform=Edit(f"aws_iam_{kind}", who, {"permissions_boundary": boundary}),
    )


def _memberships(user: User, had: tuple[str, ...]) -> Iterator[Step]:
    who = name_of(user.arn)
    for group in (
        *(item for item in user.groups if item not in had),
        *(item for item in had if item not in user.groups),
    ):
        is_new, name = group in user.groups, name_of(group)
        declared: tuple[Said, Said] = (
            Block("AWS::IAM::UserToGroupAddition", {"GroupName": name, "Users": [who]}),
            Block("aws_iam_user_group_membership", {"user": who, "groups": [name]}),
        )
        gone = f"user {who} in group {name}"
        edits = Edit("AWS::IAM::UserToGroupAddition", gone, None), Edit("aws_iam_user_group_membership", gone, None)
        template, block = declared if is_new else edits
        operation = "add-user-to-group" if is_new else "remove-user-from-group"
        command = Command("iam", operation, {"group-name": name, "user-name": who})
        yield step(user.arn, command, cloudformation=template, terraform=block)


# --- made and deleted ------------------------------------------------------------------------------------------------


def _creation(after: Snapshot, kind: str, one: User | Role) -> Step:
    name, path = name_of(one.arn), _path(one.arn)
    trust = Json(after.documents[one.trust]) if isinstance(one, Role) else None
    options = {f"{kind}-name": name, "path": path, "assume-role-policy-document": trust}
    properties = given(
        Path=path,
        AssumeRolePolicyDocument=trust,
        PermissionsBoundary=one.boundary,
        ManagedPolicyArns=list(one.attached) or None,
    )
    arguments = given(name=name, path=path, assume_role_policy=trust, permissions_boundary=one.boundary)
    return step(
        one.arn,
        Command("iam", f"create-{kind}", {**options, "permissions-boundary": one.boundary}),
        cloudformation=Block(f"AWS::IAM::{kind.title()}", {f"{kind.title()}Name": name, **properties}),
        terraform=Block(f"aws_iam_{kind}", arguments),
    )


def _deletion(kind: str, one: User | Role) -> Step:
    """What it has goes first: IAM refuses to delete it otherwise."""
    name = name_of(one.arn)
    who = {f"{kind}-name": name}
    commands = [Command("iam", f"delete-{kind}-policy", {**who, "policy-name": item}) for item in one.inline]
    commands += [Command("iam", f"detach-{kind}-policy", {**who, "policy-arn": item}) for item in one.attached]
    if isinstance(one, User):
        commands += [
            Command("iam", "remove-user-from-group", {"group-name": name_of(item), **who}) for item in one.groups
        ]
        more = f"user {name} may have a password, access keys, devices and certificates, which have to go first"
    else:
        commands += [
            Command("iam", "remove-role-from-instance-profile", {"instance-profile-name": name_of(item), **who})
            for item in one.instance_profiles
        ]
        more = None
    return step(
        one.arn,
        *commands,
        Command("iam", f"delete-{kind}", who),
        cloudformation=Edit(f"AWS::IAM::{kind.title()}", name, None),
        terraform=Edit(f"aws_iam_{kind}", name, None),
        warnings=(more,) if more else (),
    )


# --- managed policies ------------------------------------------------------------------------------------------------


def _policy(after: Snapshot, old: ManagedPolicy | None, new: ManagedPolicy) -> Iterator[Step]:
    """Another default version. One that AWS manages only comes into the snapshot."""
    if old is None or (old.document, old.version) == (new.document, new.version):
        return
    document, name = Json(after.documents[new.document]), name_of(new.arn)
    warnings = []
    if old.versions.get(new.version) == new.document:
        options: dict[str, Any] = {"policy-arn": new.arn, "version-id": new.version}
        commands = [Command("iam", "set-default-policy-version", options)]
    else:
        gone = sorted({*old.versions} - {*new.versions})
        commands = [Command("iam", "delete-policy-version", {"policy-arn": new.arn, "version-id": one}) for one in gone]
        warnings = [f"policy {name} has as many versions as it can have: {one}, the oldest, is deleted" for one in gone]
        options = {"policy-arn": new.arn, "policy-document": document, "set-as-default": True}
        commands.append(Command("iam", "create-policy-version", options))
    yield step(
        new.arn,
        *commands,
        cloudformation=Edit("AWS::IAM::ManagedPolicy", name, {"PolicyDocument": document}),
        terraform=Edit("aws_iam_policy", name, {"policy": document}),
        warnings=tuple(warnings),
    )
