"""Every kind of change: what it does to a snapshot, what takes it back, and what AWS says where it refuses.

Sources: IAM, Organizations and Lambda API References, of the operation that each kind is.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from models import change as kinds
from models.change import KINDS, Change
from models.errors import ChangeError
from models.snapshot import Organization, OrganizationPolicy, Snapshot, VpcConfig
from simulator.changes import apply
from tests.worlds import INVOKE, LAMBDA_TRUST, ONE, TWO, Builder, allow, deny, function, permit, queue, role, user

DEV, OPS, JOB, OTHER = user("dev"), user("ops"), role("job"), role("other")
TEAM = f"arn:aws:iam::{ONE}:group/team"
OWN, NARROW = f"arn:aws:iam::{ONE}:policy/own", f"arn:aws:iam::{ONE}:policy/narrow"
F, Q, TOPIC = function("f"), queue("q"), f"arn:aws:sns:eu-west-1:{ONE}:t"
UNIT, ROOT = "ou-root-workload", "r-root"
TRUST = {"Version": "2012-10-17", "Statement": [LAMBDA_TRUST]}


def snapshot() -> Snapshot:
    """An account with one of everything, in an organization of two."""
    made = Builder(accounts=(ONE, TWO))
    made.group(TEAM, allow("sqs:SendMessage", Q, Sid="send"))
    made.user(DEV, allow(INVOKE, F, Sid="call"), groups=(TEAM,), attached=(OWN,))
    made.user(OPS, boundary=NARROW)
    made.role(JOB, LAMBDA_TRUST)
    made.role(OTHER, LAMBDA_TRUST, session=made.document(allow("s3:*", "*", Sid="all"), allow("sqs:*", "*")))
    made.policy(OWN, allow("s3:*", "*", Sid="s3"))
    made.policy(NARROW, allow("lambda:*", "*", Sid="lambda"), allow("s3:*", "*"))
    versions = {"v0": made.document(allow("*", "*"))}
    found = made.parts["policies"][OWN]
    made.parts["policies"][OWN] = found.model_copy(update={"versions": versions})
    made.function(F, permit({"Service": "sns.amazonaws.com"}, F, Sid="sns"), role=JOB, versions=("1",))
    made.resource(Q, "sqs:queue", ONE, allow("sqs:*", Q, Principal={"AWS": DEV}, Sid="dev"))
    made.resource(TOPIC, "sns:topic", ONE)
    made.trigger("sns.amazonaws.com", TOPIC, F)
    made.mapping(Q, F, uuid="m-1")
    made.organization = _organization(made)
    return made.snapshot()


def _organization(made: Builder) -> Organization:
    full = made.document(allow("*", "*"))
    frozen = made.document(deny(INVOKE, "*", Sid="frozen"), deny("s3:*", "*"))
    region = made.document(deny("sqs:*", "*", Principal="*", Sid="region"), deny("s3:*", "*", Principal="*"))
    policies = {
        "p-full": OrganizationPolicy(id="p-full", name="Full", type="SERVICE_CONTROL_POLICY", document=full),
        "p-frozen": OrganizationPolicy(id="p-frozen", name="Frozen", type="SERVICE_CONTROL_POLICY", document=frozen),
        "p-region": OrganizationPolicy(id="p-region", name="Region", type="RESOURCE_CONTROL_POLICY", document=region),
    }
    targets = dict.fromkeys((ROOT, UNIT, ONE, TWO), ("p-full",)) | {
        TWO: ("p-full", "p-region"),
        UNIT: ("p-full", "p-frozen"),
    }
    parents = {UNIT: ROOT, ONE: ROOT, TWO: UNIT}
    return Organization(
        id="o-1", management_account="999999999999", parents=parents, policies=policies, targets=targets, names={}
    )


def organization_of(found: Snapshot) -> Organization:
    assert found.organization is not None
    return found.organization


BEFORE = snapshot()
STATEMENT: Any = allow("sqs:*", "*", Sid="new")
PERMIT: Any = permit({"Service": "s3.amazonaws.com"}, F, Sid="new")
DENY: Any = deny("s3:*", "*", Sid="new")
RCP: Any = deny("s3:*", "*", Principal="*", Sid="new")
TRUSTED: Any = allow("sts:AssumeRole", Principal={"AWS": DEV}, Sid="new")
OF_Q: Any = allow("sqs:*", Q, Principal="*", Sid="new")


def added(side: Any, holder: str, statement: Any, policy: str | None = None) -> tuple[Change, Change]:
    """A statement added, and taken back."""
    return (
        kinds.AddStatement(side=side, holder=holder, statement=statement, policy=policy),
        kinds.RemoveStatement(side=side, holder=holder, sid="new", policy=policy),
    )


#: A change and the one that takes it back.
PAIRS: dict[str, tuple[Change, Change]] = {
    "a statement in a new inline policy": added("identity", DEV, STATEMENT),
    "a statement in an inline policy": added("identity", DEV, STATEMENT, "inline"),
    "a statement in a managed policy": added("identity", DEV, STATEMENT, OWN),
    "a statement of a group": added("identity", TEAM, STATEMENT),
    "a statement in a trust policy": added("trust", JOB, TRUSTED),
    "a statement in a function's policy": added("resource", F, PERMIT),
    "a statement in a version's policy": added("resource", f"{F}:1", PERMIT | {"Resource": f"{F}:1"}),
    "a statement in a queue's policy": added("resource", Q, OF_Q),
    "the first statement of a topic": added("resource", TOPIC, allow("sns:*", TOPIC, Principal="*", Sid="new")),
    "a statement in a boundary": added("boundary", OPS, STATEMENT),
    "a statement in a session policy": added("session", OTHER, STATEMENT),
    "the first statement of a session policy": added("session", JOB, STATEMENT),
    "a statement in an SCP": added("scp", UNIT, DENY, "Frozen"),
    "a statement in an RCP": added("rcp", TWO, RCP, "p-region"),
    "a statement replaced": (
        kinds.ReplaceStatement(side="identity", holder=DEV, sid="call", statement=allow("s3:*", "*", Sid="call")),
        kinds.ReplaceStatement(side="identity", holder=DEV, sid="call", statement=allow(INVOKE, F, Sid="call")),
    ),
    "a policy attached": (
        kinds.AttachPolicy(holder=DEV, policy=NARROW),
        kinds.DetachPolicy(holder=DEV, policy=NARROW),
    ),
    "another default version": (
        kinds.SetDefaultVersion(policy=OWN, version="v0"),
        kinds.SetDefaultVersion(policy=OWN, version="v1"),
    ),
    "a boundary": (kinds.SetBoundary(holder=DEV, policy=NARROW), kinds.RemoveBoundary(holder=DEV)),
    "a boundary less": (kinds.RemoveBoundary(holder=OPS), kinds.SetBoundary(holder=OPS, policy=NARROW)),
    "a trust policy replaced": (
        kinds.SetTrust(holder=JOB, document={"Version": "2012-10-17", "Statement": [TRUSTED]}),
        kinds.SetTrust(holder=JOB, document=TRUST),
    ),
    "an SCP attached": (kinds.AttachScp(policy="Frozen", target=ONE), kinds.DetachScp(policy="p-frozen", target=ONE)),
    "an RCP attached": (kinds.AttachRcp(policy="Region", target=ONE), kinds.DetachRcp(policy="Region", target=ONE)),
    "an account moved": (
        kinds.MoveAccount(account=TWO, parent=ROOT),
        kinds.MoveAccount(account=TWO, parent=UNIT),
    ),
    "a user in a group": (kinds.AddToGroup(user=OPS, group=TEAM), kinds.RemoveFromGroup(user=OPS, group=TEAM)),
    "a user made": (kinds.CreateUser(user=user("new")), kinds.DeleteUser(user=user("new"))),
    "a role made": (kinds.CreateRole(role=role("new"), document=TRUST), kinds.DeleteRole(role=role("new"))),
    "a function made": (
        kinds.CreateFunction(function=function("new"), role=JOB),
        kinds.DeleteFunction(function=function("new")),
    ),
    "another execution role": (
        kinds.SetExecutionRole(function=F, role=OTHER),
        kinds.SetExecutionRole(function=F, role=JOB),
    ),
    "a feature": (
        kinds.SetFeature(function=F, feature="vpc", value=VpcConfig(subnets=("subnet-1",), vpc="vpc-1")),
        kinds.SetFeature(function=F, feature="vpc"),
    ),
    "tracing": (
        kinds.SetFeature(function=F, feature="tracing", value="Active"),
        kinds.SetFeature(function=F, feature="tracing", value="PassThrough"),
    ),
    "a trigger": (
        kinds.AddTrigger(service="s3.amazonaws.com", source="arn:aws:s3:::b", target=F),
        kinds.RemoveTrigger(source="arn:aws:s3:::b"),
    ),
    "a trigger disabled": (kinds.DisableTrigger(source=TOPIC), kinds.EnableTrigger(source=TOPIC, target=F)),
    "a mapping": (
        kinds.AddMapping(source=queue("other"), function=F),
        kinds.RemoveMapping(source=queue("other")),
    ),
    "a mapping disabled": (kinds.DisableMapping(uuid="m-1"), kinds.EnableMapping(source=Q, function=F)),
}


@pytest.mark.parametrize("one, back", [pytest.param(*pair, id=name) for name, pair in PAIRS.items()])
def test_applied_and_taken_back_it_is_as_it_was(one: Change, back: Change) -> None:
    after = apply(BEFORE, [one])
    assert without_documents(after) != without_documents(BEFORE)
    assert without_documents(apply(after, [back])) == without_documents(BEFORE)


def without_documents(found: Snapshot) -> dict[str, Any]:
    """What a snapshot says: documents that nobody holds any more are none of it; a version that was made stays."""
    rows: dict[str, Any] = found.model_dump(mode="json", exclude={"documents"})
    for policy in rows["policies"]:
        del policy["version"], policy["versions"]
    rows["triggers"] = sorted(rows["triggers"], key=str)
    return rows


@pytest.mark.parametrize("one", [pytest.param(pair[0], id=name) for name, pair in PAIRS.items()])
def test_what_does_not_change_is_shared(one: Change) -> None:
    kept = BEFORE.model_copy(deep=True)
    after = apply(BEFORE, [one])
    for field in ("users", "groups", "roles", "policies", "functions", "resources", "triggers", "mappings"):
        before = {id(item) for item in getattr(BEFORE, field)}
        assert len([item for item in getattr(after, field) if id(item) not in before]) <= 1, field
    assert kept == BEFORE


def test_every_kind_is_tried() -> None:
    tried = {item.change for pair in PAIRS.values() for item in pair}
    assert tried == set(KINDS)


@pytest.mark.parametrize("one, other", [pytest.param(*pair, id=name) for name, pair in PAIRS.items()])
def test_a_change_is_what_its_json_says(one: Change, other: Change) -> None:
    for item in (one, other):
        assert kinds.CHANGE.validate_python(item.model_dump(mode="json", exclude_none=True)) == item


@pytest.mark.parametrize(
    "one, reason",
    [
        pytest.param(
            kinds.SetExecutionRole(function=F, role=role("x", TWO)),
            "Cross-account pass role is not allowed.",
            id="a role of another account",
        ),
        pytest.param(
            kinds.SetExecutionRole(function=F, role=role("joob")), "did you mean", id="a role that isn't there"
        ),
        pytest.param(
            kinds.CreateFunction(function=F, role=JOB), "Function already exist: f", id="a function that is there"
        ),
        pytest.param(kinds.CreateUser(user=user("DEV")), "of that name already", id="a name in other letters"),
        pytest.param(kinds.CreateUser(user=user("x", "333333333333")), "is not in the snapshot", id="another account"),
        pytest.param(kinds.CreateUser(user=role("x")), "is not the ARN of a user", id="a role for a user"),
        pytest.param(
            kinds.CreateRole(role=role("x"), document={"Statement": [{"Effect": "Allow"}]}),
            "AWS would refuse the trust policy",
            id="a trust policy that can't be read",
        ),
        pytest.param(
            kinds.DetachScp(policy="Full", target=ONE), "a level has at least one", id="the last SCP of a level"
        ),
        pytest.param(kinds.AttachScp(policy="Full", target=ONE), "is attached to", id="an SCP twice"),
        pytest.param(kinds.AttachScp(policy="Region", target=ONE), "no SCP `Region`", id="an RCP as an SCP"),
        pytest.param(kinds.AttachScp(policy="Frozen", target="ou-x"), "no root, OU or account", id="no such place"),
        pytest.param(kinds.MoveAccount(account=TWO, parent=ONE), "is an account", id="an account under an account"),
        pytest.param(kinds.RemoveBoundary(holder=DEV), "has no permissions boundary", id="no boundary"),
        pytest.param(kinds.SetBoundary(holder=TEAM, policy=NARROW), "is a group", id="a boundary of a group"),
        pytest.param(kinds.SetDefaultVersion(policy=OWN, version="v9"), "has no version `v9`", id="no such version"),
        pytest.param(
            kinds.SetDefaultVersion(policy="arn:aws:iam::aws:policy/SecurityAudit", version="v1"),
            "is managed by AWS",
            id="a version of AWS's policy",
        ),
        pytest.param(kinds.AddToGroup(user=DEV, group=f"{TEAM}x"), "no group", id="no such group"),
        pytest.param(kinds.RemoveFromGroup(user=OPS, group=TEAM), "is not in", id="not in the group"),
        pytest.param(
            kinds.SetFeature(function=F, feature="tracing", value="Sometimes"),
            "can't be `Sometimes`",
            id="no such value",
        ),
        pytest.param(
            kinds.AddTrigger(service="sns.amazonaws.com", source=TOPIC, target=F), "configured already", id="twice"
        ),
        pytest.param(
            kinds.AddTrigger(service="s3.amazonaws.com", source="arn:aws:s3:::b", target=f"{F}:nope"),
            "has no version or alias `nope`",
            id="a trigger of no alias",
        ),
        pytest.param(kinds.RemoveTrigger(source=Q), "is not one of: none", id="no such trigger"),
        pytest.param(kinds.AddMapping(source=Q, function=F), "already exist", id="a mapping twice"),
        pytest.param(kinds.AddMapping(source=TOPIC, function=F), "Lambda polls no", id="a mapping of a topic"),
        pytest.param(kinds.RemoveMapping(uuid="m-2"), "is not one of", id="no such mapping"),
        pytest.param(
            kinds.AddStatement(side="boundary", holder=DEV, statement=STATEMENT),
            "has no permissions boundary; `set_boundary`",
            id="a statement in no boundary",
        ),
        pytest.param(
            kinds.RemoveStatement(side="scp", holder=UNIT, sid="x"),
            "is in none of the policies",
            id="no such SCP statement",
        ),
        pytest.param(
            kinds.RemoveStatement(side="scp", holder=ONE, sid="#1"),
            "can't be removed: detach the policy instead",
            id="the last statement of an SCP",
        ),
    ],
)
def test_aws_would_refuse(one: Change, reason: str) -> None:
    with pytest.raises(ChangeError) as caught:
        apply(BEFORE, [one])
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_organization_has_to_be_there() -> None:
    alone = BEFORE.model_copy(update={"organization": None})
    with pytest.raises(ChangeError, match="there is no organization in the snapshot"):
        apply(alone, [kinds.AttachScp(policy="Frozen", target=ONE)])


def test_the_uuid_of_a_mapping_that_is_added_has_the_form_of_aws_s() -> None:
    """Lambda API Reference, EventSourceMappingConfiguration: the identifier of the event source mapping, a UUID."""
    added = [kinds.AddMapping(source=queue("other"), function=F)]
    (made,) = {item.uuid for item in apply(BEFORE, added).mappings} - {item.uuid for item in BEFORE.mappings}
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made)
    assert made in {item.uuid for item in apply(BEFORE, added).mappings}, "the same each time"
