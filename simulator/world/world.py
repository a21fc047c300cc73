"""A snapshot made ready to be asked: indexes, compiled policies, callers, and who is in which organization.

Built once and shared by all questions; derived and never written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from collections.abc import Mapping as Table
from functools import cached_property, partial
from typing import TypedDict, Unpack

from msgspec import structs

from models import arns
from models.context import NOTHING_GIVEN, Absent, Given, Known, State
from models.decision import INVENTORIES, FactKind, Layer, MissingFact, Outcome
from models.edge import STATUS_OF, Foreseen, Part, Requirement
from models.policy import Policy, PolicyKind
from models.request import Attached, Request, Traits
from models.snapshot import (
    CodeCall,
    Function,
    FunctionUrl,
    Group,
    ManagedPolicy,
    Mapping,
    Resource,
    Role,
    Snapshot,
    Trigger,
    User,
)
from simulator.facts.reference import spelling
from simulator.facts.traits import traits
from simulator.policy.authorize import Analysis, analyse, decide
from simulator.policy.lacks import lacks
from simulator.policy.limits import MANAGED, UNLIMITED
from simulator.policy.policy_set import PolicySet, own_policy
from simulator.policy.weigh import foretold
from simulator.world import callers, names
from simulator.world.caller import Caller, CallerKind, OrgPlace, Source
from simulator.world.context import SnapshotContext
from simulator.world.documents import Documents
from simulator.world.grants import grants
from simulator.world.guise import GIVEN, Guise, everything
from simulator.world.links import Links
from simulator.world.missing import facts_of, unknown_key
from simulator.world.organization import OrganizationTree
from simulator.world.requesters import is_service_linked, requester_of
from simulator.world.sharing import share
from simulator.world.touched import Row, differing, touched

#: A call of Lambda's API, not through a function URL. Source: Lambda Developer Guide, "Control access to Lambda
#: function URLs".
PLAIN_CALL: dict[str, State] = {"lambda:invokedviafunctionurl": Absent()}


class How(TypedDict, total=False):
    """What else there is to say of a request.

    `source` is what a service acts for. `in_step`: the request is a step of a way, where a given key applies only if it
    makes sense. `fixed` is what the step itself settles, by key in lower case; without it, what a call of the API does.
    `alone`: the caller's own side only, whatever the resource's policy allows. `instead` is what by then takes the
    place of the resource's own policy.
    """

    source: Source | None
    in_step: bool
    fixed: Table[str, State] | None
    alone: bool
    instead: tuple[Attached, ...] | None


class World:
    """A snapshot with its indexes. `strict` turns every assumption into a gap."""

    def __init__(self, snapshot: Snapshot, strict: bool = False, before: World | None = None) -> None:
        """`before` is the world from which the snapshot's was changed: what is the same there isn't indexed anew."""
        self.snapshot = snapshot
        self.strict = strict
        self.documents = Documents(snapshot)
        self.users: dict[str, User] = _by_arn(snapshot.users, (before.snapshot.users, before.users) if before else None)
        self.groups: dict[str, Group] = _by_arn(
            snapshot.groups, (before.snapshot.groups, before.groups) if before else None
        )
        self.roles: dict[str, Role] = _by_arn(snapshot.roles, (before.snapshot.roles, before.roles) if before else None)
        self.functions: dict[str, Function] = _by_arn(
            snapshot.functions, (before.snapshot.functions, before.functions) if before else None
        )
        self.resources: dict[str, Resource] = _by_arn(
            snapshot.resources, (before.snapshot.resources, before.resources) if before else None
        )
        self.policies: dict[str, ManagedPolicy] = _by_arn(
            snapshot.policies, (before.snapshot.policies, before.policies) if before else None
        )
        self.providers = {provider.arn: provider for provider in snapshot.identity_providers}
        self.collected = frozenset(account.id for account in snapshot.accounts if account.collected)
        self.names = {account.id: account.name for account in snapshot.accounts if account.name}
        self._facts = facts_of(snapshot, strict)
        self.memo: dict[tuple[str, object], object] = {}
        """What other modules work out once for this world, by their name and a key."""
        self.of_documents: dict[tuple[str, object], object] = {}
        """The same, of single policies; whoever was made of this world by changes shares it."""
        self.of_resources: dict[tuple[str, object], object] = {}
        """The same, of what is asked for, whoever asks."""
        self._identities: dict[str, tuple[tuple[Attached, ...], tuple[MissingFact, ...]]] = {}
        self._sides: dict[tuple[object, ...], tuple[PolicySet, tuple[str, ...]]] = {}

    def changed_to(self, snapshot: Snapshot) -> World:
        """The world of a snapshot that was made of this one's by changes; it shares what they don't touch."""
        after = World(snapshot, self.strict, self)
        share(self, after, touched(self.snapshot, snapshot))
        return after

    @cached_property
    def organization(self) -> OrganizationTree:
        return OrganizationTree(self.snapshot, self.documents)

    @cached_property
    def function_nodes(self) -> dict[str, None]:
        """Every function with its versions and aliases: a permission sits on each ARN by itself."""
        found: dict[str, None] = {}
        for function in self.snapshot.functions:
            found[function.arn] = None
            found.update((f"{function.arn}:{name}", None) for name in (*function.versions, *function.aliases))
        return found

    @cached_property
    def urls(self) -> dict[str, FunctionUrl]:
        """Function URLs by node: `url:` and the ARN of the function or alias that each is on."""
        return {
            arns.url_of(f"{function.arn}:{url.qualifier}" if url.qualifier else function.arn): url
            for function in self.snapshot.functions
            for url in function.urls
        }

    @cached_property
    def declared_calls(self) -> Links[tuple[Function, CodeCall]]:
        """What functions' code is said to do, from the session in which it runs to the resource."""
        return Links(
            (f"{function.role}#{function.arn}", call.resources, (function, call))
            for function in self.snapshot.functions
            if function.role
            for call in function.code_calls
        )

    @cached_property
    def triggers(self) -> Links[Trigger]:
        return Links((trigger.source, (trigger.target,), trigger) for trigger in self.snapshot.triggers)

    @cached_property
    def mappings(self) -> Links[Mapping]:
        return Links((mapping.origin, (mapping.function,), mapping) for mapping in self.snapshot.mappings)

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Users, roles, and the sessions in which functions run (see `simulator.world.nodes`)."""
        sessions = (f"{function.role}#{function.arn}" for function in self.snapshot.functions if function.role)
        return (*self.users, *self.roles, *sessions)

    @cached_property
    def actor_set(self) -> frozenset[str]:
        return frozenset(self.actors)

    @cached_property
    def actors_by_name(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Roles and their sessions by account and role name, as a session's ARN has it."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for node in self.actors:
            arn = node.partition("#")[0]
            if arns.is_role(arn):
                key = (arns.account_of(arn) or "", arn.rsplit("/", 1)[-1])
                found[key] = (*found.get(key, ()), node)
        return found

    @cached_property
    def short_names(self) -> dict[str, tuple[str, ...]]:
        return names.short_names(self)

    def resolve(self, name: str, what: str = "name") -> str:
        """The node that a person means by `name`; see `simulator.world.names`."""
        return names.resolve(self, name, what)

    # --- what was not read ----------------------------------------------------------------------------------------

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

    # --- WorldFacts: what the context of a request needs ----------------------------------------------------------

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

    def functions_with_role(self, role_arn: str) -> tuple[str, ...]:
        return self._functions_by_role.get(role_arn, ())

    @cached_property
    def _functions_by_role(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for function in self.snapshot.functions:
            if function.role:
                found[function.role] = (*found.get(function.role, ()), function.arn)
        return found

    # --- policies ------------------------------------------------------------------------------------------------

    def identity_of(self, arn: str) -> tuple[tuple[Attached, ...], tuple[MissingFact, ...]]:
        """The identity-based policies of a user (its groups' included) or role, and those that weren't read."""
        if arn not in self._identities:
            self._identities[arn] = self._identity_of(arn)
        return self._identities[arn]

    def share_identities(self, other: World, but: frozenset[str]) -> None:
        """Take over the identity-based policies that another world has read, but those of some users and roles."""
        self._identities = {arn: found for arn, found in other._identities.items() if arn not in but}

    def _identity_of(self, arn: str) -> tuple[tuple[Attached, ...], tuple[MissingFact, ...]]:
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

    def _held_by(self, holders: Iterable[User | Role | Group]) -> tuple[tuple[Attached, ...], tuple[MissingFact, ...]]:
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

    def policies_of(self, caller: Caller) -> tuple[tuple[Attached, ...], tuple[MissingFact, ...]]:
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

    def policies_of_group(self, group: str) -> tuple[tuple[Attached, ...], tuple[MissingFact, ...]]:
        """The identity-based policies of a group, and those that weren't read."""
        return self._held_by((self.groups[group],))

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

    def resource_policies(self, arn: str, account: str | None) -> tuple[tuple[Attached, ...], tuple[MissingFact, ...]]:
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

    def _function_policies(self, arn: str) -> tuple[tuple[Attached, ...], tuple[MissingFact, ...]]:
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

    # --- callers -------------------------------------------------------------------------------------------------

    def caller(self, node: str) -> Caller:
        """Who asks when a node does; see `simulator.world.callers`."""
        return callers.caller(self, node)

    def execution_role(self, function_arn: str) -> Caller:
        """The session in which a function's code runs; see `simulator.world.callers`."""
        return callers.execution_role(self, function_arn)

    # --- deciding ------------------------------------------------------------------------------------------------

    def ask(
        self, caller: Caller, action: str, resource: str, given: Given = NOTHING_GIVEN, **how: Unpack[How]
    ) -> Requirement:
        """Decide one request over the snapshot, with what would mend it."""
        context = self.context(caller, action, resource, given, **how)
        alone, instead = how.get("alone", False), how.get("instead")
        analysis, targets = self.analyse(caller, action, resource, context, alone=alone, instead=instead)
        decision = decide(analysis, spelling)
        if context.unknown_keys and decision.outcome is Outcome.CONDITIONAL:
            assumed = (*decision.assumes, *map(unknown_key, sorted(context.unknown_keys)))
            decision = structs.replace(decision, assumes=assumed)
        found = lacks(analysis) if decision.outcome is Outcome.IMPLICIT_DENY else ()
        missing = grants(self, caller, analysis.request, found, targets, context) if found else ()
        return Requirement(caller.node, action, resource, decision, missing)

    def foresee(
        self, caller: Caller, action: str, resource: str, given: Given = NOTHING_GIVEN, **how: Unpack[How]
    ) -> Part:
        """As `ask`, with the reasons worked out only when they are wanted; for who asks for very many requests."""
        judge = partial(self.ask, caller, action, resource, given, **how)
        context = self.context(caller, action, resource, given, **how)
        request = self._request(caller, action, resource, self._owner(caller, resource), context)
        policies, _ = self._policy_set(request, caller, how.get("instead"))
        if not policies.unread.keys() <= _ONLY_LIMIT:
            return judge()
        found, assumes = foretold(request, policies)
        if context.unknown_keys:
            return judge()
        return Foreseen(caller.node, action, resource, STATUS_OF[found], judge, assumes)

    def context(
        self, caller: Caller, action: str, resource: str, given: Given = NOTHING_GIVEN, **how: Unpack[How]
    ) -> SnapshotContext:
        """What is known of a request."""
        fixed = how.get("fixed")
        return SnapshotContext(
            self,
            caller,
            action,
            resource,
            resource_account=self._owner(caller, resource),
            given=given,
            source=how.get("source"),
            given_everywhere=not how.get("in_step", False),
            fixed=self._fixed(action, resource) if fixed is None else fixed,
        )

    def _fixed(self, action: str, resource: str) -> Table[str, State]:
        """What a call settles: an action that is about a function's URL has the URL's AuthType, if there is one."""
        if action.lower() == "lambda:invokefunctionurl" and (url := self.urls.get(arns.url_of(resource))):
            return {"lambda:functionurlauthtype": Known((url.auth_type,))}
        return PLAIN_CALL

    def _owner(self, caller: Caller, resource: str) -> str | None:
        account = self.account_of(resource) if resource != "*" else caller.account
        return account if isinstance(account, str) else None

    def analyse(
        self,
        caller: Caller,
        action: str,
        resource: str,
        context: SnapshotContext,
        *,
        alone: bool = False,
        instead: tuple[Attached, ...] | None = None,
    ) -> tuple[Analysis, tuple[str, ...]]:
        """Every policy that bears on a request, evaluated; and the holders of the SCP levels, from the root down."""
        request = self._request(caller, action, resource, self._owner(caller, resource), context)
        policies, targets = self._policy_set(request, caller, instead)
        if alone:
            unread = {**policies.unread, Layer.RESOURCE: ()}
            policies = policies.changed(resource=None, unread=unread)
        return analyse(request, policies), targets

    def _request(
        self, caller: Caller, action: str, resource: str, owner: str | None, context: SnapshotContext
    ) -> Request:
        return Request(
            requester_of(caller),
            action,
            resource,
            context,
            owner,
            self.traits_of(action, resource),
            management_account=self.is_management(caller.account),
            resource_in_management_account=self.is_management(owner),
            service_linked_role=is_service_linked(caller),
        )

    def traits_of(self, action: str, resource: str) -> Traits:
        found = self.resources.get(resource)
        managed_key = found is not None and found.attributes.get("KeyManager") == "AWS"
        return traits(action, resource, aws_managed_key=managed_key)

    def is_management(self, account: str | None) -> bool:
        """Whether it is its organization's management account, which SCPs and RCPs don't bind."""
        return account is not None and account == self.organization.management_account

    def _policy_set(
        self, request: Request, caller: Caller, instead: tuple[Attached, ...] | None = None
    ) -> tuple[PolicySet, tuple[str, ...]]:
        """The policies that take part, and the holders of the SCP levels."""
        own, targets = self.side_of_caller(caller)
        other = self.side_of_resource(request.action, request.resource, request.resource_account)
        taken = other.resource if instead is None else instead
        unread = {**own.unread, **other.unread} if own.unread and other.unread else own.unread or other.unread
        return own.changed(resource=taken, rcps=other.rcps, unread=unread), targets

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

    def scps_of(
        self, account: str | None
    ) -> tuple[tuple[tuple[Attached, ...], ...], tuple[str, ...], tuple[MissingFact, ...]]:
        """The SCPs of an account by level, the ids of the levels, and what of them wasn't read."""
        return self._levels(account, "SERVICE_CONTROL_POLICY", PolicyKind.SCP)

    def side_of_resource(self, action: str, resource: str, owner: str | None) -> PolicySet:
        """What the resource's own account says: its policy, and the RCPs."""
        unread: dict[Layer, tuple[MissingFact, ...]] = {}
        policies: tuple[Attached, ...] = ()
        layer, _ = own_policy(action, resource)
        # A trust policy is asked for sessions only: passing or changing a role is no matter of it.
        if layer is Layer.TRUST or not arns.is_role(resource):
            policies, unread[layer] = self.resource_policies(resource, owner)
        rcps, _, unread[Layer.RCP] = self._levels(owner, "RESOURCE_CONTROL_POLICY", PolicyKind.RCP)
        lacking = {layer: facts for layer, facts in unread.items() if facts}
        return PolicySet(resource=policies, rcps=rcps, unread=lacking)

    def boundary_of(self, arn: str) -> tuple[tuple[Attached, ...] | None, tuple[MissingFact, ...]]:
        holder = self.users.get(arn) or self.roles.get(arn)
        if holder is None or holder.boundary is None:
            return None, ()
        found = self.managed(holder.boundary, PolicyKind.BOUNDARY, arn)
        return ((found,), ()) if isinstance(found, Attached) else (None, (found,))

    def session_passed(self, caller: Caller) -> tuple[Attached, ...] | None:
        """The session policy of a caller. Lambda passes none when it assumes the role that a function runs as."""
        return self.session_of(caller.role) if caller.role and caller.function is None else None

    def session_of(self, role_arn: str) -> tuple[Attached, ...] | None:
        """The session policy that whoever assumes a role is said to pass."""
        role = self.roles.get(role_arn)
        if role is None or role.session is None:
            return None
        return (
            Attached("session policy", self.documents.policy(role.session, PolicyKind.SESSION, role_arn), role_arn),
        )

    def _levels(
        self, account: str | None, wanted: str, kind: PolicyKind
    ) -> tuple[tuple[tuple[Attached, ...], ...], tuple[str, ...], tuple[MissingFact, ...]]:
        if account is None:
            return (), (), ()
        fact = self.lacking(FactKind.ORGANIZATION, account, "*")
        if fact is not None:
            return (), (), (fact,)
        return (*self.organization.levels(account, wanted, kind), ())


def _by_arn(rows: tuple[Row, ...], before: tuple[tuple[Row, ...], dict[str, Row]] | None) -> dict[str, Row]:
    """Rows by ARN, in their order; `before` are most of them, and how they were found then."""
    if before is None:
        return {row.arn: row for row in rows}
    known, by_arn = before
    if known is rows:
        return by_arn
    pairs = differing(known, rows)
    if len(known) != len(rows) or any(old is None for old, _ in pairs.values()):
        return {row.arn: row for row in rows}
    return by_arn | {arn: new for arn, (_, new) in pairs.items() if new is not None}


#: Layers that never let anybody in, and whose holders are no matter of how statements are read.
_ONLY_LIMIT = frozenset((Layer.SCP, Layer.RCP))

#: Services whose resources may have a policy of their own, as far as the snapshot's facts speak of them.
_WITH_POLICIES = frozenset(
    ("s3", "sqs", "sns", "events", "kms", "secretsmanager", "kinesis", "dynamodb", "ecr", "lambda", "logs")
) | {"kafka", "execute-api"}
