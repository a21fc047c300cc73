"""Documents as nearly all are written: looked through in C, and taken as they are.

What is odd in any way, and what has one of the elements that begin with Not, is left to `simulator.policy.parse`, which
says what is wrong with it or what it means. So nothing is tolerated, warned of or refused here: a document is of one of
these types, or it isn't usual. Null is no value of any element.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from msgspec import UNSET, Struct, UnsetType

from models.policy import Policy, PolicyKind, Statement, Texts, Values
from simulator.policy.spellings import SPELLINGS

_Spelling: Any = Literal[tuple(SPELLINGS)]


class _Usual(Statement, frozen=True, kw_only=True, gc=False):
    action: Texts
    condition: dict[_Spelling, dict[str, Values]] | UnsetType = UNSET
    not_action: UnsetType = UNSET
    not_resource: UnsetType = UNSET
    not_principal: UnsetType = UNSET


class Own(_Usual, frozen=True, kw_only=True, gc=False):
    """A statement that doesn't say whom it is about."""

    resource: Texts
    principal: UnsetType = UNSET


class Naming(_Usual, frozen=True, kw_only=True, gc=False):
    """A statement that says whom it is about, and may be about what its policy is on."""

    principal: str | dict[str, Texts]


class NamingWhole(Naming, frozen=True, kw_only=True, gc=False):
    """A statement that says whom it is about, and what."""

    resource: Texts


S = TypeVar("S", Own, Naming, NamingWhole)


class Written(Struct, Generic[S], rename="pascal", omit_defaults=True, gc=False):
    """The elements of a document."""

    statement: S | tuple[S, ...] | UnsetType = UNSET
    version: Literal["2008-10-17", "2012-10-17"] | UnsetType = UNSET
    id: str | UnsetType = UNSET

    @property
    def policy(self) -> Policy | None:
        """What it is; None: it has no Statement."""
        statements = self.statement
        if isinstance(statements, UnsetType):
            return None
        if not isinstance(statements, tuple):
            statements = (statements,)
        return Policy(statements, self.version or "2008-10-17", None if self.id is UNSET else self.id)


#: As what a document of a kind is usual.
TYPES: dict[PolicyKind, Any] = {
    PolicyKind.IDENTITY: Written[Own],
    PolicyKind.BOUNDARY: Written[Own],
    PolicyKind.SESSION: Written[Own],
    PolicyKind.SCP: Written[Own],
    PolicyKind.RESOURCE: Written[Naming],
    PolicyKind.TRUST: Written[Naming],
    PolicyKind.RCP: Written[NamingWhole],
    PolicyKind.VPC_ENDPOINT: Written[NamingWhole],
}
