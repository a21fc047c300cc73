"""Changes with the names that a person writes made ARNs: those of the snapshot, and of what earlier changes create."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models import arns
from models.change import CHANGE, CREATED, Change, SetFeature, named
from models.errors import ChangeError, UnknownNameError
from simulator.changes.organization import places, places_meant
from simulator.changes.store import nearest
from simulator.facts.managed import managed_policy
from simulator.world.names import MOST_NEAREST
from simulator.world.world import World

#: Who may hold the policy of a side.
HOLDERS: Mapping[str, tuple[str, ...]] = {
    "identity": ("user", "group", "role"),
    "trust": ("role",),
    "session": ("role",),
    "boundary": ("user", "role"),
}


def resolved(world: World, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes with ARNs, and ids of the organization, for names.

    Raises:
        UnknownNameError, ChangeError: for a name that nothing has, or something of another kind.
    """
    created: dict[str, tuple[str, ...]] = {}
    found = []
    for change in changes:
        values: dict[str, Any] = change.model_dump(exclude_unset=True) | {"change": change.change}
        for field, meant in named(type(change)).items():
            value = getattr(change, field)
            if value is not None:
                side = getattr(change, "side", "")
                is_place = meant.kinds == ("place",) or side in ("scp", "rcp")
                values[field] = (
                    _place(world, value, field) if is_place else _node(world, created, value, meant.kinds, side)
                )
        if isinstance(change, SetFeature):
            values["value"] = _feature(world, change)
        if made := CREATED.get(change.change):
            written, values[made] = values[made], _new(world, values[made], made)
            for name in (written, written.rpartition("/")[2], values[made]):
                created[name] = (*created.get(name, ()), values[made])
        found.append(CHANGE.validate_python(values))
    return tuple(found)


def _feature(world: World, change: SetFeature) -> Any:
    """The value of a feature, with ARNs for the names of what it is about."""
    value = change.value
    if change.feature in ("dead_letter", "kms_key") and isinstance(value, str) and value:
        return world.resolve(value, "resource")
    if change.feature in ("layers", "file_systems") and isinstance(value, tuple):
        return tuple(world.resolve(str(name), "resource") for name in value)
    return value


def _new(world: World, name: str, kind: str) -> str:
    """The ARN of what is to be created, which is written as such or as `account/name`."""
    if name.startswith("arn:"):
        return name
    account, slash, rest = name.partition("/")
    numbers = {number: number for number in world.collected} | {shown: number for number, shown in world.names.items()}
    number = numbers.get(account)
    if not slash or number is None:
        raise ChangeError(f"`{name}` is not an ARN or `account/name`{nearest(account, numbers)}")
    partition = next((arns.partition_of(arn) for arn in (*world.roles, *world.functions)), "aws")
    if kind != "function":
        return f"arn:{partition}:iam::{number}:{kind}/{rest}"
    regions = {region for arn in world.functions if (region := arns.region_of(arn))}
    if len(regions) != 1:
        raise ChangeError(f"in which Region `{name}` is to be created isn't said: write its ARN")
    return f"arn:{partition}:lambda:{regions.pop()}:{number}:function:{rest}"


def _node(world: World, created: Mapping[str, tuple[str, ...]], name: str, kinds: tuple[str, ...], side: str) -> str:
    if kinds == ("organization_policy",):
        return name
    if kinds == ("policy",):
        return _policy(world, name)
    if made := _fitting(world, created, name, kinds or HOLDERS.get(side, ("function",))):
        return made
    wanted = kinds[0] if kinds else "principal" if side == "identity" else "resource"
    node = world.resolve(name, wanted)
    kind = arns.kind_of(node)
    if kinds and kinds != ("resource",) and kind not in kinds:
        raise ChangeError(f"`{name}` is a {kind}, not a {' or a '.join(kinds)}")
    return node


def _fitting(world: World, created: Mapping[str, tuple[str, ...]], name: str, kinds: tuple[str, ...]) -> str | None:
    """What has a name and is of these kinds, created or there before.

    Raises:
        UnknownNameError: if several have it: none of them goes before the others.
    """
    every = {*created.get(name, ()), *world.short_names.get(name, ())}
    found = sorted(node for node in every if arns.kind_of(node) in kinds)
    if len(found) > 1:
        raise UnknownNameError(name, " or ".join(kinds), tuple(found[:MOST_NEAREST]), why="ambiguous")
    return found[0] if found else None


def _place(world: World, name: str, field: str) -> str:
    """A root, an OU or an account, by its id or its name."""
    organization = world.snapshot.organization
    if organization is None:
        raise ChangeError("there is no organization in the snapshot")
    known = places(organization, world.names)
    found = places_meant(known, name, field)
    if not found:
        raise ChangeError(f"no root, OU or account `{name}`{nearest(name, known)}")
    if len(found) > 1:
        raise ChangeError(f"ambiguous name `{name}`: {', '.join(found)}")
    return found[0]


def _policy(world: World, name: str) -> str:
    """A managed policy by its ARN, or by a name that only one has."""
    if name.startswith("arn:"):
        return name
    named = [arn for arn in world.policies if arn.rsplit("/", 1)[-1] == name]
    fact = managed_policy(name)
    if len(named) == 1:
        return named[0]
    if not named and fact:
        return fact.arn
    if named:
        raise ChangeError(f"ambiguous policy `{name}`: {', '.join(named)}")
    near = nearest(name, (arn.rsplit("/", 1)[-1] for arn in world.policies))
    raise ChangeError(f"no managed policy `{name}` was read{near}")
