"""principal -> role: sts:AssumeRole and, for federated identities, with a web identity or a SAML assertion.

Source: IAM User Guide, "Methods to assume a role", "Granting a user permissions to switch roles".
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind
from models.policy import Principal
from simulator.edges.ask import Ask
from simulator.edges.grantable import edges_to, led_to, strangers_to
from simulator.edges.question import Nodes, Question, among
from simulator.world.nodes import foresee, outsiders
from simulator.world.world import World

ACTION = "sts:AssumeRole"
WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
WITH_SAML = "sts:AssumeRoleWithSAML"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for whoever may assume a role, or for whom there is half of a grant."""
    roles = question.targets(world.roles, targets, arns.is_role)
    led = led_to(world, ACTION, roles, sources, question)
    for role in roles:
        if among(role, led):
            yield from edges_to(world, EdgeKind.ASSUMES, role, (Ask(ACTION, role),), sources, question)
        yield from _federated(world, role, sources, question)


def by_strangers(world: World, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield the edges from whoever is no actor of the world."""
    for role in question.targets(world.roles, targets, arns.is_role):
        yield from strangers_to(world, EdgeKind.ASSUMES, role, Ask(ACTION, role), question)
        yield from _federated(world, role, None, question)


def _federated(world: World, role: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    federated = _providers(world, role)
    for action in (WITH_WEB_IDENTITY, WITH_SAML) if federated else ():
        for node in outsiders(world, federated):
            is_saml = ":saml-provider/" in node
            if not among(node, sources) or is_saml != (action == WITH_SAML):
                continue
            edge = Edge(node, role, EdgeKind.ASSUMES, (foresee(world, node, action, role, question.given),))
            if question.wants(edge, True):
                yield edge


def _providers(world: World, role: str) -> tuple[Principal, ...]:
    """The providers that a role's trust names; for another action it is evidence of intent all the same."""
    return world.memo.once("providers in the trust", role, lambda: tuple(_federated_in(world, role)))


def _federated_in(world: World, role: str) -> Iterator[Principal]:
    policies, _ = world.resource_policies(role, arns.account_of(role))
    for statement in (one for attached in policies for one in attached.policy.statements):
        yield from (item for item in statement.principals or () if item.kind == "Federated")
