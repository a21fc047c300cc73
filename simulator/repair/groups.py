"""The groups that have what a user lacks: put into one, he needs no statement of his own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models import arns
from models.edge import Grant
from simulator.repair.remedies import membership
from simulator.world.nodes import allowing
from simulator.world.world import World


def by_group(world: World, grants: Sequence[Grant]) -> Iterator[tuple[Grant, ...]]:
    """Yield the grants with a membership instead of some, for each group that has a say in what a user lacks.

    Whether the group's statements suffice, with their conditions, is seen when it is applied.
    """
    for user in dict.fromkeys(grant.holder for grant in grants if _is_own(world, grant)):
        for group in sorted(world.groups):
            if group in world.users[user].groups or arns.account_of(group) != arns.account_of(user):
                continue
            policies, _ = world.policies_of_group(group)
            covered = [
                grant
                for grant in grants
                if grant.holder == user
                and _is_own(world, grant)
                and next(allowing(policies, grant.action, grant.resource), None)
            ]
            if covered:
                yield (membership(group, covered), *(grant for grant in grants if grant not in covered))


def _is_own(world: World, grant: Grant) -> bool:
    return grant.side == "identity" and grant.holder in world.users and bool(grant.statement)
