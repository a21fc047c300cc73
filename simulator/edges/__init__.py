"""Edge rules, one module per kind. `RULES` is the only list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from models.edge import Edge, EdgeKind
from simulator.edges import (
    assumes,
    calls,
    changes,
    feeds,
    invokes,
    invokes_url,
    member_of,
    polled_by,
    qualifies,
    runs_as,
    triggers,
)
from simulator.edges.question import Nodes, Question
from simulator.world.world import World

Rule = Callable[[World, Nodes, Nodes, Question], Iterator[Edge]]

RULES: Mapping[EdgeKind, Rule] = {
    EdgeKind.INVOKES: invokes.edges,
    EdgeKind.INVOKES_URL: invokes_url.edges,
    EdgeKind.ASSUMES: assumes.edges,
    EdgeKind.TRIGGERS: triggers.edges,
    EdgeKind.POLLED_BY: polled_by.edges,
    EdgeKind.FEEDS: feeds.edges,
    EdgeKind.RUNS_AS: runs_as.edges,
    EdgeKind.CALLS: calls.edges,
    EdgeKind.QUALIFIES: qualifies.edges,
    EdgeKind.MEMBER_OF: member_of.edges,
    EdgeKind.CHANGES: changes.edges,
}
