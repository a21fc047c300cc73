"""One row per feature of a function: what it needs, asked by whom on what, and what becomes of the function without.

What something is asked on for a function, and whether there is any, is worked out in `simulator.edges.needed_on`; the
requests are made in `simulator.edges.needs`. A feature for which the execution role needs nothing has its row too: so
that it is said, and tested, that nothing is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from models import arns
from models.snapshot import Function


class On(StrEnum):
    """What an action is asked on; there may be none of it for a function, or several."""

    ANYTHING = "*"
    LOG_GROUP = "the log group"
    LOG_STREAMS = "every stream of the log group"
    INSIGHTS_GROUP = "the log group of Lambda Insights"
    INSIGHTS_STREAMS = "every stream of the log group of Lambda Insights"
    SIGNALS_GROUP = "the log group of Application Signals"
    SIGNALS_STREAMS = "every stream of the log group of Application Signals"
    DEAD_LETTER_QUEUE = "the dead-letter queue"
    DEAD_LETTER_TOPIC = "the dead-letter topic"
    DEAD_LETTER_KEY = "the customer managed key of the dead-letter queue or topic"
    DESTINATION_QUEUE = "each queue that is a destination"
    DESTINATION_TOPIC = "each topic that is a destination"
    DESTINATION_BUCKET = "each bucket that is a destination"
    DESTINATION_OBJECTS = "what is written into such a bucket"
    DESTINATION_FUNCTION = "each function that is a destination"
    DESTINATION_BUS = "each event bus that is a destination"
    DESTINATION_MESSAGE_KEY = "the customer managed key of a queue or topic that is a destination"
    DESTINATION_BUCKET_KEY = "the customer managed key of a bucket that is a destination"
    FILE_SYSTEM = "the file system behind each access point of Amazon EFS"
    S3_FILE_SYSTEM = "each file system of Amazon S3 Files"
    S3_FILE_OBJECTS = "the objects of the bucket behind it"
    REPOSITORY = "the repository of the image"
    REPOSITORY_ABROAD = "the repository of the image, in another account"
    DURABLE_EXECUTION = "every durable execution of the function"


class By(StrEnum):
    """Who asks. What the requests have in common is settled in `simulator.edges.needs`."""

    ROLE = "Lambda, with the execution role"
    ROLE_FOR_FUNCTION = "Lambda for the function, with the execution role"
    """As the code's own requests these name the function, in lambda:SourceFunctionArn."""
    ROLE_UNSAID = "Lambda, with the execution role (AWS doesn't say whether for the function)"
    CODE = "the function's code, with the execution role"
    SERVICE = "Lambda itself"


@dataclass(frozen=True, slots=True)
class Need:
    """Actions that are needed on something; `check` is the rule (`simulator.diagnosis.rules`) that tells of it.

    `own_side`: the execution role's own policies have to allow it, whatever the resource's policy says.
    """

    check: str
    on: On
    actions: tuple[str, ...]
    by: By = By.ROLE
    own_side: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, when a function has it, and what it then needs.

    `note`: what else there is to know, for the docs. `switched_on`: somebody chose it, which is evidence of intent.
    """

    name: str
    label: str
    when: str
    has: Callable[[Function], bool]
    needs: tuple[Need, ...]
    source: str
    note: str = ""
    switched_on: bool = True


def _guide(title: str) -> str:
    return f'Lambda Developer Guide, "{title}"'


def _layer_named(*starts: str) -> Callable[[Function], bool]:
    return lambda function: any(_layer_name(layer).startswith(starts) for layer in function.layers)


def _layer_name(layer: str) -> str:
    return layer.partition(":layer:")[2].partition(":")[0]


def _file_system_of(service: str) -> Callable[[Function], bool]:
    return lambda function: any(arns.service_of(arn) == service for arn in function.file_systems)


def _has_destination(function: Function) -> bool:
    return any(one.on_success or one.on_failure for one in function.event_invokes)


_WRITES = ("logs:CreateLogStream", "logs:PutLogEvents")
_TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_MESSAGE_KEY = ("kms:GenerateDataKey", "kms:Decrypt")

FEATURES: tuple[Feature, ...] = (
    Feature(
        "logs",
        "CloudWatch Logs",
        "always; `LoggingConfig.LogGroup`, or `/aws/lambda/` and the function's name",
        lambda function: True,
        (
            Need("log-permissions", On.LOG_GROUP, ("logs:CreateLogGroup",), By.ROLE_FOR_FUNCTION),
            Need("log-permissions", On.LOG_STREAMS, _WRITES, By.ROLE_FOR_FUNCTION),
        ),
        _guide("Sending Lambda function logs to CloudWatch Logs"),
        "Without them the function runs, and writes no logs. Of a log group that is known to be there CreateLogGroup "
        "isn't asked.",
        switched_on=False,
    ),
    Feature(
        "tracing",
        "AWS X-Ray",
        "`TracingConfig.Mode` is Active",
        lambda function: function.tracing == "Active",
        (Need("tracing-permissions", On.ANYTHING, _TRACES, By.ROLE_FOR_FUNCTION),),
        _guide("Visualize Lambda function invocations using AWS X-Ray"),
    ),
    Feature(
        "vpc",
        "VPC",
        "`VpcConfig.VpcId` is not empty",
        lambda function: function.vpc is not None,
        (
            Need(
                "vpc-permissions",
                On.ANYTHING,
                ("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"),
            ),
            Need(
                "vpc-further-permissions",
                On.ANYTHING,
                ("ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
            ),
        ),
        _guide("Giving Lambda functions access to resources in an Amazon VPC"),
        "`Resource` has to be `*`. Lambda makes these requests itself, without lambda:SourceFunctionArn: a Deny that "
        "asks for that key keeps the code from them, and Lambda not.",
    ),
    Feature(
        "dead-letter",
        "Dead-letter queue",
        "`DeadLetterConfig.TargetArn`",
        lambda function: bool(function.dead_letter),
        (
            Need("dead-letter-permissions", On.DEAD_LETTER_QUEUE, ("sqs:SendMessage",), own_side=True),
            Need("dead-letter-permissions", On.DEAD_LETTER_TOPIC, ("sns:Publish",), own_side=True),
            Need("dead-letter-key", On.DEAD_LETTER_KEY, _MESSAGE_KEY),
        ),
        _guide("Capturing records of Lambda asynchronous invocations"),
        "The role's own policies have to allow it, even where the queue's policy lets everybody in.",
    ),
    Feature(
        "destinations",
        "Destinations of asynchronous invocations",
        "`DestinationConfig` of the function's, a version's or an alias's event invoke configuration",
        _has_destination,
        (
            Need("destination-permissions", On.DESTINATION_QUEUE, ("sqs:SendMessage",)),
            Need("destination-permissions", On.DESTINATION_TOPIC, ("sns:Publish",)),
            Need("destination-permissions", On.DESTINATION_BUCKET, ("s3:ListBucket",)),
            Need("destination-permissions", On.DESTINATION_OBJECTS, ("s3:PutObject",)),
            Need("destination-permissions", On.DESTINATION_FUNCTION, ("lambda:InvokeFunction",)),
            Need("destination-permissions", On.DESTINATION_BUS, ("events:PutEvents",)),
            Need("destination-key", On.DESTINATION_MESSAGE_KEY, _MESSAGE_KEY),
            Need("destination-key", On.DESTINATION_BUCKET_KEY, ("kms:GenerateDataKey",)),
        ),
        _guide("Capturing records of Lambda asynchronous invocations"),
    ),
    Feature(
        "file-system",
        "Amazon EFS",
        "an access point of Amazon EFS in `FileSystemConfigs`",
        _file_system_of("elasticfilesystem"),
        (
            Need("file-system-mount", On.FILE_SYSTEM, ("elasticfilesystem:ClientMount",), By.ROLE_FOR_FUNCTION),
            Need("file-system-write", On.FILE_SYSTEM, ("elasticfilesystem:ClientWrite",), By.ROLE_FOR_FUNCTION),
        ),
        _guide("Configuring Amazon EFS file system access"),
        "Asked only of a file system that has a policy. ClientWrite is not needed where the function only reads.",
    ),
    Feature(
        "s3-files",
        "Amazon S3 Files",
        "an access point of Amazon S3 Files in `FileSystemConfigs`",
        _file_system_of("s3files"),
        (
            Need("file-system-mount", On.S3_FILE_SYSTEM, ("s3files:ClientMount",), By.ROLE_UNSAID),
            Need("file-system-write", On.S3_FILE_SYSTEM, ("s3files:ClientWrite",), By.ROLE_UNSAID),
            Need(
                "file-system-direct-read",
                On.S3_FILE_OBJECTS,
                ("s3:GetObject", "s3:GetObjectVersion"),
                By.ROLE_UNSAID,
            ),
        ),
        _guide("Configuring Amazon S3 Files access"),
        "Functions of 512 MB of memory and more read from the bucket directly, if the role may; a direct read that "
        "fails falls back to the file system.",
    ),
    Feature(
        "image",
        "Container image",
        "`PackageType` is Image",
        lambda function: function.package_type == "Image",
        (
            Need(
                "image-permissions",
                On.REPOSITORY_ABROAD,
                ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                By.SERVICE,
            ),
            Need(
                "image-permissions-own",
                On.REPOSITORY,
                ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                By.SERVICE,
            ),
        ),
        _guide("Create a Lambda function using a container image"),
        "The role needs nothing: the repository's policy lets Lambda in. In the function's own account Lambda adds "
        "that itself for whoever creates the function, where he may change the repository's policy.",
    ),
    Feature(
        "insights",
        "Lambda Insights",
        "a layer whose name begins with `LambdaInsightsExtension`",
        _layer_named("LambdaInsightsExtension"),
        (
            Need("insights-permissions", On.INSIGHTS_GROUP, ("logs:CreateLogGroup",), By.CODE),
            Need("insights-permissions", On.INSIGHTS_STREAMS, _WRITES, By.CODE),
        ),
        'Amazon CloudWatch User Guide, "Lambda Insights"; managed policy CloudWatchLambdaInsightsExecutionRolePolicy',
    ),
    Feature(
        "application-signals",
        "Application Signals",
        "a layer whose name begins with `AWSOpenTelemetryDistro`",
        _layer_named("AWSOpenTelemetryDistro"),
        (
            Need("signals-permissions", On.ANYTHING, ("xray:PutTraceSegments",), By.CODE),
            Need("signals-permissions", On.SIGNALS_GROUP, ("logs:CreateLogGroup",), By.CODE),
            Need("signals-permissions", On.SIGNALS_STREAMS, _WRITES, By.CODE),
        ),
        'Amazon CloudWatch User Guide, "Enable your applications on Lambda"; managed policy '
        "CloudWatchLambdaApplicationSignalsExecutionRolePolicy",
    ),
    Feature(
        "durable",
        "Durable execution",
        "`DurableConfig`",
        lambda function: function.durable,
        (
            Need(
                "durable-permissions",
                On.DURABLE_EXECUTION,
                ("lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"),
                By.CODE,
            ),
        ),
        _guide("Security and permissions for Lambda durable functions"),
    ),
    Feature(
        "environment-key",
        "Customer managed key for the environment",
        "`KMSKeyArn`",
        lambda function: bool(function.kms_key),
        (),
        _guide("Securing Lambda environment variables"),
        "The role needs nothing: Lambda decrypts by a grant, made with the rights of whoever configured the function.",
    ),
    Feature(
        "layers",
        "Layers",
        "`Layers`",
        lambda function: bool(function.layers),
        (),
        _guide("Granting Lambda layer access to other accounts"),
        "The role needs nothing: lambda:GetLayerVersion is asked of whoever configures the function.",
    ),
    Feature(
        "extensions",
        "Extensions",
        "layers, or files of the image",
        lambda function: False,
        (),
        _guide("Augment Lambda functions using Lambda extensions"),
        "An extension has the function's role: what it calls is declared as what the code calls.",
    ),
    Feature(
        "snap-start",
        "SnapStart",
        "`SnapStart.ApplyOn` is PublishedVersions",
        lambda function: function.snap_start,
        (),
        _guide("Improving startup performance with Lambda SnapStart"),
        "The role needs nothing.",
    ),
    Feature(
        "code-signing",
        "Code signing",
        "`CodeSigningConfigArn`",
        lambda function: bool(function.code_signing),
        (),
        _guide("Using code signing to verify code integrity with Lambda"),
        "The role needs nothing: signatures are checked when code is uploaded.",
    ),
    Feature(
        "code-archive",
        "Code in an S3 bucket",
        "only when code is uploaded",
        lambda function: False,
        (),
        _guide("Deploying Lambda functions as .zip file archives"),
        "The role needs nothing: s3:GetObject is asked of whoever uploads the code.",
    ),
)
