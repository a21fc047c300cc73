"""A world's callers as the engine sees them."""

from __future__ import annotations

from models.request import Requester, RequesterKind
from models.snapshot import IdentityProvider
from simulator.world.caller import Caller, CallerKind

_REQUESTER_KINDS = {
    CallerKind.USER: RequesterKind.USER,
    CallerKind.ROLE_SESSION: RequesterKind.ROLE,
    CallerKind.EXECUTION_ROLE: RequesterKind.ROLE,
    CallerKind.SERVICE: RequesterKind.SERVICE,
    CallerKind.FEDERATED_USER: RequesterKind.FEDERATED_USER,
    CallerKind.ANONYMOUS: RequesterKind.ANONYMOUS,
    CallerKind.WEB_IDENTITY: RequesterKind.FEDERATED_IDENTITY,
    CallerKind.SAML: RequesterKind.FEDERATED_IDENTITY,
    CallerKind.ROOT: RequesterKind.ROOT,
}


def requester_of(caller: Caller) -> Requester:
    """The caller as the engine sees it."""
    kind = _REQUESTER_KINDS[caller.kind]
    if caller.kind is CallerKind.ROLE_SESSION and caller.node != caller.role:
        kind = RequesterKind.SESSION
    name = caller.service or caller.provider_name or ("*" if caller.node == "anyone" else caller.node)
    return Requester(kind, name, caller.account, role=caller.role)


def is_service_linked(caller: Caller) -> bool:
    return ":role/aws-service-role/" in (caller.role or "")


def provider_named(arn: str) -> IdentityProvider:
    """A provider that a trust names and nobody listed: its ARN says its kind and its URL."""
    kind, _, name = arn.split(":", 5)[5].partition("/")
    return IdentityProvider(arn=arn, kind="saml" if kind == "saml-provider" else "oidc", url=name)
