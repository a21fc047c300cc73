"""Two event patterns, and whether one event matches both: what a page of AWS shows to match, or not to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.triggers.event_patterns import may_both_match

#: A filter, a value that it matches, and one that it doesn't.
#: Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns in Amazon EventBridge".
FILTERS = [
    pytest.param({"prefix": "eu-"}, "eu-west-1", "us-east-1", id="prefix"),
    pytest.param({"prefix": {"equals-ignore-case": "EventB"}}, "EVENTBridge", "Event", id="prefix, ignoring case"),
    pytest.param({"suffix": ".png"}, "dog.png", "dog.jpg", id="suffix"),
    pytest.param({"suffix": {"equals-ignore-case": ".PNG"}}, "dog.png", "dog.jpg", id="suffix, ignoring case"),
    pytest.param({"anything-but": "initializing"}, "running", "initializing", id="anything-but"),
    pytest.param({"anything-but": ["stopped", "overloaded"]}, "running", "stopped", id="anything-but, of a list"),
    pytest.param({"anything-but": {"prefix": "init"}}, "running", "initializing", id="anything-but with a prefix"),
    pytest.param({"anything-but": {"suffix": [".txt", ".rtf"]}}, "a.png", "a.rtf", id="anything-but with suffixes"),
    pytest.param({"equals-ignore-case": "alice"}, "ALICE", "bob", id="equals-ignore-case"),
    pytest.param({"exists": True}, "running", None, id="exists"),
    pytest.param({"wildcard": "dir/*.png"}, "dir/a/b.png", "dir/a.jpg", id="wildcard"),
]


def both(one: Any, other: Any) -> bool:
    patterns = [json.dumps({"detail-type": [value]}) for value in (one, other)]
    answers = {may_both_match(*patterns), may_both_match(*reversed(patterns))}
    (answer,) = answers
    return answer


@pytest.mark.parametrize("rule, accepted, refused", FILTERS)
def test_a_filter_meets_the_values_that_it_accepts(rule: Any, accepted: str, refused: str | None) -> None:
    assert both(rule, accepted)
    if refused is not None:
        assert not both(rule, refused)


@pytest.mark.parametrize(
    "one, other, expected",
    [
        pytest.param({"prefix": "eu-"}, {"prefix": "eu-west"}, True, id="a prefix within the other"),
        pytest.param({"prefix": "eu-"}, {"prefix": "us-"}, False, id="prefixes apart"),
        pytest.param({"prefix": "eu-"}, {"suffix": "-1"}, True, id="not compared: two kinds of filters"),
        pytest.param({"numeric": [">", 5]}, 3, True, id="not compared: numbers"),
        pytest.param({"exists": False}, "running", False, id="a field that must not be there"),
        pytest.param({"wildcard": "a?"}, "ab", True, id="not compared: what may be escaped"),
    ],
)
def test_two_entries(one: Any, other: Any, expected: bool) -> None:
    assert both(one, other) is expected


@pytest.mark.parametrize(
    "one, other, expected",
    [
        pytest.param({"source": ["shop", "site"]}, {"source": ["site"]}, True, id="one value that both name"),
        pytest.param({"source": ["shop"]}, {"source": ["site"]}, False, id="no value that both name"),
        pytest.param({"source": ["shop"]}, {"detail": {"a": ["x"]}}, True, id="different fields"),
        pytest.param({"detail": {"a": ["x"]}}, {"detail": {"a": ["y"]}}, True, id="a field that may be a list of both"),
        pytest.param({"resources": ["x"]}, {"resources": ["y"]}, True, id="resources are a list"),
        pytest.param({"$or": [{"source": ["shop"]}]}, {"source": ["site"]}, True, id="not compared: alternatives"),
    ],
)
def test_two_patterns(one: Any, other: Any, expected: bool) -> None:
    assert may_both_match(json.dumps(one), json.dumps(other)) is expected


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_what_was_not_read_may_match_anything(text: str | None) -> None:
    assert may_both_match(text, json.dumps({"source": ["shop"]}))
