"""A graph as a file: DOT, SVG, PNG, GraphML or JSON, by the ending of its name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree

from models.answer import GraphAnswer
from models.errors import InputError
from simulator.render.collapse import collapse
from simulator.render.dot import edge_ids, to_dot

# What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Kinds of file that programs read, and not people.
_DATA = ("graphml", "json")

_NODE_KEYS = ("kind", "account", "region", "label")
_EDGE_KEYS = ("kind", "status", "change", "detail", "missing")


def write(graph: GraphAnswer, path: Path) -> None:
    """Write `graph` into the file `path`, in the kind that its name ends in.

    Raises:
        InputError: if the ending is none of those we can write.
        MissingToolError: if a picture is asked for, and nothing on this machine can draw.
        OSError: if the file can't be written.
    """
    path.write_bytes(content(graph, kind_of(path)))


def write_readable(graph: GraphAnswer, path: Path) -> GraphAnswer:
    """Do the same, but in a picture draw many of a kind as one where nobody could read it else; return what is there.

    Raises:
        InputError, MissingToolError, OSError: as `write` does.
    """
    shown = graph if kind_of(path) in _DATA else collapse(graph)
    write(shown, path)
    return shown


def kind_of(path: Path) -> str:
    """Return the kind of file that a name asks for.

    Raises:
        InputError: if we can't write that kind.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        raise InputError(f"the name has to end in {_ENDINGS} to say what kind of file it is", str(path))
    return kind


def content(graph: GraphAnswer, kind: str) -> bytes:
    """Return `graph` as the bytes of a file of a kind."""
    return WRITERS[kind](graph)


def _dot(graph: GraphAnswer) -> bytes:
    return to_dot(graph, for_file=True).encode()


def _svg(graph: GraphAnswer) -> bytes:
    from simulator.render.picture import draw

    return draw(graph, kind="svg")


def _png(graph: GraphAnswer) -> bytes:
    from simulator.render.picture import draw

    return draw(graph, kind="png")


def _json(graph: GraphAnswer) -> bytes:
    # Escaped rather than as it is: a name may hold half a surrogate pair, which UTF-8 has no bytes for.
    text = json.dumps(graph.as_json(), indent=1, ensure_ascii=False)
    return (text + "\n").encode(errors="backslashreplace")


def graphml(graph: GraphAnswer) -> bytes:
    """Return GraphML as graph tools read it: node and edge data under their own names, grants as JSON text.

    Source: "The GraphML File Format", graphml.graphdrawing.org.
    """
    root = ElementTree.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for owner, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for key in keys:
            attributes = {"id": f"{owner}_{key}", "for": owner, "attr.name": key, "attr.type": "string"}
            ElementTree.SubElement(root, "key", attributes)
    body = ElementTree.SubElement(root, "graph", id="permgraph", edgedefault="directed")
    listed = {node.id for node in graph.nodes}
    for node in graph.nodes:
        _element(body, "node", {"id": node.id}, {key: getattr(node, key) for key in _NODE_KEYS})
    for name, edge in edge_ids(graph).items():
        for end in (edge.source, edge.target):
            if end not in listed:
                listed.add(end)
                _element(body, "node", {"id": end}, {"label": end})
        missing = [grant.as_json() for grant in edge.missing]
        data = {"kind": edge.kind, "status": edge.status, "change": edge.change, "detail": edge.detail}
        data["missing"] = json.dumps(missing) if missing else ""
        _element(body, "edge", {"id": name, "source": edge.source, "target": edge.target}, data)
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _element(body: ElementTree.Element, tag: str, attributes: dict[str, str], data: Mapping[str, str | None]) -> None:
    made = ElementTree.SubElement(body, tag, {key: _xml(value) for key, value in attributes.items()})
    for key, value in data.items():
        if value:
            ElementTree.SubElement(made, "data", key=f"{tag}_{key}").text = _xml(value)


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


WRITERS: dict[str, Callable[[GraphAnswer], bytes]] = {
    "dot": _dot,
    "svg": _svg,
    "png": _png,
    "graphml": graphml,
    "json": _json,
}

_ENDINGS = ", ".join(f"`.{kind}`" for kind in list(WRITERS)[:-1]) + f" or `.{list(WRITERS)[-1]}`"
