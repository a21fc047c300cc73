"""Truth that may still hang on something: true, false, or a formula over open keys and facts that weren't read.

Three-valued logic without guessing: an open condition stays in the formula until `residual` settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from models.decision import MissingFact


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that a fact decides which the snapshot lacks; `aspect` tells its allows from its denies.

    Taken as false where nobody asked for the fact.
    """

    fact: MissingFact
    aspect: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Formula


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Formula, ...]


# An atom (simulator.policy.operators.Test) is anything hashable with `keys` and `settle`.
Formula = bool | Any


def all_of(parts: Iterable[Formula]) -> Formula:
    """The conjunction, simplified: True of none."""
    return _join(parts, All, True)


def any_of(parts: Iterable[Formula]) -> Formula:
    """The disjunction, simplified: False of none."""
    return _join(parts, AnyOf, False)


def _join(parts: Iterable[Formula], kind: type[All] | type[AnyOf], neutral: bool) -> Formula:
    flat: dict[Formula, None] = {}
    for part in parts:
        if part is neutral:
            continue
        if part is (not neutral):
            return not neutral
        for piece in part.parts if isinstance(part, kind) else (part,):
            flat[piece] = None
    if not flat:
        return neutral
    if len(flat) > 1 and any(negation(piece) in flat for piece in flat):
        return not neutral
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat))


def negation(part: Formula) -> Formula:
    if isinstance(part, bool):
        return not part
    return part.part if isinstance(part, Not) else Not(part)


def leaves(formula: Formula) -> Iterator[Any]:
    """Yield the atoms in the order in which they stand, repeated where they are."""
    if isinstance(formula, bool):
        return
    if isinstance(formula, Not):
        yield from leaves(formula.part)
    elif isinstance(formula, All | AnyOf):
        for part in formula.parts:
            yield from leaves(part)
    else:
        yield formula


def replace(formula: Formula, change: Callable[[Any], Formula]) -> Formula:
    """Replace every atom by what `change` makes of it, and simplify."""
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Not):
        return negation(replace(formula.part, change))
    if isinstance(formula, All):
        return all_of(replace(part, change) for part in formula.parts)
    if isinstance(formula, AnyOf):
        return any_of(replace(part, change) for part in formula.parts)
    return change(formula)
