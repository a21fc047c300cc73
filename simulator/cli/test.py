"""`permgraph test`: scenarios, held to their expectations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.errors import InputError, PermgraphError
from simulator.cli import options
from simulator.cli.errors import BAD_INPUT, NO, YES, fail, say
from simulator.cli.output import write_json, write_lines

if TYPE_CHECKING:
    from models.answer import ScenarioAnswer

#: Errors that are said one by one; a message is three lines at most.
SAID = 2


@click.command("test", short_help="Hold scenarios to their expectations.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--junit", metavar="FILE", help="The results as JUnit XML too.")
@options.format_option
def command(paths: tuple[str, ...], junit: str | None, form: str) -> int:
    """Hold the scenarios in PATH... (files, or folders of them) to their expectations.

    Exit code: 0 all hold, 1 one doesn't, 2 a file is no scenario.

    \b
    permgraph test scenarios/
    """
    from models.answer import TestAnswer

    scenarios: list[ScenarioAnswer] = []
    problems: list[str] = []
    for path in _files(paths):
        try:
            scenarios.append(_run(path))
        except (PermgraphError, OSError, UnicodeDecodeError) as error:
            problems.append(_problem(path, error))
            scenarios.append(_unreadable(path, problems[-1]))
    answer = TestAnswer(scenarios=tuple(scenarios))
    if junit is not None:
        from simulator.render.junit import write

        write(answer, Path(junit))
    if form == "json":
        write_json(answer.as_json())
    else:
        from simulator.render import text

        write_lines(text.test(answer))
    for problem in problems[:SAID]:
        fail(problem)
    if len(problems) > SAID:
        say(f"and {len(problems) - SAID} more files that are no scenarios")
    if problems:
        return BAD_INPUT
    return YES if all(scenario.passed for scenario in scenarios) else NO


def _files(paths: tuple[str, ...]) -> list[Path]:
    """Return the scenarios that are meant, in order and each once.

    Raises:
        InputError: if a path isn't there, or a folder holds none.
    """
    found: dict[Path, None] = {}
    for written in paths:
        path = Path(written)
        if path.is_dir():
            inside = sorted(_inside(path))
            if not inside:
                raise InputError("no scenario in this folder; they end in `.yaml` or `.yml`", written)
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise InputError("no such file or folder", written)
    return list(found)


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in (".yaml", ".yml") and path.is_file() and not hidden:
            yield path


def _run(path: Path) -> ScenarioAnswer:
    from simulator import scenario

    return scenario.run(path)


def _problem(path: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{path}: {(error.strerror or str(error)).lower()}"
    return f"{path}: not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)


def _unreadable(path: Path, problem: str) -> ScenarioAnswer:
    """Return a file that is no scenario as one that fails, so that no report passes over it."""
    from models.answer import ExpectationAnswer, ScenarioAnswer

    line = ExpectationAnswer(name="the file can be read", passed=False, expected="a scenario", got=problem)
    return ScenarioAnswer(file=str(path), name=path.name, passed=False, expectations=(line,))
