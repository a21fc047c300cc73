"""Changes as people apply them: AWS CLI, CloudFormation, Terraform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.change import Change
from models.snapshot import Snapshot
from simulator.changes import apply
from simulator.repair.forms import cli, cloudformation, terraform
from simulator.repair.forms.steps import steps


@dataclass(frozen=True, slots=True)
class Forms:
    """The same changes in three forms.

    `cli` has a command a line, `cloudformation` is a whole template, `terraform` is HCL; `warning` is what to know
    before any of them is applied, a line for each thing, empty if there is none.
    """

    cli: str
    cloudformation: dict[str, Any]
    terraform: str
    warning: str


def forms(snapshot: Snapshot, changes: Sequence[Change]) -> Forms:
    """Say what `changes` do to the accounts of a snapshot; what they do one after the other is said as one.

    What a form can't say it names, in its comments or its metadata, with what has to be edited where.

    Raises:
        ChangeError: for a change that AWS would refuse, or of something that the snapshot doesn't have.
    """
    found = tuple(steps(snapshot, apply(snapshot, changes)))
    warnings = dict.fromkeys(warning for one in found for warning in one.warnings)
    return Forms(cli.text(found), cloudformation.template(found), terraform.text(found), "\n".join(warnings))
