"""Who asks when a node does: a user, a role's session, a function's code, a service, a provider, anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models import arns
from models.errors import PermgraphError
from simulator.world.caller import Caller, CallerKind
from simulator.world.requesters import provider_named

if TYPE_CHECKING:
    from simulator.world.world import World


def caller(world: World, node: str) -> Caller:
    """Who asks when a node does: a user, role, session, function (its execution role), service, provider, …

    Raises:
        PermgraphError: for what can't make requests, such as a group or a queue.
    """
    if node in world.roles:
        return _session(world, node, node, None)
    if node == "anyone":
        return Caller(CallerKind.ANONYMOUS, node, None, None)
    if node.startswith("service:"):
        return Caller(CallerKind.SERVICE, node, None, None, service=node.removeprefix("service:"))
    if node.startswith("federated:"):
        return Caller(CallerKind.WEB_IDENTITY, node, None, None, provider_name=node.removeprefix("federated:"))
    if arns.kind_of(node) == "identity_provider":
        provider = world.providers.get(node) or provider_named(node)
        kind = CallerKind.SAML if provider.kind == "saml" else CallerKind.WEB_IDENTITY
        return Caller(kind, node, None, None, provider=provider)
    if arns.is_function(node):
        return execution_role(world, node)
    return _principal(world, node)


def _principal(world: World, node: str) -> Caller:
    account, kind = arns.account_of(node), arns.kind_of(node)
    if kind == "user":
        user = world.users.get(node)
        return Caller(
            CallerKind.USER,
            node,
            node,
            account,
            name=node.rsplit("/", 1)[-1],
            unique_id=user.id if user else None,
            tags=user.tags if user else {},
        )
    if kind == "role":
        return _session(world, node, node, None)
    if kind == "session":
        _, name, session = node.split(":", 5)[5].split("/", 2)
        role = next((arn for arn in world.roles if arns.account_of(arn) == account and arn.endswith(f"/{name}")), None)
        made = f"arn:{arns.partition_of(node)}:iam::{account}:role/{name}"
        return _session(world, node, role or made, session)
    if kind == "account" and arns.parts(node):
        return Caller(CallerKind.ROOT, node, node, account)
    if node.split(":", 5)[-1].startswith("federated-user/"):
        return Caller(CallerKind.FEDERATED_USER, node, node, account, name=node.rsplit("/", 1)[-1])
    raise PermgraphError(f"`{node}` makes no requests: ask for a user, role, session, function, service or `anyone`")


def _session(world: World, node: str, role_arn: str, session: str | None) -> Caller:
    role = world.roles.get(role_arn)
    return Caller(
        CallerKind.ROLE_SESSION,
        node,
        role_arn,
        arns.account_of(role_arn),
        name=role_arn.rsplit("/", 1)[-1],
        role=role_arn,
        session_name=session,
        unique_id=role.id if role else None,
        tags=role.tags if role else {},
    )


def execution_role(world: World, function_arn: str) -> Caller:
    """The session in which a function's code runs.

    Raises:
        PermgraphError: for a function whose role isn't known.
    """
    base, _ = arns.split_function(function_arn)
    function = world.functions.get(base)
    if function is None or not function.role:
        raise PermgraphError(f"the execution role of `{function_arn}` is not known")
    session = _session(world, function.role, function.role, base.rsplit(":", 1)[-1])
    return replace(session, kind=CallerKind.EXECUTION_ROLE, function=base)
