"""What mends a way, as text for people: what to do account by account, and what else that opens."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.text import Text

from models.answer import (
    BlockAnswer,
    OpenedAnswer,
    RepairAnswer,
    RepairGrantAnswer,
    RepairWay,
    ShareAnswer,
)
from simulator.render.lines import (
    LOOKS,
    citation,
    counted,
    facts,
    heading,
    line,
    residual,
    statement,
    status,
)
from simulator.render.names import Names, side
from simulator.render.text import path_lines, steps
from simulator.render.what_if import groups, who

_BY = {
    "direct": "directly",
    "group": "by a group",
    "assume_role": "by assuming a role",
    "event_source": "by an event source",
    "function_chain": "by a function",
}

#: So many lines of what else opens are shown: JSON has them all.
MOST_OPENED = 6
_OF_ITS_OWN = frozenset({"assumes", "invokes", "invokes_url", "calls", "qualifies"})


def text(answer: RepairAnswer, names: Names, shown_as: str) -> list[Text]:
    """Return the verdict, each repair with what to do where, and what denies."""
    lines = [_verdict(answer, names)]
    if answer.today:
        lines += [line(""), *path_lines(answer.today, names, None)]
        lines += _beside(answer, names)
    for number, way in enumerate(answer.repairs, start=1):
        lines += [line(""), *_way(way, names, number, shown_as)]
    if answer.blocked_by:
        lines += [line(""), heading("what denies")]
        lines += [row for block in answer.blocked_by for row in _block(block, names, shown_as)]
        if answer.with_exceptions:
            lines.append(line("with these exceptions: ", status(answer.with_exceptions), indent=2))
    found = facts(answer.gaps, answer.assumes)
    return lines + ([line(""), *found] if found else [])


def _verdict(answer: RepairAnswer, names: Names) -> Text:
    ends = f"from {names.kind_and_name(answer.source)} to {names.kind_and_name(answer.target)}"
    if answer.status == "allowed":
        return line(("NONE NEEDED", "bold green"), f"  a way {ends} holds")
    if answer.repairs:
        cost = min(way.cost for way in answer.repairs)
        settled = ", for certain" if answer.today else ""
        mends = f"{counted(cost, 'grant')} {'makes' if cost == 1 else 'make'} one hold{settled}"
        today = f"a way {ends} is {answer.status}" if answer.today else f"no way {ends} holds"
        return line(("CAN BE MENDED", "bold yellow"), f"  {today}; {mends}")
    if answer.status == "conditional":
        return line(("IT DEPENDS", "bold yellow"), f"  a way {ends} holds under a condition, and lacks no statement")
    if answer.status == "unknown":
        return line(("UNKNOWN", "bold magenta"), f"  whether a way {ends} holds: the snapshot lacks what decides it")
    if answer.blocked_by:
        return line(("NO", "bold red"), f"  no way {ends} holds, and no grant can help: it is explicitly denied")
    return line(("NO", "bold red"), f"  no way {ends} holds, and no grant can help: {answer.impossible}")


def _beside(answer: RepairAnswer, names: Names) -> list[Text]:
    """What there is to say of the way as it is today."""
    if answer.settled_by_grant:
        return [
            line("a statement without the condition would settle it; none is offered: it keeps others out", indent=3)
        ]
    if answer.settled_by_grant is False:
        return [line("no grant settles it: the condition is one of a Deny", indent=3)]
    if answer.today and not {step.kind for step in answer.today.steps} <= _OF_ITS_OWN:
        asked = f"permgraph can {names.bare(answer.source)} {answer.action} {names.bare(answer.target)}"
        return [
            line(
                ("it makes it run, and calls it by no way of its own: ", "dim"),
                f"{asked} says what that lacks",
                indent=3,
            )
        ]
    return []


def _way(way: RepairWay, names: Names, number: int, shown_as: str) -> list[Text]:
    lines = [
        line(
            (f"{number}. {counted(way.cost, 'grant')}", "bold"),
            f", {_BY[way.manner]}: ",
            status(way.status, mark=False),
            " with it (applied and evaluated again)",
        )
    ]
    lines += steps(way.steps, names)
    lines += residual(way.residual, indent=7)
    for share in way.by_account:
        lines += [line(""), *_share(share, [way.grants[place] for place in share.items], names, shown_as)]
    return [*lines, *also("opens", way.also_opens, names), *also("closes", way.also_closes, names)]


def _share(share: ShareAnswer, grants: Sequence[RepairGrantAnswer], names: Names, shown_as: str) -> list[Text]:
    lines = [administrator(share, names)]
    for grant in grants:
        lines.append(line(*_told(grant, names), indent=5))
        if shown_as == "iam" and grant.statement:
            lines += statement(grant.statement, 7)
    return [*lines, *written(share, shown_as)]


def _told(grant: RepairGrantAnswer, names: Names) -> tuple[str, ...]:
    who_ = names.kind_and_name(grant.principal)
    if not grant.statement:
        return (f"put {who_} into {names.kind_and_name(grant.holder)}",)
    where = f"{side(grant.side)} {names.on(grant.side, grant.holder)}"
    whom = f" for {who_}" if grant.side in ("resource", "trust", "vpc_endpoint") else ""
    on = f" on {names.kind_and_name(grant.resource)}" if grant.side != "trust" else ""
    return (f"{where}: allow {grant.action}{on}{whom}",)


def administrator(share: ShareAnswer, names: Names) -> Text:
    """Return whose credentials suffice for a share."""
    if share.account is None:
        return line(("for whoever administers it:", "bold"), indent=3)
    return line((f"for the administrator of {names.account(share.account)}:", "bold"), indent=3)


def written(share: ShareAnswer | BlockAnswer, shown_as: str) -> list[Text]:
    """Return what is to be done in the form that was asked for, to be copied."""
    whole = {
        "cli": share.cli,
        "cloudformation": json.dumps(share.cloudformation, indent=2, ensure_ascii=False),
        "terraform": share.terraform,
    }.get(shown_as, "")
    rows = [row for row in whole.splitlines() if not row.startswith("# in account")]
    warned = [line(("note: ", "yellow"), row, indent=5) for row in share.warning.splitlines()]
    return [*(line((row, "cyan"), indent=5) for row in rows), *warned]


def also(verb: str, rows: Sequence[OpenedAnswer], names: Names) -> list[Text]:
    """Return what else opens or closes, a line for each kind of row."""
    if not rows:
        return []
    made = groups(rows)
    style = "bold green" if verb == "opens" else "bold red"
    lines = [line(""), line((f"also {verb}", style), f"  {counted(len(rows), 'pair')}", indent=3)]
    for group in made[:MOST_OPENED]:
        first = group.first
        via = f", via {names.chain(first.via)}" if first.via else ""
        ends = f"{who(group, names)} -> {names.kind_and_name(first.target)}"
        lines.append(line(f"{ends} ({first.kind}{via})", indent=5))
    if len(made) > MOST_OPENED:
        lines.append(line((f"and {len(made) - MOST_OPENED} more lines (--format json lists all)", "dim"), indent=5))
    return lines


def _block(block: BlockAnswer, names: Names, shown_as: str) -> list[Text]:
    ends = f"{names.kind_and_name(block.source)} -> {names.kind_and_name(block.target)}"
    owned = f"owned by account {names.account(block.account)}" if block.account else "not to be changed in any account"
    checked = " (applied and evaluated again: it denies this no more)" if block.verified else ""
    lines = [
        line((f"{LOOKS['denied'][0]} ", "bold red"), ends, indent=2),
        line(*citation(block, names), indent=5),
        line(owned, indent=5),
        line(("narrowest change  ", "dim"), block.exception, checked, indent=5),
    ]
    if shown_as == "iam" and block.change and "statement" in block.change:
        lines += statement(block.change["statement"], 7)
    return [*lines, *(written(block, shown_as) if block.change else ())]
