"""What makes a way hold, and what closes it: `repair`, with `--remove`."""

from typing import Any, Literal

from pydantic import Field

from models.answer.parts import (
    AnswerModel,
    CitationAnswer,
    FactAnswer,
    OpenedAnswer,
    RepairGrantAnswer,
    ResidualAnswer,
    StatusName,
)
from models.answer.ways import PathAnswer, StepAnswer


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
    cloudformation: dict[str, Any] = Field(default={})
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
