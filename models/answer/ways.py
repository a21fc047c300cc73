"""Who comes to what, and how: `paths`, `who-can`, `reach`, `graph`."""

from typing import Literal

from pydantic import Field

from models.answer.parts import (
    AnswerModel,
    CitationAnswer,
    FactAnswer,
    GrantAnswer,
    How,
    RepairGrantAnswer,
    ResidualAnswer,
    StatusName,
)


class StepAnswer(AnswerModel):
    """`impossible`: why no statement can mend a missing step, where that is so; `via`: what it changes besides."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    kind: str
    status: StatusName
    because: tuple[CitationAnswer, ...]
    missing: tuple[GrantAnswer, ...]
    residual: ResidualAnswer | None
    impossible: str | None = None
    via: tuple[str, ...] = ()


class PathAnswer(AnswerModel):
    status: StatusName
    cost: int
    steps: tuple[StepAnswer, ...]
    repair: tuple[RepairGrantAnswer, ...] = ()


class PathsAnswer(AnswerModel):
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    paths: tuple[PathAnswer, ...]
    gaps: tuple[FactAnswer, ...]
    assumes: tuple[FactAnswer, ...]


class PrincipalAnswer(AnswerModel):
    principal: str
    status: StatusName
    how: How
    via: tuple[str, ...]
    residual: ResidualAnswer | None


class WhoCanAnswer(AnswerModel):
    action: str
    resource: str
    principals: tuple[PrincipalAnswer, ...]
    gaps: tuple[FactAnswer, ...]
    assumes: tuple[FactAnswer, ...]


class ReachedAnswer(AnswerModel):
    node: str
    status: StatusName
    how: How
    via: tuple[str, ...]


class ReachAnswer(AnswerModel):
    source: str = Field(alias="from")
    reaches: tuple[ReachedAnswer, ...]
    gaps: tuple[FactAnswer, ...]
    assumes: tuple[FactAnswer, ...]


class GraphNode(AnswerModel):
    id: str
    kind: str
    account: str | None
    region: str | None
    label: str


class GraphEdge(AnswerModel):
    """`detail` says in a few words what decides an edge that is not simply allowed.

    `change`: what becomes of it, in a graph of before and after; `status` is then that of after.
    """

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    kind: str
    status: StatusName
    missing: tuple[GrantAnswer, ...]
    detail: str = ""
    change: Literal["opens", "closes"] | None = None


class GraphAnswer(AnswerModel):
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    accounts: dict[str, str] = Field(default={})
    """Account -> its name, where it has one."""
    gaps: tuple[FactAnswer, ...] = ()
    assumes: tuple[FactAnswer, ...] = ()
