"""Facts about single services: who supports RCPs, what can't be changed, what a function policy can give.

Sources: Organizations User Guide, "Resource control policies (RCPs)"; Lambda Developer Guide, "Viewing resource-based
IAM policies in Lambda"; IAM User Guide, "IAM identifiers" and "Managed policies and inline policies"; KMS Developer
Guide, "Aliases in AWS KMS".
"""

from __future__ import annotations

from functools import lru_cache

from models import arns
from simulator.facts.load import load

#: The Lambda actions, in lower case, that a function policy can give to callers of another account. Any other needs a
#: role in the function's account. AWS's list says `Invoke`, the operation of lambda:InvokeFunction.
CROSS_ACCOUNT_FUNCTION_ACTIONS: frozenset[str] = frozenset(
    f"lambda:{name.lower()}"
    for name in (
        "CreateAlias",
        "DeleteAlias",
        "DeleteFunction",
        "DeleteFunctionConcurrency",
        "DeleteFunctionEventInvokeConfig",
        "DeleteProvisionedConcurrencyConfig",
        "GetAlias",
        "GetFunction",
        "GetFunctionConcurrency",
        "GetFunctionConfiguration",
        "GetFunctionEventInvokeConfig",
        "GetPolicy",
        "GetProvisionedConcurrencyConfig",
        "InvokeFunction",
        "InvokeFunctionUrl",
        "ListAliases",
        "ListFunctionEventInvokeConfigs",
        "ListProvisionedConcurrencyConfigs",
        "ListTags",
        "ListVersionsByFunction",
        "PublishVersion",
        "PutFunctionConcurrency",
        "PutFunctionEventInvokeConfig",
        "PutProvisionedConcurrencyConfig",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateFunctionCode",
        "UpdateFunctionEventInvokeConfig",
    )
)

#: Actions, in lower case, that change or pass a role (not sts:AssumeRole: taking one is not changing it).
ROLE_CHANGES: frozenset[str] = frozenset(
    f"iam:{name.lower()}"
    for name in (
        "AttachRolePolicy",
        "CreateRole",
        "CreateServiceLinkedRole",
        "DeleteRole",
        "DeleteRolePermissionsBoundary",
        "DeleteRolePolicy",
        "DeleteServiceLinkedRole",
        "DetachRolePolicy",
        "PassRole",
        "PutRolePermissionsBoundary",
        "PutRolePolicy",
        "TagRole",
        "UntagRole",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "UpdateRoleDescription",
    )
)

#: Actions that change a managed policy (not attaching one: that changes the holder).
POLICY_CHANGES: frozenset[str] = frozenset(
    f"iam:{name.lower()}"
    for name in (
        "CreatePolicy",
        "CreatePolicyVersion",
        "DeletePolicy",
        "DeletePolicyVersion",
        "SetDefaultPolicyVersion",
        "TagPolicy",
        "UntagPolicy",
    )
)

ALIAS_CHANGES: frozenset[str] = frozenset({"kms:createalias", "kms:updatealias", "kms:deletealias"})


@lru_cache(maxsize=1)
def _rcp_services() -> frozenset[str]:
    return frozenset(load("rcp_services.json")["services"])


def supports_rcp(action: str) -> bool:
    """Tell whether resource control policies bind an action: whether its service supports them. Lambda doesn't."""
    return action.partition(":")[0].lower() in _rcp_services()


def cannot_be_changed(action: str, resource_arn: str) -> str | None:
    """Return why nobody may do this to this resource, whatever is allowed; None: somebody may.

    Asked for every request, so that the usual resource costs three searches in a string.
    """
    if ":role/aws-reserved/" in resource_arn:
        if action.lower() in ROLE_CHANGES:
            return f"roles under `/aws-reserved/` belong to AWS: nobody can change or pass `{resource_arn}`"
    elif ":iam::aws:policy/" in resource_arn:
        if action.lower() in POLICY_CHANGES:
            return f"`{resource_arn}` is an AWS managed policy: nobody else can change it"
    elif ":alias/aws/" in resource_arn and action.lower() in ALIAS_CHANGES:
        return f"aliases under `alias/aws/` belong to AWS: nobody can create, update or delete `{resource_arn}`"
    return None


def is_aws_managed_key_alias(arn: str) -> bool:
    """Tell whether an ARN is a KMS alias of AWS's own, which stands for an AWS managed key."""
    found = arns.parts(arn)
    return found is not None and found.service == "kms" and found.resource.startswith("alias/aws/")
