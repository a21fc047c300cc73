"""Policies made ready to be asked many times: statements by action, patterns as methods of C, conditions as functions.

A policy is compiled once, bit by bit as it is asked, and keeps what was made of it: all who hold the same document
share it. What a statement means is written here once, for the decision of one request (`authorize`) and for that of
many (`rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import lru_cache

from models.decision import Layer
from models.policy import Condition, Effect, Policy, Statement
from models.request import Requester, RequesterKind
from simulator.policy import match
from simulator.policy.conditions import Check, Lookup, checked, compiled
from simulator.policy.formula import Formula, any_of, negation
from simulator.policy.operators import test_pattern
from simulator.policy.principals import Everybody, Excepted, Form, Named


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
_ALLOW = Effect.ALLOW
_DENY = Effect.DENY
_ACCOUNT = Form.ACCOUNT
_COMPLETING = Manner.COMPLETING
_NAMING = Manner.NAMING
_ROOT = RequesterKind.ROOT


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

_EVERYBODY = Everybody(())

#: So often a statement is asked before it is compiled, which takes as long as asking some ten times.
FEW_TIMES = 3


def _named(statement: Statement) -> Named:
    if statement.not_principals is not None:
        return Excepted(statement.not_principals)
    return Named(statement.principals or ())


class Rule:
    """One statement, compiled once it was asked a few times: most are asked once or twice, and that costs less."""

    # What isn't worked out yet is the class's: most rules of a stream are made for one question.
    _asked = 0
    _templates: tuple[str, ...] = ()
    _matches: Callable[[str], bool] | None = None
    _checks: tuple[Check, ...] | None = None
    _named: Named | None = None

    def __init__(self, statement: Statement, variables: bool, manner: Manner) -> None:
        self.statement = statement
        self.manner = manner
        self.variables = variables
        self.inverse = statement.not_resources is not None

    @property
    def named(self) -> Named:
        """Whom it is about."""
        if self._named is None:
            self._named = _named(self.statement) if self.manner is _NAMING else _EVERYBODY
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
        if self.inverse or statement.conditions or self.manner is _NAMING:
            return False
        return not self.templates

    @property
    def checks(self) -> tuple[Check, ...]:
        """Its conditions, made ready."""
        if self._checks is None:
            self._checks = tuple([compiled(condition, self.variables) for condition in self.statement.conditions])
        return self._checks

    def failing(self, lookup: Lookup) -> tuple[Condition, ...]:
        """The conditions that fail for certain."""
        conditions, variables = self.statement.conditions, self.variables
        if not conditions:
            return ()
        return tuple([condition for condition in conditions if checked(condition, variables, lookup) is False])

    def about(self, value: str, lookup: Lookup) -> Formula:
        """Whether it is about the resource; without Resource it is about what its policy is on."""
        if self._matches is None:
            return self._is_about(value, lookup)
        matched: Formula = self._matches(value)
        if self._templates and matched is False:
            matched = any_of(self._filled(pattern, value, lookup) for pattern in self._templates)
        return negation(matched) if self.inverse else matched

    def _is_about(self, value: str, lookup: Lookup) -> Formula:
        """As `about`, with nothing made ready."""
        statement = self.statement
        patterns = statement.not_resources if self.inverse else statement.resources
        if patterns is None:
            return True
        variables, completes = self.variables, self.manner is _COMPLETING
        matched: Formula = False
        for pattern in patterns:
            if variables and "${" in pattern:
                matched = matched | self._filled(pattern, value, lookup)
            elif match.resource_matches(pattern, value, completes):
                matched = True
                break
        return negation(matched) if self.inverse else matched

    def _filled(self, pattern: str, value: str, lookup: Lookup) -> Formula:
        if not match.is_resource_pattern(pattern):
            return False
        whole = match.completed(pattern) if self.manner is _COMPLETING else pattern
        return test_pattern(whole, value, lookup)

    def holds(self, value: str, lookup: Lookup) -> Formula:
        """Whether it is about the resource, and its conditions hold."""
        if self._matches is None:
            if self._asked < FEW_TIMES:
                self._asked += 1
                held = self._is_about(value, lookup)
                for condition in self.statement.conditions:
                    if held is False:
                        break
                    held = held & checked(condition, self.variables, lookup)
                return held
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


def without_account(forms: Mapping[Form, Formula], caller: Requester, statement: Statement) -> Mapping[Form, Formula]:
    """The forms that count at a gateway endpoint: it takes an account for its root user alone."""
    if statement.principals is None or caller.kind is _ROOT or _ACCOUNT not in forms:
        return forms
    return {form: formula for form, formula in forms.items() if form is not _ACCOUNT}


@lru_cache(maxsize=4096)
def resource_matcher(patterns: tuple[str, ...], completes: bool) -> Callable[[str], bool]:
    """A test of whether any of the patterns, none with variables, matches a resource."""
    whole = (match.completed(pattern) if completes else pattern for pattern in patterns)
    return match.text_matcher(pattern for pattern in whole if match.is_resource_pattern(pattern))


class Rules:
    """The statements of a policy about one action, in the order of the document.

    `sorted` holds them as they are asked without reasons, once they are: see `Sorted`.
    """

    __slots__ = ("every", "sorted")

    def __init__(self, every: list[Rule]) -> None:
        self.every = every
        self.sorted: Sorted | None = None

    @property
    def allows(self) -> tuple[Rule, ...]:
        return tuple([rule for rule in self.every if rule.statement.effect is _ALLOW])

    @property
    def denies(self) -> tuple[Rule, ...]:
        return tuple([rule for rule in self.every if rule.statement.effect is _DENY])


class Sorted:
    """Statements that ask for a resource and nothing else are one test together, `sure_allow` and `sure_deny`.

    None: there are none such. The others are in `open_allows` and `open_denies`.
    """

    __slots__ = ("allows", "denies", "open_allows", "open_denies", "sure_allow", "sure_deny")

    def __init__(self, rules: Rules) -> None:
        self.allows, self.denies = rules.allows, rules.denies
        self.sure_allow, self.open_allows = _together(rules.allows)
        self.sure_deny, self.open_denies = _together(rules.denies)


def _together(rules: tuple[Rule, ...]) -> tuple[Callable[[str], bool] | None, tuple[Rule, ...]]:
    sure = [rule for rule in rules if rule.is_sure]
    if not sure:
        return None, rules
    if len(sure) == 1:
        found = sure[0].matches
    else:
        patterns = tuple(pattern for rule in sure for pattern in rule.patterns or ("*",))
        found = resource_matcher(patterns, sure[0].manner is _COMPLETING)
    return found, tuple(rule for rule in rules if not rule.is_sure)


class _Compiled:
    """What was made of a policy in one manner: a rule for each statement that was asked for, and rules by action."""

    __slots__ = ("by_action", "manner", "rules", "statements", "variables")

    def __init__(self, policy: Policy, manner: Manner) -> None:
        # Not the policy: it keeps what is made here, and nobody looks for cycles while lines are answered.
        self.statements = policy.statements
        self.variables = policy.has_variables
        self.manner = manner
        self.rules: list[Rule | None] = [None] * len(policy.statements)
        self.by_action: dict[str, Rules] = {}

    def rule(self, place: int) -> Rule:
        found = self.rules[place]
        if found is None:
            found = self.rules[place] = Rule(self.statements[place], self.variables, self.manner)
        return found

    def about(self, action: str) -> Rules:
        """The rules about an action."""
        lower, rules = action.lower(), self.rules
        found: list[Rule] = []
        for place, statement in enumerate(self.statements):
            if covers(statement.actions, statement.not_actions, lower):
                found.append(rules[place] or self.rule(place))
        return Rules(found)


def _compiled(policy: Policy, manner: Manner) -> _Compiled:
    found: _Compiled | None = policy.memo.get(manner)
    if found is None:
        found = policy.memo[manner] = _Compiled(policy, manner)
    return found


def rules_of(policy: Policy, manner: Manner) -> list[Rule]:
    """Every statement of a policy."""
    known = _compiled(policy, manner)
    return [known.rule(place) for place in range(len(policy.statements))]


def about(policy: Policy, manner: Manner, action: str) -> Rules:
    """The statements whose Action or NotAction is about an action."""
    known = _compiled(policy, manner)
    found = known.by_action.get(action)
    if found is None:
        found = known.by_action[action] = known.about(action)
    return found


def is_about(policy: Policy, action: str) -> bool:
    """Whether any statement is about an action; for the documents of many, most of which say nothing of it."""
    lower = action.lower()
    for statement in policy.statements:  # noqa: SIM110 - a generator takes twice as long
        if _known_to_cover(statement.actions, statement.not_actions, lower):
            return True
    return False


def near_action(policy: Policy, manner: Manner, action: str) -> Iterator[tuple[Rule, bool]]:
    """The Allow statements about an action (True) and those about others of its service (False)."""
    covering = set(about(policy, manner, action).every)
    known, service = _compiled(policy, manner), action.lower().partition(":")[0]
    for place, statement in enumerate(policy.statements):
        if statement.effect is _DENY:
            continue
        rule = known.rules[place]
        if rule in covering:
            yield known.rule(place), True
        # NotAction names this very action, or its whole service.
        elif statement.actions is None or match.of_service(statement.actions, service):
            yield known.rule(place), False


def covers(actions: tuple[str, ...] | None, not_actions: tuple[str, ...] | None, action: str) -> bool:
    """Whether an Action or NotAction element, of which a statement has one, is about an action in lower case."""
    if actions is None:
        return not match.any_action_matches(not_actions or (), action)
    return match.any_action_matches(actions, action)


#: The documents of many are written alike: the same elements come up again and again. Those of lines do not.
_known_to_cover = lru_cache(maxsize=16384)(covers)
