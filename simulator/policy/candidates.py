"""The values of an open key that can make a difference: one for each way in which its conditions can turn out.

For text the patterns run side by side as automata, so that every combination of matching and not matching that some
value reaches is reached; numbers, dates and addresses are taken at and around every bound.
"""

from __future__ import annotations

import base64
import ipaddress
import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from models.context import Absent, Known, NotRead, Open, State
from simulator.policy import match
from simulator.policy.operators import NULL, OPERATORS, PatternTest, Test, moment, network, number

#: Beyond these the automata stop, and samples of the patterns stand in.
MOST_STEPS = 60_000
MOST_SUBSETS = 6
FRESH = "x"


def candidates(key: str, atoms: Sequence[Test | PatternTest], state: State) -> list[State]:
    """States of `key` (lower case) worth trying: values first, absence last."""
    spec = state if isinstance(state, Open) else Open()
    own = [atom for atom in atoms if isinstance(atom, Test) and atom.condition.key.lower() == key]
    singles = list(spec.domain) if spec.domain is not None else _values(key, own, atoms, spec)
    many = spec.multivalued or any(atom.condition.quantifier for atom in own)
    found: list[State] = [Known((value,), spec.multivalued) for value in singles if not spec.includes]
    if many:
        found += _sets(singles, spec)
    if spec.may_be_absent and not spec.includes:
        found.append(Absent())
    return found


def _sets(singles: list[str], spec: Open) -> Iterator[Known]:
    """Several values at once: what ForAnyValue and ForAllValues can tell apart."""
    pool = [value for value in singles if value not in spec.includes]
    least = 0 if spec.includes else 2
    sizes = range(least, len(pool) + 1) if len(pool) <= MOST_SUBSETS else (*range(least, 3), len(pool))
    for size in sizes:
        for chosen in itertools.combinations(pool, size):
            yield Known((*spec.includes, *chosen), True)


def _values(key: str, own: list[Test], atoms: Sequence[Test | PatternTest], spec: Open) -> list[str]:
    families = {OPERATORS[atom.condition.operator].family for atom in own if atom.condition.operator != NULL}
    if "Bool" in families:
        return ["true", "false"]
    if families and families <= {"Numeric", "Date", "Ip"}:
        found = [value for family in sorted(families) for value in _around(family, _bounds(own, family))]
        return list(dict.fromkeys(found))
    texts = list(dict.fromkeys(_texts(own, spec)))
    for family in sorted(families & {"Numeric", "Date", "Ip"}):
        texts += _around(family, _bounds(own, family))
    for atom in atoms:
        texts += _captured(key, atom)
    return list(dict.fromkeys(text for text in texts if _fits(text, spec)))


def _fits(text: str, spec: Open) -> bool:
    return spec.pattern is None or match.matches(match.template(spec.pattern, False), text)  # type: ignore[arg-type]


def _bounds(own: list[Test], family: str) -> list[str]:
    return [
        value
        for atom in own
        if atom.condition.operator != NULL and OPERATORS[atom.condition.operator].family == family
        for value in atom.condition.values
    ]


def _around(family: str, bounds: list[str]) -> list[str]:
    if family == "Ip":
        return _addresses(bounds)
    read = number if family == "Numeric" else moment
    points = sorted({value for value in map(read, bounds) if value is not None})
    tried: list[Decimal] = list(points)
    tried += [(low + high) / 2 for low, high in itertools.pairwise(points)]
    tried += [points[0] - 1, points[-1] + 1] if points else [Decimal(0)]
    return [_date_text(value) if family == "Date" else format(value, "f") for value in tried]


def _date_text(seconds: Decimal) -> str:
    try:
        date = datetime.fromtimestamp(float(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return format(seconds, "f")
    return date.isoformat().replace("+00:00", "Z")


def _addresses(blocks: list[str]) -> list[str]:
    found: list[str] = []
    for block in map(network, blocks):
        if block is None:
            continue
        first, last = int(block.network_address), int(block.broadcast_address)
        kind = ipaddress.IPv4Address if block.version == 4 else ipaddress.IPv6Address
        most = (1 << (32 if block.version == 4 else 128)) - 1
        found += [str(kind(at)) for at in (first, last, last + 1, first - 1) if 0 <= at <= most]
    return list(dict.fromkeys([*found, "203.0.113.1", "2001:db8::1"]))


def _texts(own: list[Test], spec: Open) -> Iterator[str]:
    """Text values: the witnesses of the automata."""
    globs: dict[tuple[match.Glob, bool], None] = {}
    for atom in own:
        condition = atom.condition
        if condition.operator == NULL:
            continue
        operator = OPERATORS[condition.operator]
        known = dict(atom.states)
        for value in condition.values:
            glob = match.fill(match.template(value, atom.variables, operator.wildcards), lambda key: _value(known, key))  # noqa: B023 - called at once
            if glob is None:
                continue
            if operator.family == "Binary":
                yield value
                continue
            shaped = match.arn_glob(glob) if operator.family == "Arn" else glob
            if shaped is not None:
                globs[(shaped, "IgnoreCase" in condition.operator)] = None
    if spec.pattern is not None:
        globs[(match.template(spec.pattern, False), False)] = None  # type: ignore[index]
    yield from witnesses(tuple(globs))
    yield base64.b64encode(b"x").decode() if any(atom.condition.operator == "BinaryEquals" for atom in own) else FRESH


def _value(states: dict[str, State], key: str) -> str | None:
    state = states.get(key.lower())
    return state.values[0] if isinstance(state, Known) and not state.multivalued else None


def _captured(key: str, atom: Test | PatternTest) -> list[str]:
    """Values of a policy variable that make its pattern match what it is compared with."""
    if isinstance(atom, PatternTest):
        pairs = [(match.template(atom.pattern, True), atom.value)]
    else:
        state = dict(atom.states)[atom.condition.key.lower()]
        if not isinstance(state, Known) or not atom.variables or atom.condition.operator == NULL:
            return []
        wild = OPERATORS[atom.condition.operator].wildcards
        pairs = [(match.template(value, True, wild), got) for value in atom.condition.values for got in state.values]
    known = dict(atom.states)
    return [text for pattern, got in pairs for text in _captures(pattern, got, key, known)]


def _captures(pattern: match.Template, got: str, key: str, known: dict[str, State]) -> Iterator[str]:
    if key not in (name.lower() for name in match.variables_of(pattern)):
        return
    for greedy in ("", "?"):
        expression = []
        for part in pattern:
            if isinstance(part, match.Text):
                expression.append(re.escape(part.text))
            elif isinstance(part, match.Wildcard):
                expression.append(".*" if part.sign == match.STAR else ".")
            elif part.key.lower() == key:
                expression.append(f"(.*{greedy})")
            else:
                value = _value(known, part.key)
                expression.append(re.escape(value) if value is not None else ".*")
        found = re.fullmatch("".join(expression), got, re.DOTALL)
        if found:
            yield found.group(1)


# --- the automata: every pattern's set of positions, side by side -------------------------------------------------


@lru_cache(maxsize=512)
def witnesses(globs: tuple[tuple[match.Glob, bool], ...]) -> tuple[str, ...]:
    """A shortest value for each combination of patterns that some value matches at once.

    Args:
        globs: patterns, each with whether it disregards letter case.
    """
    if not globs:
        return (FRESH,)
    if all(len(glob) == 1 and isinstance(glob[0], match.Text) for glob, _ in globs):
        return tuple(dict.fromkeys(_plain(globs)))
    machines = [_Machine(glob, folded) for glob, folded in globs]
    found = dict.fromkeys(_searched(machines))
    samples = (_sample(glob) for glob, _ in globs)
    return tuple(dict.fromkeys((*(text for text in samples if text), *found, FRESH)))


def _plain(globs: Iterable[tuple[match.Glob, bool]]) -> Iterator[str]:
    for glob, folded in globs:
        text = glob[0].text  # type: ignore[union-attr]  # checked by the caller
        yield text
        if folded:
            yield text.swapcase()
    yield FRESH + FRESH.join(sorted({glob[0].text for glob, _ in globs}))[:20]  # type: ignore[union-attr]


def _sample(glob: match.Glob) -> str:
    return "".join(
        part.text if isinstance(part, match.Text) else ("" if part.sign == match.STAR else FRESH) for part in glob
    )


def _searched(machines: list[_Machine]) -> Iterator[str]:
    """Breadth first over the sets of positions, a character at a time."""
    letters = sorted({char for machine in machines for char in machine.letters})
    fresh = next(char for char in "x0qzñ§€" + "".join(map(chr, range(0x100, 0x2000))) if char not in letters)
    alphabet = [*letters, fresh] if ":" in letters else [*letters, fresh, ":"]
    start = tuple(machine.start for machine in machines)
    origin: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None] = {start: None}
    seen: set[tuple[bool, ...]] = set()
    queue = deque([start])
    steps = 0
    while queue and steps < MOST_STEPS:
        state = queue.popleft()
        accepts = tuple(machine.accepts(part) for machine, part in zip(machines, state, strict=True))
        if accepts not in seen and origin[state] is not None:
            seen.add(accepts)
            yield _spelled(state, origin)
        for char in alphabet:
            steps += 1
            reached = tuple(machine.step(part, char) for machine, part in zip(machines, state, strict=True))
            if reached not in origin:
                origin[reached] = (state, char)
                queue.append(reached)


def _spelled(state: tuple[int, ...], origin: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None]) -> str:
    chars = []
    step = origin[state]
    while step is not None:
        chars.append(step[1])
        step = origin[step[0]]
    return "".join(reversed(chars))


class _Machine:
    """A pattern as a set of positions, one bit each; bit i: the first i elements are matched."""

    def __init__(self, glob: match.Glob, folded: bool) -> None:
        self.items: list[tuple[str, bool, str]] = []  # (sign or "", bounded, character)
        for part in glob:
            if isinstance(part, match.Wildcard):
                self.items.append((part.sign, part.bounded, ""))
            else:
                self.items += (("", False, char) for char in part.text)
        self.folded = folded
        self.letters = {
            char for _, _, text in self.items for char in ((text, text.swapcase()) if folded else (text,)) if char
        }
        self.letters = {char for char in self.letters if len(char) == 1}
        self.end = 1 << len(self.items)
        self.start = self._closed(1)

    def _closed(self, state: int) -> int:
        """A star may match nothing."""
        for index, (sign, _, _) in enumerate(self.items):
            if sign == match.STAR and state >> index & 1:
                state |= 1 << (index + 1)
        return state

    def step(self, state: int, char: str) -> int:
        reached = 0
        index = 0
        rest = state
        while rest:
            if rest & 1 and index < len(self.items):
                sign, bounded, text = self.items[index]
                if sign == "":
                    if text == char or (self.folded and text.lower() == char.lower()):
                        reached |= 1 << (index + 1)
                elif not (bounded and char == ":"):
                    reached |= 1 << (index if sign == match.STAR else index + 1)
            rest >>= 1
            index += 1
        return self._closed(reached)

    def accepts(self, state: int) -> bool:
        return bool(state & self.end)


def state_of(atoms: Iterable[Test | PatternTest], key: str) -> State:
    """What the atoms know of a key."""
    for atom in atoms:
        for name, state in atom.states:
            if name == key and isinstance(state, Open | NotRead):
                return state
    return Absent()
