"""The shape of what a scenario expects.

What an expectation holds to is judged by `simulator.scenario`.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from models.shape import Later, Many, Shape, Text, Texts, nearest

StatusWord = Literal["allowed", "conditional", "unknown", "missing", "denied", "none"]
DecisionWord = Literal["allowed", "conditional", "unknown", "implicitDeny", "explicitDeny"]
VerdictWord = Literal["pass", "fail", "warning", "conditional", "unknown", "not_applicable"]
Side = Literal["identity", "resource", "trust", "boundary", "scp", "rcp", "session", "vpc_endpoint"]


class Settled(Shape):
    """What is known of the requests: keys with their values, and keys that are not there."""

    context: dict[str, Texts] = Field({})
    absent: Many = ()


class MissingShape(Shape):
    """A grant that is missing; what isn't written may be anything."""

    side: Side | None = None
    account: str | None = None
    holder: str | None = None
    principal: str | None = None
    action: str | None = None
    resource: str | None = None


class CitedShape(Shape):
    """A statement that decided; what isn't written may be anything."""

    layer: Side | None = None
    policy: str | None = None
    holder: str | None = None
    statement: Text | None = None
    effect: Literal["Allow", "Deny"] | None = None


class ListedShape(Shape):
    """Somebody (something) that is listed, with how."""

    node: str
    status: Literal["allowed", "conditional"] | None = None
    how: Literal["direct", "qualifier", "role_chain", "event_source", "function_chain", "takeover"] | None = None
    via: tuple[str, ...] | None = None


def _which_listed(value: Any) -> str:
    return "=name" if isinstance(value, str) else "=listed"


Listed = Annotated[
    Annotated[str, Tag("=name")] | Annotated[Later[ListedShape], Tag("=listed")],
    Discriminator(_which_listed),
]


class PathQuestion(Settled):
    source: str = Field(alias="from")
    to: str
    action: str | None = None


class CanQuestion(Settled):
    principal: str
    action: str
    resource: str
    qualifier: Text | None = None


class CanManageQuestion(Settled):
    principal: str
    function: str
    operation: str = Field(description="as `permgraph can-manage` names it: `create`, `update-code`, …")
    role: str | None = Field(None, description="with `change-role`: the role that the function is to have")


class EdgeQuestion(Settled):
    source: str = Field(alias="from")
    to: str
    kind: Literal[
        "invokes",
        "invokes_url",
        "assumes",
        "triggers",
        "polled_by",
        "feeds",
        "runs_as",
        "calls",
        "qualifies",
        "member_of",
        "changes",
    ]


class ReachQuestion(Settled):
    source: str = Field(alias="from")
    include: Many = Field((), description="`takeover`, or nothing")


class WhoCanQuestion(Settled):
    action: str = "lambda:InvokeFunction"
    resource: str
    include: Many = Field((), description="`takeover`, or nothing")


class DiagnoseQuestion(Settled):
    function: str


class PathExpectation(Settled):
    """Judges the first path. `status: none` says that there is none at all."""

    name: str | None = None
    path: PathQuestion
    status: StatusWord | None = None
    via: tuple[str, ...] | None = Field(None, description="the nodes between, all of them, in order")
    missing: tuple[Later[MissingShape], ...] | None = None
    because: tuple[Later[CitedShape], ...] | None = None


class CanExpectation(Settled):
    name: str | None = None
    can: CanQuestion
    decision: DecisionWord | None = None
    missing: tuple[Later[MissingShape], ...] | None = None
    because: tuple[Later[CitedShape], ...] | None = None


class CanManageExpectation(Settled):
    name: str | None = None
    can_manage: CanManageQuestion
    decision: DecisionWord | None = None
    missing: tuple[Later[MissingShape], ...] | None = None
    because: tuple[Later[CitedShape], ...] | None = None


class EdgeExpectation(Settled):
    """`status: none` says that there is no such edge."""

    name: str | None = None
    edge: EdgeQuestion
    status: StatusWord | None = None
    missing: tuple[Later[MissingShape], ...] | None = None
    because: tuple[Later[CitedShape], ...] | None = None


class ListExpectation(Settled):
    """Who is listed means allowed or conditional; `exactly` is the whole set."""

    name: str | None = None
    includes: tuple[Listed, ...] | None = None
    excludes: tuple[str, ...] | None = None
    exactly: tuple[Listed, ...] | None = None


class ReachExpectation(ListExpectation):
    reach: ReachQuestion


class WhoCanExpectation(ListExpectation):
    who_can: WhoCanQuestion


class FindingShape(Shape):
    """A finding; what isn't written may be anything."""

    check: str
    verdict: VerdictWord | None = None
    note: bool | None = Field(None, description="it holds, and something is to be said")
    subject: str | None = None
    missing: tuple[Later[MissingShape], ...] | None = None
    because: tuple[Later[CitedShape], ...] | None = None


class DiagnoseExpectation(Settled):
    """`excludes` names checks that fail nowhere and say nothing; `findings: []` says so of all of them."""

    name: str | None = None
    diagnose: DiagnoseQuestion
    verdict: VerdictWord | None = None
    findings: tuple[Later[FindingShape], ...] | None = None
    excludes: tuple[str, ...] | None = None


EXPECTATIONS: dict[str, type[Settled]] = {
    "path": PathExpectation,
    "can": CanExpectation,
    "can_manage": CanManageExpectation,
    "edge": EdgeExpectation,
    "reach": ReachExpectation,
    "who_can": WhoCanExpectation,
    "diagnose": DiagnoseExpectation,
}


def _one_question(value: Any) -> Any:
    """Refuse what asks nothing, or more than one question, or expects nothing of the answer."""
    keys = list(value) if isinstance(value, dict) else []
    asked = [kind for kind in EXPECTATIONS if kind in keys]
    if len(asked) == 1:
        if not set(keys) - {"name", "context", "absent", *asked}:
            raise PydanticCustomError("expects", "asks, but expects nothing of the answer")
        return value
    if not asked:
        hint = next((near for key in keys if (near := nearest(str(key), EXPECTATIONS))), "")
        raise PydanticCustomError(
            "question", "asks nothing: needs one of {kinds}{hint}", {"kinds": ", ".join(EXPECTATIONS), "hint": hint}
        )
    raise PydanticCustomError("question", "asks {asked} at once: one question each", {"asked": " and ".join(asked)})


def _which_expectation(value: Any) -> str:
    # Not the bare kind: an error's location would then seem to lead to the question of that name.
    return next((f"={kind}" for kind in EXPECTATIONS if isinstance(value, dict) and kind in value), "=path")


Expectation = Annotated[
    Annotated[Later[PathExpectation], Tag("=path")]
    | Annotated[Later[CanExpectation], Tag("=can")]
    | Annotated[Later[CanManageExpectation], Tag("=can_manage")]
    | Annotated[Later[EdgeExpectation], Tag("=edge")]
    | Annotated[Later[ReachExpectation], Tag("=reach")]
    | Annotated[Later[WhoCanExpectation], Tag("=who_can")]
    | Annotated[Later[DiagnoseExpectation], Tag("=diagnose")],
    Discriminator(_which_expectation),
    BeforeValidator(_one_question),
]
