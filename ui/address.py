"""The page's state in the browser's address, so that a link restores it and back and forward work."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

#: What a link holds, under these names both in the address and in the session.
NAMES = ("scenario", "from", "to", "picked", "k", "show")
_SEEN = "address"
_ACTED = "acted"


def acted() -> None:
    """Note that a widget was used: what it chose counts, whatever the address still says.

    A browser that is quickly used again sends the address of before the last choice; taken for a link, it would undo
    that choice.
    """
    st.session_state[_ACTED] = True


def read() -> None:
    """Take over what the address says, if it isn't what this session last wrote: a link, or back and forward."""
    now = {name: st.query_params[name] for name in NAMES if name in st.query_params}
    seen = st.session_state.get(_SEEN)
    st.session_state[_SEEN] = now
    if st.session_state.pop(_ACTED, False) or now == seen:
        return
    for name in NAMES:
        st.session_state.pop(name, None)
    st.session_state.update({name: value for name, value in now.items() if name != "k"})
    if now.get("k", "").isdecimal():
        st.session_state["k"] = int(now["k"])


def write(state: Mapping[str, str], defaults: Mapping[str, str]) -> None:
    """Put into the address what differs from the page as it opens.

    Defaults stay out of it: else the first address would change by itself, and one could never go back beyond it.
    """
    wanted = {name: value for name, value in state.items() if value and value != defaults.get(name)}
    if wanted != st.session_state.get(_SEEN):
        st.session_state[_SEEN] = wanted
        st.query_params.from_dict(wanted)
