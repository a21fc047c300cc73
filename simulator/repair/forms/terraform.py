"""Steps as Terraform's HCL.

Each resource names a provider that refuses any other account than its own. What is there already is imported, so that
it is changed and not made twice; what no resource of its own can say is a comment, with the arguments to edit.

Sources: Terraform, "Configuration Syntax", "Strings and Templates", "Import"; the AWS provider's documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simulator.repair.forms.said import Block, Edit, Json, Step, Verbatim, regions_of

#: Where a provider is set to that only makes what has no Region.
_REGION = "us-east-1"
_ESCAPE = re.compile(r"\\(.)")
#: Escapes of JSON that HCL doesn't have.
_UNKNOWN = {"b": "\\u0008", "f": "\\u000c"}


def text(steps: Sequence[Step]) -> str:
    """Providers, then what changes, in the steps' order."""
    providers: dict[str, str] = {}
    parts: list[str] = []
    taken: set[str] = set()
    regions = regions_of(steps)
    for one in steps:
        parts.extend(f"# {warning}" for warning in one.warnings)
        for said in one.terraform:
            if isinstance(said, Edit):
                parts.append(_edit(one, said))
                continue
            provider = _provider(one, one.endpoint or regions.get(one.account, _REGION), providers)
            label = _free(_label(one.name), said.type, taken)
            if said.imported:
                parts.append(_import(said, label, provider))
            arguments = ({"provider": Verbatim(f"aws.{provider}")} if provider else {}) | dict(said.properties)
            parts.append(block(f'resource "{said.type}" "{label}"', arguments))
    return "\n\n".join([*providers.values(), *parts])


def _provider(one: Step, region: str, providers: dict[str, str]) -> str | None:
    if one.account is None:
        return None
    alias = _label(f"in_{one.account}_{region}")
    arguments = {"alias": alias, "region": region, "allowed_account_ids": [one.account]}
    providers[alias] = block('provider "aws"', arguments)
    return alias


def _import(said: Block, label: str, provider: str | None) -> str:
    arguments: dict[str, Any] = {"to": Verbatim(f"{said.type}.{label}"), "id": said.imported}
    return block("import", arguments | ({"provider": Verbatim(f"aws.{provider}")} if provider else {}))


def _edit(one: Step, said: Edit) -> str:
    where = f"# in account {one.account}{f', {one.region}' if one.region else ''}: " if one.account else "# "
    if said.properties is None:
        return f"{where}delete the {said.type} of {said.name}"
    lines = [f"{where}in the {said.type} of {said.name}, edit", *_arguments(said.properties, 0)]
    return "\n".join([lines[0], *(f"#   {line}" for row in lines[1:] for line in row.splitlines())])


def block(head: str, arguments: Mapping[str, Any], depth: int = 0) -> str:
    indent = "  " * depth
    return "\n".join([f"{indent}{head} {{", *_arguments(arguments, depth + 1), f"{indent}}}"])


def _arguments(arguments: Mapping[str, Any], depth: int) -> Iterable[str]:
    indent = "  " * depth
    for name, value in arguments.items():
        nested = value if isinstance(value, list | tuple) and value and isinstance(value[0], dict) else [value]
        if isinstance(nested[0], dict):
            yield from (block(name, item, depth) for item in nested)
        elif isinstance(value, Json):
            yield f"{indent}{name} = jsonencode({expression(_loaded(value.document), depth)})"
        else:
            yield f"{indent}{name} = {expression(value, depth)}"


def _loaded(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def expression(value: Any, depth: int = 0) -> str:
    """A JSON value as an expression of HCL."""
    indent, inner = "  " * depth, "  " * (depth + 1)
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        rows = [f"{inner}{quoted(key)} = {expression(item, depth + 1)}" for key, item in value.items()]
        return "\n".join(["{", *rows, f"{indent}}}"]) if rows else "{}"
    if isinstance(value, list | tuple):
        if all(isinstance(item, str) for item in value):
            return f"[{', '.join(quoted(item) for item in value)}]"
        return f"[{', '.join(expression(item, depth) for item in value)}]"
    return json.dumps(value)


def quoted(text: str) -> str:
    """A string of HCL, in which `${` and `%{` would begin a template."""
    text = _ESCAPE.sub(lambda found: _UNKNOWN.get(found[1], found[0]), json.dumps(text, ensure_ascii=False))
    return text.replace("${", "$${").replace("%{", "%%{")


def _label(name: str) -> str:
    found = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "it"
    return found if found[0].isalpha() or found[0] == "_" else f"_{found}"


def _free(label: str, kind: str, taken: set[str]) -> str:
    number, found = 1, label
    while f"{kind}.{found}" in taken:
        number += 1
        found = f"{label}_{number}"
    taken.add(f"{kind}.{found}")
    return found
