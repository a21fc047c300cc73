"""What holds of every change of every world: laws that need no table of expected answers."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.answer import OpenedAnswer
from models.change import Change
from models.snapshot import Snapshot
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.world import World
from tests.changes.made import some_change, taken, worlds
from tests.changes.plain import differences, open_pairs


def without_via(rows: Sequence[OpenedAnswer]) -> list[OpenedAnswer]:
    return [row.model_copy(update={"via": ()}) for row in rows]


@settings(max_examples=settings().max_examples // 3, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.lists(st.lists(some_change, min_size=1, max_size=3), min_size=3, max_size=6))
def test_what_a_change_may_touch_is_all_that_it_changes(snapshot: Snapshot, several: list[list[Change]]) -> None:
    world, plain = World(snapshot), open_pairs(World(snapshot))
    for changes in several:
        done = taken(snapshot, changes)
        after = World(apply(snapshot, done))
        answer = what_if(world, done)
        opens, closes = differences(World(snapshot), plain, after, open_pairs(after))
        assert without_via(answer.opens) == opens, done
        assert without_via(answer.closes) == closes, done
