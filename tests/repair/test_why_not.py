"""What repair says where no statement helps: that is never taken for a permission that is missing."""

from __future__ import annotations

import pytest

from models.errors import UnknownNameError
from simulator.answers.repair import repair
from simulator.world import World
from tests.worlds import TWO, Builder, allow, function, topic, user

F, FAR, NEWS = function("f"), user("far", TWO), topic("news", TWO)
STRANGER = "999999999999"


def made() -> World:
    builder = Builder()
    builder.function(F)
    builder.user(FAR, allow("lambda:*", "*"))
    builder.resource(NEWS, "sns:topic", TWO)
    return World(builder.snapshot())


@pytest.mark.parametrize(
    "source, action, reason",
    [
        pytest.param(NEWS, None, "that takes a trigger or an event source mapping", id="a topic without subscription"),
        pytest.param(f"account:{STRANGER}", None, "was not read", id="an account that was not read"),
        pytest.param(
            FAR,
            "lambda:AddPermission",
            "a function's policy can't give another account lambda:AddPermission",
            id="an action that a function's policy can't give another account",
        ),
    ],
)
def test_why_no_statement_helps(source: str, action: str | None, reason: str) -> None:
    answer = repair(made(), source, F, action=action)
    assert answer.repairs == ()
    assert reason in (answer.impossible or "")


def test_the_number_of_an_account_is_told_from_its_node() -> None:
    with pytest.raises(UnknownNameError, match=f"did you mean `account:{STRANGER}`"):
        made().resolve(STRANGER, "name")
