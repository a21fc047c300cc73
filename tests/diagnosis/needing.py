"""What each feature of a function needs, as AWS's pages say it, and worlds in which it has that or lacks some of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from models.answer import FindingAnswer
from models.finding import Verdict
from models.snapshot import EventInvoke, Organization, OrganizationPolicy, VpcConfig
from simulator.answers.diagnose import diagnose
from simulator.world import World
from tests.worlds import LAMBDA_TRUST, ONE, REGION, TWO, Builder, Json, allow, function, queue, role, topic

F, ROLE = function("f"), role("f-role")
ROOT, EVERYTHING = f"arn:aws:iam::{ONE}:root", allow("*", "*")
QUEUE, TOPIC, BUCKET = queue("failed"), topic("failed"), "arn:aws:s3:::failed"
BUS = f"arn:aws:events:{REGION}:{ONE}:event-bus/done"
KEY = f"arn:aws:kms:{REGION}:{ONE}:key/1234"
LOGS = f"arn:aws:logs:{REGION}:{ONE}:log-group:"
FILES = f"arn:aws:elasticfilesystem:{REGION}:{ONE}:file-system/fs-0123456789abcdef0"
POINT = f"arn:aws:elasticfilesystem:{REGION}:{ONE}:access-point/fsap-0123456789abcdef0"
S3_FILES = f"arn:aws:s3files:{REGION}:{ONE}:file-system/fs-0123456789abcdef0"
S3_POINT = f"{S3_FILES}/access-point/fsap-0123456789abcdef0"
INSIGHTS_LAYER = f"arn:aws:lambda:{REGION}:580247275435:layer:LambdaInsightsExtension:53"
SIGNALS_LAYER = f"arn:aws:lambda:{REGION}:615299751070:layer:AWSOpenTelemetryDistroPython:10"
IN_VPC = VpcConfig(subnets=("subnet-1",), security_groups=("sg-1",), vpc="vpc-1")


@dataclass(frozen=True)
class Case:
    """A feature that a function has: what its role has to be allowed on what, and by which rule it is told.

    `of_function`: the request names the function, in lambda:SourceFunctionArn. `by_rcp`: the services support RCPs.
    `subject`: what the finding is about, where the rule tells of several things.
    """

    says: str
    check: str
    has: dict[str, Any]
    needs: tuple[tuple[str, str], ...]
    of_function: bool = False
    by_rcp: bool = True
    policies: dict[str, tuple[Json, ...]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    own: tuple[Json, ...] = ()
    subject: str = ""


_KINDS = {
    QUEUE: "sqs:queue",
    TOPIC: "sns:topic",
    BUCKET: "s3:bucket",
    BUS: "events:bus",
    KEY: "kms:key",
    FILES: "elasticfilesystem:file-system",
    POINT: "elasticfilesystem:access-point",
    S3_FILES: "s3files:file-system",
    S3_POINT: "s3files:access-point",
}

KEY_POLICY = (allow("kms:*", "*", Principal={"AWS": ROOT}),)
_OF_POINT = {POINT: {"FileSystemId": "fs-0123456789abcdef0"}}
_FILE_POLICY = (allow("elasticfilesystem:ClientRootAccess", "*", Principal={"AWS": role("admin")}),)

CASES = (
    Case(
        "by default the function writes to a log group named after it",
        "log-permissions",
        {},
        (
            ("logs:CreateLogGroup", f"{LOGS}/aws/lambda/f"),
            ("logs:CreateLogStream", f"{LOGS}/aws/lambda/f:log-stream:*"),
            ("logs:PutLogEvents", f"{LOGS}/aws/lambda/f:log-stream:*"),
        ),
        of_function=True,
    ),
    Case(
        "a custom log group is written to instead",
        "log-permissions",
        {"log_group": "/app/shop"},
        (
            ("logs:CreateLogGroup", f"{LOGS}/app/shop"),
            ("logs:CreateLogStream", f"{LOGS}/app/shop:log-stream:*"),
            ("logs:PutLogEvents", f"{LOGS}/app/shop:log-stream:*"),
        ),
        of_function=True,
    ),
    Case(
        "with active tracing the role needs to send trace data to X-Ray",
        "tracing-permissions",
        {"tracing": "Active"},
        (("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")),
        of_function=True,
    ),
    Case(
        "Lambda uses the role's permissions to create and manage network interfaces",
        "vpc-permissions",
        {"vpc": IN_VPC},
        (
            ("ec2:CreateNetworkInterface", "*"),
            ("ec2:DescribeNetworkInterfaces", "*"),
            ("ec2:DeleteNetworkInterface", "*"),
        ),
        by_rcp=False,
    ),
    Case(
        "the list of VPC permissions has three further actions",
        "vpc-further-permissions",
        {"vpc": IN_VPC},
        (
            ("ec2:DescribeSubnets", "*"),
            ("ec2:AssignPrivateIpAddresses", "*"),
            ("ec2:UnassignPrivateIpAddresses", "*"),
        ),
        by_rcp=False,
    ),
    Case(
        "a dead-letter queue needs sqs:SendMessage",
        "dead-letter-permissions",
        {"dead_letter": QUEUE},
        (("sqs:SendMessage", QUEUE),),
    ),
    Case(
        "a dead-letter topic needs sns:Publish",
        "dead-letter-permissions",
        {"dead_letter": TOPIC},
        (("sns:Publish", TOPIC),),
        by_rcp=False,
    ),
    Case(
        "a dead-letter queue that is encrypted needs the use of its key",
        "dead-letter-key",
        {"dead_letter": QUEUE},
        (("kms:GenerateDataKey", KEY), ("kms:Decrypt", KEY)),
        policies={KEY: KEY_POLICY},
        attributes={QUEUE: {"KmsMasterKeyId": KEY}},
        own=(allow("sqs:SendMessage", QUEUE),),
    ),
    Case(
        "a queue as destination needs sqs:SendMessage",
        "destination-permissions",
        {"event_invokes": (EventInvoke(on_failure=QUEUE),)},
        (("sqs:SendMessage", QUEUE),),
    ),
    Case(
        "a topic as destination needs sns:Publish",
        "destination-permissions",
        {"event_invokes": (EventInvoke(on_success=TOPIC),)},
        (("sns:Publish", TOPIC),),
        by_rcp=False,
    ),
    Case(
        "a bucket as destination needs s3:PutObject and s3:ListBucket",
        "destination-permissions",
        {"event_invokes": (EventInvoke(on_failure=BUCKET),)},
        (("s3:ListBucket", BUCKET), ("s3:PutObject", f"{BUCKET}/*")),
    ),
    Case(
        "a function as destination needs lambda:InvokeFunction",
        "destination-permissions",
        {"event_invokes": (EventInvoke(on_success=function("next")),)},
        (("lambda:InvokeFunction", function("next")),),
        by_rcp=False,
    ),
    Case(
        "an event bus as destination needs events:PutEvents",
        "destination-permissions",
        {"versions": ("1",), "event_invokes": (EventInvoke(qualifier="1", on_success=BUS),)},
        (("events:PutEvents", BUS),),
    ),
    Case(
        "a bucket as destination that is encrypted needs kms:GenerateDataKey",
        "destination-key",
        {"event_invokes": (EventInvoke(on_failure=BUCKET),)},
        (("kms:GenerateDataKey", KEY),),
        policies={KEY: KEY_POLICY},
        attributes={BUCKET: {"KMSMasterKeyID": KEY}},
        own=(allow(["s3:ListBucket", "s3:PutObject"], [BUCKET, f"{BUCKET}/*"]),),
    ),
    Case(
        "a file system with a policy needs ClientMount",
        "file-system-mount",
        {"file_systems": (POINT,), "vpc": IN_VPC},
        (("elasticfilesystem:ClientMount", FILES),),
        of_function=True,
        by_rcp=False,
        policies={FILES: _FILE_POLICY},
        attributes=_OF_POINT,
    ),
    Case(
        "ClientWrite is not required for read-only connections",
        "file-system-write",
        {"file_systems": (POINT,), "vpc": IN_VPC},
        (("elasticfilesystem:ClientWrite", FILES),),
        of_function=True,
        by_rcp=False,
        policies={FILES: _FILE_POLICY},
        attributes=_OF_POINT,
    ),
    Case(
        "a file system of S3 Files needs s3files:ClientMount",
        "file-system-mount",
        {"file_systems": (S3_POINT,), "vpc": IN_VPC},
        (("s3files:ClientMount", S3_FILES),),
        by_rcp=False,
        attributes={S3_FILES: {"bucket": BUCKET}},
    ),
    Case(
        "and s3files:ClientWrite",
        "file-system-write",
        {"file_systems": (S3_POINT,), "vpc": IN_VPC},
        (("s3files:ClientWrite", S3_FILES),),
        by_rcp=False,
        attributes={S3_FILES: {"bucket": BUCKET}},
    ),
    Case(
        "direct reads of it need s3:GetObject and s3:GetObjectVersion",
        "file-system-direct-read",
        {"file_systems": (S3_POINT,), "vpc": IN_VPC},
        (("s3:GetObject", f"{BUCKET}/*"), ("s3:GetObjectVersion", f"{BUCKET}/*")),
        attributes={S3_FILES: {"bucket": BUCKET}},
    ),
    Case(
        "the extension of Lambda Insights writes to a log group of its own",
        "insights-permissions",
        {"layers": (INSIGHTS_LAYER,)},
        (
            ("logs:CreateLogGroup", f"{LOGS}/aws/lambda-insights"),
            ("logs:CreateLogStream", f"{LOGS}/aws/lambda-insights:log-stream:*"),
            ("logs:PutLogEvents", f"{LOGS}/aws/lambda-insights:log-stream:*"),
        ),
        of_function=True,
    ),
    Case(
        "Application Signals sends traces",
        "signals-permissions",
        {"layers": (SIGNALS_LAYER,)},
        (("xray:PutTraceSegments", "*"),),
        of_function=True,
        subject=ROLE,
    ),
    Case(
        "and writes to a log group of its own",
        "signals-permissions",
        {"layers": (SIGNALS_LAYER,)},
        (
            ("logs:CreateLogGroup", f"{LOGS}/aws/application-signals/data"),
            ("logs:CreateLogStream", f"{LOGS}/aws/application-signals/data:log-stream:*"),
            ("logs:PutLogEvents", f"{LOGS}/aws/application-signals/data:log-stream:*"),
        ),
        of_function=True,
        subject=f"{LOGS}/aws/application-signals/data",
    ),
    Case(
        "a durable function checkpoints its executions and reads their state",
        "durable-permissions",
        {"durable": True},
        (
            ("lambda:CheckpointDurableExecution", f"{F}:*/durable-execution/*/*"),
            ("lambda:GetDurableExecutionState", f"{F}:*/durable-execution/*/*"),
        ),
        of_function=True,
        by_rcp=False,
    ),
)


def plain(**has: object) -> Case:
    """A function with these features, of which no needs are listed."""
    return Case("", "", dict(has), ())


def allowing(case: Case, *without: str) -> list[Json]:
    """The statements that allow all that a feature needs, less the actions `without`."""
    return [*case.own, *(allow(action, resource) for action, resource in case.needs if action not in without)]


def builder(case: Case, own: Iterable[Json], *, boundary: Json | None = None) -> Builder:
    """The function with its feature, and a role of which these are the policies."""
    made = Builder()
    statements = list(own)
    limit = made.policy(f"arn:aws:iam::{ONE}:policy/limit", boundary) if boundary else None
    made.role(ROLE, LAMBDA_TRUST, *statements, boundary=limit)
    made.function(F, role=ROLE, **case.has)
    made.function(function("next"))
    for arn, kind in _KINDS.items():
        made.resource(
            arn,
            kind,
            ONE,
            *case.policies.get(arn, KEY_POLICY if arn == KEY else ()),
            region=REGION,
            attributes=case.attributes.get(arn, {}),
        )
    return made


def organized(made: Builder, *, scp: Json = EVERYTHING, rcp: Json | None = None) -> Builder:
    """The account in an organization with FullAWSAccess at its root, and these policies on the account."""
    kinds = {"p-full": ("SERVICE_CONTROL_POLICY", EVERYTHING), "p-scp": ("SERVICE_CONTROL_POLICY", scp)}
    if rcp:
        kinds["p-rcp"] = ("RESOURCE_CONTROL_POLICY", rcp)
    made.organization = Organization(
        id="o-a1b2c3d4e5",
        management_account="999999999999",
        parents=dict.fromkeys((ONE, TWO), "r-root"),
        policies={
            name: OrganizationPolicy.model_validate(
                {"id": name, "name": name, "type": kind, "document": made.document(statement)}
            )
            for name, (kind, statement) in kinds.items()
        },
        targets={"r-root": ("p-full",), ONE: tuple(name for name in kinds if name != "p-full"), TWO: ("p-full",)},
    )
    return made


def found(world: World, check: str, subject: str = "") -> FindingAnswer:
    """The one finding of a check, or the one about a subject."""
    rows = [row for row in diagnose(world, F).findings if row.check == check]
    (row,) = [row for row in rows if row.subject == subject or not subject]
    return row


def lacking(row: FindingAnswer) -> set[tuple[str, str, str]]:
    return {(grant.side, grant.action, grant.resource) for grant in row.missing}


def is_told(row: FindingAnswer, verdict: Verdict) -> bool:
    """Whether a finding is what its rule makes of it; a rule that only says something says it in a note."""
    return row.verdict == verdict.value and row.note == (verdict is Verdict.PASS)
