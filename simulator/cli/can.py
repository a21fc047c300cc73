"""`permgraph can`: one request, decided and explained."""

from __future__ import annotations

import click

from simulator.cli import options
from simulator.cli.errors import NO, UNDECIDED, YES
from simulator.cli.names import action_name, resource_id
from simulator.cli.output import age_lines, names_of, write_json, write_lines

_CODES = {"allowed": YES, "implicitDeny": NO, "explicitDeny": NO, "conditional": UNDECIDED, "unknown": UNDECIDED}


@click.command("can", short_help="May PRINCIPAL do ACTION on RESOURCE, and why.")
@click.argument("principal", metavar="PRINCIPAL")
@click.argument("action", metavar="ACTION")
@click.argument("resource", metavar="RESOURCE")
@options.source_options
@options.context_options
@click.option("--qualifier", metavar="Q", help="The function's version or alias that is asked about.")
@options.format_option
def command(
    principal: str,
    action: str,
    resource: str,
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    context: tuple[str, ...],
    absent: tuple[str, ...],
    qualifier: str | None,
    form: str,
) -> int:
    """May PRINCIPAL do ACTION on RESOURCE? Says which statements decide, and what is missing where.

    Exit code: 0 allowed, 1 denied, 3 it depends or the snapshot lacks what decides it.

    \b
    permgraph can dev lambda:InvokeFunction orders:live --snapshot accounts.json
    """
    settled = options.given(context, absent)
    wanted = action_name(action)
    world = options.Source(snapshot_file, scenario_file, strict).world()
    who = world.resolve(principal, "principal")
    what = resource_id(world, resource, qualifier)
    from simulator.answers.can import can

    answer = can(world, who, wanted, what, settled)
    if form == "json":
        write_json(answer.as_json())
    else:
        from simulator.render import text

        write_lines(text.can(answer, names_of(world.snapshot)) + age_lines(world.snapshot))
    return _CODES[answer.decision]
