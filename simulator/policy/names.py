"""Which of very many names a pattern matches, without trying each: the reverse of `PatternIndex`.

The names are in order, so that one is a bit, and all that begin alike are a run of bits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from simulator.policy import match
from simulator.policy.patterns import WORD, row_of, words_of


class Names:
    """Names by number, in order, some perhaps twice; a row has a bit for each that a pattern matches."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.everything = (1 << len(names)) - 1
        self._first = {name: number for number, name in reversed(tuple(enumerate(names)))}
        self._are_distinct = len(self._first) == len(names)
        self._known: dict[match.Glob, int] = {}

    def matching(self, pattern: str | match.Glob) -> int:
        """The row of a pattern; one that is text has no variables."""
        if isinstance(pattern, str):
            star = pattern.find(match.STAR)
            # Names and prefixes, which most are, are told by looking at them.
            if match.ANY not in pattern and star < 0:
                return self._exact(pattern)
            if match.ANY not in pattern and 0 < star == len(pattern) - 1:
                return self._run(*self._beginning(pattern[:star]))
            pattern = match.glob(pattern)
        found = self._known.get(pattern)
        if found is None:
            found = self._known[pattern] = self._searched(pattern)
        return found

    def _exact(self, name: str) -> int:
        first = self._first.get(name)
        if first is None:
            return 0
        return 1 << first if self._are_distinct else self._run(first, bisect_right(self.names, name))

    def _run(self, first: int, end: int) -> int:
        return (1 << end) - (1 << first)

    def _beginning(self, text: str) -> tuple[int, int]:
        """Where the names that begin with a text start, and where they end."""
        first, length = bisect_left(self.names, text), len(text)
        return first, bisect_right(self.names, text, lo=first, key=lambda name: name[:length])

    def _searched(self, glob: match.Glob) -> int:
        if glob == match.EVERYTHING:
            return self.everything
        if (name := match.name_of(glob)) is not None:
            return self._exact(name)
        if (prefix := match.prefix_of(glob)) is not None:
            return self._run(*self._beginning(prefix))
        matches, names = match.matcher((glob,)), self.names
        return row_of([number for number in self._tried(glob) if matches(names[number])])

    def _tried(self, glob: match.Glob) -> Sequence[int]:
        """The names that have the beginning, the ending or the word that fewest have: all others don't match."""
        first, last = glob[0], glob[-1]
        fewest: Sequence[int] = range(len(self.names))
        if isinstance(first, match.Text):
            fewest = range(*self._beginning(first.text))
        if isinstance(last, match.Text):
            fewest = min(fewest, self._ending(last.text), key=len)
        return min((fewest, *(self._by_word.get(word, ()) for word in words_of(glob))), key=len)

    def _ending(self, text: str) -> Sequence[int]:
        backward, numbers = self._backward
        turned, length = text[::-1], len(text)
        first = bisect_left(backward, turned)
        return numbers[first : bisect_right(backward, turned, lo=first, key=lambda name: name[:length])]

    @cached_property
    def _backward(self) -> tuple[list[str], list[int]]:
        """The names read backwards, in that order, and their numbers."""
        found = sorted((name[::-1], number) for number, name in enumerate(self.names))
        return [name for name, _ in found], [number for _, number in found]

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.names):
            for word in WORD.findall(name):
                found[word].append(number)
        return found
