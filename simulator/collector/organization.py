"""The organization: its tree, its SCPs and RCPs, and which account is in it."""

from __future__ import annotations

from models.decision import FactKind
from models.snapshot import Organization, OrganizationPolicy
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.reader import Fact, Reader, Refused

_NOT_IN_USE = ("AWSOrganizationsNotInUseException",)
#: A fact of everybody in the organization.
_EVERYBODY = Fact(FactKind.ORGANIZATION, "*")
_NOT_ASKED = "the organization was not read"
_OTHER = "it is in another organization than the one that was read"
_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def assume_none(builder: SnapshotBuilder) -> None:
    """Without --organization nobody knows of SCPs and RCPs: they are assumed not to be there."""
    for account in builder.collected:
        builder.assume(FactKind.ORGANIZATION, account, _NOT_ASKED)


def read(readers: list[Reader], region: str) -> str:
    """Read the organization with the first reader's credentials; the other accounts only say whether they are in one.

    An account that is in no organization says so itself: that is a fact, and no assumption.
    """
    first, *others = readers
    fact = Fact(FactKind.ORGANIZATION, first.account)
    described = first.one("organizations:DescribeOrganization", fact, region, absent=_NOT_IN_USE)
    organization = (described or {}).get("Organization")
    if organization:
        first.builder.organization = _Tree(first, region).read(organization["Id"], organization["MasterAccountId"])
    found = first.builder.organization
    members = {*found.parents, found.management_account} if found else set()
    for reader in others:
        if reader.account not in members:
            _outsider(reader, region)
    return f"{len(members)} parts of an organization" if found else "no organization"


def _outsider(reader: Reader, region: str) -> None:
    fact = Fact(FactKind.ORGANIZATION, reader.account)
    described = reader.one("organizations:DescribeOrganization", fact, region, absent=_NOT_IN_USE)
    if described:
        reader.builder.assume(FactKind.ORGANIZATION, reader.account, _OTHER)


class _Tree:
    """Walks from the root down, then over the policies that are switched on there."""

    def __init__(self, reader: Reader, region: str) -> None:
        self._reader = reader
        self._region = region
        self._parents: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def read(self, organization: str, management_account: str) -> Organization | None:
        """Read it all. None if its tree is refused: an account's place in it, and so its SCPs, are not known then."""
        types: set[str] = set()
        roots: set[str] = set()
        try:
            for page in self._reader.pages("organizations:ListRoots", self._region):
                for root in page["Roots"]:
                    roots.add(root["Id"])
                    self._names[root["Id"]] = root["Name"]
                    types |= {entry["Type"] for entry in root.get("PolicyTypes", ()) if entry["Status"] == "ENABLED"}
                    self._descend(root["Id"])
        except Refused as refused:
            self._refuse(refused)
            return None
        policies, targets = self._policies(types)
        places = roots | self._parents.keys()
        return Organization(
            id=organization,
            management_account=management_account,
            parents=dict(sorted(self._parents.items())),
            policies=policies,
            targets={place: tuple(sorted(ids)) for place, ids in sorted(targets.items()) if place in places},
            names=dict(sorted(self._names.items())),
        )

    def _refuse(self, refused: Refused) -> None:
        for account in self._reader.builder.collected:
            self._reader.note(Fact(FactKind.ORGANIZATION, account), refused)

    def _descend(self, parent: str) -> None:
        accounts = self._reader.pages("organizations:ListAccountsForParent", self._region, ParentId=parent)
        for account in (account for page in accounts for account in page["Accounts"]):
            self._parents[account["Id"]] = parent
            self._reader.builder.account_names[account["Id"]] = account["Name"]
        units = self._reader.pages("organizations:ListOrganizationalUnitsForParent", self._region, ParentId=parent)
        for unit in [unit for page in units for unit in page["OrganizationalUnits"]]:
            self._parents[unit["Id"]] = parent
            self._names[unit["Id"]] = unit["Name"]
            self._descend(unit["Id"])

    def _policies(self, types: set[str]) -> tuple[dict[str, OrganizationPolicy], dict[str, set[str]]]:
        """Read the policies of the types that are switched on: one that isn't binds nobody, attached or not."""
        policies: dict[str, OrganizationPolicy] = {}
        targets: dict[str, set[str]] = {}
        for kind in _TYPES:
            if kind not in types:
                continue
            for summary in self._reader.many("organizations:ListPolicies", _EVERYBODY, self._region, Filter=kind):
                policy = self._policy(str(summary["Id"]), kind)
                if policy is None:
                    continue
                policies[policy.id] = policy
                on = self._reader.many(
                    "organizations:ListTargetsForPolicy", _EVERYBODY, self._region, PolicyId=policy.id
                )
                for target in on:
                    targets.setdefault(target["TargetId"], set()).add(policy.id)
        return policies, targets

    def _policy(self, policy_id: str, kind: str) -> OrganizationPolicy | None:
        answer = self._reader.one("organizations:DescribePolicy", _EVERYBODY, self._region, PolicyId=policy_id)
        if answer is None:
            return None
        policy = answer["Policy"]
        return OrganizationPolicy.model_validate(
            {
                "id": policy_id,
                "name": policy["PolicySummary"]["Name"],
                "type": kind,
                "document": self._reader.builder.documents.add(policy["Content"]),
            }
        )
