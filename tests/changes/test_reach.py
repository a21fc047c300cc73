"""`reach` and `who-can` tell the pairs that a what-if goes by: what it says is gained they say, after the change."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings

from models import arns
from models.snapshot import Snapshot
from simulator.answers.reach import reach
from simulator.answers.who_can import LISTED, who_can
from simulator.opening.joined import Joined, joined
from simulator.policy.patterns import numbers_of
from simulator.world import World
from tests.changes.made import worlds
from tests.worlds import INVOKE

LEVELS = (("allowed", "conditional"), ("allowed",))
Pairs = set[tuple[str, str]]


def joined_pairs(found: Joined, level: int) -> Pairs:
    """Pairs that steps and ways join so surely, those that end with a qualifier's step among them."""
    numbers, reached = found.opened.numbers, found.levels[level].reached
    pairs = {(source, numbers.plain(target)) for source, row in reached.items() for target in numbers_of(row)}
    return {(numbers.nodes[source], numbers.nodes[target]) for source, target in pairs if source != target}


def reached_pairs(world: World, sources: set[str], statuses: tuple[str, ...]) -> Pairs:
    return {(source, row.node) for source in sources for row in reach(world, source).reaches if row.status in statuses}


def who_can_pairs(world: World, statuses: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for target in world.function_nodes:
        for row in who_can(world, INVOKE, target).principals:
            if row.status in statuses:
                yield row.principal, target


@settings(max_examples=settings().max_examples // 3, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_reach_and_who_can_say_what_a_what_if_goes_by(snapshot: Snapshot) -> None:
    """A `path` of a what-if is what `reach` gains or loses."""
    world = World(snapshot)
    found = joined(world)
    sources = {node for node in found.opened.numbers.nodes if "#" not in node}
    services = {node for node in sources if node.startswith("service:")}
    for level, statuses in enumerate(LEVELS):
        pairs = {pair for pair in joined_pairs(found, level) if not any("#" in node for node in pair)}
        of_reach = {pair for pair in pairs if arns.kind_of(pair[1]) in ("role", "user", "function", "url")}
        of_anyone = {target for source, target in of_reach if source == "anyone"}
        reached = reached_pairs(world, sources, statuses)
        # Whoever lets anyone in lets every service in, which is no step of its own in a what-if.
        assert {row for row in reached - of_reach if not (row[0] in services and row[1] in of_anyone)} == set()
        assert of_reach <= reached
        of_who_can = {
            (source, target)
            for source, target in pairs
            if arns.kind_of(source) in LISTED and target in world.function_nodes
        }
        assert set(who_can_pairs(world, statuses)) == of_who_can
