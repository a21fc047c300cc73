"""Conditions, wildcards and policy variables for the reference evaluator: from AWS's pages, the obvious way.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys",
"IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

Values = str | list[str]
"""One value of a key; or a list: the key may hold several."""
Tokens = list[tuple[str, bool]]
"""Characters, and whether each is a wildcard."""

_VARIABLE = re.compile(r"\$\{([^{}',]*)(?:,\s*'([^']*)'\s*)?\}")


def expanded(text: str, context: Mapping[str, Values], variables: bool, wildcards: bool = True) -> Tokens | None:
    """A pattern with its variables replaced; None where one has neither value nor default."""
    found: Tokens = []
    position = 0
    for variable in _VARIABLE.finditer(text) if variables else ():
        found += [(char, wildcards and char in "*?") for char in text[position : variable.start()]]
        position = variable.end()
        name = variable[1].strip()
        value = name if name in ("*", "?", "$") else value_of(context, name)
        if not isinstance(value, str):
            value = variable[2]
        if value is None:
            return None
        found += [(char, False) for char in value]
    return found + [(char, wildcards and char in "*?") for char in text[position:]]


def value_of(context: Mapping[str, Values], key: str) -> Values | None:
    return next((value for name, value in context.items() if name.lower() == key.lower()), None)


def like(pattern: Tokens, text: str) -> bool:
    """`*` is any run of characters, `?` one: place by place, nothing clever."""
    places = {0}
    for char, wild in pattern:
        if wild and char == "*":
            places = set(range(min(places, default=len(text) + 1), len(text) + 1))
        else:
            places = {at + 1 for at in places if at < len(text) and (wild or text[at] == char)}
    return len(text) in places


def arn_like(pattern: Tokens, text: str) -> bool:
    """ "Each of the six colon-delimited components of the ARN is checked separately"."""
    fields: list[Tokens] = [[]]
    for char, wild in pattern:
        if char == ":" and not wild and len(fields) < 6:
            fields.append([])
        else:
            fields[-1].append((char, wild))
    values = text.split(":", 5)
    return len(fields) == len(values) == 6 and all(map(like, fields, values))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _moment(text: str) -> Decimal | None:
    if re.fullmatch(r"\d+", text) and len(text) > 8:
        return Decimal(text)
    try:
        return Decimal(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
    except ValueError:
        return None


def _compared(read: Callable[[str], Decimal | None], name: str, got: str, wanted: str) -> bool:
    left, right = read(got), read(wanted)
    if left is None or right is None:
        return False
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[name]


def _in_block(got: str, block: str) -> bool:
    try:
        address, network = ipaddress.ip_address(got), ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
    return address in network


def _value_matches(name: str, wanted: str, got: str, context: Mapping[str, Values], variables: bool) -> bool:
    """`name` is an operator without Not: whether one value of the key is as one value of the policy asks."""
    wild = name in ("StringLike", "ArnLike", "ArnEquals")
    tokens = expanded(wanted, context, variables, wild)
    if tokens is None:
        return False
    if wild:
        return (like if name == "StringLike" else arn_like)(tokens, got)
    text = "".join(char for char, _ in tokens)
    if name in ("Bool", "StringEqualsIgnoreCase"):
        return text.lower() == got.lower()
    if name == "IpAddress":
        return _in_block(got, text)
    if name == "BinaryEquals":
        return base64.b64decode(text) == base64.b64decode(got)
    if name.startswith("Numeric"):
        return _compared(_number, name.removeprefix("Numeric"), got, text)
    if name.startswith("Date"):
        return _compared(_moment, name.removeprefix("Date"), got, text)
    assert name == "StringEquals", name
    return text == got


def condition_holds(operator: str, key: str, wanted: list[str], context: Mapping[str, Values], variables: bool) -> bool:
    """One operator with one key."""
    found = value_of(context, key)
    if operator == "Null":
        # A key that is there with no value is null too: "exists and its value is not null".
        return any((value == "true") is (found is None or found == []) for value in wanted)
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = "Not" in name
    name = name.replace("Not", "")
    if found is None:
        # What has IfExists is true of a key that is not there, and so is what asks for all of no values.
        if if_exists or quantifier == "ForAllValues":
            return True
        return negated and quantifier != "ForAnyValue"
    got = [found] if isinstance(found, str) else found

    def one(value: str) -> bool:
        return any(_value_matches(name, text, value, context, variables) for text in wanted)

    if quantifier == "ForAllValues":
        # "…or if the key values resolve to a null data set, such as an empty string".
        return all(value == "" for value in got) or all(one(value) is not negated for value in got)
    if quantifier == "ForAnyValue":
        return any(one(value) is not negated for value in got)
    return any(one(value) for value in got) is not negated
