"""A managed policy that is edited: IAM never changes a version, it makes a new one and that the default.

What several changes make of a policy one after the other is saved once, as one new version. A policy has five at most:
where it has, the oldest that isn't the default goes first, as CloudFormation and Terraform have it.

Sources: IAM User Guide, "Versioning IAM policies", "IAM and AWS STS quotas"; IAM API Reference, CreatePolicyVersion.
"""

from __future__ import annotations

import re

from models.snapshot import ManagedPolicy, Snapshot
from simulator.changes import quotas, store


def saved(first: Snapshot, was: Snapshot, now: Snapshot) -> Snapshot:
    """The snapshot with each policy that one more change has edited in another version than `first` had."""
    if now.policies is was.policies:
        return now
    original, before = ({policy.arn: policy for policy in one.policies} for one in (first, was))
    for policy in now.policies:
        old = before.get(policy.arn)
        if old is not None and old.version == policy.version and old.document != policy.document:
            there = original.get(policy.arn, old)
            now = store.put(now, policy, policy if old.version not in _every(there) else _next(old, policy))
    return now


def settled(first: Snapshot, now: Snapshot) -> Snapshot:
    """The snapshot without versions that nothing was left of: the default is what it was, or another that was there."""
    if now.policies is first.policies:
        return now
    original = {policy.arn: policy for policy in first.policies}
    for policy in now.policies:
        old = original.get(policy.arn)
        if old is not None and policy is not old:
            now = store.put(now, policy, _settled(old, policy))
    return now


def _settled(old: ManagedPolicy, new: ManagedPolicy) -> ManagedPolicy:
    there = _every(old)
    if new.version not in there and new.document == old.document:
        return old
    kept = there if new.version in there else new.versions
    versions = {name: there[name] for name in sorted(kept, key=_number) if name in there and name != new.version}
    return new.model_copy(update={"versions": versions})


def _every(policy: ManagedPolicy) -> dict[str, str]:
    """All versions that were read, with their documents."""
    return {**policy.versions, policy.version: policy.document}


def _next(old: ManagedPolicy, new: ManagedPolicy) -> ManagedPolicy:
    """The policy with what it says now as its next version. Numbers are never used again."""
    every = _every(old)
    if len(every) >= quotas.VERSIONS:
        del every[min(old.versions, key=_number)]
    number = max(map(_number, _every(old))) + 1
    return new.model_copy(
        update={"version": f"v{number}", "versions": {name: every[name] for name in sorted(every, key=_number)}}
    )


def _number(version: str) -> int:
    found = re.match(r"v(\d+)", version)
    return int(found[1]) if found else 0
