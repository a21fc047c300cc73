"""What a form is made of: commands, resources that can be declared by themselves, and what has to be edited elsewhere.

Each step says one thing that changes, in all three forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import arns

#: Where commands for services without Regions are sent to, in partitions whose default isn't the CLI's.
#: Source: AWS General Reference, "AWS Identity and Access Management endpoints and quotas".
_GLOBAL = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@dataclass(frozen=True, slots=True)
class Json:
    """A policy document: text of JSON to CLI and Terraform, an object in a template."""

    document: Any


class Verbatim(str):
    """What is written without quotes: a reference of Terraform, a substitution of the shell."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Command:
    """`aws SERVICE OPERATION --OPTION VALUE …`: True and False are flags, documents and structures are JSON."""

    service: str
    operation: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """A resource that stands by itself in a template or in Terraform.

    In Terraform a dict is a nested block. `imported` is the id by which Terraform takes over what is there already;
    None: it is new.
    """

    type: str
    properties: Mapping[str, Any]
    imported: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What can't be declared by itself: these properties of the resource that `name` is, where it is declared.

    None as a property: it is to be taken away. Without properties the resource is to be deleted there. `adds`: the
    property keeps what it has, and gets this in addition.
    """

    type: str
    name: str
    properties: Mapping[str, Any] | None
    adds: bool = False


Said = Block | Edit


def given(**properties: Any) -> dict[str, Any]:
    """The properties that have a value."""
    return {name: value for name, value in properties.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that changes. `name` is its short name, `region` None for what has no Region.

    Without `commands`, or where a form says nothing, `warnings` say why.
    """

    name: str
    account: str | None
    region: str | None
    commands: tuple[Command, ...] = ()
    cloudformation: tuple[Said, ...] = ()
    terraform: tuple[Said, ...] = ()
    warnings: tuple[str, ...] = ()
    partition: str = "aws"

    @property
    def endpoint(self) -> str | None:
        """The Region that a command has to name; None: whichever is set."""
        return self.region or _GLOBAL.get(self.partition)


def step(
    arn: str,
    *commands: Command,
    cloudformation: Said | tuple[Said, ...] = (),
    terraform: Said | tuple[Said, ...] = (),
    warnings: tuple[str, ...] = (),
    account: str | None = None,
    region: str | None = None,
) -> Step:
    """A step about what has this ARN, which says where that is; a bucket's doesn't."""
    return Step(
        name=arns.short(arn),
        account=account or arns.account_of(arn),
        region=region or arns.region_of(arn),
        commands=commands,
        cloudformation=cloudformation if isinstance(cloudformation, tuple) else (cloudformation,),
        terraform=terraform if isinstance(terraform, tuple) else (terraform,),
        warnings=warnings,
        partition=arns.partition_of(arn),
    )


def regions_of(steps: Sequence[Step]) -> dict[str | None, str]:
    """In which Region of an account what has no Region is made, so that it is made in one only."""
    found: dict[str | None, str] = {}
    for one in steps:
        if one.region:
            found.setdefault(one.account, one.region)
    return found
