"""What can be taken away of what lets somebody in: a statement, a policy from its holder, a user from a group.

What only limits (permissions boundaries, SCPs, RCPs, endpoints) is nothing to take an Allow from: others need it.
Source: IAM User Guide, "Versioning IAM policies", "AWS managed policies and inline policies".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from models import arns
from models.change import Change, DetachPolicy, RemoveFromGroup
from models.decision import Citation, Layer
from models.edge import Edge, Status
from models.policy import Effect
from simulator.changes import documents
from simulator.repair.statements import Written, having, owner, written
from simulator.world.world import World

_LETTING_IN = (Layer.IDENTITY, Layer.RESOURCE, Layer.TRUST)
#: AWS's own: nobody can take anything away from these.
_OF_AWS = (":role/aws-reserved/", ":role/aws-service-role/")


@dataclass(frozen=True, slots=True, order=True)
class Removal:
    """One thing to be taken away; two are the same if they are the same change.

    `place` is where the statement is in its document, None for what is no statement. `breadth` is what of other
    people's it takes along, roughly: other holders of a statement, other statements of a policy.
    """

    kind: Literal["statement", "detach", "leave"]
    holder: str
    """Of a statement of a managed policy the policy: whoever holds it, it is the same one."""
    policy: str
    place: int | None
    account: str | None = field(compare=False)
    breadth: int = field(compare=False)
    cited: tuple[Citation, ...] = field(compare=False)
    found: Written | None = field(compare=False, default=None)


def removals(world: World, now: World, edge: Edge, gone: frozenset[Removal]) -> frozenset[Removal]:
    """What could be taken away of what holds a step up in `now`: `world` without what is `gone`."""
    found: set[Removal] = set()
    for part in edge.requirements:
        if part.status in (Status.ALLOWED, Status.CONDITIONAL):
            for cited in part.decision.because:
                if cited.effect is Effect.ALLOW and cited.layer in _LETTING_IN:
                    found.update(_ways_off(world, now, cited, part.principal, gone))
    return frozenset(found)


def _ways_off(world: World, now: World, cited: Citation, principal: str, gone: frozenset[Removal]) -> Iterator[Removal]:
    holder = cited.holder or ""
    if any(path in holder for path in _OF_AWS):
        return
    found = _as_it_was(world, now, cited, gone)
    is_managed = _is_managed(cited)
    if found is not None and not found.is_by_aws and not (is_managed and found.is_last):
        yield _statement(world, found)
    account = arns.account_of(holder)
    others = documents.statements(found.document) if found else []
    if is_managed and (found is None or found.is_by_aws or not _denies(others)):
        yield Removal("detach", holder, cited.policy, None, account, len(others) - 1 if others else 0, (cited,))
    if arns.kind_of(holder) == "group" and principal in world.users and not _group_denies(world, holder):
        breadth = sum(len(attached.policy.statements) for attached in world.policies_of_group(holder)[0]) - 1
        yield Removal("leave", principal, holder, None, account, breadth, (cited,))


def _as_it_was(world: World, now: World, cited: Citation, gone: frozenset[Removal]) -> Written | None:
    """The cited statement where it is in the unchanged world: without others before it, it may have another number."""
    found = written(now, cited)
    if found is None or now is world:
        return found
    original = written(world, Citation(cited.layer, cited.policy, "#1", cited.effect, cited.holder))
    for place, statement in enumerate(documents.statements(original.document) if original else ()):
        same = original is not None and statement == found.statement
        if same and Removal("statement", _bearer(cited), cited.policy, place, None, 0, ()) not in gone:
            label = Citation(cited.layer, cited.policy, f"#{place + 1}", cited.effect, cited.holder)
            return written(world, label)
    return None


def _bearer(cited: Citation) -> str:
    return cited.policy if _is_managed(cited) else cited.holder or ""


def _is_managed(cited: Citation) -> bool:
    return cited.policy.startswith("arn:") and cited.layer is Layer.IDENTITY


def _statement(world: World, found: Written) -> Removal:
    """The statement itself: of a policy that several hold, or that a group has, others lose it too."""
    cited, holder = found.cited, found.holder
    place = documents.index(found.document, cited.statement)
    label = documents.labels(found.document)[place or 0]
    named = Citation(cited.layer, cited.policy, label, cited.effect, holder)
    sharing = 0
    if arns.kind_of(holder) == "group":
        sharing = sum(holder in user.groups for user in world.users.values()) - 1
    if _is_managed(cited):
        sharing += len(having(world, cited.policy)) - 1
    breadth = max(sharing, 0) + _also_covered(found)
    return Removal("statement", _bearer(cited), cited.policy, place, owner(world, cited), breadth, (named,), found)


def _also_covered(found: Written) -> int:
    """How much more a statement is about, roughly: wildcards cover much, further items a little."""
    listed = []
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        value = found.statement.get(element, [])
        listed += [value] if isinstance(value, str) else list(value)
    return sum(10 if "*" in one else 1 for one in listed if isinstance(one, str))


def _denies(statements: Iterable[object]) -> bool:
    return any(isinstance(one, dict) and one.get("Effect") == "Deny" for one in statements)


def _group_denies(world: World, group: str) -> bool:
    policies, _ = world.policies_of_group(group)
    return any(statement.effect is Effect.DENY for one in policies for statement in one.policy.statements)


#: What stands for the last statement of a trust policy, which a role can't be without: it lets nobody in.
_NOBODY = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


def changes_of(found: Iterable[Removal]) -> tuple[tuple[Removal, Change], ...]:
    """The changes that take all of these away, in an order in which each statement keeps its number until it goes."""
    ordered = sorted(found, key=lambda one: (one.kind, one.holder, one.policy, -(one.place or 0)))
    return tuple((one, _change(one, ordered)) for one in ordered)


def _change(one: Removal, every: Sequence[Removal]) -> Change:
    if one.kind == "detach":
        return DetachPolicy(holder=one.holder, policy=one.policy)
    if one.kind == "leave":
        return RemoveFromGroup(user=one.holder, group=one.policy)
    assert one.found is not None, "a statement was found before it is removed"
    if one.found.cited.layer is Layer.TRUST:
        same = [other for other in every if (other.kind, other.holder) == (one.kind, one.holder)]
        of_trust = [other for other in same if other.found and other.found.cited.layer is Layer.TRUST]
        if len(of_trust) == len(documents.statements(one.found.document)) and one is of_trust[-1]:
            return one.found.replaced(_NOBODY)
    return one.found.removed()
