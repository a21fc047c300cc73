"""What an ARN says: account, region, service; and which ARN has the policy for it."""

from __future__ import annotations

import re

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def parts(arn: str) -> tuple[str, str, str, str, str, str] | None:
    """The six parts of an ARN, or None for anything else."""
    found = arn.split(":", 5)
    if len(found) < 6 or found[0] != "arn":
        return None
    return (found[0], found[1], found[2], found[3], found[4], found[5])


def account_of(arn: str) -> str | None:
    """The account an ARN names, if it names one."""
    found = parts(arn)
    return found[4] if found and _ACCOUNT.fullmatch(found[4]) else None


def region_of(arn: str) -> str | None:
    found = parts(arn)
    return found[3] or None if found else None


def partition_of(arn: str) -> str:
    """The ARN's partition; `aws` for what has none, such as a service."""
    found = parts(arn)
    return found[1] if found else "aws"


def service_of(arn: str) -> str | None:
    found = parts(arn)
    return found[2] if found else None


def is_role(arn: str) -> bool:
    found = parts(arn)
    return found is not None and found[2] == "iam" and found[5].startswith("role/")


def is_function(arn: str) -> bool:
    found = parts(arn)
    return found is not None and found[2] == "lambda" and found[5].startswith("function:")


def split_function(arn: str) -> tuple[str, str | None]:
    """A function's ARN without its qualifier, and the qualifier."""
    head, _, tail = arn.partition(":function:")
    name, _, qualifier = tail.partition(":")
    return f"{head}:function:{name}", qualifier or None


def policy_bearer(arn: str) -> str:
    """The ARN of what has the policy for this one: an object's bucket, an index's table."""
    found = parts(arn)
    if found is None:
        return arn
    if found[2] == "s3" and "/" in found[5]:
        return ":".join((*found[:5], found[5].split("/", 1)[0]))
    if found[2] == "dynamodb" and "/index/" in found[5]:
        return ":".join((*found[:5], found[5].split("/index/", 1)[0]))
    return arn


def short(node: str) -> str:
    """A node's short name, as people write it: `orders:live`, `dev`, `s3.amazonaws.com`."""
    found = parts(node)
    if found is None:
        return node.partition(":")[2] or node
    tail = found[5]
    if found[2] == "lambda":
        return tail.partition(":")[2] or tail
    return re.split(r"[/:]", tail)[-1]


def kind_of(node: str) -> str:
    """The kind of a node, as pictures and graph answers name it."""
    if node == "anyone":
        return "anyone"
    head = node.partition(":")[0]
    if head in ("service", "account", "url"):
        return head
    if head == "federated":
        return "identity_provider"
    found = parts(node)
    return _kind_of_arn(found[2], found[5]) if found else "resource"


def _kind_of_arn(service: str, tail: str) -> str:
    table = {
        ("iam", "user"): "user",
        ("iam", "role"): "role",
        ("iam", "group"): "group",
        ("iam", "policy"): "policy",
        ("iam", "oidc-provider"): "identity_provider",
        ("iam", "saml-provider"): "identity_provider",
        ("sts", "assumed-role"): "session",
        ("lambda", "function"): "function",
        ("lambda", "layer"): "layer",
        ("events", "rule"): "rule",
        ("events", "event-bus"): "bus",
        ("dynamodb", "table"): "table",
        ("kinesis", "stream"): "stream",
        ("kms", "key"): "key",
        ("secretsmanager", "secret"): "secret",
        ("logs", "log-group"): "log_group",
    }
    if (service, tail) == ("iam", "root"):
        return "account"
    by_service = {"s3": "bucket", "sqs": "queue", "sns": "topic"}
    return table.get((service, re.split(r"[/:]", tail)[0])) or by_service.get(service) or service or "resource"
