"""The changes that are supposed on the page What if, with undo and redo; they outlast a look at another page.

The address holds them (see `ui.address`), so that a link restores them and back and forward go through them. What is
too long for an address stays in the session, under a name that the address holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from models.errors import InputError
from ui import address, supposed
from ui.inputs import Opened
from ui.supposed import Changes

#: The name in the address, and in the session.
CHANGES = "changes"
_HISTORY = "what_if_history"
_LONG = "what_if_long"


@dataclass(slots=True)
class _History:
    """What was supposed of one input, one state after the other; `at` is the one that is shown."""

    digest: str
    states: list[Changes] = field(default_factory=lambda: [()])
    at: int = 0

    def put(self, changes: Changes) -> None:
        del self.states[self.at + 1 :]
        self.states.append(changes)
        self.at += 1


def current(opened: Opened) -> Changes:
    """What is supposed of an input, on whatever page it is asked."""
    history: _History | None = st.session_state.get(_HISTORY)
    return history.states[history.at] if history and history.digest == opened.digest else ()


def follow(opened: Opened) -> Changes:
    """Take over what the address says, where it isn't what is supposed already, and return what is then.

    Raises:
        InputError: if the address holds what can't be read; what was supposed before stays.
    """
    history = _of(opened)
    code = str(st.session_state.get(CHANGES) or "")
    if code != code_of(history.states[history.at]):
        try:
            history.put(_decoded(code))
        finally:
            st.session_state[CHANGES] = code_of(history.states[history.at])
    return history.states[history.at]


def put(opened: Opened, changes: Changes) -> None:
    """Suppose these changes from now on."""
    address.acted()
    _of(opened).put(changes)
    st.session_state[CHANGES] = code_of(changes)


def can_go(opened: Opened) -> tuple[bool, bool]:
    """Whether there is something to undo, and something to redo."""
    history = _of(opened)
    return history.at > 0, history.at < len(history.states) - 1


def go(opened: Opened, by: int) -> None:
    """Undo (-1) or redo (1)."""
    address.acted()
    history = _of(opened)
    history.at = min(max(history.at + by, 0), len(history.states) - 1)
    st.session_state[CHANGES] = code_of(history.states[history.at])


def link(opened: Opened, more: Changes) -> dict[str, str]:
    """What an address of the page holds that supposes these changes beside those that are supposed already."""
    before = current(opened)
    return address.link(address.WHAT_IF, changes=code_of((*before, *(one for one in more if one not in before))))


def code_of(changes: Changes) -> str:
    """What an address holds for the changes."""
    code = supposed.code_of(changes)
    if len(code) <= supposed.LONGEST_CODE:
        return code
    name = supposed.name_of(code)
    st.session_state.setdefault(_LONG, {})[name] = changes
    return name


def _decoded(code: str) -> Changes:
    if not code.startswith("~"):
        return supposed.decoded(code) if code else ()
    kept: dict[str, Changes] = st.session_state.get(_LONG, {})
    if code not in kept:
        raise InputError("the changes in this link were too many for a link; open their file instead")
    return kept[code]


def _of(opened: Opened) -> _History:
    history: _History | None = st.session_state.get(_HISTORY)
    if history is None or history.digest != opened.digest:
        history = st.session_state[_HISTORY] = _History(opened.digest)
    return history
