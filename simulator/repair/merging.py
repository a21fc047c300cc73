"""Statements merged into fewer that say the same, so that a document fits.

Two statements that differ in the values of one element only are one with the values of both, wherever any of the values
is enough. That isn't so of NotPrincipal, NotAction and NotResource, of negated operators and of ForAllValues.
Source: IAM User Guide, "Evaluation logic for multiple context keys or values".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.change import AddStatement, Change, RemoveStatement, ReplaceStatement
from simulator.changes import documents
from simulator.policy.limits import Limit, length

#: Operators of which one value is enough. Each may end in `IfExists`, and `ForAnyValue:` may precede it.
_ANY_IS_ENOUGH = frozenset(
    ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")
)

#: Where the values of an element stand in a statement: `("Action",)`, `("Condition", "ArnLike", "aws:SourceArn")`.
Place = tuple[str, ...]


class Row(NamedTuple):
    """A statement, and the places in the old document of those that it is made of: more than one if it was merged."""

    statement: dict[str, Any]
    of: tuple[int, ...]


class Pair(NamedTuple):
    """The numbers of two statements, and the one that says what both do."""

    first: int
    second: int
    joined: dict[str, Any]


def merged(document: Mapping[str, Any], limit: Limit) -> list[Row]:
    """The statements of a document, as many of them merged as it takes to keep to a limit, if that can be done.

    The last one, which is new, is merged with another if that is enough; else what saves most goes first. The first of
    those that are merged keeps its place and its Sid.
    """
    rows = [Row(statement, (number,)) for number, statement in enumerate(documents.statements(document))]
    with_last = _best(rows, second=len(rows) - 1)
    if with_last and _size(document, fewer := _merge(rows, with_last), limit) <= limit.characters:
        return fewer
    while _size(document, rows, limit) > limit.characters and (pair := _best(rows)):
        rows = _merge(rows, pair)
    return rows


def _merge(rows: list[Row], pair: Pair) -> list[Row]:
    whole = Row(pair.joined, (*rows[pair.first].of, *rows[pair.second].of))
    return [whole if number == pair.first else row for number, row in enumerate(rows) if number != pair.second]


def _size(document: Mapping[str, Any], rows: list[Row], limit: Limit) -> int:
    return length({**document, "Statement": [row.statement for row in rows]}, limit)


def changes(add: AddStatement, old: Any, rows: list[Row]) -> tuple[Change, ...]:
    """What makes of the old document the one that `rows` are, the last of which was to be added.

    What goes is removed first, so that no step needs more room than there is.
    """
    there = documents.statements(old)
    kept = {row.of[0]: row.statement for row in rows}
    found: list[Change] = []
    left = list(range(len(there)))
    for number in range(len(there)):
        if number not in kept:
            found.append(RemoveStatement(side=add.side, holder=add.holder, sid=_label(there, left, number)))
            left.remove(number)
    for number in left:
        if kept[number] is not there[number]:
            sid = _label(there, left, number)
            change = ReplaceStatement(side=add.side, holder=add.holder, sid=sid, statement=kept[number])
            found.append(change)
    return (*found, add) if len(there) in kept else tuple(found)


def _label(there: list[Any], left: list[int], number: int) -> str:
    """How a statement is named among those that are left: by its Sid, if it has one that no other has."""
    sid = there[number].get("Sid")
    alone = sid and sum(there[other].get("Sid") == sid for other in left) == 1
    return str(sid) if alone else f"#{left.index(number) + 1}"


def _best(rows: list[Row], second: int | None = None) -> Pair | None:
    """The two statements that save most when they are made one; `second`: one of them is that."""
    seen: dict[str, int] = {}
    best: Pair | None = None
    most = 0
    for number, row in enumerate(rows):
        for place in _places(row.statement):
            first = seen.setdefault(_frame(row.statement, place), number)
            if first == number or second not in (None, number):
                continue
            joined = _joined(rows[first].statement, row.statement, place)
            saved = _text(rows[first].statement) + _text(row.statement) - _text(joined)
            if saved > most:
                best, most = Pair(first, number, joined), saved
    return best


def _text(value: Any) -> int:
    return len(json.dumps(value))


def _places(statement: Any) -> Iterator[Place]:
    """The elements of a statement that may have more values and then say more by just these."""
    for element in ("Action", "Resource"):
        if element in statement:
            yield (element,)
    principal = statement.get("Principal")
    if isinstance(principal, dict) and "*" not in _listed(principal.get("AWS", [])):
        yield ("Principal",)
    for operator, keys in (statement.get("Condition") or {}).items():
        if operator.removeprefix("ForAnyValue:").removesuffix("IfExists") in _ANY_IS_ENOUGH:
            yield from (("Condition", operator, key) for key in keys)


def _frame(statement: Mapping[str, Any], place: Place) -> str:
    """All that a statement says beside its Sid and the values at a place."""
    rest = {name: value for name, value in _put(statement, place, None).items() if name != "Sid"}
    return json.dumps([place, rest], sort_keys=True)


def _joined(one: Mapping[str, Any], other: Mapping[str, Any], place: Place) -> dict[str, Any]:
    mine, others = _get(one, place), _get(other, place)
    if place == ("Principal",):
        kinds = dict.fromkeys((*mine, *others))
        return _put(one, place, {kind: _both(mine.get(kind, []), others.get(kind, [])) for kind in kinds})
    return _put(one, place, _both(mine, others))


def _both(one: Any, other: Any) -> Any:
    found = list(dict.fromkeys((*_listed(one), *_listed(other))))
    return found[0] if len(found) == 1 else found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _get(statement: Mapping[str, Any], place: Place) -> Any:
    found: Any = statement
    for name in place:
        found = found[name]
    return found


def _put(statement: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The statement with other values at a place."""
    name, *inner = place
    return {**statement, name: _put(statement[name], tuple(inner), value) if inner else value}
