"""Changes with the names that a person writes made ARNs: those of the snapshot, and of what earlier changes create."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models import arns
from models.change import CHANGE, CREATED, Change, SetFeature, named
from models.errors import ChangeError
from simulator.changes.organization import places
from simulator.changes.store import nearest
from simulator.facts.managed import managed_policy
from simulator.world.world import World


def resolved(world: World, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes with ARNs, and ids of the organization, for names.

    Raises:
        UnknownNameError, ChangeError: for a name that nothing has, or something of another kind.
    """
    created: dict[str, str] = {}
    found = []
    for change in changes:
        values: dict[str, Any] = change.model_dump(exclude_unset=True) | {"change": change.change}
        for field, meant in named(type(change)).items():
            value = getattr(change, field)
            if value is not None:
                values[field] = created.get(value) or _node(world, value, meant.kinds, getattr(change, "side", ""))
        if isinstance(change, SetFeature):
            values["value"] = _feature(world, change)
        if made := CREATED.get(change.change):
            written, values[made] = values[made], _new(world, values[made], made)
            created |= dict.fromkeys((written, written.rpartition("/")[2], values[made]), values[made])
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


def _node(world: World, name: str, kinds: tuple[str, ...], side: str) -> str:
    if kinds == ("place",) or side in ("scp", "rcp"):
        return _place(world, name)
    if kinds == ("organization_policy",):
        return name
    if kinds == ("policy",):
        return _policy(world, name)
    wanted = kinds[0] if kinds else "principal" if side == "identity" else "resource"
    node = world.resolve(name, wanted)
    kind = arns.kind_of(node)
    if kinds and kinds != ("resource",) and kind not in kinds:
        raise ChangeError(f"`{name}` is a {kind}, not a {' or a '.join(kinds)}")
    return node


def _place(world: World, name: str) -> str:
    """A root, an OU or an account, by its id or its name."""
    organization = world.snapshot.organization
    if organization is None:
        raise ChangeError("there is no organization in the snapshot")
    known = places(organization) | {shown.lower(): account for account, shown in world.names.items()}
    found = known.get(name) or known.get(name.lower())
    if found is None:
        raise ChangeError(f"no root, OU or account `{name}`{nearest(name, known)}")
    return found


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
    raise ChangeError(f"no managed policy `{name}`{nearest(name, (arn.rsplit('/', 1)[-1] for arn in world.policies))}")
