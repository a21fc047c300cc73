"""`permgraph reach`: everything that somebody can become, or come to run."""

from __future__ import annotations

import click

from simulator.cli import options
from simulator.cli.output import age_lines, code_of, names_of, write_json, write_lines


@click.command("reach", short_help="Every role FROM can become, every function it can run.")
@click.argument("source", metavar="FROM")
@options.source_options
@options.context_options
@options.include_option
@options.format_option
def command(
    source: str,
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    context: tuple[str, ...],
    absent: tuple[str, ...],
    include: tuple[str, ...],
    form: str,
) -> int:
    """Every role that FROM can become, and every function that it can come to run.

    Exit code: 0 there is something, 1 nothing, 3 nothing for certain.

    \b
    permgraph reach dev --snapshot accounts.json
    """
    settled = options.given(context, absent)
    world = options.Source(snapshot_file, scenario_file, strict).world()
    start = world.resolve(source, "name")
    from simulator.answers.reach import reach

    answer = reach(world, start, given=settled, include_takeover="takeover" in include)
    if form == "json":
        write_json(answer.as_json())
    else:
        from simulator.render import text

        write_lines(text.reach(answer, names_of(world.snapshot)) + age_lines(world.snapshot))
    return code_of(row.status for row in answer.reaches)
