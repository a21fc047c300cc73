"""What is to be granted, one thing after the other, and the changes that grant it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from models.change import AddToGroup, Change
from models.edge import Grant
from models.snapshot import Snapshot
from simulator.changes import apply
from simulator.repair.permission import as_changes


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to be granted. Without a statement it is a membership: `principal` is put into the group `holder`."""

    grant: Grant
    changes: tuple[Change, ...]

    @property
    def is_membership(self) -> bool:
        return not self.grant.statement


def joined(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Grants that differ in their action only are one statement, which names all the actions."""
    found: dict[tuple[str, ...], list[Grant]] = {}
    for grant in grants:
        rest = json.dumps({**grant.statement, "Action": None}, sort_keys=True)
        found.setdefault((*grant.place, rest), []).append(grant)
    return tuple(map(_as_one, found.values()))


def _as_one(grants: list[Grant]) -> Grant:
    actions = list(dict.fromkeys(grant.action for grant in grants))
    if len(actions) == 1:
        return grants[0]
    return replace(grants[0], action=", ".join(actions), statement={**grants[0].statement, "Action": actions})


def membership(group: str, instead: Iterable[Grant]) -> Grant:
    """That a user is put into a group, which has what these grants would give him."""
    covered = tuple(instead)
    return replace(
        covered[0],
        holder=group,
        action=", ".join(dict.fromkeys(grant.action for grant in covered)),
        resource=", ".join(dict.fromkeys(grant.resource for grant in covered)),
        condition=None,
        statement={},
    )


def remedies(snapshot: Snapshot, grants: Iterable[Grant]) -> tuple[Remedy, ...]:
    """Each grant with its changes, which are to be applied in this order.

    Raises:
        ChangeError: for a grant that AWS would refuse to save.
    """
    found = []
    for grant in grants:
        made = _changes(snapshot, grant)
        snapshot = apply(snapshot, made)
        found.append(Remedy(grant, made))
    return tuple(found)


def _changes(snapshot: Snapshot, grant: Grant) -> tuple[Change, ...]:
    if not grant.statement:
        return (AddToGroup(user=grant.principal, group=grant.holder),)
    return as_changes(snapshot, grant)


def changes_of(found: Iterable[Remedy]) -> tuple[Change, ...]:
    return tuple(change for remedy in found for change in remedy.changes)
