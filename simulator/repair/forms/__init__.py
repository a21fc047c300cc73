"""Changes as people apply them: AWS CLI, CloudFormation, Terraform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.change import CREATED, Change, DeleteFunction, DeleteRole, DeleteUser
from models.snapshot import Snapshot
from simulator.changes import apply
from simulator.repair.forms import cli, cloudformation, terraform
from simulator.repair.forms.said import Step
from simulator.repair.forms.steps import steps

_PRINCIPALS = (DeleteUser, DeleteRole)


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
    found: list[Step] = []
    for run in _runs(changes):
        after = apply(snapshot, run)
        found.extend(steps(snapshot, after))
        snapshot = after
    warnings = dict.fromkeys(warning for one in found for warning in one.warnings)
    return Forms(cli.text(found), cloudformation.template(found), terraform.text(found), "\n".join(warnings))


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """What is made anew under the name of what is deleted is two things.

    So is what is said of policies before somebody is deleted, whom they still name then, and after it.
    """
    run: list[Change] = []
    gone: set[str] = set()
    for change in changes:
        is_anew = change.change in CREATED and _named(change) in gone
        is_first = isinstance(change, _PRINCIPALS) and not (run and isinstance(run[-1], _PRINCIPALS))
        if run and (is_anew or is_first):
            yield run
            run, gone = [], set()
        if isinstance(change, DeleteFunction | DeleteRole | DeleteUser):
            gone.add(_named(change))
        run.append(change)
    yield run


def _named(change: Change) -> str:
    """What a change makes or deletes."""
    name: str = getattr(change, change.change.partition("_")[2])
    return name
