"""Policies made ready to be asked many times: statements by action, patterns as methods of C, conditions as functions.

A policy is compiled once, bit by bit as it is asked, and keeps what was made of it: all who hold the same document
share it. What a statement means is written here once, for the decision of one request (`authorize`) and for that of
many (`rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Final

from msgspec import UNSET

from models.decision import Layer
from models.policy import Condition, Effect, Policy, Statement
from models.request import Requester, RequesterKind
from simulator.policy import match
from simulator.policy.conditions import Check, Lookup, checked, compiled
from simulator.policy.formula import Formula, any_of, negation
from simulator.policy.principals import Everybody, Form, Named, named
from simulator.policy.spellings import conditions_of
from simulator.policy.written import conditions_hold, covers, filled, is_on


class Manner(Enum):
    """How the statements of a layer are read."""

    COMPLETING = "completing"
    """AWS completes ARNs with fewer than six fields. Source: IAM User Guide, "IAM identifiers"."""
    PLAIN = "plain"
    NAMING = "naming"
    """They say whom they are about, and may say nothing of the resource."""

    # An Enum's own hash is written in Python; a policy is looked up by manner for every decision.
    __hash__ = object.__hash__


# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ALLOW: Final = Effect.ALLOW
_DENY: Final = Effect.DENY
_ACCOUNT: Final = Form.ACCOUNT
_COMPLETING: Final = Manner.COMPLETING
_NAMING: Final = Manner.NAMING
_ROOT: Final = RequesterKind.ROOT


MANNERS: Mapping[Layer, Manner] = {
    Layer.IDENTITY: Manner.COMPLETING,
    Layer.BOUNDARY: Manner.COMPLETING,
    Layer.SESSION: Manner.PLAIN,
    Layer.SCP: Manner.PLAIN,
    Layer.RESOURCE: Manner.NAMING,
    Layer.TRUST: Manner.NAMING,
    Layer.RCP: Manner.NAMING,
    Layer.VPC_ENDPOINT: Manner.NAMING,
}

_EVERYBODY = Everybody({})

#: So often a statement is asked before it is compiled, which takes as long as asking some ten times.
FEW_TIMES = 3


class Rule:
    """One statement, compiled once it was asked a few times: most are asked once or twice, and that costs less.

    `number` counts the statements of its policy from 1; `inverse`: it has NotResource.
    """

    __slots__ = (
        "_asked",
        "_checks",
        "_conditions",
        "_matches",
        "_named",
        "_templates",
        "inverse",
        "manner",
        "number",
        "statement",
        "variables",
    )

    def __init__(self, statement: Statement, number: int, variables: bool, manner: Manner) -> None:
        self.statement = statement
        self.number = number
        self.variables = variables
        self.manner = manner
        self.inverse = statement.not_resource is not UNSET
        self._asked = 0
        self._conditions: tuple[Condition, ...] | None = None
        self._templates: tuple[str, ...] = ()
        self._matches: Callable[[str], bool] | None = None
        self._checks: tuple[Check, ...] | None = None
        self._named: Named | None = None

    @property
    def label(self) -> str:
        """The Sid, or `#2` without one."""
        return self.statement.label(self.number)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        if self._conditions is None:
            self._conditions = conditions_of(self.statement)
        return self._conditions

    @property
    def named(self) -> Named:
        """Whom it is about."""
        if self._named is None:
            self._named = named(self.statement) if self.manner is _NAMING else _EVERYBODY
        return self._named

    @property
    def patterns(self) -> tuple[str, ...] | None:
        """What Resource or NotResource says; None: neither is there."""
        return self.statement.not_resources if self.inverse else self.statement.resources

    @property
    def matches(self) -> Callable[[str], bool]:
        """Whether one of the patterns without variables matches a value."""
        if self._matches is None:
            patterns = self.patterns
            if patterns is None:
                self._matches = match.always
            else:
                if self.variables:
                    self._templates = tuple(pattern for pattern in patterns if "${" in pattern)
                    patterns = tuple(pattern for pattern in patterns if "${" not in pattern)
                self._matches = resource_matcher(patterns, self.manner is _COMPLETING)
        return self._matches

    @property
    def templates(self) -> tuple[str, ...]:
        """The patterns with variables."""
        if self._matches is None and self.variables:
            return tuple(pattern for pattern in self.patterns or () if "${" in pattern)
        return self._templates

    @property
    def is_sure(self) -> bool:
        """Whether only the resource decides if it holds, by patterns without variables."""
        statement = self.statement
        if self.inverse or statement.condition or self.manner is _NAMING:
            return False
        return not self.templates

    @property
    def checks(self) -> tuple[Check, ...]:
        """Its conditions, made ready."""
        if self._checks is None:
            self._checks = tuple([compiled(condition, self.variables) for condition in self.conditions])
        return self._checks

    def failing(self, lookup: Lookup) -> tuple[Condition, ...]:
        """The conditions that fail for certain."""
        if not self.statement.condition:
            return ()
        return tuple([one for one in self.conditions if checked(one, self.variables, lookup) is False])

    def about(self, value: str, lookup: Lookup) -> Formula:
        """Whether it is about the resource; without Resource it is about what its policy is on."""
        if self._matches is None:
            return is_on(self.statement, value, self.manner is _COMPLETING, self.variables, lookup)
        matched: Formula = self._matches(value)
        if self._templates and matched is False:
            completes = self.manner is _COMPLETING
            matched = any_of(filled(pattern, value, completes, lookup) for pattern in self._templates)
        return negation(matched) if self.inverse else matched

    def holds(self, value: str, lookup: Lookup) -> Formula:
        """Whether it is about the resource, and its conditions hold."""
        if self._matches is None:
            if self._asked < FEW_TIMES:
                self._asked += 1
                return self._holds_as_written(value, lookup)
            self._matches = self.matches
        held = self.about(value, lookup) if self._templates else self._matches(value) is not self.inverse
        if held is False:
            return False
        for check in self._checks if self._checks is not None else self.checks:
            found = check(lookup)
            if found is False:
                return False
            if found is not True:
                held = held & found
        return held

    def _holds_as_written(self, value: str, lookup: Lookup) -> Formula:
        statement = self.statement
        held: Formula = statement.resource == match.STAR or self.about(value, lookup)
        if held is False or not statement.condition:
            return held
        return held & conditions_hold(statement.condition, self.variables, lookup)


def without_account(forms: Mapping[Form, Formula], caller: Requester, statement: Statement) -> Mapping[Form, Formula]:
    """The forms that count at a gateway endpoint: it takes an account for its root user alone."""
    if statement.principal is UNSET or caller.kind is _ROOT or _ACCOUNT not in forms:
        return forms
    return {form: formula for form, formula in forms.items() if form is not _ACCOUNT}


@lru_cache(maxsize=4096)
def resource_matcher(patterns: tuple[str, ...], completes: bool) -> Callable[[str], bool]:
    """A test of whether any of the patterns, none with variables, matches a resource."""
    whole = (match.completed(pattern) if completes else pattern for pattern in patterns)
    return match.text_matcher(pattern for pattern in whole if match.is_resource_pattern(pattern))


class Rules:
    """The statements of a policy about one action, in the order of the document.

    `sorted` holds them as they are asked without reasons, once they are: see `in_order`.
    """

    __slots__ = ("every", "sorted")

    def __init__(self, every: list[Rule]) -> None:
        self.every = every
        self.sorted: tuple[Statements, Statements] | None = None

    @property
    def allows(self) -> tuple[Rule, ...]:
        return tuple([rule for rule in self.every if rule.statement.effect is _ALLOW])

    @property
    def denies(self) -> tuple[Rule, ...]:
        return tuple([rule for rule in self.every if rule.statement.effect is _DENY])


class Statements:
    """Statements any of which is enough. `sure` are tests of the resource, for those that ask for nothing else."""

    __slots__ = ("open", "sure")

    def __init__(self, sure: tuple[Callable[[str], bool], ...] = (), open: tuple[Rule, ...] = ()) -> None:
        self.sure = sure
        self.open = open

    def hold(self, value: str, lookup: Lookup) -> Formula:
        """Whether one of them holds."""
        for matches in self.sure:
            if matches(value):
                return True
        found: Formula = False
        for rule in self.open:
            held = rule.holds(value, lookup)
            if held is True:
                return True
            if held is not False:
                found = held if found is False else found | held
        return found

    def __or__(self, other: Statements) -> Statements:
        if self is NOTHING or other is ANYTHING:
            return other
        if other is NOTHING or self is ANYTHING:
            return self
        return Statements(self.sure + other.sure, self.open + other.open)


NOTHING = Statements()
ANYTHING = Statements((match.always,))
"""They allow, or deny, whatever is asked for."""


def in_order(rules: Rules) -> tuple[Statements, Statements]:
    """The Allow statements and the Deny statements of a policy without Principal; kept with its rules."""
    made = rules.sorted = (_together(rules.allows), _together(rules.denies))
    return made


def _together(rules: tuple[Rule, ...]) -> Statements:
    """Statements that ask for a resource and nothing else are one test."""
    if not rules:
        return NOTHING
    sure = [rule for rule in rules if rule.is_sure]
    if not sure:
        return Statements((), rules)
    if len(sure) == 1:
        test = sure[0].matches
    else:
        patterns = tuple(pattern for rule in sure for pattern in rule.patterns or ("*",))
        test = resource_matcher(patterns, sure[0].manner is _COMPLETING)
    if test is match.always:
        return ANYTHING
    return Statements((test,), tuple(rule for rule in rules if not rule.is_sure))


class _Compiled:
    """What was made of a policy in one manner: the rules that somebody asked for, and those about an action.

    Not the policy: it keeps what is made here, and nobody looks for cycles while lines are answered.
    """

    __slots__ = ("by_action", "manner", "rules", "statements", "variables")

    def __init__(self, policy: Policy, manner: Manner) -> None:
        self.statements = policy.statements
        self.variables = policy.has_variables
        self.manner = manner
        self.rules: list[Rule | None] = [None] * len(policy.statements)
        self.by_action: dict[str, Rules] = {}

    def about(self, action: str) -> Rules:
        """The rules about an action."""
        covering = match.covering(action)
        every = []
        for place, statement in enumerate(self.statements):
            written = statement.action
            # Mostly a text: a look at it, without a call.
            if covering(written) if isinstance(written, str) else covers(statement, covering):
                every.append(self.rules[place] or self.rule(place))
        made = self.by_action[action] = Rules(every)
        return made

    def rule(self, place: int) -> Rule:
        """The rule of a statement: most of one document are never asked for."""
        made = self.rules[place]
        if made is None:
            made = self.rules[place] = _rule(self.statements[place], place, self.variables, self.manner)
        return made


def _rule(statement: Statement, place: int, variables: bool, manner: Manner) -> Rule:
    return Rule(statement, place + 1, variables, manner)


def _compiled(policy: Policy, manner: Manner) -> _Compiled:
    found = policy.memo[manner] = _Compiled(policy, manner)
    return found


def about(policy: Policy, manner: Manner, action: str) -> Rules:
    """The statements whose Action or NotAction is about an action."""
    known: _Compiled = policy.memo.get(manner) or _compiled(policy, manner)
    return known.by_action.get(action) or known.about(action)


def is_about(policy: Policy, action: str) -> bool:
    """Whether any statement is about an action; for the documents of many, most of which say nothing of it."""
    covering = match.covering(action)
    for statement in policy.statements:  # noqa: SIM110 - a generator takes twice as long
        if covers(statement, covering):
            return True
    return False


def near_action(policy: Policy, manner: Manner, action: str) -> Iterator[tuple[Rule, bool]]:
    """The Allow statements about an action (True) and those about others of its service (False)."""
    known: _Compiled | None = policy.memo.get(manner)
    covering = match.covering(action)
    service = action.lower().partition(":")[0]
    for place, statement in enumerate(policy.statements):
        if statement.effect is _DENY:
            continue
        about_it = covers(statement, covering)
        # NotAction names this very action, or its whole service.
        if about_it or statement.action is UNSET or match.of_service(statement.actions or (), service):
            yield known.rule(place) if known else _rule(statement, place, policy.has_variables, manner), about_it
