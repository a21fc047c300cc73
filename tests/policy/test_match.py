"""Patterns. Sources: IAM User Guide, "IAM JSON policy elements: Resource", "… Condition operators", "… Variables"."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.policy import match
from tests.policy.builders import B

ARN = f"arn:aws:lambda:eu-west-1:{B}:function:f"


def like(pattern: str, value: str) -> bool:
    return match.matches(match.template(pattern, variables=False), value)  # type: ignore[arg-type]  # no variables


@pytest.mark.parametrize(
    "pattern, value, expected",
    [
        pytest.param("a*c", "abbc", True, id="* is any run of characters"),
        pytest.param("a*c", "ac", True, id="* may be nothing"),
        pytest.param("*", "", True, id="* is the empty text too"),
        pytest.param("a?c", "abc", True, id="? is exactly one"),
        pytest.param("a?c", "ac", False, id="? is not nothing"),
        pytest.param("a?c", "abbc", False, id="? is not two"),
        pytest.param("[ab]", "a", False, id="a bracket is nothing special"),
        pytest.param("[ab]", "[ab]", True, id="a bracket is itself"),
        pytest.param("a.c", "abc", False, id="a dot is nothing special"),
        pytest.param("a\\*", "a*", False, id="a backslash escapes nothing"),
        pytest.param("abc", "ABC", False, id="values: with regard to case"),
        pytest.param("*a*a", "aa", True, id="runs may lie side by side"),
        pytest.param("*ab*ba", "aba", False, id="runs may not overlap"),
        pytest.param("a*a", "a", False, id="both ends have to fit"),
        pytest.param("*?", "", False, id="*? needs one"),
        pytest.param("??*", "ab\n", True, id="a line feed is a character"),
        pytest.param("", "", True, id="nothing matches nothing"),
        pytest.param("", "a", False, id="and nothing else"),
        pytest.param("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", True, id="* crosses / and :"),
        pytest.param("arn:aws:lambda:*:function:f", ARN, True, id="* crosses the parts of an ARN in Resource"),
    ],
)
def test_wildcards(pattern: str, value: str, expected: bool) -> None:
    assert like(pattern, value) is expected


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("arn:aws:sqs", "arn:aws:sqs:*:*:*"),
        ("arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-1:*:*"),
        ("arn:aws:sqs:*", "arn:aws:sqs:*:*:*"),
        ("arn:aws:s3:::b", "arn:aws:s3:::b"),
        ("arn:aws:s3:::${aws:username}", "arn:aws:s3:::${aws:username}"),
        ("arn:aws:lambda:${aws:PrincipalTag/a}", "arn:aws:lambda:${aws:PrincipalTag/a}:*:*"),
        (
            "arn:aws:${aws:PrincipalTag/a}:${aws:PrincipalTag/b}",
            "arn:aws:${aws:PrincipalTag/a}:${aws:PrincipalTag/b}:*:*",
        ),
        ("*", "*"),
    ],
)
def test_missing_fields_are_completed_with_stars(pattern: str, expected: str) -> None:
    assert match.completed(pattern) == expected


class Counting(str):
    """Text that counts how often somebody looks at a part of it."""

    looks = 0

    def __getitem__(self, index: Any) -> str:
        type(self).looks += 1
        return super().__getitem__(index)

    def startswith(self, *arguments: Any) -> bool:
        type(self).looks += 1
        return super().startswith(*arguments)

    def find(self, *arguments: Any) -> int:
        type(self).looks += 1
        return super().find(*arguments)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("*" * 10_000 + "b", id="10 000 stars"),
        pytest.param("a*" * 10_000 + "b", id="10 000 stars with text between"),
        pytest.param("*" + "?" * 10_000 + "b", id="a star and 10 000 question marks"),
        pytest.param("*" + "a?" * 5_000 + "b*", id="a run with holes that is nowhere"),
        pytest.param("*a?" * 5_000 + "b", id="5 000 runs with holes"),
        pytest.param("?" * 100_000, id="question marks alone"),
    ],
)
def test_a_match_looks_at_each_character_a_few_times_at_most(pattern: str) -> None:
    """No clock: the looks at a value of 100 000 characters are counted, each of them a bounded step."""
    value = Counting("a" * 100_000)
    glob = match.template(pattern, variables=False)
    Counting.looks = 0
    assert match.matches(glob, value) is (set(pattern) == {"?"})  # type: ignore[arg-type]  # no variables
    assert Counting.looks <= 2 * (len(value) + len(pattern))


def test_an_unclosed_variable_is_text() -> None:
    text = "${" + " " * 20_000
    assert match.template(text, variables=True) == (match.Text(text),)
