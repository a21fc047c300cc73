"""Reads the data files of this package."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def load(name: str) -> Any:
    """Return the content of `data/NAME`; whoever asks keeps it, nothing is cached here."""
    return json.loads(resources.files("simulator.facts.data").joinpath(name).read_text("utf-8"))
