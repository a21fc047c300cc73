"""Condition operators. Source: IAM User Guide, "IAM JSON policy elements: Condition operators"."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from models.context import Absent, Known, State
from models.errors import PolicyError
from models.policy import Condition, PolicyKind
from simulator.policy.conditions import checked, compiled
from simulator.policy.operators import OPERATORS
from simulator.policy.parse import parse_policy
from simulator.policy.spellings import conditions_of
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
    condition, lookup = conditions_of(read.statements[0])[0], Keys(states).lookup
    result = compiled(condition, variables)(lookup)
    assert isinstance(result, bool)
    assert checked(condition, variables, lookup) is result, "asked once or made ready, it means the same"
    return result


def _known(value: str | list[str]) -> Known:
    return Known((value,)) if isinstance(value, str) else Known(tuple(value), multivalued=True)


def family(name: str) -> tuple[str, str, str]:
    word = name.replace("Not", "")
    return next(row for start, row in TABLE.items() if word.startswith(start))


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


def test_keys_are_compared_without_regard_to_case() -> None:
    condition = Condition("StringEquals", "AWS:SourceArn", (ARN,))
    assert compiled(condition, True)(Keys({"aws:sourcearn": Known((ARN,))}).lookup) is True
    assert compiled(condition, True)(Keys({"aws:SourceArn": Absent()}).lookup) is False


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(PolicyError, match="`StringLikes` is not supported"):
        compiled(Condition("StringLikes", "k", ("v",)), True)(Keys().lookup)
    with pytest.raises(PolicyError):
        checked(Condition("StringLikes", "k", ("v",)), True, Keys().lookup)


@pytest.mark.parametrize("spelling", ["StringLikes", "NullIfExists", "ForSomeValues:StringLike", "", "IfExists"])
def test_an_unknown_operator_is_an_error_in_a_document(spelling: str) -> None:
    with pytest.raises(PolicyError) as caught:
        holds(spelling, "v", "v")
    assert caught.value.place == f"Statement[0].Condition.{spelling}"
