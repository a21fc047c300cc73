"""What makes a way hold: the cheapest sets of grants, applied and evaluated again; and what no grant goes around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models import arns
from models.answer import BlockAnswer, RepairAnswer
from models.context import NOTHING_GIVEN, Given
from models.decision import MissingFact
from models.edge import Edge, EdgeKind, Grant, Status
from models.errors import ChangeError
from models.policy import Effect
from simulator.answers import mended, shapes
from simulator.answers.pair import Pair
from simulator.answers.paths import hopeless, path_answer
from simulator.answers.why_not import refused, why_not
from simulator.cheapest import Path, cheapest
from simulator.edges import assumes, invokes, invokes_url
from simulator.graph import Graph
from simulator.repair import ways
from simulator.repair.exceptions import Block, blocks, together
from simulator.repair.forms import forms
from simulator.repair.groups import by_group
from simulator.repair.other_side import by_function_policy
from simulator.repair.roles import assumable
from simulator.repair.ways import Asked, Mended
from simulator.world.nodes import shown
from simulator.world.world import World

#: For each way that is wanted so many are tried: some are no better than cheaper ones.
_TRIED = 4


def repair(
    world: World,
    source: str,
    target: str,
    *,
    action: str | None = None,
    k: int = 5,
    given: Given = NOTHING_GIVEN,
) -> RepairAnswer:
    """Find the `k` cheapest sets of grants with which there is a way from `source` to `target`.

    None where one holds already. Where it holds under a condition, those with which it holds without.

    Args:
        action: what is to be done on `target`; without it, run a function or become a role.
    """
    wanted = Pair(source, target, action, given)
    today = wanted.today(world)
    if today is not None and today.status is Status.ALLOWED:
        return _answer(world, wanted, today, [], [], [], k)
    graph, ends = _grown(world, wanted, k)
    found = _repairs(world, wanted, graph, ends, k)
    direct = [edge for path in hopeless(graph, source, target) for edge in path.edges]
    denied = [edge for edge in direct if edge.status is Status.DENIED]
    if not found and not denied and today is None:
        denied = list(_denied_on_the_way(graph, ends))
    answer = _answer(world, wanted, today, found, denied, direct, k)
    reason = refused(world, graph, wanted, ends) if answer.impossible else None
    return answer.model_copy(update={"impossible": reason}) if reason else answer


def _grown(world: World, wanted: Pair, k: int) -> tuple[Graph, tuple[str, ...]]:
    """The graph of the ways that could be mended: those with evidence, the direct one, and those by able roles."""
    graph, ends = wanted.graph(world)

    def enough(cost: int) -> bool:
        found = cheapest(graph, wanted.source, ends, k, (Status.MISSING,))
        return len(found) >= k and found[-1].cost <= cost

    graph.grow_by_cost(wanted.source, ends, enough)
    asked = _asked(graph)
    more = list(assumable(world, wanted.source, wanted.target, ends, action_of(wanted.target, wanted.action), asked))
    graph.add(more)
    # The steps that lead on from these roles.
    graph.question = replace(graph.question, missing=False)
    graph.grow_forward({edge.target for edge in more}, ends)
    return graph, ends


def _asked(graph: Graph) -> Asked:
    return Asked(graph.question.given, graph.question.action, graph.question.starts)


def _repairs(world: World, wanted: Pair, graph: Graph, ends: tuple[str, ...], k: int) -> list[Mended]:
    """What mends the cheapest ways, verified, and each no more than it takes."""
    asked = _asked(graph)
    found: dict[frozenset[str], Mended] = {}
    for path, grants in _candidates(world, graph, wanted, ends, k):
        if len(found) >= k and len({grant.place for grant in grants}) > list(found.values())[k - 1].cost:
            break
        made = ways.mended(world, path, grants, asked)
        if made is None or not made.after.status.is_open:
            continue
        key = frozenset(change.model_dump_json() for change in made.changes)
        if key not in found and ways.is_least(world, made, wanted.best):
            found[key] = made
    return list(found.values())


def _candidates(
    world: World, graph: Graph, wanted: Pair, ends: tuple[str, ...], k: int
) -> Iterator[tuple[Path, tuple[Grant, ...]]]:
    """Yield ways with what could mend them, cheapest first: their statements, or a group that has some of them."""
    paths = cheapest(graph, wanted.source, ends, _TRIED * k, (Status.MISSING,))
    found = []
    for path in paths:
        grants = mended.grants_of(world, path, wanted.given)
        found.append((path, grants))
        found += [(path, others) for others in (*by_group(world, grants), *by_function_policy(world, grants))]
    found.sort(key=lambda pair: len({grant.place for grant in pair[1]}))
    yield from found


def _denied_on_the_way(graph: Graph, ends: tuple[str, ...]) -> Iterator[Edge]:
    """What denies somewhere on the ways that would lead there."""
    leading = graph.leading_to(ends)
    for edge in graph.edges:
        if edge.status is Status.DENIED and edge.target in leading and edge.kind is not EdgeKind.MEMBER_OF:
            yield edge


def action_of(target: str, action: str | None) -> str:
    """What is to be done on a node where the question doesn't say it."""
    if action is not None:
        return action
    if arns.is_url(target):
        return invokes_url.ACTION
    return assumes.ACTION if arns.is_role(target) else invokes.ACTION


def _answer(
    world: World,
    wanted: Pair,
    today: Path | None,
    found: list[Mended],
    denied: list[Edge],
    direct: list[Edge],
    k: int,
) -> RepairAnswer:
    # What opens besides decides among those that cost the same: of these all are looked at.
    rows = mended.best(world, found, k)
    asked = _asked(wanted.graph(world)[0])
    blocked = [block for edge in denied for block in blocks(world, edge, asked)]
    used = [edge for path in (*([today] if today else ()), *(one.path for one in found)) for edge in path.edges]
    lacked: list[MissingFact] = [fact for edge in (*used, *direct) for fact in edge.assumes]
    gaps = [fact for edge in (*used, *direct) for fact in edge.gaps]
    none = not found and not denied and today is None
    return RepairAnswer(
        source=wanted.source,
        target=wanted.target,
        action=action_of(wanted.target, wanted.action),
        status=_status(today, bool(rows), denied).value,
        residual=shapes.together(one for edge in today.edges for one in edge.residuals) if today else None,
        settled_by_grant=_could_be_settled(today) if today else None,
        today=path_answer(today) if today else None,
        repairs=rows,
        blocked_by=tuple(_block(world, block) for block in blocked),
        with_exceptions=excepted.value if (excepted := _with_exceptions(world, denied, blocked, asked)) else None,
        impossible=why_not(world, wanted, action_of(wanted.target, wanted.action), direct) if none else None,
        gaps=shapes.facts((*gaps, *world.inventory_gaps())),
        assumes=shapes.facts(lacked),
    )


def _status(today: Path | None, repaired: bool, denied: list[Edge]) -> Status:
    if today is not None:
        return today.status
    return Status.DENIED if denied and not repaired else Status.MISSING


def _could_be_settled(today: Path) -> bool | None:
    """Whether a statement without the condition would settle it; None: there is no condition."""
    if today.status is not Status.CONDITIONAL:
        return None
    parts = [part for edge in today.edges for part in edge.requirements if part.status is Status.CONDITIONAL]
    return not any(cited.effect is Effect.DENY for part in parts for cited in part.decision.because)


def _block(world: World, found: Block) -> BlockAnswer:
    said = forms(world.snapshot, (found.change,)) if found.change else None
    return BlockAnswer(
        **dict(shapes.citation(found.cited)),
        account=found.account,
        source=shown(found.edge.source),
        target=shown(found.edge.target),
        exception=found.exception,
        change=mended.as_file((found.change,))[0] if found.change else None,
        verified=found.verified,
        cli=said.cli if said else "",
        cloudformation=said.cloudformation if said else {},
        terraform=said.terraform if said else "",
        warning=said.warning if said else "",
    )


def _with_exceptions(world: World, denied: list[Edge], blocked: list[Block], asked: Asked) -> Status | None:
    """What the denied step comes to with all exceptions made; None: some can't be said as a change."""
    changes = together(blocked)
    if not denied or changes is None:
        return None
    try:
        now = ways.again_step(ways.changed(world, changes), denied[0], asked)
    except ChangeError:
        return None
    return now.status if now else None
