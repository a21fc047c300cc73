"""What AWS refuses, in the words of its API: the operation, its error, and whether what is near it is taken.

Sources: IAM, Organizations and Lambda API References, of the operations that the tests are named by; the sentences are
those of the errors.
"""

from __future__ import annotations

from typing import Any

import pytest

from models import change as kinds
from models.change import Change
from models.errors import ChangeError
from models.snapshot import VpcConfig
from simulator.changes import apply
from tests.changes.test_kinds import BEFORE, DEV, JOB, NARROW, OPS, OTHER, OWN, ROOT, TEAM, TRUST, TWO, UNIT, F, Q
from tests.worlds import ASSUME, LAMBDA_TRUST, ONE, Builder, allow, deny, function, permit, role, trusting, user

LINKED_POLICY = "arn:aws:iam::aws:policy/aws-service-role/AWSLambdaReplicator"
SNS: Any = permit({"Service": "sns.amazonaws.com"}, F, Sid="sns")


def document(*statements: Any) -> Any:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def made(*statements: Any) -> list[Change]:
    """A role with this trust policy, for a function."""
    new = role("new")
    return [kinds.CreateRole(role=new, document=document(*statements)), kinds.SetExecutionRole(function=F, role=new)]


REFUSED = [
    pytest.param(
        [kinds.AddStatement(side="resource", holder=F, statement=SNS)],
        "The statement id (sns) provided already exists",
        id="AddPermission: ResourceConflictException",
    ),
    pytest.param(
        [kinds.AddStatement(side="identity", holder=TEAM, policy="inline", statement=allow("s3:*", "*", Sid="send"))],
        "Statement IDs (SID) in a single policy must be unique: `send`",
        id="PutGroupPolicy: MalformedPolicyDocument",
    ),
    pytest.param(
        [kinds.ReplaceStatement(side="boundary", holder=OPS, sid="#2", statement=allow("s3:*", "*", Sid="lambda"))],
        "Statement IDs (SID) in a single policy must be unique: `lambda`",
        id="CreatePolicyVersion: MalformedPolicyDocument",
    ),
    pytest.param(
        [kinds.AddStatement(side="resource", holder=F, statement=permit({"AWS": user("nobody")}, F))],
        f"the principal `{user('nobody')}` is not there",
        id="AddPermission: the provided principal was invalid",
    ),
    pytest.param(
        [
            kinds.AddStatement(
                side="resource", holder=F, statement={**permit({"AWS": DEV}, F), "Action": "s3:GetObject"}
            )
        ],
        "`s3:GetObject` is no action of a function's policy",
        id="AddPermission: Action, pattern (lambda:[*]|lambda:[a-zA-Z]+|[*])",
    ),
    pytest.param(
        [kinds.AddStatement(side="trust", holder=JOB, statement=trusting(TEAM))],
        f"Invalid principal in policy: `{TEAM}` is a group",
        id="you cannot identify a user group as a principal in a policy",
    ),
    pytest.param(
        [kinds.SetTrust(holder=JOB, document=document(trusting(role("nobody", TWO))))],
        "is not there",
        id="UpdateAssumeRolePolicy: invalid principal in policy, of another account that was read",
    ),
    pytest.param(
        [kinds.SetTrust(holder=JOB, document=document(allow("s3:GetObject", Principal={"AWS": DEV})))],
        "is no action of sts",
        id="UpdateAssumeRolePolicy: AssumeRole policy may only specify STS AssumeRole actions",
    ),
    pytest.param(
        [kinds.AttachPolicy(holder=JOB, policy=LINKED_POLICY)],
        "AWS service role policies can only be attached to the service-linked role for that service",
        id="AttachRolePolicy: PolicyNotAttachable",
    ),
    pytest.param(
        [kinds.SetBoundary(holder=DEV, policy=LINKED_POLICY)],
        "AWS service role policies can only be attached to the service-linked role for that service",
        id="PutUserPermissionsBoundary: PolicyNotAttachable",
    ),
    pytest.param(
        [kinds.AddStatement(side="identity", holder=DEV, policy="a b", statement=allow("s3:*", "*"))],
        "`a b` is not a name for an inline policy",
        id="PutUserPolicy: a policy's name has no spaces",
    ),
    pytest.param(
        [kinds.CreateRole(role=role("aws-service-role/x.amazonaws.com/y"), document=TRUST)],
        "can be changed by the service it is linked to only",
        id="CreateRole: the path of service-linked roles is theirs",
    ),
    pytest.param(
        [kinds.CreateUser(user=user("team/dev"))],
        "there is a user of that name already",
        id="CreateUser: EntityAlreadyExists, whatever its path",
    ),
    pytest.param(
        made(allow(ASSUME, Principal={"Service": "ec2.amazonaws.com"})),
        f"The role defined for the function cannot be assumed by Lambda: `{role('new')}`",
        id="UpdateFunctionConfiguration: a role that trusts another service",
    ),
    pytest.param(
        made(LAMBDA_TRUST, deny(ASSUME, Principal={"Service": "lambda.amazonaws.com"})),
        f"The role defined for the function cannot be assumed by Lambda: `{role('new')}`",
        id="UpdateFunctionConfiguration: a role that denies it to Lambda",
    ),
    pytest.param(
        [
            kinds.SetTrust(holder=JOB, document=document(trusting(DEV))),
            kinds.CreateFunction(function=function("new"), role=JOB),
        ],
        f"The role defined for the function cannot be assumed by Lambda: `{JOB}`",
        id="CreateFunction: a role that no longer trusts Lambda",
    ),
    pytest.param(
        [kinds.SetExecutionRole(function=f"{F}:1", role=OTHER)],
        f"only the function itself, `{F}`, can be changed so",
        id="UpdateFunctionConfiguration: a version is as it was published",
    ),
    pytest.param(
        [kinds.SetFeature(function=f"{F}:1", feature="tracing", value="Active")],
        f"only the function itself, `{F}`, can be changed so",
        id="UpdateFunctionConfiguration: and so are its features",
    ),
    pytest.param(
        [kinds.DeleteFunction(function=f"{F}:1")],
        f"only the function itself, `{F}`, can be changed so",
        id="DeleteFunction: a version alone is no function",
    ),
    pytest.param(
        [kinds.SetFeature(function=F, feature="dead_letter", value="arn:aws:s3:::b")],
        "is neither a queue nor a topic",
        id="DeadLetterConfig: the ARN of an SQS queue or SNS topic",
    ),
    pytest.param(
        [kinds.MoveAccount(account=ONE, parent=ROOT)],
        f"account `{ONE}` is under `{ROOT}` already",
        id="MoveAccount: DuplicateAccountException",
    ),
    pytest.param(
        [kinds.AttachScp(policy="Frozen", target=UNIT)],
        "is attached to",
        id="AttachPolicy: DuplicatePolicyAttachmentException",
    ),
    pytest.param(
        [kinds.RemoveStatement(side="resource", holder=F, sid="nothing")],
        "has no statement `nothing`",
        id="RemovePermission: ResourceNotFoundException",
    ),
    pytest.param(
        [kinds.SetBoundary(holder=DEV, policy=f"arn:aws:iam::{TWO}:policy/own")],
        "can't be attached in another account",
        id="PutUserPermissionsBoundary: a policy of another account",
    ),
    pytest.param([kinds.AddToGroup(user=user("dev", TWO), group=TEAM)], "no user", id="AddUserToGroup: NoSuchEntity"),
]


@pytest.mark.parametrize("changes, reason", REFUSED)
def test_aws_would_refuse(changes: list[Change], reason: str) -> None:
    with pytest.raises(ChangeError) as caught:
        apply(BEFORE, changes)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


FROM_ITS_FUNCTION = {"ArnLike": {"aws:SourceArn": F}}
TAKEN = [
    pytest.param(
        [kinds.AttachPolicy(holder=DEV, policy=OWN)], id="AttachUserPolicy: what is attached already stays so"
    ),
    pytest.param([kinds.SetBoundary(holder=OPS, policy=NARROW)], id="PutUserPermissionsBoundary: the same again"),
    pytest.param([kinds.SetDefaultVersion(policy=OWN, version="v1")], id="SetDefaultPolicyVersion: the same again"),
    pytest.param([kinds.AddToGroup(user=DEV, group=TEAM)], id="AddUserToGroup: who is in it already"),
    pytest.param(
        [kinds.AddStatement(side="resource", holder=F, statement=SNS | {"Sid": "again"})],
        id="AddPermission: the same under another id",
    ),
    pytest.param(
        [kinds.AddStatement(side="resource", holder=F, statement=permit({"AWS": user("x", "999999999999")}, F))],
        id="AddPermission: of another account, whose users nobody read",
    ),
    pytest.param(
        made(LAMBDA_TRUST | {"Condition": FROM_ITS_FUNCTION}), id="a role that trusts Lambda for the function"
    ),
    pytest.param(
        made(allow(ASSUME, Principal={"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]})),
        id="a role that trusts Lambda and another service",
    ),
    pytest.param(
        [kinds.SetFeature(function=F, feature="dead_letter", value=f"arn:aws:sns:eu-west-1:{TWO}:t")],
        id="DeadLetterConfig: a topic, of another account too",
    ),
    pytest.param([kinds.SetFeature(function=F, feature="dead_letter", value=Q)], id="DeadLetterConfig: a queue"),
    pytest.param([kinds.SetFeature(function=F, feature="vpc", value=VpcConfig())], id="VpcConfig: none"),
    pytest.param([kinds.SetExecutionRole(function=f"{F}:$LATEST", role=OTHER)], id="$LATEST is the function itself"),
    pytest.param(
        [kinds.DetachScp(policy="Full", target=UNIT)], id="DetachPolicy: FullAWSAccess, if another one is there"
    ),
    pytest.param(
        [kinds.CreateRole(role=role("team/DEV"), document=TRUST)], id="CreateRole: a user may be called the same"
    ),
]


@pytest.mark.parametrize("changes", TAKEN)
def test_aws_would_take(changes: list[Change]) -> None:
    assert apply(BEFORE, changes)


def test_a_statement_is_not_told_by_its_place_when_its_sid_looks_like_one() -> None:
    """A Sid of a resource-based policy may hold any character."""
    odd = SNS | {"Sid": "#1"}
    after = apply(BEFORE, [kinds.AddStatement(side="resource", holder=F, statement=odd)])
    (found,) = [row for row in after.functions if row.arn == F]
    assert [row["Sid"] for row in after.documents[found.policies[""]]["Statement"]] == ["sns", "#1"]


KEY = f"arn:aws:kms:eu-west-1:{ONE}:key/k"


def test_a_key_always_has_a_policy() -> None:
    made = Builder()
    made.resource(KEY, "kms:key", ONE, allow("kms:*", "*", Principal="*", Sid="a"), allow("kms:*", "*", Principal="*"))
    one_left = apply(made.snapshot(), [kinds.RemoveStatement(side="resource", holder=KEY, sid="a")])
    with pytest.raises(ChangeError, match="a key always has one"):
        apply(one_left, [kinds.RemoveStatement(side="resource", holder=KEY, sid="#1")])


BUCKET = "arn:aws:s3:::inbox"


def notified(**of_lambda: Any) -> None:
    """Add a notification to a bucket that tells a topic of created objects under `in/` that end in `.jpg`."""
    made = Builder()
    made.function(F)
    made.trigger("s3.amazonaws.com", BUCKET, Q, events=("s3:ObjectCreated:*",), prefix="in/", suffix=".jpg")
    apply(made.snapshot(), [kinds.AddTrigger(service="s3.amazonaws.com", source=BUCKET, target=F, **of_lambda)])


@pytest.mark.parametrize(
    "notification",
    [
        pytest.param({"events": ("s3:ObjectCreated:*",)}, id="of all objects"),
        pytest.param({"events": ("s3:ObjectCreated:Put",)}, id="of an event that another one has by a wildcard"),
        pytest.param({"events": ("s3:ObjectRemoved:*", "s3:ObjectCreated:Copy")}, id="of another event as well"),
        pytest.param({"events": ("s3:ObjectCreated:*",), "prefix": "in/new/"}, id="overlapping prefixes"),
        pytest.param({"events": ("s3:ObjectCreated:*",), "suffix": "a.jpg"}, id="overlapping suffixes"),
        pytest.param({"events": ("s3:ObjectCreated:*",), "prefix": "i", "suffix": "g"}, id="both overlapping"),
    ],
)
def test_notifications_of_one_bucket_do_not_overlap(notification: dict[str, Any]) -> None:
    with pytest.raises(ChangeError, match="Configuration is ambiguously defined"):
        notified(**notification)


@pytest.mark.parametrize(
    "notification",
    [
        pytest.param({"events": ("s3:ObjectRemoved:*",)}, id="of another event"),
        pytest.param({"events": ("s3:ObjectCreated:*",), "prefix": "out/"}, id="under another prefix"),
        pytest.param(
            {"events": ("s3:ObjectCreated:*",), "prefix": "in/", "suffix": ".png"},
            id="you can have overlapping prefixes as long as the suffixes don't overlap",
        ),
    ],
)
def test_they_may_tell_of_other_objects(notification: dict[str, Any]) -> None:
    notified(**notification)


def test_to_delete_mappings_that_invoke_a_function_use_delete_event_source_mapping() -> None:
    deleted = apply(BEFORE, [kinds.DeleteFunction(function=F)])
    assert deleted.mappings == BEFORE.mappings
    again = apply(deleted, [kinds.CreateFunction(function=F, role=JOB)])
    assert [(row.source, row.function) for row in again.mappings] == [(Q, F)]
