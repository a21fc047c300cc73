"""Collapsing: fewer nodes, and nothing that an edge says is lost."""

from __future__ import annotations

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
