"""What a check of a function found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.decision import Citation, MissingFact, Residual
from models.edge import Edge, Grant


class Verdict(StrEnum):
    """Of a finding, from worst to best; a function's is the worst of its findings."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    CONDITIONAL = "conditional"
    WARNING = "warning"
    PASS = "pass"  # noqa: S105
    NOT_APPLICABLE = "not_applicable"

    @property
    def rank(self) -> int:
        """0 for fail up to 5 for not_applicable."""
        return _RANK[self]


_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a diagnosis.

    `check` is the id of a rule; `subject` the ARN (or what else has a name) that it is about. What it rests on is
    `edge`, or `cited` where it rests on statements alone. `cause` is what several findings may have in common: the
    policy, role or SCP by which they fail, its own subject without one. `note`: it holds, and something is to be said.
    """

    check: str
    verdict: Verdict
    subject: str
    summary: str
    source: str
    edge: Edge | None = None
    cited: tuple[Citation, ...] = ()
    lacking: tuple[MissingFact, ...] = ()
    cause: str = ""
    note: bool = False

    @property
    def evidence(self) -> tuple[Citation, ...]:
        """The statements that decide."""
        return self.edge.because if self.edge else self.cited

    @property
    def missing(self) -> tuple[Grant, ...]:
        """What has to be added; empty where nothing is, or nothing would help."""
        return self.edge.missing if self.edge else ()

    @property
    def residuals(self) -> tuple[Residual, ...]:
        return self.edge.residuals if self.edge else ()

    @property
    def gaps(self) -> tuple[MissingFact, ...]:
        """What it being unknown turns on."""
        return self.edge.gaps if self.edge else self.lacking

    @property
    def assumes(self) -> tuple[MissingFact, ...]:
        return self.edge.assumes if self.edge else ()
