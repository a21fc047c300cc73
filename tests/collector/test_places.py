"""Finders on answers of AWS that moto doesn't give: pages, refusals, and forms of what invokes that are rare."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.decision import FactKind
from models.snapshot import Gap, GapStatus, Snapshot, Trigger
from simulator.collector.finders import FINDERS
from tests.collector.places import ACCOUNT, INTEGRATION, ORDERS, REGION, ROLE, at, look, manners
from tests.collector.recorded import Answer, refused

# Pages


def test_delivery_streams_are_listed_to_the_last_page() -> None:
    """Data Firehose API Reference, "ListDeliveryStreams": the next page begins after the last name."""
    pages = {None: (["a", "b"], True), "b": (["c"], False)}

    def page(asked: dict[str, Any]) -> dict[str, Any]:
        names, more = pages[asked.get("ExclusiveStartDeliveryStreamName")]
        return {"DeliveryStreamNames": names, "HasMoreDeliveryStreams": more}

    asked: list[str] = []

    def describe(parameters: dict[str, Any]) -> dict[str, Any]:
        asked.append(parameters["DeliveryStreamName"])
        raise refused()

    look("Firehose", {"firehose:ListDeliveryStreams": page, "firehose:DescribeDeliveryStream": describe})
    assert asked == ["a", "b", "c"]


def test_bots_are_listed_to_the_last_page() -> None:
    """No paginator of botocore's lists them: the token is asked with again."""

    def page(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("nextToken"):
            return {"botSummaries": [{"botId": "BOTBOTBOT2"}]}
        return {"botSummaries": [{"botId": "BOTBOTBOT1"}], "nextToken": "more"}

    asked: list[str] = []

    def aliases(parameters: dict[str, Any]) -> dict[str, Any]:
        asked.append(parameters["botId"])
        return {"botAliasSummaries": []}

    look("Lex", {"lexv2-models:ListBots": page, "lexv2-models:ListBotAliases": aliases})
    assert asked == ["BOTBOTBOT1", "BOTBOTBOT2"]


# Refusals

#: The list that is refused, and what its service is called in ARNs.
LISTS = {
    "Scheduler": ("scheduler:ListSchedules", "scheduler"),
    "Pipes": ("pipes:ListPipes", "pipes"),
    "HTTP and WebSocket APIs": ("apigatewayv2:GetApis", "execute-api"),
    "Load balancers": ("elbv2:DescribeTargetGroups", "elasticloadbalancing"),
    "Cognito user pools": ("cognito-idp:ListUserPools", "cognito-idp"),
    "Cognito Sync": ("cognito-identity:ListIdentityPools", "cognito-identity"),
    "IoT rules": ("iot:ListTopicRules", "iot"),
    "IoT authorizers": ("iot:ListAuthorizers", "iot"),
    "Config": ("config:DescribeConfigRules", "config"),
    "SES": ("ses:DescribeActiveReceiptRuleSet", "ses"),
    "CodePipeline": ("codepipeline:ListPipelines", "codepipeline"),
    "CodeCommit": ("codecommit:ListRepositories", "codecommit"),
    "AppSync": ("appsync:ListGraphqlApis", "appsync"),
    "Step Functions": ("stepfunctions:ListStateMachines", "states"),
    "Alarms": ("cloudwatch:DescribeAlarms", "cloudwatch"),
    "Firehose": ("firehose:ListDeliveryStreams", "firehose"),
    "Bedrock agents": ("bedrock-agent:ListAgents", "bedrock"),
    "VPC Lattice": ("vpc-lattice:ListTargetGroups", "vpc-lattice"),
    "Transfer Family": ("transfer:ListServers", "transfer"),
    "Lex": ("lexv2-models:ListBots", "lex"),
    "AppSync Events": ("appsync:ListApis", "appsync"),
    "Athena": ("athena:ListDataCatalogs", "athena"),
    "Bedrock flows": ("bedrock-agent:ListFlows", "bedrock"),
    "Bedrock knowledge bases": ("bedrock-agent:ListKnowledgeBases", "bedrock"),
    "CloudFormation": ("cloudformation:DescribeStacks", "cloudformation"),
    "CodeDeploy": ("codedeploy:ListApplications", "codedeploy"),
    "S3 Batch Operations": ("s3control:ListJobs", "s3"),
    "S3 Object Lambda": ("s3control:ListAccessPointsForObjectLambda", "s3-object-lambda"),
}


@pytest.mark.parametrize("label", LISTS)
@pytest.mark.parametrize(
    "code, status",
    [
        pytest.param("AccessDeniedException", GapStatus.DENIED, id="denied"),
        pytest.param("UnknownOperationException", GapStatus.UNSUPPORTED, id="not there"),
    ],
)
def test_a_list_that_is_refused_leaves_the_inventory_unknown(label: str, code: str, status: GapStatus) -> None:
    call, service = LISTS[label]
    snapshot = look(label, {call: refused(code, 400)})
    (gap,) = snapshot.gaps
    assert (gap.what, gap.about, gap.call, gap.status) == (
        FactKind.TRIGGERS,
        f"{ACCOUNT}/{service}/{REGION}",
        call,
        status,
    )
    assert snapshot.triggers == ()


def test_refused_rest_apis_leave_their_policies_unknown_too() -> None:
    snapshot = look("REST APIs", {"apigateway:GetRestApis": refused()})
    assert {(gap.what, gap.about) for gap in snapshot.gaps} == {
        (FactKind.TRIGGERS, f"{ACCOUNT}/execute-api/{REGION}"),
        (FactKind.RESOURCE_POLICY, f"{ACCOUNT}/execute-api"),
    }


def test_all_rows_have_a_refusal_of_their_own() -> None:
    others = {"REST APIs", "CloudWatch Logs", "Connect", "CloudFront"}
    assert {finder.label for finder in FINDERS} == LISTS.keys() | others


def test_refused_filters_of_the_account_leave_those_of_log_groups() -> None:
    snapshot = look(
        "CloudWatch Logs",
        {
            "logs:DescribeLogGroups": {"logGroups": [{"logGroupName": "/app"}]},
            "logs:DescribeSubscriptionFilters": {"subscriptionFilters": [{"destinationArn": ORDERS}]},
            "logs:DescribeAccountPolicies": refused(),
        },
    )
    assert [trigger.source for trigger in snapshot.triggers] == [at("logs", "log-group:/app")]
    assert [gap.call for gap in snapshot.gaps] == ["logs:DescribeAccountPolicies"]


SCHEDULE = {
    "Arn": at("scheduler", "schedule/default/nightly"),
    "Name": "nightly",
    "GroupName": "default",
    "State": "ENABLED",
    "Target": {"Arn": ORDERS},
}


def test_a_schedule_that_cannot_be_read_has_a_role_that_is_not_known() -> None:
    snapshot = look(
        "Scheduler", {"scheduler:ListSchedules": {"Schedules": [SCHEDULE]}, "scheduler:GetSchedule": refused()}
    )
    (trigger,) = snapshot.triggers
    assert (trigger.target, trigger.role) == (ORDERS, None)
    assert [(gap.about, gap.call) for gap in snapshot.gaps] == [
        (f"{ACCOUNT}/scheduler/{REGION}", "scheduler:GetSchedule")
    ]


def test_a_region_that_does_not_have_a_service_is_not_asked() -> None:
    snapshot = look("Connect", {})
    assert snapshot.gaps == ()
    (fact,) = snapshot.assumptions
    assert (fact.what, fact.about) == (FactKind.TRIGGERS, f"{ACCOUNT}/connect/{REGION}")


def test_flows_of_connect() -> None:
    instance = f"arn:aws:connect:eu-central-1:{ACCOUNT}:instance/i"
    snapshot = look(
        "Connect",
        {
            "connect:ListInstances": {"InstanceSummaryList": [{"Id": "i", "Arn": instance}]},
            "connect:ListLambdaFunctions": {"LambdaFunctions": [ORDERS]},
        },
        "eu-central-1",
    )
    assert snapshot.triggers == (Trigger(service="connect.amazonaws.com", source=instance, target=ORDERS),)


# Step Functions


def machine(*states: dict[str, Any]) -> tuple[tuple[Trigger, ...], tuple[Gap, ...]]:
    """What a state machine with some states invokes, and what of it isn't known."""
    definition = {"StartAt": "0", "States": {str(number): state for number, state in enumerate(states)}}
    arn = at("states", "stateMachine:orders")
    described = {
        "stateMachineArn": arn,
        "name": "orders",
        "definition": json.dumps(definition),
        "roleArn": ROLE,
        "type": "STANDARD",
        "creationDate": 0,
    }
    listed = {"stateMachineArn": arn, "name": "orders", "type": "STANDARD", "creationDate": 0}
    snapshot = look(
        "Step Functions",
        {
            "stepfunctions:ListStateMachines": {"stateMachines": [listed]},
            "stepfunctions:DescribeStateMachine": described,
        },
    )
    return snapshot.triggers, snapshot.gaps


def task(resource: str = "arn:aws:states:::lambda:invoke", **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, **more}


@pytest.mark.parametrize(
    "state, target",
    [
        pytest.param(task(ORDERS), ORDERS, id="a function as resource"),
        pytest.param(task(Parameters={"FunctionName": "orders:live"}), f"{ORDERS}:live", id="by name"),
        pytest.param(task(Arguments={"FunctionName": ORDERS}), ORDERS, id="JSONata"),
        pytest.param(task(Parameters={"FunctionName": f"{ACCOUNT}:function:orders"}), ORDERS, id="a partial ARN"),
        pytest.param(
            task("arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters={"FunctionName": ORDERS}),
            ORDERS,
            id="with a token",
        ),
        pytest.param(
            task("arn:aws:states:::aws-sdk:lambda:invoke", Parameters={"FunctionName": ORDERS}), ORDERS, id="SDK"
        ),
        pytest.param({"Type": "Map", "ItemProcessor": {"States": {"A": task(ORDERS)}}}, ORDERS, id="in a Map"),
        pytest.param({"Type": "Parallel", "Branches": [{"States": {"A": task(ORDERS)}}]}, ORDERS, id="in a Parallel"),
    ],
)
def test_what_a_task_invokes(state: dict[str, Any], target: str) -> None:
    triggers, gaps = machine(state)
    assert [(trigger.target, trigger.role) for trigger in triggers] == [(target, ROLE)]
    assert gaps == ()


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"Parameters": {"FunctionName.$": "$.function"}}, id="JSONPath"),
        pytest.param({"Arguments": {"FunctionName": "{% $states.input.function %}"}}, id="JSONata"),
    ],
)
def test_a_function_that_only_the_input_names_is_unknown(given: dict[str, Any]) -> None:
    triggers, (gap,) = machine(task(**given))
    assert triggers == ()
    assert (gap.what, gap.about, gap.status) == (
        FactKind.TRIGGERS,
        f"{ACCOUNT}/states/{REGION}",
        GapStatus.FAILED,
    )


def test_a_task_with_a_role_of_its_own_acts_with_one_that_is_not_known() -> None:
    triggers, _ = machine(task(ORDERS, Credentials={"RoleArn": ROLE}))
    assert [(trigger.target, trigger.role) for trigger in triggers] == [(ORDERS, None)]


def test_a_task_that_invokes_no_function_is_no_trigger() -> None:
    assert machine(task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": "q"})) == ((), ())


def test_a_universal_target_invokes_what_its_input_names() -> None:
    """EventBridge Scheduler User Guide, "Using universal targets"."""
    universal = "arn:aws:scheduler:::aws-sdk:lambda:invoke"
    target = {"Arn": universal, "RoleArn": ROLE, "Input": json.dumps({"FunctionName": "orders", "Payload": "secret"})}
    snapshot = look(
        "Scheduler",
        {
            "scheduler:ListSchedules": {"Schedules": [{**SCHEDULE, "Target": {"Arn": universal}}]},
            "scheduler:GetSchedule": {"Target": target, "ScheduleExpression": "rate(1 day)"},
        },
    )
    assert [(trigger.target, trigger.role) for trigger in snapshot.triggers] == [(ORDERS, ROLE)]
    assert "secret" not in snapshot.model_dump_json()


# API Gateway


def rest_api(method: dict[str, Any], verb: str = "GET", uri: str = INTEGRATION, **more: Any) -> Snapshot:
    described = {"methodIntegration": {"uri": f"{uri}/invocations"}, **method}
    return look(
        "REST APIs",
        {
            "apigateway:GetRestApis": {"items": [{"id": "api", **more}]},
            "apigateway:GetStages": {
                "item": [{"stageName": "prod", "variables": {"alias": "live"}}, {"stageName": "test"}]
            },
            "apigateway:GetExport": refused(),
            "apigateway:GetDeployment": refused(),
            "apigateway:GetResources": {"items": [{"path": "/a/{b}/{c+}", "resourceMethods": {verb: described}}]},
            "apigateway:GetAuthorizers": {"items": []},
        },
    )


def test_a_method_is_a_trigger_at_each_stage() -> None:
    found = {trigger.source for trigger in rest_api({"authorizationType": "AWS_IAM"}, "ANY").triggers}
    assert found == {at("execute-api", f"api/{stage}/*/a/*/*") for stage in ("prod", "test")}


def test_a_stage_variable_names_an_alias_where_the_stage_has_it() -> None:
    snapshot = rest_api({"authorizationType": "NONE"}, uri=f"{INTEGRATION}:${{stageVariables.alias}}")
    assert [(trigger.source.split("/")[1], trigger.target) for trigger in snapshot.triggers] == [
        ("prod", f"{ORDERS}:live")
    ]


@pytest.mark.parametrize(
    "method, api, manner",
    [
        pytest.param({"authorizationType": "NONE"}, {}, "NONE", id="all may call it"),
        pytest.param(
            {"authorizationType": "NONE", "apiKeyRequired": True}, {}, "NONE, with an API key", id="with an API key"
        ),
        pytest.param(
            {"authorizationType": "AWS_IAM"},
            {"endpointConfiguration": {"types": ["PRIVATE"]}},
            "AWS_IAM, at a private endpoint without a policy",
            id="a private API without a policy lets nobody in",
        ),
        pytest.param(
            {"authorizationType": "AWS_IAM"},
            {"endpointConfiguration": {"types": ["PRIVATE"]}, "policy": "{}"},
            "AWS_IAM",
            id="a private API with one",
        ),
    ],
)
def test_how_a_method_lets_in(method: dict[str, Any], api: dict[str, Any], manner: str) -> None:
    assert set(manners(rest_api(method, **api)).values()) == {manner}


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param('{"Statement": []}', id="as it is"),
        pytest.param('{\\"Statement\\": []}', id="with backslashes before the quotes, as GetRestApis gives it"),
    ],
)
def test_the_policy_of_a_rest_api(policy: str) -> None:
    snapshot = rest_api({"authorizationType": "NONE"}, policy=policy)
    (api,) = [resource for resource in snapshot.resources if resource.arn == at("execute-api", "api")]
    assert api.policy is not None
    assert snapshot.documents[api.policy] == {"Statement": []}


def http_api(*routes: dict[str, Any], kind: str = "HTTP", integration: str = ORDERS) -> Snapshot:
    integrations = [{"IntegrationId": "i", "IntegrationUri": integration, "CredentialsArn": ROLE}]
    return look(
        "HTTP and WebSocket APIs",
        {
            "apigatewayv2:GetApis": {
                "Items": [{"ApiId": "api", "Name": "n", "ProtocolType": kind, "RouteSelectionExpression": "r"}]
            },
            "apigatewayv2:GetStages": {"Items": [{"StageName": "$default", "AutoDeploy": True}]},
            "apigatewayv2:GetIntegrations": {"Items": integrations},
            "apigatewayv2:GetRoutes": {"Items": [{"Target": "integrations/i", **route} for route in routes]},
            "apigatewayv2:GetAuthorizers": {
                "Items": [
                    {"AuthorizerId": "z", "Name": "n", "AuthorizerUri": f"{INTEGRATION}/invocations"},
                    {"AuthorizerId": "j", "Name": "j"},
                ]
            },
        },
    )


@pytest.mark.parametrize(
    "key, path",
    [
        pytest.param("GET /pets/{id}", "GET/pets/*", id="a parameter of the path"),
        pytest.param("ANY /", "*/", id="any method"),
        pytest.param("$default", "$default", id="what no other route takes"),
    ],
)
def test_a_route_of_an_http_api(key: str, path: str) -> None:
    found = {(trigger.source, trigger.role) for trigger in http_api({"RouteKey": key}).triggers}
    assert found == {
        (at("execute-api", f"api/$default/{path}"), ROLE),
        (at("execute-api", "api/authorizers/z"), None),
    }


@pytest.mark.parametrize(
    "connect, manner",
    [
        pytest.param({"AuthorizationType": "NONE"}, "NONE", id="an open one"),
        pytest.param({"AuthorizationType": "CUSTOM"}, "CUSTOM of $connect", id="one that asks a function"),
        pytest.param({"AuthorizationType": "AWS_IAM"}, "AWS_IAM of $connect", id="one that asks IAM"),
        pytest.param({"ApiKeyRequired": True}, "NONE, with an API key of $connect", id="one that asks for a key"),
    ],
)
def test_who_is_connected_may_call_every_route_of_a_websocket_api(connect: dict[str, Any], manner: str) -> None:
    routes = ({"RouteKey": "$connect", **connect}, {"RouteKey": "say", "AuthorizationType": "NONE"})
    assert manners(http_api(*routes, kind="WEBSOCKET"))["say"] == manner


def test_of_several_ways_into_a_graphql_api_none_is_the_whole() -> None:
    api = {
        "apiId": "a",
        "arn": at("appsync", "apis/a"),
        "authenticationType": "AWS_IAM",
        "additionalAuthenticationProviders": [
            {"authenticationType": "AWS_LAMBDA", "lambdaAuthorizerConfig": {"authorizerUri": ORDERS}}
        ],
    }
    snapshot = look("AppSync", {"appsync:ListGraphqlApis": {"graphqlApis": [api]}, "appsync:ListDataSources": {}})
    assert [resource.attributes for resource in snapshot.resources] == [{"authenticationType": "AWS_IAM, AWS_LAMBDA"}]
    assert [(trigger.target, trigger.role) for trigger in snapshot.triggers] == [(ORDERS, None)]


# What leads on, and what it carries


def test_a_pipe_that_writes_into_a_queue() -> None:
    queue, topic = at("sqs", "orders"), "SourceParameters.ManagedStreamingKafkaParameters"
    pipe = {"Name": "p", "Arn": at("pipes", "pipe/p"), "Source": at("kafka", "cluster/c/1"), "Target": queue}
    parameters = {"ManagedStreamingKafkaParameters": {"TopicName": "clicks"}}
    snapshot = look(
        "Pipes",
        {
            "pipes:ListPipes": {"Pipes": [pipe]},
            "pipes:DescribePipe": {"RoleArn": ROLE, "SourceParameters": parameters},
        },
    )
    (trigger,) = snapshot.triggers
    assert (trigger.target, trigger.role) == (queue, ROLE)
    (source,) = [resource for resource in snapshot.resources if resource.arn == trigger.source]
    assert source.attributes == {"Source": at("kafka", "cluster/c/1"), f"{topic}.TopicName": "clicks"}


@pytest.mark.parametrize(
    "events, kept",
    [
        pytest.param(["all"], (), id="all of them"),
        pytest.param(["updateReference", "createReference"], ("createReference", "updateReference"), id="some"),
    ],
)
def test_which_events_a_repository_tells(events: list[str], kept: tuple[str, ...]) -> None:
    trigger: Answer = {"triggers": [{"name": "t", "destinationArn": ORDERS, "events": events}]}
    snapshot = look(
        "CodeCommit",
        {
            "codecommit:ListRepositories": {"repositories": [{"repositoryName": "shop"}]},
            "codecommit:GetRepositoryTriggers": trigger,
        },
    )
    assert [found.events for found in snapshot.triggers] == [kept]


def test_an_action_of_a_pipeline_in_another_region() -> None:
    kind = {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"}
    actions = [
        {"name": "a", "actionTypeId": kind, "configuration": {"FunctionName": "orders"}, "region": "us-east-1"},
        {"name": "b", "actionTypeId": kind, "configuration": {"FunctionName": "orders"}, "roleArn": ROLE},
        {"name": "c", "actionTypeId": kind, "configuration": {"FunctionName": "#{variables.f}"}},
    ]
    pipeline = {"name": "release", "roleArn": ROLE, "stages": [{"name": "s", "actions": actions}]}
    snapshot = look(
        "CodePipeline",
        {
            "codepipeline:ListPipelines": {"pipelines": [{"name": "release"}]},
            "codepipeline:GetPipeline": {"pipeline": pipeline},
        },
    )
    assert {(trigger.target, trigger.role) for trigger in snapshot.triggers} == {
        (ORDERS.replace(REGION, "us-east-1"), ROLE),
        (ORDERS, None),
    }
    assert [gap.call for gap in snapshot.gaps] == ["codepipeline:GetPipeline"]
