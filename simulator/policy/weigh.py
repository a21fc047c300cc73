"""The outcome of a request without reasons, for who asks often: the same rules as `authorize`, nothing noted down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from models.decision import Layer, MissingFact, Outcome
from models.request import Attached, Request, RequesterKind
from simulator.policy.combine import Sides, has_session_by_default, permitted, standing_of
from simulator.policy.compiled import Manner, Sorted, about
from simulator.policy.conditions import Lookup
from simulator.policy.formula import Formula, Unread, any_of
from simulator.policy.layers import Asking, asked_resource, read_layer
from simulator.policy.policy_set import PolicySet, binds
from simulator.policy.settle import plain_outcome, settled, settled_outcome

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_RCP = Layer.RCP
_SCP = Layer.SCP
_VPC_ENDPOINT = Layer.VPC_ENDPOINT
_COMPLETING = Manner.COMPLETING
_NAMING = Manner.NAMING
_PLAIN = Manner.PLAIN
_ROOT = RequesterKind.ROOT

Level = tuple[Sorted, ...]
"""What the policies of a layer, or of one level of it, say of an action; those that say nothing are left out."""


@dataclass(slots=True)
class Plan:
    """What the policies of a set say of one action. None: there is no such policy at all."""

    identity: Level
    boundary: Level | None
    session: Level | None
    resource: Level
    scps: tuple[Level, ...]
    rcps: tuple[Level, ...]


def plan_of(policies: PolicySet, action: str) -> Plan:
    """Make the policies ready to be asked for an action; kept with them."""
    plan: Plan | None = policies.memo.get(action)
    if plan is None:
        boundary, session = policies.boundary, policies.session
        plan = policies.memo[action] = Plan(
            _level(policies.identity, _COMPLETING, action),
            _level(boundary, _COMPLETING, action) if boundary else None,
            _level(session, _PLAIN, action) if session else None,
            _level(policies.resource or (), _NAMING, action),
            tuple(_level(level, _PLAIN, action) for level in policies.scps),
            tuple(_level(level, _NAMING, action) for level in policies.rcps),
        )
    return plan


def _level(policies: tuple[Attached, ...], manner: Manner, action: str) -> Level:
    found = []
    for attached in policies:
        rules = about(attached.policy, manner, action)
        if rules.every:
            if rules.sorted is None:
                rules.sorted = Sorted(rules)
            found.append(rules.sorted)
    return tuple(found)


def outcome(request: Request, policies: PolicySet) -> Outcome:
    """The outcome alone, as `authorize` gives it, of policies that were all read (`unread` is not looked at).

    Raises:
        PolicyError: if a statement cannot be evaluated exactly.
    """
    return settled_outcome(*weigh(request, policies))


def foretold(request: Request, policies: PolicySet) -> tuple[Outcome, tuple[MissingFact, ...]]:
    """As `outcome`, with what it assumes. Of what wasn't read SCPs and RCPs are looked at, which only limit."""
    allows, denies = weigh(request, policies)
    for layer, lacking in policies.unread.items():
        if binds(layer, request):
            denies = denies | _limited(layer, lacking)
    plain = plain_outcome(allows, denies)
    if plain is not None:
        return plain, ()
    found = settled(allows, denies)
    return found.outcome, found.assumes


@lru_cache(maxsize=1024)
def _limited(layer: Layer, lacking: tuple[MissingFact, ...]) -> Formula:
    return any_of(Unread(fact, f"{layer} limits") for fact in lacking)


def weigh(request: Request, policies: PolicySet) -> tuple[Formula, Formula]:
    """What is allowed, and what is denied."""
    caller = request.requester
    outside = caller.is_outside
    value = asked_resource(request)
    plan: Plan = policies.memo.get(request.action) or plan_of(policies, request.action)
    sides = Sides()
    denies: Formula = False if outside else _weigh_own(request, value, plan, sides)
    bounded = plan.boundary is not None and not outside
    if plan.resource and denies is not True:
        denies = denies | _weigh_named(plan.resource, request, value, bounded, sides)
    limits: Formula = True
    if plan.scps and binds(_SCP, request):
        lookup = request.context.lookup
        for level in plan.scps:
            allowed, denied = _weigh_level(level, value, lookup)
            limits, denies = limits & allowed, denies | denied
    if plan.rcps and binds(_RCP, request):
        for level in plan.rcps:
            denies = denies | _weigh_named(level, request, value, bounded, Sides())
    if policies.vpc_endpoint:
        endpoint = read_layer(_VPC_ENDPOINT, policies.vpc_endpoint, Asking.of(request, bounded))
        limits, denies = limits & endpoint.allowed, denies | endpoint.denies
    if denies is True or limits is False:
        return False, denies
    return permitted(standing_of(request, outside), sides) & limits, denies


def _weigh_own(request: Request, value: str, plan: Plan, sides: Sides) -> Formula:
    """Set what the caller's own policies allow, and return what they deny."""
    lookup = request.context.lookup
    sides.identity, denies = _weigh_level(plan.identity, value, lookup)
    if plan.boundary is not None:
        sides.boundary, denied = _weigh_level(plan.boundary, value, lookup)
        denies = denies | denied
    if plan.session is not None:
        sides.session, denied = _weigh_level(plan.session, value, lookup)
        denies = denies | denied
    else:
        sides.session = has_session_by_default(request.requester)
    if request.requester.kind is _ROOT:
        sides.identity = sides.boundary = sides.session = True
    return denies


def _weigh_level(level: Level, value: str, lookup: Lookup) -> tuple[Formula, Formula]:
    """What policies without Principal allow and deny; what they allow doesn't matter once they deny for certain."""
    allowed: Formula = False
    denied: Formula = False
    for rules in level:
        if rules.sure_deny is not None and rules.sure_deny(value):
            return False, True
        for rule in rules.open_denies:
            found = rule.holds(value, lookup)
            if found is True:
                return False, True
            if found is not False:
                denied = denied | found
        if allowed is not True:
            if rules.sure_allow is not None and rules.sure_allow(value):
                allowed = True
                continue
            for rule in rules.open_allows:
                found = rule.holds(value, lookup)
                if found is not False:
                    allowed = allowed | found
    return allowed, denied


def _weigh_named(level: Level, request: Request, value: str, bounded: bool, sides: Sides) -> Formula:
    """Add what policies with a Principal give to `sides`, and return what they deny."""
    caller, context = request.requester, request.context
    lookup = context.lookup
    denied: Formula = False
    for rules in level:
        for rule in rules.denies:
            forms = rule.named.forms(caller, context, bounded)
            held = rule.holds(value, lookup) if forms else False
            if held is not False:
                denied = denied | (any_of(forms.values()) & held)
        for rule in rules.allows:
            forms = rule.named.forms(caller, context, bounded)
            held = rule.holds(value, lookup) if forms else False
            if held is not False:
                for form, formula in forms.items():
                    sides.add(form, formula & held)
    return denied
