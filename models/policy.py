"""Policy documents as values: what a document says, with every single value already a tuple.

Reading them (strictly or tolerantly) is `simulator.policy.parse`; what they mean is `simulator.policy.authorize`.
Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field


class Effect(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"


class PolicyKind(StrEnum):
    """What a document is attached as, which decides the elements it may have."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    RESOURCE = "resource"
    TRUST = "trust"
    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpc_endpoint"


#: Kinds whose statements say whom they are about.
WITH_PRINCIPAL = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.VPC_ENDPOINT})


class Quantifier(StrEnum):
    """How a condition treats a key with several values."""

    ANY = "ForAnyValue"
    ALL = "ForAllValues"


class Condition(Struct, frozen=True):
    """One operator with one key: `{"StringEquals": {"aws:SourceAccount": ["1", "2"]}}`.

    `operator` is AWS's spelling without quantifier and `IfExists`; `key` is as the document has it, and matches
    without regard to case.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: Quantifier | None = None
    if_exists: bool = False

    @property
    def spelling(self) -> str:
        """The operator as a document spells it, such as `ForAnyValue:StringLikeIfExists`."""
        head = f"{self.quantifier}:" if self.quantifier else ""
        return f"{head}{self.operator}{'IfExists' if self.if_exists else ''}"


class Principal(Struct, frozen=True):
    """One principal of a Principal or NotPrincipal element.

    `kind` is `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` for the bare star; `value` is as written.
    """

    kind: str
    value: str


class Statement(Struct, frozen=True):
    """One statement. Of each pair (`actions`, `not_actions` and so on) the one that wasn't written is None.

    `resources` and `not_resources` are both None in a statement without Resource, which is then about the resource
    that its policy is on. `number` counts from 1.
    """

    number: int
    effect: Effect
    sid: str | None = None
    principals: tuple[Principal, ...] | None = None
    not_principals: tuple[Principal, ...] | None = None
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def label(self) -> str:
        """The Sid, or `#2` without one."""
        return self.sid or f"#{self.number}"


class Policy(Struct, frozen=True, eq=False):
    """A policy document. `warnings` holds what a tolerant reading found odd, a sentence each."""

    statements: tuple[Statement, ...]
    version: str = "2008-10-17"
    id: str | None = None
    warnings: tuple[str, ...] = ()
    memo: dict[Any, Any] = field(default_factory=dict)
    """What the engine has worked out of it, kept as long as the policy itself."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self._content == other._content

    def __ne__(self, other: object) -> bool:
        # A Struct has one of its own, which doesn't ask `__eq__`.
        return not self == other

    def __hash__(self) -> int:
        return hash(self._content)

    @property
    def _content(self) -> tuple[Any, ...]:
        return self.statements, self.version, self.id

    @property
    def has_variables(self) -> bool:
        """Whether `${…}` means anything: only in version 2012-10-17."""
        return self.version == "2012-10-17"
