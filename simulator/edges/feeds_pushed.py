"""The half of `feeds` that is about what pushes: which requests cause the trigger of a source.

The requests are the `feeds` of the table of triggers; what stands for the trigger's own in them is filled in here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from models import arns
from models.context import Known, State
from models.decision import FactKind, MissingFact
from models.edge import Requirement
from models.snapshot import Trigger
from simulator.edges import feeds_polled
from simulator.edges.any_name import names_within
from simulator.edges.ask import Ask
from simulator.edges.feeds_polled import Way, keys_of, unknown
from simulator.edges.question import Nodes, standing_for, whole
from simulator.triggers.push import Feed, TriggerService
from simulator.triggers.services import service_of
from simulator.world.actors import Fixed
from simulator.world.world import World

#: What a source's attribute says where IAM decides who may call it, and where everybody may. Source: Amazon API
#: Gateway API Reference, "Method"; AWS AppSync API Reference, "GraphqlApi".
BY_POLICY, OPEN = "AWS_IAM", "NONE"
#: What a pipe reads. Source: EventBridge Pipes API Reference, "DescribePipe".
PIPES = "pipes.amazonaws.com"
_METRIC = "cloudwatch:namespace"


def fed(world: World, targets: Nodes) -> Iterator[tuple[str, Trigger, TriggerService]]:
    """Yield the triggers that somebody may cause, with the nodes that they start at and their rows."""
    for trigger in world.triggers.between(whole(targets), None):
        if trigger.enabled and not is_fed_by_nobody(trigger):
            row = service_of(trigger)
            if row is not None:
                yield from ((node, trigger, row) for node in standing_for(trigger, targets))


def manner(world: World, trigger: Trigger, row: TriggerService) -> str | None:
    """How a source lets callers in, as its attribute says it; None: not known, or no matter of IAM alone."""
    return BY_POLICY if row.guard is None else attribute(world, trigger.source, row.guard)


def attribute(world: World, arn: str, name: str) -> str | None:
    resource = world.resources.get(arn)
    return resource.attributes.get(name) if resource else None


def ways(world: World, targets: Nodes) -> Iterator[Way]:
    """Yield every way to make something run by a write that IAM decides."""
    for node, trigger, row in fed(world, targets):
        if trigger.service == PIPES:
            mapping = feeds_polled.of_pipe(world, trigger)
            yield from feeds_polled.ways_into(world, node, mapping) if mapping else ()
        elif not row.guard or manner(world, trigger, row) == BY_POLICY:
            for feed in row.feeds_of(trigger.events):
                yield from _ways_by(world, node, trigger, row, feed)


def _ways_by(world: World, node: str, trigger: Trigger, row: TriggerService, feed: Feed) -> Iterator[Way]:
    if feed.unless and attribute(world, trigger.source, feed.unless):
        return
    if feed.when and attribute(world, trigger.source, feed.when[0]) not in (None, feed.when[1]):
        return
    fixed = _settled(world, trigger, feed)
    if fixed is not None and _is_of_aws(fixed):
        return
    beside = tuple(_unread(world, trigger, feed))
    on_key, lacking = keys_of(world, trigger.source, feed.key, feed.key_actions)
    also = tuple(Ask(action, _filled(world, trigger, row, on, str) or on) for action, on in feed.also)
    for resource in _resources(world, trigger, row, feed):
        yield Way(node, (Ask(feed.action, resource, fixed), *also, *on_key), (*beside, *lacking))


def _settled(world: World, trigger: Trigger, feed: Feed) -> Fixed | None:
    """What an attribute of the source settles of the request."""
    value = attribute(world, trigger.source, feed.settles[1]) if feed.settles else None
    if feed.settles is None or value is None:
        return None
    state: State = Known((value,))
    return ((feed.settles[0], state),)


def _unread(world: World, trigger: Trigger, feed: Feed) -> Iterator[Requirement]:
    """The attributes of the source on which it turns whether the write causes it, and which weren't read."""
    names = (feed.settles[1] if feed.settles else "", feed.when[0] if feed.when else "")
    for name in filter(None, names):
        if attribute(world, trigger.source, name) is None:
            fact = MissingFact(FactKind.ATTRIBUTES, trigger.source, f"`{name}` of `{trigger.source}` was not read")
            yield unknown(feed.action, trigger.source, fact)


def _is_of_aws(fixed: Fixed) -> bool:
    """Only AWS's own services write metrics whose namespace begins with `AWS/`.

    Source: Amazon CloudWatch API Reference, "PutMetricData".
    """
    return any(
        key == _METRIC and isinstance(state, Known) and state.values[0].startswith("AWS/") for key, state in fixed
    )


def is_fed_by_nobody(trigger: Trigger) -> bool:
    """A schedule alone, and a pattern that only AWS's own events match: `source` values that all begin with `aws.`.

    Source: Amazon EventBridge API Reference, "PutRule": a rule can have both a pattern and a schedule.
    """
    if trigger.schedule and not trigger.pattern:
        return True
    named = sources_of(trigger.pattern)
    return bool(named) and all(_is_source_of_aws(item) for item in named)


def _is_source_of_aws(item: object) -> bool:
    begins = item.get("prefix") if isinstance(item, dict) and len(item) == 1 else item
    return isinstance(begins, str) and begins.startswith("aws.")


def sources_of(pattern: str | None) -> list[object]:
    """The `source` values of an event pattern; none if it hasn't any, or isn't one."""
    try:
        read = json.loads(pattern or "{}")
    except json.JSONDecodeError:
        return []
    named = read.get("source") if isinstance(read, dict) else None
    return named if isinstance(named, list) else []


def _resources(world: World, trigger: Trigger, row: TriggerService, feed: Feed) -> Iterator[str]:
    """What the write is asked for on; a feed that is for another service's sources is none."""
    if feed.on == "*":
        yield "*"
        return
    one = _filled(world, trigger, row, feed.on.replace("*", "x"), str)
    if one is None or arns.service_of(one) != feed.action.partition(":")[0]:
        return
    several = _filled(world, trigger, row, feed.on, _plain) or one
    if "*" not in several:
        yield one
        return
    is_one = _topic_matcher(world, trigger) if "{topics}" in feed.on else None
    for name in names_within(world, one.replace("*", "x"), several):
        if is_one is None or is_one.fullmatch(name.partition(":topic/")[2]):
            yield name


def _topic_filter(world: World, trigger: Trigger) -> str | None:
    """The MQTT topic filter in an IoT rule's SQL.

    Source: AWS IoT Core Developer Guide, "FROM clause": a text in quotes, with `+` for a level and `#` for all others.
    """
    found = re.search(r"\bFROM\s+(['\"])(.+?)\1", attribute(world, trigger.source, "sql") or "", re.IGNORECASE)
    return found.group(2) if found else None


def _topic_matcher(world: World, trigger: Trigger) -> re.Pattern[str]:
    text = re.escape(_topic_filter(world, trigger) or "").replace(r"\+", "[^/]+").replace(r"\#", ".+")
    return re.compile(text)


def _filled(
    world: World, trigger: Trigger, row: TriggerService, text: str, spelled: Callable[[str], str]
) -> str | None:
    """Put the trigger's own into a feed's resource; None if it names an attribute that the source lacks."""
    resource = world.resources.get(trigger.source)
    values = {f".{name}": value for name, value in (resource.attributes if resource else {}).items()}
    values |= row.parts_of(trigger.source)
    values |= {"source": trigger.source, "bus": trigger.bus or arns.event_bus(trigger.source)}
    if topics := _topic_filter(world, trigger):
        values["topics"] = re.sub(r"[+#]", "*", topics)
    values |= {"prefix": spelled(trigger.prefix or ""), "suffix": spelled(trigger.suffix or "")}
    names = re.findall(r"\{([^{}]+)\}", text)
    if any(name not in values for name in names):
        return None
    return re.sub(r"\{([^{}]+)\}", lambda found: values[found.group(1)], text)


def _plain(text: str) -> str:
    """A notification filter's stars and question marks are text; as a pattern they would be wild."""
    return text.replace("*", "?")
