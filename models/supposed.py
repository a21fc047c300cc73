"""The shape of what a scenario asks "what if" about: changes, what opens and closes, what is expected then."""

from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, create_model
from pydantic_core import CoreSchema, core_schema

from models.change import KINDS
from models.expectation import Expectation
from models.scenario_forms import TrustField
from models.shape import Later, Shape, Text
from models.snapshot import Value


@cache
def shape_of(kind: type[Value]) -> type[Shape]:
    """A change as a scenario writes it: with names for ARNs, and short forms of policies."""
    spelled: dict[str, Any] = {"document": TrustField, "sid": Text, "version": Text}
    fields: dict[str, Any] = {
        name: (spelled.get(name, field.annotation), field) for name, field in kind.model_fields.items()
    }
    return create_model(f"{kind.__name__}Shape", __base__=Shape, __doc__=kind.__doc__, **fields)


@cache
def _any_kind() -> TypeAdapter[Any]:
    every: Any = reduce(or_, map(shape_of, KINDS.values()))
    return TypeAdapter(Annotated[every, Field(discriminator="change")])


class _OfItsKind:
    """Checks a change as what its `change` says; all kinds at once where that is none, or for the JSON Schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(_any_kind().core_schema)

    @staticmethod
    def _checked(value: Any) -> Any:
        kind = value.get("change") if isinstance(value, dict) else None
        if isinstance(kind, str) and kind in KINDS:
            return shape_of(KINDS[kind]).model_validate(value)
        return _any_kind().validate_python(value)


if TYPE_CHECKING:
    ChangeShape = Any
else:
    ChangeShape = Annotated[Any, _OfItsKind()]


class FlowShape(Shape):
    """An edge or a way that opens or closes."""

    source: str = Field(alias="from")
    to: str
    kind: str | None = None
    via: tuple[str, ...] | None = None


class WhatIfShape(Shape):
    name: str
    changes: tuple[ChangeShape, ...] = Field(min_length=1)
    opens: tuple[Later[FlowShape], ...] | None = None
    closes: tuple[Later[FlowShape], ...] | None = None
    expect: tuple[Expectation, ...] = ()
