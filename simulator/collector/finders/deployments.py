"""What deployments run: custom resources of CloudFormation's stacks, lifecycle event hooks of CodeDeploy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.decision import FactKind
from simulator.collector import templates
from simulator.collector.place import Place

_TEMPLATE = "cloudformation:GetTemplate"
_CUSTOM = "AWS::CloudFormation::CustomResource"
_FUNCTION = "AWS::Lambda::Function"
_NESTED = "Outputs."
#: Deployments that have functions as hooks. Source: CodeDeploy User Guide, "AppSpec 'hooks' section".
_PLATFORMS = ("Lambda", "ECS")


def stacks(at: Place) -> None:
    """The functions (or topics) that a stack's custom resources name as their ServiceToken."""
    found = {str(stack["StackId"]): stack for stack in at.each("cloudformation:DescribeStacks")}
    exports = {
        output["ExportName"]: str(output["OutputValue"])
        for stack in found.values()
        for output in stack.get("Outputs") or ()
        if output.get("ExportName")
    }
    for arn, stack in found.items():
        template = _template(at, arn)
        tokens = dict(_tokens(template))
        names = _Stack(at, arn, stack, found, exports).names if tokens else None
        for logical, token in tokens.items():
            named = names.text(token) if names else None
            if named is None:
                at.unknown(_TEMPLATE, f"{arn} has a custom resource, {logical}, whose ServiceToken isn't known")
            at.trigger(arn, named, role=stack.get("RoleARN"))


def _template(at: Place, arn: str) -> dict[str, Any]:
    """A stack's template as it was processed: macros and transforms are done."""
    answer = at.one(_TEMPLATE, StackName=arn, TemplateStage="Processed")
    found = templates.read(answer["TemplateBody"]) if "TemplateBody" in answer else {}
    if found is None:
        at.unknown(_TEMPLATE, f"the template of {arn} can't be read")
    return found or {}


def _tokens(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Source: AWS CloudFormation Template Reference, "AWS::CloudFormation::CustomResource"."""
    for logical, resource in (template.get("Resources") or {}).items():
        kind = str(resource.get("Type", "")) if isinstance(resource, dict) else ""
        if kind == _CUSTOM or kind.startswith("Custom::"):
            yield logical, (resource.get("Properties") or {}).get("ServiceToken")


class _Stack:
    """What the names in a stack's template stand for."""

    def __init__(
        self, at: Place, arn: str, stack: dict[str, Any], stacks: Mapping[str, dict[str, Any]], exports: dict[str, str]
    ) -> None:
        self._at = at
        self._stacks = stacks
        resources = at.each("cloudformation:ListStackResources", StackName=arn)
        self._resources = {str(one["LogicalResourceId"]): one for one in resources}
        parameters = {
            str(one["ParameterKey"]): one.get("ResolvedValue") or one.get("ParameterValue")
            for one in stack.get("Parameters") or ()
        }
        pseudo = {
            "AWS::AccountId": at.reader.account,
            "AWS::Partition": at.reader.partition,
            "AWS::Region": at.region,
            "AWS::StackId": arn,
            "AWS::StackName": stack.get("StackName"),
        }
        self._refs: dict[str, str | None] = {**pseudo, **parameters}
        self.names = templates.Names(self._ref, self._attribute, exports.get)

    def _ref(self, name: str) -> str | None:
        if name in self._refs:
            return self._refs[name]
        return self._physical(name)

    def _physical(self, name: str) -> str | None:
        physical: str | None = self._resources.get(name, {}).get("PhysicalResourceId")
        return physical

    def _attribute(self, name: str, attribute: str) -> str | None:
        physical = self._physical(name)
        if physical is None:
            return None
        if self._resources[name].get("ResourceType") == _FUNCTION and attribute == "Arn":
            return self._at.function(physical)
        if attribute.startswith(_NESTED):
            outputs = self._stacks.get(physical, {}).get("Outputs") or ()
            key = attribute.removeprefix(_NESTED)
            return next((str(one["OutputValue"]) for one in outputs if one["OutputKey"] == key), None)
        return None


def deployment_groups(at: Place) -> None:
    """The hooks in the AppSpec file that a group deployed last; the next deployment brings its own.

    Where that file is an object in a bucket or on GitHub no call of CodeDeploy tells what it says: an assumption.
    """
    for application in at.each("codedeploy:ListApplications"):
        for name in at.each("codedeploy:ListDeploymentGroups", applicationName=application):
            asked = {"applicationName": application, "deploymentGroupName": name}
            group = at.one("codedeploy:GetDeploymentGroup", **asked).get("deploymentGroupInfo") or {}
            if group.get("computePlatform") in _PLATFORMS:
                _hooks(at, at.arn(f"deploymentgroup:{application}/{name}"), group)


def _hooks(at: Place, arn: str, group: dict[str, Any]) -> None:
    revision = group.get("targetRevision") or {}
    content = ((revision.get("appSpecContent") or revision.get("string")) or {}).get("content")
    appspec = templates.read(content) if content else None
    if appspec is None:
        if revision:
            at.reader.builder.assume(
                FactKind.TRIGGERS, arn, "CodeDeploy doesn't tell the AppSpec file it deployed last"
            )
        return
    for hook in appspec.get("Hooks") or appspec.get("hooks") or ():
        for named in hook.values():
            at.trigger(arn, at.function(str(named)), role=group.get("serviceRoleArn"))
