"""Functions and their configuration, in all three forms.

Sources, as of November 2026: AWS CLI Command Reference (lambda); CloudFormation Template Reference
(AWS::Lambda::Function, AWS::Lambda::EventInvokeConfig); the AWS provider's documentation (aws_lambda_function,
aws_lambda_function_event_invoke_config).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from models import arns
from models.snapshot import EventInvoke, Function, Snapshot
from simulator.repair.forms.said import Block, Command, Edit, Step, given, step

_TEMPLATE, _BLOCK = "AWS::Lambda::Function", "aws_lambda_function"
_INVOKES, _INVOKES_BLOCK = "AWS::Lambda::EventInvokeConfig", "aws_lambda_function_event_invoke_config"


class Setting(NamedTuple):
    """How a field of a function is set: an option of update-function-configuration, with a function that makes its
    value; a property of the function in a template and an argument in Terraform, each with one that makes its own."""

    field: str
    option: str
    value: Callable[[Function], Any]
    property: str
    said: Callable[[Function], Any]
    argument: str
    written: Callable[[Function], Any]


SETTINGS = (
    Setting("role", "role", lambda one: one.role, "Role", lambda one: one.role, "role", lambda one: one.role),
    Setting(
        "dead_letter",
        "dead-letter-config",
        lambda one: {"TargetArn": one.dead_letter or ""},
        "DeadLetterConfig",
        lambda one: {"TargetArn": one.dead_letter} if one.dead_letter else None,
        "dead_letter_config",
        lambda one: {"target_arn": one.dead_letter} if one.dead_letter else None,
    ),
    Setting(
        "kms_key",
        "kms-key-arn",
        lambda one: one.kms_key or "",
        "KmsKeyArn",
        lambda one: one.kms_key,
        "kms_key_arn",
        lambda one: one.kms_key,
    ),
    Setting(
        "layers",
        "layers",
        lambda one: list(one.layers),
        "Layers",
        lambda one: list(one.layers),
        "layers",
        lambda one: list(one.layers),
    ),
    Setting(
        "log_group",
        "logging-config",
        lambda one: {"LogGroup": _log_group(one)},
        "LoggingConfig",
        lambda one: {"LogGroup": _log_group(one)},
        "logging_config",
        lambda one: {"log_group": _log_group(one)},
    ),
    Setting(
        "snap_start",
        "snap-start",
        lambda one: {"ApplyOn": _snap_start(one)},
        "SnapStart",
        lambda one: {"ApplyOn": _snap_start(one)},
        "snap_start",
        lambda one: {"apply_on": _snap_start(one)},
    ),
    Setting(
        "tracing",
        "tracing-config",
        lambda one: {"Mode": one.tracing},
        "TracingConfig",
        lambda one: {"Mode": one.tracing},
        "tracing_config",
        lambda one: {"mode": one.tracing},
    ),
    Setting(
        "vpc",
        "vpc-config",
        lambda one: {"SubnetIds": _subnets(one), "SecurityGroupIds": _groups(one)},
        "VpcConfig",
        lambda one: {"SubnetIds": _subnets(one), "SecurityGroupIds": _groups(one)},
        "vpc_config",
        lambda one: {"subnet_ids": _subnets(one), "security_group_ids": _groups(one)},
    ),
)

#: Fields that need more than the snapshot has, and what that is.
UNSAID = {
    "file_systems": "the path that each file system is mounted at",
    "durable": "for how long executions may run, and that a function is durable from when it is created",
}


def _log_group(one: Function) -> str:
    """Without one of its own, a function has the one that is called after it."""
    return one.log_group or f"/aws/lambda/{_name(one.arn)}"


def _snap_start(one: Function) -> str:
    return "PublishedVersions" if one.snap_start else "None"


def _subnets(one: Function) -> list[str]:
    return list(one.vpc.subnets) if one.vpc else []


def _groups(one: Function) -> list[str]:
    return list(one.vpc.security_groups) if one.vpc else []


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def steps(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    """What makes or configures functions."""
    if before.functions is after.functions:
        return
    there = {item.arn: item for item in before.functions}
    for new in after.functions:
        old = there.get(new.arn)
        if old is None:
            yield _creation(new)
        elif old is not new:
            yield from _configuration(old, new)


def deleted(before: Snapshot, after: Snapshot) -> Iterator[Step]:
    if before.functions is after.functions:
        return
    left = {item.arn for item in after.functions}
    for one in before.functions:
        if one.arn not in left:
            name = _name(one.arn)
            yield step(
                one.arn,
                Command("lambda", "delete-function", {"function-name": name}),
                cloudformation=Edit(_TEMPLATE, name, None),
                terraform=Edit(_BLOCK, name, None),
            )


def _creation(one: Function) -> Step:
    """What a function runs isn't in a snapshot."""
    name = _name(one.arn)
    return step(
        one.arn,
        cloudformation=Edit(_TEMPLATE, name, {"FunctionName": name, "Role": one.role}),
        terraform=Edit(_BLOCK, name, {"function_name": name, "role": one.role}),
        warnings=(f"function {name} has to be created with its code and runtime, with role {one.role}",),
    )


def _configuration(old: Function, new: Function) -> Iterator[Step]:
    name = _name(new.arn)
    for row in SETTINGS:
        if getattr(old, row.field) != getattr(new, row.field):
            options = {"function-name": name, row.option: row.value(new)}
            yield step(
                new.arn,
                Command("lambda", "update-function-configuration", options),
                cloudformation=Edit(_TEMPLATE, name, {row.property: row.said(new)}),
                terraform=Edit(_BLOCK, name, {row.argument: row.written(new)}),
            )
    for field, what in UNSAID.items():
        if getattr(old, field) != getattr(new, field):
            yield step(new.arn, warnings=(f"to change {field} of function {name} it has to be said {what}",))
    if old.code_signing != new.code_signing:
        yield _code_signing(new)
    yield from _event_invokes(old, new)


def _code_signing(new: Function) -> Step:
    name = _name(new.arn)
    operation = "put-function-code-signing-config" if new.code_signing else "delete-function-code-signing-config"
    options = {"function-name": name, "code-signing-config-arn": new.code_signing}
    return step(
        new.arn,
        Command("lambda", operation, options),
        cloudformation=Edit(_TEMPLATE, name, {"CodeSigningConfigArn": new.code_signing}),
        terraform=Edit(_BLOCK, name, {"code_signing_config_arn": new.code_signing}),
    )


def _event_invokes(old: Function, new: Function) -> Iterator[Step]:
    had, has = ({item.qualifier: item for item in one.event_invokes} for one in (old, new))
    for qualifier in dict.fromkeys((*has, *had)):
        if had.get(qualifier) != has.get(qualifier):
            arn = f"{new.arn}:{qualifier}" if qualifier else new.arn
            yield _event_invoke(arn, has.get(qualifier), is_there=qualifier in had)


def _event_invoke(arn: str, wanted: EventInvoke | None, *, is_there: bool) -> Step:
    """`update-…` keeps what isn't said of one that is there, such as its retries."""
    base, qualifier = arns.split_function(arn)
    options: dict[str, Any] = {"function-name": _name(base), "qualifier": qualifier}
    if wanted is None:
        shown = arns.short(arn)
        return step(
            arn,
            Command("lambda", "delete-function-event-invoke-config", options),
            cloudformation=Edit(_INVOKES, shown, None),
            terraform=Edit(_INVOKES_BLOCK, shown, None),
        )
    ends = given(OnSuccess=wanted.on_success, OnFailure=wanted.on_failure)
    config = {name: {"Destination": end} for name, end in ends.items()}
    nested = given(on_success=wanted.on_success, on_failure=wanted.on_failure)
    written = {name: {"destination": end} for name, end in nested.items()}
    declared = {"FunctionName": _name(base), "Qualifier": qualifier or "$LATEST", "DestinationConfig": config}
    arguments = given(function_name=_name(base), qualifier=qualifier, destination_config=written or None)
    imported = arns.short(arn) if is_there else None
    verb = "update" if is_there else "put"
    return step(
        arn,
        Command("lambda", f"{verb}-function-event-invoke-config", {**options, "destination-config": config}),
        # What is there may say more than its destinations.
        cloudformation=Edit(_INVOKES, arns.short(arn), {"DestinationConfig": config})
        if is_there
        else Block(_INVOKES, declared, imported),
        terraform=Edit(_INVOKES_BLOCK, arns.short(arn), {"destination_config": written or None})
        if is_there
        else Block(_INVOKES_BLOCK, arguments, imported),
    )
