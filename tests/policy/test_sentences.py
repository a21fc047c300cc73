"""How a conditional answer is said: in the words of each operator, and as the tree has it."""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

import pytest

from simulator.policy.operators import OPERATORS
from tests.policy.builders import FUNCTION, allow, ask, deny

NOON = "2026-01-01T12:00:00Z"
#: How a person would say what each operator asks for.
SAID = {
    "StringEquals": "k is v",
    "StringNotEquals": "k is not v",
    "StringEqualsIgnoreCase": "k is (in any case) v",
    "StringNotEqualsIgnoreCase": "k is not (in any case) v",
    "StringLike": "k is like v",
    "StringNotLike": "k is not like v",
    "ArnEquals": "k is like arn:aws:s3:::v",
    "ArnNotEquals": "k is not like arn:aws:s3:::v",
    "ArnLike": "k is like arn:aws:s3:::v",
    "ArnNotLike": "k is not like arn:aws:s3:::v",
    "Bool": "k is true",
    "BinaryEquals": "k is QUI=",
    "IpAddress": "k is in 203.0.113.0/24",
    "NotIpAddress": "k is outside 203.0.113.0/24",
    "NumericEquals": "k is 5",
    "NumericNotEquals": "k is not 5",
    "NumericLessThan": "k is less than 5",
    "NumericLessThanEquals": "k is at most 5",
    "NumericGreaterThan": "k is more than 5",
    "NumericGreaterThanEquals": "k is at least 5",
    "DateEquals": f"k is {NOON}",
    "DateNotEquals": f"k is not {NOON}",
    "DateLessThan": f"k is before {NOON}",
    "DateLessThanEquals": f"k is at the latest {NOON}",
    "DateGreaterThan": f"k is after {NOON}",
    "DateGreaterThanEquals": f"k is at the earliest {NOON}",
}


def sentence(*statements: dict[str, Any], opens: tuple[str, ...] = ("k", "l")) -> str | None:
    residual = ask(identity=statements, opens=opens).residual
    return residual.text if residual else None


def test_every_operator_has_its_words() -> None:
    assert SAID.keys() == OPERATORS.keys()
    for operator, said in SAID.items():
        wanted = said.rpartition(" ")[2]
        assert sentence(allow(Condition={operator: {"k": wanted}})) == f"allowed if {said}"
        if not (operator.startswith("Not") or "Not" in operator):
            assert sentence(allow(Condition={f"{operator}IfExists": {"k": wanted}})) == f"allowed if {said} (or absent)"


V, W = {"StringEquals": {"k": "v"}}, {"StringLike": {"l": "w*"}}


@pytest.mark.parametrize(
    "statements, said",
    [
        pytest.param([allow(Condition={"StringEquals": {"k": ["v", "w"]}})], "allowed if k is one of v, w", id="several values"),
        pytest.param([allow(Condition={"ForAnyValue:StringEquals": {"k": "v"}})], "allowed if any of k is v", id="ForAnyValue"),
        pytest.param([allow(Condition={"ForAllValues:StringNotLike": {"k": "v*"}})], "allowed if every one of k is not like v*", id="ForAllValues"),
        pytest.param([allow(Condition={"Null": {"k": "true"}})], "allowed if k is absent", id="absent"),
        pytest.param([allow(Condition={"Null": {"k": "false"}})], "allowed if k is present", id="present"),
        pytest.param([allow(Condition=V | W)], "allowed if k is v and l is like w*", id="two conditions"),
        pytest.param([allow(Condition=V), allow(Condition=W)], "allowed if (k is v or l is like w*)", id="two statements"),
        pytest.param([allow(), deny(Condition=V)], "allowed unless k is v", id="a deny"),
        pytest.param([allow(), deny(Condition=V), deny(Condition=W)], "allowed unless (k is v or l is like w*)", id="two denies"),
        pytest.param([allow(), deny(Condition=V | W)], "allowed unless (k is v and l is like w*)", id="a deny of two conditions"),
        pytest.param([allow(Condition=W), deny(Condition=V)], "allowed if l is like w* unless k is v", id="an allow and a deny"),
        pytest.param([allow(Condition=V | W), allow(Condition={"StringLike": {"l": "u*"}})], "allowed if ((k is v and l is like w*) or l is like u*)", id="and within or"),
        pytest.param([allow(resource=FUNCTION[:-1] + "${k}")], f"allowed if {FUNCTION} is like {FUNCTION[:-1]}${{k}}", id="a variable in Resource"),
        pytest.param([allow(Condition={"StringEquals": {"K": "v"}})], "allowed if K is v", id="a key as it is written"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_the_tree_says(statements: list[dict[str, Any]], said: str) -> None:
    assert sentence(*statements) == said


def test_a_global_key_is_spelled_as_aws_spells_it() -> None:
    assert sentence(allow(Condition={"Bool": {"AWS:SecureTransport": "true"}}), opens=("aws:SecureTransport",)) == (
        "allowed if aws:SecureTransport is true"
    )
