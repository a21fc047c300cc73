"""Small worlds, each made for a sentence of AWS's pages about what a change opens or closes (test_meaning.py)."""

from __future__ import annotations

from typing import Any

from models.snapshot import FunctionUrl, Organization, OrganizationPolicy
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    REGION,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    permit,
    queue,
    role,
    rule,
    topic,
    trusting,
    user,
)

DEV, OPS, JOB, BASIC = user("dev"), user("ops"), role("job"), role("basic")
FAR = user("far", TWO)
F, G, Q, TOPIC, RULE, BUCKET = function("f"), function("g"), queue("q"), topic("t"), rule("r"), "arn:aws:s3:::b"
SNS, LIVE, TEAM = "service:sns.amazonaws.com", f"{F}:live", f"arn:aws:iam::{ONE}:group/team"
OWN, LIMIT = f"arn:aws:iam::{ONE}:policy/own", f"arn:aws:iam::{ONE}:policy/limit"
POLL = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
FROM_TOPIC: Json = {"ArnLike": {"aws:SourceArn": TOPIC}, "StringEquals": {"aws:SourceAccount": ONE}}
WITH_MFA: Json = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def base(**more: Any) -> Builder:
    """Two functions that run as a role without permissions."""
    made = Builder(**more)
    made.role(BASIC, LAMBDA_TRUST)
    for arn in (F, G):
        made.function(arn, role=BASIC)
    return made


def many_allowed() -> Builder:
    """A user, a role and a service that may all invoke F, each by a policy of its own."""
    made = base()
    made.user(DEV, allow(INVOKE, F, Sid="call"))
    made.role(JOB, trusting(OPS), allow(INVOKE, F))
    made.user(OPS)
    made.resource(TOPIC, "sns:topic", ONE)
    made.function(F, permit({"Service": "sns.amazonaws.com"}, F, Condition=FROM_TOPIC, Sid="sns"), role=BASIC)
    made.trigger("sns.amazonaws.com", TOPIC, F)
    return made


def polled() -> Builder:
    """A queue that is polled for F with a role that may; DEV may write to it."""
    made = base()
    made.user(DEV, allow("sqs:SendMessage", Q))
    made.role(JOB, LAMBDA_TRUST, allow(POLL, Q, Sid="poll"))
    made.function(F, role=JOB)
    made.resource(Q, "sqs:queue", ONE)
    made.mapping(Q, F, uuid="m-1")
    return made


def with_alias() -> Builder:
    made = base()
    made.user(DEV, allow(INVOKE, F))
    made.user(FAR, allow(INVOKE, "*"))
    made.function(F, role=BASIC, versions=("1",), aliases={"live": "1"})
    return made


def with_url() -> Builder:
    made = base()
    made.user(DEV, allow(INVOKE, F, Sid="call"))
    made.function(F, role=BASIC, urls=(FunctionUrl(auth_type="AWS_IAM"),))
    return made


def organized(**targets: tuple[str, ...]) -> Builder:
    """ONE in a unit of its own, and the management account TWO; a user of each may invoke his function."""
    made = base()
    made.user(DEV, allow(INVOKE, F))
    made.user(FAR, allow(INVOKE, function("far", TWO)))
    made.function(function("far", TWO))
    made.resource(TOPIC, "sns:topic", ONE)
    made.function(F, permit({"Service": "sns.amazonaws.com"}, F, Condition=FROM_TOPIC), role=BASIC)
    made.trigger("sns.amazonaws.com", TOPIC, F)
    documents = {"full": allow("*", "*"), "frozen": deny("lambda:*", "*"), "storage": allow("s3:*", "*")}
    made.organization = Organization(
        id="o-1",
        management_account=TWO,
        parents={"ou-1": "r-1", ONE: "ou-1", TWO: "r-1"},
        policies={
            name: OrganizationPolicy(id=name, name=name, type="SERVICE_CONTROL_POLICY", document=made.document(one))
            for name, one in documents.items()
        },
        targets={"r-1": ("full",), "ou-1": ("full",), ONE: ("full", "storage"), TWO: ("full",)} | targets,
    )
    return made


def ruled() -> Builder:
    """A rule that delivers with a role, which may invoke F."""
    made = base()
    made.role(JOB, allow(ASSUME, Principal={"Service": "events.amazonaws.com"}), allow(INVOKE, F))
    made.resource(RULE, "events:rule", ONE)
    made.trigger("events.amazonaws.com", RULE, F, role=JOB, pattern='{"source": ["shop"]}')
    return made


def chained() -> Builder:
    """DEV may invoke F, whose role may do nothing; JOB may invoke G."""
    made = base()
    made.user(DEV, allow(INVOKE, F))
    made.role(JOB, LAMBDA_TRUST, allow(INVOKE, G))
    return made


def grouped() -> Builder:
    """DEV and OPS in a group with a managed policy, which is OPS's boundary too; DEV may by himself as well."""
    made = base()
    made.policy(OWN, allow(INVOKE, G, Sid="g"))
    made.group(TEAM, attached=(OWN,))
    made.user(DEV, allow(INVOKE, G), groups=(TEAM,))
    made.user(OPS, allow(INVOKE, [F, G]), groups=(TEAM,), boundary=OWN)
    return made


def bucketed() -> Builder:
    """A bucket that notifies F of what is written below in/."""
    made = base()
    made.user(DEV)
    made.resource(BUCKET, "s3:bucket", ONE, region=REGION)
    from_bucket = {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": ONE}}
    made.function(F, permit({"Service": "s3.amazonaws.com"}, F, Condition=from_bucket), role=BASIC)
    made.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",), prefix="in/")
    return made


def limited() -> Builder:
    made = base()
    made.policy(LIMIT, allow("s3:*", "*"))
    made.user(DEV, allow(INVOKE, F))
    made.role(JOB, trusting(DEV), allow(INVOKE, [F, G]))
    return made


LIMIT_THERE = f"arn:aws:iam::{TWO}:policy/limit"


def far_away(*own: Json, boundary: str | None = None) -> Builder:
    """Somebody of another account; JOB may invoke G, and trusts nobody there."""
    made = base()
    made.policy(LIMIT_THERE, allow("s3:*", "*"))
    made.user(FAR, *own, boundary=boundary)
    made.role(JOB, LAMBDA_TRUST, allow(INVOKE, G))
    return made


def in_two_groups() -> Builder:
    """One group allows, the other denies."""
    made = base()
    made.group(TEAM, allow(INVOKE, F))
    made.group(f"{TEAM}-denied", deny(INVOKE, F))
    made.user(DEV, groups=(TEAM, f"{TEAM}-denied"))
    return made


def denied() -> Builder:
    made = base()
    made.user(DEV, allow(INVOKE, F), deny(INVOKE, "*", Sid="no"))
    return made


def only(action: str) -> Json:
    return {"Effect": "Allow", "NotAction": action, "Resource": "*"}


OUTSIDE: Json = {"StringNotEquals": {"aws:PrincipalAccount": ONE}}


def fed_from_afar() -> Builder:
    """The bucket's policy lets somebody of another account write."""
    made = bucketed()
    made.user(FAR, allow("s3:PutObject", f"{BUCKET}/*"))
    writing = allow("s3:PutObject", f"{BUCKET}/*", Principal={"AWS": FAR})
    made.resource(BUCKET, "s3:bucket", ONE, writing, region=REGION)
    made.organization = organized().organization
    made.documents |= organized().documents
    return made


def by_path(parent: str = "ou-1") -> Builder:
    """F lets in whoever is in the unit; FAR's account is under `parent`."""
    made = base()
    made.user(FAR, allow(INVOKE, F))
    in_unit = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/ou-1/*"}}
    made.function(F, permit("*", F, Condition=in_unit), role=BASIC)
    made.function(G, role=BASIC)
    there = organized()
    assert there.organization is not None
    parents = {"ou-1": "r-1", ONE: "r-1", TWO: parent}
    made.organization = there.organization.model_copy(update={"management_account": "999999999999", "parents": parents})
    made.documents |= there.documents
    return made


GITHUB = f"arn:aws:iam::{ONE}:oidc-provider/token.actions.githubusercontent.com"
BY_GITHUB: Json = allow(
    "sts:AssumeRoleWithWebIdentity",
    Principal={"Federated": GITHUB},
    Condition={"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
)


def with_provider() -> Builder:
    made = base()
    made.provider(GITHUB, kind="oidc", url="token.actions.githubusercontent.com", client_ids=("sts.amazonaws.com",))
    made.role(JOB, LAMBDA_TRUST, allow(INVOKE, G))
    return made


KEY = f"arn:aws:kms:{REGION}:{ONE}:key/1"


def encrypted() -> Builder:
    """The queue is encrypted with a key whose policy delegates to the account; DEV may use it."""
    made = polled()
    made.user(DEV, allow("sqs:SendMessage", Q), allow("kms:*", KEY))
    own = allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"})
    made.resource(KEY, "kms:key", ONE, own, attributes={"KeyManager": "CUSTOMER"})
    made.resource(Q, "sqs:queue", ONE, attributes={"KmsMasterKeyId": KEY})
    return made
