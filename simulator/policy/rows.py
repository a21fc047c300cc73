"""Many callers against one action and many resources: statuses only, worked out on rows of bits.

The same rules as `authorize`, asked the other way round. A bit is a caller. Each distinct document is read once, each
distinct pattern is looked up once for a resource, and each distinct condition is tested once for all callers for whom
its keys are the same; what then still hangs on open keys is settled once for all who hang on the same.
Reasons are `authorize`'s, for whom somebody asks.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple, Protocol

from models.decision import Layer, MissingFact, Outcome
from models.request import Attached, Context, Requester, Traits
from simulator.policy.patterns import numbers_of

Unasked = tuple[tuple[Layer, tuple[MissingFact, ...]], ...]
"""The facts that lack, layer by layer, as in a `PolicySet`."""


class Whose(IntEnum):
    """What of the caller a condition key's state hangs on."""

    KIND = 0
    """Only of which kind it is."""
    ACCOUNT = 1
    """Its kind and its account."""
    CALLER = 2


class Contexts(Protocol):
    """The contexts of the requests that a grid stands for."""

    def context(self, number: int, resource: str) -> Context:
        """What is known of the request of a caller about a resource."""

    def hangs_on(self, key: str) -> tuple[Whose, bool]:
        """What of the caller a key's state hangs on, and whether it hangs on the resource."""

    def likeness(self, number: int, whose: Whose) -> Hashable:
        """Equal for callers of one kind (KIND), or of one kind and account (ACCOUNT)."""


@dataclass(frozen=True, slots=True)
class Member:
    """A caller with the policies of its own side; SCPs only if they bind it."""

    requester: Requester
    identity: tuple[Attached, ...] = ()
    boundary: tuple[Attached, ...] | None = None
    session: tuple[Attached, ...] | None = None
    scps: tuple[tuple[Attached, ...], ...] = ()
    unread: Unasked = ()
    service_linked_role: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A resource with the policies of its side; RCPs only if they bind it. `resource` is `*` for what has none."""

    resource: str
    account: str | None
    policies: tuple[Attached, ...] = ()
    rcps: tuple[tuple[Attached, ...], ...] = ()
    traits: Traits = field(default_factory=Traits)
    unread: Unasked = ()

    @property
    def name(self) -> str:
        """What the Resource elements of policies are held against."""
        return self.resource if self.traits.has_resource_types else "*"


class Outcomes(NamedTuple):
    """What comes out: of each outcome the row of those that have it, callers of a resource or resources of a caller.

    `assumes` holds the facts that nobody asked for, each with those whose outcome turned on it; `open_keys` the keys
    that a conditional outcome hangs on, likewise.
    """

    allowed: int
    conditional: int
    unknown: int
    denied: int
    """Explicitly; whoever is in no row is denied implicitly."""
    assumes: tuple[tuple[MissingFact, int], ...] = ()
    open_keys: tuple[tuple[str, int], ...] = ()

    @property
    def rows(self) -> tuple[tuple[Outcome, int], ...]:
        return (
            (Outcome.ALLOWED, self.allowed),
            (Outcome.CONDITIONAL, self.conditional),
            (Outcome.UNKNOWN, self.unknown),
            (Outcome.EXPLICIT_DENY, self.denied),
        )

    def outcome(self, number: int) -> Outcome:
        return next((outcome for outcome, row in self.rows if row >> number & 1), Outcome.IMPLICIT_DENY)


NOTHING = Outcomes(0, 0, 0, 0)


def turned(lines: Iterable[Outcomes]) -> dict[int, Outcomes]:
    """The columns of rows, or the reverse, by place; places of which there is nothing to tell are left out."""
    places: dict[int, tuple[dict[Any, int], dict[Any, int], dict[Any, int]]] = {}
    for number, line in enumerate(lines):
        for part, told in enumerate((line.rows, line.assumes, line.open_keys)):
            for item, row in told:
                for place in numbers_of(row):
                    rows = places.setdefault(place, ({}, {}, {}))[part]
                    rows[item] = rows.get(item, 0) | 1 << number
    return {
        place: Outcomes(
            allowed=rows.get(Outcome.ALLOWED, 0),
            conditional=rows.get(Outcome.CONDITIONAL, 0),
            unknown=rows.get(Outcome.UNKNOWN, 0),
            denied=rows.get(Outcome.EXPLICIT_DENY, 0),
            assumes=tuple(assumes.items()),
            open_keys=tuple(keys.items()),
        )
        for place, (rows, assumes, keys) in places.items()
    }
