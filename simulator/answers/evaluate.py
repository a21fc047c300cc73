"""The bare engine: one request with its policies, as a line of JSON, to its decision. No snapshot, no graph.

What is read how stands in docs/command-line.md; in short: `context` is the whole truth, `open_keys` are not
known, and only what follows from principal and resource is added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models import arns
from models.context import Absent, Known, Open, State
from models.decision import Citation, Decision, NearMiss, Outcome, Residual
from models.errors import PolicyError
from models.policy import PolicyKind
from models.request import Attached, Request, Requester, RequesterKind
from simulator.facts import reference
from simulator.facts.global_keys import row
from simulator.facts.traits import traits
from simulator.policy import layers, match, operators
from simulator.policy.authorize import PolicySet, authorize, stands_alone
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_BUCKET = re.compile(r"arn:[^:]+:s3:::.+")

_PRINCIPAL_TYPES = {
    RequesterKind.USER: "User",
    RequesterKind.ROLE: "AssumedRole",
    RequesterKind.SESSION: "AssumedRole",
    RequesterKind.FEDERATED_USER: "FederatedUser",
    RequesterKind.ROOT: "Account",
    RequesterKind.ANONYMOUS: "Anonymous",
}

_POLICIES = ("identity", "boundary", "session", "resource", "scps", "rcps", "vpc_endpoint")


def evaluate_line(line: bytes | str) -> dict[str, Any]:
    """Answer one line: a decision, or `{"id": …, "error": …}` for what can't be read or not evaluated exactly."""
    name: Any = None
    try:
        document = _read(line)
        name = document.get("id")
        return evaluate(document)
    except PolicyError as error:
        return {"id": name, "error": " ".join(str(error).split())}
    except RecursionError:
        return {"id": name, "error": "nested too deeply"}
    except Exception as error:
        # A bug of ours. It is said on its line, and the lines after it are answered all the same.
        return {"id": name, "error": f"internal error: {type(error).__name__}: {error}"}


#: The engine remembers what it worked out by the text of patterns, names and values.
_REMEMBERED = (
    arns.parts,
    arns.kind_of,
    match.template,
    layers.remembered_match,
    match.action_matches,
    operators.number,
    operators.moment,
    operators.network,
    traits,
    reference.expand,
    reference.spelling,
)


def forget() -> None:
    """Drop what the engine remembers: for a stream in which every line has names of its own it would only grow."""
    for remembered in _REMEMBERED:
        remembered.cache_clear()


def evaluate(document: Mapping[str, Any]) -> dict[str, Any]:
    """Decide the request that `document` holds (models.answer.EvaluateAnswer is the shape of what comes back).

    Raises:
        PolicyError: naming the place, for what can't be read or not evaluated exactly.
    """
    request, opened = read_request(document)
    policies = read_policies(document.get("policies"), request)
    spelling = {key.lower(): key for key in opened}
    decision = authorize(request, policies, lambda key: spelling.get(key.lower()) or reference.spelling(key))
    return _answer(document.get("id"), decision, opened)


def _read(line: bytes | str) -> dict[str, Any]:
    try:
        text = line if isinstance(line, str) else line.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise PolicyError("not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise PolicyError(f"not JSON: {error.msg.lower()} at column {error.colno}") from error
    except ValueError as error:
        # Python reads no number of more than 4300 digits.
        raise PolicyError(f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise PolicyError("a request is a JSON object")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep no member twice: of two conditions with one operator, one would be lost without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise PolicyError(f"`{next(name for name in names if names.count(name) > 1)}` is written twice")
    return found


def _no_constant(text: str) -> Any:
    raise PolicyError(f"not JSON: `{text}`")


# The request


@dataclass(frozen=True, slots=True)
class LineContext:
    """The context of a line, by key in lower case; a key that isn't there is absent."""

    states: Mapping[str, State]

    def lookup(self, key: str) -> State:
        return self.states.get(key.lower(), _ABSENT)


_ABSENT = Absent()


def read_request(document: Mapping[str, Any]) -> tuple[Request, tuple[str, ...]]:
    """Return the request of a line, and its open keys as they are written.

    Raises:
        PolicyError: naming the field that can't be read.
    """
    caller = requester(_text(document, "principal"), _optional(document, "principal_role"))
    action, resource = _text(document, "action"), _text(document, "resource")
    if not _ACTION.fullmatch(action):
        raise PolicyError(f"`{action}` is not an action, which is `service:Name`", "action")
    account = _resource_account(document, resource, caller)
    opened = _open_keys(document.get("open_keys"))
    states = _states(document.get("context"), opened)
    for key, value in _follows(caller, action, account):
        states.setdefault(key, Known((value,)))
    request = Request(
        requester=caller,
        action=action,
        resource=resource,
        context=LineContext(states),
        resource_account=account,
        traits=traits(action, resource),
        management_account=_flag(document, "management_account"),
        resource_in_management_account=_flag(document, "resource_in_management_account"),
        service_linked_role=_flag(document, "service_linked_role"),
        gateway_endpoint=_endpoint_type(document) == "gateway",
    )
    return request, opened


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise PolicyError("is missing" if value in (None, "") else "has to be a string", name)
    return value


def _optional(document: Mapping[str, Any], name: str) -> str | None:
    return None if document.get(name) is None else _text(document, name)


def _flag(document: Mapping[str, Any], name: str) -> bool:
    value = document.get(name)
    if value is not None and not isinstance(value, bool):
        raise PolicyError("has to be true or false", name)
    return bool(value)


def _endpoint_type(document: Mapping[str, Any]) -> str:
    value = document.get("vpc_endpoint_type") or "interface"
    if value not in ("interface", "gateway"):
        raise PolicyError(f"`{value}` is not one of interface, gateway", "vpc_endpoint_type")
    return str(value)


def _resource_account(document: Mapping[str, Any], resource: str, caller: Requester) -> str | None:
    given = _optional(document, "resource_account")
    if given is not None:
        if not _ACCOUNT.fullmatch(given):
            raise PolicyError(f"`{given}` is not the number of an account", "resource_account")
        return given
    parts = resource.split(":", 5)
    if len(parts) == 6 and _ACCOUNT.fullmatch(parts[4]):
        return parts[4]
    if _BUCKET.fullmatch(resource) and not caller.is_outside:
        raise PolicyError("is missing, and the ARN of a bucket doesn't have it", "resource_account")
    return None


def _open_keys(written: Any) -> tuple[str, ...]:
    if written is None:
        return ()
    if not isinstance(written, list) or not all(isinstance(key, str) and key for key in written):
        raise PolicyError("has to be a list of condition keys", "open_keys")
    return tuple({key.lower(): key for key in written}.values())


def _states(written: Any, opened: tuple[str, ...]) -> dict[str, State]:
    if written is not None and not isinstance(written, dict):
        raise PolicyError("has to be an object", "context")
    states: dict[str, State] = {}
    for key, value in (written or {}).items():
        if key.lower() in states:
            raise PolicyError(f"`{key}` is there twice: letter case is nothing in a condition key", "context")
        states[key.lower()] = _state(key, value)
    for key in opened:
        if key.lower() in states:
            raise PolicyError(f"`{key}` has a value in context", "open_keys")
        states[key.lower()] = _open(key)
    return states


def _state(key: str, value: Any) -> State:
    """Return what a context's value says; null says, like a witness in an answer, that the key is absent."""
    if value is None:
        return Absent()
    values = value if isinstance(value, list) else [value]
    for one in values:
        if one is None or isinstance(one, list | dict):
            raise PolicyError("has to be a string or a list of strings", f"context.{key}")
    texts = tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)
    return Known(texts, multivalued=isinstance(value, list) or reference.is_multivalued(key))


def _open(key: str) -> Open:
    known = row(key)
    domain = known.domain if known else None
    if domain is None and reference.key_type(key) == "Bool":
        domain = ("true", "false")
    return Open(may_be_absent=True, multivalued=reference.is_multivalued(key), domain=domain)


def _follows(caller: Requester, action: str, account: str | None) -> Iterator[tuple[str, str]]:
    """Yield the keys that follow from principal and resource: the closed list, nothing else.

    Source: IAM User Guide, "AWS global condition context keys" and "IAM policy elements: Variables and tags". The
    unique ids of users and roles, and so their aws:userid, are in no line.
    """
    if account is not None and not _lacks_resource_account(action):
        yield "aws:resourceaccount", account
    if caller.kind is RequesterKind.SERVICE:
        yield "aws:principalisawsservice", "true"
        yield "aws:principalservicename", caller.name
    if caller.kind in _PRINCIPAL_TYPES:
        yield "aws:principaltype", _PRINCIPAL_TYPES[caller.kind]
    if caller.kind is RequesterKind.ANONYMOUS:
        yield "aws:principalaccount", "anonymous"
        yield "aws:userid", "anonymous"
    if caller.account is None:
        return
    yield "aws:principalaccount", caller.account
    yield "aws:principalarn", caller.role or caller.name
    if caller.kind is RequesterKind.ROOT:
        yield "aws:userid", caller.account
    elif caller.kind is RequesterKind.FEDERATED_USER:
        yield "aws:userid", f"{caller.account}:{caller.name.partition('/')[2]}"


def _lacks_resource_account(action: str) -> bool:
    known = row("aws:ResourceAccount")
    lowered = action.lower()
    return known is not None and not known.without.isdisjoint((lowered, f"{lowered.partition(':')[0]}:*"))


# The policies


def read_policies(written: Any, request: Request) -> PolicySet:
    """Return the policies of a line.

    Raises:
        PolicyError: naming the document and the element.
    """
    if written is None:
        return PolicySet()
    if not isinstance(written, dict):
        raise PolicyError("has to be an object", "policies")
    for name in written:
        if name not in _POLICIES:
            raise PolicyError(f"`{name}` is not one of {', '.join(_POLICIES)}", "policies")
    trust = stands_alone(request) and request.action.lower().startswith("sts:")
    own = PolicyKind.TRUST if trust else PolicyKind.RESOURCE
    return PolicySet(
        identity=_listed(written.get("identity"), PolicyKind.IDENTITY, "identity"),
        boundary=_single(written.get("boundary"), PolicyKind.BOUNDARY, "boundary"),
        session=_single(written.get("session"), PolicyKind.SESSION, "session"),
        resource=_single(written.get("resource"), own, "resource"),
        scps=_by_level(written.get("scps"), PolicyKind.SCP, "scps"),
        rcps=_by_level(written.get("rcps"), PolicyKind.RCP, "rcps"),
        vpc_endpoint=_single(written.get("vpc_endpoint"), PolicyKind.VPC_ENDPOINT, "vpc_endpoint"),
    )


def _by_level(written: Any, kind: PolicyKind, place: str) -> tuple[tuple[Attached, ...], ...]:
    if written is None:
        return ()
    if not isinstance(written, list):
        raise PolicyError("has to be a list of levels", f"policies.{place}")
    return tuple(_listed(level, kind, f"{place}[{at}]") for at, level in enumerate(written))


def _listed(written: Any, kind: PolicyKind, place: str) -> tuple[Attached, ...]:
    if written is None:
        return ()
    if not isinstance(written, list):
        raise PolicyError("has to be a list of policy documents", f"policies.{place}")
    found = (_attached(one, kind, f"{place}[{at}]") for at, one in enumerate(written))
    return tuple(one for one in found if one is not None)


def _single(written: Any, kind: PolicyKind, place: str) -> tuple[Attached, ...] | None:
    if written is None or written == []:
        return None
    found = _attached(written, kind, place)
    return None if found is None else (found,)


def _attached(written: Any, kind: PolicyKind, place: str) -> Attached | None:
    """Return a policy under its name; None for `{}`, which is no policy."""
    name, document = place, written
    if isinstance(written, dict) and "document" in written:
        document = written["document"]
        if not isinstance(written.get("name", ""), str):
            raise PolicyError("has to be a string", f"policies.{place}.name")
        name = written.get("name") or place
    try:
        policy = parse_policy(document, kind, strict=False)
    except PolicyError as error:
        raise error.within(f"policies.{place}") from error
    if not policy.statements and "Statement" not in document:
        return None
    return Attached(name, policy)


# The answer. Not through the pydantic models, which take longer than the decision; a test holds it to their schema.


def _answer(name: Any, decision: Decision, opened: tuple[str, ...]) -> dict[str, Any]:
    missed = decision.near_misses if decision.outcome is Outcome.IMPLICIT_DENY else ()
    return {
        "id": name,
        "decision": str(decision.outcome),
        "because": [_citation(cited) for cited in decision.because],
        "layers": {str(layer): str(outcome) for layer, outcome in decision.layers.items()},
        "near_misses": [_near_miss(one) for one in missed],
        "residual": None if decision.residual is None else _residual(decision.residual, opened),
    }


def _citation(cited: Citation) -> dict[str, str]:
    return {
        "layer": str(cited.layer),
        "policy": cited.policy,
        "statement": cited.statement,
        "effect": str(cited.effect),
    }


def _near_miss(missed: NearMiss) -> dict[str, str]:
    return {
        "layer": str(missed.layer),
        "policy": missed.policy,
        "statement": missed.statement,
        "failed": missed.failed,
        "wanted": missed.wanted,
        "got": missed.got,
    }


def _residual(residual: Residual, opened: tuple[str, ...]) -> dict[str, Any]:
    """Return the residual; its witnesses say something of every open key, also of those that make no difference."""
    others = dict.fromkeys(opened)
    return {
        "text": residual.text,
        "when": dict(residual.when),
        "allowed_with": others | dict(residual.allowed_with),
        "denied_with": others | dict(residual.denied_with),
    }
