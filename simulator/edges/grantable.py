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
from models.request import Attached
from simulator.edges.evidence import acting_as, meant, names_principal, naming
from simulator.edges.question import Nodes, Question
from simulator.policy.principals import account_named
from simulator.world.actors import column, lacking
from simulator.world.nodes import ask, named_principals, outsiders, shown, unlisted
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
    for node in _one_by_one(world, action, resource, sources, question, policies, named):
        if node not in found and may_be_drawn(node):
            edge = Edge(node, target, kind, (ask(world, node, action, resource, question.given, named),))
            if question.wants(edge, partial(_is_meant, world, node, action, resource, policies)):
                yield edge


def _is_meant(world: World, node: str, action: str, resource: str, policies: Iterable[Attached]) -> bool:
    """Whether half of a grant names the other side."""
    by_name = shown(node) in naming(world, action).holders(resource)
    return by_name or names_principal(policies, node, action, resource)


def _open_to(
    world: World, action: str, resource: str, sources: Nodes, question: Question
) -> Iterator[tuple[str, Status]]:
    """Yield the actors who may, or may for all that is known, in their order."""
    some, asked, grids = question.actors(world, sources)
    statuses = column(world, some, action, resource, question.given, grids)
    question.lacked.update((fact, None) for fact in lacking(statuses, asked))
    for outcome, row in statuses.rows:
        status = STATUS_OF[outcome]
        if row and status is not Status.DENIED:
            yield from ((node, status) for node in some.of(row & asked))


def _one_by_one(
    world: World,
    action: str,
    resource: str,
    sources: Nodes,
    question: Question,
    policies: Iterable[Attached],
    named: Iterable[Principal],
) -> Iterator[str]:
    """Yield who is no actor, and whom evidence or the question names."""
    extra = dict.fromkeys(node for node in outsiders(world, named) if _may_ask(node, action))
    if question.asked:
        extra.update(dict.fromkeys(acting_as(world, question.asked[0])))
    if question.missing:
        extra.update(_meant_by_evidence(world, action, resource, policies, named))
    if sources is None:
        yield from extra
        return
    # A question may name what no policy does.
    others = (node for node in sources if _may_ask(node, action) and (node == "anyone" or node.startswith("service:")))
    yield from sorted({*extra.keys() & sources, *unlisted(world, sources), *others})


def _may_ask(node: str, action: str) -> bool:
    """Services and providers take roles by ways of their own."""
    return action.lower() != "sts:assumerole" or node == "anyone" or node.startswith("account:")


def _meant_by_evidence(
    world: World, action: str, resource: str, policies: Iterable[Attached], named: Iterable[Principal]
) -> dict[str, None]:
    """Whom half of a grant names: a policy of theirs names the resource, or the resource's policy names them.

    Of an account that is named as a whole that is everybody where it is another one; one's own is no evidence.
    """
    home = arns.account_of(resource)
    by_name = [item for item in named if item.kind != "AWS" or account_named(item.value) != home or home is None]
    found = meant(world, [item for item in by_name if item.value != "*"])
    for holder in sorted(naming(world, action).holders(resource)):
        found.update(dict.fromkeys(acting_as(world, holder)))
    return found
