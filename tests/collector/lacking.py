"""What moto lacks of the account in tests/moto_triggers.py, answered as AWS's API References show it."""

from __future__ import annotations

from typing import Any

from tests.collector.recorded import Answers, refused
from tests.moto_triggers import CALLER, LIVE, WORK, of

_URL = "abcdefghij.lambda-url.eu-west-1.on.aws"


def _stream_policy(asked: dict[str, Any]) -> dict[str, Any] | None:
    """moto knows policies of tables only."""
    if "/stream/" in asked["ResourceArn"]:
        raise refused("PolicyNotFoundException", 400)
    return None


def answers(sources: dict[str, str]) -> Answers:
    bot, _, alias = sources["Lex"].partition(":bot-alias/")[2].partition("/")
    agent = sources["Bedrock"].rpartition("/")[2]
    hook = {"lambdaCodeHook": {"lambdaARN": LIVE, "codeHookInterfaceVersion": "1.0"}}
    return {
        "dynamodb:GetResourcePolicy": _stream_policy,
        "apigatewayv2:GetAuthorizers": {"Items": []},
        "appsync:ListDataSources": {
            "dataSources": [
                {
                    "name": "work",
                    "type": "AWS_LAMBDA",
                    "serviceRoleArn": CALLER,
                    "lambdaConfig": {"lambdaFunctionArn": LIVE},
                }
            ]
        },
        "vpc-lattice:ListTargets": {"items": [{"id": LIVE, "status": "UNAVAILABLE"}]},
        "cognito-sync:GetCognitoEvents": {"Events": {"SyncTrigger": LIVE}},
        "lexv2-models:ListBotAliases": {"botAliasSummaries": [{"botAliasId": alias}], "botId": bot},
        "lexv2-models:DescribeBotAlias": {
            "botAliasLocaleSettings": {"en_US": {"enabled": True, "codeHookSpecification": hook}}
        },
        "bedrock-agent:ListAgentVersions": {"agentVersionSummaries": [_version(agent)]},
        "bedrock-agent:ListAgentActionGroups": {"actionGroupSummaries": [_group(agent)]},
        "bedrock-agent:GetAgentActionGroup": {
            "agentActionGroup": {
                **_group(agent),
                "agentId": agent,
                "agentVersion": "DRAFT",
                "createdAt": 0,
                "actionGroupExecutor": {"lambda": LIVE},
            }
        },
        "codecommit:ListRepositories": {"repositories": [{"repositoryName": "shop", "repositoryId": "r"}]},
        "codecommit:GetRepositoryTriggers": {
            "configurationId": "c",
            "triggers": [{"name": "t", "destinationArn": LIVE, "events": ["all"]}],
        },
        "logs:DescribeAccountPolicies": {
            "accountPolicies": [
                {
                    "policyName": "all",
                    "policyType": "SUBSCRIPTION_FILTER_POLICY",
                    "policyDocument": f'{{"DestinationArn": "{WORK}", "FilterPattern": ""}}',
                }
            ]
        },
        "lambda:ListFunctionUrlConfigs": {
            "FunctionUrlConfigs": [
                {
                    "FunctionUrl": f"https://{_URL}/",
                    "FunctionArn": LIVE,
                    "AuthType": "AWS_IAM",
                    "CreationTime": "2026-01-01T00:00:00Z",
                    "LastModifiedTime": "2026-01-01T00:00:00Z",
                }
            ]
        },
        "cloudfront:ListDistributions": {"DistributionList": _distributions(sources["CloudFront"])},
        "secretsmanager:ListSecrets": {
            "SecretList": [
                {
                    "ARN": sources["Secrets Manager"],
                    "RotationEnabled": True,
                    "RotationLambdaARN": LIVE,
                    "KmsKeyId": "alias/clicks",
                    "Tags": [{"Key": "team", "Value": "red"}],
                }
            ]
        },
        "iot:ListAuthorizers": {
            "authorizers": [{"authorizerName": "badge", "authorizerArn": of("iot", "authorizer/badge")}]
        },
        "iot:DescribeAuthorizer": {"authorizerDescription": {"authorizerFunctionArn": LIVE, "status": "ACTIVE"}},
        "transfer:ListServers": {
            "Servers": [
                {
                    "Arn": of("transfer", "server/s-1234567890abcdef0"),
                    "ServerId": "s-1234567890abcdef0",
                    "IdentityProviderType": "AWS_LAMBDA",
                }
            ]
        },
        "transfer:DescribeServer": {
            "Server": {
                "Arn": of("transfer", "server/s-1234567890abcdef0"),
                "IdentityProviderDetails": {"Function": LIVE},
            }
        },
    }


def _version(agent: str) -> dict[str, Any]:
    times = {"createdAt": 0, "updatedAt": 0}
    return {"agentName": agent, "agentStatus": "PREPARED", "agentVersion": "DRAFT", **times}


def _group(agent: str) -> dict[str, Any]:
    return {
        "actionGroupId": "G",
        "actionGroupName": agent,
        "actionGroupState": "ENABLED",
        "updatedAt": 0,
    }


def _distributions(arn: str) -> dict[str, Any]:
    association = {"LambdaFunctionARN": f"{WORK.replace('eu-west-1', 'us-east-1')}:1", "EventType": "viewer-request"}
    behavior = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        "LambdaFunctionAssociations": {"Quantity": 1, "Items": [association]},
    }
    distribution = {
        "Id": "D",
        "ARN": arn,
        "Enabled": True,
        "DefaultCacheBehavior": behavior,
        "Status": "Deployed",
        "LastModifiedTime": 0,
        "DomainName": "d.cloudfront.net",
        "Aliases": {"Quantity": 0},
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": _URL, "OriginAccessControlId": "E1"}]},
        "CacheBehaviors": {"Quantity": 0},
        "CustomErrorResponses": {"Quantity": 0},
        "Comment": "",
        "PriceClass": "PriceClass_All",
        "ViewerCertificate": {},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "Staging": False,
    }
    return {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 1, "Items": [distribution]}
