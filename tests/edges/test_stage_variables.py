"""An API's stage may say which function is called: `${stageVariables.NAME}`.

Source: Amazon API Gateway Developer Guide, "Use stage variables for a REST API in API Gateway".
"""

from __future__ import annotations

import pytest

from models.edge import Status
from simulator.edges import triggers
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.triggers import stage
from tests.edges.trigger_cases import API, ORDERS, WORKER, at, service
from tests.worlds import ASSUME, INVOKE, TWO, Builder, allow, function, user

GATEWAY = "apigateway.amazonaws.com"
METHOD = f"{API}/prod/GET/orders"
ANY_NAME = at("lambda", "function:${stageVariables.fn}")
ANY_ALIAS = f"{ORDERS}:${{stageVariables.alias}}"


@pytest.mark.parametrize(
    "target, values, expected",
    [
        pytest.param(ANY_NAME, {"fn": "orders"}, ORDERS, id="the function's name"),
        pytest.param(ANY_NAME, {"fn": "orders:live"}, f"{ORDERS}:live", id="name and alias"),
        pytest.param(ANY_ALIAS, {"alias": "live"}, f"{ORDERS}:live", id="the alias"),
        pytest.param("${stageVariables.arn}", {"arn": ORDERS}, ORDERS, id="the whole ARN"),
        pytest.param(ANY_NAME, {"other": "orders"}, ANY_NAME, id="a variable that the stage doesn't have"),
        pytest.param(ORDERS, {"fn": "x"}, ORDERS, id="no variable"),
    ],
)
def test_what_a_stage_says_is_filled_in(target: str, values: dict[str, str], expected: str) -> None:
    assert stage.filled(target, values) == expected


def test_names_of_variables_are_found_once() -> None:
    assert stage.variables("f:${stageVariables.a}:${stageVariables.b}${stageVariables.a}") == ("a", "b")
    assert stage.variables("${stage.a} ${stageVariables}") == ()


def made(target: str, **more: str) -> Builder:
    """An API of which a stage's variables aren't known; one function lets it in, one another API, one nobody."""
    build = Builder()
    build.function(ORDERS, service(GATEWAY, f"{API}/*", None), versions=("1",), aliases={"live": "1"})
    build.function(function("returns"), service(GATEWAY, at("execute-api", "other/*"), None, function("returns")))
    build.function(function("private"))
    build.function(function("orders", TWO), service(GATEWAY, f"{API}/*", None, function("orders", TWO)))
    build.trigger(GATEWAY, METHOD, target, **more)
    return build


def called(build: Builder) -> dict[str, Status]:
    return {edge.target: edge.status for edge in triggers.edges(build.world(), None, None, Question())}


def test_the_function_is_unknown_and_the_variable_is_named() -> None:
    edges = {edge.target: edge for edge in triggers.edges(made(ANY_NAME).world(), None, None, Question())}
    assert edges.keys() == {ANY_NAME, ORDERS}
    for edge in edges.values():
        assert edge.status is Status.UNKNOWN
        assert [(fact.about, "stage variable `fn`" in fact.reason) for fact in edge.gaps] == [(METHOD, True)]


@pytest.mark.parametrize(
    "target, expected",
    [
        pytest.param(ANY_NAME, {ORDERS}, id="a name of this account and Region, that lets this API in"),
        pytest.param("${stageVariables.arn}", {ORDERS, function("orders", TWO)}, id="any function that lets it in"),
        pytest.param(ANY_ALIAS, set(), id="no alias lets it in: the permission is on the function"),
    ],
)
def test_what_may_be_called_is_what_lets_the_api_in(target: str, expected: set[str]) -> None:
    assert called(made(target)) == {target: Status.UNKNOWN} | dict.fromkeys(expected, Status.UNKNOWN)


def test_with_a_role_it_is_what_the_role_may_invoke() -> None:
    build = made(ANY_NAME, role=WORKER)
    build.role(
        WORKER, allow(ASSUME, Principal={"Service": GATEWAY}), allow(INVOKE, [function("private"), f"{ORDERS}:*"])
    )
    assert called(build).keys() == {ANY_NAME, function("private"), f"{ORDERS}:1", f"{ORDERS}:live"}


def test_who_may_call_the_method_may_run_the_function_for_all_that_is_known() -> None:
    build = made(ANY_NAME)
    build.resource(METHOD, "execute-api:route", METHOD.split(":")[4], attributes={"AuthorizationType": "AWS_IAM"})
    build.user(user("caller"), allow("execute-api:Invoke", METHOD))
    graph = Graph(build.world(), Question()).grow_backward([ORDERS])
    assert user("caller") in graph.leading_to([ORDERS])
    assert user("caller") not in graph.grow_backward([function("private")]).leading_to([function("private")])


def test_what_is_known_of_each_stage_is_a_trigger_of_its_own() -> None:
    build = Builder()
    build.function(ORDERS, service(GATEWAY, f"{API}/prod/GET/orders", None))
    build.function(function("orders-test"), service(GATEWAY, f"{API}/test/*", None, function("orders-test")))
    for name, values in {"prod": {"fn": "orders"}, "test": {"fn": "orders-test"}}.items():
        build.trigger(GATEWAY, f"{API}/{name}/GET/orders", stage.filled(ANY_NAME, values))
    assert called(build) == {ORDERS: Status.ALLOWED, function("orders-test"): Status.ALLOWED}
