"""A notification that S3 is to send to a function, in all three forms.

S3 keeps the notifications of a bucket together, and PutBucketNotificationConfiguration replaces them all: the command
saves those that are there when it runs, with one more.
Sources, as of November 2026: S3 API Reference, PutBucketNotificationConfiguration; AWS CLI User Guide, "Filtering
output in the AWS CLI"; JMESPath Specification, "Literal Expressions"; CloudFormation Template Reference
(AWS::S3::Bucket LambdaConfiguration); the AWS provider's documentation (aws_s3_bucket_notification).
"""

from __future__ import annotations

import json
import re
from typing import Any

from models import arns
from models.snapshot import Resource, Trigger
from simulator.repair.forms.said import Command, Edit, Step, Verbatim, given, step

#: What stands between two backticks without quotes, and is read as text.
_BARE = re.compile(r"[A-Za-z0-9_.*()/:=+@,-]+", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_.:/-]+", re.ASCII)


def added(one: Trigger, bucket: Resource | None) -> Step | None:
    """None: the trigger doesn't say of which events it is, or something that no query can."""
    texts = (one.target, *one.events, *_filter(one).values())
    if (
        not one.events
        or not arns.is_function(one.target)
        or not all(map(can_be_said, texts))
        or not is_word(one.source)
    ):
        return None
    name = arns.short(one.source)
    # A bucket notifies functions of its own Region only.
    region = (bucket.region if bucket else None) or arns.region_of(one.target)
    options = {"bucket": name, "notification-configuration": _merged(one, name, region or "")}
    lambdas = [given(Event=event, Function=one.target, Filter=_rules(one)) for event in one.events]
    block = {"lambda_function_arn": one.target, "events": list(one.events)}
    block |= {f"filter_{name}": value for name, value in _filter(one).items()}
    return step(
        one.source,
        Command("s3api", "put-bucket-notification-configuration", options),
        cloudformation=Edit(
            "AWS::S3::Bucket", name, {"NotificationConfiguration": {"LambdaConfigurations": lambdas}}, adds=True
        ),
        terraform=Edit("aws_s3_bucket_notification", name, {"lambda_function": block}, adds=True),
        warnings=(f"S3 saves the notifications of {name} together: nobody else may change them at the same time",),
        account=bucket.account if bucket else None,
        region=region,
    )


def _filter(one: Trigger) -> dict[str, str]:
    return given(prefix=one.prefix or None, suffix=one.suffix or None)


def _rules(one: Trigger) -> dict[str, Any] | None:
    rules = [{"Name": name, "Value": value} for name, value in _filter(one).items()]
    return {"S3Key": {"Rules": rules}} if rules else None


def is_word(text: str) -> bool:
    """Whether a shell reads it as it is, without quotes."""
    return bool(_WORD.fullmatch(text))


def can_be_said(text: str) -> bool:
    """Whether it is text between backticks too, and no number or other value of JSON."""
    if not _BARE.fullmatch(text):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return True
    return False


def _merged(one: Trigger, bucket: str, region: str) -> Verbatim:
    """What is there when the command runs, and the new one."""
    rules = ", ".join(f"{{Name: `{name}`, Value: `{value}`}}" for name, value in _filter(one).items())
    events = ", ".join(f"`{event}`" for event in one.events)
    new = f"LambdaFunctionArn: `{one.target}`, Events: [{events}]"
    new += f", Filter: {{Key: {{FilterRules: [{rules}]}}}}" if rules else ""
    every = f"[LambdaFunctionConfigurations || `[]`, [{{{new}}}]][]"
    query = f"merge(@, {{LambdaFunctionConfigurations: {every}}})"
    read = f"aws s3api get-bucket-notification-configuration --bucket {bucket} --region {region}"
    return Verbatim(f"\"$({read} --query '{query}' --output json)\"")
