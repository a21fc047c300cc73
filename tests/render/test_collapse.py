"""Collapsing: fewer nodes, and nothing that an edge says is lost."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.answer import GraphAnswer, GraphEdge, GraphNode, StatusName
from simulator.render.collapse import READABLE, collapse, plural
from simulator.render.dot import SET


def node(number: int, kind: str = "role", account: str | None = "111111111111") -> GraphNode:
    return GraphNode(id=f"{kind}{account}{number}", kind=kind, account=account, region=None, label=f"r{number}")


def edge(source: str, target: str, status: StatusName = "allowed") -> GraphEdge:
    return GraphEdge(source=source, target=target, kind="assumes", status=status, missing=())


def test_a_graph_that_can_be_read_stays_as_it_is() -> None:
    graph = GraphAnswer(nodes=tuple(node(at) for at in range(READABLE)), edges=())
    assert collapse(graph) is graph


def test_many_of_a_kind_become_one_that_says_how_many() -> None:
    function = node(0, "function")
    graph = GraphAnswer(nodes=(*(node(at) for at in range(312)), function), edges=())
    first, second = collapse(graph).nodes
    assert (first.kind, first.label, first.account) == (SET, "312 roles\nr0, r1, r2, …", "111111111111")
    assert second is function


def test_what_is_to_be_kept_stays_by_itself() -> None:
    roles = [node(at) for at in range(100)]
    small = collapse(GraphAnswer(nodes=tuple(roles), edges=()), keep={roles[7].id})
    assert roles[7] in small.nodes
    assert len(small.nodes) == 2


def test_the_edges_of_a_set_are_one_for_each_status() -> None:
    roles = [node(at) for at in range(100)]
    function = node(0, "function")
    edges = [edge(role.id, function.id, "missing" if at == 4 else "allowed") for at, role in enumerate(roles)]
    small = collapse(GraphAnswer(nodes=(*roles, function), edges=tuple(edges)))
    assert [(edge.status, edge.detail) for edge in small.edges] == [("allowed", "99 edges"), ("missing", "")]


def test_many_small_kinds_of_many_accounts_become_one_for_each_account() -> None:
    kinds = [f"kind{at}" for at in range(20)]
    nodes = [node(0, kind, str(account)) for account in range(5) for kind in kinds]
    assert len(collapse(GraphAnswer(nodes=tuple(nodes), edges=())).nodes) == 5


@pytest.mark.parametrize(
    "kind, expected",
    [("role", "roles"), ("bus", "buses"), ("key", "keys"), ("identity_provider", "identity providers")],
)
def test_plurals(kind: str, expected: str) -> None:
    assert plural(kind) == expected


NODES = st.lists(
    st.builds(
        node, st.integers(0, 20), st.sampled_from(["role", "user", "function"]), st.sampled_from(["1", "2", None])
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)


@given(NODES, st.data())
def test_no_status_between_two_drawn_nodes_is_lost(nodes: list[GraphNode], data: st.DataObject) -> None:
    names = st.sampled_from([one.id for one in nodes] or ["a"])
    statuses = st.sampled_from(["allowed", "missing", "denied"])
    edges = data.draw(st.lists(st.builds(edge, names, names, statuses), max_size=40))
    keep = data.draw(st.sets(names, max_size=4))
    graph = GraphAnswer(nodes=tuple(nodes), edges=tuple(edges))
    small = collapse(graph, keep=keep, limit=8)
    drawn = {one.id for one in small.nodes}
    assert {name for name in keep if name in {one.id for one in nodes}} <= drawn
    assert len(drawn) == len(small.nodes) <= max(len(nodes), 8)
    assert all({one.source, one.target} <= drawn | {"a"} for one in small.edges)
    kept = [one for one in edges if one.source in drawn and one.target in drawn]
    between = {(one.source, one.target, one.status) for one in small.edges}
    assert all((one.source, one.target, one.status) in between for one in kept)


def changed(source: str, target: str, change: Literal["opens", "closes"] = "opens") -> GraphEdge:
    return edge(source, target).model_copy(update={"change": change, "detail": "missing → allowed"})


def test_of_what_opens_those_with_the_same_edges_become_one_first() -> None:
    """The role that all of them may then assume is of their kind and account, and stays by itself."""
    roles = [node(at) for at in range(312)]
    door, function = node(1000), node(0, "function")
    edges = [*(changed(role.id, door.id) for role in roles), edge(door.id, function.id)]
    small = collapse(GraphAnswer(nodes=(*roles, door, function), edges=tuple(edges)))
    assert [one.label for one in small.nodes] == ["312 roles\nr0, r1, r2, …", "r1000", "r0"]
    assert [(one.change, one.detail) for one in small.edges] == [("opens", "312 edges: missing → allowed"), (None, "")]


def test_two_sets_of_a_kind_in_an_account_are_told_apart() -> None:
    roles = [node(at) for at in range(100)]
    doors = [node(0, "function"), node(1, "function")]
    edges = [changed(role.id, doors[at % 2].id, "opens" if at % 2 else "closes") for at, role in enumerate(roles)]
    small = collapse(GraphAnswer(nodes=(*roles, *doors), edges=tuple(edges)), limit=4)
    assert [one.kind for one in small.nodes] == [SET, SET, "function", "function"]
    assert len({one.id for one in small.nodes}) == 4
    assert sorted((one.change or "", one.target) for one in small.edges) == [
        ("closes", doors[0].id),
        ("opens", doors[1].id),
    ]


def test_what_opens_within_a_set_is_drawn() -> None:
    roles = [node(at) for at in range(100)]
    edges = [changed(one.id, other.id) for one, other in pairwise(roles)]
    small = collapse(GraphAnswer(nodes=tuple(roles), edges=tuple(edges)))
    assert [one.detail for one in small.edges if one.source == one.target] == ["99 edges: missing → allowed"]


@given(NODES, st.data())
def test_no_change_is_lost(nodes: list[GraphNode], data: st.DataObject) -> None:
    names = st.sampled_from([one.id for one in nodes] or ["a"])
    changes = st.builds(changed, names, names, st.sampled_from(["opens", "closes"]))
    edges = data.draw(st.lists(changes | st.builds(edge, names, names), max_size=40))
    small = collapse(GraphAnswer(nodes=tuple(nodes), edges=tuple(edges)), limit=4)
    for direction in ("opens", "closes"):
        wanted = [one for one in edges if one.change == direction]
        drawn = [one for one in small.edges if one.change == direction]
        assert sum(int(found.split()[0]) if "edges" in (found := one.detail) else 1 for one in drawn) == len(wanted)
