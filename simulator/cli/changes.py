"""The changes that a command is given: short forms, each as often as wanted, and a changes file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from models.change import Change
    from simulator.world import World

Command = TypeVar("Command", bound=Callable[..., Any])

#: Option -> (what it takes, what it does), in the order in which the changes are applied.
FORMS: dict[str, tuple[str, str]] = {
    "allow": ("PRINCIPAL ACTION RESOURCE", "An Allow in a new inline policy of that user, group or role."),
    "deny": ("PRINCIPAL ACTION RESOURCE", "The same with Deny."),
    "permit": (
        "FUNCTION PRINCIPAL[,SourceArn=ARN][,SourceAccount=ID][,PrincipalOrgID=ID]",
        "lambda:InvokeFunction in the policy of the function, version or alias.",
    ),
    "trust": ("ROLE PRINCIPAL[,ExternalId=ID]", "sts:AssumeRole in the role's trust policy."),
    "attach": ("HOLDER POLICY", "A managed policy attached."),
    "detach": ("HOLDER POLICY", "A managed policy detached."),
    "remove": ("HOLDER SID", "The statement with that Sid (or #N) taken out of whichever policy of HOLDER has it."),
    "set-role": ("FUNCTION ROLE", "Another execution role."),
}


def change_options(command: Command) -> Command:
    """Add an option for each short form, and `--changes`."""
    command = click.option(
        "--changes", "files", multiple=True, metavar="FILE", help="Changes of every kind, YAML or JSON; kept in order."
    )(command)
    for name, (takes, does) in reversed(FORMS.items()):
        words = len(takes.split(" "))
        command = click.option(
            f"--{name}", name.replace("-", "_"), multiple=True, nargs=words, metavar=takes, help=does
        )(command)
    return command


def read(world: World, given: dict[str, Any], files: tuple[str, ...]) -> tuple[Change, ...]:
    """Return the changes that were given, in the order of the forms, with ARNs for names.

    Raises:
        click.UsageError: if there is none, or one is not of its form.
        InputError, UnknownNameError, ChangeError: for what they name, or a file that isn't one of changes.
    """
    from simulator.changes.names import resolved

    made = [change for name in FORMS for row in given[name.replace("-", "_")] for change in _MADE[name](world, *row)]
    for file in files:
        made += _of_file(file)
    if not made:
        raise click.UsageError("no change is given; such as `--allow dev lambda:InvokeFunction orders`")
    return resolved(world, made)


def _allow(effect: str) -> Callable[[World, str, str, str], Iterator[Change]]:
    def made(world: World, principal: str, action: str, resource: str) -> Iterator[Change]:
        from models.change import AddStatement

        on = resource if "*" in resource else world.resolve(resource, "resource")
        statement = {"Effect": effect, "Action": action, "Resource": on}
        yield AddStatement(side="identity", holder=principal, statement=statement)

    return made


def _permit(world: World, function: str, written: str) -> Iterator[Change]:
    from models.change import AddStatement

    name, keys = _with_keys("permit", written, ("SourceArn", "SourceAccount", "PrincipalOrgID"))
    on = world.resolve(function, "function")
    condition: dict[str, dict[str, str]] = {}
    if source := keys.get("SourceArn"):
        condition["ArnLike"] = {"AWS:SourceArn": source}
    equal = {f"AWS:{key}": value for key in ("SourceAccount",) if (value := keys.get(key))}
    equal |= {f"aws:{key}": value for key in ("PrincipalOrgID",) if (value := keys.get(key))}
    if equal:
        condition["StringEquals"] = equal
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": _element(world, name),
        "Action": "lambda:InvokeFunction",
        "Resource": on,
    }
    yield AddStatement(
        side="resource", holder=on, statement=statement | ({"Condition": condition} if condition else {})
    )


def _trust(world: World, role: str, written: str) -> Iterator[Change]:
    from models.change import AddStatement

    name, keys = _with_keys("trust", written, ("ExternalId",))
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": _element(world, name), "Action": "sts:AssumeRole"}
    if external := keys.get("ExternalId"):
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external}}
    yield AddStatement(side="trust", holder=role, statement=statement)


def _with_keys(option: str, written: str, known: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """`PRINCIPAL,Key=VALUE,…` as the principal and the keys."""
    name, *rest = written.split(",")
    keys: dict[str, str] = {}
    for pair in rest:
        key, equals, value = pair.partition("=")
        if key not in known or not equals or not value:
            raise click.UsageError(f"`--{option}`: `{pair}` is not one of {', '.join(f'{one}=…' for one in known)}")
        keys[key] = value
    return name, keys


def _element(world: World, name: str) -> Any:
    """The Principal element for a principal by its name: a service, an account, a user or role, everybody."""
    if name in ("*", "anyone"):
        return "*"
    if name.isdigit() and len(name) == 12:
        return {"AWS": f"arn:{_partition(world)}:iam::{name}:root"}
    node = world.resolve(name, "principal")
    if node.startswith("service:"):
        return {"Service": node.removeprefix("service:")}
    if node.startswith("account:"):
        return {"AWS": f"arn:{_partition(world)}:iam::{node.removeprefix('account:')}:root"}
    is_provider = node.startswith("federated:") or ":oidc-provider/" in node or ":saml-provider/" in node
    return {"Federated": node.removeprefix("federated:")} if is_provider else {"AWS": node}


def _partition(world: World) -> str:
    from models import arns

    return next((arns.partition_of(arn) for arn in (*world.functions, *world.roles)), "aws")


def _attach(kind: str) -> Callable[[World, str, str], Iterator[Change]]:
    def made(world: World, holder: str, policy: str) -> Iterator[Change]:
        from models.change import CHANGE

        yield CHANGE.validate_python({"change": kind, "holder": holder, "policy": policy})

    return made


def _remove(world: World, holder: str, sid: str) -> Iterator[Change]:
    from models.change import RemoveStatement
    from simulator.changes.find import places

    node = world.resolve(holder, "resource")
    side, policy = places(world.snapshot, node, sid)
    yield RemoveStatement(side=side, holder=node, sid=sid, policy=policy)


def _set_role(world: World, function: str, role: str) -> Iterator[Change]:
    from models.change import SetExecutionRole

    yield SetExecutionRole(function=function, role=role)


def _of_file(file: str) -> tuple[Change, ...]:
    from simulator.scenario.changes_file import read_changes

    return read_changes(Path(file))


_MADE: dict[str, Callable[..., Iterator[Change]]] = {
    "allow": _allow("Allow"),
    "deny": _allow("Deny"),
    "permit": _permit,
    "trust": _trust,
    "attach": _attach("attach_policy"),
    "detach": _attach("detach_policy"),
    "remove": _remove,
    "set-role": _set_role,
}
