"""What functions' features need and nothing else tells of: the repositories of their images, and their file systems.

Read last: the function may be of another account than what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from models import arns
from models.decision import FactKind
from simulator.collector.reader import Fact, Reader
from simulator.collector.resources import add_policy, policy_of
from simulator.edges.needed_on import repository_of, s3_file_systems

#: Errors that say "it has no policy".
_NO_REPOSITORY_POLICY = ("RepositoryPolicyNotFoundException",)
_NO_FILE_SYSTEM_POLICY = ("PolicyNotFound",)
_NO_S3_FILES_POLICY = ("ResourceNotFoundException",)


def read_repositories(reader: Reader, region: str) -> str:
    """Read the policies of the account's repositories in a Region that functions have their images from."""
    repositories = _here(reader, region, "ecr", map(repository_of, reader.builder.functions))
    for arn in repositories:
        name = arn.partition(":repository/")[2]
        asked = {"repositoryName": name}
        found = reader.one("ecr:GetRepositoryPolicy", policy_of(arn), region, absent=_NO_REPOSITORY_POLICY, **asked)
        add_policy(reader, arn, found, "policyText")
    return f"{len(repositories)} repositories of images"


def read_access_points(reader: Reader, region: str) -> str:
    """Read to which file systems of Amazon EFS the access points of functions lead, and the policies of these."""
    points = _here(reader, region, "elasticfilesystem", _mounted(reader))
    file_systems: dict[str, str] = {}
    for arn in points:
        asked = {"AccessPointId": arn.rpartition("/")[2]}
        for entry in reader.many("efs:DescribeAccessPoints", Fact(FactKind.ATTRIBUTES, arn), region, **asked):
            name = str(entry["FileSystemId"])
            reader.builder.resource(arn, attributes={"FileSystemId": name})
            file_systems[f"{arn.rpartition(':')[0]}:file-system/{name}"] = name
    for arn, name in sorted(file_systems.items()):
        fact, none = policy_of(arn), _NO_FILE_SYSTEM_POLICY
        found = reader.one("efs:DescribeFileSystemPolicy", fact, region, absent=none, FileSystemId=name)
        add_policy(reader, arn, found)
    return f"{len(points)} access points of file systems"


def read_s3_file_systems(reader: Reader, region: str) -> str:
    """Read which buckets are behind the file systems of Amazon S3 Files that functions have, and their policies."""
    used = chain.from_iterable(map(s3_file_systems, reader.builder.functions))
    file_systems = _here(reader, region, "s3files", used)
    for arn in file_systems:
        asked = {"fileSystemId": arn.rpartition("/")[2]}
        told = reader.one("s3files:GetFileSystem", Fact(FactKind.ATTRIBUTES, arn), region, **asked)
        if told and told.get("bucket"):
            reader.builder.resource(arn, attributes={"bucket": str(told["bucket"])})
        found = reader.one("s3files:GetFileSystemPolicy", policy_of(arn), region, absent=_NO_S3_FILES_POLICY, **asked)
        add_policy(reader, arn, found, "policy")
    return f"{len(file_systems)} file systems of buckets"


def _mounted(reader: Reader) -> Iterable[str]:
    return chain.from_iterable(function.file_systems for function in reader.builder.functions)


def _here(reader: Reader, region: str, service: str, named: Iterable[str | None]) -> list[str]:
    """Those of a service, in the account and Region, each once."""
    place = (service, region, reader.account)
    return sorted({arn for arn in named if arn and (found := arns.parts(arn)) and found[2:5] == place})
