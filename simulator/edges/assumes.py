"""principal -> role: sts:AssumeRole and, for federated identities, with a web identity or a SAML assertion.

Source: IAM User Guide, "Methods to assume a role", "Granting a user permissions to switch roles".
"""

from __future__ import annotations

from collections.abc import Iterator

from models.edge import Edge, EdgeKind
from models.policy import Principal
from simulator.edges.evidence import names_principal, names_resource
from simulator.edges.question import EVERYTHING, Nodes, Question, among
from simulator.policy.principals import account_named
from simulator.world import arns
from simulator.world.nodes import actors, ask, named_principals, outsiders, shown
from simulator.world.world import World

ACTION = "sts:AssumeRole"
WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
WITH_SAML = "sts:AssumeRoleWithSAML"


def edges(
    world: World, sources: Nodes = None, targets: Nodes = None, question: Question = EVERYTHING
) -> Iterator[Edge]:
    """Yield an edge for whoever may assume a role, or for whom there is half of a grant."""
    for role in world.roles:
        if among(role, targets):
            yield from _by_name(world, role, sources, question)
            yield from _federated(world, role, sources, question)


def _by_name(world: World, role: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    policies, _ = world.resource_policies(role, arns.account_of(role))
    named = named_principals(policies, ACTION, None)
    others = [node for node in outsiders(world, named) if node == "anyone" or node.startswith("account:")]
    trusted = _Trusted(named)
    nodes = (*actors(world), *others) if sources is None else sorted(sources)
    for node in nodes:
        if shown(node) == role or not _may_ask(world, node, others):
            continue
        by_name = names_resource(world, node, ACTION, role)
        asked = question.asked == (shown(node), role)
        if not (by_name or asked or node in others or trusted.may_mean(shown(node))):
            continue
        edge = Edge(node, role, EdgeKind.ASSUMES, (ask(world, node, ACTION, role, question.given, named),))
        if question.wants(edge, by_name or names_principal(policies, node, ACTION, role)):
            yield edge


def _may_ask(world: World, node: str, others: list[str]) -> bool:
    kind = arns.kind_of(shown(node))
    return node in others or kind in ("user", "role", "session")


class _Trusted:
    """The principals of a trust policy, for telling at once whom they can't mean."""

    def __init__(self, named: tuple[Principal, ...]) -> None:
        values = [item.value for item in named if item.kind in ("AWS", "*")]
        self.anybody = "*" in values
        self.accounts = {account for value in values if (account := account_named(value))}
        self.arns = {value for value in values if value.startswith("arn:")}
        self.sessions = {_role_of(value) for value in self.arns if ":assumed-role/" in value}

    def may_mean(self, node: str) -> bool:
        account = arns.account_of(node)
        if self.anybody or node in self.arns or account in self.accounts:
            return True
        role = (account, node.rsplit("/", 1)[-1]) if arns.is_role(node) else _role_of(node)
        return role in self.sessions or any(
            _role_of(node) == (arns.account_of(arn), arn.rsplit("/", 1)[-1]) for arn in self.arns if arns.is_role(arn)
        )


def _role_of(session: str) -> tuple[str | None, str] | None:
    """Account and role name of a session's ARN."""
    found = arns.parts(session)
    if found is None or not found[5].startswith("assumed-role/"):
        return None
    return found[4], found[5].split("/")[1]


def _federated(world: World, role: str, sources: Nodes, question: Question) -> Iterator[Edge]:
    policies, _ = world.resource_policies(role, arns.account_of(role))
    for action in (WITH_WEB_IDENTITY, WITH_SAML):
        named = [item for item in named_principals(policies, action, None) if item.kind == "Federated"]
        for node in outsiders(world, named):
            is_saml = ":saml-provider/" in node
            if not among(node, sources) or is_saml != (action == WITH_SAML):
                continue
            edge = Edge(node, role, EdgeKind.ASSUMES, (ask(world, node, action, role, question.given),))
            if question.wants(edge, True):
                yield edge
