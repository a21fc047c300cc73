"""Policy documents, read in two manners by one parser.

Strict, for what a person writes for us: what AWS would refuse is refused. Tolerant, for what was collected: AWS's own
output is a fact, even where it is odd. Neither takes what could not be evaluated exactly.
Source: IAM User Guide, "Grammar of the IAM JSON policy language"; semantics of odd documents: docs/engine.md.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from typing import Any

from models import arns
from models.errors import PolicyError
from models.policy import (
    WITH_PRINCIPAL,
    Condition,
    Effect,
    Policy,
    PolicyKind,
    Principal,
    Quantifier,
    Statement,
)
from simulator.policy import match
from simulator.policy.operators import NULL, OPERATORS

VERSIONS = ("2008-10-17", "2012-10-17")
PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_ACTION = re.compile(r"\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?_-]+", re.ASCII)
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+", re.DOTALL)
_UNIQUE_ID = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{10,}", re.ASCII)
# Not a number of AWS's (nor is NaN): beyond a double's range.
_TOO_LARGE = 1e300
_PRINCIPAL_ARN = re.compile(r"arn:[^:*?]+:(?:iam|sts)::\d{12}:[^*?]+", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazon(?:aws)?\.com(?:\.cn)?", re.ASCII)


def parse_policy(document: object, kind: PolicyKind, *, strict: bool) -> Policy:
    """Read a policy document: an object, or its JSON text.

    Raises:
        PolicyError: with the place, for what AWS would refuse (strict), or what can't be evaluated exactly (both).
    """
    if isinstance(document, str):
        document = _from_text(document, strict)
    if not isinstance(document, dict):
        raise PolicyError(f"a policy document is an object, not {_kind_of(document)}")
    if not document and not strict:
        return Policy(())
    reader = _Reader(kind, strict)
    return reader.policy(document)


def _from_text(text: str, strict: bool) -> object:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise PolicyError(f"`{twice}` is written twice")
        return found

    def refused(word: str) -> object:
        raise PolicyError(f"not JSON: `{word}` is no value")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise PolicyError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except ValueError as error:  # a number of thousands of digits
        raise PolicyError("not a policy: a number is too long") from error
    except RecursionError as error:
        raise PolicyError("not a policy: nested too deeply") from error


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)


class _Reader:
    """Reads one document; `place` of an error is built on the way in."""

    def __init__(self, kind: PolicyKind, strict: bool) -> None:
        self.kind = kind
        self.strict = strict
        self.warnings: list[str] = []

    def policy(self, document: dict[str, Any]) -> Policy:
        if self.strict:
            _known_names(document, ("Version", "Id", "Statement"), "")
        version = document.get("Version", VERSIONS[0])
        if not isinstance(version, str):
            raise PolicyError(f"needs a string, not {_kind_of(version)}", "Version")
        if version not in VERSIONS:
            raise PolicyError(f"`{version}` is not one of {', '.join(VERSIONS)}", "Version")
        if "Statement" not in document:
            raise PolicyError("a policy document needs a Statement")
        body = document["Statement"]
        statements = body if isinstance(body, list) else [body]
        if self.strict and not statements:
            raise PolicyError("a policy document needs at least one statement", "Statement")
        read = tuple(self.statement(item, number) for number, item in enumerate(statements, 1))
        if self.strict:
            _unique_sids(read)
        name = document.get("Id")
        if name is not None and not isinstance(name, str):
            raise PolicyError(f"needs a string, not {_kind_of(name)}", "Id")
        return Policy(read, version, name, tuple(self.warnings))

    def statement(self, body: object, number: int) -> Statement:
        place = f"Statement[{number - 1}]"
        if not isinstance(body, dict):
            raise PolicyError(f"a statement is an object, not {_kind_of(body)}", place)
        if self.strict:
            _known_names(body, _ELEMENTS, place)
        actions, not_actions = self._either(body, "Action", place, needed=True)
        resources, not_resources = self._either(body, "Resource", place, needed=False)
        self._check_resource_there(body, place)
        principals, not_principals = self._principals(body, place)
        sid = body.get("Sid")
        if sid is not None and not isinstance(sid, str):
            raise PolicyError(f"needs a string, not {_kind_of(sid)}", f"{place}.Sid")
        if self.strict:
            self._check_patterns(actions or not_actions or (), resources or not_resources or (), body, place)
        return Statement(
            number=number,
            effect=_effect(body, place),
            sid=sid or None,
            principals=principals,
            not_principals=not_principals,
            actions=actions,
            not_actions=not_actions,
            resources=resources,
            not_resources=not_resources,
            conditions=self._conditions(body.get("Condition", {}), f"{place}.Condition"),
        )

    def _either(
        self, body: dict[str, Any], name: str, place: str, *, needed: bool
    ) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
        """Read an element and its opposite, of which a statement has one."""
        there = [spelling for spelling in (name, f"Not{name}") if spelling in body]
        if len(there) == 2:
            raise PolicyError(f"has both {name} and Not{name}", place)
        if not there:
            if needed:
                raise PolicyError(f"needs {name} or Not{name}", place)
            return None, None
        values = _strings(body[there[0]], f"{place}.{there[0]}")
        if self.strict and not values:
            raise PolicyError("is empty", f"{place}.{there[0]}")
        return (values, None) if there[0] == name else (None, values)

    def _check_resource_there(self, body: dict[str, Any], place: str) -> None:
        there = "Resource" in body or "NotResource" in body
        if self.kind is PolicyKind.TRUST:
            if there and self.strict:
                raise PolicyError("a trust policy has no Resource: it is about its role", place)
        elif not there and self.kind is not PolicyKind.RESOURCE:
            raise PolicyError("needs Resource or NotResource", place)

    def _check_patterns(
        self, actions: tuple[str, ...], resources: tuple[str, ...], body: dict[str, Any], place: str
    ) -> None:
        for action in actions:
            if not _ACTION.fullmatch(action):
                element = "Action" if "Action" in body else "NotAction"
                raise PolicyError(f"`{action}` is not an action such as `lambda:InvokeFunction`", f"{place}.{element}")
        # What a user, group or role has may hold incomplete ARNs: AWS completes them.
        completes = self.kind in (PolicyKind.IDENTITY, PolicyKind.BOUNDARY)
        for resource in resources:
            whole = match.completed(resource) if completes else resource
            if not match.is_resource_pattern(whole) or not (set(whole) == {"*"} or _ARN.fullmatch(whole)):
                element = "Resource" if "Resource" in body else "NotResource"
                raise PolicyError(f"`{resource}` is not an ARN", f"{place}.{element}")

    def _principals(
        self, body: dict[str, Any], place: str
    ) -> tuple[tuple[Principal, ...] | None, tuple[Principal, ...] | None]:
        there = [name for name in ("Principal", "NotPrincipal") if name in body]
        if self.kind not in WITH_PRINCIPAL:
            if there:
                raise PolicyError(f"an {self.kind} policy has no {there[0]}", place)
            return None, None
        if len(there) == 2:
            raise PolicyError("has both Principal and NotPrincipal", place)
        if not there:
            if self.strict:
                raise PolicyError("needs a Principal", place)
            self.warnings.append(f"{place} has no Principal and matches nobody")
            return (), None
        found = self._principal_element(body[there[0]], f"{place}.{there[0]}")
        if there[0] == "Principal":
            return found, None
        if self.kind in (PolicyKind.TRUST, PolicyKind.RCP):
            raise PolicyError("NotPrincipal is not allowed here", f"{place}.NotPrincipal")
        if body.get("Effect") == Effect.ALLOW:
            raise PolicyError("NotPrincipal is allowed with Deny only", f"{place}.NotPrincipal")
        return None, found

    def _principal_element(self, body: object, place: str) -> tuple[Principal, ...]:
        if isinstance(body, str):
            if body == "*":
                return (Principal("*", "*"),)
            if self.strict:
                raise PolicyError(f'`{body}` is not `*`; write {{"AWS": "{body}"}}', place)
            return (Principal("AWS", body),)
        if not isinstance(body, dict):
            raise PolicyError(f"needs `*` or an object, not {_kind_of(body)}", place)
        found: list[Principal] = []
        for kind, values in _named(body, place):
            if self.strict:
                _known_names({kind: None}, PRINCIPAL_KINDS, place)
            found += (Principal(kind, value) for value in _strings(values, f"{place}.{kind}"))
        if self.strict:
            for principal in found:
                _check_principal(principal, place)
        return tuple(found)

    def _conditions(self, body: object, place: str) -> tuple[Condition, ...]:
        if not isinstance(body, dict):
            raise PolicyError(f"needs an object, not {_kind_of(body)}", place)
        found = []
        for spelling, keys in _named(body, place):
            operator, quantifier, if_exists = _operator(spelling, f"{place}.{spelling}")
            if not isinstance(keys, dict):
                raise PolicyError(f"needs an object, not {_kind_of(keys)}", f"{place}.{spelling}")
            for key, values in _named(keys, f"{place}.{spelling}"):
                texts = _condition_values(values, f"{place}.{spelling}.{key}")
                found.append(Condition(operator, key, texts, quantifier, if_exists))
        return tuple(found)


def _effect(body: dict[str, Any], place: str) -> Effect:
    effect = body.get("Effect")
    if effect is None:
        raise PolicyError("needs an Effect", place)
    if effect not in tuple(Effect):
        raise PolicyError(f"`{effect}` is not one of Allow, Deny", f"{place}.Effect")
    return Effect(effect)


def _named(body: dict[Any, Any], place: str) -> Iterator[tuple[str, Any]]:
    """The members of an object; YAML has keys that aren't strings, JSON doesn't."""
    for name, value in body.items():
        if not isinstance(name, str):
            raise PolicyError(f"needs a string, not {_kind_of(name)}", place)
        yield name, value


def _strings(body: object, place: str) -> tuple[str, ...]:
    values = body if isinstance(body, list) else [body]
    for value in values:
        if not isinstance(value, str):
            raise PolicyError(f"needs a string, not {_kind_of(value)}", place)
    return tuple(values)


def _condition_values(body: object, place: str) -> tuple[str, ...]:
    """Read condition values. Not only strings: AWS takes `true` and numbers too, and stores their text."""
    values = body if isinstance(body, list) else [body]
    texts = []
    for value in values:
        if isinstance(value, bool):
            texts.append(str(value).lower())
        elif isinstance(value, str):
            texts.append(value)
        elif isinstance(value, int | float) and abs(value) < _TOO_LARGE:
            texts.append(str(value))
        else:
            raise PolicyError(f"needs a string, not {_kind_of(value)}", place)
    return tuple(texts)


def _operator(spelling: str, place: str) -> tuple[str, Quantifier | None, bool]:
    """Split `ForAnyValue:StringLikeIfExists`; operators are compared without regard to case, as AWS does."""
    head, colon, rest = spelling.partition(":")
    quantifier = next((item for item in Quantifier if colon and item.lower() == head.lower()), None)
    body = rest if quantifier else spelling
    if_exists = body.lower().endswith("ifexists")
    name = body[: -len("IfExists")] if if_exists else body
    known = _OPERATOR_NAMES.get(name.lower())
    if known is None or (known == NULL and (if_exists or quantifier)):
        near = difflib.get_close_matches(name, _OPERATOR_NAMES.values(), 1)
        hint = f"; did you mean `{near[0]}`?" if near and near[0] != name else ""
        raise PolicyError(f"condition operator `{spelling}` is not supported{hint}", place)
    return known, quantifier, if_exists


_OPERATOR_NAMES = {name.lower(): name for name in (*OPERATORS, NULL)}


def _known_names(body: dict[str, Any], names: tuple[str, ...], place: str) -> None:
    for name in body:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(names)}"
            raise PolicyError(f"`{name}` is unknown here{hint}", place)


def _unique_sids(statements: tuple[Statement, ...]) -> None:
    seen: set[str] = set()
    for statement in statements:
        if statement.sid and statement.sid in seen:
            raise PolicyError(f"Sid `{statement.sid}` is in use already", f"Statement[{statement.number - 1}].Sid")
        seen.add(statement.sid or "")


def _check_principal(principal: Principal, place: str) -> None:
    kind, value = principal.kind, principal.value
    if not _is_principal(kind, value):
        hint = "; a part of a principal can't be a wildcard" if "*" in value or "?" in value else ""
        raise PolicyError(f"`{value}` is not a principal of the kind {kind}{hint}", place)


def _is_principal(kind: str, value: str) -> bool:
    if kind == "AWS":
        return value == "*" or any(form.fullmatch(value) for form in (arns.ACCOUNT, _UNIQUE_ID, _PRINCIPAL_ARN))
    if kind == "Service":
        return _SERVICE.fullmatch(value) is not None
    return value != "" and (kind == "CanonicalUser" or not set("*?") & set(value))
