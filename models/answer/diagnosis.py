"""What is wrong with functions: `diagnose`."""

from typing import Literal

from pydantic import Field

from models.answer.parts import (
    AnswerModel,
    CitationAnswer,
    FactAnswer,
    GrantAnswer,
    RepairGrantAnswer,
    ResidualAnswer,
    StatusName,
)

VerdictName = Literal["pass", "fail", "warning", "conditional", "unknown", "not_applicable"]


class EdgeAnswer(AnswerModel):
    """An edge of the graph by its ends, and how it stands."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    kind: str
    status: StatusName


class FindingAnswer(AnswerModel):
    """`check` is the id of a rule of docs/rules.md; `note`: it holds, and there is something to say.

    `cause` is what findings of other functions may have in common with it, as in `IssueAnswer`; `edge` the step that it
    is about, where it is about one.
    """

    check: str
    verdict: VerdictName
    subject: str
    summary: str
    evidence: tuple[CitationAnswer, ...]
    missing: tuple[GrantAnswer, ...]
    repair: tuple[RepairGrantAnswer, ...] = ()
    source: str
    residual: ResidualAnswer | None = None
    note: bool = False
    cause: str = ""
    edge: EdgeAnswer | None = None


class DiagnoseAnswer(AnswerModel):
    """`plan`: what to do, step by step, where something is missing; empty otherwise."""

    function: str
    verdict: VerdictName
    findings: tuple[FindingAnswer, ...]
    plan: tuple[str, ...] = ()
    gaps: tuple[FactAnswer, ...] = ()
    assumes: tuple[FactAnswer, ...] = ()


class IssueAnswer(AnswerModel):
    """What several functions fail by: one policy, role or SCP. `cause` names it."""

    check: str
    verdict: VerdictName
    cause: str
    summary: str
    functions: tuple[str, ...]
    evidence: tuple[CitationAnswer, ...]
    missing: tuple[GrantAnswer, ...]
    source: str


class DiagnoseAllAnswer(AnswerModel):
    """`functions`: each with its findings but for those that pass; `issues`: grouped by cause, worst first."""

    functions: tuple[DiagnoseAnswer, ...]
    issues: tuple[IssueAnswer, ...]
    gaps: tuple[FactAnswer, ...] = ()
    assumes: tuple[FactAnswer, ...] = ()
