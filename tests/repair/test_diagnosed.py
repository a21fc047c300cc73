"""The repairs of a diagnosis: each holds when it is applied, over every scenario of a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.answer import FindingAnswer
from models.change import CHANGE
from simulator.answers.diagnose import diagnose, diagnose_all
from simulator.answers.diagnose_mended import diagnose_all_mended, diagnose_mended
from simulator.changes import apply
from simulator.scenario import load
from simulator.world import World

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in SCENARIOS])
def test_a_finding_fails_no_more_with_its_repair(file: Path) -> None:
    world = World(load(file).snapshot)
    for function in world.functions:
        for row in diagnose_mended(world, function).findings:
            if row.repair:
                changes = [CHANGE.validate_python(change) for grant in row.repair for change in grant.changes]
                after = World(apply(world.snapshot, changes))
                assert verdict(after, function, row) != "fail", row.summary
                assert all(grant.verified for grant in row.repair)


def verdict(world: World, function: str, row: FindingAnswer) -> str:
    found = [
        one.verdict
        for one in diagnose(world, function).findings
        if (one.check, one.subject, one.edge) == (row.check, row.subject, row.edge)
    ]
    return "fail" if "fail" in found else "pass"


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in SCENARIOS])
def test_what_is_missing_has_a_repair(file: Path) -> None:
    world = World(load(file).snapshot)
    for function in world.functions:
        for row in diagnose_mended(world, function).findings:
            at_fault = row.missing and row.verdict != "pass"
            assert bool(row.repair) == bool(at_fault), f"{function}: {row.summary}"


def test_a_diagnosis_of_all_has_them_only_when_asked() -> None:
    world = World(load(Path(__file__).parents[2] / "scenarios/rule-mapping.yaml").snapshot)
    plain, mended = diagnose_all(world), diagnose_all_mended(world)
    assert not any(one.repair for row in plain.functions for one in row.findings)
    (stuck,) = [one for row in mended.functions for one in row.findings if one.verdict == "fail"]
    assert [grant.action for grant in stuck.repair] == ["sqs:DeleteMessage"]
    assert [issue.summary for issue in plain.issues] == [issue.summary for issue in mended.issues]
