"""What a step is foreseen to come to is what it comes to when its reasons are worked out."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.decision import FactKind
from models.edge import STATUS_OF, Foreseen
from models.snapshot import Assumption, Gap, GapStatus, Snapshot
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.scenario import load
from simulator.world import World

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def unread(file: Path, how: str) -> Snapshot:
    """The scenario, with its organization read, refused or not asked for."""
    snapshot = load(file).snapshot
    accounts = [account.id for account in snapshot.accounts]
    gaps = [Gap(what=FactKind.ORGANIZATION, about=one, call="", status=GapStatus.DENIED) for one in accounts]
    assumed = [Assumption(what=FactKind.ORGANIZATION, about=one, reason="not asked for") for one in accounts]
    more = {"refused": {"gaps": (*snapshot.gaps, *gaps)}, "assumed": {"assumptions": (*snapshot.assumptions, *assumed)}}
    return snapshot.model_copy(update=more.get(how, {}))


@pytest.mark.parametrize("how", ["read", "refused", "assumed"])
@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_step_is_what_was_foreseen(file: Path, how: str) -> None:
    graph = Graph(World(unread(file, how)), Question()).grow_whole()
    foreseen = [part for edge in graph.edges for part in edge.requirements if isinstance(part, Foreseen)]
    for part in foreseen:
        told = (part.status, part.assumes)
        assert told == (STATUS_OF[part.decision.outcome], part.decision.assumes), part.resource


def test_steps_are_foreseen_at_all() -> None:
    graphs = [Graph(World(load(file).snapshot), Question()).grow_whole() for file in SCENARIOS[:10]]
    assert any(isinstance(part, Foreseen) for graph in graphs for edge in graph.edges for part in edge.requirements)
