"""Triggers and event source mappings, in all three forms.

How a trigger is configured differs from service to service: those whose configuration a trigger says wholly have a row
here, of all others it is told where it has to be done.
Sources, as of November 2026: AWS CLI Command Reference (sns, events, lambda); CloudFormation Template Reference
(AWS::SNS::Subscription, AWS::Events::Rule, AWS::Lambda::EventSourceMapping); the AWS provider's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models import arns
from models.snapshot import Mapping, Snapshot, Trigger
from simulator.changes.sources import made_up
from simulator.repair.forms import notifications
from simulator.repair.forms.said import Block, Command, Edit, Said, Step, Verbatim, given, step

_MAPPING, _MAPPING_BLOCK = "AWS::Lambda::EventSourceMapping", "aws_lambda_event_source_mapping"
_STREAMS = ("kinesis", "dynamodb")
_LATEST = "LATEST"


# --- triggers --------------------------------------------------------------------------------------------------------


def triggers(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    if before.triggers is after.triggers:
        return
    had = {_identity(item): item for item in before.triggers}
    has = {_identity(item): item for item in after.triggers}
    for key, one in has.items():
        old = had.get(key)
        if old is None:
            yield _trigger(one, after)
        elif old.enabled != one.enabled:
            yield _switch(one)
    for key, one in had.items():
        if key not in has:
            yield _gone(one)


def _identity(one: Trigger) -> Trigger:
    return one.model_copy(update={"enabled": True})


def _trigger(one: Trigger, after: Snapshot) -> Step:
    if one.service == "sns.amazonaws.com":
        return _subscription(one)
    if one.service == "events.amazonaws.com":
        return _target(one)
    if one.service == "s3.amazonaws.com":
        bucket = next((item for item in after.resources if item.arn == one.source), None)
        return notifications.added(one, bucket) or _unsaid(one, "is to be")
    return _unsaid(one, "is to be")


def _subscription(one: Trigger) -> Step:
    options = {"topic-arn": one.source, "protocol": "lambda", "notification-endpoint": one.target}
    properties = {"TopicArn": one.source, "Protocol": "lambda", "Endpoint": one.target}
    arguments = {"topic_arn": one.source, "protocol": "lambda", "endpoint": one.target}
    return step(
        one.source,
        Command("sns", "subscribe", options),
        cloudformation=Block("AWS::SNS::Subscription", properties),
        terraform=Block("aws_sns_topic_subscription", arguments),
    )


def _gone(one: Trigger) -> Step:
    """A subscription goes by an ARN of its own, which is found when the command runs."""
    if one.service != "sns.amazonaws.com" or not all(map(notifications.is_word, (one.source, one.target))):
        return _unsaid(one, "is to go")
    region = arns.region_of(one.source)
    query = f"'Subscriptions[?Endpoint==`{one.target}`].SubscriptionArn'"
    read = f"aws sns list-subscriptions-by-topic --topic-arn {one.source} --region {region} --query {query}"
    gone = f"{arns.short(one.target)} to {arns.short(one.source)}"
    return step(
        one.source,
        Command("sns", "unsubscribe", {"subscription-arn": Verbatim(f'"$({read} --output text)"')}),
        cloudformation=Edit("AWS::SNS::Subscription", gone, None),
        terraform=Edit("aws_sns_topic_subscription", gone, None),
    )


def _target(one: Trigger) -> Step:
    rule, bus = _rule(one.source)
    identifier = f"permgraph-{arns.short(one.target).replace(':', '-')}"[:64]
    target = given(Id=identifier, Arn=one.target, RoleArn=one.role)
    options = {"rule": rule, "event-bus-name": bus, "targets": [target]}
    arguments = given(rule=rule, event_bus_name=bus, target_id=identifier, arn=one.target, role_arn=one.role)
    return step(
        one.source,
        Command("events", "put-targets", options),
        cloudformation=Edit("AWS::Events::Rule", rule, {"Targets": [target]}, adds=True),
        terraform=Block("aws_cloudwatch_event_target", arguments),
    )


def _rule(arn: str) -> tuple[str, str]:
    bus = arns.event_bus(arn).partition("event-bus/")[2]
    return arn.rpartition("/")[2], bus


def _switch(one: Trigger) -> Step:
    """Only of a rule it is known how, which is switched for all that it targets."""
    if one.service != "events.amazonaws.com":
        return _unsaid(one, "is to be enabled" if one.enabled else "is to be disabled")
    rule, bus = _rule(one.source)
    state = "ENABLED" if one.enabled else "DISABLED"
    return step(
        one.source,
        Command("events", "enable-rule" if one.enabled else "disable-rule", {"name": rule, "event-bus-name": bus}),
        cloudformation=Edit("AWS::Events::Rule", rule, {"State": state}),
        terraform=Edit("aws_cloudwatch_event_rule", rule, {"state": state}),
        warnings=(f"rule {rule} is switched for all of its targets",),
    )


def _unsaid(one: Trigger, what: str) -> Step:
    """A trigger isn't all of what its service wants to be told, or takes with others at once."""
    shown = arns.short(one.target)
    where = f"{one.service.partition('.')[0]} {arns.short(one.source)}"
    return step(one.source, warnings=(f"the trigger of {shown} {what}, in the configuration of {where}",))


# --- mappings --------------------------------------------------------------------------------------------------------


def mappings(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    if before.mappings is after.mappings:
        return
    had = {item.uuid: item for item in before.mappings}
    has = {item.uuid: item for item in after.mappings}
    for uuid, one in has.items():
        old = had.get(uuid)
        if old is None:
            yield _mapping(one)
        elif old.state != one.state:
            yield _switched(one)
    for uuid, one in had.items():
        if uuid not in has:
            yield _removed(one)


def _shown(one: Mapping) -> str:
    return f"{arns.short(one.origin)} to {arns.short(one.function)}"


def _mapping(one: Mapping) -> Step:
    """Of queues and streams a mapping is said wholly, but for where in a stream it starts."""
    service = arns.service_of(one.source or "")
    if service not in ("sqs", *_STREAMS):
        what = f"the mapping of {_shown(one)} needs more than source and function: topics or queues, and how to sign in"
        return step(one.function, warnings=(what,))
    start = _LATEST if service in _STREAMS else None
    name = arns.short(one.function)
    options: dict[str, Any] = {
        "function-name": name,
        "event-source-arn": one.source,
        "starting-position": start,
        "destination-config": {"OnFailure": {"Destination": one.on_failure}} if one.on_failure else None,
        "kms-key-arn": one.kms_key,
    }
    properties = given(
        FunctionName=name,
        EventSourceArn=one.source,
        StartingPosition=start,
        DestinationConfig=options["destination-config"],
        KmsKeyArn=one.kms_key,
    )
    arguments = given(
        # A qualified name is an ARN there.
        function_name=one.function,
        event_source_arn=one.source,
        starting_position=start,
        destination_config={"on_failure": {"destination_arn": one.on_failure}} if one.on_failure else None,
        kms_key_arn=one.kms_key,
    )
    chosen = f"the mapping of {_shown(one)} starts with what comes in from now on; TRIM_HORIZON is from the beginning"
    return step(
        one.function,
        Command("lambda", "create-event-source-mapping", options),
        cloudformation=Block(_MAPPING, properties),
        terraform=Block(_MAPPING_BLOCK, arguments),
        warnings=(chosen,) if start else (),
    )


def _removed(one: Mapping) -> Step:
    shown = _shown(one)
    return step(
        one.function,
        *_by_uuid(one, "delete-event-source-mapping"),
        cloudformation=Edit(_MAPPING, shown, None),
        terraform=Edit(_MAPPING_BLOCK, shown, None),
        warnings=_unnamed(one),
    )


def _by_uuid(one: Mapping, operation: str, **options: Any) -> tuple[Command, ...]:
    """No command for a mapping that changes made: AWS chooses its uuid."""
    return () if _unnamed(one) else (Command("lambda", operation, {"uuid": one.uuid, **options}),)


def _unnamed(one: Mapping) -> tuple[str, ...]:
    is_known = one.uuid != made_up(one.source, one.function)
    return () if is_known else (f"the mapping of {_shown(one)} goes by the uuid that AWS gives it when it is made",)


def _switched(one: Mapping) -> Step:
    shown = _shown(one)
    said: tuple[Said, Said] = (
        Edit(_MAPPING, shown, {"Enabled": one.enabled}),
        Edit(_MAPPING_BLOCK, shown, {"enabled": one.enabled}),
    )
    return step(
        one.function,
        *_by_uuid(one, "update-event-source-mapping", enabled=one.enabled),
        cloudformation=said[0],
        terraform=said[1],
        warnings=_unnamed(one),
    )
