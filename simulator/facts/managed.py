"""AWS managed policies whose documents we carry, for snapshots and scenarios that name one and don't hold it.

Source: see data/managed_policies.json. A snapshot's own document always goes before these.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from simulator.facts.load import load

#: What allows everything at a level of an organization, until somebody takes it away.
#: Source: Organizations User Guide, "Service control policies (SCPs)" and "Resource control policies (RCPs)".
FULL_AWS_ACCESS: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
RCP_FULL_AWS_ACCESS: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
FULL_AWS_ACCESS_ID = "p-FullAWSAccess"
RCP_FULL_AWS_ACCESS_ID = "p-RCPFullAWSAccess"


class ManagedPolicyFact(NamedTuple):
    """One policy; `updated` is when this version was made (ISO 8601, None: AWS doesn't say)."""

    arn: str
    version: str
    updated: str | None
    document: Mapping[str, Any]


@lru_cache(maxsize=1)
def _policies() -> Mapping[str, ManagedPolicyFact]:
    facts: dict[str, ManagedPolicyFact] = {}
    for name, raw in load("managed_policies.json")["policies"].items():
        fact = ManagedPolicyFact(raw["arn"], raw["version"], raw["updated"], raw["document"])
        facts[name] = facts[fact.arn] = fact
    return facts


def managed_policy(name_or_arn: str) -> ManagedPolicyFact | None:
    """Return a policy by its name or whole ARN; None: not carried here (other partitions: their documents differ)."""
    return _policies().get(name_or_arn)


def managed_policy_names() -> tuple[str, ...]:
    """Return the names of all policies that are carried, sorted."""
    return tuple(sorted(name for name in _policies() if not name.startswith("arn:")))
