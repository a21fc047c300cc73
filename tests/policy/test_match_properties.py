"""Matching against a reference that is slow and plain."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from simulator.policy import match
from simulator.policy.automata import witnesses
from simulator.policy.compiled import resource_matcher
from tests.strategies import patterns, texts, values


def reference(pattern: str, value: str) -> bool:
    """A table of what each beginning of the pattern does with each beginning of the value."""
    table = [[False] * (len(value) + 1) for _ in range(len(pattern) + 1)]
    table[0][0] = True
    for i, sign in enumerate(pattern, 1):
        for j in range(len(value) + 1):
            if sign == "*":
                table[i][j] = table[i - 1][j] or (j > 0 and table[i][j - 1])
            elif j > 0:
                table[i][j] = table[i - 1][j - 1] and sign in ("?", value[j - 1])
    return table[-1][-1]


@given(patterns, values)
@example("*a?*", "ba:a")
def test_like_the_reference(pattern: str, value: str) -> None:
    assert match.matches(match.template(pattern, False), value) is reference(pattern, value)  # type: ignore[arg-type]


@given(patterns, values)
@example("a*b", "a*b")
@example("a*ba*b", "ab")
def test_a_pattern_as_it_is_written_like_the_reference(pattern: str, value: str) -> None:
    assert match.text_matches(pattern, value) is reference(pattern, value)
    assert match.text_matcher((pattern,))(value) is reference(pattern, value)


@given(st.lists(patterns, max_size=3), values)
@example(["A*"], "ab")
def test_actions_like_the_reference_in_any_letter_case(actions: list[str], action: str) -> None:
    found = any(reference(pattern.lower(), action) for pattern in actions)
    assert any(map(match.covering(action), actions)) is found
    assert any(match.covering(action.upper())(pattern.upper()) for pattern in actions) is found


@given(st.sampled_from(("", "arn:", "arn:a:b", "arn:a:b:::", "*")), patterns, values, st.booleans())
def test_resources_asked_once_or_made_ready(head: str, pattern: str, value: str, completes: bool) -> None:
    for asked in (value, f"arn:a:b:::{value}", "*"):
        found = match.resource_matches(head + pattern, asked, completes)
        assert found is resource_matcher((head + pattern,), completes)(asked)


@given(st.lists(patterns, min_size=6, max_size=6), st.lists(values, min_size=6, max_size=6))
def test_arns_like_the_reference_part_by_part(wanted: list[str], got: list[str]) -> None:
    fields = [field.replace(":", "") for field in wanted[:5]] + wanted[5:]
    parts = [field.replace(":", "") for field in got[:5]] + got[5:]
    fields[0] = parts[0] = "arn"
    glob = match.arn_glob(match.template(":".join(fields), False))  # type: ignore[arg-type]  # no variables
    assert glob is not None
    assert match.matches(glob, ":".join(parts)) is all(map(reference, fields, parts))


@given(texts)
def test_a_value_in_a_variable_matches_itself_and_nothing_else(value: str) -> None:
    glob = match.fill(match.template("${k}", True), lambda _: value)
    assert glob is not None
    assert match.matches(glob, value)
    assert not match.matches(glob, f"{value}a")


@given(texts)
def test_any_text_can_be_read(text: str) -> None:
    for variables, wildcards in itertools.product((True, False), repeat=2):
        match.template(text, variables, wildcards)
    assert match.matches(match.template(text, False, False), text)  # type: ignore[arg-type]  # no variables


@given(st.lists(st.lists(st.text("ab*?", max_size=4), min_size=1, max_size=2), min_size=1, max_size=3))
def test_a_witness_for_each_combination_that_some_value_reaches(groups: list[list[str]]) -> None:
    found = witnesses(tuple(tuple((match.template(item, False), False) for item in group) for group in groups))  # type: ignore[misc]

    def combination(value: str) -> tuple[bool, ...]:
        return tuple(any(reference(item, value) for item in group) for group in groups)

    reached = {combination("".join(chars)) for size in range(6) for chars in itertools.product("abz", repeat=size)}
    assert reached <= {combination(value) for value in found}
    assert len(found) == len({combination(value) for value in found})
