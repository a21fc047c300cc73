"""The least sets that have something of everything: exactly, by looking at the most promising first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import count
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def least(wanted: Sequence[frozenset[Item]], weight: Callable[[Item], int]) -> Iterator[frozenset[Item]]:
    """Yield the sets that have an item of each of `wanted`, the fewest items first, then the least weight.

    A* over what is chosen so far: what is still to come is at least one item for each of the rest that share none. No
    set is yielded twice.
    """
    numbers = count()
    queue: list[tuple[int, int, int, frozenset[Item]]] = [(0, 0, next(numbers), frozenset())]
    seen: set[frozenset[Item]] = {frozenset()}
    while queue:
        _, _, _, chosen = heapq.heappop(queue)
        left = sorted((one for one in wanted if not one & chosen), key=len)
        if not left:
            yield chosen
            continue
        for item in sorted(left[0], key=lambda one: (weight(one), str(one))):
            more = chosen | {item}
            if more not in seen:
                seen.add(more)
                few, light = _at_least([one for one in left if item not in one], weight)
                total = sum(map(weight, more)) + light
                heapq.heappush(queue, (len(more) + few, total, next(numbers), more))


def _at_least(left: Sequence[frozenset[Item]], weight: Callable[[Item], int]) -> tuple[int, int]:
    """How many items, and what weight, are at least still to come."""
    few = light = 0
    taken: set[Item] = set()
    for one in left:
        if not one & taken:
            taken |= one
            few += 1
            light += min(map(weight, one), default=0)
    return few, light
