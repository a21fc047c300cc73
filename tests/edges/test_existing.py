"""What a trigger or mapping calls has to be there; and a service is denied by any of its names."""

from __future__ import annotations

import pytest

from models.decision import FactKind
from models.edge import Status
from simulator.edges import polled_by
from simulator.edges.question import Question
from tests.edges.trigger_cases import ORDERS, WORKER, at, trigger_edge
from tests.worlds import ASSUME, INVOKE, LAMBDA_TRUST, ONE, REGION, Builder, allow, permit, queue

GONE, OLD = ORDERS.replace("orders", "gone"), f"{ORDERS}:old"


@pytest.mark.parametrize("target", [pytest.param(GONE, id="a function"), pytest.param(OLD, id="an alias")])
def test_what_was_deleted_and_stays_configured_is_called_by_nobody(target: str) -> None:
    """Lambda API Reference, "Invoke": ResourceNotFoundException, however much is allowed."""
    made = Builder()
    made.function(ORDERS, versions=("1",), aliases={"live": "1"})
    made.role(WORKER, allow(ASSUME, Principal={"Service": "states.amazonaws.com"}), allow(INVOKE, "*"))
    made.trigger("states.amazonaws.com", at("states", "stateMachine:m"), target, role=WORKER)
    edge = trigger_edge(made)
    assert (edge.status, edge.missing) == (Status.MISSING, ())
    assert "there is no function" in str(edge.impossible) or "no version or alias `old`" in str(edge.impossible)


@pytest.mark.parametrize(
    "gap, target",
    [
        pytest.param((FactKind.FUNCTIONS, f"{ONE}/{REGION}", "lambda:ListFunctions"), GONE, id="functions refused"),
        pytest.param((FactKind.FUNCTION, ORDERS, "lambda:ListAliases"), OLD, id="aliases refused"),
        pytest.param(None, GONE.replace(REGION, "us-east-1"), id="a Region of which no function was read"),
    ],
)
def test_what_was_not_read_may_be_there(gap: tuple[FactKind, str, str] | None, target: str) -> None:
    made = Builder()
    made.function(ORDERS, versions=("1",))
    made.role(WORKER, allow(ASSUME, Principal={"Service": "states.amazonaws.com"}), allow(INVOKE, "*"))
    made.trigger("states.amazonaws.com", at("states", "stateMachine:m"), target, role=WORKER)
    if gap:
        made.gap(*gap)
    assert trigger_edge(made).status is Status.ALLOWED


def test_a_deny_of_one_of_a_services_names_denies_the_service() -> None:
    """aws:PrincipalServiceNamesList holds all names of a service: here the older one is allowed, the newer denied."""
    group = at("logs", "log-group:/aws/app")
    made = Builder()
    older = permit({"Service": f"logs.{REGION}.amazonaws.com"}, ORDERS)
    newer = permit({"Service": "logs.amazonaws.com"}, ORDERS) | {"Effect": "Deny"}
    made.function(ORDERS, older, newer)
    made.trigger("logs.amazonaws.com", group, ORDERS)
    assert trigger_edge(made).status is Status.DENIED


@pytest.mark.parametrize("qualifier, expected", [("live", Status.ALLOWED), ("old", Status.MISSING)])
def test_a_mapping_to_an_alias_that_was_deleted_calls_nothing(qualifier: str, expected: Status) -> None:
    made = Builder()
    made.role(WORKER, LAMBDA_TRUST, allow("sqs:*", "*"))
    made.function(ORDERS, role=WORKER, versions=("1",), aliases={"live": "1"})
    made.resource(queue("q"), "sqs:queue", ONE)
    made.mapping(queue("q"), f"{ORDERS}:{qualifier}")
    (edge,) = polled_by.edges(made.world(), None, None, Question(missing=True))
    assert (edge.status, edge.missing) == (expected, ())
