"""Shapes whose checks are made when they are needed say of a mistake what those made all at once say."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from models.change import KINDS
from models.shape import Later, Shape
from models.supposed import ChangeShape, shape_of

#: The checks of all kinds of changes, made at once.
_EVERY: Any = TypeAdapter(Annotated[reduce(or_, map(shape_of, KINDS.values())), Field(discriminator="change")])
#: As a scenario's `what_if` has them.
_BY_KIND: Any = TypeAdapter(ChangeShape)

_VALUES = ("x", 7, True, None, [], ["a", 1], {}, {"AWS": "*"}, {"Statement": []})

#: A value that is right in a field where "x" isn't.
_RIGHT: dict[str, Any] = {
    "side": "identity",
    "statement": {"AWS": "*"},
    "document": {"AWS": "*"},
    "feature": "layers",
}


def _changes() -> list[dict[str, Any]]:
    """For each kind of change: nothing but its name, an unknown key, and each value in each field."""
    made: list[dict[str, Any]] = []
    for kind, model in KINDS.items():
        names = [name for name in model.model_fields if name != "change"]
        made += [{"change": kind}, {"change": kind, "holdr": "x"}]
        made += [{"change": kind} | dict.fromkeys(names, value) for value in _VALUES]
        right = {name: _RIGHT.get(name, "x") for name in names}
        made += [{"change": kind} | right | {name: value} for name in names for value in _VALUES]
        made.append({"change": kind} | right)
    return made


def _said(check: Any, value: Any) -> Any:
    """What it is read as, or every mistake with its place; that of a union has the name of its member in it."""
    try:
        found = check(value)
    except ValidationError as error:
        return [
            (tuple(part for part in row["loc"] if part not in KINDS), row["type"], row["msg"], row["input"])
            for row in error.errors(include_url=False)
        ]
    return type(found), found


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_read_by_its_kind_as_it_is_by_all_kinds_at_once(kind: str) -> None:
    changes = [change for change in _changes() if change["change"] == kind]
    outcomes = [_said(_EVERY.validate_python, change) for change in changes]
    assert [_said(_BY_KIND.validate_python, change) for change in changes] == outcomes
    assert {type(outcome) for outcome in outcomes} == {list, tuple}


@pytest.mark.parametrize("value", [None, "x", [], {}, {"change": "no_such"}, {"change": 1}, {"change": None}])
def test_what_is_no_change_is_refused_as_it_is_by_all_kinds_at_once(value: Any) -> None:
    said = _said(_EVERY.validate_python, value)
    assert isinstance(said, list)
    assert _said(_BY_KIND.validate_python, value) == said


class _Inner(Shape):
    name: str
    number: int = 1


class _Now(BaseModel):
    one: _Inner | None = None
    many: tuple[_Inner, ...] = ()
    named: dict[str, _Inner] = {}


class _Then(BaseModel):
    one: Later[_Inner] | None = None
    many: tuple[Later[_Inner], ...] = ()
    named: dict[str, Later[_Inner]] = {}


_INNER = ({"name": "x"}, {"name": 1}, {"number": "y"}, {"nam": "x"}, {"name": "x", "number": "y"}, None, "x", [])


@pytest.mark.parametrize("inner", _INNER)
def test_a_shape_that_is_made_later_refuses_what_it_would_have_in_the_same_place(inner: Any) -> None:
    for value in ({"one": inner}, {"many": [{"name": "a"}, inner]}, {"named": {"a": inner}}, {"many": inner}):
        now, then = _said(_Now.model_validate, value), _said(_Then.model_validate, value)
        assert then == now if isinstance(now, list) else then[1].model_dump() == now[1].model_dump()
