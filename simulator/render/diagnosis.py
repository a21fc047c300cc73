"""A diagnosis as text for people, and as Markdown for a ticket: the worst first, what all is well with in a line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from models.answer import DiagnoseAllAnswer, DiagnoseAnswer, FindingAnswer, GrantAnswer, IssueAnswer
from simulator.render.lines import Piece, citation, counted, facts, grants, heading, line, mended, residual
from simulator.render.names import Names

#: Verdict -> (mark, word, style).
LOOKS = {
    "fail": ("x", "fail", "bold red"),
    "unknown": ("?", "unknown", "magenta"),
    "conditional": ("~", "conditional", "yellow"),
    "warning": ("!", "warning", "yellow"),
    "pass": ("+", "pass", "green"),
    "not_applicable": (" ", "not applicable", "dim"),
}
#: So many functions of an issue are named, and counted beyond.
MOST_FUNCTIONS = 8

_WORDS = {"fail": "failure", "unknown": "unknown", "conditional": "condition", "warning": "warning"}
_PLURALS = {"unknown": "unknown"}
#: Of these every finding is told; the others in a line.
_TOLD = tuple(_WORDS)


def one(answer: DiagnoseAnswer, names: Names) -> list[Text]:
    """Return a function's diagnosis: its verdict, each finding with what decides it, what to do, what was looked at."""
    told = [row for row in answer.findings if row.verdict in _TOLD or row.note]
    lines = [_verdict(answer, names)]
    for row in told:
        lines += [line(""), *_finding(row, names)]
    if answer.plan:
        lines += [line(""), heading("what to do")]
        lines += [line(f"{number}. {step}", indent=2) for number, step in enumerate(answer.plan, 1)]
    if told:
        lines += [line(""), line(("holds  ", "dim"), looked_at(answer) or "nothing else")]
    return lines + facts(answer.gaps, answer.assumes)


def _verdict(answer: DiagnoseAnswer, names: Names) -> Text:
    _, word, style = LOOKS[answer.verdict]
    name = names.kind_and_name(answer.function)
    if answer.verdict == "pass":
        return line((word.upper(), style), f"  {name}: all is well; looked at {looked_at(answer)}")
    return line((word.upper(), style), f"  {name}: {tally(row.verdict for row in answer.findings)}")


def tally(verdicts: Iterable[str]) -> str:
    """Return `1 failure, 2 warnings`."""
    found = Counter(verdicts)
    return ", ".join(counted(found[word], _WORDS[word], _PLURALS.get(word)) for word in _WORDS if found[word])


def looked_at(answer: DiagnoseAnswer) -> str:
    """Return the checks that hold, each with how often."""
    found = Counter(row.check for row in answer.findings if row.verdict == "pass" and not row.note)
    return ", ".join(f"{check} ({number})" if number > 1 else check for check, number in found.items())


def _finding(row: FindingAnswer, names: Names) -> list[Text]:
    mark, word, style = LOOKS[row.verdict]
    word = "note" if row.note else word
    lines = [line((f"{mark} {word}", style), "  ", (row.check, "bold"), f"  {row.summary}")]
    lines.append(line(("on      ", "dim"), row.subject, indent=4))
    lines += [line(("because ", "dim"), *citation(cited, names), indent=4) for cited in row.evidence]
    lines += residual(row.residual, indent=4)
    lines += grants(row.repair or together(row.missing), names, indent=4)
    lines += mended(row.repair, indent=4)
    lines.append(line(("source  ", "dim"), row.source, indent=4))
    return lines


def together(missing: Iterable[GrantAnswer]) -> list[GrantAnswer]:
    """Return grants that differ in their action only as one statement with all of them."""
    alike: dict[str, list[GrantAnswer]] = {}
    for grant in missing:
        rest = {key: value for key, value in grant.statement.items() if key != "Action"}
        alike.setdefault(json.dumps((grant.side, grant.holder, rest)), []).append(grant)
    return [_joined(group) for group in alike.values()]


def _joined(group: list[GrantAnswer]) -> GrantAnswer:
    if len(group) == 1:
        return group[0]
    statement = {
        key: [grant.action for grant in group] if key == "Action" else value
        for key, value in group[0].statement.items()
    }
    return group[0].model_copy(update={"statement": statement})


def every(answer: DiagnoseAllAnswer, names: Names) -> list[Text]:
    """Return what is wrong with all functions, by cause, and how many each verdict has."""
    lines = [_total(answer)]
    for row in answer.issues:
        lines += [line(""), *_issue(row, names)]
    return lines + facts(answer.gaps, answer.assumes)


def _total(answer: DiagnoseAllAnswer) -> Text:
    count: Counter[str] = Counter(row.verdict for row in answer.functions)
    worst = next((verdict for verdict in LOOKS if count[verdict]), "pass")
    _, word, style = LOOKS[worst]
    parts = ", ".join(f"{count[verdict]:,} {LOOKS[verdict][1]}" for verdict in LOOKS if count[verdict])
    many = counted(len(answer.functions), "function")
    return line((word.upper(), style), f"  {many}: {parts or 'none is there'}; {counted(len(answer.issues), 'cause')}")


def _issue(row: IssueAnswer, names: Names) -> list[Text]:
    mark, word, style = LOOKS[row.verdict]
    many = counted(len(row.functions), "function")
    lines: list[Text] = [line((f"{mark} {word}", style), "  ", (row.check, "bold"), f"  {many}: {row.summary}")]
    lines.append(line(("cause    ", "dim"), row.cause, indent=4))
    lines += [line(("because  ", "dim"), *citation(cited, names), indent=4) for cited in row.evidence]
    lines.append(line(("of       ", "dim"), _functions(row.functions, names), indent=4))
    lines += [line(("missing  ", "dim"), lacks, indent=4) for lacks in _lacking(row, names)]
    lines.append(line(("source   ", "dim"), row.source, indent=4))
    return lines


def _functions(functions: Sequence[str], names: Names) -> str:
    shown = ", ".join(names.bare(arn) for arn in functions[:MOST_FUNCTIONS])
    left = len(functions) - MOST_FUNCTIONS
    return f"{shown} and {left:,} more" if left > 0 else shown


def _lacking(row: IssueAnswer, names: Names) -> Iterator[str]:
    """One line for each place and its actions: forty functions with one role want the same of it."""
    by_place: dict[str, dict[str, None]] = {}
    for grant in row.missing:
        by_place.setdefault(names.place(grant), {})[grant.action] = None
    yield from (f"{', '.join(actions)} in {place}" for place, actions in by_place.items())


# --- Markdown ---------------------------------------------------------------------------------------------------------


def markdown(answer: DiagnoseAnswer, names: Names) -> str:
    """Return a function's diagnosis as Markdown."""
    kind = names.kind_and_name(answer.function)
    lines = [f"# {LOOKS[answer.verdict][1].capitalize()}: {_escaped(kind)}", "", f"`{answer.function}`", ""]
    told = [row for row in answer.findings if row.verdict in _TOLD or row.note]
    if not told:
        lines += [f"All is well; looked at {looked_at(answer)}.", ""]
    for row in told:
        word = "note" if row.note else LOOKS[row.verdict][1]
        lines += [f"## {word}: {row.check}", "", _escaped(row.summary), "", f"- on `{row.subject}`"]
        lines += [f"- because {_plain(citation(cited, names))}" for cited in row.evidence]
        lines += [f"- source: {_escaped(row.source)}", ""]
        for grant in together(row.missing):
            lines += [f"Add in {_escaped(names.place(grant))}:", "", "```json", *_json(grant.statement), "```", ""]
    if answer.plan:
        lines += [
            "## What to do",
            "",
            *(f"{number}. {_escaped(step)}" for number, step in enumerate(answer.plan, 1)),
            "",
        ]
    if told and (holds := looked_at(answer)):
        lines += [f"Holds: {holds}.", ""]
    return _ended((*lines, *_facts(answer)))


def markdown_all(answer: DiagnoseAllAnswer, names: Names) -> str:
    """Return the diagnosis of all functions as Markdown: a row for each cause."""
    lines = [f"# {_total(answer).plain}", ""]
    if answer.issues:
        lines += ["| verdict | check | functions | cause | what | source |", "|---|---|--:|---|---|---|"]
    for row in answer.issues:
        cells = (
            LOOKS[row.verdict][1],
            row.check,
            f"{len(row.functions)}: {_functions(row.functions, names)}",
            row.cause,
            row.summary,
            row.source,
        )
        lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
    lines += [""] if answer.issues else []
    return _ended((*lines, *_facts(answer)))


def _facts(answer: DiagnoseAnswer | DiagnoseAllAnswer) -> Iterator[str]:
    """A list of what could not be read, and of what is taken for granted."""
    yield from (f"- {_escaped(row.plain.strip())}" for row in facts(answer.gaps, answer.assumes))


def _ended(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def _plain(pieces: Sequence[Piece]) -> str:
    return _escaped(line(*pieces).plain)


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\|*_`<>[]" else sign for sign in line(text).plain)


def _json(document: object) -> list[str]:
    return json.dumps(document, indent=2, ensure_ascii=False).split("\n")
