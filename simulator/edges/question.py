"""What a graph is grown for, as far as the edge rules need to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from models import arns
from models.context import NOTHING_GIVEN, Given
from models.decision import MissingFact
from models.edge import Edge
from models.snapshot import Mapping, Trigger
from simulator.edges.guises import guises
from simulator.world.actors import Actors, Grids, actors
from simulator.world.nodes import shown, unlisted
from simulator.world.world import World

#: Of all actors at least one in so many has to be asked for, or those who are asked for are made ready by themselves.
FEW_OF = 8

#: A set of nodes; None means all of them.
Nodes = frozenset[str] | None


class Wanted:
    """The nodes that a rule is asked for: the actors among them, with what is worked out of them, and all others.

    `made` are further actors: who comes to be more by taking over.

    Few actors are asked by themselves: what they hold leads to few of the resources, where all together would be read
    for each.
    """

    def __init__(self, world: World, nodes: Nodes, grids: Grids | None, made: tuple[str, ...] = ()) -> None:
        every = (*world.actors, *made) if nodes is None else sorted(nodes & world.actor_set | nodes & set(made))
        self.are_few = len(every) * FEW_OF < len(world.actors)
        if self.are_few:
            self.actors, self.grids = Actors(world, every), {}
            self.row = self.actors.whole
        else:
            self.actors = actors(world, made)
            self.row = self.actors.whole if nodes is None else self.actors.row(every)
            self.grids = self.actors.grids if grids is None else grids
        self.nodes = nodes
        self.others: frozenset[str] = frozenset() if nodes is None else _beside_actors(world, nodes)
        self.are_strangers_among = nodes is None or bool(self.others) or any(map(_is_named_in_policies, nodes))
        self._every = every

    @cached_property
    def _by_holder_and_account(self) -> tuple[dict[str, list[str]], dict[str | None, list[str]]]:
        by_holder: dict[str, list[str]] = defaultdict(list)
        by_account: dict[str | None, list[str]] = defaultdict(list)
        for node in self._every:
            by_holder[shown(node)].append(node)
            by_account[arns.account_of(shown(node))].append(node)
        return by_holder, by_account

    def meant(self, holders: frozenset[str], accounts: frozenset[str]) -> Iterator[str]:
        """Yield the actors that are among these users and roles, or in these accounts."""
        by_holder, by_account = self._by_holder_and_account
        for holder in by_holder.keys() & holders:
            yield from by_holder[holder]
        for account in by_account.keys() & accounts:
            yield from by_account[account]


def _is_named_in_policies(node: str) -> bool:
    """Whether it is what a policy may add to the graph: a provider, an account that wasn't collected, and so on."""
    return arns.kind_of(node) in ("account", "anyone", "identity_provider", "service")


def _beside_actors(world: World, nodes: frozenset[str]) -> frozenset[str]:
    """Who may ask and is no actor of the world: a question may name what no policy does."""
    outside = {node for node in nodes if node == "anyone" or node.startswith("service:")}
    return unlisted(world, nodes) | outside


@dataclass(frozen=True, slots=True)
class Question:
    """`action` is what `calls` is about; `asked` a pair whose edge is wanted whatever comes of it; `missing` whether
    missing and denied edges are wanted where there is evidence of intent; `starts` who sets out, and may go where
    everybody may; `takeover` whether what may be taken over is looked for, and who comes to be more than he is.

    It is about one world, of which it keeps what was worked out.
    """

    given: Given = NOTHING_GIVEN
    action: str | None = None
    asked: tuple[str, str] | None = None
    missing: bool = True
    starts: frozenset[str] = frozenset()
    takeover: bool = False
    lacked: dict[MissingFact, None] = field(default_factory=dict, compare=False)
    """Facts that nobody asked for and on which some edge turned, gathered while the rules run."""
    _wanted: dict[tuple[Nodes, bool], Wanted] = field(default_factory=dict, compare=False)
    kept: dict[object, Any] = field(default_factory=dict, compare=False)
    """What a rule works out once for all targets, by its name and a key."""

    def wanted(self, world: World, nodes: Nodes) -> Wanted:
        """Whom a rule is asked for; it asks for the same nodes for every target."""
        key = (nodes, self.takeover)
        known = self._wanted.get(key)
        if known is None:
            # Grids are about some actors: with those who come to be more they are others.
            grids = self.kept.setdefault(("grids", self.takeover), {})
            made = guises(world, self.action).nodes if self.takeover else ()
            known = Wanted(world, nodes, None if self.gives_nothing else grids, made)
            self._wanted[key] = known
        return known

    @property
    def gives_nothing(self) -> bool:
        return not (self.given.settled or self.given.absent)

    def whoever(self, sources: Nodes) -> list[str]:
        """Of whom it is told that he may do what nobody is asked his name for: `anyone`, and who sets out."""
        return [node for node in ("anyone", *sorted(self.starts - {"anyone"})) if among(node, sources)]

    def targets(self, every: Collection[str], nodes: Nodes, is_one: Callable[[str], bool]) -> Collection[str]:
        """What is wanted of a kind, and what is asked about: it may be in no account that was collected."""
        target = self.asked[1] if self.asked else ""
        found = chosen(every, nodes)
        extra = is_one(target) and target not in every and among(target, nodes)
        return (*found, target) if extra else found

    def wants(self, edge: Edge, evidence: bool) -> bool:
        """Whether an edge belongs to the graph: who may go there, or evidence that somebody should."""
        self.lacked.update((fact, None) for fact in edge.assumes)
        if edge.status.is_open or edge.status.value == "unknown":
            return True
        if self.asked == (shown(edge.source), shown(edge.target)):
            return True
        return self.missing and evidence


def best_of(edges: Iterable[Edge]) -> Iterable[Edge]:
    """Of several edges of a kind between the same two nodes the best: any of them will do."""
    best: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        key = (edge.source, edge.target)
        known = best.get(key)
        if known is None or _is_better(edge, known):
            best[key] = edge
    return best.values()


def _is_better(one: Edge, other: Edge) -> bool:
    if one.status is not other.status:
        return one.status.rank < other.status.rank
    return one.can_be_bought and not other.can_be_bought


def chosen(every: Collection[str], nodes: Nodes) -> Collection[str]:
    """Those of a kind that are wanted, in an order that is always the same; `every` is quick to be asked for one."""
    return every if nodes is None else sorted(node for node in nodes if node in every)


def whole(nodes: Nodes) -> Nodes:
    """The nodes as a snapshot names them: a part of a source is none of its own there."""
    return None if nodes is None else frozenset(map(shown, nodes))


def standing_for(link: Trigger | Mapping, nodes: Nodes) -> Iterator[str]:
    """Those of `nodes` that a trigger or mapping starts at: its part of the source, and all of it if that is asked."""
    if nodes is None:
        yield link.node
    else:
        yield from (node for node in dict.fromkeys((link.node, shown(link.node))) if node in nodes)


def among(node: str, nodes: Nodes) -> bool:
    return nodes is None or node in nodes
