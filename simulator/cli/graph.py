"""`permgraph graph`: the permission graph as a file, or as DOT on stdout."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli import options
from simulator.cli.errors import YES, say
from simulator.cli.output import write_json


@click.command("graph", short_help="The permission graph as DOT, SVG, PNG, GraphML or JSON.")
@options.source_options
@click.option("--out", metavar="FILE", help="Ends in dot, svg, png, graphml or json; without it DOT goes to stdout.")
@click.option("--from", "source", metavar="X", help="Only what can be reached from here.")
@click.option("--to", "target", metavar="Y", help="Only what leads there.")
@options.format_option
def command(
    snapshot_file: str | None,
    scenario_file: str | None,
    strict: bool,
    out: str | None,
    source: str | None,
    target: str | None,
    form: str,
) -> int:
    """The permission graph with its missing edges; of more than 2,000 nodes only with --from or --to.

    \b
    permgraph graph --scenario scenarios/cross-account-role.yaml --out graph.svg
    """
    from simulator.render import graphfile

    path = None if out is None else Path(out)
    if path is not None:
        graphfile.kind_of(path)  # before the work, not after it
    world = options.Source(snapshot_file, scenario_file, strict).world()
    start = None if source is None else world.resolve(source, "name")
    end = None if target is None else world.resolve(target, "name")
    from simulator.answers.whole_graph import whole_graph

    graph = whole_graph(world, source=start, target=end)
    if path is not None:
        graphfile.write(graph, path)
        say(f"{path}: {len(graph.nodes)} nodes, {len(graph.edges)} edges")
    if form == "json":
        write_json(graph.as_json())
    elif path is None:
        click.echo(graphfile.content(graph, "dot"), nl=False)
    return YES
