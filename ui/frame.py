"""What all pages have in common: the way from one to the other, the input to choose, statements to copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models.answer import GraphAnswer
from models.errors import PermgraphError
from simulator.render.collapse import READABLE, collapse
from simulator.render.dot import to_dot
from ui import address, inputs, questions, style, view
from ui.graph import graph as graph_component
from ui.inputs import Opened

ICON = Path(style.__file__).with_name("icon.svg")
PAGES = {
    address.EXPLORE: "pages/explore.py",
    address.DIAGNOSE: "pages/diagnose.py",
    address.WHAT_IF: "pages/what_if.py",
}
_UPLOADED = "uploaded"


#: What a page is about, and what is shown last, for it takes longest.
Shown = tuple[Opened, Callable[[], None]]


def page(name: str, body: Callable[[DeltaGenerator, DeltaGenerator], Shown]) -> None:
    """Lay a page out: its head, what can be chosen, and the rest.

    `body` gets the space for the first two. The way to the other pages doesn't wait for what is shown last. What can't
    be read is said in one line, with the inputs still there to choose another.
    """
    st.set_page_config(page_title="permgraph", page_icon=str(ICON), layout="wide")
    st.html(style.STYLE)
    address.read(name)
    top = st.container(horizontal=True, vertical_alignment="center", gap="small", key="pages")
    head, controls = st.container(), st.container()
    shown: Shown | None = None
    try:
        shown = body(head, controls)
    except PermgraphError as error:
        st.error(str(error))
    with top:
        st.html(style.brand(), width="content")
        for other, file in PAGES.items():
            st.page_link(file, label=other.capitalize(), query_params=address.link(other))
        if shown:
            st.html(style.about(shown[0].title, shown[0].note))
    if shown:
        try:
            shown[1]()
        except PermgraphError as error:
            st.error(str(error))


def nothing() -> None:
    """What is shown last on a page that has nothing more to show."""


def choose_input(box: DeltaGenerator, files: DeltaGenerator, forgotten: Sequence[str]) -> tuple[str, str, Opened]:
    """Let an input be chosen in `box`, or opened in `files`; return its name, the name of the default, and itself.

    `forgotten` is what of the session another input makes meaningless.
    """
    with files.popover("Open…", width="stretch"):
        st.file_uploader(
            "A scenario (.yaml) or a snapshot (.json, .json.gz)",
            key="upload",
            on_change=_uploaded,
            args=(forgotten,),
            max_upload_size=64,
        )
    # Kept beside the widget: a page that doesn't show the widget would forget what was uploaded.
    upload: tuple[str, bytes] | None = st.session_state.get(_UPLOADED)
    default = inputs.first()
    options = [*([inputs.UPLOAD] if upload else []), *inputs.names()]
    wanted = st.session_state.setdefault("scenario", default)
    if wanted not in options:
        said = "this link is about an uploaded file; open it again to see it"
        st.info(said if wanted == inputs.UPLOAD else f"no scenario is named `{wanted}`; this is the first one")
        st.session_state["scenario"] = default
    box.selectbox(
        "Scenario or snapshot",
        options,
        key="scenario",
        format_func=lambda name: inputs.label(name, upload[0] if upload else None),
        on_change=forget,
        args=(forgotten,),
    )
    chosen = str(st.session_state["scenario"])
    opened = inputs.open_upload(*upload) if chosen == inputs.UPLOAD and upload else inputs.open_named(chosen)
    return chosen, default, opened


def forget(names: Sequence[str]) -> None:
    """Drop what another choice has made meaningless."""
    address.acted()
    for name in names:
        st.session_state[name] = None
    st.session_state["turn"] = st.session_state.get("turn", 0) + 1


def _uploaded(forgotten: Sequence[str]) -> None:
    upload = st.session_state.get("upload")
    st.session_state[_UPLOADED] = (upload.name, upload.getvalue()) if upload else None
    st.session_state["scenario"] = inputs.UPLOAD if upload else inputs.first()
    forget(forgotten)


def picture(
    graph: GraphAnswer,
    *,
    keep: Collection[str],
    picked: str | None,
    way: Sequence[str],
    key: str,
    on_pick: Callable[[], None],
) -> None:
    """Show a graph to pick in, what is in `keep` never collapsed; see `ui.graph.graph` for the rest."""
    shown = collapse(graph, keep=keep)
    if len(shown.nodes) < len(graph.nodes):
        st.caption(
            f"{len(graph.nodes)} nodes are more than the {READABLE} that can be read: many of a kind are drawn as one."
        )
    try:
        svg = questions.drawn(to_dot(shown, for_file=False), len(shown.edges))
    except PermgraphError as error:
        # Streamlit's own chart draws in the browser, without picking; tables and lists serve for that.
        st.warning(str(error))
        st.graphviz_chart(to_dot(shown, for_file=True), width="stretch")
        return
    changes = any(edge.change for edge in shown.edges)
    graph_component(svg, picked=picked, way=way, changes=changes, key=key, on_pick=on_pick)


def grants(accounts: Sequence[view.AccountGrants]) -> None:
    """Show what has to be added where, each statement to copy."""
    for account in accounts:
        for grant in account.grants:
            st.html(style.add(grant.place, account.account, grant.lets))
            st.code(grant.statement, language="json", wrap_lines=True)
