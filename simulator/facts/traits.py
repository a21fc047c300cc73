"""What AWS's references say of a request's action and resource, in the form the engine takes it."""

from __future__ import annotations

from functools import lru_cache

from models.request import Traits
from simulator.facts.reference import has_resource_types
from simulator.facts.services import (
    CROSS_ACCOUNT_FUNCTION_ACTIONS,
    cannot_be_changed,
    is_aws_managed_key_alias,
    supports_rcp,
)


@lru_cache(maxsize=65536)
def traits(action: str, resource: str, *, aws_managed_key: bool = False) -> Traits:
    """Look up an action on a resource. `aws_managed_key`: the resource is known to be a KMS key that AWS manages."""
    lowered = action.lower()
    exempt = lowered == "kms:retiregrant" or aws_managed_key or is_aws_managed_key_alias(resource)
    is_function = lowered.startswith("lambda:") and ":function:" in resource
    return Traits(
        impossible=cannot_be_changed(action, resource),
        has_resource_types=has_resource_types(action) is not False,
        bound_by_rcps=supports_rcp(action) and not exempt,
        other_accounts_may=not is_function or lowered in CROSS_ACCOUNT_FUNCTION_ACTIONS,
    )
