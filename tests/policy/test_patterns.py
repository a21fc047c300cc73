"""An index of patterns, or of names, finds what trying each would find."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.policy import match
from simulator.policy.names import Names
from simulator.policy.patterns import Crowd, PatternIndex, numbers_of, row_of

TEXTS = st.text(alphabet="ab1:-_*?", max_size=8)


def found(patterns: list[str], value: str) -> set[str]:
    """What an index finds, whether its patterns come as text or taken apart."""
    as_text: PatternIndex[list[str]] = PatternIndex(list)
    apart: PatternIndex[list[str]] = PatternIndex(list)
    for pattern in patterns:
        as_text.at(pattern).append(pattern)
        apart.at(match.glob(pattern)).append(pattern)
    matching = {pattern for items in apart.find(value) for pattern in items}
    assert {pattern for items in as_text.find(value) for pattern in items} == matching
    return matching


@given(st.lists(TEXTS, max_size=8), st.text(alphabet="ab1:-_", max_size=10))
def test_the_index_finds_what_trying_each_finds(patterns: list[str], value: str) -> None:
    assert found(patterns, value) == {pattern for pattern in patterns if match.matches(match.glob(pattern), value)}


ONE_OF_MANY = pytest.mark.parametrize(
    "pattern, value",
    [
        ("arn:*:function:orders-*", "arn:aws:function:orders-1"),
        ("arn:*:function:*-1", "arn:aws:function:orders-1"),
        ("*ord?rs*", "arn:aws:function:orders-1"),
        ("*rders", "arn:aws:function:orders"),
        ("?rn:aws:function:order*-1", "arn:aws:function:orders-1"),
        ("arn:a?s:function:orders", "arn:aws:function:orders"),
        ("*", "anything"),
        ("", ""),
    ],
)


@ONE_OF_MANY
def test_alone(pattern: str, value: str) -> None:
    assert found([pattern], value) == {pattern}
    assert found([pattern], "arn:aws:layer:else") == ({pattern} if pattern == "*" else set())


@ONE_OF_MANY
def test_among_many_others(pattern: str, value: str) -> None:
    others = [f"arn:*:function:x{number}-*" for number in range(50)] + [f"*:y{number}" for number in range(50)]
    assert found([*others, pattern], value) == {pattern}


def matched(pattern: str, values: list[str]) -> list[str]:
    """Which of many names a pattern matches, whether it comes as text or taken apart."""
    names = Names(sorted(values))
    row = names.matching(pattern)
    assert names.matching(match.glob(pattern)) == Names(names.names).matching(match.glob(pattern)) == row
    return [names.names[number] for number in numbers_of(row)]


@given(TEXTS, st.lists(st.text(alphabet="ab1:-_", max_size=6), max_size=12))
@example("a*", ["a", "a", "ab", "b"])
@example("*-b", ["a-b", "-b", "ab", "a-b"])
def test_of_many_names_those_are_found_that_each_by_itself_would_match(pattern: str, values: list[str]) -> None:
    glob = match.glob(pattern)
    assert matched(pattern, values) == sorted(value for value in values if match.matches(glob, value))


@ONE_OF_MANY
def test_one_name_among_many(pattern: str, value: str) -> None:
    others = [f"arn:aws:layer:x{number}-{number}" for number in range(50)]
    assert matched(pattern, [*others, value]) == (sorted([*others, value]) if pattern == "*" else [value])


@pytest.mark.parametrize("pattern", ["*", "", "a", "a*", "a?", "*a*b"])
def test_two_with_the_same_pattern_share_an_item(pattern: str) -> None:
    index: PatternIndex[list[str]] = PatternIndex(list)
    assert index.at(pattern) is index.at(pattern)
    assert index.at(match.glob(pattern)) is index.at(pattern)


@given(st.sets(st.integers(0, 300)))
@example(set(range(0, 300, 7)))
@example({0, 299})
def test_a_row_holds_its_numbers(numbers: set[int]) -> None:
    assert list(numbers_of(row_of(numbers))) == sorted(numbers)
    assert Crowd(numbers).row == sum(1 << number for number in numbers)
