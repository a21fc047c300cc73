"""Find a completion of the open keys that makes a formula true, or false.

A formula is taken apart into conditions that have to hold and conditions that must not. Those on one key are looked up
in a table of the ways in which they can turn out together (`simulator.policy.tables`); keys that are compared with one
another, as policy variables, are tried value by value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator, Hashable, Iterable
from functools import lru_cache
from typing import TypeVar

from models.context import State
from models.errors import PolicyError
from simulator.policy.candidates import candidates, state_of
from simulator.policy.formula import All, AnyOf, Formula, Not, Unread, leaves
from simulator.policy.operators import PatternTest, Test
from simulator.policy.tables import Atom, table

Assignment = dict[str, State]
Goal = tuple[Formula, bool]
"""A part of a formula, and whether it has to be true or false."""
Literals = dict[Atom | Unread, bool]
"""What has to hold, and what must not."""
Item = TypeVar("Item")

#: After so many attempts (some seconds) a search gives up: conditions can be written that no search gets through.
MOST_TRIED = 20_000
#: A search that asks for other searches, and is sent what they found.
Search = Generator["Search", Assignment | None, Assignment | None]


def search(formula: Formula, wanted: bool) -> Assignment | None:
    """A completion for which the formula is `wanted`, or None: there is none. Keys that don't matter are left out.

    Raises:
        PolicyError: if that can't be told within reason.
    """
    if isinstance(formula, bool):
        return {} if formula is wanted else None
    if isinstance(formula, Not):
        return search(formula.part, not wanted)
    if isinstance(formula, All | AnyOf):
        return _every(formula, wanted) if _needs_every(formula, wanted) else _any(formula, wanted)
    if isinstance(formula, Unread):
        return {}
    keys = keys_of(formula)
    if len(keys) > 1:
        return meet(((formula, wanted),))
    state = table(keys[0], (formula,)).pick(1, int(wanted))
    return None if state is None else {keys[0]: state}


def _any(node: All | AnyOf, wanted: bool) -> Assignment | None:
    for part in node.parts:
        found = search(part, wanted)
        if found is not None:
            return found
    return None


def _every(node: All | AnyOf, wanted: bool) -> Assignment | None:
    together: Assignment = {}
    for group in independent(node.parts, names_in):
        goals = tuple((part, wanted) for part in group)
        found = search(*goals[0]) if len(goals) == 1 else meet(goals)
        if found is None:
            return None
        together.update(found)
    return together


def meet(goals: tuple[Goal, ...]) -> Assignment | None:
    """A completion that gives every goal what it wants, or None."""
    return Joint(part for part, _ in goals).meet(goals)


def _run(search: Search) -> Assignment | None:
    """Run searches within searches on a stack of their own: a thousand statements would exceed Python's."""
    stack = [search]
    found: Assignment | None = None
    while stack:
        try:
            inner = stack[-1].send(found)
        except StopIteration as ended:
            stack.pop()
            found = ended.value
        else:
            stack.append(inner)
            found = None
    return found


def keys_of(atom: Atom) -> tuple[str, ...]:
    """The keys a condition hangs on, in lower case, its own last."""
    # With a single key it is that: a condition that hangs on nothing is no atom.
    return (atom.states[0][0],) if len(atom.states) == 1 else atom.keys


def open_keys(formula: Formula) -> list[str]:
    """The keys it hangs on, those inside policy variables first."""
    return _in_order(atom for atom in leaves(formula) if not isinstance(atom, Unread))


def _in_order(atoms: Iterable[Atom]) -> list[str]:
    inner: dict[str, None] = {}
    outer: dict[str, None] = {}
    for atom in atoms:
        own = atom.condition.key.lower() if isinstance(atom, Test) else None
        for key in keys_of(atom):
            (outer if key == own else inner)[key] = None
    return [*inner, *(key for key in outer if key not in inner)]


@lru_cache(maxsize=4096)
def names_in(formula: Formula) -> frozenset[Hashable]:
    """What a formula hangs on: its keys, and its parts that weren't read."""
    found: set[Hashable] = set()
    for atom in leaves(formula):
        found.update((atom,) if isinstance(atom, Unread) else keys_of(atom))
    return frozenset(found)


def independent(items: Iterable[Item], names: Callable[[Item], Collection[Hashable]]) -> list[list[Item]]:
    """Part items into groups that have no name in common, in the order in which the groups begin."""
    members: dict[int, list[Item]] = {}
    group_of: dict[Hashable, int] = {}
    named: dict[int, list[Hashable]] = {}
    for place, item in enumerate(items):
        own = names(item)
        met = {group_of[name] for name in own if name in group_of}
        group = min(met, default=place)
        into = members.setdefault(group, [])
        into_names = named.setdefault(group, [])
        for other in sorted(met - {group}):
            into += members.pop(other)
            moved = named.pop(other)
            into_names += moved
            group_of.update(dict.fromkeys(moved, group))
        into.append(item)
        into_names += own
        group_of.update(dict.fromkeys(own, group))
    return list(members.values())


class Joint:
    """Formulas that are searched together: their conditions by key, and what was found to be impossible."""

    def __init__(self, formulas: Iterable[Formula]) -> None:
        self.left = 0
        self.failed: set[frozenset[Goal]] = set()
        self.by_key: dict[str, dict[Atom, int]] = {}
        self.picked: dict[tuple[str, int, int], State | None] = {}
        #: Keys that are compared with others: no table holds them.
        self.linked: set[str] = set()
        for atom in dict.fromkeys(leaf for formula in formulas for leaf in leaves(formula)):
            if isinstance(atom, Unread):
                continue
            keys = keys_of(atom)
            if len(keys) > 1:
                self.linked.update(keys)
            else:
                places = self.by_key.setdefault(keys[0], {})
                places[atom] = len(places)

    def meet(self, goals: Iterable[Goal], most: int = MOST_TRIED) -> Assignment | None:
        """A completion that gives every goal, made of conditions of these formulas, what it wants; or None.

        Raises:
            PolicyError: if it isn't known after `most` attempts.
        """
        self.left = most
        return _run(self._find(goals))

    def _try(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise PolicyError("the open condition keys hang together in too many ways to be settled; give some of them")

    def _find(self, goals: Iterable[Goal]) -> Search:
        self._try()
        taken = _taken_apart(goals)
        if taken is None:
            return None
        literals, choices = taken
        if not self._possible(literals):
            return None
        if not choices:
            return self._completed(literals)
        whole = frozenset((*literals.items(), *((node, wanted) for node, wanted, _ in choices)))
        if whole in self.failed:
            return None
        found = yield self._chosen(literals, choices)
        if found is None:
            self.failed.add(whole)
        return found

    def _chosen(self, literals: Literals, choices: list[_Choice]) -> Search:
        """Choose a part for every goal that any of several parts would meet."""
        goals: list[Goal] = [*literals.items(), *((node, wanted) for node, wanted, _ in choices)]
        free = _free(goals, choices)
        if free:
            rest = yield self._find(goal for goal in goals if goal[0] not in free)
            return None if rest is None else {**rest, **{k: v for found in free.values() for k, v in found.items()}}
        groups = independent(goals, lambda goal: names_in(goal[0]))
        if len(groups) > 1:
            return (yield self._each(groups))
        node, wanted, parts = min(choices, key=lambda choice: len(choice[2]))
        often = Counter(part for _, _, some in choices for part in some)
        others = [goal for goal in goals if goal[0] is not node]
        for part in sorted(parts, key=lambda part: -often[part]):
            found = yield self._find([*others, (part, wanted)])
            if found is not None:
                return found
            # It can't be that: what is tried next may rely on it.
            others.append((part, not wanted))
        return None

    def _each(self, groups: list[list[Goal]]) -> Search:
        together: Assignment = {}
        for group in groups:
            found = yield self._find(group)
            if found is None:
                return None
            together.update(found)
        return together

    def _demands(self, literals: Literals) -> dict[str, tuple[int, int]]:
        """For each key which of its conditions are asked about, and which of them have to hold, as bits."""
        found: dict[str, tuple[int, int]] = {}
        for atom, wanted in literals.items():
            if isinstance(atom, Unread) or len(keys_of(atom)) > 1:
                continue
            key = keys_of(atom)[0]
            bit = 1 << self.by_key[key][atom]
            asked, holding = found.get(key, (0, 0))
            found[key] = (asked | bit, holding | bit if wanted else holding)
        return found

    def _pick(self, key: str, asked: int, holding: int) -> State | None:
        place = (key, asked, holding)
        if place not in self.picked:
            self.picked[place] = table(key, tuple(self.by_key[key])).pick(asked, holding)
        return self.picked[place]

    def _possible(self, literals: Literals) -> bool:
        return all(self._pick(key, *bits) is not None for key, bits in self._demands(literals).items())

    def _completed(self, literals: Literals) -> Assignment | None:
        """A value for every key, where nothing is left to be chosen."""
        found: Assignment = {}
        for key, bits in self._demands(literals).items():
            state = self._pick(key, *bits)
            if key not in self.linked and state is not None:
                found[key] = state
        if self.linked:
            together = tuple(
                (atom, wanted)
                for atom, wanted in literals.items()
                if not isinstance(atom, Unread) and not self.linked.isdisjoint(keys_of(atom))
            )
            more = self._linked(together)
            return None if more is None else found | more
        return found

    def _linked(self, literals: tuple[tuple[Atom, bool], ...]) -> Assignment | None:
        """Values for keys that are compared with one another: those in policy variables first, one after the other."""
        found: Assignment = {}
        for group in independent(literals, lambda literal: keys_of(literal[0])):
            part = self._in_turn(group)
            if part is None:
                return None
            found |= part
        return found

    def _in_turn(self, literals: list[tuple[Atom, bool]]) -> Assignment | None:
        atoms = tuple(atom for atom, _ in literals)
        keys = _in_order(atoms)
        # What a key is compared with has to be known before the values of the key that make a difference can be.
        compared = {atom.condition.key.lower() for atom in atoms if isinstance(atom, Test) and len(keys_of(atom)) > 1}
        key = next((name for name in keys if name not in compared), keys[0])
        if len(keys) == 1:
            holding = sum(1 << place for place, (_, wanted) in enumerate(literals) if wanted)
            state = table(key, atoms).pick((1 << len(atoms)) - 1, holding)
            return None if state is None else {key: state}
        met: set[tuple[tuple[Atom, bool], ...]] = set()
        for state in candidates(key, atoms, state_of(atoms, key)):
            self._try()
            reached = _reached(literals, key, state)
            if reached is None or reached in met:
                continue
            met.add(reached)
            found = self._linked(reached)
            if found is not None:
                return {key: state, **found}
        return None


_Choice = tuple[Formula, bool, list[Formula]]
"""A part of a formula, what it has to be, and those of its own parts of which any would make it so."""


def _free(goals: list[Goal], choices: list[_Choice]) -> dict[Formula, Assignment]:
    """Goals that one of their parts meets by keys that nothing else hangs on, with how."""
    often = Counter(name for part, _ in goals for name in names_in(part))
    found: dict[Formula, Assignment] = {}
    for node, wanted, parts in choices:
        for part in parts:
            if all(often[name] == 1 for name in names_in(part)):
                alone = search(part, wanted)
                if alone is not None:
                    found[node] = alone
                    break
    return found


def _taken_apart(goals: Iterable[Goal]) -> tuple[Literals, list[_Choice]] | None:
    """What has to hold and what must not, and what there is to be chosen; None: it contradicts itself."""
    known: dict[Formula, bool] = {}
    pending = list(goals)
    while True:
        if not _spread(pending, known):
            return None
        choices: list[_Choice] = []
        for node, wanted in known.items():
            if not isinstance(node, All | AnyOf) or _needs_every(node, wanted):
                continue
            parts = [part for part in node.parts if _truth(part, known) is not (not wanted)]
            if any(_truth(part, known) is wanted for part in parts):
                continue
            if len(parts) > 1:
                choices.append((node, wanted, parts))
            elif parts:
                pending.append((parts[0], wanted))
            else:
                return None
        if not pending:
            literals = {part: value for part, value in known.items() if isinstance(part, Test | PatternTest | Unread)}
            return literals, choices


def _spread(pending: list[Goal], known: dict[Formula, bool]) -> bool:
    """Note what the goals, and their parts in turn, have to be; False: something would have to be both."""
    pending.reverse()
    while pending:
        part, wanted = pending.pop()
        if isinstance(part, bool):
            if part is not wanted:
                return False
        elif isinstance(part, Not):
            pending.append((part.part, not wanted))
        elif part in known:
            if known[part] is not wanted:
                return False
        else:
            known[part] = wanted
            if isinstance(part, All | AnyOf) and _needs_every(part, wanted):
                pending += [(inner, wanted) for inner in reversed(part.parts)]
    return True


def _needs_every(node: All | AnyOf, wanted: bool) -> bool:
    return isinstance(node, All) is wanted


def _truth(part: Formula, known: dict[Formula, bool]) -> bool | None:
    if isinstance(part, Not):
        inner = known.get(part.part)
        return None if inner is None else not inner
    return known.get(part)


def _reached(literals: list[tuple[Atom, bool]], key: str, state: State) -> tuple[tuple[Atom, bool], ...] | None:
    """What is left to be met once a key has a state; None: it can't be."""
    left: list[tuple[Atom, bool]] = []
    for atom, wanted in literals:
        settled = atom.settle({key: state}) if key in keys_of(atom) else atom
        if not isinstance(settled, bool):
            left.append((settled, wanted))
        elif settled is not wanted:
            return None
    return tuple(left)
