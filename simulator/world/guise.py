"""What a principal comes to be by changing its own policies: itself, with more permissions or fewer limits.

A guise is a node of its own, `PRINCIPAL#as MARKS` (see `simulator.world.nodes`): what it may do differs from what the
principal may do today. Answers show both as the principal. What still binds it (a boundary that it can't lift, SCPs,
RCPs, explicit denies, the other account's side) is asked as of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from models.policy import Policy, PolicyKind
from simulator.policy.parse import parse_policy

SIGN = "#as "
_AND = " & "

#: How answers name the policy that a principal gives itself.
GIVEN = "(a policy that it may give itself)"


@dataclass(frozen=True, slots=True, order=True)
class Guise:
    """`everything`: it has every permission that nothing denies or limits; `unbound`: no permissions boundary.

    `groups` are those that it has joined; `versions` managed policies with the version that was made their default.
    """

    everything: bool = False
    unbound: bool = False
    groups: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        marks = ["everything"] * self.everything + ["unbound"] * self.unbound
        marks += [f"in {group}" for group in self.groups]
        marks += [f"at {version} {policy}" for policy, version in self.versions]
        return _AND.join(marks)

    def and_also(self, other: Guise) -> Guise:
        """Both changes made. With every permission, what groups and older versions would add is nothing."""
        everything = self.everything or other.everything
        policies = {} if everything else dict(self.versions) | dict(other.versions)
        groups = () if everything else tuple(sorted({*self.groups, *other.groups}))
        return Guise(everything, self.unbound or other.unbound, groups, tuple(sorted(policies.items())))


@lru_cache(maxsize=65536)
def read(marks: str) -> Guise:
    """The guise that a node's name spells."""
    found = Guise()
    for mark in marks.split(_AND):
        word, _, rest = mark.partition(" ")
        if word == "in":
            found = found.and_also(Guise(groups=(rest,)))
        elif word == "at":
            version, _, policy = rest.partition(" ")
            found = found.and_also(Guise(versions=((policy, version),)))
        else:
            found = found.and_also(Guise(everything=word == "everything", unbound=word == "unbound"))
    return found


@lru_cache(maxsize=1)
def everything() -> Policy:
    """An identity-based policy that allows every action on everything."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY, strict=True)
