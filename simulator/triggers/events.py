"""Rows of the table of triggers: what happens in buckets, topics, buses, log groups, streams and on a schedule."""

from __future__ import annotations

from simulator.triggers.push import Acts, Feed, Sent, TriggerService

_OBJECTS = "{source}/{prefix}*{suffix}"

#: The attribute of a Firehose stream that reads a Kinesis stream; it then takes nothing that is put into itself.
#: Source: Amazon Data Firehose API Reference, "SourceDescription", "PutRecord".
FIREHOSE_STREAM = "Source.KinesisStreamSourceDescription.KinesisStreamARN"
#: And that of the role with which it reads it.
FIREHOSE_STREAM_ROLE = "Source.KinesisStreamSourceDescription.RoleARN"

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

EVENTS = (
    TriggerService(
        "s3.amazonaws.com",
        "S3 event notification",
        "s3:::{bucket}",
        Acts.ITSELF,
        'Lambda Developer Guide, "Process Amazon S3 event notifications with Lambda"; on Regions AWS Prescriptive '
        'Guidance, "Subscribe a Lambda function to event notifications from S3 buckets in different AWS Regions"',
        needs_account="always: a bucket's ARN has no account",
        feeds=_S3_FEEDS,
        own_region=True,
    ),
    TriggerService(
        "sns.amazonaws.com",
        "SNS subscription",
        "sns:{region}:{account}:{topic}",
        Acts.ITSELF,
        'Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications"',
        # Source of the key's actions: SNS Developer Guide, "Securing Amazon SNS data with server-side encryption".
        feeds=(Feed("sns:Publish", key="KmsMasterKeyId", key_actions=("kms:GenerateDataKey", "kms:Decrypt")),),
    ),
    TriggerService(
        "events.amazonaws.com",
        "EventBridge rule, on the default bus (rule/NAME) or another (rule/BUS/NAME)",
        "events:{region}:{account}:rule/{rule+}",
        Acts.EITHER,
        'Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge" and '
        '"Sending events to an AWS service in another account in EventBridge"; on Regions "Getting Started with Amazon '
        'EventBridge"',
        needs_account="optional",
        feeds=(Feed("events:PutEvents", "{bus}"),),
        role_across_accounts=True,
        own_region=True,
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
        'Amazon EventBridge User Guide, "Permissions for Amazon EventBridge Pipes to access targets" and '
        '"Tutorial: Create an EventBridge pipe that filters source events"',
        fed_by="whoever may write to its source: as to one that Lambda polls, see below",
    ),
    TriggerService(
        "states.amazonaws.com",
        "Step Functions task",
        "states:{region}:{account}:stateMachine:{machine}",
        Acts.ROLE,
        'AWS Step Functions Developer Guide, "Invoke an AWS Lambda function with Step Functions"',
        # Source: AWS Step Functions Developer Guide, "Creating IAM Roles for AWS Step Functions" (as of 2017).
        also_as=("states.{region}.amazonaws.com",),
        feeds=(Feed("states:StartExecution"), Feed("states:StartSyncExecution")),
    ),
    TriggerService(
        "logs.amazonaws.com",
        "CloudWatch Logs subscription filter",
        "logs:{region}:{account}:log-group:{group+}",
        Acts.ITSELF,
        'Amazon CloudWatch Logs User Guide, "Log group-level subscription filters"; on accounts CloudWatch Logs API '
        'Reference, "PutSubscriptionFilter"',
        also_as=("logs.{region}.amazonaws.com",),
        source_arn="{source}:*",
        feeds=(Feed("logs:PutLogEvents", "{source}:log-stream:*"),),
        own_account=True,
    ),
    TriggerService(
        "lambda.alarms.cloudwatch.amazonaws.com",
        "CloudWatch alarm action",
        "cloudwatch:{region}:{account}:alarm:{alarm+}",
        Acts.ITSELF,
        'Amazon CloudWatch User Guide, "Invoke a Lambda function from an alarm"',
        needs_account="yes",
        feeds=(
            Feed("cloudwatch:SetAlarmState"),
            Feed("cloudwatch:PutMetricData", "*", settles=("cloudwatch:namespace", "Namespace")),
        ),
    ),
    TriggerService(
        "firehose.amazonaws.com",
        "Data Firehose transformation",
        "firehose:{region}:{account}:deliverystream/{stream}",
        Acts.ROLE,
        'Amazon Data Firehose Developer Guide, "Controlling access with Amazon Data Firehose"',
        role_needs=("lambda:GetFunctionConfiguration",),
        feeds=(
            Feed("firehose:PutRecord", unless=FIREHOSE_STREAM),
            Feed("firehose:PutRecordBatch", unless=FIREHOSE_STREAM),
            Feed("kinesis:PutRecord", f"{{.{FIREHOSE_STREAM}}}"),
            Feed("kinesis:PutRecords", f"{{.{FIREHOSE_STREAM}}}"),
        ),
    ),
    TriggerService(
        "batchoperations.s3.amazonaws.com",
        "S3 Batch Operations job",
        "s3:{region}:{account}:job/{job}",
        Acts.ROLE,
        'Amazon S3 User Guide, "Granting permissions for Batch Operations"; on jobs that wait for a confirmation '
        '"Tracking job status and completion reports"',
        source_account=Sent.UNCONFIRMED,
        feeds=(Feed("s3:UpdateJobStatus", when=("Status", "Suspended")),),
        unconfirmed=("whether aws:SourceAccount is sent",),
    ),
    TriggerService(
        "s3-object-lambda.amazonaws.com",
        "S3 Object Lambda access point",
        "s3-object-lambda:{region}:{account}:accesspoint/{name}",
        Acts.CALLER,
        'Amazon S3 User Guide, "Configuring IAM policies for Object Lambda Access Points"',
        feeds=(
            Feed("s3-object-lambda:GetObject", event="GetObject"),
            Feed("s3-object-lambda:GetObject", event="HeadObject"),
            Feed("s3-object-lambda:ListBucket", event="ListObjects"),
        ),
    ),
)
