"""Commands of the AWS CLI: each is one that its service takes, and all together do what the changes do."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from models.change import KINDS, Change
from simulator.changes import apply
from simulator.repair.forms import forms
from tests.repair.forms.cases import BEFORE, CASES, UNSAID
from tests.repair.forms.commands import run
from tests.repair.forms.meaning import Place, said


# Of JMESPath's two ways to write a string this is the one that needs no quotes of its own.
@pytest.mark.filterwarnings("ignore:deprecated string literal syntax")
@pytest.mark.parametrize("changes", [pytest.param(rows, id=name) for name, rows in CASES.items()])
def test_the_commands_do_what_the_changes_do(changes: list[Change]) -> None:
    place = Place(BEFORE)
    run(forms(BEFORE, changes).cli, place)
    assert said(place.snapshot) == said(apply(BEFORE, changes))


@pytest.mark.parametrize("changes", [pytest.param(rows, id=name) for name, rows in UNSAID.items()])
def test_what_no_command_does_is_told(changes: list[Change]) -> None:
    found = forms(BEFORE, changes)
    assert found.warning
    assert all(line.startswith("# ") for line in found.cli.splitlines())
    assert set(found.warning.splitlines()) <= {line.removeprefix("# ") for line in found.cli.splitlines()}


def test_every_kind_of_change_is_tried() -> None:
    assert {change.change for rows in (*CASES.values(), *UNSAID.values()) for change in rows} == set(KINDS)


def test_a_posix_shell_reads_the_lines_as_they_are_meant() -> None:
    text = "\n".join(forms(BEFORE, changes).cli for changes in CASES.values())
    script = "aws() { case \"$2\" in list-*|get-*) echo ID; return;; esac; printf '%s\\0' \"$@\"; printf '\\1'; }\n"
    ran = subprocess.run(["sh", "-eu"], input=script + text, capture_output=True, text=True, check=True)
    read = [line.removesuffix("\0").split("\0") for line in ran.stdout.split("\1")[:-1]]
    meant = [shlex.split(line)[1:] for line in text.splitlines() if not line.startswith("#")]
    assert read == [["ID" if word.startswith("$(") else word for word in line] for line in meant]
