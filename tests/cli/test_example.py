"""The contract, filled in: every command of tests/example/answers.json, from saved files to exit code and answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.change import AddStatement
from simulator.answers.what_if import what_if
from simulator.cli.main import run
from simulator.collector import store
from simulator.world import World

EXAMPLE = Path(__file__).parents[1] / "example"
CASES = json.loads((EXAMPLE / "answers.json").read_text("utf-8"))
ASKED = [case for case in CASES if case["command"][0] != "what-if"]
SUPPOSED = [case for case in CASES if case["command"][0] == "what-if"]

#: Wording is free: these are for people to read.
FREE = ("text", "wanted")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("example") / "snapshot.json"
    assert run(["collect", "--from", str(EXAMPLE / "saved"), "--out", str(file)]) == 0
    return file


@pytest.mark.parametrize("case", ASKED, ids=[" ".join(case["command"]) for case in ASKED])
def test_asked(case: dict[str, Any], snapshot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run([*case["command"], "--snapshot", str(snapshot), "--format", "json"])
    output = capsys.readouterr()
    assert output.err == ""
    assert code == case["exit"]
    compare(json.loads(output.out), case["answer"])


@pytest.mark.parametrize("case", ASKED, ids=[" ".join(case["command"]) for case in ASKED])
def test_text_says_the_verdict_first(case: dict[str, Any], snapshot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run([*case["command"], "--snapshot", str(snapshot)])
    output = capsys.readouterr()
    assert (code, output.err) == (case["exit"], "")
    assert "\x1b" not in output.out
    first = output.out.splitlines()[0]
    if case["command"][0] in ("can", "paths"):
        assert first.startswith({0: "YES  ", 1: "NO  ", 3: "IT DEPENDS  "}[code])
    for grant in grants_of(case["answer"]):
        assert grant["account"] in output.out
        assert grant["holder"] in output.out
        assert json.dumps(grant["statement"]["Action"]) in output.out
    assert output.out.splitlines()[-1].startswith("snapshot taken ")


@pytest.mark.parametrize("case", SUPPOSED, ids=[" ".join(case["command"]) for case in SUPPOSED])
def test_supposed(case: dict[str, Any], snapshot: Path) -> None:
    """The command comes with its own issue; its answer is there."""
    changes = [AddStatement.model_validate(change) for change in case["answer"]["changes"]]
    answer = what_if(World(store.load(snapshot)), changes).as_json()
    compare(answer, case["answer"])


def test_every_case_is_compared() -> None:
    assert len(ASKED) + len(SUPPOSED) == len(CASES) == 11
    assert len(SUPPOSED) == 1


def compare(found: Any, expected: Any, place: str = "") -> None:
    """Every field of the example is there with its value; an answer may hold further ones."""
    if isinstance(expected, dict):
        assert isinstance(found, dict), place
        # Data of others (statements, conditions) is the whole of it.
        if place.endswith((".statement", ".condition", ".layers", ".allowed_with")):
            assert found == expected, place
        for key, value in expected.items():
            assert key in found, f"{place}.{key}"
            if key not in FREE:
                compare(found[key], value, f"{place}.{key}")
    elif isinstance(expected, list):
        assert isinstance(found, list), place
        assert len(found) == len(expected), f"{place}: {found}"
        for at, (one, other) in enumerate(zip(found, expected, strict=True)):
            compare(one, other, f"{place}[{at}]")
    else:
        assert found == expected, place


def grants_of(answer: Any) -> list[dict[str, Any]]:
    if isinstance(answer, list):
        return [grant for one in answer for grant in grants_of(one)]
    if not isinstance(answer, dict):
        return []
    return [*answer.get("missing", []), *(grant for value in answer.values() for grant in grants_of(value))]
