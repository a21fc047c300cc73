"""docs/engine.md names a test for each rule, and the tests are there; a rule that is tested is on the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PAGE = (ROOT / "docs/engine.md").read_text("utf-8")
#: `file.py::test_name`; a file without a folder is one of this folder.
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))
#: The rows of its tables, with what stands in them.
ROWS = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in PAGE.splitlines() if line.startswith("| ")]


def functions_in(file: Path) -> dict[str, str | None]:
    """The test functions of a file, each with the sentence of its rule, if it has one."""
    found = {}
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found[node.name] = next((text for each in node.decorator_list if (text := sentence(each))), None)
    return found


def sentence(decorator: ast.expr) -> str | None:
    if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "rule":
        return str(ast.literal_eval(decorator.args[0]))
    return None


def rules() -> list[object]:
    files = [file for file in sorted(HERE.glob("test_*.py")) if file != Path(__file__)]
    return [
        pytest.param(file.name, name, text, id=f"{file.name}::{name}")
        for file in files
        for name, text in functions_in(file).items()
    ]


@pytest.mark.parametrize("file, name", NAMED, ids=lambda part: str(part))
def test_each_test_that_the_page_names_is_there(file: str, name: str) -> None:
    path = ROOT / file if "/" in file else HERE / file
    assert path.is_file()
    assert name in functions_in(path)


@pytest.mark.parametrize("file, name, text", rules())
def test_each_rule_has_a_row_with_its_sentence_and_its_source(file: str, name: str, text: str | None) -> None:
    rows = [row for row in ROWS if row[-1] == f"`{file}::{name}`"]
    assert len(rows) == 1
    said, source = rows[0][0].replace("`", ""), rows[0][1]
    assert text is None or said == text
    assert '"' in source or "*ours*" in source, "AWS's page by its title, or a decision of ours"


def test_the_page_keeps_what_no_rule_says() -> None:
    assert "## What is not modelled yet" in PAGE
    assert "## How well the tests hold it" in PAGE
