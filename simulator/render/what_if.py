"""What opens and what closes, as text for people and as Markdown for a pull request.

Rows that differ in their principal only are one line, which can be unfolded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from rich.text import Text

from models.answer import ChangedFinding, OpenedAnswer, WhatIfAnswer
from simulator.render.lines import Piece, counted, facts, heading, line, table
from simulator.render.names import Names, account_in, parts

#: So many principals of a line are named, and counted beyond.
MOST_NAMED = 3


class Group(NamedTuple):
    """Rows of one kind: from principals of one kind and account to the same thing in the same way."""

    first: OpenedAnswer
    sources: tuple[str, ...]


def groups(rows: Iterable[OpenedAnswer]) -> list[Group]:
    """Rows gathered by all but the principal, in their order."""
    found: dict[tuple[Any, ...], list[OpenedAnswer]] = {}
    for row in rows:
        key = (parts(row.source)[0], account_in(row.source), row.target, row.kind, row.before, row.after, row.via)
        found.setdefault(key, []).append(row)
    return [Group(some[0], tuple(row.source for row in some)) for some in found.values()]


def text(answer: WhatIfAnswer, names: Names, *, unfold: bool = False) -> list[Text]:
    """Return the verdict, what opens, what closes, and what a diagnosis then says."""
    lines = [_verdict(answer)]
    for title, rows, style in (("opens", answer.opens, "bold green"), ("closes", answer.closes, "bold red")):
        if rows:
            made = [Group(row, (row.source,)) for row in rows] if unfold else groups(rows)
            lines += [line(""), line((title, style), f"  {counted(len(rows), 'pair')}")]
            lines += table(("from", "to", "kind", "before", "after", "via"), [_row(group, names) for group in made])
    if answer.findings:
        lines += [line(""), heading("findings")]
        lines += table(("function", "check", "before", "after", ""), [_finding(row, names) for row in answer.findings])
    return lines + facts(answer.gaps, answer.assumes)


def _verdict(answer: WhatIfAnswer) -> Text:
    many = counted(len(answer.changes), "change")
    if not answer.opens and not answer.closes:
        return line(("NOTHING", "bold"), f"  opens or closes with {many}")
    return line(
        ("OPENS", "bold green") if answer.opens else ("CLOSES", "bold red"),
        f"  {many}: {counted(len(answer.opens), 'pair')} open, {counted(len(answer.closes), 'pair')} close",
    )


def _row(group: Group, names: Names) -> Sequence[Piece]:
    row = group.first
    via = names.chain(row.via)
    return (_who(group, names), names.kind_and_name(row.target), row.kind, row.before, row.after, via)


def _who(group: Group, names: Names) -> str:
    if len(group.sources) == 1:
        return names.kind_and_name(group.sources[0])
    kind = parts(group.sources[0])[0]
    shown = ", ".join(names.bare(source) for source in group.sources[:MOST_NAMED])
    account = account_in(group.sources[0])
    where = f" of account {names.account(account)}" if account else ""
    return f"{counted(len(group.sources), kind)}{where}: {shown}" + (", …" if len(group.sources) > MOST_NAMED else "")


def _finding(row: ChangedFinding, names: Names) -> Sequence[Piece]:
    return (names.bare(row.function), row.check, row.before, row.after, row.summary)


def markdown(answer: WhatIfAnswer, names: Names) -> str:
    """Return the same for a pull request."""
    lines = [f"### {_verdict(answer).plain}", ""]
    for title, rows in (("Opens", answer.opens), ("Closes", answer.closes)):
        if rows:
            lines += [f"**{title}** ({len(rows)})", ""]
            heads = ("from", "to", "kind", "before", "after", "via")
            lines += _table(heads, [_row(group, names) for group in groups(rows)])
    if answer.findings:
        lines += ["**Findings**", ""]
        rows_ = [_finding(row, names) for row in answer.findings]
        lines += _table(("function", "check", "before", "after", "what"), rows_)
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Iterable[Sequence[Piece]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for row in rows:
        cells = (line(cell).plain.replace("|", "\\|") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]
