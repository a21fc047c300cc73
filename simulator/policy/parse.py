"""Policy documents, read in two manners by one parser.

Strict, for what a person writes for us: what AWS would refuse is refused. Tolerant, for what was collected: AWS's own
output is a fact, even where it is odd. Neither takes what could not be evaluated exactly.
Source: IAM User Guide, "Grammar of the IAM JSON policy language"; semantics of odd documents: docs/engine.md.

What is usual, and nearly all of what `permgraph evaluate` reads by the hundred thousand is, doesn't come so far
(simulator.policy.usual). The place of an error is put together on its way out, each level adding its own part.
"""

from __future__ import annotations

import difflib
import json
import re
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from models import arns
from models.errors import PolicyError
from models.policy import (
    WITH_PRINCIPAL,
    Effect,
    Policy,
    PolicyKind,
    Statement,
    Texts,
    Values,
)
from simulator.policy import limits, match
from simulator.policy.limits import UNLIMITED, may_exceed
from simulator.policy.operands import operand_problem
from simulator.policy.refusals import check_statement, check_version
from simulator.policy.spellings import SPELLINGS, taken_apart
from simulator.policy.usual import TYPES, Written

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
_EFFECTS = {effect.value: effect for effect in Effect}
_ACTION = re.compile(r"\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?_-]+", re.ASCII)
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+", re.DOTALL)
_UNIQUE_ID = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{10,}", re.ASCII)
# Not a number of AWS's (nor is NaN): beyond a double's range.
_TOO_LARGE = 1e300
_PRINCIPAL_ARN = re.compile(r"arn:[^:*?]+:(?:iam|sts)::\d{12}:[^*?]+", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazon(?:aws)?\.com(?:\.cn)?", re.ASCII)


def parse_policy(document: object, kind: PolicyKind, *, strict: bool, limit: limits.Limit | None = None) -> Policy:
    """Read a policy document: an object, or its JSON text.

    `limit`: how long it may be, where that is known better than from its kind. It isn't measured for `UNLIMITED`.

    Raises:
        PolicyError: with the place, for what AWS would refuse (strict), or what can't be evaluated exactly (both).
    """
    manner = _MANNERS[kind]
    if limit is None:
        limit = manner.limit
    if isinstance(document, str):
        document = _from_text(document)
    if not isinstance(document, dict):
        raise PolicyError(f"a policy document is an object, not {_kind_of(document)}")
    if not document and not strict:
        return Policy(())
    if not strict and (limit is UNLIMITED or not may_exceed(document, limit)):
        return _usual(document, kind) or _policy(document, manner, strict, UNLIMITED)
    return _policy(document, manner, strict, limit)


def _usual(document: dict[str, Any], kind: PolicyKind) -> Policy | None:
    try:
        written: Written[Any] = msgspec.convert(document, TYPES[kind])
    except (msgspec.ValidationError, UnicodeEncodeError):  # the latter of half a surrogate pair
        return None
    return written.policy


def _from_text(text: str) -> object:
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


class _Manner(NamedTuple):
    """What the kind of a document decides, looked up once for all its statements."""

    kind: PolicyKind
    with_principal: bool
    with_not_principal: bool
    needs_resource: bool
    completes_arns: bool
    limit: limits.Limit


_MANNERS = {
    kind: _Manner(
        kind,
        with_principal=kind in WITH_PRINCIPAL,
        with_not_principal=kind not in (PolicyKind.TRUST, PolicyKind.RCP),
        needs_resource=kind not in (PolicyKind.TRUST, PolicyKind.RESOURCE),
        # What a user, group or role has may hold incomplete ARNs: AWS completes them.
        completes_arns=kind in (PolicyKind.IDENTITY, PolicyKind.BOUNDARY),
        limit=limits.LIMITS[kind],
    )
    for kind in PolicyKind
}


def _policy(document: dict[str, Any], manner: _Manner, strict: bool, limit: limits.Limit) -> Policy:
    if strict:
        _known_names(document, ("Version", "Id", "Statement"))
    version = document.get("Version", VERSIONS[0])
    if version not in VERSIONS:
        if not isinstance(version, str):
            raise PolicyError(f"needs a string, not {_kind_of(version)}", "Version")
        raise PolicyError(f"`{version}` is not one of {', '.join(VERSIONS)}", "Version")
    if strict:
        check_version(document.get("Version"), manner.kind)
    if "Statement" not in document:
        raise PolicyError("a policy document needs a Statement")
    body = document["Statement"]
    bodies = body if isinstance(body, list) else [body]
    if strict and not bodies:
        raise PolicyError("a policy document needs at least one statement", "Statement")
    warnings: list[str] = []
    statements = _statements(bodies, manner, strict, warnings)
    name = document.get("Id")
    if name is not None and not isinstance(name, str):
        raise PolicyError(f"needs a string, not {_kind_of(name)}", "Id")
    if limit is not UNLIMITED and may_exceed(document, limit):
        _measure(document, limit, strict, warnings)
    return Policy(statements, version, name, tuple(warnings))


def _measure(document: dict[str, Any], limit: limits.Limit, strict: bool, warnings: list[str]) -> None:
    """Refuse what nobody could save; what AWS has kept is used, however long it is."""
    length = limits.length(document, limit)
    problem = limits.excess(length, limit)
    if strict and problem:
        raise PolicyError(problem)
    if strict:
        problem = limits.excess_by_default(length, limit)
    if problem:
        warnings.append(problem)


def _statements(bodies: list[Any], manner: _Manner, strict: bool, warnings: list[str]) -> tuple[Statement, ...]:
    read: list[Statement] = []
    number = 0
    try:
        for number, body in enumerate(bodies, 1):
            read.append(_statement(body, number, manner, strict, warnings))
    except PolicyError as error:
        raise _within(f"Statement[{number - 1}]", error) from error
    if strict:
        _unique_sids(read)
    return tuple(read)


def _within(place: str, error: PolicyError) -> PolicyError:
    """The same problem, its place seen from one level further out."""
    return PolicyError(error.problem, place + error.place)


def _statement(body: object, number: int, manner: _Manner, strict: bool, warnings: list[str]) -> Statement:
    if not isinstance(body, dict):
        raise PolicyError(f"a statement is an object, not {_kind_of(body)}")
    if strict:
        _known_names(body, _ELEMENTS)
    actions, not_actions = _either(body, "Action", "NotAction", strict)
    resources, not_resources = _either(body, "Resource", "NotResource", strict)
    _check_resource_there(body, manner, strict)
    principal, not_principal = _principals(body, number, manner, strict, warnings)
    sid = body.get("Sid")
    if sid is not None and not isinstance(sid, str):
        raise PolicyError(f"needs a string, not {_kind_of(sid)}", ".Sid")
    if strict:
        _check_actions(actions, not_actions)
        _check_resources(resources, not_resources, manner)
    written = body.get("Effect")
    effect = _EFFECTS.get(written) if isinstance(written, str) else None
    if effect is None:
        raise _no_effect(written)
    statement = Statement(
        effect,
        actions,
        resources,
        _conditions(body["Condition"], strict) if "Condition" in body else UNSET,
        principal,
        UNSET if sid is None else sid,
        not_actions,
        not_resources,
        not_principal,
    )
    if strict:
        check_statement(statement, manner.kind)
    return statement


def _no_effect(written: object) -> PolicyError:
    if written is None:
        return PolicyError("needs an Effect")
    said = f"`{written}`" if isinstance(written, str) else _kind_of(written)
    return PolicyError(f"{said} is not one of Allow, Deny", ".Effect")


_Texts = tuple[str, ...] | UnsetType


def _either(body: dict[str, Any], name: str, opposite: str, strict: bool) -> tuple[_Texts, _Texts]:
    """Read an element and its opposite, of which a statement has one at most."""
    if name in body:
        if opposite in body:
            raise PolicyError(f"has both {name} and {opposite}")
        return _strings(body[name], name, strict), UNSET
    if opposite in body:
        return UNSET, _strings(body[opposite], opposite, strict)
    if name == "Action":
        raise PolicyError("needs Action or NotAction")
    return UNSET, UNSET


def _check_resource_there(body: dict[str, Any], manner: _Manner, strict: bool) -> None:
    there = "Resource" in body or "NotResource" in body
    if not there and manner.needs_resource:
        raise PolicyError("needs Resource or NotResource")
    if there and strict and manner.kind is PolicyKind.TRUST:
        raise PolicyError("a trust policy has no Resource: it is about its role")


def _strings(body: object, element: str, strict: bool) -> tuple[str, ...]:
    values = body if isinstance(body, list) else [body]
    for value in values:
        if not isinstance(value, str):
            raise PolicyError(f"needs a string, not {_kind_of(value)}", f".{element}")
    if strict and not values:
        raise PolicyError("is empty", f".{element}")
    return tuple(values)


def _check_actions(actions: _Texts, not_actions: _Texts) -> None:
    for action in actions or not_actions or ():
        if not _ACTION.fullmatch(action):
            place = ".NotAction" if actions is UNSET else ".Action"
            raise PolicyError(f"`{action}` is not an action such as `lambda:InvokeFunction`", place)


def _check_resources(resources: _Texts, not_resources: _Texts, manner: _Manner) -> None:
    for resource in resources or not_resources or ():
        whole = match.completed(resource) if manner.completes_arns else resource
        if not match.is_resource_pattern(whole) or not (set(whole) == {"*"} or _ARN.fullmatch(whole)):
            raise PolicyError(f"`{resource}` is not an ARN", ".NotResource" if resources is UNSET else ".Resource")


#: Kinds whose statements don't say whom they are about.
_CALLED = {
    PolicyKind.IDENTITY: "an identity-based policy",
    PolicyKind.BOUNDARY: "a permissions boundary",
    PolicyKind.SESSION: "a session policy",
    PolicyKind.SCP: "an SCP",
}


_Names = str | dict[str, Texts] | UnsetType


def _principals(
    body: dict[str, Any], number: int, manner: _Manner, strict: bool, warnings: list[str]
) -> tuple[_Names, _Names]:
    is_there, is_not_there = "Principal" in body, "NotPrincipal" in body
    if not manner.with_principal:
        if is_there or is_not_there:
            raise PolicyError(f"{_CALLED[manner.kind]} has no {'Principal' if is_there else 'NotPrincipal'}")
        return UNSET, UNSET
    if is_there:
        if is_not_there:
            raise PolicyError("has both Principal and NotPrincipal")
        return _principal_element(body["Principal"], "Principal", strict), UNSET
    if not is_not_there:
        if strict:
            raise PolicyError("needs a Principal")
        warnings.append(f"Statement[{number - 1}] has no Principal and matches nobody")
        return {}, UNSET
    found = _principal_element(body["NotPrincipal"], "NotPrincipal", strict)
    if not manner.with_not_principal:
        raise PolicyError("NotPrincipal is not allowed here", ".NotPrincipal")
    if body.get("Effect") == Effect.ALLOW:
        raise PolicyError("NotPrincipal is allowed with Deny only", ".NotPrincipal")
    return UNSET, found


def _principal_element(body: object, element: str, strict: bool) -> str | dict[str, Texts]:
    if isinstance(body, str):
        if strict and body != "*":
            raise PolicyError(f'`{body}` is not `*`; write {{"AWS": "{body}"}}', f".{element}")
        return body
    if not isinstance(body, dict):
        raise PolicyError(f"needs `*` or an object, not {_kind_of(body)}", f".{element}")
    found: dict[str, Texts] = {}
    for kind, values in body.items():
        if not isinstance(kind, str):
            raise PolicyError(f"needs a string, not {_kind_of(kind)}", f".{element}")
        if strict:
            _known_names({kind: None}, PRINCIPAL_KINDS, f".{element}")
        # An empty list is nobody, here too: AWS takes it.
        found[kind] = _strings(values, f"{element}.{kind}", strict=False)
    if strict:
        for kind, values in found.items():
            for value in values:
                _check_principal(kind, value, f".{element}")
    return found


def _conditions(body: object, strict: bool) -> dict[str, dict[str, Values]]:
    if not isinstance(body, dict):
        raise PolicyError(f"needs an object, not {_kind_of(body)}", ".Condition")
    found: dict[str, dict[str, Values]] = {}
    for spelling, keys in body.items():
        # YAML has keys that aren't strings, JSON doesn't.
        if not isinstance(spelling, str):
            raise PolicyError(f"needs a string, not {_kind_of(spelling)}", ".Condition")
        operator, _, _ = SPELLINGS.get(spelling) or taken_apart(spelling)
        if not isinstance(keys, dict):
            raise PolicyError(f"needs an object, not {_kind_of(keys)}", f".Condition.{spelling}")
        found[spelling] = {}
        for key, values in keys.items():
            if not isinstance(key, str):
                raise PolicyError(f"needs a string, not {_kind_of(key)}", f".Condition.{spelling}")
            texts = _condition_values(values, spelling, key)
            if strict and (problem := operand_problem(operator, texts)):
                raise PolicyError(problem, f".Condition.{spelling}.{key}")
            found[spelling][key] = texts
    return found


def _condition_values(body: object, spelling: str, key: str) -> tuple[str, ...]:
    """Read condition values. Not only strings: AWS takes `true` and numbers too, and stores their text."""
    values = body if isinstance(body, list) else [body]
    texts: list[str] = []
    for value in values:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, bool):
            texts.append(str(value).lower())
        elif isinstance(value, int | float) and -_TOO_LARGE < value < _TOO_LARGE:
            texts.append(str(value))
        else:
            raise PolicyError(f"needs a string, not {_kind_of(value)}", f".Condition.{spelling}.{key}")
    return tuple(texts)


def _known_names(body: dict[str, Any], names: tuple[str, ...], place: str = "") -> None:
    for name in body:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(names)}"
            raise PolicyError(f"`{name}` is unknown here{hint}", place)


def _unique_sids(statements: list[Statement]) -> None:
    seen: set[str] = set()
    for place, statement in enumerate(statements):
        if statement.sid and statement.sid in seen:
            raise PolicyError(f"Sid `{statement.sid}` is in use already", f"Statement[{place}].Sid")
        seen.add(statement.sid or "")


def _check_principal(kind: str, value: str, place: str) -> None:
    if not _is_principal(kind, value):
        hint = "; a part of a principal can't be a wildcard" if "*" in value or "?" in value else ""
        raise PolicyError(f"`{value}` is not a principal of the kind {kind}{hint}", place)


def _is_principal(kind: str, value: str) -> bool:
    if kind == "AWS":
        return value == "*" or any(form.fullmatch(value) for form in (arns.ACCOUNT, _UNIQUE_ID, _PRINCIPAL_ARN))
    if kind == "Service":
        return _SERVICE.fullmatch(value) is not None
    return value != "" and (kind == "CanonicalUser" or not set("*?") & set(value))
