"""The scenarios that come with permgraph: in a checkout they lie at its top, in an installation inside the package."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from models.errors import UnknownNameError

#: The one that `permgraph demo` and the explorer start with.
DEMO = "cross-account-role"


def scenario_folder() -> Path:
    """Return the folder of the scenarios that come with permgraph."""
    package = Path(str(resources.files("simulator")))
    installed = package / "data" / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with permgraph, sorted."""
    return tuple(sorted(path.stem for path in scenario_folder().glob("*.yaml")))


def embedded(name: str) -> Path:
    """Return the file of a scenario that comes with permgraph, by its name without `.yaml`.

    Raises:
        UnknownNameError: if there is none of that name.
    """
    path = scenario_folder() / f"{name}.yaml"
    if name not in names():
        raise UnknownNameError(name, "scenario", tuple(get_close_matches(name, names(), n=2)))
    return path
