"""function -> role: the execution role exists, and lets Lambda assume it.

Source: Lambda Developer Guide, "Defining Lambda function permissions with an execution role".
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Part, Requirement
from models.snapshot import Function
from simulator.edges.passed_on import either_way
from simulator.edges.question import Nodes, Question, among, chosen
from simulator.world.caller import Source
from simulator.world.world import World

ACTION = "sts:AssumeRole"
LAMBDA = "service:lambda.amazonaws.com"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield one edge per function, to the session in which its code runs."""
    for arn in chosen(world.functions, sources) if targets is None else _with_roles(world, targets):
        function = world.functions[arn]
        if not function.role or not among(function.arn, sources):
            continue
        node = f"{function.role}#{function.arn}"
        if among(node, targets) or (targets is not None and function.role in targets):
            yield Edge(function.arn, node, EdgeKind.RUNS_AS, (trusts_lambda(world, function, question),))


def _with_roles(world: World, nodes: frozenset[str]) -> list[str]:
    """The functions that run as one of these nodes: a role, or a role's session in a function."""
    found = {node.partition("#")[2] for node in nodes} & world.functions.keys()
    return sorted(found.union(*(world.functions_with_role(node) for node in nodes)))


def trusts_lambda(world: World, function: Function, question: Question, service: str = LAMBDA) -> Part:
    """Whether Lambda (or another service) may assume a function's role; no grant mends a role that doesn't exist."""
    role = function.role or ""
    if role in world.roles:
        source = Source(function.arn, arns.account_of(function.arn))
        return either_way(world, world.caller(service), role, source, question)
    account = arns.account_of(role) or ""
    fact = world.lacking(FactKind.IDENTITY, account, role)
    if account not in world.collected:
        fact = MissingFact(FactKind.IDENTITY, account, f"account {account} was not collected")
    decision = Decision(Outcome.UNKNOWN, gaps=(fact,)) if fact else Decision(Outcome.IMPLICIT_DENY)
    return Requirement(service, ACTION, role, decision, impossible=None if fact else "there is no such role")
