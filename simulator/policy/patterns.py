"""Which of very many patterns match a name, without trying each: they are found by the text that they begin with.

And sets of callers as rows of bits, by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from simulator.policy import match

Item = TypeVar("Item")

#: A row is made anew for fewer numbers than this: kept, it costs more memory than it saves time.
FEW = 16


class Crowd:
    """A set of callers, by their numbers."""

    __slots__ = ("_row", "numbers")

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self.numbers = list(numbers)
        self._row: int | None = None

    def add(self, numbers: Iterable[int]) -> None:
        self.numbers.extend(numbers)
        self._row = None

    @property
    def row(self) -> int:
        """A bit for each."""
        if self._row is not None:
            return self._row
        made = row_of(self.numbers)
        if len(self.numbers) > FEW:
            self._row = made
        return made


def row_of(numbers: Iterable[int]) -> int:
    """The row with those bits set."""
    some = list(numbers)
    if len(some) <= FEW:
        row = 0
        for number in some:
            row |= 1 << number
        return row
    bits = bytearray(max(some) // 8 + 1)
    for number in some:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def numbers_of(row: int) -> Iterator[int]:
    """The numbers of the bits that are set, from the lowest."""
    if row.bit_count() <= FEW:
        while row:
            low = row & -row
            yield low.bit_length() - 1
            row ^= low
        return
    for place, byte in enumerate(row.to_bytes((row.bit_length() + 7) // 8, "little")):
        while byte:
            low = byte & -byte
            yield place * 8 + low.bit_length() - 1
            byte ^= low


class PatternIndex(Generic[Item]):
    """Patterns with `*` and `?`, each with an item; two with the same pattern share it."""

    __slots__ = ("_everything", "_exact", "_general", "_lengths", "_make", "_prefixes")

    def __init__(self, make: Callable[[], Item]) -> None:
        self._make = make
        self._everything: Item | None = None
        self._exact: dict[str, Item] = {}
        self._prefixes: dict[str, Item] = {}
        self._general: dict[str, dict[match.Glob, Item]] = {}
        self._lengths: tuple[int, ...] | None = None

    def at(self, glob: match.Glob) -> Item:
        """The item of a pattern, made if it is new."""
        if glob == match.EVERYTHING:
            if self._everything is None:
                self._everything = self._make()
            return self._everything
        if (name := match.name_of(glob)) is not None:
            return self._in(self._exact, name)
        self._lengths = None
        if (prefix := match.prefix_of(glob)) is not None:
            return self._in(self._prefixes, prefix)
        first = glob[0]
        bucket = self._general.setdefault(first.text if isinstance(first, match.Text) else "", {})
        if glob not in bucket:
            bucket[glob] = self._make()
        return bucket[glob]

    def _in(self, items: dict[str, Item], text: str) -> Item:
        found = items.get(text)
        if found is None:
            found = items[text] = self._make()
        return found

    def find(self, value: str) -> Iterator[Item]:
        """Yield the items of the patterns that match."""
        if self._everything is not None:
            yield self._everything
        exact = self._exact.get(value)
        if exact is not None:
            yield exact
        if self._lengths is None:
            self._lengths = tuple(sorted({len(text) for text in (*self._prefixes, *self._general)}))
        for length in self._lengths:
            if length > len(value):
                return
            head = value[:length]
            found = self._prefixes.get(head)
            if found is not None:
                yield found
            for glob, item in self._general.get(head, {}).items():
                if match.matches(glob, value):
                    yield item
