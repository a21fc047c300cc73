"""Steps as a template of CloudFormation.

Each resource has a condition, so that a template that speaks of several accounts or Regions can be deployed to all of
them, as a stack set does, and no stack in another place makes anything. What no resource of its own can say is in the
template's metadata: which properties of which resource have to be edited, wherever that is declared.

Sources: CloudFormation User Guide, "Pseudo parameters reference", "Conditions", "Metadata".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from simulator.repair.forms.said import Block, Edit, Json, Step, regions_of

VERSION = "2010-09-09"
NOTES = "permgraph"


def template(steps: Sequence[Step]) -> dict[str, Any]:
    """A whole template; without resources, which CloudFormation refuses, where no resource can say any step."""
    conditions: dict[str, Any] = {}
    resources: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    regions = regions_of(steps)
    for one in steps:
        region = one.region or regions.get(one.account)
        for said in one.cloudformation:
            if isinstance(said, Edit):
                notes.append(_note(one, said))
                continue
            name = _free(_logical(said.type, one.name), resources)
            resource = {"Type": said.type, "Properties": plain(said.properties)}
            if one.account:
                condition, rule = _condition(one.account, region)
                conditions[condition] = rule
                resource["Condition"] = condition
            if said.imported:
                notes.append(_there(one, name, said))
            resources[name] = resource
    found: dict[str, Any] = {"AWSTemplateFormatVersion": VERSION}
    if any(resource["Type"].startswith("AWS::IAM::") for resource in resources.values()):
        found["Description"] = "To be deployed with CAPABILITY_NAMED_IAM"
    if notes:
        found["Metadata"] = {NOTES: notes}
    if conditions:
        found["Conditions"] = conditions
    return {**found, "Resources": resources}


def _condition(account: str, region: str | None) -> tuple[str, dict[str, Any]]:
    rule: dict[str, Any] = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, account]}
    if region is None:
        return f"In{account}", rule
    there = {"Fn::Equals": [{"Ref": "AWS::Region"}, region]}
    return f"In{account}{_camel(region)}", {"Fn::And": [rule, there]}


def _note(one: Step, said: Edit) -> dict[str, Any]:
    where = {"Account": one.account} | ({"Region": one.region} if one.region else {})
    what = {**where, "Type": said.type, "Name": said.name}
    if said.properties is None:
        return {"Do": "delete it where it is declared", **what}
    how = "add to what it has" if said.adds else "edit"
    return {"Do": f"{how}, where it is declared", **what, "Properties": plain(said.properties)}


def _there(one: Step, name: str, said: Block) -> dict[str, Any]:
    what = "it is there already: edit it where it is declared, or import it into a stack"
    return {"Do": what, "Account": one.account, "Type": said.type, "Resource": name}


def plain(value: Any) -> Any:
    """A value as it stands in JSON."""
    if isinstance(value, Json):
        return value.document
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _logical(kind: str, name: str) -> str:
    return f"{kind.rsplit('::', 1)[-1]}{_camel(name)}"


def _camel(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", text))


def _free(name: str, taken: dict[str, Any]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}{number}"
    return found
