"""A changes file: `{"changes": [{"change": KIND, …}, …]}`, YAML or JSON, with IAM's own JSON for statements."""

from __future__ import annotations

from pathlib import Path

from models.change import Change, ChangesFile
from simulator.scenario.shape import validated
from simulator.scenario.source import read_yaml


def read_changes(path: Path) -> tuple[Change, ...]:
    """Return the changes of a file, in its order; their names are as they are written.

    Raises:
        InputError: with file, line and column, for whatever is wrong with it.
    """
    source = read_yaml(path)
    if not isinstance(source.data, dict):
        raise source.error((), "a changes file is a mapping with `changes`")
    return validated(source, ChangesFile, source.data, ()).changes
