"""Changes of functions: made, deleted, with another role, with a feature more or less.

Sources: Lambda API Reference (CreateFunction, UpdateFunctionConfiguration, AddPermission); IAM User Guide, "Grant a
user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from models import arns
from models.change import CreateFunction, DeleteFunction, SetExecutionRole, SetFeature
from models.edge import Status
from models.errors import ChangeError
from models.snapshot import Function, Snapshot, VpcConfig
from simulator.changes import documents, quotas, store
from simulator.changes.documents import Json
from simulator.policy import limits

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def create_function(snapshot: Snapshot, change: CreateFunction) -> Snapshot:
    parts = arns.parts(change.function)
    name = change.function.rpartition(":function:")[2]
    if parts is None or not arns.is_function(change.function) or not _NAME.fullmatch(name):
        raise ChangeError(f"`{change.function}` is not the ARN of a function")
    store.collected(snapshot, parts.account)
    if any(function.arn == change.function for function in snapshot.functions):
        raise ChangeError(f"Function already exist: {name}")
    function = Function(arn=change.function, role=change.role)
    _check_role(snapshot, function)
    return store.add(snapshot, function)


def delete_function(snapshot: Snapshot, change: DeleteFunction) -> Snapshot:
    return store.remove(snapshot, _itself(snapshot, change.function))


def set_execution_role(snapshot: Snapshot, change: SetExecutionRole) -> Snapshot:
    function = _itself(snapshot, change.function)
    changed = function.model_copy(update={"role": change.role})
    _check_role(snapshot, changed)
    return store.put(snapshot, function, changed)


def _itself(snapshot: Snapshot, arn: str) -> Function:
    """A function that is changed as a whole.

    Raises:
        ChangeError: for a version, which is as it was published, or an alias.
    """
    unqualified, qualifier = arns.split_function(arn)
    if qualifier not in (None, "", "$LATEST"):
        raise ChangeError(
            f"`{arn}` is a version or alias: only the function itself, `{unqualified}`, can be changed so"
        )
    return store.function(snapshot, unqualified)


def _check_role(snapshot: Snapshot, function: Function) -> None:
    """
    Raises:
        ChangeError: for the role of another account, and one that Lambda can't assume, whatever its conditions.
    """
    # Few changes ask for more than what is written, and the edges take as long to load as all the rest.
    from simulator.edges.question import Question
    from simulator.edges.runs_as import trusts_lambda
    from simulator.world.world import World

    role = function.role or ""
    if arns.account_of(role) != arns.account_of(function.arn):
        raise ChangeError("Cross-account pass role is not allowed.")
    store.one(snapshot.roles, role, "role")
    if trusts_lambda(World(snapshot), function, Question()).status in (Status.MISSING, Status.DENIED):
        raise ChangeError(f"The role defined for the function cannot be assumed by Lambda: `{role}`")


def set_feature(snapshot: Snapshot, change: SetFeature) -> Snapshot:
    function = _itself(snapshot, change.function)
    value = _off(change.feature) if change.value is None else change.value
    try:
        changed = Function.model_validate(dict(function) | {change.feature: value})
    except ValidationError as error:
        wanted = "; ".join(item["msg"] for item in error.errors())
        raise ChangeError(f"`{change.feature}` of a function can't be `{change.value}`: {wanted}") from error
    _check_feature(changed)
    return store.put(snapshot, function, changed)


def _check_feature(function: Function) -> None:
    """
    Raises:
        ChangeError: for more of something than a function takes, or dead letters to what is neither queue nor topic.
    """
    vpc = function.vpc or VpcConfig()
    for what, has, most in (
        ("layers", function.layers, quotas.LAYERS),
        ("file systems", function.file_systems, quotas.FILE_SYSTEMS),
        ("subnets", vpc.subnets, quotas.SUBNETS),
        ("security groups", vpc.security_groups, quotas.SECURITY_GROUPS),
    ):
        if len(has) > most:
            raise ChangeError(f"`{function.arn}` would have {len(has)} {what}, and can't have more than {most}")
    if function.dead_letter and arns.service_of(function.dead_letter) not in ("sqs", "sns"):
        raise ChangeError(
            f"`{function.dead_letter}` is neither a queue nor a topic, and nothing else takes dead letters"
        )


def _off(feature: str) -> Any:
    """The value of a field that is switched off."""
    return Function.model_fields[feature].get_default(call_default_factory=True)


def check_actions(statement: Any) -> None:
    """
    Raises:
        ChangeError: for an action that no policy of a function has. Source: Lambda API Reference, AddPermission.
    """
    written = statement.get("Action", ()) if isinstance(statement, dict) else ()
    for action in [written] if isinstance(written, str) else written:
        if isinstance(action, str) and action != "*" and not action.lower().startswith("lambda:"):
            raise ChangeError(f"`{action}` is no action of a function's policy, such as `lambda:InvokeFunction`")


def edit_policy(snapshot: Snapshot, arn: str, change: Callable[[Any], Json | None], *, needed: bool) -> Snapshot:
    """Change the policy of a function, or of the qualifier that its ARN ends in."""
    unqualified, qualifier = arns.split_function(arn)
    function = next((item for item in snapshot.functions if item.arn == unqualified), None)
    if function is None:
        raise ChangeError(f"no function `{arn}`{store.nearest(arn, (item.arn for item in snapshot.functions))}")
    if qualifier == "$LATEST":
        raise ChangeError("`$LATEST` can't have a policy of its own: name the function without it")
    if qualifier and qualifier not in (*function.versions, *function.aliases):
        hint = store.nearest(qualifier, (*function.versions, *function.aliases))
        raise ChangeError(f"function `{unqualified}` has no version or alias `{qualifier}`{hint}")
    key = qualifier or ""
    if needed and key not in function.policies:
        raise ChangeError(f"`{arn}` has no policy")
    document = change(snapshot.documents.get(function.policies.get(key, "")))
    policies = {name: value for name, value in function.policies.items() if name != key}
    if document is not None:
        documents.check_size(document, limits.FUNCTION, arn)
        snapshot, policies[key] = store.stored(snapshot, document)
    return store.put(snapshot, function, function.model_copy(update={"policies": dict(sorted(policies.items()))}))
