"""Everybody who may do an action on a resource: directly, by qualifiers, role chains, event sources, by takeover."""

from __future__ import annotations

from models import arns
from models.answer import HOW_ORDER, How, PrincipalAnswer, WhoCanAnswer
from models.context import NOTHING_GIVEN, Given
from models.edge import Edge, EdgeKind, Status
from simulator.answers import shapes
from simulator.answers.grown import leading_to
from simulator.graph import Way, ways
from simulator.world.world import World

LISTED = frozenset({"user", "role", "service", "identity_provider", "account", "anyone"})


def who_can(
    world: World,
    action: str,
    resource: str,
    *,
    given: Given = NOTHING_GIVEN,
    include_takeover: bool = False,
) -> WhoCanAnswer:
    """List the principals, one entry for each and each manner of getting there.

    Args:
        include_takeover: also who gets there by taking over a function, a role, a user, or his own policies.
    """
    graph, ends = leading_to(world, resource, action, given, include_takeover)
    found = [
        (node, how, way)
        for node, by_how in ways(graph, ends[0], backward=True).items()
        if "#" not in node and arns.kind_of(node) in LISTED
        for how, way in by_how.items()
        if _does(way.edges[-1], action)
    ]
    found.sort(key=lambda item: (item[2].rank, HOW_ORDER.index(item[1]), item[0]))
    gaps = [fact for _, _, way in found for edge in way.edges for fact in edge.gaps]
    return WhoCanAnswer(
        action=action,
        resource=resource,
        principals=tuple(_answer(node, how, way) for node, how, way in found),
        gaps=shapes.facts((*gaps, *world.inventory_gaps())),
        assumes=shapes.facts(graph.question.lacked),
    )


def _does(last: Edge, action: str) -> bool:
    """Whether the last step is by the action: who comes with a token assumes a role by another."""
    return last.kind is not EdgeKind.ASSUMES or all(part.action.lower() == action.lower() for part in last.requirements)


def _answer(node: str, how: How, way: Way) -> PrincipalAnswer:
    conditions = [item for edge in way.edges for item in edge.residuals]
    return PrincipalAnswer(
        principal=node,
        status=way.status.value,
        how=how,
        via=way.via,
        residual=shapes.together(conditions) if way.status is Status.CONDITIONAL else None,
    )
