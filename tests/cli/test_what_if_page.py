"""docs/what-if.md shows what really comes out, and every kind of change as AWS calls it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from models.change import KINDS
from simulator.cli.changes import FORMS
from simulator.cli.main import run
from simulator.facts.reference import is_known_action

PAGE = Path(__file__).parents[2] / "docs" / "what-if.md"
TEXT = PAGE.read_text("utf-8")
ROWS = {
    cells[1].strip().strip("`"): (cells[2], cells[3])
    for line in TEXT.splitlines()
    if line.startswith("| `") and len(cells := line.split("|")) == 5
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


SHOWN = [block.partition("\n") for block in blocks("console")]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the page, by the names in their first lines."""
    monkeypatch.chdir(tmp_path)
    for block in blocks("yaml"):
        Path(block.splitlines()[0].removeprefix("# ")).write_text(block, encoding="utf-8")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("number", range(len(SHOWN)))
def test_it_shows_what_comes_out(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, expected = SHOWN[number]
    words = shlex.split(command.removeprefix("$ permgraph "))
    assert run(words) == (1 if "--fail-if-opens" in words or words[0] == "paths" else 0)
    found = capsys.readouterr()
    assert found.err == ""
    assert "\n".join(line.rstrip() for line in found.out.splitlines()) + "\n" == expected


@pytest.mark.usefixtures("files")
def test_its_other_commands_take_what_they_are_given(capsys: pytest.CaptureFixture[str]) -> None:
    (lines,) = blocks("sh")
    for line in lines.splitlines():
        words = shlex.split(line.partition("#")[0])[1:]
        words = ["--scenario" if word == "--snapshot" else word for word in words]
        words = ["orders.yaml" if word == "accounts.json" else word for word in words]
        words = ["after.dot" if word == "after.svg" else word for word in words]
        assert run(words) == 0
        assert capsys.readouterr().out
    assert Path("after.dot").read_text("utf-8").startswith("digraph")


def test_every_kind_has_a_row() -> None:
    assert set(ROWS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_has_the_fields_of_the_kind(kind: str) -> None:
    fields, _ = ROWS[kind]
    assert sorted(re.findall(r"`(\w+)`", fields)) == sorted(set(KINDS[kind].model_fields) - {"change"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_names_operations_that_aws_has(kind: str) -> None:
    _, operations = ROWS[kind]
    named = re.findall(r"`([a-z0-9]+:[A-Za-z]+)`", operations)
    assert named or kind == "remove_statement"
    assert [action for action in named if not is_known_action(action)] == []


def test_every_short_form_is_named() -> None:
    assert [form for form in FORMS if f"`--{form}`" not in TEXT] == []
