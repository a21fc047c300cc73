"""Every call that the live collector makes, in one table: the README's read-only policy is generated from it.

Sources: Service Authorization Reference (which IAM action a call asks for), and each service's API Reference.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One API call: botocore's name of the service, the operation, the IAM actions it asks for, what it is made for.

    `result` is the list in its output that is read, None where the output is one thing. `actions` is empty where AWS
    asks for none.
    """

    service: str
    operation: str
    actions: tuple[str, ...]
    reason: str
    result: str | None = None

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


_TABLE: tuple[tuple[str, str, str, str, str | None], ...] = (
    # service, operation, IAM actions (none: never asked for), reason, list that is read
    ("sts", "GetCallerIdentity", "", "whose account the credentials are in", None),
    ("sts", "AssumeRole", "sts:AssumeRole", "the credentials of each --assume-role", None),
    ("iam", "GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails", "users, roles, policies", None),
    ("iam", "ListAccountAliases", "iam:ListAccountAliases", "the account's name", "AccountAliases"),
    (
        "iam",
        "ListOpenIDConnectProviders",
        "iam:ListOpenIDConnectProviders",
        "web identity",
        "OpenIDConnectProviderList",
    ),
    ("iam", "GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", "its address and audiences", None),
    ("iam", "ListSAMLProviders", "iam:ListSAMLProviders", "SAML federation", "SAMLProviderList"),
    ("lambda", "ListFunctions", "lambda:ListFunctions", "functions and their configuration", "Functions"),
    ("lambda", "GetFunction", "lambda:GetFunction", "a container image's address; asked for images only", None),
    ("lambda", "ListTags", "lambda:ListTags", "functions' tags", None),
    ("lambda", "ListVersionsByFunction", "lambda:ListVersionsByFunction", "versions", "Versions"),
    ("lambda", "ListAliases", "lambda:ListAliases", "aliases", "Aliases"),
    ("lambda", "GetPolicy", "lambda:GetPolicy", "function policies", None),
    ("lambda", "ListFunctionUrlConfigs", "lambda:ListFunctionUrlConfigs", "function URLs", "FunctionUrlConfigs"),
    ("lambda", "GetFunctionUrlConfig", "lambda:GetFunctionUrlConfig", "the same, where they can't be listed", None),
    (
        "lambda",
        "ListFunctionEventInvokeConfigs",
        "lambda:ListFunctionEventInvokeConfigs",
        "destinations of asynchronous invocations",
        "FunctionEventInvokeConfigs",
    ),
    ("lambda", "ListEventSourceMappings", "lambda:ListEventSourceMappings", "mappings", "EventSourceMappings"),
    ("lambda", "ListLayers", "lambda:ListLayers", "layers", "Layers"),
    ("lambda", "ListLayerVersions", "lambda:ListLayerVersions", "layers' versions", "LayerVersions"),
    ("lambda", "GetLayerVersionPolicy", "lambda:GetLayerVersionPolicy", "layer versions' policies", None),
    ("s3", "ListBuckets", "s3:ListAllMyBuckets", "buckets", "Buckets"),
    ("s3", "GetBucketLocation", "s3:GetBucketLocation", "a bucket's region", None),
    ("s3", "GetBucketNotificationConfiguration", "s3:GetBucketNotification", "what a bucket invokes", None),
    ("s3", "GetBucketPolicy", "s3:GetBucketPolicy", "bucket policies", None),
    ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration", "a bucket's KMS key", None),
    ("s3", "GetBucketTagging", "s3:GetBucketTagging", "buckets' tags", "TagSet"),
    ("sns", "ListTopics", "sns:ListTopics", "topics", "Topics"),
    ("sns", "GetTopicAttributes", "sns:GetTopicAttributes", "topics' policies and KMS keys", None),
    ("sns", "ListTagsForResource", "sns:ListTagsForResource", "topics' tags", "Tags"),
    ("sns", "ListSubscriptions", "sns:ListSubscriptions", "what a topic invokes", "Subscriptions"),
    ("sqs", "ListQueues", "sqs:ListQueues", "queues", "QueueUrls"),
    ("sqs", "GetQueueAttributes", "sqs:GetQueueAttributes", "queues' policies and KMS keys", None),
    ("sqs", "ListQueueTags", "sqs:ListQueueTags", "queues' tags", None),
    ("events", "ListEventBuses", "events:ListEventBuses", "event buses and their policies", "EventBuses"),
    ("events", "ListRules", "events:ListRules", "rules", "Rules"),
    ("events", "ListTargetsByRule", "events:ListTargetsByRule", "what a rule invokes", "Targets"),
    ("events", "ListTagsForResource", "events:ListTagsForResource", "buses' and rules' tags", "Tags"),
    ("organizations", "DescribeOrganization", "organizations:DescribeOrganization", "the organization", None),
    ("organizations", "ListRoots", "organizations:ListRoots", "its root, and the policy types switched on", "Roots"),
    (
        "organizations",
        "ListOrganizationalUnitsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        "its OUs",
        "OrganizationalUnits",
    ),
    ("organizations", "ListAccountsForParent", "organizations:ListAccountsForParent", "its accounts", "Accounts"),
    ("organizations", "ListPolicies", "organizations:ListPolicies", "SCPs and RCPs", "Policies"),
    ("organizations", "DescribePolicy", "organizations:DescribePolicy", "their documents", None),
    ("organizations", "ListTargetsForPolicy", "organizations:ListTargetsForPolicy", "what they are on", "Targets"),
)

#: `service:Operation` -> the call. A call that isn't in it can't be made.
CALLS: dict[str, Call] = {
    call.name: call
    for call in (
        Call(service, operation, tuple(actions.split()), reason, result)
        for service, operation, actions, reason, result in _TABLE
    )
}

#: Services with resource-based policies that are not read.
#: Source: IAM User Guide, "AWS services that work with IAM", column resource-based policies.
UNREAD_POLICIES: tuple[str, ...] = (
    "acm-pca",
    "backup",
    "codeartifact",
    "codebuild",
    "dynamodb",
    "ecr",
    "ecr-public",
    "elasticfilesystem",
    "es",
    "execute-api",
    "glacier",
    "glue",
    "iot",
    "kafka",
    "kinesis",
    "kms",
    "logs",
    "s3-object-lambda",
    "s3-outposts",
    "s3express",
    "s3tables",
    "schemas",
    "secretsmanager",
    "ses",
    "vpc-lattice",
    "xray",
)
