"""The ways to take over a function, a role, a user, or more permissions than one has: the one table of them.

A row needs all of its actions, and one of `one_of` where it has any. What the step itself settles of the request (a
role that is passed to Lambda) is `fixed`; every other condition key is open, so that a policy that asks for it makes
the way conditional. What no snapshot holds (a cluster, a job) is named by `needs`, and makes the way conditional too.
docs/takeover.md is made of these rows.

Sources: Service Authorization Reference (actions, their resources and condition keys); Lambda Developer Guide; IAM
User Guide; pathfinding.cloud, "Paths" (December 2025), for which of them lead to more permissions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class On(StrEnum):
    """What an action is asked on."""

    FUNCTION = "it"
    UNQUALIFIED = "the alias's function"
    ANY_FUNCTION = "a function of the role's account"
    ROLE = "the role"
    USER = "the user"
    GROUP = "the group"
    POLICY = "the customer managed policy"
    ANYTHING = "*"


class Fix(StrEnum):
    """What a step settles of a condition key, other than by a value of its own."""

    FUNCTION = "the function's ARN"
    ADMINISTRATOR = "AdministratorAccess"
    BOUNDARY = "the boundary that the user or role has"


@dataclass(frozen=True, slots=True)
class Act:
    """An action, and what it is asked on: something known, or any name of a pattern. `{any}` stands for the name, which
    is the same one in all actions of a row on the same pattern."""

    action: str
    on: On | str
    fixed: Mapping[str, str | Fix] | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `name` is its id, `gives` what it comes to, `needs` what no snapshot holds.

    `passed_to`: the service that the role has to trust, and to which it is passed, within its account; `profile`: the
    role has an instance profile.
    """

    name: str
    acts: tuple[Act, ...]
    gives: str
    source: str
    one_of: tuple[Act, ...] = ()
    passed_to: str = ""
    profile: bool = False
    needs: str = ""


_LAMBDA = "Lambda Developer Guide, Identity-based IAM policies for Lambda"
_POLICY = "Lambda Developer Guide, Viewing resource-based IAM policies in Lambda"
_MAPPING = "Lambda Developer Guide, How Lambda processes records from stream and queue-based event sources"
_PASSED = "IAM User Guide, Grant a user permissions to pass a role to an AWS service"
_TRUST = "IAM User Guide, Update a role trust policy"
_IAM = "IAM User Guide, Managing IAM policies"
_KEYS = "IAM User Guide, Manage access keys for IAM users"
_LOGIN = "IAM User Guide, User passwords in AWS"
_BOUNDARY = "IAM User Guide, Permissions boundaries for IAM entities"
_PATHS = "pathfinding.cloud, Paths"

#: Into a function.
FUNCTION_WAYS: tuple[Way, ...] = (
    Way(
        "update-code", (Act("lambda:UpdateFunctionCode", On.FUNCTION),), "its code runs as its execution role", _LAMBDA
    ),
    Way(
        "update-configuration",
        (Act("lambda:UpdateFunctionConfiguration", On.FUNCTION),),
        "a layer, a wrapper or another handler runs as its execution role",
        _LAMBDA,
    ),
    Way("add-permission", (Act("lambda:AddPermission", On.FUNCTION),), "lets whom he likes invoke it", _POLICY),
    Way(
        "put-resource-policy",
        (
            Act("lambda:PutResourcePolicy", On.FUNCTION),
            Act("lambda:AddPermission", On.FUNCTION),
            Act("lambda:RemovePermission", On.FUNCTION),
        ),
        "lets whom he likes invoke it",
        _POLICY,
    ),
    Way(
        "layer",
        (
            Act("lambda:PublishLayerVersion", "arn:{partition}:lambda:{region}:{account}:layer:{any}"),
            Act("lambda:UpdateFunctionConfiguration", On.FUNCTION),
        ),
        "a layer of his own runs as its execution role",
        _LAMBDA,
    ),
    Way(
        "event-source-mapping",
        (Act("lambda:CreateEventSourceMapping", On.ANYTHING, {"lambda:FunctionArn": Fix.FUNCTION}),),
        "what he writes to a source that its execution role may read runs it",
        _MAPPING,
    ),
)

#: Into an alias: of what runs behind it.
ALIAS_WAYS: tuple[Way, ...] = (
    Way(
        "add-qualified-permission", (Act("lambda:AddPermission", On.FUNCTION),), "lets whom he likes invoke it", _POLICY
    ),
    Way(
        "move-alias",
        (
            Act("lambda:UpdateFunctionCode", On.UNQUALIFIED),
            Act("lambda:PublishVersion", On.UNQUALIFIED),
            Act("lambda:UpdateAlias", On.UNQUALIFIED),
        ),
        "a version with his code is what the alias runs",
        _LAMBDA,
    ),
)
#: Into a version, which can't be changed.
VERSION_WAYS: tuple[Way, ...] = ALIAS_WAYS[:1]

USER_WAYS: tuple[Way, ...] = (
    Way("create-access-key", (Act("iam:CreateAccessKey", On.USER),), "signs as the user", _KEYS),
    Way("create-login-profile", (Act("iam:CreateLoginProfile", On.USER),), "signs in as the user", _LOGIN),
    Way("update-login-profile", (Act("iam:UpdateLoginProfile", On.USER),), "signs in as the user", _LOGIN),
)

TRUST_EDIT = Way(
    "trust-edit", (Act("iam:UpdateAssumeRolePolicy", On.ROLE),), "the role trusts him, and he assumes it", _TRUST
)


def _arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


_NEW_FUNCTION = _arn("lambda", "function:{any}")
_PROJECT, _JOB = _arn("codebuild", "project/{any}"), _arn("glue", "job/{any}")
_TASK, _SERVICE, _CLUSTER = (
    _arn("ecs", "task-definition/{any}:1"),
    _arn("ecs", "service/{any}"),
    _arn("ecs", "cluster/{any}"),
)
_STACK_SET = _arn("cloudformation", "stackset/{any}")
_NOTEBOOK = _arn("sagemaker", "notebook-instance/{any}")
_PIPELINE = _arn("datapipeline", "pipeline/{any}")
_INTERPRETER = _arn("bedrock-agentcore", "code-interpreter-custom/{any}")
_MACHINE = _arn("states", "stateMachine:{any}")
_RULE = _arn("events", "rule/{any}")
_EC2 = tuple(_arn("ec2", f"{kind}/{{any}}") for kind in ("instance", "network-interface", "security-group", "subnet"))
_IMAGE = "arn:{partition}:ec2:{region}::image/{any}"
_PROFILE = "arn:{partition}:iam::{account}:instance-profile/{any}"

_AS_ROLE = "code of his own runs as the role"
_ACTS_FOR_HIM = "a service acts as the role, and runs no code of his own"
_CONFIGURED = "something that the service can be made to do with the role leads on"


def _pass(name: str, service: str, *acts: Act, **more: object) -> Way:
    fields: dict[str, object] = {"gives": _AS_ROLE, "source": _PASSED} | more
    return Way(name, acts, passed_to=f"{service}.amazonaws.com", **fields)  # type: ignore[arg-type]


#: Into a role that is passed to a service, where code of his own can be started.
PASS_WAYS: tuple[Way, ...] = (
    _pass(
        "create-function",
        "lambda",
        Act("lambda:CreateFunction", _NEW_FUNCTION),
        one_of=(
            Act("lambda:InvokeFunction", _NEW_FUNCTION),
            Act("lambda:AddPermission", _NEW_FUNCTION),
            Act("lambda:CreateEventSourceMapping", On.ANYTHING, {"lambda:FunctionArn": Fix.FUNCTION}),
        ),
    ),
    _pass("change-role", "lambda", Act("lambda:UpdateFunctionConfiguration", On.ANY_FUNCTION)),
    _pass("apprunner", "tasks.apprunner", Act("apprunner:CreateService", _arn("apprunner", "service/{any}"))),
    _pass(
        "code-interpreter",
        "bedrock-agentcore",
        Act("bedrock-agentcore:CreateCodeInterpreter", On.ANYTHING),
        Act("bedrock-agentcore:StartCodeInterpreterSession", _INTERPRETER),
        Act("bedrock-agentcore:InvokeCodeInterpreter", _INTERPRETER),
    ),
    _pass("stack", "cloudformation", Act("cloudformation:CreateStack", _arn("cloudformation", "stack/{any}"))),
    _pass(
        "stack-set",
        "cloudformation",
        Act("cloudformation:CreateStackSet", On.ANYTHING),
        Act("cloudformation:CreateStackInstances", _STACK_SET),
        needs="an execution role of stack sets trusts it",
    ),
    _pass(
        "update-stack-set",
        "cloudformation",
        Act("cloudformation:UpdateStackSet", _STACK_SET),
        needs="there is a stack set, and an execution role of stack sets trusts it",
    ),
    _pass(
        "codebuild",
        "codebuild",
        Act("codebuild:CreateProject", _PROJECT),
        one_of=(Act("codebuild:StartBuild", _PROJECT), Act("codebuild:StartBuildBatch", _PROJECT)),
    ),
    _pass(
        "data-pipeline",
        "datapipeline",
        Act("datapipeline:CreatePipeline", On.ANYTHING),
        Act("datapipeline:PutPipelineDefinition", _PIPELINE),
        Act("datapipeline:ActivatePipeline", _PIPELINE),
    ),
    _pass(
        "ec2",
        "ec2",
        *(Act("ec2:RunInstances", on) for on in (*_EC2, _IMAGE, _arn("ec2", "volume/{any}"))),
        profile=True,
    ),
    _pass(
        "ec2-new-profile",
        "ec2",
        Act("iam:CreateInstanceProfile", _PROFILE),
        Act("iam:AddRoleToInstanceProfile", _PROFILE),
        *(Act("ec2:RunInstances", on) for on in (*_EC2, _IMAGE, _arn("ec2", "volume/{any}"))),
    ),
    _pass(
        "ec2-spot",
        "ec2",
        Act("ec2:RequestSpotInstances", _arn("ec2", "spot-instances-request/{any}")),
        *(Act("ec2:RequestSpotInstances", on) for on in (*_EC2[2:], _IMAGE)),
        profile=True,
    ),
    _pass(
        "ecs-service-and-cluster",
        "ecs-tasks",
        Act("ecs:CreateCluster", _CLUSTER),
        Act("ecs:RegisterTaskDefinition", _TASK),
        Act("ecs:CreateService", _SERVICE),
    ),
    _pass(
        "ecs-task-and-cluster",
        "ecs-tasks",
        Act("ecs:CreateCluster", _CLUSTER),
        Act("ecs:RegisterTaskDefinition", _TASK),
        Act("ecs:RunTask", _TASK),
    ),
    _pass(
        "ecs-service",
        "ecs-tasks",
        Act("ecs:RegisterTaskDefinition", _TASK),
        Act("ecs:CreateService", _SERVICE),
        needs="there is an ECS cluster",
    ),
    _pass(
        "ecs-run-task",
        "ecs-tasks",
        Act("ecs:RunTask", _TASK),
        needs="there is an ECS cluster with a task definition",
    ),
    _pass(
        "ecs-start-task",
        "ecs-tasks",
        Act("ecs:StartTask", _TASK),
        needs="there is an ECS cluster with a container instance and a task definition",
    ),
    _pass("glue-endpoint", "glue", Act("glue:CreateDevEndpoint", On.ANYTHING)),
    _pass(
        "glue-job",
        "glue",
        Act("glue:CreateJob", _JOB),
        one_of=(Act("glue:StartJobRun", _JOB), Act("glue:CreateTrigger", _arn("glue", "trigger/{any}"))),
    ),
    _pass(
        "glue-update-job",
        "glue",
        Act("glue:UpdateJob", _JOB),
        needs="there is a Glue job, and a trigger or glue:StartJobRun or glue:CreateTrigger runs it",
    ),
    _pass(
        "notebook",
        "sagemaker",
        Act("sagemaker:CreateNotebookInstance", _NOTEBOOK),
        Act("sagemaker:CreatePresignedNotebookInstanceUrl", _NOTEBOOK),
    ),
    _pass("training-job", "sagemaker", Act("sagemaker:CreateTrainingJob", _arn("sagemaker", "training-job/{any}"))),
    _pass(
        "processing-job", "sagemaker", Act("sagemaker:CreateProcessingJob", _arn("sagemaker", "processing-job/{any}"))
    ),
    _pass(
        "state-machine",
        "states",
        Act("states:CreateStateMachine", _MACHINE),
        Act("states:StartExecution", _MACHINE),
        gives=_ACTS_FOR_HIM,
        needs=_CONFIGURED,
    ),
    _pass(
        "schedule",
        "scheduler",
        Act("scheduler:CreateSchedule", _arn("scheduler", "schedule/default/{any}")),
        gives=_ACTS_FOR_HIM,
        needs=_CONFIGURED,
    ),
    _pass(
        "pipe", "pipes", Act("pipes:CreatePipe", _arn("pipes", "pipe/{any}")), gives=_ACTS_FOR_HIM, needs=_CONFIGURED
    ),
    _pass(
        "rule",
        "events",
        Act("events:PutRule", _RULE),
        Act("events:PutTargets", _RULE),
        gives=_ACTS_FOR_HIM,
        needs=_CONFIGURED,
    ),
)
#: What is asked first of each row of `PASS_WAYS`.
PASSING = "iam:PassRole"
PASSED_TO = "iam:PassedToService"


class Gain(StrEnum):
    """What becomes of a user or role when its policies are changed."""

    EVERYTHING = "every permission that nothing else denies or limits"
    UNBOUND = "no permissions boundary"
    GROUP = "the group's permissions"
    VERSION = "the permissions of an older version of the policy"


@dataclass(frozen=True, slots=True)
class Power:
    """One way to change what a user or role may do. `of`: whose kind it is about, `user`, `role`, or `group` (a group
    that the user is in)."""

    name: str
    of: str
    act: Act
    gain: Gain
    source: str


_BOUND = {"iam:PermissionsBoundary": Fix.BOUNDARY}
_ADMIN_BOUND = {"iam:PolicyARN": Fix.ADMINISTRATOR, **_BOUND}
_WIDE = {"iam:PermissionsBoundary": Fix.ADMINISTRATOR}

#: The writes of IAM that give a user or role more. The policies attached to it are dealt with by the next three.
POWERS: tuple[Power, ...] = (
    Power("put-user-policy", "user", Act("iam:PutUserPolicy", On.USER, _BOUND), Gain.EVERYTHING, _IAM),
    Power("attach-user-policy", "user", Act("iam:AttachUserPolicy", On.USER, _ADMIN_BOUND), Gain.EVERYTHING, _IAM),
    Power("attach-some-user-policy", "user", Act("iam:AttachUserPolicy", On.USER, _BOUND), Gain.EVERYTHING, _IAM),
    Power("put-role-policy", "role", Act("iam:PutRolePolicy", On.ROLE, _BOUND), Gain.EVERYTHING, _IAM),
    Power("attach-role-policy", "role", Act("iam:AttachRolePolicy", On.ROLE, _ADMIN_BOUND), Gain.EVERYTHING, _IAM),
    Power("attach-some-role-policy", "role", Act("iam:AttachRolePolicy", On.ROLE, _BOUND), Gain.EVERYTHING, _IAM),
    Power("put-group-policy", "group", Act("iam:PutGroupPolicy", On.GROUP), Gain.EVERYTHING, _IAM),
    Power(
        "attach-group-policy",
        "group",
        Act("iam:AttachGroupPolicy", On.GROUP, {"iam:PolicyARN": Fix.ADMINISTRATOR}),
        Gain.EVERYTHING,
        _IAM,
    ),
    Power("attach-some-group-policy", "group", Act("iam:AttachGroupPolicy", On.GROUP), Gain.EVERYTHING, _IAM),
    Power(
        "delete-user-boundary",
        "user",
        Act("iam:DeleteUserPermissionsBoundary", On.USER, _BOUND),
        Gain.UNBOUND,
        _BOUNDARY,
    ),
    Power("put-user-boundary", "user", Act("iam:PutUserPermissionsBoundary", On.USER, _WIDE), Gain.UNBOUND, _BOUNDARY),
    Power(
        "delete-role-boundary",
        "role",
        Act("iam:DeleteRolePermissionsBoundary", On.ROLE, _BOUND),
        Gain.UNBOUND,
        _BOUNDARY,
    ),
    Power("put-role-boundary", "role", Act("iam:PutRolePermissionsBoundary", On.ROLE, _WIDE), Gain.UNBOUND, _BOUNDARY),
)
#: Joining a group that grants more.
JOIN = Power("add-user-to-group", "user", Act("iam:AddUserToGroup", On.GROUP), Gain.GROUP, _IAM)
#: A customer managed policy, attached or the boundary, with another content. A policy that has five versions has no
#: room for another one: one has to be deleted first.
NEW_VERSION = Power("create-policy-version", "policy", Act("iam:CreatePolicyVersion", On.POLICY), Gain.EVERYTHING, _IAM)
MAKE_ROOM = Act("iam:DeletePolicyVersion", On.POLICY)
MOST_VERSIONS = 5
OLD_VERSION = Power(
    "set-default-policy-version", "policy", Act("iam:SetDefaultPolicyVersion", On.POLICY), Gain.VERSION, _IAM
)

EVERY_POWER = (*POWERS, JOIN, NEW_VERSION, OLD_VERSION)
