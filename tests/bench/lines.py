"""`permgraph evaluate` on lines of which no two are alike: each brings documents and names of its own.

Identity-based policies, the resource's own policy and two levels of SCPs, some statements with conditions, an open key
in every fifth line. Lines of ten statements and of twenty; in one mix most are allowed, in the other most nearly are.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.answers.evaluate import evaluate_line, forget
from tests.bench.made import INVOKE, Json, allow, policy
from tests.bench.measures import PERMGRAPH, Row, measured

LINES = 20_000
#: Lines that are answered one by one as well, and have to come out the same.
SAMPLE = 500
#: So many lines; of the statements of a line so many are the caller's own and nearly about the request, and of a
#: hundred lines so many have the statement that allows.
MIXES = {
    "10 statements, most allowed": (100_000, 3, 60),
    "20 statements, most allowed": (LINES, 13, 60),
    "20 statements, most nearly": (LINES, 13, 10),
}
#: Seconds between two looks at the memory of all processes.
_LOOK_EVERY = 0.05


def request(number: int, near: int, allowed: bool) -> Json:
    """One line; all its names hold its number. `near` statements are nearly about what it asks."""
    ours, theirs = f"{10**11 + number}", f"{2 * 10**11 + number}"
    function = f"arn:aws:lambda:eu-west-1:{theirs}:function:orders-{number}"
    caller = f"arn:aws:iam::{ours}:role/team/worker-{number}"
    identity = [_near(number, index, theirs) for index in range(near)]
    if allowed:
        team = {"StringEquals": {"aws:PrincipalTag/team": f"team-{number}-a"}}
        pattern = f"arn:aws:lambda:*:{theirs}:function:orders-*"
        identity.append(allow("lambda:Invoke*", pattern, Condition=team))
    identity.append(_deny(["lambda:Delete*", "iam:*"], "*", StringNotEquals={"aws:PrincipalTag/team": f"no-{number}"}))
    is_open = number % 5 == 0
    if is_open:
        identity.append(_deny(INVOKE, function, Bool={"aws:MultiFactorAuthPresent": "false"}))
    others = [caller, f"arn:aws:iam::{ours}:user/user-{number}"]
    region = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", f"x-{number}"]}}
    present = {"Null": {"aws:RequestedRegion": "false"}}
    return {
        "id": f"line-{number}",
        "principal": caller,
        "action": INVOKE,
        "resource": function,
        "context": {"aws:PrincipalTag/team": f"team-{number}-a", "aws:SourceIp": f"10.{number % 250}.3.9"},
        "open_keys": ["aws:MultiFactorAuthPresent"] if is_open else [],
        "policies": {
            "identity": [policy(*identity[: near // 2 + 1]), policy(*identity[near // 2 + 1 :])],
            "resource": policy(*(allow(INVOKE, function, Principal={"AWS": other}) for other in others)),
            "scps": [
                [policy(allow("*", "*"))],
                [policy(allow(["lambda:*", "s3:*"], "*"), _deny("*", "*", **region, **present))],
            ],
        },
    }


def _near(number: int, index: int, account: str) -> Json:
    """A statement that is about another function or another action, some under a condition."""
    if index % 3:
        statement = allow([f"s3:Get{number}*", "s3:ListBucket"], f"arn:aws:s3:::bucket-{number}-{index}/*")
    else:
        pattern = f"arn:aws:lambda:eu-west-1:{account}:function:near-{number}-{index}-*"
        statement = allow([INVOKE, f"sqs:Send{index}*"], pattern, Sid=f"Near{index}")
    if index % 4 == 1:
        statement["Condition"] = {"StringLike": {"aws:PrincipalTag/team": f"team-{number}-*"}}
    if index % 4 == 3:
        statement["Condition"] = {"IpAddress": {"aws:SourceIp": f"10.{number % 250}.{index}.0/24"}}
    return statement


def _deny(action: str | list[str], resource: str, **condition: Any) -> Json:
    return {"Effect": "Deny", "Action": action, "Resource": resource, "Condition": condition}


def own_lines(count: int, near: int, allowed: int) -> Iterator[str]:
    """`count` lines, of which `allowed` in a hundred have the statement that allows; the same ones each time."""
    chance = random.Random(7)
    for number in range(count):
        yield json.dumps(request(number, near, chance.randrange(100) < allowed)) + "\n"


def rows() -> Iterator[Row]:
    """The whole process with a worker for each processor; plain: the same lines one by one, in one process."""
    for mix, (count, near, allowed) in MIXES.items():
        lines = list(own_lines(count, near, allowed))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "requests.jsonl")
            file.write_text("".join(lines))
            _agree(file, lines)
            yield measured(
                f"evaluate, {count:,} lines of their own, {mix}",
                lambda file=file: _run(file, subprocess.DEVNULL),  # type: ignore[misc]
                runs=3,
                each=count,
                plain=("a line by itself", lambda lines=lines: _one_by_one(lines[:SAMPLE])),  # type: ignore[misc]
                plain_each=SAMPLE,
                note=lambda median: f"{1 / median:,.0f} lines/s",
            )
    yield from _memory()


def _one_by_one(lines: list[str]) -> None:
    # Nothing of them is known yet, as in a stream.
    forget()
    for line in lines:
        evaluate_line(line)


def _agree(file: Path, lines: list[str]) -> None:
    answers = _run(file, subprocess.PIPE).splitlines()
    assert len(answers) == len(lines)
    for line, answer in zip(lines[:SAMPLE], answers, strict=False):
        assert json.loads(answer) == evaluate_line(line), "an answer that is wrong isn't worth measuring"


def _run(file: Path, output: int) -> bytes:
    with _started(file, output) as process:
        answers, _ = process.communicate()
    assert process.returncode == 0
    return answers or b""


def _started(file: Path, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([PERMGRAPH, "evaluate", str(file)], stdout=output, preexec_fn=_on_all_processors)


def _on_all_processors() -> None:
    # The benchmark itself keeps to one.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def _memory() -> Iterator[Row]:
    """The memory of all processes together at its highest, for some lines and for four times as many."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requests.jsonl")
        for count in (LINES // 8, LINES // 2):
            file.write_text("".join(own_lines(count, 13, 60)))
            begun = time.perf_counter()
            peak = _peak_of(file)
            seconds = time.perf_counter() - begun
            yield Row(f"evaluate, {count:,} lines: memory", 1, seconds, 0, note=f"{peak / 2**20:.0f} MiB")


def _peak_of(file: Path) -> int:
    peak = 0
    with _started(file, subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _memory_of(process.pid))
            time.sleep(_LOOK_EVERY)
    return peak


def _memory_of(process: int) -> int:
    """Bytes of a process and of its children, what they share counted once; 0 where the system doesn't say."""
    found = 0
    for one in (process, *_children(process)):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            # It has just ended.
            continue
        found += sum(int(row.split()[1]) * 1024 for row in text.splitlines() if row.startswith("Pss:"))
    return found


def _children(process: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []
