"""`permgraph repair`: what it prints, account by account, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.cli.main import run

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def scenario(name: str) -> list[str]:
    return ["--scenario", str(SCENARIOS / f"{name}.yaml")]


ROLE = scenario("cross-account-role")


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str]:
    code = run(["repair", *line])
    return code, capsys.readouterr().out


def test_the_cheapest_first_and_a_list_for_each_administrator(capsys: pytest.CaptureFixture[str]) -> None:
    """Checklist S3b: two lists, each applicable alone by its administrator."""
    code, out = said(capsys, "partner/dev", "ours/orders:live", *ROLE)
    assert code == 0
    assert out.startswith("CAN BE MENDED  no way from user dev to function orders:live holds; 1 grant makes one hold\n")
    one, two = out.index("1. 1 grant, by assuming a role: allowed"), out.index("2. 2 grants, directly: allowed")
    assert "trust policy of role invoker: allow sts:AssumeRole for role pipeline" in out[one:two]
    assert "aws iam update-assume-role-policy --role-name invoker" in out[one:two]
    assert "also opens  3 pairs" in out[one:two]
    partner = out.index("for the administrator of 111111111111 (partner):", two)
    ours = out.index("for the administrator of 222222222222 (ours):", two)
    assert "aws iam put-user-policy --user-name dev" in out[partner:ours]
    assert "aws lambda add-permission --function-name orders --qualifier live" in out[ours:]


@pytest.mark.parametrize(
    "shown_as, holds",
    [
        pytest.param("iam", '"Action": "sts:AssumeRole"', id="IAM JSON"),
        pytest.param("cloudformation", '"Resources"', id="a template"),
        pytest.param("terraform", "resource ", id="Terraform"),
    ],
)
def test_other_forms(shown_as: str, holds: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "partner/dev", "ours/orders:live", "-k", "2", "--as", shown_as, *ROLE)
    assert code == 0
    assert holds in out
    assert "aws iam put-user-policy" not in out


def test_none_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "ours/invoker", "ours/orders:live", *ROLE)
    assert code == 0
    assert out.startswith("NONE NEEDED  a way from role invoker to function orders:live holds\n")


def test_what_runs_it_by_an_event_is_told_from_calling_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "ours/operator", "ours/orders:live", *ROLE)
    assert code == 0
    assert "permgraph can operator lambda:InvokeFunction orders:live says what that lacks" in out


def test_a_deny_is_named_with_its_owner_and_the_narrowest_exception(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "frozen/dev", "ours/shared", *scenario("scp-denies"))
    assert code == 1
    assert out.startswith("NO  no way from user dev to function shared holds, and no grant can help: it is explicitly")
    assert "owned by account 111111111111 (root)" in out
    assert '"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::333333333333:user/dev"}' in out
    assert "with these exceptions: + allowed" in out


def test_what_depends_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "s3.amazonaws.com", "ours/orders:live", *ROLE)
    assert code == 0
    assert out.startswith("IT DEPENDS  a way from service s3.amazonaws.com to function orders:live holds under a condi")


def test_removals(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "--remove", "ours/operator", "ours/orders", *ROLE)
    assert code == 0
    assert out.startswith("CAN BE CLOSED  1 removal closes every way from user operator to function orders\n")
    assert "aws iam delete-user-policy --user-name operator" in out
    assert "also closes" in out


def test_nothing_to_remove(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, "--remove", "partner/dev", "ours/orders", *ROLE)
    assert code == 0
    assert out == "NONE NEEDED  no way from user dev to function orders is open\n"


@pytest.mark.parametrize(
    "line, problem",
    [
        pytest.param(["dev"], "name FROM and TO, or `--remove PRINCIPAL FUNCTION`", id="one end"),
        pytest.param([], "name FROM and TO, or `--remove PRINCIPAL FUNCTION`", id="no end"),
        pytest.param(["dev", "orders", "--remove", "dev", "orders"], "leave FROM and TO out", id="both"),
        pytest.param(["devv", "ours/orders"], "unknown name `devv`; did you mean", id="an unknown name"),
        pytest.param(["--remove", "partner/dev", "ordrs"], "`ordrs`; did you mean", id="an unknown function"),
    ],
)
def test_bad_input(line: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["repair", *line, *ROLE]) == 2
    assert problem in capsys.readouterr().err


def test_json_is_what_a_changes_file_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repair taken over into a changes file makes the way hold."""
    _, out = said(capsys, "partner/dev", "ours/orders:live", "--format", "json", *ROLE)
    for way in json.loads(out)["repairs"]:
        changes = [change for grant in way["grants"] for change in grant["changes"]]
        file = tmp_path / "changes.json"
        file.write_text(json.dumps({"changes": changes}), encoding="utf-8")
        line = ["what-if", "--changes", str(file), "--from", "partner/dev", "--to", "ours/orders:live", *ROLE]
        assert run([*line, "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert [row["after"] for row in found["opens"]] == ["allowed"]
