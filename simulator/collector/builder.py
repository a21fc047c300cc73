"""Turns AWS's output into a snapshot; the live collector and the one of saved files share it, so that they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from models import arns
from models.decision import FactKind
from models.snapshot import (
    Account,
    Assumption,
    Function,
    Gap,
    Group,
    IdentityProvider,
    ManagedPolicy,
    Organization,
    Resource,
    Role,
    Snapshot,
    Trigger,
    User,
)
from models.snapshot import Mapping as SourceMapping
from simulator.collector import shapes
from simulator.collector.documents import Documents
from simulator.collector.functions import FunctionFacts, function_of, mapping_of

V = TypeVar("V")


class SnapshotBuilder:
    """Collects facts in any order and hands out the snapshot: sorted, each thing once."""

    def __init__(self) -> None:
        self.documents = Documents()
        self.organization: Organization | None = None
        self.account_names: dict[str, str] = {}
        """Names that the organization gives to its accounts, collected or not."""
        self._accounts: dict[str, Account] = {}
        self._users: dict[str, User] = {}
        self._groups: dict[str, Group] = {}
        self._roles: dict[str, Role] = {}
        self._policies: dict[str, ManagedPolicy] = {}
        self._providers: dict[str, IdentityProvider] = {}
        self._functions: dict[str, Function] = {}
        self._resources: dict[str, Resource] = {}
        self._triggers: set[Trigger] = set()
        self._mappings: dict[str, SourceMapping] = {}
        self._gaps: dict[tuple[str, ...], Gap] = {}
        self._assumptions: dict[tuple[str, str], Assumption] = {}
        self._policies_read: set[str] = set()

    def account(self, account: str, *, name: str | None = None, collected: bool = True) -> None:
        """Note an account; one that was collected stays so."""
        known = self._accounts.get(account)
        self._accounts[account] = Account(
            id=account,
            name=name or (known.name if known else None),
            collected=collected or bool(known and known.collected),
        )

    def is_collected(self, account: str) -> bool:
        return account in self._accounts and self._accounts[account].collected

    @property
    def collected(self) -> tuple[str, ...]:
        return tuple(sorted(account for account in self._accounts if self.is_collected(account)))

    def gap(self, gap: Gap) -> None:
        self._gaps[(gap.what, gap.about, gap.call)] = gap

    def assume(self, what: FactKind, about: str, reason: str) -> None:
        """Note a fact that nobody asked for; the first reason given stands."""
        self._assumptions.setdefault((what, about), Assumption(what=what, about=about, reason=reason))

    def authorization_details(self, account: str, details: shapes.AuthorizationDetails) -> tuple[str, ...]:
        """Add what GetAccountAuthorizationDetails says; return the attached policies whose document it doesn't hold.

        Of AWS's own managed policies only the attached ones are kept: the call lists over a thousand.
        """
        groups = {group.group_name: group.arn for group in details.group_detail_list}
        for group in details.group_detail_list:
            self._groups[group.arn] = self._group(group)
        for user in details.user_detail_list:
            self._users[user.arn] = self._user(user, groups, account)
        for role in details.role_detail_list:
            self._roles[role.arn] = self._role(role)
        holders = (*details.user_detail_list, *details.group_detail_list, *details.role_detail_list)
        used = {arn for holder in holders for arn in _policies_of(holder)}
        for policy in details.policies:
            if policy.arn in used or not _is_aws_managed(policy.arn):
                self._managed_policy(policy)
        return tuple(sorted(used - self._policies.keys()))

    def _inline(self, policies: Iterable[shapes.InlinePolicy]) -> dict[str, str]:
        return {policy.policy_name: self.documents.add(policy.policy_document) for policy in policies}

    def _user(self, user: shapes.UserDetail, groups: Mapping[str, str], account: str) -> User:
        partition = arns.partition_of(user.arn)
        names = sorted(user.group_list)
        return User(
            arn=user.arn,
            id=user.user_id,
            inline=self._inline(user.user_policy_list),
            attached=user.attached,
            groups=tuple(groups.get(name, f"arn:{partition}:iam::{account}:group/{name}") for name in names),
            boundary=user.permissions_boundary.permissions_boundary_arn if user.permissions_boundary else None,
            tags=shapes.tags_of(user.tags),
        )

    def _group(self, group: shapes.GroupDetail) -> Group:
        return Group(
            arn=group.arn,
            id=group.group_id,
            inline=self._inline(group.group_policy_list),
            attached=group.attached,
        )

    def _role(self, role: shapes.RoleDetail) -> Role:
        return Role(
            arn=role.arn,
            id=role.role_id,
            inline=self._inline(role.role_policy_list),
            attached=role.attached,
            trust=self.documents.add(role.assume_role_policy_document),
            boundary=role.permissions_boundary.permissions_boundary_arn if role.permissions_boundary else None,
            tags=shapes.tags_of(role.tags),
            instance_profiles=tuple(sorted(profile.arn for profile in role.instance_profile_list)),
        )

    def _managed_policy(self, policy: shapes.PolicyDetail) -> None:
        read = {version.version_id: version for version in policy.policy_version_list if version.document is not None}
        default = next((key for key, version in read.items() if version.is_default_version), policy.default_version_id)
        if default is None or default not in read:
            return  # Its document isn't there, so it stays among those that were not read.
        documents = {key: self.documents.add(version.document) for key, version in read.items()}
        self._policies[policy.arn] = ManagedPolicy(
            arn=policy.arn, document=documents.pop(default), version=default, versions=documents
        )

    def identity_provider(self, provider: IdentityProvider) -> None:
        self._providers[provider.arn] = provider

    def function(self, facts: FunctionFacts) -> Function:
        function = function_of(facts, self.documents)
        self._functions[function.arn] = function
        return function

    def mapping(self, mapping: shapes.EventSourceMapping) -> None:
        """Add an event source mapping, and its source as a resource."""
        self._mappings[mapping.uuid] = mapping_of(mapping)
        if mapping.event_source_arn:
            self.resource(mapping.event_source_arn)

    def notification(self, bucket_arn: str, account: str, notification: shapes.BucketNotification) -> None:
        """Add a bucket with what its notification configuration invokes."""
        self.resource(bucket_arn, account=account)
        for entry in notification.lambda_function_configurations:
            self.trigger(
                Trigger(
                    service="s3.amazonaws.com",
                    source=bucket_arn,
                    target=entry.lambda_function_arn,
                    events=tuple(sorted(entry.events)),
                    prefix=entry.rule("prefix"),
                    suffix=entry.rule("suffix"),
                )
            )

    def trigger(self, trigger: Trigger, account: str | None = None) -> None:
        """Add a trigger, and its source (of a rule the event bus too) as resources.

        `account` owns the source where its ARN doesn't say whose it is.
        """
        is_rule = arns.resource_type(trigger.source) == "events:rule"
        if is_rule and trigger.bus is None:
            trigger = trigger.model_copy(update={"bus": arns.event_bus(trigger.source)})
        self._triggers.add(trigger)
        self.resource(trigger.source, account=account)
        if is_rule and trigger.bus:
            self.resource(trigger.bus)

    def resource(
        self,
        arn: str,
        *,
        account: str | None = None,
        region: str | None = None,
        policy: Any = None,
        tags: dict[str, str] | None = None,
        attributes: dict[str, str] | None = None,
    ) -> None:
        """Note a resource, or more about one that is known; what isn't given stays as it is."""
        owner = arns.account_of(arn) or account
        known = self._resources.get(arn) or Resource(
            arn=arn,
            type=arns.resource_type(arn),
            account=owner or "",
            region=arns.region_of(arn) or region or None,
        )
        self._resources[arn] = known.model_copy(
            update={
                "account": owner or known.account,
                "region": known.region or region,
                "policy": self.documents.add_if_any(policy) or known.policy,
                "tags": known.tags if tags is None else tags,
                "attributes": {**known.attributes, **(attributes or {})},
            }
        )

    def policy_was_read(self, arn: str) -> None:
        """Note that a resource's policy, or that it has none, is known: a Gap from elsewhere doesn't count then."""
        self._policies_read.add(arn)

    @property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(self._resources.values())

    def build(self, taken_at: datetime, origin: str) -> Snapshot:
        """Hand out what was collected."""
        self._name_accounts()
        self._assume_foreign_policies()
        self._assume_unread_sources()
        return Snapshot(
            taken_at=taken_at,
            origin=origin,
            accounts=_in_order(self._accounts),
            users=_in_order(self._users),
            groups=_in_order(self._groups),
            roles=_in_order(self._roles),
            policies=_in_order(self._policies),
            identity_providers=_in_order(self._providers),
            functions=_in_order(self._functions),
            resources=_in_order(self._resources),
            triggers=tuple(sorted(self._triggers, key=lambda trigger: trigger.model_dump_json())),
            mappings=_in_order(self._mappings),
            organization=self.organization,
            gaps=tuple(gap for _, gap in sorted(self._gaps.items()) if self._still_missing(gap)),
            assumptions=tuple(fact for _, fact in sorted(self._assumptions.items())),
            documents=self.documents.table,
        )

    def _name_accounts(self) -> None:
        for account, name in self.account_names.items():
            self.account(account, name=name, collected=False)

    def _assume_foreign_policies(self) -> None:
        """A source in an account that wasn't collected is known by name only: its policy is a fact not asked for."""
        for resource in self._resources.values():
            if resource.arn not in self._policies_read and not self.is_collected(resource.account):
                reason = f"account {resource.account} was not collected"
                self.assume(FactKind.RESOURCE_POLICY, resource.arn, reason)

    def _assume_unread_sources(self) -> None:
        """What a mapping polls and nothing else told of: of a stream or cluster its name is all that is known.

        Queues are read, and noted where they weren't.
        """
        for mapping in self._mappings.values():
            arn = mapping.source
            if not arn or arns.service_of(arn) == "sqs":
                continue
            if arn not in self._policies_read and not self._resources[arn].attributes:
                reason = f"{arns.service_of(arn)} was not asked about it"
                self.assume(FactKind.ATTRIBUTES, _holder_of_key(arn), reason)
                self.assume(FactKind.RESOURCE_POLICY, arn, reason)

    def _still_missing(self, gap: Gap) -> bool:
        return gap.what is not FactKind.RESOURCE_POLICY or gap.about not in self._policies_read


def _holder_of_key(source: str) -> str:
    """A stream's key is its table's, a consumer's is its stream's."""
    head = source.partition("/consumer/")[0]
    return head.partition("/stream/")[0] if arns.service_of(source) == "dynamodb" else head


def _policies_of(holder: shapes.HolderDetail) -> Iterable[str]:
    yield from holder.attached
    if isinstance(holder, shapes.UserDetail | shapes.RoleDetail) and holder.permissions_boundary:
        yield holder.permissions_boundary.permissions_boundary_arn


def _in_order(table: Mapping[str, V]) -> tuple[V, ...]:
    return tuple(value for _, value in sorted(table.items()))


def _is_aws_managed(policy_arn: str) -> bool:
    found = arns.parts(policy_arn)
    return found is not None and found.account == "aws"
