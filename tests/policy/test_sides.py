"""A decision taken apart: each side's own result, the levels one by one, and the statements behind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from models.decision import FactKind, Layer, MissingFact, Outcome, Side
from models.policy import PolicyKind
from simulator.policy.authorize import analyse, decide
from simulator.policy.sides import Levels, sides
from tests.policy.builders import (
    FUNCTION,
    OTHER_USER,
    ROLE,
    SESSION,
    TARGET_ROLE,
    USER,
    A,
    allow,
    analysis,
    attached,
    deny,
    to,
    trusts,
)
from tests.strategies import DOMAIN, KEYS, requests

EVERYTHING = [allow("*", "*")]
IDS = {Layer.SCP: ("r-1", "ou-1", A), Layer.RCP: ("r-1",)}


def taken_apart(principal: str = USER, levels: Levels = IDS, **more: Any) -> tuple[Side, ...]:
    made = analysis(principal, **more)
    return sides(made, decide(made), levels)


def one(layer: Layer, found: tuple[Side, ...]) -> Side:
    (side,) = (side for side in found if side.layer is layer)
    return side


def cited(side: Side) -> list[tuple[str, str]]:
    return [(citation.effect.value, citation.statement) for citation in side.because]


def test_each_layer_says_what_it_says_by_itself() -> None:
    found = taken_apart(
        OTHER_USER, identity=[allow()], boundary=[allow("s3:*", "*")], resource=[to({"AWS": OTHER_USER})]
    )
    assert [(side.layer, side.outcome) for side in found] == [
        (Layer.IDENTITY, Outcome.ALLOWED),
        (Layer.BOUNDARY, Outcome.IMPLICIT_DENY),
        (Layer.RESOURCE, Outcome.ALLOWED),
    ]
    assert [cited(side) for side in found] == [[("Allow", "#1")], [], [("Allow", "#1")]]
    assert [side.holder for side in found] == [OTHER_USER, OTHER_USER, FUNCTION]
    assert [side.policies for side in found] == [("identity",), ("boundary",), ("resource",)]


def test_a_session_s_side_is_its_role_s() -> None:
    assert one(Layer.IDENTITY, taken_apart(SESSION, identity=[allow()])).holder == ROLE


def test_the_resource_s_side_is_held_by_what_its_policy_is_on() -> None:
    """The policy that is read for an alias may be on the function."""
    made = analysis(OTHER_USER, resource_arn=f"{FUNCTION}:live")
    on_function = structs.replace(attached(PolicyKind.RESOURCE, [to({"AWS": A})]), holder=FUNCTION)
    policies = made.policies.changed(resource=(on_function,))
    made = analyse(made.request, policies)
    assert one(Layer.RESOURCE, sides(made, decide(made), IDS)).holder == FUNCTION


@pytest.mark.parametrize("body", [allow(), deny()], ids=("an allow", "a deny"))
def test_a_citation_names_what_its_policy_is_on(body: dict[str, Any]) -> None:
    made = analysis(SESSION)
    of_group = structs.replace(attached(PolicyKind.IDENTITY, [body]), holder="arn:aws:iam::222222222222:group/ops")
    made = analyse(made.request, made.policies.changed(identity=(of_group,)))
    assert [citation.holder for citation in decide(made).because] == [of_group.holder]


def test_without_names_a_level_is_held_by_what_its_policies_are_on() -> None:
    made = analysis(identity=[allow()], scps=[EVERYTHING, []])
    on_root = tuple(structs.replace(one, holder="r-1") for one in made.policies.scps[0])
    made = analyse(made.request, made.policies.changed(scps=(on_root, ())))
    levels = [side for side in sides(made, decide(made), {}) if side.layer is Layer.SCP]
    assert [(side.holder, side.outcome) for side in levels] == [
        ("r-1", Outcome.ALLOWED),
        (None, Outcome.IMPLICIT_DENY),
    ]


def test_both_sides_are_there_without_policies_too() -> None:
    found = taken_apart(OTHER_USER)
    assert [(side.layer, side.policies, side.outcome) for side in found] == [
        (Layer.IDENTITY, (), Outcome.IMPLICIT_DENY),
        (Layer.RESOURCE, (), Outcome.IMPLICIT_DENY),
    ]


def test_a_service_has_the_resource_s_side_alone() -> None:
    found = taken_apart("s3.amazonaws.com", resource=[to({"Service": "s3.amazonaws.com"})])
    assert [side.layer for side in found] == [Layer.RESOURCE]


def test_a_role_s_own_policy_is_its_trust_policy() -> None:
    more = {"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE}
    found = one(Layer.TRUST, taken_apart(trust=[trusts({"AWS": USER})], **more))
    assert (found.outcome, found.holder) == (Outcome.ALLOWED, TARGET_ROLE)


def test_service_control_policies_level_by_level() -> None:
    found = taken_apart(identity=[allow()], scps=[EVERYTHING, [allow("*", "*"), deny("lambda:*", "*")], []])
    levels = [side for side in found if side.layer is Layer.SCP]
    assert [(side.holder, side.outcome) for side in levels] == [
        ("r-1", Outcome.ALLOWED),
        ("ou-1", Outcome.EXPLICIT_DENY),
        (A, Outcome.IMPLICIT_DENY),
    ]
    assert [cited(side) for side in levels] == [[("Allow", "#1")], [("Deny", "#2")], []]


def test_what_is_about_no_resource_has_no_resource_s_side() -> None:
    found = taken_apart(action="lambda:ListFunctions", resource_arn="*", identity=[allow("lambda:List*", "*")])
    assert [(side.layer, side.outcome) for side in found] == [(Layer.IDENTITY, Outcome.ALLOWED)]


def test_what_does_not_bind_the_caller_has_no_side() -> None:
    found = taken_apart(identity=[allow()], scps=[[deny("*", "*")]], management_account=True)
    assert Layer.SCP not in {side.layer for side in found}


def test_a_level_s_near_misses_are_its_own() -> None:
    found = taken_apart(identity=[allow()], scps=[EVERYTHING, [allow("lambda:Get*", "*")], [allow("s3:*", "*")]])
    assert [[miss.failed for miss in side.near_misses] for side in found if side.layer is Layer.SCP] == [
        [],
        ["action"],
        [],
    ]


def test_only_an_implicit_deny_has_near_misses() -> None:
    nearly = [allow("lambda:GetFunction")]
    assert one(Layer.RESOURCE, taken_apart(identity=[allow()], resource=[to({"AWS": OTHER_USER})])).near_misses == ()
    assert one(Layer.IDENTITY, taken_apart(identity=nearly, resource=[to({"AWS": USER})])).near_misses == ()
    assert [miss.failed for miss in one(Layer.IDENTITY, taken_apart(identity=nearly)).near_misses] == ["action"]


def test_what_is_open_is_behind_it_too() -> None:
    mfa, never = ({"Bool": {"aws:MultiFactorAuthPresent": value}} for value in ("true", "maybe"))
    opens = ["aws:MultiFactorAuthPresent"]
    statements = [allow(Sid="Mfa", Condition=mfa), allow(Sid="Never", Condition=never), allow("s3:*", "*")]
    conditional = one(Layer.IDENTITY, taken_apart(identity=statements, opens=opens))
    assert (conditional.outcome, cited(conditional)) == (Outcome.CONDITIONAL, [("Allow", "Mfa")])
    both = one(Layer.IDENTITY, taken_apart(identity=[allow(), deny(Sid="NoMfa", Condition=mfa)], opens=opens))
    assert (both.outcome, cited(both)) == (Outcome.CONDITIONAL, [("Allow", "#1"), ("Deny", "NoMfa")])


def test_of_a_certain_allow_the_certain_statements_are_behind_it() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    found = taken_apart(
        identity=[allow(Sid="Mfa", Condition=mfa), allow(Sid="Sure")], opens=["aws:MultiFactorAuthPresent"]
    )
    assert cited(one(Layer.IDENTITY, found)) == [("Allow", "Sure")]


def test_what_was_refused_is_named_on_its_side() -> None:
    refused = MissingFact(FactKind.IDENTITY, A, "iam:GetAccountAuthorizationDetails refused")
    unasked = MissingFact(FactKind.RESOURCE_POLICY, FUNCTION, "nobody asked", refused=False)
    unread = {Layer.IDENTITY: (refused,), Layer.RESOURCE: (unasked,)}
    found = taken_apart(unread=unread)
    assert (one(Layer.IDENTITY, found).outcome, one(Layer.IDENTITY, found).gaps) == (Outcome.UNKNOWN, (refused,))
    assert (one(Layer.RESOURCE, found).outcome, one(Layer.RESOURCE, found).gaps) == (Outcome.IMPLICIT_DENY, ())


def test_an_organization_that_was_not_read_is_one_side() -> None:
    refused = MissingFact(FactKind.ORGANIZATION, "*", "organizations:ListPolicies refused")
    found = one(Layer.SCP, taken_apart(identity=[allow()], unread={Layer.SCP: (refused,)}))
    assert (found.outcome, found.gaps, found.policies) == (Outcome.UNKNOWN, (refused,), ())


@given(requests(), st.dictionaries(st.sampled_from(KEYS), st.sampled_from(DOMAIN)))
def test_the_sides_are_the_layers_of_the_decision(asked: dict[str, Any], context: dict[str, str]) -> None:
    made = analysis(**asked, context=context)
    decision = decide(made)
    found = sides(made, decision, IDS)
    plain = {side.layer: side.outcome for side in found if side.layer is not Layer.SCP}
    assert {
        layer: outcome for layer, outcome in decision.layers.items() if layer is not Layer.SCP
    }.items() <= plain.items()
    levels = {side.outcome for side in found if side.layer is Layer.SCP}
    assert (Layer.SCP in decision.layers) == bool(levels)
    if levels:
        weakest = (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY, Outcome.ALLOWED)
        assert decision.layers[Layer.SCP] is next(outcome for outcome in weakest if outcome in levels)
    told = {citation for side in found for citation in side.because}
    assert set(decision.because) <= told
