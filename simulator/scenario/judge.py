"""Holds a world to what a scenario expects of it.

Who is listed means allowed or conditional; `missing`, `includes`, `opens`, `closes` name what must be among them, and
an empty list says that there is none; `exactly` is the whole set; a path is judged by the first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from models.answer import CitationAnswer, ExpectationAnswer, FindingAnswer, GrantAnswer, StepAnswer
from simulator.answers.can import can
from simulator.answers.can_manage import can_manage
from simulator.answers.diagnose import diagnose
from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.step import step
from simulator.answers.what_if import what_if
from simulator.answers.who_can import who_can
from simulator.changes import apply
from simulator.scenario.questions import Asked, Entry, Fields, Flow, Supposed, Told
from simulator.scenario.words import Words
from simulator.world import World

OPEN = ("allowed", "conditional")


class Listed(Protocol):
    """A row of `who-can` or `reach`."""

    @property
    def status(self) -> str: ...
    @property
    def how(self) -> str: ...
    @property
    def via(self) -> tuple[str, ...]: ...


class Judge:
    """Asks a world what a scenario asks, and says where the answers differ from what it expects."""

    def __init__(self, world: World, words: Words) -> None:
        self.world = world
        self.words = words

    def expectation(self, asked: Asked, prefix: str = "") -> ExpectationAnswer:
        problems: list[str] = []
        for problem in _KINDS[asked.kind](self, asked):
            if not any(problem in said for said in problems):
                problems.append(problem)
        return ExpectationAnswer(
            name=f"{prefix}{asked.name}",
            passed=not problems,
            expected=self.words.expected(asked),
            got="; ".join(problems),
        )

    def path(self, asked: Asked) -> Iterator[str]:
        found = paths(self.world, asked.source, asked.target, action=asked.action, k=1, given=asked.given).paths
        first = found[0] if found else None
        steps = first.steps if first else ()
        status = first.status if first else "none"
        if asked.verdict and status != asked.verdict:
            deciding = [self.words.step(part) for part in steps if part.status == status] or [_NO_PATH]
            yield f"{status}: {'; '.join(deciding)}" if status != "none" else _NO_PATH
        via = tuple(part.target for part in steps[:-1])
        if asked.via is not None and via != asked.via:
            yield f"leads via {self.words.nodes(via)}" if first else _NO_PATH
        yield from self._grants_and_citations(asked, steps)

    def edge(self, asked: Asked) -> Iterator[str]:
        found = step(self.world, asked.source, asked.target, str(asked.action), asked.given)
        status = found.status if found else "none"
        if asked.verdict and status != asked.verdict:
            yield self.words.step(found) if found else "there is no such edge"
        yield from self._grants_and_citations(asked, (found,) if found else ())

    def can(self, asked: Asked) -> Iterator[str]:
        found = can(self.world, asked.source, str(asked.action), asked.target, asked.given)
        if asked.verdict and found.decision != asked.verdict:
            yield self.words.decision(found)
        yield from self._missing(asked.missing, found.missing)
        yield from self._because(asked.because, found.because)

    def can_manage(self, asked: Asked) -> Iterator[str]:
        answer = can_manage(
            self.world, asked.source, asked.target, role=asked.role, only=(str(asked.action),), given=asked.given
        )
        (found,) = answer.operations
        if asked.verdict and found.decision != asked.verdict:
            yield self.words.operation(found)
        yield from self._missing(asked.missing, found.missing)
        yield from self._because(asked.because, found.because)

    def reach(self, asked: Asked) -> Iterator[str]:
        found = reach(self.world, asked.source, given=asked.given, include_takeover=asked.takeover)
        yield from self._lists(asked, [(row.node, row) for row in found.reaches])

    def who_can(self, asked: Asked) -> Iterator[str]:
        action = str(asked.action)
        found = who_can(self.world, action, asked.target, given=asked.given, include_takeover=asked.takeover)
        yield from self._lists(asked, [(row.principal, row) for row in found.principals])

    def diagnose(self, asked: Asked) -> Iterator[str]:
        found = diagnose(self.world, asked.target, asked.given)
        said = [row for row in found.findings if row.note or row.verdict not in ("pass", "not_applicable")]
        there = self.words.findings(said) or "nothing fails"
        if asked.verdict and found.verdict != asked.verdict:
            yield f"{found.verdict}: {there}"
        for wanted in asked.findings or ():
            alike = [row for row in found.findings if _matches(wanted.fields, row.model_dump())]
            if not alike:
                yield f"no ({self.words.fields(wanted.fields)}): {there}"
            elif not any(self._holds(wanted, row) for row in alike):
                yield from self._missing(wanted.missing, alike[0].missing)
                yield from self._because(wanted.because, alike[0].evidence)
        if asked.findings == () and said:
            yield there
        for check in asked.excludes or ():
            if hits := [row for row in said if row.check == check]:
                yield self.words.findings(hits)

    def _holds(self, wanted: Told, row: FindingAnswer) -> bool:
        problems = (*self._missing(wanted.missing, row.missing), *self._because(wanted.because, row.evidence))
        return not problems

    def _grants_and_citations(self, asked: Asked, steps: Sequence[StepAnswer]) -> Iterator[str]:
        yield from self._missing(asked.missing, [grant for part in steps for grant in part.missing])
        yield from self._because(asked.because, [row for part in steps for row in part.because])

    def _missing(self, wanted: tuple[Fields, ...] | None, found: Sequence[GrantAnswer]) -> Iterator[str]:
        there = self.words.grants(found) or "nothing is missing"
        yield from self._among(wanted, [row.model_dump() for row in found], there)

    def _because(self, wanted: tuple[Fields, ...] | None, found: Sequence[CitationAnswer]) -> Iterator[str]:
        there = self.words.cited(found) or "no statement decides"
        yield from self._among(wanted, [row.model_dump() for row in found], there)

    def _among(
        self, wanted: tuple[Fields, ...] | None, found: Sequence[dict[str, object]], there: str
    ) -> Iterator[str]:
        """Say what is wanted and not among what was found, or that something was found where nothing is wanted."""
        if wanted == () and found:
            yield there
        for row in wanted or ():
            if not any(_matches(row, item) for item in found):
                yield f"no ({self.words.fields(row)}): {there}"

    def _lists(self, asked: Asked, rows: Sequence[tuple[str, Listed]]) -> Iterator[str]:
        listed = [(node, row) for node, row in rows if row.status in OPEN]
        nodes = dict.fromkeys(node for node, _ in listed)
        if asked.includes == () and nodes:
            yield f"lists {self.words.nodes(nodes)}"
        for entry in (*(asked.includes or ()), *(asked.exactly or ())):
            if not any(_fits(entry, node, row) for node, row in listed):
                yield self._not_listed(entry, rows)
        for node in asked.excludes or ():
            if node in nodes:
                yield f"lists {self._ways(node, listed)}"
        if asked.exactly is not None:
            further = set(nodes) - {entry.node for entry in asked.exactly}
            for node in sorted(further):
                yield f"lists {self._ways(node, listed)} too"

    def _not_listed(self, entry: Entry, rows: Sequence[tuple[str, Listed]]) -> str:
        ways = self._ways(entry.node, rows)
        return f"lists {ways}" if ways else f"does not list {self.words.node(entry.node)}"

    def _ways(self, node: str, rows: Iterable[tuple[str, Listed]]) -> str:
        """Say how a node is listed, each of its ways."""
        found = (Entry(node, row.status, row.how, row.via) for listed, row in rows if listed == node)
        return " and ".join(self.words.entry(entry) for entry in found)


_NO_PATH = "there is no path"

_KINDS = {
    "path": Judge.path,
    "can": Judge.can,
    "can_manage": Judge.can_manage,
    "edge": Judge.edge,
    "reach": Judge.reach,
    "who_can": Judge.who_can,
    "diagnose": Judge.diagnose,
}


def suppose(before: Judge, supposed: Supposed) -> Iterator[ExpectationAnswer]:
    """Hold a `what_if` to what it expects: what opens, what closes, and the world afterwards."""
    prefix, words = f"{supposed.name}: ", before.words
    if supposed.opens is not None or supposed.closes is not None:
        answer = what_if(before.world, supposed.changes)
        for name, wanted, rows in (("opens", supposed.opens, answer.opens), ("closes", supposed.closes, answer.closes)):
            if wanted is not None:
                found = [Flow(row.source, row.target, row.kind, row.via) for row in rows]
                yield _flows(f"{prefix}{name}", name, wanted, found, words)
    after = Judge(World(apply(before.world.snapshot, supposed.changes)), words)
    for asked in supposed.asked:
        yield after.expectation(asked, prefix)


def _flows(name: str, verb: str, wanted: tuple[Flow, ...], found: list[Flow], words: Words) -> ExpectationAnswer:
    lacking = [flow for flow in wanted if not any(_is_flow(flow, item) for item in found)]
    passed = not lacking if wanted else not found
    there = f"{verb} {words.flows(found)}"
    got = f"not {words.flows(lacking)}; {there}" if lacking else there
    return ExpectationAnswer(
        name=name, passed=passed, expected=f"{verb} {words.flows(wanted)}", got="" if passed else got
    )


def _is_flow(wanted: Flow, found: Flow) -> bool:
    return (
        (wanted.source, wanted.target) == (found.source, found.target)
        and wanted.kind in (None, found.kind)
        and wanted.via in (None, found.via)
    )


def _matches(wanted: Fields, found: dict[str, object]) -> bool:
    """Whether a grant or a citation has what is wanted of it; action names are compared without regard to case."""
    for key, value in wanted.values.items():
        there = str(found.get(key))
        if there != value and not (key == "action" and there.lower() == value.lower()):
            return False
    return True


def _fits(wanted: Entry, node: str, row: Listed) -> bool:
    return (
        wanted.node == node
        and wanted.status in (None, row.status)
        and wanted.how in (None, row.how)
        and wanted.via in (None, row.via)
    )
