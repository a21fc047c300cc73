"""Many callers, by number: whom a Principal may mean, and who holds which documents. The same for every action."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from models import arns
from models.decision import Layer, MissingFact
from models.policy import Policy
from models.request import Attached, RequesterKind
from simulator.policy.combine import has_session_by_default
from simulator.policy.formula import Formula, Unread
from simulator.policy.patterns import Crowd, row_of
from simulator.policy.rows import Member


class Holdings:
    """The documents of one layer, each once, with the callers who have it; `having` is the row of all who have any."""

    __slots__ = ("_documents", "having")

    def __init__(self, held: Iterable[tuple[Sequence[Attached], list[int]]]) -> None:
        documents: dict[int, tuple[Policy, list[int]]] = {}
        having: list[int] = []
        for policies, numbers in held:
            having += numbers
            for attached in policies:
                documents.setdefault(id(attached.policy), (attached.policy, []))[1].extend(numbers)
        self._documents = documents
        self.having = row_of(having)

    @property
    def documents(self) -> Iterable[tuple[Policy, list[int]]]:
        return self._documents.values()


class Callers:
    """Members made ready to be asked about, whatever the action is."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = members
        self.everybody = (1 << len(members)) - 1
        self._index()
        self._hold()

    def _index(self) -> None:
        sorts: dict[tuple[RequesterKind, str], list[int]] = defaultdict(list)
        accounts: dict[str | None, list[int]] = defaultdict(list)
        names: dict[str, list[int]] = defaultdict(list)
        behind: dict[str | None, list[int]] = defaultdict(list)
        roles: dict[tuple[str | None, str], list[int]] = defaultdict(list)
        for number, member in enumerate(self.members):
            caller = member.requester
            sorts[caller.kind, arns.partition_of(caller.name)].append(number)
            accounts[caller.account].append(number)
            if caller.kind is RequesterKind.ROLE:
                roles[caller.account, (caller.role or "").rsplit("/", 1)[-1]].append(number)
            else:
                names[caller.name].append(number)
            for arn in {caller.role, caller.user}:
                behind[arn].append(number)
        self._names = {name: Crowd(numbers) for name, numbers in names.items()}
        self._behind = {arn: Crowd(numbers) for arn, numbers in behind.items() if arn}
        self._roles = dict(roles)
        self._accounts = {account: row_of(numbers) for account, numbers in accounts.items() if account}
        self.sorts = {sort: row_of(numbers) for sort, numbers in sorts.items()}
        """Rows of callers of one kind and one partition."""
        self.kinds: dict[RequesterKind, int] = {}
        self._partitions: dict[str, int] = {}
        self.outside = 0
        for (kind, partition), row in self.sorts.items():
            self.kinds[kind] = self.kinds.get(kind, 0) | row
            self._partitions[partition] = self._partitions.get(partition, 0) | row
            if self.members[row.bit_length() - 1].requester.is_outside:
                self.outside |= row
        self.roots = self.kinds.get(RequesterKind.ROOT, 0)

    def _hold(self) -> None:
        inside = [(number, m) for number, m in enumerate(self.members) if not m.requester.is_outside]
        self.identity = Holdings((m.identity, [number]) for number, m in inside)
        self.boundary = Holdings((m.boundary, [number]) for number, m in inside if m.boundary)
        self.session = Holdings((m.session, [number]) for number, m in inside if m.session)
        without = (number for number, m in inside if not m.session and not has_session_by_default(m.requester))
        self.without_session = row_of(without)
        self.linked = row_of(number for number, m in inside if m.service_linked_role)
        # All of an account have the same levels: once for each account, not for each caller.
        alike: dict[int, tuple[Member, list[int]]] = {}
        unread: dict[tuple[Layer, MissingFact], list[int]] = defaultdict(list)
        for number, member in enumerate(self.members):
            alike.setdefault(id(member.scps), (member, []))[1].append(number)
            for layer, facts in member.unread:
                for fact in facts:
                    unread[layer, fact].append(number)
        deepest = max((len(member.scps) for member, _ in alike.values()), default=0)
        self.scps = tuple(
            Holdings((m.scps[level], numbers) for m, numbers in alike.values() if len(m.scps) > level)
            for level in range(deepest)
        )
        self.unread = [(layer, fact, row_of(numbers)) for (layer, fact), numbers in unread.items()]

    def in_account(self, account: str, partitions: frozenset[str] = frozenset()) -> int:
        """The row of those who are in an account; of these partitions, if any are said."""
        row = self._accounts.get(account, 0) & ~self.outside
        return row & sum(self._partitions.get(partition, 0) for partition in partitions) if partitions else row

    def named(self, name: str) -> int:
        """The row of those whose own name it is; roles have none, as it isn't known which session asks."""
        crowd = self._names.get(name)
        return crowd.row if crowd is not None else 0

    def behind(self, arn: str) -> int:
        """The row of the sessions of a role or user."""
        crowd = self._behind.get(arn)
        return crowd.row if crowd is not None else 0

    def of_role_name(self, account: str, name: str) -> list[int]:
        """The numbers of an account's roles that a session's ARN may mean."""
        return self._roles.get((account, name), [])


def bounded(member: Member) -> Formula:
    """Whether a caller has a permissions boundary, as NotPrincipal asks."""
    if member.requester.is_outside:
        return False
    result: Formula = bool(member.boundary)
    for layer, facts in member.unread:
        for fact in facts if layer is Layer.BOUNDARY else ():
            result = result | Unread(fact, "boundary is there")
    return result
