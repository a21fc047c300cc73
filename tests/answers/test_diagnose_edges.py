"""What a finding says of a step is what the graph says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import arns
from simulator.answers.diagnose import diagnose
from simulator.answers.whole_graph import whole_graph
from simulator.diagnosis.callers import nodes_of
from simulator.scenario import load
from simulator.world import World

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
#: Kinds of which each finding is one edge; a `calls` edge is all that features need on a thing, and may be several.
_ONE_EACH = ("triggers", "polled_by", "runs_as", "invokes")


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in SCENARIOS])
def test_a_finding_s_edge_is_in_the_graph_with_its_status(file: Path) -> None:
    world = World(load(file).snapshot)
    drawn = {(edge.source, edge.target, edge.kind): edge.status for edge in whole_graph(world).edges}
    for arn in world.functions:
        edges = [found.edge for found in diagnose(world, arn).findings if found.edge]
        said = {(edge.source, edge.target, edge.kind): edge.status for edge in edges if edge.kind in _ONE_EACH}
        assert said == {name: drawn[name] for name in said}


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in SCENARIOS])
def test_each_trigger_and_mapping_in_the_graph_is_a_finding_s_edge(file: Path) -> None:
    world = World(load(file).snapshot)
    graph = whole_graph(world)
    for arn, function in world.functions.items():
        nodes = (*nodes_of(function), *(arns.url_of(node) for node in nodes_of(function)))
        edges = {found.edge for found in diagnose(world, arn).findings if found.edge}
        said = {(edge.source, edge.target) for edge in edges if edge.kind in ("triggers", "polled_by")}
        assert said >= {
            (edge.source, edge.target)
            for edge in graph.edges
            if edge.kind in ("triggers", "polled_by")
            and edge.target in nodes
            # What hangs on a stage variable that isn't known may be any function's, and is no function's finding.
            and edge.status != "unknown"
        }


def test_what_a_role_needs_is_asked_by_the_role_of_the_thing() -> None:
    world = World(load(SCENARIOS[0].with_name("sqs-mapping.yaml")).snapshot)
    lacking = "arn:aws:lambda:eu-west-1:222222222222:function:return"
    (logs,) = [found for found in diagnose(world, lacking).findings if found.check == "log-permissions"]
    assert logs.edge
    assert logs.edge.as_json() == {
        "from": "arn:aws:iam::222222222222:role/incomplete",
        "to": "arn:aws:logs:eu-west-1:222222222222:log-group:/aws/lambda/return",
        "kind": "calls",
        "status": "missing",
    }
    assert logs.cause == "identity of arn:aws:iam::222222222222:role/incomplete"
