"""What the page Diagnose shows, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.answer import EdgeAnswer, FindingAnswer, GrantAnswer, GraphAnswer, GraphEdge, GraphNode, VerdictName
from simulator.answers.diagnose import diagnose, diagnose_all, diagnose_drawn
from simulator.scenario import load
from simulator.world import World
from ui import findings

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))
EVERY = [pytest.param(file, id=file.stem) for file in SCENARIOS]
ORDERS = "arn:aws:lambda:eu-west-1:222222222222:function:orders"
QUEUE = "arn:aws:sqs:eu-west-1:222222222222:orders-queue"
ROLE = "arn:aws:iam::222222222222:role/orders-role"
NAMES = {"222222222222": "ours"}


def finding(check: str, verdict: VerdictName = "fail", subject: str = ORDERS, **fields: Any) -> FindingAnswer:
    empty: dict[str, Any] = {"summary": f"{check} of {subject}", "evidence": (), "missing": (), "source": "a page"}
    return FindingAnswer(check=check, verdict=verdict, subject=subject, **{**empty, **fields})


def grant(action: str, on: str = QUEUE) -> GrantAnswer:
    statement = {"Effect": "Allow", "Action": action, "Resource": on}
    fields: dict[str, Any] = {"account": "222222222222", "side": "identity", "holder": ROLE, "principal": ROLE}
    return GrantAnswer(**fields, action=action, resource=on, condition=None, statement=statement)


def graph() -> GraphAnswer:
    nodes = [GraphNode(id=name, kind="function", account=None, region=None, label=name) for name in (ORDERS, QUEUE)]
    edge = GraphEdge(source=QUEUE, target=ORDERS, kind="polled_by", status="missing", missing=())
    return GraphAnswer(nodes=tuple(nodes), edges=(edge,))


def polled(**fields: Any) -> FindingAnswer:
    edge = EdgeAnswer(source=QUEUE, target=ORDERS, kind="polled_by", status="missing")
    return finding("mapping", subject=QUEUE, edge=edge, **fields)


def test_the_worst_comes_first_and_a_note_before_what_passes() -> None:
    found = [finding("a", "pass"), finding("b", "not_applicable"), finding("c", "pass", note=True)]
    found += [finding("d", "warning"), finding("e", "conditional"), finding("f", "unknown"), finding("g")]
    looks = [row.look for row in findings.rows(found)]
    assert looks == ["fail", "unknown", "conditional", "warning", "note", "pass", "not applicable"]


def test_findings_of_one_check_on_one_thing_have_names_of_their_own() -> None:
    names = [row.id for row in findings.rows([finding("caller-lacks"), finding("caller-lacks")])]
    assert names == [f"caller-lacks~{ORDERS}", f"caller-lacks~{ORDERS}~2"]


def test_a_finding_is_its_edge_in_the_picture_or_else_its_subject() -> None:
    rows = findings.rows(
        [polled(), finding("callers"), finding("layer-access", subject="arn:aws:lambda:::layer")], graph()
    )
    assert {row.check: row.picks for row in rows} == {
        "mapping": f"{QUEUE}~polled_by~{ORDERS}",
        "callers": ORDERS,
        "layer-access": None,
    }


def test_a_node_of_the_picture_is_the_worst_finding_about_it() -> None:
    rows = findings.rows([finding("callers", "pass"), finding("public-access", "warning"), polled()], graph())
    about = {name: findings.picked_in(rows, name) for name in (ORDERS, QUEUE, ROLE)}
    assert {name: row.check if row else None for name, row in about.items()} == {
        ORDERS: "public-access",
        QUEUE: "mapping",
        ROLE: None,
    }


def test_actions_on_one_thing_are_one_statement_and_places_one_step() -> None:
    answer = diagnose(
        World(load(SCENARIOS[0].with_name("sqs-mapping.yaml")).snapshot), ORDERS.replace("orders", "return")
    )
    found = (
        polled(missing=(grant("sqs:ReceiveMessage"), grant("sqs:DeleteMessage"))),
        polled(missing=(grant("kms:Decrypt", "*"),)),
    )
    (step,) = findings.steps(answer.model_copy(update={"findings": found}), NAMES)
    assert (step.place, step.account) == ("identity-based policy of role orders-role", "ours 222222222222")
    assert step.lets == (
        "lets role orders-role do sqs:ReceiveMessage and sqs:DeleteMessage on queue orders-queue; "
        "lets role orders-role do kms:Decrypt on *"
    )
    assert step.statements.count('"Effect"') == 2


@pytest.mark.parametrize("file", EVERY)
def test_every_finding_of_every_scenario_is_in_its_picture(file: Path) -> None:
    world = World(load(file).snapshot)
    for arn in world.functions:
        answer, drawn = diagnose_drawn(world, arn)
        assert [row.id for row in findings.rows(answer.findings, drawn) if row.picks is None] == []


@pytest.mark.parametrize("file", EVERY)
def test_the_steps_of_every_scenario_are_those_of_its_plan(file: Path) -> None:
    world = World(load(file).snapshot)
    for arn in world.functions:
        answer = diagnose(world, arn)
        steps = findings.steps(answer, {})
        places = [line for line in answer.plan if line.startswith("in account ")]
        assert len(steps) == len(places)
        assert findings.last_steps(answer, steps) == answer.plan[len(places) :]


@pytest.mark.parametrize("file", EVERY)
def test_what_is_told_of_all_functions_leads_to_a_finding_of_each(file: Path) -> None:
    world = World(load(file).snapshot)
    every = diagnose_all(world)
    rows = {arn: {row.id: row for row in findings.rows(diagnose(world, arn).findings)} for arn in world.functions}
    for issue in every.issues:
        for arn in issue.functions:
            row = rows[arn][findings.finding_of(every, issue, arn) or ""]
            assert (row.check, row.finding.verdict, row.finding.cause) == (issue.check, issue.verdict, issue.cause)
