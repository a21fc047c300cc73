"""The small pieces that text for people is put together from: marks, verdicts, tables, statements, facts.

Everything is a `rich.text.Text`, never markup: names come from somebody's account and may hold brackets or escape
sequences. A status is a mark and a word; colour only repeats it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from simulator.render.names import Names, side

if TYPE_CHECKING:
    from models.answer import CitationAnswer, FactAnswer, GrantAnswer, NearMissAnswer, RepairGrantAnswer, ResidualAnswer

#: Status or outcome -> (mark, word, style).
LOOKS = {
    "allowed": ("+", "allowed", "green"),
    "conditional": ("~", "conditional", "yellow"),
    "unknown": ("?", "unknown", "magenta"),
    "missing": ("-", "missing", "bold red"),
    "denied": ("x", "denied", "bold red"),
    "implicitDeny": ("-", "implicit deny", "red"),
    "explicitDeny": ("x", "explicit deny", "bold red"),
}

#: More facts than this are counted, not listed: JSON has them all.
MOST_FACTS = 12

#: So many near misses of one side are told, the nearest ones: JSON has them all.
MOST_NEAR = 3

#: In what a near miss differs, where the element that failed doesn't say it already.
_NEARNESS = {
    "conditions": "several keys",
    "qualifier": "another version or alias",
    "region": "another Region",
    "account": "another account",
    "name": "another name",
    "principal": "another principal of the same account",
    "namesake": "the same name in another account",
    "action": "another action of the same service",
    "arn": "another resource of the same service",
    "elsewhere": "somebody else",
}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Piece = str | tuple[str, str]


def clean(text: str) -> str:
    r"""Return `text` with control characters spelled out: a name may hold an escape sequence, a terminal obeys it."""
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def line(*pieces: Piece, indent: int = 0) -> Text:
    """Return one line from pieces, each plain or with its style."""
    made = Text(" " * indent)
    for piece in pieces:
        text, style = (piece, "") if isinstance(piece, str) else piece
        made.append(clean(text), style)
    return made


def heading(text: str) -> Text:
    return line((text, "bold"))


def status(word: str, *, mark: bool = True) -> tuple[str, str]:
    """Return a status as a styled piece: `- missing`."""
    sign, name, style = LOOKS[word]
    return (f"{sign} {name}" if mark else name, style)


def table(heads: Sequence[str], rows: Iterable[Sequence[Piece]], indent: int = 2) -> list[Text]:
    """Return rows in columns two blanks apart; lines end where their text ends, and are never wrapped here."""
    body = [list(row) for row in rows]
    texts = [[clean(cell if isinstance(cell, str) else cell[0]) for cell in row] for row in body]
    widths = [max(len(head), *(len(row[at]) for row in texts), 0) for at, head in enumerate(heads)]
    lines = [_row([(head, "dim") for head in heads], [len(head) for head in heads], widths, indent)]
    for cells, text in zip(body, texts, strict=True):
        lines.append(_row(cells, [len(cell) for cell in text], widths, indent))
    return lines


def _row(cells: Sequence[Piece], lengths: Sequence[int], widths: Sequence[int], indent: int) -> Text:
    made = Text(" " * indent)
    for cell, length, width in zip(cells, lengths, widths, strict=True):
        text, style = (cell, "") if isinstance(cell, str) else cell
        made.append(clean(text), style)
        made.append(" " * (width - length + 2))
    made.rstrip()
    return made


def statement(document: Any, indent: int) -> list[Text]:
    """Return IAM JSON to copy."""
    shown = json.dumps(document, indent=2, ensure_ascii=False)
    return [line(row, indent=indent) for row in shown.split("\n")]


def citation(cited: CitationAnswer, names: Names) -> list[Piece]:
    """Return `Allow by statement #1 of inline policy invoke (identity-based policy of role invoker)`."""
    verb = ("Allow", "green") if cited.effect == "Allow" else ("Deny", "bold red")
    where = side(cited.layer)
    if cited.holder:
        where += f" {names.on(cited.layer, cited.holder)}"
    own = cited.policy == cited.holder
    return [verb, f"  {where}, " + ("" if own else f"{_policy(cited.policy)}, ") + f"statement {cited.statement}"]


def _policy(policy: str) -> str:
    return f"policy {policy}"


def near_miss(missed: NearMissAnswer, names: Names, indent: int) -> list[Text]:
    """Return a statement that matched but for one element, what it wants and what it got."""
    where = side(missed.layer) + (f" {names.on(missed.layer, missed.holder)}" if missed.holder else "")
    own = missed.policy == missed.holder
    policy = "" if own else f", {_policy(missed.policy)}"
    return [
        line(
            f"{where}{policy}, statement {missed.statement}: its ",
            (missed.failed, "bold"),
            f" fails{missed_in(missed)}",
            indent=indent,
        ),
        line(("wants  ", "dim"), missed.wanted, indent=indent + 4),
        line(("got    ", "dim"), missed.got, indent=indent + 4),
    ]


def near_misses(found: Sequence[NearMissAnswer], names: Names, indent: int) -> list[Text]:
    """Return the nearest ones of each side, and how many others there are."""
    lines: list[Text] = []
    told: Counter[str] = Counter()
    for missed in found:
        told[missed.layer] += 1
        if told[missed.layer] <= MOST_NEAR:
            lines += near_miss(missed, names, indent)
    others = sum(max(count - MOST_NEAR, 0) for count in told.values())
    if others:
        lines.append(line((f"{others} more come less near (--format json lists them)", "dim"), indent=indent))
    return lines


def missed_in(missed: NearMissAnswer) -> str:
    """Return in what it differs: `: another Region`; nothing where that is said already."""
    words = _NEARNESS.get(missed.nearness or "")
    return f": {words}" if words else ""


def statement_of(found: CitationAnswer | NearMissAnswer, names: Names) -> str:
    """Return `policy invoke, statement #1`; a resource's own policy needs no name."""
    own = found.policy == found.holder
    return ("" if own else f"{names.policy(found.policy)}, ") + f"statement {found.statement}"


def grants(missing: Sequence[GrantAnswer], names: Names, indent: int = 2) -> list[Text]:
    """Return where each missing statement belongs, and the statement."""
    made = []
    for number, grant in enumerate(missing, start=1):
        count = f"{number}. " if len(missing) > 1 else ""
        made.append(line(count, ("add in ", "bold"), (names.place(grant), "bold"), indent=indent))
        made.append(line((grant.holder, "dim"), indent=indent + 3))
        made.extend(statement(grant.statement, indent + 3))
    return made


def mended(repair: Sequence[RepairGrantAnswer], indent: int) -> list[Text]:
    """Return the commands of a verified repair, and how much else it opens."""
    if not repair:
        return []
    pairs = {(one.source, one.target, one.kind) for grant in repair for one in grant.also_opens}
    besides = f"opens {counted(len(pairs), 'pair')} besides" if pairs else "opens nothing besides"
    told = "applied and evaluated again" if all(grant.verified for grant in repair) else "but not verified"
    rows = [command for grant in repair for command in grant.cli.splitlines() if not command.startswith("#")]
    warned = dict.fromkeys(warning for grant in repair for warning in grant.warning.splitlines())
    return [
        line(("mended  ", "dim"), f"by this, {told}; {besides}", indent=indent),
        *(line((row, "cyan"), indent=indent + 3) for row in rows),
        *(line(("note: ", "yellow"), warning, indent=indent + 3) for warning in warned),
    ]


def residual(found: ResidualAnswer | None, indent: int = 2) -> list[Text]:
    """Return the condition that an answer hangs on, and a value that makes it so."""
    if found is None:
        return []
    settle = ", ".join(f"{key} = {_value(value)}" for key, value in found.allowed_with.items())
    lines = [line((found.text, "yellow"), indent=indent)]
    if settle:
        lines.append(line(("for instance with ", "dim"), settle, indent=indent))
    return lines


def _value(value: Any) -> str:
    if value is None:
        return "(absent)"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def facts(gaps: Sequence[FactAnswer], assumes: Sequence[FactAnswer]) -> list[Text]:
    """Return a line for each fact that could not be read, and for each that nobody asked for."""
    lines = [line(("not read: ", "magenta"), _gap(fact)) for fact in gaps[:MOST_FACTS]]
    lines += _rest(len(gaps), "that could not be read")
    lines += [line(("assumes ", "dim"), _assumed(fact)) for fact in assumes[:MOST_FACTS]]
    lines += _rest(len(assumes), "that nobody asked for")
    return lines


def _rest(count: int, what: str) -> list[Text]:
    if count <= MOST_FACTS:
        return []
    return [line((f"and {count - MOST_FACTS} more facts {what} (--format json lists them)", "dim"))]


_WHAT = {
    "identity": "users, roles and policies of {}",
    "organization": "service control policies of {}",
    "resource_policy": "the resource-based policy of {}",
    "managed_policy": "managed policy {}",
    "tags": "the tags of {}",
    "functions": "the functions of {}",
    "function": "aliases, versions or URLs of {}",
    "triggers": "what {} triggers",
    "mappings": "event source mappings of {}",
    "attributes": "the configuration of {}",
    "version_roles": "the execution roles of the versions of {}",
}

_NONE = {
    "identity": "that account {} allows nothing",
    "organization": "no service control policies for {}",
    "resource_policy": "no resource-based policy on {}",
    "managed_policy": "that managed policy {} allows nothing",
    "tags": "no tags on {}",
    "functions": "no functions in {}",
    "function": "no aliases, versions or URLs of {}",
    "triggers": "no triggers of {}",
    "mappings": "no event source mappings in {}",
    "attributes": "nothing configured on {}",
    "version_roles": "that the versions of {} run with the role that it has itself",
}


#: What a sentence says when it is about everything.
_ABOUT = re.compile(r" (?:of|for|on|in|account) \{\}|\{\} ?")


def _gap(fact: FactAnswer) -> str:
    return _fact(fact, _WHAT.get(fact.what, fact.what + " of {}"))


def _assumed(fact: FactAnswer) -> str:
    return _fact(fact, _NONE.get(fact.what, fact.what + " {}"))


def _fact(fact: FactAnswer, form: str) -> str:
    if fact.about == "*":
        form = _ABOUT.sub("", form)
    return form.format(fact.about) + (f": {fact.reason}" if fact.reason else "")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 statement`, `2 statements`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
