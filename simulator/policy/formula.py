"""Truth that may still hang on something: true, false, or a formula over open keys and facts that weren't read.

Three-valued logic without guessing: an open condition stays in the formula until `residual` settles it. Formulas and
truth values are combined by `&` and `|`, and so are rows of bits: what the rules of combining say is written once for
one request and for many (`simulator.policy.combine`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar

from models.decision import MissingFact


class Node:
    """What every part of a formula can: `&` and `|` with another and with a truth value, and a hash made once."""

    __slots__ = ("_hash",)

    _hash: int
    content: ClassVar[Any]
    """What its hash is made of."""

    def __and__(self, other: Formula) -> Formula:
        return both(self, other)

    def __or__(self, other: Formula) -> Formula:
        return either(self, other)

    # `True & node` comes here: the order of two parts is nothing.
    __rand__ = __and__
    __ror__ = __or__

    def __hash__(self) -> int:
        # Formulas are looked up again and again, and each holds many others.
        try:
            return self._hash
        except AttributeError:
            made = hash(self.content(self))
            object.__setattr__(self, "_hash", made)
            return made


@dataclass(frozen=True, slots=True)
class Unread(Node):
    """Something that a fact decides which the snapshot lacks; `aspect` tells its allows from its denies.

    Taken as false where nobody asked for the fact.
    """

    fact: MissingFact
    aspect: str

    content = attrgetter("fact", "aspect")
    __hash__ = Node.__hash__


@dataclass(frozen=True, slots=True)
class Not(Node):
    part: Formula

    content = attrgetter("part")
    __hash__ = Node.__hash__


@dataclass(frozen=True, slots=True)
class All(Node):
    parts: tuple[Formula, ...]

    content = attrgetter("parts")
    __hash__ = Node.__hash__


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    parts: tuple[Formula, ...]

    content = attrgetter("parts")
    __hash__ = Node.__hash__


# An atom (simulator.policy.operators.Test) is anything hashable with `keys` and `settle`.
Formula = bool | Any


def both(left: Formula, right: Formula) -> Formula:
    """The conjunction of two."""
    if left is True:
        return right
    if right is True:
        return left
    if left is False or right is False:
        return False
    return _join((left, right), All, True)


def either(left: Formula, right: Formula) -> Formula:
    """The disjunction of two."""
    if left is False:
        return right
    if right is False:
        return left
    if left is True or right is True:
        return True
    return _join((left, right), AnyOf, False)


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
