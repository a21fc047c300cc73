"""By way of what a node comes to another: the fewest steps, and of those the first by name."""

from __future__ import annotations

from collections.abc import Iterable

from models.edge import Status
from simulator.opening.closure import Steps
from simulator.opening.joined import Joined
from simulator.policy.patterns import numbers_of
from simulator.world.nodes import shown


class Ways:
    """The ways of a world that are open, looked for where they are told of."""

    def __init__(self, joined: Joined) -> None:
        self._names = joined.opened.numbers.nodes
        some, allowed = joined.levels
        self._steps = {Status.CONDITIONAL: some.steps, Status.ALLOWED: allowed.steps}
        self._layers: dict[tuple[int, Status], list[int]] = {}
        self._of = joined.opened.numbers.of

    def via(self, source: str, target: str, status: Status) -> tuple[str, ...]:
        """What the best way of that status goes through, without its two ends."""
        steps, start, end = self._steps[status], self._of(source), self._of(target)
        layers = self._up_to(start, end, status)
        # Of each layer those from which it is no farther to the end than from any other.
        useful = [1 << end]
        for layer in reversed(layers[1:-1]):
            useful.append(_row(node for node in numbers_of(layer) if steps.get(node, 0) & useful[-1]))
        found: list[str] = []
        nodes = [start]
        for row in reversed(useful[1:]):
            nodes = self._first_by_name(nodes, row, steps)
            found.append(shown(self._names[nodes[0]]))
        return tuple(found)

    def _up_to(self, start: int, end: int, status: Status) -> list[int]:
        """The nodes by how many steps they are away, up to those of the end."""
        steps = self._steps[status]
        layers = self._layers.setdefault((start, status), [1 << start])
        seen = 0
        for number, layer in enumerate(layers):
            if number and layer >> end & 1:
                return layers[: number + 1]
            seen |= layer
        while layers[-1]:
            following = 0
            for node in numbers_of(layers[-1]):
                following |= steps.get(node, 0)
            layers.append(following & ~seen)
            seen |= following
            if layers[-1] >> end & 1:
                return layers
        raise ValueError(f"no way leads from {self._names[start]} to {self._names[end]}")

    def _first_by_name(self, nodes: Iterable[int], row: int, steps: Steps) -> list[int]:
        following = 0
        for node in nodes:
            following |= steps.get(node, 0)
        by_name: dict[str, list[int]] = {}
        for node in numbers_of(following & row):
            by_name.setdefault(shown(self._names[node]), []).append(node)
        return by_name[min(by_name)]


def _row(nodes: Iterable[int]) -> int:
    row = 0
    for node in nodes:
        row |= 1 << node
    return row
