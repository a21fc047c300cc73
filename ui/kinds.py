"""Every kind of change as a form: what it is called, its fields, and the names that each may hold.

The forms are made of `models.change`, so that a kind that is new there has one here; the commonest have one of their
own before them, in fewer words. Imports no Streamlit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from models.change import CHANGE, CREATED, KINDS, Change, Names, named
from models.errors import InputError
from models.snapshot import Value
from simulator.changes import short_forms
from simulator.scenario.source import parse_yaml
from simulator.world.world import World
from ui import nameable

#: How a field is filled in: a name to pick or to write, a word, one of a few, several words, or JSON or YAML.
Filled = Literal["pick", "word", "one", "many", "json"]
Values = Mapping[str, str | None]

#: Kind -> what a person calls it, the commonest first; of the others their own names do.
LABELS: Mapping[str, str] = {
    "attach_policy": "Attach a managed policy",
    "detach_policy": "Detach a managed policy",
    "set_execution_role": "Give a function another execution role",
    "add_to_group": "Put a user into a group",
    "remove_from_group": "Take a user out of a group",
    "set_boundary": "Set a permissions boundary",
    "remove_boundary": "Remove a permissions boundary",
    "add_trigger": "Add a trigger",
    "remove_trigger": "Remove a trigger",
    "add_mapping": "Add an event source mapping",
    "remove_mapping": "Remove an event source mapping",
    "set_trust": "Replace a trust policy",
    "add_statement": "Add a statement, as JSON",
    "replace_statement": "Replace a statement",
    "remove_statement": "Remove a statement by its Sid",
    "delete_role": "Delete a role",
    "delete_user": "Delete a user",
    "delete_function": "Delete a function",
    "attach_scp": "Attach an SCP",
    "detach_scp": "Detach an SCP",
    "attach_rcp": "Attach an RCP",
    "detach_rcp": "Detach an RCP",
    "move_account": "Move an account to another OU",
}

_FIELD_LABELS = {
    "kms_key": "KMS key",
    "on_failure": "On failure",
    "sid": "Sid or #N",
    "uuid": "UUID",
    "external_id": "External id",
}

_HINTS = {
    "statement": json.dumps({"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}),
    "document": json.dumps({"Version": "2012-10-17", "Statement": []}),
    "value": "true, an ARN, or a list; empty switches it off",
    "created": "account/name, or an ARN",
    "many": "separated by blanks",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `choices` are the names that it may hold, given what the fields before it hold."""

    name: str
    label: str
    filled: Filled
    optional: bool = False
    hint: str = ""
    default: str = ""
    choices: Callable[[World, Values], Sequence[str]] = lambda world, values: ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form for a change. `make` raises PermgraphError for what can't be one."""

    label: str
    fields: tuple[Field, ...]
    make: Callable[[World, Values], Change]


def _label(name: str) -> str:
    return _FIELD_LABELS.get(name, name.replace("_", " ").capitalize())


# --- one for every kind ----------------------------------------------------------------------------------------------


def _generated(kind: str, shape: type[Value]) -> Form:
    meant = named(shape)
    fields = tuple(
        _field(kind, name, info, meant.get(name)) for name, info in shape.model_fields.items() if name != "change"
    )

    def make(world: World, values: Values) -> Change:
        given = {field.name: _read(field, value) for field in fields if (value := values.get(field.name))}
        try:
            return CHANGE.validate_python({"change": kind, **given})
        except ValidationError as error:
            raise InputError(_problem(error, {field.name: field.label for field in fields})) from error

    return Form(LABELS.get(kind, _label(kind)), fields, make)


def _field(kind: str, name: str, info: FieldInfo, meant: Names | None) -> Field:
    optional = not info.is_required()
    if meant is not None:

        def choices(world: World, values: Values) -> Sequence[str]:
            return nameable.choices(world.snapshot, meant.kinds, values.get("side") or "")

        return Field(name, _label(name), "pick", optional, choices=choices)
    if name in ("statement", "document", "value"):
        return Field(name, _label(name), "json", optional, _HINTS[name])
    if get_origin(info.annotation) is Literal:
        words = get_args(info.annotation)
        return Field(name, _label(name), "one", optional, choices=lambda world, values: words)
    if get_origin(info.annotation) is tuple:
        return Field(name, _label(name), "many", optional, _HINTS["many"])
    hint = _HINTS["created"] if CREATED.get(kind) == name else ""
    return Field(name, _label(name), "word", optional, hint)


def _read(field: Field, value: str) -> Any:
    if field.filled == "json":
        return parse_yaml(value, field.label.lower()).data
    return value.split() if field.filled == "many" else value


def _problem(error: ValidationError, labels: Mapping[str, str]) -> str:
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"] if str(part) not in KINDS]
    field = labels.get(place[0], place[0]) if place else "the change"
    return f"{field} is missing" if first["type"] == "missing" else f"{field}: {first['msg'].lower()}"


# --- those in fewer words --------------------------------------------------------------------------------------------


def _needed(values: Values, *names: str) -> list[str]:
    for name in names:
        if not values.get(name):
            raise InputError(f"{_label(name)} is missing")
    return [str(values[name]) for name in names]


def _allow(world: World, values: Values) -> Change:
    holder, action, resource = _needed(values, "principal", "action", "resource")
    return short_forms.allow(world, holder, action, resource, "Deny" if values.get("effect") == "Deny" else "Allow")


def _permit(world: World, values: Values) -> Change:
    function, principal = _needed(values, "function", "principal")
    narrowed = {word: value for word in short_forms.NARROWED if (value := values.get(word))}
    return short_forms.permit(world, function, principal, narrowed)


def _trust(world: World, values: Values) -> Change:
    role, principal = _needed(values, "role", "principal")
    return short_forms.trust(world, role, principal, values.get("external_id"))


def _remove(world: World, values: Values) -> Change:
    holder, statement = _needed(values, "holder", "statement")
    found = {row.label: row for row in nameable.statements(world.snapshot, holder)}
    if statement not in found:
        return short_forms.remove(world, holder, statement)
    row = found[statement]
    values = {"side": row.side, "holder": holder, "sid": row.sid, "policy": row.policy or ""}
    return FORMS["remove_statement"].make(world, values)


def _of(*kinds: str) -> Callable[[World, Values], Sequence[str]]:
    return lambda world, values: nameable.choices(world.snapshot, kinds, "")


def _principals(world: World, values: Values) -> Sequence[str]:
    return nameable.principals(world.snapshot)


def _targets(world: World, values: Values) -> Sequence[str]:
    return nameable.choices(world.snapshot, ("function", "resource", "role"), "")


def _statements(world: World, values: Values) -> Sequence[str]:
    holder = values.get("holder")
    return [row.label for row in nameable.statements(world.snapshot, holder)] if holder else ()


_SHORT: dict[str, Form] = {
    "allow": Form(
        "Add a permission",
        (
            Field("effect", "Effect", "one", choices=lambda world, values: ("Allow", "Deny")),
            Field("principal", "User, group or role", "pick", choices=_of("user", "role", "group")),
            Field("action", "Action", "word", default="lambda:InvokeFunction"),
            Field("resource", "Resource", "pick", choices=_targets),
        ),
        _allow,
    ),
    "trust": Form(
        "Trust somebody with a role",
        (
            Field("role", "Role", "pick", choices=_of("role")),
            Field("principal", "Principal that may assume it", "pick", choices=_principals),
            Field("external_id", "External id", "word", optional=True),
        ),
        _trust,
    ),
    "permit": Form(
        "Let somebody invoke a function",
        (
            Field("function", "Function, version or alias", "pick", choices=_of("function")),
            Field("principal", "Principal, service or account", "pick", choices=_principals),
            Field("SourceArn", "SourceArn", "pick", optional=True, choices=_of("resource")),
            Field("SourceAccount", "SourceAccount", "word", optional=True),
            Field("PrincipalOrgID", "PrincipalOrgID", "word", optional=True),
        ),
        _permit,
    ),
    "remove": Form(
        "Remove a statement",
        (
            Field("holder", "Whose policy", "pick", choices=lambda world, values: nameable.holders(world.snapshot)),
            Field("statement", "Statement", "pick", choices=_statements),
        ),
        _remove,
    ),
}

#: All forms by name, the commonest first, and every kind of change among them.
FORMS: dict[str, Form] = {
    **_SHORT,
    **{kind: _generated(kind, KINDS[kind]) for kind in (*LABELS, *(kind for kind in KINDS if kind not in LABELS))},
}
