"""The options that several commands share, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from models.errors import InputError
from simulator.cli.errors import nearest, say

if TYPE_CHECKING:
    from models.context import Given
    from models.snapshot import Snapshot
    from simulator.world import World

Command = TypeVar("Command", bound=Callable[..., Any])

format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Text for people, or JSON."
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a command reads the accounts from: a snapshot or a scenario, and how strictly."""

    snapshot_file: str | None
    scenario_file: str | None
    strict: bool

    def snapshot(self) -> Snapshot:
        """Load the one file that was named.

        Raises:
            click.UsageError: if none was, or both.
        """
        if self.snapshot_file is not None and self.scenario_file is not None:
            raise click.UsageError("`--snapshot` and `--scenario` exclude each other; give the one that is meant")
        if self.scenario_file is not None:
            from simulator import scenario

            try:
                return scenario.load(Path(self.scenario_file)).snapshot
            except InputError as error:
                raise _mistaken(error, self.scenario_file, (".json", ".json.gz"), "--snapshot") from error
        if self.snapshot_file is not None:
            from simulator.collector import store

            try:
                return store.load(Path(self.snapshot_file))
            except InputError as error:
                raise _mistaken(error, self.snapshot_file, (".yaml", ".yml"), "--scenario") from error
        raise click.UsageError(
            "no accounts to look at; name them with `--snapshot FILE` (`permgraph collect` makes one) "
            "or `--scenario FILE`"
        )

    def world(self) -> World:
        """Load it and make it ready to be asked."""
        return self.ready(self.snapshot())

    def ready(self, snapshot: Snapshot) -> World:
        """Make a snapshot ready to be asked."""
        from simulator.world import World

        world = World(snapshot, strict=self.strict)
        # Documents are read when they are asked for: what was odd about them is known in the end.
        click.get_current_context().call_on_close(lambda: _warn(world))
        return world


def _warn(world: World) -> None:
    for warning in world.documents.warnings:
        say(f"warning: {warning}")


def _mistaken(error: InputError, file: str, endings: tuple[str, ...], option: str) -> InputError:
    """Return the error, with a hint where the file's name is that of the other kind."""
    if not (file.endswith(endings) and Path(file).is_file()) or option in error.problem:
        return error
    kind = option.removeprefix("--")
    said = error.problem.partition("; did you mean")[0]  # Guessed for a file of the kind that this one is not.
    return InputError(f"{said}; if it is a {kind}, give it with `{option}`", error.path, error.line, error.column)


def source_options(command: Command) -> Command:
    """Add `--snapshot`, `--scenario` and `--strict`."""
    for option in (
        click.option("--strict", is_flag=True, help="Treat facts that nobody asked for as ones that were refused."),
        click.option("--scenario", "scenario_file", metavar="FILE", help="A scenario (YAML)."),
        click.option("--snapshot", "snapshot_file", metavar="FILE", help="A snapshot that `permgraph collect` made."),
    ):
        command = option(command)
    return command


def context_options(command: Command) -> Command:
    """Add `--context KEY=VALUE` and `--absent KEY`, each as often as wanted."""
    for option in (
        click.option("--absent", multiple=True, metavar="KEY", help="A condition key that the request lacks."),
        click.option(
            "--context",
            multiple=True,
            metavar="KEY=VALUE",
            help="The value of a condition key; the same key again: several values.",
        ),
    ):
        command = option(command)
    return command


def include_option(command: Command) -> Command:
    return click.option(
        "--include",
        multiple=True,
        type=click.Choice(["takeover"]),
        help="List ways by taking over a function, a role, a user or one's own policies too.",
    )(command)


def given(context: tuple[str, ...], absent: tuple[str, ...]) -> Given:
    """Return what `--context` and `--absent` settle.

    Raises:
        click.UsageError: for a pair without `=`, for what can't be a condition key, and for a key that is given both
            as present and as absent.
    """
    from models.context import Given

    settled: dict[str, tuple[str, ...]] = {}
    for pair in context:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"`--context` takes KEY=VALUE, not `{pair}`; such as `aws:SourceIp=203.0.113.7`")
        name = _condition_key(key, "--context").lower()
        settled[name] = (*settled.get(name, ()), value)
    missing = tuple(_condition_key(key, "--absent").lower() for key in absent)
    for key in missing:
        if key in settled:
            raise click.UsageError(f"condition key `{key}` is both in `--context` and in `--absent`; leave out one")
    return Given(settled, frozenset(missing))


def _condition_key(key: str, option: str) -> str:
    from simulator.facts import global_keys, reference

    known = [row.key for row in global_keys.table().values()]
    service, colon, name = key.strip().partition(":")
    if not (colon and service and name):
        hint = nearest(f"aws:{key}", known) or "; such as `aws:SourceIp`"
        raise click.UsageError(f"`{option}`: `{key}` is not a condition key, which is `service:Name`{hint}")
    if service.lower() == "aws" and reference.key_type(key.strip()) is None:
        say(f"note: AWS is not known to have a condition key `{key}`{nearest(key, known)}")
    return key.strip()
