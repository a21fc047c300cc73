"""A diagnosis as plain rows and sentences, for the page that shows it. Imports no Streamlit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models import arns
from models.answer import (
    DiagnoseAllAnswer,
    DiagnoseAnswer,
    FindingAnswer,
    GrantAnswer,
    GraphAnswer,
    IssueAnswer,
)
from simulator.diagnosis.rules import RULES
from simulator.render.diagnosis import looked_at, tally, together
from simulator.render.dot import edge_ids
from simulator.render.lines import clean
from ui import view

#: From worst to best: the verdicts, and what holds with something to be said of it.
LOOKS = ("fail", "unknown", "conditional", "warning", "note", "pass", "not applicable")
#: What is folded away.
QUIET = ("pass", "not applicable")
#: So many statements of an issue are named.
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One finding; `id` is its name in a link, `picks` the id of the edge or node in the picture, if it has one."""

    id: str
    look: str
    check: str
    summary: str
    subject: str
    picks: str | None
    finding: FindingAnswer


@dataclass(frozen=True, slots=True)
class Step:
    """What to do in one place: a heading's parts, and the statement to add there, or a list of several."""

    place: str
    account: str
    lets: str
    statements: str


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """A function in the list of all; `told` is what there is to say of it."""

    arn: str
    name: str
    account: str
    region: str
    look: str
    told: str


def look(verdict: str, note: bool = False) -> str:
    """The word for a verdict."""
    return "note" if note else verdict.replace("_", " ")


def rows(found: Sequence[FindingAnswer], graph: GraphAnswer | None = None) -> list[Row]:
    """The findings, worst first, those that are folded away at the end."""
    edges = edge_ids(graph) if graph else {}
    names = {(edge.source, edge.target, edge.kind): name for name, edge in edges.items()}
    nodes = {node.id for node in graph.nodes} if graph else set()
    made: dict[str, Row] = {}
    for one in sorted(found, key=lambda one: LOOKS.index(look(one.verdict, one.note))):
        name = _unused(f"{one.check}~{one.subject}", made)
        edge = names.get((one.edge.source, one.edge.target, one.edge.kind)) if one.edge else None
        picks = edge or (one.subject if one.subject in nodes else None)
        said = clean(one.summary)
        made[name] = Row(name, look(one.verdict, one.note), one.check, said, clean(one.subject), picks, one)
    return list(made.values())


def _unused(name: str, used: Mapping[str, Row]) -> str:
    number, free = 1, name
    while free in used:
        number += 1
        free = f"{name}~{number}"
    return free


def chosen(every: Sequence[Row], wanted: str | None) -> Row | None:
    """The finding that a link names, be it by its check alone; else the worst."""
    exact = next((row for row in every if row.id == wanted), None)
    return exact or next((row for row in every if row.check == wanted), None) or next(iter(every), None)


def picked_in(every: Sequence[Row], name: str) -> Row | None:
    """The worst finding about an edge or node of the picture."""
    about = next((row for row in every if row.picks == name), None)
    return about or next((row for row in every if name in nodes(row.finding)), None)


def nodes(found: FindingAnswer) -> tuple[str, ...]:
    """The nodes that a finding is about."""
    return (found.subject, *((found.edge.source, found.edge.target) if found.edge else ()))


def headline(answer: DiagnoseAnswer) -> view.Verdict:
    """Say in one sentence how a function stands."""
    name = clean(view.short(answer.function))
    if answer.verdict == "pass":
        return view.Verdict("pass", f"{name}: all is well")
    return view.Verdict(look(answer.verdict), f"{name}: {tally(row.verdict for row in answer.findings)}")


def headline_of_all(answer: DiagnoseAllAnswer) -> view.Verdict:
    """Say in one sentence how many functions stand how."""
    many = view.counted(len(answer.functions), "function")
    worst = next((word for word in LOOKS if any(look(row.verdict) == word for row in answer.functions)), "pass")
    if worst == "pass":
        return view.Verdict(worst, f"{many}: all is well")
    parts = [f"{number:,} {word}" for word, number in counts(look(row.verdict) for row in answer.functions)]
    return view.Verdict(worst, f"{many}: {', '.join(parts)}; {view.counted(len(answer.issues), 'cause')}")


def counts(words: Iterable[str]) -> list[tuple[str, int]]:
    """How many have which verdict, the worst first."""
    found = list(words)
    return [(word, found.count(word)) for word in LOOKS if word in found]


def quiet(answer: DiagnoseAnswer) -> str:
    """What holds, in one line."""
    number = sum(row.verdict == "pass" and not row.note for row in answer.findings)
    beside = sum(row.verdict == "not_applicable" for row in answer.findings)
    parts = [f"{view.counted(number, 'check')} {'holds' if number == 1 else 'hold'}"] if number else []
    parts += [f"{beside} not applicable"] if beside else []
    names = looked_at(answer.model_copy(update={"findings": tuple(r for r in answer.findings if not r.note)}))
    return ", ".join(parts) + (f": {names}" if names else "")


def because(found: FindingAnswer) -> list[str]:
    """The statements that decide a finding."""
    return [f"{line.effect}: {view.cited(line)}" for line in found.evidence]


def hangs_on(found: FindingAnswer) -> list[str]:
    """The condition that a finding depends on, as far as its summary doesn't say it."""
    said = view.condition(found.residual) if found.residual else ()
    return [line for line in said if line not in found.summary]


def why_it_matters(check: str) -> str:
    """What becomes of a function that isn't held to the rule."""
    rule = RULES.get(check)
    return rule.why if rule else ""


def grants(missing: Iterable[GrantAnswer], names: Mapping[str, str]) -> tuple[view.AccountGrants, ...]:
    """What a finding lacks, by account; actions on the same thing in one statement."""
    return view.grants_by_account(together(missing), names)


def steps(answer: DiagnoseAnswer, names: Mapping[str, str]) -> list[Step]:
    """What to do, place by place, in the order in which findings ask for it."""
    places: dict[tuple[str | None, str, str], dict[tuple[str, str, str], GrantAnswer]] = {}
    for grant in (grant for row in answer.findings for grant in row.missing):
        there = places.setdefault((grant.account, grant.side, grant.holder), {})
        there.setdefault((grant.action, grant.resource, grant.principal), grant)
    return [_step(together(list(there.values())), names) for there in places.values()]


def _step(there: Sequence[GrantAnswer], names: Mapping[str, str]) -> Step:
    (account,) = view.grants_by_account(there, names)
    first = account.grants[0]
    lets = "; ".join(dict.fromkeys(grant.lets for grant in account.grants))
    statements = [grant.statement for grant in there]
    document = statements[0] if len(statements) == 1 else statements
    return Step(first.place, account.account, lets, json.dumps(document, indent=2, ensure_ascii=False))


def last_steps(answer: DiagnoseAnswer, made: Sequence[Step]) -> tuple[str, ...]:
    """What is to be done after that: the plan has a line for each place, then these."""
    return answer.plan[len(made) :]


def function_choice(arn: str, names: Mapping[str, str]) -> str:
    """A function to choose: `orders · ours · eu-west-1`."""
    account = arns.account_of(arn) or ""
    parts = (view.short(arn), names.get(account) or account, arns.region_of(arn) or "")
    return " · ".join(clean(part) for part in parts if part)


def function_rows(answer: DiagnoseAllAnswer, names: Mapping[str, str]) -> list[FunctionRow]:
    """All functions, the worst first."""
    made = [
        FunctionRow(
            row.function,
            clean(view.short(row.function)),
            names.get(arns.account_of(row.function) or "") or arns.account_of(row.function) or "",
            arns.region_of(row.function) or "",
            look(row.verdict),
            tally(one.verdict for one in row.findings),
        )
        for row in answer.functions
    ]
    return sorted(made, key=lambda row: (LOOKS.index(row.look), row.name, row.arn))


def finding_of(answer: DiagnoseAllAnswer, issue: IssueAnswer, function: str) -> str | None:
    """The name of a function's finding that an issue speaks of."""
    told = next((row.findings for row in answer.functions if row.function == function), ())
    same = (issue.check, issue.verdict, issue.cause)
    return next((row.id for row in rows(told) if (row.check, row.finding.verdict, row.finding.cause) == same), None)


def ends(found: FindingAnswer, function: str) -> dict[str, str]:
    """What a link to the explorer holds: the way that a finding is about, else all that leads to the function.

    What a role calls may be on no way: the explorer has it where somebody chose it.
    """
    edge = found.edge
    if edge is None or edge.kind == "calls":
        return {"from": "anyone", "to": function, "show": "to"}
    name = f"{edge.source}~{edge.kind}~{edge.target}"
    into = edge.target == function or edge.target.startswith((f"{function}:", "url:"))
    return {"from": edge.source if into else function, "to": edge.target, "picked": name}


def facts_of(issue: IssueAnswer) -> list[str]:
    """What an issue's functions lack, or what decides it, or else what it hangs on; and the source."""
    told = [f"missing: {place}" for place in _places(issue)]
    told += [f"because {cited.effect}: {view.cited(cited)}" for cited in issue.evidence[:_TOLD]]
    return [*(told or [f"cause: {clean(issue.cause)}"]), f"source: {issue.source}"]


def _places(issue: IssueAnswer) -> list[str]:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for grant in issue.missing:
        found.setdefault((grant.side, grant.holder), {})[grant.action] = None
    return [f"{', '.join(actions)} in the {view.place(side, holder)}" for (side, holder), actions in found.items()]
