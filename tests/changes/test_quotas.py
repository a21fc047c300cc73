"""How much AWS takes of something: at the highest quota a change is made, beyond it AWS refuses it for everybody.

Sources: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas and service limits for AWS
Organizations"; Lambda Developer Guide, "Lambda quotas"; Lambda API Reference, "UpdateFunctionConfiguration".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from models import change as kinds
from models.change import Change
from models.errors import ChangeError
from models.snapshot import OrganizationPolicy, Snapshot, VpcConfig
from simulator.changes import apply
from tests.changes.test_kinds import BEFORE, DEV, JOB, OPS, OTHER, OWN, ROOT, TEAM, UNIT, F, organization_of
from tests.worlds import INVOKE, LAMBDA_TRUST, ONE, allow, deny, permit

ALSO = f"arn:aws:iam::{ONE}:policy/also"


def many(number: int) -> tuple[str, ...]:
    return tuple(f"arn:aws:iam::{ONE}:policy/p{index:02}" for index in range(number))


def with_holder(arn: str, **update: Any) -> Snapshot:
    """A snapshot in which somebody has something else."""
    changed = {
        field: tuple(row.model_copy(update=update) if row.arn == arn else row for row in getattr(BEFORE, field))
        for field in ("users", "groups", "roles")
    }
    return BEFORE.model_copy(update=changed)


ATTACHED = [
    pytest.param(OPS, 20, id="managed policies attached to an IAM user: 10, at most 20"),
    pytest.param(JOB, 25, id="managed policies attached to an IAM role: 10, at most 25"),
    pytest.param(TEAM, 10, id="managed policies attached to an IAM group: 10"),
]


@pytest.mark.parametrize("holder, most", ATTACHED)
def test_managed_policies(holder: str, most: int) -> None:
    one_more = kinds.AttachPolicy(holder=holder, policy=OWN)
    assert apply(with_holder(holder, attached=many(most - 1)), [one_more])
    with pytest.raises(ChangeError, match=f"has {most} managed policies, and can't have more than {most}"):
        apply(with_holder(holder, attached=many(most)), [one_more])


def test_groups_that_a_user_can_be_a_member_of_are_ten() -> None:
    groups = tuple(f"arn:aws:iam::{ONE}:group/g{index}" for index in range(10))
    assert apply(with_holder(OPS, groups=groups[:9]), [kinds.AddToGroup(user=OPS, group=TEAM)])
    with pytest.raises(ChangeError, match="is in 10 groups, and can't be in more than 10"):
        apply(with_holder(OPS, groups=groups), [kinds.AddToGroup(user=OPS, group=TEAM)])


@pytest.mark.parametrize(
    "kind, most",
    [
        pytest.param("scp", 10, id="service control policies attached to a root, OU or account: 10"),
        pytest.param("rcp", 5, id="resource control policies attached to a root, OU or account: 5"),
    ],
)
def test_policies_of_a_level(kind: str, most: int) -> None:
    there = organization_of(BEFORE)
    typed: Any = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}[kind]
    document = there.policies["p-frozen" if kind == "scp" else "p-region"].document
    more = {
        f"p-{index}": OrganizationPolicy(id=f"p-{index}", name=f"n{index}", type=typed, document=document)
        for index in range(11)
    }
    attach = kinds.AttachScp if kind == "scp" else kinds.AttachRcp

    def full(number: int) -> Snapshot:
        targets = there.targets | {ONE: tuple(f"p-{index}" for index in range(number))}
        found = there.model_copy(update={"policies": there.policies | more, "targets": targets})
        return BEFORE.model_copy(update={"organization": found})

    assert apply(full(most - 1), [attach(policy="n10", target=ONE)])
    with pytest.raises(ChangeError, match=f"has {most} {kind.upper()}s, and can't have more than {most}"):
        apply(full(most), [attach(policy="n10", target=ONE)])


def filled(statement: dict[str, Any], length: int, count: Callable[[Any], int]) -> dict[str, Any]:
    """The statement with a Sid of as many letters as it takes."""
    return statement | {"Sid": "x" * (length - count(statement | {"Sid": ""}))}


def alone(statement: dict[str, Any]) -> int:
    """The characters of a policy of one statement, written as short as can be."""
    return len(json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":")))


def inline(holder: str) -> Callable[[dict[str, Any]], list[Change]]:
    return lambda statement: [kinds.AddStatement(side="identity", holder=holder, statement=statement)]


def on(side: Any, holder: str, policy: str | None = None) -> Callable[[dict[str, Any]], list[Change]]:
    """The policy emptied but for one statement."""

    def made(statement: dict[str, Any]) -> list[Change]:
        return [kinds.ReplaceStatement(side=side, holder=holder, sid="#1", policy=policy, statement=statement)]

    return made


def trust(statement: dict[str, Any]) -> list[Change]:
    return [kinds.SetTrust(holder=JOB, document={"Version": "2012-10-17", "Statement": [statement]})]


OF_OWN = allow("s3:*", "*")
OF_FUNCTION = permit({"Service": "sns.amazonaws.com"}, F)
OF_RCP = deny("s3:*", "*", Principal="*")
SIZES = [
    pytest.param(inline(OPS), OF_OWN, 2_048, id="total aggregate of inline policies of a user: 2,048 characters"),
    pytest.param(inline(JOB), OF_OWN, 10_240, id="total aggregate of inline policies of a role: 10,240 characters"),
    pytest.param(on("identity", TEAM, "inline"), OF_OWN, 5_120, id="of a group: 5,120 characters"),
    pytest.param(on("identity", DEV, OWN), OF_OWN, 6_144, id="each managed policy: 6,144 characters"),
    pytest.param(trust, LAMBDA_TRUST, 8_192, id="role trust policy: 2,048 characters, at most 8,192"),
    pytest.param(on("resource", F), OF_FUNCTION, 20_480, id="function resource-based policy: 20 KB"),
]


@pytest.mark.parametrize("change, statement, most", SIZES)
def test_a_policy_of_the_highest_size_is_taken_and_one_of_a_character_more_is_not(
    change: Callable[[dict[str, Any]], list[Change]], statement: dict[str, Any], most: int
) -> None:
    assert apply(BEFORE, change(filled(statement, most, alone)))
    with pytest.raises(ChangeError) as caught:
        apply(BEFORE, change(filled(statement, most + 1, alone)))
    assert f"{most + 1:,}" in str(caught.value) or f"({most + 1})" in str(caught.value)


@pytest.mark.parametrize(
    "side, statement, most",
    [
        pytest.param("scp", deny("s3:*", "*"), 10_240, id="service control policies: 10,240 characters"),
        pytest.param("rcp", OF_RCP, 5_120, id="resource control policies: 5,120 characters"),
    ],
)
def test_a_new_policy_of_a_level_has_the_size_of_its_kind(side: Any, statement: dict[str, Any], most: int) -> None:
    for place in (ROOT, UNIT, ONE):
        new = kinds.AddStatement(side=side, holder=place, statement=filled(statement, most, alone))
        assert apply(BEFORE, [new])
        more = kinds.AddStatement(side=side, holder=place, statement=filled(statement, most + 1, alone))
        with pytest.raises(ChangeError, match=f"has {most + 1:,} characters"):
            apply(BEFORE, [more])


def test_inline_policies_count_together() -> None:
    half = filled(OF_OWN, 1_024, alone)
    twice = [kinds.AddStatement(side="identity", holder=OPS, statement=half)] * 2
    assert apply(BEFORE, twice)
    with pytest.raises(ChangeError, match="would have 3,072 characters, more than 2,048"):
        apply(BEFORE, [*twice, twice[0]])


def test_iam_does_not_count_white_space() -> None:
    spaced = {key: value if key != "Resource" else "arn:aws:s3:::a" for key, value in OF_OWN.items()}
    statement = filled(spaced, 2_048, alone) | {"Condition": {"StringEquals": {"aws:RequestTag/a": " " * 5_000}}}
    with pytest.raises(ChangeError):
        apply(BEFORE, inline(OPS)(statement))
    shorter = filled(spaced, 1_980, alone) | {"Condition": {"StringEquals": {"aws:RequestTag/a": " " * 5_000}}}
    assert apply(BEFORE, inline(OPS)(shorter))


def test_lambda_says_how_long_the_policy_would_be() -> None:
    with pytest.raises(ChangeError, match=r"^The final policy size \(20481\) is bigger than the limit \(20480\)"):
        apply(BEFORE, on("resource", F)(filled(OF_FUNCTION, 20_481, alone)))


def features(number: int, what: str) -> list[str]:
    return [f"{what}-{index}" for index in range(number)]


@pytest.mark.parametrize(
    "feature, value, most",
    [
        pytest.param("layers", lambda number: tuple(features(number, "layer")), 5, id="function layers: five layers"),
        pytest.param("file_systems", lambda number: tuple(features(number, "fs")), 1, id="one file system"),
        pytest.param("vpc", lambda number: VpcConfig(subnets=tuple(features(number, "subnet"))), 16, id="16 subnets"),
        pytest.param(
            "vpc", lambda number: VpcConfig(security_groups=tuple(features(number, "sg"))), 5, id="5 security groups"
        ),
    ],
)
def test_a_function_has_so_many(feature: Any, value: Callable[[int], Any], most: int) -> None:
    assert apply(BEFORE, [kinds.SetFeature(function=F, feature=feature, value=value(most))])
    with pytest.raises(ChangeError, match=f"and can't have more than {most}"):
        apply(BEFORE, [kinds.SetFeature(function=F, feature=feature, value=value(most + 1))])


@pytest.mark.parametrize("length, taken", [(64, True), (65, False)])
def test_role_and_user_names_have_64_characters(length: int, taken: bool) -> None:
    name = "x" * length
    made: list[Change] = [
        kinds.CreateUser(user=f"arn:aws:iam::{ONE}:user/team/{name}"),
        kinds.CreateRole(
            role=f"arn:aws:iam::{ONE}:role/{name}", document={"Version": "2012-10-17", "Statement": [LAMBDA_TRUST]}
        ),
    ]
    for change in made:
        if taken:
            assert apply(BEFORE, [change])
            continue
        with pytest.raises(ChangeError, match="has 64 characters at most"):
            apply(BEFORE, [change])


def test_others_keep_what_they_have() -> None:
    """A quota holds for whom a change is about, not for whoever was beyond it before it was lowered."""
    full = with_holder(OTHER, attached=many(30))
    assert apply(
        full,
        [
            kinds.AttachPolicy(holder=JOB, policy=OWN),
            kinds.AddStatement(side="identity", holder=DEV, statement=allow(INVOKE, F)),
        ],
    )
    assert apply(full, [kinds.DetachPolicy(holder=OTHER, policy=many(1)[0])])
