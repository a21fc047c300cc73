"""What holds of every change of every world: laws that need no table of expected answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.answer import OpenedAnswer
from models.change import AddStatement, Change, RemoveStatement
from models.snapshot import Snapshot
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.world import World
from tests.changes.made import allows, denies, some_change, taken, worlds
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


def rows_of(snapshot: Snapshot) -> Snapshot:
    """The snapshot without its documents: what was written and taken back is kept, and named by nobody."""
    return snapshot.model_copy(update={"documents": {}})


def but_takeovers(rows: Sequence[OpenedAnswer]) -> list[OpenedAnswer]:
    """Whoever is given what he could have taken by changing his own policies has nothing to take any more."""
    return [row for row in rows if row.kind != "changes"]


def laws(statements: st.SearchStrategy[AddStatement]) -> Any:
    some = st.lists(statements, min_size=3, max_size=6)
    few = settings(max_examples=settings().max_examples // 6, suppress_health_check=[HealthCheck.too_slow])
    return lambda test: few(given(worlds(), some)(test))


@laws(allows | denies)
def test_what_is_taken_back_was_never_there(snapshot: Snapshot, statements: list[AddStatement]) -> None:
    world = World(snapshot)
    for one in statements:
        back = RemoveStatement(side=one.side, holder=one.holder, policy=one.policy, sid="Added")
        if len(taken(snapshot, (one, back))) == 2:
            assert rows_of(apply(snapshot, (one, back))) == rows_of(snapshot)
            answer = what_if(world, (one, back))
            assert (answer.opens, answer.closes) == ((), ())


@laws(allows | denies)
def test_the_order_of_independent_changes_is_nothing(snapshot: Snapshot, statements: list[AddStatement]) -> None:
    world = World(snapshot)
    for one, other in pairwise(taken(snapshot, statements)):
        if (one.side, one.holder) != (other.side, other.holder):  # type: ignore[union-attr]
            there, back = what_if(world, (one, other)), what_if(world, (other, one))
            assert (there.opens, there.closes) == (back.opens, back.closes)


@laws(allows)
def test_an_allow_that_is_added_closes_nothing(snapshot: Snapshot, statements: list[AddStatement]) -> None:
    world = World(snapshot)
    for one in taken(snapshot, statements):
        assert not but_takeovers(what_if(world, (one,)).closes), one


@laws(denies)
def test_a_deny_that_is_added_opens_nothing(snapshot: Snapshot, statements: list[AddStatement]) -> None:
    world = World(snapshot)
    for one in taken(snapshot, statements):
        assert not but_takeovers(what_if(world, (one,)).opens), one


@settings(max_examples=settings().max_examples // 6, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.lists(some_change, min_size=1, max_size=3))
def test_ways_that_open_are_steps_that_are_there(snapshot: Snapshot, changes: list[Change]) -> None:
    done = taken(snapshot, changes)
    known = {(source, target) for source, target, _ in open_pairs(World(apply(snapshot, done)))}
    for row in what_if(World(snapshot), done).opens:
        if row.kind == "path":
            assert row.via, "a way of one step is an edge"
            assert all(step in known for step in pairwise((row.source, *row.via, row.target)))
