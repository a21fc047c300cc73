"""What a change may touch of who may take what over is all that it changes: as if all were worked out of nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.change import AddStatement, Change, DeleteFunction, SetBoundary
from models.edge import EdgeKind
from models.snapshot import Snapshot
from simulator.changes import apply
from simulator.opening.anew import opened_after
from simulator.opening.numbers import Numbers
from simulator.opening.rows import NONE, Row, every_kind, opened
from simulator.policy.patterns import numbers_of
from simulator.world import World
from tests.changes.made import taken
from tests.changes.takeovers import some_change, worlds
from tests.worlds import INVOKE, LAMBDA_TRUST, ONE, Builder, allow, deny, function, role, user

Pairs = set[tuple[str, str, str, bool]]


def named(numbers: Numbers, kinds: Mapping[EdgeKind, Mapping[int, Row]]) -> Pairs:
    """Every open edge by name, with whether it is allowed."""
    rows = ((kind.value, numbers.nodes[source], row) for kind, found in kinds.items() for source, row in found.items())
    return {
        (kind, source, target, bool(row.allowed >> numbers.of(target) & 1))
        for kind, source, row in rows
        if row != NONE
        for target in (numbers.nodes[number] for number in numbers_of(row.open))
    }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds, st.lists(st.lists(some_change, min_size=1, max_size=3), min_size=8, max_size=8))
def test_what_a_change_may_touch_is_all_that_it_changes(snapshot: Snapshot, several: list[list[Change]]) -> None:
    world = World(snapshot)
    before = opened(world)
    for changes in several:
        done = taken(snapshot, changes)
        after = apply(snapshot, done)
        patched = opened_after(before, world, world.changed_to(after))
        anew = every_kind(World(after), before.numbers)
        assert named(before.numbers, patched.kinds) == named(before.numbers, anew), done


G, H, BOUND = function("g"), function("h"), f"arn:aws:iam::{ONE}:policy/bound"
DEV, OTHER, ADMIN, JOB = user("dev"), user("other"), user("admin"), role("job")
EVERYTHING = allow("*", "*")
NO_CALLS = deny(INVOKE, "*")


def _bounded() -> Builder:
    """Dev may change job, with which g runs, once it has a boundary."""
    builder = Builder()
    builder.policy(BOUND, EVERYTHING)
    within = {"StringEquals": {"iam:PermissionsBoundary": BOUND}}
    builder.user(DEV, allow(["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], JOB, Condition=within))
    builder.role(JOB, LAMBDA_TRUST)
    builder.function(G, role=JOB)
    return builder


def _limited() -> Builder:
    """Admin, who may do all but call functions, gains by changing other, who may be let call them."""
    builder = Builder()
    builder.user(ADMIN, EVERYTHING, NO_CALLS)
    builder.user(OTHER)
    builder.function(G)
    return builder


def _starting() -> Builder:
    """Dev may pass job to functions, and change h."""
    builder = Builder()
    change = ["lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode", INVOKE]
    builder.user(DEV, allow("iam:PassRole", JOB), allow(change, H))
    builder.role(JOB, LAMBDA_TRUST, allow("s3:*", "*"))
    builder.role(role("own"), LAMBDA_TRUST)
    builder.function(H, role=role("own"))
    return builder


@pytest.mark.parametrize(
    "builder, change",
    [
        pytest.param(_bounded(), SetBoundary(holder=JOB, policy=BOUND), id="of a role with another boundary"),
        pytest.param(
            _limited(),
            AddStatement(side="identity", holder=OTHER, statement=NO_CALLS),
            id="of whoever is kept from as much now as who may change him",
        ),
        pytest.param(_starting(), DeleteFunction(function=H), id="of what is passed, where nothing is left to start"),
    ],
)
def test_takeovers_are_others_of_those_who_are_not_touched(builder: Builder, change: Change) -> None:
    snapshot = builder.snapshot()
    world = World(snapshot)
    before = opened(world)
    after = apply(snapshot, [change])
    patched = named(before.numbers, opened_after(before, world, world.changed_to(after)).kinds)
    assert patched == named(before.numbers, every_kind(World(after), before.numbers))
    differing = patched ^ named(before.numbers, before.kinds)
    assert {row for row in differing if row[0] == "changes"}, "the change is about nothing"
