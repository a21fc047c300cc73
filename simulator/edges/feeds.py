"""principal -> event source: who may write to what makes a function run, without lambda:InvokeFunction.

Sources: S3 User Guide, "Event notification types and destinations"; SNS, SQS and EventBridge API permissions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from models import arns
from models.edge import Edge, EdgeKind
from models.request import Attached
from models.snapshot import Trigger
from simulator.edges.grantable import edges_to
from simulator.edges.question import EVERYTHING, Nodes, Question, among
from simulator.policy import match
from simulator.policy.automata import Group, witnesses
from simulator.triggers.table import POLLED, TRIGGERS, writes_for
from simulator.world.world import World

MOST_NAMES = 64


def edges(
    world: World, sources: Nodes = None, targets: Nodes = None, question: Question = EVERYTHING
) -> Iterator[Edge]:
    """Yield an edge for whoever may cause a source's triggers; the best of several ways to do so counts."""
    best: dict[tuple[str, str], Edge] = {}
    for target, action, resource in dict.fromkeys(_writes(world, sources, targets)):
        for edge in edges_to(world, EdgeKind.FEEDS, target, action, resource, sources, question):
            known = best.get((edge.source, target))
            if known is None or edge.status.rank < known.status.rank:
                best[(edge.source, target)] = edge
    yield from best.values()


def _writes(world: World, sources: Nodes, targets: Nodes) -> Iterator[tuple[str, str, str]]:
    """Yield (source, action, resource) for every write that makes something run."""
    for trigger in world.triggers.between(targets, None):
        if trigger.enabled and among(trigger.source, targets) and not is_fed_by_nobody(trigger):
            for action in writes_for(trigger.service, trigger.events):
                for resource in _resources(world, trigger):
                    yield trigger.source, action, resource
    for mapping in world.mappings.between(targets, None):
        row = POLLED.get(arns.service_of(mapping.source or "") or "")
        if row and mapping.source and mapping.enabled and among(mapping.source, targets):
            for action in row.writes:
                yield mapping.source, action, mapping.source


def is_fed_by_nobody(trigger: Trigger) -> bool:
    """A schedule, and a pattern that only AWS's own events match: `source` values that all begin with `aws.`."""
    if trigger.schedule:
        return True
    if not trigger.pattern:
        return False
    try:
        pattern = json.loads(trigger.pattern)
    except json.JSONDecodeError:
        return False
    named = pattern.get("source") if isinstance(pattern, dict) else None
    return (
        isinstance(named, list)
        and bool(named)
        and all(isinstance(item, str) and item.startswith("aws.") for item in named)
    )


def _resources(world: World, trigger: Trigger) -> Iterator[str]:
    """What the write is asked for on: the bus of a rule, the objects of a bucket that the filter lets through."""
    row = TRIGGERS[trigger.service]
    if row.on_bus:
        yield trigger.bus or arns.event_bus(trigger.source)
    elif row.source_type == "s3:bucket":
        yield from _objects(world, trigger)
    else:
        yield trigger.source


def _objects(world: World, trigger: Trigger) -> Iterator[str]:
    """One object for each way in which the policies' patterns tell the objects within the filter apart.

    So a step holds if one name exists for which it is allowed: patterns intersected, denies subtracted.
    """
    inside = f"{trigger.source}/{_plain(trigger.prefix)}*{_plain(trigger.suffix)}"
    wanted = match.glob(inside)
    patterns = {pattern for pattern in _patterns(world, trigger.source) if "${" not in pattern}
    groups: tuple[Group, ...] = tuple(((match.glob(pattern), False),) for pattern in (inside, *sorted(patterns)))
    found = [name for name in witnesses(groups) if match.matches(wanted, name)]
    plain = f"{trigger.source}/{trigger.prefix or ''}x{trigger.suffix or ''}"
    yield from list(dict.fromkeys((plain, *found)))[:MOST_NAMES]


def _plain(text: str | None) -> str:
    """A notification filter's stars and question marks are text; as a pattern they would be wild."""
    return (text or "").replace("*", "?")


def _patterns(world: World, bucket: str) -> Iterator[str]:
    """Every pattern of a policy that may match one of the bucket's objects."""
    account = world.account_of(bucket)
    own = world.resource_policies(bucket, account if isinstance(account, str) else None)[0]
    for pattern in (*_of_objects(own), *_of_identities(world)):
        head = re.split(r"[*?]", pattern, maxsplit=1)[0]
        if head.startswith(f"{bucket}/") or (head != pattern and f"{bucket}/".startswith(head)):
            yield pattern


def _of_identities(world: World) -> tuple[str, ...]:
    """The patterns about S3 in the policies of all users and roles."""
    known = world.memo.get(("patterns about S3", None))
    if not isinstance(known, tuple):
        every = (attached for arn in (*world.users, *world.roles) for attached in world.identity_of(arn)[0])
        known = world.memo[("patterns about S3", None)] = tuple(dict.fromkeys(_of_objects(every)))
    return known


def _of_objects(policies: Iterable[Attached]) -> Iterator[str]:
    for attached in policies:
        for statement in attached.policy.statements:
            for pattern in (*(statement.resources or ()), *(statement.not_resources or ())):
                if ":s3:" in pattern:
                    yield pattern
