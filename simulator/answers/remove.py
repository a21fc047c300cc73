"""What has to be taken away so that somebody comes to something no more: the least, verified, with what else closes."""

from __future__ import annotations

from models import arns
from models.answer import OpenedAnswer, RemovalAnswer, RemovalWay, RemoveAnswer
from models.change import Change
from models.context import NOTHING_GIVEN, Given
from models.edge import Status
from simulator.answers import mended, shapes
from simulator.answers.pair import Pair
from simulator.answers.paths import path_answer
from simulator.answers.what_if import what_if
from simulator.repair.closing import Closed, UnclosableError, closing
from simulator.repair.forms import forms
from simulator.repair.removals import Removal
from simulator.repair.ways import changed
from simulator.world.nodes import shown
from simulator.world.world import World


def remove(
    world: World,
    source: str,
    target: str,
    *,
    action: str | None = None,
    k: int = 5,
    given: Given = NOTHING_GIVEN,
) -> RemoveAnswer:
    """Find the least sets of removals, at most `k`, that close every way from `source` to `target`.

    Args:
        action: what is done on `target`; without it, run a function or become a role.
    """
    wanted = Pair(source, target, action, given)
    ways = wanted.open_ways(world)
    unsure = wanted.unknown_ways(world)
    found, why = _closed(world, wanted, k) if ways else ([], None)
    rows = sorted((_way(world, wanted, one) for one in found), key=lambda row: (row.cost, len(row.also_closes)))
    edges = [edge for path in (*ways, *unsure) for edge in path.edges]
    return RemoveAnswer(
        source=source,
        target=target,
        status=min((way.status for way in (*ways, *unsure)), key=lambda one: one.rank, default=Status.MISSING).value,
        closes=tuple(map(path_answer, ways)),
        removals=tuple(rows),
        impossible=why,
        gaps=shapes.facts((*(fact for edge in edges for fact in edge.gaps), *world.inventory_gaps())),
        assumes=shapes.facts(fact for edge in edges for fact in edge.assumes),
    )


def _closed(world: World, wanted: Pair, k: int) -> tuple[list[Closed], str | None]:
    found: list[Closed] = []
    try:
        found.extend(closing(world, wanted.open_ways, k))
    except UnclosableError as error:
        names = " -> ".join(arns.short(shown(edge.target)) for edge in error.way.edges)
        return [], f"nothing of the way over {names} is a statement, policy or membership that could be taken away"
    return found, None if found else "no set of removals was found that AWS would take"


def _way(world: World, wanted: Pair, found: Closed) -> RemovalWay:
    effects = what_if(world, found.changes)
    after = changed(world, found.changes)
    return RemovalWay(
        cost=len(found.removals),
        removals=tuple(_removal(world, one, change) for one, change in found.removals),
        also_closes=tuple(row for row in effects.closes if not _is_meant(wanted, row)),
        also_opens=effects.opens,
        verified=not wanted.open_ways(after) and not wanted.unknown_ways(after),
        by_account=mended.shares(world, [(one.account, (change,)) for one, change in found.removals], wanted.source),
    )


def _is_meant(wanted: Pair, row: OpenedAnswer) -> bool:
    """Whether it is a way from the one to the other that closes, or to a version, alias or URL of it."""
    target = arns.behind_url(row.target) if arns.is_url(row.target) else row.target
    return row.source == wanted.source and wanted.target in (row.target, arns.unqualified(target))


def _removal(world: World, one: Removal, change: Change) -> RemovalAnswer:
    said = forms(world.snapshot, (change,))
    return RemovalAnswer(
        account=one.account,
        holder=one.found.holder if one.found else one.holder,
        statements=tuple(map(shapes.citation, one.cited)),
        change=mended.as_file((change,))[0],
        cli=said.cli,
        cloudformation=said.cloudformation,
        terraform=said.terraform,
        warning=said.warning,
    )
