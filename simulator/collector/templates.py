"""CloudFormation templates as GetTemplate gives them, and AppSpec files: JSON or YAML, with intrinsic functions.

What a template names by the stack's parameters, resources, outputs and exports is filled in here, as far as AWS's calls
tell it; a value that hangs on more (a condition, a map, a parameter of Systems Manager) is not known.

Source: AWS CloudFormation User Guide, "Intrinsic function reference" and "Pseudo parameters reference".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"\$\{(!?)([^${}]+)\}")
_SHORT = {"Ref": "Ref", "Condition": "Condition"}


def read(text: Any) -> dict[str, Any] | None:
    """Return what a template says; None if it is no mapping. One in JSON boto3 has read already."""
    if isinstance(text, dict):
        return text
    try:
        found = json.loads(text)
    except (TypeError, json.JSONDecodeError):
        found = _yaml(str(text))
    return found if isinstance(found, dict) else None


def _yaml(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import SafeConstructor
    from ruamel.yaml.error import YAMLError

    class Constructor(SafeConstructor):
        """Reads `!Ref x` as `{"Ref": x}`, and `!Sub x` as `{"Fn::Sub": x}`."""

    def intrinsic(constructor: Any, name: str, node: Any) -> dict[str, Any]:
        value = node.value
        if not isinstance(value, str):
            build = constructor.construct_mapping if _is_mapping(node) else constructor.construct_sequence
            value = build(node, deep=True)
        elif name == "GetAtt":
            value = value.split(".", 1)
        return {_SHORT.get(name, f"Fn::{name}"): value}

    Constructor.add_multi_constructor("!", intrinsic)
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Constructor
    try:
        return yaml.load(text)
    except YAMLError:
        return None


def _is_mapping(node: Any) -> bool:
    return bool(node.id == "mapping")


@dataclass(frozen=True, slots=True)
class Names:
    """What a template's names stand for: `ref` of parameters, resources and pseudo parameters, `attribute` of a
    resource, `export` of another stack's export. None: not known."""

    ref: Callable[[str], str | None]
    attribute: Callable[[str, str], str | None]
    export: Callable[[str], str | None]

    def text(self, value: Any) -> str | None:
        """The text that a value stands for; None: that isn't known."""
        if isinstance(value, str):
            # A dynamic reference is looked up when the stack is made.
            return None if "{{resolve:" in value else value
        if not isinstance(value, dict) or len(value) != 1:
            return None
        ((name, given),) = value.items()
        found = _FUNCTIONS.get(name)
        return found(self, given) if found else None


def _ref(names: Names, given: Any) -> str | None:
    return names.ref(given) if isinstance(given, str) else None


def _attribute(names: Names, given: Any) -> str | None:
    parts = given.split(".", 1) if isinstance(given, str) else given
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        return None
    return names.attribute(parts[0], parts[1])


def _export(names: Names, given: Any) -> str | None:
    name = names.text(given)
    return None if name is None else names.export(name)


def _join(names: Names, given: Any) -> str | None:
    if not isinstance(given, list) or len(given) != 2 or not isinstance(given[1], list):
        return None
    parts = [names.text(part) for part in given[1]]
    return None if None in parts else str(given[0]).join(part for part in parts if part is not None)


def _substitute(names: Names, given: Any) -> str | None:
    text, own = given if isinstance(given, list) and len(given) == 2 else (given, {})
    if not isinstance(text, str) or not isinstance(own, dict):
        return None
    parts: dict[str, str | None] = {
        name: _named(names, name, own) for literal, name in _NAME.findall(text) if not literal
    }
    if None in parts.values():
        return None
    return _NAME.sub(lambda found: f"${{{found[2]}}}" if found[1] else str(parts[found[2]]), text)


def _named(names: Names, name: str, own: Mapping[str, Any]) -> str | None:
    if name in own:
        return names.text(own[name])
    return _attribute(names, name) if "." in name else names.ref(name)


_FUNCTIONS: dict[str, Callable[[Names, Any], str | None]] = {
    "Ref": _ref,
    "Fn::GetAtt": _attribute,
    "Fn::ImportValue": _export,
    "Fn::Join": _join,
    "Fn::Sub": _substitute,
}
