"""What is known of accounts and resources, and what was not read."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Set
from functools import cached_property

from models import arns
from models.decision import INVENTORIES, FactKind, MissingFact
from models.policy import Policy, PolicyKind
from models.snapshot import Snapshot
from simulator.world.caller import OrgPlace
from simulator.world.documents import Documents
from simulator.world.index import Index
from simulator.world.missing import facts_of
from simulator.world.organization import OrganizationTree


class KnownFacts(Index):
    """What the context of a request needs to know (`simulator.world.caller.WorldFacts`); `strict` as of a world."""

    def __init__(self, snapshot: Snapshot, strict: bool, before: Index | None = None) -> None:
        super().__init__(snapshot, before)
        self.strict = strict
        self.documents = Documents(snapshot)
        self._facts = facts_of(snapshot, strict)

    @cached_property
    def organization(self) -> OrganizationTree:
        return OrganizationTree(self.snapshot, self.documents)

    def is_management(self, account: str | None) -> bool:
        """Whether it is its organization's management account, which SCPs and RCPs don't bind."""
        return account is not None and account == self.organization.management_account

    def lacking(self, what: FactKind, *abouts: str | None) -> MissingFact | None:
        """The gap or assumption about the first of `abouts` that has one."""
        for about in abouts:
            if about is not None and (found := self._facts.get((what, about))):
                return found
        return None

    def inventory_gaps(self) -> tuple[MissingFact, ...]:
        """Refused inventories: listed with answers, and they change no status."""
        return tuple(fact for (what, _), fact in self._facts.items() if what in INVENTORIES and fact.refused)

    def facts_about(self, abouts: Set[str]) -> tuple[MissingFact, ...]:
        """The gaps and assumptions about any of these, but for those in inventories."""
        facts = self._facts.values()
        return tuple(fact for fact in facts if fact.about in abouts and fact.what not in INVENTORIES)

    def organization_of(self, account: str) -> OrgPlace | MissingFact | None:
        if fact := self.lacking(FactKind.ORGANIZATION, account, "*"):
            return fact
        return self.organization.place(account)

    def resource_tags(self, arn: str) -> Table[str, str] | MissingFact:
        if fact := self.lacking(FactKind.TAGS, arn):
            return fact
        if arns.is_function(arn):
            function = self.functions.get(arns.split_function(arn)[0])
            return function.tags if function else {}
        holder = self.roles.get(arn) or self.users.get(arn) or self.resources.get(arns.policy_bearer(arn))
        return holder.tags if holder else {}

    def account_of(self, arn: str) -> str | MissingFact | None:
        named = arns.account_of(arn)
        if named:
            return named
        found = self.resources.get(arns.policy_bearer(arn))
        return found.account if found else self.lacking(FactKind.ATTRIBUTES, arns.policy_bearer(arn))

    def region_of(self, arn: str) -> str | None:
        found = self.resources.get(arns.policy_bearer(arn))
        return (found.region if found else None) or arns.region_of(arn)

    def trust_of(self, role_arn: str) -> Policy | None:
        role = self.roles.get(role_arn)
        return self.documents.policy(role.trust, PolicyKind.TRUST, role_arn) if role else None
