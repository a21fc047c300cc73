"""The search for completions, held against trying all of them: formulas of conditions that collide on few keys."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from models.context import Absent, Known, Open, State
from models.policy import Condition, Quantifier
from simulator.policy.formula import Formula, all_of, any_of, leaves, negation, replace
from simulator.policy.operators import PatternTest, Test
from simulator.policy.residual import assign, outcomes, reduced, residual_of
from simulator.policy.solver import independent, search

ABSENT = Absent()
#: Enough to tell all conditions below apart, however they are combined.
TEXTS = ("v", "w", "vw", "x", "vx", "wx", "wxw", "xw", "")
STATES: dict[str, tuple[State, ...]] = {
    "k": (*(Known((text,)) for text in TEXTS), ABSENT),
    "l": (Known(("v",)), Known(("w",))),
    "n": (*(Known((text,)) for text in ("v", "w", "x", "")), ABSENT),
    "m": tuple(Known(chosen, True) for size in (1, 2, 3) for chosen in itertools.combinations(("v", "w", "vw"), size)),
}
OPEN: dict[str, Open] = {
    "k": Open(),
    "l": Open(may_be_absent=False, domain=("v", "w")),
    "n": Open(),
    "m": Open(may_be_absent=False, multivalued=True, domain=("v", "w", "vw")),
}


def atom(key: str, operator: str, *values: str, quantifier: Quantifier | None = None) -> Test:
    names = [key, *(name for name in ("k", "l") if any(f"${{{name}}}" in value for value in values))]
    return Test(Condition(operator, key, values, quantifier), True, tuple((name, OPEN[name]) for name in names))


def pattern(text: str, value: str) -> PatternTest:
    return PatternTest(text, value, tuple((name, OPEN[name]) for name in ("k", "l") if f"${{{name}}}" in text))


ATOMS: tuple[Any, ...] = (
    *(atom("k", operator, value) for operator in ("StringEquals", "StringNotEquals", "StringLike") for value in "vw"),
    atom("k", "StringLike", "v*"),
    atom("k", "StringLike", "*w", ""),
    atom("n", "StringLike", "x*"),
    atom("n", "StringNotLike", "x*", "v"),
    atom("k", "Null", "true"),
    atom("n", "StringEquals", "v"),
    atom("n", "StringNotEquals", "w"),
    atom("n", "Null", "false"),
    atom("l", "StringEquals", "v"),
    atom("k", "StringEquals", "${l}"),
    atom("k", "StringNotLike", "${l}*"),
    pattern("a${k}", "a"),
    pattern("a${k}b", "avb"),
    pattern("${k}${l}", "vw"),
    *(atom("m", "StringEquals", value, quantifier=some) for some in Quantifier for value in ("v", "w", "vw")),
    *(atom("m", "StringNotLike", value, quantifier=some) for some in Quantifier for value in ("v", "v*")),
)


def none_of(parts: Iterable[Formula]) -> Formula:
    return negation(any_of(parts))


JOINS: tuple[Callable[[Iterable[Formula]], Formula], ...] = (all_of, any_of, all_of, any_of, none_of)
formulas = st.recursive(
    st.sampled_from(ATOMS) | st.sampled_from(ATOMS).map(negation),
    lambda parts: st.builds(
        lambda join, some: join(some), st.sampled_from(JOINS), st.lists(parts, min_size=2, max_size=4)
    ),
    max_leaves=12,
)


def completions(formula: Formula) -> Iterator[dict[str, State]]:
    keys = sorted({key for found in leaves(formula) for key in found.keys})
    for chosen in itertools.product(*(STATES[key] for key in keys)):
        yield dict(zip(keys, chosen, strict=True))


@given(formulas, st.sampled_from(ATOMS))
def test_what_contradicts_itself_is_nothing(formula: Formula, one: Formula) -> None:
    assert negation(negation(formula)) == formula
    assert (all_of((one, negation(one))), any_of((negation(one), one))) == (False, True)
    assert (all_of((formula, formula)), any_of((formula, formula))) == (formula, formula)
    assert (all_of((formula, True)), any_of((False, formula))) == (formula, formula)
    assert (all_of((formula, False)), any_of((True, formula))) == (False, True)
    assert (True & formula, formula & False, False | formula, formula | True) == (formula, False, formula, True)


@given(formulas)
def test_a_completion_is_found_if_and_only_if_there_is_one(formula: Formula) -> None:
    reached = {assign(formula, keys) for keys in completions(formula)}
    for wanted in (True, False):
        found = search(formula, wanted)
        assert (found is not None) is (wanted in reached)
        if found is not None:
            # What is left out makes no difference: any state of it will do.
            rest = assign(formula, found)
            assert {assign(rest, keys) for keys in completions(rest)} == {wanted}
    words = {frozenset((True,)): "allowed", frozenset((False,)): "denied"}
    assert outcomes(formula) == {words.get(frozenset(reached), "conditional")}


@given(formulas)
def test_a_reduced_formula_says_the_same_with_nothing_to_spare(formula: Formula) -> None:
    less = reduced(formula)
    truth = [assign(formula, keys) for keys in completions(formula)]
    assert [assign(less, keys) for keys in completions(formula)] == truth
    assert set(leaves(less)) <= set(leaves(formula))
    for spare in set(leaves(less)):
        for value in (True, False):
            without = replaced(less, spare, value)
            assert [assign(without, keys) for keys in completions(formula)] != truth


def replaced(formula: Formula, spare: Any, value: bool) -> Formula:
    return replace(formula, lambda found: value if found == spare else found)


@given(formulas)
def test_a_residual_names_keys_that_matter_and_true_witnesses(formula: Formula) -> None:
    residual = residual_of(formula)
    reached = {assign(formula, keys) for keys in completions(formula)}
    assert (residual is not None) is (len(reached) == 2)
    if residual is None:
        return
    for witness, expected in ((residual.allowed_with, True), (residual.denied_with, False)):
        states = {key: state_of(value) for key, value in witness.items()}
        rest = assign(formula, states)
        assert {assign(rest, keys) for keys in completions(rest)} == {expected}


def state_of(value: Any) -> State:
    if value is None:
        return ABSENT
    return Known((value,)) if isinstance(value, str) else Known(tuple(value), True)


@given(st.lists(st.frozensets(st.integers(0, 4), max_size=2), max_size=9))
@example([frozenset(names) for names in ({0}, {1}, {2}, {1, 2}, {0, 1}, {2})])
def test_items_are_parted_into_groups_without_a_common_name(items: list[frozenset[int]]) -> None:
    """Held against joining two groups that share a name as long as there are such."""
    groups = [[(place, names)] for place, names in enumerate(items)]
    while pair := next((pair for pair in itertools.combinations(groups, 2) if _share(*pair)), None):
        groups = [group for group in groups if group not in pair] + [sorted(pair[0] + pair[1])]
    numbered = list(enumerate(items))
    found = independent(numbered, lambda item: item[1])
    assert [group[0] for group in found] == sorted(group[0] for group in found)
    assert sorted(map(sorted, found)) == sorted(groups)


def _share(*groups: list[tuple[int, frozenset[int]]]) -> bool:
    one, other = (frozenset().union(*(names for _, names in group)) for group in groups)
    return not one.isdisjoint(other)
