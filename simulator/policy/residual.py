"""Settle a formula over open keys: does the answer turn on them, for which values, and what lacks to know it.

An open key leads to `conditional` only if the answer turns on it for some completion; each witness is verified by
evaluating it. Facts that weren't read are tried both ways: where the outcome differs, it is unknown.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.context import Absent, Known, NotRead, State
from models.decision import Residual
from simulator.policy.candidates import candidates, state_of
from simulator.policy.formula import All, AnyOf, Formula, Not, Unread, all_of, any_of, leaves, negation, replace
from simulator.policy.layers import spelled
from simulator.policy.operators import NULL, OPERATORS, PatternTest, Test

Assignment = dict[str, State]
Spelling = Callable[[str], str]

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
    key = open_keys(formula)[0]
    for state, reached in branches(formula, key):
        found = _search(reached, wanted, failed)
        if found is not None:
            return {key: state, **found}
    failed[formula] = True
    return None


def branches(formula: Formula, key: str) -> Iterator[tuple[State, Formula]]:
    """Each state of `key` that makes a difference, with what then remains."""
    atoms = [atom for atom in leaves(formula) if isinstance(atom, Test | PatternTest) and key in atom.keys]
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


def outcomes(formula: Formula) -> set[str]:
    """The outcomes over all that wasn't read: of `allowed`, `conditional`, `denied` those that can come out."""
    unread = facts_in(formula)
    if not unread:
        return {_outcome(formula)}
    first = unread[0]
    if isinstance(first, Unread):
        both = (replace(formula, lambda atom: value if atom == first else atom) for value in (True, False))
        return set().union(*(outcomes(part) for part in both))
    key = first[0]
    return set().union(*(outcomes(part) for _, part in branches(formula, key)))


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
        without = replace(formula, lambda leaf, a=atom, v=value: v if leaf == a else leaf)
        if without != formula and equivalent(formula, without):
            formula = without
    return formula


def equivalent(left: Formula, right: Formula) -> bool:
    differ = any_of((all_of((left, negation(right))), all_of((negation(left), right))))
    return search(differ, True) is None


@dataclass(frozen=True, slots=True)
class Words:
    """How keys are spelled in an answer."""

    spelling: Spelling = spelled


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
    names = {
        atom.condition.key.lower(): spelling(atom.condition.key) for atom in leaves(formula) if isinstance(atom, Test)
    }
    name_of = {key: names.get(key) or spelling(key) for key in keys}
    return Residual(
        text=_sentence(formula, spelling),
        when=tree(formula, spelling),
        allowed_with={name_of[key]: _plain(allowed[key]) for key in keys},
        denied_with={name_of[key]: _plain(denied[key]) for key in keys},
    )


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
        return {"operator": "StringLike", "key": spelling(formula.keys[0]), "values": [formula.pattern]}
    condition = formula.condition
    return {"operator": condition.spelling, "key": spelling(condition.key), "values": list(condition.values)}


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
    condition = formula.condition
    key = spelling(condition.key)
    if condition.operator == NULL:
        return f"{key} is {'absent' if condition.values[:1] == ('true',) else 'present'}"
    head = {"ForAnyValue": "any of ", "ForAllValues": "every one of "}.get(condition.quantifier or "", "")
    values = condition.values[0] if len(condition.values) == 1 else f"one of {', '.join(condition.values)}"
    tail = " (or absent)" if condition.if_exists else ""
    return f"{head}{key} {OPERATORS[condition.operator].says} {values}{tail}"
