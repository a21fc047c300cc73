"""How far a change goes into who may take what over."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from models.policy import Effect, Statement
from simulator.edges import candidates, guises, mapped
from simulator.opening.bearing import Statements, is_about_sources
from simulator.takeover.ways import MAKE_ROOM, PASSING, TRUST_EDIT
from simulator.world.nodes import covers, shown
from simulator.world.touched import Touched
from simulator.world.world import World

#: What a takeover begins with and that needs something of another kind besides.
_WITH_MORE = frozenset(
    (PASSING.lower(), TRUST_EDIT.acts[0].action.lower(), mapped.CREATE.lower(), *candidates.OF_POWERS)
)
#: What it asks for to change what somebody may do.
_POWERS = (*candidates.OF_POWERS, MAKE_ROOM.action)


class Far(Enum):
    NOWHERE = auto()
    SOURCES = auto()
    """Only what some actors take over may be another."""
    EVERYWHERE = auto()


class Reach(NamedTuple):
    far: Far
    sources: frozenset[str] = frozenset()


_EVERYWHERE = Reach(Far.EVERYWHERE)


def goes(before: World, after: World, touched: Touched, actors: frozenset[str], statements: Statements | None) -> Reach:
    """How far a change goes that gives some actors other statements of their own.

    It stays with them as long as nobody else asks about what they are given: by the guises that there are, by what
    limits whom, by what functions may be made to poll, by what groups and versions of policies would add.
    """
    if statements is None or touched.bears_on_resources or candidates.able_to_change(before) is None:
        return _EVERYWHERE
    if any(before.boundary_of(arn) != after.boundary_of(arn) for arn in touched.holders):
        return _EVERYWHERE
    if any(candidates.may_change_somebody(world, arn) for world in (before, after) for arn in touched.holders):
        return _EVERYWHERE
    if _changers(before) and (touched.groups or _are_changed_otherwise(before, after, touched, statements)):
        return _EVERYWHERE
    if mapped.anybody_may(before) and any(map(is_about_sources, statements)) and any("#" in node for node in actors):
        return _EVERYWHERE
    if touched.bound and _changers(before) and any(covers(one, each, None) for one in statements for each in _POWERS):
        return _EVERYWHERE
    begins = any(covers(one, action, None) for one in statements for action in candidates.BEGINNINGS)
    wanted = candidates.BEGINNINGS if begins else _WITH_MORE
    holders = {shown(node) for node in actors}
    able = {arn for arn in holders for world in (before, after) if candidates.looks(world, arn, wanted)}
    sources = frozenset(node for node in actors if shown(node) in able)
    return Reach(Far.SOURCES, sources) if sources else Reach(Far.NOWHERE)


def _are_changed_otherwise(before: World, after: World, touched: Touched, statements: Statements) -> bool:
    """Whether whoever may change policies comes to something else by changing those of one who is touched.

    A user gains by a group what he has not; other policies are changed by others; who is kept from something gains by
    who isn't.
    """
    if any(arn in before.users or before.roles[arn].attached != after.roles[arn].attached for arn in touched.holders):
        return True
    return any(map(_limits, statements))


def _limits(statement: Statement) -> bool:
    """Whether it keeps its holder from a step of a way."""
    return statement.effect is Effect.DENY and any(covers(statement, action, None) for action in guises.STEPS)


def _changers(world: World) -> bool:
    """Whether anybody may change what somebody may do."""
    key = ("may change somebody", None)
    known = world.memo.get(key)
    if not isinstance(known, bool):
        known = world.memo[key] = any(candidates.may_change_somebody(world, node) for node in world.actors)
    return known


def hand_on(before: World, after: World, actors: frozenset[str]) -> None:
    """Hand on what is the same in a world where a change goes no farther than some actors."""
    after.memo["guises", None] = guises.guises(before)
    able = candidates.able_to_change(before) or frozenset()
    still = {node for node in actors if candidates.looks(after, node, candidates.BEGINNINGS)}
    after.memo["able to change", None] = able - actors | still
    create = frozenset((mapped.CREATE.lower(),))
    may_create = mapped.anybody_may(before) or any(candidates.looks(after, node, create) for node in actors)
    after.memo["may create mappings", None] = may_create
