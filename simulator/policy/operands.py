"""Whether the values of a condition can be of its operator's type at all.

One that can't never matches. Whoever writes such a policy meant something else, so a strict reading refuses it, as AWS
does or its policy validation reports. A value with a policy variable is only known once there is a request.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators"; "IAM policy validation check reference"
("Type mismatch IP range", "… date", "… number", "… Boolean").
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import NamedTuple

from simulator.policy import match
from simulator.policy.operators import NULL, OPERATORS, moment, network, number


class _Type(NamedTuple):
    holds: Callable[[str], bool]
    wanted: str


def _is_bool(text: str) -> bool:
    return text.lower() in ("true", "false")


def _is_arn(text: str) -> bool:
    return match.arn_glob(match.glob(text)) is not None


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_BOOL = _Type(_is_bool, "true or false")

#: Families of operators whose values have a form; every text is a String.
_TYPES = {
    "Arn": _Type(_is_arn, "an ARN of six parts, such as `arn:aws:lambda:*:*:function:*`"),
    "Binary": _Type(_is_base64, "base64 text"),
    "Bool": _BOOL,
    "Date": _Type(lambda text: moment(text) is not None, "a date such as `2026-01-31T12:00:00Z`"),
    "Ip": _Type(lambda text: network(text) is not None, "an address or a range such as `203.0.113.0/24`"),
    "Numeric": _Type(lambda text: number(text) is not None, "a number"),
}


def operand_problem(operator: str, values: tuple[str, ...]) -> str | None:
    """Say what is wrong with a condition's values; None: they are all of the operator's type."""
    form = _BOOL if operator == NULL else _TYPES.get(OPERATORS[operator].family)
    if form is None:
        return None
    for value in values:
        if "${" not in value and not form.holds(value):
            return f"`{value}` is not {form.wanted}"
    return None
