"""Changes of every kind, in a world of which every id is one that AWS could have given."""

from __future__ import annotations

from typing import Any

from models import change as kinds
from models.change import Change
from models.snapshot import EventInvoke, Organization, OrganizationPolicy, Snapshot, VpcConfig
from tests.worlds import (
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    allow,
    deny,
    function,
    permit,
    queue,
    role,
    rule,
    topic,
)
from tests.worlds import user as user_of

DEV, OPS, JOB, OTHER = user_of("dev"), user_of("ops"), role("ops/job"), role("other")
PARTNER = role("partner", TWO)
TEAM = f"arn:aws:iam::{ONE}:group/team"
OWN, NARROW = f"arn:aws:iam::{ONE}:policy/own", f"arn:aws:iam::{ONE}:policy/narrow"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
F, Q, TOPIC = function("f"), queue("q"), topic("t")
STREAM = f"arn:aws:kinesis:eu-west-1:{ONE}:stream/clicks"
BUCKET, OTHER_BUCKET = "arn:aws:s3:::a-bucket", "arn:aws:s3:::another-bucket"
KEY = f"arn:aws:kms:eu-west-1:{ONE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ONE}:secret:db-AbCdEf"
REPOSITORY = f"arn:aws:ecr:eu-west-1:{ONE}:repository/team/images"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ONE}:table/orders"
TABLE_STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
CLUSTER = f"arn:aws:kafka:eu-west-1:{ONE}:cluster/demo/12345678-1234-1234-1234-123456789012-1"
FILES = f"arn:aws:elasticfilesystem:eu-west-1:{ONE}:file-system/fs-0123456789abcdef0"
BUS = f"arn:aws:events:eu-west-1:{ONE}:event-bus/partners"
ENDPOINT = f"arn:aws:ec2:eu-west-1:{ONE}:vpc-endpoint/vpce-0123456789abcdef0"
API = f"arn:aws:execute-api:eu-west-1:{ONE}:abcde12345"
LAYER = f"arn:aws:lambda:eu-west-1:{ONE}:layer:common:3"
SIGNING = f"arn:aws:lambda:eu-west-1:{ONE}:code-signing-config:csc-0123456789abcdef0"
UNIT, ROOT = "ou-abcd-12345678", "r-abcd"
FULL, FROZEN, REGIONAL = "p-fullawsa1", "p-frozen01", "p-region01"
UUID = "4c9fb790-5766-655a-07f8-5913a2b0ecc1"
OFF = "5d9fb790-5766-655a-07f8-5913a2b0ecc1"
RULE, STOPPED = rule("nightly"), rule("partners/stopped")
ORGANIZATION = "o-abcdefghij"
#: The kinds of resource whose policy can be written whole, with a bus of AWS's own partition or of another.
RESOURCES = (
    BUCKET,
    OTHER_BUCKET,
    Q,
    TOPIC,
    KEY,
    SECRET,
    REPOSITORY,
    STREAM,
    TABLE,
    TABLE_STREAM,
    CLUSTER,
    FILES,
    BUS,
    ENDPOINT,
    API,
)
#: Those of them that have a policy.
WITH_POLICY = (BUCKET, Q, KEY, SECRET, REPOSITORY, STREAM, TABLE, TABLE_STREAM, CLUSTER, FILES, BUS, ENDPOINT)


def snapshot() -> Snapshot:
    """An account with one of everything, a partner's, and the organization of both."""
    made = Builder(accounts=(ONE, TWO))
    made.group(TEAM, allow("sqs:SendMessage", Q, Sid="send"))
    made.user(DEV, allow(INVOKE, F, Sid="call"), allow("s3:*", "*"), groups=(TEAM,), attached=(OWN,))
    made.user(OPS, boundary=NARROW)
    made.role(JOB, LAMBDA_TRUST)
    made.role(OTHER, LAMBDA_TRUST, session=made.document(allow("s3:*", "*", Sid="all"), allow("sqs:*", "*")))
    made.role(PARTNER, LAMBDA_TRUST, allow("s3:*", "arn:aws:s3:::${aws:PrincipalAccount}-%{x}/*", Sid="own"))
    made.policy(OWN, allow("s3:*", "*", Sid="s3"))
    made.policy(NARROW, allow("lambda:*", "*", Sid="lambda"), allow("s3:*", "*"))
    versions = {"v2": made.document(allow("*", "*"))}
    made.parts["policies"][OWN] = made.parts["policies"][OWN].model_copy(update={"versions": versions})
    permits = permit({"Service": "sns.amazonaws.com"}, F, Sid="sns"), permit("*", f"{F}:live", Sid="all")
    invokes = (EventInvoke(qualifier="live", on_failure=Q),)
    made.function(F, *permits, role=JOB, versions=("1",), aliases={"live": "1"}, event_invokes=invokes)
    for arn in RESOURCES:
        held = [of(arn, "dev", {"AWS": DEV})] if arn in WITH_POLICY else []
        region = {"region": "eu-west-1"} if arn.startswith("arn:aws:s3") else {}
        made.resource(arn, "x:y", ONE, *held, **region)
    made.resource(LAYER, "lambda:layer", ONE)
    made.trigger("sns.amazonaws.com", TOPIC, F)
    made.trigger("events.amazonaws.com", RULE, F)
    made.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",), prefix="old/")
    made.mapping(Q, F, uuid=UUID)
    made.mapping(STREAM, f"{F}:live", uuid=OFF, state="Disabled")
    made.trigger("events.amazonaws.com", STOPPED, F, enabled=False)
    made.organization = _organization(made)
    return made.snapshot()


def of(arn: str, sid: str, principal: Any = "*") -> dict[str, Any]:
    """A statement of a resource's own policy."""
    service = arn.split(":")[2]
    return allow(f"{service}:Get*", arn, Principal=principal, Sid=sid)


def notified(*events: str, **of: str) -> Change:
    events = events or ("s3:ObjectCreated:*",)
    return kinds.AddTrigger(service="s3.amazonaws.com", source=BUCKET, target=F, events=events, **of)  # type: ignore[arg-type]


def _organization(made: Builder) -> Organization:
    documents = {
        FULL: ("Full", "SERVICE_CONTROL_POLICY", made.document(allow("*", "*"))),
        FROZEN: (
            "Frozen",
            "SERVICE_CONTROL_POLICY",
            made.document(deny(INVOKE, "*", Sid="frozen"), deny("s3:*", "*")),
        ),
        REGIONAL: (
            "Region",
            "RESOURCE_CONTROL_POLICY",
            made.document(deny("sqs:*", "*", Principal="*", Sid="region"), deny("s3:*", "*", Principal="*")),
        ),
    }
    policies = {
        key: OrganizationPolicy(id=key, name=name, type=kind, document=document)  # type: ignore[arg-type]
        for key, (name, kind, document) in documents.items()
    }
    targets = dict.fromkeys((ROOT, UNIT, ONE, TWO), (FULL,)) | {TWO: (FULL, REGIONAL), UNIT: (FULL, FROZEN)}
    return Organization(
        id=ORGANIZATION,
        management_account="999999999999",
        parents={UNIT: ROOT, ONE: ROOT, TWO: UNIT},
        policies=policies,
        targets=targets,
    )


BEFORE = snapshot()
TRUST = {"Version": "2012-10-17", "Statement": [LAMBDA_TRUST]}


def add(side: Any, holder: str, statement: Any, policy: str | None = None) -> Change:
    return kinds.AddStatement(side=side, holder=holder, statement=statement, policy=policy)


def remove(side: Any, holder: str, sid: str, policy: str | None = None) -> Change:
    return kinds.RemoveStatement(side=side, holder=holder, sid=sid, policy=policy)


def replace(side: Any, holder: str, sid: str, statement: Any) -> Change:
    return kinds.ReplaceStatement(side=side, holder=holder, sid=sid, statement=statement)


def feature(name: Any, value: Any = None) -> Change:
    return kinds.SetFeature(function=F, feature=name, value=value)


NEW = allow("sqs:*", 'arn:aws:sqs:*:*:${aws:username}\'s "q"\\', Sid="new")
LET_IN = permit({"AWS": PARTNER}, F, Sid="partner")
BY_TOPIC = permit(
    {"Service": "sns.amazonaws.com"},
    f"{F}:live",
    Sid="t",
    Condition={"ArnLike": {"aws:SourceArn": TOPIC}, "StringEquals": {"aws:SourceAccount": ONE}},
)
FROM_VPC = permit("*", F, Sid="vpc", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})
BY_URL = permit("*", F, Sid="url", Condition={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})
URL = {**BY_URL, "Action": "lambda:InvokeFunctionUrl"}

#: What a change is called -> the change, or several that are said together.
CASES: dict[str, list[Change]] = {
    "a new inline policy": [add("identity", DEV, NEW)],
    "a new inline policy of a role, in another account": [add("identity", PARTNER, NEW, "more")],
    "a statement in an inline policy": [add("identity", DEV, NEW, "inline")],
    "two statements in an inline policy": [
        add("identity", DEV, NEW, "p"),
        add("identity", DEV, {**NEW, "Sid": "b"}, "p"),
    ],
    "a statement of a group": [add("identity", TEAM, NEW)],
    "an inline policy less": [remove("identity", TEAM, "send")],
    "a statement of an inline policy less": [remove("identity", DEV, "call")],
    "a statement of an inline policy replaced": [replace("identity", DEV, "call", NEW)],
    "a statement with a variable kept": [add("identity", PARTNER, NEW, "inline")],
    "a statement in a managed policy": [add("identity", DEV, NEW, OWN)],
    "a statement in a boundary": [add("boundary", OPS, NEW)],
    "a statement in a trust policy": [add("trust", JOB, allow("sts:AssumeRole", Principal={"AWS": DEV}, Sid="dev"))],
    "a trust policy": [kinds.SetTrust(holder=JOB, document={**TRUST, "Statement": [LAMBDA_TRUST, LAMBDA_TRUST]})],
    "a policy attached": [kinds.AttachPolicy(holder=DEV, policy=NARROW), kinds.AttachPolicy(holder=JOB, policy=OWN)],
    "a policy of AWS attached": [kinds.AttachPolicy(holder=TEAM, policy=AUDIT)],
    "a policy detached": [kinds.DetachPolicy(holder=DEV, policy=OWN)],
    "another default version": [kinds.SetDefaultVersion(policy=OWN, version="v2")],
    "a boundary": [kinds.SetBoundary(holder=DEV, policy=NARROW)],
    "another boundary": [kinds.SetBoundary(holder=OPS, policy=OWN)],
    "a boundary less": [kinds.RemoveBoundary(holder=OPS)],
    "a user in a group": [kinds.AddToGroup(user=OPS, group=TEAM)],
    "a user out of a group": [kinds.RemoveFromGroup(user=DEV, group=TEAM)],
    "a user made": [
        kinds.CreateUser(user=user_of("people/new")),
        kinds.AddToGroup(user=user_of("people/new"), group=TEAM),
        kinds.AttachPolicy(holder=user_of("people/new"), policy=OWN),
        add("identity", user_of("people/new"), NEW),
    ],
    "a role made": [
        kinds.CreateRole(role=role("new"), document=TRUST),
        kinds.SetBoundary(holder=role("new"), policy=OWN),
    ],
    "a user deleted": [kinds.DeleteUser(user=DEV)],
    "a role deleted": [kinds.DeleteRole(role=PARTNER)],
    "a role deleted, and made again": [kinds.DeleteRole(role=OTHER), kinds.CreateRole(role=OTHER, document=TRUST)],
    "an SCP made": [add("scp", TWO, allow("lambda:*", "*", Sid="new"))],
    "a statement in an SCP": [add("scp", UNIT, deny("s3:*", "*", Sid="new"), "Frozen")],
    "a statement in an RCP": [add("rcp", TWO, deny("s3:*", "*", Principal="*", Sid="new"), "Region")],
    "a statement of an SCP less": [remove("scp", UNIT, "frozen")],
    "an SCP attached": [kinds.AttachScp(policy="Frozen", target=ONE)],
    "an SCP detached": [kinds.DetachScp(policy="Frozen", target=UNIT)],
    "an RCP attached": [kinds.AttachRcp(policy="Region", target=ONE)],
    "an RCP detached": [kinds.DetachRcp(policy="Region", target=TWO)],
    "an account moved": [kinds.MoveAccount(account=TWO, parent=ROOT)],
    "a permission for a role": [add("resource", F, LET_IN)],
    "a permission for an account": [add("resource", F, permit({"AWS": f"arn:aws:iam::{TWO}:root"}, F, Sid="two"))],
    "a permission on an alias": [add("resource", f"{F}:live", BY_TOPIC)],
    "a permission on a version, its first": [add("resource", f"{F}:1", permit("*", f"{F}:1", Sid="all"))],
    "permissions of a URL": [
        add("resource", F, BY_URL),
        add(
            "resource", F, {**URL, "Sid": "none", "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}}
        ),
    ],
    "a permission for an organization": [
        add("resource", F, permit("*", F, Sid="o", Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})),
    ],
    "a permission for Alexa": [
        add(
            "resource",
            F,
            permit(
                {"Service": "alexa-connectedhome.amazon.com"},
                F,
                Sid="alexa",
                Condition={"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}},
            ),
        )
    ],
    "a permission less": [remove("resource", F, "sns")],
    "a permission replaced by another": [replace("resource", F, "sns", LET_IN)],
    "a permission replaced under its Sid": [replace("resource", F, "sns", {**LET_IN, "Sid": "sns"})],
    "a condition that AddPermission can't say": [add("resource", F, FROM_VPC)],
    "a Deny": [add("resource", f"{F}:live", {**permit("*", f"{F}:live", Sid="no"), "Effect": "Deny"})],
    "a permission, and one that AddPermission can't say": [add("resource", F, LET_IN), add("resource", F, FROM_VPC)],
    "a statement without a Sid": [add("resource", F, permit({"AWS": PARTNER}, F))],
    "a permission of a layer": [
        add("resource", LAYER, allow("lambda:GetLayerVersion", LAYER, Principal={"AWS": TWO}, Sid="two"))
    ],
    "a layer for an organization": [
        add(
            "resource",
            LAYER,
            allow(
                "lambda:GetLayerVersion",
                LAYER,
                Principal="*",
                Sid="o",
                Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
            ),
        )
    ],
    **{f"the policy of {arn.split(':', 2)[2]}": [add("resource", arn, of(arn, "new"))] for arn in RESOURCES},
    **{
        f"no policy of {arn.split(':', 2)[2]}": [remove("resource", arn, "dev")]
        for arn in WITH_POLICY
        if arn not in (KEY, ENDPOINT)
    },
    "another execution role": [kinds.SetExecutionRole(function=F, role=OTHER)],
    "a VPC": [
        feature("vpc", VpcConfig(subnets=("subnet-0123456789abcdef0",), security_groups=("sg-0123456789abcdef0",)))
    ],
    "tracing": [feature("tracing", "Active")],
    "a dead-letter queue": [feature("dead_letter", Q)],
    "a key": [feature("kms_key", KEY)],
    "layers": [feature("layers", (LAYER,))],
    "a log group": [feature("log_group", "/team/f")],
    "SnapStart": [feature("snap_start", True)],
    "code signing": [feature("code_signing", SIGNING)],
    "destinations": [
        feature("event_invokes", (EventInvoke(qualifier="live", on_success=TOPIC), EventInvoke(on_failure=Q)))
    ],
    "destinations less": [feature("event_invokes")],
    "a function deleted": [kinds.DeleteFunction(function=F)],
    "a subscription": [kinds.AddTrigger(service="sns.amazonaws.com", source=TOPIC, target=f"{F}:live")],
    "a subscription less": [kinds.RemoveTrigger(source=TOPIC)],
    "a notification of a bucket beside another": [notified(prefix="in/", suffix=".jpg")],
    "a notification of several events": [notified("s3:ObjectRemoved:*", "s3:ObjectRestore:Completed")],
    "a target of a rule": [kinds.AddTrigger(service="events.amazonaws.com", source=RULE, target=f"{F}:live")],
    "a rule disabled": [kinds.DisableTrigger(source=RULE)],
    "a rule enabled": [kinds.EnableTrigger(source=STOPPED)],
    "a mapping enabled": [kinds.EnableMapping(uuid=OFF)],
    "a mapping of a queue": [kinds.AddMapping(source=queue("other"), function=f"{F}:live", kms_key=KEY)],
    "a mapping of a stream": [kinds.AddMapping(source=STREAM, function=F, on_failure=Q)],
    "a mapping less": [kinds.RemoveMapping(uuid=UUID)],
    "a mapping disabled": [kinds.DisableMapping(uuid=UUID)],
}

#: What no form says, since a snapshot doesn't hold what it takes, or AWS doesn't.
UNSAID: dict[str, list[Change]] = {
    "a session policy is passed by whoever assumes the role": [add("session", OTHER, NEW)],
    "another way round: no session policy": [remove("session", OTHER, "all"), remove("session", OTHER, "#1")],
    "a function is created with its code": [kinds.CreateFunction(function=function("new"), role=JOB)],
    "a file system is mounted at a path": [
        feature("file_systems", (f"arn:aws:elasticfilesystem:eu-west-1:{ONE}:access-point/fsap-0123456789abcdef0",))
    ],
    "a durable function runs for so long": [feature("durable", True)],
    "a bucket's notification says its events": [kinds.AddTrigger(service="s3.amazonaws.com", source=BUCKET, target=F)],
    "a prefix that a query would read as a number": [notified(prefix="2026")],
    "a prefix that would end a word of the shell": [notified(prefix="it's/")],
    "a subscription can't be disabled": [kinds.DisableTrigger(source=TOPIC)],
    "a mapping of Kafka says its topics": [kinds.AddMapping(source=CLUSTER, function=F)],
    "an endpoint without a policy has the one that allows all": [remove("resource", ENDPOINT, "dev")],
    "only GetLayerVersion can be allowed on a layer": [add("resource", LAYER, allow("lambda:*", LAYER, Principal="*"))],
}
