"""What a conditional answer hangs on, and what wasn't read."""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import re
from typing import Any

import pytest

from models.context import NotRead, Open
from models.decision import FactKind, Layer, MissingFact, Outcome
from simulator.policy import automata, match
from simulator.policy.settle import settled
from tests.policy.builders import B, allow, analysis, ask, deny

SOURCE = "aws:SourceIp"
OFFICE = {"IpAddress": {SOURCE: "203.0.113.0/24"}}


def test_the_sentence_and_the_tree() -> None:
    decision = ask(identity=[allow(Condition=OFFICE)], opens=[SOURCE])
    assert decision.residual is not None
    assert decision.residual.text == "allowed if aws:SourceIp is in 203.0.113.0/24"
    assert decision.residual.when == {"operator": "IpAddress", "key": SOURCE, "values": ["203.0.113.0/24"]}
    assert decision.residual.denied_with == {SOURCE: None}


@pytest.mark.parametrize(
    "condition, expected",
    [
        pytest.param({"Null": {"k": "true"}}, Outcome.CONDITIONAL, id="it may be absent"),
        pytest.param({"StringEquals": {"k": ""}}, Outcome.CONDITIONAL, id="it may be empty"),
        pytest.param({"StringNotLike": {"k": "?*"}}, Outcome.CONDITIONAL, id="it may be absent or empty"),
        pytest.param({"StringLike": {"k": "*"}, "Null": {"k": "true"}}, Outcome.IMPLICIT_DENY, id="not both there and not"),
        pytest.param({"StringEquals": {"k": "a"}, "StringNotEquals": {"k": "a"}}, Outcome.IMPLICIT_DENY, id="no value is both"),
        pytest.param({"StringLike": {"k": "a*b"}, "StringNotEquals": {"k": "ab"}}, Outcome.CONDITIONAL, id="some value is like it"),
        pytest.param({"NumericGreaterThan": {"k": "1"}, "NumericLessThan": {"k": "2"}}, Outcome.CONDITIONAL, id="a number between"),
        pytest.param({"NumericGreaterThan": {"k": "2"}, "NumericLessThan": {"k": "1"}}, Outcome.IMPLICIT_DENY, id="no number"),
        pytest.param({"DateGreaterThan": {"k": "2026-01-01"}, "DateLessThan": {"k": "2026-01-02"}}, Outcome.CONDITIONAL, id="a moment between"),
        pytest.param({"DateGreaterThan": {"k": "99999999999999"}}, Outcome.CONDITIONAL, id="a moment that no calendar has"),
        pytest.param({"IpAddress": {"k": "10.0.0.0/8"}, "NotIpAddress": {"k": ["10.0.0.0/9", "10.128.0.0/9"]}}, Outcome.IMPLICIT_DENY, id="no address"),
        pytest.param({"IpAddress": {"k": "10.0.0.0/8"}, "NotIpAddress": {"k": "10.0.0.0/9"}}, Outcome.CONDITIONAL, id="some address"),
        pytest.param({"IpAddress": {"k": "10.0.0.0/8"}, "StringNotEquals": {"k": "10.0.0.0"}}, Outcome.CONDITIONAL, id="an address that isn't that text"),
        pytest.param({"DateGreaterThan": {"k": "2026-01-01"}, "StringNotLike": {"k": "x*"}}, Outcome.CONDITIONAL, id="a moment that isn't like that text"),
        pytest.param({"ArnLike": {"k": "arn:aws:s3:::*"}, "StringLike": {"k": "*:x"}}, Outcome.CONDITIONAL, id="an ARN like both"),
        pytest.param({"StringLike": {"k": "arn:aws:s?:::v"}, "ArnNotLike": {"k": "arn:aws:s?:::v"}}, Outcome.CONDITIONAL, id="a colon that only StringLike takes"),
        pytest.param({"StringEqualsIfExists": {"k": "a"}, "StringNotEqualsIfExists": {"k": "a"}}, Outcome.CONDITIONAL, id="absent alone"),
        pytest.param({"StringEquals": {"k": "${l}"}}, Outcome.CONDITIONAL, id="as another open key"),
        pytest.param({"StringEquals": {"k": "${l}"}, "StringNotEquals": {"k": "foo"}, "StringLike": {"l": "foo*"}}, Outcome.CONDITIONAL, id="as another open key, but for one value"),
    ],
)  # fmt: skip
def test_an_open_key_may_be_any_value(condition: dict[str, Any], expected: Outcome) -> None:
    assert ask(identity=[allow(Condition=condition)], opens=["k", "l"]).outcome is expected


USER_ID = {"aws:userid": Open(may_be_absent=False, pattern="AROAX:*"), "aws:PrincipalTag/id": Open()}
OF_TAG = "arn:aws:lambda:eu-west-1:222222222222:function:${k}"


@pytest.mark.parametrize(
    "statements, states",
    [
        pytest.param([deny(Condition={"StringEquals": {"aws:userid": "${aws:PrincipalTag/id}"}})], USER_ID, id="of known form"),
        pytest.param([deny(Condition={"StringLike": {"aws:userid": "${aws:PrincipalTag/id}:me"}})], USER_ID, id="in a part of it"),
        pytest.param([deny(Condition={"Bool": {"k": "${l}"}})], {"k": Open(domain=("true", "false")), "l": Open()}, id="of few values"),
        pytest.param([deny(resource=OF_TAG, Condition={"StringEquals": {"k": "${l}"}})], {"k": Open(), "l": Open()}, id="that a Resource asks for"),
    ],
)  # fmt: skip
def test_an_open_key_may_be_what_it_is_compared_with(statements: list[Any], states: dict[str, Open]) -> None:
    """A deny that applies for one value only, which has to be like a key that is limited itself, isn't overlooked."""
    assert ask(identity=[allow(), *statements], states=states).outcome is Outcome.CONDITIONAL


@pytest.mark.parametrize(
    "pattern, word, found",
    [("Ab*", "abc", "Abc"), ("a?C", "ABc", "aBC"), ("*BC", "aBc", "aBC"), ("Abd*", "abc", None)],
)
def test_letters_of_either_case_may_be_what_a_pattern_asks_for(pattern: str, word: str, found: str | None) -> None:
    """StringEqualsIgnoreCase and StringLike of one key: the value that is like both may be written in neither."""
    condition = {"StringLike": {"k": pattern}, "StringEqualsIgnoreCase": {"k": word}}
    decision = ask(identity=[allow(Condition=condition)], opens=["k"])
    assert decision.outcome is (Outcome.CONDITIONAL if found else Outcome.IMPLICIT_DENY)
    if found:
        assert decision.residual is not None
        witness = decision.residual.allowed_with["k"]
        assert isinstance(witness, str)
        assert witness.lower() == found.lower()


def test_each_value_gives_the_same_answer() -> None:
    either = [allow(Condition={"Bool": {"k": value}}) for value in ("true", "false")]
    assert ask(identity=either, states={"k": Open(may_be_absent=False)}).outcome is Outcome.ALLOWED
    assert ask(identity=either, states={"k": Open()}).outcome is Outcome.CONDITIONAL


PRESENT = Open(may_be_absent=False)
TOGETHER = [
    pytest.param({"Bool": "true"}, {"Bool": "false"}, id="true or false"),
    pytest.param({"StringEquals": "a"}, {"StringNotEquals": "a"}, id="a value or any other"),
    pytest.param({"StringEqualsIgnoreCase": "a"}, {"StringNotEquals": ["a", "A"]}, id="in either letter case, or another"),
    pytest.param({"NumericLessThan": "5"}, {"NumericGreaterThanEquals": "5"}, id="numbers that meet"),
    pytest.param({"NumericLessThanEquals": "5.0"}, {"NumericGreaterThan": "5"}, id="numbers that meet, written in two ways"),
    pytest.param({"NumericLessThan": "7"}, {"NumericGreaterThan": "3"}, id="numbers that overlap"),
    pytest.param({"DateLessThan": "2026-01-01T00:00:00Z"}, {"DateGreaterThanEquals": "1767225600"}, id="dates that meet"),
    pytest.param({"IpAddress": "0.0.0.0/0"}, {"IpAddress": "::/0"}, id="every address of v4 and of v6"),
    pytest.param({"IpAddress": "10.0.0.0/8"}, {"NotIpAddress": ["10.0.0.0/9", "10.128.0.0/9"]}, id="a block, or outside of its halves"),
    pytest.param({"StringLike": "a*"}, {"StringNotLike": "a*"}, id="like a pattern, or not"),
    pytest.param({"StringLike": "?*"}, {"StringEquals": ""}, id="a character at least, or none"),
    pytest.param({"StringLike": ["*a*", ""]}, {"StringLike": "?*", "StringNotLike": "*a*"}, id="with an a, or without"),
    pytest.param({"StringLike": ["?", "??"]}, {"StringLike": ["???*", ""]}, id="short or long"),
    pytest.param({"ArnLike": "arn:aws:s3:::*"}, {"ArnNotLike": "arn:*:s3:::*"}, {"ArnLike": "arn:*:s3:::*"}, id="three that overlap"),
]  # fmt: skip


@pytest.mark.parametrize("conditions", [pytest.param(row.values, id=row.id) for row in TOGETHER])
def test_statements_that_together_cover_every_value_leave_no_residual(conditions: tuple[dict[str, Any], ...]) -> None:
    each = [allow(Condition={name: {"k": values} for name, values in found.items()}) for found in conditions]
    assert ask(identity=each, states={"k": PRESENT}).outcome is Outcome.ALLOWED
    for number in range(len(each)):
        but_one = each[:number] + each[number + 1 :]
        if conditions[number] != {"ArnLike": "arn:aws:s3:::*"}:
            assert ask(identity=but_one, states={"k": PRESENT}).outcome is Outcome.CONDITIONAL
    absent = [*each, allow(Condition={"Null": {"k": "true"}})]
    assert ask(identity=absent, states={"k": Open()}).outcome is Outcome.ALLOWED
    either = [allow(Condition={"Null": {"k": value}}) for value in ("true", "false")]
    assert ask(identity=either, states={"k": Open()}).outcome is Outcome.ALLOWED


@pytest.mark.parametrize("conditions", [pytest.param(row.values, id=row.id) for row in TOGETHER])
def test_denies_that_together_cover_every_value_are_explicit(conditions: tuple[dict[str, Any], ...]) -> None:
    each = [deny(Condition={name: {"k": values} for name, values in found.items()}) for found in conditions]
    decision = ask(identity=[allow(), *each], states={"k": PRESENT})
    assert (decision.outcome, decision.residual) == (Outcome.EXPLICIT_DENY, None)


def test_what_no_completion_allows_is_not_conditional() -> None:
    """An Allow and a Deny on the same condition: denied whatever it turns out to be, sometimes explicitly."""
    condition = {"StringEquals": {"k": "a"}}
    decision = ask(identity=[allow(Condition=condition), deny(Condition=condition)], opens=["k"])
    assert (decision.outcome, decision.residual) == (Outcome.IMPLICIT_DENY, None)


def test_an_allow_of_which_a_part_is_denied_is_none() -> None:
    """Each of the statements needs a condition under which it is denied."""
    k, l, m = ({"StringEquals": {key: "v"}} for key in "klm")  # noqa: E741 - the key's name
    both = {"StringEquals": {"k": "v", "l": "v"}}
    decision = ask(
        identity=[allow(Condition=both), allow(Condition=m), deny(Condition=k), deny(Condition=m)], opens="klm"
    )
    assert (decision.outcome, decision.residual) == (Outcome.IMPLICIT_DENY, None)
    mended = ask(identity=[allow(Condition=both), allow(Condition=m), deny(Condition=k)], opens="klm").residual
    assert mended is not None
    assert mended.allowed_with["m"] == "v"
    assert mended.allowed_with["k"] != "v"
    assert ask(identity=[allow(Condition=l), deny(Condition=k)], opens="klm").outcome is Outcome.CONDITIONAL


TAGS = tuple("abcdefghijklmnop")


@pytest.mark.parametrize("size", [3, 9, 16])
@pytest.mark.parametrize("open_key", [Open(multivalued=True), Open(multivalued=True, may_be_absent=False)])
def test_any_number_of_sorts_of_values_is_exact(size: int, open_key: Open) -> None:
    """To hold half of the tags and none of the others takes a set that is neither small nor all there is."""
    tags = TAGS[:size]
    wanted, others = tags[: size // 2 + 1], list(tags[size // 2 + 1 :])
    every = [allow(Condition={"ForAnyValue:StringEquals": {"k": tag}}) for tag in wanted]
    scps = [[statement] for statement in every]
    none = [deny(Condition={"ForAnyValue:StringEquals": {"k": others}})] if others else []
    decision = ask(identity=[allow(), *none], scps=scps, states={"k": open_key})
    assert decision.residual is not None
    assert sorted(decision.residual.allowed_with["k"]) == list(wanted)
    missing = deny(Condition={"ForAnyValue:StringEquals": {"k": wanted[-1]}})
    assert ask(identity=[allow(), *none, missing], scps=scps, states={"k": open_key}).outcome is Outcome.IMPLICIT_DENY


def test_what_a_key_holds_at_least_counts() -> None:
    holds = Open(multivalued=True, may_be_absent=False, includes=("a",))
    for condition, expected in (
        ({"ForAnyValue:StringEquals": {"k": "a"}}, Outcome.ALLOWED),
        ({"ForAllValues:StringEquals": {"k": "b"}}, Outcome.IMPLICIT_DENY),
        ({"ForAnyValue:StringEquals": {"k": "b"}}, Outcome.CONDITIONAL),
        ({"ForAllValues:StringEquals": {"k": "a"}}, Outcome.CONDITIONAL),
        ({"ForAnyValue:StringEquals": {"k": "b"}, "ForAllValues:StringEquals": {"k": ["a", "b"]}}, Outcome.CONDITIONAL),
        ({"ForAnyValue:StringEquals": {"k": "b"}, "ForAllValues:StringNotEquals": {"k": "b"}}, Outcome.IMPLICIT_DENY),
    ):
        assert ask(identity=[allow(Condition=condition)], states={"k": holds}).outcome is expected, condition


def test_all_that_a_key_holds_at_least_counts() -> None:
    holds = Open(multivalued=True, may_be_absent=False, includes=("a", "b"))
    for condition, expected in (
        ({"ForAnyValue:StringEquals": {"k": "a"}}, Outcome.ALLOWED),
        ({"ForAnyValue:StringEquals": {"k": "b"}}, Outcome.ALLOWED),
        ({"ForAllValues:StringEquals": {"k": ["a", "c"]}}, Outcome.IMPLICIT_DENY),
        ({"ForAllValues:StringEquals": {"k": ["b", "c"]}}, Outcome.IMPLICIT_DENY),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, Outcome.CONDITIONAL),
        ({"ForAnyValue:StringEquals": {"k": "c"}}, Outcome.CONDITIONAL),
    ):
        assert ask(identity=[allow(Condition=condition)], states={"k": holds}).outcome is expected, condition


def test_a_thousand_statements_are_settled() -> None:
    """On a stack of its own, and apart where they have nothing in common but one key."""
    each = [
        allow(Condition={"StringEquals": {f"k{number}": "v"}, "StringLike": {"shared": f"{number}*"}})
        for number in range(1_000)
    ]
    keys = [f"k{number}" for number in range(1_000)]
    assert ask(identity=each, opens=[*keys, "shared"]).outcome is Outcome.CONDITIONAL


def test_denies_that_together_always_match_are_explicit() -> None:
    denies = [deny(Condition={name: {"k": "a"}}) for name in ("StringEquals", "StringNotEquals")]
    decision = ask(identity=[allow(), *denies], opens=["k"])
    assert decision.outcome is Outcome.EXPLICIT_DENY
    assert [cited.statement for cited in decision.because] == ["#2", "#3"]


def test_what_makes_no_difference_is_left_out() -> None:
    decision = ask(
        identity=[allow(Condition=OFFICE), allow(Condition={**OFFICE, "Bool": {"k": "true"}})], opens=["k", SOURCE]
    )
    assert decision.residual is not None
    assert set(decision.residual.allowed_with) == {SOURCE}


def test_a_variable_in_resource_is_what_stands_in_its_place() -> None:
    pattern = f"arn:aws:lambda:eu-west-1:{B}:function:" + "${aws:PrincipalTag/team}"
    decision = ask(identity=[allow(resource=pattern)], opens=["aws:PrincipalTag/team"])
    assert decision.residual is not None
    assert decision.residual.when == {"operator": "StringEquals", "key": "aws:PrincipalTag/team", "values": ["f"]}
    assert decision.residual.allowed_with == {"aws:PrincipalTag/team": "f"}


def fact(refused: bool, about: str = "x") -> MissingFact:
    return MissingFact(FactKind.IDENTITY, about, "not read", refused)


@pytest.mark.parametrize("refused, expected", [(True, Outcome.UNKNOWN), (False, Outcome.IMPLICIT_DENY)])
def test_a_fact_that_was_not_read(refused: bool, expected: Outcome) -> None:
    decision = ask(unread={Layer.IDENTITY: (fact(refused),)})
    assert decision.outcome is expected
    assert (decision.gaps or decision.assumes) == (fact(refused),)


def test_what_was_read_of_a_layer_counts_beside_what_was_not() -> None:
    decision = ask(identity=[allow()], unread={Layer.IDENTITY: (fact(False),)})
    assert decision.outcome is Outcome.ALLOWED
    assert decision.assumes == (fact(False),)


def test_a_fact_that_changes_nothing_is_not_named() -> None:
    decision = ask(identity=[deny()], unread={Layer.SCP: (fact(True),), Layer.RCP: (fact(False),)})
    assert decision.outcome is Outcome.EXPLICIT_DENY
    assert (decision.gaps, decision.assumes) == ((), ())


def test_only_the_facts_that_it_turns_on_are_named() -> None:
    tag = NotRead(fact(True, "tags"))
    statement = allow(Condition={"StringEquals": {"aws:ResourceTag/a": ["b"]}})
    decision = ask(identity=[allow(), statement], states={"aws:ResourceTag/a": tag}, unread={Layer.SCP: (fact(True),)})
    assert decision.gaps == (fact(True),)


def test_conditional_on_what_depends_on_a_fact_is_unknown_unless_something_is_certain() -> None:
    tag = {"aws:ResourceTag/a": NotRead(fact(True, "tags"))}
    with_tag = allow(Condition={**OFFICE, "StringEquals": {"aws:ResourceTag/a": "b"}})
    certain = allow(Condition={"IpAddress": {SOURCE: "198.51.100.7"}})
    decision = ask(identity=[with_tag, certain], states=tag, opens=[SOURCE])
    assert decision.outcome is Outcome.CONDITIONAL
    assert decision.residual is not None
    assert decision.residual.allowed_with == {SOURCE: "198.51.100.7"}


def test_conditional_in_each_way_but_never_on_the_same_is_unknown() -> None:
    """With the tag one value is needed, without it another: what it hangs on isn't known, so no key is named."""
    tag = {"aws:ResourceTag/a": NotRead(fact(True, "tags"))}
    either = [
        allow(Condition={"StringEquals": {"aws:ResourceTag/a": "b", "k": "v"}}),
        allow(Condition={"StringNotEquals": {"aws:ResourceTag/a": "b"}, "StringEquals": {"k": "w"}}),
    ]
    found = analysis(identity=either, states=tag, opens=["k"])
    assert settled(found.allows, found.denies).keys == ()
    decision = ask(identity=either, states=tag, opens=["k"])
    assert (decision.outcome, decision.residual) == (Outcome.UNKNOWN, None)
    assert decision.gaps == (fact(True, "tags"),)


TYPES = [
    pytest.param({"Bool": "true"}, "true", "false", id="true"),
    pytest.param({"Bool": "false"}, "false", "true", id="false"),
    pytest.param({"NumericLessThan": "5"}, "4", "5", id="a number"),
    pytest.param({"DateLessThan": "1767225600"}, "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", id="a date"),
    pytest.param({"IpAddress": "203.0.113.0/24"}, "203.0.113.0", r"\d+\.\d+\.\d+\.\d+", id="an address"),
    pytest.param({"IpAddress": "2001:db8::/32"}, "2001:db8::", r"\d+\.\d+\.\d+\.\d+", id="an address of v6"),
]


@pytest.mark.parametrize("condition, allowed, denied", TYPES)
def test_witnesses_are_of_the_type_of_their_key(condition: dict[str, str], allowed: str, denied: str) -> None:
    block = {name: {"k": value} for name, value in condition.items()}
    residual = ask(identity=[allow(Condition=block)], states={"k": PRESENT}).residual
    assert residual is not None
    assert re.fullmatch(allowed, residual.allowed_with["k"])
    assert re.fullmatch(denied, residual.denied_with["k"])


def test_patterns_of_one_condition_need_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty long patterns give two sorts of values, however long they are: the search never starts."""
    monkeypatch.setattr(automata, "MOST_STEPS", 0)
    group = tuple((match.template(f"arn:aws:lambda:*:{B}:function:orders-{n}?*", False), False) for n in range(30))
    assert len(automata.witnesses((group,))) == 2  # type: ignore[arg-type]  # no variables


def test_the_witness_of_a_pattern_that_most_values_match_is_none_of_them() -> None:
    decision = ask(identity=[allow(Condition={"StringLike": {"k": "x*"}})], states={"k": PRESENT})
    assert decision.residual is not None
    assert decision.residual.allowed_with["k"].startswith("x")
    assert not decision.residual.denied_with["k"].startswith("x")


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"StringLike": {"k": "1*"}, "NumericGreaterThan": {"k": "5"}}, id="a number that is like a text"),
        pytest.param({"StringLike": {"k": "1?"}, "NumericLessThan": {"k": "12"}}, id="a number of two digits"),
        pytest.param({"StringLike": {"k": "*00"}, "NumericGreaterThan": {"k": "1999"}}, id="a number that ends in it"),
        pytest.param({"StringLike": {"k": "2026-*"}, "DateLessThan": {"k": "2026-06-01"}}, id="a date of a year"),
        pytest.param({"StringLike": {"k": "10.1.*"}, "IpAddress": {"k": "10.0.0.0/8"}}, id="an address of a block"),
        pytest.param({"Bool": {"k": "false"}, "StringNotEquals": {"k": "false"}}, id="no, in another letter case"),
        pytest.param({"Bool": {"k": "true"}, "StringLike": {"k": "t*"}}, id="yes, like a text"),
    ],
)
def test_a_key_under_operators_of_several_types_is_open(condition: dict[str, dict[str, str]]) -> None:
    """Some value of it meets both, and it may be absent: a Deny of both is no certainty."""
    decision = ask(identity=[allow("*", "*"), deny("*", "*", Condition=condition)], states={"k": Open()})
    assert decision.outcome is Outcome.CONDITIONAL
