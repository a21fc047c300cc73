"""What opens and what closes, as text for people and as Markdown for a pull request.

First what nobody should overlook: who is let in beyond the principals that were read, and what may be taken over. Then
the pair that was asked about, and what opens and closes besides: rows that differ in their principal only are one line,
which can be unfolded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from rich.text import Text

from models.answer import ChangedFinding, ExposureAnswer, OpenedAnswer, WhatIfAnswer
from simulator.render.lines import Piece, counted, facts, line, table
from simulator.render.names import Names, account_in, parts

#: So many principals of a line are named, and counted beyond.
MOST_NAMED = 3
#: The kind of the steps by which something is taken over.
TAKEOVER = "changes"
BOTH_SIDES = "accounts that were not read, and an organization's members, need a permission of their own account, too"

#: A pair that was asked about; either end may be left open.
Pair = tuple[str | None, str | None]


class Group(NamedTuple):
    """Rows of one kind: from principals of one kind and account to the same thing in the same way."""

    first: OpenedAnswer
    sources: tuple[str, ...]


class Section(NamedTuple):
    """A table under a title, and what is to be said below it."""

    title: str
    style: str
    many: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Piece]]
    note: str = ""


def groups(rows: Iterable[OpenedAnswer]) -> list[Group]:
    """Rows gathered by all but the principal, in their order."""
    found: dict[tuple[Any, ...], list[OpenedAnswer]] = {}
    for row in rows:
        key = (parts(row.source)[0], account_in(row.source), row.target, row.kind, row.before, row.after, row.via)
        found.setdefault(key, []).append(row)
    return [Group(some[0], tuple(row.source for row in some)) for some in found.values()]


def text(answer: WhatIfAnswer, names: Names, *, unfold: bool = False, asked: Pair = (None, None)) -> list[Text]:
    """Return the verdict, what stands out, what opens and closes, and what a diagnosis then says.

    Args:
        asked: the pair that the change is made for, told apart from what opens besides.
    """
    lines = [_verdict(answer)]
    for section in _sections(answer, names, unfold, asked):
        count = f"  {section.many}" if section.many else ""
        lines += [line(""), line((section.title, section.style), count), *table(section.heads, section.rows)]
        if section.note:
            lines.append(line((section.note, "dim"), indent=2))
    found = facts(answer.gaps, answer.assumes)
    return lines + ([line(""), *found] if found else [])


def markdown(answer: WhatIfAnswer, names: Names, *, asked: Pair = (None, None)) -> str:
    """Return the same for a pull request."""
    lines = [f"### {_verdict(answer).plain}", ""]
    for section in _sections(answer, names, False, asked):
        count = f" ({section.many})" if section.many else ""
        lines += [f"**{section.title[:1].upper()}{section.title[1:]}**{count}", ""]
        lines += _table(section.heads, section.rows)
        if section.note:
            lines += [f"{section.note[:1].upper()}{section.note[1:]}.", ""]
    lines += [f"- {found.plain}" for found in facts(answer.gaps, answer.assumes)]
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Iterable[Sequence[Piece]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for row in rows:
        cells = (line(cell).plain.replace("|", "\\|") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _verdict(answer: WhatIfAnswer) -> Text:
    many = counted(len(answer.changes), "change")
    opens = counted(len(answer.opens), "pair opens", "pairs open")
    closes = counted(len(answer.closes), "pair closes", "pairs close")
    if answer.opens or answer.closes:
        word, style = ("OPENS", "bold green") if answer.opens else ("CLOSES", "bold red")
        return line((word, style), f"  {many}: {opens}, {closes}")
    if answer.exposure:
        return line(("EXPOSES", "bold yellow"), f"  {many}: to whom was not read; of those who were no pair changes")
    return line(("NOTHING", "bold"), f"  opens or closes with {many}")


def _sections(answer: WhatIfAnswer, names: Names, unfold: bool, asked: Pair) -> Iterator[Section]:
    if answer.exposure:
        rows = [_exposed(row, names) for row in answer.exposure]
        note = BOTH_SIDES if any(row.to != "anyone" for row in answer.exposure) else ""
        yield Section("exposed", "bold red", "", ("", "to", "what", "kind", "before", "after", "via"), rows, note)
    for title, found, style in (
        ("can be taken over", answer.opens, "bold red"),
        ("can no longer be taken over", answer.closes, "bold"),
    ):
        if taken := [row for row in found if row.kind == TAKEOVER]:
            rows = [_taken(group, names) for group in _gathered(taken, unfold)]
            yield Section(title, style, counted(len(taken), "pair"), ("what", "by", "before", "after"), rows)
    yield from _pairs(answer, names, unfold, asked)
    if answer.findings:
        rows = [_finding(row, names) for row in answer.findings]
        yield Section("findings", "bold", "", ("function", "check", "before", "after", "what"), rows)


def _pairs(answer: WhatIfAnswer, names: Names, unfold: bool, asked: Pair) -> Iterator[Section]:
    """What was asked about, and what else opens and closes."""
    heads = ("from", "to", "kind", "before", "after", "via")
    apart = None not in asked
    about = [row for row in (*answer.opens, *answer.closes) if apart and (row.source, row.target) == asked]
    if apart:
        rows = [_row(Group(row, (row.source,)), names) for row in about] or [_as_before(asked, names)]
        yield Section("asked about", "bold", "", heads, rows)
    also = "also " if apart else ""
    for title, found, style in (("opens", answer.opens, "bold green"), ("closes", answer.closes, "bold red")):
        rest = [row for row in found if row not in about and row.kind != TAKEOVER and row.source != "anyone"]
        if rest:
            rows = [_row(group, names) for group in _gathered(rest, unfold)]
            yield Section(f"{also}{title}", style, counted(len(rest), "pair"), heads, rows)


def _gathered(rows: Sequence[OpenedAnswer], unfold: bool) -> list[Group]:
    return [Group(row, (row.source,)) for row in rows] if unfold else groups(rows)


def _exposed(row: ExposureAnswer, names: Names) -> Sequence[Piece]:
    mark = ("-", "green") if row.after == "missing" else ("+", "bold red")
    what, via = names.kind_and_name(row.target), names.chain(row.via)
    return (mark, stranger(row.to, names), what, row.kind, row.before, row.after, via)


def stranger(to: str, names: Names) -> str:
    """Whom something is exposed to."""
    kind, _, which = to.partition(":")
    if to == "anyone":
        return "everybody"
    return f"organization {which}" if kind == "organization" else f"{names.kind_and_name(to)}, which was not read"


def _taken(group: Group, names: Names) -> Sequence[Piece]:
    row = group.first
    return (names.kind_and_name(row.target), who(group, names), row.before, row.after)


def _as_before(asked: Pair, names: Names) -> Sequence[Piece]:
    return (*(names.kind_and_name(end or "") for end in asked), "", "", "as before", "")


def _row(group: Group, names: Names) -> Sequence[Piece]:
    row = group.first
    via = names.chain(row.via)
    return (who(group, names), names.kind_and_name(row.target), row.kind, row.before, row.after, via)


def who(group: Group, names: Names, *, told: bool = True) -> str:
    """Return whom a line is about; with the account, if it is `told`, where it isn't that of what he comes to."""
    account = account_in(group.sources[0]) if told else ""
    where = f" of account {names.account(account)}" if account else ""
    if len(group.sources) == 1:
        elsewhere = account and account != (account_in(group.first.target) or account)
        return names.kind_and_name(group.sources[0]) + (where if elsewhere else "")
    kind = parts(group.sources[0])[0]
    shown = ", ".join(names.bare(source) for source in group.sources[:MOST_NAMED])
    return f"{counted(len(group.sources), kind)}{where}: {shown}" + (", …" if len(group.sources) > MOST_NAMED else "")


def _finding(row: ChangedFinding, names: Names) -> Sequence[Piece]:
    return (names.bare(row.function), row.check, row.before, row.after, row.summary)
