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
from simulator.policy.formula import Formula, Unread, all_of, any_of, negation
from simulator.policy.layers import Findings, near_misses, read_layer, spelled
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
    is_role = ":iam::" in request.resource and ":role/" in request.resource
    return Layer.TRUST if is_role and request.action.lower().startswith("sts:") else Layer.RESOURCE


def stands_alone(request: Request) -> bool:
    """Whether nothing is allowed without the resource's own policy: trust policies and key policies."""
    is_key = request.action.lower().startswith("kms:") and ":key/" in request.resource
    return is_key or resource_layer(request) is Layer.TRUST


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
    # A federated-user session without a session policy has nothing of its user's.
    without = caller.kind is not RequesterKind.FEDERATED_USER
    analysis.session = True if is_root else _allowed(findings, Layer.SESSION, without)
    analysis.permitted = _permitted(analysis)
    limits = [level.allowed for level in analysis.scp_levels]
    limits.append(_allowed(findings, Layer.VPC_ENDPOINT, True))
    refused = request.traits.impossible is not None or (is_root and _asks_for_role(request))
    analysis.allows = False if refused else all_of((analysis.permitted, *limits))
    every = (*findings.values(), *analysis.scp_levels, *analysis.rcp_levels)
    analysis.denies = any_of(found.denies for found in every)


def _allowed(findings: Mapping[Layer, Findings], layer: Layer, without: bool) -> Formula:
    return findings[layer].allowed if layer in findings else without


def _asks_for_role(request: Request) -> bool:
    return request.action.lower() == "sts:assumerole"


def _permitted(analysis: Analysis) -> Formula:
    """What the two sides give together. Source: "Policy evaluation logic", semantics in docs/engine.md."""
    caller, resource = analysis.request.requester, analysis.resource
    limits = all_of((analysis.boundary, analysis.session))
    own = all_of((analysis.identity, limits))
    if caller.is_outside:
        return resource.allowed
    if not analysis.same_account:
        return all_of((own, resource.allowed)) if analysis.request.traits.other_accounts_may else False
    direct = any_of((resource.allow(Form.ITSELF), resource.allow(Form.ANYBODY)))
    if caller.kind is RequesterKind.USER:
        direct = any_of((direct, resource.allow(Form.BEHIND)))
        behind: Formula = False
    else:
        behind = all_of((resource.allow(Form.BEHIND), limits))
    given = any_of((direct, behind))
    if caller.kind is RequesterKind.ROOT:
        given = any_of((given, resource.allow(Form.ACCOUNT)))
    if stands_alone(analysis.request):
        return any_of((given, all_of((resource.allow(Form.ACCOUNT), own))))
    return any_of((given, own))


def decide(analysis: Analysis, spelling: Spelling = spelled) -> Decision:
    """Settle an analysis: what is open, what wasn't read, and which statements decided."""
    whole = all_of((analysis.allows, negation(analysis.denies)))
    assumed, assumes = _assumptions(whole)
    gaps: tuple[MissingFact, ...] = ()
    results = outcomes(assumed)
    if len(results) > 1:
        outcome = Outcome.UNKNOWN
        gaps = decisive(assumed, facts(assumed))
    elif results == {"denied"}:
        outcome = Outcome.EXPLICIT_DENY if _certain(assume(analysis.denies)) else Outcome.IMPLICIT_DENY
    else:
        outcome = Outcome.ALLOWED if results == {"allowed"} else Outcome.CONDITIONAL
    residual = residual_of(certainly(assumed), spelling) if outcome is Outcome.CONDITIONAL else None
    if outcome is Outcome.CONDITIONAL and residual is None:
        # Conditional whatever the facts are, but on what depends on them.
        outcome, gaps = Outcome.UNKNOWN, facts(assumed)
    return Decision(
        outcome,
        because=_because(analysis, outcome),
        layers=_layer_outcomes(analysis),
        near_misses=_near_misses(analysis) if outcome is Outcome.IMPLICIT_DENY else (),
        residual=residual,
        gaps=gaps,
        assumes=assumes,
    )


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
