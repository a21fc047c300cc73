"""What the pages show, row by row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.answer import (
    CitationAnswer,
    FactAnswer,
    GrantAnswer,
    GraphAnswer,
    GraphEdge,
    GraphNode,
    PathAnswer,
    PathsAnswer,
    ResidualAnswer,
    StatusName,
    StepAnswer,
)
from models.snapshot import Snapshot
from ui import view

DEV = "arn:aws:iam::111111111111:user/dev"
PIPELINE = "arn:aws:iam::111111111111:role/pipeline"
INVOKER = "arn:aws:iam::222222222222:role/invoker"
ORDERS = "arn:aws:lambda:eu-west-1:222222222222:function:orders:live"
NAMES = {"111111111111": "partner", "222222222222": "ours"}


def grant(side: str = "trust", account: str | None = "222222222222", holder: str = INVOKER) -> GrantAnswer:
    fields: dict[str, Any] = {"side": side, "account": account, "holder": holder, "principal": PIPELINE}
    statement = {"Effect": "Allow", "Principal": {"AWS": PIPELINE}, "Action": "sts:AssumeRole"}
    return GrantAnswer(**fields, action="sts:AssumeRole", resource=holder, condition=None, statement=statement)


def step(source: str, target: str, status: StatusName = "allowed", **fields: Any) -> StepAnswer:
    empty: dict[str, Any] = {"because": (), "missing": (), "residual": None, "kind": "assumes"}
    return StepAnswer(source=source, target=target, status=status, **{**empty, **fields})


def answer(*steps: StepAnswer, status: StatusName = "allowed", cost: int = 0, **fields: Any) -> PathsAnswer:
    ways = (PathAnswer(status=status, cost=cost, steps=steps),) if steps else ()
    return PathsAnswer(source=DEV, target=ORDERS, paths=ways, **{"gaps": (), "assumes": (), **fields})


def residual(text: str) -> ResidualAnswer:
    with_key = {"sts:ExternalId": "pipe-42"}
    return ResidualAnswer(text=text, when={}, allowed_with=with_key, denied_with={"sts:ExternalId": None})


DENY = CitationAnswer(layer="trust", policy=INVOKER, holder=INVOKER, statement="no-ci", effect="Deny")
STEPS = (step(DEV, PIPELINE), step(PIPELINE, INVOKER), step(INVOKER, ORDERS, kind="invokes"))
ONE_MISSING = (STEPS[0], step(PIPELINE, INVOKER, "missing", missing=(grant(),)), STEPS[2])
TWO_GRANTS = (grant("identity", "111111111111", DEV), grant("resource", "222222222222", ORDERS))


@pytest.mark.parametrize(
    "asked, expected",
    [
        pytest.param(
            answer(*STEPS), "dev can invoke orders:live, through pipeline and invoker", id="allowed through two roles"
        ),
        pytest.param(answer(step(DEV, ORDERS)), "dev can invoke orders:live, directly", id="allowed directly"),
        pytest.param(
            answer(*ONE_MISSING, status="missing", cost=1),
            "dev can't invoke orders:live: 1 statement is missing, on the trust side, in account ours 222222222222",
            id="one statement missing",
        ),
        pytest.param(
            answer(step(DEV, ORDERS, "missing", missing=TWO_GRANTS), status="missing", cost=2),
            "dev can't invoke orders:live: 2 statements are missing, on the identity side in account partner "
            "111111111111 and on the resource side in account ours 222222222222",
            id="a statement missing on each side",
        ),
        pytest.param(
            answer(step(DEV, ORDERS, "missing"), status="missing"),
            "dev can't invoke orders:live: a step is missing that no statement would mend",
            id="nothing would mend it",
        ),
        pytest.param(
            answer(step(DEV, ORDERS, "denied", because=(DENY,)), status="denied"),
            "dev can't invoke orders:live: denied by statement no-ci in the trust policy of role invoker",
            id="denied",
        ),
        pytest.param(
            answer(step(DEV, ORDERS, "conditional", residual=residual("allowed if x = 1")), status="conditional"),
            "dev can invoke orders:live on a condition: allowed if x = 1",
            id="conditional",
        ),
        pytest.param(
            answer(
                step(DEV, ORDERS, "unknown"),
                status="unknown",
                gaps=(FactAnswer(what="resource_policy", about=ORDERS),),
            ),
            f"Whether dev can invoke orders:live can't be decided: resource policy of {ORDERS} could not be read",
            id="unknown",
        ),
        pytest.param(answer(), "No way leads from dev to orders:live", id="no way"),
    ],
)
def test_the_verdict_is_one_sentence(asked: PathsAnswer, expected: str) -> None:
    assert view.verdict(asked, NAMES).text == expected


@pytest.mark.parametrize(
    "source, target, verb",
    [
        pytest.param(DEV, ORDERS, "invoke", id="a principal invokes a function"),
        pytest.param("arn:aws:s3:::inbox", ORDERS, "trigger", id="a bucket triggers a function"),
        pytest.param("anyone", ORDERS, "invoke", id="anyone invokes a function"),
        pytest.param(DEV, INVOKER, "become", id="a principal becomes a role"),
        pytest.param(DEV, "arn:aws:s3:::inbox", "reach", id="a principal reaches a bucket"),
    ],
)
def test_the_verb_fits_both_ends(source: str, target: str, verb: str) -> None:
    asked = PathsAnswer(
        source=source,
        target=target,
        paths=(PathAnswer(status="allowed", cost=0, steps=(step(source, target),)),),
        gaps=(),
        assumes=(),
    )
    assert f" can {verb} " in view.verdict(asked, NAMES).text


def graph(*edges: GraphEdge) -> GraphAnswer:
    return GraphAnswer(nodes=(), edges=edges)


def edge(source: str, target: str, status: StatusName = "allowed", **fields: Any) -> GraphEdge:
    return GraphEdge(source=source, target=target, status=status, **{"kind": "assumes", "missing": (), **fields})


def test_the_table_begins_with_what_needs_attention() -> None:
    edges = (
        edge(DEV, PIPELINE),
        edge(PIPELINE, INVOKER, "missing", detail="trust of invoker"),
        edge("a", "b", "denied"),
    )
    rows = view.edge_rows(graph(*edges))
    assert [row.status for row in rows] == ["denied", "missing", "allowed"]
    expected = view.EdgeRow(
        f"{PIPELINE}~assumes~{INVOKER}", "pipeline", "assumes", "invoker", "missing", "trust of invoker"
    )
    assert rows[1] == expected


def test_counts_leave_out_what_is_not_there() -> None:
    assert view.counts(graph(edge("a", "b"), edge("b", "c"), edge("c", "d", "missing"))) == [
        ("missing", 1),
        ("allowed", 2),
    ]


def test_a_way_names_its_nodes_its_cost_and_its_edges() -> None:
    asked = answer(*ONE_MISSING, status="missing", cost=1)
    whole = view.with_steps(graph(), asked, NAMES)
    (way,) = view.ways(asked, whole)
    assert way.label == "dev → pipeline → invoker → orders:live — missing, 1 statement to add"
    assert way.edges[1] == f"{PIPELINE}~assumes~{INVOKER}"
    assert way.grants == (grant(),)


def test_the_steps_of_the_ways_are_always_in_the_picture() -> None:
    whole = view.with_steps(graph(edge(DEV, PIPELINE)), answer(*STEPS), NAMES)
    assert len(whole.edges) == 3
    assert {node.id for node in whole.nodes} == {DEV, PIPELINE, INVOKER, ORDERS}
    assert whole.accounts == NAMES
    expected = GraphNode(id=INVOKER, kind="role", account="222222222222", region=None, label="invoker")
    assert expected in whole.nodes


def test_both_ends_are_in_the_picture_of_no_way() -> None:
    whole = view.with_steps(graph(), answer(), NAMES)
    assert {node.label for node in whole.nodes} == {"dev", "orders:live"}


def test_grants_stand_under_the_account_that_adds_them() -> None:
    first, second = view.grants_by_account(TWO_GRANTS, NAMES)
    assert (first.account, second.account) == ("partner 111111111111", "ours 222222222222")
    assert second.grants[0].place == "resource-based policy of function orders:live"
    assert second.grants[0].lets == "lets role pipeline do sts:AssumeRole on function orders:live"
    assert json.loads(second.grants[0].statement)["Effect"] == "Allow"


def test_a_missing_edge_shows_what_to_add() -> None:
    shown = view.why(edge(PIPELINE, INVOKER, "missing"), ONE_MISSING[1], NAMES)
    assert (shown.title, shown.kind, shown.status) == ("pipeline → invoker", "assumes", "missing")
    assert shown.grants[0].account == "ours 222222222222"
    assert "trust policy of role invoker" in shown.grants[0].grants[0].place


def test_a_denied_edge_names_the_statement() -> None:
    shown = view.why(edge(PIPELINE, INVOKER, "denied"), step(PIPELINE, INVOKER, "denied", because=(DENY,)), NAMES)
    assert shown.cited == ("Deny: statement no-ci in the trust policy of role invoker",)
    assert shown.grants == ()


def test_a_conditional_edge_shows_the_condition_and_an_example() -> None:
    open_step = step(PIPELINE, INVOKER, "conditional", residual=residual("allowed if sts:ExternalId = 'pipe-42'"))
    lines = view.why(edge(PIPELINE, INVOKER, "conditional"), open_step, NAMES).lines
    assert lines[1:] == ("allowed if sts:ExternalId = 'pipe-42'", "For instance with sts:ExternalId = pipe-42.")


def test_an_edge_that_the_engine_says_nothing_about_has_its_own_words() -> None:
    shown = view.why(edge("set:1:role", ORDERS, "missing", detail="12 edges", missing=(grant(),)), None, NAMES)
    assert shown.lines[1] == "12 edges"
    assert len(shown.grants) == 1


def test_what_can_be_chosen_comes_from_the_snapshot(snapshot: Snapshot) -> None:
    sources = {choice.label for choice in view.sources(snapshot)}
    assert {"dev · user · partner", "invoker · role · ours", "inbox · bucket · ours", "anyone"} <= sources
    assert "s3.amazonaws.com · service" in sources
    targets = [choice.label for choice in view.targets(snapshot)]
    assert targets[:3] == ["orders · function · ours", "orders:live · function · ours", "orders:1 · function · ours"]


def test_the_edge_to_look_at_first_is_the_first_that_does_not_hold() -> None:
    asked = answer(*ONE_MISSING, status="missing", cost=1)
    whole = view.with_steps(graph(), asked, NAMES)
    assert view.first_trouble(view.ways(asked, whole)[0], whole) == f"{PIPELINE}~assumes~{INVOKER}"
    holds = view.with_steps(graph(), answer(*STEPS), NAMES)
    assert view.first_trouble(view.ways(answer(*STEPS), holds)[0], holds) == f"{DEV}~assumes~{PIPELINE}"
    assert view.first_trouble(None, graph()) is None


def test_escaped_text_is_plain_in_markdown() -> None:
    assert view.escape("*a*_b_[c](d)`e`:red[x]") == r"\*a\*\_b\_\[c\]\(d\)\`e\`\:red\[x\]"


@pytest.mark.parametrize(
    "words, expected", [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")], ids=str
)
def test_lists_in_sentences(words: list[str], expected: str) -> None:
    assert view.listed(words) == expected


@pytest.mark.parametrize(
    "show, expected",
    [
        ("ways", "Ways between"),
        ("to", "All that leads to orders:live"),
        ("from", "All that dev leads to"),
        ("all", "Everything"),
    ],
)
def test_what_can_be_shown_is_named_after_the_ends(show: str, expected: str) -> None:
    assert view.shown_label(show, DEV, ORDERS) == expected
