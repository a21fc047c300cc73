"""The parts of an ARN that say whose, and what, something is."""

from __future__ import annotations

from typing import NamedTuple


class Parts(NamedTuple):
    """An ARN's six parts; all empty but `resource` where it is no ARN."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


#: What the ARN of a resource begins with -> its kind, where the ARN alone doesn't spell it.
_KINDS = {"s3": "bucket", "sns": "topic", "sqs": "queue"}


def parts(arn: str) -> Parts:
    head, *rest = arn.split(":", 5)
    if head != "arn" or len(rest) != 5:
        return Parts("", "", "", "", arn)
    return Parts(*rest)


def resource_type(arn: str) -> str:
    """Return `service:kind`, such as `s3:bucket` or `events:rule`.

    Buckets, topics and queues have no kind in their ARN; with all others it is what stands before the first `/` or
    `:` of the resource.
    """
    part = parts(arn)
    kind = _KINDS.get(part.service) or part.resource.replace(":", "/").split("/", 1)[0]
    return f"{part.service}:{kind}"


def qualifier(arn: str) -> str | None:
    """Return the version or alias at the end of a function's ARN; None without one, and for `$LATEST`."""
    fields = arn.split(":")
    found = fields[7] if len(fields) > 7 else None
    return None if found == "$LATEST" else found


def unqualified(function_arn: str) -> str:
    return ":".join(function_arn.split(":")[:7])


def is_function(arn: str) -> bool:
    part = parts(arn)
    return part.service == "lambda" and part.resource.startswith("function:")


def event_bus(rule_arn: str) -> str:
    """Return the ARN of the bus that a rule is on (`rule/NAME` is on the default one, `rule/BUS/NAME` on BUS)."""
    part = parts(rule_arn)
    fields = part.resource.split("/")
    # A partner's bus has slashes in its name: everything between `rule/` and the last one.
    name = "/".join(fields[1:-1]) or "default"
    return f"arn:{part.partition}:events:{part.region}:{part.account}:event-bus/{name}"


def is_aws_managed(policy_arn: str) -> bool:
    """Whether a managed policy is AWS's own."""
    return parts(policy_arn).account == "aws"
