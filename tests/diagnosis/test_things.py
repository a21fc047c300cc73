"""Log groups, file systems, images and network interfaces: what each has of its own.

Sources: the pages that `simulator.features.table` names; Amazon EFS User Guide, "Using IAM to control access to file
systems".
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.decision import FactKind
from simulator.answers.diagnose import diagnose
from tests.diagnosis.needing import (
    EVERYTHING,
    FILES,
    IN_VPC,
    LOGS,
    POINT,
    ROLE,
    Case,
    F,
    builder,
    found,
    lacking,
    organized,
    plain,
)
from tests.worlds import ONE, REGION, TWO, Builder, Json, allow, deny

LETS_US = {"AWS": ROLE}


@pytest.mark.parametrize(
    "pattern",
    [f"{LOGS}/aws/lambda/f:*", f"{LOGS}*", "arn:aws:logs:*:*:log-group:/aws/lambda/*", f"{LOGS}/aws/lambda/f*"],
)
def test_a_log_group_and_its_streams_may_be_written_with_a_star_behind(pattern: str) -> None:
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    assert found(builder(plain(), (allow(logs, pattern),)).world(), "log-permissions").verdict == "pass"


def test_the_arn_of_the_log_group_alone_covers_no_stream() -> None:
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    row = found(builder(plain(), (allow(logs, f"{LOGS}/aws/lambda/f"),)).world(), "log-permissions")
    assert {grant.action for grant in row.missing} == {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_a_log_group_that_is_there_needs_no_create_log_group() -> None:
    made = builder(plain(), (allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{LOGS}/aws/lambda/f:*"),))
    assert found(made.world(), "log-permissions").verdict == "warning"
    made.resource(f"{LOGS}/aws/lambda/f", "logs:log-group", ONE, region=REGION)
    assert found(made.world(), "log-permissions").verdict == "pass"


# --- file systems ---------------------------------------------------------------------------------------------------

MOUNTS = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]


def mounted(*policy: Json, known: bool = True) -> Case:
    attributes = {POINT: {"FileSystemId": "fs-0123456789abcdef0"} if known else {}}
    return replace(plain(file_systems=(POINT,), vpc=IN_VPC), policies={FILES: policy}, attributes=attributes)


def test_a_file_system_without_a_policy_asks_nobody_for_anything() -> None:
    row = found(builder(mounted(), ()).world(), "file-system-mount")
    assert (row.verdict, row.evidence) == ("pass", ())


def test_a_file_system_s_policy_may_let_the_role_in_by_itself() -> None:
    """By the access point, through a mount target: as the EFS User Guide writes it."""
    lets = allow(
        MOUNTS,
        FILES,
        Principal=LETS_US,
        Condition={
            "StringEquals": {"elasticfilesystem:AccessPointArn": POINT},
            "Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"},
        },
    )
    assert found(builder(mounted(lets), ()).world(), "file-system-mount").verdict == "pass"
    other = {"Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": f"{POINT[:-1]}9"}}}
    row = found(builder(mounted(lets | other), ()).world(), "file-system-mount")
    assert row.verdict == "fail"
    assert "elasticfilesystem:AccessPointArn" in row.summary


def test_of_a_file_system_that_was_not_read_it_is_taken_that_nothing_denies() -> None:
    made = builder(mounted(known=False), (allow(MOUNTS, "*"),))
    answer = diagnose(made.world(), F)
    assert found(made.world(), "file-system-mount").verdict == "pass"
    assert any("file-system/*` was not read" in fact.reason for fact in answer.assumes)
    assert found(made.world(strict=True), "file-system-mount").verdict == "unknown"


def test_whether_a_role_without_permissions_may_mount_it_turns_on_the_policy() -> None:
    row = found(builder(mounted(known=False), ()).world(), "file-system-mount")
    assert (row.verdict, row.missing) == ("unknown", ())
    assert "the policy of" in row.summary


# --- images ---------------------------------------------------------------------------------------------------------

PULLS = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
BY_LAMBDA = {"Service": "lambda.amazonaws.com"}


def imaged(account: str, *policy: Json | None, image: str | None = "shop") -> Builder:
    """A function of an image; `None` as policy: the repository is not in the snapshot."""
    made = builder(plain(), (EVERYTHING,))
    uri = f"{account}.dkr.ecr.{REGION}.amazonaws.com/{image}@sha256:00" if image else None
    made.function(F, role=ROLE, package_type="Image", image_uri=uri)
    if policy != (None,):
        statements = [one for one in policy if one]
        made.resource(repository(account), "ecr:repository", account, *statements, region=REGION)
    return made


def repository(account: str) -> str:
    return f"arn:aws:ecr:{REGION}:{account}:repository/shop"


def test_the_repository_lets_lambda_in_and_the_role_has_no_part_in_it() -> None:
    row = found(imaged(ONE, allow(PULLS, Principal=BY_LAMBDA)).world(), "image-permissions-own")
    assert row.verdict == "pass"
    row = found(imaged(ONE).world(), "image-permissions-own")
    assert (row.verdict, lacking(row)) == ("warning", {("resource", action, repository(ONE)) for action in PULLS})
    lets_role = allow(PULLS, Principal=LETS_US)
    assert found(imaged(ONE, lets_role).world(), "image-permissions-own").verdict == "warning"


def test_another_account_s_repository_names_the_functions_that_may_have_it() -> None:
    ours = {"Condition": {"StringLike": {"aws:sourceArn": f"arn:aws:lambda:{REGION}:{ONE}:function:*"}}}
    others = {"Condition": {"StringLike": {"aws:sourceArn": f"arn:aws:lambda:{REGION}:999999999999:function:*"}}}
    assert found(imaged(TWO, allow(PULLS, Principal=BY_LAMBDA, **ours)).world(), "image-permissions").verdict == "pass"
    row = found(imaged(TWO, allow(PULLS, Principal=BY_LAMBDA, **others)).world(), "image-permissions")
    assert row.verdict == "fail"
    assert f"got {F}" in row.summary
    assert {(grant.account, grant.holder) for grant in row.missing} == {(TWO, repository(TWO))}


def test_the_own_repository_that_was_not_read_has_what_lambda_adds() -> None:
    made = imaged(ONE, None)
    answer = diagnose(made.world(), F)
    assert found(made.world(), "image-permissions-own").verdict == "pass"
    assert any(repository(ONE) == fact.about for fact in answer.assumes)
    assert found(made.world(strict=True), "image-permissions-own").verdict == "unknown"
    made.gap(FactKind.RESOURCE_POLICY, repository(ONE), "ecr:GetRepositoryPolicy")
    row = found(made.world(), "image-permissions-own")
    assert (row.verdict, row.missing) == ("unknown", ())
    assert "ecr:GetRepositoryPolicy denied" in row.summary


def test_another_account_s_repository_that_was_not_read_is_unknown() -> None:
    for account in (TWO, "999999999999"):
        row = found(imaged(account, None).world(), "image-permissions")
        assert (row.verdict, row.subject) == ("unknown", repository(account))


def test_an_image_whose_address_was_not_read_is_unknown() -> None:
    row = found(imaged(ONE, image=None).world(), "image-permissions-own")
    assert row.verdict == "unknown"
    assert f"the image of `{F}` was not read" in row.summary


# --- network interfaces ---------------------------------------------------------------------------------------------

INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]


def test_a_perimeter_on_the_source_vpc_stops_lambda_from_making_interfaces() -> None:
    """aws-samples/data-perimeter-policy-examples, issue 63: Lambda asks from no VPC of the account's."""
    outside = {"Condition": {"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}}
    made = organized(builder(plain(vpc=IN_VPC), (EVERYTHING,)), scp=deny("ec2:*", "*", Sid="perimeter", **outside))
    row = found(made.world(), "vpc-permissions")
    assert row.verdict == "fail"
    assert {(cited.layer, cited.statement) for cited in row.evidence} == {("scp", "perimeter")}
