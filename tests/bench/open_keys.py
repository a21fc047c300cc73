"""What absurd patterns cost, and what it costs to settle open keys."""

from __future__ import annotations

from collections.abc import Iterator

from models.context import Open
from models.policy import Condition
from simulator.policy import automata, conditions, match, residual, solver, tables
from simulator.policy.formula import Formula, all_of, any_of, leaves
from simulator.policy.operators import Test
from tests.bench.measures import Row, measured

#: Patterns on which a matcher that goes back would not end, with values that they nearly match.
HARD = {
    "10,000 stars, 100,000 characters": ("*a" * 10_000 + "b", "a" * 100_000),
    "a star, 5,000 `?`, 100,000 characters": ("*" + "?" * 5_000 + "b", "a" * 100_000),
    "a star, 5,000 `a?`, 100,000 characters": ("*" + "a?" * 5_000 + "b*", "a" * 100_000),
}
MOST = 0.1
"""Seconds that each may take."""


def hard_patterns() -> Iterator[Row]:
    """A match of each, its pattern read anew."""
    for what, (pattern, value) in HARD.items():

        def work(pattern: str = pattern, value: str = value) -> None:
            match.template.cache_clear()
            assert not match.matches(match.glob(pattern), value)

        yield measured(what, work, note=lambda median: "" if median <= MOST else f"over {MOST} s")


def _atom(operator: str, key: str, value: str) -> Test:
    return Test(Condition(operator, key, (value,)), True, ((key.lower(), Open()),))


def _one(number: int) -> Formula:
    return _atom("StringEquals", "aws:SourceArn", f"v{number}")


def _two(number: int) -> Formula:
    return all_of((_one(number), _atom("IpAddress", "aws:SourceIp", f"10.{number % 200}.0.0/16")))


def _apart(number: int) -> Formula:
    """Ten statements with two conditions each, on twenty keys."""
    return _ten(number, 10)


def _shared(number: int) -> Formula:
    """The same, one key in all of them."""
    return _ten(number, 1)


def _ten(number: int, keys: int) -> Formula:
    return any_of(
        all_of((_atom("StringEquals", f"k{at}", f"v{number}"), _atom("StringLike", f"l{at % keys}", f"{at}*{number}")))
        for at in range(10)
    )


def settling() -> Iterator[Row]:
    """Whether and for which values a formula holds, each met for the first time; its conditions are compiled."""
    for what, make, each in (
        ("settle one open condition", _one, 500),
        ("settle two", _two, 500),
        ("settle 10 statements, 20 open keys", _apart, 10),
        ("settle 10 statements, 1 key in all", _shared, 10),
    ):
        formulas = [make(number) for number in range(each)]

        def work(formulas: list[Formula] = formulas) -> None:
            _forget(formulas)
            for formula in formulas:
                assert residual.outcomes(formula) == {"conditional"}
                assert residual.residual_of(formula) is not None

        yield measured(what, work, each=each)


def _forget(formulas: list[Formula]) -> None:
    for cached in (residual._outcomes, residual._settled, residual.lone):
        cached.cache_clear()
    for known in (tables.table, automata.witnesses, solver.names_in):
        known.cache_clear()
    for formula in formulas:
        for atom in leaves(formula):
            conditions.compiled(atom.condition, atom.variables)
