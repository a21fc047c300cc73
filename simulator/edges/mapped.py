"""Who may have a function poll a source that its execution role may read, and write to that source himself.

Sources: Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources"; Service
Authorization Reference (lambda:CreateEventSourceMapping is asked on `*`, with lambda:FunctionArn).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from models import arns
from models.context import NOTHING_GIVEN, Known
from models.edge import Part, Status
from models.snapshot import Function, Mapping
from simulator.edges.ask import Ask
from simulator.edges.asking import Going
from simulator.edges.candidates import able
from simulator.edges.feeds_polled import ways_into
from simulator.edges.polled_by import requirements
from simulator.edges.question import Question
from simulator.policy.rows import Outcomes
from simulator.triggers.polled import On, polled
from simulator.world.actors import Actors, column, told_of
from simulator.world.world import World

CREATE = "lambda:CreateEventSourceMapping"
CREATES = frozenset((CREATE.lower(),))
_FUNCTION = "lambda:functionarn"


def by_mapping(world: World, function: Function, question: Question) -> Iterator[Going]:
    """Yield a way for each source that the function could be made to poll, and each way to write to it."""
    if not function.role or not able(world, CREATES):
        return
    for source in _readable(world, f"{function.role}#{function.arn}", function):
        mapping = Mapping(uuid="new", source=source, function=function.arn)
        polling: tuple[Part, ...] = requirements(world, mapping, question)
        if any(part.status.rank > Status.UNKNOWN.rank for part in polling):
            continue
        create = Ask(CREATE, "*", ((_FUNCTION, Known((function.arn,))),))
        for way in ways_into(world, source, mapping):
            yield Going((create, *way.asks), (*polling, *way.beside), anybody=True)


def pollable(world: World) -> tuple[str, ...]:
    """Everything in the snapshot that Lambda can poll."""
    known = world.memo.get(("pollable", None))
    if not isinstance(known, tuple):
        mapped = (mapping.source for mapping in world.snapshot.mappings if mapping.source)
        every = dict.fromkeys((*world.resources, *mapped))
        known = world.memo[("pollable", None)] = tuple(sorted(arn for arn in every if polled(arn) is not None))
    return known


def _readable(world: World, session: str, function: Function) -> Iterator[str]:
    """Those of the function's Region that its role may begin to read, for all that is known."""
    near = [source for source in pollable(world) if arns.region_of(source) == arns.region_of(function.arn)]
    by_action: dict[str, list[str]] = defaultdict(list)
    for source in near:
        by_action[_asked_first(source)].append(source)
    reader = Actors(world, (session,))
    found = {source for action, some in by_action.items() for source in _begun(world, reader, action, some)}
    yield from (source for source in near if source in found)


def _begun(world: World, readers: Actors, action: str, sources: Collection[str]) -> Iterator[str]:
    """Those of some sources that readers may begin to read."""
    for source in told_of(world, readers, action, sources, NOTHING_GIVEN) if action else sources:
        if not action or _may(column(world, readers, action, source)):
            yield source


def readers(world: World, sources: Iterable[str]) -> Iterator[str]:
    """Yield the functions whose roles may begin to read one of some sources, for all that is known."""
    sessions = [node for node in world.actors if "#" in node]
    some = Actors(world, sessions)
    for source in sources:
        action = _asked_first(source)
        row = _may(column(world, some, action, source)) if action else some.whole
        yield from (node.partition("#")[2] for node in some.of(row))


def _asked_first(source: str) -> str:
    """What polling a source asks for first, if that is asked on the source itself; empty: it isn't."""
    row = polled(source)
    first = row.needs[0] if row else None
    return first.actions[0] if first and first.on is On.SOURCE and not first.any_of else ""


def _may(found: Outcomes) -> int:
    return found.allowed | found.conditional | found.unknown
