"""Settle a formula over open keys: does the answer turn on them, for which values, and what lacks to know it.

An open key leads to `conditional` only if the answer turns on it for some completion; each witness is verified by
evaluating it. Facts that weren't read are tried both ways: where the outcome differs, it is unknown.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from models.context import Absent, Known, NotRead, State
from models.decision import MissingFact, Residual
from simulator.policy import match
from simulator.policy.candidates import candidates, state_of
from simulator.policy.formula import All, AnyOf, Formula, Not, Unread, all_of, any_of, leaves, negation, replace
from simulator.policy.layers import spelled
from simulator.policy.operators import NULL, OPERATORS, PatternTest, Test

Assignment = dict[str, State]
Spelling = Callable[[str], str]

OUTCOMES = ("allowed", "conditional", "denied")

#: With more atoms than this a residual is not searched for parts that make no difference.
MOST_ATOMS = 24


def assign(formula: Formula, values: Mapping[str, State]) -> Formula:
    """Put states in place of keys, and simplify."""
    return replace(formula, lambda atom: atom.settle(values) if isinstance(atom, Test | PatternTest) else atom)


def open_keys(formula: Formula) -> list[str]:
    """The keys it hangs on, those inside policy variables first."""
    inner: dict[str, None] = {}
    outer: dict[str, None] = {}
    for atom in leaves(formula):
        if isinstance(atom, Unread):
            continue
        own = atom.condition.key.lower() if isinstance(atom, Test) else None
        for key in atom.keys:
            (outer if key == own else inner)[key] = None
    return [*inner, *(key for key in outer if key not in inner)]


def search(formula: Formula, wanted: bool) -> Assignment | None:
    """A completion for which the formula is `wanted`, or None: there is none."""
    return _search(formula, wanted, {})


def _search(formula: Formula, wanted: bool, failed: dict[Formula, bool]) -> Assignment | None:
    if isinstance(formula, bool):
        return {} if formula is wanted else None
    if formula in failed:
        return None
    unread = next((atom for atom in leaves(formula) if isinstance(atom, Unread)), None)
    if unread is not None:
        return _search(_taken(formula, unread, True), wanted, failed) or _search(
            _taken(formula, unread, False), wanted, failed
        )
    key = open_keys(formula)[0]
    for state, reached in branches(formula, key):
        found = _search(reached, wanted, failed)
        if found is not None:
            return {key: state, **found}
    failed[formula] = True
    return None


def branches(formula: Formula, key: str) -> Iterator[tuple[State, Formula]]:
    """Each state of `key` that makes a difference, with what then remains."""
    atoms = [atom for atom in leaves(formula) if isinstance(atom, Test | PatternTest)]
    seen: set[Formula] = set()
    for state in candidates(key, atoms, state_of(atoms, key)):
        reached = assign(formula, {key: state})
        if reached not in seen:
            seen.add(reached)
            yield state, reached


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
    unread = [item for item in facts_in(formula) if about in (None, _fact_of(item))]
    if not unread:
        yield formula
        return
    first = unread[0]
    if isinstance(first, Unread):
        for value in (True, False):
            yield from ways(_taken(formula, first, value), about)
        return
    for _, part in branches(formula, first[0]):
        yield from ways(part, about)


def _fact_of(item: Any) -> MissingFact:
    fact = item.fact if isinstance(item, Unread) else item[1].fact
    assert isinstance(fact, MissingFact)
    return fact


def outcomes(formula: Formula) -> set[str]:
    """The outcomes over all that wasn't read: of `allowed`, `conditional`, `denied` those that can come out."""
    found: set[str] = set()
    for way in dict.fromkeys(ways(formula)):
        found.add(_outcome(way))
        if len(found) == len(OUTCOMES):
            break
    return found


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
    atoms = list(dict.fromkeys(leaves(formula)))
    if len(atoms) > MOST_ATOMS:
        return formula
    for atom, value in itertools.product(atoms, (True, False)):
        without = _taken(formula, atom, value)
        if without != formula and equivalent(formula, without):
            formula = without
    return formula


def equivalent(left: Formula, right: Formula) -> bool:
    differ = any_of((all_of((left, negation(right))), all_of((negation(left), right))))
    return search(differ, True) is None


def residual_of(formula: Formula, spelling: Spelling = spelled) -> Residual | None:
    """What a conditional answer hangs on; None where it hangs on nothing."""
    if isinstance(formula, bool):
        return None
    allowed = search(formula, True)
    denied = search(formula, False)
    if allowed is None or denied is None:
        return None
    formula = reduced(formula)
    keys = open_keys(formula)
    allowed = _completed(formula, search(formula, True) or {}, keys)
    denied = _nearest_denied(formula, allowed, keys) or _completed(formula, search(formula, False) or {}, keys)
    written = _as_written(formula)

    def spelled_as(key: str) -> str:
        return spelling(written.get(key.lower(), key))

    return Residual(
        text=_sentence(formula, spelled_as),
        when=tree(formula, spelled_as),
        allowed_with={spelled_as(key): _plain(allowed[key]) for key in keys},
        denied_with={spelled_as(key): _plain(denied[key]) for key in keys},
    )


def _as_written(formula: Formula) -> dict[str, str]:
    """Keys as the documents spell them, by lower-case name: those of conditions before those of variables."""
    found: dict[str, str] = {}
    atoms = [atom for atom in leaves(formula) if isinstance(atom, Test | PatternTest)]
    for atom in atoms:
        if isinstance(atom, Test):
            found.setdefault(atom.condition.key.lower(), atom.condition.key)
    for atom in atoms:
        for text in (atom.pattern,) if isinstance(atom, PatternTest) else atom.condition.values:
            for key in match.variables_of(match.template(text, True)):
                found.setdefault(key.lower(), key)
    return found


def _completed(formula: Formula, found: Assignment, keys: list[str]) -> Assignment:
    """Give every key a state: what the search left open makes no difference any more."""
    atoms = [atom for atom in leaves(formula) if isinstance(atom, Test | PatternTest)]
    for key in keys:
        if key not in found:
            touching = [atom for atom in atoms if key in atom.keys]
            found[key] = candidates(key, touching, state_of(touching, key))[0]
    return found


def _nearest_denied(formula: Formula, allowed: Assignment, keys: list[str]) -> Assignment | None:
    """The allowed completion with one key changed, its absence tried first."""
    atoms = [atom for atom in leaves(formula) if isinstance(atom, Test | PatternTest)]
    for key in keys:
        touching = [atom for atom in atoms if key in atom.keys]
        states = candidates(key, touching, state_of(touching, key))
        for state in sorted(states, key=lambda state: not isinstance(state, Absent)):
            if assign(formula, {**allowed, key: state}) is False:
                return {**allowed, key: state}
    return None


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

    Several keys in one pattern: each choice of their values that fits.
    """
    choices = [candidates(key, (atom,), state_of((atom,), key)) for key in atom.keys]
    fits: list[dict[str, Any]] = []
    for states in itertools.product(*choices):
        if atom.settle(dict(zip(atom.keys, states, strict=True))) is True:
            needed = [_is(spelling(key), state) for key, state in zip(atom.keys, states, strict=True)]
            fits.append(needed[0] if len(needed) == 1 else {"all": needed})
    return fits[0] if len(fits) == 1 else {"any": fits}


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
