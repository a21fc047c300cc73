"""The values that are tried of an open key, held against trying all that differ: keys of every type.

What counts as different is listed by hand for each family of conditions: one value of each way in which they can turn
out. Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.context import Absent, Known, Open, State
from models.policy import Condition, Quantifier
from simulator.policy import match
from simulator.policy.candidates import MOST_CAPTURES, candidates
from simulator.policy.formula import Formula, all_of, any_of, leaves, negation
from simulator.policy.operators import PatternTest, Test
from simulator.policy.residual import assign, outcomes, residual_of
from simulator.policy.solver import search

ABSENT = Absent()
ANY, ALL = Quantifier.ANY, Quantifier.ALL
PLAIN = Open()


@dataclass(frozen=True)
class Family:
    """Conditions that can be combined, what is known of their keys, and the states that they can tell apart."""

    opens: Mapping[str, Open]
    states: Mapping[str, Sequence[State]]
    conditions: Sequence[tuple[Any, ...]]

    @property
    def atoms(self) -> list[Formula]:
        return [self._atom(*condition) for condition in self.conditions]

    def _atom(self, key: str, operator: str, *values: Any) -> Formula:
        quantifier = values[0] if isinstance(values[0], Quantifier) else None
        texts = values[1:] if quantifier else values
        names = [key, *(name for name in self.opens if name != key and any(f"${{{name}}}" in text for text in texts))]
        if operator == "Resource":
            return PatternTest(texts[0], texts[1], tuple((name, self.opens[name]) for name in names))
        condition = Condition(operator.removesuffix("IfExists"), key, texts, quantifier, "IfExists" in operator)
        return Test(condition, True, tuple((name, self.opens[name]) for name in names))

    def completions(self, formula: Formula) -> Iterator[dict[str, State]]:
        keys = sorted({key for found in leaves(formula) for key in found.keys})
        for chosen in itertools.product(*(self.states[key] for key in keys)):
            yield dict(zip(keys, chosen, strict=True))


def one_of(*values: str) -> tuple[State, ...]:
    return tuple(Known((value,)) for value in values)


def sets_of(values: str, least: int = 1, holding: str = "") -> tuple[State, ...]:
    sizes = range(least, len(values) + 1)
    found = [chosen for size in sizes for chosen in itertools.combinations(values, size)]
    return tuple(Known(chosen, True) for chosen in found if set(holding) <= set(chosen))


def every(key: str, operators: str, *values: str) -> list[tuple[str, str, str]]:
    return [(key, operator, value) for operator in operators.split() for value in values]


ORDERED = "{0}Equals {0}NotEquals {0}LessThan {0}LessThanEquals {0}GreaterThan {0}GreaterThanEquals {0}EqualsIfExists"
MIDNIGHT, SECOND = "2026-01-01T00:00:00Z", "1767225601"
NAMES = ("v", "vx", "v:x", "v:v", "x", "a:v", "a:x", "")
ARNS = [
    f"arn:{service}:{region}::{name}"
    for service in ("aws:s3", "aws:sx", "aws:t", "x:s3")
    for region in ("", "r")
    for name in NAMES
]
IDS = ("AB:me", "AX:me", "AC:me", "AB:x:me", "AC:x:me", "AB:x", "AX:x", "AC:x", "AB:", "AX:")
THREE = ("v", "w", "x")

FAMILIES = {
    "numbers": Family(
        {"n": PLAIN},
        {"n": (*one_of("0", "1", "1.5", "2", "2.5", "3", "4"), ABSENT)},
        every("n", ORDERED.format("Numeric"), "1", "2.0", "3"),
    ),
    "numbers that are there": Family(
        {"n": Open(may_be_absent=False)},
        {"n": one_of("-1", "0", "1")},
        [*every("n", ORDERED.format("Numeric"), "0"), ("n", "NumericEquals", "none")],
    ),
    "numbers and text": Family(
        {"n": PLAIN},
        {"n": (*one_of("0", "1", "3", "5", "blue"), ABSENT)},
        [
            *every("n", "NumericLessThan", "2"),
            *every("n", "NumericGreaterThan", "4"),
            *every("n", "StringEquals StringNotEquals", "0", "blue"),
        ],
    ),
    "dates": Family(
        {"d": PLAIN},
        {"d": (*one_of("1767225599", MIDNIGHT, "1767225600.5", SECOND, "1767225602"), ABSENT)},
        every("d", ORDERED.format("Date"), MIDNIGHT, SECOND, "2026"),
    ),
    "addresses": Family(
        {"ip": PLAIN},
        {"ip": (*one_of("0.0.0.0", "10.0.0.0", "128.0.0.0", "255.255.255.255", "::", "::1", "8000::"), ABSENT)},
        [
            *every("ip", "IpAddress NotIpAddress", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "255.255.255.255"),
            *every("ip", "IpAddress NotIpAddress IpAddressIfExists", "0.0.0.0/0", "::/0", "8000::/1", "::", "no block"),
        ],
    ),
    "true and false": Family(
        {"b": PLAIN, "c": Open(may_be_absent=False)},
        {"b": (*one_of("true", "false"), ABSENT), "c": one_of("true", "false")},
        [*every("b", "Bool BoolIfExists Null", "true", "false"), *every("c", "Bool", "true", "FALSE", "maybe")],
    ),
    "letter case": Family(
        {"k": PLAIN},
        {"k": (*one_of("ab", "AB", "aB", "v", "V", "x", "xy", "abx", ""), ABSENT)},
        [
            *every("k", "StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringEquals", "ab", "AB", "v"),
            *every("k", "StringLike StringNotLike", "ab*", "?", "V"),
        ],
    ),
    "ARNs": Family(
        {"a": PLAIN},
        {"a": (*one_of(*ARNS, "arn:aws:s3::v", "arn:aws:s3:x", "arn:aws:s::::v", "v", "x", "a:x"), ABSENT)},
        [
            *every("a", "ArnLike ArnNotEquals", "arn:aws:s3:::v*", "arn:aws:s?:*:*:v", "arn:*:s3:*:*:*"),
            *every("a", "StringLike StringNotLike", "arn:aws:s3:*:v", "*:x", "v"),
            *every("a", "ArnLike StringLike", "arn:aws:s?:::v"),
        ],
    ),
    "binary": Family(
        {"k": PLAIN},
        {"k": (*one_of("QUI=", "QUE=", "eA=="), ABSENT)},
        every("k", "BinaryEquals BinaryEqualsIfExists StringEquals", "QUI=", "QUE="),
    ),
    "a pattern that every value matches": Family(
        {"k": Open(may_be_absent=False, pattern="A?:*"), "l": PLAIN},
        {"k": one_of(*IDS), "l": (*one_of(*IDS, "AB", "AX", "AC", "AB:x:m", "x"), ABSENT)},
        [
            *every("k", "StringLike StringNotLike", "*:me", "AB:*", "B*", "A?:?*"),
            *every("k", "StringEquals StringNotEquals", "AB:me", "AX:me", "me"),
            ("k", "Resource", "f-${k}", "f-AX:me"),
            *every("k", "StringEquals StringNotLike", "${l}", "${l}:me"),
            ("l", "StringLike", "AB:*"),
            ("l", "StringNotEquals", "AB"),
        ],
    ),
    "several values": Family(
        {"m": Open(multivalued=True, domain=THREE), "l": Open(domain=("v", "w"), may_be_absent=False)},
        {"m": (*sets_of("vwx"), ABSENT), "l": one_of("v", "w")},
        [
            *((key, operator, some, *values) for key, operator, values in (
                ("m", "StringEquals", ["v"]),
                ("m", "StringEquals", ["w", "x"]),
                ("m", "StringEquals", ["${l}"]),
                ("m", "StringNotLike", ["${l}*"]),
                ("m", "StringNotEqualsIfExists", ["v"]),
            ) for some in (ANY, ALL)),
            ("m", "StringEquals", "v"),
            ("l", "StringEquals", "v"),
            ("l", "StringEquals", "${m}"),
        ],
    ),
    "several values of a key that should have one": Family(
        {"s": Open(domain=THREE), "l": Open(domain=("v", "w"), may_be_absent=False)},
        {"s": (*one_of(*THREE), *sets_of("vwx", least=2), ABSENT), "l": one_of("v", "w")},
        [
            *(("s", "StringEquals", some, *values) for values in ("v", "w", "vx") for some in (ANY, ALL)),
            ("s", "StringNotEquals", ALL, "v"),
            ("l", "StringEquals", "${s}"),
            ("l", "StringNotEquals", "v"),
        ],
    ),
    "values that are among them": Family(
        {
            "m": Open(multivalued=True, may_be_absent=False, includes=("v",), domain=THREE),
            "l": Open(domain=("v", "w"), may_be_absent=False),
        },
        {"m": sets_of("vwx", holding="v"), "l": one_of("v", "w")},
        [
            *(("m", "StringEquals", some, *values) for values in ("v", "w", "vx") for some in (ANY, ALL)),
            ("m", "StringEquals", ANY, "${l}"),
            ("m", "StringNotEquals", ALL, "${l}"),
            ("l", "StringEquals", "w"),
        ],
    ),
    "text in a pattern": Family(
        {"k": PLAIN, "l": Open(domain=("v", "w"), may_be_absent=False)},
        {"k": (*one_of("v", "w", "vw", "wv", "x", ""), ABSENT), "l": one_of("v", "w")},
        [
            ("k", "Resource", "f-${k}-*", "f-v-w-"),
            ("k", "Resource", "${k}", "vw"),
            ("k", "Resource", "${k}${l}", "vw"),
            ("k", "Resource", "${l}?${k}", "wwv"),
            *every("k", "StringLike StringNotLike", "v*", "?", "${l}*"),
            *every("k", "StringEquals", "v", "${l}", "w"),
            ("l", "StringEquals", "v"),
            ("l", "StringEquals", "${k}"),
            ("l", "StringLike", "${k}*"),
        ],
    ),
}  # fmt: skip


def formulas(family: Family) -> st.SearchStrategy[Formula]:
    atoms = st.sampled_from(family.atoms)
    return st.recursive(
        atoms | atoms.map(negation),
        lambda parts: st.builds(
            lambda join, some: join(some), st.sampled_from((all_of, any_of)), st.lists(parts, min_size=2, max_size=4)
        ),
        max_leaves=8,
    )


@pytest.mark.parametrize("name", FAMILIES)
@given(st.data())
def test_what_is_tried_is_enough(name: str, data: st.DataObject) -> None:
    family = FAMILIES[name]
    formula = data.draw(formulas(family))
    reached = {assign(formula, keys) for keys in family.completions(formula)}
    for wanted in (True, False):
        found = search(formula, wanted)
        assert (found is not None) is (wanted in reached)
        if found is not None:
            rest = assign(formula, found)
            assert {assign(rest, keys) for keys in family.completions(rest)} == {wanted}
    words = {frozenset((True,)): "allowed", frozenset((False,)): "denied"}
    assert outcomes(formula) == {words.get(frozenset(reached), "conditional")}
    residual = residual_of(formula)
    assert (residual is not None) is (len(reached) == 2)
    for witness, expected in ((residual.allowed_with, True), (residual.denied_with, False)) if residual else ():
        rest = assign(formula, {key: _state(value) for key, value in witness.items()})
        assert {assign(rest, keys) for keys in family.completions(rest)} == {expected}


def _state(value: Any) -> State:
    if value is None:
        return ABSENT
    return Known((value,)) if isinstance(value, str) else Known(tuple(value), True)


# Variables in patterns


@settings(max_examples=300)
@given(st.text("ab*?", max_size=4), st.text("ab*?", max_size=4), st.text("ab", max_size=6), st.booleans())
def test_all_that_fits_a_variable_is_tried_and_hardly_anything_else(
    before: str, after: str, value: str, known: bool
) -> None:
    """Tried are the runs of the name for which the pattern matches it, and two texts that are like none."""
    end = after + ("${l}" if known else "")
    states: tuple[tuple[str, State], ...] = (("k", PLAIN), *((("l", Known(("a",))),) if known else ()))
    atom = PatternTest(f"{before}${{k}}{end}", value, states)
    runs = {value[start:stop] for start in range(len(value) + 1) for stop in range(start, len(value) + 1)}
    fitting = {run for run in runs if atom.settle({"k": Known((run,))}) is True}
    tried = {state.values[0] for state in candidates("k", (atom,), PLAIN) if isinstance(state, Known)}
    assert len(fitting) <= MOST_CAPTURES
    assert fitting <= tried
    assert len(tried - fitting) <= 2
    assert all(atom.settle({"k": Known((text,))}) is (text in fitting) for text in tried)


def test_the_longest_runs_that_fit_are_tried_where_there_are_too_many() -> None:
    value = "x" * 40
    atom = PatternTest("*${k}*", value, (("k", PLAIN),))
    tried = [state.values[0] for state in candidates("k", (atom,), PLAIN) if isinstance(state, Known)]
    assert tried[0] == value
    assert len(set(tried) & {value[:size] for size in range(41)}) >= MOST_CAPTURES


def test_a_pattern_of_one_key_is_completed_by_what_another_is_known_to_be() -> None:
    states = (("k", PLAIN), ("l", Known(("ba",))))
    atom = PatternTest("${k}-${l}", "ab-ba", states)
    assert atom.settle({"k": Known(("ab",))}) is True
    tried = [state.values[0] for state in candidates("k", (atom,), PLAIN) if isinstance(state, Known)]
    assert match.matches(match.glob("ab"), tried[0])
