"""What opens and what closes when a snapshot changes: edges, and pairs that only a way joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models import arns
from models.answer import ChangedFinding, OpenedAnswer, VerdictName, WhatIfAnswer
from models.change import Change
from models.edge import Edge, EdgeKind, Status
from simulator.answers import shapes
from simulator.answers.diagnose import diagnose
from simulator.answers.reach import reached
from simulator.answers.step import step
from simulator.changes import apply
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world.nodes import is_guise, shown
from simulator.world.world import World

Pair = tuple[str, str, str]
PATH = "path"


@dataclass(frozen=True, slots=True)
class _Open:
    status: Status
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the answer is wanted: with `source` or `target` only what bears on them; without either, all."""

    source: str | None = None
    target: str | None = None

    def has(self, source: str, target: str) -> bool:
        return self.source in (None, source) and (self.target is None or _is_on(target, self.target))


def _is_on(node: str, target: str) -> bool:
    """Whether a node is the target, or one of its qualifiers or URLs."""
    return node == target or (arns.is_function(target) and arns.unqualified(arns.behind_url(node)) == target)


def what_if(
    world: World, changes: Sequence[Change], scope: Scope | None = None, *, findings: bool = False
) -> WhatIfAnswer:
    """Apply the changes, and compare every edge and every way before and after.

    Args:
        findings: also what a diagnosis of the functions in scope tells before and after.

    Raises:
        ChangeError: for a change that AWS would refuse.
    """
    wanted = scope or Scope()
    after = World(apply(world.snapshot, changes), world.strict)
    was, now = _open_pairs(world), _open_pairs(after)
    opens, closes = _gained(world, was, after, now, forward=True), _gained(after, now, world, was, forward=False)
    return WhatIfAnswer(
        changes=tuple(change.model_dump(mode="json") for change in changes),
        opens=tuple(row for row in opens if wanted.has(row.source, row.target)),
        closes=tuple(row for row in closes if wanted.has(row.source, row.target)),
        findings=tuple(_findings(world, after, wanted)) if findings else (),
        gaps=shapes.facts(after.inventory_gaps()),
    )


def _findings(before: World, after: World, scope: Scope) -> Iterator[ChangedFinding]:
    """What a diagnosis no longer says, or says now."""
    every = {**before.functions, **after.functions}
    for arn in sorted(every):
        if scope.target is None or _is_on(scope.target, arn) or _is_on(arn, scope.target):
            was, now = _told(before, arn), _told(after, arn)
            for key in sorted({*was, *now}):
                if was.get(key, _FINE)[0] != now.get(key, _FINE)[0]:
                    (old, said), (new, says) = was.get(key, _FINE), now.get(key, _FINE)
                    yield ChangedFinding(
                        function=arn, check=key[0], subject=key[1], before=old, after=new, summary=says or said
                    )


_FINE: tuple[VerdictName, str] = ("pass", "")


def _told(world: World, function: str) -> dict[tuple[str, str], tuple[VerdictName, str]]:
    """The worst that each rule says of each subject."""
    if function not in world.functions:
        return {}
    found: dict[tuple[str, str], tuple[VerdictName, str]] = {}
    for row in diagnose(world, function).findings:
        found.setdefault((row.check, row.subject), (row.verdict, row.summary))
    return {key: told for key, told in found.items() if told[0] not in ("pass", "not_applicable")}


def _open_pairs(world: World) -> dict[Pair, _Open]:
    """Every edge that is open, and every pair that only an open way joins, with its status."""
    graph = Graph(world, Question(missing=False)).grow_whole()
    found: dict[Pair, _Open] = {}
    for edge in (*graph.edges, *_taken_over(world)):
        if edge.status.is_open and edge.kind is not EdgeKind.MEMBER_OF:
            pair = (shown(edge.source), shown(edge.target), edge.kind.value)
            known = found.get(pair)
            if known is None or edge.status.rank < known.status.rank:
                found[pair] = _Open(edge.status)
    joined = {(source, target) for source, target, kind in found if kind != EdgeKind.CHANGES.value}
    for source in sorted({edge.source for edge in graph.edges if "#" not in edge.source}):
        for node, _, way in reached(graph, source):
            ends_in_qualifier = way.edges[-1].kind is EdgeKind.QUALIFIES
            if way.status.is_open and not ends_in_qualifier and (source, node) not in joined:
                found.setdefault((source, node, PATH), _Open(way.status, way.via))
    return found


def _taken_over(world: World) -> Iterator[Edge]:
    """What anybody may take over as he is today; it is an edge of its own, and on no way."""
    question = Question(missing=False, takeover=True)
    edges = RULES[EdgeKind.CHANGES](world, None, None, question)
    yield from (edge for edge in edges if not is_guise(edge.source))


def _gained(
    old_world: World, old: dict[Pair, _Open], new_world: World, new: dict[Pair, _Open], *, forward: bool
) -> tuple[OpenedAnswer, ...]:
    """What `new` has open and `old` hadn't, or only conditionally; told from before to after whichever way round."""
    found = []
    for pair in sorted(new):
        known = old.get(pair)
        if known is not None and known.status.rank <= new[pair].status.rank:
            continue
        other = known.status if known else _status(old_world, pair)
        before, after = (other, new[pair].status) if forward else (new[pair].status, other)
        found.append(
            OpenedAnswer(
                source=pair[0],
                target=pair[1],
                kind=pair[2],
                before=before.value,
                after=after.value,
                via=new[pair].via,
            )
        )
    return tuple(found)


def _status(world: World, pair: Pair) -> Status:
    """Of an edge that isn't open: what its rule says of it; missing where it says nothing."""
    source, target, kind = pair
    if kind == PATH:
        return Status.MISSING
    found = step(world, source, target, kind)
    return Status(found.status) if found and not Status(found.status).is_open else Status.MISSING
