"""Any one of many names will do: those within a pattern that the policies' patterns tell apart.

A step on "an object within the notification's filter" holds if one name exists for which all its requests are allowed:
patterns intersected, denies subtracted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from models import arns
from models.request import Attached
from simulator.policy import match
from simulator.policy.automata import Group, witnesses
from simulator.world.world import World

MOST_NAMES = 64


def names_within(world: World, plain: str, inside: str) -> Iterator[str]:
    """One name for each way in which the policies' patterns tell what is within a pattern apart; `plain` is one of it.

    So a step holds if one name exists for which it is allowed: patterns intersected, denies subtracted.
    """
    yield from told_apart(_patterns(world, plain, inside), plain, inside)


def told_apart(patterns: Iterable[str], plain: str, inside: str) -> list[str]:
    """`plain`, and one name within `inside` for each way in which the patterns tell names apart."""
    wanted = match.glob(inside)
    known = {pattern for pattern in patterns if "${" not in pattern}
    if not known:
        return [plain]
    groups: tuple[Group, ...] = tuple(((match.glob(pattern), False),) for pattern in (inside, *sorted(known)))
    found = [name for name in witnesses(groups) if match.matches(wanted, name)]
    return list(dict.fromkeys((plain, *found)))[:MOST_NAMES]


def _patterns(world: World, plain: str, inside: str) -> Iterator[str]:
    """Every pattern of a policy that may match something within."""
    bearer, service = arns.policy_bearer(plain), arns.service_of(plain) or ""
    account = world.account_of(bearer)
    own = world.resource_policies(bearer, account if isinstance(account, str) else None)[0]
    stem = re.split(r"[*?]", inside, maxsplit=1)[0]
    for pattern in (*_about(own, service), *_of_identities(world, service)):
        head = re.split(r"[*?]", pattern, maxsplit=1)[0]
        if head.startswith(stem) or (head != pattern and stem.startswith(head)):
            yield pattern


def _of_identities(world: World, service: str) -> tuple[str, ...]:
    """The patterns about a service's resources in the policies of all users and roles."""
    every = (attached for arn in (*world.users, *world.roles) for attached in world.identity_of(arn)[0])
    return world.memo.once("patterns about", service, lambda: tuple(dict.fromkeys(_about(every, service))))


def _about(policies: Iterable[Attached], service: str) -> Iterator[str]:
    for attached in policies:
        for statement in attached.policy.statements:
            for pattern in (*(statement.resources or ()), *(statement.not_resources or ())):
                if f":{service}:" in pattern:
                    yield pattern
