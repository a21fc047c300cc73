"""A what-if written into a scenario's file: its changes, and what they open and close as what is expected of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from models.answer import OpenedAnswer, WhatIfAnswer
from models.change import Change
from models.errors import InputError
from simulator.opening.changed import PATH
from simulator.scenario.changes_file import dumped, plain
from simulator.scenario.source import Source, parse_yaml

_KEY = "what_if"
#: Of more rows none is expected: nobody would read them.
MOST_EXPECTED = 50


def with_what_if(text: str, name: str, changes: Iterable[Change], answer: WhatIfAnswer) -> str:
    """Return a scenario's text with one more `what_if:`, the rest as it is written.

    Raises:
        InputError: if the text isn't YAML.
    """
    source = parse_yaml(text, name)
    entry = {"name": name, "changes": [plain(change) for change in changes]}
    for key, rows in (("opens", answer.opens), ("closes", answer.closes)):
        if len(rows) <= MOST_EXPECTED:
            entry[key] = [_flow(row) for row in rows]
    wanted = {**source.data, _KEY: [*(source.data.get(_KEY) or ()), entry]}
    written = _inserted(text, source, entry)
    # What stands in the file in a manner that lines can't be put into is written anew, without its comments.
    return written if _says(written, wanted) else dumped(wanted)


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return bool(parse_yaml(text, "").data == wanted)
    except InputError:
        return False


def _flow(row: OpenedAnswer) -> dict[str, Any]:
    via = {"via": list(row.via)} if row.kind == PATH else {}
    return {"from": row.source, "to": row.target, "kind": row.kind, **via}


def _inserted(text: str, source: Source, entry: dict[str, Any]) -> str:
    """The text with the entry's lines behind those of the last what-if, else at its end."""
    lines = text.rstrip().splitlines()
    before: Sequence[Any] = source.data.get(_KEY) or ()
    if not before:
        return "\n".join([*lines, "", dumped({_KEY: [entry]})])
    last = source.values[_KEY, len(before) - 1]
    behind = [mark.line for place, mark in source.keys.items() if len(place) == 1 and mark.line > last.line]
    end = min(behind, default=len(lines) + 1) - 1
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    indent = " " * (last.column - 1 - len("- "))
    more = [indent + line for line in dumped([entry]).splitlines()]
    return "\n".join([*lines[:end], *more, *lines[end:], ""])
