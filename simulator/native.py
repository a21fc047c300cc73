"""The engine's modules compiled to machine code, where they are: what answers is always what the sources say.

`make compiled` puts them (compile_engine.py) into a folder that is named after what it was made of. Where a source was
edited since, or another Python runs, there is no folder of that name, and the sources themselves are run: the same
answers, later. docs/adr/0009-compiled-engine.md says why.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
#: What is compiled and by what, and everything that compiled code relies on as it was.
_SOURCES = ("compile_engine.py", "models", "simulator/facts", "simulator/policy", "simulator/answers")

#: Where the folders are.
COMPILED = _ROOT / "build" / "compiled"


def compiled(package: str) -> list[str]:
    """Return where the compiled modules of a package are, to be looked in before its own folder: one place or none.

    None where these sources weren't compiled for this Python, or where the environment has PERMGRAPH_PLAIN.
    """
    made = None if os.environ.get("PERMGRAPH_PLAIN") else folder()
    return [] if made is None else [str(made.joinpath(*package.split(".")))]


@lru_cache(maxsize=1)
def folder() -> Path | None:
    """The folder of what was made of the sources as they are now; None: nothing was."""
    if not COMPILED.is_dir():
        return None
    made = COMPILED / digest()
    return made if made.is_dir() else None


def digest() -> str:
    """Name the Python that runs, and the sources byte for byte."""
    found = blake2b(digest_size=12)
    for part in (_ROOT.joinpath(name) for name in _SOURCES):
        for source in [part] if part.is_file() else sorted(part.rglob("*.py")):
            text = source.read_bytes()
            found.update(f"{source.relative_to(_ROOT).as_posix()} {len(text)}\n".encode())
            found.update(text)
    return f"{sys.implementation.cache_tag}-{found.hexdigest()}"
