"""API Gateway as it is deployed, and what deployments run: on answers as AWS's API References show them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from models.decision import FactKind
from models.snapshot import GapStatus, Snapshot
from tests.collector.places import ACCOUNT, INTEGRATION, ORDERS, REGION, ROLE, at, look, manners
from tests.collector.recorded import Answer, Answers, refused

OLD = f"{ORDERS}:1"
INVOKES = "x-amazon-apigateway-integration"
ANY = "x-amazon-apigateway-any-method"


def uri(function: str) -> str:
    return f"{INTEGRATION.replace(ORDERS, function)}/invocations"


def body(document: dict[str, Any]) -> Answer:
    return lambda asked: {"body": io.BytesIO(json.dumps(document).encode())}


def targets(snapshot: Snapshot) -> dict[str, str]:
    """What each route invokes."""
    return {trigger.source.split(":", 5)[5]: trigger.target for trigger in snapshot.triggers}


def unknowns(snapshot: Snapshot) -> list[str]:
    assert {gap.what for gap in snapshot.gaps} <= {FactKind.TRIGGERS}
    return [gap.message for gap in snapshot.gaps]


# REST APIs

SUMMARY = {"/orders": {"GET": {"authorizationType": "AWS_IAM", "apiKeyRequired": False}}}
DEPLOYED = {"paths": {"/orders": {"get": {INVOKES: {"uri": uri(OLD), "credentials": ROLE}}}}}


def rest_api(stage: dict[str, Any] | None = None, **answers: Answer) -> Snapshot:
    """An API whose one method was changed after it was deployed: it invoked OLD, and asked IAM who calls."""
    method = {"authorizationType": "NONE", "methodIntegration": {"uri": uri(ORDERS)}}
    told: dict[str, Answer] = {
        "GetRestApis": {"items": [{"id": "api"}]},
        "GetStages": {"item": [{"stageName": "prod", "deploymentId": "d1", **(stage or {})}]},
        "GetResources": {"items": [{"path": "/orders", "resourceMethods": {"GET": method, "PUT": method}}]},
        "GetAuthorizers": {"items": []},
        "GetExport": body(DEPLOYED),
        "GetDeployment": {"apiSummary": SUMMARY},
        **answers,
    }
    return look("REST APIs", {f"apigateway:{name}": answer for name, answer in told.items()})


def test_a_stage_serves_what_was_deployed_not_what_is_configured() -> None:
    """GetExport: "Exports a deployed version of a RestApi"; what was changed since has no effect before the next."""
    snapshot = rest_api()
    assert targets(snapshot) == {"api/prod/GET/orders": OLD}
    assert {trigger.role for trigger in snapshot.triggers} == {ROLE}
    assert manners(snapshot) == {"GET/orders": "AWS_IAM"}


def test_what_is_configured_and_was_never_deployed_invokes_nothing() -> None:
    assert rest_api(GetExport=body({"paths": {}})).triggers == ()


def test_where_a_stage_does_not_tell_the_configuration_stands_for_it_and_the_gap_says_so() -> None:
    snapshot = rest_api(GetExport=refused(), GetDeployment=refused())
    assert targets(snapshot) == {"api/prod/GET/orders": ORDERS, "api/prod/PUT/orders": ORDERS}
    assert {(gap.call, gap.status) for gap in snapshot.gaps} == {
        ("apigateway:GetExport", GapStatus.DENIED),
        ("apigateway:GetDeployment", GapStatus.DENIED),
    }


def test_how_a_deployed_method_lets_in_is_not_guessed() -> None:
    """Without the deployment's summary nothing says that the method is open, though it is configured to be."""
    snapshot = rest_api(GetDeployment=refused())
    assert targets(snapshot) == {"api/prod/GET/orders": OLD}
    assert manners(snapshot) == {}


@pytest.mark.parametrize(
    "canary, said",
    [
        pytest.param({"deploymentId": "d2"}, ["stage prod of api has a canary"], id="another deployment"),
        pytest.param({"deploymentId": "d1"}, [], id="the stage's own"),
        pytest.param({"percentTraffic": 10.0}, [], id="none yet"),
    ],
)
def test_of_a_canary_no_call_tells_what_it_invokes(canary: dict[str, Any], said: list[str]) -> None:
    found = unknowns(rest_api({"canarySettings": canary}))
    assert [text.partition(",")[0] for text in found] == said


def test_any_method_of_an_export() -> None:
    document = {"paths": {"/{proxy+}": {ANY: {INVOKES: {"uri": uri(ORDERS)}}, "parameters": []}}}
    summary = {"/{proxy+}": {"ANY": {"authorizationType": "NONE", "apiKeyRequired": True}}}
    snapshot = rest_api(GetExport=body(document), GetDeployment={"apiSummary": summary})
    assert targets(snapshot) == {"api/prod/*/*": ORDERS}
    assert manners(snapshot) == {"*/*": "NONE, with an API key"}


def test_a_stage_variable_in_what_was_deployed() -> None:
    document = {"paths": {"/": {"get": {INVOKES: {"uri": uri(f"{ORDERS}:${{stageVariables.alias}}")}}}}}
    assert targets(rest_api({"variables": {"alias": "live"}}, GetExport=body(document))) == {
        "api/prod/GET/": f"{ORDERS}:live"
    }


def test_an_export_that_is_no_json_is_unknown_and_the_configuration_stands_for_it() -> None:
    snapshot = rest_api(GetExport=lambda asked: {"body": io.BytesIO(b"openapi: 3.0.1")})
    assert targets(snapshot)["api/prod/GET/orders"] == ORDERS
    assert unknowns(snapshot) == ["a text in the answer is no JSON object"]


# HTTP APIs


def http_api(operation: dict[str, Any], configured: str, *, auto: bool = False, path: str = "/orders") -> Snapshot:
    """An API with one route, exported as `operation` and configured with an AuthorizationType."""
    document = {
        "paths": {path: {"get": {INVOKES: {"uri": OLD}, **operation}}},
        "components": {"securitySchemes": {"iam": {"x-amazon-apigateway-authtype": "awsSigv4"}, "jwt": {}}},
    }
    api = {"ApiId": "api", "Name": "n", "ProtocolType": "HTTP", "RouteSelectionExpression": "r"}
    route = {"RouteKey": "GET /orders", "Target": "integrations/i", "AuthorizationType": configured}
    told: Answers = {
        "GetApis": {"Items": [api]},
        "GetStages": {"Items": [{"StageName": "prod", "AutoDeploy": auto}]},
        "GetIntegrations": {"Items": [{"IntegrationId": "i", "IntegrationUri": ORDERS}]},
        "GetRoutes": {"Items": [route]},
        "GetAuthorizers": {"Items": []},
        "ExportApi": body(document),
    }
    return look("HTTP and WebSocket APIs", {f"apigatewayv2:{name}": answer for name, answer in told.items()})


def test_a_stage_that_is_deployed_by_hand_serves_what_it_exports() -> None:
    assert targets(http_api({}, "NONE")) == {"api/prod/GET/orders": OLD}


def test_a_stage_that_deploys_by_itself_serves_what_is_configured() -> None:
    assert targets(http_api({}, "NONE", auto=True)) == {"api/prod/GET/orders": ORDERS}


@pytest.mark.parametrize(
    "operation, configured, manner",
    [
        pytest.param({}, "NONE", {"GET/orders": "NONE"}, id="nothing is asked for, now as then"),
        pytest.param({"security": [{"iam": []}]}, "AWS_IAM", {"GET/orders": "AWS_IAM"}, id="IAM is asked, now as then"),
        pytest.param({"security": [{"jwt": []}]}, "NONE", {}, id="open now, and a token asked for then"),
        pytest.param({"security": [{"jwt": []}, {"iam": []}]}, "AWS_IAM", {}, id="IAM is not all that is asked"),
        pytest.param({}, "AWS_IAM", {}, id="an export that may not say that IAM is asked"),
    ],
)
def test_how_a_deployed_route_lets_in_is_known_only_where_both_say_so(
    operation: dict[str, Any], configured: str, manner: dict[str, str]
) -> None:
    assert manners(http_api(operation, configured)) == manner


def test_what_no_other_route_takes_of_an_export() -> None:
    assert targets(http_api({}, "NONE", path="/$default")) == {"api/prod/$default": OLD}


# CloudFormation

STACK = at("cloudformation", "stack/shop/1")
NESTED = at("cloudformation", "stack/inner/2")


def stacks(template: Any, **more: Any) -> Snapshot:
    kept = {"CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}
    outputs = [{"OutputKey": "Fn", "OutputValue": ORDERS, "ExportName": "shared-fn"}]
    parameters = [{"ParameterKey": "Fn", "ParameterValue": ORDERS}]
    mine = {"StackId": STACK, "StackName": "shop", "Parameters": parameters, **kept, **more}
    inner = {"StackId": NESTED, "StackName": "inner", "Outputs": outputs, **kept}

    def resource(logical: str, physical: str, kind: str) -> dict[str, Any]:
        return {
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "LastUpdatedTimestamp": 0,
            "ResourceStatus": "CREATE_COMPLETE",
        }

    return look(
        "CloudFormation",
        {
            "cloudformation:DescribeStacks": {"Stacks": [mine, inner]},
            "cloudformation:GetTemplate": lambda asked: {
                "TemplateBody": template if asked["StackName"] == STACK else "{}"
            },
            "cloudformation:ListStackResources": {
                "StackResourceSummaries": [
                    resource("Maker", "orders", "AWS::Lambda::Function"),
                    resource("Live", f"{ORDERS}:live", "AWS::Lambda::Alias"),
                    resource("Inner", NESTED, "AWS::CloudFormation::Stack"),
                    resource("Topic", at("sns", "made"), "AWS::SNS::Topic"),
                ]
            },
        },
    )


def custom(token: Any, kind: str = "Custom::Made") -> str:
    return json.dumps({"Resources": {"Made": {"Type": kind, "Properties": {"ServiceToken": token}}}})


@pytest.mark.parametrize(
    "token, target",
    [
        pytest.param(ORDERS, ORDERS, id="an ARN"),
        pytest.param({"Fn::GetAtt": ["Maker", "Arn"]}, ORDERS, id="a function of the stack"),
        pytest.param({"Fn::GetAtt": "Maker.Arn"}, ORDERS, id="the same in one text"),
        pytest.param({"Ref": "Live"}, f"{ORDERS}:live", id="an alias of the stack"),
        pytest.param({"Ref": "Fn"}, ORDERS, id="a parameter"),
        pytest.param({"Fn::ImportValue": "shared-fn"}, ORDERS, id="another stack's export"),
        pytest.param({"Fn::GetAtt": ["Inner", "Outputs.Fn"]}, ORDERS, id="an output of a nested stack"),
        pytest.param(
            {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:orders"},
            ORDERS,
            id="pseudo parameters",
        ),
        pytest.param({"Fn::Sub": ["${Of}:live", {"Of": {"Fn::GetAtt": ["Maker", "Arn"]}}]}, f"{ORDERS}:live", id="Sub"),
        pytest.param({"Fn::Sub": "${Maker.Arn}:live"}, f"{ORDERS}:live", id="an attribute in Sub"),
        pytest.param({"Fn::Join": [":", [{"Ref": "Fn"}, "live"]]}, f"{ORDERS}:live", id="Join"),
        pytest.param({"Ref": "Topic"}, at("sns", "made"), id="a topic, by which functions are run too"),
    ],
)
def test_the_service_token_of_a_custom_resource(token: Any, target: str) -> None:
    snapshot = stacks(custom(token), RoleARN=ROLE)
    assert [(one.source, one.target, one.role) for one in snapshot.triggers] == [(STACK, target, ROLE)]
    assert snapshot.gaps == ()


@pytest.mark.parametrize(
    "token",
    [
        pytest.param({"Fn::If": ["Prod", ORDERS, ORDERS]}, id="a condition"),
        pytest.param({"Fn::GetAtt": ["Missing", "Arn"]}, id="a resource that isn't there"),
        pytest.param({"Fn::ImportValue": "another"}, id="an export of another Region's stack"),
        pytest.param("{{resolve:ssm:fn}}", id="a dynamic reference"),
        pytest.param({"Fn::Sub": "${Missing}"}, id="a name that isn't there"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_service_token_that_cannot_be_filled_in_is_unknown_and_named(token: Any) -> None:
    snapshot = stacks(custom(token))
    assert snapshot.triggers == ()
    assert unknowns(snapshot) == [f"{STACK} has a custom resource, Made, whose ServiceToken isn't known"]


def test_the_other_type_of_custom_resource() -> None:
    assert stacks(custom(ORDERS, "AWS::CloudFormation::CustomResource")).triggers[0].role is None
    assert stacks(custom(ORDERS, "AWS::SNS::Topic")).triggers == ()


def test_a_template_in_yaml_with_short_intrinsic_functions() -> None:
    template = """
Resources:
  Made:
    Type: Custom::Made
    Properties:
      ServiceToken: !GetAtt Maker.Arn
  Other:
    Type: Custom::Other
    Properties:
      ServiceToken: !Sub "${Maker.Arn}:live"
      More: !If [Prod, !Ref Fn, !Ref AWS::NoValue]
"""
    assert [trigger.target for trigger in stacks(template).triggers] == [ORDERS, f"{ORDERS}:live"]


def test_a_template_that_cannot_be_read_is_unknown() -> None:
    assert unknowns(stacks("- [")) == [f"the template of {STACK} can't be read"]


# CodeDeploy

HOOKS = {"version": 0.0, "Hooks": [{"BeforeAllowTraffic": "orders"}, {"AfterAllowTraffic": f"{ORDERS}:live"}]}
YAML = "version: 0.0\nHooks:\n  - BeforeAllowTraffic: orders\n"


def group(**more: Any) -> Snapshot:
    told = {"computePlatform": "Lambda", "serviceRoleArn": ROLE, **more}
    return look(
        "CodeDeploy",
        {
            "codedeploy:ListApplications": {"applications": ["shop"]},
            "codedeploy:ListDeploymentGroups": {"deploymentGroups": ["all"]},
            "codedeploy:GetDeploymentGroup": {"deploymentGroupInfo": told},
        },
    )


@pytest.mark.parametrize(
    "revision, found",
    [
        pytest.param({"appSpecContent": {"content": json.dumps(HOOKS)}}, [ORDERS, f"{ORDERS}:live"], id="JSON"),
        pytest.param({"appSpecContent": {"content": YAML}}, [ORDERS], id="YAML"),
        pytest.param({"string": {"content": YAML}}, [ORDERS], id="of an older deployment"),
    ],
)
def test_the_hooks_of_what_a_group_deployed_last(revision: dict[str, Any], found: list[str]) -> None:
    snapshot = group(targetRevision=revision)
    source = at("codedeploy", "deploymentgroup:shop/all")
    assert [(one.source, one.target, one.role) for one in snapshot.triggers] == [
        (source, target, ROLE) for target in found
    ]


@pytest.mark.parametrize(
    "revision",
    [
        pytest.param({"s3Location": {"bucket": "b", "key": "k"}}, id="an object in a bucket"),
        pytest.param({"appSpecContent": {"sha256": "0" * 64}}, id="a hash alone"),
    ],
)
def test_an_appspec_file_that_codedeploy_does_not_tell_is_an_assumption(revision: dict[str, Any]) -> None:
    snapshot = group(targetRevision=revision)
    assert snapshot.triggers == ()
    source = f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:deploymentgroup:shop/all"
    assert [(fact.what, fact.about) for fact in snapshot.assumptions] == [(FactKind.TRIGGERS, source)]


def test_servers_have_no_functions_as_hooks() -> None:
    snapshot = group(computePlatform="Server", targetRevision={"appSpecContent": {"content": YAML}})
    assert (snapshot.triggers, snapshot.assumptions) == ((), ())
