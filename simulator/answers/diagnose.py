"""The whole troubleshooting list for a function, or for every function, grouped by cause.

The steps follow the re:Post article "How do I troubleshoot Lambda permission issues": execution role, who may invoke,
both sides of other accounts, VPC, triggers and mappings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from models import arns
from models.answer import DiagnoseAllAnswer, DiagnoseAnswer, EdgeAnswer, FindingAnswer, GraphAnswer, IssueAnswer
from models.context import NOTHING_GIVEN, Given
from models.decision import Citation, MissingFact
from models.edge import Edge, Grant, Status
from models.finding import Finding, Verdict
from models.snapshot import Function
from simulator.answers import shapes, whole_graph
from simulator.diagnosis import callers, configuration, function_policy, role, sources
from simulator.diagnosis.causes import cause_of
from simulator.diagnosis.rules import RULES
from simulator.edges import qualifies
from simulator.edges.question import Question
from simulator.world.grants import ordered
from simulator.world.nodes import shown
from simulator.world.world import World

_ORDER = {check: number for number, check in enumerate(RULES)}
_SAID = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.CONDITIONAL, Verdict.WARNING)


def diagnose(world: World, function: str, given: Given = NOTHING_GIVEN) -> DiagnoseAnswer:
    """Check one function; `function` is the ARN of one that the snapshot holds, with or without a qualifier.

    Raises:
        PolicyError: for a policy that can't be evaluated exactly.
    """
    name = held(world, function)
    found = findings(world, world.functions[name], Question(given))
    return answered(world, name, found)


def answered(world: World, function: str, found: list[Finding]) -> DiagnoseAnswer:
    """What was found of a function as the answer about it."""
    return _answer(function, found, worst(found), world.inventory_gaps())


def held(world: World, function: str) -> str:
    """The function as the snapshot names it, without the qualifier of a version or alias."""
    return function if function in world.functions else arns.unqualified(function)


def diagnose_drawn(world: World, function: str, given: Given = NOTHING_GIVEN) -> tuple[DiagnoseAnswer, GraphAnswer]:
    """`diagnose`, and the part of the graph that its findings are about: their edges, what ties them, their subjects.

    An edge that several findings are about is there once, as the worst of them says.
    """
    name = held(world, function)
    found = findings(world, world.functions[name], Question(given))
    worst_first = sorted((one.edge for one in found if one.edge), key=lambda edge: -edge.status.rank)
    edges: dict[tuple[str, str, str], Edge] = {}
    for edge in worst_first:
        edges.setdefault((_source(edge), shown(edge.target), edge.kind), replace(edge, source=_source(edge)))
    nodes = {name, *(one.subject for one in found), *(end for source, target, _ in edges for end in (source, target))}
    tied = qualifies.edges(world, frozenset(nodes), None, Question(given))
    answer = _answer(name, found, worst(found), world.inventory_gaps())
    return answer, whole_graph.answer(world, (*edges.values(), *tied), nodes)


def diagnose_all(
    world: World, given: Given = NOTHING_GIVEN, progress: Callable[[int], None] = lambda done: None
) -> DiagnoseAllAnswer:
    """Check every function. `progress` is told how many are done."""
    question = Question(given)
    answers, issues = [], _Issues()
    assumed: dict[MissingFact, None] = {}
    gaps = dict.fromkeys(world.inventory_gaps())
    for number, (arn, function) in enumerate(sorted(world.functions.items()), 1):
        found = findings(world, function, question)
        told = [one for one in found if one.verdict in _SAID or one.note]
        issues.add(arn, told)
        assumed.update((fact, None) for one in found for fact in one.assumes)
        gaps.update((fact, None) for one in told for fact in one.gaps)
        answers.append(_answer(arn, told, worst(found)))
        progress(number)
    return DiagnoseAllAnswer(
        functions=tuple(answers),
        issues=tuple(issues.answers()),
        gaps=shapes.facts(gaps),
        assumes=shapes.facts(assumed),
    )


def findings(world: World, function: Function, question: Question) -> list[Finding]:
    """Everything that the checks find, worst first."""
    found = [
        *role.findings(world, function, question),
        *configuration.findings(world, function, question),
        *callers.findings(world, function, question),
        *function_policy.findings(world, function),
        *sources.findings(world, function, question),
    ]
    told = (replace(one, cause=cause_of(world, one)) for one in found)
    return sorted(told, key=lambda one: (one.verdict.rank, _ORDER[one.check], one.subject, one.summary))


def worst(found: Iterable[Finding]) -> Verdict:
    """Of a function's findings; pass where none says anything."""
    told = [one.verdict for one in found if one.verdict is not Verdict.NOT_APPLICABLE]
    return min(told, key=lambda verdict: verdict.rank, default=Verdict.PASS)


def _answer(
    function: str, found: list[Finding], verdict: Verdict, inventory: tuple[MissingFact, ...] = ()
) -> DiagnoseAnswer:
    return DiagnoseAnswer(
        function=function,
        verdict=verdict.value,
        findings=tuple(map(_finding, found)),
        plan=tuple(_plan(function, found)),
        gaps=shapes.facts((*(fact for one in found for fact in one.gaps), *inventory)),
        assumes=shapes.facts(fact for one in found for fact in one.assumes),
    )


def _finding(found: Finding) -> FindingAnswer:
    return FindingAnswer(
        check=found.check,
        verdict=found.verdict.value,
        subject=found.subject,
        summary=found.summary,
        evidence=tuple(map(shapes.citation, found.evidence)),
        missing=tuple(map(shapes.grant, _grants((found,)))),
        source=found.source,
        residual=shapes.together(found.residuals),
        note=found.note,
        cause=found.cause,
        edge=_edge(found.edge) if found.edge else None,
    )


def _edge(edge: Edge) -> EdgeAnswer:
    return EdgeAnswer(source=_source(edge), target=shown(edge.target), kind=edge.kind.value, status=edge.status.value)


def _source(edge: Edge) -> str:
    """Who makes the requests, where the edge doesn't name it."""
    return shown(edge.source or edge.requirements[0].principal)


def _grants(found: Iterable[Finding]) -> tuple[Grant, ...]:
    every = {(*grant.place, grant.action): grant for one in found for grant in one.missing}
    return ordered(every.values(), None)


def _plan(function: str, found: list[Finding]) -> Iterator[str]:
    """What to add where, account by account, and what denies; and that running environments have to be replaced.

    Source: Lambda Developer Guide, "Defining Lambda function permissions with an execution role".
    """
    by_place: dict[tuple[str | None, str, str], list[Grant]] = {}
    for grant in _grants(found):
        by_place.setdefault((grant.account, grant.side, grant.holder), []).append(grant)
    for (account, side, holder), grants in by_place.items():
        what = "; ".join(
            f"{', '.join(dict.fromkeys(one.action for one in grants if one.resource == on))} on {on}"
            for on in dict.fromkeys(one.resource for one in grants)
        )
        yield f"in account {account}: allow {what} in the {side} policy of {holder}"
    denying = tuple(_denying(found))
    yield from denying
    if by_place or denying:
        yield (
            f"update the code or the configuration of {arns.short(function)}: environments that are running were "
            "started with the old permissions, and only an update replaces them"
        )


def _denying(found: Iterable[Finding]) -> Iterator[str]:
    """The statements that nothing which is added goes around, with what they deny."""
    denied: dict[Citation, dict[str, None]] = {}
    for one in found:
        for part in one.edge.requirements if one.edge and one.verdict is not Verdict.PASS else ():
            for cited in part.decision.because if part.status is Status.DENIED else ():
                denied.setdefault(cited, {})[part.action] = None
    for cited, actions in denied.items():
        on = f" on {cited.holder}" if cited.holder and cited.holder != cited.policy else ""
        yield f"have statement {cited.statement} of {cited.policy}{on} changed, which denies {', '.join(actions)}"


class _Issues:
    """Findings of many functions, grouped by what they fail by."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, Verdict, str], dict[str, list[Finding]]] = {}

    def add(self, function: str, found: Iterable[Finding]) -> None:
        for one in found:
            if one.verdict in _SAID:
                group = self._groups.setdefault((one.check, one.verdict, one.cause), {})
                group.setdefault(function, []).append(one)

    def answers(self) -> Iterator[IssueAnswer]:
        """Worst first: by verdict, then by how many functions."""
        for check, verdict, cause in sorted(self._groups, key=self._weight):
            group = self._groups[(check, verdict, cause)]
            every = [one for found in group.values() for one in found]
            yield IssueAnswer(
                check=check,
                verdict=verdict.value,
                cause=cause,
                summary=every[0].summary if len(group) == 1 else RULES[check].what,
                functions=tuple(group),
                evidence=tuple(map(shapes.citation, dict.fromkeys(cited for one in every for cited in one.evidence))),
                missing=tuple(map(shapes.grant, _grants(every))),
                source=every[0].source,
            )

    def _weight(self, key: tuple[str, Verdict, str]) -> tuple[int, int, int, str]:
        check, verdict, cause = key
        return verdict.rank, -len(self._groups[key]), _ORDER[check], cause
