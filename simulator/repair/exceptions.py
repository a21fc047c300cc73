"""The narrowest change to a statement that denies which lets one call through: described, and never offered as a grant.

A statement for many is narrowed by whom it spares; one that is about the caller alone by what it spares, and removed
where nothing would be left of it.

Source: IAM User Guide, "IAM JSON policy elements: NotResource", "AWS global condition context keys".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.change import Change
from models.decision import Citation, Layer
from models.edge import Edge, Part, Status
from models.errors import ChangeError
from models.policy import Effect
from simulator.repair.alone import is_about_alone, is_his_alone, listed, sign
from simulator.repair.statements import Written, owner, written
from simulator.repair.ways import Asked, again_step, changed
from simulator.world.caller import Caller
from simulator.world.nodes import caller_of
from simulator.world.world import World

Spared = tuple[str, Change | None]
"""What lets one call through: in words, and as a change where one does it."""


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
    found = list(_exceptions(world, edge, part, place)) if place else [(_whole(cited), None)]
    for exception, change in found:
        if change is not None and not _still_denies(world, edge, cited, change, asked):
            return Block(cited, edge, owner(world, cited), exception, change, True)
    return Block(cited, edge, owner(world, cited), found[0][0], None, False)


def _still_denies(world: World, edge: Edge, cited: Citation, change: Change, asked: Asked) -> bool:
    try:
        now = again_step(changed(world, (change,)), edge, asked)
    except ChangeError:
        return True
    return now is None or len(denying(now)) >= len(denying(edge))


def together(found: Iterable[Block]) -> tuple[Change, ...] | None:
    """What lets the call through at all of them, each statement removed while the others keep their numbers.

    None: at some of them no change does it.
    """
    last_first = sorted({block.cited: block for block in found}.values(), key=lambda block: -_number(block.cited))
    changes = [block.change for block in last_first if block.change is not None]
    return tuple(changes) if len(changes) == len(last_first) else None


def _number(cited: Citation) -> int:
    """Of a statement without Sid where it is; one with a Sid keeps it."""
    return int(cited.statement[1:]) if re.fullmatch(r"#\d+", cited.statement) else 0


def denying(edge: Edge) -> frozenset[Citation]:
    parts = (part for part in edge.requirements if part.status is Status.DENIED)
    return frozenset(cited for part in parts for cited in part.decision.because if cited.effect is Effect.DENY)


def _whole(cited: Citation) -> str:
    if ":iam::aws:policy/" in cited.policy:
        return f"AWS manages the policy: detach it from {cited.holder}, and attach one without the statement"
    return "its document is not in the snapshot: have its owner leave this call out of it"


def _exceptions(world: World, edge: Edge, part: Part, place: Written) -> Iterator[Spared]:
    """Yield what lets the call through, the narrowest first: of several AWS may refuse some."""
    caller = caller_of(world, part.principal)
    if place.is_by_aws:
        yield _whole(place.cited), None
    elif is_his_alone(world, place, caller):
        yield from _sparing_resource(place, part, "it denies nothing else")
    elif is_about_alone(place, caller, edge):
        yield from _sparing_resource(place, part, "it is about this caller alone, and denies nothing else")
        yield from _gone(place, "it is about this caller alone")
    else:
        yield _sparing_caller(place, caller, edge)


def _sparing_resource(place: Written, part: Part, nothing_else: str) -> Iterator[Spared]:
    """A statement of the caller's own: with the caller left out of it, nothing would be left of it."""
    statement, resource = place.statement, part.resource
    resources = listed(statement.get("Resource"))
    if spared := listed(statement.get("NotResource")):
        narrower = {**statement, "NotResource": [*spared, resource]}
        yield f"add {resource} to its NotResource", place.replaced(narrower)
    elif resources == [resource] or _is_of_what_it_is_on(place, resources):
        yield from _out_of_actions(place, part, nothing_else)
    elif resources == ["*"]:
        narrower = {key: value for key, value in statement.items() if key != "Resource"}
        told = f"""let it deny all but {resource}: "NotResource": "{resource}" in the place of "Resource": "*\""""
        yield told, place.replaced({**narrower, "NotResource": resource})
    elif resource in resources:
        narrower = {**statement, "Resource": [one for one in resources if one != resource]}
        yield f"take {resource} out of its Resource", place.replaced(narrower)
    else:
        yield f"narrow its Resource {', '.join(resources)}, which covers {resource}", None


def _is_of_what_it_is_on(place: Written, resources: list[str]) -> bool:
    """Whether it is on a resource and speaks of that one: a trust policy names none, others may say `*`."""
    return place.cited.layer in (Layer.TRUST, Layer.RESOURCE) and resources in ([], ["*"])


def _out_of_actions(place: Written, part: Part, nothing_else: str) -> Iterator[Spared]:
    """A statement about this resource alone."""
    if spared := listed(place.statement.get("NotAction")):
        narrower = {**place.statement, "NotAction": [*spared, part.action]}
        yield f"add {part.action} to its NotAction", place.replaced(narrower)
        return
    actions = listed(place.statement.get("Action"))
    others = [one for one in actions if one.lower() != part.action.lower()]
    if len(others) == len(actions):
        yield f"narrow its Action {', '.join(actions)}, which covers {part.action}", None
    elif others:
        yield f"take {part.action} out of its Action", place.replaced({**place.statement, "Action": others})
    else:
        yield from _gone(place, nothing_else)


def _gone(place: Written, why: str) -> Iterator[Spared]:
    """AWS keeps no policy without a statement: one that is attached is detached."""
    if place.is_last and (detached := place.detached()):
        yield f"detach its policy from {place.holder}, which says nothing else: {why}", detached
    yield f"remove it: {why}", place.removed()


def _sparing_caller(place: Written, caller: Caller, edge: Edge) -> Spared:
    found = sign(caller, edge)
    if found is None:
        return "nothing in its Condition could tell this caller from others: narrow what it denies", None
    narrower = {**place.statement, "Condition": found.beside(place.statement.get("Condition") or {})}
    told = f'leave this caller out of it: "Condition": {{"{found.operator}": {{"{found.key}": "{found.value}"}}}}'
    return told, place.replaced(narrower)
