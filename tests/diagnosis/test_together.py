"""All functions at once: what many of them fail by is one issue; and a diagnosis is the same each time.

Source: the project's own issue on `diagnose --all`: grouped by cause, worst first.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.finding import Verdict
from models.snapshot import Organization, OrganizationPolicy, VpcConfig
from simulator.answers.diagnose import diagnose, diagnose_all
from simulator.render import diagnosis
from simulator.render.names import Names
from simulator.scenario import load
from simulator.world import World
from tests.worlds import LAMBDA_TRUST, ONE, REGION, TWO, Builder, Json, allow, deny, function, role

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
FORTY = range(40)
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
LIMIT, SHARED = f"arn:aws:iam::{ONE}:policy/limit", f"arn:aws:iam::{ONE}:policy/shared"
LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
IN_VPC = VpcConfig(subnets=("subnet-1",), vpc="vpc-1")


def name_of(number: int) -> str:
    return function(f"f{number:02}")


def forty(*own: Json, one_role: bool = False, attached: tuple[str, ...] = (BASIC,), **more: object) -> Builder:
    """Forty functions that are traced, each with a role of its own; or all with one."""
    made = Builder()
    for number in FORTY:
        arn = role("shared") if one_role else role(f"r{number:02}")
        made.role(arn, LAMBDA_TRUST, *own, attached=attached, **more)
        made.function(name_of(number), role=arn, tracing="Active")
    return made


def organized(made: Builder, *statements: Json) -> Builder:
    full, guard = made.document(allow("*", "*")), made.document(*statements)
    made.organization = Organization(
        id="o-a1b2c3d4e5",
        management_account="999999999999",
        parents={ONE: "r-root", TWO: "r-root"},
        policies={
            name: OrganizationPolicy(id=name, name=name, type="SERVICE_CONTROL_POLICY", document=document)
            for name, document in (("p-full", full), ("p-guard", guard))
        },
        targets={"r-root": ("p-full", "p-guard"), ONE: ("p-full",), TWO: ("p-full",)},
    )
    return made


TRACES = allow("xray:*", "*")


def causes() -> list[object]:
    one_policy = forty(attached=(SHARED,))
    one_policy.policy(SHARED, TRACES, allow(LOGS, f"arn:aws:logs:{REGION}:{TWO}:log-group:*", Sid="wrong-account"))
    denying = forty(attached=(BASIC, SHARED))
    denying.policy(SHARED, TRACES, deny("xray:PutTraceSegments", "*", Sid="never"))
    bounded = forty(TRACES, boundary=LIMIT)
    bounded.policy(LIMIT, allow("logs:*", "*"))
    return [
        pytest.param(forty(one_role=True), "tracing-permissions", f"identity of {role('shared')}", id="one role"),
        pytest.param(one_policy, "log-permissions", f"{SHARED} wrong-account", id="a policy that nearly allows it"),
        pytest.param(denying, "tracing-permissions", f"{SHARED} never", id="a policy that denies it"),
        pytest.param(bounded, "tracing-permissions", f"boundary {LIMIT}", id="a boundary that doesn't allow it"),
        pytest.param(
            organized(forty(TRACES), allow("*", "*"), deny("xray:*", "*", Sid="no-traces")),
            "tracing-permissions",
            "p-guard no-traces",
            id="an SCP that denies it",
        ),
    ]


@pytest.mark.parametrize("made, check, cause", causes())
def test_what_breaks_forty_functions_is_one_issue(made: Builder, check: str, cause: str) -> None:
    answer = diagnose_all(made.world())
    (issue,) = [issue for issue in answer.issues if issue.check == check]
    assert (issue.cause, issue.functions) == (cause, tuple(map(name_of, FORTY)))
    assert len(answer.issues) == 1
    text = "\n".join(line.plain for line in diagnosis.every(answer, Names(made.snapshot())))
    assert text.startswith("WARNING  40 functions: 40 warning; 1 cause\n")
    assert f"! warning  {check}  40 functions: " in text
    assert f"cause    {cause}" in text
    assert "f00, f01, f02, f03, f04, f05, f06, f07 and 32 more" in text
    (row,) = [line for line in diagnosis.markdown_all(answer, Names(made.snapshot())).splitlines() if check in line]
    assert row.startswith(f"| warning | {check} | 40: f00, ")
    assert len([cell for cell in row.replace("\\|", "").split("|") if cell]) == 6


def test_the_roles_that_lack_it_each_for_itself_are_an_issue_each() -> None:
    answer = diagnose_all(forty().world())
    assert [issue.functions for issue in answer.issues] == [(name_of(number),) for number in FORTY]


def test_the_worst_comes_first_and_then_what_most_fail_by() -> None:
    made = forty(TRACES)
    for number in FORTY:
        arn = role("blind" if number < 5 else "mute" if number < 20 else f"r{number:02}")
        made.role(arn, LAMBDA_TRUST, *(() if number < 20 else (TRACES,)), attached=() if number < 5 else (BASIC,))
        vpc = IN_VPC if number in (30, 31) else None
        made.function(name_of(number), role=arn, tracing="Active", vpc=vpc)
    answer = diagnose_all(made.world())
    told = [(issue.verdict, issue.check, len(issue.functions)) for issue in answer.issues]
    assert told == [
        ("fail", "vpc-permissions", 1),
        ("fail", "vpc-permissions", 1),
        ("warning", "tracing-permissions", 15),
        ("warning", "log-permissions", 5),
        ("warning", "tracing-permissions", 5),
        ("warning", "vpc-further-permissions", 1),
        ("warning", "vpc-further-permissions", 1),
    ]


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_all_together_say_of_each_what_it_says_by_itself(file: Path) -> None:
    world = World(load(file).snapshot)
    answer = diagnose_all(world)
    assert [row.function for row in answer.functions] == sorted(world.functions)
    issues = {(issue.check, issue.verdict, issue.cause, arn) for issue in answer.issues for arn in issue.functions}
    said = set()
    for row in answer.functions:
        alone = diagnose(world, row.function)
        told = tuple(one for one in alone.findings if one.note or one.verdict not in ("pass", "not_applicable"))
        assert (row.verdict, row.findings, row.plan) == (alone.verdict, told, alone.plan)
        said |= {(one.check, one.verdict, one.cause, row.function) for one in told if one.verdict != "pass"}
    assert issues == said
    assert {fact for row in answer.functions for fact in row.gaps} <= set(answer.gaps)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_the_verdict_is_the_worst_and_findings_stand_in_their_order(file: Path) -> None:
    world = World(load(file).snapshot)
    for arn in world.functions:
        answer = diagnose(world, arn)
        ranks = [Verdict(row.verdict).rank for row in answer.findings]
        assert ranks == sorted(ranks)
        assert answer.verdict == next(
            (row.verdict for row in answer.findings if row.verdict != "not_applicable"), "pass"
        )
        for row in answer.findings:
            assert (row.verdict == "conditional") == (row.residual is not None) or row.note
            assert not row.missing or row.note or row.verdict in ("fail", "warning")
            assert not row.note or row.verdict == "pass"
        # What fails, and can be mended or is denied, is in the plan.
        assert bool(answer.plan) >= any(row.missing for row in answer.findings)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_p15_the_same_snapshot_gives_the_same_bytes(file: Path) -> None:
    texts = []
    for _ in range(2):
        snapshot = load(file).snapshot
        answer = diagnose_all(World(snapshot))
        names = Names(snapshot)
        texts.append(
            (
                json.dumps(answer.as_json()),
                "\n".join(line.plain for line in diagnosis.every(answer, names)),
                diagnosis.markdown_all(answer, names),
            )
        )
    assert texts[0] == texts[1]


def test_progress_is_told_function_by_function() -> None:
    done: list[int] = []
    diagnose_all(forty(TRACES).world(), progress=done.append)
    assert done == list(range(1, 41))
