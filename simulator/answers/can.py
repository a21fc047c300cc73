"""May this principal do this action on this resource, and why?"""

from __future__ import annotations

from collections.abc import Mapping as Table

from models import arns
from models.answer import CanAnswer, ExplanationAnswer
from models.context import NOTHING_GIVEN, Given, State
from models.decision import Layer, Side
from models.edge import Edge, EdgeKind, Requirement
from models.policy import PolicyKind
from simulator.answers import shapes
from simulator.facts.traits import traits
from simulator.policy.sides import sides
from simulator.world.caller import Caller, CallerKind
from simulator.world.grants import ordered
from simulator.world.world import World


def can(
    world: World, principal: str, action: str, resource: str, given: Given = NOTHING_GIVEN, *, explain: bool = False
) -> CanAnswer:
    """Decide one request over the snapshot; with `explain` side by side. A call of a function URL is two in one.

    Raises:
        PermgraphError: for a principal that makes no requests, or an action that isn't a function URL's.
        PolicyError: for a policy that can't be evaluated exactly.
    """
    caller = world.caller(principal)
    if arns.is_url(resource):
        return _of_url(world, principal, caller, action, resource, given, explain)
    requirement = world.ask(caller, action, resource, given)
    explained = _sides(world, caller, requirement, given) if explain else None
    return answer(principal, caller, requirement, explained)


def answer(
    principal: str, caller: Caller, requirement: Requirement, explained: tuple[Side, ...] | None = None
) -> CanAnswer:
    """A requirement as the contract's object."""
    decision = requirement.decision
    return CanAnswer(
        principal=principal,
        action=requirement.action,
        resource=requirement.resource,
        decision=decision.outcome.value,
        because=tuple(shapes.citation(item) for item in decision.because),
        layers={layer.value: outcome.value for layer, outcome in decision.layers.items()},
        near_misses=tuple(shapes.near_miss(item) for item in decision.near_misses),
        residual=shapes.residual(decision.residual),
        gaps=shapes.facts(decision.gaps),
        missing=tuple(shapes.grant(item) for item in requirement.missing),
        assumes=shapes.facts(decision.assumes),
        caller=named(caller),
        impossible=traits(requirement.action, requirement.resource).impossible,
        explanation=None if explained is None else ExplanationAnswer(sides=tuple(map(shapes.side, explained))),
    )


def _of_url(
    world: World, principal: str, caller: Caller, action: str, url: str, given: Given, explain: bool
) -> CanAnswer:
    """What a call of a function URL comes to: its worst request decides, and what any of them lacks is missing."""
    # The edges take as long to load as all the rest, and no other request needs them.
    from simulator.answers.grown import check_of_url
    from simulator.edges import invokes_url

    check_of_url(action, url)
    asked = invokes_url.requirements(world, caller, url, given)
    whole = Edge(principal, url, EdgeKind.INVOKES_URL, asked)
    deciding = next(part for part in asked if part.status is whole.status)
    fixed = invokes_url.fixed_of(world, url, deciding.action)
    asker = world.caller("anyone") if deciding.principal == "anyone" else caller
    explained = _sides(world, asker, deciding, given, fixed) if explain and fixed is not None else None
    made = answer(principal, caller, deciding, explained)
    lacking = [part for part in asked if part.status is whole.status]
    return made.model_copy(
        update={
            "action": action,
            "resource": url,
            "because": tuple(shapes.citation(item) for item in whole.because),
            "near_misses": tuple(shapes.near_miss(item) for part in lacking for item in part.decision.near_misses),
            "residual": shapes.together(whole.residuals),
            "gaps": shapes.facts(whole.gaps),
            "missing": tuple(shapes.grant(item) for item in ordered(whole.missing, caller.account)),
            "assumes": shapes.facts(whole.assumes),
            "impossible": made.impossible or whole.impossible,
        }
    )


def named(caller: Caller) -> str | None:
    """How AWS's messages name who asks: a session by its own ARN, where its name is known; None: they don't.

    A function's code calls in a session that is named after the function. Whoever comes with a token of a provider is
    named in no message.
    """
    if caller.kind in (CallerKind.WEB_IDENTITY, CallerKind.SAML):
        return None
    if caller.kind is CallerKind.ANONYMOUS:
        return "anonymous"
    if caller.role and caller.session_name:
        name = caller.role.rsplit("/", 1)[-1]
        partition = arns.partition_of(caller.role)
        return f"arn:{partition}:sts::{caller.account}:assumed-role/{name}/{caller.session_name}"
    return caller.service or caller.arn or caller.node


def _sides(
    world: World, caller: Caller, requirement: Requirement, given: Given, fixed: Table[str, State] | None = None
) -> tuple[Side, ...]:
    """The requirement keeps its decision only: what is behind it is worked out again."""
    action, resource = requirement.action, requirement.resource
    context = world.context(caller, action, resource, given, fixed=fixed)
    analysis, targets = world.analyse(caller, action, resource, context)
    owner = analysis.request.resource_account
    levels = {Layer.SCP: targets, Layer.RCP: _levels(world, owner, "RESOURCE_CONTROL_POLICY", PolicyKind.RCP)}
    return sides(analysis, requirement.decision, levels)


def _levels(world: World, account: str | None, wanted: str, kind: PolicyKind) -> tuple[str, ...]:
    """The ids of the root, the units and the account, from the root down."""
    return world.organization.levels(account, wanted, kind)[1] if account else ()
