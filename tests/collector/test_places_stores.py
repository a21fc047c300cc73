"""S3 Batch Operations, Object Lambda, Athena, Bedrock and Event APIs: on answers as AWS's API References show them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from models.decision import FactKind
from models.snapshot import Snapshot
from simulator.collector import sources
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.reader import Reader
from tests.collector.places import ACCOUNT, ORDERS, REGION, ROLE, at, look
from tests.collector.recorded import Answer, RecordedSession, refused

LIVE = f"{ORDERS}:live"


def told(snapshot: Snapshot) -> list[tuple[str, str, str | None, bool]]:
    return [(one.source, one.target, one.role, one.enabled) for one in snapshot.triggers]


# S3 Batch Operations

JOB = "11111111-2222-3333"


def jobs(operation: str = "LambdaInvoke", status: str = "Active", **more: Answer) -> Snapshot:
    job: Answer = {"Job": {"Operation": {"LambdaInvoke": {"FunctionArn": ORDERS}}, "RoleArn": ROLE}}
    return look(
        "S3 Batch Operations",
        {
            "s3control:ListJobs": {"Jobs": [{"JobId": JOB, "Operation": operation, "Status": status}]},
            "s3control:DescribeJob": job,
            **more,
        },
    )


@pytest.mark.parametrize("status", ["New", "Preparing", "Suspended", "Ready", "Active", "Pausing", "Paused"])
def test_a_job_that_may_still_run_is_a_trigger(status: str) -> None:
    snapshot = jobs(status=status)
    assert told(snapshot) == [(at("s3", f"job/{JOB}"), ORDERS, ROLE, True)]
    assert [resource.attributes for resource in snapshot.resources] == [{"Status": status}]


@pytest.mark.parametrize("status", ["Cancelling", "Cancelled", "Complete", "Failing", "Failed"])
def test_a_job_that_is_over_invokes_nothing(status: str) -> None:
    assert jobs(status=status).triggers == ()


def test_a_job_that_copies_invokes_nothing() -> None:
    assert jobs("S3PutObjectCopy").triggers == ()


def test_a_job_that_is_not_described_is_a_gap() -> None:
    snapshot = jobs(**{"s3control:DescribeJob": refused()})
    assert [(gap.what, gap.about, gap.call) for gap in snapshot.gaps] == [
        (FactKind.TRIGGERS, f"{ACCOUNT}/s3/{REGION}", "s3control:DescribeJob")
    ]


# S3 Object Lambda

POINT = at("s3-object-lambda", "accesspoint/shop")


def object_lambda(policy: Answer) -> Snapshot:
    content = {"AwsLambda": {"FunctionArn": ORDERS}}
    transformations = [{"Actions": ["HeadObject", "GetObject"], "ContentTransformation": content}]
    configuration = {"SupportingAccessPoint": at("s3", "accesspoint/shop")}
    return look(
        "S3 Object Lambda",
        {
            "s3control:ListAccessPointsForObjectLambda": {
                "ObjectLambdaAccessPointList": [{"Name": "shop", "ObjectLambdaAccessPointArn": POINT}]
            },
            "s3control:GetAccessPointPolicyForObjectLambda": policy,
            "s3control:GetAccessPointConfigurationForObjectLambda": {
                "Configuration": {**configuration, "TransformationConfigurations": transformations}
            },
        },
    )


def test_what_an_object_lambda_access_point_makes_by_a_function() -> None:
    snapshot = object_lambda({"Policy": '{"Statement": []}'})
    (trigger,) = snapshot.triggers
    assert (trigger.source, trigger.target, trigger.events) == (POINT, ORDERS, ("GetObject", "HeadObject"))
    (point,) = snapshot.resources
    assert point.policy is not None


def test_an_access_point_without_a_policy_has_none_and_one_that_is_refused_is_a_gap() -> None:
    assert object_lambda(refused("NoSuchAccessPointPolicy", 404)).gaps == ()
    (gap,) = object_lambda(refused()).gaps
    assert (gap.what, gap.about) == (FactKind.RESOURCE_POLICY, POINT)


# Athena


@pytest.mark.parametrize(
    "kind, parameters, functions",
    [
        pytest.param("LAMBDA", {"function": ORDERS}, [ORDERS], id="one function for both"),
        pytest.param("LAMBDA", {"metadata-function": ORDERS, "record-function": LIVE}, [ORDERS, LIVE], id="two"),
        pytest.param("HIVE", {"metadata-function": ORDERS, "sdk-version": "1.0"}, [ORDERS], id="a Hive metastore"),
        pytest.param("GLUE", {"catalog-id": ACCOUNT}, [], id="no function"),
    ],
)
def test_the_functions_of_a_data_catalog(kind: str, parameters: dict[str, str], functions: list[str]) -> None:
    snapshot = look(
        "Athena",
        {
            "athena:ListDataCatalogs": {"DataCatalogsSummary": [{"CatalogName": "shop", "Type": kind}]},
            "athena:GetDataCatalog": {"DataCatalog": {"Name": "shop", "Type": kind, "Parameters": parameters}},
        },
    )
    assert told(snapshot) == [(at("athena", "datacatalog/shop"), function, None, True) for function in functions]


# Bedrock

KEYS = {"createdAt": 0, "updatedAt": 0}
AGENT = {
    "agentId": "AGENT12345",
    "agentName": "a",
    "agentArn": at("bedrock", "agent/AGENT12345"),
    "idleSessionTTLInSeconds": 60,
    "agentResourceRoleArn": ROLE,
    "agentStatus": "PREPARED",
    **KEYS,
}


def agent(version: str, mode: str) -> Snapshot:
    prompts = {"overrideLambda": LIVE, "promptConfigurations": [{"parserMode": mode}]}
    described = {**AGENT, "promptOverrideConfiguration": prompts}
    summary = {"agentName": "a", "agentStatus": "PREPARED", "agentVersion": version, **KEYS}
    listed = {"agentId": "AGENT12345", "agentName": "a", "agentStatus": "PREPARED", "updatedAt": 0}
    return look(
        "Bedrock agents",
        {
            "bedrock-agent:ListAgents": {"agentSummaries": [listed]},
            "bedrock-agent:ListAgentVersions": {"agentVersionSummaries": [summary]},
            "bedrock-agent:ListAgentActionGroups": {"actionGroupSummaries": []},
            "bedrock-agent:GetAgent": {"agent": {**described, "agentVersion": version}},
            "bedrock-agent:GetAgentVersion": {"agentVersion": {**described, "version": version}},
        },
    )


@pytest.mark.parametrize("version", ["DRAFT", "1"])
def test_the_parser_of_an_agent(version: str) -> None:
    """PromptOverrideConfiguration: a prompt's parserMode has to be OVERRIDDEN for the function to be used."""
    source = at("bedrock", "agent/AGENT12345")
    assert told(agent(version, "OVERRIDDEN")) == [(source, LIVE, None, True)]
    assert told(agent(version, "DEFAULT")) == [(source, LIVE, None, False)]


def flow_node(function: str) -> dict[str, Any]:
    return {"name": "n", "type": "LambdaFunction", "configuration": {"lambdaFunction": {"lambdaArn": function}}}


def test_the_nodes_of_every_version_of_a_flow_within_loops_too() -> None:
    flow = {"arn": at("bedrock", "flow/FLOW123456"), "id": "FLOW123456", "name": "f", "status": "Prepared", **KEYS}
    loop = {"name": "l", "type": "Loop", "configuration": {"loop": {"definition": {"nodes": [flow_node(LIVE)]}}}}
    draft = {**flow, "version": "DRAFT", "executionRoleArn": ROLE, "definition": {"nodes": [flow_node(ORDERS), loop]}}
    version = {key: value for key, value in {**draft, "version": "1"}.items() if key != "updatedAt"}
    version |= {"definition": {"nodes": [flow_node(f"{ORDERS}:1")]}}
    listed = {key: flow[key] for key in ("arn", "id", "status", "createdAt")}
    snapshot = look(
        "Bedrock flows",
        {
            "bedrock-agent:ListFlows": {"flowSummaries": [{**flow, "version": "DRAFT"}]},
            "bedrock-agent:GetFlow": draft,
            "bedrock-agent:ListFlowVersions": {
                "flowVersionSummaries": [{**listed, "version": "DRAFT"}, {**listed, "version": "1"}]
            },
            "bedrock-agent:GetFlowVersion": version,
        },
    )
    assert {one.target for one in snapshot.triggers} == {ORDERS, LIVE, f"{ORDERS}:1"}
    assert {(one.source, one.role) for one in snapshot.triggers} == {(flow["arn"], ROLE)}


# AppSync Event APIs


def event_api(handlers: dict[str, Any], namespace: dict[str, Any] | None = None) -> Snapshot:
    modes = [{"authType": "AWS_IAM"}]
    config = {
        "authProviders": [{"authType": "AWS_IAM"}],
        "connectionAuthModes": [{"authType": "API_KEY"}],
        "defaultPublishAuthModes": modes,
        "defaultSubscribeAuthModes": modes,
    }
    data_source = {"name": "fn", "serviceRoleArn": ROLE, "lambdaConfig": {"lambdaFunctionArn": ORDERS}}
    made = {"name": "news", "channelNamespaceArn": NEWS, "handlerConfigs": handlers, **(namespace or {})}
    return look(
        "AppSync Events",
        {
            "appsync:ListApis": {"apis": [{"apiId": "a", "apiArn": at("appsync", "apis/a"), "eventConfig": config}]},
            "appsync:ListChannelNamespaces": {"channelNamespaces": [made]},
            "appsync:ListDataSources": {"dataSources": [data_source, {"name": "table", "type": "AMAZON_DYNAMODB"}]},
        },
    )


NEWS = at("appsync", "apis/a/channelNamespace/news")
DIRECT = {"behavior": "DIRECT", "integration": {"dataSourceName": "fn", "lambdaConfig": {"invokeType": "EVENT"}}}


@pytest.mark.parametrize(
    "handlers, namespace, events, manner",
    [
        pytest.param({"onPublish": DIRECT}, {}, [("publish",)], "AWS_IAM", id="who publishes, by the API's default"),
        pytest.param(
            {"onSubscribe": DIRECT},
            {},
            [("subscribe",)],
            "AWS_IAM, API_KEY",
            id="who subscribes has to be connected as well",
        ),
        pytest.param(
            {"onPublish": {"behavior": "CODE", "integration": {"dataSourceName": "fn"}}},
            {"publishAuthModes": [{"authType": "API_KEY"}]},
            [("publish",)],
            "API_KEY",
            id="this configuration overrides the default",
        ),
    ],
)
def test_what_the_handlers_of_a_channel_namespace_invoke(
    handlers: dict[str, Any], namespace: dict[str, Any], events: list[tuple[str, ...]], manner: str
) -> None:
    snapshot = event_api(handlers, namespace)
    assert told(snapshot) == [(NEWS, ORDERS, ROLE, True)]
    assert [one.events for one in snapshot.triggers] == events
    assert [one.attributes for one in snapshot.resources] == [{"authenticationType": manner}]


@pytest.mark.parametrize(
    "handlers",
    [
        pytest.param({}, id="code alone"),
        pytest.param({"onPublish": {"behavior": "CODE", "integration": {"dataSourceName": "table"}}}, id="a table"),
    ],
)
def test_a_handler_without_a_function_invokes_none(handlers: dict[str, Any]) -> None:
    assert event_api(handlers).triggers == ()


# SNS to Firehose


def subscription(attributes: Answer, arn: str = at("sns", "views:1")) -> Snapshot:
    builder = SnapshotBuilder()
    builder.account(ACCOUNT)
    entry = {"TopicArn": at("sns", "views"), "Protocol": "firehose", "Endpoint": at("firehose", "deliverystream/a")}
    answers = {
        "sns:ListTopics": {"Topics": []},
        "sns:ListSubscriptions": {"Subscriptions": [{**entry, "SubscriptionArn": arn}]},
        "sns:GetSubscriptionAttributes": attributes,
    }
    sources.read_topics(Reader(RecordedSession(answers), ACCOUNT, "aws", builder), REGION)
    return builder.build(datetime.now(UTC), "collected")


def test_the_role_with_which_a_topic_writes_to_a_firehose_stream() -> None:
    snapshot = subscription({"Attributes": {"SubscriptionRoleArn": ROLE}})
    assert [(one.target, one.role) for one in snapshot.triggers] == [(at("firehose", "deliverystream/a"), ROLE)]


def test_a_role_that_is_refused_is_not_known() -> None:
    snapshot = subscription(refused())
    assert [one.role for one in snapshot.triggers] == [None]
    assert [gap.call for gap in snapshot.gaps] == ["sns:GetSubscriptionAttributes"]


def test_a_subscription_that_is_not_confirmed_is_not_asked_about() -> None:
    snapshot = subscription(refused(), "PendingConfirmation")
    assert [(one.enabled, one.role) for one in snapshot.triggers] == [(False, None)]
    assert snapshot.gaps == ()
