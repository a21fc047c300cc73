"""All functions of an input, by what they fail by: where the page Diagnose begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models.answer import DiagnoseAllAnswer, IssueAnswer
from simulator.render.lines import clean
from simulator.render.lines import facts as fact_lines
from ui import address, findings, questions, style, view
from ui.inputs import Opened

#: So many functions are diagnosed without being asked to: it takes some milliseconds for each.
AT_ONCE = 40
#: So many causes are shown, and so many more with each click.
CAUSES = 20
#: So many functions of a cause can be gone to; more are in a table.
FUNCTIONS = 6


def show(opened: Opened, head: DeltaGenerator) -> None:
    """Show what all functions fail by, once that is asked for."""
    many = len(opened.world.functions)
    title, space = head.empty(), st.empty()
    answer = questions.all_diagnosed(opened)
    if answer is None and (many <= AT_ONCE or _is_asked_for(title, space, many)):
        answer = _diagnose(opened, space, many)
    if answer is None:
        return
    names = view.account_names(opened.snapshot)
    title.html(style.head(findings.headline_of_all(answer), ()))
    wanted = filtered([findings.look(issue.verdict) for issue in answer.issues])
    issues = [issue for issue in answer.issues if findings.look(issue.verdict) in wanted]
    shown = CAUSES * (st.session_state.get("causes") or 1)
    with st.container(key="issues"):
        for number, issue in enumerate(issues[:shown]):
            _issue(answer, issue, number, names)
    if len(issues) > shown:
        st.button(f"Show more of the {len(issues):,} causes", on_click=_more, width="stretch")
    _functions(answer, names)
    st.html(style.facts(line.plain for line in fact_lines(answer.gaps, answer.assumes)))


def only() -> list[str]:
    """The verdicts that were chosen, by a link or by hand; none: all are shown."""
    chosen = st.session_state.get("only") or []
    return [word for word in (chosen.split(",") if isinstance(chosen, str) else chosen) if word in findings.LOOKS]


def filtered(words: Sequence[str]) -> list[str]:
    """Let the verdicts that are shown be chosen, and return them: all, until some are."""
    counts = dict(findings.counts(words))
    st.session_state["only"] = [word for word in only() if word in counts]
    st.pills(
        "Show only",
        list(counts),
        selection_mode="multi",
        key="only",
        format_func=lambda word: f"{style.MARKS[word]} {counts[word]:,} {word}",
        on_change=address.acted,
        label_visibility="collapsed",
    )
    return st.session_state["only"] or list(counts)


def _is_asked_for(title: DeltaGenerator, space: DeltaGenerator, many: int) -> bool:
    title.html(style.head(view.Verdict("none", f"{many:,} functions: choose one, or diagnose all of them"), ()))
    with space.container():
        st.html(style.sentence("All are grouped by what they fail by. It takes some milliseconds for each, once."))
        return st.button(f"Diagnose all {many:,} functions", type="primary", icon=":material/stethoscope:")


def _diagnose(opened: Opened, space: DeltaGenerator, many: int) -> DiagnoseAllAnswer:
    bar = space.progress(0.0, "Diagnosing…")
    step = max(many // 100, 1)

    def progress(done: int) -> None:
        if done % step == 0:
            bar.progress(done / many, f"Diagnosing: {done:,} of {many:,} functions")

    answer = questions.diagnose_every(opened, progress)
    space.empty()
    return answer


def _issue(answer: DiagnoseAllAnswer, issue: IssueAnswer, number: int, names: Mapping[str, str]) -> None:
    word = findings.look(issue.verdict)
    lines = findings.facts_of(issue)
    many = view.counted(len(issue.functions), "function")
    with st.container(border=True, key=f"issue-{word}-{number}"):
        st.html(style.issue(word, issue.check, many, clean(issue.summary), lines))
        row = st.container(horizontal=True, gap="small")
        for at, function in enumerate(issue.functions[:FUNCTIONS]):
            row.button(
                view.escape(clean(view.short(function))),
                key=f"go{number}-{at}",
                help=view.escape(findings.function_choice(function, names)),
                on_click=_go,
                args=(answer, issue, function),
            )
        if len(issue.functions) > FUNCTIONS:
            _others(answer, issue, number, row, names)


def _others(
    answer: DiagnoseAllAnswer, issue: IssueAnswer, number: int, row: DeltaGenerator, names: Mapping[str, str]
) -> None:
    """The functions of a cause that has many, in a table, which only the one that is opened has."""
    name = f"{issue.check}~{issue.verdict}~{issue.cause}"
    is_open = st.session_state.get("cause") == name
    label = "Fewer" if is_open else f"All {len(issue.functions):,}"
    row.button(label, key=f"all{number}", type="tertiary", on_click=_open, args=(None if is_open else name,))
    if is_open:
        functions = [{"function": findings.function_choice(arn, names)} for arn in issue.functions]
        _table(functions, issue.functions, f"cause{number}", lambda arn: _go(answer, issue, arn))


def _functions(answer: DiagnoseAllAnswer, names: Mapping[str, str]) -> None:
    rows = findings.function_rows(answer, names)
    with st.expander(f"{view.counted(len(rows), 'function')}, the worst first"):
        shown = [
            {
                "verdict": f"{style.MARKS[row.look]} {row.look}",
                "function": row.name,
                "account": row.account,
                "region": row.region,
                "found": row.told,
            }
            for row in rows
        ]
        _table(shown, [row.arn for row in rows], "functions", lambda arn: _go(answer, None, arn))


def _table(shown: Sequence[Mapping[str, str]], arns: Sequence[str], key: str, go: Callable[[str], None]) -> None:
    """Rows of functions, of which one that is selected is gone to."""
    # A selection can't be taken back: a table that was gone from begins anew.
    key = f"{key}-{st.session_state.get('turn', 0)}"

    def selected() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            go(arns[rows[0]])

    st.dataframe(
        list(shown),
        hide_index=True,
        height=min(36 * (len(shown) + 1) + 2, 420),
        key=key,
        selection_mode="single-row",
        on_select=selected,
    )


def _go(answer: DiagnoseAllAnswer, issue: IssueAnswer | None, function: str) -> None:
    address.acted()
    st.session_state["function"] = function
    st.session_state["finding"] = findings.finding_of(answer, issue, function) if issue else None
    st.session_state["only"] = []
    st.session_state["turn"] = st.session_state.get("turn", 0) + 1


def _more() -> None:
    st.session_state["causes"] = (st.session_state.get("causes") or 1) + 1


def _open(cause: str | None) -> None:
    address.acted()
    st.session_state["cause"] = cause
