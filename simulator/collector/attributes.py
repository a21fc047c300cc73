"""What of a resource's attributes is kept: a closed list, so that nothing secret gets in by its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: AWS's names, of all services together: GetQueueAttributes, GetTopicAttributes, GetBucketEncryption, DescribeEventBus,
#: DescribeKey, ListAliases, ListSecrets, DescribeStreamSummary, DescribeTable, DescribeVpcConnection, DescribeBroker,
#: DescribeDBClusters, GetRoutes, GetGraphqlApi.
KEPT = frozenset(
    {
        "AWSAccountId",
        "AuthorizationType",
        "DBClusterParameterGroup",
        "DBSubnetGroup",
        "EncryptionType",
        "FifoQueue",
        "FifoTopic",
        "KMSMasterKeyArn",
        "KMSMasterKeyID",
        "KeyId",
        "KeyManager",
        "KeyState",
        "KmsKeyId",
        "KmsKeyIdentifier",
        "KmsMasterKeyId",
        "Owner",
        "OwningService",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "RotationLambdaARN",
        "SSEAlgorithm",
        "SqsManagedSseEnabled",
        "TargetClusterArn",
        "TargetKeyId",
        "authenticationType",
    }
)

#: Whether an MSK cluster takes IAM, by where it stands: the same is said of the VPC connections to it elsewhere.
IAM_ENABLED = "ClientAuthentication.Sasl.Iam.Enabled"
_IAM_ENABLED_AT = (f".Provisioned.{IAM_ENABLED}", f".Serverless.{IAM_ENABLED}")
_NEEDS_KEY = ("ApiKeyRequired", "apiKeyRequired")


def kept(output: Any) -> dict[str, str]:
    """Return the kept attributes in what AWS printed, however deep they are; of a name that stands twice the first."""
    found: dict[str, str] = {}
    leaves = list(_leaves(output))
    for path, value in leaves:
        if name := _kept_name(path):
            found.setdefault(name, value)
    needs_key = any(path.endswith(_NEEDS_KEY) and value == "true" for path, value in leaves)
    if needs_key and "AuthorizationType" in found:
        found["AuthorizationType"] = with_key(found["AuthorizationType"])
    return dict(sorted(found.items()))


def _kept_name(path: str) -> str | None:
    """The name under which what is at a path is kept, None if it isn't."""
    if path.endswith(_IAM_ENABLED_AT) or path == f".{IAM_ENABLED}":
        return IAM_ENABLED
    name = path.rpartition(".")[2]
    return name if name in KEPT else None


def with_key(manner: str) -> str:
    """How callers are let in who need an API key beside: no longer AWS's word alone, which would be the whole."""
    return f"{manner}, with an API key"


def _leaves(output: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value with the way to it: a dot before each name."""
    if isinstance(output, dict):
        for key, value in output.items():
            yield from _leaves(value, f"{path}.{key}")
    elif isinstance(output, list):
        for value in output:
            yield from _leaves(value, path)
    elif isinstance(output, bool):
        yield path, str(output).lower()
    elif isinstance(output, str | int) and output != "":
        yield path, str(output)
