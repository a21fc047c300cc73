"""How the policy of a bucket, queue, topic, key or whatever else has one is written: a row for each kind.

Sources, as of November 2026: AWS CLI Command Reference, CloudFormation Template Reference and the AWS provider's
documentation, the pages of the operations and types that the rows name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models import arns
from models.snapshot import Resource
from simulator.repair.forms.cli import compact
from simulator.repair.forms.said import Block, Command, Edit, Json, Said

Of = Callable[[arns.Parts], Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """Where the policy of a kind of resource is written.

    `put` and `delete` are commands, `kept` the option that takes the document, in a shape of its own where `shape`
    says so; `delete` None: it can't be left without a policy. `template` and `block` are types of CloudFormation and
    Terraform with the property that holds the document, a path where that is within another. `options`, `properties`
    and `arguments` say which resource it is; `properties` None: the template's type is the resource itself.
    """

    put: tuple[str, str]
    options: Callable[[arns.Parts], dict[str, Any]]
    kept: str
    template: tuple[str, str]
    properties: Callable[[arns.Parts], dict[str, Any]] | None
    block: tuple[str, str]
    arguments: Callable[[arns.Parts], dict[str, Any]]
    delete: tuple[str, dict[str, Any]] | None = None
    shape: Callable[[Any], Any] = Json

    def command(self, parts: arns.Parts, document: Any) -> Command | None:
        service, operation = self.put
        if document is not None:
            return Command(service, operation, {**self.options(parts), self.kept: self.shape(document)})
        if self.delete is None:
            return None
        operation, more = self.delete
        common = {name: value for name, value in self.options(parts).items() if name not in _ONLY_TO_PUT}
        return Command(service, operation, {**common, **more})

    def declared(self, parts: arns.Parts, document: Any, *, is_there: bool) -> tuple[Said, Said]:
        """In a template, and in Terraform."""
        kind, held = self.template
        block, argument = self.block
        name, identified = _name(parts), self.arguments(parts)
        imported = str(next(iter(identified.values()))) if is_there else None
        if document is None:
            gone = Edit(block, name, None)
            return (Edit(kind, name, None) if self.properties else Edit(kind, name, _at(held, None))), gone
        wanted = Json(document)
        said = Block(block, {**identified, argument: wanted}, imported)
        if self.properties is None:
            return Edit(kind, name, _at(held, wanted)), said
        return Block(kind, {**self.properties(parts), held: wanted}, imported), said


def _at(held: str, document: Json | None) -> dict[str, Any]:
    """A property, which may be one of a property's, with the document; without one all of it goes."""
    *outer, inner = held.split(".")
    value: Any = document if not outer or document is None else {inner: document}
    for name in reversed(outer[1:]):
        value = {name: value}
    return {outer[0] if outer else inner: value}


#: Options of a command that puts a policy which the one that deletes it doesn't have.
_ONLY_TO_PUT = {"attribute-name", "policy-name"}


def writing(resource: Resource) -> Writing | None:
    """The row for a resource; None: how its policy is written isn't known here."""
    parts = arns.parts(resource.arn)
    return _ROWS.get((parts.service, _head(parts))) or _ROWS.get((parts.service, "")) if parts else None


def _head(parts: arns.Parts) -> str:
    kind = parts.resource.split("/")[0].split(":")[0]
    return "stream" if parts.service == "dynamodb" and "/stream/" in parts.resource else kind


def _name(parts: arns.Parts) -> str:
    """What follows the kind, of an ARN that says one."""
    for sign in ("/", ":"):
        if sign in parts.resource:
            return parts.resource.partition(sign)[2]
    return parts.resource


def _arn(parts: arns.Parts) -> str:
    return ":".join(parts)


def _queue_url(parts: arns.Parts) -> str:
    """Source: Amazon SQS Developer Guide, "Queue and message identifiers"."""
    suffix = "amazonaws.com.cn" if parts.partition == "aws-cn" else "amazonaws.com"
    return f"https://sqs.{parts.region}.{suffix}/{parts.account}/{parts.resource}"


def _of_api(document: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": "/policy", "value": compact(document)}]


def _of_queue(document: Any) -> dict[str, str]:
    return {"Policy": compact(document)}


_ROWS: dict[tuple[str, str], Writing] = {
    ("s3", ""): Writing(
        ("s3api", "put-bucket-policy"),
        lambda parts: {"bucket": parts.resource},
        "policy",
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        lambda parts: {"Bucket": parts.resource},
        ("aws_s3_bucket_policy", "policy"),
        lambda parts: {"bucket": parts.resource},
        ("delete-bucket-policy", {}),
    ),
    ("sqs", ""): Writing(
        ("sqs", "set-queue-attributes"),
        lambda parts: {"queue-url": _queue_url(parts)},
        "attributes",
        ("AWS::SQS::QueuePolicy", "PolicyDocument"),
        lambda parts: {"Queues": [_queue_url(parts)]},
        ("aws_sqs_queue_policy", "policy"),
        lambda parts: {"queue_url": _queue_url(parts)},
        ("set-queue-attributes", {"attributes": {"Policy": ""}}),
        _of_queue,
    ),
    ("sns", ""): Writing(
        ("sns", "set-topic-attributes"),
        lambda parts: {"topic-arn": _arn(parts), "attribute-name": "Policy"},
        "attribute-value",
        ("AWS::SNS::TopicPolicy", "PolicyDocument"),
        lambda parts: {"Topics": [_arn(parts)]},
        ("aws_sns_topic_policy", "policy"),
        lambda parts: {"arn": _arn(parts)},
    ),
    ("kms", "key"): Writing(
        ("kms", "put-key-policy"),
        lambda parts: {"key-id": _name(parts), "policy-name": "default"},
        "policy",
        ("AWS::KMS::Key", "KeyPolicy"),
        None,
        ("aws_kms_key_policy", "policy"),
        lambda parts: {"key_id": _name(parts)},
    ),
    ("secretsmanager", "secret"): Writing(
        ("secretsmanager", "put-resource-policy"),
        lambda parts: {"secret-id": _arn(parts)},
        "resource-policy",
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
        lambda parts: {"SecretId": _arn(parts)},
        ("aws_secretsmanager_secret_policy", "policy"),
        lambda parts: {"secret_arn": _arn(parts)},
        ("delete-resource-policy", {}),
    ),
    ("ecr", "repository"): Writing(
        ("ecr", "set-repository-policy"),
        lambda parts: {"registry-id": parts.account, "repository-name": _name(parts)},
        "policy-text",
        ("AWS::ECR::Repository", "RepositoryPolicyText"),
        None,
        ("aws_ecr_repository_policy", "policy"),
        lambda parts: {"repository": _name(parts)},
        ("delete-repository-policy", {}),
    ),
    ("kinesis", "stream"): Writing(
        ("kinesis", "put-resource-policy"),
        lambda parts: {"resource-arn": _arn(parts)},
        "policy",
        ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
        lambda parts: {"ResourceArn": _arn(parts)},
        ("aws_kinesis_resource_policy", "policy"),
        lambda parts: {"resource_arn": _arn(parts)},
        ("delete-resource-policy", {}),
    ),
    ("dynamodb", "table"): Writing(
        ("dynamodb", "put-resource-policy"),
        lambda parts: {"resource-arn": _arn(parts)},
        "policy",
        ("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument"),
        None,
        ("aws_dynamodb_resource_policy", "policy"),
        lambda parts: {"resource_arn": _arn(parts)},
        ("delete-resource-policy", {}),
    ),
    ("dynamodb", "stream"): Writing(
        ("dynamodb", "put-resource-policy"),
        lambda parts: {"resource-arn": _arn(parts)},
        "policy",
        ("AWS::DynamoDB::Table", "StreamSpecification.ResourcePolicy.PolicyDocument"),
        None,
        ("aws_dynamodb_resource_policy", "policy"),
        lambda parts: {"resource_arn": _arn(parts)},
        ("delete-resource-policy", {}),
    ),
    ("kafka", "cluster"): Writing(
        ("kafka", "put-cluster-policy"),
        lambda parts: {"cluster-arn": _arn(parts)},
        "policy",
        ("AWS::MSK::ClusterPolicy", "Policy"),
        lambda parts: {"ClusterArn": _arn(parts)},
        ("aws_msk_cluster_policy", "policy"),
        lambda parts: {"cluster_arn": _arn(parts)},
        ("delete-cluster-policy", {}),
    ),
    ("elasticfilesystem", "file-system"): Writing(
        ("efs", "put-file-system-policy"),
        lambda parts: {"file-system-id": _name(parts)},
        "policy",
        ("AWS::EFS::FileSystem", "FileSystemPolicy"),
        None,
        ("aws_efs_file_system_policy", "policy"),
        lambda parts: {"file_system_id": _name(parts)},
        ("delete-file-system-policy", {}),
    ),
    ("events", "event-bus"): Writing(
        ("events", "put-permission"),
        lambda parts: {"event-bus-name": _name(parts)},
        "policy",
        ("AWS::Events::EventBus", "Policy"),
        None,
        ("aws_cloudwatch_event_bus_policy", "policy"),
        lambda parts: {"event_bus_name": _name(parts)},
        ("remove-permission", {"remove-all-permissions": True}),
    ),
    ("ec2", "vpc-endpoint"): Writing(
        ("ec2", "modify-vpc-endpoint"),
        lambda parts: {"vpc-endpoint-id": _name(parts)},
        "policy-document",
        ("AWS::EC2::VPCEndpoint", "PolicyDocument"),
        None,
        ("aws_vpc_endpoint_policy", "policy"),
        lambda parts: {"vpc_endpoint_id": _name(parts)},
    ),
    ("execute-api", ""): Writing(
        ("apigateway", "update-rest-api"),
        lambda parts: {"rest-api-id": parts.resource},
        "patch-operations",
        ("AWS::ApiGateway::RestApi", "Policy"),
        None,
        ("aws_api_gateway_rest_api_policy", "policy"),
        lambda parts: {"rest_api_id": parts.resource},
        shape=_of_api,
    ),
}
