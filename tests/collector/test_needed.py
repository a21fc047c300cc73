"""What functions need of repositories and file systems, as AWS answers; and what is refused.

Sources: Amazon ECR API Reference, "GetRepositoryPolicy"; Amazon EFS API Reference, "DescribeAccessPoints" and
"DescribeFileSystemPolicy"; S3 Files API Reference, "GetFileSystem" and "GetFileSystemPolicy".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from models.decision import FactKind
from models.snapshot import Resource, Snapshot
from simulator.answers.diagnose import diagnose
from simulator.collector import needed, shapes
from simulator.collector.builder import SnapshotBuilder
from simulator.collector.functions import FunctionFacts
from simulator.collector.reader import Reader
from simulator.collector.saved import collect_saved
from simulator.world import World
from tests.collector.cli_files import write
from tests.collector.recorded import Answers, RecordedSession, refused

#: moto's own.
ACCOUNT = "123456789012"
REGION = "eu-west-1"
ORDERS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop@sha256:00"
FILES = f"arn:aws:s3files:{REGION}:{ACCOUNT}:file-system/fs-0123456789abcdef0"
POINT = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-0123456789abcdef0"
PULLS = {
    "Sid": "lambda",
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
}
Read = Callable[[Reader, str], str]


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def read(how: Read, session: Any, *, image: str | None = None, file_system: str | None = None) -> Snapshot:
    """What is read for one function, whose role trusts Lambda and may do nothing."""
    builder = SnapshotBuilder()
    builder.account(ACCOUNT)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = {"Arn": ROLE, "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
    builder.authorization_details(ACCOUNT, shapes.AuthorizationDetails.model_validate({"RoleDetailList": [role]}))
    configuration: dict[str, Any] = {"FunctionName": "orders", "FunctionArn": ORDERS, "Role": ROLE}
    if image:
        configuration["PackageType"] = "Image"
    if file_system:
        configuration["FileSystemConfigs"] = [{"Arn": file_system, "LocalMountPath": "/mnt/a"}]
        configuration["VpcConfig"] = {"VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": []}
    found = FunctionFacts(shapes.FunctionConfiguration.model_validate(configuration), image_uri=image)
    builder.function(found)
    how(Reader(session, ACCOUNT, "aws", builder), REGION)
    return builder.build(datetime.now(UTC), "collected")


def resource(snapshot: Snapshot, arn: str) -> Resource:
    return next(one for one in snapshot.resources if one.arn == arn)


def verdict(snapshot: Snapshot, check: str) -> str:
    (row,) = [row for row in diagnose(World(snapshot), ORDERS).findings if row.check == check]
    return row.verdict


def gaps(snapshot: Snapshot) -> set[tuple[FactKind, str, str]]:
    return {(gap.what, gap.about, gap.call) for gap in snapshot.gaps}


# --- repositories, on moto ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_policy, expected", [(True, "pass"), (False, "warning")])
def test_the_policy_of_the_repository_of_an_image_is_read(has_policy: bool, expected: str) -> None:
    with mock_aws():
        session = boto3.Session("key", "secret", region_name=REGION)
        ecr = session.client("ecr")
        for name in ("shop", "unused"):
            ecr.create_repository(repositoryName=name)
        if has_policy:
            ecr.set_repository_policy(repositoryName="shop", policyText=document(PULLS))
        snapshot = read(needed.read_repositories, session, image=IMAGE)
    assert [one.arn for one in snapshot.resources] == [REPOSITORY]
    assert snapshot.gaps == ()
    assert verdict(snapshot, "image-permissions-own") == expected


def test_a_refused_repository_policy_is_a_gap_and_the_image_unknown() -> None:
    answers: Answers = {"ecr:GetRepositoryPolicy": refused("AccessDeniedException", 400)}
    snapshot = read(needed.read_repositories, RecordedSession(answers), image=IMAGE)
    assert gaps(snapshot) == {(FactKind.RESOURCE_POLICY, REPOSITORY, "ecr:GetRepositoryPolicy")}
    assert verdict(snapshot, "image-permissions-own") == "unknown"


def test_nothing_is_asked_of_what_is_elsewhere() -> None:
    for image in (None, IMAGE.replace(ACCOUNT, "999999999999"), IMAGE.replace(REGION, "us-east-1")):
        assert read(needed.read_repositories, RecordedSession({}), image=image).resources == ()
    for how in (needed.read_access_points, needed.read_s3_file_systems):
        assert read(how, RecordedSession({})).resources == ()


# --- Amazon EFS, on moto --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_policy, expected", [(True, "fail"), (False, "pass")])
def test_an_access_point_is_followed_to_its_file_system_and_its_policy(has_policy: bool, expected: str) -> None:
    with mock_aws():
        session = boto3.Session("key", "secret", region_name=REGION)
        efs = session.client("efs")
        made = efs.create_file_system(CreationToken="t")
        point = efs.create_access_point(ClientToken="t", FileSystemId=made["FileSystemId"])["AccessPointArn"]
        if has_policy:
            other = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}
            lets = document({"Effect": "Allow", "Principal": other, "Action": "*", "Resource": "*"})
            efs.put_file_system_policy(FileSystemId=made["FileSystemId"], Policy=lets)
        snapshot = read(needed.read_access_points, session, file_system=point)
    assert resource(snapshot, point).attributes == {"FileSystemId": made["FileSystemId"]}
    assert bool(resource(snapshot, made["FileSystemArn"]).policy) == has_policy
    assert snapshot.gaps == ()
    assert verdict(snapshot, "file-system-mount") == expected


@pytest.mark.parametrize(
    "call, what",
    [
        pytest.param("efs:DescribeAccessPoints", FactKind.ATTRIBUTES, id="which file system it leads to"),
        pytest.param("efs:DescribeFileSystemPolicy", FactKind.RESOURCE_POLICY, id="the file system's policy"),
    ],
)
def test_what_is_refused_of_a_file_system_makes_its_mount_unknown(call: str, what: FactKind) -> None:
    answers: Answers = {
        "efs:DescribeAccessPoints": {
            "AccessPoints": [{"AccessPointArn": POINT, "FileSystemId": "fs-0123456789abcdef0"}]
        },
        "efs:DescribeFileSystemPolicy": refused("PolicyNotFound", 404),
        call: refused("AccessDeniedException", 403),
    }
    snapshot = read(needed.read_access_points, RecordedSession(answers), file_system=POINT)
    assert {(kind, name) for kind, _, name in gaps(snapshot)} == {(what, call)}
    assert verdict(snapshot, "file-system-mount") == "unknown"


# --- Amazon S3 Files ------------------------------------------------------------------------------------------------

DESCRIBED: dict[str, Any] = {
    "fileSystemId": "fs-0123456789abcdef0",
    "bucket": "arn:aws:s3:::pictures",
    "roleArn": ROLE,
    "ownerId": ACCOUNT,
}


def test_a_file_system_of_s3_files_is_read_with_its_bucket_and_its_policy() -> None:
    lets = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3files:ClientMount", "Resource": "*"}
    answers: Answers = {
        "s3files:GetFileSystem": DESCRIBED,
        "s3files:GetFileSystemPolicy": {"fileSystemId": "fs-0123456789abcdef0", "policy": document(lets)},
    }
    snapshot = read(needed.read_s3_file_systems, RecordedSession(answers), file_system=f"{FILES}/access-point/fsap-1")
    assert resource(snapshot, FILES).attributes == {"bucket": "arn:aws:s3:::pictures"}
    assert (verdict(snapshot, "file-system-mount"), verdict(snapshot, "file-system-write")) == ("pass", "warning")


def test_a_file_system_of_s3_files_without_a_policy_has_none() -> None:
    answers: Answers = {
        "s3files:GetFileSystem": DESCRIBED,
        "s3files:GetFileSystemPolicy": refused("ResourceNotFoundException", 404),
    }
    snapshot = read(needed.read_s3_file_systems, RecordedSession(answers), file_system=f"{FILES}/access-point/fsap-1")
    assert (snapshot.gaps, resource(snapshot, FILES).policy) == ((), None)
    assert verdict(snapshot, "file-system-mount") == "fail"


# --- from files -----------------------------------------------------------------------------------------------------


def test_the_same_is_read_from_what_the_aws_cli_printed(tmp_path: Path) -> None:
    write(tmp_path / "account.json", {"account": ACCOUNT, "region": REGION})
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = {"Arn": ROLE, "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
    write(tmp_path / "authorization-details.json", {"RoleDetailList": [role]})
    configuration: dict[str, Any] = {"FunctionName": "orders", "FunctionArn": ORDERS, "Role": ROLE}
    configuration["PackageType"] = "Image"
    configuration["FileSystemConfigs"] = [{"Arn": POINT, "LocalMountPath": "/mnt/a"}]
    write(tmp_path / "functions/orders.json", {"configuration": configuration, "image_uri": IMAGE})
    policies = {"shop": {"repositoryName": "shop", "policyText": document(PULLS)}}
    write(tmp_path / "calls/ecr/get-repository-policy.json", policies)
    points = {"AccessPoints": [{"AccessPointArn": POINT, "FileSystemId": "fs-1"}]}
    write(tmp_path / "calls/efs/describe-access-points.json", {POINT.rpartition("/")[2]: points})
    write(tmp_path / "calls/efs/describe-file-system-policy.json", {})
    snapshot = collect_saved(tmp_path)
    assert verdict(snapshot, "image-permissions-own") == "pass"
    assert resource(snapshot, POINT).attributes == {"FileSystemId": "fs-1"}
    assert resource(snapshot, f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-1").policy is None
