"""How a document spells its conditions: `ForAnyValue:StringLikeIfExists` taken apart.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

import difflib

from models.errors import PolicyError
from models.policy import Condition, Quantifier, Statement, values_of
from simulator.policy.operators import NULL, OPERATORS

Spelled = tuple[str, Quantifier | None, bool]
"""An operator in AWS's spelling, its quantifier, and whether it ends in `IfExists`."""

_NAMES = {name.lower(): name for name in (*OPERATORS, NULL)}


def taken_apart(spelling: str) -> Spelled:
    """Take a spelling apart; operators are compared without regard to case, as AWS does.

    Raises:
        PolicyError: for what is no operator, its place seen from the statement.
    """
    head, colon, rest = spelling.partition(":")
    quantifier = next((item for item in Quantifier if colon and item.lower() == head.lower()), None)
    body = rest if quantifier else spelling
    if_exists = body.lower().endswith("ifexists")
    name = body[: -len("IfExists")] if if_exists else body
    known = _NAMES.get(name.lower())
    if known is None or (known == NULL and (if_exists or quantifier)):
        near = difflib.get_close_matches(name, _NAMES.values(), 1)
        hint = f"; did you mean `{near[0]}`?" if near and near[0] != name else ""
        raise PolicyError(f"condition operator `{spelling}` is not supported{hint}", f".Condition.{spelling}")
    return known, quantifier, if_exists


#: Operators as AWS spells them, taken apart already. Other letter cases are rare, and taken apart each time.
SPELLINGS: dict[str, Spelled] = {
    spelling: taken_apart(spelling)
    for name in OPERATORS
    for head in ("", *(f"{quantifier}:" for quantifier in Quantifier))
    for spelling in (f"{head}{name}", f"{head}{name}IfExists")
} | {NULL: (NULL, None, False)}


def conditions_of(statement: Statement) -> tuple[Condition, ...]:
    """The conditions of a statement, one for each operator and key, in the order of the document."""
    found: list[Condition] = []
    for spelling, keys in (statement.condition or {}).items():
        operator, quantifier, if_exists = SPELLINGS.get(spelling) or taken_apart(spelling)
        for key, values in keys.items():
            texts = (values,) if isinstance(values, str) else values_of(values)
            found.append(Condition(operator, key, texts, quantifier, if_exists))
    return tuple(found)
