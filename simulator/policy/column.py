"""One resource against many callers: what is certain of whom, what hangs on something, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from models.decision import Layer, MissingFact, Outcome
from models.policy import Effect
from models.request import Attached, RequesterKind
from simulator.policy.combine import Sides, Standing, permitted
from simulator.policy.compiled import Manner, Rule, about
from simulator.policy.formula import Formula, Unread, all_of
from simulator.policy.grid import Grid
from simulator.policy.patterns import numbers_of, row_of
from simulator.policy.principals import Form
from simulator.policy.rows import Column, Target
from simulator.policy.settle import settled, settled_outcome
from simulator.policy.solver import open_keys

# What of a request is allowed or denied where: the parts of `Sides`, what is denied, and the levels of SCPs after it.
_IDENTITY, _BOUNDARY, _SESSION, _ITSELF, _BEHIND, _ACCOUNT, _ANYBODY, _DENIED, _LIMITS = range(9)
_OF_FORM = {Form.ITSELF: _ITSELF, Form.BEHIND: _BEHIND, Form.ACCOUNT: _ACCOUNT, Form.ANYBODY: _ANYBODY}

_OF_LAYER = {Layer.IDENTITY: _IDENTITY, Layer.SESSION: _SESSION, Layer.RESOURCE: _ITSELF, Layer.TRUST: _ITSELF}

Slot = int
Cell = tuple[Slot, int, Formula]
"""Callers for whom what a slot says hangs on a formula."""

#: With more cells than this they are gone through caller by caller.
_FEW_CELLS = 24


def column_of(grid: Grid, target: Target) -> Column:
    """The statuses of all callers for a resource; kept with the grid, by the resource.

    Raises:
        PolicyError: if a statement cannot be evaluated exactly.
    """
    found = grid.columns[target.resource] = _Reading(grid, target).column()
    return found


def _unread(layer: Layer, fact: MissingFact, row: int) -> Iterator[Cell]:
    """What a policy that wasn't read may do: allow and deny; one that only limits may limit."""
    slot = _OF_LAYER.get(layer)
    if slot is None:
        yield _DENIED, row, Unread(fact, f"{layer} limits")
        return
    yield slot, row, Unread(fact, f"{layer} allows")
    yield _DENIED, row, Unread(fact, f"{layer} denies")


class _Reading:
    """One resource being read: what is certain, slot by slot, and the cells of what isn't."""

    def __init__(self, grid: Grid, target: Target) -> None:
        self.grid = grid
        self.target = target
        self.value = target.resource if target.traits.has_resource_types else "*"
        self.sure = [0] * (_LIMITS + len(grid.scps))
        self.cells: list[Cell] = []

    def column(self) -> Column:
        self._read_callers()
        self._read_resource()
        return self._settled(*self._bounds())

    def _note(self, slot: Slot, row: int, formula: Formula) -> None:
        if formula is True:
            self.sure[slot] |= row
        elif formula is not False and row:
            self.cells.append((slot, row, formula))

    def _read_callers(self) -> None:
        grid, everybody = self.grid, self.grid.everybody
        layers = [(_IDENTITY, grid.identity), (_BOUNDARY, grid.boundary), (_SESSION, grid.session)]
        layers += zip(count(_LIMITS), grid.scps, strict=False)
        for slot, shelf in layers:
            self.sure[slot] |= shelf.certain(Effect.ALLOW, self.value)
            self.sure[_DENIED] |= shelf.certain(Effect.DENY, self.value)
            for effect, into in ((Effect.ALLOW, slot), (Effect.DENY, _DENIED)):
                for found in shelf.hanging(effect, self.value):
                    for row, formula in grid.cells_of(found, self.target, everybody):
                        self._note(into, row, formula)
            if slot != _IDENTITY:
                # Who has no such policy isn't limited by one.
                self.sure[slot] |= everybody & ~shelf.having.row
        self.sure[_SESSION] &= ~grid.without_session
        roots = grid.kinds.get(RequesterKind.ROOT, 0)
        for slot in (_IDENTITY, _BOUNDARY, _SESSION):
            self.sure[slot] |= roots
        for layer, fact, row in grid.unread:
            for cell in _unread(layer, fact, row):
                self._note(*cell)

    def _read_resource(self) -> None:
        everybody = self.grid.everybody
        self._read_named(self.target.policies, everybody, None)
        for level in self.target.rcps:
            self._read_named(level, everybody & ~self.grid.linked, Effect.DENY)
        for layer, facts in self.target.unread:
            row = everybody & ~self.grid.linked if layer is Layer.RCP else everybody
            for fact in facts:
                for cell in _unread(layer, fact, row):
                    self._note(*cell)

    def _read_named(self, policies: Iterable[Attached], row: int, only: Effect | None) -> None:
        for attached in policies:
            rules = about(attached.policy, Manner.NAMING, self.grid.action)
            for rule in (*rules.allows, *rules.denies):
                if only in (None, rule.statement.effect):
                    self._read_rule(rule, row)

    def _read_rule(self, rule: Rule, row: int) -> None:
        denies = rule.statement.effect is Effect.DENY
        found = self.grid.open_rule(rule)
        for named, form, if_named in self.grid.named_by(rule, self.target):
            for part, formula in self.grid.cells_of(found, self.target, named & row):
                self._note(_DENIED if denies else _OF_FORM[form], part, formula & if_named)

    def _bounds(self) -> tuple[int, int]:
        """Who is allowed for certain, and for whom it hangs on something."""
        target, most = self.target, list(self.sure)
        for slot, row, _ in self.cells:
            most[slot] |= row
        refused = target.traits.impossible is not None
        allowed = 0 if refused else self._permitted(self.sure)
        possible = 0 if refused else self._permitted(most)
        certain = allowed & ~most[_DENIED]
        # Where a Deny hangs on something it may be there whatever that is, and then it is the reason.
        hanging = (possible & ~certain) | (most[_DENIED] & ~self.sure[_DENIED])
        return certain, hanging & ~self.sure[_DENIED]

    def _permitted(self, slots: list[int]) -> int:
        limits = self.grid.everybody
        for row in slots[_LIMITS:]:
            limits &= row
        found = 0
        for row, standing in self.grid.classes(self.target):
            if not _can_assume(standing, self.grid.action):
                continue
            found |= row & permitted(standing, Sides(*slots[:_DENIED]))
        return found & limits

    def _settled(self, allowed: int, hanging: int) -> Column:
        rows = dict.fromkeys(Outcome, 0)
        assumes: dict[MissingFact, int] = {}
        keys: dict[str, int] = {}
        for row, standing, parts in self._alike(hanging):
            allows, denies = self._formulas(standing, parts)
            outcome = settled_outcome(allows, denies)
            rows[outcome] |= row
            if not isinstance(allows, bool) or not isinstance(denies, bool):
                found = settled(allows, denies)
                for fact in found.assumes:
                    assumes[fact] = assumes.get(fact, 0) | row
                for key in open_keys(found.open) if outcome is Outcome.CONDITIONAL else ():
                    keys[key] = keys.get(key, 0) | row
        return Column(
            allowed=allowed | rows[Outcome.ALLOWED],
            conditional=rows[Outcome.CONDITIONAL],
            unknown=rows[Outcome.UNKNOWN],
            denied=self.sure[_DENIED] | rows[Outcome.EXPLICIT_DENY],
            assumes=tuple(assumes.items()),
            open_keys=tuple(keys.items()),
        )

    def _formulas(self, standing: Standing, parts: tuple[Formula, ...]) -> tuple[Formula, Formula]:
        denies = parts[_DENIED]
        if self.target.traits.impossible is not None or not _can_assume(standing, self.grid.action):
            return False, denies
        return permitted(standing, Sides(*parts[:_DENIED])) & all_of(parts[_LIMITS:]), denies

    def _alike(self, hanging: int) -> Iterator[tuple[int, Standing, tuple[Formula, ...]]]:
        """Those for whom it hangs on something, in parts for which it hangs on the same."""
        if not hanging:
            return
        nothing: tuple[Formula, ...] = (False,) * len(self.sure)
        for row, standing in self.grid.classes(self.target):
            parts = {nothing: row & hanging} if row & hanging else {}
            for slot, sure in enumerate(self.sure):
                parts = _split(parts, slot, sure, True)
            if len(self.cells) > _FEW_CELLS:
                parts = self._one_by_one(parts)
            else:
                for slot, part, formula in self.cells:
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


def _can_assume(standing: Standing, action: str) -> bool:
    """A root user can't assume roles."""
    return standing.kind is not RequesterKind.ROOT or action.lower() != "sts:assumerole"
