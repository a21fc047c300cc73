"""The world of the tests of single repairs: a developer, and the function `orders` in his account and in another."""

from __future__ import annotations

from collections.abc import Callable

from simulator.world import World
from tests.worlds import ONE, TWO, Builder, function, role, user

DEV, OTHER = user("dev"), user("other")
OURS, THEIRS = function("orders"), function("orders", TWO)
LIVE = f"{THEIRS}:live"
INVOKER = role("invoker", TWO)


def world(*make: Callable[[Builder], object]) -> World:
    made = Builder(accounts=(ONE, TWO))
    made.user(DEV)
    made.function(OURS, versions=("1",), aliases={"live": "1"})
    made.function(THEIRS, versions=("1",), aliases={"live": "1"})
    for step in make:
        step(made)
    return made.world()
