"""A diagnosis with what mends each finding: applied to the snapshot, and the function diagnosed again."""

from __future__ import annotations

from collections.abc import Callable

from models.answer import DiagnoseAllAnswer, DiagnoseAnswer, RepairGrantAnswer
from models.context import NOTHING_GIVEN, Given
from models.edge import Edge
from models.errors import ChangeError
from models.finding import Finding, Verdict
from simulator.answers import mended
from simulator.answers.diagnose import answered, diagnose_all, findings, held
from simulator.edges.question import Question
from simulator.repair.narrowed import narrowed
from simulator.repair.remedies import changes_of, joined, remedies
from simulator.repair.ways import changed
from simulator.world.grants import ordered
from simulator.world.nodes import shown
from simulator.world.world import World

#: The verdicts of a finding that something can be granted about.
_AT_FAULT = (Verdict.FAIL, Verdict.WARNING, Verdict.UNKNOWN, Verdict.CONDITIONAL)


def diagnose_mended(world: World, function: str, given: Given = NOTHING_GIVEN) -> DiagnoseAnswer:
    """As `diagnose`, with the verified repair of each finding that has one.

    Raises:
        PolicyError: for a policy that can't be evaluated exactly.
    """
    name = held(world, function)
    found = findings(world, world.functions[name], Question(given))
    answer = answered(world, name, found)
    rows = (
        row.model_copy(update={"repair": _repair(world, name, one, given)})
        for row, one in zip(answer.findings, found, strict=True)
    )
    return answer.model_copy(update={"findings": tuple(rows)})


def diagnose_all_mended(
    world: World, given: Given = NOTHING_GIVEN, progress: Callable[[int], None] = lambda done: None
) -> DiagnoseAllAnswer:
    """As `diagnose_all`, with the verified repairs: what lacks something is diagnosed again for each of them."""
    answer = diagnose_all(world, given, progress)
    rows = []
    for row in answer.functions:
        if any(one.missing for one in row.findings):
            by_said = {
                (one.check, one.subject, one.summary): one.repair
                for one in diagnose_mended(world, row.function, given).findings
            }
            told = (
                one.model_copy(update={"repair": by_said[(one.check, one.subject, one.summary)]})
                for one in row.findings
            )
            row = row.model_copy(update={"findings": tuple(told)})
        rows.append(row)
    return answer.model_copy(update={"functions": tuple(rows)})


def _repair(world: World, function: str, found: Finding, given: Given) -> tuple[RepairGrantAnswer, ...]:
    """What mends a finding; empty if nothing is missing, AWS would refuse it, or it doesn't help."""
    edge = found.edge
    if edge is None or not edge.missing or found.verdict not in _AT_FAULT or not edge.can_be_bought:
        return ()
    try:
        needed = remedies(world.snapshot, ordered(joined(narrowed(world, edge, given)), None))
        after = changed(world, changes_of(needed))
    except ChangeError:
        return ()
    if not _is_well(after, function, found, edge, given):
        return ()
    ends = (shown(edge.source or edge.requirements[0].principal), shown(edge.target))
    return mended.granted(world, needed, ends, verified=True)


def _is_well(after: World, function: str, found: Finding, edge: Edge, given: Given) -> bool:
    """Whether what was found fails no more, nor isn't known."""
    for one in findings(after, after.functions[function], Question(given)):
        if (one.check, one.subject) == (found.check, found.subject) and one.edge and _ends(one.edge) == _ends(edge):
            return one.edge.status.is_open
    return True


def _ends(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.target, edge.kind.value
