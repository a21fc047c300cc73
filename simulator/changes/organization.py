"""Changes of an organization: its SCPs and RCPs, level by level, and where its accounts are.

Sources: Organizations API Reference (AttachPolicy, DetachPolicy, MoveAccount); Organizations User Guide, "Quotas and
service limits for AWS Organizations".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from models.change import AttachRcp, AttachScp, DetachRcp, DetachScp, MoveAccount
from models.errors import ChangeError
from models.policy import PolicyKind
from models.snapshot import Organization, OrganizationPolicy, Snapshot
from simulator.changes import documents, quotas, store
from simulator.changes.documents import Json
from simulator.facts.managed import FULL_AWS_ACCESS_ID, RCP_FULL_AWS_ACCESS_ID
from simulator.policy import limits

Side = Literal["scp", "rcp"]

TYPES: Mapping[str, Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]] = {
    "scp": "SERVICE_CONTROL_POLICY",
    "rcp": "RESOURCE_CONTROL_POLICY",
}
_KINDS: Mapping[str, PolicyKind] = {"scp": PolicyKind.SCP, "rcp": PolicyKind.RCP}


def organization(snapshot: Snapshot) -> Organization:
    """
    Raises:
        ChangeError: if the snapshot has no organization.
    """
    if snapshot.organization is None:
        raise ChangeError("there is no organization in the snapshot")
    return snapshot.organization


def places(found: Organization, accounts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The root, OUs and accounts by their ids, and by their names in lower case, which several may have.

    Args:
        accounts: what accounts are called, by their numbers.
    """
    ids = sorted({*found.parents, *found.parents.values()})
    known: dict[str, tuple[str, ...]] = {}
    for place, shown in (*found.names.items(), *accounts.items()):
        known[shown.lower()] = (*known.get(shown.lower(), ()), place)
    return known | {one: (one,) for one in ids}


def places_meant(known: Mapping[str, tuple[str, ...]], name: str, field: str) -> tuple[str, ...]:
    """The places that a name may mean in a field of a change: an account is moved, and under no other account."""
    found = known.get(name) or known.get(name.lower(), ())
    fitting = tuple(one for one in found if one.isdigit() is (field == "account"))
    return fitting or found if field in ("account", "parent") else found


def attach(snapshot: Snapshot, change: AttachScp | AttachRcp) -> Snapshot:
    side: Side = "scp" if change.change == "attach_scp" else "rcp"
    found = organization(snapshot)
    _check_target(found, change.target)
    policy = _policy(found, change.policy, side)
    there = found.targets.get(change.target, ())
    if policy.id in there:
        raise ChangeError(f"`{policy.name}` is attached to `{change.target}` already")
    most, has = quotas.ON_A_LEVEL[side], len(_of_type(found, change.target, side))
    if has >= most:
        raise ChangeError(f"`{change.target}` has {has} {side.upper()}s, and can't have more than {most}")
    return _put(snapshot, found, targets={**found.targets, change.target: (*there, policy.id)})


def detach(snapshot: Snapshot, change: DetachScp | DetachRcp) -> Snapshot:
    side: Side = "scp" if change.change == "detach_scp" else "rcp"
    found = organization(snapshot)
    _check_target(found, change.target)
    policy = _policy(found, change.policy, side)
    there = _of_type(found, change.target, side)
    if policy.id not in there:
        names = ", ".join(found.policies[item].name for item in there) or "none"
        raise ChangeError(f"`{policy.name}` is not attached to `{change.target}`, which has {names}")
    if policy.id == RCP_FULL_AWS_ACCESS_ID:
        raise ChangeError("RCPFullAWSAccess can't be detached")
    if side == "scp" and len(there) == 1:
        raise ChangeError(f"`{policy.name}` is the last SCP on `{change.target}`: a level has at least one")
    left = tuple(item for item in found.targets.get(change.target, ()) if item != policy.id)
    return _put(snapshot, found, targets={**found.targets, change.target: left})


def move_account(snapshot: Snapshot, change: MoveAccount) -> Snapshot:
    found = organization(snapshot)
    if change.account not in found.parents or not change.account.isdigit():
        raise ChangeError(f"account `{change.account}` is not in the organization")
    _check_target(found, change.parent)
    if change.parent.isdigit():
        raise ChangeError(f"`{change.parent}` is an account: accounts are under the root or an OU")
    if found.parents[change.account] == change.parent:
        raise ChangeError(f"account `{change.account}` is under `{change.parent}` already")
    return _put(snapshot, found, parents={**found.parents, change.account: change.parent})


def edit(
    snapshot: Snapshot,
    side: Side,
    target: str,
    policy: str | None,
    sid: str | None,
    change: Callable[[Any], Json | None],
) -> Snapshot:
    """Change an SCP or RCP that is attached to a root, OU or account; with neither name nor statement a new one."""
    found = organization(snapshot)
    _check_target(found, target)
    attached = {item: found.policies[item] for item in _of_type(found, target, side)}
    if policy is None and sid is None:
        return _add(snapshot, found, side, target, change)
    having = [
        item
        for item in attached.values()
        if policy in (None, item.id, item.name)
        and (sid is None or documents.index(snapshot.documents.get(item.document), sid) is not None)
    ]
    if len(having) != 1:
        names = ", ".join(item.name for item in attached.values())
        problem = "is in several of the policies" if having else "is in none of the policies"
        raise ChangeError(f"`{sid or policy}` {problem} on `{target}`: {names}")
    return _replace(snapshot, found, having[0], side, change)


def _add(
    snapshot: Snapshot, found: Organization, side: Side, target: str, change: Callable[[Any], Json | None]
) -> Snapshot:
    document = change(None)
    if document is None:
        raise ChangeError("a policy has at least one statement")
    name = next(name for number in range(1, 10_000) if (name := f"permgraph-{number}") not in found.policies)
    snapshot, stored = _checked(snapshot, document, side, name)
    policy = OrganizationPolicy(id=name, name=name, type=TYPES[side], document=stored)
    snapshot = _put(snapshot, found, policies={**found.policies, name: policy})
    kind = AttachScp if side == "scp" else AttachRcp
    return attach(snapshot, kind(policy=name, target=target))


def _replace(
    snapshot: Snapshot,
    found: Organization,
    policy: OrganizationPolicy,
    side: Side,
    change: Callable[[Any], Json | None],
) -> Snapshot:
    if policy.id in (FULL_AWS_ACCESS_ID, RCP_FULL_AWS_ACCESS_ID):
        raise ChangeError(f"`{policy.name}` is managed by AWS, and can't be changed")
    document = change(snapshot.documents.get(policy.document))
    if document is None:
        raise ChangeError(f"the last statement of `{policy.name}` can't be removed: detach the policy instead")
    snapshot, stored = _checked(snapshot, document, side, policy.name)
    changed = policy.model_copy(update={"document": stored})
    return _put(snapshot, found, policies={**found.policies, policy.id: changed})


def _checked(snapshot: Snapshot, document: Json, side: Side, name: str) -> tuple[Snapshot, str]:
    documents.check(document, _KINDS[side])
    documents.check_size(document, limits.LIMITS[_KINDS[side]], name)
    return store.stored(snapshot, document)


def _policy(found: Organization, name: str, side: Side) -> OrganizationPolicy:
    for policy in found.policies.values():
        if name in (policy.id, policy.name) and policy.type == TYPES[side]:
            return policy
    names = [policy.name for policy in found.policies.values() if policy.type == TYPES[side]]
    raise ChangeError(f"no {side.upper()} `{name}`{store.nearest(name, names)}")


def _of_type(found: Organization, target: str, side: Side) -> tuple[str, ...]:
    return tuple(item for item in found.targets.get(target, ()) if found.policies[item].type == TYPES[side])


def _check_target(found: Organization, target: str) -> None:
    known = {*found.parents, *found.parents.values()}
    if target not in known:
        raise ChangeError(f"no root, OU or account `{target}` in the organization{store.nearest(target, known)}")


def _put(snapshot: Snapshot, found: Organization, **update: Any) -> Snapshot:
    return snapshot.model_copy(update={"organization": found.model_copy(update=update)})
