"""Before and after as one graph: what opens and closes is marked, and no row of the answer is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.answer import GraphAnswer, WhatIfAnswer
from models.change import AddStatement, Change, RemoveStatement
from simulator import scenario
from simulator.answers.changed_graph import changed_graph, hops_of
from simulator.answers.what_if import Scope, what_if
from simulator.opening.changed import PATH
from simulator.scenario import library
from simulator.world import World

DEV = "arn:aws:iam::111111111111:user/dev"
PIPELINE = "arn:aws:iam::111111111111:role/pipeline"
INVOKER = "arn:aws:iam::222222222222:role/invoker"
LIVE = "arn:aws:lambda:eu-west-1:222222222222:function:orders:live"
INBOX = "arn:aws:s3:::inbox"
OPERATOR = "arn:aws:iam::222222222222:user/operator"

TRUSTED = AddStatement(
    side="trust",
    holder=INVOKER,
    statement={"Effect": "Allow", "Principal": {"AWS": PIPELINE}, "Action": "sts:AssumeRole"},
)
NOT_NOTIFIED = RemoveStatement(side="resource", holder=LIVE, sid="inbox")

Told = dict[tuple[str, str, str], tuple[str | None, str, str]]


@pytest.fixture(name="world", scope="module")
def _world() -> World:
    return World(scenario.load(library.embedded(library.DEMO)).snapshot)


def told(graph: GraphAnswer) -> Told:
    return {(edge.source, edge.target, edge.kind): (edge.change, edge.status, edge.detail) for edge in graph.edges}


def graph_of(world: World, *changes: Change, scope: Scope | None = None) -> Told:
    return told(changed_graph(world, changes, what_if(world, changes, scope)))


def test_what_opens_is_marked_and_the_rest_of_its_way_is_as_it_is(world: World) -> None:
    assert graph_of(world, TRUSTED) == {
        (DEV, PIPELINE, "assumes"): (None, "allowed", ""),
        (PIPELINE, INVOKER, "assumes"): ("opens", "allowed", "missing → allowed"),
        (INVOKER, LIVE, "invokes"): (None, "allowed", ""),
    }


def test_what_closes_is_marked_with_what_it_then_is(world: World) -> None:
    found = graph_of(world, NOT_NOTIFIED)
    assert found[INBOX, LIVE, "triggers"] == ("closes", "missing", "allowed → missing")
    assert found["service:s3.amazonaws.com", LIVE, "invokes"] == ("closes", "missing", "conditional → missing")
    assert found[OPERATOR, INBOX, "feeds"] == (None, "allowed", "")


def test_both_at_once_are_one_graph(world: World) -> None:
    assert graph_of(world, TRUSTED, NOT_NOTIFIED) == graph_of(world, TRUSTED) | graph_of(world, NOT_NOTIFIED)


def test_of_a_pair_alone_the_step_that_opens_its_way_is_marked_all_the_same(world: World) -> None:
    found = graph_of(world, TRUSTED, scope=Scope(DEV, LIVE))
    assert found[PIPELINE, INVOKER, "assumes"] == ("opens", "allowed", "missing → allowed")
    assert len(found) == 3


def test_of_a_pair_alone_the_step_that_closes_its_way_says_how_it_stands_then(world: World) -> None:
    denied = AddStatement(
        side="resource",
        holder=LIVE,
        statement={
            "Effect": "Deny",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": LIVE,
        },
    )
    found = graph_of(world, denied, scope=Scope(OPERATOR, LIVE))
    assert found[INBOX, LIVE, "triggers"] == ("closes", "denied", "allowed → denied")


def test_nothing_that_opens_or_closes_is_an_empty_graph(world: World) -> None:
    again = RemoveStatement(side="trust", holder=INVOKER, sid="#1")
    nothing = AddStatement(side="trust", holder=INVOKER, statement=dict(TRUSTED.statement, Effect="Deny"))
    assert graph_of(world, nothing) == {}
    assert graph_of(world, nothing, again) == {}


def test_a_way_that_cannot_be_told_step_by_step_is_drawn_in_one(world: World) -> None:
    answer = what_if(world, (TRUSTED,))
    row = next(row for row in answer.opens if row.kind == PATH).model_copy(update={"via": ("nowhere",)})
    found = told(changed_graph(world, (TRUSTED,), WhatIfAnswer(changes=(), opens=(row,), closes=())))
    assert found == {(row.source, row.target, PATH): ("opens", "allowed", "missing → allowed")}


@pytest.mark.parametrize("file", [pytest.param(name, id=name) for name in library.names()])
def test_every_row_of_every_what_if_of_the_library_is_in_the_picture(file: str) -> None:
    loaded = scenario.load(Path(library.embedded(file)))
    world = World(loaded.snapshot)
    for supposed in loaded.questions.supposed:
        answer = what_if(world, supposed.changes)
        graph = changed_graph(world, supposed.changes, answer)
        drawn = {(edge.source, edge.target) for edge in graph.edges}
        changed = {(edge.source, edge.target, edge.change) for edge in graph.edges if edge.change}
        for direction, rows in (("opens", answer.opens), ("closes", answer.closes)):
            for row in rows:
                assert set(hops_of(row)) <= drawn
                assert any((*hop, direction) in changed for hop in hops_of(row)), row
        assert {end for edge in graph.edges for end in (edge.source, edge.target)} == {node.id for node in graph.nodes}
