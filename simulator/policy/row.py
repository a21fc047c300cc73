"""One caller against many resources: what its policies and theirs say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from models.decision import Layer, MissingFact
from models.request import Attached, RequesterKind
from simulator.policy.callers import bounded
from simulator.policy.combine import has_session_by_default
from simulator.policy.compiled import Manner, Rule
from simulator.policy.formula import Formula, Unread
from simulator.policy.patterns import numbers_of, row_of
from simulator.policy.principals import Form
from simulator.policy.reading import BOUNDARY, DENIED, IDENTITY, LIMITS, OF_FORM, OF_LAYER, SESSION, Reading, Slot
from simulator.policy.resources import Hung, Naming, Resources
from simulator.policy.rows import Contexts, Member, Outcomes, Whose
from simulator.policy.shelves import Hanging

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_COMPLETING = Manner.COMPLETING
_PLAIN = Manner.PLAIN
_RCP = Layer.RCP
_ROOT = RequesterKind.ROOT
_CALLER = Whose.CALLER


class Rows:
    """Callers made ready to be asked one by one about resources, all of them at once."""

    def __init__(
        self,
        resources: Resources,
        members: Sequence[Member],
        contexts: Contexts,
        alike: dict[object, list[int]] | None = None,
    ) -> None:
        """`alike` keeps which resources are alike, whoever asks; for contexts in which nothing else is given."""
        self.resources = resources
        self.members = members
        self.contexts = contexts
        self._open: dict[Rule, Hanging] = {}
        self._formulas: dict[object, Formula] = {}
        self._parts: dict[object, list[int]] = {} if alike is None else alike

    def of(self, number: int, *, explicit: bool = False) -> Outcomes:
        """The statuses of all resources for a caller; `explicit` as for `column_of`.

        Raises:
            PolicyError: if a statement cannot be evaluated exactly.
        """
        return _Resources(self, number).outcomes(explicit)

    def cells_of(self, rule: Rule, number: int, row: int) -> Iterable[tuple[int, Formula]]:
        """What a statement comes to for a caller, in parts of the resources for which it is the same."""
        found = self._open.get(rule)
        if found is None:
            found = self._open[rule] = Hanging(rule, None, self.contexts)
        if found.on_resource:
            return self._on_resources(found, number, row)
        if not row:
            return ()
        if found.whose is _CALLER:
            return ((row, self._tested(rule, number, row)),)
        key = (rule, found.whose, self.contexts.likeness(number, found.whose))
        formula = self._formulas.get(key)
        if formula is None:
            formula = self._formulas[key] = self._tested(rule, number, row)
        return ((row, formula),)

    def _tested(self, rule: Rule, number: int, row: int) -> Formula:
        target = self.resources.targets[row.bit_length() - 1]
        return rule.holds(target.name, self.contexts.context(number, target.resource).lookup)

    def _on_resources(self, found: Hanging, number: int, row: int) -> Iterator[tuple[int, Formula]]:
        crowds: dict[Formula, list[int]] = {}
        for alike in self._alike(found, number) or (1 << place for place in numbers_of(row)):
            if part := alike & row:
                crowds.setdefault(self._tested(found.rule, number, part), []).append(part)
        for formula, parts in crowds.items():
            yield sum(parts), formula

    def _alike(self, found: Hanging, number: int) -> list[int]:
        """Rows of the resources for which a statement's keys are alike, whatever they are; none: nobody knows."""
        scopes = {key: self.contexts.hangs_on(key) for key in found.keys}
        keys = tuple(key for key, (_, on_resource) in scopes.items() if on_resource)
        whose = max((scopes[key][0] for key in keys), default=_CALLER)
        if found.rule.templates or whose is _CALLER:
            return []
        likeness = (keys, whose, self.contexts.likeness(number, whose))
        known = self._parts.get(likeness)
        if known is None:
            crowds: dict[object, list[int]] = {}
            for place, target in enumerate(self.resources.targets):
                lookup = self.contexts.context(number, target.resource).lookup
                crowds.setdefault(tuple(lookup(key) for key in keys), []).append(place)
            known = self._parts[likeness] = [row_of(places) for places in crowds.values()]
        return known


class _Resources(Reading):
    """The resources of one caller."""

    def __init__(self, rows: Rows, number: int) -> None:
        member, resources = rows.members[number], rows.resources
        caller = member.requester
        super().__init__(resources.everything, len(member.scps), resources.classes(caller))
        self.rows = rows
        self.number = number
        self.member = member
        self.inside = not caller.is_outside
        self.is_root = caller.kind is _ROOT
        self.linked = member.service_linked_role and self.inside
        self.identity = resources.said(member.identity, _COMPLETING) if self.inside else []
        self.namings = resources.policies.about(caller)

    def read_allows(self) -> None:
        if self.is_root:
            self.sure[IDENTITY] = self.everything
        for said in self.identity:
            self._note(IDENTITY, said.allowed, said.allows, self.everything)
        for naming in self.namings:
            if naming.allowed or naming.allows:
                for form, if_named in self._named(naming):
                    self._note(OF_FORM[form], naming.allowed, naming.allows, self.everything, if_named)
        for fact, layer, row in self._lacking():
            if layer in OF_LAYER:
                self.note(OF_LAYER[layer], row, Unread(fact, f"{layer} allows"))

    def _lacking(self) -> Iterator[tuple[MissingFact, Layer, int]]:
        """The facts that lack, with the resources for which they do."""
        for layer, facts in self.member.unread:
            yield from ((fact, layer, self.everything) for fact in facts)
        for layer, fact, row in self.rows.resources.unread:
            if layer is not _RCP or not self.linked:
                yield fact, layer, row

    def read_limits(self, row: int) -> None:
        for said in self.identity:
            self._note(DENIED, said.denied, said.denies, row)
        for slot, policies, manner in self._limiting():
            # Who has no such policy isn't limited by one.
            if policies is None:
                self.sure[slot] = self.everything
                continue
            for said in self.rows.resources.said(policies, manner):
                self._note(slot, said.allowed, said.allows, row)
                self._note(DENIED, said.denied, said.denies, row)
        if self.is_root:
            self.sure[BOUNDARY] = self.sure[SESSION] = self.everything
        self._read_denies(self.namings, row)
        if not self.linked:
            self._read_denies(self.rows.resources.rcps.about(self.member.requester), row)
        for fact, layer, part in self._lacking():
            # A policy that wasn't read may deny; one that only limits may limit.
            aspect = "denies" if layer in OF_LAYER else "limits"
            self.note(DENIED, part & row, Unread(fact, f"{layer} {aspect}"))

    def _read_denies(self, namings: Iterable[Naming], row: int) -> None:
        for naming in namings:
            if naming.denied or naming.denies:
                for _, if_named in self._named(naming):
                    self._note(DENIED, naming.denied, naming.denies, row, if_named)

    def _limiting(self) -> Iterator[tuple[Slot, tuple[Attached, ...] | None, Manner]]:
        """The policies that only limit the caller; None: nothing does there."""
        member = self.member
        session = member.session or None
        if session is None and self.inside and not has_session_by_default(member.requester):
            session = ()
        yield BOUNDARY, member.boundary or None if self.inside else None, _COMPLETING
        yield SESSION, session if self.inside else None, _PLAIN
        for slot, level in enumerate(member.scps, LIMITS):
            yield slot, level, _PLAIN

    def _note(self, slot: Slot, sure: int, hanging: tuple[Hung, ...], row: int, if_named: Formula = True) -> None:
        """Note what statements say, of a caller whom they name, or name if something holds."""
        if sure:
            self.note(slot, sure & row, if_named)
        for rule, part in hanging:
            for cell, formula in self.rows.cells_of(rule, self.number, part & row):
                self.note(slot, cell, formula & if_named)

    def _named(self, naming: Naming) -> Iterable[tuple[Form, Formula]]:
        """In which forms, and if what, statements name the caller."""
        # Which of the caller's sessions is meant hangs on no resource.
        context = self.rows.contexts.context(self.number, "*")
        return naming.named.forms(self.member.requester, context, bounded(self.member)).items()
