"""SCPs, RCPs and where accounts are, in all three forms.

Sources: AWS CLI Command Reference (organizations); CloudFormation Template Reference (AWS::Organizations::…); the AWS
provider's documentation (aws_organizations_…).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.snapshot import Organization, OrganizationPolicy, Snapshot
from simulator.repair.forms.said import Block, Command, Edit, Json, Step, Verbatim

_POLICY, _BLOCK = "AWS::Organizations::Policy", "aws_organizations_policy"
_ATTACHMENT = f"{_BLOCK}_attachment"


def changed(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    """What only the management account, or who it delegates it to, can do."""
    old, new = before.organization, after.organization
    if old is None or new is None or old is new:
        return
    for id_, policy in new.policies.items():
        if id_ not in old.policies:
            yield _creation(after, new, policy)
        elif old.policies[id_].document != policy.document:
            yield _content(after, new, policy)
    for target in sorted({*old.targets, *new.targets}):
        yield from _attachments(old, new, target)
    for account, parent in new.parents.items():
        if old.parents.get(account) != parent:
            yield _move(new, account, old.parents.get(account), parent)


def _step(found: Organization, name: str, *commands: Command, **said: Any) -> Step:
    return Step(name, found.management_account, None, commands, **said)


def _creation(after: Snapshot, found: Organization, policy: OrganizationPolicy) -> Step:
    content, targets = Json(after.documents[policy.document]), _targets(found, policy.id)
    options = {
        "name": policy.name,
        "type": policy.type,
        "description": "Made by permgraph",
        "content": content,
    }
    properties = {"Name": policy.name, "Type": policy.type, "Content": content, "TargetIds": list(targets)}
    by_name = f"--filter {policy.type} --query 'Policies[?Name==`{policy.name}`].Id' --output text"
    id_ = Verbatim(f'"$(aws organizations list-policies {by_name})"')
    reference = Verbatim(f"{_BLOCK}.{policy.name}.id")
    return _step(
        found,
        policy.name,
        Command("organizations", "create-policy", options),
        *(Command("organizations", "attach-policy", {"policy-id": id_, "target-id": item}) for item in targets),
        cloudformation=(Block(_POLICY, properties),),
        terraform=(
            Block(_BLOCK, {"name": policy.name, "type": policy.type, "content": content}),
            *(Block(_ATTACHMENT, {"policy_id": reference, "target_id": item}) for item in targets),
        ),
    )


def _content(after: Snapshot, found: Organization, policy: OrganizationPolicy) -> Step:
    content = Json(after.documents[policy.document])
    return _step(
        found,
        policy.name,
        Command("organizations", "update-policy", {"policy-id": policy.id, "content": content}),
        cloudformation=(Edit(_POLICY, policy.name, {"Content": content}),),
        terraform=(Edit(_BLOCK, policy.name, {"content": content}),),
    )


def _targets(found: Organization, policy: str) -> tuple[str, ...]:
    return tuple(sorted(target for target, ids in found.targets.items() if policy in ids))


def _attachments(old: Organization, new: Organization, target: str) -> Iterator[Step]:
    had, has = old.targets.get(target, ()), new.targets.get(target, ())
    for id_ in (*(item for item in has if item not in had), *(item for item in had if item not in has)):
        if id_ not in old.policies:
            # It is attached where it is made.
            continue
        policy, is_new = new.policies[id_], id_ in has
        options = {"policy-id": id_, "target-id": target}
        edit = Edit(_POLICY, policy.name, {"TargetIds": list(_targets(new, id_))})
        yield _step(
            new,
            policy.name,
            Command("organizations", "attach-policy" if is_new else "detach-policy", options),
            cloudformation=(edit,),
            terraform=(
                Block(_ATTACHMENT, {"policy_id": id_, "target_id": target})
                if is_new
                else Edit(_ATTACHMENT, f"{policy.name} of {target}", None),
            ),
        )


def _move(found: Organization, account: str, source: str | None, parent: str) -> Step:
    options = {"account-id": account, "source-parent-id": source, "destination-parent-id": parent}
    return _step(
        found,
        account,
        Command("organizations", "move-account", options),
        cloudformation=(Edit("AWS::Organizations::Account", account, {"ParentIds": [parent]}),),
        terraform=(Edit("aws_organizations_account", account, {"parent_id": parent}),),
    )
