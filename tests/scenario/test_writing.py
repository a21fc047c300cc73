"""A what-if is written into a scenario so that the scenario holds, and the rest of it stays as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.answer import WhatIfAnswer
from models.change import AddStatement
from simulator import scenario
from simulator.answers.what_if import what_if
from simulator.scenario import library
from simulator.scenario.source import parse_yaml
from simulator.scenario.writing import MOST_EXPECTED, with_what_if
from simulator.world import World

INVOKER = "arn:aws:iam::222222222222:role/invoker"
TRUSTED = AddStatement(
    side="trust",
    holder=INVOKER,
    statement={
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/pipeline"},
        "Action": "sts:AssumeRole",
    },
)
NOTHING = WhatIfAnswer(changes=(), opens=(), closes=())
HEAD = 'name: s\naccounts: {ours: "222222222222"}\n'


@pytest.mark.parametrize("file", [pytest.param(name, id=name) for name in library.names()])
def test_every_scenario_of_the_library_holds_with_its_own_what_ifs_written_into_it(file: str, tmp_path: Path) -> None:
    path = library.embedded(file)
    loaded = scenario.load(path)
    world, text = World(loaded.snapshot), path.read_text("utf-8")
    for number, supposed in enumerate(loaded.questions.supposed):
        text = with_what_if(text, f"again {number}", supposed.changes, what_if(world, supposed.changes))
    # Beside the original: a scenario may name files that lie there.
    (tmp_path / path.name).write_text(text, "utf-8")
    for other in path.parent.glob("*"):
        if other.is_file() and other.name != path.name:
            (tmp_path / other.name).symlink_to(other)
    answer = scenario.run(tmp_path / path.name)
    assert [row for row in answer.expectations if not row.passed] == []
    assert len([row for row in answer.expectations if row.name.startswith("again ")]) == 2 * len(
        loaded.questions.supposed
    )
    assert [line for line in path.read_text("utf-8").splitlines() if line not in text.splitlines()] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD, id="none yet"),
        pytest.param(HEAD + "what_if:\n- name: a\n  changes: []\n", id="not indented"),
        pytest.param(HEAD + "what_if:\n    - name: a\n      changes: []\n# the end", id="indented, and a comment"),
        pytest.param("what_if:\n  - {name: a, changes: []}\n\n# accounts\n" + HEAD, id="before other keys"),
        pytest.param(HEAD + "what_if: [{name: a, changes: []}]\n", id="in one line"),
        pytest.param(HEAD + "what_if: []\n", id="an empty list"),
        pytest.param(HEAD + "what_if:\n", id="an empty key"),
        pytest.param("{name: s, accounts: {}}", id="all in one line"),
        pytest.param("---\n" + HEAD + "...\n", id="with an end"),
    ],
)
def test_one_more_is_there_and_nothing_else_has_changed(text: str) -> None:
    before = parse_yaml(text, "s").data
    after = parse_yaml(with_what_if(text, "more", (TRUSTED,), NOTHING), "s").data
    *kept, more = after.pop("what_if")
    assert kept == (before.pop("what_if", None) or [])
    assert after == before
    assert more["name"] == "more"
    assert more["changes"][0]["holder"] == INVOKER
    assert more["opens"] == more["closes"] == []


def test_more_rows_than_anybody_reads_are_not_expected() -> None:
    world = World(scenario.load(library.embedded(library.DEMO)).snapshot)
    row = what_if(world, (TRUSTED,)).opens[0]
    many = WhatIfAnswer(changes=(), opens=(row,) * (MOST_EXPECTED + 1), closes=())
    (entry,) = parse_yaml(with_what_if(HEAD, "many", (TRUSTED,), many), "s").data["what_if"]
    assert set(entry) == {"name", "changes", "closes"}
