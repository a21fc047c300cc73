"""What a change of a managed policy's statement makes of its versions.

Sources: IAM User Guide, "Versioning IAM policies", "IAM and AWS STS quotas"; IAM API Reference, CreatePolicyVersion.
"""

from __future__ import annotations

import pytest

from models.change import AddStatement, Change, RemoveStatement, SetDefaultVersion
from models.snapshot import ManagedPolicy, Snapshot
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.repair.forms import forms
from simulator.world import World
from tests.repair.forms.commands import lines
from tests.worlds import ASSUME, INVOKE, ONE, Builder, allow, function, role, trusting, user

OWN = f"arn:aws:iam::{ONE}:policy/own"
JOB, DEV, F = role("job"), user("dev"), function("f")
MORE: list[Change] = [
    AddStatement(side="identity", holder=JOB, policy=OWN, statement=allow(INVOKE, F, Sid=sid)) for sid in ("A", "B")
]
TAKEN_BACK: list[Change] = [RemoveStatement(side="identity", holder=JOB, policy=OWN, sid=sid) for sid in ("A", "B")]


def snapshot(*others: str, default: str = "v1") -> Snapshot:
    """A role that has a managed policy with these versions beside the default one."""
    made = Builder()
    made.user(DEV, allow(["iam:SetDefaultPolicyVersion", ASSUME], "*"))
    made.role(JOB, trusting(DEV), attached=(OWN,))
    made.policy(OWN, allow("s3:GetObject", "*"))
    made.function(F)
    versions = {name: made.document(allow("s3:PutObject", f"arn:aws:s3:::{name}/*")) for name in others}
    policy = made.parts["policies"][OWN]
    made.parts["policies"][OWN] = policy.model_copy(update={"version": default, "versions": versions})
    return made.snapshot()


def policy_of(found: Snapshot) -> ManagedPolicy:
    (policy,) = (one for one in found.policies if one.arn == OWN)
    return policy


def versions(found: Snapshot) -> tuple[str, list[str]]:
    """The default one, and the others."""
    policy = policy_of(found)
    return policy.version, list(policy.versions)


@pytest.mark.parametrize(
    "others, default, expected",
    [
        pytest.param((), "v1", ("v2", ["v1"]), id="the change doesn't overwrite the version: IAM makes a new one"),
        pytest.param(("v1", "v3"), "v2", ("v4", ["v1", "v2", "v3"]), id="it has the next number"),
        pytest.param(
            ("v2", "v3", "v4", "v5"), "v9", ("v10", ["v3", "v4", "v5", "v9"]), id="of five the oldest goes first"
        ),
        pytest.param(
            ("v7", "v8", "v9", "v10"), "v6", ("v11", ["v6", "v8", "v9", "v10"]), id="the default one never goes"
        ),
    ],
)
def test_an_edit_is_a_new_default_version(
    others: tuple[str, ...], default: str, expected: tuple[str, list[str]]
) -> None:
    before = snapshot(*others, default=default)
    after = apply(before, MORE[:1])
    assert versions(after) == expected
    assert policy_of(after).versions[default] == policy_of(before).document


def test_what_is_changed_together_is_one_version() -> None:
    assert versions(apply(snapshot(), MORE)) == ("v2", ["v1"])
    assert versions(apply(apply(snapshot(), MORE[:1]), MORE[1:])) == ("v3", ["v1", "v2"])


def test_what_is_taken_back_at_once_was_never_saved() -> None:
    before = snapshot("v2", "v3", "v4", "v5")
    assert policy_of(apply(before, (*MORE, *TAKEN_BACK))) == policy_of(before)
    assert policy_of(apply(before, (*MORE, SetDefaultVersion(policy=OWN, version="v1")))) == policy_of(before)


def test_whoever_may_set_the_default_version_can_take_the_statement_back() -> None:
    """IAM User Guide, "Versioning IAM policies": a version that isn't the default one can be made it at any time."""
    given = apply(snapshot(), MORE[:1])
    closes = what_if(World(given), TAKEN_BACK[:1]).closes
    assert {(row.source, row.target, row.kind) for row in closes} == {(JOB, F, "invokes"), (DEV, F, "path")}
    after = World(apply(given, TAKEN_BACK[:1]))
    assert policy_of(after.snapshot).versions["v2"] == policy_of(given).document


@pytest.mark.parametrize(
    "others, operations",
    [
        pytest.param(("v2", "v3", "v4"), ["CreatePolicyVersion"], id="there is room for a fifth"),
        pytest.param(
            ("v2", "v3", "v4", "v5"),
            ["DeletePolicyVersion", "CreatePolicyVersion"],
            id="CreatePolicyVersion refuses a sixth: one is deleted first",
        ),
    ],
)
def test_the_command_line_makes_room(others: tuple[str, ...], operations: list[str]) -> None:
    found = forms(snapshot(*others), MORE)
    calls = [(operation, parameters) for _, operation, parameters, *_ in lines(found.cli)]
    assert [operation for operation, _ in calls] == operations
    assert calls[-1][1]["SetAsDefault"] is True
    gone = [parameters["VersionId"] for _, parameters in calls[:-1]]
    assert gone == (["v2"] if len(operations) > 1 else [])
    assert ("v2, the oldest, is deleted" in found.warning) is bool(gone)
