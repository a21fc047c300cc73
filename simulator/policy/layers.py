"""One layer of policies against one request: what it allows, what it denies, and what was nearly enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from models.context import Absent, Known, NotRead
from models.decision import Citation, Failed, Layer, NearMiss
from models.policy import Condition, Effect
from models.request import Attached, Request
from simulator.policy.compiled import MANNERS, Rule, about, covers_action, rules_of, without_account
from simulator.policy.formula import Formula, any_of
from simulator.policy.operators import NULL
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


def near_misses(layer: Layer, policies: Iterable[Attached], request: Request, has_boundary: Formula) -> list[NearMiss]:
    """The Allow statements that failed in exactly one element."""
    found = []
    for attached, rule in _allowing(layer, policies):
        statement = rule.statement
        failed = list(_failures(layer, rule, request, has_boundary))
        if len(failed) == 1:
            element, wanted, got = failed[0]
            found.append(NearMiss(layer, attached.name, statement.label, element, wanted, got, attached.holder))
    return found


def _allowing(layer: Layer, policies: Iterable[Attached]) -> Iterator[tuple[Attached, Rule]]:
    for attached in policies:
        for rule in rules_of(attached.policy, MANNERS[layer]):
            if rule.statement.effect is Effect.ALLOW:
                yield attached, rule


def _failures(layer: Layer, rule: Rule, request: Request, has_boundary: Formula) -> Iterator[tuple[Failed, str, str]]:
    """Yield each element that fails: its name, what it wanted, what it got."""
    statement, lookup = rule.statement, request.context.lookup
    if not covers_action(statement, request.action.lower()):
        yield "action", _either(statement.actions, statement.not_actions), request.action
    if not forms_of(layer, rule, request, has_boundary):
        wanted = ", ".join(f"{item.value}" for item in statement.principals or statement.not_principals or ())
        yield "principal", wanted or "nobody", request.requester.name
    if rule.about(asked_resource(request), lookup) is False:
        yield "resource", _either(statement.resources, statement.not_resources), request.resource
    for condition, check in zip(statement.conditions, rule.checks, strict=True):
        if check(lookup) is False:
            yield "condition", words(condition), _got(condition, request)
            return


def _either(values: tuple[str, ...] | None, others: tuple[str, ...] | None) -> str:
    return ", ".join(values) if values is not None else f"anything but {', '.join(others or ())}"


def words(condition: Condition) -> str:
    """A condition as it stands in a document, on one line."""
    if condition.operator == NULL:
        return f"Null {condition.key} {', '.join(condition.values)}"
    return f"{condition.spelling} {spelled(condition.key)} {', '.join(condition.values)}"


def spelled(key: str) -> str:
    """A global key's prefix in AWS's own letter case: function policies write `AWS:SourceArn`."""
    return f"aws:{key[4:]}" if key[:4].lower() == "aws:" else key


def _got(condition: Condition, request: Request) -> str:
    state = request.context.lookup(condition.key)
    if isinstance(state, Known):
        return ", ".join(state.values)
    return "absent" if isinstance(state, Absent) else "not read" if isinstance(state, NotRead) else "not known"
