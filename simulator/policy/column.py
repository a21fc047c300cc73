"""One resource against many callers: what their policies and its own say of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from models.decision import Layer, MissingFact
from models.policy import Effect
from simulator.policy.compiled import Manner, Rule, about
from simulator.policy.formula import Unread
from simulator.policy.grid import Grid
from simulator.policy.reading import BOUNDARY, DENIED, IDENTITY, LIMITS, OF_FORM, OF_LAYER, SESSION, Reading, Slot
from simulator.policy.rows import Outcomes, Target
from simulator.policy.shelves import Shelf

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ALLOW = Effect.ALLOW
_DENY = Effect.DENY
_RCP = Layer.RCP
_NAMING = Manner.NAMING


def column_of(grid: Grid, target: Target, *, explicit: bool = False) -> Outcomes:
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
        known = grid.columns[key] = outcomes_of(grid, target, explicit=explicit)
    return known


def outcomes_of(grid: Grid, target: Target, *, explicit: bool = False) -> Outcomes:
    """The same, worked out anew and not kept."""
    return _Callers(grid, target).outcomes(explicit)


class _Callers(Reading):
    """The callers of one resource."""

    def __init__(self, grid: Grid, target: Target) -> None:
        super().__init__(grid.callers.everybody, len(grid.scps), grid.classes(target))
        self.grid = grid
        self.target = target
        self.value = target.name

    def read_allows(self) -> None:
        grid = self.grid
        self._read(IDENTITY, grid.identity, _ALLOW, self.everything)
        self.sure[IDENTITY] |= grid.callers.roots
        for attached in self.target.policies:
            for rule in about(attached.policy, _NAMING, grid.action).allows:
                self._read_named(rule, self.everything)
        for fact, layer, row in self._lacking():
            if layer in OF_LAYER:
                self.note(OF_LAYER[layer], row, Unread(fact, f"{layer} allows"))

    def _lacking(self) -> Iterator[tuple[MissingFact, Layer, int]]:
        """The facts that lack, with the callers for whom they do."""
        for layer, fact, row in self.grid.callers.unread:
            yield fact, layer, row
        for layer, facts in self.target.unread:
            row = self.everything & ~self.grid.callers.linked if layer is _RCP else self.everything
            yield from ((fact, layer, row) for fact in facts)

    def read_limits(self, row: int) -> None:
        grid = self.grid
        self._read(DENIED, grid.identity, _DENY, row)
        layers = [(BOUNDARY, grid.boundary), (SESSION, grid.session), *zip(count(LIMITS), grid.scps, strict=False)]
        for slot, shelf in layers:
            # Who has no such policy isn't limited by one.
            if not shelf.having:
                self.sure[slot] |= row
                continue
            self.sure[slot] |= row & ~shelf.having
            self._read(slot, shelf, _ALLOW, row)
            self._read(DENIED, shelf, _DENY, row)
        self.sure[SESSION] &= ~grid.callers.without_session
        roots = grid.callers.roots
        self.sure[BOUNDARY] |= roots
        self.sure[SESSION] |= roots
        for policies, whose in (
            (self.target.policies, row),
            *((level, row & ~grid.callers.linked) for level in self.target.rcps),
        ):
            for attached in policies:
                for rule in about(attached.policy, _NAMING, grid.action).denies:
                    self._read_named(rule, whose)
        for fact, layer, whose in self._lacking():
            # A policy that wasn't read may deny; one that only limits may limit.
            aspect = "denies" if layer in OF_LAYER else "limits"
            self.note(DENIED, whose & row, Unread(fact, f"{layer} {aspect}"))

    def _read(self, into: Slot, shelf: Shelf, effect: Effect, row: int) -> None:
        """Note what the callers' policies of a layer say."""
        if shelf.is_silent(effect):
            return
        certain, hanging = shelf.about(effect, self.value)
        self.sure[into] |= certain & row
        for found in hanging:
            for part, formula in self.grid.cells_of(found, self.target, row):
                self.note(into, part, formula)

    def _read_named(self, rule: Rule, row: int) -> None:
        """Note what a statement of a resource-based policy says."""
        denies = rule.statement.effect is _DENY
        found = self.grid.open_rule(rule)
        for named, form, if_named in self.grid.named_by(rule, self.target):
            for part, formula in self.grid.cells_of(found, self.target, named & row):
                self.note(DENIED if denies else OF_FORM[form], part, formula & if_named)
