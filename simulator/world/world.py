"""A snapshot made ready to be asked: indexes, compiled policies, callers, and who is in which organization.

Built once and shared by all questions; derived and never written to. What it rests on: `simulator.world.index` (its
rows), `known` (facts, and what lacks), `policies` (which of them bear on a request).
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from functools import cached_property, partial
from typing import TypedDict, Unpack

from msgspec import structs

from models import arns
from models.context import NOTHING_GIVEN, Absent, Given, Known, State
from models.decision import Layer, Outcome
from models.edge import STATUS_OF, Foreseen, Part, Requirement
from models.request import Attached, Request, Traits
from models.snapshot import Snapshot
from simulator.facts.reference import spelling
from simulator.facts.traits import traits
from simulator.policy.authorize import Analysis, analyse, decide
from simulator.policy.lacks import lacks
from simulator.policy.policy_set import PolicySet
from simulator.policy.weigh import foretold
from simulator.world import callers, names
from simulator.world.caller import Caller, Source
from simulator.world.context import SnapshotContext
from simulator.world.grants import grants
from simulator.world.memo import Memo
from simulator.world.missing import unknown_key
from simulator.world.policies import Policies
from simulator.world.requesters import is_service_linked, requester_of
from simulator.world.sharing import share
from simulator.world.touched import touched

#: A call of Lambda's API, not through a function URL. Source: Lambda Developer Guide, "Control access to Lambda
#: function URLs".
PLAIN_CALL: dict[str, State] = {"lambda:invokedviafunctionurl": Absent()}
#: Layers that never let anybody in, and whose holders are no matter of how statements are read.
_ONLY_LIMIT = frozenset((Layer.SCP, Layer.RCP))


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


class World(Policies):
    """A snapshot with its indexes. `strict` turns every assumption into a gap."""

    def __init__(self, snapshot: Snapshot, strict: bool = False, before: World | None = None) -> None:
        """`before` is the world from which the snapshot's was changed: what is the same there isn't indexed anew."""
        super().__init__(snapshot, strict, before)
        self.memo = Memo()
        """What other modules work out once for this world."""
        self.of_documents = Memo()
        """The same, of single policies; whoever was made of this world by changes shares it."""
        self.of_resources = Memo()
        """The same, of what is asked for, whoever asks."""

    def changed_to(self, snapshot: Snapshot) -> World:
        """The world of a snapshot that was made of this one's by changes; it shares what they don't touch."""
        after = World(snapshot, self.strict, self)
        share(self, after, touched(self.snapshot, snapshot))
        return after

    @cached_property
    def short_names(self) -> dict[str, tuple[str, ...]]:
        return names.short_names(self)

    def resolve(self, name: str, what: str = "name") -> str:
        """The node that a person means by `name`; see `simulator.world.names`."""
        return names.resolve(self, name, what)

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

    def _policy_set(
        self, request: Request, caller: Caller, instead: tuple[Attached, ...] | None = None
    ) -> tuple[PolicySet, tuple[str, ...]]:
        """The policies that take part, and the holders of the SCP levels."""
        own, targets = self.side_of_caller(caller)
        other = self.side_of_resource(request.action, request.resource, request.resource_account)
        taken = other.resource if instead is None else instead
        unread = {**own.unread, **other.unread} if own.unread and other.unread else own.unread or other.unread
        return own.changed(resource=taken, rcps=other.rcps, unread=unread), targets
