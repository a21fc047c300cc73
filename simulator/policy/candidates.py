"""The values of an open key that can make a difference: one for each way in which its conditions can turn out.

For text the patterns run side by side as one automaton (automata.py), so that every combination of matching and not
matching that some value reaches is reached; numbers, dates and addresses are taken at and around every bound.
"""

from __future__ import annotations

import base64
import ipaddress
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from models.context import Absent, Known, NotRead, Open, State
from simulator.policy import match
from simulator.policy.automata import Group, witnesses
from simulator.policy.formula import Formula
from simulator.policy.operators import NULL, OPERATORS, PatternTest, Test, moment, network, number

MOST_CAPTURES = 24
#: A number with more digits is none that anybody compares.
_MOST_DIGITS = 20
#: Reached only by conditions on several values that are compared with each other in a circle.
MOST_SETS = 1_024


def candidates(key: str, atoms: Sequence[Test | PatternTest], state: State) -> Iterator[State]:
    """States of `key` (lower case) worth trying: values first, absence last."""
    spec = state if isinstance(state, Open) else Open()
    values = values_of(key, atoms, spec)
    if not spec.includes:
        yield from (Known((value,), spec.multivalued) for value in values)
    if may_be_several(key, atoms, spec):
        yield from _sets(key, values, atoms, spec)
    if spec.may_be_absent and not spec.includes:
        yield Absent()


def may_be_several(key: str, atoms: Sequence[Test | PatternTest], spec: Open) -> bool:
    """Whether a key may have several values at once: by its own kind, or since a condition on it asks for a set."""
    return spec.multivalued or any(atom.condition.quantifier for atom in _own(key, atoms))


def values_of(key: str, atoms: Sequence[Test | PatternTest], spec: Open) -> list[str]:
    """Single values of `key`: one for each way in which the conditions can turn out."""
    if spec.domain is not None:
        return list(spec.domain)
    return _values(key, _own(key, atoms), atoms, spec)


def sorts_of(key: str, values: Iterable[str], atoms: Sequence[Test | PatternTest]) -> list[str]:
    """One value of each sort: what the conditions can't tell apart makes no difference in a set either."""
    own = _own(key, atoms)
    sorts: dict[tuple[Formula, ...], str] = {}
    for value in values:
        sorts.setdefault(tuple(atom.settle({key: Known((value,), True)}) for atom in own), value)
    return list(sorts.values())


def _own(key: str, atoms: Sequence[Test | PatternTest]) -> list[Test]:
    return [atom for atom in atoms if isinstance(atom, Test) and atom.condition.key.lower() == key]


def _sets(key: str, values: list[str], atoms: Sequence[Test | PatternTest], spec: Open) -> Iterator[Known]:
    """Several values at once: one set for each way in which the conditions can turn out, the smallest first."""
    own = _own(key, atoms)

    def sort(chosen: tuple[str, ...]) -> tuple[object, ...]:
        # Whether it is several counts too: as a policy variable they have no value.
        return len(chosen) > 1, *(atom.settle({key: Known(chosen, True)}) for atom in own)

    pool = [value for value in sorts_of(key, values, atoms) if value not in spec.includes]
    reached = {sort(spec.includes): spec.includes}
    if spec.includes:
        yield Known(spec.includes, True)
    pending = deque(reached.values())
    while pending and len(reached) < MOST_SETS:
        chosen = pending.popleft()
        for value in pool:
            wider = (*chosen, value)
            if value not in chosen and reached.setdefault(sort(wider), wider) is wider:
                pending.append(wider)
                if len(wider) > 1:
                    yield Known(wider, True)


def _values(key: str, own: list[Test], atoms: Sequence[Test | PatternTest], spec: Open) -> list[str]:
    families = {OPERATORS[atom.condition.operator].family for atom in own if atom.condition.operator != NULL}
    if families == {"Bool"}:
        return ["true", "false"]
    if families and families <= {"Numeric", "Date", "Ip"}:
        found = [value for family in sorted(families) for value in _around(family, _bounds(own, family))]
        return list(dict.fromkeys(found))
    texts = list(dict.fromkeys(_texts(key, own, atoms, spec)))
    for family in sorted(families & {"Numeric", "Date", "Ip"}):
        bounds = _bounds(own, family)
        texts += _around(family, bounds)
        texts += _filled(own, _runs(family, bounds))
    if "Bool" in families:
        texts += ["true", "false", "TRUE", "FALSE"]
    for atom in atoms:
        texts += _captured(key, atom, atoms)
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


def _runs(family: str, bounds: list[str]) -> list[str]:
    """What a star may stand for so that a text is a number on either side of the bounds, or a date."""
    if family == "Date":
        return ["01-01", "12-31", "01-01T00:00:00Z", "12-31T23:59:59Z"]
    if family == "Ip":
        return ["0.0.0", "255.255.255", "0.0", "255.255", "0", "255"]
    most = min(max(map(len, bounds), default=0) + 1, _MOST_DIGITS)
    return [digit * length for length in range(1, most + 1) for digit in "09"]


def _filled(own: list[Test], runs: list[str]) -> list[str]:
    """Texts that the patterns of the conditions match, with runs in place of their wildcards."""
    patterns = [
        match.glob(value)
        for atom in own
        if atom.condition.operator != NULL and OPERATORS[atom.condition.operator].wildcards
        for value in atom.condition.values
    ]
    return [_with_run(pattern, run) for pattern in patterns for run in runs]


def _with_run(pattern: match.Glob, run: str) -> str:
    parts = (part.text if isinstance(part, match.Text) else part.sign for part in pattern)
    return "".join({match.STAR: run, match.ANY: run[0]}.get(part, part) for part in parts)


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


def _texts(key: str, own: list[Test], atoms: Sequence[Test | PatternTest], spec: Open) -> Iterator[str]:
    """Text values: one for each way in which the conditions can turn out together."""
    groups = dict.fromkeys(_group(atom) for atom in (*own, *_compared_with(key, atoms)))
    if spec.pattern is not None:
        groups[((match.template(spec.pattern, False), False),)] = None  # type: ignore[index]
    for atom in atoms:
        # What a variable's pattern needs is a condition as well: some value has to be like others and not be that.
        groups[tuple(((match.Text(text),), False) for text in _captured(key, atom, atoms))] = None
    groups.pop((), None)
    yield from witnesses(tuple(groups))
    for atom in own:
        if atom.condition.operator == "BinaryEquals":
            yield from atom.condition.values
            yield base64.b64encode(b"x").decode()


def _group(atom: Test) -> Group:
    """The patterns of one condition, with the values of variables that are known filled in."""
    condition = atom.condition
    operator = OPERATORS.get(condition.operator)
    if operator is None or operator.family not in ("String", "Arn"):
        return ()
    known = dict(atom.states)
    found = []
    for value in condition.values:
        glob = match.fill(match.template(value, atom.variables, operator.wildcards), lambda key: _value(known, key))
        shaped = match.arn_glob(glob) if glob is not None and operator.family == "Arn" else glob
        if shaped is not None:
            found.append((shaped, "IgnoreCase" in condition.operator))
    return tuple(found)


def _compared_with(key: str, atoms: Sequence[Test | PatternTest]) -> list[Test]:
    """Conditions on the keys that `key` is compared with as a variable: its values have to suit them too."""
    tests = [atom for atom in atoms if isinstance(atom, Test)]
    others = {atom.condition.key.lower() for atom in tests if key in atom.keys} - {key}
    return [atom for atom in tests if atom.condition.key.lower() in others and key not in atom.keys]


def _value(states: dict[str, State], key: str) -> str | None:
    state = states.get(key.lower())
    return state.values[0] if isinstance(state, Known) and not state.multivalued else None


def _captured(key: str, atom: Test | PatternTest, atoms: Sequence[Test | PatternTest]) -> list[str]:
    """Values of a policy variable that make its pattern match what it is compared with."""
    if isinstance(atom, PatternTest):
        pairs = [(match.template(atom.pattern, True), atom.value)]
    else:
        if not atom.variables or atom.condition.operator == NULL:
            return []
        wild = OPERATORS[atom.condition.operator].wildcards
        compared = _may_be(atom, atoms)
        pairs = [(match.template(value, True, wild), got) for value in atom.condition.values for got in compared]
    known = dict(atom.states)
    return [text for pattern, got in pairs for text in _captures(pattern, got, key, known)]


def _may_be(atom: Test, atoms: Sequence[Test | PatternTest]) -> Iterable[str]:
    """What the key of a condition is, or may be: where its form is limited, a value for each way it can turn out."""
    key = atom.condition.key.lower()
    state = dict(atom.states)[key]
    if isinstance(state, Known):
        return state.values
    if not isinstance(state, Open) or state.domain is not None:
        return state.domain or () if isinstance(state, Open) else ()
    texts = [text for each in atoms if isinstance(each, PatternTest) for text in _captured(key, each, atoms)]
    if state.pattern is not None:
        groups = dict.fromkeys(_loosened(each) for each in _own(key, atoms))
        groups[((match.template(state.pattern, False), False),)] = None  # type: ignore[index]
        groups.pop((), None)
        texts += witnesses(tuple(groups))
    return [text for text in texts if _fits(text, state)]


def _loosened(atom: Test) -> Group:
    """As `_group`, with a star for each variable whose value isn't known."""
    return (*_group(atom), *((match.loosened(value), False) for value in atom.condition.values if "${" in value))


def _captures(pattern: match.Template, got: str, key: str, known: dict[str, State]) -> list[str]:
    """What a variable may stand for so that its pattern matches `got`, at most `MOST_CAPTURES` of it."""
    found: dict[str, None] = {}
    for index, part in enumerate(pattern):
        if not isinstance(part, match.Variable) or part.key.lower() != key:
            continue
        starts = _reached(pattern[:index], got, known)
        ends = _reached(_reversed(pattern[index + 1 :]), got[::-1], known, backwards=True)
        for text in _between(got, starts, ends):
            found[text] = None
            if len(found) == MOST_CAPTURES:
                return list(found)
    return list(found)


def _between(got: str, starts: int, ends: int) -> Iterator[str]:
    """The runs of `got` from one of the starts to one of the ends (counted from behind), long ones first."""
    for start in _places(starts):
        for place in _places(ends):
            if start > len(got) - place:
                break
            yield got[start : len(got) - place]


def _reversed(pattern: match.Template) -> match.Template:
    return tuple(match.Text(part.text[::-1]) if isinstance(part, match.Text) else part for part in reversed(pattern))


def _reached(pattern: match.Template, got: str, known: dict[str, State], *, backwards: bool = False) -> int:
    """The places of `got`, a bit each, that a part of a pattern can match up to."""
    everywhere = (1 << (len(got) + 1)) - 1
    state = 1
    for part in pattern:
        value = _value(known, part.key) if isinstance(part, match.Variable) else None
        if isinstance(part, match.Text) or value is not None:
            text = part.text if isinstance(part, match.Text) else (value or "")[:: -1 if backwards else 1]
            state = (state & _found(text, got)) << len(text)
        elif isinstance(part, match.Wildcard) and part.sign == match.ANY:
            state = state << 1 & everywhere
        else:  # a star, or a variable whose value isn't known yet: everything from the first place on
            state = everywhere & -(state & -state)
    return state


@lru_cache(maxsize=256)
def _found(text: str, got: str) -> int:
    """The places of `got`, a bit each, where `text` stands."""
    bits = bytearray(len(got) // 8 + 1)
    at = got.find(text)
    while at >= 0:
        bits[at >> 3] |= 1 << (at & 7)
        at = got.find(text, at + 1)
    return int.from_bytes(bits, "little")


def _places(state: int) -> Iterator[int]:
    digits = bin(state)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def state_of(atoms: Iterable[Test | PatternTest], key: str) -> State:
    """What the atoms know of a key."""
    for atom in atoms:
        for name, state in atom.states:
            if name == key and isinstance(state, Open | NotRead):
                return state
    return Absent()
