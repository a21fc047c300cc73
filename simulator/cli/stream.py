"""Lines in, answers out, in order: whole lines as they come, shared out among worker processes once there is much.

Memory is flat: of a stream no more is held than a piece for each worker. Whoever asks line by line is answered line by
line, since nothing waits for a piece to be full, nor for input while an answer is owed.
"""

from __future__ import annotations

import gc
import os
import select
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO

from simulator.cli.workers import Answer, Answered, Workers

#: The most that is read at once. A piece is longer only if one line is.
PIECE = 256 * 1024

#: Bytes that are answered before there is a worker: what takes less time than starting them.
ALONE = 512 * 1024

#: The most blank lines in one piece.
_BLANK_LINES = 1 << 16

#: A line's own white space, and not all that bytes.strip() takes.
_WHITE = b" \t\r\n"


class Source:
    """Whole lines from a file or a pipe, in pieces of what is there."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._file = stream.fileno()
        self._ended = False
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll:
            self._poll.register(self._file, select.POLLIN)

    @property
    def waits(self) -> bool:
        """Whether reading now would wait for somebody to write; taken for so where it can't be known."""
        return not self._poll or not self._poll.poll(0)

    def pieces(self) -> Iterator[bytes]:
        """Yield whole lines, without the end of the last one; nothing (b"") where a line isn't whole yet.

        Blank lines are kept for the next piece: those at the end of the stream are no lines.
        """
        blank = 0
        for piece in self._whole():
            body = piece.rstrip(_WHITE)
            ends = piece.count(b"\n", len(body))
            if not body:
                blank += ends
                yield b""
                continue
            while blank > _BLANK_LINES:
                blank -= _BLANK_LINES
                yield b"\n" * (_BLANK_LINES - 1)
            yield b"\n" * blank + body
            # The first of them ends the last line of the piece.
            blank = max(ends - 1, 0)

    def _whole(self) -> Iterator[bytes]:
        held: list[bytes] = []
        while read := self._read():
            head, end, tail = read.rpartition(b"\n")
            if not end:
                held.append(read)
                yield b""
                continue
            yield b"".join((*held, head, end))
            held = [tail] if tail else []
        yield b"".join(held)

    def _read(self) -> bytes:
        """Read what is there, up to a piece; wait only where nothing is. A pipe gives less at once than a file."""
        read: list[bytes] = []
        size = 0
        while not self._ended and size < PIECE and not (read and self.waits):
            read.append(os.read(self._file, PIECE - size))
            size += len(read[-1])
            # Not asked for again: at a terminal the end would have to be typed twice.
            self._ended = not read[-1]
        return b"".join(read)


def lines_of(piece: bytes) -> list[bytes]:
    """The lines of a piece, the last of which has no end of its own.

    As `piece.split(b"\\n")`, which looks at one byte after the other.
    """
    return [line[:-1] for line in BytesIO(piece + b"\n")]


def answered(source: Source, answer: Answer, workers: int) -> Generator[Answered, None, None]:
    """Answer a source piece by piece, in order: here at first, with that many worker processes once there is much."""
    number, alone = 1, 0
    pieces = source.pieces()
    for piece in pieces:
        if not piece:
            continue
        found = answer(piece, number)
        number += found.lines
        alone += len(piece)
        yield found
        if alone > ALONE and workers > 1 and not source.waits:
            break
    yield from _shared_out(source, pieces, number, answer, workers)


def _shared_out(
    source: Source, pieces: Iterator[bytes], number: int, answer: Answer, workers: int
) -> Iterator[Answered]:
    first = next(pieces, None)
    if first is None:
        return
    with Workers(workers, answer) as at_work:
        piece: bytes | None = first
        while piece is not None:
            if piece:
                at_work.send(piece, number)
                number += piece.count(b"\n") + 1
            while at_work.owing and (at_work.all_busy or source.waits):
                yield at_work.receive()
            piece = next(pieces, None)
        while at_work.owing:
            yield at_work.receive()


def processors() -> int:
    """How many processors this process may use, and so how many workers are worth starting; 1 where none can be."""
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Python's search for cycles away from what was there before: it would go through all of it, again and again.

    What comes and goes with each line has no cycles to speak of; `gc.collect` now and then finds the rest.
    """
    enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()
