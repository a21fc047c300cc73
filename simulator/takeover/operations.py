"""What managing a function takes: for each operation the actions that the function's configuration calls for.

Sources: Lambda Developer Guide, the pages that the rows name; Service Authorization Reference (resources, conditions).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class At(StrEnum):
    """What an action is asked on; there may be none of it, or several."""

    FUNCTION = "the function"
    ROLE = "the execution role"
    NEW_ROLE = "the role that it is to have"
    LAYERS = "each layer that it uses"
    ANYTHING = "*"
    NETWORK = "*, where it is connected to a VPC"
    VPC = "its VPC"
    FILE_SYSTEMS = "each access point that it mounts"
    IMAGE = "the repository of its image"
    OPEN_IMAGE = "the repository of its image, unless its policy lets Lambda in"
    KEY = "the customer managed key that encrypts it"
    SIGNING = "its code signing configuration"
    TAGGED = "the function, where it has tags"
    NEW_LAYER = "a layer of the function's account"


@dataclass(frozen=True, slots=True)
class Need:
    """Actions that are needed on something. `settles`: what the operation settles of their requests, besides what the
    function's configuration does."""

    at: At
    actions: tuple[str, ...]
    source: str
    settles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that is done to a function, or to have one like it."""

    name: str
    label: str
    needs: tuple[Need, ...]


_IDENTITY = "Lambda Developer Guide, Identity-based IAM policies for Lambda"
_ROLE = "Lambda Developer Guide, Defining Lambda function permissions with an execution role"
_POLICY = "Lambda Developer Guide, Viewing resource-based IAM policies in Lambda"
_LAYER = "Lambda Developer Guide, Granting Lambda layer access to other accounts"
_VPC = "Lambda Developer Guide, Giving Lambda functions access to resources in an Amazon VPC"
_FILES = "Lambda Developer Guide, Configuring file system access for Lambda functions"
_IMAGE = "Lambda Developer Guide, Create a Lambda function using a container image"
_KEY = "Lambda Developer Guide, Securing Lambda environment variables"
_URL = "Lambda Developer Guide, Control access to Lambda function URLs"
_SIGNING = "Lambda Developer Guide, Using code signing to verify code integrity with Lambda"
_MAPPING = "Lambda Developer Guide, How Lambda processes records from stream and queue-based event sources"
_REFERENCE = "Service Authorization Reference, AWS Lambda"

_PASSED = (("iam:PassedToService", "lambda.amazonaws.com"),)


def _on_it(*names: str, source: str = _IDENTITY) -> Need:
    return Need(At.FUNCTION, tuple(f"lambda:{name}" for name in names), source)


#: What the configuration adds, where it is set: of a new function as of one that is configured again.
_CONFIGURED = (
    Need(At.LAYERS, ("lambda:GetLayerVersion",), _LAYER),
    Need(At.NETWORK, ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"), _VPC),
    Need(At.VPC, ("ec2:GetSecurityGroupsForVpc",), _VPC),
    Need(At.FILE_SYSTEMS, ("elasticfilesystem:DescribeMountTargets",), _FILES),
    Need(At.KEY, ("kms:CreateGrant", "kms:Encrypt", "kms:Decrypt"), _KEY),
)
#: What its code adds, where it is an image.
_CODE = (
    Need(At.IMAGE, ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"), _IMAGE),
    Need(At.OPEN_IMAGE, ("ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"), _IMAGE),
)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "create",
        "create a function like it",
        (
            _on_it("CreateFunction"),
            Need(At.ROLE, ("iam:PassRole",), _ROLE, _PASSED),
            Need(At.TAGGED, ("lambda:TagResource",), _REFERENCE),
            *_CONFIGURED,
            *_CODE,
        ),
    ),
    Operation("update-code", "update its code", (_on_it("UpdateFunctionCode"), *_CODE)),
    Operation(
        "update-configuration", "update its configuration", (_on_it("UpdateFunctionConfiguration"), *_CONFIGURED)
    ),
    Operation(
        "change-role",
        "give it another execution role",
        (
            _on_it("UpdateFunctionConfiguration"),
            Need(At.NEW_ROLE, ("iam:PassRole",), _ROLE, _PASSED),
            *_CONFIGURED,
        ),
    ),
    Operation("delete", "delete it", (_on_it("DeleteFunction"),)),
    Operation("invoke", "invoke it", (_on_it("InvokeFunction"),)),
    Operation("add-permission", "add a statement to its policy", (_on_it("AddPermission", source=_POLICY),)),
    Operation("remove-permission", "remove a statement of its policy", (_on_it("RemovePermission", source=_POLICY),)),
    Operation(
        "put-resource-policy",
        "replace its policy",
        (_on_it("PutResourcePolicy", "AddPermission", "RemovePermission", source=_POLICY),),
    ),
    Operation(
        "delete-resource-policy",
        "delete its policy",
        (_on_it("DeleteResourcePolicy", "RemovePermission", source=_POLICY),),
    ),
    Operation(
        "create-mapping",
        "have it poll a source",
        (Need(At.ANYTHING, ("lambda:CreateEventSourceMapping",), _MAPPING),),
    ),
    Operation(
        "create-url",
        "give it a URL for callers who sign",
        (
            Need(
                At.FUNCTION,
                ("lambda:CreateFunctionUrlConfig",),
                _URL,
                (("lambda:FunctionUrlAuthType", "AWS_IAM"),),
            ),
        ),
    ),
    Operation(
        "create-public-url",
        "give it a URL for everybody",
        (
            Need(
                At.FUNCTION,
                ("lambda:CreateFunctionUrlConfig",),
                _URL,
                (("lambda:FunctionUrlAuthType", "NONE"),),
            ),
            Need(At.FUNCTION, ("lambda:AddPermission",), _URL, (("lambda:Principal", "*"),)),
        ),
    ),
    Operation("publish-version", "publish a version", (_on_it("PublishVersion"),)),
    Operation("create-alias", "create an alias", (_on_it("CreateAlias"),)),
    Operation("update-alias", "move an alias", (_on_it("UpdateAlias"),)),
    Operation("delete-alias", "delete an alias", (_on_it("DeleteAlias"),)),
    Operation(
        "publish-layer-version",
        "publish a layer",
        (Need(At.NEW_LAYER, ("lambda:PublishLayerVersion",), _REFERENCE),),
    ),
    Operation(
        "put-code-signing",
        "have its code's signature checked",
        (
            Need(At.FUNCTION, ("lambda:PutFunctionCodeSigningConfig",), _SIGNING),
            Need(At.SIGNING, ("lambda:PutFunctionCodeSigningConfig",), _SIGNING),
        ),
    ),
    Operation("put-concurrency", "reserve concurrency", (_on_it("PutFunctionConcurrency", source=_REFERENCE),)),
    Operation(
        "put-event-invoke",
        "configure asynchronous invocation",
        (_on_it("PutFunctionEventInvokeConfig", source=_REFERENCE),),
    ),
    Operation("tag", "tag it", (_on_it("TagResource", source=_REFERENCE),)),
    Operation("untag", "remove tags", (_on_it("UntagResource", source=_REFERENCE),)),
)

OPERATION_NAMES = tuple(operation.name for operation in OPERATIONS)
