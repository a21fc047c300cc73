"""Everything that can be come to from a node, for all nodes at once, on rows of bits.

Source: H. N. Gabow, "Path-based depth-first search for strong and biconnected components", 2000: nodes that come to
one another come to the same, and are closed together.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.policy.patterns import numbers_of

Steps = Mapping[int, int]
"""Node -> the row of those to which one step leads."""


def closed(steps: Steps, known: Steps, wanted: int) -> dict[int, int]:
    """What each of the nodes of a row comes to by one step or more.

    Args:
        known: what all other nodes come to; none of them comes to one of `wanted`'s that would change it.
    """
    search = _Search(steps, known, wanted)
    for root in numbers_of(wanted):
        if root not in search.found:
            search.run(root)
    return search.found


class _Search:
    """A depth-first search in which a node's next unseen neighbour is a bit of a row, so that edges cost nothing."""

    def __init__(self, steps: Steps, known: Steps, wanted: int) -> None:
        self.found: dict[int, int] = {}
        self._steps = steps
        self._known = known
        self._unseen = wanted
        self._waiting: list[int] = []
        self._waiting_row = 0
        self._bounds: list[tuple[int, int]] = []
        """Where among those that wait a part begins that may come to itself, with the row of what waits before it."""

    def run(self, root: int) -> None:
        way = [root]
        self._enter(root)
        while way:
            node = way[-1]
            fresh = self._steps.get(node, 0) & self._unseen
            if fresh:
                following = (fresh & -fresh).bit_length() - 1
                self._enter(following)
                way.append(following)
                continue
            way.pop()
            back = self._steps.get(node, 0) & self._waiting_row
            while back & self._bounds[-1][1]:
                self._bounds.pop()
            if self._waiting[self._bounds[-1][0]] == node:
                self._close()

    def _enter(self, node: int) -> None:
        self._unseen &= ~(1 << node)
        self._bounds.append((len(self._waiting), self._waiting_row))
        self._waiting_row |= 1 << node
        self._waiting.append(node)

    def _close(self) -> None:
        """Close the last of the nodes that wait, and those that it comes to and that come to it."""
        place, self._waiting_row = self._bounds.pop()
        members, self._waiting = self._waiting[place:], self._waiting[:place]
        row = total = 0
        for node in members:
            row |= 1 << node
            total |= self._steps.get(node, 0)
        left = total & ~row
        while left:
            node = (left & -left).bit_length() - 1
            known = self.found.get(node)
            further = self._known.get(node, 0) if known is None else known
            total |= further
            # What is come to from there needn't be looked at by itself.
            left &= ~(further | 1 << node)
        for node in members:
            self.found[node] = total
