"""What clients call, and functions answer: load balancers, VPC Lattice, AppSync, Transfer Family, CloudFront."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.collector.place import Place

_DISTRIBUTIONS = "cloudfront:ListDistributions"
_URL = ".lambda-url."


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
        attributes = _manners(provider["authenticationType"] for provider in providers)
        for provider in providers:
            authorizer = (provider.get("lambdaAuthorizerConfig") or {}).get("authorizerUri")
            at.trigger(str(api["arn"]), authorizer, attributes=attributes)
        for source in at.each("appsync:ListDataSources", apiId=api["apiId"]):
            function = (source.get("lambdaConfig") or {}).get("lambdaFunctionArn")
            if role := source.get("serviceRoleArn"):
                at.trigger(str(api["arn"]), function, role=role, attributes=attributes)


def _manners(kinds: Iterable[str]) -> dict[str, str]:
    """How callers are let in: each of several kinds lets in, so that none of them is the whole."""
    return {"authenticationType": ", ".join(dict.fromkeys(map(str, kinds)))}


def event_apis(at: Place) -> None:
    """The authorizers of Event APIs, and what the handlers of their channel namespaces invoke."""
    for api in at.each("appsync:ListApis"):
        config = api.get("eventConfig") or {}
        providers = config.get("authProviders") or ()
        for provider in providers:
            authorizer = (provider.get("lambdaAuthorizerConfig") or {}).get("authorizerUri")
            attributes = _manners(one["authType"] for one in providers)
            at.trigger(str(api["apiArn"]), authorizer, attributes=attributes)
        namespaces = at.each("appsync:ListChannelNamespaces", apiId=api["apiId"])
        sources = {one["name"]: one for one in at.each("appsync:ListDataSources", apiId=api["apiId"])}
        for namespace in namespaces:
            _namespace(at, namespace, config, sources)


def _namespace(at: Place, namespace: dict[str, Any], config: dict[str, Any], sources: dict[str, Any]) -> None:
    """A trigger for each of its handlers; how it lets in is said of both together, since it is one source."""
    handlers = namespace.get("handlerConfigs") or {}
    modes: list[dict[str, str]] = []
    found = []
    for event in ("publish", "subscribe"):
        handler = handlers.get(f"on{event.title()}") or {}
        source = sources.get((handler.get("integration") or {}).get("dataSourceName") or "", {})
        if function := (source.get("lambdaConfig") or {}).get("lambdaFunctionArn"):
            modes += namespace.get(f"{event}AuthModes") or config.get(f"default{event.title()}AuthModes") or ()
            modes += (config.get("connectionAuthModes") or ()) if event == "subscribe" else ()
            found.append((event, function, source.get("serviceRoleArn")))
    attributes = _manners(mode["authType"] for mode in modes)
    for event, function, role in found:
        at.trigger(str(namespace["channelNamespaceArn"]), function, role=role, events=(event,), attributes=attributes)


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
