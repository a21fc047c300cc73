"""What a page asks of the simulator, each answer worked out once for all sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from models.answer import (
    DiagnoseAllAnswer,
    DiagnoseAnswer,
    GraphAnswer,
    PathsAnswer,
    RepairGrantAnswer,
    StepAnswer,
    WhatIfAnswer,
)
from models.edge import EdgeKind
from models.errors import PermgraphError
from simulator.answers.changed_graph import changed_graph
from simulator.answers.diagnose import diagnose_all, diagnose_drawn
from simulator.answers.diagnose_mended import diagnose_mended
from simulator.answers.paths import paths
from simulator.answers.step import step
from simulator.answers.what_if import what_if
from simulator.answers.whole_graph import MOST_NODES, size_of, whole_graph
from simulator.changes import apply
from simulator.changes.names import resolved
from simulator.render import picture
from simulator.world import World
from ui.inputs import Opened
from ui.supposed import Changes, text_of

#: What an edge can be explained by.
KINDS = frozenset(kind.value for kind in EdgeKind)
_KEPT = 64
_KEPT_WHOLE = 8
#: Among so many ways from one end of a step to the other the step itself is looked for.
_LOOKED_AT = 3

#: What can be shown -> whether it hangs on the two ends.
SHOWN = {"ways": (True, True), "to": (False, True), "from": (True, False), "all": (False, False)}


def _content(opened: Opened) -> str:
    return opened.digest


@st.cache_resource(max_entries=_KEPT, show_spinner="Working it out…", hash_funcs={Opened: _content})
def ways_between(opened: Opened, source: str, target: str, k: int) -> PathsAnswer:
    """The `k` cheapest ways."""
    return paths(opened.world, source, target, k=k)


@st.cache_resource(max_entries=_KEPT, show_spinner="Looking for repairs…", hash_funcs={Opened: _content})
def mended_ways(opened: Opened, source: str, target: str, k: int) -> tuple[tuple[RepairGrantAnswer, ...], ...]:
    """What mends each of the `k` cheapest ways; of one that nothing mends nothing."""
    return tuple(way.repair for way in paths(opened.world, source, target, k=k, repair=True).paths)


@st.cache_resource(max_entries=_KEPT, show_spinner="Looking for repairs…", hash_funcs={Opened: _content})
def mended_step(opened: Opened, source: str, target: str, kind: str) -> tuple[RepairGrantAnswer, ...]:
    """What mends one step by itself; nothing where it is no way of its own, or nothing mends it."""
    found = paths(opened.world, source, target, k=_LOOKED_AT, repair=True).paths
    return next((way.repair for way in found if [step.kind for step in way.steps] == [kind]), ())


def surroundings(opened: Opened, source: str, target: str, show: str) -> tuple[GraphAnswer, str]:
    """The part of the graph that `show` names and, if it is too large to be had, an empty one and why."""
    if show == "ways" and (size := size_of(opened.world)) > MOST_NODES:
        return GraphAnswer(nodes=(), edges=()), f"the graph has about {size:,} nodes: only the ways listed are drawn"
    return _surroundings(opened, source, target, show)


@st.cache_resource(max_entries=_KEPT, show_spinner="Working it out…", hash_funcs={Opened: _content})
def _surroundings(opened: Opened, source: str, target: str, show: str) -> tuple[GraphAnswer, str]:
    ends = SHOWN[show]
    try:
        start, end = (name if wanted else None for name, wanted in zip((source, target), ends, strict=True))
        return whole_graph(opened.world, source=start, target=end), ""
    except PermgraphError as error:
        return GraphAnswer(nodes=(), edges=()), str(error)


@st.cache_resource(max_entries=_KEPT, show_spinner="Working it out…", hash_funcs={Opened: _content})
def explain(opened: Opened, source: str, target: str, kind: str) -> StepAnswer | None:
    """The engine's answer about one edge."""
    return step(opened.world, source, target, kind)


@st.cache_resource(max_entries=_KEPT, show_spinner="Working it out…", hash_funcs={Opened: _content})
def diagnosed(opened: Opened, function: str) -> tuple[DiagnoseAnswer, GraphAnswer]:
    """What there is to say of a function, and the graph of it."""
    return diagnose_drawn(opened.world, function)


@st.cache_resource(max_entries=_KEPT, show_spinner="Looking for repairs…", hash_funcs={Opened: _content})
def mended_findings(opened: Opened, function: str) -> dict[tuple[str, str, str], tuple[RepairGrantAnswer, ...]]:
    """What mends the findings of a function, by their check, subject and summary."""
    found = diagnose_mended(opened.world, function).findings
    return {(row.check, row.subject, row.summary): row.repair for row in found}


@st.cache_resource(max_entries=_KEPT_WHOLE, show_spinner=False, hash_funcs={Opened: _content})
def _shelf(opened: Opened) -> list[DiagnoseAllAnswer]:
    return []


def all_diagnosed(opened: Opened) -> DiagnoseAllAnswer | None:
    """What there is to say of all functions, if that was asked for before."""
    return next(iter(_shelf(opened)), None)


def diagnose_every(opened: Opened, progress: Callable[[int], None]) -> DiagnoseAllAnswer:
    """What there is to say of all functions; `progress` is told how many are done."""
    # Not a cached function: what it shows of its progress would be shown again with the answer that was kept.
    shelf = _shelf(opened)
    if not shelf:
        shelf.append(diagnose_all(opened.world, progress=progress))
    return shelf[0]


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def drawn(dot: str, edges: int) -> str:
    """The SVG of `dot`, with all its edges counted.

    Raises:
        PermgraphError: if it can't be drawn whole.
    """
    return picture.to_svg(dot, edges=edges).decode()


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs={GraphAnswer: lambda graph: graph.model_dump_json()})
def svg_file(graph: GraphAnswer) -> bytes:
    """The picture as a file."""
    return picture.draw(graph)


@dataclass(frozen=True, slots=True)
class Supposed:
    """What opens and closes with some changes, before and after as one graph, and the input as it is afterwards.

    `made` are the changes with ARNs for names.
    """

    made: Changes
    answer: WhatIfAnswer
    graph: GraphAnswer
    after: Opened


@st.cache_resource(
    max_entries=_KEPT_WHOLE,
    show_spinner="Working it out…",
    hash_funcs={Opened: _content, tuple: text_of},
)
def suppose(opened: Opened, changes: Changes, findings: bool) -> Supposed:
    """What becomes of an input with the changes; nothing is changed anywhere else.

    Raises:
        PermgraphError: for what a change names that isn't there, and for one that AWS would refuse.
    """
    made = resolved(opened.world, changes)
    answer = what_if(opened.world, made, findings=findings, exposure=True)
    snapshot = apply(opened.snapshot, made)
    after = replace(opened, digest=f"{opened.digest} {text_of(made)}", snapshot=snapshot, world=World(snapshot))
    return Supposed(made, answer, changed_graph(opened.world, made, answer), after)
