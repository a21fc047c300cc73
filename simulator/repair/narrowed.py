"""A grant with the conditions that keep out whom nobody meant, where the step itself doesn't bring them.

Sources: IAM User Guide, "Access to AWS accounts owned by third parties", "The confused deputy problem".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from models import arns
from models.context import Absent, Given
from models.edge import Edge, Grant
from simulator.changes import documents
from simulator.policy.principals import account_named
from simulator.world.nodes import shown
from simulator.world.world import World

KEY = "sts:externalid"


def narrowed(world: World, edge: Edge, given: Given) -> tuple[Grant, ...]:
    """What a step lacks, with the external id that a trust policy asks for; a service only for one's own account."""
    found = [with_external_id(world, grant, given) for grant in edge.missing]
    if not shown(edge.source).startswith("service:"):
        return tuple(found)
    return tuple(_for_own_account(world, grant, given) for grant in found)


def _for_own_account(world: World, grant: Grant, given: Given) -> Grant:
    """Of a service that was asked about by itself nobody knows for whom it acts: for anybody, unless that is said."""
    if grant.side != "resource" or grant.account is None:
        return grant
    context = world.context(world.caller(grant.principal), grant.action, grant.resource, given)
    says_for_whom = not isinstance(context.lookup("aws:SourceAccount"), Absent)
    asks = {key.lower() for keys in (grant.condition or {}).values() for key in keys}
    if not says_for_whom or asks & {"aws:sourcearn", "aws:sourceaccount"}:
        return grant
    equal = {**(grant.condition or {}).get("StringEquals", {}), "aws:SourceAccount": grant.account}
    return _under(grant, {**(grant.condition or {}), "StringEquals": equal})


def _under(grant: Grant, condition: Mapping[str, Any]) -> Grant:
    return replace(grant, condition=condition, statement={**grant.statement, "Condition": condition})


def with_external_id(world: World, grant: Grant, given: Given) -> Grant:
    """The grant, with the external id that the trust policy asks of others of the same account.

    As it is where the question settles the key, or the trust policy doesn't ask for one, or for several.
    """
    account = arns.account_of(grant.principal)
    asks_already = any(key.lower() == KEY for keys in (grant.condition or {}).values() for key in keys)
    if grant.side != "trust" or asks_already or account in (None, grant.account):
        return grant
    if KEY in given.settled or KEY in given.absent or grant.action.lower() != "sts:assumerole":
        return grant
    wanted = set(_asked(world, grant.holder, account))
    if len(wanted) != 1:
        return grant
    equal = {**(grant.condition or {}).get("StringEquals", {}), "sts:ExternalId": wanted.pop()}
    return _under(grant, {**(grant.condition or {}), "StringEquals": equal})


def _asked(world: World, role: str, account: str | None) -> Iterator[str]:
    """The external ids that the trust policy asks of whoever it names of an account."""
    document = world.snapshot.documents.get(world.roles[role].trust) if role in world.roles else None
    for statement in documents.statements(document):
        if statement.get("Effect") == "Allow" and account in _accounts(statement.get("Principal")):
            for keys in _equal(statement.get("Condition") or {}):
                value = next((value for key, value in keys.items() if key.lower() == KEY), None)
                yield from [value] if isinstance(value, str) else value or ()


def _equal(condition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (keys for operator, keys in condition.items() if operator.lower() == "stringequals")


def _accounts(principal: Any) -> set[str | None]:
    named = principal.get("AWS", ()) if isinstance(principal, dict) else ()
    values = [named] if isinstance(named, str) else named
    return {account_named(value) or arns.account_of(value) for value in values}
