"""The engine held against a second evaluator that was written from AWS's pages alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.context import Open
from models.decision import Outcome
from models.request import Traits
from tests.policy import reference_evaluator
from tests.policy.builders import ask
from tests.policy.reference_conditions import condition_holds
from tests.strategies import TYPED, contexts, worlds

#: The strongest test of the engine's rules is worth more examples than others.
EXAMPLES = 10 * settings.get_profile(settings.get_current_profile_name()).max_examples


@settings(max_examples=EXAMPLES)
@given(worlds(), st.lists(contexts(), min_size=2, max_size=2))
def test_the_engine_decides_as_the_reference_does(world: dict[str, Any], known: list[dict[str, Any]]) -> None:
    for context in known:
        expected = reference_evaluator.decide(**world, context=context, bound_by_rcps=True)
        assert ask(**world, context=context, traits=Traits(bound_by_rcps=True)).outcome == expected


@given(worlds(), contexts(), st.lists(contexts(), min_size=4, max_size=4), st.sets(st.sampled_from(tuple(TYPED))))
def test_open_keys_are_settled_as_the_reference_says(
    world: dict[str, Any], known: dict[str, Any], completions: list[dict[str, Any]], opened: set[str]
) -> None:
    """Whatever the open keys turn out to be: what was said before holds, and the residual says which it is."""
    fixed = {key: value for key, value in known.items() if key not in opened}
    states = {key: Open(multivalued=key == "m") for key in opened}
    decision = ask(**world, context=fixed, states=states, traits=Traits(bound_by_rcps=True))
    witnesses = [decision.residual.allowed_with, decision.residual.denied_with] if decision.residual else []
    for number, completion in enumerate([*witnesses, *completions]):
        # None, and no value at all: the key is absent.
        settled = {key: value for key, value in completion.items() if key in opened and value not in (None, [])}
        context = {**fixed, **settled}
        expected = reference_evaluator.decide(**world, context=context, bound_by_rcps=True)
        if decision.residual is None:
            wanted = (Outcome.ALLOWED,) if decision.outcome is Outcome.ALLOWED else DENIED[decision.outcome]
            assert expected in wanted
            continue
        assert says(decision.residual.when, context) is (expected == Outcome.ALLOWED)
        if number < len(witnesses):
            assert (expected == Outcome.ALLOWED) is (number == 0)


#: What each completion may be where none allows it: sometimes explicitly denied is not always.
DENIED = {
    Outcome.EXPLICIT_DENY: (Outcome.EXPLICIT_DENY,),
    Outcome.IMPLICIT_DENY: (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY),
}


def says(when: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    """Evaluate a residual's `when`."""
    if "all" in when:
        return all(says(part, context) for part in when["all"])
    if "any" in when:
        return any(says(part, context) for part in when["any"])
    if "not" in when:
        return not says(when["not"], context)
    return condition_holds(when["operator"], when["key"], when["values"], context, True)
