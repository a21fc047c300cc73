"""What goes wrong, said in one line on stderr, and the exit code that goes with it.

A person never sees a traceback; `PERMGRAPH_DEBUG=1` shows the one behind an internal error.
"""

from __future__ import annotations

import os
import re
import traceback
from difflib import get_close_matches

import click

from models.errors import PermgraphError

YES = 0
NO = 1
BAD_INPUT = 2
UNDECIDED = 3
#: As a shell reports a program that was ended by SIGINT, and by SIGPIPE.
INTERRUPTED = 130
BROKEN_PIPE = 141

#: Longer messages are cut, so that an error stays readable whatever somebody typed.
LONGEST = 1000

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Return `text` on one line, with control characters spelled out (`\x1b`), so that none reaches a terminal."""
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """Return `text` with its lines joined, its control characters made visible, and cut if it is very long."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} …"


def say(message: str) -> None:
    """Write one line on stderr."""
    click.echo(one_line(message), err=True)


def fail(message: str) -> int:
    """Say what is wrong in one line, and return the exit code for bad input."""
    say(f"error: {message}")
    return BAD_INPUT


def nearest(word: str, known: list[str]) -> str:
    """Return `; did you mean …?` for the words of `known` that are near, or nothing."""
    near = get_close_matches(word, known, n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""


def report(error: Exception) -> int:
    """Say what `error` is about and return its exit code."""
    if isinstance(error, click.ClickException):
        return fail(usage_problem(error))
    if isinstance(error, PermgraphError):
        return fail(str(error))
    if isinstance(error, OSError):
        return fail(os_problem(error))
    if isinstance(error, UnicodeDecodeError):
        return fail("the file is not UTF-8 text")
    return internal(error)


def internal(error: Exception) -> int:
    """Report an exception that nobody foresaw: a bug of ours."""
    if os.environ.get("PERMGRAPH_DEBUG"):
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    say(f"internal error: {type(error).__name__}: {error}")
    say("this is a bug in permgraph; please report it with what `PERMGRAPH_DEBUG=1` adds to this message")
    return BAD_INPUT


def os_problem(error: OSError) -> str:
    """Return what the operating system refused, in the form `cannot open `FILE`: no such file or directory`."""
    why = (error.strerror or str(error) or type(error).__name__).lower()
    return f"cannot use `{error.filename}`: {why}" if error.filename is not None else f"input or output failed: {why}"


def usage_problem(error: click.ClickException) -> str:
    """Return click's message in our manner: lower case, what was written in backticks, the hint last."""
    context = getattr(error, "ctx", None)
    help_hint = f"`{context.command_path} --help` tells more" if context else "`permgraph --help` tells more"
    if isinstance(error, click.NoSuchOption):
        hint = nearest(error.option_name, sorted(error.possibilities or ())) or f"; {help_hint}"
        return f"unknown option `{error.option_name}`{hint}"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.metavar if isinstance(error.param, click.Argument) else error.param.opts[0]
        return f"`{name or error.param.human_readable_name.upper()}` is missing; {help_hint}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        return f"{name}: {_ours(error.message)}"
    return f"{_ours(error.format_message())}" + ("" if ";" in error.format_message() else f"; {help_hint}")


def _ours(message: str) -> str:
    """Return one of click's sentences as one of ours: `'x' is not one of …` becomes `` `x` is not one of … ``."""
    text = re.sub(r"'([^']*)'", r"`\1`", message).strip().rstrip(".")
    text = re.sub(r"is not a valid (?:integer|int)(?: range)?$", "is not a whole number", text)
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
