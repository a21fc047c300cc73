"""Patterns: wildcards, policy variables and ARNs. Matching is linear in the value; nothing backtracks.

Sources: IAM User Guide, "IAM JSON policy elements: Resource", "… Condition operators", "… Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import methodcaller

STAR = "*"
ANY = "?"


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves, a star included."""

    text: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`*` (any run of characters) or `?` (exactly one); `bounded` ones don't match a colon."""

    sign: str
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key}` or `${key, 'default'}`."""

    key: str
    default: str | None = None


_STAR = Wildcard(STAR)
#: The pattern `*`.
EVERYTHING = (_STAR,)


Glob = tuple[Text | Wildcard, ...]
Template = tuple[Text | Wildcard | Variable, ...]

# Not `\s*(…*?)\s*`: on `${` and a run of spaces that tries every way to cut the run.
_VARIABLE = re.compile(r"\$\{([^{}',]*)(?:,\s*'([^']*)'\s*)?\}")


@lru_cache(maxsize=65536)
def template(text: str, variables: bool, wildcards: bool = True) -> Template:
    """Read a policy's string. `${*}`, `${?}` and `${$}` are those characters; without `variables` `${…}` is text."""
    parts: list[Text | Wildcard | Variable] = []
    position = 0
    if variables and "${" in text:
        for found in _VARIABLE.finditer(text):
            key = found.group(1).strip()
            if not key:
                continue
            _add_plain(parts, text[position : found.start()], wildcards)
            parts.append(Text(key) if key in ("*", "?", "$") else Variable(key, found.group(2)))
            position = found.end()
    _add_plain(parts, text[position:], wildcards)
    return _joined(parts)


def _add_plain(parts: list[Text | Wildcard | Variable], text: str, wildcards: bool) -> None:
    if not wildcards:
        if text:
            parts.append(Text(text))
        return
    for piece in re.split(r"(\*+|\?)", text):
        if piece.startswith("*"):
            parts.append(Wildcard(STAR))
        elif piece == "?":
            parts.append(Wildcard(ANY))
        elif piece:
            parts.append(Text(piece))


def _joined(parts: list[Text | Wildcard | Variable]) -> Template:
    """Join neighbouring texts, so that equal patterns are equal values."""
    joined: list[Text | Wildcard | Variable] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(last, Text):
            joined[-1] = Text(last.text + part.text)
        elif isinstance(part, Wildcard) and part.sign == STAR and part == last:
            continue
        else:
            joined.append(part)
    return tuple(joined)


def glob(text: str) -> Glob:
    """Read a pattern in which `${…}` is text."""
    return tuple(part for part in template(text, False) if not isinstance(part, Variable))


def fill(pattern: Template, value_of: Callable[[str], str | None]) -> Glob | None:
    """Put values into a template; None where a variable has neither value nor default.

    A value's own `*` and `?` are text.
    """
    parts: list[Text | Wildcard | Variable] = []
    for part in pattern:
        if isinstance(part, Variable):
            value = value_of(part.key)
            if value is None:
                value = part.default
            if value is None:
                return None
            parts.append(Text(value))
        else:
            parts.append(part)
    return _joined(parts)  # type: ignore[return-value]  # no Variable is left


@lru_cache(maxsize=16384)
def loosened(text: str) -> Glob:
    """A pattern with a star in place of each variable: it matches whatever the pattern may match."""
    return _joined([_STAR if isinstance(part, Variable) else part for part in template(text, True)])  # type: ignore[return-value]


def variables_of(pattern: Template) -> tuple[str, ...]:
    """The keys a template refers to."""
    return tuple(part.key for part in pattern if isinstance(part, Variable))


def arn_glob(glob: Glob) -> Glob | None:
    """Return the pattern with its first five parts bounded by colons, as ArnLike compares; None: not an ARN."""
    parts: list[Text | Wildcard] = []
    colons = 0
    for part in glob:
        if isinstance(part, Wildcard):
            parts.append(Wildcard(part.sign, bounded=colons < 5))
            continue
        colons += part.text.count(":")
        parts.append(part)
    first = parts[0] if parts else None
    if colons < 5 or not (isinstance(first, Text) and first.text.startswith("arn:")):
        return None
    return tuple(parts)


def matches(glob: Glob, value: str) -> bool:
    """Match the whole value."""
    if len(glob) == 1:
        only = glob[0]
        if isinstance(only, Text):
            return only.text == value
        if only.sign == STAR:
            return not (only.bounded and ":" in value)
    if not glob:
        return value == ""
    if any(isinstance(part, Wildcard) and part.bounded for part in glob):
        return _matches_bounded(glob, value)
    return _Matcher.of(glob).matches(value)


def text_matches(pattern: str, value: str) -> bool:
    """As `matches`, of a pattern as it is written, in which `${…}` is text: for one that is asked once."""
    if "?" in pattern:
        return pattern == value or matches(glob(pattern), value)
    head, star, tail = pattern.partition(STAR)
    # Most patterns differ before their first star, and most stars stand at the end.
    if not star or not value.startswith(head):
        return pattern == value
    if STAR in tail:
        return _in_order(pattern.split(STAR), value)
    return not tail or (value.endswith(tail) and len(value) >= len(head) + len(tail))


def _in_order(pieces: list[str], value: str) -> bool:
    """Whether a text is those pieces with anything between them.

    The ends are anchored, the middles are found leftmost first, which is enough.
    """
    first, *middles, last = pieces
    position, end = len(first), len(value) - len(last)
    if position > end or not value.startswith(first) or not value.endswith(last):
        return False
    for piece in middles:
        position = value.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


def _matches_bounded(glob: Glob, value: str) -> bool:
    """Match an ARN part by part: the first five parts never cross a colon."""
    fields = value.split(":", 5)
    if len(fields) < 6:
        return False
    return all(matches(part, field) for part, field in zip(_arn_fields(glob), fields, strict=True))


@lru_cache(maxsize=16384)
def _arn_fields(glob: Glob) -> tuple[Glob, ...]:
    fields: list[list[Text | Wildcard | Variable]] = [[]]
    for part in glob:
        if isinstance(part, Wildcard):
            fields[-1].append(Wildcard(part.sign))
            continue
        room = 6 - len(fields)
        pieces = part.text.split(":", room) if room else [part.text]
        for index, piece in enumerate(pieces):
            if index:
                fields.append([])
            if piece:
                fields[-1].append(Text(piece))
    return tuple(_joined(field) for field in fields)  # type: ignore[misc]


class _Matcher:
    """A glob cut at its stars, as `_in_order` has it; also of pieces with `?`."""

    __slots__ = ("first", "last", "least", "middles", "texts")

    def __init__(self, glob: Glob) -> None:
        runs: list[list[Text | Wildcard]] = [[]]
        for part in glob:
            if isinstance(part, Wildcard) and part.sign == STAR:
                runs.append([])
            else:
                runs[-1].append(part)
        pieces = [_Piece(run) for run in runs]
        self.first = pieces[0]
        self.last = pieces[-1] if len(pieces) > 1 else None
        self.middles = [piece for piece in pieces[1:-1] if piece.length]
        self.least = sum(piece.length for piece in pieces)
        texts = [piece.plain for piece in pieces if piece.plain is not None]
        self.texts = texts if len(pieces) == len(texts) > 1 else None

    @staticmethod
    @lru_cache(maxsize=16384)
    def of(glob: Glob) -> _Matcher:
        return _Matcher(glob)

    def matches(self, value: str) -> bool:
        if self.texts is not None:
            return _in_order(self.texts, value)
        if len(value) < self.least or not self.first.at(value, 0):
            return False
        if self.last is None:
            return len(value) == self.first.length
        end = len(value) - self.last.length
        if not self.last.at(value, end):
            return False
        position = self.first.length
        for piece in self.middles:
            found = piece.find(value, position, end)
            if found < 0:
                return False
            position = found + piece.length
        return position <= end


class _Piece:
    """A run of characters and `?` between two stars."""

    __slots__ = ("chars", "length", "plain")

    def __init__(self, run: list[Text | Wildcard]) -> None:
        chars: list[str | None] = []
        for part in run:
            chars.extend(part.text if isinstance(part, Text) else [None])
        self.chars = chars
        self.length = len(chars)
        self.plain = None if None in chars else "".join(char for char in chars if char)

    def at(self, value: str, position: int) -> bool:
        if self.plain is not None:
            return value.startswith(self.plain, position)
        return all(char is None or char == value[position + index] for index, char in enumerate(self.chars))

    def find(self, value: str, start: int, end: int) -> int:
        """The leftmost place in `value[start:end]` where it fits whole, or -1."""
        if self.plain is not None:
            return value.find(self.plain, start, end)
        return self._find_bits(value, start, end)

    def _find_bits(self, value: str, start: int, end: int) -> int:
        # In parts, each twice as long as the one before: where it stands nearby the rest is not looked at.
        size = 4 * self.length
        while start + self.length <= end:
            found = self._first_in(value[start : min(start + size, end)])
            if found >= 0:
                return start + found
            start += size - self.length + 1
            size *= 2
        return -1

    def _first_in(self, text: str) -> int:
        # All places at once, a bit for each: a run of thousands of `?` costs a few machine words for each of its
        # characters, where trying one place after the other would cost text x pattern steps.
        places: dict[str, list[int]] = {char: [] for char in self.chars if char is not None}
        for place, char in enumerate(text):
            if char in places:
                places[char].append(place)
        rows: dict[str, int] = {}
        fitting = (1 << max(len(text) - self.length + 1, 0)) - 1
        for index, wanted in enumerate(self.chars):
            if wanted is not None:
                if wanted not in rows:
                    rows[wanted] = bits(places[wanted])
                fitting &= rows[wanted] >> index
                if not fitting:
                    break
        return (fitting & -fitting).bit_length() - 1


def bits(numbers: list[int]) -> int:
    """A whole number with those bits set."""
    row = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        row[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(row, "little")


def matcher(globs: Iterable[Glob]) -> Callable[[str], bool]:
    """A test of whether any of the patterns matches: a method of C where the patterns allow it.

    Most are names and prefixes; a decision asks thousands of them.
    """
    exact: set[str] = set()
    prefixes: list[str] = []
    others: list[Glob] = []
    for glob in globs:
        if glob == EVERYTHING:
            return always
        if (name := name_of(glob)) is not None:
            exact.add(name)
        elif (prefix := prefix_of(glob)) is not None:
            prefixes.append(prefix)
        else:
            others.append(glob)
    return _any_of(exact, prefixes, others)


def _any_of(exact: set[str], prefixes: list[str], others: list[Glob]) -> Callable[[str], bool]:
    tests: list[Callable[[str], bool]] = []
    for glob in others:
        if glob == EVERYTHING:
            return always
        bounded = any(isinstance(part, Wildcard) and part.bounded for part in glob)
        tests.append(partial(matches, glob) if bounded else _Matcher.of(glob).matches)
    if prefixes:
        tests.append(methodcaller("startswith", tuple(prefixes)))
    if exact or not tests:
        tests.insert(0, frozenset(exact).__contains__)
    if len(tests) == 1:
        return tests[0]

    def any_matches(value: str) -> bool:
        for test in tests:  # noqa: SIM110 - asked for every decision; a generator takes twice as long
            if test(value):
                return True
        return False

    return any_matches


def text_matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """As `matcher`, of patterns as they are written, in which `${…}` is text.

    Names and prefixes, which most are, are told by looking at them, and never taken apart.
    """
    exact: set[str] = set()
    prefixes: list[str] = []
    others: list[Glob] = []
    for pattern in patterns:
        star = pattern.find("*")
        if "?" in pattern or 0 <= star < len(pattern) - 1:
            others.append(glob(pattern))
        elif star < 0:
            exact.add(pattern)
        elif star == 0:
            return always
        else:
            prefixes.append(pattern[:-1])
    return _any_of(exact, prefixes, others)


def name_of(glob: Glob) -> str | None:
    """The only text that a pattern without wildcards matches."""
    if len(glob) == 1 and isinstance(glob[0], Text):
        return glob[0].text
    return None if glob else ""


def prefix_of(glob: Glob) -> str | None:
    """What a pattern such as `abc*` asks a text to begin with."""
    return glob[0].text if len(glob) == 2 and isinstance(glob[0], Text) and glob[1] == _STAR else None


def always(_: str) -> bool:
    """The test that everything passes."""
    return True


def action_matches(pattern: str, action: str) -> bool:
    """Match an Action pattern, without regard to case. Source: "IAM JSON policy elements: Action"."""
    return covering(action)(pattern)


class _Covering(dict[str, bool]):
    """Which Action patterns are about an action, as they are met: most are met again and again."""

    __slots__ = ("_action", "_begins")

    def __init__(self, action: str) -> None:
        self._action = action
        self._begins = f"{action[:1]}{action[:1].upper()}*?"

    def __missing__(self, pattern: str) -> bool:
        if len(self) >= _MOST_PATTERNS:
            self.clear()
        # Most are of another service, and differ in their first letter.
        found = self[pattern] = pattern[:1] in self._begins and text_matches(pattern.lower(), self._action)
        return found


_MOST_PATTERNS = 1024


@lru_cache(maxsize=256)
def covering(action: str) -> Callable[[str], bool]:
    """A test of whether an Action pattern is about an action, whatever their letter case; mostly a method of C."""
    return _Covering(action.lower()).__getitem__


def of_service(actions: Iterable[str], service: str) -> list[str]:
    """Those of some Action patterns that are about a service, which is in lower case."""
    found = []
    for action in actions:
        head = action.partition(":")[0].lower()
        if head == service or (("*" in head or "?" in head) and text_matches(head, service)):
            found.append(action)
    return found


def completed(pattern: str) -> str:
    """An ARN with fewer than six fields, with `*` for those that are missing: `arn:aws:sqs` is every queue.

    Source: IAM User Guide, "IAM identifiers" (of identity-based policies; session policies can't have them).
    """
    if not pattern.startswith("arn:") or (pattern.count(":") >= 5 and "${" not in pattern):
        return pattern
    return _completed(pattern)


@lru_cache(maxsize=16384)
def _completed(pattern: str) -> str:
    colons = sum(part.text.count(":") for part in template(pattern, True) if isinstance(part, Text))
    return pattern + ":*" * (5 - colons)


def is_resource_pattern(text: str) -> bool:
    """Whether it could match anything: an ARN or nothing but stars. What is ill-formed matches nothing."""
    return text.startswith("arn:") or (text != "" and set(text) == {"*"})


def resource_matches(pattern: str, value: str, completes: bool) -> bool:
    """Match a Resource pattern without variables; `completes`: what an ARN lacks is added to it."""
    if pattern == STAR:
        return True
    head = pattern.partition(STAR)[0]
    if not value.startswith(head) and "?" not in head:
        return False  # as most do; what is added to it stands behind
    whole = completed(pattern) if completes else pattern
    return is_resource_pattern(whole) and text_matches(whole, value)
