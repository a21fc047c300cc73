"""Every scenario that comes with permgraph opens, fits the schema, and is as it says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from models.answer import ScenarioAnswer
from models.change import KINDS
from simulator.scenario import load, run
from simulator.scenario.schema import SCHEMA_FILE, schema_text
from simulator.scenario.source import read_yaml

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))


@cache
def results(file: Path) -> ScenarioAnswer:
    return run(file)


def expectations() -> list[object]:
    """One row for each expectation; their names come from loading alone, which asks nothing of the engine."""
    rows: list[object] = []
    for file in FILES:
        questions = load(file).questions
        names = [asked.name for asked in questions.asked]
        for supposed in questions.supposed:
            names += [f"{supposed.name}: {part}" for part in ("opens", "closes") if getattr(supposed, part) is not None]
            names += [f"{supposed.name}: {asked.name}" for asked in supposed.asked]
        rows += [
            pytest.param(file, number, name, id=f"{file.stem}-{number + 1}-{name}") for number, name in enumerate(names)
        ]
    return rows


@pytest.mark.parametrize("file, number, name", expectations())
def test_expectation(file: Path, number: int, name: str) -> None:
    result = results(file).expectations[number]
    assert result.name == name
    assert result.passed, f"expected: {result.expected}; got: {result.got}"


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 14


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in FILES])
def test_says_what_it_follows(file: Path) -> None:
    assert load(file).scenario.source


@pytest.mark.parametrize(
    "file", [pytest.param(file, id=file.stem) for file in FILES if not file.stem.startswith("rule-")]
)
def test_shows_what_works_and_what_fails(file: Path) -> None:
    """Those of the rules of `diagnose` are held to it in `tests/diagnosis/test_rules.py`."""
    questions = load(file).questions
    asked = [*questions.asked, *(inner for supposed in questions.supposed for inner in supposed.asked)]
    verdicts = {item.verdict for item in asked}
    assert verdicts & {"allowed", "conditional"}
    assert verdicts & {"missing", "denied", "implicitDeny", "explicitDeny"}


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in FILES])
def test_fits_the_schema(file: Path) -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(read_yaml(file).data)
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=../docs/scenario.schema.json")


def test_the_schema_is_up_to_date() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run `python -m simulator.scenario.schema`"


def test_a_broken_trust_fails_with_which_expectation_and_why(tmp_path: Path) -> None:
    text = (FOLDER / "chain-of-three-roles.yaml").read_text(encoding="utf-8")
    broken = text.replace("trust: {AWS: tools/build}", "trust: {AWS: hub}")
    assert broken != text
    file = tmp_path / "broken.yaml"
    file.write_text(broken, encoding="utf-8")
    answer = run(file)
    assert not answer.passed
    failed = {result.name: result for result in answer.expectations if not result.passed}
    assert "the whole chain" in failed
    got = failed["the whole chain"].got
    assert "tools/build assumes hub/relay is missing" in got
    assert "the trust policy of hub/relay (account hub) has no Allow of sts:AssumeRole for tools/build" in got


def test_the_same_file_gives_the_same_snapshot() -> None:
    for file in FILES:
        assert load(file).snapshot.model_dump_json() == load(file).snapshot.model_dump_json()


def test_the_example_of_the_documentation_holds(tmp_path: Path) -> None:
    text = (FOLDER.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in text.split("```yaml\n")[1:]]
    file = tmp_path / "example.yaml"
    file.write_text("\n".join(blocks), encoding="utf-8")
    answer = run(file)
    assert [result.name for result in answer.expectations if not result.passed] == []
    assert len(answer.expectations) == 4


def test_every_kind_of_change_has_a_scenario() -> None:
    shown = {
        change.change
        for file in FILES
        if file.stem.startswith("what-if-")
        for supposed in load(file).questions.supposed
        for change in supposed.changes
    }
    assert set(KINDS) - shown == set()


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in FILES if "what-if-" in file.stem])
def test_a_scenario_of_changes_says_what_is_before_and_after(file: Path) -> None:
    questions = load(file).questions
    assert questions.asked
    assert all(supposed.asked or supposed.opens or supposed.closes for supposed in questions.supposed)
