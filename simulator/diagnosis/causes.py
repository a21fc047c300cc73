"""What findings of several functions have in common: the policy, role, SCP or principal by which they come about."""

from __future__ import annotations

from collections.abc import Iterator

from models.edge import Edge, Grant, Status
from models.finding import Finding
from simulator.diagnosis.found import slip
from simulator.world.world import World


def cause_of(world: World, found: Finding) -> str:
    """Its name: equal for all that one change would mend."""
    edge = found.edge
    if found.cause or edge is None or edge.status is Status.ALLOWED:
        return found.cause or found.subject
    if edge.status is Status.DENIED:
        return ", ".join(dict.fromkeys(f"{cited.policy} {cited.statement}" for cited in edge.because))
    if edge.status is Status.UNKNOWN:
        return ", ".join(dict.fromkeys(f"{fact.what} of {fact.about}" for fact in edge.gaps))
    if edge.status is Status.CONDITIONAL:
        return ", ".join(dict.fromkeys(residual.text for residual in edge.residuals))
    return ", ".join(dict.fromkeys(_places(world, edge))) or found.subject


def _places(world: World, edge: Edge) -> Iterator[str]:
    """The policy that nearly allows it, if others may have it too; or else whose policy lacks it."""
    missed = slip([part for part in edge.requirements if part.status is Status.MISSING])
    if missed and missed.policy in world.policies and missed.policy != missed.holder:
        yield f"{missed.policy} {missed.statement}"
    else:
        yield from (_place(world, grant) for grant in edge.missing)


def _place(world: World, grant: Grant) -> str:
    """A boundary is one policy for all who have it."""
    if grant.side == "boundary":
        holder = world.roles.get(grant.holder) or world.users.get(grant.holder)
        return f"boundary {holder.boundary}" if holder else f"boundary of {grant.holder}"
    return f"{grant.side} of {grant.holder}"
