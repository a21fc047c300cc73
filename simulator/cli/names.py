"""Names on the command line that need more than `World.resolve`: actions, and functions with `--qualifier`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from simulator.cli.errors import nearest, say

if TYPE_CHECKING:
    from simulator.world import World

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+(?::(?P<qualifier>.+))?")


def action_name(written: str) -> str:
    """Return an action as `can` wants it: one name, `service:Name`.

    One that no service is known to have is asked about all the same, with a note: AWS adds actions every week.
    """
    if not _ACTION.fullmatch(written):
        hint = "; an action is one name, without wildcards" if re.search(r"[*?]", written) else ""
        hint = hint or nearest(f"lambda:{written}", ["lambda:InvokeFunction"]) or "; such as `lambda:InvokeFunction`"
        raise click.UsageError(f"`{written}` is not an action, which is `service:Name`{hint}")
    _note_unknown(written)
    return written


def _note_unknown(action: str) -> None:
    from simulator.facts import reference

    if reference.is_known_action(action):
        return
    service, _, name = action.partition(":")
    others = [known.partition(":")[2] for known in reference.expand(f"{service}:*")]
    if others:
        say(f"note: `{service}` is not known to have an action `{name}`{nearest(name, others)}")
    else:
        say(f"note: no service is known by the prefix `{service}:`")


def resource_id(world: World, written: str, qualifier: str | None) -> str:
    """Return the node that RESOURCE names, with `--qualifier` where that was given.

    Raises:
        click.UsageError: for a qualifier of what is no function, or of one that has another already.
    """
    found = world.resolve(written, "resource")
    if qualifier is None:
        return found
    function = _FUNCTION.fullmatch(found)
    if function is None:
        raise click.UsageError(f"`--qualifier` goes with a function, and `{written}` is none; leave it out")
    own = function["qualifier"]
    if own is None:
        return world.resolve(f"{found}:{qualifier}", "resource")
    if own != qualifier:
        raise click.UsageError(f"`{written}` names `{own}` already, `--qualifier` says `{qualifier}`; leave out one")
    return found
