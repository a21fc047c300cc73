"""A changes file: `{"changes": [{"change": KIND, …}, …]}`, YAML or JSON, with IAM's own JSON for statements."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from models.change import Change, ChangesFile
from simulator.scenario.shape import validated
from simulator.scenario.source import Source, parse_yaml, read_yaml


def read_changes(path: Path) -> tuple[Change, ...]:
    """Return the changes of a file, in its order; their names are as they are written.

    Raises:
        InputError: with file, line and column, for whatever is wrong with it.
    """
    return _changes(read_yaml(path))


def parse_changes(text: str, name: str) -> tuple[Change, ...]:
    """Return the changes of a file's text; errors speak of it as `name`.

    Raises:
        InputError: as `read_changes` does.
    """
    return _changes(parse_yaml(text, name))


def write_changes(changes: Iterable[Change]) -> str:
    """Return the text of a changes file, in YAML."""
    return dumped({"changes": [plain(change) for change in changes]})


def plain(change: Change) -> dict[str, Any]:
    """A change as an object of a changes file, without what is left out in it."""
    return {"change": change.change, **change.model_dump(mode="json", exclude_defaults=True)}


def dumped(value: Any) -> str:
    """Plain values as YAML."""
    writer: Any = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False
    writer.width = 4096
    text = io.StringIO()
    writer.dump(value, text)
    return text.getvalue()


def _changes(source: Source) -> tuple[Change, ...]:
    if not isinstance(source.data, dict):
        raise source.error((), "a changes file is a mapping with `changes`")
    return validated(source, ChangesFile, source.data, ()).changes
