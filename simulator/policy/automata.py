"""A value for each way in which groups of patterns can turn out: every pattern at once, as one automaton.

A group is the values of one condition, of which any may match. What is asked is which combinations of groups some
value matches, and for each one such value.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache

from simulator.policy import match

#: A pattern, and whether it disregards letter case.
Pattern = tuple[match.Glob, bool]
Group = tuple[Pattern, ...]

#: Beyond so many steps the search stops, and the samples of the patterns have to do.
MOST_STEPS = 20_000
#: Steps times the length of all patterns: what a search may cost at most.
MOST_PLACES = 50_000_000
#: With more characters than this, patterns without wildcards are tried, but not searched around.
MOST_LETTERS = 3_000
FRESH = "x"


@lru_cache(maxsize=512)
def witnesses(groups: tuple[Group, ...]) -> tuple[str, ...]:
    """One value for each combination of groups that some value matches at once; those of the patterns come first."""
    found: dict[tuple[bool, ...], str] = {}
    for text in _samples(groups):
        found.setdefault(_combination(groups, text), text)
    # Of texts without wildcards and letter case the samples are all there is to find.
    exact = all(_is_plain(glob) and not folded for group in groups for glob, folded in group)
    if len(found) < 1 << len(groups) and not exact:
        for combination, text in _searched(groups, len(found), frozenset(found)):
            found.setdefault(combination, text)
    return tuple(found.values())


def _combination(groups: tuple[Group, ...], text: str) -> tuple[bool, ...]:
    return tuple(any(_matches(pattern, text) for pattern in group) for group in groups)


def _matches(pattern: Pattern, text: str) -> bool:
    glob, folded = pattern
    if folded:
        return _sample(glob, "").lower() == text.lower()
    return match.matches(glob, text)


def _samples(groups: tuple[Group, ...]) -> Iterator[str]:
    """A value of each pattern, one that is like none, and the empty one last."""
    patterns = [pattern for group in groups for pattern in group]
    texts = {_sample(glob, "") for glob, _ in patterns}
    yield from (text for glob, _ in patterns if (text := _sample(glob, "")))
    yield from (_sample(glob, FRESH) for glob, _ in patterns if len(glob) > 1)
    yield from (_sample(glob, "").swapcase() for glob, folded in patterns if folded)
    unlike = FRESH
    while any(unlike.lower() == text.lower() for text in texts):
        unlike += FRESH
    yield unlike
    yield ""


def _sample(glob: match.Glob, run: str) -> str:
    return "".join(
        part.text if isinstance(part, match.Text) else (run if part.sign == match.STAR else FRESH) for part in glob
    )


def _searched(
    groups: tuple[Group, ...], known: int, seen: frozenset[tuple[bool, ...]]
) -> Iterator[tuple[tuple[bool, ...], str]]:
    """Breadth first over the automaton's states, so that the shortest values come first."""
    automaton = _Automaton(groups)
    origin: dict[int, tuple[int, str] | None] = {automaton.start: None}
    missing = (1 << len(groups)) - known
    met = set(seen)
    queue = deque([automaton.start])
    steps = 0
    most = min(MOST_STEPS, MOST_PLACES // max(1, automaton.size))
    while queue and missing and steps < most:
        state = queue.popleft()
        for char in automaton.letters(state):
            steps += 1
            reached = automaton.step(state, char)
            if reached in origin:
                continue
            origin[reached] = (state, char)
            queue.append(reached)
            combination = automaton.combination(reached)
            if combination not in met:
                met.add(combination)
                missing -= 1
                yield combination, _spelled(reached, origin)


def _spelled(state: int, origin: dict[int, tuple[int, str] | None]) -> str:
    chars = []
    step = origin[state]
    while step is not None:
        chars.append(step[1])
        step = origin[step[0]]
    return "".join(reversed(chars))


class _Automaton:
    """All patterns side by side in one integer: a bit for each place in each pattern that the value may have reached.

    A step is a handful of operations on that integer, however many patterns there are.
    """

    def __init__(self, groups: tuple[Group, ...]) -> None:
        self.literals: dict[str, int] = {}
        self.stars = self.bounded_stars = self.ones = self.bounded_ones = 0
        self.ends: list[int] = []
        self.size = 0
        starts = 0
        plain = sum(len(_sample(glob, "")) for group in groups for glob, _ in group if _is_plain(glob))
        for group in groups:
            ends = 0
            for glob, folded in group:
                if plain > MOST_LETTERS and _is_plain(glob):
                    continue
                starts |= 1 << self.size
                ends |= 1 << self._add(glob, folded)
            self.ends.append(ends)
        self.start = self._closed(starts)
        self.fresh = next(char for char in _unlike_most() if char not in self.literals)

    def _add(self, glob: match.Glob, folded: bool) -> int:
        """Lay a pattern out, and return the place of its end."""
        for part in glob:
            if isinstance(part, match.Text):
                for char in part.text:
                    for letter in {char, char.lower(), char.upper()} if folded else (char,):
                        self.literals[letter] = self.literals.get(letter, 0) | 1 << self.size
                    self.size += 1
                continue
            place = 1 << self.size
            if part.sign == match.STAR:
                self.stars |= place
                self.bounded_stars |= place if part.bounded else 0
            else:
                self.ones |= place
                self.bounded_ones |= place if part.bounded else 0
            self.size += 1
        self.size += 1
        return self.size - 1

    def _closed(self, state: int) -> int:
        """A star may match nothing."""
        while (wider := state | (state & self.stars) << 1) != state:
            state = wider
        return state

    def letters(self, state: int) -> Iterator[str]:
        """The characters that a state can tell apart: those it waits for, and one more for all the others."""
        if not state:
            return
        yield self.fresh
        yield from (char for char, places in self.literals.items() if state & places and len(char) == 1)
        if state & (self.bounded_stars | self.bounded_ones) and not state & self.literals.get(":", 0):
            yield ":"

    def step(self, state: int, char: str) -> int:
        colon = char == ":"
        stays = state & (self.stars & ~self.bounded_stars if colon else self.stars)
        moves = state & (self.literals.get(char, 0) | (self.ones & ~self.bounded_ones if colon else self.ones))
        return self._closed(stays | moves << 1)

    def combination(self, state: int) -> tuple[bool, ...]:
        return tuple(bool(state & ends) for ends in self.ends)


def _unlike_most() -> Iterator[str]:
    yield from "x0qz"
    yield from map(chr, range(0x100, 0x3000))


def _is_plain(glob: match.Glob) -> bool:
    return all(isinstance(part, match.Text) for part in glob)
