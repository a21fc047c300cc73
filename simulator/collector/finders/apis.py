"""What clients call, and functions answer: API Gateway, load balancers, VPC Lattice, AppSync, CloudFront."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from models import arns
from simulator.collector.attributes import with_key
from simulator.collector.place import Place

#: Source: API Gateway REST API Reference, "Integration", uri.
_INTEGRATION = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/[^/]+/functions/(?P<function>[^/]+)/")
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_PARAMETER = re.compile(r"\{[^{}]*\}")
_OPEN = "NONE"
_DISTRIBUTIONS = "cloudfront:ListDistributions"
_URL = ".lambda-url."


def rest_apis(at: Place) -> None:
    """A trigger for each method that a function answers at each stage, and for each Lambda authorizer."""
    for api in at.reader.many("apigateway:GetRestApis", (at.fact, at.policies), at.region):
        arn, key = at.arn(str(api["id"])), api["id"]
        at.reader.builder.resource(arn, policy=_unescaped(api.get("policy")))
        at.reader.builder.policy_was_read(arn)
        stages = {str(stage["stageName"]): stage.get("variables") or {} for stage in _stages(at, key)}
        for resource in at.each("apigateway:GetResources", restApiId=key, embed=["methods"]):
            for verb, method in (resource.get("resourceMethods") or {}).items():
                for stage, variables in stages.items():
                    source = f"{arn}/{stage}/{_route(verb, str(resource['path']))}"
                    _method(at, source, variables, method, _closed(api))
        for authorizer in at.each("apigateway:GetAuthorizers", restApiId=key):
            for variables in stages.values():
                at.trigger(
                    f"{arn}/authorizers/{authorizer['id']}",
                    _function(authorizer.get("authorizerUri"), variables),
                    role=authorizer.get("authorizerCredentials"),
                )


def _stages(at: Place, api: str) -> list[Any]:
    return at.each("apigateway:GetStages", restApiId=api)


def _method(at: Place, source: str, variables: Mapping[str, str], method: dict[str, Any], closed: str) -> None:
    integration = method.get("methodIntegration") or {}
    manner = _manner(method.get("authorizationType"), bool(method.get("apiKeyRequired")), closed)
    function = _function(integration.get("uri"), variables)
    at.trigger(source, function, role=integration.get("credentials"), attributes={"AuthorizationType": manner})


def _closed(api: dict[str, Any]) -> str:
    """Why nobody gets to an API. Source: API Gateway Developer Guide, "Private REST APIs": without a policy, no one."""
    is_private = "PRIVATE" in ((api.get("endpointConfiguration") or {}).get("types") or ())
    return "at a private endpoint without a policy" if is_private and not api.get("policy") else ""


def _manner(kind: str | None, needs_key: bool, closed: str = "") -> str:
    """How callers are let in: AWS's word, and what there is beside it, so that it isn't taken for the whole."""
    manner = with_key(kind or _OPEN) if needs_key else kind or _OPEN
    return f"{manner}, {closed}" if closed else manner


def _unescaped(policy: str | None) -> Any:
    """The policy of a REST API: GetRestApis gives its text with backslashes before the quotes."""
    if not policy or not policy.startswith('{\\"'):
        return policy
    return json.loads(f'"{policy}"')


def http_apis(at: Place) -> None:
    """The same for HTTP and WebSocket APIs, whose routes name their integrations."""
    for api in at.each("apigatewayv2:GetApis"):
        arn, key = at.arn(str(api["ApiId"])), api["ApiId"]
        stages = {str(s["StageName"]): s.get("StageVariables") or {} for s in _v2(at, "GetStages", key)}
        integrations = {f"integrations/{entry['IntegrationId']}": entry for entry in _v2(at, "GetIntegrations", key)}
        routes = _v2(at, "GetRoutes", key)
        connects = _connects(routes) if api.get("ProtocolType") == "WEBSOCKET" else None
        for stage, variables in stages.items():
            for route in routes:
                integration = integrations.get(route.get("Target") or "", {})
                at.trigger(
                    f"{arn}/{stage}/{_route_of(str(route['RouteKey']))}",
                    _function(integration.get("IntegrationUri"), variables),
                    role=integration.get("CredentialsArn"),
                    attributes={"AuthorizationType": _manner_of(route, connects)},
                )
        for authorizer in _v2(at, "GetAuthorizers", key):
            for variables in stages.values():
                at.trigger(
                    f"{arn}/authorizers/{authorizer['AuthorizerId']}",
                    _function(authorizer.get("AuthorizerUri"), variables),
                    role=authorizer.get("AuthorizerCredentialsArn"),
                )


def _v2(at: Place, operation: str, api: str) -> list[Any]:
    return at.each(f"apigatewayv2:{operation}", ApiId=api)


def _connects(routes: Iterable[dict[str, Any]]) -> str:
    """How a WebSocket API lets in: only `$connect` asks, for all routes.

    Source: API Gateway Developer Guide, "Control and manage access to WebSocket APIs in API Gateway".
    """
    found = (route for route in routes if route["RouteKey"] == "$connect")
    return next((_manner_of(route, None) for route in found), _OPEN)


def _manner_of(route: dict[str, Any], connects: str | None) -> str:
    if connects not in (None, _OPEN) and route["RouteKey"] != "$connect":
        return f"{connects} of $connect"
    return _manner(route.get("AuthorizationType"), bool(route.get("ApiKeyRequired")))


def _route_of(key: str) -> str:
    """`GET /orders` of an HTTP API; `$default` and the keys of a WebSocket API are as they are."""
    verb, _, path = key.partition(" ")
    return _route(verb, path) if path.startswith("/") else key


def _route(verb: str, path: str) -> str:
    """A method as the ARN of a request has it: ANY, and what is in braces, may be anything."""
    return f"{'*' if verb == 'ANY' else verb}/{_PARAMETER.sub('*', path.removeprefix('/'))}"


def _function(uri: str | None, variables: Mapping[str, str]) -> str | None:
    """The function in an integration's or authorizer's URI, at a stage; None if it is about something else."""
    text = _VARIABLE.sub(lambda found: variables.get(found[1], ""), uri or "")
    found = _INTEGRATION.match(text)
    named = found["function"] if found else text
    return named if arns.is_function(named) else None


def load_balancers(at: Place) -> None:
    for group in at.each("elbv2:DescribeTargetGroups"):
        if group.get("TargetType") == "lambda":
            arn = str(group["TargetGroupArn"])
            for health in at.each("elbv2:DescribeTargetHealth", TargetGroupArn=arn):
                at.trigger(arn, health["Target"]["Id"])


def lattice_groups(at: Place) -> None:
    for group in at.each("vpc-lattice:ListTargetGroups", targetGroupType="LAMBDA"):
        for target in at.each("vpc-lattice:ListTargets", targetGroupIdentifier=group["id"]):
            at.trigger(str(group["arn"]), target["id"])


def graphql_apis(at: Place) -> None:
    """AppSync acts with a role for a data source, and by itself for an authorizer."""
    for api in at.each("appsync:ListGraphqlApis"):
        providers = [api, *(api.get("additionalAuthenticationProviders") or ())]
        kinds = dict.fromkeys(str(provider["authenticationType"]) for provider in providers)
        # Each of several kinds lets in: none of them is the whole.
        attributes = {"authenticationType": ", ".join(kinds)}
        for provider in providers:
            authorizer = (provider.get("lambdaAuthorizerConfig") or {}).get("authorizerUri")
            at.trigger(str(api["arn"]), authorizer, attributes=attributes)
        for source in at.each("appsync:ListDataSources", apiId=api["apiId"]):
            function = (source.get("lambdaConfig") or {}).get("lambdaFunctionArn")
            if role := source.get("serviceRoleArn"):
                at.trigger(str(api["arn"]), function, role=role, attributes=attributes)


def transfer_servers(at: Place) -> None:
    """Servers of Transfer Family that ask a function who may enter."""
    for summary in at.each("transfer:ListServers"):
        if summary.get("IdentityProviderType") == "AWS_LAMBDA":
            server = at.one("transfer:DescribeServer", ServerId=summary["ServerId"]).get("Server") or {}
            at.trigger(str(summary["Arn"]), (server.get("IdentityProviderDetails") or {}).get("Function"))


def distributions(at: Place) -> None:
    """Lambda@Edge, and the function URLs that a distribution may call as their origin."""
    for distribution in at.each(_DISTRIBUTIONS):
        arn, enabled = str(distribution["ARN"]), bool(distribution.get("Enabled"))
        others = (distribution.get("CacheBehaviors") or {}).get("Items") or ()
        for behavior in (distribution.get("DefaultCacheBehavior") or {}, *others):
            for entry in (behavior.get("LambdaFunctionAssociations") or {}).get("Items") or ():
                at.trigger(arn, entry["LambdaFunctionARN"], enabled=enabled)
        for origin in (distribution.get("Origins") or {}).get("Items") or ():
            # Without an access control CloudFront calls as anybody does.
            if origin.get("OriginAccessControlId") and _URL in origin["DomainName"]:
                target = at.reader.builder.url_at(str(origin["DomainName"]))
                if target is None:
                    at.unknown(_DISTRIBUTIONS, f"no function that was collected has the URL {origin['DomainName']}")
                at.trigger(arn, target, enabled=enabled, service="cloudfront.amazonaws.com")
