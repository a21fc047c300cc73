"""Malformed documents and absurd strings: a typed error with its place, or an answer; never anything else.

Work is counted in executed lines of the engine, not in seconds: what is linear in its input does twice the work on an
input of twice the size, whatever else the machine is doing. Source: *ours*; AWS's grammar is "Grammar of the IAM JSON
policy language".
"""

# ruff: noqa: E501 - the lists of odd things stay on their lines
from __future__ import annotations

import contextlib
import json
import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.context import Absent, Known, Open, State
from models.decision import Outcome
from models.errors import PolicyError
from models.policy import Policy, PolicyKind
from models.request import Attached, Request
from simulator.policy import match
from simulator.policy.authorize import PolicySet, authorize
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester
from tests.policy.builders import FUNCTION, INVOKE, USER, B, Keys, allow, ask, deny, document
from tests.strategies import ASKED, TYPED, junk, statements_about, texts

ELEMENTS = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal", "NotPrincipal", "Sid")
KINDS = st.sampled_from(PolicyKind)


def read(body: object, kind: PolicyKind, strict: bool) -> Policy | None:
    """The policy, or None where it is refused; then the error says where, unless it is about the whole document."""
    try:
        return parse_policy(body, kind, strict=strict)
    except PolicyError as error:
        refused = error
    about_all = ("a policy document", "not JSON", "not a policy", "is written twice", "is unknown here")
    assert refused.place or any(words in refused.problem for words in about_all), refused
    return None


def answered(policy: Policy, kind: PolicyKind, context: dict[str, State]) -> None:
    """Decide with the policy in its place, every key known or open: an answer, or a typed error."""
    attached = (Attached("odd", policy),)
    places: dict[PolicyKind, dict[str, Any]] = {
        PolicyKind.SCP: {"scps": (attached,)},
        PolicyKind.RCP: {"rcps": (attached,)},
        PolicyKind.TRUST: {"resource": attached},
        PolicyKind.VPC_ENDPOINT: {"vpc_endpoint": attached},
    }
    policies = PolicySet(**places.get(kind, {kind.value: attached}))
    request = Request(requester(USER), INVOKE, FUNCTION, Keys(context), resource_account=B)
    with contextlib.suppress(PolicyError):
        assert authorize(request, policies).outcome in Outcome


contexts = st.dictionaries(
    st.sampled_from(tuple(TYPED)), st.just(Open()) | st.sampled_from(("v", "1", "")).map(lambda value: Known((value,)))
)


@given(junk, KINDS, st.booleans())
def test_any_document_is_read_or_refused(body: Any, kind: PolicyKind, strict: bool) -> None:
    read(body, kind, strict)


@given(st.dictionaries(st.sampled_from(ELEMENTS), junk), KINDS, st.booleans(), contexts)
def test_any_statement_is_read_or_refused(
    more: dict[str, Any], kind: PolicyKind, strict: bool, context: dict[str, State]
) -> None:
    body = {"Effect": "Allow", "Action": "*", "Resource": "*", **more}
    policy = read({"Version": "2012-10-17", "Statement": [body]}, kind, strict)
    if policy is not None:
        answered(policy, kind, context)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in nodes(part, (*path, key)))]


def mutated(value: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(value)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = mutated(value[path[0]], path[1:], change)
    return copy


def renamed(value: Any) -> Any:
    """An object with its first member under another name, a string in another letter case."""
    if isinstance(value, dict) and value:
        first, *rest = value.items()
        return {f"{first[0]}s": first[1], **dict(rest)}
    return value.swapcase() if isinstance(value, str) else [value, value]


CHANGES: tuple[Callable[[Any], Any], ...] = (
    lambda value: [value],
    lambda value: {"AWS": value},
    lambda value: value * 3 if isinstance(value, str | list) else None,
    lambda value: value[:-1] if isinstance(value, str | list) else {},
    renamed,
)


@given(st.sampled_from(ASKED), KINDS, st.booleans(), contexts, st.data())
def test_a_mutated_policy_is_read_or_refused(
    asked: Any, kind: PolicyKind, strict: bool, context: dict[str, State], data: st.DataObject
) -> None:
    _, actions, resources = asked
    named = data.draw(st.sampled_from(("", "somebody")))
    some = data.draw(st.lists(statements_about(actions, resources, named), min_size=1, max_size=2))
    body: Any = {"Version": "2012-10-17", "Statement": some}
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(nodes(body)))
        change = data.draw(st.sampled_from(CHANGES) | junk.map(lambda value: lambda _: value))
        body = mutated(body, path, change)
    policy = read(body, kind, strict)
    if policy is not None:
        answered(policy, kind, context)


@given(st.sampled_from(ASKED), st.randoms(use_true_random=False), st.booleans())
def test_mutated_json_is_read_or_refused(asked: Any, chance: random.Random, strict: bool) -> None:
    text = json.dumps(document(allow(*asked[1:], Condition={"StringLike": {"k": ["v", 1, True]}})))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        text = (
            text[:at]
            + chance.choice(("", "{", "}", '"', ",", "NaN", "1e999", "\\ud800", "\ufeff", "\0", text))
            + text[at + 1 :]
        )
    read(text, PolicyKind.IDENTITY, strict)


@pytest.mark.parametrize(
    "text, wanted",
    [
        pytest.param("[" * 100_000, "nested too deeply", id="a hundred thousand brackets"),
        pytest.param('{"Statement":' * 50_000, "nested too deeply", id="fifty thousand objects"),
        pytest.param('{"Version": ' + "9" * 10_000 + "}", "a number is too long", id="a number of ten thousand digits"),
        pytest.param('{"Statement": NaN}', "`NaN` is no value", id="not a number"),
        pytest.param('{"Statement": [], "Statement": []}', "`Statement` is written twice", id="a name twice"),
        pytest.param("\ufeff{}", "not JSON", id="a byte order mark"),
        pytest.param("", "not JSON", id="nothing"),
    ],
)  # fmt: skip
def test_absurd_json_is_refused(text: str, wanted: str) -> None:
    with pytest.raises(PolicyError, match=wanted):
        parse_policy(text, PolicyKind.IDENTITY, strict=False)


def nested(depth: int) -> Any:
    value: Any = "v"
    for _ in range(depth):
        value = {"AWS": [value]}
    return value


@pytest.mark.parametrize("element", ["Condition", "Resource", "Action", "Principal", "Sid"])
def test_deep_nesting_is_refused_with_its_place(element: str) -> None:
    body = document({**allow(), element: nested(50_000)})
    with pytest.raises(PolicyError) as refused:
        parse_policy(body, PolicyKind.RESOURCE, strict=False)
    assert refused.value.place.startswith("Statement[0]")


OPERATORS = ("StringLike", "StringEqualsIgnoreCase", "ArnLike", "NumericLessThan", "DateEquals", "IpAddress", "BinaryEquals", "Bool", "Null")  # fmt: skip
odd = texts | st.sampled_from(("1e999", "-0", "9" * 400, "0001-01-01T00:00:00+23:59", "9999-12-31", "::/0", "1.2.3.4/99", "${", "${k}", "arn:::::", "QQ==", "٣", "1_0", "0x1", "fe80::1%eth0"))  # fmt: skip


@given(st.sampled_from(OPERATORS), st.lists(odd, max_size=3), odd | st.none(), odd, st.booleans())
def test_any_value_is_compared(operator: str, wanted: list[str], got: str | None, resource: str, opened: bool) -> None:
    quantifier = "" if operator == "Null" else "ForAnyValue:"
    statement = allow("*", ["*", resource], Condition={quantifier + operator: {"k": wanted}})
    state: State = Open() if opened else Absent() if got is None else Known((got,))
    decision = ask(identity=[statement], states={"k": state})
    expected = (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY, Outcome.ALLOWED, Outcome.CONDITIONAL)
    assert decision.outcome in expected


class TooMuchError(Exception):
    """More lines were executed than linear work takes."""


def lines_of(work: Callable[[], object], most: float = float("inf")) -> int:
    """How many lines of the engine `work` executes; stopped as soon as they are more than `most`."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if "simulator" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        if count > most:
            raise TooMuchError(f"more than {most:.0f} lines")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


#: Patterns that make a matcher that goes back take forever, and values they nearly match.
HARD = [
    pytest.param(lambda size: ("*" * size, "a" * size), id="nothing but stars"),
    pytest.param(lambda size: ("*a" * size + "b", "a" * size), id="a star before every a"),
    pytest.param(lambda size: ("*" + "?" * size, "a" * (10 * size)), id="a star and thousands of ?"),
    pytest.param(lambda size: ("*" + "a?" * size + "b", "a" * (10 * size)), id="a star and thousands of a?"),
    pytest.param(lambda size: ("*" + "a?" * size + "b*", "a" * (10 * size)), id="the same in the middle"),
    pytest.param(lambda size: ("*?a" * size + "*b", "a" * (10 * size)), id="pieces that begin with ?"),
    pytest.param(lambda size: ("*" + "a" * size + "b*", "a" * (10 * size)), id="a text that nearly stands everywhere"),
    pytest.param(lambda size: ("?" * size, "a" * (size + 1)), id="one ? too few"),
]  # fmt: skip
Hard = Callable[[int], tuple[str, str]]


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("head", ["", "arn:aws:s3:::"])
def test_matching_is_linear(hard: Hard, head: str) -> None:
    def work(size: int) -> Callable[[], object]:
        pattern, value = hard(size)
        return lambda: match.matches(match.glob(head + pattern), head + value)

    half = lines_of(work(1_000))
    assert lines_of(work(2_000), 2.2 * half + 500) <= 2.2 * half + 500


PLACES: tuple[tuple[str, Callable[[str, str], dict[str, Any]]], ...] = (
    ("Action", lambda pattern, value: {"identity": [allow(f"lambda:{pattern}")], "action": f"lambda:{value}"}),
    ("Resource", lambda pattern, value: {"identity": [allow(resource=FUNCTION + pattern)], "resource_arn": FUNCTION + value}),
    ("NotResource", lambda pattern, value: {"scps": [[{"Effect": "Deny", "Action": "*", "NotResource": FUNCTION + pattern}]], "resource_arn": FUNCTION + value}),
    ("StringLike", lambda pattern, value: {"identity": [allow(Condition={"StringLike": {"k": pattern}})], "context": {"k": value}}),
    ("ArnLike", lambda pattern, value: {"identity": [allow(Condition={"ArnLike": {"k": f"arn:aws:s3:::{pattern}"}})], "context": {"k": f"arn:aws:s3:::{value}"}}),
    ("ForAllValues", lambda pattern, value: {"identity": [allow(Condition={"ForAllValues:StringNotLike": {"k": pattern}})], "context": {"k": [value]}}),
)  # fmt: skip


@pytest.mark.parametrize("place", [pytest.param(make, id=name) for name, make in PLACES])
@pytest.mark.parametrize("hard", HARD)
def test_deciding_is_linear_wherever_the_pattern_stands(place: Callable[..., dict[str, Any]], hard: Hard) -> None:
    def work(size: int) -> Callable[[], object]:
        return lambda: ask(**place(*hard(size)))

    half = lines_of(work(300))
    assert lines_of(work(600), 2.2 * half + 2_000) <= 2.2 * half + 2_000


def opened(pattern: str, value: str) -> Any:
    """Two open conditions on one key, and a Resource that holds the key as a variable."""
    like = allow(resource=f"{FUNCTION}*${{k}}*", Condition={"StringLike": {"k": pattern}})
    return ask(
        identity=[like, deny(Condition={"StringLike": {"k": f"{value}*"}})], resource_arn=FUNCTION + value, opens=["k"]
    )


@pytest.mark.parametrize("hard", HARD)
def test_settling_is_linear(hard: Hard) -> None:
    half = lines_of(lambda: opened(*hard(100)))
    assert lines_of(lambda: opened(*hard(200)), 2.5 * half + 20_000) <= 2.5 * half + 20_000
