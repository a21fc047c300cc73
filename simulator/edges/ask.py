"""One request that a step makes."""

from __future__ import annotations

from typing import NamedTuple

from models.request import Attached
from simulator.world.actors import Fixed


class Ask(NamedTuple):
    """`fixed` is what the step settles of its context; None: it is a plain call. `instead` is what by then takes the
    place of the resource's own policy."""

    action: str
    resource: str
    fixed: Fixed | None = None
    instead: tuple[Attached, ...] | None = None
