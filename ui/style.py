"""The pages' own bit of style, and small pieces of HTML. Everything that comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from ui.view import Verdict, Why

#: Status -> the mark that stands beside its word.
MARKS = {"allowed": "✓", "conditional": "~", "unknown": "?", "missing": "○", "denied": "✕"}

STYLE = f"<style>{Path(__file__).with_name('style.css').read_text(encoding='utf-8')}</style>"


def head(title: str, note: str, verdict: Verdict, counts: Iterable[tuple[str, int]]) -> str:
    """The top of a page: what is looked at, the answer in a sentence, how many edges have which status."""
    chips = "".join(chip(status, f"{number} {status}") for status, number in counts)
    return (
        f'<div class="pg"><div class="pg-head"><b>permgraph</b><span>{escape(title)}</span>'
        f"{f'<span>{escape(note)}</span>' if note else ''}</div>"
        f'<h1 class="pg-verdict">{_mark(verdict.status)}{escape(verdict.text)}</h1>'
        f'<div class="pg-chips">{chips}</div></div>'
    )


def chip(status: str, text: str) -> str:
    """A status in its colour, with its mark and in words."""
    return f'<span class="pg-chip pg-{status}">{MARKS.get(status, "")} {escape(text)}</span>'


def _mark(status: str) -> str:
    return f'<span class="pg-{status}" aria-hidden="true">{MARKS.get(status, "∅")}</span> '


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


def section(text: str) -> str:
    """A small heading."""
    return f'<div class="pg pg-section">{escape(text)}</div>'


def facts(lines: Iterable[str]) -> str:
    """What could not be read, and what is assumed."""
    return f'<div class="pg pg-facts">{"<br>".join(escape(line) for line in lines)}</div>'
