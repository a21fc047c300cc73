"""Statements of a resource's policy that don't say which resource they are about.

Sources: IAM User Guide, "IAM JSON policy elements: Resource"; KMS API Reference, PutKeyPolicy.
"""

from __future__ import annotations

from msgspec import structs

from models import arns
from models.policy import Policy, Statement


def on_resource(policy: Policy, arn: str) -> Policy:
    """The policy as it counts on a resource: a statement without Resource is about what it is on.

    One on a function is about none of its versions and aliases, for which the same policy is read. In a key policy it
    has no effect.
    """
    if not any(map(_says_none, policy.statements)):
        return policy
    return structs.replace(policy, statements=tuple(_about(arn, one) for one in policy.statements), memo={})


def _says_none(statement: Statement) -> bool:
    return statement.resources is None and statement.not_resources is None


def _about(arn: str, statement: Statement) -> Statement:
    service = arns.service_of(arn)
    if not _says_none(statement) or service not in ("lambda", "kms"):
        return statement
    return structs.replace(statement, resource=arn if service == "lambda" else ())
