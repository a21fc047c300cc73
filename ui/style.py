"""The pages' own bit of style, and small pieces of HTML. Everything that comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from ui.view import Verdict, Why

#: Status or verdict -> the mark that stands beside its word.
MARKS = {"allowed": "✓", "conditional": "~", "unknown": "?", "missing": "○", "denied": "✕"}
MARKS |= {"opens": "⊕", "closes": "⊖"}
MARKS |= {"fail": "✕", "warning": "!", "note": "i", "pass": "✓", "not applicable": "·"}

STYLE = f"<style>{Path(__file__).with_name('style.css').read_text(encoding='utf-8')}</style>"


def brand() -> str:
    """Our name."""
    return '<div class="pg pg-head"><b>permgraph</b></div>'


def about(title: str, note: str) -> str:
    """What is looked at."""
    return f'<div class="pg pg-head"><span>{escape(title)}</span>{f"<span>{escape(note)}</span>" if note else ""}</div>'


def head(verdict: Verdict, counts: Iterable[tuple[str, int]]) -> str:
    """The top of a page: the answer in a sentence, how many edges or findings have which status."""
    chips = "".join(chip(status, f"{number} {status}") for status, number in counts)
    return (
        f'<div class="pg"><h1 class="pg-verdict">{_mark(verdict.status)}{escape(verdict.text)}</h1>'
        f'<div class="pg-chips">{chips}</div></div>'
    )


def chip(status: str, text: str) -> str:
    """A status in its colour, with its mark and in words."""
    return f'<span class="pg-chip pg-{_class(status)}">{MARKS.get(status, "")} {escape(text)}</span>'


def _class(status: str) -> str:
    return status.replace(" ", "-")


def _mark(status: str) -> str:
    return f'<span class="pg-{_class(status)}" aria-hidden="true">{MARKS.get(status, "∅")}</span> '


def why(why: Why) -> str:
    """Why an edge has its status."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in why.lines)
    cited = "".join(f'<p class="pg-cited">{escape(line)}</p>' for line in why.cited)
    return (
        f'<div class="pg pg-why"><h2>{escape(why.title)}</h2>'
        f"{chip(why.status, f'{why.kind} — {why.status}')}{lines}{cited}</div>"
    )


def node(title: str, kind: str, note: str) -> str:
    """What a node is."""
    return (
        f'<div class="pg pg-why"><h2>{escape(title)}</h2><p>{escape(kind)}</p>'
        f'<p class="pg-cited">{escape(note)}</p></div>'
    )


def add(place: str, account: str, lets: str) -> str:
    """Where a statement is to be added."""
    return (
        f'<div class="pg pg-account">Add to the <b>{escape(place)}</b> in account <b>{escape(account)}</b>'
        f"<small>{escape(lets)}</small></div>"
    )


def finding(subject: str, lines: Iterable[str], cited: Iterable[str], matters: str) -> str:
    """What there is to say of a finding beside its summary."""
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    by = "".join(f"<p class='pg-cited'>because {escape(line)}</p>" for line in cited)
    return (
        f'<div class="pg pg-why">{said}{by}<p>{_with_code(matters)}</p>'
        f'<p class="pg-cited">on <code>{escape(subject)}</code></p></div>'
    )


def source(title: str) -> str:
    """Where AWS says so."""
    return f'<div class="pg pg-facts">source: {escape(title)}</div>'


def _with_code(text: str) -> str:
    """Escaped, with what stands in backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))


def issue(look: str, check: str, many: str, summary: str, facts: Iterable[str]) -> str:
    """What several functions fail by."""
    lines = "".join(f'<p class="pg-cited">{escape(line)}</p>' for line in facts)
    return (
        f'<div class="pg pg-why">{chip(look, look)} <b>{escape(check)}</b> <span class="pg-many">{escape(many)}</span>'
        f"<p>{escape(summary)}</p>{lines}</div>"
    )


def step(number: int, place: str, account: str, lets: str) -> str:
    """One thing to do, in one place."""
    return (
        f'<div class="pg pg-account">{number}. Add to the <b>{escape(place)}</b> in account <b>{escape(account)}</b>'
        f"<small>{escape(lets)}</small></div>"
    )


def promise(text: str) -> str:
    """What never happens, where it might be feared."""
    return f'<div class="pg pg-promise">{escape(text)}</div>'


def exposed(lines: Iterable[tuple[str, str]], more: int) -> str:
    """What nobody should overlook: whom a change lets in beyond those who were read, and what can be taken over."""
    said = "".join(f'<li class="pg-{change}">{MARKS[change]} {change}: {escape(text)}</li>' for change, text in lines)
    rest = f"<li>and {more} more, in the table</li>" if more else ""
    return f'<div class="pg pg-exposed"><b>Not to be overlooked</b><ul>{said}{rest}</ul></div>'


def told(title: str, chip_of: str, before: Iterable[str], after: Iterable[str]) -> str:
    """Why a step was as it was, and why it is as it is then."""
    parts = "".join(
        f"<section><h3>{name}</h3>{''.join(f'<p>{escape(line)}</p>' for line in lines)}</section>"
        for name, lines in (("Now", before), ("Then", after))
    )
    return f'<div class="pg pg-why"><h2>{escape(title)}</h2>{chip_of}<div class="pg-sides">{parts}</div></div>'


def change(number: int, text: str) -> str:
    """One of the changes that are supposed."""
    return f'<div class="pg pg-change"><b>{number}.</b> {escape(text)}</div>'


def sentence(text: str) -> str:
    """A line of text as it is."""
    return f'<div class="pg pg-account">{escape(text)}</div>'


def section(text: str) -> str:
    """A small heading."""
    return f'<div class="pg pg-section">{escape(text)}</div>'


def facts(lines: Iterable[str]) -> str:
    """What could not be read, and what is assumed."""
    return f'<div class="pg pg-facts">{"<br>".join(escape(line) for line in lines)}</div>'
