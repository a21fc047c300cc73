"""`permgraph diagnose`: what it prints, its JSON, its Markdown, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.cli.main import run
from simulator.collector import store
from simulator.render import schema
from tests.diagnosis.needing import builder, plain
from tests.worlds import allow

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def scenario(name: str) -> list[str]:
    return ["--scenario", str(SCENARIOS / f"rule-{name}.yaml")]


@pytest.mark.parametrize(
    "function, name, code",
    [
        pytest.param("orders", "trigger", 0, id="all is well"),
        pytest.param("dark", "tracing-permissions", 0, id="warnings are no failures"),
        pytest.param("frozen", "layer-access", 0, id="notes are none either"),
        pytest.param("deaf", "trigger", 1, id="a finding fails"),
        pytest.param("unread", "execution-role", 3, id="something is unknown"),
        pytest.param("--all", "tracing-permissions", 0, id="warnings, of all"),
        pytest.param("--all", "trigger", 1, id="one of all fails"),
        pytest.param("--all", "execution-role", 3, id="of one of all something is unknown"),
    ],
)
def test_exit_codes(function: str, name: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnose", function, *scenario(name)]) == code
    assert capsys.readouterr().err == ""


def test_exit_code_3_where_something_is_conditional(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "snapshot.json"
    only_once = {"Condition": {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}}
    made = builder(plain(tracing="Active"), (allow(["xray:*", "logs:*"], "*", **only_once),))
    store.save(made.snapshot(), file)
    assert run(["diagnose", "f", "--snapshot", str(file)]) == 3
    assert "CONDITIONAL  function f: 2 conditions" in capsys.readouterr().out
    settled = ["--context", "aws:CurrentTime=2026-06-01T00:00:00Z"]
    assert run(["diagnose", "f", "--snapshot", str(file), *settled]) == 0
    assert capsys.readouterr().out.startswith("PASS  function f: all is well; looked at ")


def test_a_function_on_which_all_is_well_says_so_in_one_line_and_what_was_looked_at(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["diagnose", "orders", *scenario("trigger")]) == 0
    assert capsys.readouterr().out == (
        "PASS  function orders: all is well; looked at execution-role, role-not-assumable, log-permissions, callers, "
        "policy-size, trigger\n"
    )


def test_text_says_what_fails_why_what_is_missing_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    run(["diagnose", "stuck", *scenario("vpc-permissions")])
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == "FAIL  function stuck: 1 failure, 1 warning"
    assert lines[2].startswith("x fail  vpc-permissions  VPC: lacks ec2:CreateNetworkInterface, ")
    assert "    on      arn:aws:iam::222222222222:role/basic" in lines
    assert "    add in account 222222222222 (ours), identity-based policy of role basic" in lines
    assert '    source  Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"' in lines
    assert "! note  callers  nobody may invoke it, and no event source is configured" not in lines
    assert "+ note  callers  nobody may invoke it, and no event source is configured" in lines
    plan = lines[lines.index("what to do") + 1 :]
    assert plan[0].startswith("  1. in account 222222222222: allow ec2:")
    assert plan[1].startswith("  2. update the code or the configuration of stuck: environments that are running ")
    assert lines[-1] == "holds  execution-role, role-not-assumable, log-permissions"
    assert '"ec2:CreateNetworkInterface",' in out


def test_a_statement_that_denies_is_shown_and_the_plan_says_that_it_has_to_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "snapshot.json"
    never = allow("xray:*", "*", Sid="never") | {"Effect": "Deny"}
    store.save(builder(plain(tracing="Active"), (allow("*", "*"), never)).snapshot(), file)
    assert run(["diagnose", "f", "--snapshot", str(file)]) == 0
    out = capsys.readouterr().out
    assert "xray:PutTraceSegments, xray:PutTelemetryRecords denied by never of inline" in out
    assert "because " in out
    assert "have statement never of inline on arn:aws:iam::111111111111:role/f-role changed, which denies xray:" in out


@pytest.mark.parametrize("function", ["stuck", "orders", "--all"])
def test_json_is_by_the_published_schema(function: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["diagnose", function, *scenario("vpc-permissions"), "--format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    name = "DiagnoseAllAnswer" if function == "--all" else "DiagnoseAnswer"
    jsonschema.validate(found, {"$ref": f"#/$defs/{name}", "$defs": schema.answers_schema()["$defs"]})


def test_json_of_a_function(capsys: pytest.CaptureFixture[str]) -> None:
    """Every field of docs/output.md, each with what it says."""
    run(["diagnose", "stuck", *scenario("vpc-permissions"), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["function", "verdict", "findings", "plan", "gaps", "assumes"]
    assert found["function"] == "arn:aws:lambda:eu-west-1:222222222222:function:stuck"
    assert (found["verdict"], found["gaps"], found["assumes"], len(found["plan"])) == ("fail", [], [], 2)
    first = found["findings"][0]
    basic = "arn:aws:iam::222222222222:role/basic"
    missing, repair = first.pop("missing"), first.pop("repair")
    grant = missing[0]
    assert [(row["verified"], row["also_opens"], row["warning"]) for row in repair] == [(True, [], "")]
    assert sorted(repair[0]["statement"]["Action"]) == sorted(row["action"] for row in missing)
    assert first == {
        "check": "vpc-permissions",
        "verdict": "fail",
        "subject": basic,
        "summary": ("VPC: lacks ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DeleteNetworkInterface"),
        "evidence": [],
        "source": 'Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC"',
        "residual": None,
        "note": False,
        "cause": f"identity of {basic}",
        "edge": {"from": basic, "to": "service:ec2.amazonaws.com", "kind": "calls", "status": "missing"},
    }
    assert grant == {
        "account": "222222222222",
        "side": "identity",
        "holder": basic,
        "principal": basic,
        "action": "ec2:CreateNetworkInterface",
        "resource": "*",
        "condition": None,
        "statement": {"Effect": "Allow", "Action": "ec2:CreateNetworkInterface", "Resource": "*"},
    }
    verdicts = [row["verdict"] for row in found["findings"]]
    assert verdicts == ["fail", "warning", *["pass"] * (len(verdicts) - 2)]


def test_json_of_all_functions(capsys: pytest.CaptureFixture[str]) -> None:
    run(["diagnose", "--all", *scenario("vpc-permissions"), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["functions", "issues", "gaps", "assumes"]
    names = {row["function"].rpartition(":")[2]: row for row in found["functions"]}
    assert list(names) == ["orders", "stuck"]
    assert (names["orders"]["verdict"], names["stuck"]["verdict"]) == ("pass", "fail")
    assert [row["check"] for row in names["stuck"]["findings"]] == [
        "vpc-permissions",
        "vpc-further-permissions",
        "callers",
    ]
    first, second = found["issues"]
    assert list(first) == ["check", "verdict", "cause", "summary", "functions", "evidence", "missing", "source"]
    assert (first["check"], first["verdict"], second["verdict"]) == ("vpc-permissions", "fail", "warning")
    assert first["functions"] == ["arn:aws:lambda:eu-west-1:222222222222:function:stuck"]
    assert {grant["action"] for grant in first["missing"]} == {
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
    }


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
@pytest.mark.parametrize("function", ["stuck", "--all"])
def test_p15_the_same_input_gives_the_same_bytes(function: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for _ in range(2):
        run(["diagnose", function, *scenario("vpc-permissions"), "--format", form])
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def test_markdown_of_a_function_has_a_part_for_each_finding_and_the_statements_to_add(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["diagnose", "stuck", *scenario("vpc-permissions"), "--format", "markdown"])
    out = capsys.readouterr().out
    heads = [line for line in out.splitlines() if line.startswith("#")]
    assert heads == [
        "# Fail: function stuck",
        "## fail: vpc-permissions",
        "## warning: vpc-further-permissions",
        "## note: callers",
        "## What to do",
    ]
    blocks = [json.loads(block.partition("```")[0]) for block in out.split("```json\n")[1:]]
    assert [block["Resource"] for block in blocks] == ["*", "*"]
    assert len(blocks[0]["Action"]) == 3
    assert "Holds: execution-role, role-not-assumable, log-permissions." in out


def test_markdown_of_a_function_on_which_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnose", "orders", *scenario("trigger"), "--format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Pass: function orders\n")
    assert "All is well; looked at execution-role, " in out


def test_markdown_of_all_functions_is_a_table_with_a_row_for_each_cause(capsys: pytest.CaptureFixture[str]) -> None:
    run(["diagnose", "--all", *scenario("vpc-permissions"), "--format", "markdown"])
    head, _, *table = capsys.readouterr().out.splitlines()
    assert head == "# FAIL  2 functions: 1 fail, 1 pass; 2 causes"
    assert table[0] == "| verdict | check | functions | cause | what | source |"
    assert [row.split(" | ")[1] for row in table[2:]] == ["vpc-permissions", "vpc-further-permissions"]


@pytest.mark.parametrize(
    "line, message",
    [
        pytest.param([], "name the FUNCTION to diagnose, or give `--all`; not both", id="neither"),
        pytest.param(["orders", "--all"], "name the FUNCTION to diagnose, or give `--all`; not both", id="both"),
        pytest.param(["order"], "`order`; did you mean `orders`", id="an unknown name"),
        pytest.param(["s3.amazonaws.com"], "what is diagnosed is a function of the snapshot", id="no function"),
        pytest.param(["inbox"], "`inbox`", id="a bucket"),
    ],
)
def test_bad_usage(line: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnose", *line, *scenario("trigger")]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert message in found.err
    assert len(found.err.splitlines()) <= 3


def test_an_alias_is_diagnosed_with_its_function(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnose", "off-by-one:live", *scenario("trigger")]) == 1
    assert capsys.readouterr().out.startswith("FAIL  function off-by-one: 1 failure\n")


def test_in_large_accounts_repairs_are_worked_out_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulator.cli.diagnose.MOST_PAIRS", 0)
    line = ["diagnose", "stuck", *scenario("vpc-permissions"), "--format", "json"]
    run(line)
    plain = capsys.readouterr()
    run([*line, "--repair"])
    asked = capsys.readouterr()
    assert "`--repair` works them out" in plain.err
    assert asked.err == ""
    assert [bool(json.loads(found.out)["findings"][0]["repair"]) for found in (plain, asked)] == [False, True]
