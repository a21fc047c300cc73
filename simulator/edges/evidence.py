"""Evidence of intent: one half of a grant that names the other side.

`arn:aws:iam::*:role/Deployer` is evidence, `arn:aws:iam::*:role/*` is none, nor is `*` or a trust of one's own whole
account (docs/engine.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from models import arns
from models.request import Attached
from simulator.policy.principals import account_named
from simulator.world.nodes import allowing, pattern_covers, shown
from simulator.world.world import World


@dataclass(slots=True)
class Naming:
    """Who allows itself an action on which resources by name: worked out once for all principals."""

    exact: dict[str, set[str]] = field(default_factory=dict)
    wild: list[tuple[str, str]] = field(default_factory=list)
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def holders(self, resource: str) -> frozenset[str]:
        """The users and roles whose identity-based policies name the resource."""
        if resource not in self._known:
            found = set(self.exact.get(resource, ()))
            found.update(holder for pattern, holder in self.wild if pattern_covers(pattern, resource))
            self._known[resource] = frozenset(found)
        return self._known[resource]


def naming(world: World, action: str) -> Naming:
    """The index of `action`, made on first use and kept with the world."""
    return world.memo.once("naming", action, lambda: _naming(world, action))


def _naming(world: World, action: str) -> Naming:
    found = Naming()
    for holder in (*world.users, *world.roles):
        policies, _ = world.identity_of(holder)
        for statement in allowing(policies, action, None):
            # A pattern such as `*` names nobody: no evidence.
            for pattern in filter(written_out, statement.resources or ()):
                if any(sign in pattern for sign in "*?$"):
                    found.wild.append((pattern, holder))
                else:
                    found.exact.setdefault(pattern, set()).add(holder)
    return found


def acting_as(world: World, holder: str) -> tuple[str, ...]:
    """A user, or a role with the functions that run in it."""
    if arns.is_role(holder):
        return world.actors_by_name.get((arns.account_of(holder) or "", holder.rsplit("/", 1)[-1]), ())
    return (holder,) if holder in world.users else ()


def written_out(pattern: str) -> bool:
    """Whether a Resource pattern has its account, or else its whole name, without a wildcard."""
    found = arns.parts(pattern)
    if found is None:
        return False
    account, name = found[4], found[5]
    if account and "*" not in account and "?" not in account:
        return True
    return "*" not in name and "?" not in name


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whom half of a grant for an action on a resource names: users, roles, services, and other accounts as a whole."""

    holders: frozenset[str]
    accounts: frozenset[str]

    def means(self, node: str) -> bool:
        holder = shown(node)
        return holder in self.holders or arns.account_of(holder) in self.accounts


NOBODY = Evidence(frozenset(), frozenset())


def evidence(world: World, action: str, resource: str, policies: Iterable[Attached]) -> Evidence:
    """Read the evidence of intent once: a policy of theirs names the resource, or its `policies` name them.

    One's own account as a whole is no evidence.
    """
    return world.memo.once("evidence", (action, resource), lambda: _evidence(world, action, resource, policies))


def _evidence(world: World, action: str, resource: str, policies: Iterable[Attached]) -> Evidence:
    owner = arns.account_of(resource)
    named = [item for found in allowing(policies, action, resource) for item in found.principals or ()]
    by_name = {f"service:{item.value}" if item.kind == "Service" else item.value for item in named}
    accounts = {account_named(item.value) for item in named} - {owner, None}
    holders = naming(world, action).holders(resource) | by_name
    return Evidence(frozenset(holders), frozenset(filter(None, accounts)))
