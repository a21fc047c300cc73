"""What a change of an organization may touch is all that it changes: as if all were worked out of nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.change import Change
from models.edge import EdgeKind
from models.snapshot import Snapshot
from simulator.changes import apply
from simulator.opening.anew import opened_after
from simulator.opening.rows import NONE, Row, every_kind, opened
from simulator.world import World
from tests.changes.made import some_change, taken
from tests.changes.organizations import organized, some_reorganizing

Rows = Mapping[EdgeKind, Mapping[int, Row]]


def there(kinds: Rows) -> dict[EdgeKind, dict[int, Row]]:
    return {kind: {source: row for source, row in rows.items() if row != NONE} for kind, rows in kinds.items()}


def check(snapshot: Snapshot, several: Iterable[Sequence[Change]]) -> None:
    world = World(snapshot)
    before = opened(world)
    for changes in several:
        after = apply(snapshot, taken(snapshot, changes))
        patched = opened_after(before, world, world.changed_to(after))
        assert there(patched.kinds) == there(every_kind(World(after), before.numbers)), taken(snapshot, changes)


@settings(max_examples=settings().max_examples // 3, suppress_health_check=[HealthCheck.too_slow])
@given(organized(), st.lists(st.lists(some_reorganizing, min_size=1, max_size=3), min_size=6, max_size=10))
def test_what_a_change_of_an_organization_may_touch_is_all_that_it_changes(
    snapshot: Snapshot, several: list[list[Change]]
) -> None:
    check(snapshot, several)


@settings(max_examples=settings().max_examples // 6, suppress_health_check=[HealthCheck.too_slow])
@given(organized(), st.lists(st.tuples(some_reorganizing, some_change, some_reorganizing), min_size=4, max_size=6))
def test_so_it_is_with_another_change(snapshot: Snapshot, several: list[tuple[Change, ...]]) -> None:
    check(snapshot, several)
