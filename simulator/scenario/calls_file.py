"""A file of what functions' code calls: `calls: [{actions, on}]`, `functions: {name: [{actions, on}]}`, or denials.

Anything else than YAML or JSON of that shape is read as text in which AWS's messages stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from models import arns
from models.errors import InputError
from models.scenario import CodeCallShape
from models.shape import Shape
from models.snapshot import CodeCall, Snapshot
from simulator.diagnosis.denials import Denial, denials
from simulator.scenario.shape import validated
from simulator.scenario.source import Source, read_bytes, read_yaml
from simulator.world import World


class _CallsShape(Shape):
    calls: tuple[CodeCallShape, ...] = ()
    functions: dict[str, tuple[CodeCallShape, ...]] = Field({})


class Declared(NamedTuple):
    """`function`: its ARN."""

    function: str
    call: CodeCall


def read_calls(world: World, path: Path, function: str | None) -> tuple[Declared, ...]:
    """Return what the file says that code calls; what names no function is said of `function`.

    Raises:
        InputError: with file, line and column, for whatever is wrong with it, and where it says nothing.
    """
    source = _as_yaml(path)
    found = tuple(_written(world, source, function) if source else _denied(world, path, function))
    if not found:
        whose = f" of `{function}`" if function else ""
        raise InputError(f"says of no call{whose}: neither `calls:` nor an access denied message", str(path))
    return found


def with_calls(snapshot: Snapshot, found: tuple[Declared, ...]) -> Snapshot:
    """The snapshot, with the calls declared beside those that are declared already."""
    more: dict[str, tuple[CodeCall, ...]] = {}
    for arn, call in found:
        more[arn] = (*more.get(arn, ()), call)
    functions = tuple(
        one.model_copy(update={"code_calls": (*one.code_calls, *more[one.arn])}) if one.arn in more else one
        for one in snapshot.functions
    )
    return snapshot.model_copy(update={"functions": functions})


def _as_yaml(path: Path) -> Source | None:
    """The file as values, if it has the shape of one; messages may be anything."""
    try:
        source = read_yaml(path)
    except InputError:
        if any(denials(read_bytes(path))):
            return None
        raise
    is_one = isinstance(source.data, dict) and ("calls" in source.data or "functions" in source.data)
    return source if is_one or not any(denials(read_bytes(path))) else None


def _written(world: World, source: Source, function: str | None) -> Iterator[Declared]:
    if not isinstance(source.data, dict):
        raise source.error((), "is a mapping with `calls` or `functions`")
    shape = validated(source, _CallsShape, source.data, ())
    if shape.calls and function is None:
        raise source.error(("calls",), "names no function: say of which, or write `functions:`")
    for call in shape.calls:
        yield Declared(function or "", _call(world, call))
    for name, calls in shape.functions.items():
        arn = arns.unqualified(world.resolve(name, "function"))
        if function in (None, arn):
            yield from (Declared(arn, _call(world, call)) for call in calls)


def _call(world: World, shape: CodeCallShape) -> CodeCall:
    resources = tuple(
        name if "*" in name or name.startswith("arn:") else world.resolve(name, "resource") for name in shape.on
    )
    return CodeCall(actions=shape.actions, resources=resources)


def _denied(world: World, path: Path, function: str | None) -> Iterator[Declared]:
    """What was denied to the code of a function: its session is named after it."""
    seen: set[tuple[str, str, str]] = set()
    for denial in denials(read_bytes(path)):
        for arn in _functions(world, denial):
            key = (arn, denial.action, denial.resource)
            if function in (None, arn) and key not in seen:
                seen.add(key)
                yield Declared(arn, CodeCall(actions=(denial.action,), resources=(denial.resource,)))


def _functions(world: World, denial: Denial) -> Iterator[str]:
    for arn, one in world.functions.items():
        named = arn.rpartition(":")[2] == denial.function and arns.account_of(arn) == denial.account
        if named and (one.role or "").rpartition("/")[2] == denial.role:
            yield arn
