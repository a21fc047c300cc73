"""An edge kind without its rule, or a rule without its kind, is a half-done addition."""

from __future__ import annotations

import pytest

from models.edge import EdgeKind
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.graph import HOW_OF
from tests.worlds import Builder


def test_every_kind_has_its_rule() -> None:
    assert set(RULES) == set(EdgeKind)


def test_every_kind_has_its_way_of_going() -> None:
    assert set(HOW_OF) == set(EdgeKind)


@pytest.mark.parametrize("kind", list(EdgeKind))
def test_an_empty_world_has_no_edges(kind: EdgeKind) -> None:
    assert list(RULES[kind](Builder().world(), None, None, Question())) == []
