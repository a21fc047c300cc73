"""`permgraph who-can`: everybody who may do something, and how."""

from __future__ import annotations

import click

from simulator.cli import options
from simulator.cli.names import action_name
from simulator.cli.output import age_lines, code_of, names_of, write_json, write_lines


@click.command("who-can", short_help="Everybody who may do ACTION on RESOURCE, and how.")
@click.argument("action", metavar="ACTION")
@click.argument("resource", metavar="RESOURCE")
@options.source_options
@options.context_options
@options.include_option
@options.format_option
def command(
    action: str,
    resource: str,
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    context: tuple[str, ...],
    absent: tuple[str, ...],
    include: tuple[str, ...],
    form: str,
) -> int:
    """Everybody who may do ACTION on RESOURCE: directly, by assuming roles, by event sources.

    Exit code: 0 somebody may, 1 nobody, 3 nobody for certain.

    \b
    permgraph who-can lambda:InvokeFunction orders:live --snapshot accounts.json
    """
    settled = options.given(context, absent)
    wanted = action_name(action)
    world = options.Source(snapshot_file, scenario_file, strict).world()
    what = world.resolve(resource, "resource")
    from simulator.answers.who_can import who_can

    answer = who_can(world, wanted, what, given=settled, include_takeover="takeover" in include)
    if form == "json":
        write_json(answer.as_json())
    else:
        from simulator.render import text

        write_lines(text.who_can(answer, names_of(world.snapshot)) + age_lines(world.snapshot))
    return code_of(row.status for row in answer.principals)
