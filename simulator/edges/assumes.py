"""principal -> role: sts:AssumeRole and, for federated identities, with a web identity or a SAML assertion.

Source: IAM User Guide, "Methods to assume a role", "Granting a user permissions to switch roles".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models import arns
from models.edge import Edge, EdgeKind
from models.policy import Principal
from simulator.edges.evidence import acting_as, meant, names_principal, naming
from simulator.edges.question import EVERYTHING, Nodes, Question, among
from simulator.policy.principals import account_named
from simulator.world.nodes import ask, named_principals, outsiders, shown, unlisted
from simulator.world.world import World

ACTION = "sts:AssumeRole"
WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
WITH_SAML = "sts:AssumeRoleWithSAML"


def edges(
    world: World, sources: Nodes = None, targets: Nodes = None, question: Question = EVERYTHING
) -> Iterator[Edge]:
    """Yield an edge for whoever may assume a role, or for whom there is half of a grant."""
    for role in question.with_asked(world.roles, arns.is_role):
        if among(role, targets):
            yield from _by_name(world, role, sources, question)
            yield from _federated(world, role, sources, question)


def _by_name(world: World, role: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    policies, unread = world.resource_policies(role, arns.account_of(role))
    named = named_principals(policies, ACTION, None)
    others = [node for node in outsiders(world, named) if node == "anyone" or node.startswith("account:")]
    index = naming(world, ACTION)
    holders = index.holders(role)
    candidates = dict.fromkeys(world.actors) if unread else _meant(world, role, named, question)
    # A trust of a whole account gives nothing by itself: only who allows itself the step as well may go.
    candidates.update((node, None) for holder in sorted(index.allowers(role)) for node in acting_as(world, holder))
    candidates.update(dict.fromkeys(others))
    candidates.update((node, None) for holder in sorted(holders) for node in acting_as(world, holder))
    if question.asked and question.asked[1] == role:
        candidates.update(dict.fromkeys(acting_as(world, question.asked[0])))
    for node in candidates if sources is None else _among(world, candidates, sources):
        if shown(node) == role or node.startswith("service:"):
            continue
        edge = Edge(node, role, EdgeKind.ASSUMES, (ask(world, node, ACTION, role, question.given, named),))
        by_name = shown(node) in holders or names_principal(policies, node, ACTION, role)
        if question.wants(edge, by_name):
            yield edge


def _meant(world: World, role: str, named: Iterable[Principal], question: Question) -> dict[str, None]:
    """Whom a trust means one by one; of an account, all only where it is another and what is missing counts."""
    home = arns.account_of(role)
    wanted = [
        item
        for item in named
        if item.kind != "AWS"
        or (account := account_named(item.value)) is None
        or (question.missing and account != home)
    ]
    return meant(world, wanted)


def _among(world: World, candidates: Iterable[str], sources: frozenset[str]) -> list[str]:
    """The candidates that are wanted, and principals that only the question names."""
    return sorted(sources.intersection(candidates) | unlisted(world, sources))


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
            edge = Edge(node, role, EdgeKind.ASSUMES, (ask(world, node, action, role, question.given),))
            if question.wants(edge, True):
                yield edge
