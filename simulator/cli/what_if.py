"""`permgraph what-if`: what opens and what closes if this is added or taken away, before anyone deploys it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from models.errors import UnknownNameError
from simulator.cli import changes, options
from simulator.cli.errors import NO, YES, say
from simulator.cli.output import age_lines, names_of, write_json, write_lines

if TYPE_CHECKING:
    from models.answer import WhatIfAnswer
    from models.change import Change
    from simulator.answers.what_if import Scope
    from simulator.world import World

#: Diagnosing each function before and after takes some milliseconds.
MOST_DIAGNOSED = 200


@click.command("what-if", short_help="What opens and what closes with these changes.")
@changes.change_options
@options.source_options
@click.option("--from", "source", metavar="X", help="Only what opens or closes for X.")
@click.option("--to", "target", metavar="Y", help="Only what opens or closes to Y.")
@click.option(
    "--scope",
    type=click.Choice(["pair", "function", "all"]),
    help="The pair of --from and --to, everybody who comes to --to, or the whole graph.",
)
@click.option(
    "--fail-if-opens",
    "forbidden",
    multiple=True,
    metavar="PATTERN",
    help="Exit with 1 if something opens whose `FROM -> TO` the pattern fits; such as `* -> *:function:payroll*`.",
)
@click.option(
    "--findings/--no-findings",
    "findings",
    default=None,
    help=f"What a diagnosis then says, and no longer says; unless said, of {MOST_DIAGNOSED} functions at most.",
)
@click.option("--unfold", is_flag=True, help="List every principal, and not a line for each kind.")
@click.option(
    "--out", metavar="FILE", help="Also before and after as one graph; ends in dot, svg, png, graphml or json."
)
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text")
def command(
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    source: str | None,
    target: str | None,
    scope: str | None,
    forbidden: tuple[str, ...],
    findings: bool | None,
    unfold: bool,
    out: str | None,
    form: str,
    files: tuple[str, ...],
    **given: Any,
) -> int:
    """What opens, and what closes, for everybody, if the changes are made. Nothing is changed in any account.

    Exit code: 0 answered, 1 something opens that --fail-if-opens forbids.

    \b
    permgraph what-if --allow dev lambda:InvokeFunction orders --snapshot accounts.json
    permgraph what-if --permit orders s3.amazonaws.com,SourceArn=arn:aws:s3:::inbox --snapshot accounts.json
    permgraph what-if --remove invoker AllowPipeline --out after.svg --snapshot accounts.json
    """
    from simulator.render import graphfile

    path = None if out is None else Path(out)
    if path is not None:
        graphfile.kind_of(path)  # before the work, not after it
    world = options.Source(snapshot_file, scenario_file, strict).world()
    _check_scope(source, target, scope)
    made = changes.read(world, given, files)
    start, end = asked = _asked(world, made, source, target)
    from simulator.answers.what_if import Scope, what_if
    from simulator.render import what_if as render

    wanted = Scope() if scope == "all" else Scope(None if scope == "function" else start, end)
    diagnosed = _are_few(world, wanted) if findings is None else findings
    if findings is None and not diagnosed:
        say(f"{len(world.functions):,} functions are not diagnosed; `--findings` does it")
    answer = what_if(world, made, wanted, findings=diagnosed, exposure=True)
    if path is not None:
        from simulator.answers.changed_graph import changed_graph

        graph = graphfile.write_readable(changed_graph(world, made, answer), path)
        say(f"{path}: {len(graph.nodes)} nodes, {len(graph.edges)} edges")
    names = names_of(world.snapshot)
    if form == "json":
        write_json(answer.as_json())
    elif form == "markdown":
        click.echo(render.markdown(answer, names, asked=asked).encode())
    else:
        write_lines(render.text(answer, names, unfold=unfold, asked=asked) + age_lines(world.snapshot))
    return NO if _opens(answer, forbidden) else YES


def _are_few(world: World, wanted: Scope) -> bool:
    """Whether the functions that the answer is about are diagnosed in no time."""
    return wanted.target is not None or len(world.functions) <= MOST_DIAGNOSED


def _check_scope(source: str | None, target: str | None, scope: str | None) -> None:
    """
    Raises:
        click.UsageError: for a scope whose ends are not named.
    """
    if scope == "pair" and (source is None or target is None):
        raise click.UsageError("`--scope pair` is about `--from` and `--to`, of which one is missing")
    if scope == "function" and target is None:
        raise click.UsageError("`--scope function` is about `--to`, which is missing")


def _asked(
    world: World, made: Sequence[Change], source: str | None, target: str | None
) -> tuple[str | None, str | None]:
    """What `--from` and `--to` stand for: something that is there, or that the changes create."""
    start = _named(world, made, source, "principal") if source is not None else None
    return start, _named(world, made, target, "resource") if target is not None else None


def _named(world: World, made: Sequence[Change], name: str, wanted: Literal["principal", "resource"]) -> str:
    try:
        return world.resolve(name, wanted)
    except UnknownNameError:
        from models.change import CREATED
        from simulator.changes import apply

        if not any(change.change in CREATED for change in made):
            raise
        after = world.changed_to(apply(world.snapshot, made))
    return after.resolve(name, wanted)


def _opens(answer: WhatIfAnswer, forbidden: tuple[str, ...]) -> bool:
    """Whether something opens that a pattern fits; whom nobody read comes to it as well, if it lets him in."""
    opened = [(row.source, row.target) for row in answer.opens]
    opened += [(row.to, row.target) for row in answer.exposure if row.after != "missing"]
    return any(fnmatchcase(f"{source} -> {target}", pattern) for source, target in opened for pattern in forbidden)
