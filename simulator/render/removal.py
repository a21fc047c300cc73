"""What to take away, as text for people: account by account, with what else closes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from models.answer import RemovalAnswer, RemovalWay, RemoveAnswer, ShareAnswer
from simulator.render.lines import citation, counted, facts, line
from simulator.render.names import Names
from simulator.render.repair import administrator, also, written
from simulator.render.text import steps

#: So many of the ways that are open are shown: JSON has more.
MOST_WAYS = 3


def text(answer: RemoveAnswer, names: Names, shown_as: str) -> list[Text]:
    """Return the verdict, the ways that are open, and what to take away where."""
    lines = [_verdict(answer, names)]
    for path in answer.closes[:MOST_WAYS]:
        lines += [line(""), *steps(path.steps, names)]
    more = len(answer.closes) - MOST_WAYS
    if more > 0:
        lines.append(line((f"and {counted(more, 'more way')} (--format json lists them)", "dim"), indent=3))
    for number, way in enumerate(answer.removals, start=1):
        lines += [line(""), *_way(way, names, number, shown_as)]
    found = facts(answer.gaps, answer.assumes)
    return lines + ([line(""), *found] if found else [])


def _verdict(answer: RemoveAnswer, names: Names) -> Text:
    ends = f"from {names.kind_and_name(answer.source)} to {names.kind_and_name(answer.target)}"
    if answer.removals:
        cost = answer.removals[0].cost
        close = "removal closes" if cost == 1 else "removals close"
        return line(("CAN BE CLOSED", "bold yellow"), f"  {cost} {close} every way {ends}")
    if answer.closes:
        return line(("NO", "bold red"), f"  the ways {ends} can't all be closed: {answer.impossible}")
    if answer.status == "unknown":
        return line(("UNKNOWN", "bold magenta"), f"  whether a way {ends} holds: the snapshot lacks what decides it")
    return line(("NONE NEEDED", "bold green"), f"  no way {ends} is open")


def _way(way: RemovalWay, names: Names, number: int, shown_as: str) -> list[Text]:
    checked = "applied and evaluated again: no way is left" if way.verified else "what is left isn't known"
    lines = [line((f"{number}. {counted(way.cost, 'removal')}", "bold"), f" ({checked})")]
    for share in way.by_account:
        lines += [line(""), *_share(share, [way.removals[place] for place in share.items], names, shown_as)]
    return [*lines, *also("closes", way.also_closes, names), *also("opens", way.also_opens, names)]


def _share(share: ShareAnswer, removals: Sequence[RemovalAnswer], names: Names, shown_as: str) -> list[Text]:
    lines = [administrator(share, names)]
    for removal in removals:
        lines += [line(*_told(removal, names), indent=5)]
        lines += [line(*citation(cited, names), indent=7) for cited in removal.statements]
    return [*lines, *written(share, shown_as)]


def _told(removal: RemovalAnswer, names: Names) -> tuple[str, ...]:
    change = removal.change
    if change["change"] == "detach_policy":
        return (f"detach {names.policy(change['policy'])} from {names.kind_and_name(change['holder'])}, and with it",)
    if change["change"] == "remove_from_group":
        return (
            f"take {names.kind_and_name(change['user'])} out of {names.kind_and_name(change['group'])}, and with it",
        )
    if change["change"] == "replace_statement":
        return ("put a Deny for everybody in the place of the last statement of a trust policy:",)
    return ("remove",)
