"""What lets somebody in on the function's side, where his own side has no room for a statement.

In one account either side will do. Source: IAM User Guide, "Policy evaluation logic" and "IAM and AWS STS quotas".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from models import arns
from models.edge import Grant
from models.errors import ChangeError
from simulator.changes import apply
from simulator.repair.permission import as_change
from simulator.world.world import World


def by_function_policy(world: World, grants: Sequence[Grant]) -> Iterator[tuple[Grant, ...]]:
    """Yield the grants with statements of functions' policies in the place of those that AWS would refuse."""
    others = tuple(_other(grant) if _is_refused(world, grant) else grant for grant in grants)
    if others != tuple(grants):
        yield others


def _is_refused(world: World, grant: Grant) -> bool:
    """Whether a statement about a function of its holder's account can't be added to the holder's own policies."""
    same_account = arns.account_of(grant.holder) == arns.account_of(grant.resource)
    if grant.side != "identity" or not grant.statement or not arns.is_function(grant.resource) or not same_account:
        return False
    try:
        apply(world.snapshot, (as_change(world.snapshot, grant),))
    except ChangeError:
        return True
    return False


def _other(grant: Grant) -> Grant:
    allowed = {**grant.statement, "Principal": {"AWS": grant.holder}}
    return replace(grant, side="resource", holder=grant.resource, statement=allowed)
