"""`permgraph what-if` as somebody types it: what it is about, what it may not open, and what a diagnosis then says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.decision import FactKind
from models.snapshot import Snapshot
from simulator.cli import what_if
from simulator.cli.main import run
from simulator.collector import store
from tests.worlds import ASSUME, INVOKE, LAMBDA_TRUST, ONE, TWO, Builder, allow, function, permit, role, trusting, user

DEV, FAR, JOB, F = user("dev"), user("far", TWO), role("job"), function("f")
STRANGER = "999999999999"


def snapshot(functions: int = 1) -> Snapshot:
    """A user who may become a role that runs the functions, and somebody of another account."""
    made = Builder()
    made.user(DEV, allow(ASSUME, JOB))
    made.user(FAR, allow("*", "*"))
    made.role(JOB, trusting(DEV), allow(INVOKE, "*"))
    made.role(role("basic"), LAMBDA_TRUST)
    made.function(F, role=role("basic"))
    for number in range(functions - 1):
        made.function(function(f"g{number}"), role=role("basic"))
    return made.snapshot()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "accounts.json"
    store.save(snapshot(), path)
    return str(path)


def asked(file: str, *words: str) -> list[str]:
    return ["what-if", *words, "--snapshot", file]


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    run([*words, "--format", "json"])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "words, pattern, code",
    [
        pytest.param(("--trust", "job", FAR), f"{FAR} -> {F}", 1, id="a way that opens"),
        pytest.param(("--trust", "job", FAR), f"{DEV} -> *", 0, id="a way that nobody else gains"),
        pytest.param(("--trust", "job", STRANGER), f"account:{STRANGER} -> *", 1, id="an account that was not read"),
        pytest.param(("--trust", "job", STRANGER), "* -> *:role/job", 1, id="whoever it is"),
        pytest.param(("--permit", "f", "*"), "anyone -> *", 1, id="everybody"),
        pytest.param(
            ("--permit", "f", "*,PrincipalOrgID=o-a1b2c3d4e5"),
            "organization:* -> *:function:f",
            1,
            id="an organization",
        ),
        pytest.param(("--deny", "job", INVOKE, "f"), "*", 0, id="what closes opens nothing"),
    ],
)
def test_it_fails_if_something_opens(
    file: str, words: tuple[str, ...], pattern: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(asked(file, *words, "--fail-if-opens", pattern)) == code
    capsys.readouterr()


@pytest.mark.parametrize(
    "scope, opens, exposed",
    [
        pytest.param((), 7, 2, id="all, where nothing is said"),
        pytest.param(("--to", "f"), 3, 1, id="what comes to it"),
        pytest.param(("--from", "far", "--to", "f"), 1, 0, id="the pair"),
        pytest.param(("--from", "far", "--to", "f", "--scope", "pair"), 1, 0, id="the pair, said"),
        pytest.param(("--from", "far", "--to", "f", "--scope", "function"), 3, 1, id="everybody who comes to it"),
        pytest.param(("--from", "far", "--to", "f", "--scope", "all"), 7, 2, id="all, with the pair apart"),
    ],
)
def test_what_it_is_about(
    file: str, scope: tuple[str, ...], opens: int, exposed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """In its own account a role that trusts `*` lets in whoever asks: `basic`, and the function that runs as it."""
    found = as_json(capsys, *asked(file, "--trust", "job", "*", *scope))
    assert (len(found["opens"]), len(found["exposure"])) == (opens, exposed)


def test_few_functions_are_diagnosed_unless_it_is_not_wanted(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = asked(file, "--permit", "f", "*")
    (finding,) = as_json(capsys, *words)["findings"]
    assert (finding["function"], finding["check"], finding["before"]) == (F, "public-access", "pass")
    assert as_json(capsys, *words, "--no-findings")["findings"] == []


def test_many_are_if_it_is_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "MOST_DIAGNOSED", 2)
    store.save(snapshot(functions=3), tmp_path / "many.json")
    words = [*asked(str(tmp_path / "many.json"), "--permit", "f", "*"), "--format", "json"]
    run(words)
    found = capsys.readouterr()
    assert json.loads(found.out)["findings"] == []
    assert "3 functions are not diagnosed; `--findings` does it" in found.err
    for more in (["--findings"], ["--to", "f"]):
        run([*words, *more])
        found = capsys.readouterr()
        assert len(json.loads(found.out)["findings"]) == 1
        assert found.err == ""


def test_an_account_by_its_number_is_exposed_to_as_json_has_it(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, *asked(file, "--trust", "job", STRANGER))
    assert (found["opens"], found["closes"]) == ([], [])
    row = {
        "to": f"account:{STRANGER}",
        "target": JOB,
        "kind": "assumes",
        "before": "missing",
        "after": "unknown",
        "via": [],
    }
    assert found["exposure"] == [row]


def test_what_aws_would_refuse_is_refused(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(asked(file, "--set-role", "f", "job")) == 2
    assert f"The role defined for the function cannot be assumed by Lambda: `{JOB}`" in capsys.readouterr().err


CREATED: Any = {
    "changes": [
        {"change": "create_function", "function": f"{ONE}/fresh", "role": "basic"},
        {
            "change": "add_statement",
            "side": "resource",
            "holder": "fresh",
            "statement": permit({"AWS": FAR}, function("fresh")),
        },
    ]
}


@pytest.mark.parametrize("name", ["fresh", function("fresh")])
def test_what_the_changes_create_can_be_asked_about(
    name: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "changes.yaml"
    path.write_text(json.dumps(CREATED))
    answer = as_json(capsys, *asked(file, "--changes", str(path), "--scope", "pair", "--from", FAR, "--to", name))
    assert [(row["from"], row["to"], row["after"]) for row in answer["opens"]] == [(FAR, function("fresh"), "allowed")]


def test_what_nobody_creates_is_unknown(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "changes.yaml"
    path.write_text(json.dumps(CREATED))
    assert run(asked(file, "--changes", str(path), "--to", "frish")) == 2
    assert "`fresh`" in capsys.readouterr().err.splitlines()[0]


def lacking(file: str) -> None:
    """The same, of whose organization nobody asked and of whose policies some could not be read."""
    made = Builder()
    made.user(DEV)
    made.role(JOB, trusting(FAR), allow(INVOKE, "*"))
    made.user(FAR, allow("*", "*"))
    made.role(role("basic"), LAMBDA_TRUST)
    made.function(F, role=role("basic"), versions=("1",))
    made.function(function("g"), role=JOB)
    made.assume(FactKind.ORGANIZATION, "*")
    made.assume(FactKind.RESOURCE_POLICY, function("h"))
    made.gap(FactKind.IDENTITY, JOB, "iam:GetRolePolicy")
    store.save(made.snapshot(), Path(file))


def told(rows: Any) -> list[tuple[str, str]]:
    return [(row["what"], row["about"]) for row in rows]


def test_it_names_what_was_not_read_of_what_it_is_about(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    lacking(file)
    answer = as_json(capsys, *asked(file, "--trust", "job", DEV))
    assert told(answer["assumes"]) == [("organization", "*")]
    assert told(answer["gaps"]) == [("identity", JOB)]
    elsewhere = as_json(capsys, *asked(file, "--permit", "f", DEV))
    assert told(elsewhere["gaps"]) == []


def test_where_nothing_is_assumed_it_names_why_nothing_opens(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    lacking(file)
    answer = as_json(capsys, *asked(file, "--permit", "f", DEV, "--strict"))
    assert (answer["opens"], told(answer["gaps"]), answer["assumes"]) == ([], [("organization", "*")], [])


def test_a_version_keeps_the_role_with_which_it_was_published(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    lacking(file)
    words = asked(file, "--set-role", "f", "job")
    with_trust = {"change": "add_statement", "side": "trust", "holder": JOB, "statement": LAMBDA_TRUST}
    path = Path(file).with_name("changes.json")
    set_role = {"change": "set_execution_role", "function": "f", "role": "job"}
    path.write_text(json.dumps({"changes": [with_trust, set_role]}))
    answer = as_json(capsys, *asked(file, "--changes", str(path)))
    assert ("version_roles", F) in told(answer["assumes"])
    run(asked(file, "--changes", str(path), "--format", "markdown"))
    assert f"assumes that the versions of {F} run with the role that it has itself" in capsys.readouterr().out
    assert run(words) == 2, "Lambda can't assume it yet"
