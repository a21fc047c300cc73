"""Answers as text for a person: the verdict first, then why, then what is missing.

Whoever reads it has just been denied access, at night: every line has to be of use on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from simulator.render.lines import (
    LOOKS,
    Piece,
    citation,
    counted,
    facts,
    grants,
    heading,
    line,
    mended,
    near_misses,
    residual,
    status,
    table,
)
from simulator.render.names import Names, account_in, parts, side
from simulator.render.refusal import sentence

if TYPE_CHECKING:
    from models.answer import (
        CanAnswer,
        PathAnswer,
        PathsAnswer,
        PrincipalAnswer,
        ReachAnswer,
        ReachedAnswer,
        ScenarioAnswer,
        StepAnswer,
        TestAnswer,
        WhoCanAnswer,
    )

_HOW = {
    "direct": "directly",
    "qualifier": "by alias, version or URL",
    "role_chain": "by assuming roles",
    "event_source": "by an event source",
    "function_chain": "by a function",
    "takeover": "by taking over",
}


def can(answer: CanAnswer, names: Names) -> list[Text]:
    """Return the decision on one request, explained."""
    lines = [verdict(answer, names), *residual(answer.residual, indent=2)]
    lines += [
        line(""),
        line(("principal  ", "dim"), answer.principal, indent=2),
        line(("resource   ", "dim"), answer.resource, indent=2),
    ]
    if refused := sentence(answer):
        lines.append(line(("AWS says   ", "dim"), refused, indent=2))
    lines += _why(answer, names)
    if answer.near_misses:
        lines += [line(""), heading("nearly: what matches but for one element")]
        lines += near_misses(answer.near_misses, names, indent=2)
    if answer.missing:
        lines += [line(""), heading(f"missing: {counted(len(answer.missing), 'statement')}")]
        lines += grants(answer.missing, names)
    elif answer.decision == "implicitDeny":
        lines += [line(""), line(beyond_mending(answer, names))]
    return lines + _facts(answer)


def beyond_mending(answer: CanAnswer, names: Names) -> str:
    """Say why nothing is listed as missing, though nothing denies: or it would look forgotten."""
    if answer.impossible:
        return f"no statement mends it: {answer.impossible}"
    theirs, ours = account_in(answer.principal), account_in(answer.resource)
    if parts(answer.resource)[0] == "function" and theirs and ours and theirs != ours:
        return (
            f"no statement mends it: a function's policy can't give another account {answer.action}; "
            f"a role in account {names.account(ours)} can, if {names.bare(answer.principal)} may assume it"
        )
    return "no statement is known that would mend it"


def verdict(answer: CanAnswer, names: Names) -> Text:
    """Return the outcome in a line: `NO  dev may not lambda:InvokeFunction on orders: an explicit deny`."""
    who, what = names.caller(answer.principal), f"{answer.action} on {names.bare(answer.resource)}"
    if answer.decision == "allowed":
        return line(("YES", "bold green"), f"  {who} may {what}")
    if answer.decision == "conditional":
        return line(("IT DEPENDS", "bold yellow"), f"  {who} may {what} under a condition")
    if answer.decision == "unknown":
        return line(("UNKNOWN", "bold magenta"), f"  whether {who} may {what}: the snapshot lacks what decides it")
    why = "an explicit deny" if answer.decision == "explicitDeny" else "nothing allows it"
    if answer.decision == "implicitDeny" and "allowed" in answer.layers.values():
        why = "not every policy that has to allow it does"
    return line(("NO", "bold red"), f"  {who} may not {what}: {why}")


def _why(answer: CanAnswer, names: Names) -> list[Text]:
    lines = [line("")]
    if answer.because:
        lines += [heading("why")] + [line(*citation(cited, names), indent=2) for cited in answer.because] + [line("")]
    if answer.layers:
        lines.append(heading("layer by layer"))
        lines += [line(f"{side(layer):<23}  ", status(outcome), indent=2) for layer, outcome in answer.layers.items()]
    else:
        lines.append(line("no policy bears on it"))
    return lines


def paths(answer: PathsAnswer, names: Names) -> list[Text]:
    """Return the ways from one node to another, cheapest first, each step on a line."""
    return [*paths_only(answer, names), *_facts(answer)]


def paths_only(answer: PathsAnswer, names: Names, *, with_grants: bool = True) -> list[Text]:
    """Return the verdict and the ways, without what the answer rests on; without grants also what mends them."""
    lines = [_paths_verdict(answer, names)]
    for number, path in enumerate(answer.paths, start=1):
        lines += [line(""), *path_lines(path, names, number if len(answer.paths) > 1 else None)]
        missing = [grant for step in path.steps for grant in step.missing]
        if missing and with_grants:
            lines += [line(""), *grants(path.repair or missing, names, indent=3), *mended(path.repair, indent=3)]
    return lines


def _paths_verdict(answer: PathsAnswer, names: Names) -> Text:
    ends = f"from {names.kind_and_name(answer.source)} to {names.kind_and_name(answer.target)}"
    if answer.source == answer.target:
        ends = f"from {names.kind_and_name(answer.source)} back to itself"
    if not answer.paths:
        return line(("NO", "bold red"), f"  no way {ends} was found, not even with statements added")
    best = min((path.status for path in answer.paths), key=list(LOOKS).index)
    if best == "allowed":
        return line(("YES", "bold green"), f"  a way {ends} holds")
    if best == "conditional":
        return line(("IT DEPENDS", "bold yellow"), f"  a way {ends} holds under a condition")
    if best == "unknown":
        return line(("UNKNOWN", "bold magenta"), f"  whether a way {ends} holds: the snapshot lacks what decides it")
    if best == "denied":
        return line(("NO", "bold red"), f"  no way {ends} holds, and what is there is explicitly denied")
    cost = min((path.cost for path in answer.paths if path.cost), default=0)
    if not cost:
        return line(("NO", "bold red"), f"  no way {ends} holds, and no statement would mend it")
    return line(("NO", "bold red"), f"  no way {ends} holds; the nearest lacks {counted(cost, 'statement')}")


def path_lines(path: PathAnswer, names: Names, number: int | None) -> list[Text]:
    """Return how a way stands, and its steps."""
    cost = f", {counted(path.cost, 'statement')} to add" if path.cost else ""
    count = "" if number is None else f"{number}. "
    holds = path.status in ("allowed", "conditional")
    return [line((count, "bold"), status(path.status, mark=False), cost), *steps(path.steps, names, cited=holds)]


def steps(found: Sequence[StepAnswer], names: Names, *, cited: bool = False) -> list[Text]:
    """Return each step of a way on a line, with what decides it where it is no plain yes; `cited`: always."""
    kinds = max((len(step.kind) for step in found), default=0)
    lines = []
    for step in found:
        lines += _step(step, names, kinds)
        if cited and step.status == "allowed":
            lines += [line(*citation(one, names), indent=7) for one in step.because]
    return lines


def _step(step: StepAnswer, names: Names, kinds: int) -> list[Text]:
    mark, word, style = LOOKS[step.status]
    ends = f"{names.kind_and_name(step.source)} -> {names.kind_and_name(step.target)}"
    pieces: list[Piece] = [(f"{mark} {step.kind:<{kinds}}", style), f"  {ends}  ", (word, style)]
    if step.status == "missing":
        pieces.append(f": {_lacking(step, names)}")
    lines = [line(*pieces, indent=3)]
    if step.status in ("denied", "conditional"):
        wanted = "Deny" if step.status == "denied" else ""
        lines += residual(step.residual, indent=7)
        lines += [line(*citation(cited, names), indent=7) for cited in step.because if cited.effect == wanted]
    return lines


def _lacking(step: StepAnswer, names: Names) -> str:
    places = dict.fromkeys(names.place(grant) for grant in step.missing)
    return "; ".join(places) or "no statement can mend it" + (f": {step.impossible}" if step.impossible else "")


def who_can(answer: WhoCanAnswer, names: Names) -> list[Text]:
    """Return everybody who may, as a table."""
    what = f"{answer.action} on {names.bare(answer.resource)}"
    if not answer.principals:
        return [line(("NOBODY", "bold"), f"  may {what}"), *_facts(answer)]
    tally = _tally([row.status for row in answer.principals])
    found = {row.principal for row in answer.principals}
    lines = [line(*_how_sure(answer.principals), (counted(len(found), "principal"), "bold"), f" for {what}: {tally}")]
    rows: list[list[Piece]] = [
        [
            status(row.status),
            _HOW[row.how],
            names.kind_and_name(row.principal),
            names.account_of(row.principal),
            names.chain(row.via),
        ]
        for row in answer.principals
    ]
    lines += [line(""), *table(["status", "how", "principal", "account", "via"], rows)]
    conditions = [row for row in answer.principals if row.residual is not None]
    if conditions:
        lines += [line(""), heading("conditions")]
        for row in conditions:
            assert row.residual is not None
            lines.append(
                line(
                    f"{names.kind_and_name(row.principal)}, {_HOW[row.how]}: ", (row.residual.text, "yellow"), indent=2
                )
            )
    return lines + _facts(answer)


def reach(answer: ReachAnswer, names: Names) -> list[Text]:
    """Return everything that can be become or run, as a table."""
    who = names.kind_and_name(answer.source)
    if not answer.reaches:
        return [line(("NOTHING", "bold"), f"  {who} can become no role and run no function"), *_facts(answer)]
    rows: list[list[Piece]] = [
        [
            status(row.status),
            _HOW[row.how],
            names.kind_and_name(row.node),
            names.account_of(row.node),
            names.chain(row.via),
        ]
        for row in answer.reaches
    ]
    tally = _tally([row.status for row in answer.reaches])
    found = {row.node for row in answer.reaches}
    lines = [line(*_how_sure(answer.reaches), f"{who} reaches ", (counted(len(found), "node"), "bold"), f": {tally}")]
    lines += [line(""), *table(["status", "how", "what", "account", "via"], rows)]
    return lines + _facts(answer)


def _how_sure(rows: Sequence[PrincipalAnswer] | Sequence[ReachedAnswer]) -> list[Piece]:
    """A word before the count where none of what is listed holds for certain: exit code 3, said."""
    words = {row.status for row in rows}
    if "allowed" in words:
        return []
    return [("IT DEPENDS  ", "bold yellow") if "conditional" in words else ("UNKNOWN  ", "bold magenta")]


def _tally(words: Sequence[str]) -> str:
    return ", ".join(f"{words.count(word)} {word}" for word in LOOKS if word in words)


def test(answer: TestAnswer) -> list[Text]:
    """Return a line for each expectation; of one that fails also what was expected and what is so."""
    lines: list[Text] = []
    for scenario in answer.scenarios:
        lines += _scenario(scenario)
    held = sum(one.passed for scenario in answer.scenarios for one in scenario.expectations)
    total = sum(len(scenario.expectations) for scenario in answer.scenarios)
    failed = total - held
    verdict = (f"{failed} failed", "bold red") if failed else ("all hold", "bold green")
    tail = f": {held} of {counted(total, 'expectation')} in {counted(len(answer.scenarios), 'scenario')} hold"
    return [*lines, line(verdict, tail)]


def _scenario(scenario: ScenarioAnswer) -> list[Text]:
    lines = [line((scenario.name or scenario.file, "bold"), (f"  {scenario.file}", "dim"))]
    if not scenario.expectations:
        lines.append(line("nothing is expected", indent=2))
    for one in scenario.expectations:
        if one.passed:
            lines.append(line(("ok    ", "green"), one.name, indent=2))
        else:
            lines.append(line(("FAIL  ", "bold red"), one.name, indent=2))
            lines.append(line(("expected  ", "dim"), one.expected, indent=8))
            lines.append(line(("got       ", "dim"), one.got, indent=8))
    return [*lines, line("")]


def _facts(answer: CanAnswer | PathsAnswer | WhoCanAnswer | ReachAnswer) -> list[Text]:
    lines = facts(answer.gaps, answer.assumes)
    return [line(""), *lines] if lines else []
