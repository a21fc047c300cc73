"""`permgraph paths`: the cheapest ways from one node to another."""

from __future__ import annotations

import click

from simulator.cli import options
from simulator.cli.errors import say
from simulator.cli.names import action_name
from simulator.cli.output import age_lines, code_of, names_of, write_json, write_lines


def is_role_or_function(node: str) -> bool:
    from simulator.render.names import parts

    return parts(node)[0] in ("role", "function", "function URL")


@click.command("paths", short_help="The cheapest ways from FROM to TO, and what they lack.")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@options.source_options
@options.context_options
@click.option("--action", metavar="A", help="What is to be done at the end (for a function: lambda:InvokeFunction).")
@click.option("-k", "count", metavar="N", type=click.IntRange(1, 1000), default=5, help="How many ways to show (5).")
@click.option("--repair", is_flag=True, help="What mends each way too, applied and evaluated again.")
@options.format_option
def command(
    source: str,
    target: str,
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    context: tuple[str, ...],
    absent: tuple[str, ...],
    action: str | None,
    count: int,
    repair: bool,
    form: str,
) -> int:
    """The cheapest ways from FROM to TO, with the statements that are missing from them.

    Exit code: 0 a way holds, 1 none does, 3 the best is conditional or unknown.

    \b
    permgraph paths dev orders:live --scenario scenarios/cross-account-role.yaml
    """
    settled = options.given(context, absent)
    wanted = None if action is None else action_name(action)
    world = options.Source(snapshot_file, scenario_file, strict).world()
    start, end = world.resolve(source, "name"), world.resolve(target, "name")
    from simulator.answers.paths import paths

    answer = paths(world, start, end, action=wanted, k=count, given=settled, repair=repair)
    if form == "json":
        write_json(answer.as_json())
    else:
        from simulator.render import text

        if not answer.paths and wanted is None and not is_role_or_function(end):
            say("note: no action was named; ask about one with `--action`, such as `--action s3:GetObject`")
        write_lines(text.paths(answer, names_of(world.snapshot)) + age_lines(world.snapshot))
    return code_of(path.status for path in answer.paths)
