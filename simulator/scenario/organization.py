"""The organization of a scenario, as a snapshot has it.

FullAWSAccess (and RCPFullAWSAccess) is attached wherever nothing is written, as AWS does it.
Source: Organizations User Guide, "Service control policies (SCPs)" and "Resource control policies (RCPs)".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from models.policy import PolicyKind
from models.scenario import OrganizationShape, PolicyLevel, Scenario, UnitShape
from models.shape import nearest
from models.snapshot import Organization, OrganizationPolicy
from simulator.facts.managed import FULL_AWS_ACCESS, FULL_AWS_ACCESS_ID, RCP_FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS_ID
from simulator.scenario.arns import made_up
from simulator.scenario.managed import ManagedPolicies
from simulator.scenario.names import Names
from simulator.scenario.source import Place
from simulator.scenario.store import Store

PolicyType = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]

#: Type -> where a level lists them, the kind of document, and what everybody has: its name, id and document.
_TYPES: dict[PolicyType, tuple[str, PolicyKind, str, str, Mapping[str, Any]]] = {
    "SERVICE_CONTROL_POLICY": ("scps", PolicyKind.SCP, "FullAWSAccess", FULL_AWS_ACCESS_ID, FULL_AWS_ACCESS),
    "RESOURCE_CONTROL_POLICY": (
        "rcps",
        PolicyKind.RCP,
        "RCPFullAWSAccess",
        RCP_FULL_AWS_ACCESS_ID,
        RCP_FULL_AWS_ACCESS,
    ),
}


class OrganizationBuilder:
    """Builds the tree from the root down; `used` names the policies under `policies:` that it attaches."""

    def __init__(self, scenario: Scenario, names: Names, managed: ManagedPolicies, store: Store) -> None:
        self.scenario = scenario
        self.names = names
        self.managed = managed
        self.store = store
        self.parents: dict[str, str] = {}
        self.targets: dict[str, tuple[str, ...]] = {}
        self.policies: dict[str, OrganizationPolicy] = {}
        self.unit_names: dict[str, str] = {}
        self.used: set[str] = set()

    def build(self, shape: OrganizationShape) -> Organization:
        """Return the organization.

        Raises:
            InputError: for an account that isn't there or is in two places, or a policy that isn't there.
        """
        place: Place = ("organization",)
        management = self.names.account(shape.management, (*place, "management"))
        root = shape.root.id or made_up("r-", shape.id, 4)
        self.unit_names[root] = "Root"
        self._level(root, shape.root, (*place, "root"))
        self._accounts(shape.root.accounts, root, (*place, "root", "accounts"))
        for name, unit in shape.ous.items():
            self._unit(name, unit, root, root, (*place, "ous", name))
        written = {
            self.names.account(name, (*place, "accounts", name)): (level, (*place, "accounts", name))
            for name, level in shape.accounts.items()
        }
        for number in (management, *written):
            self.parents.setdefault(number, root)
        for number in [member for member in self.parents if member.isdigit()]:
            level, at = written.get(number, (PolicyLevel(), place))
            self._level(number, level, at)
        return Organization(
            id=shape.id,
            management_account=management,
            parents=dict(sorted(self.parents.items())),
            policies=dict(sorted(self.policies.items())),
            targets=dict(sorted(self.targets.items())),
            names=dict(sorted(self.unit_names.items())),
        )

    def learn(self, name: str, change: str, place: Place) -> None:
        """Have an SCP or RCP there that a change attaches."""
        self._policy(name, "SERVICE_CONTROL_POLICY" if change == "attach_scp" else "RESOURCE_CONTROL_POLICY", place)

    def _unit(self, name: str, unit: UnitShape, parent: str, root: str, place: Place) -> None:
        number = unit.id or made_up(f"ou-{root.removeprefix('r-')}-", f"{parent}/{name}", 8)
        if number in self.unit_names:
            raise self.names.source.error(place, f"`{number}` is another unit's id")
        self.unit_names[number] = name
        self.parents[number] = parent
        self._level(number, unit, place)
        self._accounts(unit.accounts, number, (*place, "accounts"))
        for inner, shape in unit.ous.items():
            self._unit(inner, shape, number, root, (*place, "ous", inner))

    def _accounts(self, accounts: tuple[str, ...], parent: str, place: Place) -> None:
        for name, at in self.managed.documents.items(accounts, place):
            number = self.names.account(name, at)
            if number in self.parents:
                raise self.names.source.error(at, f"account `{name}` is in another unit already")
            self.parents[number] = parent

    def _level(self, target: str, level: PolicyLevel, place: Place) -> None:
        attached = []
        for kind, (section, *_) in _TYPES.items():
            written = level.scps if section == "scps" else level.rcps
            if written is None:
                attached.append(self._policy(_TYPES[kind][2], kind, place))
                continue
            for name, at in self.managed.documents.items(written, (*place, section)):
                attached.append(self._policy(name, kind, at))
        self.targets[target] = tuple(sorted(set(attached)))

    def _policy(self, name: str, kind: PolicyType, place: Place) -> str:
        section, document_kind, everybody, full_id, full = _TYPES[kind]
        if name == everybody:
            number, document = full_id, dict(full)
        elif name in self.scenario.policies:
            number = made_up("p-", f"{section}/{name}", 8)
            document = self.managed.document(name, document_kind)
            self.used.add(name)
        else:
            hint = nearest(name, [everybody, *self.scenario.policies])
            raise self.names.source.error(place, f"unknown policy `{name}`{hint}")
        self.policies[number] = OrganizationPolicy(id=number, name=name, type=kind, document=self.store.put(document))
        return number
