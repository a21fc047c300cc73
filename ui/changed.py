"""What opens and what closes as plain rows and sentences, for the page What if. Imports no Streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.answer import ChangedFinding, GraphAnswer, OpenedAnswer, StepAnswer, WhatIfAnswer
from simulator.answers.changed_graph import hops_of
from simulator.render.dot import edge_ids
from simulator.render.lines import clean
from simulator.render.names import Names, account_in
from simulator.render.what_if import TAKEOVER, Group, groups, stranger, who
from ui import view


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what opens or closes, for one principal or for several of a kind."""

    change: str
    source: str
    account: str
    target: str
    kind: str
    before: str
    after: str
    via: str
    hops: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a diagnosis says differently."""

    function: str
    check: str
    before: str
    after: str
    summary: str


def headline(many: int, answer: WhatIfAnswer) -> view.Verdict:
    """Say in one sentence what becomes of it."""
    if not many:
        return view.Verdict("none", "Nothing is supposed yet")
    changes = f"With {view.counted(many, 'change')}"
    if not answer.opens and not answer.closes:
        return view.Verdict("none", f"{changes}, nothing opens and nothing closes")
    both = (("open", answer.opens), ("close", answer.closes))
    told = [f"{view.counted(len(rows), 'pair')} {_verb(word, rows)}" for word, rows in both if rows]
    return view.Verdict("opens" if answer.opens else "closes", f"{changes}, {view.listed(told)}")


def _verb(word: str, rows: Sequence[OpenedAnswer]) -> str:
    return f"{word}s" if len(rows) == 1 else word


def counts(answer: WhatIfAnswer) -> list[tuple[str, int]]:
    """How much opens, and how much closes."""
    return [(word, len(rows)) for word, rows in (("opens", answer.opens), ("closes", answer.closes)) if rows]


def rows(answer: WhatIfAnswer, names: Mapping[str, str], *, unfold: bool) -> list[Row]:
    """What opens, then what closes; rows that differ in their principal alone are one, unless they are unfolded."""
    called = Names(names)
    found = []
    for change, some in (("opens", answer.opens), ("closes", answer.closes)):
        for group in [Group(row, (row.source,)) for row in some] if unfold else groups(some):
            found.append(_row(change, group, called, names))
    return found


def _row(change: str, group: Group, names: Names, accounts: Mapping[str, str]) -> Row:
    row = group.first
    hops = {hop for source in group.sources for hop in hops_of(row.model_copy(update={"source": source}))}
    return Row(
        change=change,
        source=clean(who(group, names, told=False)),
        account=clean(accounts.get(number := account_in(row.source), number)),
        target=clean(names.kind_and_name(row.target)),
        kind=row.kind,
        before=row.before,
        after=row.after,
        via=clean(" → ".join(map(names.bare, row.via))),
        hops=frozenset(hops),
    )


def exposed(answer: WhatIfAnswer, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Whom a change lets in, or no longer does, beyond those who were read; and what can then be taken over."""
    called = Names(names)
    found = [
        (
            "closes" if row.after == "missing" else "opens",
            f"{row.kind} {called.kind_and_name(row.target)}, by {stranger(row.to, called)}: {row.before} → {row.after}",
        )
        for row in answer.exposure
    ]
    for change, some in (("opens", answer.opens), ("closes", answer.closes)):
        for group in groups(row for row in some if row.kind == TAKEOVER):
            taken, by = called.kind_and_name(group.first.target), who(group, called)
            found.append((change, f"taking over {taken}, by {by}: {group.first.before} → {group.first.after}"))
    return [(change, clean(text)) for change, text in found]


def can_be_unfolded(answer: WhatIfAnswer) -> bool:
    """Whether any line stands for several principals."""
    return any(len(group.sources) > 1 for some in (answer.opens, answer.closes) for group in groups(some))


def edges_of(row: Row, graph: GraphAnswer) -> list[str]:
    """The ids of a row's steps in the picture; of what is drawn as one with others there is none."""
    return [name for name, edge in edge_ids(graph).items() if (edge.source, edge.target) in row.hops]


def finding_rows(found: Iterable[ChangedFinding]) -> list[FindingRow]:
    """What a diagnosis says differently."""
    return [
        FindingRow(clean(view.short(row.function)), row.check, _look(row.before), _look(row.after), clean(row.summary))
        for row in found
    ]


def _look(verdict: str) -> str:
    return verdict.replace("_", " ")


def told(step: StepAnswer | None) -> list[str]:
    """Why a step is as it is, before or after: its status, and what decides it."""
    if step is None:
        return ["there is no such step"]
    by = [f"{line.effect}: {view.cited(line)}" for line in step.because]
    lacks = [f"lacks {grant.action} in the {view.place(grant.side, grant.holder)}" for grant in step.missing]
    hangs = list(view.condition(step.residual)) if step.residual else []
    return [clean(line) for line in (step.status, *by, *lacks, *hangs)]
