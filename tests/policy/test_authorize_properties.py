"""Laws of what a decision says of itself, whatever was asked.

Source: IAM User Guide, "Policy evaluation logic". Laws of the outcome are in test_laws.py.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.decision import Layer, Outcome
from models.policy import Effect
from models.request import Traits
from simulator.policy.authorize import authorize, decide
from tests.policy.builders import analysis, ask
from tests.strategies import TYPED, contexts, worlds


@given(worlds(), contexts())
def test_a_decision_explains_itself(world: dict[str, Any], context: dict[str, Any]) -> None:
    decision = ask(**world, context=context, traits=Traits(bound_by_rcps=True))
    assert decision.residual is None
    assert not decision.gaps
    if decision.outcome is Outcome.EXPLICIT_DENY:
        assert {cited.effect for cited in decision.because} == {Effect.DENY}
    if decision.outcome is Outcome.IMPLICIT_DENY:
        assert decision.because == ()
    else:
        assert decision.near_misses == ()


@given(worlds(), contexts(), st.sets(st.sampled_from(sorted(TYPED))))
def test_asked_again_it_says_the_same(world: dict[str, Any], context: dict[str, Any], opens: set[str]) -> None:
    """Policies are made ready only once they are asked again."""
    known = {key: value for key, value in context.items() if key not in opens}
    first = analysis(**world, context=known, opens=opens, traits=Traits(bound_by_rcps=True))
    decision = decide(first)
    for _ in range(2):
        assert authorize(first.request, first.policies) == decision


@given(worlds(), contexts())
def test_what_decided_decides_alone(world: dict[str, Any], context: dict[str, Any]) -> None:
    """Without the statements that are cited for a denial, or for an allowance, the outcome is another.

    But for a root user in its own account, which needs no statement to be allowed.
    """
    decision = ask(**world, context=context, traits=Traits(bound_by_rcps=True))
    cited = {(citation.layer, citation.statement) for citation in decision.because}
    rest = without(world, cited)
    after = ask(**rest, context=context, traits=Traits(bound_by_rcps=True)).outcome
    if decision.outcome is Outcome.EXPLICIT_DENY:
        assert after is not Outcome.EXPLICIT_DENY
    elif decision.outcome is Outcome.ALLOWED and cited and not world["principal"].endswith(":root"):
        assert after is Outcome.IMPLICIT_DENY


def without(world: dict[str, Any], cited: set[tuple[Layer, str]]) -> dict[str, Any]:
    """The request's policies without statements that are cited; by place, or by a Sid that several may have."""

    def rest(layer: Layer, statements: list[Any] | None) -> list[Any] | None:
        return statements and [
            body for number, body in enumerate(statements, 1) if (layer, body.get("Sid") or f"#{number}") not in cited
        ]

    changed = dict(world)
    names = {"identity", "boundary", "session", "resource", "trust"} & set(world)
    for side, layer in {**{name: Layer(name) for name in names}, "endpoint": Layer.VPC_ENDPOINT}.items():
        changed[side] = rest(layer, world.get(side))
    for side, layer in (("scps", Layer.SCP), ("rcps", Layer.RCP)):
        changed[side] = [rest(layer, level) for level in world[side]]
    return changed
