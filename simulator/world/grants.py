"""The exact statements that mend a refusal: least that works, on which side, in which account.

Sources: IAM User Guide, "The confused deputy problem", "How to use an external ID"; Lambda Developer Guide, "Granting
Lambda function access to AWS services".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeGuard

from models import arns
from models.context import Known, Open, State
from models.decision import Layer
from models.edge import Grant
from models.request import Context, Request
from simulator.policy.lacks import Lack
from simulator.world.caller import Caller, CallerKind

if TYPE_CHECKING:
    from simulator.world.world import World

_SIDE_ORDER = ("identity", "resource", "trust", "boundary", "scp", "rcp", "session", "vpc_endpoint")


def grants(
    world: World, caller: Caller, request: Request, lacks: Iterable[Lack], targets: tuple[str, ...], context: Context
) -> tuple[Grant, ...]:
    """One grant for each layer that lacks an Allow, the caller's account first; none if one of them can't be added."""
    found = [_grant(world, caller, request, lack, targets, context) for lack in lacks]
    return () if any(map(_is_out_of_reach, found)) else ordered(found, caller.account)


def _is_out_of_reach(grant: Grant) -> bool:
    """Whether only AWS could write that statement.

    Sources: IAM User Guide, "Service-linked roles"; IAM Identity Center User Guide, "Referencing permission sets in
    resource policies".
    """
    is_own = grant.side in ("identity", "trust")
    return is_own and any(path in grant.holder for path in (":role/aws-reserved/", ":role/aws-service-role/"))


def ordered(found: Iterable[Grant], first_account: str | None) -> tuple[Grant, ...]:
    """The contract's order: the caller's account first, then side, then action."""
    return tuple(
        sorted(
            found,
            key=lambda grant: (
                grant.account != first_account,
                grant.account or "",
                _SIDE_ORDER.index(grant.side),
                grant.action,
                grant.holder,
                grant.resource,
            ),
        )
    )


def _grant(
    world: World, caller: Caller, request: Request, lack: Lack, targets: tuple[str, ...], context: Context
) -> Grant:
    own_side = lack.layer not in (Layer.RESOURCE, Layer.TRUST, Layer.VPC_ENDPOINT)
    account = caller.account if own_side else _owner(request, caller)
    holder = caller.role or caller.arn or caller.node
    condition: dict[str, Any] | None = None
    if lack.layer is Layer.SCP:
        holder = targets[lack.level]
        account = world.organization.management_account
    elif not own_side:
        holder = _bearer(request.resource)
        condition = _condition(world, caller, request, context)
    condition = _both(condition or {}, _by_url(request, context))
    condition = _both(condition, _by_step(request, context))
    principal = _principal(caller)
    statement: dict[str, Any] = {"Effect": "Allow"}
    if not own_side:
        statement["Principal"] = _element(caller, principal)
    statement["Action"] = request.action
    if lack.layer is not Layer.TRUST:
        statement["Resource"] = request.resource if request.traits.has_resource_types else "*"
    if condition:
        statement["Condition"] = condition
    wanted = condition or None
    return Grant(account, lack.layer.value, holder, caller.node, request.action, request.resource, wanted, statement)


def _owner(request: Request, caller: Caller) -> str | None:
    return request.resource_account or arns.account_of(request.resource) or caller.account


def _bearer(resource: str) -> str:
    return resource if arns.is_function(resource) else arns.policy_bearer(resource)


def _principal(caller: Caller) -> str:
    return caller.service or caller.provider_name or caller.role or caller.arn or caller.node


def _element(caller: Caller, principal: str) -> Any:
    if caller.kind is CallerKind.SERVICE:
        return {"Service": principal}
    if caller.kind is CallerKind.ANONYMOUS:
        return "*"
    if caller.kind in (CallerKind.WEB_IDENTITY, CallerKind.SAML):
        return {"Federated": principal}
    return {"AWS": principal}


def _condition(world: World, caller: Caller, request: Request, context: Context) -> dict[str, Any] | None:
    """What keeps others out: what a service acts for, the external id or token claims that are known."""
    found: dict[str, Any] = {}
    if caller.kind is CallerKind.SERVICE:
        arn, account = context.lookup("aws:SourceArn"), context.lookup("aws:SourceAccount")
        if isinstance(arn, Known):
            found["ArnLike"] = {"aws:SourceArn": _single(arn)}
        elif isinstance(arn, Open) and arn.pattern and not arn.may_be_absent:
            found["ArnLike"] = {"aws:SourceArn": arn.pattern}
        if isinstance(account, Known):
            found["StringEquals"] = {"aws:SourceAccount": _single(account)}
        token = context.lookup("lambda:EventSourceToken")
        if isinstance(token, Known):
            found.setdefault("StringEquals", {})["lambda:EventSourceToken"] = _single(token)
    elif caller.kind in (CallerKind.WEB_IDENTITY, CallerKind.SAML):
        claims = {key: _single(state) for key in _claims(caller) if isinstance(state := context.lookup(key), Known)}
        if claims:
            found["StringEquals"] = claims
    elif request.action.lower() == "sts:assumerole":
        external = context.lookup("sts:ExternalId")
        if isinstance(external, Known):
            found["StringEquals"] = {"sts:ExternalId": _single(external)}
    return found or None


def _by_url(request: Request, context: Context) -> dict[str, Any]:
    """Of a call by function URL: what keeps calls of the API, or of a URL with another AuthType, out.

    Source: Lambda Developer Guide, "Control access to Lambda function URLs", its sample policies.
    """
    action = request.action.lower()
    if action == "lambda:invokefunctionurl":
        auth_type = context.lookup("lambda:FunctionUrlAuthType")
        return {"StringEquals": {"lambda:FunctionUrlAuthType": _single(auth_type)}} if _is_known(auth_type) else {}
    if action == "lambda:invokefunction" and _is_known(via := context.lookup("lambda:InvokedViaFunctionUrl")):
        return {"Bool": {"lambda:InvokedViaFunctionUrl": _single(via)}}
    return {}


#: What keeps a permission to what the step is for. Sources: IAM User Guide, "Grant a user permissions to pass a role
#: to an AWS service"; Service Authorization Reference, AWS Lambda.
_KEPT_TO = {
    "iam:passrole": ("StringEquals", "iam:PassedToService"),
    "lambda:createeventsourcemapping": ("ArnEquals", "lambda:FunctionArn"),
}


def _by_step(request: Request, context: Context) -> dict[str, Any]:
    operator, key = _KEPT_TO.get(request.action.lower(), ("", ""))
    state = context.lookup(key) if key else None
    return {operator: {key: _single(state)}} if state is not None and _is_known(state) else {}


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {operator: {**one.get(operator, {}), **other.get(operator, {})} for operator in (*one, *other)}


def _is_known(state: State) -> TypeGuard[Known]:
    return isinstance(state, Known)


def _claims(caller: Caller) -> tuple[str, ...]:
    if caller.kind is CallerKind.SAML:
        return ("saml:aud",)
    host = caller.provider.url if caller.provider else caller.provider_name
    return (f"{host}:aud", f"{host}:sub")


def _single(state: Known) -> Any:
    return state.values[0] if len(state.values) == 1 else list(state.values)
