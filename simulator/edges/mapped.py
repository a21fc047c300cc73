"""Who may have a function poll a source that its execution role may read, and write to that source himself.

Sources: Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources"; Service
Authorization Reference (lambda:CreateEventSourceMapping is asked on `*`, with lambda:FunctionArn).
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.context import Known
from models.edge import Part, Status
from models.snapshot import Function, Mapping
from simulator.edges.ask import Ask
from simulator.edges.asking import Going
from simulator.edges.candidates import Candidates
from simulator.edges.feeds_polled import ways_into
from simulator.edges.polled_by import requirements
from simulator.edges.question import Question
from simulator.triggers.polled import On, polled
from simulator.world.actors import actors, column
from simulator.world.world import World

CREATE = "lambda:CreateEventSourceMapping"
_FUNCTION = "lambda:functionarn"


def by_mapping(world: World, function: Function, question: Question) -> Iterator[Going]:
    """Yield a way for each source that the function could be made to poll, and each way to write to it."""
    if not function.role or not anybody_may(world):
        return
    for source in _readable(world, f"{function.role}#{function.arn}", function):
        mapping = Mapping(uuid="new", source=source, function=function.arn)
        polling: tuple[Part, ...] = requirements(world, mapping, question)
        if any(part.status.rank > Status.UNKNOWN.rank for part in polling):
            continue
        create = Ask(CREATE, "*", ((_FUNCTION, Known((function.arn,))),))
        for way in ways_into(world, source, mapping):
            yield Going((create, *way.asks), (*polling, *way.beside), anybody=True)


def anybody_may(world: World) -> bool:
    known = world.memo.get(("may create mappings", None))
    if not isinstance(known, bool):
        known = world.memo[("may create mappings", None)] = bool(Candidates(world, actors(world)).row(CREATE))
    return known


def _sources(world: World) -> tuple[str, ...]:
    """Everything in the snapshot that Lambda can poll."""
    known = world.memo.get(("pollable", None))
    if not isinstance(known, tuple):
        mapped = (mapping.source for mapping in world.snapshot.mappings if mapping.source)
        every = dict.fromkeys((*world.resources, *mapped))
        known = world.memo[("pollable", None)] = tuple(sorted(arn for arn in every if polled(arn) is not None))
    return known


def _readable(world: World, session: str, function: Function) -> Iterator[str]:
    """Those of the function's Region that its role may begin to read, for all that is known."""
    every = actors(world)
    number = every.numbers.get(session)
    if number is None:
        return
    for source in _sources(world):
        row = polled(source)
        if row is None or arns.region_of(source) != arns.region_of(function.arn):
            continue
        first = row.needs[0]
        if first.any_of or first.on is not On.SOURCE:
            yield source
            continue
        asked = column(world, every, first.actions[0], source)
        if (asked.allowed | asked.conditional | asked.unknown) >> number & 1:
            yield source
