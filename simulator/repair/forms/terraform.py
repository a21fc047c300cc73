"""Steps as Terraform's HCL.

Each resource names a provider that refuses any other account than its own. What is there already is imported, so that
it is changed and not made twice; what no resource of its own can say is a comment, with the arguments to edit.

Sources: Terraform, "Import"; the AWS provider's documentation, its page of each resource.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

from simulator.repair.forms.hcl import block, body
from simulator.repair.forms.said import Block, Edit, Step, Verbatim, regions_of

#: Where a provider is set to that only makes what has no Region.
_REGION = "us-east-1"


def text(steps: Sequence[Step]) -> str:
    """Providers, then what changes, in the steps' order."""
    providers: dict[str, str] = {}
    parts: list[str] = []
    taken: set[str] = set()
    regions = regions_of(steps)
    for one in steps:
        parts.extend(f"# {warning}" for warning in one.warnings)
        for said in one.terraform:
            if isinstance(said, Edit):
                parts.append(_edit(one, said))
                continue
            provider = _provider(one, one.endpoint or regions.get(one.account, _REGION), providers)
            label = _free(_label(one.name), said.type, taken)
            if said.imported:
                parts.append(_import(said, label, provider))
            arguments = ({"provider": Verbatim(f"aws.{provider}")} if provider else {}) | dict(said.properties)
            parts.append(block(f'resource "{said.type}" "{label}"', arguments))
    return "\n\n".join([*providers.values(), *parts])


def _provider(one: Step, region: str, providers: dict[str, str]) -> str | None:
    if one.account is None:
        return None
    alias = _label(f"in_{one.account}_{region}")
    arguments = {"alias": alias, "region": region, "allowed_account_ids": [one.account]}
    providers[alias] = block('provider "aws"', arguments)
    return alias


def _import(said: Block, label: str, provider: str | None) -> str:
    arguments: dict[str, Any] = {"to": Verbatim(f"{said.type}.{label}"), "id": said.imported}
    return block("import", arguments | ({"provider": Verbatim(f"aws.{provider}")} if provider else {}))


def _edit(one: Step, said: Edit) -> str:
    where = ", ".join(part for part in (f"in account {one.account}" if one.account else "", one.region) if part)
    if said.properties is None:
        return f"# delete the {said.type} of {said.name}, {where}"
    do = "add to" if said.adds else "edit"
    return f"# {do} the {said.type} of {said.name}, {where}:\n{textwrap.indent(body(said.properties), '#   ')}"


def _label(name: str) -> str:
    found = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "it"
    return found if found[0].isalpha() or found[0] == "_" else f"_{found}"


def _free(label: str, kind: str, taken: set[str]) -> str:
    number, found = 1, label
    while f"{kind}.{found}" in taken:
        number += 1
        found = f"{label}_{number}"
    taken.add(f"{kind}.{found}")
    return found
