"""Pairs of caller and resource, a bit for each: what is certain of them, what hangs on something, what that comes to.

The bits are the callers of one resource (`column`) or the resources of one caller (`row`): it is all one here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from models.decision import Layer, MissingFact, Outcome
from simulator.policy.combine import Sides, Standing, permitted
from simulator.policy.formula import Formula, all_of
from simulator.policy.patterns import numbers_of, row_of
from simulator.policy.principals import Form
from simulator.policy.rows import NOTHING, Outcomes
from simulator.policy.settle import settled

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ALLOWED = Outcome.ALLOWED
_CONDITIONAL = Outcome.CONDITIONAL
_EXPLICIT_DENY = Outcome.EXPLICIT_DENY
_UNKNOWN = Outcome.UNKNOWN

# What of a request is allowed or denied where: the parts of `Sides`, what is denied, and the levels of SCPs after it.
IDENTITY, BOUNDARY, SESSION, ITSELF, BEHIND, ACCOUNT, ANYBODY, DENIED, LIMITS = range(9)
OF_FORM = {Form.ITSELF: ITSELF, Form.BEHIND: BEHIND, Form.ACCOUNT: ACCOUNT, Form.ANYBODY: ANYBODY}

#: The layers that allow; every other only limits.
OF_LAYER = {Layer.IDENTITY: IDENTITY, Layer.SESSION: SESSION, Layer.RESOURCE: ITSELF, Layer.TRUST: ITSELF}

_NOBODY = dict.fromkeys(Outcome, 0)

Slot = int
Cell = tuple[Slot, int, Formula]
"""Pairs for which what a slot says hangs on a formula."""

Classes = Sequence[tuple[int, Standing]]
"""The pairs in which caller and resource stand to each other in the same way, and how they do."""

#: With more cells than this they are gone through pair by pair.
FEW_CELLS = 24


class Reading(ABC):
    """Pairs being read: what is certain, slot by slot, and the cells of what isn't."""

    def __init__(self, everything: int, levels: int, classes: Classes) -> None:
        self.everything = everything
        self.sure = [0] * (LIMITS + levels)
        self.cells: list[Cell] = []
        self.classes = classes

    @abstractmethod
    def read_allows(self) -> None:
        """Note what the caller's and the resource's own policies allow."""

    @abstractmethod
    def read_limits(self, row: int) -> None:
        """Note what limits and what denies, of the pairs of a row."""

    def outcomes(self, explicit: bool) -> Outcomes:
        """
        Args:
            explicit: also tell explicit from implicit denies where nothing allows it.
        """
        self.read_allows()
        # Limits and denies are nothing where nothing allows it.
        concerned = self.everything if explicit else self._concerned()
        if not concerned:
            return NOTHING
        self.read_limits(concerned)
        return self._settled(*self._bounds())

    def note(self, slot: Slot, row: int, formula: Formula) -> None:
        if formula is True:
            self.sure[slot] |= row
        elif formula is not False and row:
            self.cells.append((slot, row, formula))

    def _concerned(self) -> int:
        """Where some statement may allow it."""
        if not any(self.sure) and not self.cells:
            return 0
        most = self._most()
        for slot in (BOUNDARY, SESSION, *range(LIMITS, len(most))):
            most[slot] = self.everything
        return self._permitted(most)

    def _most(self) -> list[int]:
        """What is there if all is there that hangs on something."""
        most = list(self.sure)
        for slot, row, _ in self.cells:
            most[slot] |= row
        return most

    def _bounds(self) -> tuple[int, int]:
        """What is allowed for certain, and what hangs on something."""
        if not self.cells:
            return self._permitted(self.sure) & ~self.sure[DENIED], 0
        most = self._most()
        certain = self._permitted(self.sure) & ~most[DENIED]
        possible = self._permitted(most)
        # Where a Deny hangs on something it may be there whatever that is, and then it is the reason.
        hanging = (possible & ~certain) | (most[DENIED] & ~self.sure[DENIED])
        return certain, hanging & ~self.sure[DENIED]

    def _permitted(self, slots: list[int]) -> int:
        sides = Sides(*slots[:DENIED])
        found = 0
        for row, standing in self.classes:
            found |= row & permitted(standing, sides)
        for row in slots[LIMITS:]:
            found &= row
        return found

    def _settled(self, allowed: int, hanging: int) -> Outcomes:
        if not hanging:
            return Outcomes(allowed, 0, 0, self.sure[DENIED])
        rows = _NOBODY.copy()
        assumes: dict[MissingFact, int] = {}
        keys: dict[str, int] = {}
        for row, standing, parts in self._alike(hanging):
            found = settled(*_formulas(standing, parts))
            rows[found.outcome] |= row
            for fact in found.assumes:
                assumes[fact] = assumes.get(fact, 0) | row
            for key in found.keys:
                keys[key] = keys.get(key, 0) | row
        return Outcomes(
            allowed=allowed | rows[_ALLOWED],
            conditional=rows[_CONDITIONAL],
            unknown=rows[_UNKNOWN],
            denied=self.sure[DENIED] | rows[_EXPLICIT_DENY],
            assumes=tuple(assumes.items()),
            open_keys=tuple(keys.items()),
        )

    def _alike(self, hanging: int) -> Iterator[tuple[int, Standing, tuple[Formula, ...]]]:
        """What hangs on something, in parts that hang on the same."""
        for row, standing in self.classes:
            wanted = row & hanging
            if not wanted:
                continue
            # Most slots are the same for all of them.
            shared = [sure & wanted for sure in self.sure]
            parts = {tuple([sure == wanted for sure in shared]): wanted}
            for slot, sure in enumerate(shared):
                if sure and sure != wanted:
                    parts = _split(parts, slot, sure, True)
            if len(self.cells) > FEW_CELLS:
                parts = self._one_by_one(parts)
            else:
                for slot, part, formula in self.cells:
                    if part & wanted:
                        parts = _split(parts, slot, part, formula)
            for found, part in parts.items():
                yield part, standing, found

    def _one_by_one(self, parts: dict[tuple[Formula, ...], int]) -> dict[tuple[Formula, ...], int]:
        """Split by the cells, pair by pair: many cells have few pairs each."""
        signs = {number: list(sign) for sign, row in parts.items() for number in numbers_of(row)}
        wanted = row_of(signs)
        for slot, row, formula in self.cells:
            for number in numbers_of(row & wanted):
                signs[number][slot] = signs[number][slot] | formula
        crowds: dict[tuple[Formula, ...], list[int]] = {}
        for number, sign in signs.items():
            crowds.setdefault(tuple(sign), []).append(number)
        return {sign: row_of(numbers) for sign, numbers in crowds.items()}


def _formulas(standing: Standing, parts: tuple[Formula, ...]) -> tuple[Formula, Formula]:
    return permitted(standing, Sides(*parts[:DENIED])) & all_of(parts[LIMITS:]), parts[DENIED]


def _split(
    parts: dict[tuple[Formula, ...], int], slot: Slot, row: int, formula: Formula
) -> dict[tuple[Formula, ...], int]:
    """Add to a slot what holds for a row."""
    found: dict[tuple[Formula, ...], int] = {}
    for sign, part in parts.items():
        inside, outside = part & row, part & ~row
        if inside:
            more = (*sign[:slot], sign[slot] | formula, *sign[slot + 1 :])
            found[more] = found.get(more, 0) | inside
        if outside:
            found[sign] = found.get(sign, 0) | outside
    return found
