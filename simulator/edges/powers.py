"""What there is to change of a user or role for it to have more permissions, and what each change asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from models import arns
from models.context import Absent, Known, State
from models.policy import Effect, PolicyKind, Statement
from models.request import Attached
from models.snapshot import Role, User
from simulator.edges.ask import Ask
from simulator.policy.limits import MANAGED
from simulator.takeover.ways import JOIN, MAKE_ROOM, MOST_VERSIONS, NEW_VERSION, OLD_VERSION, POWERS, Act, Fix, Gain
from simulator.world.actors import Fixed
from simulator.world.guise import Guise
from simulator.world.world import World

#: Roles that only the service that they belong to can change. Source: IAM User Guide, "Create a service-linked role".
LINKED = ":role/aws-service-role/"

_GUISES = {Gain.EVERYTHING: Guise(everything=True), Gain.UNBOUND: Guise(unbound=True)}


class Change(NamedTuple):
    """One way to change what a user or role may do: what comes of it, what it asks for, and what else it changes."""

    gain: Guise
    asks: tuple[Ask, ...]
    via: tuple[str, ...] = ()


def changes_of(world: World, holder: str) -> tuple[Change, ...]:
    """Every way to change a user or role; none for what nobody can change."""
    found = world.users.get(holder) or world.roles.get(holder)
    if found is None or LINKED in holder:
        return ()
    return world.memo.once("changes of", holder, lambda: tuple(_changes(world, found)))


def _changes(world: World, holder: User | Role) -> Iterator[Change]:
    groups = holder.groups if isinstance(holder, User) else ()
    kind = "user" if isinstance(holder, User) else "role"
    for power in POWERS:
        if power.gain is Gain.UNBOUND and holder.boundary is None:
            continue
        if power.of == kind:
            yield Change(_GUISES[power.gain], (_ask(power.act, holder.arn, holder.boundary),))
        elif power.of == "group":
            for group in groups:
                yield Change(_GUISES[power.gain], (_ask(power.act, group, None),), (group,))
    yield from _by_policies(world, holder.attached, ())
    for group in groups:
        attached = world.groups[group].attached if group in world.groups else ()
        yield from _by_policies(world, attached, (group,))
    if holder.boundary is not None:
        yield from (Change(_GUISES[Gain.UNBOUND], asks) for asks in _new_version(world, holder.boundary))
    if isinstance(holder, User):
        yield from _by_joining(world, holder)


def _by_policies(world: World, attached: Iterable[str], via: tuple[str, ...]) -> Iterator[Change]:
    """What changing the managed policies that are attached to something gives."""
    for policy in attached:
        for asks in _new_version(world, policy):
            yield Change(_GUISES[Gain.EVERYTHING], asks, via)
        managed = world.policies.get(policy)
        if managed is None or _is_of_aws(policy):
            continue
        now = _allows(world, managed.document, policy)
        for version, document in sorted(managed.versions.items()):
            if _allows(world, document, policy) - now:
                yield Change(Guise(versions=((policy, version),)), (_ask(OLD_VERSION.act, policy, None),), via)


def _new_version(world: World, policy: str) -> Iterator[tuple[Ask, ...]]:
    """What it asks for to give a policy another content; nothing does of a policy that AWS manages."""
    if _is_of_aws(policy):
        return
    managed = world.policies.get(policy)
    is_full = managed is not None and len(managed.versions) + 1 >= MOST_VERSIONS
    acts = (NEW_VERSION.act, MAKE_ROOM) if is_full else (NEW_VERSION.act,)
    yield tuple(_ask(act, policy, None) for act in acts)


def _is_of_aws(policy: str) -> bool:
    return ":iam::aws:policy/" in policy


def _by_joining(world: World, user: User) -> Iterator[Change]:
    """Groups of the user's account that grant what it has not."""
    has = _allowed_by(world.identity_of(user.arn)[0])
    for group in sorted(world.groups):
        if group in user.groups or arns.account_of(group) != arns.account_of(user.arn):
            continue
        attached, unread = world.policies_of_group(group)
        if unread or _allowed_by(attached) - has:
            yield Change(Guise(groups=(group,)), (_ask(JOIN.act, group, None),), (group,))


def _allows(world: World, document: str, policy: str) -> frozenset[Statement]:
    compiled = world.documents.policy(document, PolicyKind.IDENTITY, policy, MANAGED)
    return _allowed_by((Attached(policy, compiled),))


def _allowed_by(policies: Iterable[Attached]) -> frozenset[Statement]:
    """Its Allow statements, whatever they are called and in which order."""
    every = (statement for attached in policies for statement in attached.policy.statements)
    return frozenset(replace(one, sid=UNSET) for one in every if one.effect is Effect.ALLOW)


def _ask(act: Act, on: str, boundary: str | None) -> Ask:
    return Ask(act.action, on, fixed_by(act, on, boundary=boundary))


def fixed_by(act: Act, on: str, *, boundary: str | None = None, function: str = "") -> Fixed | None:
    """What the step settles of its request."""
    if act.fixed is None:
        return None
    administrator = f"arn:{arns.partition_of(on)}:iam::aws:policy/AdministratorAccess"
    states: dict[str | Fix, State] = {
        Fix.ADMINISTRATOR: Known((administrator,)),
        Fix.BOUNDARY: Known((boundary,)) if boundary else Absent(),
        Fix.FUNCTION: Known((function,)),
    }
    return tuple((key.lower(), states.get(value) or Known((value,))) for key, value in act.fixed.items())
