"""The changes of the page What if: their list, the forms and the text to build them with, and the files to save."""

from __future__ import annotations

import contextlib

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models.errors import PermgraphError
from simulator.render.collapse import collapse
from simulator.scenario.writing import with_what_if
from ui import history, nameable, questions, style, supposed, view
from ui.inputs import Opened
from ui.kinds import FORMS, Field
from ui.questions import Supposed
from ui.supposed import Changes

_ERROR = "form_error"
_TURN = "form_turn"
_TEXT = "yaml"
#: The text as it was written, the changes that it stands beside, and what is wrong with it.
_WRITTEN = "yaml_written"


def show(opened: Opened, found: Supposed | None, changes: Changes, problem: tuple[int, str] | None) -> None:
    """Show what is supposed, and let it be changed.

    `found` is what comes of it; `problem` is which of the changes can't be made, and why.
    """
    after = found.after if found else opened
    with st.container(border=True, key="supposed"):
        st.html(style.section(f"{view.counted(len(changes), 'change')}, in this order" if changes else "Changes"))
        for number, change in enumerate(found.made if found else changes):
            _change(opened, changes, number, supposed.sentence(change))
            if problem and problem[0] == number:
                st.error(problem[1])
        _history(opened, changes)
        form, text = st.tabs(["Form", "YAML"])
        with form:
            _form(opened, after, changes)
        with text:
            _text(opened, changes)
    if found:
        _save(opened, changes, found)


def _change(opened: Opened, changes: Changes, number: int, text: str) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", key=f"change{number}", gap="small")
    row.html(style.change(number + 1, text))
    row.button(
        "Take out",
        key=f"drop{number}",
        help=f"Take change {number + 1} out",
        type="tertiary",
        on_click=_put,
        args=(opened, changes[:number] + changes[number + 1 :]),
    )


def _history(opened: Opened, changes: Changes) -> None:
    can_undo, can_redo = history.can_go(opened)
    row = st.container(horizontal=True, gap="small", key="history")
    row.button("Undo", icon=":material/undo:", disabled=not can_undo, on_click=_go, args=(opened, -1))
    row.button("Redo", icon=":material/redo:", disabled=not can_redo, on_click=_go, args=(opened, 1))
    row.button("Clear", icon=":material/delete:", disabled=not changes, on_click=_put, args=(opened, ()))


def _put(opened: Opened, changes: Changes) -> None:
    st.session_state[_ERROR] = None
    history.put(opened, changes)


def _go(opened: Opened, by: int) -> None:
    st.session_state[_ERROR] = None
    history.go(opened, by)


# --- the forms -------------------------------------------------------------------------------------------------------


def _form(opened: Opened, after: Opened, changes: Changes) -> None:
    name = st.selectbox("Kind of change", list(FORMS), format_func=lambda name: FORMS[name].label, key="form")
    form = FORMS[name]
    names = view.account_names(after.snapshot)
    values: dict[str, str | None] = {}
    for field in form.fields:
        values[field.name] = _field(field, _key(name, field), after, values, names)
    st.button(
        "Add the change", type="primary", icon=":material/add:", on_click=_add, args=(opened, after, changes, name)
    )
    if error := st.session_state.get(_ERROR):
        st.error(error)


def _key(form: str, field: Field) -> str:
    return f"{form}-{field.name}-{st.session_state.get(_TURN, 0)}"


def _field(field: Field, key: str, after: Opened, values: dict[str, str | None], names: dict[str, str]) -> str | None:
    label = f"{field.label} (optional)" if field.optional else field.label
    if field.filled in ("pick", "one"):
        options = list(field.choices(after.world, values))
        # What was chosen where other names could be is kept: it is what will be said to be wrong.
        chosen = st.session_state.get(key)
        return st.selectbox(
            label,
            options if chosen in (None, *options) else [chosen, *options],
            index=0 if field.filled == "one" and not field.optional else None,
            key=key,
            format_func=lambda name: nameable.label(name, names, after.snapshot),
            accept_new_options=field.filled == "pick",
            placeholder="Choose, or write a name" if field.filled == "pick" else "Choose",
        )
    if field.filled == "json":
        return st.text_area(label, key=key, placeholder=field.hint, height=110)
    return st.text_input(label, value=field.default, key=key, placeholder=field.hint)


def _add(opened: Opened, after: Opened, changes: Changes, name: str) -> None:
    form = FORMS[name]
    values = {field.name: st.session_state.get(_key(name, field)) or None for field in form.fields}
    try:
        made = (*changes, form.make(after.world, values))
    except PermgraphError as error:
        st.session_state[_ERROR] = str(error)
        return
    problem = supposed.refused(opened.world, made)
    if problem and problem[0] == len(changes):
        st.session_state[_ERROR] = problem[1]
        return
    _put(opened, made)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


# --- the text --------------------------------------------------------------------------------------------------------


def _text(opened: Opened, changes: Changes) -> None:
    # Kept beside the widget: a page that doesn't show the widget would forget what was written.
    code, text, error = st.session_state.get(_WRITTEN, (None, "", ""))
    here = f"{opened.digest} {supposed.code_of(changes)}"
    if code != here:
        text, error = supposed.text_of(changes), ""
        st.session_state[_WRITTEN] = (here, text, error)
        st.session_state[_TEXT] = text
    st.session_state.setdefault(_TEXT, text)
    st.text_area(
        "A changes file: YAML or JSON",
        key=_TEXT,
        height=280,
        max_chars=200_000,
        placeholder="changes:\n- change: attach_policy\n  holder: dev\n  policy: AWSLambda_FullAccess",
        on_change=_written,
        args=(opened, changes),
    )
    st.button("Take it over", on_click=_written, args=(opened, changes))
    if error:
        st.error(error)


def _written(opened: Opened, changes: Changes) -> None:
    """Take over what was written. What can't be read stays as it is, and so do the changes until it can."""
    text = str(st.session_state[_TEXT])
    try:
        read, error = supposed.read(text), ""
    except PermgraphError as wrong:
        read, error = changes, str(wrong)
    if read != history.current(opened) and not error:
        _put(opened, read)
    st.session_state[_WRITTEN] = (f"{opened.digest} {supposed.code_of(read)}", text, error)


# --- the files -------------------------------------------------------------------------------------------------------


def _save(opened: Opened, changes: Changes, found: Supposed) -> None:
    """The changes and the picture as files."""
    row = st.container(horizontal=True, gap="small", key="save", vertical_alignment="center")
    _file(row, "Changes file", supposed.text_of(changes), "changes.yaml", "application/yaml")
    if opened.scenario is not None:
        name = supposed.title(found.made)
        text = with_what_if(opened.scenario, name, found.made, found.answer)
        _file(row, "Scenario", text, "scenario.yaml", "application/yaml")
    with contextlib.suppress(PermgraphError):  # Why not is said where the picture should be.
        _file(row, "SVG", questions.svg_file(collapse(found.graph)), "what-if.svg", "image/svg+xml")
    if opened.scenario is None:
        st.caption("A snapshot is no scenario: its changes are saved as a file, for `permgraph what-if --changes`.")


def _file(row: DeltaGenerator, label: str, content: str | bytes, name: str, kind: str) -> None:
    row.download_button(label, content, name, kind, icon=":material/download:", on_click="ignore")
