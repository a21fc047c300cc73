"""`make bench`: measure on one core (lines that are shared out among workers on all), and print a table."""

from __future__ import annotations

import math
import os
import platform
import time
from itertools import chain

import click

from tests.bench import changed, decisions, diagnosed, graphs, lines, measures, open_keys, triggered
from tests.bench.measures import LONGEST, Row


def main() -> None:
    cores = os.cpu_count()
    if hasattr(os, "sched_setaffinity"):
        # Processes started from here stay on that core too.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    click.echo(f"{platform.system()} {platform.machine()}, {cores} cores of which one is used; {_memory()}")
    click.echo(f"Python {platform.python_version()}; medians, each measure by turns with its plain form\n")
    click.echo(f"{'what':36}{'runs':>5}{'median':>11}{'spread':>8}   {'':14}{'times':>7}  a plain form")
    begun = time.perf_counter()
    for row in chain(
        measures.start(),
        decisions.rows(),
        open_keys.settling(),
        open_keys.hard_patterns(),
        lines.rows(),
        measures.load(),
        graphs.rows(),
        triggered.rows(),
        diagnosed.rows(),
        changed.rows(),
    ):
        click.echo(_line(row))
    click.echo(f"\n{time.perf_counter() - begun:.0f} s in all")


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return "memory not known"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"


def _line(row: Row) -> str:
    line = f"{row.what:36}{row.runs:5}{_time(row.median):>11}{_spread(row)}   {row.note:14}"
    if row.plain_median is None:
        return line.rstrip()
    return f"{line}{_times(row.median / row.plain_median)}  {_time(row.plain_median)}: {row.plain}"


def _spread(row: Row) -> str:
    return f"{'':8}" if math.isinf(row.median) else f"{row.spread:8.0%}"


def _times(ratio: float) -> str:
    return f"{'':7}" if math.isinf(ratio) else f"{ratio:7.2f}"


def _time(seconds: float) -> str:
    if math.isinf(seconds):
        return f"> {LONGEST} s"
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            return f"{seconds * factor:.3g} {unit}"
    raise AssertionError(seconds)


if __name__ == "__main__":
    main()
