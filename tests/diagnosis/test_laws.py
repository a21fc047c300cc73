"""One truth, two views: a finding of a trigger or mapping is that of its edge, with all that the edge lacks.

Where several triggers lead from one source to one function, the edge is the best of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from models.answer import FindingAnswer
from models.finding import Verdict
from simulator.answers.diagnose import diagnose
from simulator.answers.step import step
from simulator.scenario import load
from simulator.world import World

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
VERDICTS = {
    "allowed": Verdict.PASS,
    "conditional": Verdict.CONDITIONAL,
    "unknown": Verdict.UNKNOWN,
    "missing": Verdict.FAIL,
    "denied": Verdict.FAIL,
}
OF_KIND = {"trigger": "triggers", "mapping": "polled_by", "caller-lacks": "invokes", "role-not-assumable": "runs_as"}


def by_edge(world: World) -> dict[tuple[str, str, str], list[FindingAnswer]]:
    found: dict[tuple[str, str, str], list[FindingAnswer]] = {}
    for arn in world.functions:
        for row in diagnose(world, arn).findings:
            if row.edge and OF_KIND.get(row.check) == row.edge.kind:
                found.setdefault((row.edge.source, row.edge.target, row.edge.kind), []).append(row)
    return found


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_finding_says_what_the_step_says(file: Path) -> None:
    world = World(load(file).snapshot)
    for (source, target, kind), rows in by_edge(world).items():
        found = step(world, source, target, kind)
        assert found, (source, target, kind)
        # Half of a grant about many functions is told as a warning.
        verdicts = {Verdict.FAIL if row.verdict == "warning" else Verdict(row.verdict) for row in rows}
        assert max(verdicts, key=lambda verdict: verdict.rank) == VERDICTS[found.status]
        if len(rows) == 1:
            assert {grant.model_dump_json() for grant in rows[0].missing} == {
                grant.model_dump_json() for grant in found.missing
            }
            assert rows[0].evidence == found.because
            assert rows[0].residual == found.residual


def test_there_are_findings_of_each_kind_and_verdict() -> None:
    seen: set[tuple[str, str]] = set()
    for file in SCENARIOS:
        for (_, _, kind), rows in by_edge(World(load(file).snapshot)).items():
            seen.update((kind, row.verdict) for row in rows)
    assert seen >= {
        ("triggers", "pass"),
        ("triggers", "fail"),
        ("triggers", "unknown"),
        ("polled_by", "pass"),
        ("polled_by", "fail"),
        ("invokes", "fail"),
        ("runs_as", "pass"),
        ("runs_as", "fail"),
    }
