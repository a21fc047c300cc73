"""The changes that a command is given: short forms, each as often as wanted, and a changes file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

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


def _allow(effect: Literal["Allow", "Deny"]) -> Callable[[World, str, str, str], Iterator[Change]]:
    def made(world: World, principal: str, action: str, resource: str) -> Iterator[Change]:
        from simulator.changes import short_forms

        yield short_forms.allow(world, principal, action, resource, effect)

    return made


def _permit(world: World, function: str, written: str) -> Iterator[Change]:
    from simulator.changes import short_forms

    name, keys = _with_keys("permit", written, tuple(short_forms.NARROWED))
    yield short_forms.permit(world, function, name, keys)


def _trust(world: World, role: str, written: str) -> Iterator[Change]:
    from simulator.changes import short_forms

    name, keys = _with_keys("trust", written, ("ExternalId",))
    yield short_forms.trust(world, role, name, keys.get("ExternalId"))


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


def _attach(kind: str) -> Callable[[World, str, str], Iterator[Change]]:
    def made(world: World, holder: str, policy: str) -> Iterator[Change]:
        from models.change import CHANGE

        yield CHANGE.validate_python({"change": kind, "holder": holder, "policy": policy})

    return made


def _remove(world: World, holder: str, sid: str) -> Iterator[Change]:
    from simulator.changes import short_forms

    yield short_forms.remove(world, holder, sid)


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
