"""One layer of policies against one request: what it allows, what it denies, and what was nearly enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field, structs

from models.decision import Citation, Layer
from models.policy import Effect
from models.request import Attached, Request
from simulator.policy.compiled import MANNERS, Manner, Rule, about, without_account
from simulator.policy.conditions import Lookup
from simulator.policy.formula import Formula, any_of
from simulator.policy.principals import HOLDER, Form

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_DENY = Effect.DENY
_ITSELF = Form.ITSELF
_VPC_ENDPOINT = Layer.VPC_ENDPOINT
_NAMING = Manner.NAMING


class Findings(Struct, gc=False):
    """What a layer says: `allows` by the form in which the caller is named, `denies`, and the statements behind."""

    layer: Layer
    read: bool = True
    """Whether there was a policy to be read; not so where all that is known is that a fact lacks."""
    allows: dict[Form, Formula] = field(default_factory=dict)
    allowed: Formula = False
    """What all of `allows` come to."""
    denies: Formula = False
    behind_allows: list[Behind] = field(default_factory=list)
    behind_denies: list[Behind] = field(default_factory=list)

    def allow(self, form: Form) -> Formula:
        return self.allows.get(form, False)

    def also(self, allows: Mapping[Form, Formula]) -> Findings:
        """The same, and these allows."""
        every = {**self.allows, **{form: self.allow(form) | formula for form, formula in allows.items()}}
        return structs.replace(self, allows=every, allowed=_together(every))

    def add(self, attached: Attached, rule: Rule, forms: Mapping[Form, Formula], rest: Formula) -> None:
        """Add a statement that is about the caller, named in those forms, and that holds if `rest` does."""
        holds = rest if forms is HOLDER else any_of(forms.values()) & rest
        if rule.statement.effect is _DENY:
            self.denies = self.denies | holds
            self.behind_denies.append(Behind(attached, rule, holds))
            return
        self.behind_allows.append(Behind(attached, rule, holds))
        for form, formula in forms.items():
            self.allows[form] = self.allows.get(form, False) | (formula & rest)

    @property
    def allowing(self) -> list[tuple[Citation, Formula]]:
        return [(self._cited(one), one.holds) for one in self.behind_allows]

    @property
    def denying(self) -> list[tuple[Citation, Formula]]:
        return [(self._cited(one), one.holds) for one in self.behind_denies]

    def _cited(self, one: Behind) -> Citation:
        attached, statement = one.attached, one.rule.statement
        return Citation(self.layer, attached.name, one.rule.label, statement.effect, attached.holder)


class Behind(Struct, frozen=True, gc=False):
    """A statement behind what a layer says; a citation is made of it only where it is shown."""

    attached: Attached
    rule: Rule
    holds: Formula


def read_layer(layer: Layer, policies: Iterable[Attached], request: Request, has_boundary: Formula) -> Findings:
    """Evaluate every statement of a layer's policies."""
    manner, action = MANNERS[layer], request.action
    value, lookup = asked_resource(request), request.context.lookup
    if manner is not _NAMING:
        return _read_own(layer, policies, manner, action, value, lookup)
    found = Findings(layer)
    for attached in policies:
        for rule in about(attached.policy, manner, action).every:
            forms = forms_of(layer, rule, request, has_boundary)
            if forms:
                rest = rule.holds(value, lookup)
                if rest is not False:
                    found.add(attached, rule, forms, rest)
    found.allowed = _together(found.allows)
    return found


def _read_own(
    layer: Layer, policies: Iterable[Attached], manner: Manner, action: str, value: str, lookup: Lookup
) -> Findings:
    """Evaluate policies that are about whoever has them."""
    allowed: Formula = False
    denied: Formula = False
    allowing: list[Behind] = []
    denying: list[Behind] = []
    for attached in policies:
        for rule in about(attached.policy, manner, action).every:
            holds = rule.holds(value, lookup)
            if holds is False:
                continue
            if rule.statement.effect is _DENY:
                denied = denied | holds
                denying.append(Behind(attached, rule, holds))
            else:
                allowed = allowed | holds
                allowing.append(Behind(attached, rule, holds))
    allows = {_ITSELF: allowed} if allowing else {}
    return Findings(layer, True, allows, allowed, denied, allowing, denying)


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
    forms = rule.named.forms(request.requester, request.context, has_boundary)
    if layer is _VPC_ENDPOINT and request.gateway_endpoint:
        return without_account(forms, request.requester, rule.statement)
    return forms


def asked_resource(request: Request) -> str:
    """What Resource has to match: an action without resource types matches only `*`."""
    return request.resource if request.traits.has_resource_types else "*"


def spelled(key: str) -> str:
    """A global key's prefix in AWS's own letter case: function policies write `AWS:SourceArn`."""
    return f"aws:{key[4:]}" if key[:4].lower() == "aws:" else key
