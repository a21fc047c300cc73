"""Which policies bear on a request: what a caller holds, what the resource has, and what is above both.

A policy that was not read is a missing fact beside those that were.
"""

from __future__ import annotations

from collections.abc import Iterable

from models import arns
from models.decision import FactKind, Layer, MissingFact
from models.policy import PolicyKind
from models.request import Attached
from models.snapshot import Group, Role, Snapshot, User
from simulator.policy.limits import MANAGED, UNLIMITED
from simulator.policy.policy_set import PolicySet, own_policy
from simulator.world.caller import Caller, CallerKind
from simulator.world.guise import GIVEN, Guise, everything
from simulator.world.index import Index
from simulator.world.known import KnownFacts
from simulator.world.organization import RCP, SCP, Levels

Found = tuple[tuple[Attached, ...], tuple[MissingFact, ...]]
"""Policies, and those that weren't read."""

#: Services whose resources may have a policy of their own, as far as the snapshot's facts speak of them.
_WITH_POLICIES = frozenset(
    ("s3", "sqs", "sns", "events", "kms", "secretsmanager", "kinesis", "dynamodb", "ecr", "lambda", "logs")
) | {"kafka", "execute-api"}


class Policies(KnownFacts):
    """The policies of a snapshot, by who holds them and what they are on."""

    def __init__(self, snapshot: Snapshot, strict: bool, before: Index | None = None) -> None:
        super().__init__(snapshot, strict, before)
        self._identities: dict[str, Found] = {}
        self._sides: dict[tuple[object, ...], tuple[PolicySet, tuple[str, ...]]] = {}

    # --- of users, groups and roles -----------------------------------------------------------------------------------

    def identity_of(self, arn: str) -> Found:
        """The identity-based policies of a user (its groups' included) or role, and those that weren't read."""
        if arn not in self._identities:
            self._identities[arn] = self._identity_of(arn)
        return self._identities[arn]

    def share_identities(self, other: Policies, but: frozenset[str]) -> None:
        """Take over the identity-based policies that another world has read, but those of some users and roles."""
        self._identities = {arn: found for arn, found in other._identities.items() if arn not in but}

    def _identity_of(self, arn: str) -> Found:
        holders: list[User | Role | Group] = []
        user = self.users.get(arn)
        if user:
            holders = [user, *(self.groups[group] for group in user.groups if group in self.groups)]
        elif arn in self.roles:
            holders = [self.roles[arn]]
        if not holders:
            account = arns.account_of(arn) or ""
            refused = self.lacking(FactKind.IDENTITY, account, arn)
            return (), (refused or MissingFact(FactKind.IDENTITY, arn, "its policies were not read"),)
        return self._held_by(holders)

    def policies_of_group(self, group: str) -> Found:
        """The identity-based policies of a group, and those that weren't read."""
        return self._held_by((self.groups[group],))

    def _held_by(self, holders: Iterable[User | Role | Group]) -> Found:
        attached: list[Attached] = []
        unread: list[MissingFact] = []
        for holder in holders:
            for name, document in holder.inline.items():
                policy = self.documents.policy(document, PolicyKind.IDENTITY, holder.arn)
                attached.append(Attached(name, policy, holder.arn))
            for policy_arn in holder.attached:
                managed = self.managed(policy_arn, PolicyKind.IDENTITY, holder.arn)
                if isinstance(managed, Attached):
                    attached.append(managed)
                else:
                    unread.append(managed)
        return tuple(attached), tuple(unread)

    def managed(self, arn: str, kind: PolicyKind, holder: str) -> Attached | MissingFact:
        """A managed policy: the collected document, else the one AWS publishes, else a missing fact."""
        found, by_aws = self.policies.get(arn), ":iam::aws:policy/" in arn
        if found:
            limit = UNLIMITED if by_aws else MANAGED
            return Attached(arn, self.documents.policy(found.document, kind, arn, limit), holder)
        published = self.documents.published(arn, kind) if by_aws else None
        if published:
            return Attached(arn, published, holder)
        return self.lacking(FactKind.MANAGED_POLICY, arn) or MissingFact(
            FactKind.MANAGED_POLICY, arn, "its document was not read"
        )

    def boundary_of(self, arn: str) -> tuple[tuple[Attached, ...] | None, tuple[MissingFact, ...]]:
        holder = self.users.get(arn) or self.roles.get(arn)
        if holder is None or holder.boundary is None:
            return None, ()
        found = self.managed(holder.boundary, PolicyKind.BOUNDARY, arn)
        return ((found,), ()) if isinstance(found, Attached) else (None, (found,))

    def session_of(self, role_arn: str) -> tuple[Attached, ...] | None:
        """The session policy that whoever assumes a role is said to pass."""
        role = self.roles.get(role_arn)
        if role is None or role.session is None:
            return None
        return (
            Attached("session policy", self.documents.policy(role.session, PolicyKind.SESSION, role_arn), role_arn),
        )

    # --- of callers ---------------------------------------------------------------------------------------------------

    def policies_of(self, caller: Caller) -> Found:
        """The identity-based policies that a caller asks with: those of its user or role, and what it made of them."""
        arn = caller.role or caller.arn or ""
        own, guise = self.identity_of(arn), caller.guise
        if guise is None:
            return own
        joined = self._held_by(self.groups[group] for group in guise.groups if group in self.groups)
        attached, unread = (*own[0], *joined[0]), (*own[1], *joined[1])
        if guise.everything:
            attached = (*attached, Attached(GIVEN, everything(), arn))
        if guise.versions:
            attached = tuple(self._at_version(one, guise) for one in attached)
        return attached, unread

    def _at_version(self, attached: Attached, guise: Guise) -> Attached:
        """A policy as it reads with the version that the guise has made its default."""
        version = dict(guise.versions).get(attached.name)
        managed = self.policies.get(attached.name)
        document = managed.versions.get(version) if managed and version else None
        if document is None:
            return attached
        policy = self.documents.policy(document, PolicyKind.IDENTITY, attached.name, MANAGED)
        return Attached(attached.name, policy, attached.holder)

    def limit_of(self, caller: Caller) -> tuple[tuple[Attached, ...] | None, tuple[MissingFact, ...]]:
        """The permissions boundary that a caller asks within; None: there is none, or none any more."""
        if caller.guise is not None and caller.guise.unbound:
            return None, ()
        return self.boundary_of(caller.role or caller.arn or "")

    def session_passed(self, caller: Caller) -> tuple[Attached, ...] | None:
        """The session policy of a caller. Lambda passes none when it assumes the role that a function runs as."""
        return self.session_of(caller.role) if caller.role and caller.function is None else None

    def side_of_caller(self, caller: Caller) -> tuple[PolicySet, tuple[str, ...]]:
        """What a caller's own account says of it, and the holders of the SCP levels."""
        by_lambda = caller.function is not None
        key = (caller.kind is CallerKind.ROOT, caller.role or caller.arn, caller.account, caller.guise, by_lambda)
        if key not in self._sides:
            self._sides[key] = self._side_of(caller)
        return self._sides[key]

    def _side_of(self, caller: Caller) -> tuple[PolicySet, tuple[str, ...]]:
        unread: dict[Layer, tuple[MissingFact, ...]] = {}
        identity: tuple[Attached, ...] = ()
        boundary: tuple[Attached, ...] | None = None
        if caller.arn and caller.kind is not CallerKind.ROOT:
            identity, unread[Layer.IDENTITY] = self.policies_of(caller)
            boundary, unread[Layer.BOUNDARY] = self.limit_of(caller)
        session = self.session_passed(caller)
        scps, targets, unread[Layer.SCP] = self.scps_of(caller.account)
        lacking = {layer: facts for layer, facts in unread.items() if facts}
        return PolicySet(identity=identity, boundary=boundary, session=session, scps=scps, unread=lacking), targets

    # --- of what is asked for -----------------------------------------------------------------------------------------

    def resource_policies(self, arn: str, account: str | None) -> Found:
        """The policy of a resource, whatever its kind, and what of it wasn't read."""
        if arns.is_role(arn) and arn in self.roles:
            return (Attached(arn, self.documents.policy(self.roles[arn].trust, PolicyKind.TRUST, arn), arn),), ()
        if account and account not in self.collected:
            reason = f"account {account} was not collected"
            return (), (MissingFact(FactKind.RESOURCE_POLICY, arn, reason),)
        if arns.is_function(arn):
            return self._function_policies(arn)
        bearer = arns.policy_bearer(arn)
        resource = self.resources.get(bearer)
        if resource and resource.policy:
            policy = self.documents.on_resource(resource.policy, bearer)
            return (Attached(bearer, policy, bearer),), ()
        service = arns.service_of(arn)
        fact = self.lacking(FactKind.RESOURCE_POLICY, bearer, f"{account}/{service}", account)
        return (), (fact,) if fact and service in _WITH_POLICIES else ()

    def _function_policies(self, arn: str) -> Found:
        """The unqualified document and the requested qualifier's; each statement still has to match the ARN."""
        base, qualifier = arns.split_function(arn)
        function = self.functions.get(base)
        attached = []
        for name, place in (("", base), (qualifier, arn)):
            document = function.policies.get(name) if function and name is not None else None
            if document:
                attached.append(Attached(place, self.documents.on_resource(document, place), place))
        fact = self.lacking(FactKind.RESOURCE_POLICY, arn, base)
        return tuple(attached), (fact,) if fact else ()

    def side_of_resource(self, action: str, resource: str, owner: str | None) -> PolicySet:
        """What the resource's own account says: its policy, and the RCPs."""
        unread: dict[Layer, tuple[MissingFact, ...]] = {}
        policies: tuple[Attached, ...] = ()
        layer, _ = own_policy(action, resource)
        # A trust policy is asked for sessions only: passing or changing a role is no matter of it.
        if layer is Layer.TRUST or not arns.is_role(resource):
            policies, unread[layer] = self.resource_policies(resource, owner)
        rcps, _, unread[Layer.RCP] = self._levels(owner, RCP, PolicyKind.RCP)
        lacking = {layer: facts for layer, facts in unread.items() if facts}
        return PolicySet(resource=policies, rcps=rcps, unread=lacking)

    # --- of accounts --------------------------------------------------------------------------------------------------

    def scps_of(self, account: str | None) -> tuple[Levels, tuple[str, ...], tuple[MissingFact, ...]]:
        """The SCPs of an account by level, the ids of the levels, and what of them wasn't read."""
        return self._levels(account, SCP, PolicyKind.SCP)

    def _levels(
        self, account: str | None, wanted: str, kind: PolicyKind
    ) -> tuple[Levels, tuple[str, ...], tuple[MissingFact, ...]]:
        if account is None:
            return (), (), ()
        fact = self.lacking(FactKind.ORGANIZATION, account, "*")
        if fact is not None:
            return (), (), (fact,)
        return (*self.organization.levels(account, wanted, kind), ())
