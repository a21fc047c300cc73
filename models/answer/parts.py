"""What answers have in common: statements that are cited, facts that lack, grants, what opens or closes."""

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
