"""Evidence of intent: one half of a grant that names the other side.

`arn:aws:iam::*:role/Deployer` is evidence, `arn:aws:iam::*:role/*` is none, nor is `*` or a trust of one's own whole
account (docs/engine.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from models import arns
from models.policy import Principal
from models.request import Attached
from simulator.policy.principals import account_named
from simulator.world.nodes import allowing, pattern_covers, shown
from simulator.world.world import World


@dataclass(slots=True)
class Naming:
    """Who allows itself an action on which resources by name: worked out once for all principals."""

    exact: dict[str, set[str]] = field(default_factory=dict)
    wild: list[tuple[str, str]] = field(default_factory=list)
    broad: dict[str, set[str]] = field(default_factory=dict)
    """Every other pattern, such as `*`, -> its holders: no evidence, and an allow all the same."""
    anywhere: set[str] = field(default_factory=set)
    """Whose statements say where not, or whose policies were not all read."""
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def allowers(self, resource: str) -> set[str]:
        """The users and roles whose identity-based policies may allow the action on the resource."""
        found = self.anywhere | self.holders(resource)
        for pattern, holders in self.broad.items():
            if pattern_covers(pattern, resource):
                found |= holders
        return found

    def holders(self, resource: str) -> frozenset[str]:
        """The users and roles whose identity-based policies name the resource."""
        if resource not in self._known:
            found = set(self.exact.get(resource, ()))
            found.update(holder for pattern, holder in self.wild if pattern_covers(pattern, resource))
            self._known[resource] = frozenset(found)
        return self._known[resource]


def naming(world: World, action: str) -> Naming:
    """The index of `action`, made on first use and kept with the world."""
    known = world.memo.get(("naming", action))
    if isinstance(known, Naming):
        return known
    found = Naming()
    for holder in (*world.users, *world.roles):
        policies, unread = world.identity_of(holder)
        if unread:
            found.anywhere.add(holder)
        for statement in allowing(policies, action, None):
            if statement.resources is None:
                found.anywhere.add(holder)
            for pattern in statement.resources or ():
                if not written_out(pattern):
                    found.broad.setdefault(pattern, set()).add(holder)
                elif any(sign in pattern for sign in "*?$"):
                    found.wild.append((pattern, holder))
                else:
                    found.exact.setdefault(pattern, set()).add(holder)
    world.memo[("naming", action)] = found
    return found


def acting_as(world: World, holder: str) -> tuple[str, ...]:
    """A user, or a role with the functions that run in it."""
    if arns.is_role(holder):
        return world.actors_by_name.get((arns.account_of(holder) or "", holder.rsplit("/", 1)[-1]), ())
    return (holder,) if holder in world.users else ()


def meant(world: World, named: Iterable[Principal]) -> dict[str, None]:
    """Everybody whom a policy's principals may mean."""
    found: dict[str, None] = {}
    for principal in named:
        if principal.value == "*" and principal.kind in ("AWS", "*"):
            found.update(dict.fromkeys(world.actors))
        elif principal.kind == "AWS" and (account := account_named(principal.value)):
            found.update(dict.fromkeys(world.actors_by_account.get(account, ())))
        elif principal.kind == "AWS" and (key := _role_of(principal.value)):
            found.update(dict.fromkeys(world.actors_by_name.get(key, ())))
        elif principal.kind == "AWS" and arns.kind_of(principal.value) in ("user", "role"):
            found.update(dict.fromkeys(acting_as(world, principal.value)))
    return found


def _role_of(session: str) -> tuple[str, str] | None:
    """Account and role name of a session's ARN."""
    found = arns.parts(session)
    if found is None or not found[5].startswith("assumed-role/"):
        return None
    return found[4], found[5].split("/")[1]


def written_out(pattern: str) -> bool:
    """Whether a Resource pattern has its account, or else its whole name, without a wildcard."""
    found = arns.parts(pattern)
    if found is None:
        return False
    account, name = found[4], found[5]
    if account and "*" not in account and "?" not in account:
        return True
    return "*" not in name and "?" not in name


def names_principal(policies: Iterable[Attached], node: str, action: str, resource: str) -> bool:
    """Whether a resource-based policy allows the action to this principal, or to its account from outside, by name."""
    holder = shown(node)
    account, owner = arns.account_of(holder), arns.account_of(resource)
    for statement in allowing(policies, action, resource):
        for principal in statement.principals or ():
            if principal.value in (holder, holder.partition(":")[2] if holder.startswith("service:") else holder):
                return True
            if account and account != owner and account_named(principal.value) == account:
                return True
    return False
