"""What is said to stand in docs/ stands there, and the pages agree with the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from models import answer

ROOT = Path(__file__).parents[1]
WRITTEN = [
    path
    for folder in ("models", "simulator", "ui", "tests", "scenarios", "docs")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".md", ".yaml")
] + sorted(ROOT.glob("*.md"))
PAGES = [path for path in WRITTEN if path.suffix == ".md"]


def test_every_page_that_is_named_is_there() -> None:
    named = {(path, name) for path in WRITTEN for name in re.findall(r"\bdocs/[\w./-]*\w", path.read_text("utf-8"))}
    assert len(named) > 10
    assert [(str(path), name) for path, name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(answer.CanAnswer, id="can"),
        pytest.param(answer.PathsAnswer, id="paths"),
        pytest.param(answer.PathAnswer, id="a way"),
        pytest.param(answer.StepAnswer, id="a step"),
        pytest.param(answer.WhoCanAnswer, id="who-can"),
        pytest.param(answer.PrincipalAnswer, id="a principal"),
        pytest.param(answer.ReachAnswer, id="reach"),
        pytest.param(answer.ReachedAnswer, id="what is reached"),
        pytest.param(answer.GraphNode, id="a node"),
        pytest.param(answer.GraphEdge, id="an edge"),
        pytest.param(answer.GrantAnswer, id="a grant"),
        pytest.param(answer.CitationAnswer, id="a citation"),
        pytest.param(answer.NearMissAnswer, id="a near miss"),
        pytest.param(answer.ResidualAnswer, id="a residual"),
        pytest.param(answer.FactAnswer, id="a fact"),
    ],
)
def test_the_contract_names_every_field(shape: type[answer.AnswerModel]) -> None:
    words = set(re.findall(r"\w+", (ROOT / "docs/output.md").read_text("utf-8")))
    assert [
        field.alias or name for name, field in shape.model_fields.items() if (field.alias or name) not in words
    ] == []


def test_the_contract_names_every_word_in_its_order() -> None:
    text = (ROOT / "docs/output.md").read_text("utf-8")
    assert ", ".join(f"`{how}`" for how in answer.HOW_ORDER) in text
    assert ", ".join(f"`{status}`" for status in get_args(answer.StatusName)) in text
