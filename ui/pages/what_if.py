"""The page What if: changes, what they open and close as one graph and as a table, and the changes to take along."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models.answer import GraphAnswer, WhatIfAnswer
from models.errors import PermgraphError
from simulator.render.collapse import collapse
from simulator.render.dot import SET, edge_ids
from simulator.render.lines import facts as fact_lines
from ui import address, builder, changed, frame, history, questions, style, supposed, view
from ui.inputs import Opened
from ui.supposed import Changes

PICTURE = "what_if"
_FORGOTTEN = (history.CHANGES, "picked")
#: Of more functions what a diagnosis says differently is asked for only when somebody wants to know.
DIAGNOSED_AT_ONCE = 40
#: So much of what stands out is told above the picture.
MOST_EXPOSED = 5
_PROMISE = (
    "Nothing is ever applied to AWS: this page works out what would be. permgraph has no way to write to an account."
)
_NOTHING = WhatIfAnswer(changes=(), opens=(), closes=())


def what_if(head: DeltaGenerator, controls: DeltaGenerator) -> frame.Shown:
    """Lay the page out."""
    opened, changes = _choose(controls)
    problem = supposed.refused(opened.world, changes)
    found = _suppose(opened, changes) if changes and not problem else None
    answer = found.answer if found else _NOTHING
    verdict = changed.headline(len(changes), answer)
    if problem:
        verdict = view.Verdict("denied", f"Change {problem[0] + 1} can't be made")
    head.html(style.head(verdict, changed.counts(answer)) + style.promise(_PROMISE))
    left, right = st.columns([1.75, 1], gap="medium")
    with left:
        if found:
            _before_and_after(opened, found, view.account_names(opened.snapshot))
        else:
            _now(opened)
    with right:
        builder.show(opened, found, changes, problem)
    st.html(style.facts(line.plain for line in fact_lines(answer.gaps, answer.assumes)))
    return opened, frame.nothing


def _choose(space: DeltaGenerator) -> tuple[Opened, Changes]:
    """Show what can be chosen, and return the input and what is supposed of it."""
    with space:
        columns = st.columns([2.4, 1.2, 5.3], vertical_alignment="bottom", gap="small")
    chosen, default, opened = frame.choose_input(columns[0], columns[1], _FORGOTTEN)
    try:
        changes = history.follow(opened)
    except PermgraphError as error:
        st.info(str(error))
        changes = history.current(opened)
    state = {
        "scenario": chosen,
        history.CHANGES: history.code_of(changes),
        "picked": st.session_state.get("picked") or "",
    }
    address.write(address.WHAT_IF, state, {"scenario": default})
    return opened, changes


def _suppose(opened: Opened, changes: Changes) -> questions.Supposed:
    many = len(opened.world.functions)
    findings = many <= DIAGNOSED_AT_ONCE or st.toggle(
        f"Diagnose all {many:,} functions before and after", key="findings"
    )
    return questions.suppose(opened, changes, findings)


def _now(opened: Opened) -> None:
    """The ways as they are, until something is supposed."""
    source, target = opened.ends
    st.html(style.section("As it is now. Build a change, or take a repair from a missing edge of Explore or Diagnose."))
    # Of a graph that is too large to be had, what changes is drawn once something is supposed.
    graph, _ = questions.surroundings(opened, source, target, "ways") if target else (None, "")
    if graph and graph.edges:
        frame.picture(graph, keep=opened.ends, picked=None, way=(), key=PICTURE, on_pick=lambda: None)


def _before_and_after(opened: Opened, found: questions.Supposed, names: Mapping[str, str]) -> None:
    drawn = collapse(found.graph)
    if standing_out := changed.exposed(found.answer, names):
        st.html(style.exposed(standing_out[:MOST_EXPOSED], len(standing_out[MOST_EXPOSED:])))
    space = st.container()
    row = _table(found.answer, names)
    way = changed.edges_of(row, drawn) if row else []
    picked = _picked(drawn, way)
    with space:
        if found.graph.edges:
            frame.picture(found.graph, keep=(), picked=picked, way=way, key=PICTURE, on_pick=_pick_in_picture)
        _why(opened, found, drawn, picked)
    _findings(found.answer)


def _picked(graph: GraphAnswer, way: list[str]) -> str | None:
    """What was picked in the picture, else what changes on the way of the row that is selected."""
    edges = edge_ids(graph)
    picked = str(st.session_state.get("picked") or "")
    if picked in edges and (not way or picked in way):
        return picked
    return next((name for name in way if edges[name].change), None)


def _why(opened: Opened, found: questions.Supposed, graph: GraphAnswer, picked: str | None) -> None:
    """Why the picked edge is as it is, before and after."""
    edge = edge_ids(graph).get(picked or "")
    if edge is None:
        return
    title = f"{view.short(edge.source)} → {view.short(edge.target)}"
    look = edge.change or edge.status
    chip = style.chip(look, f"{edge.change} {edge.kind}" if edge.change else f"{edge.kind} — {edge.status}")
    with st.container(border=True, key="why"):
        if edge.kind not in questions.KINDS or any(end.startswith(f"{SET}:") for end in (edge.source, edge.target)):
            st.html(style.told(title, chip, [edge.detail], ["Drawn as one; the table has each."]))
            return
        now, then = (
            changed.told(questions.explain(one, edge.source, edge.target, edge.kind)) for one in (opened, found.after)
        )
        st.html(style.told(title, chip, now, then))


def _table(answer: WhatIfAnswer, names: Mapping[str, str]) -> changed.Row | None:
    """What opens and closes; returns the line that is selected."""
    if not answer.opens and not answer.closes:
        return None
    st.html(style.section("What opens and what closes, for everybody; select a line to follow its way in the picture"))
    unfold = changed.can_be_unfolded(answer) and st.toggle("A line for each principal", key="unfold")
    rows = changed.rows(answer, names, unfold=unfold)
    shown = [
        {
            "": [f"{style.MARKS[row.change]} {row.change}"],
            "from": row.source,
            "account": row.account,
            "to": row.target,
            "kind": row.kind,
            "now": row.before,
            "then": row.after,
            "via": row.via,
        }
        for row in rows
    ]
    options = [f"{style.MARKS[word]} {word}" for word in ("opens", "closes")]
    event = st.dataframe(
        shown,
        hide_index=True,
        height=min(36 * (len(rows) + 1) + 2, 400),
        column_config={"": st.column_config.MultiselectColumn("", options=options, color=["green", "red"], width=96)},
        key=f"changed-{st.session_state.get(history.CHANGES)}-{unfold}",
        selection_mode="single-row",
        on_select=_forget_picked,
    )
    selected = event.selection.rows
    return rows[selected[0]] if selected and selected[0] < len(rows) else None


def _findings(answer: WhatIfAnswer) -> None:
    if not answer.findings:
        return
    st.html(style.section(f"A diagnosis then says differently: {view.counted(len(answer.findings), 'finding')}"))
    st.dataframe(
        [
            {
                "function": row.function,
                "check": row.check,
                "now": f"{style.MARKS.get(row.before, '')} {row.before}",
                "then": f"{style.MARKS.get(row.after, '')} {row.after}",
                "what": row.summary,
            }
            for row in changed.finding_rows(answer.findings)
        ],
        hide_index=True,
        height=min(36 * (len(answer.findings) + 1) + 2, 300),
    )


def _pick_in_picture() -> None:
    if picked := st.session_state[PICTURE].get("picked"):
        address.acted()
        st.session_state["picked"] = picked


def _forget_picked() -> None:
    address.acted()
    st.session_state["picked"] = None


frame.page(address.WHAT_IF, what_if)
