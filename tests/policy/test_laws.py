"""Laws of deciding that hold for every request and every set of policies.

Of statements (with every key known, and of open keys where it says so):

- Adding a Deny, to any policy that is there, never grants.
- Adding an Allow never denies: to an identity-based or resource-based policy whether it is there or not, to any other
  kind of policy only if it is there. (A first boundary, SCP level, RCP, session or endpoint policy limits; only a
  federated user's first session policy gives.)
- The order of policies, levels and statements is nothing; so is a duplicate statement, and a policy attached twice.
- A statement split in two by its actions, resources or principals means the same.
- NotAction complements Action, NotResource complements Resource: of two such Allows exactly one matches.
- The letter case of action names and condition keys is nothing, those in policy variables included.
- Renaming accounts consistently changes nothing.
- A boundary, SCP level, RCP, session policy or endpoint policy never grants.
- A context key that no statement asks for is nothing.
- Version 2008-10-17 differs from 2012-10-17 only where a document has `${`.

Of conditions:

- More values of a positive operator never shrink what matches; more values of a negated one never widen it.
- An operator and its negation are opposites, absent keys included; ForAnyValue of one is the opposite of ForAllValues
  of the other. Null true and Null false are opposites.
- …IfExists is nothing on a key that is there, and true of one that isn't.
- Both quantifiers are nothing on a key with exactly one value that isn't empty (ForAllValues takes "" for no value).
- …LessThanEquals is LessThan or Equals, …GreaterThan is neither.
- ArnLike is ArnEquals; StringLike without wildcards is StringEquals; the order of values is nothing.

Sources: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators", "Single-valued vs.
multivalued context keys"; the laws follow from what they say, whatever the policies. What is held against a second
evaluator as a whole is in test_reference.py, what is open in test_residual_properties.py.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Outcome
from models.request import Traits
from tests.policy.builders import INVOKE, USER, A, B, allow, ask
from tests.strategies import ASKED, SUITABLE, TYPED, contexts, statements_about, worlds

World = dict[str, Any]
Known = dict[str, Any]

LIMITS = ("boundary", "session", "endpoint")
SIDES = ("identity", *LIMITS, "resource", "trust")
LEVELS = ("scps", "rcps")


def outcome(world: World, context: Known, **changed: Any) -> Outcome:
    return ask(**{**world, **changed}, context=context, traits=Traits(bound_by_rcps=True)).outcome


def places(world: World) -> list[tuple[str, int]]:
    """Where statements stand: a kind of policy, and its level (0 for those without levels)."""
    found = [(side, 0) for side in SIDES if world.get(side) is not None]
    return found + [(side, level) for side in LEVELS for level in range(len(world[side]))]


def at(world: World, place: tuple[str, int]) -> list[Any]:
    side, level = place
    found: list[Any] = world[side][level] if side in LEVELS else world.get(side) or []
    return found


def put(world: World, place: tuple[str, int], statements: list[Any]) -> World:
    side, level = place
    if side not in LEVELS:
        return {**world, side: statements}
    return {**world, side: [*world[side][:level], statements, *world[side][level + 1 :]]}


def everywhere(world: World, change: Callable[[list[Any]], list[Any]]) -> World:
    for place in places(world):
        world = put(world, place, change(at(world, place)))
    return world


def one_more(data: st.DataObject, world: World, side: str, effect: str) -> World:
    """A statement that suits the side, with that effect."""
    actions, resources = next(
        (actions, resources) for asked, actions, resources in ASKED if asked["resource_arn"] == world["resource_arn"]
    )
    named = "anybody" if side == "rcps" else "somebody" if side in ("resource", "trust", "endpoint") else ""
    of_kind = statements_about(actions, () if side == "trust" else resources, named)
    return data.draw(of_kind.filter(lambda body: effect == "Deny" or "NotPrincipal" not in body)) | {"Effect": effect}


@given(worlds(), contexts(), st.data())
def test_adding_a_deny_never_grants(world: World, context: Known, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([("identity", 0), *places(world)]))
    more = put(world, place, [*at(world, place), one_more(data, world, place[0], "Deny")])
    before, after = outcome(world, context), outcome(more, context)
    assert after in (before, Outcome.EXPLICIT_DENY)


@given(worlds(), contexts(), st.data())
def test_adding_an_allow_never_denies(world: World, context: Known, data: st.DataObject) -> None:
    giving = [("trust" if "trust" in world else "resource", 0), ("identity", 0)]
    place = data.draw(st.sampled_from([*giving, *places(world)]))
    more = put(world, place, [*at(world, place), one_more(data, world, place[0], "Allow")])
    before, after = outcome(world, context), outcome(more, context)
    assert after is before or (before, after) == (Outcome.IMPLICIT_DENY, Outcome.ALLOWED)


@given(worlds(), contexts(), st.data())
def test_what_limits_never_grants(world: World, context: Known, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(places({**world, "scps": world["scps"] or [[]]})))
    side, level = place
    if side not in (*LIMITS, *LEVELS) or (side == "session" and "federated-user" in world["principal"]):
        return
    rest = {side: world[side][:level] + world[side][level + 1 :]} if side in LEVELS else {side: None}
    if outcome(world, context) is Outcome.ALLOWED:
        assert outcome(world, context, **rest) is Outcome.ALLOWED


@given(worlds(), contexts(), st.randoms(use_true_random=False))
def test_order_is_nothing(world: World, context: Known, order: random.Random) -> None:
    shuffled = everywhere(world, lambda statements: order.sample(statements, len(statements)))
    levels = {side: order.sample(shuffled[side], len(shuffled[side])) for side in LEVELS}
    assert outcome(world, context) is outcome(shuffled, context, **levels)


@given(worlds(), contexts(), st.randoms(use_true_random=False))
def test_a_duplicate_is_nothing(world: World, context: Known, chance: random.Random) -> None:
    twice = everywhere(world, lambda statements: statements + chance.sample(statements, min(1, len(statements))))
    levels = {side: twice[side] + twice[side][:1] for side in LEVELS}
    assert outcome(world, context) is outcome(twice, context, **levels)


def split(statement: dict[str, Any], element: str) -> list[dict[str, Any]]:
    """The statement once for each value of an element; one with a Not stays whole, it means all of them."""
    value = statement.get(element)
    if isinstance(value, list):
        return [{**statement, element: [one]} for one in value]
    if not isinstance(value, dict):
        return [statement]
    pairs = [(kind, one) for kind, many in value.items() for one in (many if isinstance(many, list) else [many])]
    return [{**statement, element: {kind: one}} for kind, one in pairs]


@given(worlds(), contexts(), st.sampled_from(("Action", "Resource", "Principal")))
def test_a_statement_split_in_two_means_the_same(world: World, context: Known, element: str) -> None:
    apart = everywhere(world, lambda statements: [part for whole in statements for part in split(whole, element)])
    assert outcome(world, context) is outcome(apart, context)


@given(st.sampled_from(ASKED[:3]), contexts(), st.sampled_from(("Action", "Resource")), st.data())
def test_not_complements(asked: Any, context: Known, element: str, data: st.DataObject) -> None:
    names, actions, resources = asked
    statement = data.draw(statements_about(actions, resources)) | {"Effect": "Allow"}
    wanted = statement.pop(element, None) or statement.pop(f"Not{element}")
    found = [
        ask(USER, **names, identity=[{**statement, name: value}], context=context).outcome is Outcome.ALLOWED
        for name, value in ((element, wanted), (f"Not{element}", wanted), (element, "*"))
    ]
    if "${" in str(wanted) and "l" not in context:
        # A variable without a value: no match in Resource, no exclusion in NotResource.
        assert found[1] is found[2] or not found[1]
        return
    assert found[0] + found[1] == found[2]


@given(worlds(), contexts(), st.sampled_from((str.upper, str.lower, str.swapcase)))
def test_the_letter_case_of_actions_and_keys_is_nothing(
    world: World, context: Known, cased: Callable[[str], str]
) -> None:
    def recased(statement: dict[str, Any]) -> dict[str, Any]:
        found = dict(statement)
        for element in {"Action", "NotAction"} & set(found):
            found[element] = [cased(action) for action in found[element]]
        tests = found.get("Condition", {})
        found["Condition"] = {
            name: {cased(key): values for key, values in keys.items()} for name, keys in tests.items()
        }
        text = json.dumps(found)
        return json.loads(text.replace("${l}", cased("${l}")).replace("${k,", cased("${k,")))  # type: ignore[no-any-return]

    plain = outcome(world, context)
    assert plain is outcome(world, context, action=cased(world["action"]))
    assert plain is outcome(world, {cased(key): value for key, value in context.items()})
    assert plain is outcome(everywhere(world, lambda statements: [recased(one) for one in statements]), context)


@given(worlds(), contexts(), st.sampled_from((("333333333333", B), (A, "333333333333"), (B, A))))
def test_renaming_accounts_changes_nothing(world: World, context: Known, new: tuple[str, str]) -> None:
    def renamed(value: Any) -> Any:
        text = json.dumps(value).replace(A, "first").replace(B, "second")
        return json.loads(text.replace("first", new[0]).replace("second", new[1]))

    principal = world["principal"]
    if ":assumed-role/" in principal:
        # Said, since a session's ARN lacks its role's path: the same role before and after.
        world = {**world, "role": f"arn:aws:iam::{principal.split(':')[4]}:role/worker"}
    assert outcome(world, context) is outcome(renamed(world), renamed(context))


@given(worlds(), contexts())
def test_a_key_that_nobody_asks_for_is_nothing(world: World, context: Known) -> None:
    decided = outcome(world, context)
    assert decided is outcome(world, {**context, "unused": "v"})
    mentioned = json.dumps(world).lower()
    asked = {
        key: value for key, value in context.items() if f'"{key.lower()}"' in mentioned or f"${{{key}" in mentioned
    }
    assert decided is outcome(world, asked)


@given(worlds(), contexts())
def test_versions_differ_only_where_there_are_variables(world: World, context: Known) -> None:
    if "${" not in json.dumps(world):
        assert outcome(world, context) is outcome(world, context, version="2008-10-17")


POSITIVE = [
    (key, operator)
    for key, (operators, _) in SUITABLE.items()
    for operator in operators
    if "Not" not in operator.rpartition(":")[2]
]
NEGATED = {"IpAddress": "NotIpAddress"}


def negated(operator: str) -> str:
    """The operator's negation as AWS names it, or nothing: there is none."""
    quantifier, colon, name = operator.rpartition(":")
    head, wanted = ("Arn", "String", "Numeric", "Date"), ("Equals", "EqualsIgnoreCase", "Like")
    kind = next((kind for kind in head if name.startswith(kind) and name.removeprefix(kind) in wanted), "")
    opposite = NEGATED.get(name) or (f"{kind}Not{name.removeprefix(kind)}" if kind else "")
    return opposite and f"{quantifier}{colon}{opposite}"


values_of = {key: st.none() | st.sampled_from(values) for key, values in TYPED.items()} | {
    "m": st.none() | st.lists(st.sampled_from(TYPED["m"]), max_size=3, unique=True)
}
typed = st.sampled_from(POSITIVE).flatmap(
    lambda pair: st.tuples(
        st.just(pair[0]),
        st.just(pair[1]),
        st.lists(st.sampled_from(SUITABLE[pair[0]][1]), min_size=1, max_size=3),
        values_of[pair[0]],
    )
)
Typed = tuple[str, str, list[str], Any]


def matches(key: str, operator: str, wanted: list[str] | str, got: Any, **more: str) -> bool:
    """Whether an Allow with this one condition allows; None: the key is absent."""
    context = {**more, **({} if got is None else {key: got})}
    return ask(identity=[allow(Condition={operator: {key: wanted}})], context=context).outcome is Outcome.ALLOWED


@given(typed, st.data())
def test_more_values_of_a_positive_operator_never_shrink(case: Typed, data: st.DataObject) -> None:
    key, operator, wanted, got = case
    more = [*wanted, data.draw(st.sampled_from(SUITABLE[key][1]))]
    assert matches(key, operator, wanted, got) <= matches(key, operator, more, got)
    assert matches(key, operator, wanted, got) is matches(key, operator, wanted[::-1], got)
    if opposite := negated(operator):
        assert matches(key, opposite, wanted, got) >= matches(key, opposite, more, got)


@given(typed)
def test_an_operator_and_its_negation_are_opposites(case: Typed) -> None:
    key, operator, wanted, got = case
    opposite = negated(operator)
    if operator.startswith("ForAnyValue:"):
        opposite = opposite.replace("ForAnyValue", "ForAllValues")
    elif operator.startswith("ForAllValues:"):
        opposite = opposite.replace("ForAllValues", "ForAnyValue")
    if opposite:
        assert matches(key, operator, wanted, got) is not matches(key, opposite, wanted, got)
    assert matches(key, "Null", "true", got) is not matches(key, "Null", "false", got)


@given(typed)
def test_ifexists_is_nothing_on_a_key_that_is_there(case: Typed) -> None:
    key, operator, wanted, got = case
    for name in filter(None, (operator, negated(operator))):
        found = matches(key, f"{name}IfExists", wanted, got)
        assert found is (True if got is None else matches(key, name, wanted, got))


@given(typed)
def test_quantifiers_are_nothing_on_one_value(case: Typed) -> None:
    key, operator, wanted, got = case
    # A key of several values can't be a variable, not even in its own condition.
    wanted = [value for value in wanted if f"${{{key}" not in value] or ["v"]
    for name in filter(None, (operator, negated(operator))):
        plain = name.rpartition(":")[2]
        for value in (got if isinstance(got, list) else [got]) if got is not None else ():
            expected = matches(key, plain, wanted, value)
            assert matches(key, f"ForAnyValue:{plain}", wanted, [value]) is expected
            assert matches(key, f"ForAllValues:{plain}", wanted, [value]) is (expected or value == "")


@given(st.sampled_from(("aws:N", "d")), st.data())
def test_orders_fit_together(key: str, data: st.DataObject) -> None:
    kind = "Numeric" if key == "aws:N" else "Date"
    wanted, got = data.draw(st.sampled_from(TYPED[key])), data.draw(st.sampled_from(TYPED[key]))
    less, equal, more = (matches(key, kind + name, wanted, got) for name in ("LessThan", "Equals", "GreaterThan"))
    assert less + equal + more == 1
    assert matches(key, f"{kind}LessThanEquals", wanted, got) is (less or equal)
    assert matches(key, f"{kind}GreaterThanEquals", wanted, got) is (more or equal)


@given(st.sampled_from(TYPED["a"]), st.sampled_from(SUITABLE["a"][1]), st.sampled_from(TYPED["k"]))
def test_operators_that_are_the_same(arn: str, pattern: str, text: str) -> None:
    assert matches("a", "ArnLike", pattern, arn, l="v") is matches("a", "ArnEquals", pattern, arn, l="v")
    plain = pattern.replace("*", "").replace("?", "")
    for value in (arn, text, plain):
        assert matches("k", "StringLike", plain, value) is matches("k", "StringEquals", plain, value)


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ForAnyValue:StringEquals", "IpAddress", "Bool"])
def test_no_value_at_all_matches_nothing(operator: str) -> None:
    assert ask(action=INVOKE, identity=[allow(Condition={operator: {"k": []}})], context={"k": "v"}).outcome is (
        Outcome.IMPLICIT_DENY
    )
