"""A decision taken apart: what each side says by itself, SCPs and RCPs level by level.

Source: IAM User Guide, "Policy evaluation logic"; Organizations User Guide, "SCP evaluation", "RCP evaluation".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.decision import Citation, Decision, Layer, MissingFact, NearMiss, Outcome, Side
from models.request import Attached, Request
from simulator.policy.authorize import Analysis, PolicySet, authorize, resource_layer
from simulator.policy.formula import Formula
from simulator.policy.layers import Findings
from simulator.policy.near import near_misses
from simulator.policy.residual import assume, outcomes

Levels = Mapping[Layer, Sequence[str]]
"""The ids of the levels of SCPs and RCPs from the root down."""


def sides(analysis: Analysis, decision: Decision, levels: Levels) -> tuple[Side, ...]:
    """Each layer's part in a decision, in the order of `Layer`.

    The caller's own policies and the resource's are there also if there are none: they are what a grant is added to.
    """
    found = [_plain(analysis, decision, layer) for layer in _plain_layers(analysis, decision)]
    found += _levels(analysis, decision, Layer.SCP, analysis.policies.scps, analysis.scp_levels, levels)
    found += _levels(analysis, decision, Layer.RCP, analysis.policies.rcps, analysis.rcp_levels, levels)
    order = list(Layer)
    return tuple(sorted(found, key=lambda side: order.index(side.layer)))


def _plain_layers(analysis: Analysis, decision: Decision) -> list[Layer]:
    """The layers without levels; one whose levels weren't read has none either."""
    request = analysis.request
    found = dict.fromkeys(layer for layer in decision.layers if layer in analysis.findings)
    if not request.requester.is_outside:
        found[Layer.IDENTITY] = None
    if request.resource != "*":
        found[resource_layer(request)] = None
    return list(found)


def _plain(analysis: Analysis, decision: Decision, layer: Layer) -> Side:
    request, policies = analysis.request, analysis.policies
    attached = _attached(policies, layer)
    finding = analysis.findings.get(layer, Findings(layer))
    outcome = decision.layers.get(layer, Outcome.IMPLICIT_DENY)
    return Side(
        layer,
        outcome,
        holder=_holder(request, layer, attached),
        policies=_names(attached),
        because=_because(finding, outcome),
        near_misses=_near(analysis, decision, layer, attached, outcome),
        gaps=_gaps(policies, layer),
    )


def _levels(
    analysis: Analysis,
    decision: Decision,
    layer: Layer,
    attached: Sequence[tuple[Attached, ...]],
    findings: Sequence[Findings],
    levels: Levels,
) -> list[Side]:
    """One side for each level that binds; none where the layer doesn't bind the caller or the resource."""
    found = []
    names = levels.get(layer, ())
    for number, (policies, finding) in enumerate(zip(attached, findings, strict=False)):
        name = names[number] if number < len(names) else next((one.holder for one in policies), None)
        outcome = _alone(analysis.request, layer, policies)
        found.append(
            Side(
                layer,
                outcome,
                holder=name,
                policies=_names(policies),
                because=_because(finding, outcome),
                near_misses=_near(analysis, decision, layer, policies, outcome),
            )
        )
    return found


def _alone(request: Request, layer: Layer, level: tuple[Attached, ...]) -> Outcome:
    """What one level says by itself."""
    policies = PolicySet(scps=(level,)) if layer is Layer.SCP else PolicySet(rcps=(level,))
    return authorize(request, policies).layers[layer]


def _attached(policies: PolicySet, layer: Layer) -> tuple[Attached, ...]:
    found: tuple[Attached, ...] | None = {
        Layer.IDENTITY: policies.identity,
        Layer.BOUNDARY: policies.boundary,
        Layer.SESSION: policies.session,
        Layer.RESOURCE: policies.resource,
        Layer.TRUST: policies.resource,
        Layer.VPC_ENDPOINT: policies.vpc_endpoint,
    }.get(layer)
    return found or ()


def _names(attached: Sequence[Attached]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in attached))


def _holder(request: Request, layer: Layer, attached: Sequence[Attached]) -> str | None:
    """Whose side it is: the caller (of a session its role), or the resource; a group's policies are its members'."""
    if layer in (Layer.RESOURCE, Layer.TRUST):
        return attached[-1].holder or request.resource if attached else request.resource
    if layer in (Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION):
        return request.requester.role or request.requester.name
    return None


def _because(finding: Findings, outcome: Outcome) -> tuple[Citation, ...]:
    """The statements behind what a side says: of an allow or a deny those that are certain, where there are such."""
    if outcome is Outcome.IMPLICIT_DENY:
        return ()
    allowing = [] if outcome is Outcome.EXPLICIT_DENY else _matching(finding.allowing, outcome is Outcome.ALLOWED)
    denying = [] if outcome is Outcome.ALLOWED else _matching(finding.denying, outcome is Outcome.EXPLICIT_DENY)
    return tuple(dict.fromkeys(allowing + denying))


def _matching(statements: Sequence[tuple[Citation, Formula]], certain: bool) -> list[Citation]:
    sure = [citation for citation, formula in statements if outcomes(assume(formula)) == {"allowed"}]
    if certain and sure:
        return sure
    return [citation for citation, formula in statements if outcomes(assume(formula)) != {"denied"}]


def _near(
    analysis: Analysis, decision: Decision, layer: Layer, attached: Sequence[Attached], outcome: Outcome
) -> tuple[NearMiss, ...]:
    if decision.outcome is not Outcome.IMPLICIT_DENY or outcome is not Outcome.IMPLICIT_DENY:
        return ()
    return tuple(near_misses(layer, attached, analysis.request))


def _gaps(policies: PolicySet, layer: Layer) -> tuple[MissingFact, ...]:
    """What of a layer was asked for and not got."""
    return tuple(fact for fact in policies.unread.get(layer, ()) if fact.refused)
