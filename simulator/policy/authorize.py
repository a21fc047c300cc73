"""Decide one request: explicit deny, then what every layer allows, then implicit deny.

Sources: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "How AWS enforcement code
logic evaluates requests to allow or deny access"; Organizations User Guide, "SCP evaluation", "RCP evaluation".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.decision import Citation, Decision, Layer, MissingFact, NearMiss, Outcome
from models.request import Attached, Request, RequesterKind
from simulator.policy.combine import Sides, has_session_by_default, permitted, standing_of
from simulator.policy.formula import Formula, Unread, all_of, any_of, negation
from simulator.policy.layers import Asking, Behind, Findings, all_allow, any_denies, read_layer, read_once, spelled
from simulator.policy.near import misses, nearest
from simulator.policy.policy_set import PolicySet, binds, resource_layer, stands_alone
from simulator.policy.principals import Form
from simulator.policy.residual import Spelling, assume, outcomes, residual_of
from simulator.policy.settle import can_be_allowed, is_certain, plain_outcome, settled
from simulator.policy.weigh import outcome

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ACCOUNT: Final = Form.ACCOUNT
_ANYBODY: Final = Form.ANYBODY
_BEHIND: Final = Form.BEHIND
_ITSELF: Final = Form.ITSELF
_BOUNDARY: Final = Layer.BOUNDARY
_IDENTITY: Final = Layer.IDENTITY
_RCP: Final = Layer.RCP
_SCP: Final = Layer.SCP
_SESSION: Final = Layer.SESSION
_VPC_ENDPOINT: Final = Layer.VPC_ENDPOINT
_ALLOWED: Final = Outcome.ALLOWED
_CONDITIONAL: Final = Outcome.CONDITIONAL
_EXPLICIT_DENY: Final = Outcome.EXPLICIT_DENY
_IMPLICIT_DENY: Final = Outcome.IMPLICIT_DENY
_UNKNOWN: Final = Outcome.UNKNOWN
_ROOT: Final = RequesterKind.ROOT

__all__ = [
    "Analysis",
    "PolicySet",
    "Request",
    "analyse",
    "authorize",
    "can_be_allowed",
    "outcome",
    "resource_layer",
    "stands_alone",
]


class Analysis:
    """Every layer's findings and how they combine; `lacks` reads what would mend a refusal.

    `permitted` is what the caller's and the resource's side give together, before SCPs and the endpoint; `limits`
    what all levels of SCPs allow.
    """

    def __init__(
        self,
        request: Request,
        policies: PolicySet,
        findings: dict[Layer, Findings],
        scp_levels: list[Findings],
        rcp_levels: list[Findings],
    ) -> None:
        self.request = request
        self.policies = policies
        self.findings = findings
        self.scp_levels = scp_levels
        self.rcp_levels = rcp_levels
        self.identity: Formula = False
        self.boundary: Formula = True
        self.session: Formula = True
        self.permitted: Formula = False
        self.limits: Formula = True
        self.allows: Formula = False
        self.denies: Formula = False

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
    asking = Asking(request, _bounded_by(request, policies))
    read = read_once if policies.once else read_layer
    findings: dict[Layer, Findings] = {}
    for layer, attached in _plain_layers(request, policies):
        findings[layer] = read(layer, attached, asking)
    scps = policies.scps if policies.scps and binds(_SCP, request) else ()
    rcps = policies.rcps if policies.rcps and binds(_RCP, request) else ()
    scp_levels = [read(_SCP, level, asking) for level in scps]
    rcp_levels = [read(_RCP, level, asking) for level in rcps]
    analysis = Analysis(request, policies, findings, scp_levels, rcp_levels)
    for layer, lacking in policies.unread.items():
        if binds(layer, request):
            _add_unread(findings, layer, lacking)
    combine(analysis)
    return analysis


def _bounded_by(request: Request, policies: PolicySet) -> Formula:
    """Whether the caller has a permissions boundary, as NotPrincipal asks."""
    if request.requester.is_outside:
        return False
    if policies.boundary or not policies.unread:
        return bool(policies.boundary)
    return any_of(Unread(fact, "boundary is there") for fact in policies.unread.get(_BOUNDARY, ()))


def _plain_layers(request: Request, policies: PolicySet) -> list[tuple[Layer, tuple[Attached, ...]]]:
    """The layers that have policies and no levels; whoever has no account has no policies of his own."""
    found: list[tuple[Layer, tuple[Attached, ...]]] = []
    if not request.requester.is_outside:
        if policies.identity:
            found.append((_IDENTITY, policies.identity))
        if policies.boundary:
            found.append((_BOUNDARY, policies.boundary))
        if policies.session:
            found.append((_SESSION, policies.session))
    if policies.resource:
        found.append((resource_layer(request), policies.resource))
    if policies.vpc_endpoint:
        found.append((_VPC_ENDPOINT, policies.vpc_endpoint))
    return found


def _add_unread(findings: dict[Layer, Findings], layer: Layer, facts: tuple[MissingFact, ...]) -> None:
    """A policy that wasn't read may allow, and may deny; a missing SCP or RCP only limits."""
    found = findings.get(layer) or Findings(layer, read=False)
    if layer in (_SCP, _RCP, _BOUNDARY, _VPC_ENDPOINT):
        # What was read of it goes on limiting.
        found = found if layer in findings else found.also({_ITSELF: True})
        found.denies = any_of((found.denies, *(Unread(fact, f"{layer} limits") for fact in facts)))
    else:
        found = found.also({_ITSELF: any_of(Unread(fact, f"{layer} allows") for fact in facts)})
        found.denies = any_of((found.denies, *(Unread(fact, f"{layer} denies") for fact in facts)))
    findings[layer] = found


def combine(analysis: Analysis) -> None:
    """Set what the findings come to together."""
    request, findings = analysis.request, analysis.findings
    caller = request.requester
    if caller.kind is _ROOT:
        analysis.identity = analysis.boundary = analysis.session = True
    else:
        analysis.identity = _allowed(findings, _IDENTITY, False)
        analysis.boundary = _allowed(findings, _BOUNDARY, True)
        analysis.session = _allowed(findings, _SESSION, has_session_by_default(caller))
    own = findings.get(resource_layer(request))
    named: Mapping[Form, Formula] = {} if own is None else own.allows
    sides = Sides(
        analysis.identity,
        analysis.boundary,
        analysis.session,
        named.get(_ITSELF, False),
        named.get(_BEHIND, False),
        named.get(_ACCOUNT, False),
        named.get(_ANYBODY, False),
    )
    analysis.permitted = permitted(standing_of(request, caller.is_outside), sides)
    analysis.limits = all_allow(analysis.scp_levels)
    analysis.allows = analysis.permitted & analysis.limits & _allowed(findings, _VPC_ENDPOINT, True)
    analysis.denies = any_denies((*findings.values(), *analysis.scp_levels, *analysis.rcp_levels))


def _allowed(findings: Mapping[Layer, Findings], layer: Layer, without: bool) -> Formula:
    found = findings.get(layer)
    return without if found is None else found.allowed


def decide(analysis: Analysis, spelling: Spelling = spelled) -> Decision:
    """Say why: what is open, what wasn't read, and which statements decided."""
    plain = plain_outcome(analysis.allows, analysis.denies)
    if plain is not None:
        missed = _near_misses(analysis) if plain is _IMPLICIT_DENY else ()
        return Decision(plain, _because(analysis, plain), _layer_outcomes(analysis), missed)
    found = settled(analysis.allows, analysis.denies)
    return Decision(
        found.outcome,
        because=_because(analysis, found.outcome),
        layers=_layer_outcomes(analysis),
        near_misses=_near_misses(analysis) if found.outcome is _IMPLICIT_DENY else (),
        residual=residual_of(found.open, spelling) if found.outcome is _CONDITIONAL else None,
        gaps=found.gaps,
        assumes=found.assumes,
    )


def _because(analysis: Analysis, outcome: Outcome) -> tuple[Citation, ...]:
    if outcome is _IMPLICIT_DENY or outcome is _UNKNOWN:
        return ()
    cited: list[Citation] = []
    for found in _in_order(analysis):
        if outcome is not _EXPLICIT_DENY:
            cited += [found.cited(one) for one in _allowing(found, outcome)]
        if outcome is not _ALLOWED:
            wanted = is_certain if outcome is _EXPLICIT_DENY else _can_hold
            cited += [found.cited(one) for one in found.behind_denies if wanted(one.holds)]
    if outcome is _EXPLICIT_DENY and not cited:
        cited = [found.cited(one) for found in _in_order(analysis) for one in found.behind_denies]
    return tuple(dict.fromkeys(cited))


def _allowing(found: Findings, outcome: Outcome) -> list[Behind]:
    """The Allow statements that matter: for certain those that match for certain, where a layer has such."""
    if outcome is _ALLOWED:
        certain = [one for one in found.behind_allows if one.holds is True or is_certain(assume(one.holds))]
        if certain:
            return certain
    return [one for one in found.behind_allows if _can_hold(assume(one.holds))]


def _can_hold(formula: Formula) -> bool:
    return formula is True or (formula is not False and outcomes(formula) != {"denied"})


_ORDER = {layer: place for place, layer in enumerate(Layer)}


def _in_order(analysis: Analysis) -> list[Findings]:
    every = [*analysis.findings.values(), *analysis.scp_levels, *analysis.rcp_levels]
    return sorted(every, key=lambda found: _ORDER[found.layer])


def _layer_outcomes(analysis: Analysis) -> dict[Layer, Outcome]:
    """The result of each kind of policy that was there to be read, by itself; unknown for one that was refused."""
    found: dict[Layer, Outcome] = {}
    for layer, finding in analysis.findings.items():
        outcome = _layer_outcome(finding.allowed, finding.denies)
        if finding.read or outcome is _UNKNOWN:
            found[layer] = outcome
    if analysis.scp_levels:
        found[_SCP] = _layer_outcome(analysis.limits, any_denies(analysis.scp_levels))
    if analysis.rcp_levels:
        # RCPFullAWSAccess is at every level, and nobody can take it away.
        found[_RCP] = _layer_outcome(True, any_denies(analysis.rcp_levels))
    return {layer: found[layer] for layer in sorted(found, key=_ORDER.__getitem__)}


def _layer_outcome(allowed: Formula, denies: Formula) -> Outcome:
    if (plain := plain_outcome(allowed, denies)) is not None:
        return plain
    if is_certain(denies):
        return _EXPLICIT_DENY
    results = outcomes(assume(all_of((allowed, negation(denies)))))
    if len(results) > 1:
        return _UNKNOWN
    named = {"allowed": _ALLOWED, "conditional": _CONDITIONAL, "denied": _IMPLICIT_DENY}
    return named[results.pop()]


def _near_misses(analysis: Analysis) -> tuple[NearMiss, ...]:
    request, policies = analysis.request, analysis.policies
    found: list[NearMiss] = []
    for layer, attached in _plain_layers(request, policies):
        if not _lets_through(analysis, layer):
            found += misses(layer, attached, request)
    # Where SCPs don't bind there are no findings.
    for level, finding in zip(policies.scps, analysis.scp_levels, strict=False):
        if not is_certain(finding.allowed):
            found += misses(_SCP, level, request)
    return tuple(nearest(found))


def _lets_through(analysis: Analysis, layer: Layer) -> bool:
    """A layer that already allows has no near miss worth telling."""
    return is_certain(analysis.findings[layer].allowed) if layer in analysis.findings else False
