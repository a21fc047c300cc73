"""The page Diagnose: a function's findings, the worst first, each shown in the picture; or all functions by cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models import arns
from models.answer import DiagnoseAnswer, FindingAnswer
from models.errors import InputError, PermgraphError
from simulator.render.lines import facts as fact_lines
from ui import address, findings, frame, overview, questions, repairs, style, view
from ui.inputs import Opened

PICTURE = "diagnosed"
#: Of the session, what another input makes meaningless; another function leaves the filter.
_FORGOTTEN = ("function", "finding", "only", "cause", "causes")
_EVERY = ""


def diagnose(head: DeltaGenerator, controls: DeltaGenerator) -> frame.Shown:
    """Lay the page out."""
    opened, function = _choose(controls)
    if function:
        return opened, _one(opened, function, head)
    overview.show(opened, head)
    return opened, frame.nothing


def _choose(space: DeltaGenerator) -> tuple[Opened, str]:
    """Show what can be chosen, and return what is: a function, or nothing for all of them."""
    with space:
        inputs, functions, files = st.columns([2.4, 5.3, 1.2], vertical_alignment="bottom", gap="small")
    chosen, default, opened = frame.choose_input(inputs, files, _FORGOTTEN)
    if not opened.world.functions:
        raise InputError("holds no functions, so there is nothing to diagnose", opened.title)
    names = view.account_names(opened.snapshot)
    st.session_state["function"] = _wanted(opened)
    every = f"All {view.counted(len(opened.world.functions), 'function')}"
    function = functions.selectbox(
        "Function",
        [_EVERY, *sorted(opened.world.functions)],
        key="function",
        format_func=lambda arn: findings.function_choice(arn, names) if arn else every,
        on_change=frame.forget,
        args=(("finding",),),
    )
    state = {
        "scenario": chosen,
        "function": function,
        "finding": st.session_state.get("finding") or "",
        "only": ",".join(overview.only()),
    }
    address.write(address.DIAGNOSE, state, {"scenario": default})
    return opened, function


def _wanted(opened: Opened) -> str:
    """The function that is chosen; a link may name it as a person would."""
    wanted = st.session_state.get("function") or _EVERY
    if wanted in opened.world.functions or not wanted:
        return wanted
    try:
        found = arns.unqualified(opened.world.resolve(wanted, "function"))
        if found in opened.world.functions:
            return found
        st.info(f"`{wanted}` is no function of this snapshot; these are all of them")
    except PermgraphError as error:
        st.info(str(error))
    return _EVERY


def _one(opened: Opened, function: str, head: DeltaGenerator) -> Callable[[], None]:
    answer, graph = questions.diagnosed(opened, function)
    names = view.account_names(opened.snapshot)
    rows = findings.rows(answer.findings, graph)
    only = overview.only()
    picked = findings.chosen([row for row in rows if row.look in only] or rows, st.session_state.get("finding"))
    head.html(style.head(findings.headline(answer), ()))
    list_side, picture_side = st.columns([1, 1.1], gap="medium")
    with list_side.container(key="findings"):
        space = _list(function, answer, rows, picked, names)
    with picture_side.container(key="seen"):
        frame.picture(
            graph,
            keep={function, *(findings.nodes(picked.finding) if picked else ())},
            picked=picked.picks if picked else None,
            way=[picked.picks] if picked and picked.picks and picked.finding.edge else [],
            key=PICTURE,
            on_pick=lambda: _pick_in_picture(rows),
        )
    _plan(answer, names)
    st.html(style.facts(line.plain for line in fact_lines(answer.gaps, answer.assumes)))

    def repair() -> None:
        # Each repair is applied, and all that it opens looked for.
        if picked and space:
            with space:
                _repair(opened, function, picked.finding, names)

    return repair


def _list(
    function: str,
    answer: DiagnoseAnswer,
    rows: Sequence[findings.Row],
    picked: findings.Row | None,
    names: Mapping[str, str],
) -> DeltaGenerator | None:
    """Show the findings; returns the space for the repair of the one that is open, if it is shown."""
    spaces: list[DeltaGenerator | None] = []
    wanted = overview.filtered([row.look for row in rows])
    loud = [row for row in rows if row.look in wanted and (row.look not in findings.QUIET or _are_asked_for(wanted))]
    for number, row in enumerate(loud):
        spaces.append(_finding(function, row, number, row is picked, names))
    folded = [row for row in rows if row.look in findings.QUIET and row not in loud]
    if folded:
        label = f"{style.MARKS['pass']} {view.escape(findings.quiet(answer))}"
        with st.expander(label, expanded=picked in folded):
            for number, row in enumerate(folded, len(loud)):
                spaces.append(_finding(function, row, number, row is picked, names))
    return next((space for space in spaces if space), None)


def _are_asked_for(wanted: Sequence[str]) -> bool:
    """Whether what is folded away else was filtered for by name."""
    return bool(st.session_state.get("only")) and any(word in findings.QUIET for word in wanted)


def _finding(
    function: str, row: findings.Row, number: int, is_open: bool, names: Mapping[str, str]
) -> DeltaGenerator | None:
    word = row.look.replace(" ", "-")
    with st.container(border=True, key=f"finding-{word}-{number}"):
        st.button(
            f"**{style.MARKS[row.look]} {row.look}** **{view.escape(row.check)}** {view.escape(row.summary)}",
            key=f"pick{number}",
            type="tertiary",
            width="stretch",
            on_click=_pick,
            args=(row.id,),
        )
        if is_open:
            with st.container(key="opened"):
                return _details(function, row)
    return None


def _details(function: str, row: findings.Row) -> DeltaGenerator:
    found = row.finding
    matters = "" if row.look in findings.QUIET else findings.why_it_matters(row.check)
    lines, cited = findings.hangs_on(found), findings.because(found)
    st.html(style.finding(row.subject, lines, cited, matters))
    space = st.container()
    st.html(style.source(found.source))
    ends = findings.ends(found, function)
    link = address.link(address.EXPLORE, **ends)
    label = "Explore this way" if "picked" in ends else "Explore what leads to the function"
    st.page_link(frame.PAGES[address.EXPLORE], label=label, icon=":material/account_tree:", query_params=link)
    return space


def _repair(opened: Opened, function: str, found: FindingAnswer, names: Mapping[str, str]) -> None:
    """What mends a finding, else what it lacks."""
    mended = questions.mended_findings(opened, function) if found.missing else {}
    if repair := mended.get((found.check, found.subject, found.summary)):
        repairs.show(opened, repair, names, key="finding")
    else:
        frame.grants(findings.grants(found.missing, names))


def _plan(answer: DiagnoseAnswer, names: Mapping[str, str]) -> None:
    if not answer.plan:
        return
    steps = findings.steps(answer, names)
    st.html(style.section("What to do"))
    for start in range(0, len(steps), 2):
        for number, column in enumerate(st.columns(2, gap="medium"), start):
            if number < len(steps):
                with column:
                    _step(steps[number], number + 1)
    for number, line in enumerate(findings.last_steps(answer, steps), len(steps) + 1):
        st.html(style.sentence(f"{number}. {line[:1].upper()}{line[1:]}"))


def _step(step: findings.Step, number: int) -> None:
    st.html(style.step(number, step.place, step.account, step.lets))
    st.code(step.statements, language="json", wrap_lines=True)


def _pick(name: str) -> None:
    address.acted()
    st.session_state["finding"] = name


def _pick_in_picture(rows: Sequence[findings.Row]) -> None:
    picked = st.session_state[PICTURE].get("picked")
    if picked and (row := findings.picked_in(rows, picked)):
        _pick(row.id)


frame.page(address.DIAGNOSE, diagnose)
