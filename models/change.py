"""The closed set of changes that what-if applies to a snapshot (this far: statements, attachments, trust)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from models.snapshot import Value


class AddStatement(Value):
    """Add a statement to a policy of `holder`; without `policy` to a new inline one (identity) or to the only one."""

    change: Literal["add_statement"] = "add_statement"
    side: Literal["identity", "resource", "trust"]
    holder: str
    policy: str | None = None
    statement: dict[str, Any]


class RemoveStatement(Value):
    """Remove the statement with that Sid (or `#N`) from `policy` of `holder`, or from whichever has it."""

    change: Literal["remove_statement"] = "remove_statement"
    side: Literal["identity", "resource", "trust"]
    holder: str
    sid: str
    policy: str | None = None


class SetTrust(Value):
    """Replace a role's trust policy."""

    change: Literal["set_trust"] = "set_trust"
    holder: str
    document: dict[str, Any]


class AttachPolicy(Value):
    """Attach a managed policy to a user, group or role."""

    change: Literal["attach_policy"] = "attach_policy"
    holder: str
    policy: str


class DetachPolicy(Value):
    """Detach a managed policy from a user, group or role."""

    change: Literal["detach_policy"] = "detach_policy"
    holder: str
    policy: str


Change = Annotated[
    AddStatement | RemoveStatement | SetTrust | AttachPolicy | DetachPolicy, Field(discriminator="change")
]
