"""`permgraph ui`: starts the explorer, a Streamlit application of its own, on a loopback address."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import click

from models.errors import InputError, MissingToolError
from simulator.cli.errors import say

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("ui", short_help="The explorer, in a browser.")
@click.option("--host", metavar="ADDRESS", default=LOOPBACK[0], help="Where to listen (127.0.0.1: this machine only).")
@click.option("--port", metavar="N", type=click.IntRange(1, 65535), help="The port (the first free one from 8501 on).")
@click.option("--no-browser", is_flag=True, help="Don't open a browser; the address is printed.")
@click.option("--snapshot", "snapshot_file", metavar="FILE", help="A snapshot to open.")
@click.option("--scenario", "scenario_file", metavar="FILE", help="A scenario to open (without: the embedded one).")
def command(host: str, port: int | None, no_browser: bool, snapshot_file: str | None, scenario_file: str | None) -> int:
    """Open the explorer in a browser: on the embedded scenario, a scenario file or a snapshot.

    \b
    permgraph ui --snapshot accounts.json
    """
    if snapshot_file is not None and scenario_file is not None:
        raise click.UsageError("`--snapshot` and `--scenario` exclude each other; give the one that is meant")
    file = snapshot_file or scenario_file
    if file is not None and not Path(file).is_file():
        raise InputError("no such file", file)
    if importlib.util.find_spec("streamlit") is None:
        raise MissingToolError("the explorer needs `streamlit`; install permgraph with its extra `ui`")
    if host not in LOOPBACK:
        say(f"note: everybody who reaches `{host}` can see the accounts; without `--host` only this machine can")
    return start(arguments(host, port, no_browser, snapshot_file, scenario_file))


def arguments(
    host: str, port: int | None, no_browser: bool, snapshot_file: str | None, scenario_file: str | None
) -> list[str]:
    """Return the command line of the explorer's process.

    `-P`: a folder named `ui` in the current directory must not hide ours.
    """
    made = [sys.executable, "-P", "-m", "ui.launch", "--host", host]
    if port is not None:
        made += ["--port", str(port)]
    if no_browser:
        made.append("--no-browser")
    if snapshot_file is not None:
        made += ["--snapshot", snapshot_file]
    if scenario_file is not None:
        made += ["--scenario", scenario_file]
    return made


def start(line: list[str]) -> int:
    """Become the explorer's process, so that whatever ends this one ends the explorer.

    Not imported and called: nothing below `ui` imports it.
    """
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(line[0], line)  # noqa: S606
    return subprocess.call(line)
