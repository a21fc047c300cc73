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
        start, wanted = self._numbers.of(source), self._numbers.row(targets)
        found = self._found(start, wanted, status, 0)
        for target in numbers_of(wanted & ~self._numbers.row(found)):
            # The shortest way comes by the function itself, as what an alias is of: there is another.
            without = 1 << self._numbers.qualified(target)
            found |= self._found(start, 1 << target, status, without)
        return found

    def _found(self, start: int, wanted: int, status: Status, without: int) -> dict[str, Names]:
        names, steps = self._numbers.nodes, self._steps[status]
        found: dict[str, Names] = {}
        seen = 1 << start | without
        passed: list[tuple[Names, int]] = [((), start)]
        while wanted and passed:
            following: list[tuple[Names, int]] = []
            for through, node in passed:
                fresh = steps.get(node, 0) & ~seen
                for number in numbers_of(fresh & wanted):
                    fresh &= ~(1 << number) if names[number] in through else ~0
                seen |= fresh
                # What comes first by name takes what it leads to: all others are as far, and later by name.
                found.update((names[number], through) for number in numbers_of(fresh & wanted))
                wanted &= ~fresh
                following += [
                    ((*through, shown(names[number])), number) for number in numbers_of(fresh & self._going_on)
                ]
            passed = sorted(following)
        return found
