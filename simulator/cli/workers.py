"""Worker processes that answer pieces of a stream, and give the answers back in the order of the pieces.

Each has one piece at most, and answers it whole before it gets the next: no more is held, and neither side ever writes
while the other does. They are forked, so that they share what is loaded already and are at work in milliseconds.
"""

from __future__ import annotations

import signal
import struct
from collections import deque
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, NamedTuple

from models.errors import PermgraphError

#: Before a piece: the number of its first line. Before its answers: how many lines, and how many errors.
_FIRST = struct.Struct("<Q")
_COUNTS = struct.Struct("<QQ")

#: Seconds in which a worker that has nothing to do any more ends; a limit, not a wait.
_ENDS_WITHIN = 5


class Answered(NamedTuple):
    """The answers to a piece: as bytes, a line each, and how many of them are errors."""

    output: bytes
    lines: int
    bad: int


#: Answers the lines of a piece, of which the first has that number in the stream.
Answer = Callable[[bytes, int], Answered]


class _Worker(NamedTuple):
    process: Any
    connection: Connection


class Workers:
    """`with Workers(2, answer) as at_work`: two processes; at the end of the block they are gone, whatever happened."""

    def __init__(self, count: int, answer: Answer) -> None:
        self._count = count
        self._answer = answer
        self._idle: deque[_Worker] = deque()
        self._busy: deque[tuple[_Worker, int]] = deque()

    def __enter__(self) -> Workers:
        # An interrupt is the parent's to hear: a worker is deaf to it from its first moment on.
        deaf = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for _ in range(self._count):
                self._start()
        except BaseException:
            self._end(at_once=True)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, deaf)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(at_once=error is not None)

    def _start(self) -> None:
        fork = get_context("fork")
        ours, theirs = fork.Pipe()
        not_theirs = [ours, *(worker.connection for worker in self._idle)]
        process = fork.Process(target=_work, args=(theirs, not_theirs, self._answer), daemon=True)
        process.start()
        theirs.close()
        self._idle.append(_Worker(process, ours))

    def _end(self, *, at_once: bool) -> None:
        workers = [*self._idle, *(worker for worker, _ in self._busy)]
        for worker in workers:
            # Nothing more comes: this is what a worker ends by.
            worker.connection.close()
        for worker in workers:
            if at_once:
                worker.process.terminate()
            worker.process.join(_ENDS_WITHIN)

    @property
    def owing(self) -> bool:
        return bool(self._busy)

    @property
    def all_busy(self) -> bool:
        return not self._idle

    def send(self, piece: bytes, first: int) -> None:
        """Give a piece to a worker that has none; there has to be one."""
        worker = self._idle.popleft()
        self._busy.append((worker, first))
        try:
            worker.connection.send_bytes(_FIRST.pack(first) + piece)
        except OSError as error:
            raise _ended(worker, first) from error

    def receive(self) -> Answered:
        """Wait for the answers to the oldest piece.

        Raises:
            PermgraphError: if its worker is there no more.
        """
        worker, first = self._busy[0]
        try:
            found = worker.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise _ended(worker, first) from error
        self._idle.append(self._busy.popleft()[0])
        lines, bad = _COUNTS.unpack_from(found)
        return Answered(found[_COUNTS.size :], lines, bad)


def _ended(worker: _Worker, first: int) -> PermgraphError:
    worker.process.join(_ENDS_WITHIN)
    code = worker.process.exitcode
    how = f"killed by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
    return PermgraphError(
        f"a worker process ended unexpectedly ({how}); line {first} and those after it have no answer"
    )


def _work(connection: Connection, not_ours: list[Connection], answer: Answer) -> None:
    """Answer what comes until nothing does. The parent's ends are closed here, or its end would never be noticed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in not_ours:
        other.close()
    try:
        while True:
            message = connection.recv_bytes()
            (first,) = _FIRST.unpack_from(message)
            found = answer(message[_FIRST.size :], first)
            connection.send_bytes(_COUNTS.pack(found.lines, found.bad) + found.output)
    except (EOFError, OSError):
        # There is nobody to answer any more.
        return
