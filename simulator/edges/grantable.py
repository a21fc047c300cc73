"""What the rules for granted steps share: who might do what a step takes on a resource, and the edge.

All actors are asked at once (`simulator.world.actors`); one by one only whoever is no actor, and those for whom there
is evidence that somebody wanted them to be let in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import product

from models import arns
from models.edge import STATUS_OF, Edge, EdgeKind, Foreseen, Part, Requirement, Status
from models.policy import Principal
from simulator.edges.ask import Ask
from simulator.edges.evidence import NOBODY, Evidence, acting_as, evidence
from simulator.edges.question import Nodes, Question
from simulator.world.actors import column, lacking, told_of
from simulator.world.nodes import foresee, named_principals, outsiders, shown
from simulator.world.world import World

#: Fewer targets than this are looked at one after the other, whoever asks.
MANY = 16


def edges_to(
    world: World,
    kind: EdgeKind,
    target: str,
    asks: Sequence[Ask],
    sources: Nodes,
    question: Question,
    beside: tuple[Requirement, ...] = (),
) -> Iterator[Edge]:
    """Yield the edges of `kind` into `target` from whoever may make all of the requests, or nearly may.

    Half of a grant is one of the first request. `beside` are requirements that are the same for everybody.
    """
    # A trust policy says nothing of the resource: it is on it.
    on = {one: None if kind is EdgeKind.ASSUMES else one.resource for one in asks}
    policies = {one: world.resource_policies(one.resource, _owner(world, one.resource))[0] for one in asks}
    named = {one: named_principals(policies[one], one.action, on[one]) for one in asks}

    def may_be_drawn(node: str) -> bool:
        return shown(node) != shown(target) or kind is EdgeKind.CALLS

    def asked(node: str, one: Ask) -> Part:
        fixed = None if one.fixed is None else dict(one.fixed)
        return foresee(world, node, one.action, one.resource, question.given, named[one], fixed)

    def judge(node: str, one: Ask) -> Requirement:
        return asked(node, one).judged

    found: set[str] = set()
    for node, statuses in _open_to(world, asks, sources, question):
        found.add(node)
        if may_be_drawn(node):
            parts = (
                Foreseen(shown(node), one.action, one.resource, status, partial(judge, node, one))
                for one, status in zip(asks, statuses, strict=True)
            )
            yield Edge(node, target, kind, (*parts, *beside))
    first = asks[0]
    # Whom half of a grant means is a search through everybody's policies, and nothing where that isn't wanted.
    meant = evidence(world, first.action, first.resource, policies[first]) if question.missing else NOBODY
    for node in _one_by_one(world, first.action, sources, question, named[first], meant):
        if node not in found and may_be_drawn(node):
            edge = Edge(node, target, kind, (*(asked(node, one) for one in asks), *beside))
            if question.wants(edge, meant.means(node)):
                yield edge


def strangers_to(world: World, kind: EdgeKind, target: str, ask: Ask, question: Question) -> Iterator[Edge]:
    """Yield the edges of `edges_to` from whoever is no actor of the world: whom the target's policy names."""
    policies, _ = world.resource_policies(ask.resource, _owner(world, ask.resource))
    named = named_principals(policies, ask.action, None if kind is EdgeKind.ASSUMES else ask.resource)
    for node in outsiders(world, named):
        if _may_ask(node, ask.action):
            edge = Edge(node, target, kind, (foresee(world, node, ask.action, ask.resource, question.given, named),))
            if question.wants(edge, False):
                yield edge


def led_to(world: World, action: str, targets: Collection[str], sources: Nodes, question: Question) -> Nodes:
    """Those of `targets` to which `edges_to` may find an edge by an action; None: it may to any of them.

    Where few ask, each is asked about all targets at once, and all that nobody may are passed over.
    """
    wanted = question.wanted(world, sources)
    if len(targets) < MANY or question.missing or not wanted.are_few or wanted.are_strangers_among:
        return None
    found = told_of(world, wanted.actors, action, targets, question.given, wanted.grids)
    return frozenset(found if question.asked is None else (*found, question.asked[1]))


def _owner(world: World, resource: str) -> str | None:
    account = world.account_of(resource)
    return account if isinstance(account, str) else None


def _open_to(
    world: World, asks: Sequence[Ask], sources: Nodes, question: Question
) -> Iterator[tuple[str, tuple[Status, ...]]]:
    """Yield the actors who may, or may for all that is known, with the status of each request; in their order."""
    wanted = question.wanted(world, sources)
    may, by_status = wanted.row, []
    for one in asks:
        if not may:
            return
        found = column(world, wanted.actors, one.action, one.resource, question.given, wanted.grids, one.fixed)
        question.lacked.update((fact, None) for fact in lacking(found, may))
        rows = [(STATUS_OF[outcome], row) for outcome, row in found.rows if STATUS_OF[outcome] is not Status.DENIED]
        by_status.append(rows)
        may &= _together(row for _, row in rows)
    for combined in product(*by_status):
        row = may
        for _, part in combined:
            row &= part
        if row:
            statuses = tuple(status for status, _ in combined)
            yield from ((node, statuses) for node in wanted.actors.of(row))


def _together(rows: Iterable[int]) -> int:
    every = 0
    for row in rows:
        every |= row
    return every


def _one_by_one(
    world: World, action: str, sources: Nodes, question: Question, named: Iterable[Principal], meant: Evidence
) -> Iterator[str]:
    """Yield who is no actor, and whom evidence or the question names; in an order that is always the same."""
    wanted = question.wanted(world, sources)
    found = {node for node in (*outsiders(world, named), *wanted.others) if _may_ask(node, action)}
    if question.asked:
        found.update(acting_as(world, question.asked[0]))
    if question.missing:
        found.update(wanted.meant(meant.holders, meant.accounts))
    yield from sorted(found if sources is None else (found & sources))


def _may_ask(node: str, action: str) -> bool:
    """Services and providers take roles by ways of their own."""
    if action.lower() != "sts:assumerole" or node == "anyone" or node.startswith("account:"):
        return True
    return node.startswith("arn:") and arns.kind_of(node) != "identity_provider"
