"""Settle a formula over open keys: does the answer turn on them, for which values, and what lacks to know it.

An open key leads to `conditional` only if the answer turns on it for some completion; each witness is verified by
evaluating it. Facts that weren't read are tried both ways: where the outcome differs, it is unknown.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from models.context import Absent, Known, NotRead, State
from models.decision import MissingFact, Residual
from models.errors import PolicyError
from simulator.policy import match
from simulator.policy.candidates import candidates, state_of
from simulator.policy.formula import All, AnyOf, Formula, Not, Unread, all_of, any_of, leaves, negation, replace
from simulator.policy.layers import spelled
from simulator.policy.operators import NULL, OPERATORS, PatternTest, Test
from simulator.policy.solver import Assignment, Joint, independent, keys_of, names_in, open_keys, search
from simulator.policy.tables import Table, table

Spelling = Callable[[str], str]

OUTCOMES = ("allowed", "conditional", "denied")

#: With more atoms than this, all hanging together, a residual is not searched for parts that make no difference.
MOST_ATOMS = 24
MOST_TRIED_FOR_LESS = 500
#: Of a pattern with several variables no more choices of their values are written out.
MOST_FITS = 256
#: Of more states than this of one key, no more are tried for the witness that is nearest.
MOST_NEAR = 64


def assign(formula: Formula, values: Mapping[str, State]) -> Formula:
    """Put states in place of keys, and simplify."""
    return replace(formula, lambda atom: atom.settle(values) if isinstance(atom, Test | PatternTest) else atom)


def branches(formula: Formula, key: str) -> Iterator[Formula]:
    """What remains for each state of `key` that makes a difference."""
    atoms = [atom for atom in leaves(formula) if isinstance(atom, Test | PatternTest)]
    seen: set[Formula] = set()
    for state in candidates(key, atoms, state_of(atoms, key)):
        reached = assign(formula, {key: state})
        if reached not in seen:
            seen.add(reached)
            yield reached


def facts_in(formula: Formula) -> tuple[Any, ...]:
    """What in it wasn't read: `Unread` parts and keys whose value would follow from an unread fact."""
    found: dict[Any, None] = {}
    for atom in leaves(formula):
        if isinstance(atom, Unread):
            found[atom] = None
        else:
            for key, state in atom.states:
                if isinstance(state, NotRead):
                    found[(key, state)] = None
    return tuple(found)


def assume(formula: Formula) -> Formula:
    """Take facts that nobody asked for as if there were none; those that were refused remain."""

    def taken(atom: Any) -> Formula:
        if isinstance(atom, Unread):
            return atom if atom.fact.refused else False
        values = {
            key: state.otherwise for key, state in atom.states if isinstance(state, NotRead) and not state.fact.refused
        }
        return atom.settle(values) if values else atom

    return replace(formula, taken)


def _taken(formula: Formula, atom: Any, value: bool) -> Formula:
    """The formula with one atom taken for true or false."""
    return replace(formula, lambda leaf: value if leaf == atom else leaf)


def ways(formula: Formula, about: MissingFact | None = None) -> Iterator[Formula]:
    """The formula for each way in which what wasn't read (of one fact, or of all) may turn out."""
    pending = [formula]
    met = {formula}
    while pending:
        part = pending.pop()
        unread = next((item for item in facts_in(part) if about in (None, _fact_of(item))), None)
        if unread is None:
            yield part
            continue
        for reached in _turned(part, unread):
            if reached not in met:
                met.add(reached)
                pending.append(reached)


def _turned(formula: Formula, unread: Any) -> Iterator[Formula]:
    if isinstance(unread, Unread):
        return iter((_taken(formula, unread, True), _taken(formula, unread, False)))
    return branches(formula, unread[0])


def _fact_of(item: Any) -> MissingFact:
    fact = item.fact if isinstance(item, Unread) else item[1].fact
    assert isinstance(fact, MissingFact)
    return fact


@lru_cache(maxsize=4096)
def lone(formula: Formula) -> Mapping[Any, Table] | None:
    """The tables of the conditions of a formula, each of which has a key of its own and can turn out both ways.

    The answer turns on each of these for certain. None for any other formula.
    """
    found: dict[Any, Table] = {}
    keys: set[str] = set()
    for atom in leaves(formula):
        if not isinstance(atom, Test) or len(atom.states) > 1 or isinstance(atom.states[0][1], NotRead):
            return None
        key = atom.states[0][0]
        ways = table(key, (atom,))
        if key in keys or not ways.turns:
            return None
        keys.add(key)
        found[atom] = ways
    return found


def outcomes(formula: Formula) -> set[str]:
    """The outcomes over all that wasn't read: of `allowed`, `conditional`, `denied` those that can come out."""
    if isinstance(formula, bool):
        return {"allowed" if formula else "denied"}
    return set(_outcomes(formula))


@lru_cache(maxsize=4096)
def _outcomes(formula: Formula) -> frozenset[str]:
    if lone(formula) is not None:
        return frozenset(("conditional",))
    found: set[str] = set()
    for way in ways(formula):
        found.add(_outcome(way))
        if len(found) == len(OUTCOMES):
            break
    return frozenset(found)


def facts(formula: Formula) -> tuple[MissingFact, ...]:
    """The facts that weren't read and stand in it."""
    return tuple(dict.fromkeys(_fact_of(item) for item in facts_in(formula)))


def decisive(formula: Formula, among: Sequence[MissingFact]) -> tuple[MissingFact, ...]:
    """Those of the facts on which the outcome turns; all of them where it turns only on several at once."""
    found = [fact for fact in among if len({frozenset(outcomes(way)) for way in ways(formula, fact)}) > 1]
    return tuple(found or among)


def certainly(formula: Formula) -> Formula:
    """What holds whatever the facts are that weren't read."""
    return all_of(dict.fromkeys(ways(formula)))


def _outcome(formula: Formula) -> str:
    if isinstance(formula, bool):
        return "allowed" if formula else "denied"
    if search(formula, True) is None:
        return "denied"
    return "allowed" if search(formula, False) is None else "conditional"


def reduced(formula: Formula) -> Formula:
    """The same truth without the atoms that make no difference."""
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Not):
        return negation(reduced(formula.part))
    if not isinstance(formula, All | AnyOf):
        return _constant(formula)
    join = all_of if isinstance(formula, All) else any_of
    groups = independent(formula.parts, names_in)
    if len(groups) > 1:
        # What makes no difference among its own kind makes none in the whole.
        return join(reduced(join(group)) for group in groups)
    return _connected(formula)


def _constant(formula: Formula) -> Formula:
    """True or False where every completion makes it so."""
    if search(formula, True) is None:
        return False
    return True if search(formula, False) is None else formula


def _connected(formula: Formula) -> Formula:
    formula = _constant(formula)
    if len(set(leaves(formula))) > MOST_ATOMS:
        return formula
    joint = Joint((formula,))
    try:
        # Once more after each that could be left out: it may have been what another one was needed for.
        while (less := _one_less(joint, formula)) is not None:
            formula = less
    except PolicyError:
        # It stays as it is: longer than it might be, and as true.
        return formula
    return formula


def _one_less(joint: Joint, formula: Formula) -> Formula | None:
    for atom, value in itertools.product(dict.fromkeys(leaves(formula)), (True, False)):
        without = _taken(formula, atom, value)
        if without != formula and _same_without(joint, formula, atom, value, without):
            return without
    return None


def _same_without(joint: Joint, formula: Formula, atom: Any, value: bool, without: Formula) -> bool:
    """Whether the formula stays as it is with an atom taken for `value`: wherever the atom isn't that, too."""
    other = _taken(formula, atom, not value)
    goals = (((atom, not value), (other, found), (without, not found)) for found in (True, False))
    return all(joint.meet(goal, MOST_TRIED_FOR_LESS) is None for goal in goals)


def residual_of(formula: Formula, spelling: Spelling = spelled) -> Residual | None:
    """What a conditional answer hangs on; None where it hangs on nothing."""
    if isinstance(formula, bool):
        return None
    formula, allowed, denied = _settled(formula)
    if allowed is None or denied is None:
        return None
    written = _as_written(formula)
    names = {key: spelling(written.get(key, key)) for key in allowed}

    def spelled_as(key: str) -> str:
        return names.get(key.lower()) or spelling(written.get(key.lower(), key))

    return Residual(
        text=_sentence(formula, spelled_as),
        when=tree(formula, spelled_as),
        allowed_with={names[key]: _plain(state) for key, state in allowed.items()},
        denied_with={names[key]: _plain(denied[key]) for key in allowed},
    )


@lru_cache(maxsize=4096)
def _settled(formula: Formula) -> tuple[Formula, Assignment | None, Assignment | None]:
    """The formula without what makes no difference, and completions that make it true and false, if both do."""
    tables = lone(formula)
    if tables is not None:
        return formula, *_settled_alone(formula, tables)
    formula = reduced(formula)
    allowed = search(formula, True)
    denied = search(formula, False)
    if allowed is None or denied is None:
        return formula, None, None
    touching: dict[str, list[Any]] = {key: [] for key in open_keys(formula)}
    for atom in dict.fromkeys(leaves(formula)):
        for key in keys_of(atom):
            touching[key].append(atom)
    allowed = _completed(allowed, touching)
    return formula, allowed, _nearest_denied(formula, allowed, touching) or _completed(denied, touching)


def _settled_alone(formula: Formula, tables: Mapping[Any, Table]) -> tuple[Assignment, Assignment]:
    """Completions of a formula whose conditions each have a key of their own, read off their tables."""
    keys = {atom: atom.states[0][0] for atom in tables}

    def completed(found: Assignment) -> Assignment:
        return {key: found.get(key) or next(tables[atom].states()) for atom, key in keys.items()}

    allowed = completed(_chosen_alone(formula, True, tables))
    truth = {atom: ways.holds(allowed[keys[atom]]) for atom, ways in tables.items()}
    for atom, ways in tables.items():
        nearest = ways.nearest(not truth[atom])
        if nearest is not None and not _holds(formula, {**truth, atom: not truth[atom]}):
            return allowed, {**allowed, keys[atom]: nearest}
    return allowed, completed(_chosen_alone(formula, False, tables))


def _chosen_alone(formula: Formula, wanted: bool, tables: Mapping[Any, Table]) -> Assignment:
    """What makes such a formula true, or false: any part where one suffices, every part where all are needed."""
    if isinstance(formula, Not):
        return _chosen_alone(formula.part, not wanted, tables)
    if isinstance(formula, All | AnyOf):
        needed = formula.parts if isinstance(formula, All) is wanted else formula.parts[:1]
        found: Assignment = {}
        for part in needed:
            found |= _chosen_alone(part, wanted, tables)
        return found
    atom: Any = formula
    state = tables[atom].pick(1, int(wanted))
    return {} if state is None else {atom.states[0][0]: state}


def _as_written(formula: Formula) -> dict[str, str]:
    """Keys as the documents spell them, by lower-case name: those of conditions before those of variables."""
    found: dict[str, str] = {}
    with_variables: list[Any] = []
    for atom in leaves(formula):
        if isinstance(atom, Test):
            found.setdefault(atom.condition.key.lower(), atom.condition.key)
        if isinstance(atom, PatternTest) or (isinstance(atom, Test) and len(atom.states) > 1):
            with_variables.append(atom)
    for atom in with_variables:
        for text in (atom.pattern,) if isinstance(atom, PatternTest) else atom.condition.values:
            for key in match.variables_of(match.template(text, True)):
                found.setdefault(key.lower(), key)
    return found


def _completed(found: Assignment, touching: Mapping[str, list[Any]]) -> Assignment:
    """Give every key a state, in their order: what the search left open makes no difference any more."""
    return {key: found[key] if key in found else next(_states(key, atoms)) for key, atoms in touching.items()}


def _states(key: str, atoms: list[Any]) -> Iterator[State]:
    if all(len(keys_of(atom)) == 1 for atom in atoms):
        return table(key, tuple(atoms)).states()
    return candidates(key, atoms, state_of(atoms, key))


def _nearest_denied(formula: Formula, allowed: Assignment, touching: Mapping[str, list[Any]]) -> Assignment | None:
    """The allowed completion with one key changed, its absence tried first."""
    truth = {atom: atom.settle(allowed) for atoms in touching.values() for atom in atoms}
    for key, atoms in touching.items():
        states = list(itertools.islice(_states(key, atoms), MOST_NEAR))
        for state in sorted(states, key=lambda state: not isinstance(state, Absent)):
            changed = {**allowed, key: state}
            now = {atom: atom.settle(changed) for atom in atoms}
            if now.items() <= truth.items():
                continue
            if not _holds(formula, {**truth, **now}):
                return changed
    return None


def _holds(formula: Formula, truth: Mapping[Any, Formula]) -> bool:
    """Evaluate a formula, each of whose conditions is known."""
    if isinstance(formula, Not):
        return not _holds(formula.part, truth)
    if isinstance(formula, All):
        return all(_holds(part, truth) for part in formula.parts)
    if isinstance(formula, AnyOf):
        return any(_holds(part, truth) for part in formula.parts)
    return truth[formula] is True


def _plain(state: State) -> Any:
    if isinstance(state, Known):
        return list(state.values) if len(state.values) != 1 or state.multivalued else state.values[0]
    return None


def tree(formula: Formula, spelling: Spelling) -> dict[str, Any]:
    """The formula as the contract's `when`."""
    if isinstance(formula, Not):
        return {"not": tree(formula.part, spelling)}
    if isinstance(formula, All):
        return {"all": [tree(part, spelling) for part in formula.parts]}
    if isinstance(formula, AnyOf):
        return {"any": [tree(part, spelling) for part in formula.parts]}
    if isinstance(formula, PatternTest):
        return _pattern_tree(formula, spelling)
    assert isinstance(formula, Test)
    condition = formula.condition
    return {"operator": condition.spelling, "key": spelling(condition.key), "values": list(condition.values)}


def _pattern_tree(atom: PatternTest, spelling: Spelling) -> dict[str, Any]:
    """What the key in a Resource pattern has to be for the pattern to match: the texts that fit in its place.

    Several keys in one pattern: each choice of their values that fits, up to `MOST_FITS`.
    """
    fits: list[dict[str, Any]] = []
    for states in itertools.islice(_fitting(atom), MOST_FITS):
        needed = [_is(spelling(key), state) for key, state in states]
        fits.append(needed[0] if len(needed) == 1 else {"all": needed})
    return fits[0] if len(fits) == 1 else {"any": fits}


def _fitting(atom: PatternTest) -> Iterator[tuple[tuple[str, State], ...]]:
    """The states of its keys, one key after the other, for which a pattern matches."""
    key = keys_of(atom)[0]
    for state in candidates(key, (atom,), state_of((atom,), key)):
        settled = atom.settle({key: state})
        if settled is True:
            yield ((key, state),)
        elif isinstance(settled, PatternTest):
            yield from (((key, state), *rest) for rest in _fitting(settled))


def _is(key: str, state: State) -> dict[str, Any]:
    if isinstance(state, Known):
        return {"operator": "StringEquals", "key": key, "values": list(state.values)}
    return {"operator": NULL, "key": key, "values": ["true"]}


def _sentence(formula: Formula, spelling: Spelling) -> str:
    parts = formula.parts if isinstance(formula, All) else (formula,)
    needed = [_said(part, spelling) for part in parts if not isinstance(part, Not)]
    unless = [_said(part.part, spelling) for part in parts if isinstance(part, Not)]
    text = f"allowed if {' and '.join(needed)}" if needed else "allowed"
    return f"{text} unless {' or '.join(unless)}" if unless else text


def _said(formula: Formula, spelling: Spelling) -> str:
    if isinstance(formula, Not):
        return f"not ({_said(formula.part, spelling)})"
    if isinstance(formula, All):
        return "(" + " and ".join(_said(part, spelling) for part in formula.parts) + ")"
    if isinstance(formula, AnyOf):
        return "(" + " or ".join(_said(part, spelling) for part in formula.parts) + ")"
    if isinstance(formula, PatternTest):
        return f"{formula.value} is like {formula.pattern}"
    assert isinstance(formula, Test)
    condition = formula.condition
    key = spelling(condition.key)
    if condition.operator == NULL:
        return f"{key} is {'absent' if condition.values[:1] == ('true',) else 'present'}"
    head = {"ForAnyValue": "any of ", "ForAllValues": "every one of "}.get(condition.quantifier or "", "")
    values = condition.values[0] if len(condition.values) == 1 else f"one of {', '.join(condition.values)}"
    tail = " (or absent)" if condition.if_exists else ""
    return f"{head}{key} {OPERATORS[condition.operator].says} {values}{tail}"
