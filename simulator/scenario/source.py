"""Reads a YAML file into plain values that remember line and column; knows nothing of scenarios.

Not `YAML().load`: it would build what tags ask for, expand aliases without end, and forget where things stood. The
events of ruamel.yaml's parser are read here one by one, within limits. Scalars follow YAML 1.2's core schema, except
that no number is changed silently: what is written as 12 digits stays text, and a leading zero is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from models.errors import InputError

#: The largest scenario has some thousands of lines; more is some other file.
MAX_BYTES = 5_000_000
MAX_DEPTH = 50
#: Values that aliases may stand for, in a whole file.
MAX_EXPANDED = 10_000

Place = tuple[str | int, ...]
"""Keys and list indexes that lead to a value."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(slots=True)
class _Node:
    """A value before aliases are expanded: `content` is a scalar, a list of nodes, or (key, its mark, node) rows."""

    mark: Mark
    content: Any = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file's values, and where each of them stands."""

    path: str
    data: Any
    values: dict[Place, Mark] = field(default_factory=dict)
    keys: dict[Place, Mark] = field(default_factory=dict)

    def error(self, place: Place, problem: str, *, at_key: bool = False) -> InputError:
        """Return the error that says where `place` stands: `file:line:column: accounts.ours: problem`."""
        held = place
        marks = self.keys if at_key else self.values
        while held not in marks and held:
            held, marks = held[:-1], self.values
        mark = marks.get(held)
        text = f"{dotted(place)}: {problem}" if place else problem
        return InputError(text, self.path, mark.line if mark else None, mark.column if mark else None)


def dotted(place: Place) -> str:
    """Write a place as `expect[2].decision`; keys that hold more than a name stand in quotes: `roles."ours/x"`."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = part if re.fullmatch(r"[\w/:-]+", part) else f'"{part[:80]}"'
            text += f".{shown}" if text else shown
    return text


def read_bytes(path: Path, shown: str | None = None) -> str:
    """Return a file's text; its size is asked before it is read.

    Raises:
        InputError: if it isn't there, isn't a file, is too large, or isn't UTF-8.
    """
    name = shown or str(path)
    if not path.exists():
        raise InputError("no such file", name)
    if not path.is_file():
        raise InputError("not a file", name)
    if (size := path.stat().st_size) > MAX_BYTES:
        raise InputError(f"too large: {size:,} bytes, where {MAX_BYTES:,} are the most", name)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", name) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise InputError(f"not UTF-8: byte 0x{raw[error.start]:02x}", name, line, column) from error


def read_yaml(path: Path) -> Source:
    """Read a YAML file of one document.

    Raises:
        InputError: with line and column, for what isn't YAML, and for what no scenario needs: duplicate keys, tags,
            merge keys, recursion, aliases that explode.
    """
    return parse_yaml(read_bytes(path), str(path))


def parse_yaml(text: str, name: str) -> Source:
    """Do the same with a text; errors speak of it as `name`.

    Raises:
        InputError: as `read_yaml` does.
    """
    node = _Composer(name, text).document()
    source = Source(name, None)
    data = _Expander(source).value(node, (), expanding=False)
    return Source(name, data, source.values, source.keys)


class _Composer:
    """Makes nodes from the parser's events."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.anchors: dict[str, _Node | None] = {}
        self.events = self._events(text)

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from YAML(typ="safe", pure=True).parse(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = " ".join(str(error.problem or error.context).split())
            where = (mark.line + 1, mark.column + 1) if mark else (None, None)
            raise InputError(f"not YAML: {problem}", self.path, *where) from error
        except YAMLError as error:
            problem = str(error).splitlines()[0]
            raise InputError(f"not YAML: {problem}", self.path) from error

    def document(self) -> _Node:
        next(self.events)
        started = next(self.events)
        if not hasattr(started, "explicit"):
            raise InputError("the file is empty", self.path)
        first = next(self.events)
        node = self.node(first, 0)
        next(self.events)
        if hasattr(extra := next(self.events), "explicit"):
            raise self.error("a second document: a file holds one scenario", extra)
        return node

    def error(self, problem: str, event: Any) -> InputError:
        return InputError(problem, self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def node(self, event: Any, depth: int) -> _Node:
        if depth > MAX_DEPTH:
            raise self.error(f"nested too deeply: more than {MAX_DEPTH} levels", event)
        if isinstance(event, AliasEvent):
            return self.alias(event)
        if event.tag is not None:
            raise self.error(f"YAML tags are not allowed: `{event.tag}`", event)
        node = _Node(Mark(event.start_mark.line + 1, event.start_mark.column + 1))
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if isinstance(event, ScalarEvent):
            node.content = event.value if event.style else self.plain(event)
        elif isinstance(event, MappingStartEvent):
            node.content = tuple(self.rows(depth))
        else:
            node.content = list(self.items(depth))
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def alias(self, event: Any) -> _Node:
        if event.anchor not in self.anchors:
            raise self.error(f"alias `*{event.anchor}` stands for nothing before it", event)
        node = self.anchors[event.anchor]
        if node is None:
            raise self.error(f"alias `*{event.anchor}` stands for what it is in", event)
        return node

    def items(self, depth: int) -> Iterator[_Node]:
        while not isinstance(event := next(self.events), SequenceEndEvent):
            yield self.node(event, depth + 1)

    def rows(self, depth: int) -> Iterator[tuple[str, Mark, _Node]]:
        seen: dict[str, int] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self.error("a key is a text; a value that begins with `{{` needs quotes", event)
            if event.tag is not None:
                raise self.error(f"YAML tags are not allowed: `{event.tag}`", event)
            key, line = event.value, event.start_mark.line + 1
            if key == "<<" and not event.style:
                raise self.error("merge keys (`<<`) are not allowed", event)
            if key in seen:
                raise self.error(f"`{key}` is written twice, first in line {seen[key]}", event)
            seen[key] = line
            yield key, Mark(line, event.start_mark.column + 1), self.node(next(self.events), depth + 1)

    def plain(self, event: Any) -> Any:
        text: str = event.value
        if re.fullmatch(r"[-+]?0[0-9]+", text):
            raise self.error(f"`{text}` must be quoted: YAML reads it as a number, and drops the zero", event)
        for pattern, read in _PLAIN:
            if pattern.fullmatch(text):
                return read(text)
        return text


_PLAIN: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"null|Null|NULL|~|"), lambda text: None),
    (re.compile(r"true|True|TRUE"), lambda text: True),
    (re.compile(r"false|False|FALSE"), lambda text: False),
    # 12 digits are an account number, and more of them no number that anybody counts with.
    (re.compile(r"[-+]?[0-9]{1,11}"), int),
    (re.compile(r"[-+]?[0-9]{1,11}\.[0-9]{1,11}"), float),
)


class _Expander:
    """Makes plain values from nodes, and notes where each stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.expanded = 0
        self.seen: set[int] = set()

    def value(self, node: _Node, place: Place, *, expanding: bool) -> Any:
        """Return the node's value; one that was met before came by an alias."""
        self.source.values[place] = node.mark
        again = expanding or id(node) in self.seen
        self.seen.add(id(node))
        if again:
            self.expanded += 1
            if self.expanded > MAX_EXPANDED or len(place) > MAX_DEPTH:
                raise InputError(
                    f"aliases stand for too much: more than {MAX_EXPANDED:,} values or {MAX_DEPTH} levels",
                    self.source.path,
                    node.mark.line,
                    node.mark.column,
                )
        if isinstance(node.content, list):
            return [self.value(item, (*place, index), expanding=again) for index, item in enumerate(node.content)]
        if isinstance(node.content, tuple):
            return {key: self._row(mark, item, (*place, key), again) for key, mark, item in node.content}
        return node.content

    def _row(self, mark: Mark, node: _Node, place: Place, again: bool) -> Any:
        self.source.keys[place] = mark
        return self.value(node, place, expanding=again)
