"""Managed policies of a scenario: those written under `policies:`, and those that AWS manages."""

from __future__ import annotations

from models.policy import PolicyKind
from models.scenario import Scenario
from models.scenario_forms import PolicyVersions
from models.shape import nearest
from models.snapshot import ManagedPolicy
from simulator.facts.managed import managed_policy, managed_policy_names
from simulator.policy.limits import MANAGED
from simulator.scenario.documents import Documents, Json
from simulator.scenario.source import Place
from simulator.scenario.store import Store


class ManagedPolicies:
    """Finds policies by name or ARN, and keeps those that are used.

    A policy under `policies:` becomes a customer managed policy in each account that uses it: in AWS a policy can't be
    attached across accounts. One under the ARN of a policy that AWS manages is that policy, as the accounts have it.
    """

    def __init__(self, scenario: Scenario, documents: Documents, store: Store) -> None:
        self.scenario = scenario
        self.documents = documents
        self.source = documents.source
        self.store = store
        self.used: dict[str, ManagedPolicy] = {}
        for name in scenario.policies:
            if managed_policy(name) is not None and not _is_of_aws(name):
                raise self.source.error(("policies", name), f"`{name}` is a policy that AWS manages", at_key=True)

    def arn(self, name: str, place: Place, account: str) -> str:
        """Return the ARN of a policy that somebody in `account` has attached or as a boundary.

        Raises:
            InputError: for a policy that neither the scenario has nor AWS manages.
        """
        local = self._local_name(name, account)
        if local is not None:
            arn = f"arn:{self.scenario.partition}:iam::{account}:policy/{local}"
            return self._use(self._own(local, arn))
        fact = managed_policy(name)
        by_arn = fact.arn if fact else name
        if by_arn in self.scenario.policies and _is_of_aws(by_arn):
            return self._use(self._own(by_arn, by_arn))
        if fact is not None:
            return self._use(
                ManagedPolicy(arn=fact.arn, document=self.store.put(dict(fact.document)), version=fact.version)
            )
        if _is_of_aws(name):
            raise self.source.error(place, f"the document of `{name}` isn't known here; write it under `policies:`")
        hint = nearest(name, [*self.scenario.policies, *managed_policy_names()])
        raise self.source.error(place, f"unknown policy `{name}`{hint}")

    def _local_name(self, name: str, account: str) -> str | None:
        own = f"arn:{self.scenario.partition}:iam::{account}:policy/"
        local = name.removeprefix(own)
        return local if local in self.scenario.policies else None

    def _own(self, name: str, arn: str) -> ManagedPolicy:
        """A policy under `policies:`, with its other versions where they are written."""
        kept = {version: self.store.put(document) for version, document in self._versions(name).items()}
        written = self.scenario.policies[name]
        default = written.default if isinstance(written, PolicyVersions) else "v1"
        return ManagedPolicy(arn=arn, document=kept.pop(default), version=default, versions=kept)

    def _versions(self, name: str) -> dict[str, Json]:
        """Every version of a managed policy; the only one is v1."""
        written = self.scenario.policies[name]
        if not isinstance(written, PolicyVersions):
            return {"v1": self.document(name, PolicyKind.IDENTITY)}
        limit = None if _is_of_aws(name) else MANAGED
        place: Place = ("policies", name, "versions")
        return {
            version: self.documents.verbatim(document, (*place, version), PolicyKind.IDENTITY, limit)
            for version, document in sorted(written.versions.items())
        }

    def document(self, name: str, kind: PolicyKind) -> Json:
        """Return the document of a policy under `policies:` that has no versions, read as what it is used as."""
        written = self.scenario.policies[name]
        if isinstance(written, PolicyVersions):
            raise self.source.error(("policies", name), "only a managed policy has versions", at_key=True)
        limit = MANAGED if kind is PolicyKind.IDENTITY and not _is_of_aws(name) else None
        return self.documents.verbatim(written, ("policies", name), kind, limit)

    def _use(self, policy: ManagedPolicy) -> str:
        self.used[policy.arn] = policy
        return policy.arn

    def check_unused(self, elsewhere: set[str]) -> None:
        """Read the policies that nobody uses too: a mistake in them is one all the same."""
        used = {arn.rpartition("/")[2] for arn in self.used} | self.used.keys() | elsewhere
        for name in self.scenario.policies:
            if name not in used:
                self._versions(name)


def _is_of_aws(name: str) -> bool:
    return name.startswith("arn:") and ":iam::aws:policy/" in name
