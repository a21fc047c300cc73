"""The outcome of a request without reasons, for who asks often: the same rules as `authorize`, nothing noted down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from models.decision import Layer, MissingFact, Outcome
from models.policy import Effect
from models.request import Attached, Request, Requester, RequesterKind
from simulator.policy.combine import (
    Sides,
    Standings,
    has_session_by_default,
    needs_own,
    permitted,
    standing_of,
    standings_of,
)
from simulator.policy.compiled import ANYTHING, NOTHING, Manner, Rule, Statements, about, in_order
from simulator.policy.conditions import Lookup
from simulator.policy.formula import Formula, Unread, any_of
from simulator.policy.layers import Asking, asked_resource, read_layer
from simulator.policy.policy_set import PolicySet, binds
from simulator.policy.principals import Form
from simulator.policy.settle import plain_outcome, settled

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_DENY = Effect.DENY
_RCP = Layer.RCP
_SCP = Layer.SCP
_VPC_ENDPOINT = Layer.VPC_ENDPOINT
_COMPLETING = Manner.COMPLETING
_NAMING = Manner.NAMING
_PLAIN = Manner.PLAIN
_ROLE = RequesterKind.ROLE
_ROOT = RequesterKind.ROOT


class Addressed(Struct, frozen=True, eq=False, gc=False):
    """What policies with a Principal say to a caller: `allows` by the forms that name him.

    Whom the rules in `unsettled` name hangs on the context, or was asked for the first time.
    """

    denies: Statements = NOTHING
    allows: tuple[tuple[Iterable[Form], Statements], ...] = ()
    unsettled: Sequence[Rule] = ()


_UNADDRESSED = Addressed()


class Heard(Struct, eq=False, gc=False):
    """What the policies of a set say to a caller of one action; without `standings` he asked but once."""

    caller: Requester
    outside: bool
    bounded: bool
    standings: Standings | None
    identity: Statements
    boundary: Statements
    session: Statements
    denies: Statements
    resource: Addressed
    rcps: Addressed


class Plan(Struct, eq=False, gc=False):
    """What the policies of a set say of one action; `heard` is who asked last, who mostly comes again.

    `session` is None without a session policy. `denies` are those of the caller's own policies; `scps` what levels
    allow that don't allow everything.
    """

    identity: Statements
    boundary: Statements
    session: Statements | None
    denies: Statements
    scps: tuple[Statements, ...]
    scp_denies: Statements
    resource: list[Rule]
    rcps: list[Rule]
    bounded: bool
    heard: Heard | None = None


def plan_of(policies: PolicySet, action: str) -> Plan:
    """Make the policies ready to be asked for an action; kept with them."""
    boundary: Statements = ANYTHING
    session = None
    identity, denies = _said(policies.identity, _COMPLETING, action, NOTHING)
    if policies.boundary:
        boundary, denies = _said(policies.boundary, _COMPLETING, action, denies)
    if policies.session:
        session, denies = _said(policies.session, _PLAIN, action, denies)
    scps, scp_denies = [], NOTHING
    for level in policies.scps:
        allows, scp_denies = _said(level, _PLAIN, action, scp_denies)
        if allows is not ANYTHING:
            scps.append(allows)
    plan = policies.memo[action] = Plan(
        identity,
        boundary,
        session,
        denies,
        tuple(scps),
        scp_denies,
        _naming(policies.resource, action) if policies.resource else [],
        [rule for level in policies.rcps for rule in _naming(level, action)] if policies.rcps else [],
        bool(policies.boundary),
    )
    return plan


def _said(
    policies: tuple[Attached, ...], manner: Manner, action: str, denies: Statements
) -> tuple[Statements, Statements]:
    """What the policies allow, and what they deny besides what others do."""
    allows = NOTHING
    for attached in policies:
        rules = about(attached.policy, manner, action)
        if rules.every:
            allowing, denying = rules.sorted or in_order(rules)
            allows, denies = allows | allowing, denies | denying
    return allows, denies


def _naming(policies: tuple[Attached, ...], action: str) -> list[Rule]:
    if len(policies) == 1:
        return about(policies[0].policy, _NAMING, action).every
    return [rule for attached in policies for rule in about(attached.policy, _NAMING, action).every]


def _hear(plan: Plan, request: Request) -> Heard:
    """Make a plan ready for a caller, with care once he asks again; kept with it."""
    caller, before = request.requester, plan.heard
    again = before is not None and before.caller == caller
    outside, session = caller.is_outside, plan.session
    if session is None:
        session = ANYTHING if has_session_by_default(caller) else NOTHING
    root = caller.kind is _ROOT
    bounded = plan.bounded and not outside
    heard = plan.heard = Heard(
        caller,
        outside,
        bounded,
        standings_of(caller, request.action) if again else None,
        ANYTHING if root else plan.identity,
        ANYTHING if root else plan.boundary,
        ANYTHING if root else session,
        NOTHING if outside else plan.denies,
        _addressed(plan.resource, request, bounded, again) if plan.resource else _UNADDRESSED,
        _addressed(plan.rcps, request, bounded, again) if plan.rcps else _UNADDRESSED,
    )
    return heard


def _addressed(rules: list[Rule], request: Request, bounded: bool, again: bool) -> Addressed:
    if not again:
        return Addressed(unsettled=rules)
    caller = request.requester
    denies: list[Rule] = []
    allows: dict[tuple[Form, ...], list[Rule]] = {}
    unsettled: list[Rule] = []
    for rule in rules:
        if caller.kind is _ROLE and rule.named.sessions:
            unsettled.append(rule)
        elif forms := rule.named.forms(caller, request.context, bounded):
            same = denies if rule.statement.effect is _DENY else allows.setdefault(tuple(forms), [])
            same.append(rule)
    by_forms = tuple([(forms, _statements(rules)) for forms, rules in allows.items()])
    return Addressed(_statements(denies), by_forms, tuple(unsettled))


def _statements(rules: list[Rule]) -> Statements:
    """Statements that are about the caller."""
    if not rules:
        return NOTHING
    sure, rest = [], []
    for rule in rules:
        if rule.inverse or rule.statement.condition or rule.templates:
            rest.append(rule)
        else:
            sure.append(rule.matches)
    return Statements(tuple(sure), tuple(rest))


def outcome(request: Request, policies: PolicySet) -> Outcome:
    """The outcome alone, as `authorize` gives it, of policies that were all read (`unread` is not looked at).

    Raises:
        PolicyError: if a statement cannot be evaluated exactly.
    """
    allows, denies = weigh(request, policies)
    return plain_outcome(allows, denies) or settled(allows, denies).outcome


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
    plan: Plan = policies.memo.get(request.action) or plan_of(policies, request.action)
    caller, heard = request.requester, plan.heard
    if heard is None or heard.standings is None or (heard.caller is not caller and heard.caller != caller):
        heard = _hear(plan, request)
    value, lookup = asked_resource(request), request.context.lookup
    sides = Sides()
    denies: Formula = False
    if heard.denies is not NOTHING:
        denies = heard.denies.hold(value, lookup)
    if heard.resource is not _UNADDRESSED and denies is not True:
        denies = denies | _weigh_named(heard.resource, request, value, heard.bounded, sides)
    if plan.scp_denies is not NOTHING:
        denied = plan.scp_denies.hold(value, lookup)
        if denied is not False and binds(_SCP, request):
            denies = denies | denied
    if heard.rcps is not _UNADDRESSED and binds(_RCP, request):
        denies = denies | _weigh_named(heard.rcps, request, value, heard.bounded, Sides())
    limits: Formula = True
    if plan.scps or policies.vpc_endpoint:
        limits, denied = _limits(plan.scps, policies.vpc_endpoint, request, value, heard.bounded)
        denies = denies | denied
    if denies is True or limits is False:
        return False, denies
    standings = heard.standings
    standing = standing_of(request, heard.outside) if standings is None else standings.to(request)
    if needs_own(standing, sides):
        _weigh_own(heard, value, lookup, sides)
    return permitted(standing, sides) & limits, denies


def _limits(
    scps: tuple[Statements, ...], endpoint: tuple[Attached, ...] | None, request: Request, value: str, bounded: bool
) -> tuple[Formula, Formula]:
    """What SCPs and the VPC endpoint's policy allow together, and what the latter denies."""
    limits: Formula = True
    if scps and binds(_SCP, request):
        for level in scps:
            limits = limits & level.hold(value, request.context.lookup)
    if not endpoint:
        return limits, False
    found = read_layer(_VPC_ENDPOINT, endpoint, Asking(request, bounded))
    return limits & found.allowed, found.denies


def _weigh_own(heard: Heard, value: str, lookup: Lookup, sides: Sides) -> None:
    """Set what the caller's own policies allow."""
    sides.identity = heard.identity.hold(value, lookup)
    if heard.boundary is not ANYTHING:
        sides.boundary = heard.boundary.hold(value, lookup)
    if heard.session is not ANYTHING:
        sides.session = heard.session.hold(value, lookup)


def _weigh_named(addressed: Addressed, request: Request, value: str, bounded: bool, sides: Sides) -> Formula:
    """Add what policies with a Principal give to `sides`, and return what they deny."""
    caller, context = request.requester, request.context
    lookup = context.lookup
    for named, statements in addressed.allows:
        held = statements.hold(value, lookup)
        if held is not False:
            for form in named:
                sides.add(form, held)
    denied: Formula = False
    if addressed.denies is not NOTHING:
        denied = addressed.denies.hold(value, lookup)
    for rule in addressed.unsettled:
        forms = rule.named.forms(caller, context, bounded)
        held = rule.holds(value, lookup) if forms else False
        if held is False:
            continue
        if rule.statement.effect is _DENY:
            denied = denied | (any_of(forms.values()) & held)
        else:
            for form, formula in forms.items():
                sides.add(form, formula & held)
    return denied
