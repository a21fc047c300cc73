"""Condition operators. Source: IAM User Guide, "IAM JSON policy elements: Condition operators"."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from models.context import Absent, Known, State
from models.errors import PolicyError
from models.policy import Condition, PolicyKind
from simulator.policy.conditions import compiled
from simulator.policy.operators import NULL, OPERATORS
from simulator.policy.parse import parse_policy
from tests.policy.builders import Keys, allow, document

ARN = "arn:aws:sns:eu-west-1:111111111111:topic"

#: For each operator: the policy's value, a value of the key that it is about, and one that it is not.
#: (For a negated operator "about" is what it excludes.)
TABLE = {
    "String": ("blue", "blue", "red"),
    "Numeric": ("5", "5.0", "6"),
    "Date": ("2026-01-01T00:00:00Z", "1767225600", "1767225601"),
    "Bool": ("true", "TRUE", "false"),
    "Binary": ("QUI=", "QUI=", "QUE="),
    "Ip": ("203.0.113.0/24", "203.0.113.9", "198.51.100.1"),
    "Arn": ("arn:aws:sns:*:111111111111:t*", ARN, ARN.replace("topic", "queue")),
}
ORDERED = {
    "LessThan": (True, False, False),
    "LessThanEquals": (True, True, False),
    "GreaterThan": (False, False, True),
    "GreaterThanEquals": (False, True, True),
}
NAMES = sorted(OPERATORS)
PLAIN = [name for name in NAMES if not any(word in name for word in ("Less", "Greater"))]


def holds(
    operator: str, wanted: Any, got: str | list[str] | None, *, variables: bool = True, **others: str | list[str]
) -> bool:
    """Read `{operator: {"k": wanted}}` and test it; None: the key is absent."""
    read = parse_policy(document(allow(Condition={operator: {"k": wanted}})), PolicyKind.IDENTITY, strict=False)
    states: dict[str, State] = {} if got is None else {"k": _known(got)}
    states |= {name: _known(value) for name, value in others.items()}
    result = compiled(read.statements[0].conditions[0], variables)(Keys(states).lookup)
    assert isinstance(result, bool)
    return result


def _known(value: str | list[str]) -> Known:
    return Known((value,)) if isinstance(value, str) else Known(tuple(value), multivalued=True)


def family(name: str) -> tuple[str, str, str]:
    word = name.replace("Not", "")
    return next(row for start, row in TABLE.items() if word.startswith(start))


@pytest.mark.parametrize("name", PLAIN)
def test_positive_matches_its_value_and_negated_any_other(name: str) -> None:
    wanted, same, other = family(name)
    assert holds(name, wanted, same) is ("Not" not in name)
    assert holds(name, wanted, other) is ("Not" in name)


@pytest.mark.parametrize("name", NAMES)
def test_absent_key_positive_no_match_negated_match(name: str) -> None:
    assert holds(name, family(name)[0], None) is ("Not" in name)


@pytest.mark.parametrize("name", NAMES)
def test_if_exists_matches_an_absent_key(name: str) -> None:
    assert holds(f"{name}IfExists", family(name)[0], None)


@pytest.mark.parametrize("name", PLAIN)
def test_if_exists_changes_nothing_for_a_key_that_is_there(name: str) -> None:
    wanted, same, other = family(name)
    assert holds(f"{name}IfExists", wanted, same) is ("Not" not in name)
    assert holds(f"{name}IfExists", wanted, other) is ("Not" in name)


@pytest.mark.parametrize("name", NAMES)
def test_for_all_values_matches_an_absent_or_empty_key_and_for_any_value_does_not(name: str) -> None:
    wanted = family(name)[0]
    for got in (None, []):
        assert holds(f"ForAllValues:{name}", wanted, got)
        assert not holds(f"ForAnyValue:{name}", wanted, got)


@pytest.mark.parametrize("name", PLAIN)
def test_quantifiers_over_several_values(name: str) -> None:
    wanted, same, other = family(name)
    assert holds(f"ForAnyValue:{name}", wanted, [same, other])
    assert not holds(f"ForAllValues:{name}", wanted, [same, other])
    assert holds(f"ForAllValues:{name}", wanted, [same, same]) is ("Not" not in name)
    assert holds(f"ForAnyValue:{name}", wanted, [other, other]) is ("Not" in name)


@pytest.mark.parametrize("name", PLAIN)
def test_several_values_any_and_negated_none_of_them(name: str) -> None:
    wanted, same, other = family(name)
    unlike = other if name.startswith(("Arn", "Ip", "Not")) else wanted
    assert holds(name, [unlike, wanted], same) is ("Not" not in name)


@pytest.mark.parametrize("kind, word", list(itertools.product(("Numeric", "Date"), ORDERED)))
def test_order(kind: str, word: str) -> None:
    values = (
        ("9", "10", "11") if kind == "Numeric" else ("2025-12-31", "2026-01-01T01:00:00+01:00", "2026-01-02T00:00:00Z")
    )
    wanted = "10" if kind == "Numeric" else "2026-01-01"
    assert tuple(holds(f"{kind}{word}", wanted, value) for value in values) == ORDERED[word]


@pytest.mark.parametrize(
    "operator, wanted, got, expected",
    [
        pytest.param("StringEquals", "a*", "ab", False, id="in StringEquals nothing is a wildcard"),
        pytest.param("StringEquals", "a*", "a*", True, id="in StringEquals * is a star"),
        pytest.param("StringEquals", "a?", "ab", False, id="in StringEquals ? is a question mark"),
        pytest.param("StringEquals", "${*}", "*", True, id="in StringEquals ${*} is a star"),
        pytest.param("StringEquals", "Blue", "blue", False, id="values with regard to case"),
        pytest.param("StringEqualsIgnoreCase", "Blue", "bLUE", True, id="but StringEqualsIgnoreCase"),
        pytest.param("StringNotEqualsIgnoreCase", "Blue", "bLUE", False, id="and StringNotEqualsIgnoreCase"),
        pytest.param("StringEqualsIgnoreCase", "b*", "blue", False, id="in StringEqualsIgnoreCase no wildcard"),
        pytest.param("StringLike", "b*e", "blue", True, id="StringLike has wildcards"),
        pytest.param("StringLike", "B*E", "blue", False, id="StringLike minds case"),
        pytest.param("StringNotLike", "b*", "blue", False, id="StringNotLike has wildcards"),
        pytest.param("ArnEquals", "arn:aws:sns:*:*:*", ARN, True, id="ArnEquals is ArnLike"),
        pytest.param("ArnNotEquals", "arn:aws:sns:*:*:*", ARN, False, id="ArnNotEquals is ArnNotLike"),
        pytest.param("ArnLike", "arn:aws:sns:*:topic", ARN, False, id="the six parts are matched apart"),
        pytest.param("ArnLike", "arn:aws:sns:*:*:*", "topic", False, id="a value that is no ARN"),
        pytest.param("NumericEquals", "10", "1e1", True, id="numbers as numbers"),
        pytest.param("NumericEquals", "0.1", "0.10", True, id="decimal numbers"),
        pytest.param("NumericEquals", "0.30000000000000000001", "0.3", False, id="exactly, not as doubles"),
        pytest.param("NumericLessThan", "10", "9", True, id="not as text"),
        pytest.param("NumericEquals", "1_000", "1000", False, id="1_000 is no number"),
        pytest.param("NumericEquals", "NaN", "NaN", False, id="NaN is no number"),
        pytest.param("NumericLessThan", "1e999999999", "1", False, id="nor is what no machine holds"),
        pytest.param("DateEquals", "1767225600", "2026-01-01T00:00:00Z", True, id="epoch in the policy"),
        pytest.param("DateEquals", "2026-01-01T00:00:00Z", "1767225600", True, id="epoch in the request"),
        pytest.param("DateEquals", "2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00Z", True, id="time zones"),
        pytest.param("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", True, id="a day begins at midnight, UTC"),
        pytest.param("DateEquals", "2026-02", "2026-02-01T00:00:00Z", True, id="a month is a date of ISO 8601 too"),
        pytest.param("DateLessThan", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Z", True, id="parts of seconds"),
        pytest.param("DateGreaterThan", "yesterday", "2026-01-01", False, id="what is no date"),
        pytest.param("IpAddress", "203.0.113.7", "203.0.113.7", True, id="a bare address is one host"),
        pytest.param("IpAddress", "203.0.113.7", "203.0.113.8", False, id="and only that"),
        pytest.param("IpAddress", "2001:db8::/32", "2001:DB8:1::1", True, id="IPv6"),
        pytest.param("IpAddress", "::/0", "203.0.113.7", False, id="v4 and v6 apart"),
        pytest.param("NotIpAddress", "::/0", "203.0.113.7", True, id="v4 and v6 apart, negated"),
        pytest.param("IpAddress", "0.0.0.0/0", "203.0.113.7", True, id="every v4 address"),
        pytest.param("Bool", "True", "true", True, id="Bool without regard to case"),
        pytest.param("Bool", True, "true", True, id="Bool as JSON's true"),
        pytest.param("NumericEquals", 5, "5", True, id="a number as JSON's number"),
        pytest.param("BinaryEquals", "QUI=", "QUI=", True, id="BinaryEquals by value"),
        pytest.param("BinaryEquals", "not base64!", "not base64!", False, id="what is no base64"),
        pytest.param("stringequals", "a", "a", True, id="operators without regard to case"),
        pytest.param("foranyvalue:StringLikeIFEXISTS", "a", ["a"], True, id="quantifier and IfExists too"),
        pytest.param("ForAnyValue:StringEqualsIfExists", "a", None, True, id="ForAnyValue with IfExists: absent"),
    ],
)
def test_comparisons(operator: str, wanted: Any, got: Any, expected: bool) -> None:
    assert holds(operator, wanted, got) is expected


@pytest.mark.parametrize(
    "wanted, got, expected",
    [
        pytest.param("true", None, True, id="true: absent"),
        pytest.param("true", "x", False, id="true: there"),
        pytest.param("false", None, False, id="false: absent"),
        pytest.param("false", "x", True, id="false: there"),
        pytest.param(True, None, True, id="JSON's true"),
        pytest.param("TRUE", None, True, id="in any letter case"),
    ],
)
def test_null_asks_for_presence(wanted: Any, got: str | None, expected: bool) -> None:
    assert holds(NULL, wanted, got) is expected


@pytest.mark.parametrize(
    "operator, wanted, others, expected",
    [
        pytest.param("StringEquals", "${other}", {"other": "v"}, True, id="a variable stands for its value"),
        pytest.param("StringEquals", "${other}", {}, False, id="no value: in a positive condition no match"),
        pytest.param("StringNotEquals", "${other}", {}, True, id="no value: in a negated one a match"),
        pytest.param("StringEquals", "${other, 'v'}", {}, True, id="a default"),
        pytest.param("StringLike", "${other}", {"other": "*"}, False, id="a value's own star is text"),
        pytest.param("StringEquals", "${other}", {"other": ["v"]}, False, id="a multivalued key has no value"),
        pytest.param("StringEquals", ["${other}", "v"], {}, True, id="the other values still count"),
    ],
)
def test_variables_in_conditions(operator: str, wanted: Any, others: dict[str, Any], expected: bool) -> None:
    assert holds(operator, wanted, "v", **others) is expected


def test_variables_are_text_in_2008() -> None:
    assert not holds("StringEquals", "${other}", "v", variables=False, other="v")
    assert holds("StringEquals", "${other}", "${other}", variables=False, other="v")


def test_keys_are_compared_without_regard_to_case() -> None:
    condition = Condition("StringEquals", "AWS:SourceArn", (ARN,))
    assert compiled(condition, True)(Keys({"aws:sourcearn": Known((ARN,))}).lookup) is True
    assert compiled(condition, True)(Keys({"aws:SourceArn": Absent()}).lookup) is False


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(PolicyError, match="`StringLikes` is not supported"):
        compiled(Condition("StringLikes", "k", ("v",)), True)(Keys().lookup)


@pytest.mark.parametrize("spelling", ["StringLikes", "NullIfExists", "ForSomeValues:StringLike", "", "IfExists"])
def test_an_unknown_operator_is_an_error_in_a_document(spelling: str) -> None:
    with pytest.raises(PolicyError) as caught:
        holds(spelling, "v", "v")
    assert caught.value.place == f"Statement[0].Condition.{spelling}"
