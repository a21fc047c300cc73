"""What the rules `invokes`, `assumes` and `feeds` share: who might do an action on a resource, and the edge for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models import arns
from models.edge import Edge, EdgeKind
from models.policy import Principal
from simulator.edges.evidence import acting_as, meant, names_principal, naming
from simulator.edges.question import Nodes, Question, among
from simulator.world.nodes import ask, named_principals, outsiders, shown, unlisted
from simulator.world.world import World


def edges_to(
    world: World, kind: EdgeKind, target: str, action: str, resource: str, sources: Nodes, question: Question
) -> Iterator[Edge]:
    """Yield the edges of `kind` into `target` from whoever may do `action` on `resource`, or nearly may."""
    account = world.account_of(resource)
    owner = account if isinstance(account, str) else None
    policies, unread = world.resource_policies(resource, owner)
    named = named_principals(policies, action, resource)
    index = naming(world, action)
    by_name_holders = index.holders(resource)
    opens_to_others = any(item.kind in ("AWS", "*") for item in named) or bool(unread)
    some = world.actors if unread else _who_may(world, index.allowers(resource), named, sources, question)
    for node in _candidates(world, sources, (*some, *outsiders(world, named))):
        if shown(node) == shown(target) and kind is not EdgeKind.CALLS:
            continue
        at_home = arns.account_of(shown(node)) in (owner, None) or owner is None
        by_name = shown(node) in by_name_holders
        asked = question.asked == (shown(node), shown(target))
        if not (at_home or opens_to_others or by_name or asked):
            continue
        edge = Edge(node, target, kind, (ask(world, node, action, resource, question.given, named),))
        if question.wants(edge, by_name or names_principal(policies, node, action, resource)):
            yield edge


def _who_may(
    world: World, holders: set[str], named: Iterable[Principal], sources: Nodes, question: Question
) -> Iterator[str]:
    """Those with an allow on either side, and who is asked about: for everybody else the answer is a plain no."""
    wanted = {node for holder in holders for node in acting_as(world, holder)}
    wanted.update(meant(world, named))
    if question.asked:
        wanted.update(acting_as(world, question.asked[0]))
    every = world.actors if sources is None else sorted(sources.intersection(world.actor_set))
    return (node for node in every if node in wanted) if wanted else iter(())


def _candidates(world: World, sources: Nodes, found: Iterable[str]) -> Iterator[str]:
    everyone = dict.fromkeys(found)
    if sources is None:
        yield from everyone
        return
    # A question may name what no policy does.
    extra = (node for node in sources if node == "anyone" or node.startswith("service:"))
    yield from sorted({*everyone.keys() & sources, *unlisted(world, sources), *extra})


def wanted_targets(every: Iterable[str], targets: Nodes) -> list[str]:
    return [node for node in every if among(node, targets)]
