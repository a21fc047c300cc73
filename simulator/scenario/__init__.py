"""Scenarios: accounts that a person writes down, and what is expected of them. Their format: docs/scenarios.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulator.scenario.load import LoadedScenario, load

if TYPE_CHECKING:
    from models.answer import ScenarioAnswer

__all__ = ["LoadedScenario", "load", "run"]


def run(path: Path | str) -> ScenarioAnswer:
    """Hold a scenario to its expectations.

    Raises:
        InputError: with file, line and column, if the file is no scenario.
    """
    # The answers bring networkx, which who only loads a scenario doesn't need.
    from models.answer import ScenarioAnswer
    from simulator.scenario.judge import Judge, suppose
    from simulator.scenario.words import Words
    from simulator.world import World

    loaded = load(path)
    judge = Judge(World(loaded.snapshot), Words(loaded.names))
    results = [judge.expectation(asked) for asked in loaded.questions.asked]
    for supposed in loaded.questions.supposed:
        results += suppose(judge, supposed)
    return ScenarioAnswer(
        file=loaded.path,
        name=loaded.scenario.name,
        passed=all(result.passed for result in results),
        expectations=tuple(results),
    )
