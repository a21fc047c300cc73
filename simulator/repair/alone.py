"""Whether a statement that denies is about one caller alone: nobody would be left of it without him.

Source: IAM User Guide, "AWS global condition context keys" (aws:PrincipalArn, aws:SourceArn,
aws:PrincipalServiceName, aws:userid, aws:username); "IAM JSON policy elements: Principal".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models import arns
from models.context import Known, Open, State
from models.decision import Layer
from models.edge import Edge, EdgeKind
from models.errors import PolicyError
from models.policy import PolicyKind
from simulator.changes import documents
from simulator.policy.conditions import checked
from simulator.policy.formula import all_of
from simulator.policy.parse import parse_policy
from simulator.policy.settle import can_be_allowed
from simulator.policy.spellings import conditions_of
from simulator.repair.statements import Written, having
from simulator.world.caller import Caller, CallerKind
from simulator.world.nodes import shown
from simulator.world.world import World

Keys = Mapping[str, State]
_PRINCIPAL_ARN = "aws:PrincipalArn"
_PRINCIPAL_SERVICE = "aws:PrincipalServiceName"
_USER_ID = "aws:userid"
_OPEN = Open()


class Sign(NamedTuple):
    """A condition that holds for everybody but one caller."""

    operator: str
    key: str
    value: str

    def beside(self, condition: Mapping[str, Any]) -> dict[str, Any]:
        """A statement's conditions with this one among them; whom it spares already stays spared."""
        there = dict(condition.get(self.operator) or {})
        known = next((name for name in there if name.lower() == self.key.lower()), self.key)
        spared = [*listed(there.get(known)), self.value] if known in there else self.value
        return {**condition, self.operator: {**there, known: spared}}


def listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def sign(caller: Caller, edge: Edge) -> Sign | None:
    """What tells a caller from all others, in whatever policy; None: nothing does."""
    return next(_signs(caller, edge), None)


def _signs(caller: Caller, edge: Edge) -> Iterator[Sign]:
    if caller.kind is CallerKind.SERVICE:
        if edge.kind is EdgeKind.TRIGGERS and edge.source.startswith("arn:"):
            yield Sign("ArnNotLike", "aws:SourceArn", shown(edge.source))
        else:
            yield Sign("StringNotEquals", _PRINCIPAL_SERVICE, caller.service or "")
        return
    if caller.session_name and caller.unique_id:
        yield Sign("StringNotEquals", _USER_ID, f"{caller.unique_id}:{caller.session_name}")
        return
    arn = caller.role or caller.arn
    if arn and "*" not in arn:
        yield Sign("ArnNotLike", _PRINCIPAL_ARN, arn)
    if caller.unique_id:
        yield Sign("StringNotLike", _USER_ID, f"{caller.unique_id}:*" if caller.role else caller.unique_id)


def is_about_alone(place: Written, caller: Caller, edge: Edge) -> bool:
    """Whether it denies nobody but this caller, by whom it names and under which conditions."""
    others = list(_others(place, caller))
    signs = list(_signs(caller, edge))
    if place.cited.layer is Layer.IDENTITY and caller.kind is CallerKind.USER and caller.name:
        # Whoever has the policy is of his account, where no two users have one name.
        signs.append(Sign("StringNotEquals", "aws:username", caller.name))
    return not others or any(not any(_may_match(place, one, keys) for keys in others) for one in signs)


def is_his_alone(world: World, place: Written, caller: Caller) -> bool:
    """Whether the policy is one that only this caller has."""
    if place.cited.layer not in (Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION):
        return False
    holder = caller.role or caller.arn
    return place.holder == holder and not having(world, place.cited.policy) - {holder}


def _others(place: Written, caller: Caller) -> Iterator[Keys]:
    """What is known of the requests of each whom it names besides this caller."""
    element = place.statement.get("Principal")
    if not isinstance(element, dict):
        yield {}
        return
    for kind, values in element.items():
        for value in listed(values):
            if value not in (caller.arn, caller.role):
                yield _known_of(kind, value)


def _known_of(kind: str, value: str) -> Keys:
    if kind == "Service":
        return {_PRINCIPAL_SERVICE.lower(): Known((value,))}
    return {_PRINCIPAL_ARN.lower(): Known((value,))} if arns.kind_of(value) in ("user", "role") else {}


def _may_match(place: Written, excepted: Sign, known: Keys) -> bool:
    """Whether a request could meet its conditions with the sign beside them, each key being whatever it likes."""
    head = documents.as_json(place.document)
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    made = {**statement, "Condition": excepted.beside(place.statement.get("Condition") or {})}
    try:
        policy = parse_policy({**head, "Statement": [made]}, PolicyKind.IDENTITY, strict=False)
        tests = [
            checked(condition, policy.has_variables, lambda key: known.get(key.lower(), _OPEN))
            for condition in conditions_of(policy.statements[0])
        ]
        return can_be_allowed(all_of(tests))
    except PolicyError:
        return True
