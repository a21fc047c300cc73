"""Users, groups, roles and managed policies: what GetAccountAuthorizationDetails says of them, into models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models import arns
from models.snapshot import Group, ManagedPolicy, Role, User
from simulator.collector import shapes
from simulator.collector.documents import Documents


def user_of(user: shapes.UserDetail, groups: Mapping[str, str], account: str, documents: Documents) -> User:
    """Make the model; `groups` maps a group's name to its ARN."""
    partition = arns.partition_of(user.arn)
    names = sorted(user.group_list)
    return User(
        arn=user.arn,
        id=user.user_id,
        inline=_inline(user.user_policy_list, documents),
        attached=user.attached,
        groups=tuple(groups.get(name, f"arn:{partition}:iam::{account}:group/{name}") for name in names),
        boundary=user.permissions_boundary.permissions_boundary_arn if user.permissions_boundary else None,
        tags=shapes.tags_of(user.tags),
    )


def group_of(group: shapes.GroupDetail, documents: Documents) -> Group:
    return Group(
        arn=group.arn,
        id=group.group_id,
        inline=_inline(group.group_policy_list, documents),
        attached=group.attached,
    )


def role_of(role: shapes.RoleDetail, documents: Documents) -> Role:
    return Role(
        arn=role.arn,
        id=role.role_id,
        inline=_inline(role.role_policy_list, documents),
        attached=role.attached,
        trust=documents.add(role.assume_role_policy_document),
        boundary=role.permissions_boundary.permissions_boundary_arn if role.permissions_boundary else None,
        tags=shapes.tags_of(role.tags),
        instance_profiles=tuple(sorted(profile.arn for profile in role.instance_profile_list)),
    )


def managed_policy_of(policy: shapes.PolicyDetail, documents: Documents) -> ManagedPolicy | None:
    """Make the model; None if the default version's document isn't there."""
    read = {version.version_id: version for version in policy.policy_version_list if version.document is not None}
    default = next((key for key, version in read.items() if version.is_default_version), policy.default_version_id)
    if default is None or default not in read:
        return None
    found = {key: documents.add(version.document) for key, version in read.items()}
    return ManagedPolicy(arn=policy.arn, document=found.pop(default), version=default, versions=found)


def policies_of(holder: shapes.HolderDetail) -> Iterable[str]:
    """The managed policies that somebody has attached, or as permissions boundary."""
    yield from holder.attached
    if isinstance(holder, shapes.UserDetail | shapes.RoleDetail) and holder.permissions_boundary:
        yield holder.permissions_boundary.permissions_boundary_arn


def is_aws_managed(policy_arn: str) -> bool:
    found = arns.parts(policy_arn)
    return found is not None and found.account == "aws"


def _inline(policies: Iterable[shapes.InlinePolicy], documents: Documents) -> dict[str, str]:
    return {policy.policy_name: documents.add(policy.policy_document) for policy in policies}
