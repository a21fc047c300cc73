"""`permgraph can-manage`: may somebody create, update, delete, … a function, and what lacks for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from simulator.cli import options
from simulator.cli.errors import NO, UNDECIDED, YES
from simulator.cli.output import age_lines, names_of, write_json, write_lines
from simulator.takeover.operations import OPERATION_NAMES

if TYPE_CHECKING:
    from simulator.world import World


@click.command("can-manage", short_help="May PRINCIPAL create, update, delete, … FUNCTION.")
@click.argument("principal", metavar="PRINCIPAL")
@click.argument("function", metavar="FUNCTION")
@options.source_options
@options.context_options
@click.option(
    "--operation",
    "operations",
    multiple=True,
    type=click.Choice(OPERATION_NAMES),
    metavar="NAME",
    help="Only this operation; again: several.",
)
@click.option("--role", metavar="ROLE", help="Also whether it may be given this execution role.")
@options.format_option
def command(
    principal: str,
    function: str,
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    context: tuple[str, ...],
    absent: tuple[str, ...],
    operations: tuple[str, ...],
    role: str | None,
    form: str,
) -> int:
    """May PRINCIPAL create a function like FUNCTION, update it, delete it, …? Says what each lacks.

    Each operation is asked for with all that the function's configuration calls for: its role, layers, VPC, file
    systems, image and key.

    Exit code: 0 all are allowed, 1 some are denied, 3 none is denied and some depend.

    \b
    permgraph can-manage dev orders --snapshot accounts.json
    permgraph can-manage dev orders --operation create --operation delete --snapshot accounts.json
    """
    settled = options.given(context, absent)
    if role is None and "change-role" in operations:
        raise click.UsageError("`--operation change-role` needs the role: `--role ROLE`")
    world = options.Source(snapshot_file, scenario_file, strict).world()
    who = world.resolve(principal, "principal")
    what = _function(world, function)
    other = None if role is None else world.resolve(role, "principal")
    from simulator.answers.can_manage import can_manage

    answer = can_manage(world, who, what, role=other, only=operations, given=settled)
    if form == "json":
        write_json(answer.as_json())
    else:
        from simulator.render import managing

        write_lines(managing.can_manage(answer, names_of(world.snapshot)) + age_lines(world.snapshot))
    return code_of(row.decision for row in answer.operations)


def _function(world: World, written: str) -> str:
    """Return the function that is named, without its qualifier: it has to be there, for its configuration to be known.

    Raises:
        click.UsageError: for what is no function of the snapshot.
    """
    from models import arns

    found = arns.unqualified(world.resolve(written, "function"))
    if found not in world.functions:
        raise click.UsageError(f"`{written}` is no function of this snapshot; `can` asks about one that isn't there")
    return found


def code_of(decisions: Iterable[str]) -> int:
    """Return 0 if all are allowed, 1 if some are denied, 3 if none is denied and some depend."""
    found = set(decisions)
    if found & {"implicitDeny", "explicitDeny"}:
        return NO
    return UNDECIDED if found - {"allowed"} else YES
