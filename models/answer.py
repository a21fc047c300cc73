"""What each question is answered with: the JSON contract. Fields may be added; none changes its name or meaning.

The JSON Schemas in docs/ are generated from these models. Every list has a defined order, so that the same input
gives the same bytes.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class AnswerModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    def as_json(self) -> dict[str, Any]:
        """The contract's object: plain JSON values, with AWS's and output's own names."""
        return self.model_dump(mode="json", by_alias=True)


StatusName = Literal["allowed", "conditional", "unknown", "missing", "denied"]
OutcomeName = Literal["allowed", "conditional", "unknown", "implicitDeny", "explicitDeny"]
How = Literal["takeover", "event_source", "function_chain", "role_chain", "qualifier", "direct"]

#: The order in which answers list the ways, which is also output's.
HOW_ORDER: tuple[How, ...] = ("direct", "qualifier", "role_chain", "event_source", "function_chain", "takeover")
#: A mixed way is named after the first of these that occurs in it.
HOW_PRECEDENCE: tuple[How, ...] = (
    "takeover",
    "event_source",
    "function_chain",
    "role_chain",
    "qualifier",
    "direct",
)


class CitationAnswer(AnswerModel):
    layer: str
    policy: str
    holder: str | None = None
    statement: str
    effect: Literal["Allow", "Deny"]


class NearMissAnswer(AnswerModel):
    layer: str
    policy: str
    holder: str | None = None
    statement: str
    failed: Literal["action", "resource", "principal", "condition"]
    wanted: str
    got: str
    nearness: str | None = None
    """In what it differs: `models.decision.Nearness`."""
    key: str | None = None
    """Of a condition: its key, and its operator."""
    operator: str | None = None


class ResidualAnswer(AnswerModel):
    text: str
    when: dict[str, Any]
    allowed_with: dict[str, Any]
    denied_with: dict[str, Any]


class GrantAnswer(AnswerModel):
    account: str | None
    side: Literal["identity", "resource", "trust", "boundary", "scp", "rcp", "session", "vpc_endpoint"]
    holder: str
    principal: str
    action: str
    resource: str
    condition: dict[str, Any] | None
    statement: dict[str, Any]


class OpenedAnswer(AnswerModel):
    """An edge, or with `kind` `path` a pair that only a way joins, whose openness changed."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    kind: str
    before: StatusName
    after: StatusName
    via: tuple[str, ...]


class RepairGrantAnswer(GrantAnswer):
    """A missing grant, or a user to be put into a group (`holder`; `statement` is empty then), and how to apply it.

    `verified`: it was applied, evaluated again, and the step holds (conditionally, where a condition stays open).
    `also_opens`: what else opens once it is applied by itself. `cli`: command lines of the AWS CLI; `cloudformation`: a
    whole template; `terraform`: HCL; `warning`: what whoever applies it has to know. `change`: the same as an object of
    a changes file.
    """

    verified: bool
    also_opens: tuple[OpenedAnswer, ...]
    cli: str
    cloudformation: dict[str, Any]
    terraform: str
    warning: str = ""
    change: dict[str, Any]
    changes: tuple[dict[str, Any], ...]


class FactAnswer(AnswerModel):
    """A fact that nobody asked for (in `assumes`) or that could not be read (in `gaps`)."""

    what: str
    about: str
    reason: str = ""


class SideAnswer(AnswerModel):
    """What one layer, or one level of SCPs or RCPs, says by itself; `policies` were read, `gaps` could not be."""

    layer: str
    holder: str | None
    decision: OutcomeName
    policies: tuple[str, ...]
    because: tuple[CitationAnswer, ...]
    near_misses: tuple[NearMissAnswer, ...]
    gaps: tuple[FactAnswer, ...]


class ExplanationAnswer(AnswerModel):
    """A decision taken apart. `refusal`: the sentence in which AWS would refuse it; None: it isn't denied."""

    refusal: str | None = None
    sides: tuple[SideAnswer, ...]


class CanAnswer(AnswerModel):
    """`caller`: how AWS's messages name who asks; `impossible`: why nothing can allow it, where that is so."""

    principal: str
    action: str
    resource: str
    decision: OutcomeName
    because: tuple[CitationAnswer, ...]
    layers: dict[str, OutcomeName]
    near_misses: tuple[NearMissAnswer, ...]
    residual: ResidualAnswer | None
    gaps: tuple[FactAnswer, ...]
    missing: tuple[GrantAnswer, ...]
    assumes: tuple[FactAnswer, ...]
    caller: str | None = None
    impossible: str | None = None
    explanation: ExplanationAnswer | None = None


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


class OperationAnswer(AnswerModel):
    """`actions`: all that the operation takes; `impossible`: why no statement can mend it, where that is so."""

    operation: str
    decision: OutcomeName
    missing: tuple[GrantAnswer, ...]
    residual: ResidualAnswer | None
    actions: tuple[str, ...]
    because: tuple[CitationAnswer, ...] = ()
    impossible: str | None = None


class CanManageAnswer(AnswerModel):
    principal: str
    function: str
    operations: tuple[OperationAnswer, ...]
    gaps: tuple[FactAnswer, ...]
    assumes: tuple[FactAnswer, ...]


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


class ShareAnswer(AnswerModel):
    """What the administrator of one account has to do, which that account's credentials suffice for.

    `account` is None where the snapshot doesn't say whose it is; `name` is the account's, where it has one. `items` are
    places in the list of grants or removals, from 0.
    """

    account: str | None
    name: str | None = None
    items: tuple[int, ...]
    cli: str
    cloudformation: dict[str, Any]
    terraform: str
    warning: str = ""


#: How whoever asks comes to it: by a grant of its own, by a group, as a role, by what triggers or calls the function.
Manner = Literal["direct", "group", "assume_role", "event_source", "function_chain"]


class RepairWay(AnswerModel):
    """A least set of grants that makes a way hold: none of them can be left out.

    `steps` is the way as it stands today; `status` what it is with the grants applied (`conditional`: `residual` says
    what stays open). `also_opens`: what else opens with all of them applied. `by_account`: each account's own part.
    """

    cost: int
    manner: Manner
    grants: tuple[RepairGrantAnswer, ...]
    also_opens: tuple[OpenedAnswer, ...]
    also_closes: tuple[OpenedAnswer, ...] = ()
    status: StatusName
    residual: ResidualAnswer | None
    steps: tuple[StepAnswer, ...]
    by_account: tuple[ShareAnswer, ...]


class BlockAnswer(CitationAnswer):
    """A statement that denies the step between `from` and `to`.

    `account` owns the policy (of an SCP or RCP: the management account). `exception` says the narrowest change to it
    that lets this one call through: an exception, or the removal of a statement that is about nothing else. `change` is
    the same as an object of a changes file, where one does it, and the forms after it what that is elsewhere:
    `verified` says that it was applied, and the statement denies the step no more.
    """

    account: str | None
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    exception: str
    change: dict[str, Any] | None = None
    verified: bool = False
    cli: str = ""
    cloudformation: dict[str, Any] = {}
    terraform: str = ""
    warning: str = ""


class RepairAnswer(AnswerModel):
    """`status` is what the best way is today: where it is allowed, nothing needs repair, and `repairs` is empty.

    `today` is that way, where one holds or may hold; `residual` what it hangs on, and `settled_by_grant` whether a
    statement could settle that (not where a Deny asks for it). `impossible`: why no grant helps, where it is no deny.
    `with_exceptions`: what the denied step comes to with every exception of `blocked_by` made.
    """

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    action: str
    status: StatusName
    residual: ResidualAnswer | None = None
    settled_by_grant: bool | None = None
    today: PathAnswer | None = None
    repairs: tuple[RepairWay, ...]
    blocked_by: tuple[BlockAnswer, ...]
    with_exceptions: StatusName | None = None
    impossible: str | None = None
    gaps: tuple[FactAnswer, ...] = ()
    assumes: tuple[FactAnswer, ...] = ()


class RemovalAnswer(AnswerModel):
    """One thing to be taken away: `statements` are those that go with it; `change` says it as a changes file does."""

    account: str | None
    holder: str
    statements: tuple[CitationAnswer, ...]
    change: dict[str, Any]
    cli: str
    cloudformation: dict[str, Any]
    terraform: str
    warning: str = ""


class RemovalWay(AnswerModel):
    """A least set of removals that closes every way: with any of them left out, one stays open.

    `verified`: it was applied, evaluated again, and no way holds. `also_opens`: what opens where a Deny goes with it.
    """

    cost: int
    removals: tuple[RemovalAnswer, ...]
    also_closes: tuple[OpenedAnswer, ...]
    also_opens: tuple[OpenedAnswer, ...] = ()
    verified: bool
    by_account: tuple[ShareAnswer, ...]


class RemoveAnswer(AnswerModel):
    """`repair --remove`. `closes`: the ways that are open today; `impossible`: why no removal closes them all."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    status: StatusName
    closes: tuple[PathAnswer, ...]
    removals: tuple[RemovalWay, ...]
    impossible: str | None = None
    gaps: tuple[FactAnswer, ...] = ()
    assumes: tuple[FactAnswer, ...] = ()


class ExpectationAnswer(AnswerModel):
    """`expected` and `got` are sentences for people; `got` is empty where it passed."""

    name: str
    passed: bool
    expected: str
    got: str


class ScenarioAnswer(AnswerModel):
    file: str
    name: str
    passed: bool
    expectations: tuple[ExpectationAnswer, ...]


class TestAnswer(AnswerModel):
    __test__ = False

    scenarios: tuple[ScenarioAnswer, ...]
    assumes: tuple[FactAnswer, ...] = ()


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
    accounts: dict[str, str] = {}
    """Account -> its name, where it has one."""
    gaps: tuple[FactAnswer, ...] = ()
    assumes: tuple[FactAnswer, ...] = ()


class EvaluateAnswer(AnswerModel):
    id: Any
    decision: OutcomeName
    because: tuple[CitationAnswer, ...]
    layers: dict[str, OutcomeName]
    near_misses: tuple[NearMissAnswer, ...]
    residual: ResidualAnswer | None
