"""Who may have a function poll a source that its execution role may read, and write to that source himself.

Sources: Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources"; Service
Authorization Reference (lambda:CreateEventSourceMapping is asked on `*`, with lambda:FunctionArn).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from models import arns
from models.context import Known
from models.edge import Part, Status
from models.snapshot import Function, Mapping
from simulator.edges.ask import Ask
from simulator.edges.asking import Going
from simulator.edges.feeds_polled import ways_into
from simulator.edges.polled_by import requirements
from simulator.edges.question import Question
from simulator.triggers.polled import On, polled
from simulator.world.actors import Actors, column
from simulator.world.world import World

CREATE = "lambda:CreateEventSourceMapping"
CREATES = frozenset((CREATE.lower(),))
_FUNCTION = "lambda:functionarn"


def by_mapping(world: World, function: Function, sources: Iterable[str], question: Question) -> Iterator[Going]:
    """Yield a way for each source that the function could be made to poll, and each way to write to it.

    Args:
        sources: those that its role may begin to read.
    """
    for source in sources:
        mapping = Mapping(uuid="new", source=source, function=function.arn)
        polling: tuple[Part, ...] = requirements(world, mapping, question)
        if any(part.status.rank > Status.UNKNOWN.rank for part in polling):
            continue
        create = Ask(CREATE, "*", ((_FUNCTION, Known((function.arn,))),))
        for way in ways_into(world, source, mapping):
            yield Going((create, *way.asks), (*polling, *way.beside), anybody=True)


def pollable(world: World) -> tuple[str, ...]:
    """Everything in the snapshot that Lambda can poll."""
    return world.memo.once("pollable", None, lambda: tuple(sorted(_pollable(world))))


def _pollable(world: World) -> Iterator[str]:
    mapped = (mapping.source for mapping in world.snapshot.mappings if mapping.source)
    yield from (arn for arn in dict.fromkeys((*world.resources, *mapped)) if polled(arn) is not None)


def readable(world: World, functions: Iterable[str], sources: Iterable[str]) -> dict[str, list[str]]:
    """Those of some sources in its Region that each function's role may begin to read, for all that is known."""
    running = (world.functions[arn] for arn in functions if arn in world.functions)
    readers = Actors(world, [f"{function.role}#{function.arn}" for function in running if function.role])
    found: dict[str, list[str]] = defaultdict(list)
    for source in sources if readers.nodes else ():
        for node in readers.of(_reading(world, readers, source)):
            function = node.partition("#")[2]
            if arns.region_of(function) == arns.region_of(source):
                found[function].append(source)
    return found


def _reading(world: World, readers: Actors, source: str) -> int:
    row = polled(source)
    first = row.needs[0] if row else None
    if first is None or first.any_of or first.on is not On.SOURCE:
        return readers.whole
    asked = column(world, readers, first.actions[0], source)
    return asked.allowed | asked.conditional | asked.unknown
