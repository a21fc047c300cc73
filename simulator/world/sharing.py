"""What a world shares with the one that it was changed from: whatever cannot be another there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.world.documents import Documents
from simulator.world.touched import Touched

if TYPE_CHECKING:
    from simulator.world.world import World

#: Part of a snapshot -> what a world has worked out of that part alone.
_OF_PART = {
    "functions": ("function_nodes", "urls", "declared_calls", "_functions_by_role"),
    "triggers": ("triggers",),
    "mappings": ("mappings",),
    "organization": ("organization",),
}
_OF_ACTORS = ("actors", "actor_set", "actors_by_name")


def share(before: World, after: World, touched: Touched) -> None:
    """Hand on what was worked out of a world before it changed."""
    old, new = before.snapshot, after.snapshot
    after.documents = Documents(new, before.documents)
    for part, names in _OF_PART.items():
        if getattr(old, part) is getattr(new, part):
            _hand_on(before, after, names)
    if touched.everything:
        return
    after.of_documents = before.of_documents
    if not (touched.bears_on_resources or touched.guarded or touched.moved):
        after.of_resources = before.of_resources
    if not touched.actors:
        _hand_on(before, after, _OF_ACTORS)
    after.share_identities(before, touched.holders)


def _hand_on(before: World, after: World, names: tuple[str, ...]) -> None:
    after.__dict__.update({name: before.__dict__[name] for name in names if name in before.__dict__})
