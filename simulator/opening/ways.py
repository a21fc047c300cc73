"""By way of what a node comes to others: the fewest steps, and of those the first by name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from models.edge import Status
from simulator.opening.joined import Joined
from simulator.policy.patterns import numbers_of, row_of
from simulator.world.nodes import shown

Names = tuple[str, ...]


class Ways:
    """The ways of a world that are open, looked for where they are told of."""

    def __init__(self, joined: Joined) -> None:
        self._numbers = joined.opened.numbers
        some, allowed = joined.levels
        self._steps = {Status.CONDITIONAL: some.steps, Status.ALLOWED: allowed.steps}

    @cached_property
    def _going_on(self) -> int:
        """Whatever ways may go on from."""
        return row_of(list(self._steps[Status.CONDITIONAL]))

    def via(self, source: str, targets: Iterable[str], status: Status) -> dict[str, Names]:
        """What the best ways of that status go through, without their ends: to some targets to which there are any."""
        names, steps = self._numbers.nodes, self._steps[status]
        start, wanted = self._numbers.of(source), self._numbers.row(targets)
        found: dict[str, Names] = {}
        seen = 1 << start
        passed: list[tuple[Names, int]] = [((), start)]
        while wanted and passed:
            following: list[tuple[Names, int]] = []
            for through, node in passed:
                fresh = steps.get(node, 0) & ~seen
                seen |= fresh
                # What comes first by name takes what it leads to: all others are as far, and later by name.
                found.update((names[number], through) for number in numbers_of(fresh & wanted))
                wanted &= ~fresh
                following += [
                    ((*through, shown(names[number])), number) for number in numbers_of(fresh & self._going_on)
                ]
            passed = sorted(following)
        return found
