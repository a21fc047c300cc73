"""The twelve cases that the engine began with, and what a decision says beside its outcome.

Rule by rule: tests/policy/rules. Sources: IAM User Guide, "Policy evaluation logic" and its pages.
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

import pytest

from models.decision import Layer, Outcome
from tests.policy.builders import (
    FUNCTION,
    OTHER_USER,
    ROLE,
    ROOT,
    SESSION,
    TARGET_ROLE,
    USER,
    A,
    B,
    allow,
    ask,
    deny,
    to,
    trusts,
)

ALLOWED = Outcome.ALLOWED
IMPLICIT = Outcome.IMPLICIT_DENY
EXPLICIT = Outcome.EXPLICIT_DENY
EVERYTHING = [allow("*", "*")]
S3 = "s3.amazonaws.com"


def row(said: str, expected: Outcome, principal: str = USER, **more: Any) -> Any:
    return pytest.param(principal, more, expected, id=said)


def decided(principal: str, more: dict[str, Any], expected: Outcome) -> None:
    assert ask(principal, **more).outcome is expected


@pytest.mark.parametrize(
    "principal, more, expected",
    [
        row("1 identity alone suffices in the same account", ALLOWED, identity=[allow()]),
        row("2 a function policy that names the user suffices", ALLOWED, resource=[to({"AWS": USER})]),
        row("3 one that names the account only delegates", IMPLICIT, resource=[to({"AWS": ROOT})]),
        row("4 a boundary without lambda stops the identity's allow", IMPLICIT, identity=[allow()], boundary=[allow("s3:*", "*")]),
        row("5 a boundary does not stop what names the user ARN", ALLOWED, resource=[to({"AWS": USER})], boundary=[allow("s3:*", "*")]),
        row("6 a boundary stops what names the role ARN", IMPLICIT, SESSION, resource=[to({"AWS": ROLE})], boundary=[allow("s3:*", "*")]),
        row("7 a boundary does not stop what names the session", ALLOWED, SESSION, resource=[to({"AWS": SESSION})], boundary=[allow("s3:*", "*")]),
        row("8 across accounts the function's side is missing", IMPLICIT, OTHER_USER, identity=[allow()]),
        row("9 across accounts the caller's side is missing", IMPLICIT, OTHER_USER, resource=[to({"AWS": A})]),
        row("10 an SCP of the caller's account denies", EXPLICIT, OTHER_USER, identity=[allow()], resource=[to({"AWS": A})], scps=[[*EVERYTHING, deny("lambda:*", "*")]]),
        row(
            "11 no SCP binds a service",
            ALLOWED,
            S3,
            resource=[to({"Service": S3}, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}, "StringEquals": {"aws:SourceAccount": B}})],
            scps=[[*EVERYTHING, deny("lambda:*", "*")]],
            context={"aws:SourceArn": "arn:aws:s3:::b", "aws:SourceAccount": B},
        ),
        row("12 a permission on the function is none on its alias", IMPLICIT, identity=[allow()], resource_arn=f"{FUNCTION}:prod"),
    ],
)  # fmt: skip
def test_golden_table(principal: str, more: dict[str, Any], expected: Outcome) -> None:
    decided(principal, more, expected)


NARROW = [allow("s3:*", "*")]


ASSUME = {"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE}


def test_because_names_every_allow_that_matched() -> None:
    decision = ask(identity=[allow(Sid="Own"), allow("s3:*", Sid="Not"), allow("lambda:*", "*")], scps=[EVERYTHING])
    assert [(cited.layer, cited.statement) for cited in decision.because] == [
        (Layer.IDENTITY, "Own"),
        (Layer.IDENTITY, "#3"),
        (Layer.SCP, "#1"),
    ]


def test_because_of_an_explicit_deny_names_the_denies_only() -> None:
    decision = ask(identity=[allow(Sid="Own"), deny(Sid="No")], resource=[deny(Principal="*", Sid="NorHere")])
    assert [(cited.layer, cited.statement) for cited in decision.because] == [
        (Layer.IDENTITY, "No"),
        (Layer.RESOURCE, "NorHere"),
    ]


def test_because_of_a_conditional_names_both() -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    decision = ask(identity=[allow(Sid="Own"), deny(Sid="No", Condition=office)], opens=["aws:SourceIp"])
    assert decision.outcome is Outcome.CONDITIONAL
    assert [cited.statement for cited in decision.because] == ["Own", "No"]


def test_because_of_an_allow_leaves_out_what_may_not_even_match() -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    decision = ask(identity=[allow(Sid="Perhaps", Condition=office), allow(Sid="Always")], opens=["aws:SourceIp"])
    assert decision.outcome is ALLOWED
    assert [cited.statement for cited in decision.because] == ["Always"]


def test_an_implicit_deny_has_no_because() -> None:
    assert ask(identity=[allow("s3:*")]).because == ()


def test_layers_hold_one_entry_for_each_kind_that_was_there() -> None:
    decision = ask(OTHER_USER, identity=[allow()], boundary=NARROW, resource=[to({"AWS": B})], scps=[EVERYTHING])
    assert dict(decision.layers) == {
        Layer.IDENTITY: ALLOWED,
        Layer.BOUNDARY: IMPLICIT,
        Layer.RESOURCE: IMPLICIT,
        Layer.SCP: ALLOWED,
    }


def test_the_layer_of_a_trust_policy_is_trust() -> None:
    assert dict(ask(trust=[trusts({"AWS": USER})], **ASSUME).layers) == {Layer.TRUST: ALLOWED}


@pytest.mark.parametrize(
    "statement, failed",
    [
        pytest.param(allow("lambda:GetFunction"), "action", id="another action"),
        pytest.param(allow(resource=f"{FUNCTION}:live"), "resource", id="another resource"),
        pytest.param(allow(Condition={"Bool": {"aws:SecureTransport": "false"}}), "condition", id="a condition"),
    ],
)
def test_a_near_miss_failed_in_exactly_one_element(statement: dict[str, Any], failed: str) -> None:
    misses = ask(identity=[statement], context={"aws:SecureTransport": "true"}).near_misses
    assert [miss.failed for miss in misses] == [failed]


def test_a_near_miss_may_be_the_principal() -> None:
    (miss,) = ask(resource=[to({"AWS": OTHER_USER})]).near_misses
    assert (miss.failed, miss.wanted, miss.got) == ("principal", OTHER_USER, USER)


def test_two_failures_are_no_near_miss() -> None:
    assert ask(identity=[allow("s3:GetObject", "arn:aws:s3:::b/*")]).near_misses == ()


def test_layers_that_allow_have_no_near_misses() -> None:
    decision = ask(OTHER_USER, identity=[allow(), allow("lambda:GetFunction")], resource=[to({"AWS": B})])
    assert [miss.layer for miss in decision.near_misses] == [Layer.RESOURCE]


def test_only_an_implicit_deny_has_near_misses() -> None:
    assert ask(identity=[allow("lambda:GetFunction"), deny()]).near_misses == ()


@pytest.mark.parametrize(
    "layer, expected",
    [("identity", ALLOWED), ("boundary", ALLOWED), ("session", IMPLICIT), ("scps", IMPLICIT), ("resource", IMPLICIT)],
)
@pytest.mark.parametrize("arn", ["arn:aws:lambda", "arn:aws:lambda:${aws:PrincipalTag/region}"])
def test_an_incomplete_arn_is_completed_in_what_a_principal_has(arn: str, layer: str, expected: Outcome) -> None:
    """Source: "IAM identifiers": `arn:aws:sqs` is equivalent to `arn:aws:sqs:*:*:*` in an identity-based policy."""
    short, other = allow(resource=arn), allow(resource="arn:aws:s3:::x")
    both = allow(resource=["arn:aws:s3:::x", arn])
    context: dict[str, str | list[str]] = {"aws:PrincipalTag/region": "eu-west-1"}
    for statements in ([short], [short, other], [other, short], [both]):
        if layer == "resource":
            named = [{**statement, "Principal": {"AWS": USER}} for statement in statements]
            assert ask(resource=named, context=context).outcome is expected
        else:
            policies = [statements] if layer == "scps" else statements
            assert ask(SESSION, **{"identity": [allow()], layer: policies}, context=context).outcome is expected


@pytest.mark.parametrize("value, outcome", [("v", ALLOWED), ("w", IMPLICIT)])
def test_a_condition_counts_beside_statements_that_ask_for_none(value: str, outcome: Outcome) -> None:
    other = f"{FUNCTION}-2"
    when = {"Condition": {"StringEquals": {"k": "v"}}}
    context: dict[str, str | list[str]] = {"k": value}
    assert ask(identity=[allow(resource=other), allow(**when)], context=context).outcome is outcome
    denying = ask(identity=[allow(), deny(resource=other), deny(**when)], context=context).outcome
    assert denying is (Outcome.EXPLICIT_DENY if outcome is ALLOWED else ALLOWED)
