"""Rows of the table of triggers: what answers requests over HTTP, and who is asked whether they may be answered."""

from __future__ import annotations

from simulator.triggers.push import Acts, Called, Feed, Sent, TriggerService

_API = "execute-api:{region}:{account}:{api}"
_API_OF_APPSYNC = "appsync:{region}:{account}:apis/{api}"
_DISTRIBUTION = "cloudfront::{account}:distribution/{distribution}"
_ACCOUNT_UNCONFIRMED = ("whether aws:SourceAccount is sent",)

APIS = (
    TriggerService(
        "apigateway.amazonaws.com",
        "API Gateway Lambda authorizer",
        f"{_API}/authorizers/{{authorizer}}",
        Acts.EITHER,
        "AWS Serverless Application Model, the permissions that its transform makes for authorizers",
        source_account=Sent.UNCONFIRMED,
        needs_account="no",
        guard="",
        unconfirmed=_ACCOUNT_UNCONFIRMED,
    ),
    TriggerService(
        "apigateway.amazonaws.com",
        "API Gateway method (REST) or route (HTTP)",
        f"{_API}/{{stage}}/{{method}}/{{path*}}",
        Acts.EITHER,
        'Lambda Developer Guide, "Invoking a Lambda function using an Amazon API Gateway endpoint"',
        source_account=Sent.UNCONFIRMED,
        needs_account="no",
        feeds=(Feed("execute-api:Invoke"),),
        guard="AuthorizationType",
        unconfirmed=_ACCOUNT_UNCONFIRMED,
    ),
    TriggerService(
        "apigateway.amazonaws.com",
        "API Gateway route (WebSocket, and $default of HTTP)",
        f"{_API}/{{stage}}/{{route}}",
        Acts.EITHER,
        "AWS Serverless Application Model, the permissions that its transform makes for routes",
        source_account=Sent.UNCONFIRMED,
        needs_account="no",
        feeds=(Feed("execute-api:Invoke"),),
        guard="AuthorizationType",
        unconfirmed=_ACCOUNT_UNCONFIRMED,
    ),
    TriggerService(
        "elasticloadbalancing.amazonaws.com",
        "Application Load Balancer target group",
        "elasticloadbalancing:{region}:{account}:targetgroup/{name}/{id}",
        Acts.ITSELF,
        'Elastic Load Balancing User Guide, "Use Lambda functions as targets of an Application Load Balancer"',
        needs_account="optional",
        guard="",
        own_region=True,
        own_account=True,
    ),
    TriggerService(
        "vpc-lattice.amazonaws.com",
        "VPC Lattice target group",
        "vpc-lattice:{region}:{account}:targetgroup/{group}",
        Acts.ITSELF,
        'Amazon VPC Lattice User Guide, "Lambda functions as targets in VPC Lattice"',
        needs_account="optional",
        guard="",
        own_region=True,
        own_account=True,
    ),
    TriggerService(
        "appsync.amazonaws.com",
        "AppSync Lambda authorizer, of a GraphQL or an Event API",
        _API_OF_APPSYNC,
        Acts.ITSELF,
        'AWS AppSync Developer Guide, "Configuring authorization and authentication"',
        feeds=(Feed("appsync:GraphQL", "{source}/*"),),
        guard="authenticationType",
    ),
    TriggerService(
        "appsync.amazonaws.com",
        "AppSync data source",
        _API_OF_APPSYNC,
        Acts.ROLE,
        'AWS AppSync Developer Guide, "Attaching a data source"',
        feeds=(Feed("appsync:GraphQL", "{source}/*"),),
        guard="authenticationType",
    ),
    TriggerService(
        "appsync.amazonaws.com",
        "AppSync Event API, data source of a channel namespace",
        f"{_API_OF_APPSYNC}/channelNamespace/{{namespace}}",
        Acts.ROLE,
        'AWS AppSync Events Developer Guide, "Data source integrations for AWS AppSync events" and "Configuring '
        'authorization and authentication to secure Event APIs"; Service Authorization Reference',
        source_arn=f"arn:{{partition}}:{_API_OF_APPSYNC}",
        feeds=(
            Feed("appsync:EventPublish", event="publish"),
            # One subscribes over a WebSocket only, which has to be connected.
            Feed(
                "appsync:EventSubscribe",
                event="subscribe",
                also=(("appsync:EventConnect", f"arn:{{partition}}:{_API_OF_APPSYNC}"),),
            ),
        ),
        guard="authenticationType",
    ),
    TriggerService(
        "cloudfront.amazonaws.com",
        "CloudFront distribution whose origin is a function URL (origin access control)",
        _DISTRIBUTION,
        Acts.ITSELF,
        'Amazon CloudFront Developer Guide, "Restrict access to an AWS Lambda function URL origin"',
        source_account=Sent.UNCONFIRMED,
        needs_account="no",
        guard="",
        called=Called.URL,
        unconfirmed=_ACCOUNT_UNCONFIRMED,
    ),
    TriggerService(
        "edgelambda.amazonaws.com",
        "Lambda@Edge: a CloudFront distribution runs replicas of the function",
        _DISTRIBUTION,
        Acts.EXECUTION_ROLE,
        'Amazon CloudFront Developer Guide, "Set up IAM permissions and roles for Lambda@Edge"',
        source_arn_sent=Sent.NO,
        source_account=Sent.NO,
        needs_account="no",
        guard="",
        called=Called.NUMBERED,
        only_in="us-east-1",
        set_up=(
            "lambda:GetFunction",
            "lambda:EnableReplication*",
            "lambda:DisableReplication*",
            "iam:CreateServiceLinkedRole",
        ),
    ),
    TriggerService(
        "transfer.amazonaws.com",
        "Transfer Family server whose identity provider is a function",
        "transfer:{region}:{account}:server/{server}",
        Acts.ITSELF,
        'AWS Transfer Family User Guide, "Using AWS Lambda to integrate your identity provider"',
        source_account=Sent.UNCONFIRMED,
        guard="",
        unconfirmed=_ACCOUNT_UNCONFIRMED,
    ),
)
