"""Where an account stands in its organization, and which SCPs and RCPs are on the way down to it.

Source: Organizations User Guide, "SCP evaluation", "Resource control policies (RCPs)".
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from models.policy import PolicyKind
from models.request import Attached
from models.snapshot import Organization, Snapshot
from simulator.world.caller import OrgPlace
from simulator.world.documents import Documents

Levels = tuple[tuple[Attached, ...], ...]

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


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
        way = way_down(self._organization, account)
        if not way or self._organization is None:
            return None
        return OrgPlace(self._organization.id, "/".join((self._organization.id, *way[:-1])) + "/")

    def _levels(self, account: str, wanted: str, kind: PolicyKind) -> tuple[Levels, tuple[str, ...]]:
        """What is attached at each level from the root down, and the id of each level."""
        organization = self._organization
        if organization is None or not any(policy.type == wanted for policy in organization.policies.values()):
            return (), ()
        levels = []
        way = way_down(organization, account)
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


def way_down(organization: Organization | None, account: str) -> tuple[str, ...]:
    """Root, OUs and the account itself, from the top; empty for an account outside."""
    if organization is None or account not in organization.parents:
        return ()
    way = [account]
    while way[-1] in organization.parents and len(way) < 32:
        way.append(organization.parents[way[-1]])
    return tuple(reversed(way))


class Reorganized(NamedTuple):
    """The accounts that are elsewhere in an organization, and those down to which other SCPs, or other RCPs, are."""

    moved: frozenset[str] = frozenset()
    scps: frozenset[str] = frozenset()
    rcps: frozenset[str] = frozenset()


def reorganized(before: Organization | None, after: Organization | None) -> Reorganized | None:
    """What differs between two states of an organization; None: it is another one, or has other members.

    The management account is in none of the rows of SCPs and RCPs: they don't bind it.
    """
    if before is after:
        return Reorganized()
    if before is None or after is None or before.parents.keys() != after.parents.keys():
        return None
    if (before.id, before.management_account) != (after.id, after.management_account):
        return None
    accounts = {unit for unit in after.parents if unit.isdigit()}
    bound = accounts - {after.management_account}
    moved = {one for one in accounts if way_down(before, one) != way_down(after, one)}
    return Reorganized(frozenset(moved), *(_under_others(before, after, bound, wanted) for wanted in (SCP, RCP)))


def _under_others(before: Organization, after: Organization, accounts: set[str], wanted: str) -> frozenset[str]:
    """Those of some accounts down to which other documents of a type of policy are attached."""
    was, now = _attached(before, wanted), _attached(after, wanted)
    if was is None and now is None:
        return frozenset()
    return frozenset(
        account
        for account in accounts
        if was is None or now is None or _down_to(before, account, was) != _down_to(after, account, now)
    )


def _attached(organization: Organization, wanted: str) -> dict[str, list[str]] | None:
    """The documents of a type of policy, by root, OU and account; None: policies of that type there are none."""
    policies = {name: policy for name, policy in organization.policies.items() if policy.type == wanted}
    if not policies:
        return None
    return {
        unit: [policies[name].document for name in names if name in policies]
        for unit, names in organization.targets.items()
    }


def _down_to(organization: Organization, account: str, attached: dict[str, list[str]]) -> list[list[str]]:
    return [attached.get(unit, []) for unit in way_down(organization, account)]
