"""Whom changes let in, or shut out, beyond the principals that were read: everybody, an organization, other accounts.

What everybody may do is decided, as of any principal. Of an account that was not collected, and of an organization's
members at large, only one side is known: they are let in here, and their own account has to allow it, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models import arns
from models.answer import ExposureAnswer, WhatIfAnswer
from models.context import NOTHING_GIVEN, Given
from models.edge import EdgeKind, Status
from models.policy import Effect, Statement
from models.snapshot import Organization, Value
from simulator.edges import RULES
from simulator.edges.question import Question
from simulator.policy.spellings import conditions_of
from simulator.world.nodes import outsiders, shown
from simulator.world.world import World

Row = tuple[str, str, str]
EVERYBODY = "anyone"
#: How others come in.
_KINDS = (EdgeKind.ASSUMES, EdgeKind.INVOKES, EdgeKind.INVOKES_URL, EdgeKind.FEEDS)
_ORG_ID, _ORG_PATHS = "aws:principalorgid", "aws:principalorgpaths"
#: An account that nobody has: any member of an organization.
_NOBODYS = "000000000000"


@dataclass(frozen=True, slots=True)
class _Strangers:
    """Accounts and organizations that policies name; the latter by what aws:PrincipalOrgID has to be."""

    accounts: frozenset[str]
    organizations: frozenset[str]

    def and_also(self, other: _Strangers) -> _Strangers:
        return _Strangers(self.accounts | other.accounts, self.organizations | other.organizations)


def exposures(before: World, after: World, answer: WhatIfAnswer) -> tuple[ExposureAnswer, ...]:
    """Return what is exposed after and wasn't before, and the reverse; sorted by whom, and what.

    Args:
        answer: what opens and closes, for all: what everybody gains is told of everybody there.
    """
    found = [
        ExposureAnswer(to=row.source, target=row.target, kind=row.kind, before=row.before, after=row.after, via=row.via)
        for row in (*answer.opens, *answer.closes)
        if row.source == EVERYBODY
    ]
    touched = _touched(before, after)
    strangers = _strangers(before, touched).and_also(_strangers(after, touched))
    was, now = _let_in(before, strangers, touched), _let_in(after, strangers, touched)
    for key in was.keys() ^ now.keys():
        old, new = (let_in.get(key, Status.MISSING).value for let_in in (was, now))
        row = {"to": key[0], "target": key[1], "kind": key[2], "before": old, "after": new}
        found.append(ExposureAnswer.model_validate(row))
    return tuple(sorted(found, key=lambda row: (row.to != EVERYBODY, row.to, row.target, row.kind)))


def _touched(before: World, after: World) -> frozenset[str]:
    """What has a policy of its own that isn't the same, or may stand under another RCP."""
    every: list[tuple[Mapping[str, Value], Mapping[str, Value]]] = [
        (before.roles, after.roles),
        (before.functions, after.functions),
        (before.resources, after.resources),
    ]
    moved = _binding_strangers(before.snapshot.organization) != _binding_strangers(after.snapshot.organization)
    return frozenset(
        arn
        for old, new in every
        for arn in old.keys() | new.keys()
        if moved or old.get(arn) is not new.get(arn)  # What didn't change is shared.
    )


def _binding_strangers(found: Organization | None) -> object:
    """What of an organization binds whoever comes from outside: RCPs, and where accounts are. SCPs bind its members."""
    if found is None:
        return None
    rcps = {name: policy for name, policy in found.policies.items() if policy.type == "RESOURCE_CONTROL_POLICY"}
    targets = {target: [name for name in there if name in rcps] for target, there in found.targets.items()}
    return found.id, found.management_account, found.parents, rcps, targets


def _bearers(world: World, touched: frozenset[str]) -> Iterator[str]:
    """The nodes that have a policy of their own: a function's versions and aliases too."""
    for arn in sorted(touched):
        if arn in world.functions:
            function = world.functions[arn]
            yield from (arn, *(f"{arn}:{name}" for name in (*function.versions, *function.aliases)))
        elif arn in world.roles or arn in world.resources:
            yield arn


def _strangers(world: World, touched: frozenset[str]) -> _Strangers:
    accounts: set[str] = set()
    organizations: set[str] = set()
    for node in _bearers(world, touched):
        account = world.account_of(node)
        policies, _ = world.resource_policies(node, account if isinstance(account, str) else None)
        for statement in (one for attached in policies for one in attached.policy.statements):
            if statement.effect is Effect.ALLOW:
                accounts |= {one for one in outsiders(world, statement.principals or ()) if one.startswith("account:")}
                organizations.update(_organizations(statement))
    return _Strangers(frozenset(accounts), frozenset(organizations))


def _organizations(statement: Statement) -> Iterator[str]:
    """The organizations whose members a statement lets in: ids, or paths within one."""
    if any(one.value == "*" for one in statement.principals or ()):
        for condition in conditions_of(statement):
            if condition.key.lower() in (_ORG_ID, _ORG_PATHS) and "Not" not in condition.operator:
                yield from (value for value in condition.values if value.startswith("o-"))


def _let_in(world: World, strangers: _Strangers, touched: frozenset[str]) -> Mapping[Row, Status]:
    nodes = frozenset(_bearers(world, touched))
    found = dict(_edges(world, strangers.accounts, nodes))
    for organization in sorted(strangers.organizations):
        path = organization.replace("*", "")
        inside = Given.of({_ORG_ID: path.partition("/")[0], _ORG_PATHS: path})
        outside = Given.of({}, (_ORG_ID, _ORG_PATHS))
        member = frozenset((f"arn:{_partition(world)}:iam::{_NOBODYS}:user/member",))
        others = dict(_edges(world, member, nodes, outside))
        for row, status in _edges(world, member, nodes, inside):
            # Who lets everybody in lets its members in, which is said of everybody.
            if row not in others:
                found[f"organization:{organization}", row[1], row[2]] = status
    return found


def _edges(
    world: World, sources: frozenset[str], nodes: frozenset[str], given: Given = NOTHING_GIVEN
) -> Iterator[tuple[Row, Status]]:
    """What strangers come to, for all that is known: their own account may allow it, or not."""
    for kind in _KINDS if sources and nodes else ():
        # Sources of events and URLs are nodes of other names than what has their policy: a rule's is its bus's.
        targets = None if kind in (EdgeKind.FEEDS, EdgeKind.INVOKES_URL) else nodes
        for edge in RULES[kind](world, sources, targets, Question(given=given, missing=False)):
            yield (edge.source, shown(edge.target), kind.value), edge.status


def _partition(world: World) -> str:
    return next((arns.partition_of(arn) for arn in (*world.roles, *world.functions)), "aws")
