"""Condition operators, and how conditions are taken together.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys",
"Conditions with multiple context keys or values".
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.policy.operators import OPERATORS
from tests.policy.builders import allow, ask, deny
from tests.policy.rules.table import ALLOWED, Case, rule

OFFICE = "203.0.113.0/24"

#: For each family: a value of the policy, a value of the key that it is about, and one that it is not.
ABOUT = {
    "String": ("blue", "blue", "red"),
    "Numeric": ("5", "5", "6"),
    "Date": ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    "Arn": ("arn:aws:sns:*:*:t*", "arn:aws:sns:eu-west-1:111111111111:topic", "arn:aws:sns:eu-west-1:111111111111:x"),
    "Ip": (OFFICE, "203.0.113.9", "203.0.114.9"),
    "Bool": ("true", "true", "false"),
    "Binary": ("QUI=", "QUI=", "QUE="),
}
POSITIVE = {
    "StringEquals": "String", "StringEqualsIgnoreCase": "String", "StringLike": "String",
    "NumericEquals": "Numeric", "NumericLessThan": "Numeric", "NumericLessThanEquals": "Numeric",
    "NumericGreaterThan": "Numeric", "NumericGreaterThanEquals": "Numeric",
    "DateEquals": "Date", "DateLessThan": "Date", "DateLessThanEquals": "Date",
    "DateGreaterThan": "Date", "DateGreaterThanEquals": "Date",
    "ArnEquals": "Arn", "ArnLike": "Arn", "IpAddress": "Ip", "Bool": "Bool", "BinaryEquals": "Binary",
}  # fmt: skip
NEGATED = {
    "StringNotEquals": "String", "StringNotEqualsIgnoreCase": "String", "StringNotLike": "String",
    "NumericNotEquals": "Numeric", "DateNotEquals": "Date", "ArnNotEquals": "Arn", "ArnNotLike": "Arn",
    "NotIpAddress": "Ip",
}  # fmt: skip


def condition(said: str, expected: bool, operator: str, wanted: Any, got: str | list[str] | None) -> Case:
    """A condition on the key `k`; `got` None: the request lacks it."""
    return several(said, expected, {operator: {"k": wanted}}, {} if got is None else {"k": got})


def several(said: str, expected: bool, block: dict[str, Any], context: dict[str, Any]) -> Case:
    return Case(said, expected, lambda: ask(identity=[allow(Condition=block)], context=context).outcome is ALLOWED)


def each(operators: dict[str, str], expected: bool, what: str = "absent", *, spelled: str = "{}") -> Iterator[Case]:
    """One case for each operator, of a key that is absent, empty, the same as in the policy, or another."""
    for name, family in operators.items():
        wanted, same, other = ABOUT[family]
        got = {"absent": None, "empty": [], "same": same, "another": other}[what]
        spelling = spelled.format(name)
        yield condition(f"{spelling}, {what}", expected, spelling, wanted, got)


#: Of the same value these don't hold, and of a greater one the first don't.
STRICT = {name: family for name, family in POSITIVE.items() if name.endswith(("LessThan", "GreaterThan"))}
WEAK = {name: family for name, family in POSITIVE.items() if name not in STRICT}
GREATER = {name: family for name, family in POSITIVE.items() if "Greater" in name}
NOT_GREATER = {name: family for name, family in POSITIVE.items() if name not in GREATER}


def test_every_operator_is_here() -> None:
    assert set(OPERATORS) == POSITIVE.keys() | NEGATED.keys()


@rule(
    "A positive operator with an absent key: no match",
    *each(POSITIVE, False),
    *each(WEAK, True, "same"),
    *each(STRICT, False, "same"),
    *each(GREATER, True, "another"),
    *each(NOT_GREATER, False, "another"),
)
def test_positive(case: Case) -> None:
    case.holds()


@rule(
    "A negated operator with an absent key: a match",
    *each(NEGATED, True),
    *each(NEGATED, False, "same"),
    *each(NEGATED, True, "another"),
)
def test_negated(case: Case) -> None:
    case.holds()


@rule(
    "...IfExists with an absent key: a match",
    *each(POSITIVE | NEGATED, True, spelled="{}IfExists"),
    *each(WEAK, True, "same", spelled="{}IfExists"),
    *each(STRICT | NEGATED, False, "same", spelled="{}IfExists"),
    *each(GREATER | NEGATED, True, "another", spelled="{}IfExists"),
    *each(NOT_GREATER, False, "another", spelled="{}IfExists"),
    several(
        "only its own key is forgiven", False, {"StringEqualsIfExists": {"k": "v"}, "StringEquals": {"l": "w"}}, {}
    ),
    condition("with ForAnyValue", True, "ForAnyValue:StringEqualsIfExists", "v", None),
    condition("with ForAnyValue and a value", False, "ForAnyValue:StringEqualsIfExists", "v", ["w"]),
    condition("with ForAllValues", True, "ForAllValues:StringEqualsIfExists", "v", None),
    condition("with ForAllValues and a value", False, "ForAllValues:StringEqualsIfExists", "v", ["v", "w"]),
    condition("BoolIfExists false, as MFA is denied: absent", True, "BoolIfExists", "false", None),
)
def test_if_exists(case: Case) -> None:
    case.holds()


@rule(
    "Null asks for presence",
    condition("true: absent", True, "Null", "true", None),
    condition("true: there", False, "Null", "true", "v"),
    condition("false: absent", False, "Null", "false", None),
    condition("false: there", True, "Null", "false", "v"),
    condition("JSON's true", True, "Null", True, None),
    condition("in any letter case", True, "Null", "TRUE", None),
    condition("several values there", True, "Null", "false", ["v", "w"]),
    condition("true or false: absent", True, "Null", ["true", "false"], None),
    condition("true or false: there", True, "Null", ["true", "false"], "v"),
    several("true of one key and false of another", True, {"Null": {"k": "true", "l": "false"}}, {"l": "v"}),
)
def test_null(case: Case) -> None:
    case.holds()


OF_TAGS = {"ForAllValues:StringEquals": {"k": ["a", "b"]}}


@rule(
    "Null takes a key with an empty value for one that is absent",
    condition("false: an empty set", False, "Null", "false", []),
    condition("true: an empty set", True, "Null", "true", []),
    condition("false: a set of one value", True, "Null", "false", ["v"]),
    condition("true: a set of one value", False, "Null", "true", ["v"]),
    several("beside ForAllValues it keeps an empty set out", False, OF_TAGS | {"Null": {"k": "false"}}, {"k": []}),
    several("beside ForAllValues it lets the named values in", True, OF_TAGS | {"Null": {"k": "false"}}, {"k": ["a"]}),
    several("without it ForAllValues lets an empty set in", True, OF_TAGS, {"k": []}),
)
def test_null_and_empty_values(case: Case) -> None:
    case.holds()


@rule(
    "ForAllValues with an absent or empty key: a match",
    *each(POSITIVE | NEGATED, True, spelled="ForAllValues:{}"),
    *each(POSITIVE | NEGATED, True, "empty", spelled="ForAllValues:{}"),
    condition("every value matches", True, "ForAllValues:StringEquals", ["a", "b"], ["b", "a", "a"]),
    condition("one value doesn't", False, "ForAllValues:StringEquals", ["a", "b"], ["a", "c"]),
    condition("negated: no value is among them", True, "ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"]),
    condition("negated: one value is", False, "ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"]),
    condition("with wildcards", True, "ForAllValues:StringLike", "a*", ["a", "ab"]),
    several("with Null false it asks for the key", False, {"ForAllValues:StringEquals": {"k": "a"}, "Null": {"k": "false"}}, {}),
)  # fmt: skip
def test_for_all_values(case: Case) -> None:
    case.holds()


@rule(
    "ForAllValues takes an empty string for no value",
    condition("an empty string", True, "ForAllValues:StringEquals", ["a", "b"], [""]),
    condition("beside a value that isn't", False, "ForAllValues:StringEquals", ["a", "b"], ["", "c"]),
    condition("a blank is a value", False, "ForAllValues:StringEquals", ["a", "b"], [" "]),
    condition("no matter of ForAnyValue", False, "ForAnyValue:StringEquals", ["a", "b"], [""]),
    condition("nor of a plain operator", False, "StringEquals", ["a", "b"], ""),
)
def test_for_all_values_and_empty_strings(case: Case) -> None:
    case.holds()


@rule(
    "ForAnyValue with an absent or empty key: no match",
    *each(POSITIVE | NEGATED, False, spelled="ForAnyValue:{}"),
    *each(POSITIVE | NEGATED, False, "empty", spelled="ForAnyValue:{}"),
    condition("one value matches", True, "ForAnyValue:StringEquals", ["a", "b"], ["c", "a"]),
    condition("no value does", False, "ForAnyValue:StringEquals", ["a", "b"], ["c", "d"]),
    condition("negated: one value is not among them", True, "ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"]),
    condition("negated: every value is", False, "ForAnyValue:StringNotEquals", ["a", "b"], ["b", "a"]),
)
def test_for_any_value(case: Case) -> None:
    case.holds()


K_AND_L = {"k": "v", "l": "w"}


@rule(
    "Several operators and keys: all of them have to match",
    several("two keys", True, {"StringEquals": K_AND_L}, K_AND_L),
    several("two keys, of which one differs", False, {"StringEquals": K_AND_L}, {"k": "v", "l": "x"}),
    several("two operators", True, {"StringEquals": {"k": "v"}, "StringLike": {"l": "w*"}}, K_AND_L),
    several("two operators, of which one doesn't match", False, {"StringEquals": {"k": "v"}, "StringLike": {"l": "x*"}}, K_AND_L),
    several("one key under two operators", False, {"NumericGreaterThan": {"n": "1"}, "NumericLessThan": {"n": "5"}}, {"n": "7"}),
    several("one key under two operators, between", True, {"NumericGreaterThan": {"n": "1"}, "NumericLessThan": {"n": "5"}}, {"n": "3"}),
    several("no condition at all", True, {}, {}),
    Case("two statements: any of them", True, lambda: ask(identity=[allow(Condition={"StringEquals": {"k": "x"}}), allow(Condition={"StringEquals": {"l": "w"}})], context=K_AND_L).outcome is ALLOWED),
    Case("a deny whose second key differs", True, lambda: ask(identity=[allow(), deny(Condition={"StringEquals": {"k": "v", "l": "x"}})], context=K_AND_L).outcome is ALLOWED),
)  # fmt: skip
def test_several_conditions(case: Case) -> None:
    case.holds()


@rule(
    "Several values: any of them; negated: none of them",
    condition("the second one", True, "StringEquals", ["a", "b"], "b"),
    condition("neither", False, "StringEquals", ["a", "b"], "c"),
    condition("negated, the second one", False, "StringNotEquals", ["a", "b"], "b"),
    condition("negated, neither", True, "StringNotEquals", ["a", "b"], "c"),
    condition("patterns", True, "StringLike", ["a*", "b*"], "beta"),
    condition("negated patterns", False, "StringNotLike", ["a*", "b*"], "beta"),
    condition("address blocks", True, "IpAddress", [OFFICE, "2001:db8::/32"], "2001:db8::1"),
    condition("negated address blocks", False, "NotIpAddress", [OFFICE, "2001:db8::/32"], "2001:db8::1"),
    condition("no value at all", False, "StringEquals", [], "a"),
    condition("several of the key, one of them the policy's", True, "StringEquals", "a", ["a", "b"]),
    condition("several of the key, none of them the policy's", False, "StringEquals", "c", ["a", "b"]),
    condition("negated, several of the key, one of them the policy's", False, "StringNotEquals", "a", ["a", "b"]),
    condition("negated, several of the key, none of them the policy's", True, "StringNotEquals", "c", ["a", "b"]),
)
def test_several_values(case: Case) -> None:
    case.holds()


@rule(
    "Operators are named without regard to case",
    condition("an operator", True, "stringequals", "a", "a"),
    condition("an operator that doesn't match", False, "STRINGEQUALS", "a", "b"),
    condition("with quantifier and IfExists", True, "foranyvalue:StringLikeIFEXISTS", "a", ["a"]),
    condition("with IfExists, absent", True, "stringlikeifexists", "a", None),
)
def test_letter_case_of_operators(case: Case) -> None:
    case.holds()


# Types


@rule(
    "Numbers compare as decimal numbers",
    condition("not as text", True, "NumericLessThan", "10", "9"),
    condition("with a fraction", True, "NumericEquals", "5", "5.00"),
    condition("exactly, not as doubles", False, "NumericEquals", "0.30000000000000000001", "0.3"),
    condition("signs", True, "NumericGreaterThan", "-10", "-9"),
    condition("an exponent", True, "NumericEquals", "10", "1e1"),
    condition("JSON's numbers", True, "NumericEquals", 5, "5"),
    condition("at most", True, "NumericLessThanEquals", "10", "10"),
    condition("less", False, "NumericLessThan", "10", "10"),
    condition("at least", True, "NumericGreaterThanEquals", "10", "10"),
    condition("more", False, "NumericGreaterThan", "10", "10"),
    condition("what is no number", False, "NumericEquals", "many", "many"),
    condition("NaN", False, "NumericEquals", "NaN", "NaN"),
    condition("1_000", False, "NumericEquals", "1_000", "1000"),
    condition("what no machine holds", False, "NumericLessThan", "1e999999999", "1"),
)
def test_numbers(case: Case) -> None:
    case.holds()


@rule(
    "Dates compare as ISO 8601 or epoch, either way round",
    condition("epoch in the policy", True, "DateEquals", "1767225600", "2026-01-01T00:00:00Z"),
    condition("epoch in the request", True, "DateEquals", "2026-01-01T00:00:00Z", "1767225600"),
    condition("epoch in both", True, "DateLessThan", "1767225601", "1767225600"),
    condition("time zones", True, "DateEquals", "2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00Z"),
    condition("a day begins at midnight, UTC", True, "DateEquals", "2026-01-01", "2026-01-01T00:00:00Z"),
    condition("a month", True, "DateEquals", "2026-02", "2026-02-01T00:00:00Z"),
    condition("parts of a second", True, "DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z"),
    condition("before", False, "DateLessThan", "2026-01-01", "2026-01-01T00:00:00Z"),
    condition("at the latest", True, "DateLessThanEquals", "2026-01-01", "2026-01-01T00:00:00Z"),
    condition("after", False, "DateGreaterThan", "2026-01-01", "2025-12-31T23:59:59Z"),
    condition("at the earliest", True, "DateGreaterThanEquals", "2026-01-01", "2026-01-01T00:00:00Z"),
    condition("before 1970", True, "DateLessThan", "0", "1969-12-31T00:00:00Z"),
    condition("what is no date", False, "DateGreaterThan", "yesterday", "2026-01-01"),
    condition("another moment, negated", True, "DateNotEquals", "1767225600", "2026-01-01T00:00:01Z"),
)
def test_dates(case: Case) -> None:
    case.holds()


@rule(
    "ISO 8601 is meant in the forms of the W3C, which have hyphens; digits alone are epoch seconds, four of them a year",
    condition("eight digits are a day of 1970", True, "DateLessThan", "1971-01-01", "20260101"),
    condition("eight digits are no day of 2026", False, "DateEquals", "2026-01-01", "20260101"),
    condition("eight digits in the policy", True, "DateEquals", "20260101", "1970-08-23T11:48:21Z"),
    condition("a year in the policy", True, "DateEquals", "2026", "2026-01-01T00:00:00Z"),
    condition("a year in the request", True, "DateGreaterThanEquals", "2026-01-01", "2026"),
    condition("a year is no count of seconds", False, "DateLessThan", "1971-01-01", "2026"),
)
def test_dates_without_hyphens(case: Case) -> None:
    case.holds()


@rule(
    "IP blocks of v4 and v6 are apart, and a bare address is one host",
    condition("within a block", True, "IpAddress", OFFICE, "203.0.113.255"),
    condition("outside", False, "IpAddress", OFFICE, "203.0.114.0"),
    condition("a bare address", True, "IpAddress", "203.0.113.7", "203.0.113.7"),
    condition("and only that", False, "IpAddress", "203.0.113.7", "203.0.113.8"),
    condition("a bare v6 address", True, "IpAddress", "2001:db8::7", "2001:0DB8:0:0:0:0:0:7"),
    condition("a v6 block", True, "IpAddress", "2001:db8::/32", "2001:DB8:1::1"),
    condition("v4 in every v6 address", False, "IpAddress", "::/0", "203.0.113.7"),
    condition("v6 in every v4 address", False, "IpAddress", "0.0.0.0/0", "2001:db8::1"),
    condition("v4 outside every v6 address", True, "NotIpAddress", "::/0", "203.0.113.7"),
    condition("v4 written as v6 is v6", False, "IpAddress", OFFICE, "::ffff:203.0.113.7"),
    condition("every v4 address", True, "IpAddress", "0.0.0.0/0", "203.0.113.7"),
    condition("what is no address", False, "IpAddress", OFFICE, "office"),
    condition("what is no block", False, "IpAddress", "office", "203.0.113.7"),
)
def test_addresses(case: Case) -> None:
    case.holds()


@rule(
    "An IP block is written in CIDR form (RFC 4632), not with a mask",
    condition("a prefix length", True, "IpAddress", "203.0.113.0/24", "203.0.113.9"),
    condition("a netmask", False, "IpAddress", "203.0.113.0/255.255.255.0", "203.0.113.9"),
    condition("a host mask", False, "IpAddress", "203.0.113.0/0.0.0.255", "203.0.113.9"),
    condition("a v6 prefix length", True, "IpAddress", "2001:db8::/32", "2001:db8::1"),
    condition("a v6 mask", False, "IpAddress", "2001:db8::/ffff:ffff::", "2001:db8::1"),
    condition("a mask, negated", True, "NotIpAddress", "203.0.113.0/255.255.255.0", "203.0.113.9"),
)
def test_address_blocks(case: Case) -> None:
    case.holds()


@rule(
    "Bool compares without regard to case",
    condition("in the policy", True, "Bool", "True", "true"),
    condition("in the request", True, "Bool", "false", "FALSE"),
    condition("JSON's true", True, "Bool", True, "true"),
    condition("the other one", False, "Bool", "true", "false"),
)
def test_bool(case: Case) -> None:
    case.holds()


@rule(
    "BinaryEquals compares by value",
    condition("the same", True, "BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
    condition("another value", False, "BinaryEquals", "QUI=", "QUE="),
    condition("base64 minds case", False, "BinaryEquals", "QUI=", "qui="),
    condition("what is no base64", False, "BinaryEquals", "not base64!", "not base64!"),
    condition("base64 with something else among it", False, "BinaryEquals", "QUI=", "QU I="),
)
def test_binary(case: Case) -> None:
    case.holds()
