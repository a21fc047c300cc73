"""A request as the engine sees it: who asks, for what, on what, and in which context."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from msgspec import Struct, field

from models.context import State
from models.policy import Policy


class RequesterKind(StrEnum):
    USER = "user"
    ROLE = "role"
    """A session of a role whose session name isn't known."""
    SESSION = "session"
    """A session of a role with its name."""
    FEDERATED_USER = "federated_user"
    ROOT = "root"
    SERVICE = "service"
    ANONYMOUS = "anonymous"
    FEDERATED_IDENTITY = "federated_identity"
    """Somebody with a token of an OIDC or SAML provider, before there is a session."""


_OUTSIDE = frozenset({RequesterKind.SERVICE, RequesterKind.ANONYMOUS, RequesterKind.FEDERATED_IDENTITY})


class Requester(Struct, frozen=True, gc=False):
    """Who asks.

    `name` is the ARN, the service's name, the provider's ARN or host, or `*` for anonymous. `account` is None for
    services, anonymous callers and federated identities. `role` is the role's ARN of a session; `user` the ARN of the
    user behind a federated-user session, where it is known.
    """

    kind: RequesterKind
    name: str
    account: str | None = None
    role: str | None = None
    user: str | None = None

    @property
    def is_outside(self) -> bool:
        """Whether it has no account and no policies of its own: the resource's side alone decides."""
        return self.kind in _OUTSIDE


class Context(Protocol):
    def lookup(self, key: str) -> State:
        """Say what is known of a condition key, in whatever letter case it is asked for."""


class Traits(Struct, frozen=True, gc=False):
    """What AWS's references say of the action and the resource, so that the engine needs no table.

    `impossible` is the reason why nothing can allow it (semantics, section 2, 11). `has_resource_types` is False for
    actions that match only Resource `*`. `bound_by_rcps`: the service supports RCPs and the resource is not exempt.
    `other_accounts_may`: a function policy can give this action to callers of another account (True for everything
    that isn't a function policy).
    """

    impossible: str | None = None
    has_resource_types: bool = True
    bound_by_rcps: bool = False
    other_accounts_may: bool = True


class Request(Struct, frozen=True):
    """One call. `resource` is `*` for what has no resource; `resource_account` owns it."""

    requester: Requester
    action: str
    resource: str
    context: Context
    resource_account: str | None = None
    traits: Traits = field(default_factory=Traits)
    management_account: bool = False
    """The caller's account is its organization's management account: SCPs don't bind it."""
    resource_in_management_account: bool = False
    service_linked_role: bool = False
    gateway_endpoint: bool = False
    """The VPC endpoint is a gateway, where an account as principal is its root user only."""


class Attached(Struct, frozen=True):
    """A policy with the name that answers cite, and the ARN of what it is on."""

    name: str
    policy: Policy
    holder: str | None = None
