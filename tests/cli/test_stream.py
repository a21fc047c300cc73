"""The stream of `permgraph evaluate`: order, one line at a time, flat memory, and workers that leave nothing behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import PermgraphError
from simulator.cli import stream
from simulator.cli.evaluate import Answerer
from simulator.cli.stream import Source, answered
from simulator.cli.workers import Answered, Workers

FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:orders"
#: The command as it is installed beside this Python.
PERMGRAPH = str(Path(sys.executable).with_name("permgraph"))


def request(name: Any, **more: Any) -> bytes:
    """A line whose policy and resource are its own."""
    arn = f"{FUNCTION}-{name}"
    statement = {"Effect": "Allow", "Action": "lambda:*", "Resource": arn}
    made = {
        "id": name,
        "principal": "arn:aws:iam::111111111111:user/dev",
        "action": "lambda:InvokeFunction",
        "resource": arn,
        "policies": {"identity": [{"Version": "2012-10-17", "Statement": [statement]}]},
    }
    return json.dumps(made | more).encode() + b"\n"


def echo(piece: bytes, first: int) -> Answered:
    """Answers each line with its number and itself; `?` is a bad one."""
    lines = piece.split(b"\n")
    output = b"".join(b"%d:%s\n" % (number, line) for number, line in enumerate(lines, first))
    return Answered(output, len(lines), lines.count(b"?"))


@pytest.fixture
def pipe() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb", buffering=0) as into:
        yield source, into


@pytest.fixture(autouse=True)
def _nobody_is_left_behind() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def all_of(file: Path, workers: int) -> tuple[bytes, int, int]:
    with file.open("rb") as source:
        found = list(answered(Source(source), echo, workers))
    return b"".join(one.output for one in found), sum(one.lines for one in found), sum(one.bad for one in found)


@settings(max_examples=25, deadline=None)
@given(
    lines=st.lists(st.sampled_from([b"?", b"", b" \r", b"a" * 10, b"b" * 100, b"{}\r"]), max_size=60),
    piece=st.sampled_from([1, 7, 64, 4096]),
    workers=st.sampled_from([1, 2, 3]),
    ended=st.booleans(),
)
def test_each_line_is_answered_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], piece: int, workers: int, ended: bool
) -> None:
    """However it is cut into pieces, and whoever answers: blank lines at the end are no lines, others are."""
    file = tmp_path_factory.mktemp("lines") / "requests"
    file.write_bytes(b"\n".join(lines) + (b"\n" if ended and lines else b""))
    while lines and not lines[-1].strip():
        lines.pop()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stream, "PIECE", piece)
        patched.setattr(stream, "ALONE", 200)
        patched.setattr(stream, "_BLANK_LINES", 3)
        output, count, bad = all_of(file, workers)
    answers = [one.rstrip() for one in output.splitlines()]
    assert answers == [b"%d:%s" % (number, line.rstrip()) for number, line in enumerate(lines, 1)]
    assert (count, bad) == (len(lines), lines.count(b"?"))


def test_who_asks_line_by_line_is_answered_line_by_line(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    source, into = pipe
    answers = answered(Source(source), Answerer(), 2)
    for number in range(5):
        into.write(request(number))
        assert json.loads(next(answers).output)["id"] == number
    into.write(request("whole") + request("half")[:-20])
    assert json.loads(next(answers).output)["id"] == "whole"
    into.write(request("half")[-20:])
    assert json.loads(next(answers).output)["id"] == "half"
    into.close()
    assert list(answers) == []


def test_workers_owe_nothing_while_input_is_waited_for(
    pipe: tuple[IO[bytes], IO[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PIECE", 40)
    monkeypatch.setattr(stream, "ALONE", 1)
    source, into = pipe
    answers = answered(Source(source), echo, 2)
    into.write(b"first\n" * 20 + b"ha")
    output = b""
    while output.count(b"\n") < 20:
        output += next(answers).output
    assert len(multiprocessing.active_children()) == 2
    into.write(b"lf\n")
    assert next(answers).output == b"21:half\n"
    # Not its end: the workers are forked from this very process, and hold the pipe too.
    answers.close()


class _Endless:
    """A source that never ends and counts what was taken from it."""

    waits = False

    def __init__(self) -> None:
        self.taken = 0

    def pieces(self) -> Iterator[bytes]:
        while True:
            self.taken += 1
            yield b"x" * 1000


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_no_more_is_read_than_can_be_answered(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "ALONE", 1)
    source = _Endless()
    answers = answered(source, echo, workers)  # type: ignore[arg-type]
    for number in range(1, 50):
        next(answers)
        assert source.taken <= number + workers + 1
    answers.close()


def test_memory_is_flat() -> None:
    """3,000 lines with names of their own need no more memory than the first of them did."""
    answer = Answerer()

    def answers(start: int, stop: int) -> None:
        for first in range(start, stop, 50):
            piece = b"".join(request(number) for number in range(first, first + 50))
            assert answer(piece.removesuffix(b"\n"), first).bad == 0

    tracemalloc.start()
    try:
        answers(0, 1_500)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        answers(1_500, 4_500)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - before < 4_000_000


def _dies_at(line: bytes) -> Any:
    def answer(piece: bytes, first: int) -> Answered:
        if line in piece:
            os.kill(os.getpid(), signal.SIGKILL)
        return echo(piece, first)

    return answer


def test_a_worker_that_dies_is_one_clear_error() -> None:
    with Workers(2, _dies_at(b"bad")) as at_work:
        at_work.send(b"good", 1)
        at_work.send(b"bad\nmore", 2)
        assert at_work.receive().output == b"1:good\n"
        with pytest.raises(PermgraphError) as caught:
            at_work.receive()
    assert str(caught.value) == (
        "a worker process ended unexpectedly (killed by signal 9); line 2 and those after it have no answer"
    )


def test_a_worker_that_died_while_it_was_idle_is_noticed_too() -> None:
    with Workers(1, echo) as at_work:
        [child] = multiprocessing.active_children()
        child.terminate()
        child.join()
        with pytest.raises(PermgraphError, match="killed by signal 15"):
            at_work.send(b"x" * 10_000_000, 1)


#: As much as workers are started for, and half a megabyte more: what the engine doesn't know costs it nothing.
PLENTY = b"".join(request(number, padding="x" * 20_000) for number in range(60))


def _at_work(number: int = 0) -> subprocess.Popen[bytes]:
    """`permgraph evaluate -` with its workers, in a session of its own; it waits for more."""
    process = subprocess.Popen(
        [PERMGRAPH, "evaluate", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell that puts something into the background has it ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdin is not None
    process.stdin.write(PLENTY)
    process.stdin.flush()
    return process


def _is_gone(session: int) -> bool:
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return True
    return False


def test_an_interrupt_ends_workers_too_and_says_nothing() -> None:
    with _at_work() as process:
        assert process.stdout is not None
        for number in range(60):
            assert json.loads(process.stdout.readline())["id"] == number
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate()
    assert (output, errors, process.returncode) == (b"", b"", 130)
    assert _is_gone(process.pid)


def test_a_reader_that_has_enough_ends_workers_too() -> None:
    with _at_work() as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert json.loads(process.stdout.readline())["id"] == 0
        process.stdout.close()
        try:
            while process.poll() is None:
                process.stdin.write(PLENTY)
        except BrokenPipeError:
            # It has gone, as it should.
            process.stdin = None
        assert process.stderr is not None
        errors = process.stderr.read()
        process.wait()
    assert (errors, process.returncode) == (b"", 141)
    assert _is_gone(process.pid)


def test_workers_give_the_same_bytes_and_the_same_exit_code(tmp_path: Path) -> None:
    lines = [request(number, padding="x" * 20_000) if number % 7 else b"{\n" for number in range(120)]
    file = tmp_path / "requests.jsonl"
    file.write_bytes(b"".join(lines))
    done = subprocess.run([PERMGRAPH, "evaluate", str(file)], capture_output=True)
    assert done.returncode == 2
    assert done.stderr == b"error: 18 of 120 lines could not be read; the answer in place of each says why\n"
    answer = Answerer()
    assert done.stdout == b"".join(answer(one.removesuffix(b"\n"), 1).output for one in lines)
