"""What mends the refusals of the scenarios: applied it does, and each form of it is one that AWS's models know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.edge import Requirement, Status
from simulator.changes import apply
from simulator.repair.forms import forms
from simulator.repair.permission import as_changes
from simulator.scenario.load import load
from simulator.world import World
from tests.repair.forms.commands import lines

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
SERVICES = ("service:s3.amazonaws.com", "service:events.amazonaws.com")
#: Enough of each world: that all of them mend takes minutes.
MOST = 6


def refused(world: World) -> Iterator[tuple[str, str, str, Requirement]]:
    principals = [*world.users, *world.roles][:MOST]
    asked = [(who, "lambda:InvokeFunction", on) for who in (*principals, *SERVICES) for on in [*world.functions][:MOST]]
    asked += [(who, "sts:AssumeRole", on) for who in principals for on in [*world.roles][:MOST]]
    for who, action, on in asked:
        found = world.ask(world.caller(who), action, on)
        if found.missing:
            yield who, action, on, found


@pytest.mark.slow
@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in SCENARIOS])
def test_what_is_missing_can_be_said_and_mends(path: Path) -> None:
    before = load(path).snapshot
    for who, action, on, requirement in refused(World(before)):
        after = before
        for grant in requirement.missing:
            changes = as_changes(after, grant)
            assert list(lines(forms(after, changes).cli))
            after = apply(after, changes)
        world = World(after)
        assert world.ask(world.caller(who), action, on).status in (Status.ALLOWED, Status.CONDITIONAL), (who, on)
