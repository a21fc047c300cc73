"""The policies that take part in a request, and what the request itself says of how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct, field, structs

from models import arns
from models.decision import Layer, MissingFact
from models.request import Attached, Request, Requester, RequesterKind, Traits

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_BOUNDARY = Layer.BOUNDARY
_IDENTITY = Layer.IDENTITY
_RCP = Layer.RCP
_RESOURCE = Layer.RESOURCE
_SCP = Layer.SCP
_SESSION = Layer.SESSION
_TRUST = Layer.TRUST
_ROOT = RequesterKind.ROOT


class PolicySet(Struct, frozen=True, eq=False):
    """The policies that take part. None, or nothing in it: there is no such policy.

    `resource` is the resource's own policy, whatever its kind. `scps` and `rcps` are levels from the root down, each
    with what is attached there. `unread` names, layer by layer, the facts that the snapshot lacks.
    """

    identity: tuple[Attached, ...] = ()
    boundary: tuple[Attached, ...] | None = None
    session: tuple[Attached, ...] | None = None
    resource: tuple[Attached, ...] | None = None
    scps: tuple[tuple[Attached, ...], ...] = ()
    rcps: tuple[tuple[Attached, ...], ...] = ()
    vpc_endpoint: tuple[Attached, ...] | None = None
    unread: Mapping[Layer, tuple[MissingFact, ...]] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)
    """What was made ready of it, by action."""
    once: bool = False
    """They are asked once: nothing is made ready of them, which would take longer."""

    def changed(self, **changes: Any) -> PolicySet:
        """A set with other policies, of which nothing is made ready."""
        return structs.replace(self, memo={}, **changes)


def resource_layer(request: Request) -> Layer:
    """A role's own policy is its trust policy, for the calls that ask for a session of it."""
    return own_policy(request.action, request.resource)[0]


def stands_alone(request: Request) -> bool:
    """Whether nothing is allowed without the resource's own policy: trust policies and key policies."""
    return own_policy(request.action, request.resource)[1]


@lru_cache(maxsize=4096)
def own_policy(action: str, resource: str) -> tuple[Layer, bool]:
    service = action.lower().partition(":")[0]
    if service == "sts" and ":iam::" in resource and ":role/" in resource:
        return _TRUST, True
    return _RESOURCE, service == "kms" and ":key/" in resource


def some_stand_alone(action: str) -> bool:
    """Whether `own_policy` may say so of what the action is on; nor can a root user ask for all of these."""
    return action.lower().partition(":")[0] in ("sts", "kms")


def binds(layer: Layer, request: Request) -> bool:
    """Whether SCPs or RCPs bind this caller and resource at all; every other layer does."""
    if layer is _SCP:
        return not (request.requester.is_outside or request.management_account or request.service_linked_role)
    if layer is _RCP:
        exempt = request.resource_in_management_account or request.service_linked_role
        return request.traits.bound_by_rcps and not exempt
    return not (request.requester.is_outside and layer in (_IDENTITY, _BOUNDARY, _SESSION))


def refused(caller: Requester, action: str, resource: str, traits: Traits) -> bool:
    """What nobody can do, whatever allows it; a root user can't assume roles; and partitions are worlds apart.

    Source: AWS Fault Isolation Boundaries, "Partitions": credentials of one are no good in another.
    """
    if traits.impossible is not None:
        return True
    if caller.kind is _ROOT and action.lower() == "sts:assumerole":
        return True
    if resource.startswith(home_of(caller)):
        return False  # as nearly always
    home, there = arns.parts(caller.name), arns.parts(resource)
    return home is not None and there is not None and home.partition != there.partition


def home_of(caller: Requester) -> str:
    """What the ARNs of a caller's partition begin with, which are those that are not refused as of another."""
    return "" if caller.account is None else caller.name[: caller.name.find(":", len("arn:")) + 1]
