"""The explorer's page: from and to, the picture, the ways, why an edge is as it is, and what to add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from models.answer import GraphAnswer, GraphEdge, GraphNode, PathsAnswer
from models.errors import InputError, PermgraphError
from simulator.render.collapse import collapse
from simulator.render.dot import SET, edge_ids
from simulator.render.lines import facts as fact_lines
from ui import address, frame, questions, repairs, style, view
from ui.inputs import Opened

PICTURE = "picture"
DEFAULT_K = 3
DEFAULT_SHOW = "ways"


def explore(head: DeltaGenerator, controls: DeltaGenerator) -> frame.Shown:
    """Lay the page out."""
    opened, source, target, k = _choose(controls)
    answer = questions.ways_between(opened, source, target, k)
    found, too_large = questions.surroundings(opened, source, target, st.session_state["show"])
    names = view.account_names(opened.snapshot)
    graph = view.with_steps(found, answer, names)
    head.html(style.head(view.verdict(answer, names), view.counts(graph)))
    if too_large:
        st.info(too_large)
    left, right = st.columns([1.75, 1], gap="medium")
    with left:
        ways = view.ways(answer, graph)
        space = st.container()
        way = _choose_way(ways, f"{opened.digest}{source}{target}")
        picked = _picked(way, graph)
        with space:
            frame.picture(
                graph,
                keep=view.on_ways(answer),
                picked=picked,
                way=way.edges if way else (),
                key=PICTURE,
                on_pick=_pick_in_picture,
            )
            _tools(graph, answer)
    with right:
        repair = _why(opened, graph, _readable(graph, answer), picked, names)
        _table(graph, picked)
    space = st.container()
    st.html(style.facts(line.plain for line in fact_lines(answer.gaps, answer.assumes)))

    def repaired() -> None:
        # Each repair is applied, and all that it opens looked for.
        repair()
        with space:
            _lacks(opened, answer, ways.index(way) if way else 0, way, edge_ids(graph).get(picked or ""), names)

    return opened, repaired


def _choose(space: DeltaGenerator) -> tuple[Opened, str, str, int]:
    """Show what can be chosen, and return what is."""
    with space:
        columns = st.columns([2.4, 2.6, 2.6, 1.9], vertical_alignment="bottom", gap="small")
    more = columns[3].container(horizontal=True, vertical_alignment="bottom")
    ways, files = more.container(width=110), more.container(width="stretch")
    chosen, default, opened = frame.choose_input(columns[0], files, ("from", "to", "picked"))
    source = _end(columns[1], "From", "from", view.sources(opened.snapshot), opened, 0)
    target = _end(columns[2], "To", "to", view.targets(opened.snapshot), opened, 1)
    if not (source and target):
        raise InputError("holds nothing that a way could start at or lead to", opened.title)
    st.session_state.setdefault("k", DEFAULT_K)
    if st.session_state.get("show") not in questions.SHOWN:
        st.session_state["show"] = DEFAULT_SHOW
    k = ways.number_input("Ways", 1, 20, key="k", on_change=frame.forget, args=(("picked",),))
    state = {
        "scenario": chosen,
        "from": source,
        "to": target,
        "picked": st.session_state.get("picked"),
        "k": str(k),
        "show": st.session_state["show"],
    }
    address.write(
        address.EXPLORE,
        {name: value or "" for name, value in state.items()},
        {"scenario": default, "from": opened.ends[0], "to": opened.ends[1], "k": str(DEFAULT_K), "show": DEFAULT_SHOW},
    )
    return opened, source, target, int(k)


def _end(
    column: DeltaGenerator,
    label: str,
    key: str,
    choices: Sequence[view.Choice],
    opened: Opened,
    which: int,
) -> str:
    """Let one end be chosen; a link may name it as a person would, and may name more than is listed."""
    labels = {choice.id: choice.label for choice in choices}
    wanted = st.session_state.get(key) or opened.ends[which]
    if wanted and wanted not in labels:
        try:
            wanted = opened.world.resolve(wanted)
        except PermgraphError as error:
            st.info(str(error))
            wanted = opened.ends[which]
        extra = view.choice(wanted, view.account_names(opened.snapshot), opened.snapshot)
        labels.setdefault(wanted, extra.label)
    st.session_state[key] = wanted or next(iter(labels), "")
    column.selectbox(
        label,
        list(labels),
        key=key,
        format_func=lambda node: labels.get(node, node),
        on_change=frame.forget,
        args=(("picked",),),
    )
    return str(st.session_state[key] or "")


def _choose_way(ways: Sequence[view.Way], key: str) -> view.Way | None:
    """Let one of the ways be chosen; the picture brings it out."""
    if not ways:
        return None
    number = st.radio(
        "Ways, cheapest first",
        range(len(ways)),
        format_func=lambda at: view.escape(ways[at].label),
        key=f"way{key}",
        on_change=frame.forget,
        args=(("picked",),),
    )
    return ways[number or 0]


def _picked(way: view.Way | None, graph: GraphAnswer) -> str | None:
    """What was picked, else what is worth a look first."""
    picked = str(st.session_state.get("picked") or "")
    return picked if view.is_there(picked, graph) else view.first_trouble(way, graph)


def _tools(graph: GraphAnswer, answer: PathsAnswer) -> None:
    """Under the picture: what it shows, and the picture as a file."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.selectbox(
        "Show",
        list(questions.SHOWN),
        key="show",
        format_func=lambda show: view.shown_label(show, answer.source, answer.target),
        on_change=address.acted,
        width=300,
    )
    try:
        svg = questions.svg_file(_readable(graph, answer))
    except PermgraphError:
        return  # Why not was said where the picture should be.
    row.download_button("SVG", svg, "permgraph.svg", "image/svg+xml", icon=":material/download:", on_click="ignore")


def _readable(graph: GraphAnswer, answer: PathsAnswer) -> GraphAnswer:
    return collapse(graph, keep=view.on_ways(answer))


def _why(
    opened: Opened, graph: GraphAnswer, drawn: GraphAnswer, picked: str | None, names: Mapping[str, str]
) -> Callable[[], None]:
    """Explain what is picked, an edge with its statements or a node; return what shows the repair, called last."""
    node = next((node for node in (*graph.nodes, *drawn.nodes) if node.id == picked), None)
    edge = {**edge_ids(drawn), **edge_ids(graph)}.get(picked or "")
    with st.container(border=True, key="why"):
        if edge is not None:
            return _why_edge(opened, edge, names)
        if node is not None:
            _why_node(node)
        else:
            st.html(style.section("Pick an edge, in the picture or in the table, to see why it is as it is"))
    return frame.nothing


def _why_edge(opened: Opened, edge: GraphEdge, names: Mapping[str, str]) -> Callable[[], None]:
    step = None if view.is_bundle(edge) else questions.explain(opened, edge.source, edge.target, edge.kind)
    explained = view.why(edge, step, names)
    st.html(style.why(explained))
    space = st.container()

    def show_repair() -> None:
        is_one = explained.grants and not view.is_bundle(edge)
        found = questions.mended_step(opened, edge.source, edge.target, edge.kind) if is_one else ()
        with space:
            if found:
                repairs.show(opened, found, names, key="step")
            else:
                frame.grants(explained.grants)

    return show_repair


def _why_node(node: GraphNode) -> None:
    title, _, members = node.label.partition("\n")
    if node.kind == SET:
        st.html(style.node(title, members, "Drawn as one; the table has the edges of each."))
        return
    st.html(style.node(title, node.kind.replace("_", " "), node.id))
    if node.kind == "function":
        link = address.link(address.DIAGNOSE, function=node.id)
        st.page_link(
            frame.PAGES[address.DIAGNOSE], label="Diagnose it", icon=":material/stethoscope:", query_params=link
        )
    start, end = st.columns(2)
    start.button("Ways from here", on_click=_go, args=("from", node.id), width="stretch")
    end.button("Ways to here", on_click=_go, args=("to", node.id), width="stretch")


def _lacks(
    opened: Opened,
    answer: PathsAnswer,
    number: int,
    way: view.Way | None,
    picked: GraphEdge | None,
    names: Mapping[str, str],
) -> None:
    """All that the way lacks, by account, unless the picked edge has just said the same."""
    if way is None or not way.grants or (picked is not None and list(picked.missing) == list(way.grants)):
        return
    st.html(style.section(f"All that this way lacks: {view.counted(len(way.grants), 'statement')}"))
    found = questions.mended_ways(opened, answer.source, answer.target, st.session_state["k"])
    if number < len(found) and found[number]:
        repairs.show(opened, found[number], names, key="way")
        return
    accounts = view.grants_by_account(way.grants, names)
    for column, account in zip(st.columns(max(len(accounts), 2), gap="medium"), accounts, strict=False):
        with column:
            frame.grants([account])


def _table(graph: GraphAnswer, picked: str | None) -> None:
    rows = view.edge_rows(graph)
    shown = [
        {
            "status": f"{style.MARKS[row.status]} {row.status}",
            "from": row.source,
            "edge": row.kind,
            "to": row.target,
            "why": row.why,
        }
        for row in rows
    ]
    at = next((number for number, row in enumerate(rows) if row.id == picked), None)
    # A selection can't be set, only begun with: what is picked elsewhere begins a new table.
    key = f"edges{st.session_state.get('turn', 0)}"
    st.html(style.section(f"{view.counted(len(rows), 'edge')}, what needs attention first"))
    st.dataframe(
        shown,
        hide_index=True,
        height=min(36 * (len(rows) + 1) + 2, 300),
        key=key,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [] if at is None else [at]}},
        on_select=lambda: _pick_in_table(key, [row.id for row in rows]),
    )


def _pick_in_picture() -> None:
    picked = st.session_state[PICTURE].get("picked")
    if picked:
        _pick(picked)


def _pick_in_table(key: str, ids: Sequence[str]) -> None:
    address.acted()
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state["picked"] = ids[rows[0]] if rows else None


def _pick(name: str | None) -> None:
    address.acted()
    st.session_state["picked"] = name
    st.session_state["turn"] = st.session_state.get("turn", 0) + 1


def _go(end: str, node: str) -> None:
    st.session_state[end] = node
    _pick(None)


frame.page(address.EXPLORE, explore)
