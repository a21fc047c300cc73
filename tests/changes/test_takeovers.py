"""What a change may touch of who may take what over is all that it changes: as if all were worked out of nothing."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.change import Change
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
