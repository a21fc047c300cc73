"""What mends a missing step, in all the forms in which it can be applied, and the way into What if."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from models.answer import RepairGrantAnswer
from models.change import CHANGE
from simulator.render.lines import clean
from ui import address, frame, history, style, view
from ui.inputs import Opened
from ui.supposed import Changes

TRY = "Try this in What if"
TRY_ALL = "Try all of it in What if"


def show(opened: Opened, repairs: Sequence[RepairGrantAnswer], names: Mapping[str, str], *, key: str) -> None:
    """Show each grant with its forms, and a link that supposes it, or all of them; `key` is the page's name for it."""
    for number, grant in enumerate(repairs):
        _grant(opened, grant, names, f"{key}-{number}")
    if len(repairs) > 1:
        _link(opened, tuple(change for grant in repairs for change in changes_of(grant)), TRY_ALL, f"{key}-all")


def changes_of(grant: RepairGrantAnswer) -> Changes:
    """The changes that a grant is."""
    return tuple(CHANGE.validate_python(change) for change in grant.changes)


def forms(grant: RepairGrantAnswer) -> dict[str, tuple[str, str]]:
    """The grant as what is to be pasted where: name -> (text, language)."""
    found = {
        "Statement": (json.dumps(grant.statement, indent=2, ensure_ascii=False) if grant.statement else "", "json"),
        "AWS CLI": (grant.cli, "bash"),
        "CloudFormation": (json.dumps(grant.cloudformation, indent=2, ensure_ascii=False), "json"),
        "Terraform": (grant.terraform, "hcl"),
    }
    return {name: form for name, form in found.items() if form[0]}


def _grant(opened: Opened, grant: RepairGrantAnswer, names: Mapping[str, str], key: str) -> None:
    ((account, rows),) = ((one.account, one.grants) for one in view.grants_by_account([grant], names))
    st.html(style.add(rows[0].place, account, rows[0].lets))
    said = forms(grant)
    for tab, (text, language) in zip(st.tabs(list(said)), said.values(), strict=True):
        tab.code(text, language=language, wrap_lines=True, height="content" if len(text) < _LONG else 300)
    lines = ["applied and evaluated again: the step holds"] if grant.verified else []
    lines += [f"also opens {view.counted(len(grant.also_opens), 'pair')}"] if grant.also_opens else []
    lines += [clean(grant.warning)] if grant.warning else []
    st.html(style.facts(lines))
    _link(opened, changes_of(grant), TRY, key)


#: Longer texts scroll.
_LONG = 900


def _link(opened: Opened, changes: Changes, label: str, key: str) -> None:
    st.container(key=f"try-{key}").page_link(
        frame.PAGES[address.WHAT_IF],
        label=label,
        icon=":material/experiment:",
        query_params=history.link(opened, changes),
    )
