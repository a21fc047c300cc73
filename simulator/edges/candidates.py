"""Who may do one of many actions at all: whose own policies speak of it, or weren't read.

A quick look that leaves out only who is certain to be refused: what IAM, Lambda's roles and the compute services do is
allowed by identity-based policies alone, within an account.
"""

from __future__ import annotations

from collections.abc import Iterable

from models import arns
from models.policy import Effect, Statement
from models.request import Attached
from simulator.policy.patterns import row_of
from simulator.takeover.ways import (
    ALIAS_WAYS,
    EVERY_POWER,
    FUNCTION_WAYS,
    MAKE_ROOM,
    PASS_WAYS,
    PASSING,
    TRUST_EDIT,
    USER_WAYS,
)
from simulator.world.actors import Actors
from simulator.world.nodes import caller_of, covers, is_guise, shown
from simulator.world.world import World

#: What a function's own policy may give.
_OF_FUNCTIONS = frozenset(act.action.lower() for way in (*FUNCTION_WAYS, *ALIAS_WAYS) for act in way.acts)
#: What a way to take something over begins with.
BEGINNINGS = frozenset(
    (
        *_OF_FUNCTIONS,
        *(way.acts[0].action.lower() for way in (*USER_WAYS, TRUST_EDIT)),
        *(power.act.action.lower() for power in EVERY_POWER),
        PASSING.lower(),
    )
)
OF_POWERS = frozenset(power.act.action.lower() for power in EVERY_POWER)
#: Every action of the tables, and what goes with them.
ACTIONS = (
    BEGINNINGS
    | {act.action.lower() for way in PASS_WAYS for act in (*way.acts, *way.one_of)}
    | {MAKE_ROOM.action.lower()}
)


class Candidates:
    """Rows of some actors by action."""

    def __init__(self, world: World, actors: Actors) -> None:
        self._rows: dict[str, int] = {}
        self._held: dict[int, tuple[Attached, list[int]]] = {}
        self._world = world
        unread = []
        for number, caller in enumerate(actors.callers):
            policies, lacking = world.policies_of(caller)
            for attached in policies:
                self._held.setdefault(id(attached.policy), (attached, []))[1].append(number)
            if lacking:
                unread.append(number)
        self._unread = row_of(unread)

    def row(self, action: str) -> int:
        """Who may, for all that a look tells."""
        lower = action.lower()
        known = self._rows.get(lower)
        if known is None:
            speaking = (numbers for one, numbers in self._held.values() if speaks_of(self._world, one, lower))
            known = self._rows[lower] = row_of([number for some in speaking for number in some]) | self._unread
        return known

    def any_of(self, actions: Iterable[str]) -> int:
        row = 0
        for action in actions:
            row |= self.row(action)
        return row


def speaks_of(world: World, attached: Attached, action: str) -> bool:
    """Whether a policy allows an action, in lower case, on anything."""
    if action in ACTIONS:
        return action in _spoken_of(world, attached)
    return any(covers(one, action, None) for one in attached.policy.statements if one.effect is Effect.ALLOW)


def _spoken_of(world: World, attached: Attached) -> frozenset[str]:
    """The actions of the tables that a policy allows on anything; looked for once, however many have it."""
    allows = (one for one in attached.policy.statements if one.effect is Effect.ALLOW)
    named = (action for one in allows for action in _named(one))
    return world.of_documents.once("speaks of", id(attached.policy), lambda: frozenset(named))


def _named(statement: Statement) -> Iterable[str]:
    if statement.actions is None or any("*" in one or "?" in one for one in statement.actions):
        return [action for action in ACTIONS if covers(statement, action, None)]
    return ACTIONS.intersection(one.lower() for one in statement.actions)


def able(world: World, actions: frozenset[str]) -> frozenset[str]:
    """The actors of whom a look leaves it possible that they do one of the actions of the tables."""
    return world.memo.once(
        "able", actions, lambda: frozenset(one for one in world.actors if looks(world, one, actions))
    )


def changers(world: World) -> frozenset[str]:
    """The actors who may be able to change what a user or role may do."""
    return able(world, OF_POWERS)


def able_to_change(world: World) -> frozenset[str]:
    """The actors who may be able to take something over."""
    return able(world, BEGINNINGS)


def may_change_somebody(world: World, node: str) -> bool:
    """Whether a look at its policies leaves it possible that it changes what a user or role may do."""
    return looks(world, node, OF_POWERS)


def looks(world: World, node: str, actions: frozenset[str]) -> bool:
    """Whether a look at its policies leaves it possible that it does one of the actions of the tables."""
    # What a session asks with is its role's, and who comes to be more has other policies than he has today.
    found = world.policies_of(caller_of(world, node)) if is_guise(node) else world.identity_of(shown(node))
    attached, unread = found
    return bool(unread) or any(not actions.isdisjoint(_spoken_of(world, one)) for one in attached)


def letting_in(world: World) -> frozenset[str]:
    """The functions, versions and aliases whose own policies may let somebody change them, whoever he is."""
    every = world.function_nodes
    return world.memo.once("letting in", None, lambda: frozenset(node for node in every if lets_in(world, node)))


def lets_in(world: World, function: str) -> bool:
    """Whether a look at a function's policies leaves it possible that they let somebody change it."""
    policies, _ = world.resource_policies(function, arns.account_of(function))
    return any(not _spoken_of(world, one).isdisjoint(_OF_FUNCTIONS) for one in policies)
