"""The values that reading a document makes by the dozen, made quickly.

A frozen dataclass sets each field through `object.__setattr__`, which takes four times as long as setting it: of the
time that `permgraph evaluate` needs for a line with twenty statements a fifth went there.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from models.policy import Condition, Effect, Policy, Principal, Quantifier, Statement


def _unfrozen(frozen: type) -> Any:
    """A class of the same layout whose instances can be set; an instance turns frozen by taking `frozen` for class."""
    # Both names: CPython keeps its quick way to set a slot only for a class that overrides neither.
    free = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"Unfrozen{frozen.__name__}", (frozen,), free | {"__init__": object.__init__})


_Statement = _unfrozen(Statement)
_Condition = _unfrozen(Condition)
_Policy = _unfrozen(Policy)
#: What a policy keeps of its own, and what it starts with.
_POLICYS_OWN = tuple(
    (field.name, field.default_factory)
    for field in fields(Policy)
    if not field.init and field.default_factory is not MISSING
)


def made_statement(
    number: int,
    effect: Effect,
    sid: str | None,
    principals: tuple[Principal, ...] | None,
    not_principals: tuple[Principal, ...] | None,
    actions: tuple[str, ...] | None,
    not_actions: tuple[str, ...] | None,
    resources: tuple[str, ...] | None,
    not_resources: tuple[str, ...] | None,
    conditions: tuple[Condition, ...],
) -> Statement:
    """`Statement(…)`, all its fields given."""
    made = _Statement()
    made.number = number
    made.effect = effect
    made.sid = sid
    made.principals = principals
    made.not_principals = not_principals
    made.actions = actions
    made.not_actions = not_actions
    made.resources = resources
    made.not_resources = not_resources
    made.conditions = conditions
    made.__class__ = Statement
    frozen: Statement = made
    return frozen


def made_condition(
    operator: str, key: str, values: tuple[str, ...], quantifier: Quantifier | None, if_exists: bool
) -> Condition:
    """`Condition(…)`, all its fields given."""
    made = _Condition()
    made.operator = operator
    made.key = key
    made.values = values
    made.quantifier = quantifier
    made.if_exists = if_exists
    made.__class__ = Condition
    frozen: Condition = made
    return frozen


def made_policy(statements: tuple[Statement, ...], version: str, name: str | None, warnings: tuple[str, ...]) -> Policy:
    """`Policy(…)`, all that a document says given."""
    made = _Policy()
    made.statements = statements
    made.version = version
    made.id = name
    made.warnings = warnings
    for field, start in _POLICYS_OWN:
        setattr(made, field, start())
    made.__class__ = Policy
    frozen: Policy = made
    return frozen
