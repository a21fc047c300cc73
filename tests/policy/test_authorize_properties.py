"""Laws of deciding that hold for every request and every set of policies.

Source: IAM User Guide, "Policy evaluation logic"; the laws follow from what it says, whatever the policies.
"""

# ruff: noqa: E501 - the two lists of odd things stay on their lines
from __future__ import annotations

import contextlib
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.context import Absent, Known, State
from models.decision import Outcome
from models.errors import PolicyError
from models.policy import PolicyKind
from simulator.policy.parse import parse_policy
from tests.policy.builders import ask
from tests.strategies import DOMAIN, KEYS, junk, requests, statements, texts

DENIED = (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY)
contexts = st.dictionaries(st.sampled_from(KEYS), st.sampled_from((*DOMAIN, "u")))
OWN = ("identity", "boundary", "session")
SIDES = (*OWN, "resource", "endpoint")


def outcome(request: dict[str, Any], context: dict[str, str], **changed: Any) -> Outcome:
    return ask(**{**request, **changed}, context=context).outcome


def allowed(request: dict[str, Any], context: dict[str, str], **changed: Any) -> bool:
    return outcome(request, context, **changed) is Outcome.ALLOWED


@given(requests(), contexts, st.data())
def test_adding_a_deny_never_grants(request: dict[str, Any], context: dict[str, str], data: st.DataObject) -> None:
    side = data.draw(st.sampled_from([name for name in SIDES if request[name] is not None] or ["identity"]))
    more = data.draw(statements(principals=side in ("resource", "endpoint")))
    more["Effect"] = "Deny"
    if allowed(request, context, **{side: [*(request[side] or []), more]}):
        assert allowed(request, context)


@given(requests(), contexts, st.data())
def test_adding_an_allow_never_denies(request: dict[str, Any], context: dict[str, str], data: st.DataObject) -> None:
    side = data.draw(st.sampled_from([name for name in SIDES if request[name] is not None] or ["identity"]))
    more = data.draw(
        statements(principals=side in ("resource", "endpoint")).filter(lambda body: "NotPrincipal" not in body)
    )
    more["Effect"] = "Allow"
    before, after = outcome(request, context), outcome(request, context, **{side: [*(request[side] or []), more]})
    assert after is before or before is Outcome.IMPLICIT_DENY


@given(requests(), contexts, st.sampled_from(("boundary", "session", "scps", "endpoint")))
def test_what_limits_never_grants(request: dict[str, Any], context: dict[str, str], side: str) -> None:
    without = [] if side == "scps" else None
    # But for a federated user, who has nothing at all without a session policy.
    federated = side == "session" and "federated-user" in request["principal"]
    if allowed(request, context) and not federated:
        assert allowed(request, context, **{side: without})


@given(requests(), contexts, st.randoms(use_true_random=False))
def test_order_is_nothing(request: dict[str, Any], context: dict[str, str], order: random.Random) -> None:
    shuffled = {side: order.sample(request[side], len(request[side])) for side in SIDES if request[side] is not None}
    levels = order.sample(request["scps"], len(request["scps"]))
    assert outcome(request, context) is outcome(request, context, **shuffled, scps=levels)


def split(statement: dict[str, Any], element: str) -> list[dict[str, Any]]:
    if not isinstance(statement.get(element), list):
        return [statement]
    return [{**statement, element: [value]} for value in statement[element]]


@given(requests(), contexts, st.sampled_from(("Action", "Resource")))
def test_a_statement_split_in_two_means_the_same(
    request: dict[str, Any], context: dict[str, str], element: str
) -> None:
    apart = {
        side: [part for whole in request[side] for part in split(whole, element)]
        for side in SIDES
        if request[side] is not None
    }
    assert outcome(request, context) is outcome(request, context, **apart)


@given(statements(), contexts, st.sampled_from(("Action", "Resource")))
def test_notaction_and_notresource_complement(statement: dict[str, Any], context: dict[str, str], element: str) -> None:
    head = {key: value for key, value in statement.items() if not key.endswith(element)} | {"Effect": "Allow"}
    named = statement.get(element) or statement[f"Not{element}"]
    both = [ask(identity=[{**head, name: named}], context=context).outcome for name in (element, f"Not{element}")]
    without = ask(identity=[{**head, element: "*"}], context=context).outcome
    assert both.count(Outcome.ALLOWED) == (without is Outcome.ALLOWED)


@given(requests(), contexts, st.sampled_from((str.upper, str.lower, str.swapcase)))
def test_the_letter_case_of_actions_and_keys_is_nothing(
    request: dict[str, Any], context: dict[str, str], cased: Any
) -> None:
    plain = outcome(request, context)
    assert plain is outcome(request, context, action=cased(request["action"]))
    assert plain is outcome(request, {cased(key): value for key, value in context.items()})


@given(requests(), contexts)
def test_a_decision_explains_itself(request: dict[str, Any], context: dict[str, str]) -> None:
    decision = ask(**request, context=context)
    assert decision.residual is None
    assert not decision.gaps
    if decision.outcome is Outcome.EXPLICIT_DENY:
        assert {cited.effect.value for cited in decision.because} == {"Deny"}
    if decision.outcome is Outcome.IMPLICIT_DENY:
        assert decision.because == ()
    else:
        assert decision.near_misses == ()


@given(junk, st.sampled_from(PolicyKind), st.booleans())
def test_any_document_is_read_or_refused(document: Any, kind: PolicyKind, strict: bool) -> None:
    with contextlib.suppress(PolicyError):
        parse_policy(document, kind, strict=strict)


@given(
    st.dictionaries(st.sampled_from(("Effect", "Action", "Resource", "Condition", "Principal")), junk), st.booleans()
)
def test_any_statement_is_read_or_refused(more: dict[str, Any], strict: bool) -> None:
    body = {"Effect": "Allow", "Action": "*", "Resource": "*", **more}
    with contextlib.suppress(PolicyError):
        parse_policy({"Version": "2012-10-17", "Statement": [body]}, PolicyKind.RESOURCE, strict=strict)


OPERATORS = ("StringLike", "StringEqualsIgnoreCase", "ArnLike", "NumericLessThan", "DateEquals", "IpAddress", "BinaryEquals", "Bool", "Null")  # fmt: skip
odd = texts | st.sampled_from(("1e999", "-0", "9" * 400, "0001-01-01T00:00:00+23:59", "9999-12-31", "::/0", "1.2.3.4/99", "${", "${k}", "arn:::::", "QQ=="))  # fmt: skip


@given(st.sampled_from(OPERATORS), st.lists(odd, max_size=3), odd | st.none(), odd, st.booleans())
def test_any_value_is_compared(operator: str, wanted: list[str], got: str | None, resource: str, opened: bool) -> None:
    quantifier = "" if operator == "Null" else "ForAnyValue:"
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": ["*", resource],
        "Condition": {quantifier + operator: {"k": wanted}},
    }
    state: State = Known((got,)) if got is not None else Absent()
    decision = ask(identity=[statement], states={} if opened else {"k": state}, opens=("k",) if opened else ())
    assert decision.outcome in (*DENIED, Outcome.ALLOWED, Outcome.CONDITIONAL)
