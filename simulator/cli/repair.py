"""`permgraph repair`: the cheapest grants that make it hold, verified; or what to remove so that it holds no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from simulator.cli import options
from simulator.cli.errors import NO, YES, say
from simulator.cli.names import action_name
from simulator.cli.output import age_lines, names_of, write_json, write_lines
from simulator.cli.paths import is_role_or_function

if TYPE_CHECKING:
    from rich.text import Text

    from models.answer import RemoveAnswer, RepairAnswer
    from models.context import Given
    from simulator.render.names import Names
    from simulator.world import World


@click.command("repair", short_help="The cheapest grants with which FROM comes to TO, verified.")
@click.argument("source", metavar="FROM", required=False)
@click.argument("target", metavar="TO", required=False)
@options.source_options
@options.context_options
@click.option("--action", metavar="A", help="What is to be done at the end (for a function: lambda:InvokeFunction).")
@click.option("-k", "count", metavar="N", type=click.IntRange(1, 100), default=5, help="How many repairs to show (5).")
@click.option(
    "--remove",
    nargs=2,
    metavar="PRINCIPAL FUNCTION",
    help="The reverse: the least to take away so that PRINCIPAL comes to FUNCTION no more.",
)
@click.option(
    "--as",
    "shown_as",
    type=click.Choice(["cli", "iam", "cloudformation", "terraform"]),
    default="cli",
    help="How each account's part is written, in text: commands of the AWS CLI, IAM JSON, a template, Terraform.",
)
@options.format_option
def command(
    source: str | None,
    target: str | None,
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    context: tuple[str, ...],
    absent: tuple[str, ...],
    action: str | None,
    count: int,
    remove: tuple[str, str] | None,
    shown_as: str,
    form: str,
) -> int:
    """The cheapest sets of grants with which FROM comes to TO, each applied and evaluated again before it is shown.

    Exit code: 0 there is one, or none is needed (with --remove: or nothing has to go), 1 none can help.

    \b
    permgraph repair dev orders:live --snapshot accounts.json
    permgraph repair --remove dev orders --snapshot accounts.json
    """
    if remove is None and (source is None or target is None):
        raise click.UsageError("name FROM and TO, or `--remove PRINCIPAL FUNCTION`")
    if remove is not None and source is not None:
        raise click.UsageError("`--remove` names both ends itself; leave FROM and TO out")
    settled = options.given(context, absent)
    wanted = None if action is None else action_name(action)
    world = options.Source(snapshot_file, scenario_file, strict).world()
    first, last = remove or (source or "", target or "")
    start, end = world.resolve(first, "name"), world.resolve(last, "name")
    answer = (
        _removal(world, start, end, wanted, count, settled)
        if remove
        else _repair(world, start, end, wanted, count, settled)
    )
    if form == "json":
        write_json(answer.as_json())
    else:
        write_lines(_lines(answer, names_of(world.snapshot), shown_as) + age_lines(world.snapshot))
    return _code(answer)


def _repair(world: World, start: str, end: str, action: str | None, count: int, given: Given) -> RepairAnswer:
    from simulator.answers.repair import repair

    if action is None and not is_role_or_function(end):
        say("note: no action was named; ask about one with `--action`, such as `--action s3:GetObject`")
    return repair(world, start, end, action=action, k=count, given=given)


def _removal(world: World, start: str, end: str, action: str | None, count: int, given: Given) -> RemoveAnswer:
    from simulator.answers.remove import remove

    return remove(world, start, end, action=action, k=count, given=given)


def _lines(answer: RepairAnswer | RemoveAnswer, names: Names, shown_as: str) -> list[Text]:
    from models.answer import RepairAnswer
    from simulator.render import removal, repair

    if isinstance(answer, RepairAnswer):
        return repair.text(answer, names, shown_as)
    return removal.text(answer, names, shown_as)


def _code(answer: RepairAnswer | RemoveAnswer) -> int:
    from models.answer import RepairAnswer

    if isinstance(answer, RepairAnswer):
        return YES if answer.repairs or answer.status in ("allowed", "conditional") else NO
    return YES if answer.removals or not answer.closes else NO
