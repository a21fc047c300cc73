"""Evidence of intent: one half of a grant that names the other side.

`arn:aws:iam::*:role/Deployer` is evidence, `arn:aws:iam::*:role/*` is none, nor is `*` or a trust of one's own whole
account (docs/engine.md).
"""

from __future__ import annotations

from collections.abc import Iterable

from models.request import Attached
from simulator.policy.principals import account_named
from simulator.world import arns
from simulator.world.nodes import allowing, pattern_covers, shown
from simulator.world.world import World


def names_resource(world: World, node: str, action: str, resource: str) -> bool:
    """Whether an identity-based policy of the node allows the action on this resource by name."""
    holder = shown(node)
    if holder not in world.users and holder not in world.roles:
        return False
    policies, _ = world.identity_of(holder)
    return any(
        written_out(pattern) and pattern_covers(pattern, resource)
        for statement in allowing(policies, action, resource)
        for pattern in statement.resources or ()
    )


def written_out(pattern: str) -> bool:
    """Whether a Resource pattern has its account, or else its whole name, without a wildcard."""
    found = arns.parts(pattern)
    if found is None:
        return False
    account, name = found[4], found[5]
    if account and "*" not in account and "?" not in account:
        return True
    return "*" not in name and "?" not in name


def names_principal(policies: Iterable[Attached], node: str, action: str, resource: str) -> bool:
    """Whether a resource-based policy allows the action to this principal, or to its account from outside, by name."""
    holder = shown(node)
    account, owner = arns.account_of(holder), arns.account_of(resource)
    for statement in allowing(policies, action, resource):
        for principal in statement.principals or ():
            if principal.value in (holder, holder.partition(":")[2] if holder.startswith("service:") else holder):
                return True
            if account and account != owner and account_named(principal.value) == account:
                return True
    return False
