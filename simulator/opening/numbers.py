"""Nodes by number, so that a set of them is a row of bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models import arns
from simulator.policy.patterns import numbers_of, row_of
from simulator.world.nodes import shown

#: What a way leads to that is told of: see `simulator.answers.reach`.
LISTED = frozenset({"role", "user", "function", "url"})
#: Ends the name of a node that was come to by one of its qualifiers: from there ways go on, and none ends there.
_QUALIFIED = "#qualified"


class Numbers:
    """Numbers of nodes; whoever has one keeps it, so that a world and what it is changed to have the same."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self.nodes: list[str] = []
        self._numbers: dict[str, int] = {}
        self._variants: dict[str, list[int]] = {}
        self.listed = 0
        """Those that a way may end at."""
        self.inner = 0
        """Those that answers call by another name: sessions in functions, parts of sources, guises."""
        for node in nodes:
            self.of(node)

    def of(self, node: str) -> int:
        known = self._numbers.get(node)
        if known is None:
            known = self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
            self._variants.setdefault(shown(node), []).append(known)
            if "#" in node:
                self.inner |= 1 << known
            elif arns.kind_of(node) in LISTED:
                self.listed |= 1 << known
        return known

    def qualified(self, number: int) -> int:
        """The number of a node as it is come to by one of its qualifiers."""
        return self.of(f"{self.nodes[number]}{_QUALIFIED}")

    def plain(self, number: int) -> int:
        """The number of a node, however it is come to."""
        node = self.nodes[number]
        return self.of(node.removesuffix(_QUALIFIED)) if node.endswith(_QUALIFIED) else number

    def is_qualified(self, number: int) -> bool:
        """Whether it was ever asked as what it is come to by one of its qualifiers."""
        return f"{self.nodes[number]}{_QUALIFIED}" in self._numbers

    def shown(self, number: int) -> int:
        """The number of the node as answers call it."""
        return self.of(shown(self.nodes[number]))

    def variants(self, number: int) -> Sequence[int]:
        """All nodes that answers call the same."""
        return self._variants[shown(self.nodes[number])]

    def row(self, nodes: Iterable[str]) -> int:
        return row_of(map(self.of, nodes))

    def folded(self, row: int) -> int:
        """The row of the nodes as answers call them."""
        inner = row & self.inner
        return row & ~inner | row_of(map(self.shown, numbers_of(inner))) if inner else row

    def moved(self, places: Sequence[str]) -> _Moved:
        """What takes a row over these nodes, by their places, for the row of their numbers."""
        first = self.of(places[0]) if places else 0
        return _Moved(self, first, places, self.nodes[first : first + len(places)] == list(places))


class _Moved:
    """Rows over a sequence of nodes, as rows of their numbers; at no cost where they were numbered in that order."""

    def __init__(self, numbers: Numbers, first: int, places: Sequence[str], in_order: bool) -> None:
        self._first = first
        self._numbers = None if in_order else [numbers.of(node) for node in places]

    def __call__(self, row: int) -> int:
        if self._numbers is None:
            return row << self._first
        return row_of([self._numbers[place] for place in numbers_of(row)])
