"""The table of triggers has a row for every service that AWS lets invoke functions, and says of each what AWS says.

The transcript below was made from AWS's pages, row by row; nothing in it is read from the table.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from models.snapshot import Trigger
from simulator.facts import reference
from simulator.triggers.push import Acts, Sent, TriggerService
from simulator.triggers.services import SERVICES, service_of
from tests.edges.trigger_cases import API, DISTRIBUTION, ORDERS, SKILL, WORKER, at
from tests.worlds import REGION

#: How a service gets to invoke: the function's policy names it; it assumes a role; its caller's own permissions count;
#: the execution role trusts it.
POLICY, ROLE, CALLER, TRUST = "policy", "role", "caller", "trust"
#: What AWS says of aws:SourceAccount.
ALWAYS, YES, RECOMMENDED, OPTIONAL, NO = "always", "yes", "recommended", "optional", "no"


class Fact(NamedTuple):
    """One line of the transcript. `sends` is the aws:SourceArn: None where the service sends none, or no page says."""

    service: str
    how: str
    principal: str
    on: str
    sends: str | None = None
    account: str | None = None


def itself(service: str, principal: str, on: str, account: str, sends: str | None = "") -> Fact:
    """A service that sends the ARN of what it acts for, unless `sends` says otherwise."""
    return Fact(service, POLICY, principal, on, on if sends == "" else sends, account)


TRANSCRIPT = (
    itself("S3 event notification", "s3.amazonaws.com", "arn:aws:s3:::inbox", ALWAYS),
    itself("SNS", "sns.amazonaws.com", at("sns", "news"), RECOMMENDED),
    itself("EventBridge rule, default bus", "events.amazonaws.com", at("events", "rule/nightly"), OPTIONAL),
    itself("EventBridge rule, custom bus", "events.amazonaws.com", at("events", "rule/shop/placed"), OPTIONAL),
    Fact("EventBridge rule with RoleArn", ROLE, "events.amazonaws.com", at("events", "rule/nightly")),
    Fact("EventBridge Scheduler", ROLE, "scheduler.amazonaws.com", at("scheduler", "schedule/default/nightly")),
    Fact("EventBridge Pipes, target or enrichment", ROLE, "pipes.amazonaws.com", at("pipes", "pipe/orders")),
    Fact("Step Functions", ROLE, "states.amazonaws.com", at("states", "stateMachine:orders")),
    itself("API Gateway REST integration", "apigateway.amazonaws.com", f"{API}/prod/GET/orders/{{id}}", NO),
    Fact("API Gateway REST with credentials", ROLE, "apigateway.amazonaws.com", f"{API}/prod/GET/orders"),
    itself("API Gateway REST Lambda authorizer", "apigateway.amazonaws.com", f"{API}/authorizers/x9y8z7", NO),
    Fact("authorizer with authorizerCredentials", ROLE, "apigateway.amazonaws.com", f"{API}/authorizers/x9y8z7"),
    itself("API Gateway HTTP API, a route", "apigateway.amazonaws.com", f"{API}/live/POST/work", NO),
    itself("API Gateway HTTP API, $default", "apigateway.amazonaws.com", f"{API}/live/$default", NO),
    itself("API Gateway WebSocket", "apigateway.amazonaws.com", f"{API}/prod/$connect", NO),
    itself(
        "Application Load Balancer",
        "elasticloadbalancing.amazonaws.com",
        at("elasticloadbalancing", "targetgroup/web/0123456789abcdef"),
        OPTIONAL,
    ),
    itself("VPC Lattice", "vpc-lattice.amazonaws.com", at("vpc-lattice", "targetgroup/tg-0123456789abcdef0"), OPTIONAL),
    itself(
        "CloudWatch Logs subscription filter",
        "logs.amazonaws.com",
        at("logs", "log-group:/aws/app"),
        RECOMMENDED,
        at("logs", "log-group:/aws/app:*"),
    ),
    itself("CloudWatch alarm", "lambda.alarms.cloudwatch.amazonaws.com", at("cloudwatch", "alarm:errors"), YES),
    itself(
        "Cognito user pool", "cognito-idp.amazonaws.com", at("cognito-idp", f"userpool/{REGION}_AbCdEf"), RECOMMENDED
    ),
    itself(
        "Cognito Sync events",
        "cognito-sync.amazonaws.com",
        at("cognito-identity", f"identitypool/{REGION}:1-2-3"),
        RECOMMENDED,
    ),
    itself("IoT topic rule", "iot.amazonaws.com", at("iot", "rule/hot"), YES),
    itself("IoT Events", "iotevents.amazonaws.com", at("iotevents", "detectorModel/press"), RECOMMENDED, None),
    itself("Lex V2", "lexv2.amazonaws.com", at("lex", "bot-alias/BOT1234567/TSTALIASID"), RECOMMENDED),
    itself("Lex V1", "lex.amazonaws.com", at("lex", "intent:OrderFlowers:2"), RECOMMENDED),
    itself("Alexa custom skill", "alexa-appkit.amazon.com", SKILL, NO, None),
    itself("Alexa smart home", "alexa-connectedhome.amazon.com", SKILL, NO, None),
    itself("AWS Config custom rule", "config.amazonaws.com", at("config", "config-rule/config-rule-abc123"), YES),
    itself("SES receipt rule", "ses.amazonaws.com", at("ses", "receipt-rule-set/in:receipt-rule/orders"), YES),
    itself("CodeCommit trigger", "codecommit.amazonaws.com", at("codecommit", "shop"), YES),
    Fact("CodePipeline Lambda action", ROLE, "codepipeline.amazonaws.com", at("codepipeline", "release")),
    Fact("CodeDeploy hooks", ROLE, "codedeploy.amazonaws.com", at("codedeploy", "deploymentgroup:shop/blue")),
    Fact("CloudFormation custom resource", CALLER, "cloudformation.amazonaws.com", at("cloudformation", "stack/a/1-2")),
    Fact("CloudFormation service role", ROLE, "cloudformation.amazonaws.com", at("cloudformation", "stack/a/1-2")),
    itself(
        "Secrets Manager rotation",
        "secretsmanager.amazonaws.com",
        at("secretsmanager", "secret:db/main-AbCdEf"),
        RECOMMENDED,
    ),
    Fact("AppSync data source", ROLE, "appsync.amazonaws.com", at("appsync", "apis/abc123")),
    itself("AppSync Lambda authorizer", "appsync.amazonaws.com", at("appsync", "apis/abc123"), RECOMMENDED),
    itself("Bedrock agent action group", "bedrock.amazonaws.com", at("bedrock", "agent/AGENT12345"), RECOMMENDED),
    itself("Bedrock agent's parser", "bedrock.amazonaws.com", at("bedrock", "agent/AGENT12345"), RECOMMENDED),
    Fact("Bedrock knowledge base", ROLE, "bedrock.amazonaws.com", at("bedrock", "knowledge-base/KB12345678")),
    Fact("Bedrock flow", ROLE, "bedrock.amazonaws.com", at("bedrock", "flow/FLOW123456")),
    Fact("AppSync Events", ROLE, "appsync.amazonaws.com", at("appsync", "apis/abc123/channelNamespace/news")),
    itself("Amazon Connect", "connect.amazonaws.com", at("connect", "instance/1-2-3"), YES),
    itself("CloudFront OAC to a function URL", "cloudfront.amazonaws.com", DISTRIBUTION, NO),
    Fact("Lambda@Edge", TRUST, "edgelambda.amazonaws.com", DISTRIBUTION),
    Fact("S3 Batch Operations", ROLE, "batchoperations.s3.amazonaws.com", at("s3", "job/1234-abcd")),
    Fact("S3 Object Lambda", CALLER, "s3-object-lambda.amazonaws.com", at("s3-object-lambda", "accesspoint/a")),
    Fact("Data Firehose transform", ROLE, "firehose.amazonaws.com", at("firehose", "deliverystream/clicks")),
    Fact("Redshift UDF", ROLE, "redshift.amazonaws.com", at("redshift", "cluster:dw")),
    Fact("Aurora", ROLE, "rds.amazonaws.com", at("rds", "cluster:shop")),
    Fact("RDS for PostgreSQL", ROLE, "rds.amazonaws.com", at("rds", "db:shop")),
    Fact("Athena federated query", CALLER, "athena.amazonaws.com", at("athena", "datacatalog/orders")),
    Fact("Systems Manager Automation", CALLER, "ssm.amazonaws.com", at("ssm", "document/Restart")),
    Fact("Systems Manager Automation, with a role", ROLE, "ssm.amazonaws.com", at("ssm", "document/Restart")),
    Fact("Kinesis Data Analytics", ROLE, "kinesisanalytics.amazonaws.com", at("kinesisanalytics", "application/a")),
    Fact("SageMaker Ground Truth", ROLE, "sagemaker.amazonaws.com", at("sagemaker", "labeling-job/birds")),
    Fact("Kendra custom document enrichment", ROLE, "kendra.amazonaws.com", at("kendra", "index/i/data-source/d")),
    itself("IoT custom authorizer", "iot.amazonaws.com", at("iot", "authorizer/badge"), NO),
    itself("Transfer Family", "transfer.amazonaws.com", at("transfer", "server/s-01234567890abcdef"), RECOMMENDED),
)

_ACTS = {
    POLICY: (Acts.ITSELF, Acts.EITHER),
    ROLE: (Acts.ROLE, Acts.EITHER),
    CALLER: (Acts.CALLER,),
    TRUST: (Acts.EXECUTION_ROLE,),
}


#: Who calls functions of the source's Region only, by the beginning of the transcript's name.
OWN_REGION = (
    "S3 event notification",
    "EventBridge rule",
    "Application Load Balancer",
    "VPC Lattice",
    "SES receipt rule",
    "CodeCommit trigger",
)
#: And those of its account only.
OWN_ACCOUNT = ("Application Load Balancer", "VPC Lattice", "CloudWatch Logs")


def row_of(fact: Fact) -> TriggerService | None:
    role = WORKER if fact.how == ROLE else None
    return service_of(Trigger(service=fact.principal, source=fact.on, target=ORDERS, role=role))


@pytest.mark.parametrize("fact", [pytest.param(fact, id=fact.service) for fact in TRANSCRIPT])
def test_the_table_says_what_aws_says(fact: Fact) -> None:
    row = row_of(fact)
    assert row is not None
    assert row.acts in _ACTS[fact.how]
    assert fact.principal in row.principals_for(fact.on)
    assert row.own_region == fact.service.startswith(OWN_REGION)
    assert row.own_account == fact.service.startswith(OWN_ACCOUNT)
    if fact.how == POLICY:
        sent = row.sent_for(fact.on) if row.source_arn_sent is Sent.YES else None
        assert sent == fact.sends
        assert row.needs_account.startswith(str(fact.account))


def test_every_row_is_in_the_transcript() -> None:
    assert {row.label for row in SERVICES} == {row.label for fact in TRANSCRIPT if (row := row_of(fact))}
    assert len({row.label for row in SERVICES}) == len(SERVICES)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.label) for row in SERVICES])
def test_a_row_has_a_source_and_marks_what_is_not_confirmed(row: TriggerService) -> None:
    assert row.source
    marked = " ".join(row.unconfirmed)
    assert (row.source_arn_sent is Sent.UNCONFIRMED) == ("aws:SourceArn" in marked)
    assert (row.source_account is Sent.UNCONFIRMED) == ("aws:SourceAccount" in marked)
    named = [feed.action for feed in row.feeds] + [name for name in (*row.role_needs, *row.set_up) if "*" not in name]
    assert [action for action in named if not reference.is_known_action(action)] == []
