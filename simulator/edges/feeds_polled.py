"""The half of `feeds` that is about what is polled: who may write to what a mapping, or a pipe, reads.

Of a broker or database that lets its own users write, and asks no IAM action of them (`fed_by` in the table), it isn't
known who they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from models import arns
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Requirement
from models.snapshot import Mapping, SourceAccess, Trigger
from simulator.edges.as_role import nobody_asked
from simulator.edges.ask import Ask
from simulator.edges.polled_on import asked_on, key_of
from simulator.edges.question import Nodes, standing_for, whole
from simulator.triggers.polled import On, Write, polled
from simulator.world.world import World

#: What DescribePipe says of a Kafka source. Source: EventBridge Pipes API Reference, "PipeSourceParameters".
_TOPIC = "SourceParameters.ManagedStreamingKafkaParameters.TopicName"
_SECRETS = "SourceParameters.ManagedStreamingKafkaParameters.Credentials."
_READ = "Source"


class Way(NamedTuple):
    """A way to feed a source: the requests that it takes, and what it needs of nobody in particular."""

    source: str
    asks: tuple[Ask, ...]
    beside: tuple[Requirement, ...] = ()


def ways(world: World, targets: Nodes) -> Iterator[Way]:
    """Yield every way to write to the source of an enabled mapping."""
    for node, mapping in _mappings(world, targets):
        yield from ways_into(world, node, mapping)


def _mappings(world: World, targets: Nodes) -> Iterator[tuple[str, Mapping]]:
    for mapping in world.mappings.between(whole(targets), None):
        if mapping.enabled:
            yield from ((node, mapping) for node in standing_for(mapping, targets))


def others(world: World, targets: Nodes) -> Iterator[tuple[str, str]]:
    """Yield each source that lets in others than IAM knows, and who they are."""
    for node, mapping in _mappings(world, targets):
        if who := _let_in_otherwise(world, mapping):
            yield node, who


def others_by_pipe(world: World, trigger: Trigger) -> str:
    """Who feeds a pipe's source of whom IAM knows nothing; empty: nobody."""
    mapping = of_pipe(world, trigger)
    return _let_in_otherwise(world, mapping) if mapping else "what the pipe reads was not read"


def _let_in_otherwise(world: World, mapping: Mapping) -> str:
    row = polled(mapping.source)
    if row is None:
        return "how it is written to is not known to this version"
    if row.fed_by or any(list(asked_on(world, mapping, write.on)) for write in row.writes):
        return row.fed_by
    return "the cluster's own users: it isn't entered with IAM"


def ways_into(world: World, node: str, mapping: Mapping) -> Iterator[Way]:
    """Yield the ways to write to a mapping's source, as ways to `node`."""
    row = polled(mapping.source)
    for write in row.writes if row else ():
        beside = tuple(lacking(world, write.action, fact) for fact in _facts(world, mapping, write))
        for asks in _asks(world, mapping, write):
            yield Way(node, asks, beside)


def of_pipe(world: World, trigger: Trigger) -> Mapping | None:
    """A pipe's source as a mapping has it; None: it wasn't read."""
    pipe = world.resources.get(trigger.source)
    source = pipe.attributes.get(_READ) if pipe else None
    if pipe is None or source is None:
        return None
    topic = pipe.attributes.get(_TOPIC)
    secrets = [value for name, value in pipe.attributes.items() if name.startswith(_SECRETS)]
    return Mapping(
        uuid=arns.short(trigger.source),
        source=source if source.startswith("arn:") else None,
        function=trigger.target,
        topics=(topic,) if topic else (),
        access=tuple(SourceAccess(type="SASL_SCRAM_512_AUTH", uri=secret) for secret in secrets),
    )


def _asks(world: World, mapping: Mapping, write: Write) -> Iterator[tuple[Ask, ...]]:
    """One for each resource that can be written to, with what else a writer needs: on the same one, or beside it."""
    for on in _arns(world, mapping, write.on):
        also = [
            Ask(action, other)
            for action, place in write.also
            for other in ((on,) if place is write.on else _arns(world, mapping, place))
        ]
        yield (Ask(write.action, on), *also)


def _arns(world: World, mapping: Mapping, on: On) -> list[str]:
    return [arn for arn in asked_on(world, mapping, on) if isinstance(arn, str)]


def _facts(world: World, mapping: Mapping, write: Write) -> list[MissingFact]:
    places = dict.fromkeys((write.on, *(place for _, place in write.also)))
    return [fact for place in places for fact in asked_on(world, mapping, place) if isinstance(fact, MissingFact)]


def keys_of(
    world: World, holder: str, attribute: str, actions: tuple[str, ...]
) -> tuple[tuple[Ask, ...], tuple[Requirement, ...]]:
    """What a writer needs on the customer managed key that an attribute of a resource names, if it names one."""
    found = list(key_of(world, holder, attribute)) if attribute else []
    asks = tuple(Ask(action, key) for key in found if isinstance(key, str) for action in actions)
    return asks, tuple(lacking(world, actions[0], fact) for fact in found if isinstance(fact, MissingFact))


def lacking(world: World, action: str, fact: MissingFact) -> Requirement:
    """What wasn't asked for is taken for granted, and said; what was asked for and refused is unknown."""
    fact = nobody_asked(world, fact)
    if fact.refused:
        return unknown(action, fact.about, fact)
    return Requirement("anyone", action, fact.about, Decision(Outcome.ALLOWED, assumes=(fact,)))


def unknown(action: str, on: str, fact: MissingFact) -> Requirement:
    return Requirement("anyone", action, on, Decision(Outcome.UNKNOWN, gaps=(fact,)))


def by_others(node: str, action: str, on: str, who: str) -> Requirement:
    """A step that others than IAM decide about."""
    fact = MissingFact(FactKind.ATTRIBUTES, on, f"who may cause it is decided by more than IAM: {who}")
    return Requirement(node, action, on, Decision(Outcome.UNKNOWN, gaps=(fact,)))
