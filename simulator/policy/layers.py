"""One layer of policies against one request: what it allows, what it denies, and what was nearly enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.decision import Citation, Layer
from models.request import Attached, Request
from simulator.policy.compiled import MANNERS, Rule, about, without_account
from simulator.policy.formula import Formula, any_of
from simulator.policy.principals import Form


@dataclass(slots=True)
class Findings:
    """What a layer says: `allows` by the form in which the caller is named, `denies`, and the statements behind."""

    layer: Layer
    read: bool = True
    """Whether there was a policy to be read; not so where all that is known is that a fact lacks."""
    allows: dict[Form, Formula] = field(default_factory=dict)
    denies: Formula = False
    allowing: list[tuple[Citation, Formula]] = field(default_factory=list)
    denying: list[tuple[Citation, Formula]] = field(default_factory=list)

    @property
    def allowed(self) -> Formula:
        return any_of(self.allows.values())

    def allow(self, form: Form) -> Formula:
        return self.allows.get(form, False)


def read_layer(layer: Layer, policies: Iterable[Attached], request: Request, has_boundary: Formula) -> Findings:
    """Evaluate every statement of a layer's policies."""
    found = Findings(layer)
    manner = MANNERS[layer]
    denies: list[Formula] = []
    for attached in policies:
        rules = about(attached.policy, manner, request.action)
        for rule in rules.allows:
            forms, rest = _judged(layer, rule, request, has_boundary)
            if rest is not False:
                for form, formula in forms.items():
                    found.allows[form] = found.allow(form) | (formula & rest)
                found.allowing.append((_citation(layer, attached, rule), any_of(forms.values()) & rest))
        for rule in rules.denies:
            forms, rest = _judged(layer, rule, request, has_boundary)
            if rest is not False:
                denies.append(any_of(forms.values()) & rest)
                found.denying.append((_citation(layer, attached, rule), denies[-1]))
    found.denies = any_of(denies)
    return found


def _judged(
    layer: Layer, rule: Rule, request: Request, has_boundary: Formula
) -> tuple[Mapping[Form, Formula], Formula]:
    """In which forms a statement is about the caller, and whether everything else holds (not looked at if in none)."""
    forms = forms_of(layer, rule, request, has_boundary)
    return (forms, rule.holds(asked_resource(request), request.context.lookup)) if forms else (forms, False)


def forms_of(layer: Layer, rule: Rule, request: Request, has_boundary: Formula) -> Mapping[Form, Formula]:
    forms = rule.named.forms(request.requester, request.context, has_boundary)
    if layer is Layer.VPC_ENDPOINT and request.gateway_endpoint:
        return without_account(forms, request.requester, rule.statement)
    return forms


def asked_resource(request: Request) -> str:
    """What Resource has to match: an action without resource types matches only `*`."""
    return request.resource if request.traits.has_resource_types else "*"


def _citation(layer: Layer, attached: Attached, rule: Rule) -> Citation:
    return Citation(layer, attached.name, rule.statement.label, rule.statement.effect, attached.holder)


def spelled(key: str) -> str:
    """A global key's prefix in AWS's own letter case: function policies write `AWS:SourceArn`."""
    return f"aws:{key[4:]}" if key[:4].lower() == "aws:" else key
