"""DOT of a graph: the one look, and names that come through every reader unharmed."""

from __future__ import annotations

import unicodedata
from typing import Literal
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import arns
from models.answer import GraphAnswer, GraphEdge, GraphNode, StatusName
from simulator.render.dot import LINES, SHAPES, edge_ids, edge_label, quote, to_dot
from simulator.render.picture import count_edges, to_svg

SVG = "{http://www.w3.org/2000/svg}"
PRINCIPALS = ["user", "role", "group", "service", "identity_provider", "account", "anyone"]
RESOURCES = ["function", "bucket", "queue", "topic", "rule", "bus", "table", "key", "kafka", "alarm", "api", "bot"]
KINDS = [*PRINCIPALS, *RESOURCES, "set", "nobody"]


def node(name: str, kind: str = "role", account: str | None = "111111111111", label: str | None = None) -> GraphNode:
    return GraphNode(id=name, kind=kind, account=account, region=None, label=name if label is None else label)


def edge(
    source: str, target: str, kind: str = "assumes", status: StatusName = "allowed", detail: str = ""
) -> GraphEdge:
    return GraphEdge(source=source, target=target, kind=kind, status=status, missing=(), detail=detail)


def groups(graph: GraphAnswer, *, for_file: bool) -> dict[str, ElementTree.Element]:
    """The drawn nodes, edges and clusters by their ids."""
    root = ElementTree.fromstring(to_svg(to_dot(graph, for_file=for_file), edges=len(graph.edges)))
    return {group.attrib["id"]: group for group in root.iter(f"{SVG}g") if "class" in group.attrib}


def texts(group: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in group.iter(f"{SVG}text")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("for_file", [pytest.param(True, id="file"), pytest.param(False, id="explorer")])
def test_each_kind_of_node_is_drawn_with_its_name_and_kind(kind: str, for_file: bool) -> None:
    drawn = groups(GraphAnswer(nodes=(node("n", kind),), edges=()), for_file=for_file)["n"]
    assert texts(drawn) == ["n", kind.replace("_", " ")]
    assert drawn.attrib["class"].split() == ["node", f"kind-{kind.replace('_', '-')}"]


@pytest.mark.parametrize(
    "arn, shape",
    [
        pytest.param("arn:aws:s3:::inbox", "cylinder", id="a bucket"),
        pytest.param("arn:aws:kafka:eu-west-1:111111111111:cluster/c/1", "cylinder", id="a Kafka cluster"),
        pytest.param("arn:aws:mq:eu-west-1:111111111111:broker:b:1", "cylinder", id="a broker"),
        pytest.param("arn:aws:events:eu-west-1:111111111111:rule/r", "cds", id="a rule"),
        pytest.param("arn:aws:scheduler:eu-west-1:111111111111:schedule/g/s", "cds", id="a schedule"),
        pytest.param("arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a", "cds", id="an alarm"),
        pytest.param("arn:aws:execute-api:eu-west-1:111111111111:a1/prod/GET/x", "component", id="an API's method"),
        pytest.param("arn:aws:cognito-idp:eu-west-1:111111111111:userpool/p", "component", id="a user pool"),
        pytest.param("arn:aws:new:eu-west-1:111111111111:thing/t", "box", id="what we don't know"),
    ],
)
def test_sources_have_the_shape_of_what_they_do(arn: str, shape: str) -> None:
    drawn = to_dot(GraphAnswer(nodes=(node(arn, arns.kind_of(arn)),), edges=()), for_file=False)
    assert f'shape="{shape}"' in drawn


@pytest.mark.parametrize("status", ["allowed", "conditional", "unknown", "missing", "denied"])
def test_each_status_is_a_class_and_a_word(status: StatusName) -> None:
    graph = GraphAnswer(nodes=(node("a"), node("b")), edges=(edge("a", "b", status=status, detail="what decides"),))
    drawn = groups(graph, for_file=False)["a~assumes~b"]
    assert status in drawn.attrib["class"].split()
    expected = ["assumes"] if status == "allowed" else [f"assumes — {status}", "what decides"]
    assert texts(drawn) == expected


@pytest.mark.parametrize(
    "status, stroke, dashed",
    [
        pytest.param("allowed", None, False, id="allowed: solid"),
        pytest.param("conditional", "#8a6d00", True, id="conditional: dashed"),
        pytest.param("missing", "#b3261e", True, id="missing: bold and dashed"),
        pytest.param("denied", "#b3261e", False, id="denied: bold and solid"),
        pytest.param("unknown", None, True, id="unknown: dotted"),
    ],
)
def test_a_file_has_each_status_written_out_as_a_line(status: StatusName, stroke: str | None, dashed: bool) -> None:
    graph = GraphAnswer(nodes=(node("a"), node("b")), edges=(edge("a", "b", status=status),))
    (path,) = groups(graph, for_file=True)["a~assumes~b"].iter(f"{SVG}path")
    assert ("stroke-dasharray" in path.attrib) is dashed
    assert stroke is None or path.attrib["stroke"] == stroke
    assert ("stroke-width" in path.attrib) is (status in ("missing", "denied"))


CHANGES = [
    pytest.param("opens", "#1b6e3c", False, id="opens: solid and double, green"),
    pytest.param("closes", "#b3261e", True, id="closes: dashed and double, red"),
]


def changed(change: Literal["opens", "closes"], status: StatusName = "allowed") -> GraphAnswer:
    found = edge("a", "b", status=status, detail="missing → allowed").model_copy(update={"change": change})
    return GraphAnswer(nodes=(node("a"), node("b")), edges=(found,))


@pytest.mark.parametrize("change, stroke, dashed", CHANGES)
def test_a_file_has_what_changes_in_two_lines_and_in_words(
    change: Literal["opens", "closes"], stroke: str, dashed: bool
) -> None:
    drawn = groups(changed(change), for_file=True)["a~assumes~b"]
    seen = [path for path in drawn.iter(f"{SVG}path") if path.attrib["stroke"] not in ("transparent", "none")]
    assert [path.attrib["stroke"] for path in seen] == [stroke, stroke]
    assert all(("stroke-dasharray" in path.attrib) is dashed for path in seen)
    assert texts(drawn) == [f"{change} assumes", "missing → allowed"]


@pytest.mark.parametrize("change, stroke, dashed", CHANGES)
def test_what_changes_has_that_as_its_class_and_no_status(
    change: Literal["opens", "closes"], stroke: str, dashed: bool
) -> None:
    """A style sheet would else colour what closes by what it then is."""
    drawn = groups(changed(change, "missing"), for_file=False)["a~assumes~b"]
    assert drawn.attrib["class"].split() == ["edge", change, "kind-assumes"]


def test_a_denied_edge_ends_in_a_bar() -> None:
    graph = GraphAnswer(nodes=(node("a"), node("b")), edges=(edge("a", "b", status="denied"),))
    assert 'arrowhead="tee"' in to_dot(graph, for_file=False)


def test_a_status_that_has_no_line_yet_would_fail_here() -> None:
    assert set(LINES) == {"allowed", "conditional", "unknown", "missing", "denied"}
    assert {"user", "function", "service", "bucket", "anyone", "account"} <= set(SHAPES)


def test_an_account_is_a_cluster_its_name_first() -> None:
    nodes = (node("a"), node("b", account="222222222222"), node("anyone", "anyone", None))
    graph = GraphAnswer(nodes=nodes, edges=(), accounts={"111111111111": "partner"})
    drawn = groups(graph, for_file=True)
    assert texts(drawn["account:111111111111"])[0] == "partner 111111111111"
    assert texts(drawn["account:222222222222"])[0] == "account 222222222222"


def test_newrank_is_always_set() -> None:
    # Without it dot loses edges in graphs with clusters, and says nothing.
    assert 'newrank="true"' in to_dot(GraphAnswer(nodes=(), edges=()), for_file=True)


def test_parallel_edges_keep_ids_of_their_own() -> None:
    graph = GraphAnswer(nodes=(node("a"), node("b")), edges=(edge("a", "b"), edge("a", "b", status="missing")))
    assert list(edge_ids(graph)) == ["a~assumes~b", "a~assumes~b~2"]
    assert set(edge_ids(graph)) <= set(groups(graph, for_file=False))


def test_an_edge_whose_end_is_not_listed_is_drawn_all_the_same() -> None:
    graph = GraphAnswer(nodes=(node("a"),), edges=(edge("a", "b"),))
    assert {"a", "b", "a~assumes~b"} <= set(groups(graph, for_file=False))


def test_a_long_detail_is_cut_in_the_label() -> None:
    label = edge_label(edge("a", "b", status="missing", detail="x" * 200))
    assert len(label.splitlines()[1]) < 60
    assert label.endswith("…")


def shown(text: str) -> str:
    """What a reader may get of `text`: XML has no way to write the rest."""
    return "".join(
        char if unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Zl", "Zp") else "\ufffd" for char in text
    )


NAMES = st.text(st.characters(exclude_characters="\n"), max_size=12)


@settings(max_examples=60)
@given(st.lists(NAMES, min_size=1, max_size=6))
@example(["\\", '"', "\\N", '\\"', "a\\", "&amp;"])
@example(["<b>x</b>", "]]>", "&", "&#65;", "\\G\\E\\T", "\x00\x1b[31m"])
@example(["a:b", "{|}", "\\l\\r", "%s", "node", "\ud800"])
def test_any_name_comes_back_from_the_picture_as_it_was(names: list[str]) -> None:
    ids = [f"{number}{name}" for number, name in enumerate(names)]
    nodes = tuple(node(name, label=f"<{name}>") for name in ids)
    edges = tuple(edge(ids[0], name, kind="invokes", status="missing", detail=name) for name in ids)
    drawn = groups(GraphAnswer(nodes=nodes, edges=edges, accounts={"111111111111": names[0]}), for_file=False)
    for name in ids:
        # Blanks at the ends of a line of text, and which blank it is, are the drawer's.
        assert texts(drawn[shown(name)])[0].split() == shown(f"<{name}>").split()
        assert f"{shown(ids[0])}~invokes~{shown(name)}" in drawn


@given(st.text())
def test_a_quoted_text_ends_where_it_ends(text: str) -> None:
    inside = quote(text)[1:-1]
    assert '"' not in inside.replace("\\\\", "").replace('\\"', "")
    assert "\n" not in inside
    inside.encode()


def test_all_edges_of_a_graph_with_clusters_are_drawn() -> None:
    nodes = tuple(node(str(at), account=str(at % 4)) for at in range(60))
    edges = tuple(edge(str(at), str((at * 7 + step) % 60)) for at in range(60) for step in (1, 13, 29))
    graph = GraphAnswer(nodes=nodes, edges=edges)
    assert count_edges(to_svg(to_dot(graph, for_file=True), edges=len(edges))) == len(edges)
