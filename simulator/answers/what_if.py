"""What opens and what closes when a snapshot changes: edges, and pairs that only a way joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models import arns
from models.answer import ChangedFinding, VerdictName, WhatIfAnswer
from models.change import Change
from simulator.answers import shapes
from simulator.answers.diagnose import diagnose
from simulator.answers.exposure import exposures
from simulator.answers.lacking import lacking
from simulator.answers.told import told
from simulator.changes import apply
from simulator.opening.anew import opened_after
from simulator.opening.changed import changed_edges, changed_pairs
from simulator.opening.joined import joined, joined_after
from simulator.world.world import World


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
    world: World,
    changes: Sequence[Change],
    scope: Scope | None = None,
    *,
    findings: bool = False,
    exposure: bool = False,
) -> WhatIfAnswer:
    """Apply the changes, and compare every edge and every way before and after.

    Args:
        findings: also what a diagnosis of the functions in scope tells before and after.
        exposure: also whom the changes let in, or shut out, beyond those who were read.

    Raises:
        ChangeError: for a change that AWS would refuse.
    """
    wanted = scope or Scope()
    after = world.changed_to(apply(world.snapshot, changes))
    was = joined(world)
    now = joined_after(was, opened_after(was.opened, world, after))
    found = sorted(
        one
        for one in (*changed_edges(was.opened, now.opened), *changed_pairs(was, now))
        if wanted.has(one.source, one.target)
    )
    opens = tuple(told([one for one in found if one.opens], now, world))
    closes = tuple(told([one for one in found if not one.opens], was, after))
    facts = lacking(world, after, changes, (*opens, *closes))
    answer = WhatIfAnswer(
        changes=tuple(change.model_dump(mode="json") for change in changes),
        opens=opens,
        closes=closes,
        findings=tuple(_findings(world, after, wanted)) if findings else (),
        gaps=shapes.facts((*after.inventory_gaps(), *(fact for fact in facts if fact.refused))),
        assumes=shapes.facts(fact for fact in facts if not fact.refused),
    )
    if not exposure:
        return answer
    exposed = (row for row in exposures(world, after, answer) if wanted.has(row.to, row.target))
    return answer.model_copy(update={"exposure": tuple(exposed)})


def _findings(before: World, after: World, scope: Scope) -> Iterator[ChangedFinding]:
    """What a diagnosis no longer says, or says now."""
    every = {**before.functions, **after.functions}
    for arn in sorted(every):
        if scope.target is None or _is_on(scope.target, arn) or _is_on(arn, scope.target):
            was, now = _says(before, arn), _says(after, arn)
            for key in sorted({*was, *now}):
                if was.get(key, _FINE)[0] != now.get(key, _FINE)[0]:
                    (old, said), (new, says) = was.get(key, _FINE), now.get(key, _FINE)
                    yield ChangedFinding(
                        function=arn, check=key[0], subject=key[1], before=old, after=new, summary=says or said
                    )


_FINE: tuple[VerdictName, str] = ("pass", "")


def _says(world: World, function: str) -> dict[tuple[str, str], tuple[VerdictName, str]]:
    """The worst that each rule says of each subject."""
    if function not in world.functions:
        return {}
    found: dict[tuple[str, str], tuple[VerdictName, str]] = {}
    for row in diagnose(world, function).findings:
        found.setdefault((row.check, row.subject), (row.verdict, row.summary))
    return {key: told for key, told in found.items() if told[0] not in ("pass", "not_applicable")}
