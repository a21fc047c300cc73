"""How the conditions on one open key can turn out together: a bit for each condition, a state of the key for each way.

Several values at once are worked out by sorts of values, not by trying sets: each condition on a set is as it is for
the empty set, unless one value of a sort that turns it is in the set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from models.context import Absent, Known, Open, State
from simulator.policy.automata import FRESH
from simulator.policy.candidates import may_be_several, sorts_of, state_of, values_of
from simulator.policy.conditions import checked, compiled
from simulator.policy.formula import Formula
from simulator.policy.operators import OPERATORS, PatternTest, Test

Atom = Test | PatternTest
_ABSENT = Absent()
#: Keys of which nothing is known but whether they may be absent.
_PLAIN = (Open(), Open(may_be_absent=False))


@dataclass(frozen=True, slots=True)
class Several:
    """The sorts of values that sets can be made of.

    `rest` says which conditions hold for the empty set; each of `sorts` which of them a value of the sort turns;
    `turned` which the values turn that are in every set (`includes`).
    """

    rest: int
    sorts: tuple[tuple[int, str], ...]
    turned: int = 0
    includes: tuple[str, ...] = ()

    def pick(self, asked: int, holding: int) -> Known | None:
        wanted = (holding ^ self.rest) & asked
        if self.turned & asked & ~wanted:
            return None
        missing = wanted & ~self.turned
        chosen = list(self.includes)
        for turns, value in self.sorts:
            if turns & asked & ~wanted:
                continue
            if turns & missing:
                chosen.append(value)
                missing &= ~turns
        return Known(tuple(chosen), True) if chosen and not missing else None


@dataclass(frozen=True, slots=True)
class Table:
    """`singles`: one value at a time; `absent`: which conditions hold without the key, if it may be absent."""

    singles: tuple[tuple[int, State], ...]
    several: Several | None = None
    absent: int | None = None

    def pick(self, asked: int, holding: int) -> State | None:
        """A state in which, of the conditions asked about, just those hold: a single value sooner than several."""
        for bits, state in self.singles:
            if bits & asked == holding:
                return state
        found = self.several.pick(asked, holding) if self.several else None
        if found is None and self.absent is not None and self.absent & asked == holding:
            return _ABSENT
        return found

    @property
    def turns(self) -> bool:
        """Whether the only condition holds for one value or absence, and doesn't for another."""
        return {0, 1} <= {self.absent, *(bits for bits, _ in self.singles)}

    def holds(self, state: State) -> bool:
        """Whether the only condition holds in one of the table's states."""
        if state is _ABSENT:
            return bool(self.absent)
        return next((bool(bits) for bits, known in self.singles if known is state), False)

    def nearest(self, holding: bool) -> State | None:
        """A state in which the only condition holds, or doesn't: absence sooner than a value."""
        return _ABSENT if self.absent == int(holding) else self.pick(1, int(holding))

    def states(self) -> Iterator[State]:
        """One state after the other, absence last; of sets only those of a single sort."""
        yield from (state for _, state in self.singles)
        if self.several is not None:
            includes = self.several.includes
            yield from (Known((*includes, value), True) for _, value in self.several.sorts)
        if self.absent is not None:
            yield _ABSENT


@lru_cache(maxsize=4096)
def table(key: str, atoms: tuple[Atom, ...]) -> Table:
    """The table of conditions that hang on this key alone."""
    state = state_of(atoms, key)
    spec = state if isinstance(state, Open) else Open()
    first = atoms[0]
    if len(atoms) == 1 and isinstance(first, Test) and spec in _PLAIN:
        guessed = _guessed(key, first, spec.may_be_absent)
        if guessed is not None:
            return guessed
    return _worked_out(key, atoms, spec)


def _worked_out(key: str, atoms: tuple[Atom, ...], spec: Open) -> Table:
    tests = [_test(key, atom) for atom in atoms]

    def bits(state: State) -> int:
        return sum(1 << place for place, holds in enumerate(tests) if holds(state))

    values = values_of(key, atoms, spec)
    singles: dict[int, State] = {}
    for value in () if spec.includes else values:
        found = Known((value,), spec.multivalued)
        singles.setdefault(bits(found), found)
    several = None
    if may_be_several(key, atoms, spec):
        rest = bits(Known((), True))
        sorts = tuple((bits(Known((value,), True)) ^ rest, value) for value in sorts_of(key, values, atoms))
        turned = 0
        for value in spec.includes:
            turned |= bits(Known((value,), True)) ^ rest
        several = Several(rest, sorts, turned, spec.includes)
    absent = bits(_ABSENT) if spec.may_be_absent and not spec.includes else None
    return Table(tuple(singles.items()), several, absent)


def _guessed(key: str, atom: Test, may_be_absent: bool) -> Table | None:
    """The table of a single condition from its first value and one that is unlike most, where they turn out apart.

    Nearly all open conditions are alone with their key, and this is a tenth of the work.
    """
    condition = atom.condition
    operator, values = OPERATORS.get(condition.operator), condition.values
    if operator is None or not values or condition.quantifier or "$" in "".join(values):
        return None
    like = values[0]
    if operator.family == "Bool":
        like, unlike = "true", "false"
    elif operator.family == "Ip":
        like, unlike = like.partition("/")[0], "203.0.113.1"
    elif operator.family in ("String", "Arn"):
        like, unlike = like.replace("*", "").replace("?", FRESH) if operator.wildcards else like, FRESH
    else:
        return None

    def holds(state: State) -> Formula:
        return checked(condition, atom.variables, lambda _: state)

    first, second = Known((like,)), Known((unlike,))
    matched = holds(first)
    if not like or holds(second) is matched:
        return None
    absent = int(holds(_ABSENT)) if may_be_absent else None
    return Table(((int(matched), first), (int(not matched), second)), None, absent)


def _test(key: str, atom: Atom) -> Callable[[State], Formula]:
    """What becomes of a condition that hangs on this key alone in a state of it."""
    if isinstance(atom, Test) and len(atom.states) == 1:
        check = compiled(atom.condition, atom.variables)
        return lambda state: check(lambda _: state)
    return lambda state: atom.settle({key: state})
