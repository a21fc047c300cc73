"""`permgraph evaluate`: requests with their policies in, decisions out, line by line."""

from __future__ import annotations

import gc
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from simulator.cli.errors import YES, fail

if TYPE_CHECKING:
    from simulator.cli.workers import Answered

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
    from simulator.cli.stream import Source, answered, processors, undisturbed

    bad = lines = 0
    # Made first: it loads the engine, which is then among what was there before.
    answerer = Answerer(text=form == "text")
    with _opened(file) as stream, undisturbed():
        for found in answered(Source(stream), answerer, processors()):
            # Text goes through the terminal's own encoding, JSON is UTF-8 everywhere.
            click.echo(found.output.decode() if form == "text" else found.output, nl=False)
            bad += found.bad
            lines += found.lines
    return fail(f"{bad} of {lines} lines could not be read; the answer in place of each says why") if bad else YES


def _opened(file: str) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb", buffering=0)


class Answerer:
    """Answers pieces of a stream: each of their lines, as JSON or as text for people."""

    def __init__(self, *, text: bool = False) -> None:
        from simulator.answers.evaluate import evaluate_line, forget

        self._evaluate, self._forget = evaluate_line, forget
        self._text = text
        self._since_forgotten = 0

    def __call__(self, piece: bytes, first: int) -> Answered:
        from simulator.answers.line import BLANK, written
        from simulator.cli.stream import lines_of
        from simulator.cli.workers import Answered

        output: list[bytes] = []
        bad = 0
        lines = lines_of(piece)
        for number, line in enumerate(lines, first):
            answer = self._evaluate(line) if line.strip(BLANK) else {"id": None, "error": "an empty line"}
            bad += "error" in answer
            output.append(_sentence(answer, number).encode() if self._text else written(answer))
        output.append(b"")
        self._since_forgotten += len(lines)
        if self._since_forgotten >= FORGET_AFTER:
            self._since_forgotten = 0
            self._forget()
            gc.collect()
        return Answered(b"\n".join(output), len(lines), bad)


def _sentence(answer: dict[str, Any], number: int) -> str:
    from simulator.cli.errors import one_line

    if "error" in answer:
        name = f"line {number}" if answer["id"] is None else answer["id"]
        return one_line(f"{name}: error: {answer['error']}")
    because = ", ".join(f"{cited['effect']} {cited['policy']} {cited['statement']}" for cited in answer["because"])
    why = f" ({because})" if because else ""
    residual = f": {answer['residual']['text']}" if answer["residual"] else ""
    return one_line(f"{answer['id']}: {answer['decision']}{residual}{why}")
