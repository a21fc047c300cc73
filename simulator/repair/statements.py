"""Where a statement that an answer cites is written, and who may change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models import arns
from models.change import Change, DetachPolicy, DetachRcp, DetachScp, RemoveStatement, ReplaceStatement
from models.change import Side as ChangeSide
from models.decision import Citation, Layer
from models.snapshot import OrganizationPolicy
from simulator.changes import documents
from simulator.world.world import World

_SIDES: Mapping[Layer, ChangeSide] = {
    Layer.IDENTITY: "identity",
    Layer.BOUNDARY: "boundary",
    Layer.SESSION: "session",
    Layer.RESOURCE: "resource",
    Layer.TRUST: "trust",
    Layer.SCP: "scp",
    Layer.RCP: "rcp",
    Layer.VPC_ENDPOINT: "resource",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A statement in its document. `account` owns the policy; None: AWS does, or the snapshot doesn't say who."""

    cited: Citation
    holder: str
    statement: Mapping[str, Any]
    document: Any
    account: str | None

    @property
    def side(self) -> ChangeSide:
        return _SIDES[self.cited.layer]

    @property
    def is_by_aws(self) -> bool:
        """Whether only AWS can change the policy."""
        return ":iam::aws:policy/" in self.cited.policy

    @property
    def is_last(self) -> bool:
        """Whether the policy holds nothing else."""
        return len(documents.statements(self.document)) == 1

    @property
    def policy(self) -> str | None:
        """The policy's name or ARN, where its holder may have several of its kind."""
        return self.cited.policy if self.cited.layer in (Layer.IDENTITY, Layer.SCP, Layer.RCP) else None

    def replaced(self, statement: Mapping[str, Any]) -> ReplaceStatement:
        return ReplaceStatement(
            side=self.side,
            holder=self.holder,
            sid=self.cited.statement,
            policy=self.policy,
            statement=dict(statement),
        )

    def removed(self) -> RemoveStatement:
        return RemoveStatement(side=self.side, holder=self.holder, sid=self.cited.statement, policy=self.policy)

    def detached(self) -> Change | None:
        """Its policy taken from its holder; None: it is none that is attached."""
        name, holder = self.cited.policy, self.holder
        if self.cited.layer is Layer.SCP:
            return DetachScp(policy=name, target=holder)
        if self.cited.layer is Layer.RCP:
            return DetachRcp(policy=name, target=holder)
        is_managed = self.cited.layer is Layer.IDENTITY and name.startswith("arn:")
        return DetachPolicy(holder=holder, policy=name) if is_managed else None


def written(world: World, cited: Citation) -> Written | None:
    """Find a cited statement; None: its document isn't in the snapshot, as those that AWS publishes aren't."""
    document = _document(world, cited)
    place = documents.index(document, cited.statement) if document else None
    if place is None or cited.holder is None:
        return None
    statement = documents.statements(document)[place]
    return Written(cited, cited.holder, statement, document, owner(world, cited))


def having(world: World, policy: str) -> frozenset[str]:
    """Whoever has a managed policy attached, or as permissions boundary."""
    limited = (one.arn for some in (world.users, world.roles) for one in some.values() if one.boundary == policy)
    holders = (one for some in (world.users, world.groups, world.roles) for one in some.values())
    return frozenset((*(one.arn for one in holders if policy in one.attached), *limited))


def owner(world: World, cited: Citation) -> str | None:
    """The account whose administrator may change the policy; None: AWS's own, or not known."""
    if ":iam::aws:policy/" in cited.policy or cited.holder is None:
        return None
    if cited.layer in (Layer.SCP, Layer.RCP):
        return world.organization.management_account
    account = world.account_of(cited.holder)
    return account if isinstance(account, str) else None


def _document(world: World, cited: Citation) -> Any:
    name = _name(world, cited)
    return world.snapshot.documents.get(name) if name else None


def _name(world: World, cited: Citation) -> str | None:
    """The name of the document, as the snapshot keeps it."""
    holder = cited.holder or ""
    role = world.roles.get(holder)
    if cited.layer in (Layer.IDENTITY, Layer.BOUNDARY):
        known = world.users.get(holder) or role or world.groups.get(holder)
        managed = world.policies.get(cited.policy)
        inline = known.inline.get(cited.policy) if known and cited.layer is Layer.IDENTITY else None
        return inline or (managed.document if managed else None)
    if cited.layer in (Layer.TRUST, Layer.SESSION):
        return (role.trust if cited.layer is Layer.TRUST else role.session) if role else None
    if cited.layer in (Layer.SCP, Layer.RCP):
        policy = _of_organization(world, cited.policy, holder, cited.layer)
        return policy.document if policy else None
    if arns.is_function(holder):
        base, qualifier = arns.split_function(holder)
        function = world.functions.get(base)
        return function.policies.get(qualifier or "") if function else None
    resource = world.resources.get(holder)
    return resource.policy if resource else None


_TYPES: Mapping[Layer, Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]] = {
    Layer.SCP: "SERVICE_CONTROL_POLICY",
    Layer.RCP: "RESOURCE_CONTROL_POLICY",
}


def _of_organization(world: World, name: str, target: str, layer: Layer) -> OrganizationPolicy | None:
    organization = world.snapshot.organization
    if organization is None:
        return None
    attached = (organization.policies[one] for one in organization.targets.get(target, ()))
    return next((one for one in attached if name in (one.name, one.id) and one.type == _TYPES[layer]), None)
