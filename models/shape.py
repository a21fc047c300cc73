"""What a person's file is checked with: unknown keys named, one text or several, scalars as IAM writes them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` with the nearest of `known`, or an empty string if none is near."""
    near = difflib.get_close_matches(word, sorted(set(known)), n=2)
    return f"; did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""


class Shape(BaseModel):
    """Base of what a person writes: frozen, and an unknown key is an error that names the nearest known one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _know_every_key(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in known:
                    hint = nearest(str(key), known) or f"; known here: {', '.join(known)}"
                    raise PydanticCustomError(
                        "unknown_key", "unknown key `{key}`{hint}", {"key": str(key), "hint": hint}
                    )
        return data


Form = TypeVar("Form")

if TYPE_CHECKING:
    Later = Annotated[Form, ...]
else:

    class Later:
        """A shape inside of another, written `Later[UserShape]`: its checks are made when a value comes to be checked.

        Made with those of the shape around it they would take ten times as long as it takes to check most files, which
        have few of all that a scenario may hold. Errors have the places, and the JSON Schema says, what they would.
        """

        def __init__(self, shape: Callable[[], type[Shape]]) -> None:
            self.shape = shape

        def __class_getitem__(cls, shape: type[Shape]) -> Any:
            return Annotated[Any, cls(lambda: shape)]

        def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
            return core_schema.no_info_plain_validator_function(lambda value: self.shape().model_validate(value))

        def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
            shape = self.shape()
            shape.model_rebuild()
            # What stands inside of this becomes a definition of its own.
            return handler(core_schema.definitions_schema(shape.__pydantic_core_schema__, []))


def _as_text(value: Any) -> Any:
    """Read a YAML scalar as IAM would write it: `true` as "true", 5 as "5"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _as_many(value: Any) -> Any:
    """Read one text as a list of one."""
    return [value] if isinstance(value, str) else value


def _as_many_texts(value: Any) -> Any:
    many = value if isinstance(value, list | tuple) else [value]
    return [_as_text(item) for item in many]


def _account_number(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"\d{12}", value):
        raise PydanticCustomError("account", "`{value}` is not an account number of 12 digits", {"value": str(value)})
    return value


_ONE_OR_MANY = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_SCALAR = {"type": ["string", "number", "boolean"]}

Many = Annotated[tuple[str, ...], BeforeValidator(_as_many), WithJsonSchema(_ONE_OR_MANY)]
Text = Annotated[str, BeforeValidator(_as_text), WithJsonSchema(_SCALAR)]
Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_many_texts),
    WithJsonSchema({"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}),
]
AccountNumber = Annotated[
    str, BeforeValidator(_account_number), WithJsonSchema({"type": ["string", "integer"], "pattern": "^[0-9]{12}$"})
]
