"""What is told of a pair that opens or closes: by way of what, and what its rule says where it is closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from models.answer import OpenedAnswer
from models.edge import STATUS_OF, EdgeKind, Status
from simulator.answers.step import step
from simulator.opening.changed import PATH, Changed
from simulator.opening.joined import Joined
from simulator.opening.rows import GRANTED
from simulator.opening.ways import Ways
from simulator.world.actors import Actors, column_with_denies
from simulator.world.names import is_known_to_lack
from simulator.world.world import World


def told(pairs: Sequence[Changed], there: Joined, other: World) -> Iterator[OpenedAnswer]:
    """Yield the rows of an answer: `there` they are open, or more so than in the other world."""
    via = _via(pairs, there)
    closed = _closed(other, (one for one in pairs if one.before is None or one.after is None))
    for one in pairs:
        yield OpenedAnswer(
            source=one.source,
            target=one.target,
            kind=one.kind,
            before=(one.before or closed[one.pair]).value,
            after=(one.after or closed[one.pair]).value,
            via=via.get((one.source, one.target), ()) if one.kind == PATH else (),
        )


def _via(pairs: Iterable[Changed], there: Joined) -> dict[tuple[str, str], tuple[str, ...]]:
    targets: dict[tuple[str, Status], list[str]] = defaultdict(list)
    for one in pairs:
        best = one.after if one.opens else one.before
        if one.kind == PATH and best is not None:
            targets[one.source, best].append(one.target)
    ways = Ways(there)
    return {
        (source, target): via
        for (source, status), some in targets.items()
        for target, via in ways.via(source, some, status).items()
    }


def _closed(world: World, pairs: Iterable[Changed]) -> dict[tuple[str, str, str], Status]:
    """The statuses of what isn't open in a world: missing where its rule says nothing of it."""
    found: dict[tuple[str, str, str], Status] = {}
    granted: dict[EdgeKind, list[Changed]] = defaultdict(list)
    for one in pairs:
        if one.kind == PATH or is_known_to_lack(world, one.source) or is_known_to_lack(world, one.target):
            found[one.pair] = Status.MISSING
        elif (kind := EdgeKind(one.kind)) in GRANTED and (one.source in world.users or one.source in world.roles):
            granted[kind].append(one)
        else:
            asked = step(world, *one.pair)
            found[one.pair] = _but_open(Status(asked.status)) if asked else Status.MISSING
    for kind, some in granted.items():
        actors = Actors(world, sorted({one.source for one in some}))
        for one in some:
            outcomes = column_with_denies(world, actors, GRANTED[kind].action, one.target)
            found[one.pair] = _but_open(STATUS_OF[outcomes.outcome(actors.numbers[one.source])])
    return found


def _but_open(status: Status) -> Status:
    return Status.MISSING if status.is_open else status
