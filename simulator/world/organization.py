"""Where an account stands in its organization, and which SCPs and RCPs are on the way down to it.

Source: Organizations User Guide, "SCP evaluation", "Resource control policies (RCPs)".
"""

from __future__ import annotations

from functools import lru_cache

from models.policy import PolicyKind
from models.request import Attached
from models.snapshot import Snapshot
from simulator.world.caller import OrgPlace
from simulator.world.documents import Documents

Levels = tuple[tuple[Attached, ...], ...]


class OrganizationTree:
    """The snapshot's organization; without one every answer is None or empty."""

    def __init__(self, snapshot: Snapshot, documents: Documents) -> None:
        self._organization = snapshot.organization
        self._documents = documents
        self.levels = lru_cache(maxsize=None)(self._levels)

    @property
    def management_account(self) -> str | None:
        return self._organization.management_account if self._organization else None

    def place(self, account: str) -> OrgPlace | None:
        """The organization an account is in, and its path down to it."""
        way = self._way(account)
        if not way or self._organization is None:
            return None
        return OrgPlace(self._organization.id, "/".join((self._organization.id, *way[:-1])) + "/")

    def _way(self, account: str) -> tuple[str, ...]:
        """Root, OUs and the account itself, from the top; empty for an account outside."""
        if self._organization is None or account not in self._organization.parents:
            return ()
        way = [account]
        while way[-1] in self._organization.parents and len(way) < 32:
            way.append(self._organization.parents[way[-1]])
        return tuple(reversed(way))

    def _levels(self, account: str, wanted: str, kind: PolicyKind) -> tuple[Levels, tuple[str, ...]]:
        """What is attached at each level from the root down, and the id of each level."""
        organization = self._organization
        if organization is None or not any(policy.type == wanted for policy in organization.policies.values()):
            return (), ()
        levels = []
        way = self._way(account)
        for target in way:
            found = [organization.policies[name] for name in organization.targets.get(target, ())]
            levels.append(
                tuple(
                    Attached(policy.name, self._documents.policy(policy.document, kind, policy.name), target)
                    for policy in found
                    if policy.type == wanted
                )
            )
        return tuple(levels), way
