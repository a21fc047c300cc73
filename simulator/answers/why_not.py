"""Why no statement makes a way hold, as far as that is known."""

from __future__ import annotations

from collections.abc import Iterable

from models import arns
from models.edge import Edge, Status
from models.errors import ChangeError
from simulator.answers.mended import grants_of
from simulator.answers.pair import Pair
from simulator.cheapest import cheapest
from simulator.facts.services import CROSS_ACCOUNT_FUNCTION_ACTIONS
from simulator.graph import Graph
from simulator.repair import ways
from simulator.repair.remedies import changes_of, remedies
from simulator.world.world import World

#: Who asks for himself; anything else has to be configured to run a function.
_WHO_ASKS = frozenset(
    {"account", "anyone", "function", "group", "identity_provider", "role", "service", "session", "user"}
)


def why_not(world: World, wanted: Pair, action: str, direct: Iterable[Edge]) -> str:
    """Return why nothing helps `wanted`, with `action` the one that is meant and `direct` the step between its ends."""
    for edge in direct:
        if edge.impossible:
            return edge.impossible
    source = wanted.source
    kind = arns.kind_of(source)
    if "/aws-reserved/sso.amazonaws.com/" in source and kind == "role":
        return "IAM Identity Center makes this role: what it may do is written in its permission set"
    if ("/aws-service-role/" in source or "/aws-reserved/" in source) and kind == "role":
        return "the role can be changed by AWS only"
    if kind not in _WHO_ASKS and arns.is_function(wanted.target):
        return (
            "nothing is configured by which it would run the function: that takes a trigger or an event source mapping"
        )
    if kind == "account" and source.removeprefix("account:") not in world.collected:
        return "what that account allows its own principals was not read"
    if _is_of_another_account(wanted) and action.lower() not in CROSS_ACCOUNT_FUNCTION_ACTIONS:
        return (
            f"a function's policy can't give another account {action}: "
            "let it assume a role of the function's account that may"
        )
    return "no statement is known that would mend it"


def refused(world: World, graph: Graph, wanted: Pair, ends: tuple[str, ...]) -> str | None:
    """Why AWS would refuse the statements that the cheapest way lacks, if it would."""
    for path in cheapest(graph, wanted.source, ends, 1, (Status.MISSING,)):
        try:
            ways.changed(world, changes_of(remedies(world.snapshot, grants_of(world, path, wanted.given))))
        except ChangeError as error:
            return f"AWS would refuse the statement that is missing: {error}"
    return None


def _is_of_another_account(wanted: Pair) -> bool:
    theirs, ours = arns.account_of(wanted.source), arns.account_of(wanted.target)
    return arns.is_function(wanted.target) and theirs is not None and theirs != ours
