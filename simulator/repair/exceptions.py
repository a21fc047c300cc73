"""The narrowest change to a statement that denies which lets one call through: described, and never offered as a grant.

A statement for many is narrowed by whom it spares, one of the caller's own by what it spares.

Source: IAM User Guide, "AWS global condition context keys" (aws:PrincipalArn, aws:SourceArn,
aws:PrincipalServiceName); "IAM JSON policy elements: NotResource".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.change import Change
from models.decision import Citation, Layer
from models.edge import Edge, EdgeKind, Part, Status
from models.errors import ChangeError
from models.policy import Effect
from simulator.repair.statements import Written, owner, written
from simulator.repair.ways import Asked, again_step, changed
from simulator.world.caller import Caller, CallerKind
from simulator.world.nodes import caller_of, shown
from simulator.world.world import World


@dataclass(frozen=True, slots=True)
class Block:
    """A statement that denies a step, who owns its policy, and the exception to it in words and as a change.

    `verified`: with the change applied the statement denies this call no more.
    """

    cited: Citation
    edge: Edge
    account: str | None
    exception: str
    change: Change | None
    verified: bool


def blocks(world: World, edge: Edge, asked: Asked) -> tuple[Block, ...]:
    """What denies a step, statement by statement."""
    found: dict[Citation, Block] = {}
    for part in edge.requirements:
        for cited in part.decision.because if part.status is Status.DENIED else ():
            if cited.effect is Effect.DENY and cited not in found:
                found[cited] = _block(world, edge, part, cited, asked)
    return tuple(found.values())


def _block(world: World, edge: Edge, part: Part, cited: Citation, asked: Asked) -> Block:
    place = written(world, cited)
    exception, change = _exception(world, edge, part, place) if place else (_whole(cited), None)
    verified = change is not None and not _still_denies(world, edge, cited, change, asked)
    return Block(cited, edge, owner(world, cited), exception, change if verified else None, verified)


def _still_denies(world: World, edge: Edge, cited: Citation, change: Change, asked: Asked) -> bool:
    try:
        now = again_step(changed(world, (change,)), edge, asked)
    except ChangeError:
        return True
    return now is None or len(denying(now)) >= len(denying(edge))


def denying(edge: Edge) -> frozenset[Citation]:
    parts = (part for part in edge.requirements if part.status is Status.DENIED)
    return frozenset(cited for part in parts for cited in part.decision.because if cited.effect is Effect.DENY)


def _whole(cited: Citation) -> str:
    if ":iam::aws:policy/" in cited.policy:
        return f"AWS manages the policy: detach it from {cited.holder}, and attach one without the statement"
    return "its document is not in the snapshot: have its owner leave this call out of it"


def _exception(world: World, edge: Edge, part: Part, place: Written) -> tuple[str, Change | None]:
    if place.is_by_aws:
        return _whole(place.cited), None
    caller = caller_of(world, part.principal)
    is_own = place.cited.layer in (Layer.IDENTITY, Layer.SESSION) and place.holder == (caller.role or caller.arn)
    return _sparing_resource(place, part) if is_own else _sparing_caller(place, caller, edge)


def _sparing_resource(place: Written, part: Part) -> tuple[str, Change | None]:
    """A statement of the caller's own: with the caller left out of it, nothing would be left of it."""
    statement, resource = place.statement, part.resource
    listed = _list(statement.get("Resource"))
    if spared := _list(statement.get("NotResource")):
        narrower = {**statement, "NotResource": [*spared, resource]}
        return f"add {resource} to its NotResource", place.replaced(narrower)
    if listed == ["*"]:
        narrower = {key: value for key, value in statement.items() if key != "Resource"}
        told = f"""let it deny all but {resource}: "NotResource": "{resource}" in the place of "Resource": "*\""""
        return told, place.replaced({**narrower, "NotResource": resource})
    if resource in listed and len(listed) > 1:
        narrower = {**statement, "Resource": [one for one in listed if one != resource]}
        return f"take {resource} out of its Resource", place.replaced(narrower)
    if listed == [resource]:
        return _out_of_actions(place, part)
    return f"narrow its Resource {', '.join(listed)}, which covers {resource}", None


def _out_of_actions(place: Written, part: Part) -> tuple[str, Change | None]:
    """A statement about this resource alone."""
    listed = _list(place.statement.get("Action"))
    others = [one for one in listed if one.lower() != part.action.lower()]
    if len(others) < len(listed) and others:
        return f"take {part.action} out of its Action", place.replaced({**place.statement, "Action": others})
    if len(others) < len(listed):
        return "remove it: it denies nothing else", place.removed()
    return f"narrow its Action {', '.join(listed)}, which covers {part.action}", None


def _sparing_caller(place: Written, caller: Caller, edge: Edge) -> tuple[str, Change | None]:
    found = _sign(caller, edge)
    if found is None:
        return "nothing in its Condition could tell this caller from others: narrow what it denies", None
    operator, key, value = found
    conditions = dict(place.statement.get("Condition") or {})
    there = dict(conditions.get(operator) or {})
    known = next((name for name in there if name.lower() == key.lower()), key)
    conditions[operator] = {**there, known: [*_list(there.get(known)), value] if known in there else value}
    told = f'leave this caller out of it: "Condition": {{"{operator}": {{"{key}": "{value}"}}}}'
    return told, place.replaced({**place.statement, "Condition": conditions})


def _sign(caller: Caller, edge: Edge) -> tuple[str, str, str] | None:
    """The condition that holds for everybody but this caller: operator, key, value."""
    if caller.kind is CallerKind.SERVICE:
        if edge.kind is EdgeKind.TRIGGERS and edge.source.startswith("arn:"):
            return "ArnNotLike", "aws:SourceArn", shown(edge.source)
        return "StringNotEquals", "aws:PrincipalServiceName", caller.service or ""
    arn = caller.role or caller.arn
    return ("ArnNotLike", "aws:PrincipalArn", arn) if arn and "*" not in arn else None


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
