"""One function for each thing that is measured; each gives its rows of the table."""

from __future__ import annotations

import gc
import json
import math
import os
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

from simulator.collector import store
from simulator.scenario import library
from simulator.world import World
from tests.bench import made

#: The command as it is installed beside this Python.
PERMGRAPH = str(Path(sys.executable).with_name("permgraph"))
#: Seconds after which a run is stopped, so that all of it takes some minutes whatever became slow.
LONGEST = 45
#: What every command exits with that could not read what it was given.
BAD_INPUT = 2


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
        lambda: ran(PERMGRAPH, "--help"),
        runs=9,
        plain=("python -c pass", lambda: ran(sys.executable, "-c", "pass")),
    )
    demo = str(library.embedded(library.DEMO))
    yield measured(
        "permgraph can, demo scenario",
        lambda: ran(PERMGRAPH, "can", "partner/dev", "lambda:InvokeFunction", "ours/orders:live", "--scenario", demo),
        plain=("permgraph --help", lambda: ran(PERMGRAPH, "--help")),
    )


def ran(*arguments: str) -> None:
    """Run a process to its end, its modules compiled as those of what is installed; its answer is nothing to us."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(arguments, stdout=subprocess.DEVNULL, env=environment)
    assert done.returncode != BAD_INPUT, arguments
