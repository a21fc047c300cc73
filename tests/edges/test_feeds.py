"""Who may write to what triggers a function: the action and the resource of each row of the table of triggers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from models.edge import EdgeKind, Status
from simulator.edges import feeds
from simulator.edges.question import Question
from simulator.world.nodes import shown
from tests.worlds import ONE, REGION, Builder, Json, allow, function, user

ORDERS = function("orders")


def at(service: str, resource: str, account: str = ONE) -> str:
    return f"arn:aws:{service}:{REGION}:{account}:{resource}"


API = at("execute-api", "a1b2c3d4e5")


class Fed(NamedTuple):
    service: str
    on: str
    action: str
    resource: str
    elsewhere: str
    attributes: Mapping[str, str] = MappingProxyType({})


QUEUE = at("sqs", "pipe-in")
FEEDS = (
    Fed(
        "s3.amazonaws.com", "arn:aws:s3:::inbox", "s3:PutObject", "arn:aws:s3:::inbox/in/a", "arn:aws:s3:::inbox/out/*"
    ),
    Fed("sns.amazonaws.com", at("sns", "news"), "sns:Publish", at("sns", "news"), at("sns", "old")),
    Fed(
        "events.amazonaws.com",
        at("events", "rule/shop/placed"),
        "events:PutEvents",
        at("events", "event-bus/shop"),
        at("events", "event-bus/default"),
    ),
    Fed(
        "logs.amazonaws.com",
        at("logs", "log-group:/aws/app"),
        "logs:PutLogEvents",
        at("logs", "log-group:/aws/app:log-stream:one"),
        at("logs", "log-group:/aws/application:log-stream:one"),
    ),
    Fed(
        "apigateway.amazonaws.com",
        f"{API}/prod/*/orders",
        "execute-api:Invoke",
        f"{API}/prod/GET/orders",
        f"{API}/prod/GET/returns",
        {"AuthorizationType": "AWS_IAM"},
    ),
    Fed(
        "appsync.amazonaws.com",
        at("appsync", "apis/abc"),
        "appsync:GraphQL",
        at("appsync", "apis/abc/types/Query/fields/orders"),
        at("appsync", "apis/def/*"),
        {"authenticationType": "AWS_IAM"},
    ),
    Fed(
        "codecommit.amazonaws.com", at("codecommit", "a"), "codecommit:GitPush", at("codecommit", "a"), "arn:aws:x:::y"
    ),
    Fed(
        "secretsmanager.amazonaws.com",
        at("secretsmanager", "secret:db-AbCdEf"),
        "secretsmanager:RotateSecret",
        at("secretsmanager", "secret:db-*"),
        at("secretsmanager", "secret:other-*"),
    ),
    Fed(
        "config.amazonaws.com",
        at("config", "config-rule/r1"),
        "config:StartConfigRulesEvaluation",
        at("config", "config-rule/r1"),
        at("config", "config-rule/r2"),
    ),
    Fed(
        "lambda.alarms.cloudwatch.amazonaws.com",
        at("cloudwatch", "alarm:errors"),
        "cloudwatch:SetAlarmState",
        at("cloudwatch", "alarm:errors"),
        at("cloudwatch", "alarm:other"),
    ),
    Fed(
        "bedrock.amazonaws.com",
        at("bedrock", "agent/AGENT12345"),
        "bedrock:InvokeAgent",
        at("bedrock", "agent-alias/AGENT12345/TSTALIASID"),
        at("bedrock", "agent-alias/OTHER67890/TSTALIASID"),
    ),
    Fed(
        "lexv2.amazonaws.com",
        at("lex", "bot-alias/BOT1234567/TSTALIASID"),
        "lex:RecognizeText",
        at("lex", "bot-alias/BOT1234567/TSTALIASID"),
        at("lex", "bot-alias/BOT1234567/LIVEALIAS1"),
    ),
    Fed("pipes.amazonaws.com", at("pipes", "pipe/p"), "sqs:SendMessage", QUEUE, at("sqs", "out"), {"Source": QUEUE}),
    Fed(
        "states.amazonaws.com",
        at("states", "stateMachine:m"),
        "states:StartExecution",
        at("states", "stateMachine:m"),
        at("states", "stateMachine:n"),
    ),
    Fed(
        "codepipeline.amazonaws.com",
        at("codepipeline", "release"),
        "codepipeline:StartPipelineExecution",
        at("codepipeline", "release"),
        at("codepipeline", "other"),
    ),
    Fed(
        "firehose.amazonaws.com",
        at("firehose", "deliverystream/clicks"),
        "firehose:PutRecordBatch",
        at("firehose", "deliverystream/clicks"),
        at("firehose", "deliverystream/views"),
    ),
    Fed(
        "codedeploy.amazonaws.com",
        at("codedeploy", "deploymentgroup:shop/blue"),
        "codedeploy:CreateDeployment",
        at("codedeploy", "deploymentgroup:shop/blue"),
        at("codedeploy", "deploymentgroup:shop/green"),
    ),
    Fed(
        "cloudformation.amazonaws.com",
        at("cloudformation", "stack/shop/1-2"),
        "cloudformation:UpdateStack",
        at("cloudformation", "stack/shop/*"),
        at("cloudformation", "stack/site/*"),
    ),
    Fed(
        "ssm.amazonaws.com",
        at("ssm", "document/Restart"),
        "ssm:StartAutomationExecution",
        at("ssm", "automation-definition/Restart:1"),
        at("ssm", "automation-definition/Rebuild:*"),
    ),
    Fed(
        "s3-object-lambda.amazonaws.com",
        at("s3-object-lambda", "accesspoint/redacted"),
        "s3-object-lambda:GetObject",
        at("s3-object-lambda", "accesspoint/redacted"),
        at("s3-object-lambda", "accesspoint/other"),
    ),
    Fed(
        "bedrock.amazonaws.com",
        at("bedrock", "flow/FLOW123456"),
        "bedrock:InvokeFlow",
        at("bedrock", "flow/FLOW123456/alias/TSTALIASID"),
        at("bedrock", "flow/FLOW654321/alias/*"),
    ),
    Fed(
        "batchoperations.s3.amazonaws.com",
        at("s3", "job/1234-abcd"),
        "s3:UpdateJobStatus",
        at("s3", "job/1234-abcd"),
        at("s3", "job/1234-abce"),
        {"Status": "Suspended"},
    ),
    Fed(
        "kendra.amazonaws.com",
        at("kendra", "index/i/data-source/d"),
        "kendra:StartDataSourceSyncJob",
        at("kendra", "index/i/data-source/d"),
        at("kendra", "index/i/data-source/e"),
    ),
)


def feeding(case: Fed, *statements: Json, attributes: Mapping[str, str] | None = None) -> dict[str, Status]:
    made = Builder()
    made.function(ORDERS)
    made.user(user("writer"), *statements)
    made.resource(case.on, "some:thing", ONE, attributes=dict(case.attributes if attributes is None else attributes))
    more = {"events": ("s3:ObjectCreated:*",), "prefix": "in/"} if case.service.startswith("s3.") else {}
    made.trigger(case.service, case.on, ORDERS, **more)
    question = Question(missing=False)
    found = feeds.edges(made.world(), None, None, question)
    return {edge.source: edge.status for edge in found if shown(edge.target) == case.on}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.action} by {case.service}") for case in FEEDS])
def test_who_may_write_to_the_source_feeds_it(case: Fed) -> None:
    assert feeding(case, allow(case.action, case.resource)) == {user("writer"): Status.ALLOWED}
    assert feeding(case, allow(case.action, case.elsewhere)) == {}
    assert feeding(case) == {}


@pytest.mark.parametrize(
    "principal, on",
    [
        pytest.param("scheduler.amazonaws.com", at("scheduler", "schedule/default/nightly"), id="a schedule"),
        pytest.param("athena.amazonaws.com", at("athena", "datacatalog/shop"), id="a catalog"),
    ],
)
def test_fed_by_nobody(principal: str, on: str) -> None:
    assert feeding(Fed(principal, on, "", "", ""), allow("*", "*")) == {}


@pytest.mark.parametrize(
    "schedule, pattern, is_fed",
    [
        pytest.param("rate(1 day)", None, False, id="a schedule"),
        pytest.param("rate(1 day)", {"source": ["shop"]}, True, id="a rule can have both a pattern and a schedule"),
        pytest.param(None, {"source": ["aws.s3", {"prefix": "aws."}]}, False, id="AWS's own sources"),
        pytest.param(None, {"source": [{"prefix": "aws"}]}, True, id="what only begins with aws"),
        pytest.param(None, {"source": [{"anything-but": "aws.s3"}]}, True, id="all but a source of AWS"),
    ],
)
def test_a_rule_is_fed_by_events_that_may_be_put(schedule: str | None, pattern: Any, is_fed: bool) -> None:
    """EventBridge API Reference, "PutRule" and "PutEvents"."""
    made = Builder()
    made.function(ORDERS)
    writer = made.user(user("writer"), allow("events:PutEvents", "*"))
    text = json.dumps(pattern) if pattern else None
    made.trigger("events.amazonaws.com", at("events", "rule/shop"), ORDERS, schedule=schedule, pattern=text)
    found = {edge.source for edge in feeds.edges(made.world(), None, None, Question())}
    assert found == ({writer} if is_fed else set())


GATEWAY = next(case for case in FEEDS if case.service == "apigateway.amazonaws.com")


def test_anybody_may_call_a_method_without_authorization() -> None:
    found = feeding(GATEWAY, attributes={"AuthorizationType": "NONE"})
    assert found == {"anyone": Status.ALLOWED}


def test_where_iam_decides_nobody_calls_without_signing_whatever_the_policy_says() -> None:
    made = Builder()
    made.function(ORDERS)
    made.user(user("writer"))
    made.resource(API, "execute-api:api", ONE, allow("execute-api:Invoke", "*", Principal="*"))
    made.resource(GATEWAY.on, "execute-api:route", ONE, attributes={"AuthorizationType": "AWS_IAM"})
    made.trigger(GATEWAY.service, GATEWAY.on, ORDERS)
    found = {edge.source: edge.status for edge in feeds.edges(made.world(), None, None, Question(missing=False))}
    assert found[user("writer")] is Status.ALLOWED
    assert "anyone" not in found


@pytest.mark.parametrize("attributes", [{}, {"AuthorizationType": "CUSTOM"}, {"AuthorizationType": "JWT"}])
def test_who_may_call_is_unknown_where_tokens_decide_or_nothing_was_read(attributes: dict[str, str]) -> None:
    found = feeding(GATEWAY, allow("execute-api:Invoke", "*"), attributes=attributes)
    assert found == {"anyone": Status.UNKNOWN}


@pytest.mark.parametrize(
    "statement, expected",
    [
        pytest.param(allow("execute-api:Invoke", f"{API}/*", Principal="*"), {"anyone": Status.ALLOWED}, id="all"),
        pytest.param(allow("execute-api:Invoke", f"{API}/test/*", Principal="*"), Status.MISSING, id="another stage"),
    ],
)
def test_an_api_with_a_policy_is_open_to_whom_it_lets_in(statement: Json, expected: Any) -> None:
    made = Builder()
    made.function(ORDERS)
    made.resource(API, "execute-api:api", ONE, statement)
    on = f"{API}/prod/GET/orders"
    made.resource(on, "execute-api:route", ONE, attributes={"AuthorizationType": "NONE"})
    made.trigger("apigateway.amazonaws.com", on, ORDERS)
    (edge,) = [edge for edge in feeds.edges(made.world(), None, None, Question()) if edge.kind is EdgeKind.FEEDS]
    assert edge.source == "anyone"
    assert edge.status is (Status.ALLOWED if isinstance(expected, dict) else expected)


@pytest.mark.parametrize(
    "principal, on",
    [
        pytest.param("cognito-idp.amazonaws.com", at("cognito-idp", f"userpool/{REGION}_AbCdEf"), id="who signs up"),
        pytest.param("ses.amazonaws.com", at("ses", "receipt-rule-set/s:receipt-rule/r"), id="who writes mail"),
        pytest.param("apigateway.amazonaws.com", f"{API}/authorizers/x9y8z7", id="who has himself authorized"),
        pytest.param("vpc-lattice.amazonaws.com", at("vpc-lattice", "targetgroup/tg-1"), id="who is in the network"),
        pytest.param("connect.amazonaws.com", at("connect", "instance/1"), id="who calls by phone"),
        pytest.param("iot.amazonaws.com", at("iot", "authorizer/a"), id="devices have certificates"),
        pytest.param("pipes.amazonaws.com", at("pipes", "pipe/p"), id="a pipe whose source wasn't read"),
        pytest.param(
            "cognito-sync.amazonaws.com",
            at("cognito-identity", f"identitypool/{REGION}:1-2"),
            id="identities of the pool, and nobody with an account's credentials",
        ),
        pytest.param("redshift.amazonaws.com", at("redshift", "cluster:dw"), id="databases have users of their own"),
        pytest.param("alexa-appkit.amazon.com", "amzn1.ask.skill.1-2", id="who talks to the skill"),
    ],
)
def test_what_is_no_matter_of_iam_alone(principal: str, on: str) -> None:
    found = feeding(Fed(principal, on, "", "", ""), allow("*", "*"))
    assert found == {"anyone": Status.UNKNOWN}
