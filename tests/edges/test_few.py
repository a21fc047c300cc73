"""Where few set out, only the targets are looked at of which something is to be told."""

from __future__ import annotations

from models.edge import Edge, Status
from simulator.edges import invokes
from simulator.edges.question import Question
from simulator.world import World
from tests.worlds import INVOKE, Builder, allow, deny, function, permit, user

FUNCTIONS = [function(f"f{number}") for number in range(40)]
DEV = user("dev")


def made() -> World:
    """A user who may invoke one of many functions, and is refused another; one more lets in anyone."""
    builder = Builder()
    builder.user(DEV, allow(INVOKE, [FUNCTIONS[3], FUNCTIONS[4]]), deny(INVOKE, FUNCTIONS[4]))
    for number in range(40):
        builder.user(user(f"u{number}"), allow("s3:*", "*"))
        builder.function(FUNCTIONS[number], *([permit("*", FUNCTIONS[number])] if number == 7 else []))
    return World(builder.snapshot())


def edges(source: str, question: Question) -> dict[str, Status]:
    found: list[Edge] = list(invokes.edges(made(), frozenset((source,)), None, question))
    return {edge.target: edge.status for edge in found}


def test_those_that_he_may_invoke_are_found_among_many() -> None:
    assert edges(DEV, Question(missing=False)) == {FUNCTIONS[3]: Status.ALLOWED, FUNCTIONS[7]: Status.ALLOWED}


def test_the_pair_that_is_asked_about_is_told_though_he_may_not() -> None:
    question = Question(missing=False, asked=(DEV, FUNCTIONS[9]))
    assert edges(DEV, question)[FUNCTIONS[9]] is Status.MISSING


def test_who_is_no_actor_is_asked_about_each() -> None:
    assert edges("anyone", Question(missing=False)) == {FUNCTIONS[7]: Status.ALLOWED}
