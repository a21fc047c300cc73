"""Decisions, edges and facts in the shapes of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models import arns
from models.answer import (
    CitationAnswer,
    FactAnswer,
    GrantAnswer,
    NearMissAnswer,
    ResidualAnswer,
    SideAnswer,
    StepAnswer,
)
from models.decision import Citation, MissingFact, NearMiss, Residual, Side
from models.edge import Edge, Grant
from simulator.world.grants import ordered
from simulator.world.nodes import shown


def citation(item: Citation) -> CitationAnswer:
    return CitationAnswer(
        layer=item.layer.value,
        policy=item.policy,
        holder=item.holder,
        statement=item.statement,
        effect=item.effect.value,
    )


def near_miss(item: NearMiss) -> NearMissAnswer:
    return NearMissAnswer(
        layer=item.layer.value,
        policy=item.policy,
        holder=item.holder,
        statement=item.statement,
        failed=item.failed,
        wanted=item.wanted,
        got=item.got,
        nearness=None if item.nearness is None else item.nearness.value,
        key=item.key,
        operator=item.operator,
    )


def side(item: Side) -> SideAnswer:
    return SideAnswer(
        layer=item.layer.value,
        holder=item.holder,
        decision=item.outcome.value,
        policies=item.policies,
        because=tuple(citation(cited) for cited in item.because),
        near_misses=tuple(near_miss(missed) for missed in item.near_misses),
        gaps=facts(item.gaps),
    )


def residual(item: Residual | None) -> ResidualAnswer | None:
    if item is None:
        return None
    return ResidualAnswer(
        text=item.text,
        when=dict(item.when),
        allowed_with=dict(item.allowed_with),
        denied_with=dict(item.denied_with),
    )


def together(items: Iterable[Residual]) -> ResidualAnswer | None:
    """The residual of several steps: all their conditions."""
    found = list({item.text: item for item in items}.values())
    if len(found) < 2:
        return residual(found[0]) if found else None
    allowed: dict[str, Any] = {}
    denied: dict[str, Any] = {}
    for item in reversed(found):
        allowed.update(item.allowed_with)
        denied.update(item.denied_with)
    return ResidualAnswer(
        text="; and ".join(item.text for item in found),
        when={"all": [dict(item.when) for item in found]},
        allowed_with=allowed,
        denied_with=denied,
    )


def grant(item: Grant) -> GrantAnswer:
    return GrantAnswer(
        account=item.account,
        side=item.side,
        holder=item.holder,
        principal=item.principal,
        action=item.action,
        resource=item.resource,
        condition=dict(item.condition) if item.condition else None,
        statement=dict(item.statement),
    )


def fact(item: MissingFact) -> FactAnswer:
    return FactAnswer(what=item.what.value, about=item.about, reason=item.reason)


def facts(items: Iterable[MissingFact]) -> tuple[FactAnswer, ...]:
    """Each once, in a stable order."""
    return tuple(fact(item) for item in sorted(dict.fromkeys(items), key=lambda item: (item.what, item.about)))


def missing(edge: Edge) -> tuple[GrantAnswer, ...]:
    """What an edge lacks, the account first that it sets out from."""
    return tuple(grant(item) for item in ordered(edge.missing, arns.account_of(shown(edge.source))))


def step(edge: Edge) -> StepAnswer:
    return StepAnswer(
        source=shown(edge.source),
        target=shown(edge.target),
        kind=edge.kind.value,
        status=edge.status.value,
        because=tuple(citation(item) for item in edge.because),
        missing=missing(edge),
        residual=together(edge.residuals),
        impossible=edge.impossible,
        via=edge.via,
    )
