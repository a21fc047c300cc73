"""Edges of the permission graph: a possible step, what it requires, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from models.decision import Citation, Decision, MissingFact, Outcome, Residual


class EdgeKind(StrEnum):
    """The kinds of step; `simulator.edges.RULES` holds one rule for each."""

    INVOKES = "invokes"
    INVOKES_URL = "invokes_url"
    ASSUMES = "assumes"
    TRIGGERS = "triggers"
    POLLED_BY = "polled_by"
    FEEDS = "feeds"
    RUNS_AS = "runs_as"
    CALLS = "calls"
    QUALIFIES = "qualifies"
    MEMBER_OF = "member_of"
    CHANGES = "changes"


class Status(StrEnum):
    """Of an edge or a path, from best to worst."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    MISSING = "missing"
    DENIED = "denied"

    @property
    def rank(self) -> int:
        """0 for allowed up to 4 for denied."""
        return _RANK[self]

    @property
    def is_open(self) -> bool:
        """Whether somebody may go this way: allowed or conditional."""
        return self in (Status.ALLOWED, Status.CONDITIONAL)


_RANK = {status: rank for rank, status in enumerate(Status)}

STATUS_OF = {
    Outcome.ALLOWED: Status.ALLOWED,
    Outcome.CONDITIONAL: Status.CONDITIONAL,
    Outcome.UNKNOWN: Status.UNKNOWN,
    Outcome.IMPLICIT_DENY: Status.MISSING,
    Outcome.EXPLICIT_DENY: Status.DENIED,
}


#: Where a statement is to be added.
Side = Literal["identity", "resource", "trust", "boundary", "scp", "rcp", "session", "vpc_endpoint"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement to be added somewhere.

    `side` is `identity`, `resource`, `trust`, `boundary`, `scp`, `rcp`, `session` or `vpc_endpoint`; `holder` the ARN
    (or the root's, OU's or account's id) of what the policy is on; `principal` whom it lets in; `account` whose
    administrator can add it.
    """

    account: str | None
    side: Side
    holder: str
    principal: str
    action: str
    resource: str
    condition: Mapping[str, Any] | None
    statement: Mapping[str, Any]

    @property
    def place(self) -> tuple[str, str, str]:
        """Grants on the same holder, side and resource are one statement, and cost as much."""
        return (self.holder, self.side, self.resource)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One request that must be allowed for a step: its decision, and what would mend it.

    `missing` is empty unless the decision is an implicit deny that grants can mend; `impossible` says why none can.
    """

    principal: str
    action: str
    resource: str
    decision: Decision
    missing: tuple[Grant, ...] = ()
    impossible: str | None = None

    @property
    def status(self) -> Status:
        return STATUS_OF[self.decision.outcome]

    @property
    def assumes(self) -> tuple[MissingFact, ...]:
        return self.decision.assumes

    @property
    def judged(self) -> Requirement:
        return self


class Foreseen:
    """A requirement whose status is known already; its decision and what it lacks are worked out when they are wanted.

    Of the steps of a large graph very few are ever shown. `assumes` is None where the decision has to be worked out to
    know what it assumes.
    """

    __slots__ = ("_assumes", "_judge", "_judged", "action", "principal", "resource", "status")

    def __init__(
        self,
        principal: str,
        action: str,
        resource: str,
        status: Status,
        judge: Callable[[], Requirement],
        assumes: tuple[MissingFact, ...] | None = None,
    ) -> None:
        self._assumes = assumes
        self.principal = principal
        self.action = action
        self.resource = resource
        self.status = status
        self._judge = judge
        self._judged: Requirement | None = None

    @property
    def judged(self) -> Requirement:
        if self._judged is None:
            self._judged = self._judge()
        return self._judged

    @property
    def decision(self) -> Decision:
        return self.judged.decision

    @property
    def assumes(self) -> tuple[MissingFact, ...]:
        return self.decision.assumes if self._assumes is None else self._assumes

    @property
    def missing(self) -> tuple[Grant, ...]:
        return self.judged.missing

    @property
    def impossible(self) -> str | None:
        return self.judged.impossible


Part = Requirement | Foreseen
"""What a step takes."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A step from `source` to `target`, which holds if all its `requirements` do.

    `status` is the worst of theirs; allowed without any. `via`: what is changed on the way and is neither end, such as
    a function's role, or a group.
    """

    source: str
    target: str
    kind: EdgeKind
    requirements: tuple[Part, ...] = ()
    via: tuple[str, ...] = ()
    status: Status = field(init=False, compare=False)

    def __post_init__(self) -> None:
        worst = Status.ALLOWED
        for part in self.requirements:
            if part.status is not worst and part.status.rank > worst.rank:
                worst = part.status
        object.__setattr__(self, "status", worst)

    @property
    def because(self) -> tuple[Citation, ...]:
        """The statements that decided: of a denied edge those that deny, of a missing or unknown one none."""
        wanted = {
            Status.DENIED: (Status.DENIED,),
            Status.ALLOWED: (Status.ALLOWED,),
            Status.CONDITIONAL: (Status.ALLOWED, Status.CONDITIONAL),
        }.get(self.status, ())
        cited = (line for part in self.requirements if part.status in wanted for line in part.decision.because)
        return tuple(dict.fromkeys(cited))

    @property
    def missing(self) -> tuple[Grant, ...]:
        """What has to be added for it to hold; empty unless it is missing."""
        if self.status is not Status.MISSING:
            return ()
        grants = {(*grant.place, grant.action): grant for part in self.requirements for grant in part.missing}
        return tuple(grants.values())

    @property
    def impossible(self) -> str | None:
        """Why no grant can mend it; None: one can, or nobody says."""
        lacking = (part for part in self.requirements if part.status is Status.MISSING)
        return next((part.impossible for part in lacking if part.impossible), None)

    @property
    def cost(self) -> int:
        """The number of statements to be added."""
        return len({grant.place for grant in self.missing})

    @property
    def residuals(self) -> tuple[Residual, ...]:
        """The open conditions of a conditional edge, one for each requirement that has one."""
        if self.status is not Status.CONDITIONAL:
            return ()
        found = [part.decision.residual for part in self.requirements if part.decision.residual]
        return tuple({residual.text: residual for residual in found}.values())

    @property
    def can_be_bought(self) -> bool:
        """Whether adding statements makes it hold: not when it is denied, nor when no grant would help."""
        if self.status is Status.DENIED:
            return False
        return self.status is not Status.MISSING or all(
            part.missing for part in self.requirements if part.status is Status.MISSING
        )

    @property
    def gaps(self) -> tuple[MissingFact, ...]:
        """What the edge being unknown turns on."""
        unknown = [part for part in self.requirements if part.status is Status.UNKNOWN]
        return tuple(dict.fromkeys(fact for part in unknown for fact in part.decision.gaps))

    @property
    def assumes(self) -> tuple[MissingFact, ...]:
        return tuple(dict.fromkeys(fact for part in self.requirements for fact in part.assumes))
