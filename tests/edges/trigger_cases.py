"""What services send and need when they invoke a function, as AWS's pages have it, and worlds with one trigger.

The SourceArn of each case is written out from the page, never made from the table under test.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from models.edge import Edge
from simulator.edges import triggers
from simulator.edges.question import Question
from tests.worlds import ASSUME, ONE, REGION, Builder, Json, allow, function, permit, role

ORDERS = function("orders")
WORKER = role("worker")


def at(service: str, resource: str, account: str = ONE) -> str:
    return f"arn:aws:{service}:{REGION}:{account}:{resource}"


API = at("execute-api", "a1b2c3d4e5")
DISTRIBUTION = f"arn:aws:cloudfront::{ONE}:distribution/EDFDVBD6EXAMPLE"
SKILL = "amzn1.ask.skill.0a1b2c3d-1111-2222-3333-444455556666"


class Push(NamedTuple):
    """A service that invokes by itself: what its trigger is configured on, what it sends for it, and another one."""

    says: str
    service: str
    on: str
    sends: str
    other: str


def same(says: str, service: str, on: str, other: str) -> Push:
    """A service that sends the ARN of what the trigger is configured on."""
    return Push(says, service, on, on, other)


PUSHES = (
    same(
        "S3 sends the ARN of the bucket, which has no account",
        "s3.amazonaws.com",
        "arn:aws:s3:::inbox",
        "arn:aws:s3:::inbox-2",
    ),
    same("SNS sends the topic's ARN", "sns.amazonaws.com", at("sns", "news"), at("sns", "old")),
    same(
        "a rule on the default bus is rule/NAME",
        "events.amazonaws.com",
        at("events", "rule/nightly"),
        at("events", "rule/default/nightly"),
    ),
    same(
        "a rule on a custom bus is rule/BUS/NAME",
        "events.amazonaws.com",
        at("events", "rule/shop/placed"),
        at("events", "rule/placed"),
    ),
    same(
        "a load balancer acts for the target group",
        "elasticloadbalancing.amazonaws.com",
        at("elasticloadbalancing", "targetgroup/web/0123456789abcdef"),
        at("elasticloadbalancing", "targetgroup/web/fedcba9876543210"),
    ),
    Push(
        "CloudWatch Logs sends the log group's ARN with :* behind it",
        "logs.amazonaws.com",
        at("logs", "log-group:/aws/app"),
        at("logs", "log-group:/aws/app:*"),
        at("logs", "log-group:/aws/app"),
    ),
    same(
        "Cognito sends the user pool's ARN",
        "cognito-idp.amazonaws.com",
        at("cognito-idp", f"userpool/{REGION}_AbCdEf"),
        at("cognito-idp", f"userpool/{REGION}_GhIjKl"),
    ),
    same(
        "Cognito Sync sends the identity pool's ARN",
        "cognito-sync.amazonaws.com",
        at("cognito-identity", f"identitypool/{REGION}:1-2-3"),
        at("cognito-identity", f"identitypool/{REGION}:4-5-6"),
    ),
    same(
        "Config sends the ARN of the rule that invokes the function",
        "config.amazonaws.com",
        at("config", "config-rule/config-rule-abc123"),
        at("config", "config-rule/config-rule-xyz789"),
    ),
    same("IoT sends the topic rule's ARN", "iot.amazonaws.com", at("iot", "rule/hot"), at("iot", "rule/cold")),
    same(
        "SES sends receipt-rule-set/SET:receipt-rule/RULE",
        "ses.amazonaws.com",
        at("ses", "receipt-rule-set/inbound:receipt-rule/orders"),
        at("ses", "receipt-rule-set/inbound:receipt-rule/returns"),
    ),
    same(
        "Secrets Manager acts for the secret",
        "secretsmanager.amazonaws.com",
        at("secretsmanager", "secret:db/main-AbCdEf"),
        at("secretsmanager", "secret:db/other-GhIjKl"),
    ),
    same(
        "CodeCommit sends the repository's ARN",
        "codecommit.amazonaws.com",
        at("codecommit", "shop"),
        at("codecommit", "site"),
    ),
    same(
        "AppSync calls an authorizer for the API",
        "appsync.amazonaws.com",
        at("appsync", "apis/abc123"),
        at("appsync", "apis/def456"),
    ),
    same(
        "an alarm invokes as lambda.alarms.cloudwatch.amazonaws.com",
        "lambda.alarms.cloudwatch.amazonaws.com",
        at("cloudwatch", "alarm:errors"),
        at("cloudwatch", "alarm:latency"),
    ),
    same(
        "a Bedrock agent invokes an action group's function for agent/ID",
        "bedrock.amazonaws.com",
        at("bedrock", "agent/AGENT12345"),
        at("bedrock", "agent/OTHER67890"),
    ),
    same(
        "VPC Lattice sends the target group's ARN",
        "vpc-lattice.amazonaws.com",
        at("vpc-lattice", "targetgroup/tg-0123456789abcdef0"),
        at("vpc-lattice", "targetgroup/tg-0fedcba9876543210"),
    ),
    same(
        "Connect sends the instance's ARN",
        "connect.amazonaws.com",
        at("connect", "instance/11111111-2222-3333-4444-555555555555"),
        at("connect", "instance/99999999-2222-3333-4444-555555555555"),
    ),
    same(
        "Lex V2 sends bot-alias/BOT/ALIAS",
        "lexv2.amazonaws.com",
        at("lex", "bot-alias/BOT1234567/TSTALIASID"),
        at("lex", "bot-alias/BOT1234567/LIVEALIAS1"),
    ),
)
#: Of these no page says whether aws:SourceAccount is sent.
WITHOUT_ACCOUNT = (
    same(
        "API Gateway invokes an authorizer for API/authorizers/ID",
        "apigateway.amazonaws.com",
        f"{API}/authorizers/x9y8z7",
        f"{API}/authorizers/other",
    ),
    same(
        "a method is API/STAGE/METHOD/PATH",
        "apigateway.amazonaws.com",
        f"{API}/prod/GET/orders",
        f"{API}/prod/POST/orders",
    ),
    same(
        "a WebSocket route is API/STAGE/ROUTEKEY",
        "apigateway.amazonaws.com",
        f"{API}/prod/$connect",
        f"{API}/prod/$disconnect",
    ),
    same(
        "Lex V1 sends intent:NAME:VERSION",
        "lex.amazonaws.com",
        at("lex", "intent:OrderFlowers:2"),
        at("lex", "intent:ReturnFlowers:2"),
    ),
    same(
        "IoT invokes an authorizer for authorizer/NAME",
        "iot.amazonaws.com",
        at("iot", "authorizer/badge"),
        at("iot", "authorizer/other"),
    ),
    same(
        "Transfer Family asks its identity provider for server/ID",
        "transfer.amazonaws.com",
        at("transfer", "server/s-01234567890abcdef"),
        at("transfer", "server/s-fedcba09876543210"),
    ),
)


class ByRole(NamedTuple):
    """A service that assumes a role in order to invoke, and what the role needs beside lambda:InvokeFunction."""

    says: str
    service: str
    on: str
    also: tuple[str, ...] = ()


GET = ("lambda:GetFunctionConfiguration",)
BY_ROLE = (
    ByRole("Scheduler assumes the schedule's role", "scheduler.amazonaws.com", at("scheduler", "schedule/default/n")),
    ByRole("a pipe invokes with its role", "pipes.amazonaws.com", at("pipes", "pipe/orders")),
    ByRole("CodePipeline invokes with its service role", "codepipeline.amazonaws.com", at("codepipeline", "release")),
    ByRole("a job of S3 Batch Operations has a role", "batchoperations.s3.amazonaws.com", at("s3", "job/1234-abcd")),
    ByRole("a state machine invokes with its role", "states.amazonaws.com", at("states", "stateMachine:orders")),
    ByRole(
        "Firehose needs lambda:InvokeFunction and lambda:GetFunctionConfiguration",
        "firehose.amazonaws.com",
        at("firehose", "deliverystream/clicks"),
        GET,
    ),
    ByRole(
        "CodeDeploy runs hooks with its service role",
        "codedeploy.amazonaws.com",
        at("codedeploy", "deploymentgroup:shop/blue"),
    ),
    ByRole(
        "Redshift calls a UDF with the role of its definition", "redshift.amazonaws.com", at("redshift", "cluster:dw")
    ),
    ByRole("an Aurora cluster has a role for Lambda", "rds.amazonaws.com", at("rds", "cluster:shop")),
    ByRole(
        "a labeling job invokes with its execution role",
        "sagemaker.amazonaws.com",
        at("sagemaker", "labeling-job/birds"),
    ),
    ByRole(
        "Kendra enriches documents with a role",
        "kendra.amazonaws.com",
        at("kendra", "index/i-1/data-source/d-1"),
    ),
    ByRole(
        "Kinesis Data Analytics for SQL needs what Firehose does",
        "kinesisanalytics.amazonaws.com",
        at("kinesisanalytics", "application/clicks"),
        GET,
    ),
)
#: Services that act in other ways too, by role here.
WITH_A_ROLE_TOO = (
    ByRole("an AppSync data source has a service role", "appsync.amazonaws.com", at("appsync", "apis/abc123")),
    ByRole("an integration with credentials assumes them", "apigateway.amazonaws.com", f"{API}/prod/GET/orders"),
    ByRole("a target with a RoleArn is invoked with it", "events.amazonaws.com", at("events", "rule/nightly")),
    ByRole("a stack with a service role", "cloudformation.amazonaws.com", at("cloudformation", "stack/shop/1-2-3")),
    ByRole("a runbook with a role for it", "ssm.amazonaws.com", at("ssm", "document/Restart")),
)


class ByCaller(NamedTuple):
    """A service that invokes with the permissions of whoever calls it."""

    says: str
    service: str
    on: str


BY_CALLER = (
    ByCaller(
        "a stack without a service role", "cloudformation.amazonaws.com", at("cloudformation", "stack/shop/1-2-3")
    ),
    ByCaller("a runbook without a role for it", "ssm.amazonaws.com", at("ssm", "document/Restart")),
    ByCaller("an Athena data source connector", "athena.amazonaws.com", at("athena", "datacatalog/orders")),
    ByCaller(
        "an Object Lambda access point", "s3-object-lambda.amazonaws.com", at("s3-object-lambda", "accesspoint/a")
    ),
)


def trigger_edge(made: Builder, question: Question | None = None) -> Edge:
    (edge,) = triggers.edges(made.world(), None, None, question or Question())
    return edge


def service(principal: str, sends: str | None, account: str | None, on: str = ORDERS) -> Json:
    """A statement for a service, as AddPermission writes it."""
    condition: dict[str, dict[str, str]] = {}
    if sends:
        condition["ArnLike"] = {"AWS:SourceArn": sends}
    if account:
        condition["StringEquals"] = {"AWS:SourceAccount": account}
    return permit({"Service": principal}, on, **({"Condition": condition} if condition else {}))


def pushing(case: Push, *permits: Json, target: str = ORDERS, owner: str = ONE) -> Edge:
    made = Builder()
    made.function(ORDERS, *permits, versions=("1",), aliases={"live": "1"})
    made.resource(case.on, "some:thing", owner, region=REGION)
    made.trigger(case.service, case.on, target)
    return trigger_edge(made)


def acting(case: ByRole, trusts: str | None, *actions: str, trigger_role: str | None = WORKER) -> Edge:
    made = Builder()
    made.function(ORDERS)
    made.role(
        WORKER,
        allow(ASSUME, Principal={"Service": trusts or "ec2.amazonaws.com"}),
        *([allow(list(actions), ORDERS)] if actions else []),
    )
    made.trigger(case.service, case.on, ORDERS, role=trigger_role)
    return trigger_edge(made)


def ids(cases: tuple[Any, ...]) -> list[Any]:
    return [pytest.param(case, id=case.says) for case in cases]
