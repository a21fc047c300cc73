"""What AWS's references say of a request's action and resource, in the form the engine takes it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from models.request import Traits
from simulator.facts.reference import has_resource_types
from simulator.facts.services import (
    CROSS_ACCOUNT_FUNCTION_ACTIONS,
    cannot_be_changed,
    is_aws_managed_key_alias,
    supports_rcp,
)


class _OfAction(NamedTuple):
    """What an action says of itself, whatever it is on."""

    has_resource_types: bool
    bound_by_rcps: bool
    is_of_lambda: bool
    function_policy_may_give: bool


@lru_cache(maxsize=4096)
def _of_action(action: str) -> _OfAction:
    lowered = action.lower()
    return _OfAction(
        has_resource_types=has_resource_types(action) is not False,
        bound_by_rcps=supports_rcp(action) and lowered != "kms:retiregrant",
        is_of_lambda=lowered.startswith("lambda:"),
        function_policy_may_give=lowered in CROSS_ACCOUNT_FUNCTION_ACTIONS,
    )


@lru_cache(maxsize=65536)
def traits(action: str, resource: str, *, aws_managed_key: bool = False) -> Traits:
    """Look up an action on a resource. `aws_managed_key`: the resource is known to be a KMS key that AWS manages."""
    known = _of_action(action)
    exempt = known.bound_by_rcps and (aws_managed_key or is_aws_managed_key_alias(resource))
    return Traits(
        impossible=cannot_be_changed(action, resource),
        has_resource_types=known.has_resource_types,
        bound_by_rcps=known.bound_by_rcps and not exempt,
        other_accounts_may=known.function_policy_may_give or not (known.is_of_lambda and ":function:" in resource),
    )
