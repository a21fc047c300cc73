"""Who may make all the requests of a way, worked out for everybody at once on rows of bits.

A way is best for who may go it: of several, each actor is counted for the first that is certain, or else for the
first of the most certain ones. So a thousand administrators, who may go all of them, make one edge each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import NamedTuple

from models.edge import STATUS_OF, Edge, EdgeKind, Foreseen, Part, Requirement, Status
from simulator.edges.ask import Ask
from simulator.edges.candidates import Candidates, able_to_change
from simulator.edges.guises import Limits, guises, limits_of, strength
from simulator.edges.question import Nodes, Question
from simulator.policy.patterns import numbers_of
from simulator.policy.rows import Outcomes
from simulator.world.actors import Actors, Grids, column, lacking
from simulator.world.nodes import foresee, is_guise, shown, unlisted
from simulator.world.world import World

_OPEN = (Status.ALLOWED, Status.CONDITIONAL, Status.UNKNOWN)


class Some(NamedTuple):
    """The actors of a row who may make some requests, all with the same worst status."""

    asks: tuple[Ask, ...]
    status: Status
    row: int


class Going(NamedTuple):
    """A way: its requests, what it needs of nobody in particular, what it changes besides, and for whom more requests
    were worked out before. `anybody`: a policy of what is asked about may let in who has none of his own."""

    asks: tuple[Ask, ...]
    beside: tuple[Part, ...] = ()
    via: tuple[str, ...] = ()
    before: tuple[Some, ...] | None = None
    anybody: bool = False


class Gone(NamedTuple):
    """The actors of a row who go a way."""

    way: Going
    asks: tuple[Ask, ...]
    status: Status
    row: int


class Asking:
    """Those who are asked for by a rule and may be able to change something; `everybody`: all who are asked for."""

    def __init__(self, world: World, sources: Nodes, question: Question, everybody: bool) -> None:
        self.world = world
        self.question = question
        every = _asked_for(world, sources, question)
        able = able_to_change(world)
        some = every if everybody else (node for node in every if node in able or is_guise(node))
        others = () if sources is None else sorted(unlisted(world, sources))
        # Few can change anything: asked by themselves they cost little.
        self.actors = Actors(world, (*some, *others))
        self._grids: Grids = {}
        self._columns: dict[Ask, Outcomes] = {}
        self.row = self.actors.whole
        self.candidates = Candidates(world, self.actors)

    def column(self, ask: Ask) -> Outcomes:
        known = self._columns.get(ask)
        if known is None:
            known = self._columns[ask] = self._column(ask)
        return known

    def _column(self, ask: Ask) -> Outcomes:
        given, fixed, instead = self.question.given, ask.fixed, ask.instead
        return column(self.world, self.actors, ask.action, ask.resource, given, self._grids, fixed, instead)

    def may(self, asks: Iterable[Ask], within: int, known: Iterable[Some] | None = None) -> list[Some]:
        """Who may, or may for all that is known, make the requests (and those made before), by the worst status."""
        found = [Some((), Status.ALLOWED, within)] if known is None else [*known]
        for ask in asks:
            found = [more for one in found for more in self._also(one, ask)]
        return found

    def _also(self, some: Some, ask: Ask) -> Iterator[Some]:
        asked = self.column(ask)
        self.question.lacked.update((fact, None) for fact in lacking(asked, some.row))
        for outcome, row in asked.rows:
            status = STATUS_OF[outcome]
            if status in _OPEN and row & some.row:
                yield Some((*some.asks, ask), max(status, some.status, key=_rank), row & some.row)

    def gone(self, ways: Iterable[Going], within: int) -> list[Gone]:
        """Who goes which way, everybody the best one."""
        found: list[Gone] = []
        uncertain: list[Gone] = []
        left = within
        for way in ways:
            for one in self._going(way, left) if left else ():
                if one.status is Status.ALLOWED:
                    found.append(one._replace(row=one.row & left))
                    left &= ~one.row
                else:
                    uncertain.append(one)
        for one in sorted(uncertain, key=lambda one: one.status.rank):
            if row := one.row & left:
                found.append(one._replace(row=row))
                left &= ~row
        return found

    def _going(self, way: Going, within: int) -> Iterator[Gone]:
        worst = max((part.status for part in way.beside), key=_rank, default=Status.ALLOWED)
        if worst not in _OPEN:
            return
        if not way.anybody:
            for ask in way.asks:
                # What takes the place of a resource's policy may let in who has no allow of his own.
                within &= self.candidates.row(ask.action) if ask.instead is None else within
        before = None
        if way.before is not None:
            before = [some._replace(row=some.row & within) for some in way.before if some.row & within]
        for some in self.may(way.asks, within, before) if within else ():
            yield Gone(way, some.asks, max(some.status, worst, key=_rank), some.row)

    def edges(self, found: Iterable[Gone], target: str) -> Iterator[Edge]:
        for one in found:
            for number in numbers_of(one.row):
                node = self.actors.nodes[number]
                parts = tuple(self._part(node, number, ask, one.status) for ask in one.asks)
                yield Edge(node, target, EdgeKind.CHANGES, (*parts, *one.way.beside), one.way.via)

    def _part(self, node: str, number: int, ask: Ask, worst: Status) -> Part:
        status = worst if worst is Status.ALLOWED else STATUS_OF[self.column(ask).outcome(number)]
        judge = partial(self._judge, node, ask)
        return Foreseen(shown(node), ask.action, ask.resource, status, judge)

    def _judge(self, node: str, ask: Ask) -> Requirement:
        return asked_of(self.world, node, ask, self.question).judged

    def gaining_by(self, holder: str) -> int:
        """Who may come to more by changing a user or role than by what he can do himself."""
        row = 0
        for limits, some in self._by_limits.items():
            if limits is None or limits.keeps_from(limits_of(self.world, holder, self.question.action)):
                row |= some
        return row & self.but(holder)

    @cached_property
    def _by_limits(self) -> dict[Limits | None, int]:
        found: dict[Limits | None, list[str]] = {}
        for node in self.actors.nodes:
            limits = strength(self.world, node, self.question.action)
            found.setdefault(limits, []).append(node)
        return {limits: self.actors.row(nodes) for limits, nodes in found.items()}

    def but(self, holder: str) -> int:
        """Everybody but a user or role itself."""
        return self.row & ~self.actors.row(self._by_holder.get(holder, ()))

    @cached_property
    def _by_holder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in self.actors.nodes:
            found.setdefault(shown(node), []).append(node)
        return found


def asked_of(world: World, node: str, ask: Ask, question: Question) -> Part:
    """What a single node comes to by a request."""
    fixed = None if ask.fixed is None else dict(ask.fixed)
    return foresee(world, node, ask.action, ask.resource, question.given, (), fixed, ask.instead)


def asking(world: World, sources: Nodes, question: Question, everybody: bool = False) -> Asking:
    """Those who are asked for, made ready once for a question."""
    key = ("asking", sources, question.takeover, everybody)
    if key not in question.kept:
        question.kept[key] = Asking(world, sources, question, everybody)
    found: Asking = question.kept[key]
    return found


def _asked_for(world: World, sources: Nodes, question: Question) -> tuple[str, ...]:
    """The actors among some nodes, and those who come to be more by taking over."""
    made = guises(world, question.action).nodes if question.takeover else ()
    if sources is None:
        return (*world.actors, *made)
    return tuple(sorted(sources & world.actor_set | sources.intersection(made)))


def _rank(status: Status) -> int:
    return status.rank
