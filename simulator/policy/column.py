"""One resource against many callers: what is certain of whom, what hangs on something, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from models.decision import Layer, MissingFact, Outcome
from models.policy import Effect
from simulator.policy.combine import Sides, Standing, permitted
from simulator.policy.compiled import Manner, Rule, about
from simulator.policy.formula import Formula, Unread, all_of
from simulator.policy.grid import Grid
from simulator.policy.patterns import numbers_of, row_of
from simulator.policy.principals import Form
from simulator.policy.rows import Column, Target
from simulator.policy.settle import settled
from simulator.policy.shelves import Shelf

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ALLOW = Effect.ALLOW
_DENY = Effect.DENY
_RCP = Layer.RCP
_NAMING = Manner.NAMING
_ALLOWED = Outcome.ALLOWED
_CONDITIONAL = Outcome.CONDITIONAL
_EXPLICIT_DENY = Outcome.EXPLICIT_DENY
_UNKNOWN = Outcome.UNKNOWN

# What of a request is allowed or denied where: the parts of `Sides`, what is denied, and the levels of SCPs after it.
_IDENTITY, _BOUNDARY, _SESSION, _ITSELF, _BEHIND, _ACCOUNT, _ANYBODY, _DENIED, _LIMITS = range(9)
_OF_FORM = {Form.ITSELF: _ITSELF, Form.BEHIND: _BEHIND, Form.ACCOUNT: _ACCOUNT, Form.ANYBODY: _ANYBODY}

#: The layers that allow; every other only limits.
_OF_LAYER = {Layer.IDENTITY: _IDENTITY, Layer.SESSION: _SESSION, Layer.RESOURCE: _ITSELF, Layer.TRUST: _ITSELF}

_NOBODY = dict.fromkeys(Outcome, 0)

Slot = int
Cell = tuple[Slot, int, Formula]
"""Callers for whom what a slot says hangs on a formula."""

#: With more cells than this they are gone through caller by caller.
FEW_CELLS = 24


def column_of(grid: Grid, target: Target, *, explicit: bool = False) -> Column:
    """The statuses of all callers for a resource; kept with the grid, by the resource.

    Args:
        explicit: also tell explicit from implicit denies for those whom nothing allows it; a Deny that refuses somebody
            who would be allowed otherwise is told in any case.

    Raises:
        PolicyError: if a statement cannot be evaluated exactly.
    """
    key = (target.resource, explicit)
    known = grid.columns.get(key)
    if known is None:
        known = grid.columns[key] = _Reading(grid, target).column(explicit)
    return known


class _Reading:
    """One resource being read: what is certain, slot by slot, and the cells of what isn't."""

    def __init__(self, grid: Grid, target: Target) -> None:
        self.grid = grid
        self.target = target
        self.value = target.resource if target.traits.has_resource_types else "*"
        self.sure = [0] * (_LIMITS + len(grid.scps))
        self.cells: list[Cell] = []
        self.classes = grid.classes(target)

    def column(self, explicit: bool) -> Column:
        self._read_allows()
        # Limits and denies are nothing to those whom nothing allows it.
        concerned = self.grid.callers.everybody if explicit else self._concerned()
        if not concerned:
            return Column(0, 0, 0, 0)
        self._read_limits(concerned)
        return self._settled(*self._bounds())

    def _note(self, slot: Slot, row: int, formula: Formula) -> None:
        if formula is True:
            self.sure[slot] |= row
        elif formula is not False and row:
            self.cells.append((slot, row, formula))

    def _read_allows(self) -> None:
        grid, everybody = self.grid, self.grid.callers.everybody
        self._read(_IDENTITY, grid.identity, _ALLOW, everybody)
        self.sure[_IDENTITY] |= grid.callers.roots
        for attached in self.target.policies:
            for rule in about(attached.policy, _NAMING, grid.action).allows:
                self._read_named(rule, everybody)
        for fact, layer, row in self._lacking():
            if layer in _OF_LAYER:
                self._note(_OF_LAYER[layer], row, Unread(fact, f"{layer} allows"))

    def _lacking(self) -> Iterator[tuple[MissingFact, Layer, int]]:
        """The facts that lack, with the callers for whom they do."""
        for layer, fact, row in self.grid.callers.unread:
            yield fact, layer, row
        everybody = self.grid.callers.everybody
        for layer, facts in self.target.unread:
            row = everybody & ~self.grid.callers.linked if layer is _RCP else everybody
            yield from ((fact, layer, row) for fact in facts)

    def _concerned(self) -> int:
        """Whom some statement may allow it."""
        if not any(self.sure) and not self.cells:
            return 0
        most = list(self.sure)
        for slot, row, _ in self.cells:
            most[slot] |= row
        for slot in (_BOUNDARY, _SESSION, *range(_LIMITS, len(most))):
            most[slot] = self.grid.callers.everybody
        return self._permitted(most)

    def _read_limits(self, row: int) -> None:
        grid = self.grid
        self._read(_DENIED, grid.identity, _DENY, row)
        layers = [(_BOUNDARY, grid.boundary), (_SESSION, grid.session), *zip(count(_LIMITS), grid.scps, strict=False)]
        for slot, shelf in layers:
            # Who has no such policy isn't limited by one.
            if not shelf.having:
                self.sure[slot] |= row
                continue
            self.sure[slot] |= row & ~shelf.having
            self._read(slot, shelf, _ALLOW, row)
            self._read(_DENIED, shelf, _DENY, row)
        self.sure[_SESSION] &= ~grid.callers.without_session
        roots = grid.callers.roots
        self.sure[_BOUNDARY] |= roots
        self.sure[_SESSION] |= roots
        for policies, whose in (
            (self.target.policies, row),
            *((level, row & ~grid.callers.linked) for level in self.target.rcps),
        ):
            for attached in policies:
                for rule in about(attached.policy, _NAMING, grid.action).denies:
                    self._read_named(rule, whose)
        for fact, layer, whose in self._lacking():
            # A policy that wasn't read may deny; one that only limits may limit.
            aspect = "denies" if layer in _OF_LAYER else "limits"
            self._note(_DENIED, whose & row, Unread(fact, f"{layer} {aspect}"))

    def _read(self, into: Slot, shelf: Shelf, effect: Effect, row: int) -> None:
        """Note what the callers' policies of a layer say."""
        if shelf.is_silent(effect):
            return
        certain, hanging = shelf.about(effect, self.value)
        self.sure[into] |= certain & row
        for found in hanging:
            for part, formula in self.grid.cells_of(found, self.target, row):
                self._note(into, part, formula)

    def _read_named(self, rule: Rule, row: int) -> None:
        """Note what a statement of a resource-based policy says."""
        denies = rule.statement.effect is _DENY
        found = self.grid.open_rule(rule)
        for named, form, if_named in self.grid.named_by(rule, self.target):
            for part, formula in self.grid.cells_of(found, self.target, named & row):
                self._note(_DENIED if denies else _OF_FORM[form], part, formula & if_named)

    def _bounds(self) -> tuple[int, int]:
        """Who is allowed for certain, and for whom it hangs on something."""
        if not self.cells:
            return self._permitted(self.sure) & ~self.sure[_DENIED], 0
        most = list(self.sure)
        for slot, row, _ in self.cells:
            most[slot] |= row
        certain = self._permitted(self.sure) & ~most[_DENIED]
        possible = self._permitted(most)
        # Where a Deny hangs on something it may be there whatever that is, and then it is the reason.
        hanging = (possible & ~certain) | (most[_DENIED] & ~self.sure[_DENIED])
        return certain, hanging & ~self.sure[_DENIED]

    def _permitted(self, slots: list[int]) -> int:
        limits = self.grid.callers.everybody
        for row in slots[_LIMITS:]:
            limits &= row
        found = 0
        for row, standing in self.classes:
            found |= row & permitted(standing, Sides(*slots[:_DENIED]))
        return found & limits

    def _settled(self, allowed: int, hanging: int) -> Column:
        if not hanging:
            return Column(allowed, 0, 0, self.sure[_DENIED])
        rows = _NOBODY.copy()
        assumes: dict[MissingFact, int] = {}
        keys: dict[str, int] = {}
        for row, standing, parts in self._alike(hanging):
            found = settled(*self._formulas(standing, parts))
            rows[found.outcome] |= row
            for fact in found.assumes:
                assumes[fact] = assumes.get(fact, 0) | row
            for key in found.keys:
                keys[key] = keys.get(key, 0) | row
        return Column(
            allowed=allowed | rows[_ALLOWED],
            conditional=rows[_CONDITIONAL],
            unknown=rows[_UNKNOWN],
            denied=self.sure[_DENIED] | rows[_EXPLICIT_DENY],
            assumes=tuple(assumes.items()),
            open_keys=tuple(keys.items()),
        )

    def _formulas(self, standing: Standing, parts: tuple[Formula, ...]) -> tuple[Formula, Formula]:
        denies = parts[_DENIED]
        return permitted(standing, Sides(*parts[:_DENIED])) & all_of(parts[_LIMITS:]), denies

    def _alike(self, hanging: int) -> Iterator[tuple[int, Standing, tuple[Formula, ...]]]:
        """Those for whom it hangs on something, in parts for which it hangs on the same."""
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
        """Split by the cells, caller by caller: many cells have few callers each."""
        signs = {number: list(sign) for sign, row in parts.items() for number in numbers_of(row)}
        wanted = row_of(signs)
        for slot, row, formula in self.cells:
            for number in numbers_of(row & wanted):
                signs[number][slot] = signs[number][slot] | formula
        crowds: dict[tuple[Formula, ...], list[int]] = {}
        for number, sign in signs.items():
            crowds.setdefault(tuple(sign), []).append(number)
        return {sign: row_of(numbers) for sign, numbers in crowds.items()}


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
