"""Many callers and one action: which of their statements hang on what, whom a resource's statement means.

A bit is a caller. The rules are those of `authorize` (`compiled`, `combine`, `settle`), asked for all callers at once;
its reasons are for whom somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models import arns
from models.request import RequesterKind
from simulator.policy.callers import Callers, Holdings, bounded
from simulator.policy.combine import Standing
from simulator.policy.compiled import Manner, Rule
from simulator.policy.formula import Formula
from simulator.policy.patterns import numbers_of, row_of
from simulator.policy.policy_set import own_policy, refused
from simulator.policy.principals import Excepted, Form, Named
from simulator.policy.rows import Contexts, Outcomes, Target, Whose
from simulator.policy.shelves import Hanging, Shelf

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ACCOUNT_FORM = Form.ACCOUNT
_ANYBODY = Form.ANYBODY
_BEHIND = Form.BEHIND
_ITSELF = Form.ITSELF
_COMPLETING = Manner.COMPLETING
_PLAIN = Manner.PLAIN
_FEDERATED_IDENTITY = RequesterKind.FEDERATED_IDENTITY
_SERVICE = RequesterKind.SERVICE
_ACCOUNT_WHOSE = Whose.ACCOUNT
_CALLER = Whose.CALLER


class Grid:
    """Callers made ready to be asked about an action, all of them at once: see `simulator.policy.column`."""

    def __init__(self, action: str, callers: Callers, contexts: Contexts) -> None:
        self.action = action
        self.callers = callers
        self.contexts = contexts
        self.columns: dict[tuple[str, bool], Outcomes] = {}
        self._of_rule: dict[Rule, Hanging] = {}
        self._alike: dict[Whose, list[int]] = {}
        self._classes: dict[object, tuple[tuple[int, Standing], ...]] = {}
        self.identity = self._shelf(callers.identity, _COMPLETING)
        self.boundary = self._shelf(callers.boundary, _COMPLETING)
        self.session = self._shelf(callers.session, _PLAIN)
        self.scps = tuple(self._shelf(level, _PLAIN) for level in callers.scps)

    def _shelf(self, held: Holdings, manner: Manner) -> Shelf:
        return Shelf(held, manner, self.action, self.contexts)

    def classes(self, target: Target) -> tuple[tuple[int, Standing], ...]:
        """The callers who stand to the resource in the same way, and how they do."""
        traits = target.traits
        alone = own_policy(self.action, target.resource)[1]
        key = (target.account, arns.partition_of(target.resource), alone, traits.impossible, traits.other_accounts_may)
        known = self._classes.get(key)
        if known is None:
            known = self._classes[key] = tuple(self._classed(target, alone))
        return known

    def _classed(self, target: Target, alone: bool) -> Iterator[tuple[int, Standing]]:
        callers, traits = self.callers, target.traits
        home = callers.everybody if target.account is None else callers.in_account(target.account)
        for (kind, _), row in callers.sorts.items():
            one = callers.members[row.bit_length() - 1].requester
            hopeless = refused(one, self.action, target.resource, traits)
            for part, same in ((row & home, True), (row & ~home, False)):
                if part:
                    yield part, Standing(kind, one.is_outside, same, alone, traits.other_accounts_may, hopeless)

    def cells_of(self, found: Hanging, target: Target, row: int) -> Iterator[tuple[int, Formula]]:
        """What a statement comes to for those of `row` who have it, in parts for which it is the same."""
        value = target.name
        if found.crowd is None:
            if not found.rule.templates and found.rule.matches(value) is found.rule.inverse:
                return
            yield from self._tested(found, target, value, self._groups(found, row))
            return
        row &= found.crowd.row
        if not row:
            return
        if found.groups is None:
            found.groups = self._groups(found, found.crowd.row)
        cells: Iterable[tuple[int, Formula]] | None = found.cells
        if cells is None:
            cells = self._tested(found, target, value, found.groups)
            if not found.on_resource:
                cells = found.cells = list(cells)
        for part, formula in cells:
            if part & row:
                yield part & row, formula

    def _tested(
        self, found: Hanging, target: Target, value: str, groups: Iterable[tuple[int, int]]
    ) -> Iterator[tuple[int, Formula]]:
        if not found.rule.conditions and not found.rule.templates:
            yield from ((part, True) for part, _ in groups)
            return
        for part, number in groups:
            formula = found.rule.holds(value, self.contexts.context(number, target.resource).lookup)
            if formula is not False:
                yield part, formula

    def _groups(self, found: Hanging, row: int) -> list[tuple[int, int]]:
        """The callers of a row for whom the keys of a statement are alike, and one of each group."""
        if not row:
            return []
        if row & (row - 1) == 0 or not found.keys:
            return [(row, row.bit_length() - 1)]
        if found.whose is _CALLER:
            return self._by_states(found, row)
        alike = ((part & row) for part in self._likes(found.whose))
        return [(part, part.bit_length() - 1) for part in alike if part]

    def _likes(self, whose: Whose) -> list[int]:
        """All callers, in rows of those who are alike."""
        known = self._alike.get(whose)
        if known is None:
            crowds: dict[object, list[int]] = {}
            for number in range(len(self.callers.members)):
                crowds.setdefault(self.contexts.likeness(number, whose), []).append(number)
            known = self._alike[whose] = [row_of(numbers) for numbers in crowds.values()]
        return known

    def _by_states(self, found: Hanging, row: int) -> list[tuple[int, int]]:
        scopes = [self.contexts.hangs_on(key) for key in found.keys]
        if any(whose is _CALLER and on_resource for whose, on_resource in scopes):
            return [(1 << number, number) for number in numbers_of(row)]
        own = [key for key, (whose, _) in zip(found.keys, scopes, strict=True) if whose is _CALLER]
        crowds: dict[object, list[int]] = {}
        for number in numbers_of(row):
            lookup = self.contexts.context(number, "*").lookup
            states = tuple(lookup(key) for key in own)
            crowds.setdefault((self.contexts.likeness(number, _ACCOUNT_WHOSE), states), []).append(number)
        return [(row_of(numbers), numbers[0]) for numbers in crowds.values()]

    def open_rule(self, rule: Rule) -> Hanging:
        """A statement of a resource's policy: nobody has it, and it may name anybody."""
        known = self._of_rule.get(rule)
        if known is None:
            known = self._of_rule[rule] = Hanging(rule, None, self.contexts)
        return known

    def named_by(self, rule: Rule, target: Target) -> Iterator[tuple[int, Form, Formula]]:
        """Whom a statement of a resource's policy is about: rows, the form in which it names them, and if what."""
        named, callers = rule.named, self.callers
        if isinstance(named, Excepted):
            yield from self._excepted(named, target)
            return
        if named.anybody:
            yield callers.everybody, _ANYBODY, True
        for account, partitions in named.accounts.items():
            yield callers.in_account(account, partitions), _ACCOUNT_FORM, True
        for arn in named.arns:
            yield callers.named(arn) & ~callers.outside, _ITSELF, True
            yield callers.behind(arn) & ~callers.outside, _BEHIND, True
        for kind, texts in (
            (_SERVICE, named.services),
            (_FEDERATED_IDENTITY, named.federated),
        ):
            for text in texts if kind in callers.kinds else ():
                yield callers.named(text) & callers.kinds[kind], _ITSELF, True
        yield from self._in_sessions(named, target)

    def _in_sessions(self, named: Named, target: Target) -> Iterator[tuple[int, Form, Formula]]:
        """Roles one of whose sessions is named: it hangs on which session it is."""
        numbers: dict[int, None] = {}
        for value in named.sessions:
            fields = value.split(":", 5)
            tail = fields[5].split("/") if len(fields) == 6 else []
            if len(tail) > 1:
                numbers.update(dict.fromkeys(self.callers.of_role_name(fields[4], tail[1])))
        for number in numbers:
            context = self.contexts.context(number, target.resource)
            forms = named.forms(self.callers.members[number].requester, context, False)
            if _ITSELF in forms:
                yield 1 << number, _ITSELF, forms[_ITSELF]

    def _excepted(self, named: Excepted, target: Target) -> Iterator[tuple[int, Form, Formula]]:
        crowds: dict[Formula, list[int]] = {}
        for number, member in enumerate(self.callers.members):
            context = self.contexts.context(number, target.resource)
            forms = named.forms(member.requester, context, bounded(member))
            if forms:
                crowds.setdefault(forms[_ITSELF], []).append(number)
        for formula, numbers in crowds.items():
            yield row_of(numbers), _ITSELF, formula
