"""Every edge of a world that is open, as rows of bits: of each kind and source the targets.

Who may invoke what and assume which role is worked out on rows (`simulator.world.actors`) and never an edge by itself;
all else comes from the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from models.edge import Edge, EdgeKind, Status
from simulator.edges import RULES, assumes, invokes
from simulator.edges.question import Nodes, Question
from simulator.opening.numbers import Numbers
from simulator.policy.patterns import numbers_of, row_of
from simulator.world.actors import Actors, actors, column_once, rows_of
from simulator.world.nodes import is_guise, shown
from simulator.world.world import World


class Row(NamedTuple):
    """The targets of a source to which edges of a kind are open, and those of them that are allowed."""

    open: int
    allowed: int


NONE = Row(0, 0)
Kinds = Mapping[EdgeKind, Mapping[int, Row]]
"""Kind -> number of the source -> targets."""


class Granted(NamedTuple):
    """A kind of edge that is worked out on rows: its action, its targets, and the rule for who is no actor."""

    action: str
    targets: Callable[[World], tuple[str, ...]]
    by_strangers: Callable[[World, Nodes, Question], Iterator[Edge]]


GRANTED: Mapping[EdgeKind, Granted] = {
    EdgeKind.INVOKES: Granted(invokes.ACTION, lambda world: tuple(world.function_nodes), invokes.by_strangers),
    EdgeKind.ASSUMES: Granted(assumes.ACTION, lambda world: tuple(world.roles), assumes.by_strangers),
}

#: On no way: memberships are nothing that opens, and what is taken over is told of by itself.
ASIDE = frozenset({EdgeKind.MEMBER_OF, EdgeKind.CHANGES})


@dataclass(frozen=True, slots=True)
class Opened:
    """What is open in a world."""

    numbers: Numbers
    kinds: Kinds

    def row(self, kind: EdgeKind, source: int) -> Row:
        """Targets of a source as answers call both: of all that it stands for."""
        rows = self.kinds[kind]
        found = [row for number in self.numbers.variants(source) if (row := rows.get(number)) is not None]
        return together(self.numbers, found)


def together(numbers: Numbers, rows: Iterable[Row]) -> Row:
    some = allowed = 0
    for row in rows:
        some |= row.open
        allowed |= row.allowed
    return Row(numbers.folded(some), numbers.folded(allowed))


def opened(world: World) -> Opened:
    """Everything that is open, worked out once for a world."""
    return world.memo.once("opened", None, lambda: _opened(world))


def _opened(world: World) -> Opened:
    # In the order in which rows over all functions or all roles come, so that they are taken as they are.
    numbers = Numbers((*sorted(world.function_nodes), *sorted(world.roles)))
    return Opened(numbers, every_kind(world, numbers))


def every_kind(world: World, numbers: Numbers) -> Kinds:
    """All open edges, of every kind but memberships."""
    return {kind: of_kind(world, numbers, kind) for kind in RULES if kind is not EdgeKind.MEMBER_OF}


def of_kind(world: World, numbers: Numbers, kind: EdgeKind) -> dict[int, Row]:
    """All open edges of a kind."""
    if kind in GRANTED:
        return into(world, numbers, kind, GRANTED[kind].targets(world), world)
    return gathered(numbers, edges_of(world, kind, None, None), {})


def edges_of(world: World, kind: EdgeKind, sources: Nodes, targets: Nodes) -> Iterator[Edge]:
    """The edges of a kind, of takeovers those of whoever is what he is today."""
    question = Question(missing=False, takeover=kind is EdgeKind.CHANGES)
    found = RULES[kind](world, sources, targets, question)
    return (edge for edge in found if not is_guise(edge.source)) if kind is EdgeKind.CHANGES else found


def of_actors(world: World, numbers: Numbers, kind: EdgeKind, some: Actors) -> dict[int, Row]:
    """The rows of some actors; who has none is left out."""
    places, outcomes = rows_of(world, some, GRANTED[kind].action, GRANTED[kind].targets(world))
    moved = numbers.moved(places)
    found: dict[int, Row] = {}
    for node, one in zip(some.nodes, outcomes, strict=True):
        row = Row(one.allowed | one.conditional, one.allowed)
        if row.open:
            itself = ~(1 << numbers.of(shown(node)))
            row = Row(moved(row.open) & itself, moved(row.allowed) & itself)
        if row.open:
            found[numbers.of(node)] = row
    return found


def into(world: World, numbers: Numbers, kind: EdgeKind, targets: Collection[str], at: World) -> dict[int, Row]:
    """The rows of all actors of a world, of some targets only, as these are in another world; and of strangers."""
    every, granted = actors(world), GRANTED[kind]
    sources = [numbers.of(node) for node in every.nodes]
    some: dict[int, list[int]] = defaultdict(list)
    allowed: dict[int, list[int]] = defaultdict(list)
    for target in targets:
        told, place = column_once(world, every, granted.action, target, at), numbers.of(target)
        itself = numbers.variants(place)
        for whose, lists in ((told.allowed, (some, allowed)), (told.conditional, (some,))):
            for number in numbers_of(whose):
                if sources[number] not in itself:
                    for one in lists:
                        one[sources[number]].append(place)
    rows = {source: Row(row_of(places), row_of(allowed.get(source, []))) for source, places in some.items()}
    return gathered(numbers, granted.by_strangers(at, frozenset(targets), Question(missing=False)), rows)


def gathered(numbers: Numbers, edges: Iterable[Edge], into: dict[int, Row]) -> dict[int, Row]:
    """The rows with those of these edges that are open."""
    for edge in edges:
        if edge.status.is_open:
            source, bit = numbers.of(edge.source), 1 << numbers.of(edge.target)
            some, allowed = into.get(source, NONE)
            into[source] = Row(some | bit, allowed | bit if edge.status is Status.ALLOWED else allowed)
    return into


def differing(before: Mapping[int, object], after: Mapping[int, object]) -> set[int]:
    """The keys of which one has another value than the other, or none."""
    if before is after:
        return set()
    return {key for key in {**before, **after} if before.get(key) != after.get(key)}


def changed_sources(before: Opened, after: Opened) -> set[int]:
    """From where other steps of ways are open."""
    found: set[int] = set()
    for kind, rows in after.kinds.items():
        if kind not in ASIDE:
            found |= differing(before.kinds[kind], rows)
    return found
