"""One function for each thing that is measured; each gives its rows of the table."""

from __future__ import annotations

import gc
import json
import math
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from models.context import Absent, Known, State
from models.policy import PolicyKind
from models.request import Attached, Request
from simulator.answers.can import can
from simulator.answers.evaluate import forget
from simulator.answers.who_can import who_can
from simulator.collector import store
from simulator.policy.authorize import PolicySet, authorize
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester
from simulator.world import World
from tests.bench import made

#: The command as it is installed beside this Python.
PERMGRAPH = str(Path(sys.executable).with_name("permgraph"))
LINES = 5_000
#: Seconds after which a run is stopped, so that all of it takes less than two minutes whatever became slow.
LONGEST = 45
DECISIONS = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: the median of the runs, and that of a plain form of the same in the same runs, in seconds."""

    what: str
    runs: int
    median: float
    spread: float
    plain: str = ""
    plain_median: float | None = None
    note: str = ""


class _TooLongError(Exception):
    """A run took longer than LONGEST."""


class _OneTag:
    """A request context with one tag."""

    def lookup(self, key: str) -> State:
        return Known(("team-a",)) if key.lower() == "aws:principaltag/team" else Absent()


def _timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes; infinite if it is stopped after LONGEST."""
    gc.collect()
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    begun = time.perf_counter()
    try:
        work()
    except _TooLongError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return time.perf_counter() - begun


def _stop(*_: object) -> NoReturn:
    raise _TooLongError


signal.signal(signal.SIGALRM, _stop)


def measured(
    what: str,
    work: Callable[[], object],
    *,
    runs: int = 5,
    each: int = 1,
    plain: tuple[str, Callable[[], object]] | None = None,
    plain_each: int = 1,
    note: Callable[[float], str] = lambda _: "",
) -> Row:
    """Run `work` and its plain form by turns, so that what slows the machine down slows both. `each`: repetitions."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(runs):
        if math.inf in ours:
            break
        ours.append(_timed(work) / each)
        if plain:
            theirs.append(_timed(plain[1]) / plain_each)
    median = statistics.median(ours)
    return Row(
        what=what,
        runs=len(ours),
        median=median,
        spread=0 if math.inf in ours else (max(ours) - min(ours)) / median,
        plain=plain[0] if plain else "",
        plain_median=statistics.median(theirs) if plain else None,
        note=note(median),
    )


def decision() -> Iterator[Row]:
    """One decision over twenty statements that were compiled before; plain: they are compiled each time."""
    document = made.twenty_statements()
    request = Request(requester(made.CALLER, None, None), made.INVOKE, made.TARGET, _OneTag(), made.OTHER)

    def parsed() -> PolicySet:
        policy = parse_policy(document, PolicyKind.IDENTITY, strict=False)
        return PolicySet(identity=(Attached("identity", policy),))

    ready = parsed()
    yield measured(
        "one decision, 20 statements, warm",
        lambda: [authorize(request, ready) for _ in range(DECISIONS)],
        each=DECISIONS,
        plain=("the policy parsed each time", lambda: [authorize(request, parsed()) for _ in range(DECISIONS // 10)]),
        plain_each=DECISIONS // 10,
        note=lambda median: f"{1 / median:,.0f}/s",
    )


def evaluate() -> Iterator[Row]:
    """`permgraph evaluate` as a whole process; plain: the same lines read and written as JSON, nothing decided."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requests.jsonl")
        file.write_text("".join(made.request_lines(LINES)))
        copy = f"import json\nfor line in open({str(file)!r}): print(json.dumps(json.loads(line)))"
        yield measured(
            f"permgraph evaluate, {LINES:,} lines",
            lambda: _run(PERMGRAPH, "evaluate", str(file)),
            runs=3,
            plain=("the lines as JSON, nothing decided", lambda: _run(sys.executable, "-c", copy)),
            note=lambda median: f"{LINES / median:,.0f} lines/s",
        )


def who_can_of(roles: int, runs: int) -> Iterator[Row]:
    """Who may invoke a function, on a world that is indexed anew; plain: every role asked by itself.

    The plain form finds direct permissions only, no ways through roles or functions.
    """
    snapshot = made.organization(roles)
    principals = [role.arn for role in snapshot.roles]

    def all_at_once() -> None:
        forget()
        found = who_can(World(snapshot), made.INVOKE, made.TARGET)
        assert len(found.principals) == 2 * roles // made.EVERY + 1, "an answer that is wrong isn't worth measuring"

    def one_by_one() -> None:
        forget()
        world = World(snapshot)
        for principal in principals:
            can(world, principal, made.INVOKE, made.TARGET)

    yield measured(f"who-can, {roles:,} roles", all_at_once, runs=runs, plain=("can for every role", one_by_one))


def load() -> Iterator[Row]:
    """A snapshot file of 5,000 principals; plain: the same file read as JSON, nothing checked."""
    snapshot = made.organization(4_000, users=1_000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "snapshot.json")
        store.save(snapshot, file)
        size = file.stat().st_size / 1e6
        yield measured(
            "load a snapshot, 5,000 principals",
            lambda: store.load(file),
            plain=("json.loads", lambda: json.loads(file.read_bytes())),
            note=lambda _: f"{size:.1f} MB",
        )
        yield measured("index it", lambda: World(snapshot).short_names, note=lambda _: "and all short names")


def start() -> Iterator[Row]:
    """What a person waits for before anything happens; plain: Python with nothing to do."""
    yield measured(
        "permgraph --help",
        lambda: _run(PERMGRAPH, "--help"),
        runs=9,
        plain=("python -c pass", lambda: _run(sys.executable, "-c", "pass")),
    )


def everything() -> Iterator[Row]:
    yield from start()
    yield from decision()
    yield from evaluate()
    yield from load()
    yield from who_can_of(300, runs=3)
    yield from who_can_of(2_000, runs=3)


def _run(*arguments: str) -> None:
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
