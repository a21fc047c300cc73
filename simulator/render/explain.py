"""A decision as a tree: the outcome on the first line, below it what each side says, and why.

Made to be read in ten seconds: short names, one line for each statement, and nothing of what doesn't matter.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from models.answer import CanAnswer, CitationAnswer, NearMissAnswer, SideAnswer
from simulator.render.lines import LOOKS, MOST_NEAR, counted, facts, line, missed_in, residual, statement_of, status
from simulator.render.names import Names, side
from simulator.render.refusal import sentence
from simulator.render.text import beyond_mending, verdict

#: Layers with a policy at each level of the organization, and what they are called together.
_LEVELS = {"scp": "service control policies", "rcp": "resource control policies"}


def can(answer: CanAnswer, names: Names, width: int = 80, encoding: str = "utf-8") -> list[Text]:
    """Return the tree in lines that are no wider than `width`; the guides are ASCII where the encoding needs it."""
    tree = Tree(verdict(answer, names), guide_style="dim")
    for found in residual(answer.residual, indent=0):
        tree.add(found)
    _add_sides(tree, answer, names)
    _add_missing(tree, answer, names)
    told = {(gap.what, gap.about) for one in _sides(answer) for gap in one.gaps}
    gaps = [gap for gap in answer.gaps if (gap.what, gap.about) not in told]
    for found in facts(gaps, answer.assumes):
        tree.add(found)
    if refused := sentence(answer):
        tree.add(_pair("AWS says", line(refused)))
    return _lines(tree, width, encoding)


def _lines(tree: Tree, width: int, encoding: str) -> list[Text]:
    """Draw the tree here, not at the terminal: the lines are then written like all others."""
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False, color_system=None)
    options = console.options
    # In lower case: rich asks whether it begins with `utf`.
    options.encoding = encoding.lower()
    made = []
    for segments in console.render_lines(tree, options, pad=False):
        drawn = Text()
        for segment in segments:
            drawn.append(segment.text, segment.style)
        drawn.rstrip()
        made.append(drawn)
    return made


def _sides(answer: CanAnswer) -> tuple[SideAnswer, ...]:
    return answer.explanation.sides if answer.explanation else ()


def _add_sides(tree: Tree, answer: CanAnswer, names: Names) -> None:
    groups: dict[str, list[SideAnswer]] = {}
    for one in _sides(answer):
        groups.setdefault(one.layer, []).append(one)
    for layer, found in groups.items():
        if len(found) > 1:
            whole = tree.add(line(_mark(answer.layers[layer]), f" {_LEVELS[layer]}: ", _word(answer.layers[layer])))
            for one in found:
                _add_side(whole, one, answer, names, f"on {_level(one.holder or '', names)}")
        elif found[0].policies or found[0].gaps or _note(found[0], answer):
            _add_side(tree, found[0], answer, names, _title(found[0], names))


def _level(holder: str, names: Names) -> str:
    return f"account {names.account(holder)}" if holder.isdigit() else holder


def _title(one: SideAnswer, names: Names) -> str:
    return side(one.layer) + (f" {names.on(one.layer, one.holder)}" if one.holder else "")


def _add_side(tree: Tree, one: SideAnswer, answer: CanAnswer, names: Names, title: str) -> None:
    note = _note(one, answer)
    is_idle = one.decision == "implicitDeny" and note != _HAS_TO
    # Not the mark of a refusal: nothing is wrong with a side that needn't allow.
    mark, word = ((" ", ""), ("no allow", "dim")) if is_idle else (_mark(one.decision), _word(one.decision))
    if not (one.policies or one.gaps):
        word = ("there is none", word[1])
    branch = tree.add(line(mark, f" {title}: ", word, (f", {note}" if note else "", "" if note == _HAS_TO else "dim")))
    for cited in one.because:
        branch.add(line(*_citation(cited, one, names)))
    for missed in one.near_misses[:MOST_NEAR]:
        branch.add(_near_miss(missed, one, names))
    if len(one.near_misses) > MOST_NEAR:
        branch.add(line((f"{len(one.near_misses) - MOST_NEAR} more come less near", "dim")))
    elif one.decision == "implicitDeny" and one.policies and not one.near_misses and answer.decision == "implicitDeny":
        branch.add(line((f"no statement comes near: {_listed(one, names)}", "dim")))
    for gap in facts(one.gaps, ()):
        branch.add(gap)


#: How many policies are named where none of their statements is.
_MOST_POLICIES = 3


def _listed(one: SideAnswer, names: Names) -> str:
    """The policies that were read, for who wants to look for himself."""
    if set(one.policies) == {one.holder}:
        return "its policy was read"
    named = ", ".join(names.policy(policy) for policy in one.policies[:_MOST_POLICIES])
    others = len(one.policies) - _MOST_POLICIES
    return named + (f" and {counted(others, 'other')}" if others > 0 else "")


_HAS_TO = "it has to allow it"


def _note(one: SideAnswer, answer: CanAnswer) -> str:
    """What a side's silence means for the whole."""
    if one.decision != "implicitDeny":
        return ""
    if answer.decision in ("allowed", "conditional"):
        return "none is needed" if one.policies else ""
    if answer.decision != "implicitDeny" or not answer.missing:
        return ""
    places = {(grant.side, grant.holder if grant.side in _LEVELS else None) for grant in answer.missing}
    if (one.layer, one.holder if one.layer in _LEVELS else None) in places:
        return _HAS_TO
    return "none is needed" if one.policies else ""


def _mark(outcome: str) -> tuple[str, str]:
    mark, _, style = LOOKS[outcome]
    return mark, style


def _word(outcome: str) -> tuple[str, str]:
    return status(outcome, mark=False)


def _citation(cited: CitationAnswer, one: SideAnswer, names: Names) -> list[str | tuple[str, str]]:
    verb = ("Allow", "green") if cited.effect == "Allow" else ("Deny", "bold red")
    return [verb, f"  {_place(cited, one, names)}"]


def _place(found: CitationAnswer | NearMissAnswer, one: SideAnswer, names: Names) -> str:
    """A statement's place; whose policy it is only if it isn't the side's own."""
    other = found.holder is not None and found.holder != one.holder
    return statement_of(found, names) + (f", of {names.kind_and_name(found.holder or '')}" if other else "")


def _near_miss(missed: NearMissAnswer, one: SideAnswer, names: Names) -> RenderableType:
    head = line(
        ("nearly  ", "yellow"),
        f"{_place(missed, one, names)}: its ",
        (missed.failed, "bold"),
        f" fails{missed_in(missed)}",
    )
    shown = Table.grid(padding=0)
    shown.add_row(head)
    shown.add_row(_pair("  wants", line(missed.wanted)))
    shown.add_row(_pair("  got  ", line(missed.got)))
    return shown


def _pair(head: str, body: Text) -> Table:
    """A word and what it is about, which stays in its own column however long it is."""
    found = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    found.add_column(no_wrap=True)
    found.add_column(overflow="fold")
    found.add_row(Text(head, "dim"), body)
    return found


def _add_missing(tree: Tree, answer: CanAnswer, names: Names) -> None:
    if answer.missing:
        heading = f"missing: {counted(len(answer.missing), 'statement')}"
        branch = tree.add(line((heading, "bold"), (" (to copy: the same without --explain)", "dim")))
        for grant in answer.missing:
            branch.add(line("add in ", (names.place(grant), "bold")))
    elif answer.decision == "implicitDeny":
        tree.add(line(beyond_mending(answer, names)))


__all__: Sequence[str] = ("can",)
