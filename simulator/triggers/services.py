"""The table of triggers: a row for each service that invokes functions, and for each form of what it does so for.

Sources stand in each row: the title of the AWS page that says it, or what else it was taken from. A trigger that has
no row here is `unknown`, and says so.
"""

from __future__ import annotations

from models.snapshot import Trigger
from simulator.triggers.push import Acts, Feed, Sent, TriggerService, find

_OBJECTS = "{source}/{prefix}*{suffix}"

#: What a writer must be allowed for each event of an S3 notification, by the event's beginning.
_S3_FEEDS = (
    Feed("s3:PutObject", _OBJECTS, "s3:ObjectCreated:"),
    Feed("s3:DeleteObject", _OBJECTS, "s3:ObjectRemoved:"),
    Feed("s3:RestoreObject", _OBJECTS, "s3:ObjectRestore:"),
    Feed("s3:PutObjectTagging", _OBJECTS, "s3:ObjectTagging:Put"),
    Feed("s3:DeleteObjectTagging", _OBJECTS, "s3:ObjectTagging:Delete"),
    Feed("s3:PutObjectTagging", _OBJECTS, "s3:ObjectTagging:*"),
    Feed("s3:PutObjectAcl", _OBJECTS, "s3:ObjectAcl:"),
)

_API = "execute-api:{region}:{account}:{api}"

_EVENTS = (
    TriggerService(
        "s3.amazonaws.com",
        "S3 event notification",
        "s3:::{bucket}",
        Acts.ITSELF,
        'Lambda Developer Guide, "Process Amazon S3 event notifications with Lambda"',
        needs_account="always: a bucket's ARN has no account",
        feeds=_S3_FEEDS,
    ),
    TriggerService(
        "sns.amazonaws.com",
        "SNS subscription",
        "sns:{region}:{account}:{topic}",
        Acts.ITSELF,
        'Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications"',
        feeds=(Feed("sns:Publish"),),
    ),
    TriggerService(
        "events.amazonaws.com",
        "EventBridge rule",
        "events:{region}:{account}:rule/{rule+}",
        Acts.EITHER,
        'Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge" and '
        '"Sending events to an AWS service in another account in EventBridge"',
        needs_account="optional",
        feeds=(Feed("events:PutEvents", "{bus}"),),
        role_across_accounts=True,
    ),
    TriggerService(
        "scheduler.amazonaws.com",
        "EventBridge schedule",
        "scheduler:{region}:{account}:schedule/{group}/{schedule}",
        Acts.ROLE,
        'Amazon EventBridge Scheduler User Guide, "Setting up Amazon EventBridge Scheduler"',
    ),
    TriggerService(
        "pipes.amazonaws.com",
        "EventBridge pipe (target or enrichment)",
        "pipes:{region}:{account}:pipe/{pipe}",
        Acts.ROLE,
        'Amazon EventBridge User Guide, "Permissions for Amazon EventBridge Pipes to access targets"',
        feeds=(
            Feed("sqs:SendMessage", "{.Source}"),
            Feed("kinesis:PutRecord", "{.Source}"),
            Feed("kinesis:PutRecords", "{.Source}"),
        ),
        unconfirmed=("the service principal",),
    ),
)

_APIS = (
    TriggerService(
        "apigateway.amazonaws.com",
        "API Gateway Lambda authorizer",
        f"{_API}/authorizers/{{authorizer}}",
        Acts.EITHER,
        "AWS Serverless Application Model, the permissions that its transform makes for authorizers",
        source_account=Sent.UNCONFIRMED,
        needs_account="no",
        guard="",
        unconfirmed=("whether aws:SourceAccount is sent",),
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
        unconfirmed=("whether aws:SourceAccount is sent",),
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
        unconfirmed=("whether aws:SourceAccount is sent",),
    ),
    TriggerService(
        "elasticloadbalancing.amazonaws.com",
        "Application Load Balancer target group",
        "elasticloadbalancing:{region}:{account}:targetgroup/{name}/{id}",
        Acts.ITSELF,
        'Elastic Load Balancing User Guide, "Lambda functions as targets"',
        needs_account="optional",
        guard="",
    ),
)

_LOGS_AND_USERS = (
    TriggerService(
        "logs.amazonaws.com",
        "CloudWatch Logs subscription filter",
        "logs:{region}:{account}:log-group:{group+}",
        Acts.ITSELF,
        'Amazon CloudWatch Logs User Guide, "Log group-level subscription filters"',
        also_as=("logs.{region}.amazonaws.com",),
        source_arn="{source}:*",
        feeds=(Feed("logs:PutLogEvents", "{source}:log-stream:*"),),
    ),
    TriggerService(
        "cognito-idp.amazonaws.com",
        "Cognito user pool trigger",
        "cognito-idp:{region}:{account}:userpool/{pool}",
        Acts.ITSELF,
        'Amazon Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers"',
        guard="",
    ),
    TriggerService(
        "iot.amazonaws.com",
        "IoT topic rule",
        "iot:{region}:{account}:rule/{rule}",
        Acts.ITSELF,
        'AWS IoT Core Developer Guide, "Lambda"; both conditions as the AWS Serverless Application Model sets them',
        needs_account="yes",
        guard="",
    ),
    TriggerService(
        "config.amazonaws.com",
        "Config custom rule",
        "config:{region}:{account}:config-rule/{rule}",
        Acts.ITSELF,
        'AWS Config Developer Guide, "Creating AWS Config Custom Lambda Rules"',
        needs_account="yes",
        feeds=(Feed("config:StartConfigRulesEvaluation"),),
        unconfirmed=("the form of aws:SourceArn",),
    ),
    TriggerService(
        "ses.amazonaws.com",
        "SES receipt rule",
        "ses:{region}:{account}:receipt-rule-set/{set}:receipt-rule/{rule}",
        Acts.ITSELF,
        'Amazon Simple Email Service Developer Guide, "Giving permissions to Amazon SES for email receiving"',
        needs_account="yes",
        guard="",
    ),
    TriggerService(
        "secretsmanager.amazonaws.com",
        "Secrets Manager rotation",
        "secretsmanager:{region}:{account}:secret:{secret+}",
        Acts.ITSELF,
        'AWS Secrets Manager User Guide, "Lambda rotation function execution role permissions for AWS Secrets Manager"',
        feeds=(Feed("secretsmanager:RotateSecret"),),
    ),
)

_PIPELINES = (
    TriggerService(
        "codepipeline.amazonaws.com",
        "CodePipeline Lambda action",
        "codepipeline:{region}:{account}:{pipeline}",
        Acts.ROLE,
        'AWS CodePipeline User Guide, "Invoke an AWS Lambda function in a pipeline in CodePipeline"',
        feeds=(Feed("codepipeline:StartPipelineExecution"),),
    ),
    TriggerService(
        "codecommit.amazonaws.com",
        "CodeCommit repository trigger",
        "codecommit:{region}:{account}:{repository}",
        Acts.ITSELF,
        'AWS CodeCommit User Guide, "Example: Create an AWS CodeCommit trigger for an AWS Lambda function"',
        needs_account="yes",
        feeds=(Feed("codecommit:GitPush"),),
    ),
    TriggerService(
        "appsync.amazonaws.com",
        "AppSync data source (with a role), or Lambda authorizer (by itself)",
        "appsync:{region}:{account}:apis/{api}",
        Acts.EITHER,
        'AWS AppSync Developer Guide, "Attaching a data source" and "Configuring authorization and authentication"',
        feeds=(Feed("appsync:GraphQL", "{source}/*"),),
        guard="authenticationType",
    ),
    TriggerService(
        "states.amazonaws.com",
        "Step Functions task",
        "states:{region}:{account}:stateMachine:{machine}",
        Acts.ROLE,
        'AWS Step Functions Developer Guide, "Invoke an AWS Lambda function with Step Functions"',
        feeds=(Feed("states:StartExecution"), Feed("states:StartSyncExecution")),
    ),
    TriggerService(
        "lambda.alarms.cloudwatch.amazonaws.com",
        "CloudWatch alarm action",
        "cloudwatch:{region}:{account}:alarm:{alarm+}",
        Acts.ITSELF,
        'Amazon CloudWatch User Guide, "Invoke a Lambda function from an alarm"',
        needs_account="yes",
        feeds=(Feed("cloudwatch:SetAlarmState"),),
    ),
    TriggerService(
        "firehose.amazonaws.com",
        "Data Firehose transformation",
        "firehose:{region}:{account}:deliverystream/{stream}",
        Acts.ROLE,
        'Amazon Data Firehose Developer Guide, "Controlling access with Amazon Data Firehose"',
        role_needs=("lambda:GetFunctionConfiguration",),
        feeds=(Feed("firehose:PutRecord"), Feed("firehose:PutRecordBatch")),
    ),
    TriggerService(
        "bedrock.amazonaws.com",
        "Bedrock agent action group",
        "bedrock:{region}:{account}:agent/{agent}",
        Acts.ITSELF,
        'Amazon Bedrock User Guide, "Permissions to create and manage an agent"',
        feeds=(Feed("bedrock:InvokeAgent", "arn:{partition}:bedrock:{region}:{account}:agent-alias/{agent}/*"),),
    ),
)

_CONVERSATIONS = (
    TriggerService(
        "vpc-lattice.amazonaws.com",
        "VPC Lattice target group",
        "vpc-lattice:{region}:{account}:targetgroup/{group}",
        Acts.ITSELF,
        'Amazon VPC Lattice User Guide, "Lambda functions as targets in VPC Lattice"',
        needs_account="optional",
        guard="",
    ),
    TriggerService(
        "batchoperations.s3.amazonaws.com",
        "S3 Batch Operations job",
        "s3:{region}:{account}:job/{job}",
        Acts.ROLE,
        'Amazon S3 User Guide, "Granting permissions for Batch Operations"',
        unconfirmed=("the service principal",),
    ),
    TriggerService(
        "connect.amazonaws.com",
        "Connect flow",
        "connect:{region}:{account}:instance/{instance}",
        Acts.ITSELF,
        'Amazon Connect Administrator Guide, "Grant Amazon Connect access to your AWS Lambda functions"',
        needs_account="yes",
        guard="",
    ),
    TriggerService(
        "lexv2.amazonaws.com",
        "Lex V2 bot alias",
        "lex:{region}:{account}:bot-alias/{bot}/{alias}",
        Acts.ITSELF,
        'Amazon Lex V2 Developer Guide, "Attaching an AWS Lambda function to a bot"',
        feeds=(
            Feed("lex:RecognizeText"),
            Feed("lex:RecognizeUtterance"),
            Feed("lex:StartConversation"),
        ),
    ),
)

SERVICES: tuple[TriggerService, ...] = (*_EVENTS, *_APIS, *_LOGS_AND_USERS, *_PIPELINES, *_CONVERSATIONS)


def service_of(trigger: Trigger) -> TriggerService | None:
    """The row of a trigger: the first of its service whose form its source has."""
    return find(trigger.service, trigger.source, SERVICES)
