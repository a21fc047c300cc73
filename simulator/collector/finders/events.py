"""What happens by the clock or to AWS's own things: schedules, pipes, alarms, logs, IoT, Config, received mail."""

from __future__ import annotations

from typing import Any

from models import arns
from simulator.collector.place import Place
from simulator.edges.needed_on import log_group_of

#: A schedule's target for any call there is. Source: EventBridge Scheduler User Guide, "Using universal targets".
_INVOKE = ":aws-sdk:lambda:invoke"
_KAFKA = "SourceParameters.ManagedStreamingKafkaParameters"
_STATES = ("AlarmActions", "OKActions", "InsufficientDataActions")
_ALARM_TYPES = ["MetricAlarm", "CompositeAlarm", "LogAlarm"]
_ACCOUNT_POLICIES = "logs:DescribeAccountPolicies"


def schedules(at: Place) -> None:
    """Only GetSchedule says the role: refused, the trigger is there and its role isn't known."""
    for summary in at.each("scheduler:ListSchedules"):
        named = str((summary.get("Target") or {}).get("Arn", ""))
        if not arns.is_function(named) and not named.endswith(_INVOKE):
            continue
        found = at.one("scheduler:GetSchedule", GroupName=summary["GroupName"], Name=summary["Name"])
        target = found.get("Target") or {}
        at.trigger(
            str(summary["Arn"]),
            _universal(at, target) if named.endswith(_INVOKE) else named,
            role=target.get("RoleArn"),
            enabled=summary.get("State") != "DISABLED",
            schedule=found.get("ScheduleExpression"),
        )


def _universal(at: Place, target: dict[str, Any]) -> str | None:
    """The function in the input of a target that is a call."""
    named = at.json("scheduler:GetSchedule", target.get("Input")).get("FunctionName")
    return at.function(named) if isinstance(named, str) else None


def pipes(at: Place) -> None:
    """Only DescribePipe says the role; of the target's queue, stream, … it says the same as of a function."""
    for summary in at.each("pipes:ListPipes"):
        found = at.one("pipes:DescribePipe", Name=summary["Name"])
        for target in filter(None, {summary.get("Target"), summary.get("Enrichment")}):
            at.trigger(
                str(summary["Arn"]),
                target,
                role=found.get("RoleArn"),
                enabled=summary.get("DesiredState") != "STOPPED",
                attributes={"Source": summary.get("Source"), **_kafka(found)},
            )


def _kafka(pipe: dict[str, Any]) -> dict[str, str | None]:
    """The topic that a pipe reads of a Kafka cluster, and the secrets with which it enters."""
    found = (pipe.get("SourceParameters") or {}).get("ManagedStreamingKafkaParameters") or {}
    secrets = {f"{_KAFKA}.Credentials.{kind}": secret for kind, secret in (found.get("Credentials") or {}).items()}
    return {f"{_KAFKA}.TopicName": found.get("TopicName"), **secrets}


def alarms(at: Place) -> None:
    for alarm in at.each("cloudwatch:DescribeAlarms", AlarmTypes=_ALARM_TYPES):
        actions = {action for state in _STATES for action in alarm.get(state) or () if arns.is_function(action)}
        for action in actions:
            at.trigger(
                str(alarm["AlarmArn"]),
                action,
                enabled=alarm.get("ActionsEnabled") is not False,
                attributes={"Namespace": alarm.get("Namespace")},
            )


def subscription_filters(at: Place) -> None:
    """Of each log group, and of the account as a whole, whose filters are on every log group."""
    written = set(map(log_group_of, at.reader.builder.functions))
    for group in at.each("logs:DescribeLogGroups"):
        name = str(group["logGroupName"])
        if (arn := at.arn(f"log-group:{name}")) in written:
            # A function whose log group is there needs no logs:CreateLogGroup.
            at.reader.builder.resource(arn)
        for entry in at.each("logs:DescribeSubscriptionFilters", logGroupName=name):
            at.trigger(at.arn(f"log-group:{name}"), entry.get("destinationArn"), role=entry.get("roleArn"))
    for policy in at.each(_ACCOUNT_POLICIES, policyType="SUBSCRIPTION_FILTER_POLICY"):
        document = at.json(_ACCOUNT_POLICIES, policy.get("policyDocument"))
        at.trigger(at.arn("log-group:*"), document.get("DestinationArn"), role=document.get("RoleArn"))


def topic_rules(at: Place) -> None:
    for summary in at.each("iot:ListTopicRules"):
        rule = at.one("iot:GetTopicRule", ruleName=summary["ruleName"]).get("rule") or {}
        for action in (*(rule.get("actions") or ()), rule.get("errorAction") or {}):
            function = (action.get("lambda") or {}).get("functionArn")
            enabled = not rule.get("ruleDisabled")
            at.trigger(str(summary["ruleArn"]), function, enabled=enabled, attributes={"sql": rule.get("sql")})


def authorizers(at: Place) -> None:
    """What is asked whether a device may connect; an inactive one isn't asked."""
    for summary in at.each("iot:ListAuthorizers"):
        found = at.one("iot:DescribeAuthorizer", authorizerName=summary["authorizerName"])
        described = found.get("authorizerDescription") or {}
        at.trigger(
            str(summary["authorizerArn"]),
            described.get("authorizerFunctionArn"),
            enabled=described.get("status") != "INACTIVE",
        )


def config_rules(at: Place) -> None:
    for rule in at.each("config:DescribeConfigRules"):
        source = rule.get("Source") or {}
        if source.get("Owner") == "CUSTOM_LAMBDA":
            at.trigger(str(rule["ConfigRuleArn"]), source.get("SourceIdentifier"))


def receipt_rules(at: Place) -> None:
    """Only the active rule set receives."""
    found = at.one("ses:DescribeActiveReceiptRuleSet")
    name = (found.get("Metadata") or {}).get("Name")
    for rule in found.get("Rules") or ():
        for action in rule.get("Actions") or ():
            function = (action.get("LambdaAction") or {}).get("FunctionArn")
            source = at.arn(f"receipt-rule-set/{name}:receipt-rule/{rule['Name']}")
            at.trigger(source, function, enabled=bool(rule.get("Enabled")))
