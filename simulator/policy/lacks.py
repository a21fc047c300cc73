"""What would mend a refusal: the layers that have to allow, one sufficient set of them.

A layer that limits and doesn't allow is named itself, never gone around; where either side would do, the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.decision import Layer
from models.request import RequesterKind
from simulator.policy.authorize import Analysis, can_be_allowed, combine, resource_layer, stands_alone
from simulator.policy.formula import Formula, Unread, all_of, negation, replace
from simulator.policy.layers import Findings
from simulator.policy.policy_set import refused
from simulator.policy.principals import Form

Judge = Callable[[Formula], bool]


@dataclass(frozen=True, slots=True)
class Lack:
    """A layer without the Allow that is needed; `level` counts SCP levels from the root, 0 first."""

    layer: Layer
    level: int = 0


def lacks(analysis: Analysis) -> tuple[Lack, ...]:
    """The layers to add an Allow to so that an implicit deny becomes an allow; empty where no grant helps."""
    request = analysis.request
    if refused(request.requester, request.action, request.resource, request.traits):
        return ()
    if not can_be_allowed(negation(analysis.denies)):
        return ()
    found = _lacks(analysis, _may_hold)
    if not _mends(analysis, found):
        # Each layer may allow, but never all together: then all that isn't certain is named.
        found = _lacks(analysis, lambda formula: formula is True)
    return found if _mends(analysis, found) else ()


def _may_hold(formula: Formula) -> bool:
    """Whether some completion makes it true; what wasn't read is no grant to build on."""
    return can_be_allowed(replace(formula, lambda atom: False if isinstance(atom, Unread) else atom))


def _mends(analysis: Analysis, found: tuple[Lack, ...]) -> bool:
    """Whether an unconditional Allow in each of those layers makes it possible that the request is allowed."""
    findings = dict(analysis.findings)
    levels = list(analysis.scp_levels)
    for lack in found:
        if lack.layer is Layer.SCP:
            levels[lack.level] = levels[lack.level].also({Form.ITSELF: True})
        else:
            known = findings.get(lack.layer) or Findings(lack.layer)
            findings[lack.layer] = known.also({_form(analysis, lack.layer): True})
    mended = Analysis(analysis.request, analysis.policies, findings, levels, analysis.rcp_levels)
    combine(mended)
    return can_be_allowed(together(mended))


def _form(analysis: Analysis, layer: Layer) -> Form:
    """How the grant would name the caller: a session by its role."""
    if layer is not resource_layer(analysis.request):
        return Form.ITSELF
    kind = analysis.request.requester.kind
    if kind in (RequesterKind.ROLE, RequesterKind.SESSION, RequesterKind.FEDERATED_USER):
        return Form.BEHIND
    return Form.ACCOUNT if kind is RequesterKind.ROOT else Form.ITSELF


def _lacks(analysis: Analysis, holds: Judge) -> tuple[Lack, ...]:
    sides = _sides(analysis, holds)
    if sides is None:
        return ()
    found = [Lack(layer) for layer in sides]
    endpoint = analysis.findings.get(Layer.VPC_ENDPOINT)
    if endpoint is not None and not holds(endpoint.allowed):
        found.append(Lack(Layer.VPC_ENDPOINT))
    found += (Lack(Layer.SCP, level) for level, item in enumerate(analysis.scp_levels) if not holds(item.allowed))
    return tuple(found)


def _sides(analysis: Analysis, holds: Judge) -> list[Layer] | None:
    """The layers of the two sides; None where no grant on the resource's side counts."""
    own_resource = resource_layer(analysis.request)
    if holds(analysis.permitted):
        return []
    if analysis.request.requester.is_outside:
        return [own_resource]
    limits = _limits(analysis, holds)
    identity = [] if holds(analysis.identity) else [Layer.IDENTITY]
    if not analysis.same_account:
        if not analysis.request.traits.other_accounts_may:
            return None
        return identity + limits + ([] if holds(analysis.resource.allowed) else [own_resource])
    if stands_alone(analysis.request):
        return _alone(analysis, holds, identity, limits, own_resource)
    if holds(analysis.resource.allow(Form.BEHIND)):
        return limits
    return identity + limits


def _alone(
    analysis: Analysis, holds: Judge, identity: list[Layer], limits: list[Layer], own_resource: Layer
) -> list[Layer]:
    """Trust and key policies of the same account: the account's statement delegates, else the policy must name him."""
    if holds(analysis.resource.allow(Form.ACCOUNT)) and not _is_root(analysis):
        return identity + limits
    if analysis.request.requester.kind in (RequesterKind.USER, RequesterKind.ROOT):
        return [own_resource]
    behind = holds(analysis.resource.allow(Form.BEHIND))
    return limits + ([] if behind else [own_resource])


def _limits(analysis: Analysis, holds: Judge) -> list[Layer]:
    found = []
    if not holds(analysis.boundary):
        found.append(Layer.BOUNDARY)
    if not holds(analysis.session):
        found.append(Layer.SESSION)
    return found


def _is_root(analysis: Analysis) -> bool:
    return analysis.request.requester.kind is RequesterKind.ROOT


def together(analysis: Analysis) -> Formula:
    """Everything at once, as the decision takes it."""
    return all_of((analysis.allows, negation(analysis.denies)))
