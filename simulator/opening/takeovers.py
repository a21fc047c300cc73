"""How far a change goes into who may take what over.

A takeover is that somebody may do something on something, which hangs on his own policies and on what he does it on. So
whoever asks with other policies has all of his worked out again, and everybody's are of what is another now, lets
others in, or is come to by other means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from models import arns
from models.edge import Status
from simulator.edges import mapped
from simulator.edges.asking import Asking
from simulator.edges.assumes import ACTION as ASSUME
from simulator.edges.candidates import ACTIONS, BEGINNINGS, OF_POWERS, able, lets_in, letting_in, looks
from simulator.edges.guises import Guises, guises, guises_again, limits_of
from simulator.edges.powers import changes_of
from simulator.edges.question import Question
from simulator.edges.starts import starts
from simulator.opening.bearing import READS, WRITES, Statements
from simulator.takeover.ways import (
    ALIAS_WAYS,
    FUNCTION_WAYS,
    MAKE_ROOM,
    PASS_WAYS,
    PASSING,
    TRUST_EDIT,
    USER_WAYS,
    VERSION_WAYS,
)
from simulator.world.nodes import covers, shown
from simulator.world.touched import Touched, differing
from simulator.world.world import World

_PASSES = frozenset((PASSING.lower(),))
_POWERS = OF_POWERS | {MAKE_ROOM.action}
_TRUST_EDIT = TRUST_EDIT.acts[0].action.lower()


def _begun() -> Mapping[str, frozenset[str]]:
    """What a takeover begins with -> all that is asked of whoever goes on from there, this included."""
    found: dict[str, frozenset[str]] = {}
    for way in (*FUNCTION_WAYS, *ALIAS_WAYS, *VERSION_WAYS, *USER_WAYS):
        begin = way.acts[0].action.lower()
        found[begin] = found.get(begin, frozenset()).union(act.action for act in way.acts)
    found[mapped.CREATE.lower()] = WRITES | mapped.CREATES
    found[PASSING.lower()] = frozenset(act.action for way in PASS_WAYS for act in (*way.acts, *way.one_of)) | _PASSES
    found[_TRUST_EDIT] = frozenset((_TRUST_EDIT, ASSUME))
    # Whoever is changed is become then, by whatever way.
    return found | dict.fromkeys(OF_POWERS, ACTIONS | {ASSUME})


_BEGUN = _begun()
#: The services in which something is started with a role that is passed.
_STARTING = frozenset(act.action.partition(":")[0] for way in PASS_WAYS for act in (*way.acts, *way.one_of))

Nodes = frozenset[str]


class Takeovers:
    """What takeovers may be others in a world that another was changed to: all by `sources`, and all of `targets`.

    `actors` are those who ask with other policies than before; `statements` what these say otherwise, None if more than
    statements differs.
    """

    def __init__(
        self, before: World, after: World, touched: Touched, actors: Nodes, statements: Statements | None
    ) -> None:
        self._before, self._after = self._worlds = before, after
        self._touched = touched
        self._actors = actors
        self._statements = statements
        self._functions = frozenset(_nodes_of(self._worlds, touched.functions | touched.permits))
        resources = differing(before.snapshot.resources, after.snapshot.resources) if touched.sources else ()
        self._resources = frozenset(resources)
        self._hand_on()
        self._found = self._guises_found()

    @property
    def sources(self) -> Nodes:
        """Who may take over other things than before."""
        was, now = (found.strong & world.actor_set for world, found in zip(self._worlds, self._found, strict=True))
        return self._asking | was ^ now

    @property
    def targets(self) -> Nodes:
        """What others may take over to another end, who are the same as before."""
        principals = self._touched.trusts | self._bound_otherwise | frozenset(self._passed_otherwise())
        functions = (*self._functions, *self._run_with_others(), *self._polling_otherwise())
        return principals.union(functions, self._guises_of(principals))

    # --- who asks, and what is known of all others ----------------------------------------------------------------

    @cached_property
    def _asking(self) -> Nodes:
        """The actors who ask for something else by what they begin with, or go on with."""
        if self._says(BEGINNINGS) and any(map(letting_in, self._worlds)):
            return self._actors
        wanted = frozenset(begin for begin, asked in _BEGUN.items() if self._says(asked))
        some = self._actors if wanted else frozenset[str]()
        return some.intersection(
            node for world in self._worlds for node in some & world.actor_set if looks(world, node, wanted)
        )

    def _says(self, actions: frozenset[str]) -> bool:
        if self._statements is None:
            return True
        return any(covers(one, action, None) for one in self._statements for action in actions)

    def _able(self, actions: frozenset[str]) -> Nodes:
        return able(self._before, actions) | able(self._after, actions)

    def _hand_on(self) -> None:
        """Hand on what is the same of all others."""
        before, after = self._worlds
        # What somebody's own policies speak of is the same under another SCP.
        own = frozenset(node for node in self._actors if shown(node) in self._touched.holders)
        for actions in (BEGINNINGS, OF_POWERS, _PASSES, mapped.CREATES):
            again = frozenset(node for node in own & after.actor_set if looks(after, node, actions))
            after.memo["able", actions] = able(before, actions) - own | again
        again = frozenset(node for node in self._functions if node in after.function_nodes and lets_in(after, node))
        after.memo["letting in", None] = letting_in(before) - self._functions | again
        if not self._touched.sources:
            after.memo["pollable", None] = mapped.pollable(before)

    # --- users and roles ------------------------------------------------------------------------------------------

    @cached_property
    def _bound_otherwise(self) -> Nodes:
        """Those with another boundary: whoever changes somebody is asked which one that has."""
        return frozenset(
            arn for arn in self._touched.holders if _boundary(self._before, arn) != _boundary(self._after, arn)
        )

    @cached_property
    def _changed_otherwise(self) -> Nodes:
        """Those who are changed by other means than before; nobody counts where nobody changes anybody."""
        holders = self._touched.holders if self._able(OF_POWERS) else frozenset[str]()
        return frozenset(arn for arn in holders if changes_of(self._before, arn) != changes_of(self._after, arn))

    def _passed_otherwise(self) -> Iterator[str]:
        """Yield the roles of accounts in which others can start something with a role, or no more."""
        passing = able(self._before, _PASSES) & able(self._after, _PASSES) - self._asking
        for account in self._starting() if passing else ():
            roles = [role for role in self._after.roles if arns.account_of(role) == account]
            if roles and _starting(self._before, passing, roles[0]) != _starting(self._after, passing, roles[0]):
                yield from roles

    def _starting(self) -> set[str | None]:
        """The accounts in which something that could be started is another."""
        resources = (arn for arn in self._resources if arns.service_of(arn) in _STARTING)
        return {arns.account_of(arn) for arn in (*self._functions, *resources)}

    # --- guises ---------------------------------------------------------------------------------------------------

    def _guises_found(self) -> tuple[Guises, Guises]:
        """The guises of both worlds; those of the second only where there may be others than in the first."""
        before, after = self._worlds
        accounts = frozenset(self._changing_otherwise()) if self._able(OF_POWERS) else frozenset[str | None]()
        if accounts:
            self._hand_on_changes()
        after.memo["guises", None] = guises_again(before, after, accounts)
        return guises(before), guises(after)

    def _changing_otherwise(self) -> Iterator[str | None]:
        """Yield the accounts in which somebody else may be changed, by somebody else, to another end."""
        snapshots = [world.snapshot for world in self._worlds]
        groups, policies = (differing(*(getattr(one, name) for one in snapshots)) for name in ("groups", "policies"))
        yield from map(arns.account_of, (*groups, *policies))
        changers = self._actors & self._able(OF_POWERS) if self._says(_POWERS) else frozenset[str]()
        holders = self._changed_otherwise | self._limited_otherwise
        yield from map(arns.account_of, (*map(shown, changers), *holders))

    def _hand_on_changes(self) -> None:
        """By what means those are changed who are not touched; for users the groups count that they might join."""
        for key, known in self._before.memo.items():
            holder = key[1] if key[0] == "changes of" else None
            is_other = isinstance(holder, str) and holder not in self._touched.holders
            if is_other and (arns.is_role(str(holder)) or not self._touched.groups):
                self._after.memo[key] = known

    @cached_property
    def _limited_otherwise(self) -> Nodes:
        """Those with other limits, on which hangs who gains by changing them."""
        before, after = self._worlds
        there = (arn for arn in self._touched.holders if all(arn in world.actor_set for world in self._worlds))
        return frozenset(arn for arn in there if limits_of(before, arn, None) != limits_of(after, arn, None))

    def _guises_of(self, principals: Nodes) -> Iterator[str]:
        """Yield the guises of some principals, and those that are come to by other means, or by others."""
        was, now = self._found
        yield from was.differing(now)
        nodes = (*was.nodes, *now.nodes)
        others = principals | self._limited_otherwise if nodes else principals
        yield from (node for node in nodes if shown(node) in others)

    # --- functions ------------------------------------------------------------------------------------------------

    def _run_with_others(self) -> Iterator[str]:
        """Yield the functions whose roles are another, or are changed by other means."""
        roles = self._touched.trusts | self._bound_otherwise | self._changed_otherwise
        for world in self._worlds:
            for role in roles:
                yield from world.functions_with_role(role)

    def _polling_otherwise(self) -> Iterator[str]:
        """Yield the functions that could be made to poll something else."""
        if not self._able(mapped.CREATES):
            return
        if self._says(READS):
            yield from (node.partition("#")[2] for node in self._actors if "#" in node)
        if self._touched.sources:
            was, now = (frozenset(mapped.pollable(world)) for world in self._worlds)
            sources = was ^ now | {one for one in was & now if any(_hangs_on(one, arn) for arn in self._resources)}
            for world in self._worlds:
                yield from mapped.readable(world, world.functions, sources)


def _nodes_of(worlds: Iterable[World], functions: Nodes) -> Iterator[str]:
    """Yield some functions with their versions and aliases."""
    for world in worlds if functions else ():
        yield from (node for node in world.function_nodes if arns.unqualified(node) in functions)


def _boundary(world: World, arn: str) -> str | None:
    holder = world.users.get(arn) or world.roles.get(arn)
    return holder.boundary if holder else None


def _starting(world: World, nodes: Nodes, role: str) -> dict[tuple[str, str], Status]:
    """How certain it is that some actors may start something with a role of an account, if they may pass it."""
    every = Asking(world, nodes, Question(missing=False), everybody=False)
    some = [(way, one) for way in PASS_WAYS for one in starts(every, way, role)]
    return {(way.name, node): one.status for way, one in some for node in every.actors.of(one.row)}


def _hangs_on(source: str, resource: str) -> bool:
    """Whether it may hang on a resource who reads a source or writes to it: a stream's table, the key of whatever."""
    if arns.service_of(resource) in ("kms", "kafka"):
        return arns.service_of(resource) in ("kms", arns.service_of(source))
    return source == resource or source.startswith(f"{resource}/")
