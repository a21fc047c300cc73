"""Policy documents as values: what a document says, with every single value already a tuple.

Reading them (strictly or tolerantly) is `simulator.policy.parse`; what they mean is `simulator.policy.authorize`.
Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field


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


class Condition(Struct, frozen=True, gc=False):
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


class Principal(Struct, frozen=True, gc=False):
    """One principal of a Principal or NotPrincipal element.

    `kind` is `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` for the bare star; `value` is as written.
    """

    kind: str
    value: str


Texts = str | tuple[str, ...]
"""An element of a statement as a document has it: one text, or several."""
Values = Texts | bool
"""What a condition compares with. AWS takes `true` for a text too."""


class Statement(Struct, rename="pascal", omit_defaults=True, frozen=True, eq=False, gc=False):
    """One statement, its elements as they are written and found to be in order; UNSET is what isn't written.

    What an element says, however it is written, is its plural. In a resource-based policy `principal` is `{}` where
    nobody is named, and without `resource` and `not_resource` a statement is about what its policy is on.
    """

    effect: Effect
    action: Texts | UnsetType = UNSET
    resource: Texts | UnsetType = UNSET
    condition: dict[str, dict[str, Values]] | UnsetType = UNSET
    """Operator, as it is spelled -> key -> values (simulator.policy.spellings takes it apart)."""
    principal: str | dict[str, Texts] | UnsetType = UNSET
    sid: str | UnsetType = UNSET
    not_action: Texts | UnsetType = UNSET
    not_resource: Texts | UnsetType = UNSET
    not_principal: str | dict[str, Texts] | UnsetType = UNSET

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Statement) and self._content == other._content

    def __ne__(self, other: object) -> bool:
        # A Struct has one of its own, which doesn't ask `__eq__`.
        return not self == other

    def __hash__(self) -> int:
        return hash(self._content)

    @property
    def _content(self) -> tuple[Any, ...]:
        written = (self.condition or {}).items()
        conditions = tuple((operator, key, values_of(some)) for operator, keys in written for key, some in keys.items())
        elements = (self.actions, self.not_actions, self.resources, self.not_resources)
        return self.effect, self.sid or None, elements, self.principals, self.not_principals, conditions

    @property
    def actions(self) -> tuple[str, ...] | None:
        return _texts(self.action)

    @property
    def not_actions(self) -> tuple[str, ...] | None:
        return _texts(self.not_action)

    @property
    def resources(self) -> tuple[str, ...] | None:
        return _texts(self.resource)

    @property
    def not_resources(self) -> tuple[str, ...] | None:
        return _texts(self.not_resource)

    @property
    def principals(self) -> tuple[Principal, ...] | None:
        return _principals(self.principal)

    @property
    def not_principals(self) -> tuple[Principal, ...] | None:
        return _principals(self.not_principal)

    def label(self, number: int) -> str:
        """The Sid, or `#2` for the second of a policy without one."""
        return self.sid or f"#{number}"


def values_of(written: Values) -> tuple[str, ...]:
    """The values of a condition as texts."""
    if isinstance(written, bool):
        return ("true",) if written else ("false",)
    return (written,) if isinstance(written, str) else written


def _texts(written: Texts | UnsetType) -> tuple[str, ...] | None:
    if isinstance(written, str):
        return (written,)
    return None if isinstance(written, UnsetType) else written


def _principals(written: str | dict[str, Texts] | UnsetType) -> tuple[Principal, ...] | None:
    """A bare name is that of an AWS principal; a bare star is everybody."""
    if isinstance(written, UnsetType):
        return None
    if isinstance(written, str):
        return (Principal("*" if written == "*" else "AWS", written),)
    return tuple(Principal(kind, value) for kind, values in written.items() for value in _texts(values) or ())


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

    def label(self, statement: Statement) -> str:
        """How answers cite one of the statements: by its Sid, or as `#2` without one."""
        return statement.label(next(number for number, one in enumerate(self.statements, 1) if one is statement))

    @property
    def has_variables(self) -> bool:
        """Whether `${…}` means anything: only in version 2012-10-17."""
        return self.version == "2012-10-17"
