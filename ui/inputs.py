"""What the explorer can look at: the scenarios that come with permgraph, a file from the command line, an upload."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from models.errors import InputError, PermgraphError
from models.expectation import PathExpectation
from models.scenario import Scenario
from models.snapshot import Snapshot
from simulator import scenario
from simulator.collector import store
from simulator.scenario import library
from simulator.scenario.source import read_bytes
from simulator.world import World

#: How `ui.launch` hands a file from the command line, and what it is, to the pages.
FILE_VARIABLE = "PERMGRAPH_UI_FILE"
KIND_VARIABLE = "PERMGRAPH_UI_KIND"
#: Names of the two inputs that are no scenario of the library; a file name can't hold a slash.
FILE = "/file"
UPLOAD = "/upload"


@dataclass(frozen=True, slots=True)
class Opened:
    """An input, read and ready to be asked.

    `digest` is the hash of its content; `ends` are the two nodes to start with, which may be empty; `scenario` is the
    text of a scenario's file, and None for a snapshot.
    """

    digest: str
    title: str
    note: str
    snapshot: Snapshot
    world: World
    ends: tuple[str, str]
    scenario: str | None = None


def names() -> list[str]:
    """The inputs to choose from, without an upload: the file from the command line first, if there is one."""
    given = [FILE] if os.environ.get(FILE_VARIABLE) else []
    return [*given, *sorted(library.names(), key=lambda name: name != library.DEMO)]


def first() -> str:
    """The input to open with."""
    return next(iter(names()), library.DEMO)


def label(name: str, upload: str | None = None) -> str:
    """What a person calls an input."""
    if name == UPLOAD:
        return f"{upload or 'a file'} (uploaded)"
    if name == FILE:
        return Path(os.environ.get(FILE_VARIABLE, "")).name
    return name.replace("-", " ").capitalize()


def open_named(name: str) -> Opened:
    """Open a scenario of the library, or the file from the command line.

    Raises:
        PermgraphError: if it can't be read.
    """
    path = Path(os.environ.get(FILE_VARIABLE, "")) if name == FILE else library.embedded(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {(error.strerror or str(error)).lower()}", str(path)) from error
    kind = os.environ.get(KIND_VARIABLE, "") if name == FILE else "scenario"
    return _open(path, path.name, content, kind or kind_of(path.name))


def open_upload(name: str, content: bytes) -> Opened:
    """Open what a person uploaded, a scenario or a snapshot by its name's ending.

    Raises:
        PermgraphError: if it can't be read; the message names the file as the person does.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"input{''.join(Path(name).suffixes[-2:])}"
        path.write_bytes(content)
        return _open(path, name, content, kind_of(name))


def _open(path: Path, name: str, content: bytes, kind: str) -> Opened:
    """Open `path`, of which an error speaks as `name`: where it lies says nothing to a person in a browser."""
    try:
        return _opened(_digest(content), name, kind, lambda: path)
    except PermgraphError as error:
        raise InputError(str(error).replace(str(path), name)) from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kind_of(name: str) -> str:
    """Whether a file is a snapshot or a scenario, by the ending of its name.

    Raises:
        InputError: if it is neither.
    """
    lower = name.lower()
    if lower.endswith((".yaml", ".yml")):
        return "scenario"
    if lower.endswith((".json", ".json.gz")):
        return "snapshot"
    raise InputError("is neither a scenario (.yaml) nor a snapshot (.json, .json.gz)", name)


@st.cache_resource(max_entries=8, show_spinner="Reading…")
def _opened(digest: str, name: str, kind: str, _path: Callable[[], Path]) -> Opened:
    """Read a file once for all sessions; its content's `digest` and its name are what it is known by."""
    if kind == "snapshot":
        return _snapshot(digest, name, store.load(_path()))
    loaded = scenario.load(_path())
    world = World(loaded.snapshot)
    ends = _asked(loaded.scenario, world) or _any_ends(loaded.snapshot)
    title, note, text = loaded.scenario.name, loaded.scenario.source or "", read_bytes(_path())
    return Opened(digest, title, note, loaded.snapshot, world, ends, text)


def _snapshot(digest: str, name: str, snapshot: Snapshot) -> Opened:
    note = f"snapshot of {snapshot.taken_at:%Y-%m-%d %H:%M} UTC"
    return Opened(digest, name, note, snapshot, World(snapshot), _any_ends(snapshot))


def _asked(written: Scenario, world: World) -> tuple[str, str] | None:
    """The ends of the first path that the scenario expects to lack something, else of the first that it asks about."""
    asked = [expected for expected in written.expect if isinstance(expected, PathExpectation)]
    asked.sort(key=lambda expected: expected.status != "missing")
    return (world.resolve(asked[0].path.source), world.resolve(asked[0].path.to)) if asked else None


def _any_ends(snapshot: Snapshot) -> tuple[str, str]:
    """The first principal and the first function."""
    principals = [holder.arn for holder in (*snapshot.users, *snapshot.roles)]
    functions = [function.arn for function in snapshot.functions]
    return (principals[0] if principals else "anyone", functions[0] if functions else "")
