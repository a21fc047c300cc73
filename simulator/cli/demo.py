"""`permgraph demo`: the main job on the embedded scenario, without an AWS account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from simulator.cli import options
from simulator.cli.errors import YES
from simulator.cli.output import names_of, write_json, write_lines

if TYPE_CHECKING:
    from rich.text import Text

    from models.answer import GrantAnswer, PathsAnswer
    from simulator.render.names import Names

#: The question that the demo asks of its scenario.
FROM = "partner/dev"
TO = "ours/orders:live"


@click.command("demo", short_help="A missing edge found and mended, without an AWS account.")
@options.format_option
def command(form: str) -> int:
    """Find a missing permission in the embedded scenario, add it, and ask again. Needs no AWS account."""
    from models.change import CHANGE
    from simulator import scenario
    from simulator.answers.paths import paths
    from simulator.changes import apply
    from simulator.scenario import library
    from simulator.world import World

    loaded = scenario.load(library.embedded(library.DEMO))
    world = World(loaded.snapshot)
    start, end = world.resolve(FROM, "principal"), world.resolve(TO, "resource")
    before = paths(world, start, end, k=1, repair=True)
    missing = [grant for step in before.paths[0].steps for grant in step.missing]
    changes = [CHANGE.validate_python(one) for grant in before.paths[0].repair for one in grant.changes]
    mended = World(apply(loaded.snapshot, changes))
    after = paths(mended, start, end, k=1)
    if form == "json":
        documents = {"before": before.as_json(), "missing": [one.as_json() for one in missing]}
        write_json({**documents, "after": after.as_json()})
    else:
        write_lines(_text(loaded.scenario.name, before, missing, after, names_of(loaded.snapshot)))
    return YES


def _text(name: str, before: PathsAnswer, missing: list[GrantAnswer], after: PathsAnswer, names: Names) -> list[Text]:
    from simulator.render import text
    from simulator.render.lines import grants, heading, line
    from simulator.render.names import side

    (step, *_) = [step for step in before.paths[0].steps if step.missing]
    first = missing[0]
    edge = f"{names.kind_and_name(step.source)} -> {names.kind_and_name(step.target)}"
    return [
        line("scenario: ", (name, "bold")),
        line(""),
        heading("1. The path that fails"),
        *text.paths_only(before, names, with_grants=False),
        line(""),
        heading("2. What is missing, and where"),
        line(("edge     ", "dim"), f"{edge} ({step.kind})", indent=2),
        line(("side     ", "dim"), f"{side(first.side)} {names.on(first.side, first.holder)}", indent=2),
        line(("account  ", "dim"), names.account(first.account), indent=2),
        line(""),
        heading("3. The statement that mends it"),
        *grants(missing, names),
        line(""),
        heading("4. The path with that statement added, asked again"),
        *text.paths_only(after, names, with_grants=False),
        line(""),
        line(
            "Next: ",
            ("permgraph ui", "bold"),
            " shows it as a picture, ",
            ("permgraph --help", "bold"),
            " lists all commands.",
        ),
    ]
