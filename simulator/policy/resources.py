"""Many resources made ready to be asked about an action: what documents say of them, and whom theirs mean.

The reverse of `callers` and `shelves`: each distinct document is read once, and comes to rows of resources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator

from models import arns
from models.decision import Layer, MissingFact
from models.policy import Effect, Policy
from models.request import Attached, Requester, RequesterKind
from simulator.policy.combine import Standing
from simulator.policy.compiled import Manner, Rule, about, is_about
from simulator.policy.names import Names
from simulator.policy.patterns import row_of
from simulator.policy.policy_set import own_policy, refused
from simulator.policy.principals import Excepted, Named
from simulator.policy.reading import Classes
from simulator.policy.rows import Target
from simulator.policy.shelves import patterns_of, written_in

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ALLOW = Effect.ALLOW
_NAMING = Manner.NAMING
_ROLE = RequesterKind.ROLE


Hung = tuple[Rule, int]
"""A statement that hangs on more than names, and the resources that it may be about."""


class Said:
    """What statements come to: resources for certain, and statements that hang on something more."""

    __slots__ = ("allowed", "allows", "denied", "denies")

    def __init__(self) -> None:
        self.allowed = 0
        self.denied = 0
        self.allows: tuple[Hung, ...] = ()
        self.denies: tuple[Hung, ...] = ()

    def add(self, rule: Rule, row: int) -> None:
        allows = rule.statement.effect is _ALLOW
        if rule.conditions or rule.templates:
            if allows:
                self.allows += ((rule, row),)
            else:
                self.denies += ((rule, row),)
        elif allows:
            self.allowed |= row
        else:
            self.denied |= row


class Naming(Said):
    """What the statements come to that name the same principals."""

    __slots__ = ("named",)

    def __init__(self, named: Named) -> None:
        super().__init__()
        self.named = named


class Resources:
    """Targets made ready, whoever asks. Their numbers are their places in `targets`, which are in order of name."""

    def __init__(self, action: str, targets: Iterable[Target]) -> None:
        self.action = action
        self.targets = sorted(targets, key=lambda target: target.name)
        self.names = Names([target.name for target in self.targets])
        self.everything = self.names.everything
        self.unread = self._lacking()
        self._alike = self._by_likeness()
        self.alike: dict[object, list[int]] = {}
        """Rows of those for which some keys are alike, as `simulator.policy.row` finds them."""
        self._classes: dict[tuple[RequesterKind, str | None, str], Classes] = {}
        self._documents: dict[Manner, dict[int, tuple[Policy, Said]]] = defaultdict(dict)
        self.policies = _Namings(self, ((number, target.policies) for number, target in enumerate(self.targets)))
        levels = ((number, level) for number, target in enumerate(self.targets) for level in target.rcps)
        self.rcps = _Namings(self, levels)

    def _lacking(self) -> list[tuple[Layer, MissingFact, int]]:
        found: dict[tuple[Layer, MissingFact], list[int]] = defaultdict(list)
        for number, target in enumerate(self.targets):
            for layer, facts in target.unread:
                for fact in facts:
                    found[layer, fact].append(number)
        return [(layer, fact, row_of(numbers)) for (layer, fact), numbers in found.items()]

    def _by_likeness(self) -> list[tuple[Target, int]]:
        """The resources to which a caller stands in the same way, and one of each."""
        found: dict[Hashable, list[int]] = defaultdict(list)
        for number, target in enumerate(self.targets):
            arn, traits = target.resource, target.traits
            alone = own_policy(self.action, arn)[1]
            key = (target.account, arns.partition_of(arn), alone, traits.impossible, traits.other_accounts_may)
            found[key].append(number)
        return [(self.targets[numbers[0]], row_of(numbers)) for numbers in found.values()]

    def classes(self, caller: Requester) -> Classes:
        """The resources to which a caller stands in the same way, and how he does."""
        key = (caller.kind, caller.account, arns.partition_of(caller.name))
        known = self._classes.get(key)
        if known is None:
            known = [(row, self._standing(caller, target)) for target, row in self._alike]
            self._classes[key] = known
        return known

    def _standing(self, caller: Requester, target: Target) -> Standing:
        same = target.account is None or (target.account == caller.account and not caller.is_outside)
        alone = own_policy(self.action, target.resource)[1]
        hopeless = refused(caller, self.action, target.resource, target.traits)
        return Standing(caller.kind, caller.is_outside, same, alone, target.traits.other_accounts_may, hopeless)

    def said(self, policies: Iterable[Attached], manner: Manner) -> list[Said]:
        """What documents come to that say of nobody whom they are about."""
        known, found = self._documents[manner], []
        for attached in policies:
            said = known.get(id(attached.policy))
            if said is None:
                # It is kept with what is known of it: an id is its own only as long as it is there.
                said = known[id(attached.policy)] = (attached.policy, self._read(attached.policy, manner))
            found.append(said[1])
        return found

    def _read(self, policy: Policy, manner: Manner) -> Said:
        found = Said()
        if is_about(policy, self.action):
            for rule in about(policy, manner, self.action).every:
                if row := self.row(rule):
                    found.add(rule, row)
        return found

    def row(self, rule: Rule) -> int:
        """The resources that a statement may be about; without variables it is about all of them, and no others."""
        matching, row = self.names.matching, 0
        if not rule.inverse or rule.templates:
            for pattern in patterns_of(rule):
                row |= matching(pattern)
            return row
        for pattern in written_in(rule):
            row |= matching(pattern)
        return self.everything & ~row


class _Namings:
    """Statements of resources' policies, by whom they name, so that a caller is led to those that may mean it."""

    def __init__(self, resources: Resources, held: Iterable[tuple[int, Iterable[Attached]]]) -> None:
        having: dict[Rule, list[int]] = defaultdict(list)
        for number, policies in held:
            for attached in policies:
                for rule in about(attached.policy, _NAMING, resources.action).every:
                    having[rule].append(number)
        self._by_principals: dict[Hashable, Naming] = {}
        self._by_handle: dict[Hashable, list[Naming]] = defaultdict(list)
        for rule, numbers in having.items():
            if row := row_of(numbers) & resources.row(rule):
                self._of(rule).add(rule, row)

    def _of(self, rule: Rule) -> Naming:
        key = (rule.statement.principals, rule.statement.not_principals)
        known = self._by_principals.get(key)
        if known is None:
            known = self._by_principals[key] = Naming(rule.named)
            for handle in _handles(rule.named):
                self._by_handle[handle].append(known)
        return known

    def about(self, caller: Requester) -> Collection[Naming]:
        """Statements that may name a caller, and all that do."""
        by_handle = self._by_handle
        found: list[Naming] = []
        for name in ("*", caller.name, caller.account, caller.role, caller.user):
            if name in by_handle:
                found += by_handle[name]
        if caller.kind is _ROLE:
            found += by_handle.get((caller.account, _name_of(caller.role or "")), ())
        # A role's name is its ARN, and a statement may name somebody in several ways.
        return dict.fromkeys(found) if len(found) > 1 else found


def _handles(named: Named) -> Iterator[Hashable]:
    """What of a caller leads to a statement that names it: its name, account or role, or that it is anybody."""
    if named.anybody or isinstance(named, Excepted):
        yield "*"
    yield from named.accounts
    yield from named.arns | named.services | named.federated
    for value in named.sessions:
        fields = value.split(":", 5)
        tail = fields[5].split("/") if len(fields) == 6 else []
        if len(tail) > 1:
            yield fields[4], tail[1]


def _name_of(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
