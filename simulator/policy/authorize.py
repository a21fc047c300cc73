"""Decide one request: explicit deny, then what every layer allows, then implicit deny.

Sources: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "How AWS enforcement code
logic evaluates requests to allow or deny access"; Organizations User Guide, "SCP evaluation", "RCP evaluation".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from models.decision import Citation, Decision, Layer, MissingFact, NearMiss, Outcome
from models.request import Attached, Request, RequesterKind
from simulator.policy.combine import Sides, has_session_by_default, permitted, standing_of
from simulator.policy.compiled import Manner, about
from simulator.policy.formula import Formula, Unread, all_of, any_of, negation
from simulator.policy.layers import Findings, asked_resource, near_misses, read_layer, spelled
from simulator.policy.principals import Form
from simulator.policy.residual import Spelling, assume, certainly, decisive, facts, outcomes, residual_of, search

__all__ = ["Analysis", "PolicySet", "Request", "analyse", "authorize"]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies that take part. None, or nothing in it: there is no such policy.

    `resource` is the resource's own policy, whatever its kind. `scps` and `rcps` are levels from the root down, each
    with what is attached there. `unread` names, layer by layer, the facts that the snapshot lacks.
    """

    identity: tuple[Attached, ...] = ()
    boundary: tuple[Attached, ...] | None = None
    session: tuple[Attached, ...] | None = None
    resource: tuple[Attached, ...] | None = None
    scps: tuple[tuple[Attached, ...], ...] = ()
    rcps: tuple[tuple[Attached, ...], ...] = ()
    vpc_endpoint: tuple[Attached, ...] | None = None
    unread: Mapping[Layer, tuple[MissingFact, ...]] = field(default_factory=dict)


def resource_layer(request: Request) -> Layer:
    """A role's own policy is its trust policy, for the calls that ask for a session of it."""
    return _own_policy(request.action, request.resource)[0]


def stands_alone(request: Request) -> bool:
    """Whether nothing is allowed without the resource's own policy: trust policies and key policies."""
    return _own_policy(request.action, request.resource)[1]


@lru_cache(maxsize=4096)
def _own_policy(action: str, resource: str) -> tuple[Layer, bool]:
    service = action.lower().partition(":")[0]
    if service == "sts" and ":iam::" in resource and ":role/" in resource:
        return Layer.TRUST, True
    return Layer.RESOURCE, service == "kms" and ":key/" in resource


@dataclass(slots=True)
class Analysis:
    """Every layer's findings and how they combine; `lacks` reads what would mend a refusal.

    `permitted` is what the caller's and the resource's side give together, before SCPs and the endpoint.
    """

    request: Request
    policies: PolicySet
    findings: dict[Layer, Findings]
    scp_levels: list[Findings]
    rcp_levels: list[Findings]
    identity: Formula = False
    boundary: Formula = True
    session: Formula = True
    permitted: Formula = False
    allows: Formula = False
    denies: Formula = False

    @property
    def same_account(self) -> bool:
        """An account that isn't said is taken to be the caller's own."""
        account = self.request.resource_account
        return account is None or account == self.request.requester.account

    @property
    def resource(self) -> Findings:
        layer = resource_layer(self.request)
        return self.findings.get(layer) or Findings(layer)


def authorize(request: Request, policies: PolicySet, spelling: Spelling = spelled) -> Decision:
    """Decide `request` under `policies`, with every reason.

    Pure: the same arguments give the same decision, and the order of policies and statements does not matter.

    Raises:
        PolicyError: if a statement cannot be evaluated exactly.
    """
    return decide(analyse(request, policies), spelling)


def analyse(request: Request, policies: PolicySet) -> Analysis:
    """Evaluate every layer, and combine them."""
    bounded = _bounded(request, policies)
    findings = {
        layer: read_layer(layer, attached, request, bounded) for layer, attached in _plain_layers(request, policies)
    }
    scps, rcps = _levels(request, policies)
    scp_levels = [read_layer(Layer.SCP, level, request, bounded) for level in scps]
    rcp_levels = [read_layer(Layer.RCP, level, request, bounded) for level in rcps]
    analysis = Analysis(request, policies, findings, scp_levels, rcp_levels)
    for layer, lacking in policies.unread.items():
        if _binds(layer, request):
            _add_unread(analysis, layer, lacking)
    combine(analysis)
    return analysis


def _bounded(request: Request, policies: PolicySet) -> Formula:
    """Whether the caller has a permissions boundary, as NotPrincipal asks."""
    if request.requester.is_outside:
        return False
    unread = policies.unread.get(Layer.BOUNDARY, ())
    return bool(policies.boundary) or any_of(Unread(fact, "boundary is there") for fact in unread)


def _plain_layers(request: Request, policies: PolicySet) -> list[tuple[Layer, tuple[Attached, ...]]]:
    own = not request.requester.is_outside
    pairs: list[tuple[Layer, tuple[Attached, ...] | None]] = [
        (Layer.IDENTITY, policies.identity if own else ()),
        (Layer.BOUNDARY, policies.boundary if own else None),
        (Layer.SESSION, policies.session if own else None),
        (resource_layer(request), policies.resource),
        (Layer.VPC_ENDPOINT, policies.vpc_endpoint),
    ]
    return [(layer, attached) for layer, attached in pairs if attached]


def _binds(layer: Layer, request: Request) -> bool:
    """Whether SCPs or RCPs bind this caller and resource at all; every other layer does."""
    if layer is Layer.SCP:
        return not (request.requester.is_outside or request.management_account or request.service_linked_role)
    if layer is Layer.RCP:
        exempt = request.resource_in_management_account or request.service_linked_role
        return request.traits.bound_by_rcps and not exempt
    return not (request.requester.is_outside and layer in (Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION))


def _levels(
    request: Request, policies: PolicySet
) -> tuple[tuple[tuple[Attached, ...], ...], tuple[tuple[Attached, ...], ...]]:
    scps = policies.scps if _binds(Layer.SCP, request) else ()
    rcps = policies.rcps if _binds(Layer.RCP, request) else ()
    return scps, rcps


def _add_unread(analysis: Analysis, layer: Layer, facts: tuple[MissingFact, ...]) -> None:
    """A policy that wasn't read may allow, and may deny; a missing SCP or RCP only limits."""
    if layer in (Layer.SCP, Layer.RCP, Layer.BOUNDARY, Layer.VPC_ENDPOINT):
        found = analysis.findings.setdefault(layer, Findings(layer, read=False))
        found.allows[Form.ITSELF] = True
        found.denies = any_of((found.denies, *(Unread(fact, f"{layer} limits") for fact in facts)))
        return
    found = analysis.findings.setdefault(layer, Findings(layer, read=False))
    allows = any_of(Unread(fact, f"{layer} allows") for fact in facts)
    found.allows[Form.ITSELF] = any_of((found.allow(Form.ITSELF), allows))
    found.denies = any_of((found.denies, *(Unread(fact, f"{layer} denies") for fact in facts)))


def combine(analysis: Analysis) -> None:
    """Set what the findings come to together."""
    request, findings = analysis.request, analysis.findings
    caller = request.requester
    is_root = caller.kind is RequesterKind.ROOT
    analysis.identity = True if is_root else _allowed(findings, Layer.IDENTITY, False)
    analysis.boundary = True if is_root else _allowed(findings, Layer.BOUNDARY, True)
    without = has_session_by_default(caller)
    analysis.session = True if is_root else _allowed(findings, Layer.SESSION, without)
    resource = analysis.resource
    analysis.permitted = permitted(
        standing_of(request, stands_alone(request)),
        Sides(
            analysis.identity,
            analysis.boundary,
            analysis.session,
            *(resource.allow(form) for form in Form),
        ),
    )
    limits = [level.allowed for level in analysis.scp_levels]
    limits.append(_allowed(findings, Layer.VPC_ENDPOINT, True))
    analysis.allows = False if refused(request) else all_of((analysis.permitted, *limits))
    every = (*findings.values(), *analysis.scp_levels, *analysis.rcp_levels)
    analysis.denies = any_of(found.denies for found in every)


def _allowed(findings: Mapping[Layer, Findings], layer: Layer, without: bool) -> Formula:
    return findings[layer].allowed if layer in findings else without


def refused(request: Request) -> bool:
    """What nobody can do, whatever allows it; and a root user can't assume roles."""
    if request.requester.kind is RequesterKind.ROOT and request.action.lower() == "sts:assumerole":
        return True
    return request.traits.impossible is not None


def decide(analysis: Analysis, spelling: Spelling = spelled) -> Decision:
    """Say why: what is open, what wasn't read, and which statements decided."""
    found = settled(analysis.allows, analysis.denies)
    outcome = found.outcome
    return Decision(
        outcome,
        because=_because(analysis, outcome),
        layers=_layer_outcomes(analysis),
        near_misses=_near_misses(analysis) if outcome is Outcome.IMPLICIT_DENY else (),
        residual=residual_of(found.open, spelling) if outcome is Outcome.CONDITIONAL else None,
        gaps=found.gaps,
        assumes=found.assumes,
    )


def outcome(request: Request, policies: PolicySet) -> Outcome:
    """The outcome alone, as `authorize` gives it: for who asks often, and wants reasons for few of the answers.

    Raises:
        PolicyError: if a statement cannot be evaluated exactly.
    """
    if policies.unread:
        analysis = analyse(request, policies)
        allows, denies = analysis.allows, analysis.denies
    else:
        allows, denies = weigh(request, policies)
    return settled_outcome(allows, denies)


def settled_outcome(allows: Formula, denies: Formula) -> Outcome:
    """The outcome of what is allowed and what is denied."""
    if denies is True:
        return Outcome.EXPLICIT_DENY
    if denies is False:
        if allows is True:
            return Outcome.ALLOWED
        if allows is False:
            return Outcome.IMPLICIT_DENY
    return settled(allows, denies).outcome


def weigh(request: Request, policies: PolicySet) -> tuple[Formula, Formula]:
    """What is allowed and what is denied, of policies that were all read; without reasons."""
    caller = request.requester
    sides = Sides(session=has_session_by_default(caller))
    bounded = bool(policies.boundary) and not caller.is_outside
    denies: Formula = False
    if not caller.is_outside:
        denies = _weigh_own(request, policies, sides)
    if policies.resource:
        denies = denies | _weigh_named(policies.resource, request, bounded, sides)
    limits: Formula = True
    for level in policies.scps if policies.scps and _binds(Layer.SCP, request) else ():
        allowed, denied = weigh_layer(level, Manner.PLAIN, request)
        limits, denies = limits & allowed, denies | denied
    for level in policies.rcps if policies.rcps and _binds(Layer.RCP, request) else ():
        denies = denies | _weigh_named(level, request, bounded, Sides())
    if policies.vpc_endpoint:
        endpoint = read_layer(Layer.VPC_ENDPOINT, policies.vpc_endpoint, request, bounded)
        limits, denies = limits & endpoint.allowed, denies | endpoint.denies
    if denies is True or limits is False or refused(request):
        return False, denies
    return permitted(standing_of(request, stands_alone(request)), sides) & limits, denies


def _weigh_own(request: Request, policies: PolicySet, sides: Sides) -> Formula:
    """Set what the caller's own policies allow, and return what they deny."""
    sides.identity, denies = weigh_layer(policies.identity, Manner.COMPLETING, request)
    if policies.boundary:
        sides.boundary, denied = weigh_layer(policies.boundary, Manner.COMPLETING, request)
        denies = denies | denied
    if policies.session:
        sides.session, denied = weigh_layer(policies.session, Manner.PLAIN, request)
        denies = denies | denied
    if request.requester.kind is RequesterKind.ROOT:
        sides.identity = sides.boundary = sides.session = True
    return denies


def weigh_layer(policies: tuple[Attached, ...], manner: Manner, request: Request) -> tuple[Formula, Formula]:
    """What policies without Principal allow and deny; what they allow doesn't matter once they deny for certain."""
    action, value, lookup = request.action, asked_resource(request), request.context.lookup
    allowed: Formula = False
    denied: Formula = False
    for attached in policies:
        rules = about(attached.policy, manner, action)
        if rules.is_empty:
            continue
        if rules.sure_deny is not None and rules.sure_deny(value):
            return False, True
        for rule in rules.open_denies:
            found = rule.holds(value, lookup)
            if found is not False:
                denied = denied | found
                if denied is True:
                    return False, True
        if allowed is not True:
            allowed = True if rules.sure_allow is not None and rules.sure_allow(value) else allowed
            for rule in rules.open_allows if allowed is not True else ():
                allowed = allowed | rule.holds(value, lookup)
    return allowed, denied


def _weigh_named(policies: tuple[Attached, ...], request: Request, bounded: bool, sides: Sides) -> Formula:
    """Add what policies with a Principal give to `sides`, and return what they deny."""
    caller, context = request.requester, request.context
    value = asked_resource(request)
    denied: Formula = False
    for attached in policies:
        rules = about(attached.policy, Manner.NAMING, request.action)
        for rule in rules.denies:
            forms = rule.forms(caller, context, bounded)
            held = rule.holds(value, context.lookup) if forms else False
            if held is not False:
                denied = denied | (any_of(forms.values()) & held)
        for rule in rules.allows:
            forms = rule.forms(caller, context, bounded)
            held = rule.holds(value, context.lookup) if forms else False
            if held is not False:
                for form, formula in forms.items():
                    sides.add(form, formula & held)
    return denied


@dataclass(frozen=True, slots=True)
class Settled:
    """An outcome, what it hangs on if it is conditional, and the facts that weren't read on which it turns."""

    outcome: Outcome
    open: Formula
    gaps: tuple[MissingFact, ...]
    assumes: tuple[MissingFact, ...]


@lru_cache(maxsize=16384)
def settled(allows: Formula, denies: Formula) -> Settled:
    """Settle what is open: the same few formulas come up again and again."""
    whole = allows & negation(denies)
    assumed, assumes = _assumptions(whole)
    gaps: tuple[MissingFact, ...] = ()
    results = outcomes(assumed)
    if len(results) > 1:
        outcome = Outcome.UNKNOWN
        gaps = decisive(assumed, facts(assumed))
    elif results == {"denied"}:
        outcome = Outcome.EXPLICIT_DENY if _certain(assume(denies)) else Outcome.IMPLICIT_DENY
    else:
        outcome = Outcome.ALLOWED if results == {"allowed"} else Outcome.CONDITIONAL
    certain = certainly(assumed) if outcome is Outcome.CONDITIONAL else False
    if outcome is Outcome.CONDITIONAL and not hangs(certain):
        # Conditional whatever the facts are, but on what depends on them.
        outcome, gaps = Outcome.UNKNOWN, facts(assumed)
    return Settled(outcome, certain, gaps, assumes)


def hangs(formula: Formula) -> bool:
    """Whether some completion makes it true and some other false."""
    return not isinstance(formula, bool) and search(formula, True) is not None and search(formula, False) is not None


def _certain(formula: Formula) -> bool:
    return outcomes(formula) == {"allowed"}


def _assumptions(formula: Formula) -> tuple[Formula, tuple[MissingFact, ...]]:
    """Take what nobody asked for as if there were none, and say which of it the outcome would turn on."""
    unasked = [fact for fact in facts(formula) if not fact.refused]
    if not unasked:
        return formula, ()
    taken = assume(formula)
    plain = outcomes(taken)
    return taken, decisive(formula, unasked) if outcomes(formula) != plain else ()


def _because(analysis: Analysis, outcome: Outcome) -> tuple[Citation, ...]:
    if outcome in (Outcome.IMPLICIT_DENY, Outcome.UNKNOWN):
        return ()
    cited: dict[Citation, None] = {}
    for found in _in_order(analysis):
        if outcome is not Outcome.EXPLICIT_DENY:
            cited.update((citation, None) for citation in _allowing(found, outcome))
        if outcome is not Outcome.ALLOWED:
            wanted = _certain if outcome is Outcome.EXPLICIT_DENY else _can_hold
            cited.update((citation, None) for citation, formula in found.denying if wanted(formula))
    if outcome is Outcome.EXPLICIT_DENY and not cited:
        cited.update((citation, None) for found in _in_order(analysis) for citation, _ in found.denying)
    return tuple(cited)


def _allowing(found: Findings, outcome: Outcome) -> list[Citation]:
    """The Allow statements that matter: for certain those that match for certain, where a layer has such."""
    certain = [citation for citation, formula in found.allowing if _certain(assume(formula))]
    if outcome is Outcome.ALLOWED and certain:
        return certain
    return [citation for citation, formula in found.allowing if _can_hold(assume(formula))]


def _can_hold(formula: Formula) -> bool:
    return formula is True or _single(formula) != "denied"


@lru_cache(maxsize=4096)
def _single(formula: Formula) -> str:
    return "denied" if outcomes(formula) == {"denied"} else "open"


def _in_order(analysis: Analysis) -> list[Findings]:
    every = [*analysis.findings.values(), *analysis.scp_levels, *analysis.rcp_levels]
    return sorted(every, key=lambda found: list(Layer).index(found.layer))


def _layer_outcomes(analysis: Analysis) -> dict[Layer, Outcome]:
    """The result of each kind of policy that was there to be read, by itself; unknown for one that was refused."""
    found: dict[Layer, Outcome] = {}
    for layer, finding in analysis.findings.items():
        outcome = _layer_outcome(finding.allowed, finding.denies)
        if finding.read or outcome is Outcome.UNKNOWN:
            found[layer] = outcome
    for layer, levels, understood in (
        (Layer.SCP, analysis.scp_levels, False),
        (Layer.RCP, analysis.rcp_levels, True),
    ):
        if levels:
            allowed = all_of(True if understood else level.allowed for level in levels)
            found[layer] = _layer_outcome(allowed, any_of(level.denies for level in levels))
    return {layer: found[layer] for layer in Layer if layer in found}


def _layer_outcome(allowed: Formula, denies: Formula) -> Outcome:
    if denies is True or _certain(denies):
        return Outcome.EXPLICIT_DENY
    results = outcomes(assume(all_of((allowed, negation(denies)))))
    if len(results) > 1:
        return Outcome.UNKNOWN
    named = {"allowed": Outcome.ALLOWED, "conditional": Outcome.CONDITIONAL, "denied": Outcome.IMPLICIT_DENY}
    return named[results.pop()]


def _near_misses(analysis: Analysis) -> tuple[NearMiss, ...]:
    request, policies = analysis.request, analysis.policies
    bounded = _bounded(request, policies)
    found: list[NearMiss] = []
    for layer, attached in _plain_layers(request, policies):
        if not _lets_through(analysis, layer):
            found += near_misses(layer, attached, request, bounded)
    scps, _ = _levels(request, policies)
    for level, finding in zip(scps, analysis.scp_levels, strict=True):
        if not _certain(finding.allowed):
            found += near_misses(Layer.SCP, level, request, bounded)
    return tuple(found)


def _lets_through(analysis: Analysis, layer: Layer) -> bool:
    """A layer that already allows has no near miss worth telling."""
    return _certain(analysis.findings[layer].allowed) if layer in analysis.findings else False


def can_be_allowed(formula: Formula) -> bool:
    """Whether some completion makes it true."""
    return formula is True or (formula is not False and search(formula, True) is not None)
