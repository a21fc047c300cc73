"""`permgraph diagnose`: the whole troubleshooting list for a function, or for all of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models import arns
from simulator.cli import options
from simulator.cli.errors import NO, UNDECIDED, YES, say
from simulator.cli.output import age_lines, names_of, write_json, write_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.text import Text

    from models.answer import DiagnoseAllAnswer, DiagnoseAnswer
    from models.context import Given
    from simulator.world import World

#: So many principals times functions are gone through for what a repair opens besides, without being asked to.
MOST_PAIRS = 250_000

_CODES = {"fail": NO, "conditional": UNDECIDED, "unknown": UNDECIDED}


@click.command("diagnose", short_help="The whole troubleshooting list for FUNCTION.")
@click.argument("function", metavar="FUNCTION", required=False)
@click.option("--all", "everything", is_flag=True, help="Every function, grouped by what it fails by.")
@click.option(
    "--repair", is_flag=True, help="What mends each finding, verified: also with --all and in large accounts."
)
@options.source_options
@options.context_options
@click.option(
    "--calls",
    "calls_file",
    metavar="FILE",
    help="What the code calls: `calls: [{actions, on}]` (YAML or JSON), or messages of access denied.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="Text for people, JSON, or Markdown.",
)
def command(
    function: str | None,
    everything: bool,
    repair: bool,
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    context: tuple[str, ...],
    absent: tuple[str, ...],
    calls_file: str | None,
    form: str,
) -> int:
    """Everything about FUNCTION that permissions decide: its execution role and what that needs, who may invoke it,
    its policies, its URL, each trigger and event source mapping; what is missing, and what to do.

    Exit code: 0 nothing fails (warnings are no failures), 1 something does, 3 nothing does, and something depends or
    isn't known.

    \b
    permgraph diagnose orders --snapshot accounts.json
    permgraph diagnose orders --calls denied.log --snapshot accounts.json
    permgraph diagnose --all --snapshot accounts.json --format markdown
    """
    if everything == (function is not None):
        raise click.UsageError("name the FUNCTION to diagnose, or give `--all`; not both")
    settled = options.given(context, absent)
    source = options.Source(snapshot_file, scenario_file, strict)
    world = source.world()
    chosen = None if function is None else _function(world, function)
    if calls_file is not None:
        from simulator.scenario.calls_file import read_calls, with_calls

        whose = None if chosen is None else arns.unqualified(chosen)
        world = source.ready(with_calls(world.snapshot, read_calls(world, Path(calls_file), whose)))
    names = names_of(world.snapshot)
    from simulator.render import diagnosis

    if chosen is None:
        found = _all(world, settled, repair)
        _write(found, form, lambda: diagnosis.every(found, names), lambda: diagnosis.markdown_all(found, names), world)
        verdicts = {row.verdict for row in found.functions}
        return next((_CODES[verdict] for verdict in _CODES if verdict in verdicts), YES)
    answer = _one(world, chosen, settled, repair)
    _write(answer, form, lambda: diagnosis.one(answer, names), lambda: diagnosis.markdown(answer, names), world)
    return _CODES.get(answer.verdict, YES)


def _one(world: World, function: str, settled: Given, repair: bool) -> DiagnoseAnswer:
    """Diagnose a function, with what mends it where that is asked for or costs little."""
    from simulator.answers.diagnose import diagnose
    from simulator.answers.diagnose_mended import diagnose_mended

    if repair or len(world.actors) * len(world.function_nodes) <= MOST_PAIRS:
        return diagnose_mended(world, function, settled)
    answer = diagnose(world, function, settled)
    if any(row.missing for row in answer.findings):
        say("note: in accounts of this size repairs take a while; `--repair` works them out")
    return answer


def _all(world: World, settled: Given, repair: bool) -> DiagnoseAllAnswer:
    """Diagnose every function, and show on a terminal how far it is."""
    from simulator.answers.diagnose import diagnose_all
    from simulator.answers.diagnose_mended import diagnose_all_mended

    ask = diagnose_all_mended if repair else diagnose_all
    with click.progressbar(
        length=len(world.functions), label="diagnosing", file=sys.stderr, hidden=not _is_seen()
    ) as bar:
        return ask(world, settled, lambda done: bar.update(1))


def _is_seen() -> bool:
    return sys.stderr.isatty()


def _function(world: World, written: str) -> str:
    found = world.resolve(written, "function")
    if found not in world.function_nodes:
        raise click.UsageError(f"`{written}` is `{found}`, and what is diagnosed is a function of the snapshot")
    return found


def _write(
    answer: DiagnoseAnswer | DiagnoseAllAnswer,
    form: str,
    text: Callable[[], list[Text]],
    markdown: Callable[[], str],
    world: World,
) -> None:
    if form == "json":
        write_json(answer.as_json())
    elif form == "markdown":
        click.echo(markdown().encode(), nl=False)
    else:
        write_lines(text() + age_lines(world.snapshot))
