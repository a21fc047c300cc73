"""A developer, a function, and what he takes over: what the tests of takeovers ask about."""

from __future__ import annotations

from simulator.answers.reach import reach
from simulator.answers.who_can import who_can
from simulator.world import World
from tests.worlds import (
    INVOKE,
    ONE,
    Builder,
    function,
    role,
    user,
)

DEV, F, R = user("dev"), function("f"), role("f-role")
GROUP = f"arn:aws:iam::{ONE}:group/developers"
POLICY = f"arn:aws:iam::{ONE}:policy/own"
OPS = role("ops")
PASSED = "iam:PassedToService"


def takeovers(world: World, target: str = F) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Who takes a function over: with which status, and through whom."""
    answer = who_can(world, INVOKE, target, include_takeover=True)
    return {row.principal: (row.status, row.via) for row in answer.principals if row.how == "takeover"}


def taken(world: World, source: str = DEV) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What somebody takes over."""
    rows = reach(world, source, include_takeover=True).reaches
    return {row.node: (row.status, row.via) for row in rows if row.how == "takeover"}


def plain() -> Builder:
    """A function `f` with its role `f-role`."""
    made = Builder()
    made.function(F)
    return made
