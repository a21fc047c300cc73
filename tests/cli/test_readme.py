"""README.md shows what really comes out, and the policy that is really needed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simulator.cli.main import run
from simulator.collector.readonly import read_only_policy

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_scenario_and_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (scenario,) = blocks("yaml")
    Path("pipeline.yaml").write_text(scenario, encoding="utf-8")
    console, _ = blocks("console")
    command, _, expected = console.partition("\n")
    assert run(command.removeprefix("$ permgraph ").split()) == 1
    assert capsys.readouterr().out == expected
    assert run(["test", "pipeline.yaml"]) == 0


def test_the_diagnosis(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    _, console = blocks("console")
    command, _, expected = console.partition("\n")
    assert run(command.removeprefix("$ permgraph ").split()) == 1
    assert capsys.readouterr().out == expected


def test_the_read_only_policy() -> None:
    found = re.search(r"<!-- read-only policy -->\n```json\n(.*?)```\n<!-- end", README, re.DOTALL)
    assert found, "the README holds what `python -m simulator.collector.readonly` prints, between its markers"
    assert json.loads(found[1]) == read_only_policy()


def test_its_commands_are_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for line in "".join(blocks("sh")).splitlines():
        assert run([line.split()[1], "--help"]) == 0
        options = re.findall(r"(?<= )--[a-z-]+", line.partition("#")[0])
        out = capsys.readouterr().out
        assert [option for option in options if option not in out] == []


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_nothing_stands_before_the_first_command() -> None:
    assert README.splitlines().index("    make demo") < 10
