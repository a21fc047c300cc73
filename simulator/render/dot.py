"""A graph as DOT: one look for files and for the explorer.

For a file every colour and weight is written out. For the explorer they are left to style sheets: each node and edge
carries an `id` (the thing itself, which comes back from a click) and a `class` (its kind and status), so that one
layout serves light and dark.

Source of the syntax: Graphviz documentation, "DOT Language", "escString" and "Attributes".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from models.answer import GraphAnswer, GraphEdge, GraphNode

FONT = "Helvetica"
TEXT = "#1f2328"
WEAK = "#6e7781"
RED = "#b3261e"
GREEN = "#1b6e3c"
#: Kind of the node that stands for many (see `simulator.render.collapse`).
SET = "set"

_ROUNDED = {"shape": "box", "style": "rounded,filled"}
_HEXAGON = {"shape": "hexagon", "style": "filled"}
_CYLINDER = {"shape": "cylinder", "style": "filled"}
_HOUSE = {"shape": "house", "style": "filled"}
_ARROW = {"shape": "cds", "style": "filled", "margin": "0.2,0.12"}
_PLUG = {"shape": "component", "style": "filled"}

#: Node kind -> its shape. A kind that isn't here is a plain box.
SHAPES: dict[str, dict[str, str]] = {
    **dict.fromkeys(("user", "role", "group", "session", "function", "alias", "version", "url"), _ROUNDED),
    **dict.fromkeys(("service", "identity_provider", "federated"), _HEXAGON),
    # What holds something,
    **dict.fromkeys(("bucket", "table", "queue", "stream", "topic", "bus", "key", "secret"), _CYLINDER),
    **dict.fromkeys(("log_group", "repository", "cluster", "broker", "kafka"), _CYLINDER),
    # what passes something on when its time or its event comes,
    **dict.fromkeys(("rule", "schedule", "pipe", "alarm", "state_machine", "pipeline"), _ARROW),
    # and what people and machines call from outside.
    **dict.fromkeys(("api", "target_group", "distribution", "user_pool", "identity_pool", "bot", "agent"), _PLUG),
    **dict.fromkeys(("account", "organization", "anyone"), _HOUSE),
    SET: {"shape": "box", "style": "rounded,filled", "peripheries": "2"},
}
_BOX = {"shape": "box", "style": "filled"}

_ORANGE = {"color": "#c26a00", "penwidth": "2"}
#: Kinds that stand out, in files.
_OUTLINES: dict[str, dict[str, str]] = {
    **dict.fromkeys(("function", "alias", "version", "url"), _ORANGE),
    "anyone": {"color": RED, "penwidth": "2.5"},
}

#: Edge status -> its line, in files. The status also stands in the label: never colour alone.
LINES: dict[str, dict[str, str]] = {
    "allowed": {"color": TEXT, "fontcolor": TEXT, "style": "solid"},
    "conditional": {"color": "#8a6d00", "fontcolor": "#8a6d00", "style": "dashed"},
    "missing": {"color": RED, "fontcolor": RED, "style": "dashed", "penwidth": "2"},
    "denied": {"color": RED, "fontcolor": RED, "style": "solid", "penwidth": "2"},
    "unknown": {"color": WEAK, "fontcolor": WEAK, "style": "dotted"},
}

#: What becomes of an edge -> its line, in files: two lines beside each other, which no status has.
CHANGED: dict[str, dict[str, str]] = {
    "opens": {"color": f"{GREEN}:invis:{GREEN}", "fontcolor": GREEN, "style": "solid", "penwidth": "1.6"},
    "closes": {"color": f"{RED}:invis:{RED}", "fontcolor": RED, "style": "dashed", "penwidth": "1.6"},
}

_DETAIL_LENGTH = 44


def to_dot(graph: GraphAnswer, *, for_file: bool) -> str:
    """Return `graph` as DOT, left to right, with an account's nodes in a cluster.

    `for_file` writes the look out as attributes; without it colours and weights are left to a style sheet.
    """
    lines = ["digraph permgraph {", *_defaults(for_file)]
    clusters, outside = _by_account(_with_ends(graph))
    for account, nodes in clusters.items():
        lines += _cluster(account, graph.accounts.get(account), nodes, for_file)
    lines += [f"  {_node(node, for_file)}" for node in outside]
    lines += [f"  {_edge(name, edge, for_file)}" for name, edge in edge_ids(graph).items()]
    return "\n".join([*lines, "}", ""])


def edge_ids(graph: GraphAnswer) -> dict[str, GraphEdge]:
    """Return each edge under the id that it has in a picture: `FROM~KIND~TO`, numbered where that isn't unique."""
    found: dict[str, GraphEdge] = {}
    for edge in graph.edges:
        name = first = f"{edge.source}~{edge.kind}~{edge.target}"
        number = 1
        while name in found:
            number += 1
            name = f"{first}~{number}"
        found[name] = edge
    return found


def account_title(account: str, name: str | None) -> str:
    """An account's name first, then its number."""
    return f"{name} {account}" if name else f"account {account}"


def quote(text: str) -> str:
    """Return `text` as a quoted DOT string that every reader turns back into `text`.

    Backslashes are doubled, for `\\N`, `\\G` and the like mean something in labels and ids; `&` is written as an
    entity, for Graphviz reads entities in plain labels too. What XML cannot carry becomes U+FFFD.
    """
    text = "".join(char if _is_printable(char) else "\ufffd" for char in text.replace("\r\n", "\n"))
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;").replace("\n", "\\n")
    return f'"{text}"'


def _is_printable(char: str) -> bool:
    # Cn: noncharacters such as U+FFFE, which XML has not; Cs: half a surrogate pair, which UTF-8 has not.
    return char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Zl", "Zp")


def _attributes(pairs: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={quote(value)}" for key, value in pairs.items())


def _defaults(for_file: bool) -> list[str]:
    # INVARIANT: newrank stays. Without it dot loses edges in graphs with clusters, without an error.
    graph = {
        "rankdir": "LR",
        "newrank": "true",
        "fontname": FONT,
        "fontsize": "11",
        "bgcolor": "transparent",
        "nodesep": "0.3",
        "ranksep": "0.55",
        "pad": "0.15",
    }
    node = {"fontname": FONT, "fontsize": "11", "margin": "0.18,0.08", "height": "0.5", "width": "0.75"}
    edge = {"fontname": FONT, "fontsize": "10", "arrowsize": "0.7"}
    if for_file:
        graph["bgcolor"] = "white"
        node |= {"color": "#57606a", "fontcolor": TEXT, "fillcolor": "white"}
    return [f"  {kind} [{_attributes(pairs)}];" for kind, pairs in (("graph", graph), ("node", node), ("edge", edge))]


def _with_ends(graph: GraphAnswer) -> tuple[GraphNode, ...]:
    """All nodes, also the ends of edges that `graph.nodes` doesn't list: an edge is never left out."""
    known = {node.id for node in graph.nodes}
    ends = dict.fromkeys(end for edge in graph.edges for end in (edge.source, edge.target) if end not in known)
    extra = (GraphNode(id=end, kind="unknown", account=None, region=None, label=end) for end in ends)
    return (*graph.nodes, *extra)


def _by_account(nodes: Iterable[GraphNode]) -> tuple[dict[str, list[GraphNode]], list[GraphNode]]:
    clusters: dict[str, list[GraphNode]] = {}
    outside = []
    for node in nodes:
        if node.account:
            clusters.setdefault(node.account, []).append(node)
        else:
            outside.append(node)
    return clusters, outside


def _cluster(account: str, name: str | None, nodes: list[GraphNode], for_file: bool) -> list[str]:
    pairs = {
        "label": account_title(account, name),
        "labeljust": "l",
        "style": "rounded,filled",
        "margin": "12",
        "id": f"account:{account}",
        "class": "account",
    }
    if for_file:
        pairs |= {"color": "#d0d7de", "fillcolor": "#f6f8fa", "fontcolor": TEXT}
    inside = [f"    {_node(node, for_file)}" for node in nodes]
    head = f"  subgraph {quote(f'cluster_{account}')} {{"
    return [head, f"    graph [{_attributes(pairs)}];", *inside, "  }"]


def _node(node: GraphNode, for_file: bool) -> str:
    pairs = {
        "label": f"{node.label}\n{node.kind.replace('_', ' ')}",
        "tooltip": node.id,
        "id": node.id,
        "class": _words("kind", node.kind),
        **SHAPES.get(node.kind, _BOX),
    }
    if for_file:
        pairs |= _OUTLINES.get(node.kind, {})
    return f"{quote(node.id)} [{_attributes(pairs)}];"


def _edge(name: str, edge: GraphEdge, for_file: bool) -> str:
    look = edge.change or edge.status
    pairs = {"label": edge_label(edge), "id": name, "class": f"{look} {_words('kind', edge.kind)}"}
    pairs["tooltip"] = pairs["labeltooltip"] = edge_tooltip(edge)
    if look == "denied":
        pairs["arrowhead"] = "tee"
    if for_file:
        pairs |= LINES[edge.status] | CHANGED.get(look, {})
    return f"{quote(edge.source)} -> {quote(edge.target)} [{_attributes(pairs)}];"


def edge_label(edge: GraphEdge) -> str:
    """The edge's kind; if it isn't simply allowed also its status, and in a second line what decides it.

    What opens or closes says so first, and in the second line from what to what.
    """
    if edge.status == "allowed" and edge.change is None:
        return edge.kind
    detail = f"\n{_shorten(edge.detail)}" if edge.detail else ""
    return f"{edge.change} {edge.kind}{detail}" if edge.change else f"{edge.kind} — {edge.status}{detail}"


def edge_tooltip(edge: GraphEdge) -> str:
    """What the label says, with the whole of the detail."""
    said = f"{edge.change} {edge.kind}" if edge.change else f"{edge.kind} — {edge.status}"
    return said + (f": {edge.detail}" if edge.detail else "")


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _DETAIL_LENGTH else f"{line[: _DETAIL_LENGTH - 1].rstrip()}…"


def _words(prefix: str, name: str) -> str:
    """A class name: a style sheet can only name letters, digits, `-` and `_`."""
    return f"{prefix}-" + "".join(char if char.isascii() and char.isalnum() else "-" for char in name)
