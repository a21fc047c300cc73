"""`permgraph can … --explain`: real worlds, from the question to the tree on the screen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len

from models.decision import FactKind
from models.snapshot import Gap, GapStatus, Snapshot
from simulator.cli.main import run
from simulator.collector import store
from simulator.render import schema

ROOT = Path(__file__).parents[2]
INVOKE = "lambda:InvokeFunction"
ORDERS = "arn:aws:lambda:eu-west-1:222222222222:function:orders"


def scenario(name: str) -> list[str]:
    return ["--scenario", str(ROOT / "scenarios" / f"{name}.yaml")]


def shown(line: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    run([*line, "--explain"])
    found = capsys.readouterr()
    assert found.err == ""
    return found.out.splitlines()


QUESTIONS = [
    pytest.param(["can", "ours/invoker", INVOKE, "ours/orders:live", *scenario("cross-account-role")], 0, id="allowed"),
    pytest.param(
        ["can", "partner/dev", INVOKE, "ours/orders:live", *scenario("cross-account-role")], 1, id="both lack"
    ),
    pytest.param(
        ["can", "partner/pipeline", "sts:AssumeRole", "ours/invoker", *scenario("cross-account-role")], 1, id="trust"
    ),
    pytest.param(
        ["can", "s3.amazonaws.com", INVOKE, "ours/orders:live", *scenario("cross-account-role")], 3, id="depends"
    ),
    pytest.param(["can", "frozen/dev", INVOKE, "ours/shared", *scenario("scp-denies")], 1, id="an SCP denies"),
    pytest.param(["can", "narrow/dev", INVOKE, "ours/shared", *scenario("scp-denies")], 1, id="an SCP doesn't allow"),
    pytest.param(["can", "limited", INVOKE, "orders", *scenario("boundary")], 1, id="a boundary limits"),
    pytest.param(["can", "anyone", INVOKE, "orders", *scenario("boundary")], 1, id="anyone"),
    pytest.param(
        ["can", "partner/dev", "lambda:UpdateFunctionConfiguration", "ours/orders", *scenario("cross-account-role")],
        1,
        id="nothing mends it",
    ),
]


@pytest.mark.parametrize("line, code", QUESTIONS)
def test_it_asks_the_same_and_fits_a_page(line: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == code
    first = capsys.readouterr().out.splitlines()[0]
    assert run([*line, "--explain"]) == code
    found = capsys.readouterr()
    assert found.err == ""
    lines = found.out.splitlines()
    assert " ".join(lines[: next(at for at, row in enumerate(lines) if row.startswith(("├", "└")))]) == first
    assert [row for row in lines if cell_len(row) > 80] == []
    assert [row for row in lines if row != row.rstrip()] == []
    assert len(lines) <= 30


@pytest.mark.parametrize("line, code", QUESTIONS)
def test_the_json_is_the_same_and_more(line: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    answers: list[dict[str, Any]] = []
    for more in ([], ["--explain"]):
        assert run([*line, "--format", "json", *more]) == code
        answers.append(json.loads(capsys.readouterr().out))
    plain, explained = answers
    assert plain.pop("explanation") is None
    explanation = explained.pop("explanation")
    assert explained == plain
    defs = schema.answers_schema()["$defs"]
    jsonschema.validate({**explained, "explanation": explanation}, {"$ref": "#/$defs/CanAnswer", "$defs": defs})
    told = {
        (cited["layer"], cited["policy"], cited["statement"])
        for side in explanation["sides"]
        for cited in side["because"]
    }
    assert {(cited["layer"], cited["policy"], cited["statement"]) for cited in plain["because"]} <= told
    assert (explanation["refusal"] is None) == (code != 1)


def test_an_alias_that_was_forgotten_as_documented(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (console,) = re.findall(r"```console\n(.*?)```", (ROOT / "docs/command-line.md").read_text("utf-8"), re.DOTALL)
    command, _, expected = console.partition("\n")
    assert run(command.removeprefix("$ permgraph ").split()) == 1
    assert capsys.readouterr().out == expected


def test_service_control_policies_are_shown_from_the_root_down(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(["can", "frozen/dev", INVOKE, "ours/shared", *scenario("scp-denies")], capsys)
    at = next(at for at, row in enumerate(lines) if row.startswith("├── x service control policies: explicit deny"))
    levels = [row for row in lines[at + 1 :] if re.match(r"│   [├└]── . on ", row)]
    assert [re.sub(r"-\w+", "", row[8:]) for row in levels] == [
        "+ on r: allowed",
        "x on ou: explicit deny",
        "+ on account 333333333333 (frozen): allowed",
    ]
    assert lines[at + 4] == "│   │   └── Deny  policy no-invoke, statement NoInvoke"


def test_a_link_of_a_chain_that_lacks_its_trust(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(
        ["can", "partner/pipeline", "sts:AssumeRole", "ours/invoker", *scenario("cross-account-role")], capsys
    )
    assert lines[2:] == [
        "├── + identity-based policy of role pipeline: allowed",
        "│   └── Allow  policy allow-1, statement #1",
        "├── - trust policy of role invoker: implicit deny, it has to allow it",
        "│   └── nearly  statement #1: its principal fails: somebody else",
        "│         wants  arn:aws:iam::222222222222:root",
        "│         got    arn:aws:iam::111111111111:role/pipeline",
        "├── missing: 1 statement (to copy: the same without --explain)",
        "│   └── add in account 222222222222 (ours), trust policy of role invoker",
        "└── AWS says  User: arn:aws:iam::111111111111:role/pipeline is not authorized to",
        "              perform: sts:AssumeRole on resource:",
        "              arn:aws:iam::222222222222:role/invoker because no role trust",
        "              policy allows the sts:AssumeRole action",
    ]


def test_a_function_s_session_is_named_by_its_own_arn(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["can", "ours/orders", "dynamodb:DeleteItem", "ours/orders-table", *scenario("cross-account-role")]
    run(line)
    session = "arn:aws:sts::222222222222:assumed-role/orders-role/orders"
    assert f"AWS says   User: {session} is not authorized to perform: dynamodb:DeleteItem" in capsys.readouterr().out
    run([*line, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["caller"] == session


def test_a_named_session_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    session = "arn:aws:sts::111111111111:assumed-role/pipeline/run-7"
    run(["can", session, "sts:AssumeRole", "ours/invoker", *scenario("cross-account-role")])
    assert f"AWS says   User: {session} is not authorized to perform: sts:AssumeRole on" in capsys.readouterr().out


@pytest.fixture
def with_gaps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """A snapshot of the example whose function policy and organization could not be read."""
    file = tmp_path / "snapshot.json"
    assert run(["collect", "--from", str(ROOT / "tests/example/saved"), "--out", str(file)]) == 0
    capsys.readouterr()
    whole = store.load(file)
    gaps = (
        Gap(what=FactKind.ORGANIZATION, about="*", call="organizations:ListPolicies", status=GapStatus.DENIED),
        Gap(what=FactKind.RESOURCE_POLICY, about=ORDERS, call="lambda:GetPolicy", status=GapStatus.DENIED),
    )
    store.save(Snapshot.model_validate({**dict(whole), "gaps": gaps}), file)
    return ["--snapshot", str(file)]


def test_what_was_not_read_is_told_on_its_side(with_gaps: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(["can", "invoker", INVOKE, "orders:live", *with_gaps], capsys)
    assert lines[0].startswith("UNKNOWN  whether invoker may lambda:InvokeFunction on orders:live")
    assert lines[2:-2] == [
        "├── + identity-based policy of role invoker: allowed",
        "│   └── Allow  policy invoke, statement #1",
        "├── ? resource-based policy of function orders:live: unknown",
        "│   └── not read: the resource-based policy of",
        f"│       {ORDERS}: lambda:GetPolicy",
        "│       denied",
        "└── ? service control policy: unknown",
        "    └── not read: service control policies: organizations:ListPolicies denied",
    ]
    assert lines[-1].startswith("snapshot taken ")


def test_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["can", "partner/dev", INVOKE, "ours/orders:live", *scenario("cross-account-role")]
    widths = []
    for columns in ("60", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        widths.append(max(map(cell_len, shown(line, capsys))))
    assert widths[0] <= 60 < 80 < widths[1] <= 200


def test_colour_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["can", "partner/dev", INVOKE, "ours/orders:live", *scenario("cross-account-role")]
    assert "\x1b" not in "".join(shown(line, capsys))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31mNO\x1b[0m" in shown(line, capsys)[0]
