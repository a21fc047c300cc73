"""What of a snapshot is another in the one that it was changed to: found by rows that are no longer the same object.

See `simulator.changes.store`: whatever a change leaves alone stays the very same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from models.snapshot import Function, Group, ManagedPolicy, Resource, Role, Snapshot, User, Value
from simulator.world.organization import reorganized

Row = TypeVar("Row", User, Group, Role, Function, ManagedPolicy, Resource)

#: What a change of a user or role is told by; of any other field nobody knows what hangs on it.
_ASKING = frozenset({"inline", "attached", "groups", "boundary", "session"})
_TRUST = frozenset({"trust"})
_FUNCTION_POLICIES = frozenset({"policies"})
#: What nearly all hangs on.
_GENERAL = ("accounts", "identity_providers", "gaps", "assumptions")
_SOURCES = ("resources", "triggers", "mappings")


@dataclass(frozen=True, slots=True)
class Touched:
    """The ARNs of what differs.

    `holders` are the users and roles whose own policies, groups, boundary or session policy may be others; `remade`
    those of them of whom more is another: they are new or gone, others trust them or they trust others, or other
    functions run with them. `trusts` are the roles that may be asked for to another end. `permits` are functions of
    which only the policies differ, `functions` all others that do. `sources`: some resource, trigger or mapping
    differs. `groups`: some group, or a managed policy with several versions. `actors`: somebody is new or
    gone, or runs something else. `bound` and `guarded` are the accounts down to which other SCPs and other RCPs are,
    `moved` those that are elsewhere in the organization. `everything`: nobody knows how far.
    """

    holders: frozenset[str] = frozenset()
    remade: frozenset[str] = frozenset()
    trusts: frozenset[str] = frozenset()
    permits: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    sources: bool = False
    groups: bool = False
    actors: bool = False
    bound: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    everything: bool = False

    @property
    def bears_on_resources(self) -> bool:
        """Whether the policy of something that is asked for may be another."""
        return bool(self.trusts or self.permits or self.functions or self.sources or self.everything)


def touched(before: Snapshot, after: Snapshot) -> Touched:
    """What differs between a snapshot and one that was made of it."""
    organization = reorganized(before.organization, after.organization)
    if organization is None or any(getattr(before, name) is not getattr(after, name) for name in _GENERAL):
        return Touched(everything=True)
    policies = differing(before.policies, after.policies)
    groups = {**differing(before.groups, after.groups), **_having(after.groups, policies)}
    principals = (*differing(before.users, after.users).items(), *differing(before.roles, after.roles).items())
    functions = differing(before.functions, after.functions)
    fields = {arn: _fields(pair) for arn, pair in principals}
    if any(found is not None and not found <= _ASKING | _TRUST for found in fields.values()):
        return Touched(everything=True)
    holders = {*fields, *_having((*after.users, *after.roles), policies)}
    holders.update(user.arn for user in after.users if groups and not groups.keys().isdisjoint(user.groups))
    permits = {arn for arn, pair in functions.items() if _fields(pair) == _FUNCTION_POLICIES}
    run = {one.role for arn, pair in functions.items() if arn not in permits for one in pair if one and one.role}
    trusts = {arn for arn, found in fields.items() if found is None or "trust" in found}
    return Touched(
        holders=frozenset(holders | run),
        remade=frozenset(trusts | run),
        trusts=frozenset(trusts),
        permits=frozenset(permits),
        functions=frozenset(functions.keys() - permits),
        sources=any(getattr(before, name) is not getattr(after, name) for name in _SOURCES),
        actors=bool(run) or any(found is None for found in fields.values()) or bool(functions.keys() - permits),
        groups=bool(groups) or any(one and one.versions for pair in policies.values() for one in pair),
        bound=organization.scps,
        guarded=organization.rcps,
        moved=organization.moved,
    )


def differing(before: tuple[Row, ...], after: tuple[Row, ...]) -> dict[str, tuple[Row | None, Row | None]]:
    """The rows that differ, by ARN, as they were and as they are; None: there was or is none."""
    if before is after:
        return {}
    if len(before) == len(after):
        pairs = [(old, new) for old, new in zip(before, after, strict=True) if old is not new]
        if all(old.arn == new.arn for old, new in pairs):
            return {old.arn: (old, new) for old, new in pairs}
    was, now = {row.arn: row for row in before}, {row.arn: row for row in after}
    return {arn: (was.get(arn), now.get(arn)) for arn in {**was, **now} if was.get(arn) is not now.get(arn)}


def _having(holders: Sequence[User | Group | Role], policies: Mapping[str, object]) -> dict[str, None]:
    """Those to whom one of some managed policies is attached, or whose boundary it is."""
    found: dict[str, None] = {}
    for policy in policies:
        found.update(
            (holder.arn, None)
            for holder in holders
            if policy in holder.attached or (not isinstance(holder, Group) and holder.boundary == policy)
        )
    return found


def _fields(pair: tuple[Value | None, Value | None]) -> frozenset[str] | None:
    """The fields that differ; None: of what is new or gone all do."""
    old, new = pair
    if old is None or new is None:
        return None
    was, now = old.__dict__, new.__dict__
    return frozenset(name for name in now if was[name] is not now[name] and was[name] != now[name])
