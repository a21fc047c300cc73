"""What is said to stand in docs/ stands there, and the pages agree with the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from models import answer
from simulator.diagnosis.rules import RULES
from simulator.features.table import FEATURES
from simulator.render import diagnosis_pages, lambda_page, takeover_page
from simulator.takeover.ways import ALIAS_WAYS, EVERY_POWER, FUNCTION_WAYS, PASS_WAYS, USER_WAYS, Power, Way
from simulator.triggers.polled import POLLED
from simulator.triggers.services import SERVICES

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
        pytest.param(answer.DiagnoseAnswer, id="a diagnosis"),
        pytest.param(answer.DiagnoseAllAnswer, id="all diagnoses"),
        pytest.param(answer.FindingAnswer, id="a finding"),
        pytest.param(answer.IssueAnswer, id="a cause"),
        pytest.param(answer.CanManageAnswer, id="can-manage"),
        pytest.param(answer.OperationAnswer, id="an operation"),
        pytest.param(answer.RepairAnswer, id="repair"),
        pytest.param(answer.RepairWay, id="a repair"),
        pytest.param(answer.RepairGrantAnswer, id="a grant of a repair"),
        pytest.param(answer.ShareAnswer, id="an account's part of a repair"),
        pytest.param(answer.BlockAnswer, id="a statement that denies"),
        pytest.param(answer.RemoveAnswer, id="repair --remove"),
        pytest.param(answer.RemovalWay, id="a set of removals"),
        pytest.param(answer.RemovalAnswer, id="a removal"),
        pytest.param(answer.WhatIfAnswer, id="what-if"),
        pytest.param(answer.OpenedAnswer, id="what opens"),
        pytest.param(answer.ExposureAnswer, id="an exposure"),
        pytest.param(answer.ChangedFinding, id="a finding that changes"),
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


def test_the_page_about_lambda_is_up_to_date() -> None:
    text = lambda_page.PAGE.read_text("utf-8")
    assert text == lambda_page.page(), "run `python -m simulator.render.lambda_page`"


def test_the_pages_of_the_diagnosis_are_up_to_date() -> None:
    why = "run `python -m simulator.render.diagnosis_pages`"
    assert diagnosis_pages.FEATURES_PAGE.read_text("utf-8") == diagnosis_pages.features_page(), why
    assert diagnosis_pages.RULES_PAGE.read_text("utf-8") == diagnosis_pages.rules_page(), why


def test_the_page_of_features_has_each_with_its_source_and_links_to_rules() -> None:
    text = diagnosis_pages.features_page()
    for feature in FEATURES:
        (part,) = [part for part in text.split("\n## ") if part.startswith(f"{feature.label}\n")]
        assert f"Source: {feature.source}." in part
        for need in feature.needs:
            assert f"[{need.check}](rules.md#{need.check}) |" in part
            assert all(f"`{action}`" in part for action in need.actions)


def test_the_page_of_rules_has_each_with_why_its_source_and_its_example() -> None:
    text = diagnosis_pages.rules_page()
    for rule in RULES.values():
        (part,) = [part for part in text.split("\n### ") if part.startswith(f"{rule.id}\n")]
        assert rule.what in part
        assert rule.why in part
        assert rule.source in part
        assert "diagnose: {function:" in part


def test_the_page_about_takeovers_is_up_to_date() -> None:
    text = takeover_page.PAGE.read_text("utf-8")
    assert text == takeover_page.page(), "run `python -m simulator.render.takeover_page`"


@pytest.mark.parametrize(
    "row", [*FUNCTION_WAYS, *ALIAS_WAYS, *USER_WAYS, *PASS_WAYS, *EVERY_POWER], ids=lambda row: row.name
)
def test_the_page_about_takeovers_has_every_row_with_its_source(row: Way | Power) -> None:
    lines = [line for line in takeover_page.page().splitlines() if line.startswith(f"| `{row.name}` |")]
    assert [line for line in lines if row.source in line]


def test_the_page_about_lambda_has_every_row_with_its_source() -> None:
    lines = [line for line in lambda_page.page().splitlines() if line.startswith("| ")]
    for label, source in [(row.label, row.source) for row in (*SERVICES, *POLLED.values())]:
        assert [line for line in lines if line.startswith(f"| {label}") and source in line], label


def test_the_page_about_lambda_names_regional_service_principals_of_roles_too() -> None:
    """CodeDeploy User Guide, "Create a service role for CodeDeploy": a role may be for some Regions only."""
    (row,) = [line for line in lambda_page.page().splitlines() if line.startswith("| CodeDeploy")]
    assert "`codedeploy.amazonaws.com` or `codedeploy.{region}.amazonaws.com`" in row


def test_the_page_about_lambda_says_what_a_function_url_takes() -> None:
    section = lambda_page.page().partition("## Function URLs")[2].partition("\n## ")[0]
    for word in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction", "lambda:FunctionUrlAuthType"):
        assert f"`{word}`" in section
    for word in ("`lambda:InvokedViaFunctionUrl` | `true`", "| `AWS_IAM` |", "| `NONE` |", "CORS"):
        assert word in section


def test_the_page_about_lambda_has_whole_tables() -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", lambda_page.page(), re.MULTILINE)
    assert len(tables) == 8
    for table in tables:
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_the_page_about_lambda_marks_what_is_not_confirmed() -> None:
    text = lambda_page.page()
    for row in SERVICES:
        assert all(f"*unconfirmed: {fact}*" in text for fact in row.unconfirmed)
    for source in POLLED.values():
        assert all(need.doubt in text for need in source.all_needs)
