"""One layer of policies against one request: what it allows, what it denies, and what was nearly enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from models.decision import Citation, Layer
from models.policy import Effect, Statement
from models.request import Attached, Request
from simulator.policy import match
from simulator.policy.compiled import MANNERS, Manner, Rule, about, without_account
from simulator.policy.conditions import Lookup
from simulator.policy.formula import Formula, any_of
from simulator.policy.principals import HOLDER, Form, named_once
from simulator.policy.written import conditions_hold, covers, is_on

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_DENY: Final = Effect.DENY
_ITSELF: Final = Form.ITSELF
_VPC_ENDPOINT: Final = Layer.VPC_ENDPOINT
_COMPLETING: Final = Manner.COMPLETING
_NAMING: Final = Manner.NAMING


class Findings:
    """What a layer says: `allows` by the form in which the caller is named, `denies`, and the statements behind.

    `allowed`: what all of `allows` come to. `read`: whether there was a policy to be read; not so where all that is
    known is that a fact lacks.
    """

    __slots__ = ("allowed", "allows", "behind_allows", "behind_denies", "denies", "layer", "read")

    def __init__(self, layer: Layer, read: bool = True) -> None:
        self.layer = layer
        self.read = read
        self.allows: dict[Form, Formula] = {}
        self.allowed: Formula = False
        self.denies: Formula = False
        self.behind_allows: list[Behind] = []
        self.behind_denies: list[Behind] = []

    def allow(self, form: Form) -> Formula:
        return self.allows.get(form, False)

    def also(self, allows: Mapping[Form, Formula]) -> Findings:
        """The same, and these allows."""
        found = Findings(self.layer, self.read)
        found.allows = {**self.allows, **{form: self.allow(form) | formula for form, formula in allows.items()}}
        found.allowed = _together(found.allows)
        found.denies = self.denies
        found.behind_allows, found.behind_denies = self.behind_allows, self.behind_denies
        return found

    def add(
        self, attached: Attached, statement: Statement, number: int, forms: Mapping[Form, Formula], rest: Formula
    ) -> None:
        """Add a statement that is about the caller, named in those forms, and that holds if `rest` does.

        `number` counts the statements of its policy from 1.
        """
        holds = rest if forms is HOLDER or True in forms.values() else any_of(forms.values()) & rest
        if statement.effect is _DENY:
            self.denies = self.denies | holds
            self.behind_denies.append(Behind(attached, statement, number, holds))
            return
        self.behind_allows.append(Behind(attached, statement, number, holds))
        allows = self.allows
        for form, formula in forms.items():
            allows[form] = allows.get(form, False) | (formula & rest)

    @property
    def allowing(self) -> list[tuple[Citation, Formula]]:
        return [(self.cited(one), one.holds) for one in self.behind_allows]

    @property
    def denying(self) -> list[tuple[Citation, Formula]]:
        return [(self.cited(one), one.holds) for one in self.behind_denies]

    def cited(self, one: Behind) -> Citation:
        attached, statement = one.attached, one.statement
        return Citation(self.layer, attached.name, statement.label(one.number), statement.effect, attached.holder)


class Behind:
    """A statement behind what a layer says; a citation is made of it only where it is shown."""

    __slots__ = ("attached", "holds", "number", "statement")

    def __init__(self, attached: Attached, statement: Statement, number: int, holds: Formula) -> None:
        self.attached = attached
        self.statement = statement
        self.number = number
        self.holds = holds


class Asking:
    """A request as every layer is asked; `has_boundary`: whether the caller has one, as NotPrincipal asks."""

    __slots__ = ("covering", "has_boundary", "lookup", "request", "value")

    def __init__(self, request: Request, has_boundary: Formula) -> None:
        self.request = request
        self.has_boundary = has_boundary
        self.value = asked_resource(request)
        self.lookup: Lookup = request.context.lookup
        self.covering: Callable[[str], bool] = match.covering(request.action)


def read_layer(layer: Layer, policies: Iterable[Attached], asking: Asking) -> Findings:
    """Evaluate every statement of a layer's policies."""
    manner, request = MANNERS[layer], asking.request
    found = Findings(layer)
    for attached in policies:
        for rule in about(attached.policy, manner, request.action).every:
            forms = HOLDER if manner is not _NAMING else forms_of(layer, rule, request, asking.has_boundary)
            if forms:
                holds = rule.holds(asking.value, asking.lookup)
                if holds is not False:
                    found.add(attached, rule.statement, rule.number, forms, holds)
    found.allowed = _together(found.allows)
    return found


def read_once(layer: Layer, policies: Iterable[Attached], asking: Asking) -> Findings:
    """As `read_layer`, of policies that won't be asked again: nothing of them is made ready."""
    manner, covering, value, lookup = MANNERS[layer], asking.covering, asking.value, asking.lookup
    naming, completes = manner is _NAMING, manner is _COMPLETING
    found = Findings(layer)
    forms = HOLDER
    for attached in policies:
        variables = attached.policy.has_variables
        number = 0
        for statement in attached.policy.statements:
            number += 1
            action = statement.action
            # Mostly a text: a look at it, without a call.
            if not (covering(action) if action.__class__ is str else covers(statement, covering)):
                continue
            if naming:
                forms = named_once(statement, asking.request.requester, asking.request.context, asking.has_boundary)
                forms = _counting(layer, statement, asking.request, forms)
                if not forms:
                    continue
            written = statement.resource
            holds: Formula = written == "*" or is_on(statement, value, completes, variables, lookup)
            if holds is not False and statement.condition:
                holds = holds & conditions_hold(statement.condition, variables, lookup)
            if holds is not False:
                found.add(attached, statement, number, forms, holds)
    found.allowed = _together(found.allows)
    return found


def _together(allows: Mapping[Form, Formula]) -> Formula:
    allowed: Formula = False
    for formula in allows.values():
        allowed = allowed | formula
    return allowed


def all_allow(findings: Iterable[Findings]) -> Formula:
    """Whether every one of them allows."""
    allowed: Formula = True
    for found in findings:
        allowed = allowed & found.allowed
    return allowed


def any_denies(findings: Iterable[Findings]) -> Formula:
    """Whether one of them denies."""
    denied: Formula = False
    for found in findings:
        denied = denied | found.denies
    return denied


def forms_of(layer: Layer, rule: Rule, request: Request, has_boundary: Formula) -> Mapping[Form, Formula]:
    """In which forms a statement names the caller."""
    if rule.manner is not _NAMING:
        return HOLDER
    return _counting(layer, rule.statement, request, rule.named.forms(request.requester, request.context, has_boundary))


def _counting(
    layer: Layer, statement: Statement, request: Request, forms: Mapping[Form, Formula]
) -> Mapping[Form, Formula]:
    """Those of the forms that count in a layer."""
    if layer is _VPC_ENDPOINT and request.gateway_endpoint:
        return without_account(forms, request.requester, statement)
    return forms


def asked_resource(request: Request) -> str:
    """What Resource has to match: an action without resource types matches only `*`."""
    return request.resource if request.traits.has_resource_types else "*"


def spelled(key: str) -> str:
    """A global key's prefix in AWS's own letter case: function policies write `AWS:SourceArn`."""
    return f"aws:{key[4:]}" if key[:4].lower() == "aws:" else key
