"""What runs in steps: state machines, pipelines, repositories, delivery streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from models import arns
from simulator.collector.place import Place
from simulator.triggers.events import FIREHOSE_STREAM, FIREHOSE_STREAM_ROLE

#: Source: Step Functions Developer Guide, "Invoke an AWS Lambda function with Step Functions", and "Learning to use
#: AWS service SDK integrations in Step Functions".
_INVOKE = re.compile(r"arn:[^:]+:states:::(?:lambda:invoke|aws-sdk:lambda:invoke(?:Async)?)(?:\.\w+)?")
_DESCRIBE = "stepfunctions:DescribeStateMachine"
_PIPELINE = "codepipeline:GetPipeline"
#: Of an action, and of a condition's rule.
_PROVIDERS = ("Lambda", "LambdaInvoke")


def state_machines(at: Place) -> None:
    for summary in at.each("stepfunctions:ListStateMachines"):
        arn = str(summary["stateMachineArn"])
        found = at.one(_DESCRIBE, stateMachineArn=arn)
        for task in _within(at.json(_DESCRIBE, found.get("definition")), "Resource"):
            # With credentials of its own the machine's role only takes the role that invokes: whether that goes isn't
            # asked, so that its trigger is one whose role isn't known.
            role = None if "Credentials" in task else found.get("roleArn")
            if function := _function(at, arn, task):
                at.trigger(arn, function, role=role)


def _within(value: Any, *names: str) -> Iterator[dict[str, Any]]:
    """Yield every object, however deep, that has one of the names."""
    if isinstance(value, dict):
        if any(name in value for name in names):
            yield value
        for part in value.values():
            yield from _within(part, *names)
    elif isinstance(value, list):
        for part in value:
            yield from _within(part, *names)


def _function(at: Place, machine: str, task: dict[str, Any]) -> str | None:
    """What a task invokes; what only its input names is noted as unknown."""
    resource = str(task["Resource"])
    if not _INVOKE.fullmatch(resource):
        return resource if arns.is_function(resource) else None
    given = task.get("Arguments") or task.get("Parameters") or {}
    named = given.get("FunctionName") if isinstance(given, dict) else None
    function = at.function(named) if isinstance(named, str) else None
    if function is None:
        at.unknown(_DESCRIBE, f"{machine} has a task that invokes a function which its input names")
    return function


def pipelines(at: Place) -> None:
    for summary in at.each("codepipeline:ListPipelines"):
        pipeline = at.one(_PIPELINE, name=summary["name"]).get("pipeline") or {}
        for action in _within(pipeline, "actionTypeId", "ruleTypeId"):
            kind = action.get("actionTypeId") or action.get("ruleTypeId") or {}
            if kind.get("provider") in _PROVIDERS:
                _action(at, str(summary["name"]), pipeline, action)


def _action(at: Place, name: str, pipeline: dict[str, Any], action: dict[str, Any]) -> None:
    named = str((action.get("configuration") or {}).get("FunctionName", ""))
    function = at.function(named, action.get("region"))
    if function is None:
        at.unknown(_PIPELINE, f"{name} has an action that invokes a function which a variable names")
    # As with state machines: an action's own role is taken by the pipeline's.
    at.trigger(at.arn(name), function, role=None if action.get("roleArn") else pipeline.get("roleArn"))


def repositories(at: Place) -> None:
    for repository in at.each("codecommit:ListRepositories"):
        name = str(repository["repositoryName"])
        for entry in at.each("codecommit:GetRepositoryTriggers", repositoryName=name):
            events = tuple(sorted(event for event in entry.get("events") or () if event != "all"))
            at.trigger(at.arn(name), entry.get("destinationArn"), events=events)


def delivery_streams(at: Place) -> None:
    for name in at.each("firehose:ListDeliveryStreams"):
        found = at.one("firehose:DescribeDeliveryStream", DeliveryStreamName=name)
        stream = found.get("DeliveryStreamDescription") or {}
        read = (stream.get("Source") or {}).get("KinesisStreamSourceDescription") or {}
        for destination in _within(stream.get("Destinations") or [], "ProcessingConfiguration"):
            processing = destination["ProcessingConfiguration"]
            for processor in processing.get("Processors") or ():
                given = {entry["ParameterName"]: entry["ParameterValue"] for entry in processor.get("Parameters") or ()}
                at.trigger(
                    at.arn(f"deliverystream/{name}"),
                    given.get("LambdaArn"),
                    role=given.get("RoleArn") or destination.get("RoleARN"),
                    enabled=bool(processing.get("Enabled")),
                    attributes={
                        FIREHOSE_STREAM: read.get("KinesisStreamARN"),
                        FIREHOSE_STREAM_ROLE: read.get("RoleARN"),
                    },
                )
