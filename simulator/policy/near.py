"""What was nearly enough: the Allow statements that failed in one element, the nearest first.

What says nothing of the request is left out: a statement about another service, or for another kind of caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from models import arns
from models.context import Known
from models.decision import Failed, Layer, NearMiss, Nearness
from models.policy import Condition, Principal
from models.request import Attached, Request, Requester, RequesterKind
from simulator.policy import match
from simulator.policy.compiled import MANNERS, Rule, near_action
from simulator.policy.layers import asked_resource, forms_of, spelled
from simulator.policy.operators import NULL
from simulator.policy.principals import account_named

#: So many of the values that an element wants are told; the nearest ones.
MOST_WANTED = 3

_LAYERS = {layer: rank for rank, layer in enumerate(Layer)}


class _Failure(NamedTuple):
    """An element that fails; `nearness` is None if what it wants says nothing of the request."""

    failed: Failed
    wanted: str
    got: str
    nearness: Nearness | None
    key: str | None = None
    operator: str | None = None


def near_misses(layer: Layer, policies: Iterable[Attached], request: Request) -> list[NearMiss]:
    """The Allow statements of a layer's policies that failed in exactly one element, the nearest first."""
    return nearest(misses(layer, policies, request))


def misses(layer: Layer, policies: Iterable[Attached], request: Request) -> Iterator[NearMiss]:
    """As `near_misses`, in the order of the policies."""
    for attached in policies:
        for rule, covers in near_action(attached.policy, MANNERS[layer], request.action):
            failed = _only_failing(layer, rule, covers, request)
            failure = _DESCRIBE[failed](rule, request) if failed else None
            if failure is not None and failure.nearness is not None:
                yield _near_miss(layer, attached, rule.label, failure)


def _only_failing(layer: Layer, rule: Rule, covers: bool, request: Request) -> Failed | None:
    """The one element that fails; None if there are more, or none.

    It fails for certain: what may hold for some value of an open key doesn't. `covers`: it is about the action.
    """
    lookup = request.context.lookup
    failed: Failed | None = None if covers else "action"
    if rule.about(asked_resource(request), lookup) is False:
        if failed:
            return None
        failed = "resource"
    # Whether the caller has a boundary is asked by NotPrincipal only, which no Allow has.
    if not forms_of(layer, rule, request, False):
        if failed:
            return None
        failed = "principal"
    if rule.failing(lookup):
        return None if failed else "condition"
    return failed


def nearest(found: Iterable[NearMiss]) -> list[NearMiss]:
    """Near misses of several layers in the order of nearness, whatever order their policies were read in."""
    return sorted(found, key=_order)


def _order(missed: NearMiss) -> tuple[int, int, str, str, int, str]:
    nearness = missed.nearness or Nearness.ELSEWHERE
    # The length first: statement #2 stands before #10.
    statement = (len(missed.statement), missed.statement)
    return (nearness.rank, _LAYERS[missed.layer], missed.holder or "", missed.policy, *statement)


def _near_miss(layer: Layer, attached: Attached, label: str, failure: _Failure) -> NearMiss:
    return NearMiss(
        layer,
        attached.name,
        label,
        failure.failed,
        failure.wanted,
        failure.got,
        holder=attached.holder,
        nearness=failure.nearness,
        key=failure.key,
        operator=failure.operator,
    )


# Action


def _action(rule: Rule, request: Request) -> _Failure:
    statement = rule.statement
    service = request.action.partition(":")[0].lower()
    values = statement.actions
    if values is None:
        # NotAction names this very action, or its whole service.
        wanted = f"anything but {', '.join(statement.not_actions or ())}"
        return _Failure("action", wanted, request.action, Nearness.ACTION)
    near = match.of_service(values, service)
    return _Failure("action", _told(near, len(values)), request.action, Nearness.ACTION if near else None)


# Resource

#: The places of an ARN's parts.
_PARTITION, _SERVICE, _REGION, _ACCOUNT, _NAME = range(1, 6)
#: Those that tell a resource from others of its service.
_OWN = (_PARTITION, _REGION, _ACCOUNT, _NAME)


def _resource(rule: Rule, request: Request) -> _Failure:
    statement, asked = rule.statement, asked_resource(request)
    service = request.action.partition(":")[0].lower()
    if statement.resources is None:
        wanted = f"anything but {', '.join(statement.not_resources or ())}"
        return _Failure("resource", wanted, asked, Nearness.NAME)
    nearness, wanted = _nearest_of(
        statement.resources, [_resource_nearness(one, asked, service) for one in statement.resources]
    )
    return _Failure("resource", wanted, asked, nearness)


def _resource_nearness(pattern: str, asked: str, service: str) -> Nearness | None:
    """In which parts a Resource differs; None for a resource of another service."""
    wanted, got = pattern.split(":", _NAME), arns.parts(asked)
    if len(wanted) <= _NAME or wanted[0] != "arn":
        return None
    if got is None:
        # An action without resource types: only `*` would do.
        return Nearness.ARN if wanted[_SERVICE] == service else None
    if wanted[_SERVICE] != got[_SERVICE] and not match.text_matches(wanted[_SERVICE], got[_SERVICE]):
        return None
    differing = [part for part in _OWN if wanted[part] != got[part] and not match.text_matches(wanted[part], got[part])]
    if len(differing) > 1 or differing == [_PARTITION]:
        return Nearness.ARN
    if differing == [_REGION]:
        return Nearness.REGION
    if differing == [_ACCOUNT]:
        return Nearness.ACCOUNT
    return _name_nearness(wanted[_NAME], got[_NAME])


def _name_nearness(wanted: str, got: str) -> Nearness:
    """Of a function `function:NAME[:QUALIFIER]` the qualifier is told from the name."""
    if not (wanted.startswith("function:") and got.startswith("function:")):
        return Nearness.NAME
    same = match.text_matches(wanted.split(":", 2)[1], got.split(":", 2)[1])
    return Nearness.QUALIFIER if same else Nearness.NAME


# Principal


def _principal(rule: Rule, request: Request) -> _Failure:
    principals, caller = rule.statement.principals or (), request.requester
    values = [principal.value for principal in principals]
    nearness, wanted = _nearest_of(values, [_principal_nearness(principal, caller) for principal in principals])
    return _Failure("principal", wanted, caller.name, nearness)


def _principal_nearness(principal: Principal, caller: Requester) -> Nearness | None:
    """How near a principal is to a caller that it doesn't name; None for one of another kind."""
    if caller.kind is RequesterKind.SERVICE:
        return Nearness.ELSEWHERE if principal.kind == "Service" else None
    if caller.kind is RequesterKind.FEDERATED_IDENTITY:
        return Nearness.ELSEWHERE if principal.kind == "Federated" else None
    if caller.is_outside or principal.kind != "AWS":
        return None
    value = principal.value
    if (account_named(value) or arns.account_of(value)) == caller.account:
        return Nearness.PRINCIPAL
    names = {arns.short(arn) for arn in (caller.name, caller.role, caller.user) if arn}
    is_namesake = account_named(value) is None and arns.parts(value) is not None and arns.short(value) in names
    return Nearness.NAMESAKE if is_namesake else Nearness.ELSEWHERE


# Condition


def _conditions(rule: Rule, request: Request) -> _Failure:
    """All conditions that fail: who mends only the first would be back in a minute."""
    failed = rule.failing(request.context.lookup)
    first = failed[0]
    got = [_got(condition, request) for condition in failed]
    if len(failed) > 1:
        got = [f"{spelled(condition.key)} {value}" for condition, value in zip(failed, got, strict=True)]
    return _Failure(
        "condition",
        "; ".join(map(words, failed)),
        "; ".join(got),
        Nearness.CONDITION if len(failed) == 1 else Nearness.CONDITIONS,
        key=spelled(first.key),
        operator=first.spelling,
    )


def words(condition: Condition) -> str:
    """A condition as it stands in a document, on one line."""
    if condition.operator == NULL:
        return f"Null {condition.key} {', '.join(condition.values)}"
    return f"{condition.spelling} {spelled(condition.key)} {', '.join(condition.values)}"


def _got(condition: Condition, request: Request) -> str:
    # Known or absent: on an open key, or one that wasn't read, nothing fails for certain.
    state = request.context.lookup(condition.key)
    return ", ".join(state.values) if isinstance(state, Known) else "absent"


#: Element -> what it wanted, what it got, and how near that is.
_DESCRIBE: Mapping[Failed, Callable[[Rule, Request], _Failure]] = {
    "action": _action,
    "principal": _principal,
    "resource": _resource,
    "condition": _conditions,
}


# Several values


def _nearest_of(values: Sequence[str], graded: Sequence[Nearness | None]) -> tuple[Nearness | None, str]:
    """The best nearness that one of the values has, and those that have it as they are told."""
    if len(values) == 1:
        return graded[0], values[0]
    best = min(filter(None, graded), key=lambda nearness: nearness.rank, default=None)
    near = [value for value, nearness in zip(values, graded, strict=True) if nearness is best]
    return best, _told(near, len(values))


def _told(near: Sequence[str], of: int) -> str:
    """The nearest values of an element, and how many others it has."""
    told = ", ".join(near[:MOST_WANTED])
    others = of - min(len(near), MOST_WANTED)
    return f"{told} and {others} more" if others else told
