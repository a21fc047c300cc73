"""One layer of policies against one request: what it allows, what it denies, and what was nearly enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from models.context import Absent, Known, NotRead
from models.decision import Citation, Failed, Layer, NearMiss
from models.policy import Condition, Effect, Statement
from models.request import Attached, Request, RequesterKind
from simulator.policy import match
from simulator.policy.formula import Formula, all_of, any_of, negation
from simulator.policy.operators import NULL, test_condition, test_pattern
from simulator.policy.principals import Form, admits

Element = Literal["action", "resource", "principal", "condition"]

_POLICY_WITH_PRINCIPAL = frozenset({Layer.RESOURCE, Layer.TRUST, Layer.VPC_ENDPOINT, Layer.RCP})


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
    denies: list[Formula] = []
    for attached, statement in _statements(policies):
        if not _action_matches(statement, request.action):
            continue
        forms = _forms(layer, statement, request, has_boundary)
        if not forms:
            continue
        rest = all_of((_resource(layer, statement, attached, request), _conditions(statement, attached, request)))
        cited = Citation(layer, attached.name, statement.label, statement.effect, attached.holder)
        whole = all_of((any_of(forms.values()), rest))
        if whole is False:
            continue
        if statement.effect is Effect.DENY:
            denies.append(whole)
            found.denying.append((cited, whole))
            continue
        for form, formula in forms.items():
            found.allows[form] = any_of((found.allow(form), all_of((formula, rest))))
        found.allowing.append((cited, whole))
    found.denies = any_of(denies)
    return found


def _statements(policies: Iterable[Attached]) -> Iterator[tuple[Attached, Statement]]:
    for attached in policies:
        for statement in attached.policy.statements:
            yield attached, statement


def _action_matches(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(match.action_matches(pattern, action) for pattern in statement.actions)
    return not any(match.action_matches(pattern, action) for pattern in statement.not_actions or ())


def _forms(layer: Layer, statement: Statement, request: Request, has_boundary: Formula) -> dict[Form, Formula]:
    if layer not in _POLICY_WITH_PRINCIPAL:
        return {Form.ITSELF: True}
    caller = request.requester
    forms = admits(statement, caller, request.context, has_boundary)
    # A gateway endpoint takes an account for its root user alone; an interface endpoint for everybody in it.
    if (
        layer is Layer.VPC_ENDPOINT
        and request.gateway_endpoint
        and statement.principals is not None
        and caller.kind is not RequesterKind.ROOT
    ):
        forms.pop(Form.ACCOUNT, None)
    return {form: formula for form, formula in forms.items() if formula is not False}


def _resource(layer: Layer, statement: Statement, attached: Attached, request: Request) -> Formula:
    """Whether the statement is about the request's resource; without Resource it is about what its policy is on."""
    value = request.resource if request.traits.has_resource_types else "*"
    variables = attached.policy.has_variables
    patterns = statement.resources if statement.not_resources is None else statement.not_resources
    if patterns is None:
        return True
    matched = any_of(_pattern(layer, pattern, value, variables, request) for pattern in patterns)
    return matched if statement.not_resources is None else negation(matched)


def _pattern(layer: Layer, pattern: str, value: str, variables: bool, request: Request) -> Formula:
    completes = layer in (Layer.IDENTITY, Layer.BOUNDARY)
    if not variables or "${" not in pattern:
        return remembered_match(pattern, value, completes)
    if not match.is_resource_pattern(pattern):
        return False
    return test_pattern(match.completed(pattern) if completes else pattern, value, variables, request.context)


@lru_cache(maxsize=65536)
def remembered_match(pattern: str, value: str, completes: bool) -> bool:
    """Match a pattern without variables: the same few are asked for again and again."""
    if not match.is_resource_pattern(pattern):
        return False
    return match.matches(match.glob(match.completed(pattern) if completes else pattern), value)


def _conditions(statement: Statement, attached: Attached, request: Request) -> Formula:
    variables = attached.policy.has_variables
    return all_of(test_condition(condition, variables, request.context) for condition in statement.conditions)


def near_misses(layer: Layer, policies: Iterable[Attached], request: Request, has_boundary: Formula) -> list[NearMiss]:
    """The Allow statements that failed in exactly one element."""
    found = []
    for attached, statement in _statements(policies):
        if statement.effect is not Effect.ALLOW:
            continue
        failed = list(_failures(layer, statement, attached, request, has_boundary))
        if len(failed) == 1:
            element, wanted, got = failed[0]
            found.append(NearMiss(layer, attached.name, statement.label, element, wanted, got, attached.holder))
    return found


def _failures(
    layer: Layer, statement: Statement, attached: Attached, request: Request, has_boundary: Formula
) -> Iterator[tuple[Failed, str, str]]:
    """Yield each element that fails: its name, what it wanted, what it got."""
    if not _action_matches(statement, request.action):
        yield "action", _either(statement.actions, statement.not_actions), request.action
    if not _forms(layer, statement, request, has_boundary):
        wanted = ", ".join(f"{item.value}" for item in statement.principals or statement.not_principals or ())
        yield "principal", wanted or "nobody", request.requester.name
    if _resource(layer, statement, attached, request) is False:
        yield "resource", _either(statement.resources, statement.not_resources), request.resource
    for condition in statement.conditions:
        if test_condition(condition, attached.policy.has_variables, request.context) is False:
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
