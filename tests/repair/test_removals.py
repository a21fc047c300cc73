"""What is taken away so that somebody comes to something no more: what can be edited, detached or left."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.answer import RemovalWay, RemoveAnswer
from simulator.answers.remove import remove
from simulator.repair.hitting import least
from simulator.world import World
from tests.repair.small import AWS_MANAGED, TEAM
from tests.worlds import ASSUME, INVOKE, ONE, TWO, Builder, allow, deny, function, permit, role, trusting, user

DEV, OTHER = user("dev"), user("other")
OURS, THEIRS = function("orders"), function("orders", TWO)
SHARED = f"arn:aws:iam::{ONE}:policy/shared"
INVOKER = role("invoker", TWO)


def world(*make: Callable[[Builder], object]) -> World:
    made = Builder(accounts=(ONE, TWO))
    made.user(DEV)
    made.user(OTHER)
    made.function(OURS)
    made.function(THEIRS)
    for step in make:
        step(made)
    return made.world()


def kinds(way: RemovalWay) -> list[tuple[str, str | None]]:
    return [(row.change["change"], row.account) for row in way.removals]


def first(answer: RemoveAnswer) -> RemovalWay:
    assert answer.impossible is None
    way = answer.removals[0]
    assert way.verified
    return way


def test_a_statement_of_ones_own() -> None:
    way = first(remove(world(lambda at: at.user(DEV, allow(INVOKE, OURS))), DEV, OURS))
    assert kinds(way) == [("remove_statement", ONE)]
    assert [(cited.policy, cited.statement) for cited in way.removals[0].statements] == [("inline", "#1")]
    assert way.also_closes == ()
    assert "delete-user-policy" in way.by_account[0].cli


def test_either_side_suffices_in_one_account_so_both_have_to_go() -> None:
    made = world(
        lambda at: at.user(DEV, allow(INVOKE, OURS)),
        lambda at: at.function(OURS, permit({"AWS": DEV}, OURS)),
    )
    way = first(remove(made, DEV, OURS))
    assert way.cost == 2
    assert {row.statements[0].layer for row in way.removals} == {"identity", "resource"}


def test_across_accounts_one_side_is_enough() -> None:
    made = world(
        lambda at: at.user(DEV, allow(INVOKE, THEIRS)),
        lambda at: at.function(THEIRS, permit({"AWS": DEV}, THEIRS)),
    )
    ways = remove(made, DEV, THEIRS).removals
    assert [(way.cost, kinds(way)[0][1]) for way in ways] in (
        [(1, ONE), (1, TWO)],
        [(1, TWO), (1, ONE)],
    )


def test_a_statement_that_all_ways_share_goes_alone() -> None:
    """The least cut is by statements, and not by steps."""
    roles = [role(name, TWO) for name in ("one", "two", "three")]
    made = world(
        lambda at: at.user(DEV, allow(ASSUME, "*")),
        lambda at: [at.role(arn, trusting(DEV), allow(INVOKE, THEIRS)) for arn in roles],
    )
    answer = remove(made, DEV, THEIRS)
    assert len(answer.closes) == 3
    way = first(answer)
    assert (way.cost, way.removals[0].holder) == (1, DEV)
    assert {row.target for row in way.also_closes} == set(roles)


def test_what_aws_manages_is_detached() -> None:
    made = world(lambda at: at.user(DEV, attached=(AWS_MANAGED,)))
    way = first(remove(made, DEV, OURS))
    assert kinds(way) == [("detach_policy", ONE)]
    assert way.removals[0].change["policy"] == AWS_MANAGED
    assert "detach-user-policy" in way.by_account[0].cli


def test_the_narrower_of_two_removals_comes_first() -> None:
    """Out of a policy that others hold too, everybody loses the statement: detached, only he does."""
    made = world(
        lambda at: at.policy(SHARED, allow(INVOKE, OURS)),
        lambda at: at.user(DEV, attached=(SHARED,)),
        lambda at: at.user(OTHER, attached=(SHARED,)),
    )
    assert kinds(first(remove(made, DEV, OURS))) == [("detach_policy", ONE)]


def test_a_user_leaves_a_group_rather_than_others_losing_it() -> None:
    made = world(
        lambda at: at.group(TEAM, allow(INVOKE, OURS)),
        lambda at: at.user(DEV, groups=(TEAM,)),
        lambda at: at.user(OTHER, groups=(TEAM,)),
    )
    by_leaving, by_statement = remove(made, DEV, OURS).removals
    assert by_leaving.removals[0].change == {"change": "remove_from_group", "user": DEV, "group": TEAM}
    assert by_leaving.also_closes == ()
    assert kinds(by_statement) == [("remove_statement", ONE)]
    assert [(row.source, row.target) for row in by_statement.also_closes] == [(OTHER, OURS)]


def test_a_group_that_denies_is_not_left() -> None:
    """Out of it he would be freed of the deny as well."""
    made = world(
        lambda at: at.group(TEAM, allow(INVOKE, OURS), deny(INVOKE, THEIRS)),
        lambda at: at.user(DEV, groups=(TEAM,)),
    )
    assert [kinds(way) for way in remove(made, DEV, OURS).removals] == [[("remove_statement", ONE)]]


def test_in_the_place_of_the_last_statement_of_a_trust_policy_comes_a_deny() -> None:
    made = world(
        lambda at: at.user(DEV, allow(ASSUME, "*"), attached=(AWS_MANAGED,)),
        lambda at: at.role(INVOKER, trusting(DEV), allow(INVOKE, THEIRS), attached=()),
    )
    ways = remove(made, DEV, THEIRS).removals
    (trust,) = [way for way in ways if way.removals[0].holder == INVOKER and kinds(way)[0][0] == "replace_statement"]
    assert trust.removals[0].change["statement"]["Effect"] == "Deny"
    assert trust.verified


def test_statements_keep_their_numbers_until_they_go() -> None:
    made = world(
        lambda at: at.user(DEV, allow(INVOKE, OURS), allow("s3:GetObject", "*"), allow("lambda:*", "*")),
    )
    way = first(remove(made, DEV, OURS))
    assert [row.change["sid"] for row in way.removals] == ["#3", "#1"]
    assert way.by_account[0].items == (0, 1)


def test_two_statements_that_say_the_same_both_go() -> None:
    made = world(lambda at: at.user(DEV, allow(INVOKE, OURS), allow(INVOKE, OURS)))
    assert first(remove(made, DEV, OURS)).cost == 2


def test_what_may_be_taken_over_is_closed_too() -> None:
    made = world(lambda at: at.user(DEV, allow(INVOKE, OURS), allow("lambda:UpdateFunctionCode", OURS)))
    assert first(remove(made, DEV, OURS)).cost == 2


def test_where_no_way_is_open_nothing_has_to_go() -> None:
    answer = remove(world(), DEV, OURS)
    assert (answer.status, answer.closes, answer.removals, answer.impossible) == ("missing", (), (), None)


def test_what_only_aws_can_change_is_said() -> None:
    sso = f"arn:aws:iam::{ONE}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_1234567890abcdef"
    provider = f"arn:aws:iam::{ONE}:saml-provider/sso"
    trust = allow("sts:AssumeRoleWithSAML", Principal={"Federated": provider})
    answer = remove(world(lambda at: at.role(sso, trust, allow(INVOKE, OURS))), sso, OURS)
    assert not answer.removals
    assert "could be taken away" in str(answer.impossible)


sets = st.lists(st.frozensets(st.integers(0, 5), min_size=1, max_size=3), max_size=6)


@given(sets, st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_the_least_sets_are_found_in_their_order(wanted: list[frozenset[int]], weights: list[int]) -> None:
    every = [frozenset(some) for size in range(7) for some in combinations(range(6), size)]
    hitting = [some for some in every if all(some & one for one in wanted)]
    fewest = min(map(len, hitting))
    expected = sorted(sum(weights[one] for one in some) for some in hitting if len(some) == fewest)
    found = list(least(wanted, weights.__getitem__))
    assert len(found) == len(set(found))
    assert [sum(weights[one] for one in some) for some in found if len(some) == fewest] == expected
    assert all(all(some & one for one in wanted) for some in found)


@pytest.mark.parametrize("source", [DEV, OTHER])
def test_what_is_left_of_the_other_is_as_it_was(source: str) -> None:
    made = world(
        lambda at: at.user(DEV, allow(INVOKE, OURS)),
        lambda at: at.user(OTHER, allow(INVOKE, OURS)),
    )
    way = first(remove(made, source, OURS))
    assert way.removals[0].holder == source
    assert way.also_closes == ()
