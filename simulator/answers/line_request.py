"""What a line of `permgraph evaluate` asks: its request, and the policies that it brings along.

What is read how stands in docs/command-line.md; in short: `context` is the whole truth, `open_keys` are not known, and
only what follows from principal and resource is added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from models.context import Absent, Known, Open, State
from models.errors import PolicyError
from models.policy import PolicyKind
from models.request import Attached, Request, Requester, RequesterKind
from simulator.facts import reference
from simulator.facts.global_keys import row
from simulator.facts.traits import traits
from simulator.policy.authorize import PolicySet, stands_alone
from simulator.policy.limits import UNLIMITED
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_BOUNDARY = PolicyKind.BOUNDARY
_IDENTITY = PolicyKind.IDENTITY
_RCP = PolicyKind.RCP
_RESOURCE = PolicyKind.RESOURCE
_SCP = PolicyKind.SCP
_SESSION = PolicyKind.SESSION
_TRUST = PolicyKind.TRUST
_VPC_ENDPOINT = PolicyKind.VPC_ENDPOINT
_ANONYMOUS = RequesterKind.ANONYMOUS
_FEDERATED_USER = RequesterKind.FEDERATED_USER
_ROOT = RequesterKind.ROOT
_SERVICE = RequesterKind.SERVICE

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
_ABSENT = Absent()


class LineContext:
    """The context of a line, by key in lower case; a key that isn't there is absent."""

    __slots__ = ("states",)

    def __init__(self, states: Mapping[str, State]) -> None:
        self.states = states

    def lookup(self, key: str) -> State:
        return self.states.get(key) or self.states.get(key.lower(), _ABSENT)


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
    _add_what_follows(states, caller, action, account)
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
    if value is None:
        return False
    if not isinstance(value, bool):
        raise PolicyError("has to be true or false", name)
    return value


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
        lowered = key.lower()
        if lowered in states:
            raise PolicyError(f"`{key}` is there twice: letter case is nothing in a condition key", "context")
        if type(value) is str:
            states[lowered] = Known((value,), _is_multivalued(lowered))
        else:
            states[lowered] = _state(key, value)
    for key in opened:
        if key.lower() in states:
            raise PolicyError(f"`{key}` has a value in context", "open_keys")
        states[key.lower()] = _open(key)
    return states


def _state(key: str, value: Any) -> State:
    """Return what a context's value says; null says, like a witness in an answer, that the key is absent."""
    if value is None:
        return _ABSENT
    values = value if isinstance(value, list) else [value]
    for one in values:
        if one is None or isinstance(one, list | dict):
            raise PolicyError("has to be a string or a list of strings", f"context.{key}")
    texts = tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)
    return Known(texts, multivalued=isinstance(value, list) or _is_multivalued(key))


@lru_cache(maxsize=1024)
def _is_multivalued(key: str) -> bool:
    return reference.is_multivalued(key)


@lru_cache(maxsize=1024)
def _open(key: str) -> Open:
    known = row(key)
    domain = known.domain if known else None
    if domain is None and reference.key_type(key) == "Bool":
        domain = ("true", "false")
    return Open(may_be_absent=True, multivalued=_is_multivalued(key), domain=domain)


def _add_what_follows(states: dict[str, State], caller: Requester, action: str, account: str | None) -> None:
    """Add the keys that follow from principal and resource, unless they are given: the closed list, nothing else.

    Source: IAM User Guide, "AWS global condition context keys" and "IAM policy elements: Variables and tags". The
    unique ids of users and roles, and so their aws:userid, are in no line.
    """

    kind, add = caller.kind, states.setdefault
    if account is not None and not _lacks_resource_account(action):
        add("aws:resourceaccount", Known((account,)))
    if kind is _SERVICE:
        add("aws:principalisawsservice", Known(("true",)))
        add("aws:principalservicename", Known((caller.name,)))
    if (type_name := _PRINCIPAL_TYPES.get(kind)) is not None:
        add("aws:principaltype", Known((type_name,)))
    if kind is _ANONYMOUS:
        add("aws:principalaccount", Known(("anonymous",)))
        add("aws:userid", Known(("anonymous",)))
    if caller.account is None:
        return
    add("aws:principalaccount", Known((caller.account,)))
    add("aws:principalarn", Known((caller.role or caller.name,)))
    if kind is _ROOT:
        add("aws:userid", Known((caller.account,)))
    elif kind is _FEDERATED_USER:
        add("aws:userid", Known((f"{caller.account}:{caller.name.partition('/')[2]}",)))


@lru_cache(maxsize=1024)
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
    given = written.get
    trust = stands_alone(request) and request.action.lower().startswith("sts:")
    own = _TRUST if trust else _RESOURCE
    return PolicySet(
        identity=_listed(given("identity"), _IDENTITY, "identity"),
        boundary=_single(given("boundary"), _BOUNDARY, "boundary"),
        session=_single(given("session"), _SESSION, "session"),
        resource=_single(given("resource"), own, "resource"),
        scps=_by_level(given("scps"), _SCP, "scps"),
        rcps=_by_level(given("rcps"), _RCP, "rcps"),
        vpc_endpoint=_single(given("vpc_endpoint"), _VPC_ENDPOINT, "vpc_endpoint"),
    )


def _by_level(written: Any, kind: PolicyKind, place: str) -> tuple[tuple[Attached, ...], ...]:
    if written is None:
        return ()
    if not isinstance(written, list):
        raise PolicyError("has to be a list of levels", f"policies.{place}")
    return tuple([_listed(level, kind, f"{place}[{at}]") for at, level in enumerate(written)])


def _listed(written: Any, kind: PolicyKind, place: str) -> tuple[Attached, ...]:
    if written is None:
        return ()
    if not isinstance(written, list):
        raise PolicyError("has to be a list of policy documents", f"policies.{place}")
    found = [_attached(one, kind, f"{place}[{at}]") for at, one in enumerate(written)]
    return tuple([one for one in found if one is not None])


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
        # Not measured: an answer has no place for a warning.
        policy = parse_policy(document, kind, strict=False, limit=UNLIMITED)
    except PolicyError as error:
        raise error.within(f"policies.{place}") from error
    if not policy.statements and "Statement" not in document:
        return None
    return Attached(name, policy)
