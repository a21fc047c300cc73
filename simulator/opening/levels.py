"""Which statements of an organization's policies are others for some accounts after a change, or say where they are.

Every level of SCPs has to allow. Source: Organizations User Guide, "SCP evaluation".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from models.errors import PolicyError
from models.policy import Effect, PolicyKind, Statement
from models.snapshot import Snapshot
from simulator.opening.bearing import VERSION, Statements
from simulator.policy.limits import UNLIMITED
from simulator.policy.parse import parse_policy
from simulator.world.organization import RCP, SCP, Levels
from simulator.world.world import World

#: What the names of keys end with that say where an account is: aws:PrincipalOrgPaths, aws:ResourceOrgPaths, and so on.
_PLACE = "orgpaths"


def of_scps(before: World, after: World, accounts: Iterable[str]) -> Statements | None:
    """The statements of SCPs that differ for one of some accounts; None: more than what statements speak of does."""
    return _of_each(_pairs(before, after, accounts, SCP, PolicyKind.SCP))


def of_rcps(before: World, after: World, accounts: Iterable[str]) -> Statements | None:
    """The same of RCPs, which allow nothing that anything hangs on."""
    return _of_each(_pairs(before, after, accounts, RCP, PolicyKind.RCP))


def _pairs(
    before: World, after: World, accounts: Iterable[str], wanted: str, kind: PolicyKind
) -> Iterator[tuple[Levels, Levels]]:
    was, now = before.organization, after.organization
    yield from ((was.levels(one, wanted, kind)[0], now.levels(one, wanted, kind)[0]) for one in accounts)


def _of_each(pairs: Iterable[tuple[Levels, Levels]]) -> Statements | None:
    found: set[Statement] = set()
    for was, now in pairs:
        differing = _differing(was, now)
        if differing is None:
            return None
        found |= differing
    return frozenset(found)


def _differing(was: Levels, now: Levels) -> Statements | None:
    if any(one.policy.version != VERSION for level in (*was, *now) for one in level):
        return None
    old, new = _read(was), _read(now)
    denies, gone, come = old.denies ^ new.denies, old.lists - new.lists, new.lists - old.lists
    if not gone and not come:
        return denies
    if not gone or not come:
        # What is on no list at a level is denied there.
        return None
    # What all of these lists have is as it was, and so is what none of them has.
    lists = (*gone, *come)
    return denies | (frozenset[Statement]().union(*lists) - lists[0].intersection(*lists))


class _Read(NamedTuple):
    """What levels deny, and the lists of what a level allows where that isn't everything."""

    denies: Statements
    lists: frozenset[Statements]


def _read(levels: Levels) -> _Read:
    every = [[replace(each, sid=UNSET) for one in level for each in one.policy.statements] for level in levels]
    lists = [frozenset(one for one in level if one.effect is Effect.ALLOW) for level in every]
    return _Read(
        frozenset(one for level in every for one in level if one.effect is Effect.DENY),
        frozenset(one for one in lists if not any(map(_allows_everything, one))),
    )


def _allows_everything(statement: Statement) -> bool:
    return statement.actions == ("*",) and statement.resources == ("*",) and not statement.condition


def asking_where(*snapshots: Snapshot) -> Statements | None:
    """The statements of all documents that ask where in its organization an account is; None: nobody knows which do."""
    every = {id(one): one for snapshot in snapshots for one in snapshot.documents.values()}.values()
    found: set[Statement] = set()
    for document in every:
        if isinstance(document, str) or _PLACE in repr(document).lower():
            try:
                policy = parse_policy(document, PolicyKind.RESOURCE, strict=False, limit=UNLIMITED)
            except PolicyError:
                return None
            found.update(one for one in policy.statements if _PLACE in repr(one).lower())
    return frozenset(found)
