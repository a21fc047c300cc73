"""Roles that may do already what somebody wants to do: let assume one of them, he needs no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models import arns
from models.edge import Edge, EdgeKind, Status
from simulator.edges import RULES
from simulator.edges.evidence import naming
from simulator.edges.question import Question
from simulator.repair.ways import Asked
from simulator.world.world import World

#: So many roles are looked at, those first whose policies name the target: they can do the least besides.
MOST = 40
#: The kinds of steps by which a role does itself what is asked.
_DOING = (EdgeKind.INVOKES, EdgeKind.INVOKES_URL, EdgeKind.CALLS, EdgeKind.ASSUMES)


def assumable(world: World, source: str, target: str, ends: Iterable[str], action: str, asked: Asked) -> Iterator[Edge]:
    """Yield the steps by which `source` would become a role that may do it: the missing ones, for want of a grant.

    Only roles that people or other accounts may assume; that a role is for a service is no reason to open it.
    """
    named = naming(world, action).holders(target)
    able = sorted(_able(world, target, ends, asked), key=lambda role: (role not in named, role))
    for role in [one for one in able if one != source and _is_for_principals(world, one)][:MOST]:
        question = Question(asked.given, asked.action, asked=(source, role), starts=asked.starts)
        for edge in RULES[EdgeKind.ASSUMES](world, frozenset((source,)), frozenset((role,)), question):
            if edge.status is Status.MISSING and edge.can_be_bought:
                yield edge


def _able(world: World, target: str, ends: Iterable[str], asked: Asked) -> set[str]:
    question = Question(asked.given, asked.action, asked=("", target), missing=False)
    nodes = frozenset(ends)
    found = (edge for kind in _DOING for edge in RULES[kind](world, None, nodes, question))
    return {edge.source for edge in found if edge.status.is_open and edge.source in world.roles}


def _is_for_principals(world: World, role: str) -> bool:
    trust = world.trust_of(role)
    named = (item for statement in (trust.statements if trust else ()) for item in statement.principals or ())
    return any(item.kind == "AWS" and arns.parts(item.value) for item in named)
