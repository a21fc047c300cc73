"""Which of very many patterns match a name, without trying each: they are found by the text that they begin with.

And sets of callers as rows of bits, by number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

from simulator.policy import match

Item = TypeVar("Item")
Key = TypeVar("Key")
_Entry = tuple[Callable[[str], bool], Item]

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
        if not self.numbers:
            return 0
        made = row_of(self.numbers)
        if len(self.numbers) > FEW:
            self._row = made
        return made


def row_of(numbers: Iterable[int]) -> int:
    """The row with those bits set."""
    some = numbers if isinstance(numbers, list) else list(numbers)
    if len(some) <= FEW:
        row = 0
        for number in some:
            row |= 1 << number
        return row
    return match.bits(some)


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

    __slots__ = ("_everything", "_exact", "_general", "_lengths", "_make", "_prefixes", "_sifted")

    def __init__(self, make: Callable[[], Item]) -> None:
        self._make = make
        self._everything: Item | None = None
        self._exact: dict[str, Item] = {}
        self._prefixes: dict[str, Item] = {}
        self._lengths: tuple[int, ...] = ()
        self._general: dict[match.Glob, Item] = {}
        self._sifted: _Sieve[Item] | None = None

    def at(self, pattern: str | match.Glob) -> Item:
        """The item of a pattern, made if it is new; one that is text has no variables."""
        if isinstance(pattern, str):
            star = pattern.find(match.STAR)
            # Names and prefixes, which most are, are told by looking at them.
            if match.ANY not in pattern and star < 0:
                return self._in(self._exact, pattern)
            if match.ANY not in pattern and 0 < star == len(pattern) - 1:
                return self._with_prefix(pattern[:star])
            pattern = match.glob(pattern)
        if pattern == match.EVERYTHING:
            if self._everything is None:
                self._everything = self._make()
            return self._everything
        if (name := match.name_of(pattern)) is not None:
            return self._in(self._exact, name)
        if (prefix := match.prefix_of(pattern)) is not None:
            return self._with_prefix(prefix)
        self._sifted = None
        return self._in(self._general, pattern)

    def _with_prefix(self, prefix: str) -> Item:
        self._sifted = None
        return self._in(self._prefixes, prefix)

    def _in(self, items: dict[Key, Item], key: Key) -> Item:
        found = items.get(key)
        if found is None:
            found = items[key] = self._make()
        return found

    @property
    def is_empty(self) -> bool:
        return self._everything is None and not (self._exact or self._prefixes or self._general)

    def find(self, value: str) -> Iterator[Item]:
        """Yield the items of the patterns that match."""
        if self._everything is not None:
            yield self._everything
        exact = self._exact.get(value)
        if exact is not None:
            yield exact
        if not self._prefixes and not self._general:
            return
        if self._sifted is None:
            self._lengths = tuple(sorted({len(text) for text in self._prefixes}))
            self._sifted = _Sieve(self._general)
        for length in self._lengths:
            found = self._prefixes.get(value[:length])
            if found is not None and length <= len(value):
                yield found
        if self._general:
            yield from self._sifted.find(value)


class _Sieve(Generic[Item]):
    """Patterns by the word, or the ending, that fewest of them have: only those that have it in common with a name are
    tried."""

    __slots__ = ("_by_ending", "_by_word", "_lengths", "_rest")

    def __init__(self, items: Mapping[match.Glob, Item]) -> None:
        words = {glob: words_of(glob) for glob in items}
        frequent = Counter(word for found in words.values() for word in found)
        endings = Counter(_ending_of(glob) for glob in items)
        self._by_word: dict[str, list[_Entry[Item]]] = {}
        self._by_ending: dict[str, list[_Entry[Item]]] = {}
        self._rest: list[_Entry[Item]] = []
        for glob, item in items.items():
            entry = (match.matcher((glob,)), item)
            rarest = min(words[glob], key=lambda word: (frequent[word], word), default="")
            ending = _ending_of(glob)
            if rarest and (not ending or frequent[rarest] <= endings[ending]):
                self._by_word.setdefault(rarest, []).append(entry)
            elif ending:
                self._by_ending.setdefault(ending, []).append(entry)
            else:
                self._rest.append(entry)
        self._lengths = tuple(sorted({len(text) for text in self._by_ending}))

    def find(self, value: str) -> Iterator[Item]:
        tried = list(self._rest)
        for word in _words_in(value):
            tried += self._by_word.get(word, ())
        for length in self._lengths:
            tried += self._by_ending.get(value[-length:], ())
        for matches, item in tried:
            if matches(value):
                yield item


WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=64)
def _words_in(value: str) -> tuple[str, ...]:
    """The words of a name, each once: every layer of policies is asked for the same one in turn."""
    return tuple(dict.fromkeys(WORD.findall(value)))


def words_of(glob: match.Glob) -> set[str]:
    """The words that every name it matches has: those of its texts that no wildcard can go on with."""
    found: set[str] = set()
    for place, part in enumerate(glob):
        if isinstance(part, match.Text):
            for word in WORD.finditer(part.text):
                begins = word.start() > 0 or place == 0
                ends = word.end() < len(part.text) or place == len(glob) - 1
                if begins and ends:
                    found.add(word.group())
    return found


def _ending_of(glob: match.Glob) -> str:
    last = glob[-1] if glob else None
    return last.text if isinstance(last, match.Text) else ""
