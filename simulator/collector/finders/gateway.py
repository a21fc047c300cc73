"""API Gateway: what the methods and routes of an API invoke at each of its stages, as it was deployed there.

What is changed on an API has no effect before it is deployed, so that a stage is asked for what it serves: a REST API's
for its export and the summary of its deployment, an HTTP API's for its export, unless it deploys by itself. No call
tells it of WebSocket APIs, of authorizers and of resource policies: of these, what is configured stands for it.

Sources: Amazon API Gateway Developer Guide, "Deploy REST APIs in API Gateway" and "Stages for HTTP APIs in API
Gateway"; API Reference, "GetExport", "GetDeployment", "ExportApi".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from models import arns
from simulator.collector.attributes import with_key
from simulator.collector.place import Place

#: Source: API Gateway REST API Reference, "Integration", uri.
_INTEGRATION = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/[^/]+/functions/(?P<function>[^/]+)/")
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_PARAMETER = re.compile(r"\{[^{}]*\}")
_OPEN = "NONE"
_EXPORT = "apigateway:GetExport"
_EXPORT_V2 = "apigatewayv2:ExportApi"
#: How an export names what a method or route invokes, and the verb ANY. Source: API Gateway Developer Guide, "OpenAPI
#: extensions for API Gateway".
_INVOKES = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
_VERBS = {name: name.upper() for name in ("get", "put", "post", "delete", "options", "head", "patch")} | {_ANY: "ANY"}


class _Method(NamedTuple):
    """A method or route: the path by which it is called, what it invokes, and how it lets callers in (None: unsaid)."""

    route: str
    uri: str | None
    role: str | None
    manner: str | None


def rest_apis(at: Place) -> None:
    """A trigger for each method that a function answers at each stage, and for each Lambda authorizer."""
    for api in at.reader.many("apigateway:GetRestApis", (at.fact, at.policies), at.region):
        arn, key = at.arn(str(api["id"])), str(api["id"])
        at.reader.builder.resource(arn, policy=_unescaped(api.get("policy")))
        at.reader.builder.policy_was_read(arn)
        stages = at.each("apigateway:GetStages", restApiId=key)
        configured = list(_configured(at, key, _closed(api))) if stages else []
        for stage in stages:
            deployed = _deployed(at, key, stage, _closed(api))
            _methods(at, arn, str(stage["stageName"]), _variables(stage), configured if deployed is None else deployed)
        for authorizer in at.each("apigateway:GetAuthorizers", restApiId=key):
            _authorizer(
                at,
                f"{arn}/authorizers/{authorizer['id']}",
                stages,
                authorizer.get("authorizerUri"),
                authorizer.get("authorizerCredentials"),
            )


def _variables(stage: dict[str, Any]) -> Mapping[str, str]:
    return stage.get("variables") or stage.get("StageVariables") or {}


def _methods(at: Place, arn: str, stage: str, variables: Mapping[str, str], methods: Iterable[_Method]) -> None:
    for method in methods:
        at.trigger(
            f"{arn}/{stage}/{method.route}",
            _function(method.uri, variables),
            role=method.role,
            attributes={"AuthorizationType": method.manner},
        )


def _authorizer(at: Place, source: str, stages: Iterable[dict[str, Any]], uri: str | None, role: str | None) -> None:
    for stage in stages:
        at.trigger(source, _function(uri, _variables(stage)), role=role)


def _configured(at: Place, key: str, closed: str) -> Iterator[_Method]:
    for resource in at.each("apigateway:GetResources", restApiId=key, embed=["methods"]):
        for verb, method in (resource.get("resourceMethods") or {}).items():
            integration = method.get("methodIntegration") or {}
            yield _Method(
                _route(verb, str(resource["path"])),
                integration.get("uri"),
                integration.get("credentials"),
                _manner(method.get("authorizationType"), bool(method.get("apiKeyRequired")), closed),
            )


def _deployed(at: Place, key: str, stage: dict[str, Any], closed: str) -> list[_Method] | None:
    """The methods that a stage serves; None: it didn't tell. A canary that has others is noted as unknown."""
    name = str(stage["stageName"])
    asked = {"restApiId": key, "stageName": name, "exportType": "oas30"}
    parameters = {"extensions": "integrations"}
    export = _document(at, _EXPORT, at.one(_EXPORT, **asked, parameters=parameters, accepts="application/json"))
    asked = {"restApiId": key, "deploymentId": str(stage.get("deploymentId"))}
    summary = at.one("apigateway:GetDeployment", **asked, embed=["apisummary"]).get("apiSummary") or {}
    if export is None:
        return None
    canary = (stage.get("canarySettings") or {}).get("deploymentId")
    if canary not in (None, stage.get("deploymentId")):
        at.unknown(_EXPORT, f"stage {name} of {key} has a canary, of whose deployment no call tells what it invokes")
    return list(_exported(export, summary, closed))


def _exported(export: dict[str, Any], summary: dict[str, Any], closed: str) -> Iterator[_Method]:
    for path, verb, operation in _operations(export):
        integration = operation.get(_INVOKES) or {}
        told = (summary.get(path) or {}).get(verb)
        manner = _manner(told.get("authorizationType"), bool(told.get("apiKeyRequired")), closed) if told else None
        yield _Method(_route(verb, path), integration.get("uri"), integration.get("credentials"), manner)


def _operations(export: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, verb, and what the export says of it."""
    for path, operations in (export.get("paths") or {}).items():
        for name, operation in operations.items():
            if name in _VERBS:
                yield path, _VERBS[name], operation


def _document(at: Place, call: str, answer: dict[str, Any]) -> dict[str, Any] | None:
    """The OpenAPI document in an export: its body, or as a file was saved; None if there is none."""
    found = at.json(call, answer["body"]) if "body" in answer else answer
    return found if "paths" in found else None


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
        arn, key = at.arn(str(api["ApiId"])), str(api["ApiId"])
        is_http = api.get("ProtocolType") != "WEBSOCKET"
        stages, configured = _v2(at, "GetStages", key), list(_routes(at, key, is_http))
        for stage in stages:
            name = str(stage["StageName"])
            deployed = _served(at, key, name, configured) if is_http and not stage.get("AutoDeploy") else None
            _methods(at, arn, name, _variables(stage), configured if deployed is None else deployed)
        for authorizer in _v2(at, "GetAuthorizers", key):
            _authorizer(
                at,
                f"{arn}/authorizers/{authorizer['AuthorizerId']}",
                stages,
                authorizer.get("AuthorizerUri"),
                authorizer.get("AuthorizerCredentialsArn"),
            )


def _v2(at: Place, operation: str, api: str) -> list[Any]:
    return at.each(f"apigatewayv2:{operation}", ApiId=api)


def _routes(at: Place, key: str, is_http: bool) -> Iterator[_Method]:
    integrations = {f"integrations/{entry['IntegrationId']}": entry for entry in _v2(at, "GetIntegrations", key)}
    routes = _v2(at, "GetRoutes", key)
    connects = None if is_http else _connects(routes)
    for route in routes:
        integration = integrations.get(route.get("Target") or "", {})
        yield _Method(
            _route_of(str(route["RouteKey"])),
            integration.get("IntegrationUri"),
            integration.get("CredentialsArn"),
            _manner_of(route, connects),
        )


def _served(at: Place, key: str, stage: str, configured: Iterable[_Method]) -> list[_Method] | None:
    """The routes of a stage that is deployed by hand; None: it didn't tell.

    How one lets in is known where the export asks for nothing and so does the configuration, or both ask for IAM.
    """
    asked = {"ApiId": key, "StageName": stage, "Specification": "OAS30", "OutputType": "JSON"}
    export = _document(at, _EXPORT_V2, at.one(_EXPORT_V2, **asked))
    if export is None:
        return None
    manners = {method.route: method.manner for method in configured}
    found = []
    for path, verb, operation in _operations(export):
        route = "$default" if path == "/$default" else _route(verb, path)
        integration, manner = operation.get(_INVOKES) or {}, _security(export, operation)
        agreed = manner if manners.get(route) == manner else None
        found.append(_Method(route, integration.get("uri"), integration.get("credentials"), agreed))
    return found


def _security(export: dict[str, Any], operation: dict[str, Any]) -> str:
    """How an operation of an export lets in. Source: API Gateway Developer Guide, "x-amazon-apigateway-authtype"."""
    schemes = (export.get("components") or {}).get("securitySchemes") or {}
    names = [name for entry in operation.get("security") or export.get("security") or () for name in entry]
    kinds = {(schemes.get(name) or {}).get("x-amazon-apigateway-authtype") for name in names}
    if not names:
        return str((operation.get("x-amazon-apigateway-auth") or {}).get("type") or _OPEN)
    return "AWS_IAM" if kinds == {"awsSigv4"} else "another"


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
