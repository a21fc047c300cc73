"""A way by a role, and on by its session in a function: that one may do what other sessions of the role may not.

Source: Lambda Developer Guide, "Using source function ARN to control function access behavior".
"""

from __future__ import annotations

from typing import Any

import pytest

from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.who_can import who_can
from simulator.world import World
from tests.worlds import ASSUME, INVOKE, LAMBDA_TRUST, ONE, Builder, allow, function, role, trusting, user

DEV, R, B = user("dev"), role("r"), role("b")
F, G = function("f"), function("g")
BY_F: dict[str, Any] = {"Condition": {"ArnEquals": {"lambda:SourceFunctionArn": F}}}
NOT_BY_F: dict[str, Any] = {"Condition": {"Null": {"lambda:SourceFunctionArn": "true"}}}


def world(**condition: Any) -> World:
    """DEV may become R, which may run F, whose execution role it is; R may become B on a condition, and B run G."""
    made = Builder()
    made.user(DEV, allow(ASSUME, R))
    made.role(R, [LAMBDA_TRUST, trusting(DEV)], allow(INVOKE, F), allow(ASSUME, B, **condition))
    made.role(B, trusting(f"arn:aws:iam::{ONE}:root"), allow(INVOKE, G))
    made.function(F, role=R)
    made.function(G)
    return made.world()


def test_what_only_code_of_a_function_may_do_is_come_to_by_running_it() -> None:
    made = world(**BY_F)
    for source, before in ((DEV, (R,)), (R, ())):
        found = {(row.node, row.how): (row.status, row.via) for row in reach(made, source).reaches}
        assert found[B, "function_chain"] == ("allowed", (*before, F, R))
        assert found[G, "function_chain"] == ("allowed", (*before, F, R, B))
    principals = {(row.principal, row.how): row.status for row in who_can(made, INVOKE, G).principals}
    assert principals[DEV, "function_chain"] == principals[R, "function_chain"] == "allowed"


def test_paths_tell_it_first_where_it_is_more_certain() -> None:
    first, *_ = paths(world(**BY_F), R, B).paths
    assert (first.status, [step.target for step in first.steps]) == ("allowed", [F, R, B])


@pytest.mark.parametrize("condition", [pytest.param({}, id="no condition"), pytest.param(NOT_BY_F, id="not by code")])
def test_no_path_has_a_function_do_what_the_role_may_do_itself(condition: dict[str, Any]) -> None:
    found = paths(world(**condition), DEV, G).paths
    assert [[step.target for step in path.steps] for path in found if path.status != "missing"] == [[R, B, G]]
