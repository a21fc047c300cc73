"""Many callers made ready for one action: who holds which statements, whom a Principal may mean, who is alike.

A bit is a caller. The rules are those of `authorize` (`compiled`, `combine`, `settle`), asked for all callers at once;
its reasons are for whom somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from models import arns
from models.decision import Layer, MissingFact
from models.request import RequesterKind
from simulator.policy.combine import Standing, has_session_by_default
from simulator.policy.compiled import Manner, Rule
from simulator.policy.formula import Formula, Unread
from simulator.policy.patterns import Crowd, numbers_of, row_of
from simulator.policy.policy_set import own_policy, refused
from simulator.policy.principals import Excepted, Form, Named
from simulator.policy.rows import Column, Contexts, Member, Target, Whose
from simulator.policy.shelves import Hanging, Shelf


class Grid:
    """Callers made ready to be asked about an action, all of them at once: see `simulator.policy.column`."""

    def __init__(self, action: str, members: Sequence[Member], contexts: Contexts) -> None:
        self.action = action
        self.members = members
        self.contexts = contexts
        self.everybody = (1 << len(members)) - 1
        self.columns: dict[tuple[str, bool], Column] = {}
        self._of_rule: dict[Rule, Hanging] = {}
        self._alike: dict[Whose, list[int]] = {}
        self._index()
        self._shelve()

    # --- made ready -----------------------------------------------------------------------------------------------

    def _index(self) -> None:
        """Callers by what a Principal element may say of them."""
        sorts: dict[tuple[RequesterKind, str], Crowd] = {}
        accounts: dict[str, Crowd] = {}
        names: dict[str, Crowd] = {}
        behind: dict[str, Crowd] = {}
        roles: dict[tuple[str | None, str], Crowd] = {}
        for number, member in enumerate(self.members):
            caller, one = member.requester, (number,)
            sorts.setdefault((caller.kind, arns.partition_of(caller.name)), Crowd()).add(one)
            if caller.account:
                accounts.setdefault(caller.account, Crowd()).add(one)
            if caller.kind is RequesterKind.ROLE:
                roles.setdefault((caller.account, (caller.role or "").rsplit("/", 1)[-1]), Crowd()).add(one)
            else:
                names.setdefault(caller.name, Crowd()).add(one)
            for arn in dict.fromkeys(filter(None, (caller.role, caller.user))):
                behind.setdefault(arn, Crowd()).add(one)
        self._names, self._behind, self._roles = names, behind, roles
        self._accounts = {account: crowd.row for account, crowd in accounts.items()}
        self._sorts = {sort: crowd.row for sort, crowd in sorts.items()}
        self.kinds: dict[RequesterKind, int] = {}
        self._partitions: dict[str, int] = {}
        self._outside = 0
        for (kind, partition), row in self._sorts.items():
            self.kinds[kind] = self.kinds.get(kind, 0) | row
            self._partitions[partition] = self._partitions.get(partition, 0) | row
            if self.members[row.bit_length() - 1].requester.is_outside:
                self._outside |= row
        self.linked = row_of(number for number, member in enumerate(self.members) if member.service_linked_role)

    def _shelve(self) -> None:
        self.identity = self._shelf(Manner.COMPLETING)
        self.boundary = self._shelf(Manner.COMPLETING)
        self.session = self._shelf(Manner.PLAIN)
        self.scps = [self._shelf(Manner.PLAIN) for _ in range(max((len(m.scps) for m in self.members), default=0))]
        unread: dict[tuple[Layer, MissingFact], Crowd] = {}
        without_session = Crowd()
        for number, member in enumerate(self.members):
            if not member.requester.is_outside:
                self.identity.put(number, member.identity)
                if member.boundary:
                    self.boundary.put(number, member.boundary)
                if member.session:
                    self.session.put(number, member.session)
                elif not has_session_by_default(member.requester):
                    without_session.add((number,))
            for shelf, level in zip(self.scps, member.scps, strict=False):
                shelf.put(number, level)
            for layer, facts in member.unread:
                for fact in facts:
                    unread.setdefault((layer, fact), Crowd()).add((number,))
        for shelf in (self.identity, self.boundary, self.session, *self.scps):
            shelf.arrange()
        self.without_session = without_session.row
        self.unread = [(layer, fact, crowd.row) for (layer, fact), crowd in unread.items()]

    def _shelf(self, manner: Manner) -> Shelf:
        return Shelf(manner, self.action, self.contexts)

    # --- asked ----------------------------------------------------------------------------------------------------

    def classes(self, target: Target) -> Iterator[tuple[int, Standing]]:
        """The callers who stand to the resource in the same way, and how they do."""
        alone = own_policy(self.action, target.resource)[1]
        traits = target.traits
        home = self.everybody if target.account is None else self._accounts.get(target.account, 0)
        for (kind, _), row in self._sorts.items():
            one = self.members[row.bit_length() - 1].requester
            hopeless = refused(one, self.action, target.resource, traits)
            for part, same in ((row & home, True), (row & ~home, False)):
                if part:
                    yield part, Standing(kind, one.is_outside, same, alone, traits.other_accounts_may, hopeless)

    def cells_of(self, found: Hanging, target: Target, row: int) -> Iterator[tuple[int, Formula]]:
        """What a statement comes to for those of `row` who have it, in parts for which it is the same."""
        value = target.resource if target.traits.has_resource_types else "*"
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
        if not found.rule.statement.conditions and not found.rule.templates:
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
        if found.whose is Whose.CALLER:
            return self._by_states(found, row)
        alike = ((part & row) for part in self._likes(found.whose))
        return [(part, part.bit_length() - 1) for part in alike if part]

    def _likes(self, whose: Whose) -> list[int]:
        """All callers, in rows of those who are alike."""
        known = self._alike.get(whose)
        if known is None:
            crowds: dict[object, list[int]] = {}
            for number in range(len(self.members)):
                crowds.setdefault(self.contexts.likeness(number, whose), []).append(number)
            known = self._alike[whose] = [row_of(numbers) for numbers in crowds.values()]
        return known

    def _by_states(self, found: Hanging, row: int) -> list[tuple[int, int]]:
        scopes = [self.contexts.hangs_on(key) for key in found.keys]
        if any(whose is Whose.CALLER and on_resource for whose, on_resource in scopes):
            return [(1 << number, number) for number in numbers_of(row)]
        own = [key for key, (whose, _) in zip(found.keys, scopes, strict=True) if whose is Whose.CALLER]
        crowds: dict[object, list[int]] = {}
        for number in numbers_of(row):
            lookup = self.contexts.context(number, "*").lookup
            states = tuple(lookup(key) for key in own)
            crowds.setdefault((self.contexts.likeness(number, Whose.ACCOUNT), states), []).append(number)
        return [(row_of(numbers), numbers[0]) for numbers in crowds.values()]

    def open_rule(self, rule: Rule) -> Hanging:
        """A statement of a resource's policy: nobody has it, and it may name anybody."""
        known = self._of_rule.get(rule)
        if known is None:
            known = self._of_rule[rule] = Hanging(rule, None, self.contexts)
        return known

    def bounded(self, number: int) -> Formula:
        """Whether a caller has a permissions boundary, as NotPrincipal asks."""
        member = self.members[number]
        if member.requester.is_outside:
            return False
        result: Formula = bool(member.boundary)
        for layer, facts in member.unread:
            for fact in facts if layer is Layer.BOUNDARY else ():
                result = result | Unread(fact, "boundary is there")
        return result

    def named_by(self, rule: Rule, target: Target) -> Iterator[tuple[int, Form, Formula]]:
        """Whom a statement of a resource's policy is about: rows, the form in which it names them, and if what."""
        named = rule.named
        if isinstance(named, Excepted):
            yield from self._excepted(named, target)
            return
        if named.anybody:
            yield self.everybody, Form.ANYBODY, True
        inside = self.everybody & ~self._outside
        for account, partitions in named.accounts.items():
            row = self._accounts.get(account, 0) & inside
            if partitions:
                row &= sum(self._partitions.get(partition, 0) for partition in partitions)
            yield row, Form.ACCOUNT, True
        for arn in named.arns:
            yield self._row(self._names, arn) & inside, Form.ITSELF, True
            yield self._row(self._behind, arn) & inside, Form.BEHIND, True
        for kind, texts in (
            (RequesterKind.SERVICE, named.services),
            (RequesterKind.FEDERATED_IDENTITY, named.federated),
        ):
            if kind in self.kinds:
                for text in texts:
                    yield self._row(self._names, text) & self.kinds[kind], Form.ITSELF, True
        yield from self._in_sessions(named, target)

    @staticmethod
    def _row(crowds: dict[str, Crowd], text: str) -> int:
        crowd = crowds.get(text)
        return crowd.row if crowd is not None else 0

    def _in_sessions(self, named: Named, target: Target) -> Iterator[tuple[int, Form, Formula]]:
        """Roles one of whose sessions is named: it hangs on which session it is."""
        numbers: dict[int, None] = {}
        for value in named.sessions:
            fields = value.split(":", 5)
            tail = fields[5].split("/") if len(fields) == 6 else []
            if len(tail) > 1 and (crowd := self._roles.get((fields[4], tail[1]))):
                numbers.update(dict.fromkeys(crowd.numbers))
        for number in numbers:
            context = self.contexts.context(number, target.resource)
            forms = named.forms(self.members[number].requester, context, False)
            if Form.ITSELF in forms:
                yield 1 << number, Form.ITSELF, forms[Form.ITSELF]

    def _excepted(self, named: Excepted, target: Target) -> Iterator[tuple[int, Form, Formula]]:
        crowds: dict[Formula, list[int]] = {}
        for number, member in enumerate(self.members):
            context = self.contexts.context(number, target.resource)
            forms = named.forms(member.requester, context, self.bounded(number))
            if forms:
                crowds.setdefault(forms[Form.ITSELF], []).append(number)
        for formula, numbers in crowds.items():
            yield row_of(numbers), Form.ITSELF, formula
