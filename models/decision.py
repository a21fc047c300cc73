"""A decision, and what it rests on.

No `bool` leaves the engine: an outcome always comes with the statements that made it, what was nearly enough, and the
condition that it still hangs on.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct, field

from models.policy import Effect


class Outcome(StrEnum):
    """The IAM policy simulator's words, and two more.

    `CONDITIONAL`: the answer turns on request context that isn't known. `UNKNOWN`: it turns on a fact that the
    snapshot could not read.
    """

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"


class Layer(StrEnum):
    """A kind of policy that takes part in a decision, in the order in which answers list them."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    RESOURCE = "resource"
    TRUST = "trust"
    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpc_endpoint"


class Citation(Struct, frozen=True, gc=False):
    """A statement in a policy: `policy` is its ARN or name, `holder` the ARN of what it is on (None: not said)."""

    layer: Layer
    policy: str
    statement: str
    effect: Effect
    holder: str | None = None


#: The element in which a near miss failed.
Failed = Literal["action", "resource", "principal", "condition"]


class Nearness(StrEnum):
    """In what a near miss missed, from the nearest to the farthest.

    A condition first: the statement is about this very call, and only its circumstances are others. Then a resource
    of which one part differs: most often a slip (the alias forgotten, the Region or account of another copy), and a
    whole name last, as it may be meant for something else. Then whom it is for, and what it is for. What differs in
    several parts was hardly meant for this call.
    """

    CONDITION = "condition"
    CONDITIONS = "conditions"
    """Several conditions fail."""
    QUALIFIER = "qualifier"
    """The same function, another version or alias, or none."""
    REGION = "region"
    ACCOUNT = "account"
    NAME = "name"
    PRINCIPAL = "principal"
    """Another principal of the caller's account."""
    NAMESAKE = "namesake"
    """A principal that is called the same, of another account."""
    ACTION = "action"
    """Another action of the same service."""
    ARN = "arn"
    """A resource of the same service that differs in several parts."""
    ELSEWHERE = "elsewhere"
    """A principal of the same kind from elsewhere: of another account, another service, another provider."""

    @property
    def rank(self) -> int:
        """0 for the nearest."""
        return _NEARNESS[self]


_NEARNESS = {nearness: rank for rank, nearness in enumerate(Nearness)}


class NearMiss(Struct, frozen=True, gc=False):
    """An Allow that failed in one element only.

    `failed` is `action`, `resource`, `principal` or `condition`; `wanted` and `got` are for people to read.
    `nearness` says in what it differs; `key` and `operator` are those of the (first) condition that fails.
    """

    layer: Layer
    policy: str
    statement: str
    failed: Failed
    wanted: str
    got: str
    holder: str | None = None
    nearness: Nearness | None = None
    key: str | None = None
    operator: str | None = None


class Residual(Struct, frozen=True):
    """For which values of the open keys a conditional request is allowed.

    `when` is a tree of `{"all": […]}`, `{"any": […]}`, `{"not": …}` over `{"operator", "key", "values"}`;
    `allowed_with` and `denied_with` are completions of the open keys (None: absent), each verified by evaluating it.
    A value of a key with several values is a list.
    """

    text: str
    when: Mapping[str, Any]
    allowed_with: Mapping[str, Any]
    denied_with: Mapping[str, Any]


class FactKind(StrEnum):
    """What a snapshot may fail to hold."""

    IDENTITY = "identity"
    """Users, groups, roles and policies of an account; `about` is the account."""
    ORGANIZATION = "organization"
    """SCPs, RCPs and organization ids; `about` is an account, or `*`."""
    RESOURCE_POLICY = "resource_policy"
    """`about` is the resource's ARN, `ACCOUNT/service`, or the account."""
    MANAGED_POLICY = "managed_policy"
    """`about` is the policy's ARN."""
    TAGS = "tags"
    """`about` is the resource's ARN."""
    FUNCTIONS = "functions"
    """The inventory of functions; `about` is `ACCOUNT/region`."""
    FUNCTION = "function"
    """Aliases, versions, URLs or configuration of one function; `about` is its ARN."""
    TRIGGERS = "triggers"
    """The inventory of what a service triggers; `about` is `ACCOUNT/service` or `ACCOUNT/service/region`."""
    MAPPINGS = "mappings"
    """The inventory of event source mappings; `about` is `ACCOUNT/region`."""
    ATTRIBUTES = "attributes"
    """A resource's configuration, such as its owner or its KMS key; `about` is its ARN."""
    VERSION_ROLES = "version_roles"
    """The execution roles with which a function's versions were published; `about` is its ARN."""


#: Inventories: their Gaps are listed in an answer and change no status (semantics: section 6).
INVENTORIES = frozenset({FactKind.FUNCTIONS, FactKind.FUNCTION, FactKind.TRIGGERS, FactKind.MAPPINGS})


class MissingFact(Struct, frozen=True):
    """A fact that a decision wanted and the snapshot lacks.

    `refused` tells a Gap (asked for, not got) from an assumption (nobody asked).
    """

    what: FactKind
    about: str
    reason: str
    refused: bool = True


class Decision(Struct, frozen=True):
    """An outcome and what it rests on.

    `because` names every statement that decided: the matching Deny statements for EXPLICIT_DENY, the matching Allow
    statements for ALLOWED, both for CONDITIONAL, none for IMPLICIT_DENY. `near_misses` is empty unless the outcome is
    IMPLICIT_DENY; `residual` is None unless it is CONDITIONAL; `gaps` names what UNKNOWN turns on. `assumes` names
    the facts that nobody asked for and on which the outcome would turn.
    """

    outcome: Outcome
    because: tuple[Citation, ...] = ()
    layers: Mapping[Layer, Outcome] = field(default_factory=dict)
    near_misses: tuple[NearMiss, ...] = ()
    residual: Residual | None = None
    gaps: tuple[MissingFact, ...] = ()
    assumes: tuple[MissingFact, ...] = ()


class Side(Struct, frozen=True):
    """One layer's part in a decision; SCPs and RCPs have one for each level, from the root down.

    `holder` is the ARN of what its policies are on (of a level: the id of the root, unit or account); `policies` those
    that were read, of which there may be none. `because` names the statements behind `outcome`: of an allow those
    that allow, of a deny those that deny, of what is open both. `near_misses` is empty unless the whole is an
    IMPLICIT_DENY and this side doesn't allow it; `gaps` names what of this side wasn't read.
    """

    layer: Layer
    outcome: Outcome
    holder: str | None = None
    policies: tuple[str, ...] = ()
    because: tuple[Citation, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    gaps: tuple[MissingFact, ...] = ()
