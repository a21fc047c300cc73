"""What moto lacks of the account in tests/moto_triggers.py, answered as AWS's API References show it."""

from __future__ import annotations

import io
import json
from typing import Any

from tests.collector.recorded import Answer, Answers, refused
from tests.moto_triggers import CALLER, LIVE, WORK, of

_URL = "abcdefghij.lambda-url.eu-west-1.on.aws"


def _stream_policy(asked: dict[str, Any]) -> dict[str, Any] | None:
    """moto knows policies of tables only."""
    if "/stream/" in asked["ResourceArn"]:
        raise refused("PolicyNotFoundException", 400)
    return None


#: Of these moto knows nothing, where there is nothing of them.
NOTHING: Answers = {
    "bedrock-agent:ListFlows": {"flowSummaries": []},
    "s3control:ListAccessPointsForObjectLambda": {"ObjectLambdaAccessPointList": []},
    "s3control:ListJobs": {"Jobs": []},
}


def answers(sources: dict[str, str]) -> Answers:
    """What is there beside what moto has."""
    return _of_services(sources) | _of_apis(sources) | _of_deployments(sources) | _of_stores(sources)


def _of_apis(sources: dict[str, str]) -> dict[str, Answer]:
    """What was deployed is what is configured."""
    uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions"
    methods = {
        "x-amazon-apigateway-any-method": {"uri": f"{uri}/{LIVE}/invocations", "credentials": CALLER},
        "get": {"uri": f"{uri}/{WORK}:${{stageVariables.alias}}/invocations"},
    }
    paths = {"/{item}": {verb: {"x-amazon-apigateway-integration": one} for verb, one in methods.items()}}
    routes = {"/orders/{id}": {"get": {**_signed(), "x-amazon-apigateway-integration": {"uri": LIVE}}}}
    sigv4 = {"sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"}}
    return {
        "apigateway:GetExport": lambda asked: {"body": io.BytesIO(json.dumps({"paths": paths}).encode())},
        "apigateway:GetDeployment": {
            "apiSummary": {
                "/{item}": {
                    "ANY": {"authorizationType": "AWS_IAM", "apiKeyRequired": False},
                    "GET": {"authorizationType": "NONE", "apiKeyRequired": False},
                }
            }
        },
        "apigatewayv2:ExportApi": lambda asked: {
            "body": io.BytesIO(json.dumps({"paths": routes, "components": {"securitySchemes": sigv4}}).encode())
        },
        "appsync:ListChannelNamespaces": {
            "channelNamespaces": [
                {
                    "name": "orders",
                    "channelNamespaceArn": sources["AppSync Events"],
                    "handlerConfigs": {"onPublish": {"behavior": "DIRECT", "integration": {"dataSourceName": "work"}}},
                }
            ]
        },
    }


def _signed() -> dict[str, Any]:
    return {"security": [{"sigv4": []}]}


def _of_deployments(sources: dict[str, str]) -> dict[str, Answer]:
    template = {"Resources": {"Made": {"Type": "Custom::Made", "Properties": {"ServiceToken": LIVE}}}}
    appspec = {"version": 0.0, "Hooks": [{"BeforeAllowTraffic": "work:live"}]}
    return {
        "cloudformation:DescribeStacks": {
            "Stacks": [
                {
                    "StackId": sources["CloudFormation"],
                    "StackName": "shop",
                    "CreationTime": 0,
                    "StackStatus": "CREATE_COMPLETE",
                    "RoleARN": CALLER,
                }
            ]
        },
        "cloudformation:GetTemplate": {"TemplateBody": json.dumps(template)},
        "cloudformation:ListStackResources": {"StackResourceSummaries": []},
        "codedeploy:GetDeploymentGroup": {
            "deploymentGroupInfo": {
                "computePlatform": "Lambda",
                "serviceRoleArn": CALLER,
                "targetRevision": {
                    "revisionType": "AppSpecContent",
                    "appSpecContent": {"content": json.dumps(appspec)},
                },
            }
        },
    }


def _of_stores(sources: dict[str, str]) -> dict[str, Answer]:
    job = {"JobId": "11111111-2222-3333", "Operation": "LambdaInvoke", "Status": "Active"}
    point = {"Name": "shop", "ObjectLambdaAccessPointArn": sources["S3 Object Lambda"]}
    content = {"AwsLambda": {"FunctionArn": LIVE}}
    transformation = {"transformationFunction": {"transformationLambdaConfiguration": {"lambdaArn": LIVE}}}
    base = sources["Bedrock knowledge base"].rpartition("/")[2]
    source = {"knowledgeBaseId": base, "dataSourceId": "S", "name": "s", "status": "AVAILABLE", "updatedAt": 0}
    node = {"name": "work", "type": "LambdaFunction", "configuration": {"lambdaFunction": {"lambdaArn": LIVE}}}
    flow = {"arn": sources["Bedrock flow"], "id": "FLOW123456", "name": "f", "status": "Prepared", "createdAt": 0}
    flow |= {"updatedAt": 0, "version": "DRAFT"}
    return {
        "s3control:ListJobs": {"Jobs": [job]},
        "s3control:DescribeJob": {"Job": {"Operation": {"LambdaInvoke": {"FunctionArn": LIVE}}, "RoleArn": CALLER}},
        "s3control:ListAccessPointsForObjectLambda": {"ObjectLambdaAccessPointList": [point]},
        "s3control:GetAccessPointConfigurationForObjectLambda": {
            "Configuration": {
                "SupportingAccessPoint": "arn:aws:s3:eu-west-1:333333333333:accesspoint/shop",
                "TransformationConfigurations": [{"Actions": ["GetObject"], "ContentTransformation": content}],
            }
        },
        "s3control:GetAccessPointPolicyForObjectLambda": {},
        "bedrock-agent:ListDataSources": {"dataSourceSummaries": [source]},
        "bedrock-agent:GetDataSource": {
            "dataSource": {
                **source,
                "createdAt": 0,
                "dataSourceConfiguration": {"type": "S3"},
                "vectorIngestionConfiguration": {
                    "customTransformationConfiguration": {
                        "intermediateStorage": {"s3Location": {"uri": "s3://b"}},
                        "transformations": [{**transformation, "stepToApply": "POST_CHUNKING"}],
                    }
                },
            }
        },
        "bedrock-agent:ListFlows": {"flowSummaries": [flow]},
        "bedrock-agent:GetFlow": {
            **flow,
            "executionRoleArn": CALLER,
            "definition": {"nodes": [node]},
        },
        "bedrock-agent:ListFlowVersions": {"flowVersionSummaries": []},
    }


def _of_services(sources: dict[str, str]) -> dict[str, Answer]:
    return {
        **_apis(),
        **_bots_and_agents(sources["Lex"], sources["Bedrock"]),
        **_repositories_and_logs(),
        **_urls_and_secrets(sources["CloudFront"], sources["Secrets Manager"]),
        **_authorizers(),
    }


def _apis() -> dict[str, Answer]:
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
    }


def _bots_and_agents(bot_alias: str, agent_arn: str) -> dict[str, Answer]:
    bot, _, alias = bot_alias.partition(":bot-alias/")[2].partition("/")
    agent = agent_arn.rpartition("/")[2]
    hook = {"lambdaCodeHook": {"lambdaARN": LIVE, "codeHookInterfaceVersion": "1.0"}}
    return {
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
    }


def _repositories_and_logs() -> dict[str, Answer]:
    return {
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
    }


def _urls_and_secrets(distribution: str, secret: str) -> dict[str, Answer]:
    return {
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
        "cloudfront:ListDistributions": {"DistributionList": _distributions(distribution)},
        "secretsmanager:ListSecrets": {
            "SecretList": [
                {
                    "ARN": secret,
                    "RotationEnabled": True,
                    "RotationLambdaARN": LIVE,
                    "KmsKeyId": "alias/clicks",
                    "Tags": [{"Key": "team", "Value": "red"}],
                }
            ]
        },
    }


def _authorizers() -> dict[str, Answer]:
    return {
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
