"""EventBridge's event patterns: whether one event may match two of them.

Compared are the fields of which an event has one text: a field that may be a list, such as `resources` or what is in
`detail`, may hold what either pattern asks for. Texts are held to the other side's texts and to those of its filters
that are known here; two filters are compared where both are prefixes. What isn't compared may match.

Sources: Amazon EventBridge User Guide, "Comparison operators for use in event patterns in Amazon EventBridge", and "AWS
service event metadata".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from simulator.policy import match

_TEXTS = ("account", "detail-type", "id", "region", "source", "time", "version")


def may_both_match(one: str | None, other: str | None) -> bool:
    """Whether an event may match both patterns, as far as is known of them; no pattern matches any event."""
    left, right = _fields(one), _fields(other)
    return all(_meet(left[name], right[name]) for name in left.keys() & right.keys())


def _fields(pattern: str | None) -> dict[str, list[Any]]:
    """What is accepted of each field that is one text."""
    try:
        read = json.loads(pattern or "{}")
    except json.JSONDecodeError:
        return {}
    fields = read.items() if isinstance(read, dict) else ()
    return {name: values for name, values in fields if name in _TEXTS and isinstance(values, list)}


def _meet(left: list[Any], right: list[Any]) -> bool:
    return any(_may_be_both(one, other) for one in left for other in right)


def _may_be_both(one: Any, other: Any) -> bool:
    """Whether a value may be accepted by two entries: each a value itself, or a filter (a mapping)."""
    if not isinstance(one, dict) and not isinstance(other, dict):
        return bool(one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        heads = one.get("prefix"), other.get("prefix")
        if all(isinstance(head, str) for head in heads):
            return str(heads[0]).startswith(str(heads[1])) or str(heads[1]).startswith(str(heads[0]))
        return True
    rule, value = (one, other) if isinstance(one, dict) else (other, one)
    return _accepts(rule, value)


def _accepts(rule: Mapping[str, Any], value: Any) -> bool:
    """Whether a filter accepts a value; one that isn't known here may."""
    if len(rule) != 1:
        return True
    ((name, wanted),) = rule.items()
    known = _FILTERS.get(name)
    return known is None or known(wanted, value)


def _starts(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict) and set(wanted) == {"equals-ignore-case"}:
        return isinstance(value, str) and value.lower().startswith(str(wanted["equals-ignore-case"]).lower())
    return not isinstance(wanted, str) or (isinstance(value, str) and value.startswith(wanted))


def _ends(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict) and set(wanted) == {"equals-ignore-case"}:
        return isinstance(value, str) and value.lower().endswith(str(wanted["equals-ignore-case"]).lower())
    return not isinstance(wanted, str) or (isinstance(value, str) and value.endswith(wanted))


def _is_another(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        ((name, inner),) = wanted.items() if len(wanted) == 1 else (("", None),)
        several = inner if isinstance(inner, list) else [inner]
        return name not in _FILTERS or not any(_accepts({name: one}, value) for one in several)
    return value not in (wanted if isinstance(wanted, list) else [wanted])


def _is_like(wanted: Any, value: Any) -> bool:
    # `?` is a character like any other in an event pattern, and `\\` escapes: those may match.
    if not isinstance(wanted, str) or "\\" in wanted or "?" in wanted:
        return True
    return isinstance(value, str) and match.matches(match.glob(wanted), value)


#: Name of a filter -> whether it accepts a value.
_FILTERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": _starts,
    "suffix": _ends,
    "anything-but": _is_another,
    "equals-ignore-case": lambda wanted, value: str(value).lower() == str(wanted).lower(),
    "exists": lambda wanted, value: bool(wanted),
    "wildcard": _is_like,
}
