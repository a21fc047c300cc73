"""What a statement says of one request, read off as it is written: for one that is asked once, nothing is made ready.

What is asked again and again is `compiled`, which means the same.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET, UnsetType

from models.context import Known
from models.policy import Condition, Statement, Texts, Values, values_of
from simulator.policy import match
from simulator.policy.conditions import Lookup, checked
from simulator.policy.formula import Formula, negation
from simulator.policy.operators import OPERATORS, test_pattern
from simulator.policy.spellings import SPELLINGS, taken_apart


def covers(statement: Statement, covering: Callable[[str], bool]) -> bool:
    """Whether Action or NotAction, of which a statement has one, is about an action."""
    written = statement.action
    if isinstance(written, str):
        return covering(written)
    if written is UNSET:
        return not any(map(covering, statement.not_actions or ()))
    return any(map(covering, written))


def is_on(statement: Statement, value: str, completes: bool, variables: bool, lookup: Lookup) -> Formula:
    """Whether it is about a resource; without Resource it is about what its policy is on.

    `completes`: what an ARN lacks is added to it. `variables`: `${…}` counts.
    """
    written = statement.resource
    if isinstance(written, str) and "${" not in written:
        return match.resource_matches(written, value, completes)
    if statement.not_resource is not UNSET:
        return negation(_is_like(statement.not_resource, value, completes, variables, lookup))
    return True if written is UNSET else _is_like(written, value, completes, variables, lookup)


def _is_like(written: Texts | UnsetType, value: str, completes: bool, variables: bool, lookup: Lookup) -> Formula:
    matched: Formula = False
    for pattern in (written,) if isinstance(written, str) else written or ():
        if variables and "${" in pattern:
            matched = matched | filled(pattern, value, completes, lookup)
        elif match.resource_matches(pattern, value, completes):
            return True
    return matched


def filled(pattern: str, value: str, completes: bool, lookup: Lookup) -> Formula:
    """Whether a pattern with variables matches, with what they stand for put in."""
    if not match.is_resource_pattern(pattern):
        return False
    return test_pattern(match.completed(pattern) if completes else pattern, value, lookup)


def conditions_hold(written: dict[str, dict[str, Values]], variables: bool, lookup: Lookup) -> Formula:
    """Whether all conditions of a statement hold."""
    held: Formula = True
    for spelling, keys in written.items():
        # None: it has a quantifier or `IfExists`, is Null, or is in another letter case.
        operator = OPERATORS.get(spelling)
        for key, values in keys.items():
            texts = (values,) if values.__class__ is str else values_of(values)
            state = lookup(key)
            if (
                operator is not None
                and state.__class__ is Known
                and len(state.values) == 1
                and not (variables and "${" in "".join(texts))
            ):
                # As most are: no call but the comparison itself.
                found: Formula = operator.matches(texts, state.values[0]) is not operator.negated
            else:
                name, quantifier, if_exists = SPELLINGS.get(spelling) or taken_apart(spelling)
                found = checked(Condition(name, key, texts, quantifier, if_exists), variables, lookup)
            if found is False:
                return False
            if found is not True:
                held = held & found
    return held
