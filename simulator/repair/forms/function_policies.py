"""Policies of functions, their versions and aliases, and of layer versions, in all three forms.

A statement more or less is a permission of its own, as long as AddPermission can say it; else the whole policy is put,
which replaces whatever it is by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models import arns
from models.snapshot import Resource
from simulator.changes import documents
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
    removable = all(isinstance(item, dict) and documents.index(old, str(item.get("Sid"))) is not None for item in less)
    if removable and all(permissions):
        added = [item for item in permissions if item]
        yield from _single(arn, old, new, [str(item["Sid"]) for item in less], added)
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


def _single(arn: str, old: Any, new: Any, less: list[str], more: list[dict[str, str]]) -> Iterator[Step]:
    """Statement by statement. One that takes another's Sid comes after it; any other before, so that none is missed."""
    taken = [item for item in more if item["StatementId"] in less]
    for item in (one for one in more if one not in taken):
        yield _added(arn, item, replaces=False)
    for sid in less:
        anew = next((item for item in taken if item["StatementId"] == sid), None)
        yield _removed(arn, sid, old, new, stays=anew is not None)
        if anew:
            yield _added(arn, anew, replaces=True)


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


def _removed(arn: str, sid: str, old: Any, new: Any, *, stays: bool) -> Step:
    base, qualifier = arns.split_function(arn)
    name = base.rpartition(":")[2]
    options = {"function-name": name, "qualifier": qualifier, "statement-id": sid}
    what = f"statement {sid} of {arns.short(arn)}"
    gone = f"until the new one is added, {what} is missing" if stays else None
    return step(
        arn,
        Command("lambda", "remove-permission", options),
        cloudformation=Edit("AWS::Lambda::Permission", what, None),
        # The block that takes its Sid takes its place.
        terraform=() if stays else Edit("aws_lambda_permission", what, None),
        warnings=(gone,) if gone else (),
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
