"""The picture in the page: an SVG to pan, zoom and pick edges in.

The SVG comes from Graphviz with ids and classes; colours are this component's style sheet, made of Streamlit's own
variables, so that one drawing serves light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

LEAST, MOST = 300, 540

_HERE = Path(__file__).parent


def graph(
    svg: str, *, picked: str | None, way: Sequence[str], changes: bool, key: str, on_pick: Callable[[], None]
) -> None:
    """Show `svg`; what is clicked stands in `st.session_state[key].picked` when `on_pick` is called.

    `picked` is the id of the edge or node to mark, `way` the ids of the edges to bring out; `changes` says whether the
    graph is one of before and after.
    """
    component = st.components.v2.component(
        "permgraph_graph",
        html=(_HERE / "graph.html").read_text(encoding="utf-8"),
        css=(_HERE / "graph.css").read_text(encoding="utf-8"),
        js=(_HERE / "graph.js").read_text(encoding="utf-8"),
    )
    data = {"svg": svg, "picked": picked, "way": list(way), "changes": changes, "height": _height(svg)}
    component(key=key, data=data, on_picked_change=on_pick)


def _height(svg: str) -> int:
    """Pixels: as high as the drawing asks for, within what leaves room on a screen."""
    drawn = re.search(r'height="(\d+)', svg)
    return min(max(int(int(drawn.group(1)) * 1.5) if drawn else MOST, LEAST), MOST)
