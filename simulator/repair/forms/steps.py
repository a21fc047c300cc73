"""What differs between two snapshots, step by step, in an order that AWS takes."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from models import arns
from models.decision import FactKind
from models.snapshot import Assumption, Gap, Resource, Role, Snapshot, User
from simulator.changes import deleted
from simulator.repair.forms import function_policies, functions, identities, organization, sources
from simulator.repair.forms.resource_policies import writing
from simulator.repair.forms.said import Step, step


def steps(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    """What is made comes before what names it, what is deleted after what is taken from it."""
    whole, before = before, _left(before, after)
    yield from identities.created(before, after)
    yield from organization.changed(before, after)
    yield from identities.changed(before, after)
    yield from functions.steps(before, after)
    yield from _function_policies(before, after)
    yield from _resources(before, after)
    yield from sources.triggers(before, after)
    yield from sources.mappings(before, after)
    yield from functions.deleted(before, after)
    yield from identities.deleted(whole, after)


def _left(before: Snapshot, after: Snapshot) -> Snapshot:
    """The snapshot without the users and roles that are to go: policies that name them change by themselves."""
    if before.users is after.users and before.roles is after.roles:
        return before
    there = {item.arn for item in (*after.users, *after.roles)}
    everybody: tuple[User | Role, ...] = (*before.users, *before.roles)
    gone = [item for item in everybody if item.arn not in there]
    return functools.reduce(deleted.delete, gone, before)


def _function_policies(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    if before.functions is after.functions:
        return
    there = {item.arn: item for item in before.functions}
    for new in after.functions:
        old = there.get(new.arn)
        if old is new:
            continue
        had = old.policies if old else {}
        for qualifier in sorted({*had, *new.policies}):
            if had.get(qualifier) == new.policies.get(qualifier):
                continue
            arn = f"{new.arn}:{qualifier}" if qualifier else new.arn
            is_known = qualifier in had or not _unread(before, arn, arns.account_of(arn))
            yield from function_policies.steps(
                arn,
                before.documents.get(had.get(qualifier, "")),
                after.documents.get(new.policies.get(qualifier, "")),
                is_known=is_known,
            )


def _resources(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    if before.resources is after.resources:
        return
    there = {item.arn: item for item in before.resources}
    for new in after.resources:
        old = there.get(new.arn)
        if old is not None and old.policy != new.policy:
            yield from _policy(before, after, old, new)


def _policy(before: Snapshot, after: Snapshot, old: Resource, new: Resource) -> Iterator[Step]:
    was, wanted = before.documents.get(old.policy or ""), after.documents.get(new.policy or "")
    parts, row, shown = arns.parts(new.arn), writing(new), arns.short(new.arn)
    if new.arn.split(":")[2] == "lambda" and ":layer:" in new.arn:
        yield from function_policies.layer_steps(new, was, wanted)
        return
    if parts is None or row is None:
        yield _unsaid(new, f"how the policy of {shown} is written is not known here")
        return
    if old.policy is None and _unread(before, new.arn, new.account):
        yield _unsaid(new, f"the policy of {shown} was not read: writing it whole could take away what is in it")
        return
    command = row.command(parts, wanted)
    template, block = row.declared(parts, wanted, is_there=old.policy is not None)
    yield step(
        new.arn,
        *((command,) if command else ()),
        cloudformation=template,
        terraform=block,
        warnings=() if command else (f"{shown} can't be left without a policy",),
        account=new.account,
        region=new.region,
    )


def _unsaid(resource: Resource, why: str) -> Step:
    return step(resource.arn, warnings=(why,), account=resource.account, region=resource.region)


def _unread(snapshot: Snapshot, arn: str, account: str | None) -> bool:
    """Whether a policy that the snapshot doesn't hold may be there all the same."""
    about = {arn, arns.unqualified(arn), account, f"{account}/{arns.service_of(arn)}"}
    facts: tuple[Gap | Assumption, ...] = (*snapshot.gaps, *snapshot.assumptions)
    return any(fact.what is FactKind.RESOURCE_POLICY and fact.about in about for fact in facts)
