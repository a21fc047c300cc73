"""The engine held against a second evaluator that was written from AWS's pages alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from models.request import Traits
from tests.policy import reference_evaluator
from tests.policy.builders import ask
from tests.strategies import contexts, worlds


@settings(max_examples=5 * settings.default.max_examples)
@given(worlds(), contexts())
def test_the_engine_decides_as_the_reference_does(world: dict[str, Any], context: dict[str, Any]) -> None:
    expected = reference_evaluator.decide(**world, context=context, bound_by_rcps=True)
    assert ask(**world, context=context, traits=Traits(bound_by_rcps=True)).outcome == expected
