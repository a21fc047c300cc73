"""principal -> role: sts:AssumeRole and, for federated identities, with a web identity or a SAML assertion.

Source: IAM User Guide, "Methods to assume a role", "Granting a user permissions to switch roles".
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.edge import Edge, EdgeKind
from simulator.edges.grantable import Ask, edges_to
from simulator.edges.question import Nodes, Question, among
from simulator.world.nodes import foresee, outsiders
from simulator.world.world import World

ACTION = "sts:AssumeRole"
WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
WITH_SAML = "sts:AssumeRoleWithSAML"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for whoever may assume a role, or for whom there is half of a grant."""
    for role in question.targets(world.roles, targets, arns.is_role):
        yield from edges_to(world, EdgeKind.ASSUMES, role, (Ask(ACTION, role),), sources, question)
        yield from _federated(world, role, sources, question)


def _federated(world: World, role: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    policies, _ = world.resource_policies(role, arns.account_of(role))
    # A trust that names a provider for another action is evidence of intent all the same.
    named = (
        item for attached in policies for statement in attached.policy.statements for item in statement.principals or ()
    )
    federated = [item for item in named if item.kind == "Federated"]
    for action in (WITH_WEB_IDENTITY, WITH_SAML):
        for node in outsiders(world, federated):
            is_saml = ":saml-provider/" in node
            if not among(node, sources) or is_saml != (action == WITH_SAML):
                continue
            edge = Edge(node, role, EdgeKind.ASSUMES, (foresee(world, node, action, role, question.given),))
            if question.wants(edge, True):
                yield edge
