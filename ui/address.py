"""A page's state in the browser's address, so that a link restores it and back and forward work."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

EXPLORE, DIAGNOSE, WHAT_IF = "explore", "diagnose", "what if"
#: What a link to each page holds, under these names both in the address and in the session.
NAMES = {
    EXPLORE: ("scenario", "from", "to", "picked", "k", "show"),
    DIAGNOSE: ("scenario", "function", "finding", "only"),
    WHAT_IF: ("scenario", "changes", "picked"),
}
_SEEN = "address"
_ACTED = "acted"
_LEFT = "left"


def acted() -> None:
    """Note that a widget was used: what it chose counts, whatever the address still says.

    A browser that is quickly used again sends the address of before the last choice; taken for a link, it would undo
    that choice.
    """
    st.session_state[_ACTED] = True


def read(page: str) -> None:
    """Take over what the address says, if it isn't what this session last wrote: a link, or back and forward."""
    names = NAMES[page]
    said = now = {name: st.query_params[name] for name in names if name in st.query_params}
    left: dict[str, str] | None = st.session_state.get(_LEFT, {}).get(page)
    if left is not None and not set(st.query_params).issubset(names):
        # On the way to another page Streamlit leaves an entry behind, of this page with the other's names.
        said, now = st.query_params.to_dict(), left
    seen_page, seen = st.session_state.get(_SEEN, ("", {}))
    st.session_state[_SEEN] = (page, said)
    acted_here = st.session_state.pop(_ACTED, False) and page == seen_page
    if acted_here or (page, said) == (seen_page, seen):
        return
    for name in names:
        st.session_state.pop(name, None)
    st.session_state.update({name: value for name, value in now.items() if name != "k"})
    if now.get("k", "").isdecimal():
        st.session_state["k"] = int(now["k"])


def write(page: str, state: Mapping[str, str], defaults: Mapping[str, str]) -> None:
    """Put into the address what differs from the page as it opens.

    Defaults stay out of it: else the first address would change by itself, and one could never go back beyond it.
    """
    wanted = {name: value for name, value in state.items() if value and value != defaults.get(name)}
    st.session_state.setdefault(_LEFT, {})[page] = wanted
    seen_page, seen = st.session_state.get(_SEEN, ("", {}))
    # A link may also name what is so by default: the same without would be one more address that back leads to.
    if page != seen_page or wanted != {name: value for name, value in seen.items() if value != defaults.get(name)}:
        st.session_state[_SEEN] = (page, wanted)
        st.query_params.from_dict(wanted)


def link(page: str, **state: str) -> dict[str, str]:
    """Return what an address of `page` holds for `state` of the same input; without any, as the page was left."""
    _, here = st.session_state.get(_SEEN, ("", {}))
    same = {"scenario": here["scenario"]} if "scenario" in here else {}
    left: dict[str, str] = st.session_state.get(_LEFT, {}).get(page, {})
    was_here = left.get("scenario") == here.get("scenario")
    return {**same, **state} if state or not was_here else left
