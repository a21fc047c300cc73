"""The policies of many callers, by what they say of one action: each distinct document is read once.

Patterns lead to the callers who hold them, so that for a resource only those that match it are looked at.
"""

from __future__ import annotations

from collections.abc import Hashable

from models.policy import Effect
from simulator.policy import match
from simulator.policy.callers import Holdings
from simulator.policy.compiled import Manner, Rule, about, is_about
from simulator.policy.conditions import keys_inside
from simulator.policy.formula import Formula
from simulator.policy.patterns import Crowd, PatternIndex
from simulator.policy.rows import Contexts, Whose

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_COMPLETING = Manner.COMPLETING


class Hanging:
    """A statement that hangs on more than the resource's name; `crowd` has it, or None: it is a resource's."""

    __slots__ = ("cells", "crowd", "groups", "keys", "on_resource", "rule", "whose")

    def __init__(self, rule: Rule, crowd: Crowd | None, contexts: Contexts) -> None:
        self.rule = rule
        self.crowd = crowd
        self.keys = keys_of(rule)
        scopes = [contexts.hangs_on(key) for key in self.keys]
        self.whose = max((whose for whose, _ in scopes), default=Whose.KIND)
        self.on_resource = bool(rule.templates) or any(on_resource for _, on_resource in scopes)
        self.groups: list[tuple[int, int]] | None = None
        self.cells: list[tuple[int, Formula]] | None = None


def keys_of(rule: Rule) -> tuple[str, ...]:
    """Every condition key that a statement looks at, in lower case."""
    found = [condition.key for condition in rule.conditions]
    if rule.variables:
        for condition in rule.conditions:
            found += keys_inside(condition)
        for pattern in rule.templates:
            found += match.variables_of(match.template(pattern, True))
    return tuple(dict.fromkeys(key.lower() for key in found))


class Shelf:
    """The policies of one layer of all callers, by what they say of one action.

    Statements that hang on the same are one, whoever has them.
    """

    def __init__(self, held: Holdings, manner: Manner, action: str, contexts: Contexts) -> None:
        self.having = held.having
        self._said = {effect: PatternIndex(_Said) for effect in Effect}
        for policy, numbers in held.documents:
            if not is_about(policy, action):
                continue
            for rule in about(policy, manner, action).every:
                self._put(rule, numbers, contexts)

    def _put(self, rule: Rule, numbers: list[int], contexts: Contexts) -> None:
        index = self._said[rule.statement.effect]
        for pattern in patterns_of(rule):
            said = index.at(pattern)
            if rule.is_sure:
                said.sure.add(numbers)
                continue
            found = said.hanging.setdefault(_alike(rule), Hanging(rule, Crowd(), contexts))
            assert found.crowd is not None
            found.crowd.add(numbers)

    def is_silent(self, effect: Effect) -> bool:
        """Whether no statement of that effect is about the action."""
        return self._said[effect].is_empty

    def about(self, effect: Effect, value: str) -> tuple[int, list[Hanging]]:
        """Who has a statement about a resource for certain, and the statements that hang on something more.

        One with several patterns that match is there more than once.
        """
        row = 0
        hanging: list[Hanging] = []
        for said in self._said[effect].find(value):
            row |= said.sure.row
            for found in said.hanging.values():
                rule = found.rule
                if not rule.inverse or rule.templates or not rule.matches(value):
                    hanging.append(found)
        return row, hanging


class _Said:
    """What the statements with one pattern come to: who has one that asks for nothing else, and the others."""

    __slots__ = ("hanging", "sure")

    def __init__(self) -> None:
        self.sure = Crowd()
        self.hanging: dict[Hashable, Hanging] = {}


def _alike(rule: Rule) -> Hashable:
    """Equal for statements with one pattern of which one may stand for the other: conditions are all that is left."""
    if rule.inverse or rule.templates:
        return rule
    return rule.conditions, rule.variables


def patterns_of(rule: Rule) -> list[str | match.Glob]:
    """Patterns one of which matches whatever the statement may be about."""
    return [match.STAR] if rule.patterns is None or rule.inverse else written_in(rule)


def written_in(rule: Rule) -> list[str | match.Glob]:
    """The patterns of Resource or NotResource, as they are held against names."""
    patterns = [pattern for pattern in rule.patterns or () if match.is_resource_pattern(pattern)]
    whole = list(map(match.completed, patterns)) if rule.manner is _COMPLETING else patterns
    if not rule.variables:
        return list(whole)
    return [match.loosened(pattern) if "${" in pattern else pattern for pattern in whole]
