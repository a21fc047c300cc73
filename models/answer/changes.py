"""What changes open and close: `what-if`."""

from typing import Any

from models.answer.diagnosis import VerdictName
from models.answer.parts import AnswerModel, FactAnswer, OpenedAnswer, StatusName


class ChangedFinding(AnswerModel):
    """A finding that appears (`before` is pass) or goes away (`after` is)."""

    function: str
    check: str
    subject: str
    before: VerdictName
    after: VerdictName
    summary: str


class ExposureAnswer(AnswerModel):
    """Whom something lets in that it didn't (`before` is missing), or no longer does (`after` is).

    `to`: `anyone`; `organization:` and its id, or a path in it; `account:` and the number of one that wasn't collected.
    Of the latter two only this side is known, and the status is `unknown`: their own account has to allow it, too.
    """

    to: str
    target: str
    kind: str
    before: StatusName
    after: StatusName
    via: tuple[str, ...] = ()


class WhatIfAnswer(AnswerModel):
    """`exposure`: to everybody, to an organization, to accounts that weren't read; `findings`: those of a diagnosis."""

    changes: tuple[dict[str, Any], ...]
    opens: tuple[OpenedAnswer, ...]
    closes: tuple[OpenedAnswer, ...]
    exposure: tuple[ExposureAnswer, ...] = ()
    findings: tuple[ChangedFinding, ...] = ()
    gaps: tuple[FactAnswer, ...] = ()
    assumes: tuple[FactAnswer, ...] = ()
