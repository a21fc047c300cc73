"""Pictures: who draws, what is said if nobody can, and that no edge is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.answer import GraphAnswer, GraphEdge, GraphNode
from models.errors import MissingToolError, PermgraphError
from simulator.render import picture
from simulator.render.dot import to_dot


@pytest.fixture(name="graph")
def _graph() -> GraphAnswer:
    nodes = [GraphNode(id=name, kind="role", account="111111111111", region=None, label=name) for name in "abc"]
    pairs = [("a", "b"), ("b", "c"), ("a", "c")]
    edges = [GraphEdge(source=a, target=b, kind="assumes", status="missing", missing=()) for a, b in pairs]
    return GraphAnswer(nodes=tuple(nodes), edges=tuple(edges), accounts={"111111111111": "partner"})


@pytest.fixture(name="no_dot")
def _no_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_a_graph_becomes_an_svg_with_its_style(graph: GraphAnswer) -> None:
    svg = picture.draw(graph)
    assert picture.count_edges(svg) == 3
    assert svg.index(b"<svg") < svg.index(b"<style>") < svg.index(b'class="node')


def test_a_graph_becomes_a_png(graph: GraphAnswer) -> None:
    assert picture.draw(graph, kind="png").startswith(b"\x89PNG")


@pytest.mark.usefixtures("no_dot")
def test_without_dot_and_fallback_one_line_says_what_to_install(
    graph: GraphAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "has_fallback", lambda: False)
    with pytest.raises(MissingToolError, match=r"^no `dot` on this machine .* install Graphviz") as caught:
        picture.draw(graph)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_dot")
def test_without_dot_graphviz_as_webassembly_draws_the_same(graph: GraphAnswer) -> None:
    assert picture.has_fallback()
    svg = picture.to_svg(to_dot(graph, for_file=False), edges=3)
    assert picture.count_edges(svg) == 3
    assert b'id="a~assumes~b"' in svg


@pytest.mark.usefixtures("no_dot")
def test_what_webassembly_cannot_draw_is_one_line() -> None:
    with pytest.raises(PermgraphError, match="could not be drawn") as caught:
        picture.to_svg("digraph {", edges=0)
    assert "\n" not in str(caught.value)


def test_a_lost_edge_is_an_error(graph: GraphAnswer) -> None:
    with pytest.raises(PermgraphError, match="3 of 4 were drawn"):
        picture.to_svg(to_dot(graph, for_file=True), edges=4)


def test_what_cannot_be_drawn_is_one_line() -> None:
    with pytest.raises(PermgraphError, match="could not be drawn") as caught:
        picture.to_svg("digraph {", edges=0)
    assert "\n" not in str(caught.value)


def test_drawing_is_given_up_when_it_takes_too_long(graph: GraphAnswer) -> None:
    with pytest.raises(PermgraphError, match="took longer than"):
        picture.to_svg(to_dot(graph, for_file=True), edges=3, time_limit=0.0001)
