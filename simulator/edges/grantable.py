"""What the rules `invokes`, `assumes`, `feeds` and `calls` share: who might do an action on a resource, and the edge.

All actors are asked at once (`simulator.world.actors`); one by one only whoever is no actor, and those for whom there
is evidence that somebody wanted them to be let in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from models import arns
from models.edge import STATUS_OF, Edge, EdgeKind, Foreseen, Status
from models.policy import Principal
from simulator.edges.evidence import Evidence, acting_as, evidence
from simulator.edges.question import Nodes, Question
from simulator.world.actors import column, lacking
from simulator.world.nodes import ask, named_principals, outsiders, shown
from simulator.world.world import World


def edges_to(
    world: World, kind: EdgeKind, target: str, action: str, resource: str, sources: Nodes, question: Question
) -> Iterator[Edge]:
    """Yield the edges of `kind` into `target` from whoever may do `action` on `resource`, or nearly may."""
    account = world.account_of(resource)
    owner = account if isinstance(account, str) else None
    policies, _ = world.resource_policies(resource, owner)
    # A trust policy says nothing of the resource: it is on it.
    named = named_principals(policies, action, None if kind is EdgeKind.ASSUMES else resource)

    def may_be_drawn(node: str) -> bool:
        return shown(node) != shown(target) or kind is EdgeKind.CALLS

    found: set[str] = set()
    for node, status in _open_to(world, action, resource, sources, question):
        found.add(node)
        if may_be_drawn(node):
            judge = partial(ask, world, node, action, resource, question.given, named)
            yield Edge(node, target, kind, (Foreseen(shown(node), action, resource, status, judge),))
    meant = evidence(world, action, resource, policies)
    for node in _one_by_one(world, action, sources, question, named, meant):
        if node not in found and may_be_drawn(node):
            edge = Edge(node, target, kind, (ask(world, node, action, resource, question.given, named),))
            if question.wants(edge, meant.means(node)):
                yield edge


def _open_to(
    world: World, action: str, resource: str, sources: Nodes, question: Question
) -> Iterator[tuple[str, Status]]:
    """Yield the actors who may, or may for all that is known, in their order."""
    wanted = question.wanted(world, sources)
    statuses = column(world, wanted.actors, action, resource, question.given, wanted.grids)
    question.lacked.update((fact, None) for fact in lacking(statuses, wanted.row))
    for outcome, row in statuses.rows:
        status = STATUS_OF[outcome]
        if row and status is not Status.DENIED:
            yield from ((node, status) for node in wanted.actors.of(row & wanted.row))


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
