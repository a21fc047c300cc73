"""What a command writes: an answer as JSON by the contract, or as text for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.errors import NO, UNDECIDED, YES

if TYPE_CHECKING:
    from rich.text import Text

    from models.snapshot import Snapshot
    from simulator.render.names import Names

#: With these rich takes for a terminal what is none, or asks itself what is one.
_TERMINAL_ALL_THE_SAME = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"})


def as_json(document: Any, *, indent: int | None = 1) -> str:
    """Return JSON in the bytes that the contract promises: no change of order, letters as they are."""
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which a JSON document can hold and UTF-8 can't.
        text = json.dumps(document, indent=indent)
    return text


def write_json(document: Any) -> None:
    """Write one JSON document on stdout, as UTF-8 whatever the terminal's encoding."""
    click.echo(as_json(document).encode())


def write_lines(lines: Iterable[Text]) -> None:
    """Write text for people: coloured on a terminal (unless NO_COLOR is set), plain elsewhere, never wrapped by us."""
    if not (sys.stdout.isatty() or os.environ.keys() & _TERMINAL_ALL_THE_SAME):
        for line in lines:
            sys.stdout.write(f"{line.plain}\n")
        return
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        console.print(line, soft_wrap=True, overflow="ignore", no_wrap=True, crop=False)


def names_of(snapshot: Snapshot) -> Names:
    """Return the short names that suit a snapshot's accounts."""
    from simulator.render.names import Names

    return Names({account.id: account.name for account in snapshot.accounts})


def age_lines(snapshot: Snapshot, now: datetime | None = None) -> list[Text]:
    """Return a line that says how old a snapshot is; nothing for a scenario, which doesn't age."""
    if snapshot.origin == "scenario":
        return []
    from simulator.render.lines import line

    return [line(""), line((f"snapshot taken {age(snapshot.taken_at, now or datetime.now(UTC))}", "dim"))]


def age(taken: datetime, now: datetime) -> str:
    """Return how long ago it was in words: `3 days ago`."""
    taken = taken if taken.tzinfo else taken.replace(tzinfo=UTC)
    seconds = round((now - taken).total_seconds())
    if seconds < -60:
        return f"in the future ({taken:%Y-%m-%d %H:%M} UTC); is this machine's clock right?"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if count := max(seconds, 0) // size:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def code_of(statuses: Iterable[str]) -> int:
    """Return the exit code for the best of some statuses (semantics: section 7)."""
    found = set(statuses)
    if "allowed" in found:
        return YES
    return UNDECIDED if found & {"conditional", "unknown"} else NO
