"""Questions over large organizations: who can, reach, and ten thousand callers against as many resources."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from models.snapshot import Snapshot
from simulator.answers.can import can
from simulator.answers.reach import reach
from simulator.answers.who_can import who_can
from simulator.collector import store
from simulator.world import World
from tests.bench import many
from tests.bench.estate import INVOKE, estate, function_arn
from tests.bench.measures import PERMGRAPH, Row, measured, ran

PRINCIPALS, FUNCTIONS = 5_000, 1_000
#: A function that roles may invoke, that a topic calls, and that others may run.
TARGET = function_arn(8)
#: Principals who are asked one by one as well.
SAMPLE = 500
MANY = 10_000
PAIRS = 20_000


def rows() -> Iterator[Row]:
    snapshot = estate(PRINCIPALS, FUNCTIONS)
    yield from _whole_process(snapshot)
    yield from _in_the_library(snapshot)
    yield from _all_against_all()


def _whole_process(snapshot: Snapshot) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "snapshot.json")
        store.save(snapshot, file)
        yield measured(
            f"who-can, {PRINCIPALS:,} x {FUNCTIONS:,}, process",
            lambda: ran(PERMGRAPH, "who-can", INVOKE, TARGET, "--snapshot", str(file)),
            plain=(
                "the snapshot read as JSON",
                lambda: ran(sys.executable, "-c", f"import json; json.load(open({str(file)!r}))"),
            ),
            note=lambda _: f"{file.stat().st_size / 1e6:.1f} MB",
        )


def _in_the_library(snapshot: Snapshot) -> Iterator[Row]:
    world = World(snapshot)
    answer = who_can(world, INVOKE, TARGET)
    told = {item.principal: item.status for item in answer.principals if item.how == "direct"}
    some = [role.arn for role in snapshot.roles[:SAMPLE]]
    for principal in some:
        decided = can(world, principal, INVOKE, TARGET).decision
        assert told.get(principal, "no") == decided or (principal not in told and "Deny" in decided), principal

    def one_by_one() -> None:
        for principal in some:
            can(world, principal, INVOKE, TARGET)

    yield measured("the same in the library, anew", lambda: who_can(World(snapshot), INVOKE, TARGET), runs=3)
    yield measured(
        "the same, warm",
        lambda: who_can(world, INVOKE, TARGET),
        plain=(f"can for {SAMPLE} of {PRINCIPALS:,}", one_by_one),
    )
    source = snapshot.roles[7].arn
    yield measured("reach of a role, warm", lambda: reach(world, source), runs=3)


def _all_against_all() -> Iterator[Row]:
    members, targets = many.members(MANY, MANY), many.targets(MANY)
    rows = many.all_at_once(members, targets)
    assert many.one_by_one(members, targets, rows, PAIRS), "a sample that nobody is allowed says nothing"
    yield measured(
        f"{MANY:,} x {MANY:,}, one action",
        lambda: many.all_at_once(members, targets),
        plain=(f"{PAIRS:,} pairs one by one", lambda: many.one_by_one(members, targets, rows, PAIRS)),
        note=lambda _: f"{sum(row.allowed.bit_count() for row in rows):,} allowed",
    )
