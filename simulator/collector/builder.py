"""Turns AWS's output into a snapshot; the live collector and the one of saved files share it, so that they agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

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
from simulator.collector import identities, shapes
from simulator.collector.documents import Documents
from simulator.collector.functions import FunctionFacts, function_of, mapping_of

V = TypeVar("V")

#: Kinds of resources that have no tags; the routes of an API have none either.
_UNTAGGED = ("kms:alias", "lambda:layer")


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
        self._read: set[tuple[FactKind, str]] = set()

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
            self._groups[group.arn] = identities.group_of(group, self.documents)
        for user in details.user_detail_list:
            self._users[user.arn] = identities.user_of(user, groups, account, self.documents)
        for role in details.role_detail_list:
            self._roles[role.arn] = identities.role_of(role, self.documents)
        holders = (*details.user_detail_list, *details.group_detail_list, *details.role_detail_list)
        used = {arn for holder in holders for arn in identities.policies_of(holder)}
        for policy in details.policies:
            if policy.arn in used or not identities.is_aws_managed(policy.arn):
                self._managed_policy(policy)
        return tuple(sorted(used - self._policies.keys()))

    def _managed_policy(self, policy: shapes.PolicyDetail) -> None:
        # One whose document isn't there stays among those that were not read.
        if found := identities.managed_policy_of(policy, self.documents):
            self._policies[found.arn] = found

    def identity_provider(self, provider: IdentityProvider) -> None:
        self._providers[provider.arn] = provider

    def function(self, facts: FunctionFacts) -> Function:
        function = function_of(facts, self.documents)
        self._functions[function.arn] = function
        return function

    def url_at(self, host: str) -> str | None:
        """The node of the function URL at a host, of the functions that were added."""
        for function in self._functions.values():
            for url in function.urls:
                if url.url and urlsplit(url.url).hostname == host.lower():
                    return arns.url_of(f"{function.arn}:{url.qualifier}" if url.qualifier else function.arn)
        return None

    def mapping(self, mapping: shapes.EventSourceMapping) -> None:
        """Add an event source mapping, and its source as a resource."""
        self._mappings[mapping.uuid] = mapping_of(mapping)
        if mapping.event_source_arn:
            self.resource(mapping.event_source_arn)

    def notification(self, bucket_arn: str, account: str, notification: shapes.BucketNotification) -> None:
        """Add a bucket with what its notification configuration invokes, or writes to.

        That tells its Region too: S3 takes no destination of another ("The notification destination service region is
        not valid for the bucket location constraint"). Source: S3 User Guide, "Event notification types and
        destinations".
        """
        regions = {arns.region_of(entry.target) for entry in notification.entries}
        self.resource(bucket_arn, account=account, region=regions.pop() if len(regions) == 1 else None)
        for entry in notification.entries:
            self.trigger(
                Trigger(
                    service="s3.amazonaws.com",
                    source=bucket_arn,
                    target=entry.target,
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
        if tags is not None:
            self._read.add((FactKind.TAGS, arn))
        if attributes:
            self._read.add((FactKind.ATTRIBUTES, arn))

    def policy_was_read(self, arn: str) -> None:
        """Note that a resource's policy, or that it has none, is known: a Gap from elsewhere doesn't count then."""
        self._read.add((FactKind.RESOURCE_POLICY, arn))

    def attributes_were_read(self, arn: str) -> None:
        """Note that a resource's attributes, or that it has none of those that are kept, are known."""
        self._read.add((FactKind.ATTRIBUTES, arn))

    @property
    def functions(self) -> tuple[Function, ...]:
        return tuple(self._functions.values())

    @property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(self._resources.values())

    def polled(self, service: str, account: str, region: str) -> tuple[str, ...]:
        """The sources of mappings that are a service's, in one account and Region."""
        sources = {mapping.source for mapping in self._mappings.values() if mapping.source}
        place = (service, region, account)
        return tuple(sorted(arn for arn in sources if (found := arns.parts(arn)) and found[2:5] == place))

    def assume_unread_tags(self, reason: str) -> None:
        """Note what of the collected accounts' resources is known without its tags."""
        for resource in self._resources.values():
            has_tags = arns.service_of(resource.arn) != "execute-api" and resource.type not in _UNTAGGED
            if has_tags and self.is_collected(resource.account):
                self.assume_unread(FactKind.TAGS, resource.arn, reason)

    def assume_unread(self, what: FactKind, about: str, reason: str) -> None:
        """Note a fact that nobody asked for, unless it is among what was read."""
        if (what, about) not in self._read:
            self.assume(what, about, reason)

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
            if not self.is_collected(resource.account):
                reason = f"account {resource.account} was not collected"
                self.assume_unread(FactKind.RESOURCE_POLICY, resource.arn, reason)

    def _assume_unread_sources(self) -> None:
        """What a mapping polls and nothing else told of: of a stream or cluster its name is all that is known.

        Queues are read, and noted where they weren't.
        """
        for mapping in self._mappings.values():
            arn = mapping.source
            if not arn or arns.service_of(arn) == "sqs":
                continue
            holder = _holder_of_key(arn)
            told = ((FactKind.RESOURCE_POLICY, arn), (FactKind.ATTRIBUTES, arn), (FactKind.ATTRIBUTES, holder))
            if not self._read.intersection(told):
                reason = f"{arns.service_of(arn)} was not asked about it"
                self.assume(FactKind.ATTRIBUTES, holder, reason)
                self.assume(FactKind.RESOURCE_POLICY, arn, reason)

    def _still_missing(self, gap: Gap) -> bool:
        return gap.what is not FactKind.RESOURCE_POLICY or (gap.what, gap.about) not in self._read


def _holder_of_key(source: str) -> str:
    """A stream's key is its table's, a consumer's is its stream's."""
    head = source.partition("/consumer/")[0]
    return head.partition("/stream/")[0] if arns.service_of(source) == "dynamodb" else head


def _in_order(table: Mapping[str, V]) -> tuple[V, ...]:
    return tuple(value for _, value in sorted(table.items()))
