"""Values, arguments and blocks written in HCL, as `terraform fmt` leaves them.

Sources: Terraform, "Configuration Syntax", "Strings and Templates", "Style Guide".
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from simulator.repair.forms.said import Json, Verbatim

_ESCAPE = re.compile(r"\\(.)")
#: Escapes of JSON that HCL doesn't have.
_UNKNOWN = {"b": "\\u0008", "f": "\\u000c"}


def block(head: str, arguments: Mapping[str, Any]) -> str:
    return f"{head} {_braced(body(arguments))}"


def body(arguments: Mapping[str, Any]) -> str:
    """Arguments, and nested blocks for dicts and lists of them. A document is `jsonencode` of it."""
    return _aligned(_arguments(arguments))


#: A name and what it equals; None: all of a block.
Line = tuple[str | None, str]


def _arguments(arguments: Mapping[str, Any]) -> Iterator[Line]:
    for name, value in arguments.items():
        several = value if isinstance(value, list | tuple) else [value]
        if several and isinstance(several[0], dict):
            yield from ((None, block(name, item)) for item in several)
        elif isinstance(value, Json):
            yield name, f"jsonencode({expression(_loaded(value.document))})"
        else:
            yield name, expression(value)


def _loaded(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def expression(value: Any) -> str:
    """A JSON value as an expression."""
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        rows = _aligned((quoted(key), expression(item)) for key, item in value.items())
        return _braced(rows) if rows else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(expression(item) for item in value)}]"
    return json.dumps(value)


def _aligned(lines: Iterable[Line]) -> str:
    """Lines with their equals signs below each other, as far as each takes one line."""
    found: list[str] = []
    for is_short, group in groupby(lines, key=lambda line: line[0] is not None and "\n" not in line[1]):
        rows = list(group)
        width = max(len(name or "") for name, _ in rows) if is_short else 0
        found.extend(value if name is None else f"{name:{width}} = {value}" for name, value in rows)
    return "\n".join(found)


def _braced(text: str) -> str:
    # Strings have no line breaks here: theirs are escaped.
    return f"{{\n{textwrap.indent(text, '  ')}\n}}"


def quoted(text: str) -> str:
    """A string, in which `${` and `%{` would begin a template."""
    text = _ESCAPE.sub(lambda found: _UNKNOWN.get(found[1], found[0]), json.dumps(text, ensure_ascii=False))
    return text.replace("${", "$${").replace("%{", "%%{")
