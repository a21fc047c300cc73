"""What a line of `permgraph evaluate` asks: its request, and the policies that it brings along.

What is read how stands in docs/command-line.md; in short: `context` is the whole truth, `open_keys` are not known, and
only what follows from principal and resource is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import UNSET, structs

from models.context import Absent, Known, Open, State
from models.errors import PolicyError
from models.policy import PolicyKind
from models.request import Attached, Request, Requester, RequesterKind
from simulator.answers.line import Brought
from simulator.facts import reference
from simulator.facts.global_keys import row
from simulator.facts.traits import traits
from simulator.policy.authorize import PolicySet, stands_alone
from simulator.policy.limits import UNLIMITED
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester
from simulator.policy.usual import Written
from simulator.policy.without_resource import on_resource

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_RESOURCE: Final = PolicyKind.RESOURCE
_TRUST: Final = PolicyKind.TRUST
_ANONYMOUS: Final = RequesterKind.ANONYMOUS
_FEDERATED_USER: Final = RequesterKind.FEDERATED_USER
_ROOT: Final = RequesterKind.ROOT
_SERVICE: Final = RequesterKind.SERVICE

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

_ABSENT = Absent()


class LineContext:
    """The context of a line: `states` by key in lower case, and what follows from its principal and resource.

    That is the closed list of `_FOLLOWS`, and nothing else; a key that is in neither is absent.
    """

    __slots__ = ("account", "action", "caller", "states")

    def __init__(self, states: Mapping[str, State], caller: Requester, action: str, account: str | None) -> None:
        self.states = states
        self.caller = caller
        self.action = action
        self.account = account

    def lookup(self, key: str) -> State:
        lowered = key.lower()
        found = self.states.get(lowered)
        if found is not None:
            return found
        follows = _FOLLOWS.get(lowered)
        text = None if follows is None else follows(self)
        return _ABSENT if text is None else Known((text,))


def read_request(document: Mapping[str, Any]) -> tuple[Request, tuple[str, ...]]:
    """Return the request of a line, and its open keys as they are written.

    Raises:
        PolicyError: naming the field that can't be read.
    """
    role = _text(document, "principal_role") if document.get("principal_role") is not None else None
    caller = requester(_text(document, "principal"), role)
    action, resource = _text(document, "action"), _text(document, "resource")
    if not _ACTION.fullmatch(action):
        raise PolicyError(f"`{action}` is not an action, which is `service:Name`", "action")
    account = _resource_account(document, resource, caller)
    opened = _open_keys(document.get("open_keys"))
    context = LineContext(_states(document.get("context"), opened), caller, action, account)
    flags = () if document.keys().isdisjoint(_FLAGS) else _flags(document)
    return Request(caller, action, resource, context, account, traits(action, resource), *flags), opened


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise PolicyError("is missing" if value in (None, "") else "has to be a string", name)
    return value


_FLAGS = ("management_account", "resource_in_management_account", "service_linked_role", "vpc_endpoint_type")


def _flags(document: Mapping[str, Any]) -> tuple[bool, ...]:
    """What a line says of its organization, its caller and the endpoint, in the order in which a request has it."""
    *three, _ = _FLAGS
    return *(_flag(document, name) for name in three), _endpoint_type(document) == "gateway"


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
    if document.get("resource_account") is not None:
        given = _text(document, "resource_account")
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
    if written is None or written == []:
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


# What follows from principal and resource. Source: IAM User Guide, "AWS global condition context keys" and "IAM policy
# elements: Variables and tags". The unique ids of users and roles, and so their aws:userid, are in no line.


def _principal_account(of: LineContext) -> str | None:
    return "anonymous" if of.caller.kind is _ANONYMOUS else of.caller.account


def _principal_arn(of: LineContext) -> str | None:
    return None if of.caller.account is None else of.caller.role or of.caller.name


def _resource_account_of(of: LineContext) -> str | None:
    return None if _lacks_resource_account(of.action) else of.account


def _user_id(of: LineContext) -> str | None:
    caller = of.caller
    if caller.kind is _FEDERATED_USER:
        return f"{caller.account}:{caller.name.partition('/')[2]}"
    return _principal_account(of) if caller.kind in (_ANONYMOUS, _ROOT) else None


_FOLLOWS: dict[str, Callable[[LineContext], str | None]] = {
    "aws:principalaccount": _principal_account,
    "aws:principalarn": _principal_arn,
    "aws:principalisawsservice": lambda of: "true" if of.caller.kind is _SERVICE else None,
    "aws:principalservicename": lambda of: of.caller.name if of.caller.kind is _SERVICE else None,
    "aws:principaltype": lambda of: _PRINCIPAL_TYPES.get(of.caller.kind),
    "aws:resourceaccount": _resource_account_of,
    "aws:userid": _user_id,
}


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
    if not written.keys() <= _POLICIES.keys():
        name = next(name for name in written if name not in _POLICIES)
        raise PolicyError(f"`{name}` is not one of {', '.join(_POLICIES)}", "policies")
    alone = stands_alone(request)
    trust = alone and request.action.lower().startswith("sts:")
    found: dict[str, Any] = {}
    # In the order of the table, whatever the line's own is: of several mistakes the same one is told.
    for name, how in _POLICIES.items():
        if written.get(name) is not None:
            read, kind = how
            found[name] = read(written[name], _TRUST if trust and kind is _RESOURCE else kind, name)
    if alone and not trust and found.get("resource"):
        found["resource"] = tuple(
            structs.replace(one, policy=on_resource(one.policy, request.resource)) for one in found["resource"]
        )
    return PolicySet(**found, once=True)


def _by_level(written: Any, kind: PolicyKind, place: str) -> tuple[tuple[Attached, ...], ...]:
    if not isinstance(written, list):
        raise PolicyError("has to be a list of levels", f"policies.{place}")
    return tuple([_listed(level, kind, f"{place}[{at}]") for at, level in enumerate(written)])


def _listed(written: Any, kind: PolicyKind, place: str) -> tuple[Attached, ...]:
    if written is None:
        return ()
    if not isinstance(written, list):
        raise PolicyError("has to be a list of policy documents", f"policies.{place}")
    found: list[Attached] = []
    for at, one in enumerate(written):
        attached = _attached(one, kind, f"{place}[{at}]")
        if attached is not None:
            found.append(attached)
    return tuple(found)


def _single(written: Any, kind: PolicyKind, place: str) -> tuple[Attached, ...] | None:
    if written == []:
        return None
    found = _attached(written, kind, place)
    return None if found is None else (found,)


def _attached(written: Any, kind: PolicyKind, place: str) -> Attached | None:
    """Return a policy under its name; None for `{}`, which is no policy."""
    name, document = place, written
    if isinstance(written, Brought):
        if written.document is not UNSET:
            name, document = written.name or place, written.document
        if isinstance(document, Written):
            policy = document.policy
            if policy is not None:
                return Attached(name, policy)
            document = msgspec.to_builtins(document)
    elif isinstance(written, dict) and "document" in written:
        document = written["document"]
        if not isinstance(written.get("name", ""), str):
            raise PolicyError("has to be a string", f"policies.{place}.name")
        name = written.get("name") or place
    try:
        # Not measured: an answer has no place for a warning.
        policy = parse_policy(document, kind, strict=False, limit=UNLIMITED)
    except PolicyError as error:
        raise error.within(f"policies.{place}") from error
    return Attached(name, policy) if policy.statements or "Statement" in document else None


#: How each field is read, and as what.
_POLICIES: dict[str, tuple[Callable[[Any, PolicyKind, str], Any], PolicyKind]] = {
    "identity": (_listed, PolicyKind.IDENTITY),
    "boundary": (_single, PolicyKind.BOUNDARY),
    "session": (_single, PolicyKind.SESSION),
    "resource": (_single, PolicyKind.RESOURCE),
    "scps": (_by_level, PolicyKind.SCP),
    "rcps": (_by_level, PolicyKind.RCP),
    "vpc_endpoint": (_single, PolicyKind.VPC_ENDPOINT),
}
