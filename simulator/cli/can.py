"""`permgraph can`: one request, decided and explained."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from simulator.cli import options
from simulator.cli.errors import NO, UNDECIDED, YES
from simulator.cli.names import action_name, resource_id
from simulator.cli.output import age_lines, names_of, write_json, write_lines

if TYPE_CHECKING:
    from rich.text import Text

    from models.answer import CanAnswer
    from simulator.render.names import Names

_CODES = {"allowed": YES, "implicitDeny": NO, "explicitDeny": NO, "conditional": UNDECIDED, "unknown": UNDECIDED}


@click.command("can", short_help="May PRINCIPAL do ACTION on RESOURCE, and why.")
@click.argument("principal", metavar="PRINCIPAL")
@click.argument("action", metavar="ACTION")
@click.argument("resource", metavar="RESOURCE")
@options.source_options
@options.context_options
@click.option("--qualifier", metavar="Q", help="The function's version or alias that is asked about.")
@click.option("--explain", is_flag=True, help="The decision as a tree: what each side says, and why.")
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
    explain: bool,
    form: str,
) -> int:
    """May PRINCIPAL do ACTION on RESOURCE? Says which statements decide, and what is missing where.

    Exit code: 0 allowed, 1 denied, 3 it depends or the snapshot lacks what decides it.

    \b
    permgraph can dev lambda:InvokeFunction orders:live --snapshot accounts.json
    permgraph can dev lambda:InvokeFunction orders:live --snapshot accounts.json --explain
    """
    settled = options.given(context, absent)
    wanted = action_name(action)
    world = options.Source(snapshot_file, scenario_file, strict).world()
    who = world.resolve(principal, "principal")
    what = resource_id(world, resource, qualifier)
    from simulator.answers.can import can

    answer = can(world, who, wanted, what, settled, explain=explain)
    if form == "json":
        write_json(_with_refusal(answer).as_json())
    else:
        write_lines(_lines(answer, names_of(world.snapshot)) + age_lines(world.snapshot))
    return _CODES[answer.decision]


def _lines(answer: CanAnswer, names: Names) -> list[Text]:
    if answer.explanation is None:
        from simulator.render import text

        return text.can(answer, names)
    from simulator.render import explain

    # As wide as the terminal, and on none of them a page wide.
    width = shutil.get_terminal_size().columns
    return explain.can(answer, names, width, sys.stdout.encoding or "utf-8")


def _with_refusal(answer: CanAnswer) -> CanAnswer:
    """Return the answer with AWS's sentence in its explanation, where one was asked for."""
    if answer.explanation is None:
        return answer
    from simulator.render.refusal import sentence

    explained = answer.explanation.model_copy(update={"refusal": sentence(answer)})
    return answer.model_copy(update={"explanation": explained})
