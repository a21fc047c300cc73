"""What leads from a node to others, found by either end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

Link = TypeVar("Link")


class Links(Generic[Link]):
    """Links with the node that each starts at and those that it leads to, in the order in which they were given."""

    def __init__(self, links: Iterable[tuple[str, Sequence[str], Link]]) -> None:
        self._all: list[Link] = []
        self._from: dict[str, list[int]] = {}
        self._into: dict[str, list[int]] = {}
        for place, (source, targets, link) in enumerate(links):
            self._all.append(link)
            self._from.setdefault(source, []).append(place)
            for target in targets:
                self._into.setdefault(target, []).append(place)

    def between(self, sources: frozenset[str] | None, targets: frozenset[str] | None) -> list[Link]:
        """The links from one of `sources`; without those, the links to one of `targets`; without either, all."""
        if sources is not None:
            return self._found(self._from, sources)
        return self._all if targets is None else self._found(self._into, targets)

    def _found(self, index: dict[str, list[int]], nodes: frozenset[str]) -> list[Link]:
        some = nodes if len(nodes) < len(index) else index.keys() & nodes
        return [self._all[place] for place in sorted({place for node in some for place in index.get(node, ())})]
