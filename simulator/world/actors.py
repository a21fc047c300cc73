"""All who can act in a snapshot, asked at once: the statuses of users, roles and functions for an action on a resource.

What `World.ask` says of one of them, with reasons, `column` says of all, without.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from models.context import NOTHING_GIVEN, Given, State
from models.decision import Layer, MissingFact
from models.request import Attached, Context
from simulator.facts import global_keys
from simulator.policy.callers import Callers
from simulator.policy.column import column_of, outcomes_of
from simulator.policy.grid import Grid
from simulator.policy.patterns import numbers_of, row_of
from simulator.policy.policy_set import PolicySet
from simulator.policy.resources import Resources
from simulator.policy.row import Rows
from simulator.policy.rows import Member, Outcomes, Target, Whose, turned
from simulator.world.caller import Caller
from simulator.world.missing import unknown_key
from simulator.world.nodes import caller_of
from simulator.world.requesters import is_service_linked, requester_of
from simulator.world.scopes import hangs_on
from simulator.world.world import World

Fixed = tuple[tuple[str, State], ...]
"""What a step itself settles: condition keys in lower case with their states."""

Instead = tuple[Attached, ...]
"""What takes the place of a resource's own policy."""

Grids = dict[tuple[str, Fixed | None], Grid]
"""By action, and what the step settles."""


class Actors:
    """Some of a world's actors by number: all of them, or those of a question."""

    def __init__(self, world: World, nodes: Iterable[str]) -> None:
        self.nodes = tuple(nodes)
        self.numbers = {node: number for number, node in enumerate(self.nodes)}
        self.callers: tuple[Caller, ...] = tuple(caller_of(world, node) for node in self.nodes)
        self.ready = Callers(_members(world, self.callers))
        self.whole = (1 << len(self.nodes)) - 1
        self.grids: Grids = {}

    def row(self, nodes: Iterable[str]) -> int:
        """The row of those nodes that are among them."""
        return row_of(self.numbers[node] for node in nodes if node in self.numbers)

    def of(self, row: int) -> list[str]:
        return [self.nodes[number] for number in numbers_of(row)]


def _members(world: World, callers: Iterable[Caller]) -> tuple[Member, ...]:
    """The callers with their own side; what binds an account is looked up once for all in it."""
    levels: dict[str | None, tuple[Any, tuple[MissingFact, ...]]] = {}
    found = []
    for caller in callers:
        if caller.account not in levels:
            scps, _, lacking = world.scps_of(caller.account)
            levels[caller.account] = ((), ()) if world.is_management(caller.account) else (scps, lacking)
        linked = is_service_linked(caller)
        scps, lacking = ((), ()) if linked else levels[caller.account]
        identity, unread = world.policies_of(caller)
        boundary, unread_boundary = world.limit_of(caller)
        facts = ((Layer.IDENTITY, unread), (Layer.BOUNDARY, unread_boundary), (Layer.SCP, lacking))
        found.append(
            Member(
                requester_of(caller),
                identity=identity,
                boundary=boundary,
                session=world.session_passed(caller),
                scps=scps,
                unread=tuple(item for item in facts if item[1]),
                service_linked_role=linked,
            )
        )
    return tuple(found)


class _Asked:
    """The contexts of the requests that all actors make by one action, in a step of a way."""

    def __init__(self, world: World, actors: Actors, action: str, given: Given, fixed: Fixed | None) -> None:
        self._world = world
        self._actors = actors
        self._action = action
        self._given = given
        self._fixed = None if fixed is None else dict(fixed)

    def context(self, number: int, resource: str) -> Context:
        caller = self._actors.callers[number]
        return self._world.context(caller, self._action, resource, self._given, in_step=True, fixed=self._fixed)

    def hangs_on(self, key: str) -> tuple[Whose, bool]:
        return hangs_on(key)

    def likeness(self, number: int, whose: Whose) -> Hashable:
        caller = self._actors.callers[number]
        return caller.kind if whose is Whose.KIND else (caller.kind, caller.account)


def actors(world: World, more: tuple[str, ...] = ()) -> Actors:
    """All actors, and `more` of them that are none of the world itself; made ready once for a world."""
    return world.memo.once("actors", more, lambda: Actors(world, (*world.actors, *more)))


def column(
    world: World,
    some: Actors,
    action: str,
    resource: str,
    given: Given = NOTHING_GIVEN,
    grids: Grids | None = None,
    fixed: Fixed | None = None,
    instead: Instead | None = None,
) -> Outcomes:
    """What each of some actors comes to by an action on a resource.

    Args:
        grids: keeps what is worked out, for one `given`; what is asked with nothing given is kept with the actors.
        fixed: what the step itself settles; without it, what a call of the API does.
        instead: what takes the place of the resource's own policy; what comes of that isn't kept.
    """
    grid = _grid(world, some, action, given, grids, fixed)
    if instead is not None:
        return outcomes_of(grid, replace(_target(world, action, resource), policies=instead))
    known = grid.columns.get((resource, False))
    return column_of(grid, _target(world, action, resource)) if known is None else known


def _grid(
    world: World,
    some: Actors,
    action: str,
    given: Given,
    grids: Grids | None,
    fixed: Fixed | None,
) -> Grid:
    kept = some.grids if grids is None else grids
    grid = kept.get((action, fixed))
    if grid is None:
        grid = kept[(action, fixed)] = Grid(action, some.ready, _Asked(world, some, action, given, fixed))
    return grid


def told_of(
    world: World, some: Actors, action: str, resources: Collection[str], given: Given, grids: Grids | None = None
) -> Collection[str]:
    """Those of many resources of which a column says something of some actors, who are few; their columns are kept.

    Each actor is asked about all resources at once: most may nothing of most of them.
    """
    grid = _grid(world, some, action, given, grids, None)
    ready = _resources(world, action, tuple(resources))
    rows = Rows(ready, some.ready.members, grid.contexts)
    found = turned([rows.of(number) for number in range(len(some.nodes))])
    for place, outcomes in found.items():
        grid.columns.setdefault((ready.targets[place].resource, False), outcomes)
    return [ready.targets[place].resource for place in found]


def column_once(world: World, some: Actors, action: str, resource: str, at: World) -> Outcomes:
    """What each of some actors comes to by an action on a resource, as the resource is in another world.

    What is known of their requests is the same there: these are no actors whom the worlds tell apart.
    """
    grid = _grid(world, some, action, NOTHING_GIVEN, None, None)
    return outcomes_of(grid, _target(at, action, resource))


def column_with_denies(world: World, some: Actors, action: str, resource: str) -> Outcomes:
    """As `column`, with explicit denies where nothing allows it too."""
    grid = _grid(world, some, action, NOTHING_GIVEN, None, None)
    return column_of(grid, _target(world, action, resource), explicit=True)


def rows_of(
    world: World, some: Actors, action: str, resources: tuple[str, ...]
) -> tuple[Sequence[str], Iterator[Outcomes]]:
    """What each of some actors comes to by an action on many resources, and the resources in the order of its bits."""
    ready = _resources(world, action, resources)
    rows = Rows(ready, some.ready.members, _Asked(world, some, action, NOTHING_GIVEN, None), ready.alike)
    places = [target.resource for target in ready.targets]
    return places, (rows.of(number) for number in range(len(some.nodes)))


def _resources(world: World, action: str, resources: tuple[str, ...]) -> Resources:
    targets = (_target(world, action, resource) for resource in resources)
    return world.of_resources.once("resources", (action, resources), lambda: Resources(action, targets))


def _target(world: World, action: str, resource: str) -> Target:
    return world.of_resources.once("target", (action, resource), lambda: _made_target(world, action, resource))


def _made_target(world: World, action: str, resource: str) -> Target:
    account = world.account_of(resource)
    owner = account if isinstance(account, str) else None
    side: PolicySet = world.side_of_resource(action, resource, owner)
    traits = world.traits_of(action, resource)
    bound = traits.bound_by_rcps and not world.is_management(owner)
    unread = tuple(item for item in side.unread.items() if bound or item[0] is not Layer.RCP)
    return Target(resource, owner, side.resource or (), side.rcps if bound else (), traits, unread)


def lacking(found: Outcomes, row: int) -> Iterable[MissingFact]:
    """The facts that nobody asked for and on which the outcome of some of a row turns."""
    for fact, whose in found.assumes:
        if whose & row:
            yield fact
    for key, whose in found.open_keys:
        if whose & row and key.startswith("aws:") and global_keys.row(key) is None and key != "aws:sourceowner":
            yield unknown_key(key)
