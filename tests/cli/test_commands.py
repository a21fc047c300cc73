"""Each command against a real world: the embedded scenario, and what the others write and start."""

from __future__ import annotations

import gzip
import json
import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from models.errors import MissingToolError
from simulator.cli import output, ui
from simulator.cli.main import run
from simulator.collector import store
from simulator.render import schema
from simulator.render.lines import line
from simulator.scenario import library

ROOT = Path(__file__).parents[2]
SCENARIO = ["--scenario", str(library.embedded(library.DEMO))]
ASK = {
    "can": ["can", "partner/dev", "lambda:InvokeFunction", "ours/orders:live"],
    "paths": ["paths", "partner/dev", "ours/orders:live"],
    "who-can": ["who-can", "lambda:InvokeFunction", "ours/orders:live"],
    "reach": ["reach", "partner/dev"],
    "repair": ["repair", "partner/dev", "ours/orders:live"],
    "repair --remove": ["repair", "--remove", "ours/operator", "ours/orders"],
    "graph": ["graph"],
}


def answer(line: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    run([*line, "--format", "json"])
    found = capsys.readouterr()
    assert found.err == ""
    document = json.loads(found.out)
    assert isinstance(document, dict)
    assert found.out == json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return document


def test_demo_prints_the_five_things_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo"]) == 0
    out = capsys.readouterr().out
    fails, missing, mends, holds = (out.index(head) for head in ("1. The path", "2. What", "3. The st", "4. The path"))
    assert "NO  no way from user dev to function orders:live holds; the nearest lacks 1 statement" in out[fails:missing]
    assert "- assumes  role pipeline -> role invoker  missing" in out[fails:missing]
    assert "edge     role pipeline -> role invoker (assumes)" in out[missing:mends]
    assert "side     trust policy of role invoker" in out[missing:mends]
    assert "account  222222222222 (ours)" in out[missing:mends]
    assert '"AWS": "arn:aws:iam::111111111111:role/pipeline"' in out[mends:holds]
    assert "YES  a way from user dev to function orders:live holds" in out[holds:]
    assert "+ assumes  role pipeline -> role invoker  allowed" in out[holds:]


def test_demo_asks_for_real(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(["demo"], capsys)
    assert [path["status"] for path in found["before"]["paths"]] == ["missing"]
    assert [path["status"] for path in found["after"]["paths"]] == ["allowed"]
    (grant,) = found["missing"]
    assert (grant["account"], grant["side"]) == ("222222222222", "trust")


@pytest.mark.parametrize("command", ASK)
def test_json_is_by_the_published_schema(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer([*ASK[command], *SCENARIO], capsys)
    made = schema.answers_schema()
    jsonschema.validate(found, {"$ref": f"#/$defs/{schema.ANSWERS[command].__name__}", "$defs": made["$defs"]})


@pytest.mark.parametrize("command", ASK)
def test_the_same_input_gives_the_same_bytes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for _ in range(2):
        run([*ASK[command], *SCENARIO, "--format", "json"])
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(["who-can", "lambda:InvokeFunction", "ours/orders:live", "--include", "takeover"], id="who-can"),
        pytest.param(["reach", "partner/dev", "--include", "takeover"], id="reach"),
    ],
)
def test_options_of_later_issues_add_nothing(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    plain = [word for word in line if word not in ("--include", "takeover")]
    assert answer([*line, *SCENARIO], capsys) == answer([*plain, *SCENARIO], capsys)


@pytest.mark.parametrize(
    "line, code",
    [
        pytest.param(["can", "ours/invoker", "lambda:InvokeFunction", "ours/orders:live"], 0, id="allowed"),
        pytest.param(["can", "partner/dev", "lambda:InvokeFunction", "ours/orders:live"], 1, id="denied"),
        pytest.param(["can", "s3.amazonaws.com", "lambda:InvokeFunction", "ours/orders:live"], 3, id="conditional"),
        pytest.param(["paths", "ours/inbox", "ours/orders:live"], 0, id="a way holds"),
        pytest.param(["paths", "partner/dev", "ours/orders:live"], 1, id="no way holds"),
        pytest.param(["paths", "s3.amazonaws.com", "ours/orders:live"], 3, id="a way may hold"),
        pytest.param(["who-can", "lambda:InvokeFunction", "ours/orders:live"], 0, id="somebody may"),
        pytest.param(["who-can", "lambda:DeleteFunction", "ours/orders"], 1, id="nobody may"),
        pytest.param(["reach", "partner/dev"], 0, id="something is reached"),
        pytest.param(["reach", "sns.amazonaws.com"], 1, id="nothing is reached"),
        pytest.param(["repair", "partner/dev", "ours/orders:live"], 0, id="a repair exists"),
        pytest.param(["repair", "ours/inbox", "ours/orders:live"], 0, id="no repair is needed"),
        pytest.param(["repair", "--remove", "ours/operator", "ours/orders"], 0, id="every way can be closed"),
        pytest.param(["repair", "--remove", "partner/dev", "ours/orders"], 0, id="no way is open"),
        pytest.param(["graph"], 0, id="the graph"),
    ],
)
def test_exit_codes(line: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*line, *SCENARIO]) == code
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "line, message",
    [
        pytest.param(["reach", "devv"], "unknown name `devv`; did you mean", id="reach"),
        pytest.param(
            ["can", "partner/devv", "lambda:InvokeFunction", "orders"], "unknown principal `partner/devv`", id="can"
        ),
        pytest.param(["paths", "dev", "order"], "`order`; did you mean", id="paths"),
        pytest.param(["graph", "--from", "nobody-at-all"], "`nobody-at-all`", id="graph"),
        pytest.param(
            ["can", "dev", "lambda:InvokeFunction", "orders", "--qualifier", "dead"], "dead", id="an unknown qualifier"
        ),
        pytest.param(
            ["can", "dev", "sts:AssumeRole", "invoker", "--qualifier", "live"],
            "`--qualifier` goes with a function, and `invoker` is none",
            id="a qualifier of a role",
        ),
        pytest.param(
            ["can", "dev", "lambda:InvokeFunction", "orders:live", "--qualifier", "1"],
            "`orders:live` names `live` already, `--qualifier` says `1`",
            id="two qualifiers",
        ),
    ],
)
def test_unknown_names(line: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*line, *SCENARIO]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert len(found.err.splitlines()) == 1
    assert message in found.err


def test_a_qualifier_is_as_good_as_a_colon(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["can", "ours/invoker", "lambda:InvokeFunction"]
    apart = answer([*line, "ours/orders", "--qualifier", "live", *SCENARIO], capsys)
    assert apart == answer([*line, "ours/orders:live", *SCENARIO], capsys)


def test_context_settles_what_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["can", "s3.amazonaws.com", "lambda:InvokeFunction", "ours/orders:live", *SCENARIO]
    inbox = ["--context", "aws:SourceArn=arn:aws:s3:::inbox", "--context", "aws:SourceAccount=222222222222"]
    assert run([*line, *inbox]) == 0
    assert run([*line, "--absent", "aws:SourceArn"]) == 1
    capsys.readouterr()


# test


def test_the_scenarios_that_come_along_hold(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    assert run(["test", str(library.scenario_folder()), "--junit", str(report)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("all hold: ")
    assert len(ElementTree.parse(report).getroot()) == len(library.names()) >= 10


def test_a_broken_trust_policy_fails_with_which_expectation_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = library.embedded(library.DEMO).read_text("utf-8")
    broken = whole.replace("trust: {AWS: partner/dev}", "trust: {AWS: ours}")
    assert broken != whole
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    assert run(["test", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    failed = out.splitlines().index("  FAIL  the partner has done its part")
    assert "expected" in out.splitlines()[failed + 1]
    assert "got" in out.splitlines()[failed + 2]
    assert "trust" in out or "missing" in out.splitlines()[failed + 2]


def test_a_file_that_is_no_scenario_spoils_the_run_and_not_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text("name: 7\nusrs: {}\n", encoding="utf-8")
    (tmp_path / "b.yml").write_bytes(b"\xff\xfe")
    (tmp_path / "c.yaml").write_text("", encoding="utf-8")
    good = tmp_path / "d.yaml"
    good.write_text(library.embedded(library.DEMO).read_text("utf-8"), encoding="utf-8")
    assert run(["test", str(tmp_path), "--format", "json", "--junit", str(tmp_path / "junit.xml")]) == 2
    found = capsys.readouterr()
    scenarios = json.loads(found.out)["scenarios"]
    assert [scenario["passed"] for scenario in scenarios] == [False, False, False, True]
    errors = found.err.splitlines()
    assert len(errors) == 3
    assert "a.yaml" in errors[0]
    assert errors[2] == "and 1 more files that are no scenarios"
    assert (tmp_path / "junit.xml").exists()


def test_an_empty_folder_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(tmp_path)]) == 2
    assert "no scenario in this folder" in capsys.readouterr().err


# graph


@pytest.mark.parametrize("kind", ["dot", "svg", "png", "graphml", "json"])
def test_graph_files(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / f"graph.{kind}"
    assert run(["graph", *SCENARIO, "--out", str(file)]) == 0
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.startswith(f"{file}: ")
    assert file.stat().st_size > 100


def test_graph_without_a_file_is_dot(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", *SCENARIO]) == 0
    assert capsys.readouterr().out.startswith("digraph permgraph {")


def test_a_missing_dot_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object, **__: object) -> bytes:
        raise MissingToolError("no `dot` on this machine to draw with")

    monkeypatch.setattr("simulator.render.picture.draw", nothing)
    assert run(["graph", *SCENARIO, "--out", str(tmp_path / "graph.svg")]) == 2
    assert capsys.readouterr().err == "error: no `dot` on this machine to draw with\n"


# collect


def test_collect_from_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "snapshot.json.gz"
    assert run(["collect", "--from", str(ROOT / "tests" / "example" / "saved"), "--out", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"{file}: 2 accounts, 1 user, 3 roles, 1 function, ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(gzip.decompress(file.read_bytes()))["origin"] == "saved"
    assert len(store.load(file).accounts) == 2


@pytest.mark.parametrize(
    "line, message",
    [
        pytest.param(["--out", "x/y.json"], "x/y.json: the folder it should be in doesn't exist", id="no folder"),
        pytest.param(["--out", "."], "is a folder; `--out` names a file", id="a folder"),
        pytest.param([], "`--out` is missing", id="no file"),
        pytest.param(["--out", "x", "--from", "nowhere"], "nowhere: there is no such folder", id="no files"),
        pytest.param(["--out", "x", "--from", "a", "--region", "r"], "`--from` reads files, and `--region`", id="both"),
        pytest.param(["--out", "x", "--external-id", "e"], "`--external-id` goes with `--assume-role`", id="no role"),
    ],
)
def test_collect_refuses(
    line: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["collect", *line]) == 2
    found = capsys.readouterr()
    assert message in found.err
    assert len(found.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


# ui


def test_ui_becomes_the_explorer(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def become(program: str, line: list[str]) -> None:
        started.append(line)
        raise SystemExit(0)

    monkeypatch.setattr(os, "execv", become)
    with pytest.raises(SystemExit):
        run(["ui", "--port", "8600", "--no-browser", *SCENARIO])
    expected = [sys.executable, "-P", "-m", "ui.launch", "--host", "127.0.0.1", "--port", "8600", "--no-browser"]
    assert started == [[*expected, *SCENARIO]]


def test_ui_warns_when_others_can_look(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(ui, "start", lambda line: 0)
    assert run(["ui", "--host", "0.0.0.0"]) == 0
    assert capsys.readouterr().err.startswith("note: everybody who reaches `0.0.0.0` can see the accounts")
    assert run(["ui", "--host", "localhost"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "line, message",
    [
        pytest.param(["--snapshot", "a", "--scenario", "b"], "exclude each other", id="both"),
        pytest.param(["--snapshot", "nowhere"], "nowhere: no such file", id="no such file"),
        pytest.param(["--port", "0"], "--port: 0 is not in the range", id="no port"),
    ],
)
def test_ui_refuses(line: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ui", *line]) == 2
    assert message in capsys.readouterr().err


def test_ui_without_streamlit_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run(["ui"]) == 2
    assert "install permgraph with its extra `ui`" in capsys.readouterr().err


# output


@pytest.mark.parametrize(
    "ago, words",
    [
        pytest.param(timedelta(days=3, hours=5), "3 days ago", id="days"),
        pytest.param(timedelta(days=1), "1 day ago", id="a day"),
        pytest.param(timedelta(hours=2), "2 hours ago", id="hours"),
        pytest.param(timedelta(minutes=1, seconds=59), "1 minute ago", id="a minute"),
        pytest.param(timedelta(seconds=-5), "just now", id="clocks differ a little"),
        pytest.param(timedelta(days=-2), "in the future (2026-01-03 00:00 UTC)", id="clocks differ"),
    ],
)
def test_the_age_of_a_snapshot(ago: timedelta, words: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert output.age(now - ago, now).startswith(words)


def test_a_scenario_has_no_age(capsys: pytest.CaptureFixture[str]) -> None:
    run([*ASK["can"], *SCENARIO])
    assert "snapshot taken" not in capsys.readouterr().out


def test_colour_on_a_terminal_and_none_with_no_color(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    run([*ASK["can"], *SCENARIO])
    assert "\x1b[1;31mNO" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    run([*ASK["can"], *SCENARIO])
    assert "\x1b[31m" not in capsys.readouterr().out
    monkeypatch.delenv("FORCE_COLOR")
    run([*ASK["can"], *SCENARIO])
    assert "\x1b" not in capsys.readouterr().out


def test_what_no_terminal_shows_is_the_same_without_rich(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown() -> str:
        output.write_lines(
            [
                line(""),
                line(("bold", "bold red"), " and :smile: [not bold] ", ("two  blanks", "dim"), indent=4),
                line("a name of many words " * 20 + "end"),
                line("é 漢字 \x1b[31m\t\r"),
            ]
        )
        for question in [*ASK.values(), [*ASK["can"], "--explain"], ["diagnose", "ours/orders"]]:
            run([*question, *SCENARIO])
        return capsys.readouterr().out

    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    plain = shown()
    # Asked by this, rich looks for itself, and finds no terminal.
    monkeypatch.setenv("TTY_COMPATIBLE", "0")
    assert shown() == plain
    assert "漢字 \\x1b[31m\\t\\r\n" in plain


# hints


def test_a_file_of_the_other_kind_is_known_by_its_ending(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = ["reach", "dev"]
    assert run([*question, "--snapshot", SCENARIO[1]]) == 2
    assert "if it is a scenario, give it with `--scenario`" in capsys.readouterr().err
    snapshot = tmp_path / "accounts.json"
    snapshot.write_text('{"accounts": [], "assumptions": []}', encoding="utf-8")
    assert run([*question, "--scenario", str(snapshot)]) == 2
    assert "if it is a snapshot, give it with `--snapshot`" in capsys.readouterr().err


def test_a_way_to_a_resource_asks_for_the_action(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paths", "partner/dev", "arn:aws:s3:::elsewhere", *SCENARIO]) == 1
    assert "ask about one with `--action`" in capsys.readouterr().err
    assert run(["paths", "partner/dev", "arn:aws:s3:::elsewhere", "--action", "s3:GetObject", *SCENARIO]) == 1
    assert capsys.readouterr().err == ""


WHAT_IF = ["what-if", "--trust", "ours/invoker", "partner/pipeline", *SCENARIO]


@pytest.mark.parametrize("kind, head", [("dot", b"digraph"), ("svg", b"<?xml"), ("png", b"\x89PNG"), ("json", b"{")])
def test_what_if_draws_before_and_after_as_one_graph(
    kind: str, head: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"after.{kind}"
    assert run([*WHAT_IF, "--out", str(file)]) == 0
    found = capsys.readouterr()
    assert found.err == f"{file}: 4 nodes, 3 edges\n"
    assert found.out.startswith("OPENS  1 change: 4 pairs open, 0 pairs close\n")
    assert file.read_bytes().startswith(head)


def test_a_file_that_what_if_cannot_write_is_said_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*WHAT_IF, "--out", str(tmp_path / "after.txt")]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert "the name has to end in `.dot`" in found.err
    assert list(tmp_path.iterdir()) == []
