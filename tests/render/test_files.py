"""Files: the graph in every kind, JUnit, and the JSON Schema of the answers."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import networkx
import pytest

from models.answer import ExpectationAnswer, GraphAnswer, GraphEdge, GraphNode, ScenarioAnswer, TestAnswer
from models.errors import InputError
from simulator.render import graphfile, junit, schema
from tests.render.test_text import DEV, INVOKER, PIPELINE, TRUST, can_answer

ROOT = Path(__file__).parents[2]
GRAPH = GraphAnswer(
    nodes=(
        GraphNode(id=DEV, kind="user", account="111111111111", region=None, label="dev"),
        GraphNode(id=PIPELINE, kind="role", account="111111111111", region=None, label='pipe"line\x1b & <co>'),
    ),
    edges=(
        GraphEdge(source=DEV, target=PIPELINE, kind="assumes", status="allowed", missing=()),
        GraphEdge(source=PIPELINE, target=INVOKER, kind="assumes", status="missing", missing=(TRUST,), detail="trust"),
        GraphEdge(source=DEV, target=PIPELINE, kind="assumes", status="denied", missing=()),
    ),
    accounts={"111111111111": "partner"},
)


def test_graphml_is_what_graph_tools_read(tmp_path: Path) -> None:
    """networkx stands for them. Two edges between the same two nodes stay two, an end that isn't listed is a node."""
    file = tmp_path / "graph.graphml"
    graphfile.write(GRAPH, file)
    read = networkx.read_graphml(file, force_multigraph=True)
    assert read.is_directed()
    assert dict(read.nodes(data=True)) == {
        DEV: {"kind": "user", "account": "111111111111", "label": "dev"},
        PIPELINE: {"kind": "role", "account": "111111111111", "label": 'pipe"line\ufffd & <co>'},
        INVOKER: {"label": INVOKER},
    }
    edges = [(one, two, data["status"]) for one, two, data in read.edges(data=True)]
    assert sorted(edges) == sorted(
        [(DEV, PIPELINE, "allowed"), (PIPELINE, INVOKER, "missing"), (DEV, PIPELINE, "denied")]
    )
    (missing,) = [data["missing"] for *_, data in read.edges(data=True) if "missing" in data]
    assert json.loads(missing) == [TRUST.as_json()]


def test_json_is_the_contracts_object(tmp_path: Path) -> None:
    file = tmp_path / "graph.JSON"
    graphfile.write(GRAPH, file)
    assert json.loads(file.read_text("utf-8")) == GRAPH.as_json()


def test_dot_svg_and_png(tmp_path: Path) -> None:
    for kind, head in (("dot", b"digraph"), ("svg", b"<?xml"), ("png", b"\x89PNG")):
        file = tmp_path / f"graph.{kind}"
        graphfile.write(GRAPH, file)
        assert file.read_bytes().startswith(head)


@pytest.mark.parametrize("name", ["graph", "graph.gif", "svg", ".svg"])
def test_a_name_that_says_no_kind(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the name has to end in `\.dot`, `\.svg`, `\.png`, `\.graphml` or `\.json`"):
        graphfile.write(GRAPH, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_junit() -> None:
    expectations = (
        ExpectationAnswer(name="holds", passed=True, expected="allowed", got=""),
        ExpectationAnswer(name="fails \x00", passed=False, expected="allowed", got="missing <trust>"),
    )
    scenario = ScenarioAnswer(file="s.yaml", name="A & B", passed=False, expectations=expectations)
    root = ElementTree.fromstring(junit.content(TestAnswer(scenarios=(scenario,))))
    assert root.attrib == {"name": "permgraph", "tests": "2", "failures": "1", "errors": "0"}
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("A & B", "2", "1")
    good, bad = suite
    assert (good.get("name"), list(good)) == ("holds", [])
    (failure,) = bad
    assert (failure.get("message"), failure.text) == ("missing <trust>", "expected allowed\ngot missing <trust>")


def test_the_schema_in_docs_is_up_to_date() -> None:
    assert (ROOT / "docs" / "answers.schema.json").read_text("utf-8") == schema.as_text(), (
        "run `python -m simulator.render.schema`"
    )


def test_the_schema_holds_for_answers_and_for_their_later_versions() -> None:
    made = schema.answers_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    for command, document in (("can", can_answer().as_json()), ("graph", GRAPH.as_json())):
        own = {"$ref": f"#/$defs/{schema.ANSWERS[command].__name__}", "$defs": made["$defs"]}
        jsonschema.validate(document | {"added": 1}, own)
        jsonschema.validate(document, made)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({}, own)


def test_the_schema_knows_every_answer_of_the_contract() -> None:
    example = json.loads((ROOT / "tests" / "example" / "answers.json").read_text("utf-8"))
    made = schema.answers_schema()
    for case in example:
        name = schema.ANSWERS[case["command"][0]].__name__
        jsonschema.validate(case["answer"], {"$ref": f"#/$defs/{name}", "$defs": made["$defs"]})
