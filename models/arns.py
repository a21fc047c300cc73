"""What an ARN says: account, region, service; and which ARN has the policy for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

#: An account's number.
ACCOUNT = re.compile(r"\d{12}", re.ASCII)

#: A service, and what an ARN of it begins with after the account -> what kind of thing that is.
KINDS: Mapping[tuple[str, str], str] = {
    ("iam", "user"): "user",
    ("iam", "role"): "role",
    ("iam", "group"): "group",
    ("iam", "policy"): "policy",
    ("iam", "oidc-provider"): "identity_provider",
    ("iam", "saml-provider"): "identity_provider",
    ("sts", "assumed-role"): "session",
    ("sts", "federated-user"): "federated_user",
    ("lambda", "function"): "function",
    ("lambda", "layer"): "layer",
    ("events", "rule"): "rule",
    ("config", "config-rule"): "rule",
    ("iot", "rule"): "rule",
    ("ses", "receipt-rule-set"): "rule",
    ("events", "event-bus"): "bus",
    ("scheduler", "schedule"): "schedule",
    ("pipes", "pipe"): "pipe",
    ("states", "stateMachine"): "state_machine",
    ("cloudwatch", "alarm"): "alarm",
    ("dynamodb", "table"): "table",
    ("kinesis", "stream"): "stream",
    ("firehose", "deliverystream"): "stream",
    ("kafka", "cluster"): "cluster",
    ("rds", "cluster"): "cluster",
    ("mq", "broker"): "broker",
    ("kms", "key"): "key",
    ("kms", "alias"): "key_alias",
    ("secretsmanager", "secret"): "secret",
    ("logs", "log-group"): "log_group",
    ("appsync", "apis"): "api",
    ("elasticloadbalancing", "targetgroup"): "target_group",
    ("vpc-lattice", "targetgroup"): "target_group",
    ("cloudfront", "distribution"): "distribution",
    ("cognito-idp", "userpool"): "user_pool",
    ("cognito-identity", "identitypool"): "identity_pool",
    ("lex", "bot-alias"): "bot",
    ("lex", "intent"): "bot",
    ("bedrock", "agent"): "agent",
    ("codedeploy", "deploymentgroup"): "deployment_group",
    ("cloudformation", "stack"): "stack",
}

#: Services whose ARNs don't spell the kind of thing.
UNSPELLED: Mapping[str, str] = {
    "s3": "bucket",
    "sns": "topic",
    "sqs": "queue",
    "execute-api": "api",
    "codecommit": "repository",
    "codepipeline": "pipeline",
}


class Parts(NamedTuple):
    """The six parts of an ARN. `resource` is all that follows the account: `function:orders:live`, `role/ops/dev`."""

    scheme: str
    partition: str
    service: str
    region: str
    account: str
    resource: str


@lru_cache(maxsize=65536)
def parts(arn: str) -> Parts | None:
    """The six parts of an ARN, or None for anything else."""
    found = arn.split(":", 5)
    return Parts(*found) if len(found) == 6 and found[0] == "arn" else None


def account_of(arn: str) -> str | None:
    """The account an ARN names, if it names one."""
    found = parts(arn)
    return found.account if found and ACCOUNT.fullmatch(found.account) else None


def region_of(arn: str) -> str | None:
    found = parts(arn)
    return found.region or None if found else None


def partition_of(arn: str) -> str:
    """The ARN's partition; `aws` for what has none, such as a service."""
    found = parts(arn)
    return found.partition if found else "aws"


def service_of(arn: str) -> str | None:
    found = parts(arn)
    return found.service if found else None


def is_role(arn: str) -> bool:
    found = parts(arn)
    return found is not None and found.service == "iam" and found.resource.startswith("role/")


def is_function(arn: str) -> bool:
    found = parts(arn)
    return found is not None and found.service == "lambda" and found.resource.startswith("function:")


def split_function(arn: str) -> tuple[str, str | None]:
    """A function's ARN without its qualifier, and the qualifier."""
    head, _, tail = arn.partition(":function:")
    name, _, qualifier = tail.partition(":")
    return f"{head}:function:{name}", qualifier or None


def unqualified(arn: str) -> str:
    """A function's ARN without its version or alias, any other ARN as it is."""
    return split_function(arn)[0] if is_function(arn) else arn


def url_of(function: str) -> str:
    """The node of the URL that is on a function or alias."""
    return f"url:{function}"


def is_url(node: str) -> bool:
    return node.startswith("url:")


def behind_url(node: str) -> str:
    """The function or alias that a function URL is on; any other node as it is."""
    return node.removeprefix("url:")


def event_bus(rule_arn: str) -> str:
    """The bus that a rule is on: `rule/NAME` is on the default one, `rule/BUS/NAME` on BUS."""
    found = parts(rule_arn)
    if found is None:
        return rule_arn
    # A partner's bus has slashes in its name: everything between `rule/` and the last one.
    name = "/".join(found.resource.split("/")[1:-1]) or "default"
    return ":".join((*found[:5], f"event-bus/{name}"))


def resource_type(arn: str) -> str:
    """`service:kind`, such as `s3:bucket` or `events:rule`; empty for what is no ARN.

    Buckets, topics and queues have no kind in their ARN; with all others it is what stands before the first `/` or
    `:` of the resource.
    """
    found = parts(arn)
    return f"{found.service}:{UNSPELLED.get(found.service) or _first(found.resource)}" if found else ""


def _first(resource: str) -> str:
    return re.split(r"[/:]", resource, maxsplit=1)[0]


def policy_bearer(arn: str) -> str:
    """The ARN of what has the policy for this one: an object's bucket, an index's table, a method's API."""
    found = parts(arn)
    if found is None:
        return arn
    if found.service in ("s3", "execute-api") and "/" in found.resource:
        return ":".join((*found[:5], found.resource.split("/", 1)[0]))
    if found.service == "dynamodb" and "/index/" in found.resource:
        return ":".join((*found[:5], found.resource.split("/index/", 1)[0]))
    # A Kafka cluster's policy speaks of its topics and groups too.
    if found.service == "kafka" and found.resource.startswith(("topic/", "group/", "transactional-id/")):
        return ":".join((*found[:5], "/".join(("cluster", *found.resource.split("/")[1:3]))))
    return arn


def key_arn(key: str, beside: str) -> str:
    """The ARN of a KMS key given by id, alias or ARN, in the account and Region of the resource that uses it."""
    if key.startswith("arn:"):
        return key
    found = parts(beside)
    kind = key if key.startswith("alias/") else f"key/{key}"
    return f"arn:{found[1]}:kms:{found[3]}:{found[4]}:{kind}" if found else key


def short(node: str) -> str:
    """A node's short name, as people write it: `orders:live`, `dev`, `s3.amazonaws.com`."""
    if is_url(node):
        return url_of(short(behind_url(node)))
    found = parts(node)
    if found is None:
        return node.partition(":")[2] or node
    if found.service == "lambda":
        return found.resource.partition(":")[2] or found.resource
    if found.service == "execute-api":
        # The last part of a route's path is nobody's name.
        return found.resource
    return re.split(r"[/:]", found.resource)[-1]


@lru_cache(maxsize=65536)
def kind_of(node: str) -> str:
    """The kind of a node, as pictures and graph answers name it."""
    if node == "anyone":
        return "anyone"
    head = node.partition(":")[0]
    if head in ("service", "account", "url", "kafka"):
        return head
    if head == "federated":
        return "identity_provider"
    found = parts(node)
    return _kind_of_arn(found.service, found.resource) if found else "resource"


def _kind_of_arn(service: str, tail: str) -> str:
    if (service, tail) == ("iam", "root"):
        return "account"
    return KINDS.get((service, _first(tail))) or UNSPELLED.get(service) or service or "resource"
