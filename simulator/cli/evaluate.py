"""`permgraph evaluate`: requests with their policies in, decisions out, line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

import click

from simulator.cli.errors import YES, fail
from simulator.cli.output import as_json

#: Lines after which the engine's memory is emptied. Common patterns are soon there again, and it can't grow.
FORGET_AFTER = 1_000


@click.command("evaluate", short_help="Requests with their policies in, decisions out: the bare engine.")
@click.argument("file", metavar="FILE|-")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="json", help="JSON, or text for people.")
def command(file: str, form: str | None) -> int:
    """Decide the requests in FILE (- for stdin), a JSON object a line with its policies; a decision a line comes out.

    A line that can't be read is answered with an error, and the others all the same. Exit code: 0 all were decided, 2
    a line could not be read.

    \b
    permgraph evaluate requests.jsonl > decisions.jsonl
    """
    bad = number = 0
    with _opened(file) as lines:
        for number, answer in enumerate(answers(lines), start=1):
            bad += "error" in answer
            click.echo(as_json(answer, indent=None).encode() if form != "text" else _sentence(answer, number))
    return fail(f"{bad} of {number} lines could not be read; the answer in place of each says why") if bad else YES


def _opened(file: str) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb")


def answers(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield an answer for each line, in order and as soon as it is read. Blank lines at the end are no lines."""
    from simulator.answers.evaluate import evaluate_line, forget

    blank = 0
    for number, line in enumerate(lines, start=1):
        if number % FORGET_AFTER == 0:
            forget()
        if not line.strip():
            blank += 1
            continue
        while blank:
            blank -= 1
            yield {"id": None, "error": "an empty line"}
        yield evaluate_line(line)


def _sentence(answer: dict[str, Any], number: int) -> str:
    from simulator.cli.errors import one_line

    if "error" in answer:
        name = f"line {number}" if answer["id"] is None else answer["id"]
        return one_line(f"{name}: error: {answer['error']}")
    because = ", ".join(f"{cited['effect']} {cited['policy']} {cited['statement']}" for cited in answer["because"])
    why = f" ({because})" if because else ""
    residual = f": {answer['residual']['text']}" if answer["residual"] else ""
    return one_line(f"{answer['id']}: {answer['decision']}{residual}{why}")
