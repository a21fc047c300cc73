"""`permgraph`: finds the command, runs it, and turns whatever happens into an exit code."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click

from simulator.cli.errors import BAD_INPUT, BROKEN_PIPE, INTERRUPTED, nearest, report

#: Command -> its module here, and what `permgraph --help` says of it. Listed here and not asked of the modules, so that
#: help and completion load none of them (boto3 alone takes a fifth of a second).
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "a missing edge found and mended, without an AWS account"),
    "collect": ("collect", "read accounts, or files of the AWS CLI, into a snapshot"),
    "can": ("can", "may PRINCIPAL do ACTION on RESOURCE, and why"),
    "paths": ("paths", "the cheapest ways from one thing to another, and what they lack"),
    "who-can": ("who_can", "everybody who may do ACTION on RESOURCE, and how"),
    "reach": ("reach", "every role FROM can become, every function it can run"),
    "diagnose": ("diagnose", "the whole troubleshooting list for a function, or for all"),
    "what-if": ("what_if", "what opens and what closes with these changes"),
    "repair": ("repair", "the cheapest verified grants with which FROM comes to TO"),
    "can-manage": ("can_manage", "may PRINCIPAL create, update, delete FUNCTION; what lacks"),
    "test": ("test", "hold scenarios to their expectations"),
    "graph": ("graph", "the permission graph as DOT, SVG, PNG, GraphML or JSON"),
    "evaluate": ("evaluate", "requests with their policies in, decisions out: the bare engine"),
    "ui": ("ui", "the explorer, in a browser"),
}

#: They go on for as long as there is something to read, and look for what can go.
LASTING = frozenset({"collect", "evaluate", "test"})

EPILOG = """\
Questions are put to a --snapshot FILE (made by collect) or a --scenario FILE.
Exit code: 0 yes, 1 no, 2 bad input, 3 undecided. Start with: permgraph demo"""


class Commands(click.Group):
    """The commands of the table above, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name in LASTING:
            gc.enable()
        module = importlib.import_module(f"simulator.cli.{COMMANDS[cmd_name][0]}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS:
            hint = nearest(name, list(COMMANDS)) or f"; there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"unknown command `{name}`{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Who reads the help has found it: a line for it is one too many for a screen."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.hidden = True
        return found

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n" + EPILOG + "\n")


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"permgraph {version('permgraph')}")
        ctx.exit()


@click.group(
    cls=Commands,
    help="Find the permissions that lead to Lambda functions, and the missing ones.",
    context_settings={"help_option_names": ["-h", "--help"]},
    # Hidden below, and named here: there are as many commands as fit on a screen.
    options_metavar="[--version]",
    subcommand_metavar="COMMAND [ARGUMENTS]",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    hidden=True,
    callback=_version,
    help="Say which version.",
)
def permgraph() -> None:
    """The group itself does nothing."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing but an interrupt of the process itself gets out."""
    try:
        code = _invoke(list(arguments))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _leave_stream(sys.stdout)
        return BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:
        return _report(error)


def _invoke(arguments: list[str]) -> int:
    if not arguments:
        with permgraph.make_context("permgraph", [], resilient_parsing=True) as context:
            click.echo(permgraph.get_help(context))
        return BAD_INPUT
    if any("\0" in argument for argument in arguments):
        # No shell can say this, but who calls us as a library can; no file name may hold it either.
        raise click.UsageError("an argument holds a null character")
    try:
        with permgraph.make_context("permgraph", arguments) as context:
            code: Any = permgraph.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    assert isinstance(code, int), "every command returns its exit code"
    return code


def _report(error: Exception) -> int:
    if isinstance(error, OSError) and error.filename is None:
        # What was buffered can't be written either (a full disk): leave it, or Python complains when it ends.
        _leave_stream(sys.stdout)
    try:
        return report(error)
    except OSError:
        # Nobody reads stderr: the exit code has to do.
        _leave_stream(sys.stderr)
        return BAD_INPUT


def _leave_stream(stream: IO[str]) -> None:
    """Point a stream that nobody reads at nothing, so that what is buffered goes there."""
    try:
        number = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)


def main() -> None:
    """The entry point of the `permgraph` command."""
    # What is loaded stays until the command ends, for most within seconds: looking through it for what could go takes
    # a third of that time and finds nothing.
    gc.disable()
    # Nothing is plugged into our values, and to look for it pydantic reads about every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A name that the terminal's encoding lacks is shown escaped rather than failing the answer.
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    # Python looks through everything once more when it ends, and there is nothing that anybody waits for to go.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
