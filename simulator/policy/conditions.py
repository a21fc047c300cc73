"""A condition made ready to be tested against many requests.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from models.context import Absent, Known, NotRead, Open, State
from models.errors import PolicyError
from models.policy import Condition
from simulator.policy import match
from simulator.policy.formula import Formula
from simulator.policy.operators import NULL, OPERATORS, Test, holds, text_of, verdict

Lookup = Callable[[str], State]
"""Says what is known of a condition key."""
Check = Callable[[Lookup], Formula]
"""Tests a condition: true, false, or a `Test` where a key it needs is open or wasn't read."""

_ABSENT = Absent()


@lru_cache(maxsize=4096)
def compiled(condition: Condition, variables: bool) -> Check:
    """Make a condition ready; `variables` says whether `${…}` counts.

    Raises:
        PolicyError: for an operator that AWS doesn't have.
    """
    if condition.operator != NULL and condition.operator not in OPERATORS:
        raise _unsupported(condition)
    inner = keys_inside(condition) if variables else ()
    if inner:
        return _with_variables(condition, inner)
    key, name = condition.key, condition.key.lower()
    absent = holds(condition, variables, {name: _ABSENT})
    of_values = _values_test(condition, variables)
    last: tuple[State, Formula] = (_ABSENT, absent)

    def check(lookup: Lookup) -> Formula:
        nonlocal last
        state = lookup(key)
        if state.__class__ is Known:
            return of_values(state.values)
        if state.__class__ is Absent:
            return absent
        # One pair, read and written at once: threads share what is compiled.
        known, atom = last
        if known is not state:
            atom = Test(condition, variables, ((name, state),))
            last = (state, atom)
        return atom

    return check


def checked(condition: Condition, variables: bool, lookup: Lookup) -> Formula:
    """What `compiled` makes ready to be asked many times, asked once."""
    operator = OPERATORS.get(condition.operator)
    if operator is None and condition.operator != NULL:
        raise _unsupported(condition)
    if variables and "${" in "".join(condition.values):
        return compiled(condition, True)(lookup)
    state = lookup(condition.key)
    if state.__class__ is Known:
        values = state.values
        if operator is None:
            return verdict(condition, False, values, bool)
        if condition.quantifier is None and len(values) == 1:
            # As most are: no call but the comparison itself.
            return operator.matches(condition.values, values[0]) is not operator.negated
        return holds(condition, False, {condition.key.lower(): state})
    if state.__class__ is Absent:
        return verdict(condition, operator is not None and operator.negated, None, bool)
    return Test(condition, variables, ((condition.key.lower(), state),))


def _unsupported(condition: Condition) -> PolicyError:
    return PolicyError(f"condition operator `{condition.spelling}` is not supported")


def keys_inside(condition: Condition) -> tuple[str, ...]:
    """The keys of the policy variables in a condition's values."""
    found = [key for value in condition.values for key in match.variables_of(match.template(value, True))]
    return tuple(found)


def _with_variables(condition: Condition, inner: tuple[str, ...]) -> Check:
    names = tuple(dict.fromkeys((condition.key.lower(), *(key.lower() for key in inner))))
    spelled = {name: next(key for key in (condition.key, *inner) if key.lower() == name) for name in names}

    def check(lookup: Lookup) -> Formula:
        states = {name: lookup(key) for name, key in spelled.items()}
        if any(isinstance(state, Open | NotRead) for state in states.values()):
            return Test(condition, True, tuple(states.items()))
        return holds(condition, True, states)

    return check


def _values_test(condition: Condition, variables: bool) -> Callable[[tuple[str, ...]], bool]:
    """Whether the condition holds for a key that is there with these values."""
    if condition.operator == NULL:
        return lambda values: verdict(condition, False, values, bool)
    negated = OPERATORS[condition.operator].negated
    matched = _value_test(condition, variables)
    if condition.quantifier is not None:
        return lambda values: verdict(condition, negated, values, matched)

    def plain(values: tuple[str, ...]) -> bool:
        if len(values) == 1:
            return matched(values[0]) is not negated
        return verdict(condition, negated, values, matched)

    return plain


def _value_test(condition: Condition, variables: bool) -> Callable[[str], bool]:
    """Whether any of the policy's values matches one value of the key; none of them has a variable."""
    operator = OPERATORS[condition.operator]
    globs = [match.fill(match.template(value, variables, operator.wildcards), _nothing) for value in condition.values]
    wanted = tuple(glob for glob in globs if glob is not None)
    if condition.operator in ("StringEquals", "StringNotEquals"):
        return frozenset(text_of(glob) for glob in wanted).__contains__
    if condition.operator in ("StringLike", "StringNotLike"):
        return match.matcher(wanted)
    fits = operator.fits
    return lambda value: any(fits(glob, value) for glob in wanted)


def _nothing(_: str) -> None:
    return None
