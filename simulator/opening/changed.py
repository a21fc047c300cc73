"""What is open to another degree in one world than in another: edges, and pairs that only a way joins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from models.edge import Status
from simulator.opening.joined import Joined
from simulator.opening.numbers import Numbers
from simulator.opening.rows import Opened, Row, differing
from simulator.policy.patterns import numbers_of

PATH = "path"


class Changed(NamedTuple):
    """A pair, as answers call its ends, with how open it is; None: it is closed."""

    source: str
    target: str
    kind: str
    before: Status | None
    after: Status | None

    @property
    def pair(self) -> tuple[str, str, str]:
        return self.source, self.target, self.kind

    @property
    def opens(self) -> bool:
        return self.before is None or (self.after is not None and self.after.rank < self.before.rank)


def changed_edges(before: Opened, after: Opened) -> Iterator[Changed]:
    numbers = after.numbers
    for kind, rows in after.kinds.items():
        for source in set(map(numbers.shown, differing(before.kinds[kind], rows))):
            yield from _of_source(numbers, source, kind.value, before.row(kind, source), after.row(kind, source))


def changed_pairs(before: Joined, after: Joined) -> Iterator[Changed]:
    """Pairs that are joined now and weren't, or for certain now, and by ways only; and the reverse."""
    numbers = after.opened.numbers
    sources = set(map(numbers.shown, after.changed)) | after.anew
    for source in sources:
        was, now = _Ends(before, source), _Ends(after, source)
        for target in sorted({*_gained(was, now), *_gained(now, was)}):
            yield Changed(numbers.nodes[source], numbers.nodes[target], PATH, was.status(target), now.status(target))


class _Ends:
    """What steps and ways join to a source."""

    def __init__(self, joined: Joined, source: int) -> None:
        self.joined, self.source = joined, source
        self.edges, self.ways = joined.edges(source), joined.ways(source)
        self.all = Row(self.edges.open | self.ways.open, self.edges.allowed | self.ways.allowed)

    def status(self, target: int) -> Status | None:
        return _status(self.all, target)


def _gained(was: _Ends, now: _Ends) -> Iterator[int]:
    """What only ways lead to, and nothing led to before: who gets there still by fewer steps or more gains nothing.

    No more does who runs a function by an alias, from where ways come back to the function itself.
    """
    numbers = now.joined.opened.numbers
    for level, ways, edges, before in zip(now.joined.levels, now.ways, now.edges, was.all, strict=True):
        for target in numbers_of(ways & ~edges & ~before):
            if not numbers.is_qualified(target) or level.comes_to(now.source, target, numbers.qualified(target)):
                yield target


def _of_source(numbers: Numbers, source: int, kind: str, before: Row, after: Row) -> Iterator[Changed]:
    name = numbers.nodes[source]
    for target in numbers_of((before.open ^ after.open) | (before.allowed ^ after.allowed)):
        yield Changed(name, numbers.nodes[target], kind, _status(before, target), _status(after, target))


def _status(row: Row, target: int) -> Status | None:
    if row.allowed >> target & 1:
        return Status.ALLOWED
    return Status.CONDITIONAL if row.open >> target & 1 else None
