"""Checks a file's values against `models.scenario`, and says what is wrong as a person would."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from models.errors import InputError
from models.scenario import Scenario
from models.shape import nearest
from simulator.scenario.source import Place, Source

Form = TypeVar("Form", bound=BaseModel)

_KINDS: dict[str, str] = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "datetime_type": "a time such as 2026-01-01T00:00:00Z",
    "datetime_parsing": "a time such as 2026-01-01T00:00:00Z",
    "datetime_from_date_parsing": "a time such as 2026-01-01T00:00:00Z",
}


def check(source: Source) -> Scenario:
    """Return the scenario that a file holds.

    Raises:
        InputError: for the first problem in the file's order.
    """
    if not isinstance(source.data, dict):
        raise source.error((), "a scenario is a mapping with `name` and `accounts`")
    return validated(source, Scenario, source.data, ())


def validated(source: Source, form: type[Form], value: Any, place: Place) -> Form:
    """Return the value at `place` as `form` has it.

    Raises:
        InputError: for the first problem in the file's order.
    """
    try:
        return form.model_validate(value)
    except ValidationError as error:
        # pydantic also calls a list too short whose items are wrong.
        errors = error.errors(include_url=False)
        worth = [found for found in errors if found["type"] != "too_short" or not found["input"]]
        problems = [_problem(source, dict(found), value, place) for found in worth]
        raise min(problems, key=lambda found: (found.line or 0, found.column or 0)) from None


def _problem(source: Source, found: dict[str, Any], value: Any, within: Place) -> InputError:
    place = within + _place(value, tuple(found["loc"]))
    kind, context = found["type"], found.get("ctx") or {}
    if kind == "unknown_key":
        return source.error((*place, context["key"]), found["msg"], at_key=True)
    if kind == "missing":
        return source.error(place, f"needs `{found['loc'][-1]}`")
    return source.error(place, _sentence(kind, found, context))


def _sentence(kind: str, found: dict[str, Any], context: dict[str, Any]) -> str:
    value = found["input"]
    if kind == "union_tag_invalid":
        known = [name.strip("'") for name in str(context["expected_tags"]).split(", ")]
        tag = str(context["tag"])
        return f"`{tag}` is not one of {', '.join(known)}{nearest(tag, known)}"
    if kind == "union_tag_not_found":
        return f"needs `{str(context['discriminator']).strip(chr(39))}`"
    if kind in ("literal_error", "enum"):
        known = [name.strip("'") for name in str(context["expected"]).replace(" or ", ", ").split(", ")]
        return f"`{value}` is not one of {', '.join(known)}{nearest(str(value), known)}"
    if kind == "too_short":
        return "is empty"
    if kind == "string_pattern_mismatch":
        return f"`{value}` is not of the form {context['pattern']}"
    if kind in _KINDS:
        hint = "; put it in quotes" if kind == "string_type" and isinstance(value, bool | int | float) else ""
        return f"must be {_KINDS[kind]}, not {kind_of(value)}{hint}"
    text = str(found["msg"])
    return text[:1].lower() + text[1:]


def _place(data: Any, location: tuple[str | int, ...]) -> Place:
    """Return where in the file pydantic's location is: without the names of union members, and what isn't there."""
    place: list[str | int] = []
    for part in location:
        inside = isinstance(part, int) and part < len(data) if isinstance(data, list) else False
        if not inside and not (isinstance(data, dict) and part in data):
            continue
        data = data[part]
        place.append(part)
    return tuple(place)


def kind_of(value: Any) -> str:
    """Say what a value is, in YAML's words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    names: dict[type, str] = {list: "a list", dict: "a mapping", str: "text"}
    return names.get(type(value), f"the number `{value}`")
