"""Whether two documents of a resource's policy give every request that they speak of the same outcome."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from models import arns
from models.context import Absent, Known, State
from models.policy import PolicyKind
from models.request import Attached, Request
from simulator.changes import documents
from simulator.policy.authorize import PolicySet
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester
from simulator.policy.weigh import outcome

_FULL = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    PolicyKind.IDENTITY,
    strict=True,
)
#: What stands for whatever a wildcard matches.
_SOME = "x"


class _Keys:
    """A request context: what isn't in it is absent."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = {key.lower(): value for key, value in values.items()}

    def lookup(self, key: str) -> State:
        values = self._values.get(key.lower())
        return Absent() if values is None else Known(values, multivalued=len(values) > 1)


def is_same(before: Any, after: Any) -> bool:
    """Ask both documents every request that a statement of either is about, by callers with and without policies.

    Raises:
        PolicyError: if a statement can't be evaluated exactly.
    """
    sets = [(_policies(before, full), _policies(after, full)) for full in (True, False)]
    asked = {key: request for document in (before, after) for key, request in _requests(document)}
    return all(outcome(request, one) == outcome(request, other) for request in asked.values() for one, other in sets)


def _policies(document: Any, full: bool) -> PolicySet:
    own = Attached("policy", parse_policy(document, PolicyKind.RESOURCE, strict=False))
    return PolicySet(identity=(Attached("full", _FULL),) if full else (), resource=(own,))


def _requests(document: Any) -> Iterator[tuple[tuple[Any, ...], Request]]:
    for statement in documents.statements(document):
        principals, actions, resources = (
            _principals(statement),
            _values(statement, "Action"),
            _values(statement, "Resource"),
        )
        for who, action, resource in itertools.product(principals, actions, resources):
            for keys in itertools.product(*_conditions(statement)):
                context, account = dict(keys), arns.account_of(resource)
                request = Request(requester(who), action, resource, _Keys(context), resource_account=account)
                yield (who, action, resource, tuple(sorted(context.items()))), request


def _principals(statement: Mapping[str, Any]) -> list[str]:
    element = statement.get("Principal", statement.get("NotPrincipal", "*"))
    if isinstance(element, str):
        return [element]
    partition = next(map(arns.partition_of, _values(statement, "Resource")))
    named = [_caller(kind, value, partition) for kind, values in element.items() for value in _listed(values)]
    return [name for name in named if name is not None]


def _caller(kind: str, value: str, partition: str) -> str | None:
    """None for whom nobody can be: the id of somebody who was deleted, a canonical user."""
    if kind in ("Service", "Federated"):
        return f"{kind.lower()}:{value}"
    if arns.ACCOUNT.fullmatch(value):
        return f"arn:{partition}:iam::{value}:root"
    return value if value == "*" or arns.account_of(value) else None


def _values(statement: Mapping[str, Any], element: str) -> list[str]:
    values = _listed(statement.get(element, statement.get(f"Not{element}", "*")))
    return [_one(value) for value in values]


def _conditions(statement: Mapping[str, Any]) -> Iterator[list[tuple[str, tuple[str, ...]]]]:
    """For each condition its key with each of its values, and with all of them where a key with several is meant."""
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, values in keys.items():
            every = tuple(_one(value) for value in _listed(values))
            yield [*((key, (value,)) for value in every), *([(key, every)] if ":" in operator else ())]


def _one(value: Any) -> str:
    """Something that a pattern matches."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return text.replace("*", _SOME).replace("?", _SOME)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
