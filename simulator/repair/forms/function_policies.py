"""Policies of functions, their versions and aliases, and of layer versions, in all three forms.

A statement more or less is a permission of its own, as long as AddPermission can say it; else the whole policy is put,
which replaces whatever it is by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models import arns
from models.snapshot import Resource
from simulator.changes import deleted, documents
from simulator.policy.limits import FUNCTION
from simulator.repair.forms.add_permission import PARAMETERS, layer_permission, permission
from simulator.repair.forms.said import Block, Command, Edit, Json, Said, Step, step

REPLACES = "this replaces the whole policy of {}: what was added to it since it was read is lost, and is not in here"
MIXED = "a template or Terraform that declares the whole policy of {} must not declare permissions of it one by one"
#: Parameter -> its option of the CLI, and its argument in Terraform.
_NAMES = {item.name: (item.option, item.argument) for item in PARAMETERS} | {
    "StatementId": ("statement-id", "statement_id"),
    "Action": ("action", "action"),
    "Principal": ("principal", "principal"),
    "OrganizationId": ("organization-id", "organization_id"),
}


def steps(arn: str, old: Any, new: Any, *, is_known: bool) -> Iterator[Step]:
    """What makes the policy of a function, version or alias the new one; None is no policy.

    `is_known`: the old one was read, as far as there was one.
    """
    less, more = _difference(old, new)
    permissions = [permission(statement, arn) for statement in more]
    added = [item for item in permissions if item is not None]
    if len(added) == len(more) and all(item.get("Sid") for item in less):
        yield from _single(arn, less, added, has_room=_fits(old, more))
    elif is_known:
        yield _whole(arn, old, new)
    else:
        what = f"the policy of {arns.short(arn)} was not read: writing it whole could take away what is in it"
        yield step(arn, warnings=(what,))


def _difference(old: Any, new: Any) -> tuple[list[Any], list[Any]]:
    """The statements that only one of two documents has."""
    before, after = documents.statements(old), documents.statements(new)
    less = list(before)
    more = []
    for statement in after:
        if statement in less:
            less.remove(statement)
        else:
            more.append(statement)
    return less, more


def _fits(old: Any, more: list[Any]) -> bool:
    """Whether a policy has room for statements before any other is removed."""
    both = {**(old or {}), "Statement": [*documents.statements(old), *more]}
    return documents.size(both, FUNCTION) <= FUNCTION.most


def _single(arn: str, less: list[Any], more: list[dict[str, str]], *, has_room: bool) -> Iterator[Step]:
    """Statement by statement: what is added before what is removed, so that no permission is missed in between.

    But after it where it takes its Sid, where there is no room for both, and where a statement for somebody who was
    deleted keeps Lambda from adding anything.
    """
    ids = {item["StatementId"] for item in more}
    first = [item for item in less if deleted.is_for_nobody(item) or not has_room or item["Sid"] in ids]
    for item in first:
        is_missed = not deleted.is_for_nobody(item) and bool(more)
        yield _removed(arn, item["Sid"], is_missed=is_missed, stays=item["Sid"] in ids)
    replaced = {item["Sid"] for item in first}
    for parameters in more:
        yield _added(arn, parameters, replaces=parameters["StatementId"] in replaced)
    for item in less:
        if item not in first:
            yield _removed(arn, item["Sid"])


def _added(arn: str, parameters: dict[str, str], *, replaces: bool) -> Step:
    base, qualifier = arns.split_function(arn)
    name = base.rpartition(":")[2]
    options: dict[str, Any] = {"function-name": name, "qualifier": qualifier}
    arguments: dict[str, Any] = {"function_name": name, "qualifier": qualifier}
    for parameter, value in parameters.items():
        option, argument = _NAMES[parameter]
        options[option] = arguments[argument] = _flag(parameter, value)
    properties = {name: _flag(name, value) for name, value in parameters.items() if name != "StatementId"}
    declared = {item: value for item, value in arguments.items() if value is not None}
    identifier = f"{name}:{qualifier}" if qualifier else name
    return step(
        arn,
        Command("lambda", "add-permission", options),
        cloudformation=Block("AWS::Lambda::Permission", {"FunctionName": arn, **properties}),
        terraform=Block(
            "aws_lambda_permission", declared, f"{identifier}/{parameters['StatementId']}" if replaces else None
        ),
    )


def _flag(parameter: str, value: str) -> str | bool:
    return value == "true" if parameter == "InvokedViaFunctionUrl" else value


def _removed(arn: str, sid: str, *, is_missed: bool = False, stays: bool = False) -> Step:
    """`stays`: another statement takes its Sid, and in Terraform the place of its block."""
    base, qualifier = arns.split_function(arn)
    name = base.rpartition(":")[2]
    options = {"function-name": name, "qualifier": qualifier, "statement-id": sid}
    what = f"statement {sid} of {arns.short(arn)}"
    return step(
        arn,
        Command("lambda", "remove-permission", options),
        cloudformation=Edit("AWS::Lambda::Permission", what, None),
        terraform=() if stays else Edit("aws_lambda_permission", what, None),
        warnings=(f"until the new one is added, {what} is missing",) if is_missed else (),
    )


def _whole(arn: str, old: Any, new: Any) -> Step:
    warning = REPLACES.format(arns.short(arn))
    if new is None:
        gone = arns.short(arn)
        return step(
            arn,
            Command("lambda", "delete-resource-policy", {"resource-arn": arn}),
            cloudformation=Edit("AWS::Lambda::ResourcePolicy", gone, None),
            terraform=Edit("aws_lambda_resource_policy", gone, None),
            warnings=(warning,),
        )
    imported, document = arn if old is not None else None, Json(new)
    return step(
        arn,
        Command("lambda", "put-resource-policy", {"resource-arn": arn, "policy": document}),
        cloudformation=Block("AWS::Lambda::ResourcePolicy", {"ResourceArn": arn, "PolicyDocument": document}, imported),
        terraform=Block("aws_lambda_resource_policy", {"resource_arn": arn, "policy": document}, imported),
        warnings=(warning, MIXED.format(arns.short(arn))),
    )


# --- layer versions --------------------------------------------------------------------------------------------------


def layer_steps(resource: Resource, old: Any, new: Any) -> Iterator[Step]:
    """What makes the policy of a layer version the new one: there is no way to put it whole."""
    less, more = _difference(old, new)
    layer, _, version = resource.arn.rpartition(":")
    common = {"layer-name": layer, "version-number": int(version)}
    for statement in more:
        found = layer_permission(statement)
        if found is None:
            what = f"AddLayerVersionPermission can't say the statement that {arns.short(resource.arn)} is to have"
            yield step(resource.arn, warnings=(what,))
            continue
        said = {_NAMES[name]: value for name, value in found.items()}
        properties = {name: value for name, value in found.items() if name != "StatementId"}
        arguments = {"layer_name": layer, "version_number": int(version)}
        block: Said = Block(
            "aws_lambda_layer_version_permission", arguments | {name: value for (_, name), value in said.items()}
        )
        yield step(
            resource.arn,
            Command(
                "lambda", "add-layer-version-permission", common | {name: value for (name, _), value in said.items()}
            ),
            cloudformation=Block(
                "AWS::Lambda::LayerVersionPermission", {"LayerVersionArn": resource.arn, **properties}
            ),
            terraform=block,
        )
    for statement in less:
        sid = str(statement.get("Sid"))
        what = f"statement {sid} of {arns.short(resource.arn)}"
        yield step(
            resource.arn,
            Command("lambda", "remove-layer-version-permission", common | {"statement-id": sid}),
            cloudformation=Edit("AWS::Lambda::LayerVersionPermission", what, None),
            terraform=Edit("aws_lambda_layer_version_permission", what, None),
        )
