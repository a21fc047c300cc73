"""The engine compiled to machine code answers as its sources do, and only as long as they are what it was made of."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from compile_engine import MODULES
from tests.bench.lines import MIXES, own_lines
from tests.cli.test_evaluate import as_line
from tests.strategies import worlds

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("native")]

#: Where a module was loaded from.
_WHERE = "import simulator.policy.near as near; print(near.__file__, near.MOST_WANTED)"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of its own, in which nothing is compiled yet."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("models", "simulator"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("compile_engine.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def compiled(sources: Path) -> Path:
    """The same, compiled; where this checkout was already, what it was compiled to."""
    if (ROOT / "build/compiled").is_dir():
        shutil.copytree(ROOT / "build/compiled", sources / "build/compiled")
    run(sources, "compile_engine.py")
    return sources


def run(folder: Path, *arguments: str, lines: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run Python in a checkout, so that its modules are the ones that are imported."""
    others = {name: value for name, value in os.environ.items() if name != "PERMGRAPH_PLAIN"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        input=lines,
        env={**others, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        check=False,
        timeout=600,
    )


def of_worlds(count: int) -> list[str]:
    """Lines with all that a policy can hold, and a context of every type."""
    found: list[str] = []

    @settings(max_examples=count)
    @given(worlds())
    def collect(world: dict[str, Any]) -> None:
        found.append(json.dumps(as_line(world)))

    collect()
    return found


def odd(lines: list[str], count: int) -> list[str]:
    """Lines with a run of characters dropped or doubled; most aren't JSON any more, many others have an odd policy."""
    chance = random.Random(11)
    found = []
    for line in chance.choices(lines, k=count):
        at = chance.randrange(len(line))
        to = at + chance.randrange(1, 12)
        found.append(line[:at] + chance.choice(("", 2 * line[at:to], '"', "*", "${aws:PrincipalTag/team}")) + line[to:])
    return found


def test_what_was_compiled_is_what_runs(compiled: Path) -> None:
    done = run(compiled, "-c", _WHERE)
    assert done.stderr == b""
    assert str(compiled / "build/compiled") in done.stdout.decode()


def test_both_forms_answer_every_line_with_the_same_bytes(compiled: Path) -> None:
    lines = [line.rstrip() for _, near, allowed in MIXES.values() for line in own_lines(300, near, allowed)]
    lines += of_worlds(1_000)
    asked = "\n".join((*lines, *odd(lines, 2_000))).encode()
    evaluate = ("-c", "from simulator.cli.main import main; main()", "evaluate", "-")
    made, plain = run(compiled, *evaluate, lines=asked), run(compiled, *evaluate, lines=asked, PERMGRAPH_PLAIN="1")
    assert made.stdout == plain.stdout
    assert (made.stderr, made.returncode) == (plain.stderr, plain.returncode)
    answers = made.stdout.splitlines()
    assert len(answers) == len(lines) + 2_000
    assert not any(b'"internal error' in answer for answer in answers)
    # Of the odd ones not only errors, and not only decisions.
    assert 100 < sum(b'"error"' in answer for answer in answers[len(lines) :]) < 1_950


def test_the_environment_can_ask_for_the_sources(compiled: Path) -> None:
    assert run(compiled, "-c", _WHERE, PERMGRAPH_PLAIN="1").stdout.startswith(str(compiled / "simulator").encode())


def test_an_edited_source_answers_itself(compiled: Path, tmp_path: Path) -> None:
    shutil.copytree(compiled, tmp_path, dirs_exist_ok=True)
    edited = tmp_path / "simulator/policy/near.py"
    edited.write_text(edited.read_text().replace("MOST_WANTED = 3", "MOST_WANTED = 7"))
    assert run(tmp_path, "-c", _WHERE).stdout.decode().split() == [str(edited), "7"]


#: Compiles nothing, while somebody edits a source.
_EDITED_MEANWHILE = """
import compile_engine
from pathlib import Path

def edit(target, scratch):
    target.mkdir()
    with Path("simulator/policy/near.py").open("a") as source:
        source.write("# edited")

compile_engine.compile_to = edit
compile_engine.main()
"""


def test_what_was_edited_while_it_was_compiled_is_not_kept(sources: Path, tmp_path: Path) -> None:
    shutil.copytree(sources, tmp_path, ignore=shutil.ignore_patterns("build"), dirs_exist_ok=True)
    done = run(tmp_path, "-c", _EDITED_MEANWHILE)
    assert (done.returncode, b"edited while it was compiled" in done.stderr) == (0, True)
    assert not any((tmp_path / "build/compiled").iterdir())


def test_without_a_compiler_nothing_is_compiled_and_that_is_said(sources: Path, tmp_path: Path) -> None:
    shutil.copytree(sources, tmp_path, ignore=shutil.ignore_patterns("build"), dirs_exist_ok=True)
    done = run(tmp_path, "compile_engine.py", CC="/no/such/compiler")
    assert (done.returncode, b"it wants a C compiler" in done.stderr) == (0, True)
    assert run(tmp_path, "-c", _WHERE).stdout.startswith(str(tmp_path / "simulator").encode())
    assert not any((tmp_path / "build/compiled").iterdir())


@pytest.mark.parametrize("module", MODULES)
def test_no_class_says_what_mypyc_would_drop(module: str) -> None:
    made = [node for node in ast.walk(ast.parse((ROOT / module).read_text())) if isinstance(node, ast.ClassDef)]
    assert [one.name for one in made if one.keywords or "Struct" in map(ast.unparse, one.bases)] == []
