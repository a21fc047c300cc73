"""What mends a way, in the shapes of the contract: each grant in all its forms, and what else it opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models import arns
from models.answer import OpenedAnswer, RepairGrantAnswer, RepairWay, ShareAnswer
from models.change import Change
from models.context import Given
from models.edge import Grant, Status
from simulator.answers import shapes
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.cheapest import Path
from simulator.repair import ways
from simulator.repair.forms import forms
from simulator.repair.narrowed import narrowed
from simulator.repair.remedies import Remedy, changes_of, joined
from simulator.repair.ways import Asked, Mended
from simulator.world.grants import ordered
from simulator.world.nodes import shown
from simulator.world.world import World

Effects = tuple[tuple[OpenedAnswer, ...], tuple[OpenedAnswer, ...]]


def of_path(world: World, path: Path, asked: Asked) -> tuple[RepairGrantAnswer, ...]:
    """The verified grants of one way; empty if it lacks nothing, or AWS would refuse them."""
    if path.status is not Status.MISSING or not all(edge.can_be_bought for edge in path.edges):
        return ()
    found = ways.mended(world, path, grants_of(world, path, asked.given), asked)
    return grants(world, found) if found else ()


def grants_of(world: World, path: Path, given: Given) -> tuple[Grant, ...]:
    """What a way lacks, statement by statement, the account first that it sets out from."""
    lacking = [grant for edge in path.edges for grant in narrowed(world, edge, given)]
    return ordered(joined(lacking), arns.account_of(shown(path.edges[0].source)))


def best(world: World, found: Iterable[Mended], k: int) -> tuple[RepairWay, ...]:
    """The first `k` of what mends a way: cheapest, then more certain, then what opens less besides, shorter, names.

    What each grant opens by itself is worked out only of what is told.
    """
    rows = [(one, effects(world, one.changes, *_ends(one))) for one in found]
    rows.sort(key=lambda row: _order(row[0], len(row[1][0])))
    return tuple(_way(world, one, *told) for one, told in rows[:k])


def _order(found: Mended, opens: int) -> tuple[object, ...]:
    names = tuple(shown(edge.target) for edge in found.path.edges)
    holders = tuple(remedy.grant.holder for remedy in found.remedies)
    return (found.cost, found.after.status.rank, opens, len(found.path.edges), names, holders)


def _way(world: World, found: Mended, opens: tuple[OpenedAnswer, ...], closes: tuple[OpenedAnswer, ...]) -> RepairWay:
    return RepairWay(
        cost=found.cost,
        manner=found.manner,
        grants=grants(world, found, opens),
        also_opens=opens,
        also_closes=closes,
        status=found.after.status.value,
        residual=shapes.together(residual for edge in found.after.edges for residual in edge.residuals),
        steps=tuple(shapes.step(edge) for edge in found.path.edges),
        by_account=shares(
            world, [(remedy.grant.account, remedy.changes) for remedy in found.remedies], _ends(found)[0]
        ),
    )


def grants(world: World, found: Mended, opens: tuple[OpenedAnswer, ...] | None = None) -> tuple[RepairGrantAnswer, ...]:
    """The grants of a way; `opens` is what they open together, where that is known already."""
    return granted(world, found.remedies, _ends(found), verified=found.after.status.is_open, opens=opens)


def _ends(found: Mended) -> tuple[str, str]:
    return shown(found.path.edges[0].source), shown(found.path.edges[-1].target)


def granted(
    world: World,
    found: Sequence[Remedy],
    ends: tuple[str, str],
    *,
    verified: bool,
    opens: tuple[OpenedAnswer, ...] | None = None,
) -> tuple[RepairGrantAnswer, ...]:
    """Grants in all their forms. These follow each other: what is written whole has what the one before has added."""
    rows = []
    snapshot = world.snapshot
    for remedy, also in zip(found, _also_opened(world, found, ends, opens), strict=True):
        said = forms(snapshot, remedy.changes)
        snapshot = apply(snapshot, remedy.changes)
        changes = as_file(remedy.changes)
        rows.append(
            RepairGrantAnswer(
                **dict(shapes.grant(remedy.grant)),
                verified=verified,
                also_opens=also,
                cli=said.cli,
                cloudformation=said.cloudformation,
                terraform=said.terraform,
                warning=said.warning,
                change=changes[-1],
                changes=changes,
            )
        )
    return tuple(rows)


def _also_opened(
    world: World, found: Sequence[Remedy], ends: tuple[str, str], together: tuple[OpenedAnswer, ...] | None
) -> list[tuple[OpenedAnswer, ...]]:
    """What each grant opens besides by itself; what opens only by all of them is told with the last."""
    if together is None:
        together = effects(world, changes_of(found), *ends)[0]
    if len(found) < 2:
        return [together for _ in found]
    alone = [effects(world, remedy.changes, *ends)[0] for remedy in found]
    told = {row for rows in alone for row in rows}
    last = (*alone[-1], *(row for row in together if row not in told))
    return [*alone[:-1], tuple(sorted(last, key=lambda row: (row.source, row.target, row.kind)))]


def as_file(changes: Iterable[Change]) -> tuple[dict[str, object], ...]:
    """Changes as a changes file holds them."""
    return tuple(change.model_dump(mode="json", exclude_none=True) for change in changes)


def effects(world: World, changes: Sequence[Change], source: str, target: str) -> Effects:
    """What opens and what closes with the changes, but for the pair that they are meant for."""
    found = what_if(world, changes)
    opens, closes = (
        tuple(row for row in rows if (row.source, row.target) != (source, target))
        for rows in (found.opens, found.closes)
    )
    return opens, closes


def shares(world: World, items: Sequence[tuple[str | None, Sequence[Change]]], source: str) -> tuple[ShareAnswer, ...]:
    """What each account has to do, the one first from which `source` sets out."""
    own = arns.account_of(source)
    accounts = sorted(dict.fromkeys(account for account, _ in items), key=lambda one: (one != own, one or ""))
    return tuple(_share(world, account, items) for account in accounts)


def _share(world: World, account: str | None, items: Sequence[tuple[str | None, Sequence[Change]]]) -> ShareAnswer:
    places = tuple(place for place, (owner, _) in enumerate(items) if owner == account)
    said = forms(world.snapshot, [change for place in places for change in items[place][1]])
    return ShareAnswer(
        account=account,
        name=world.names.get(account or ""),
        items=places,
        cli=said.cli,
        cloudformation=said.cloudformation,
        terraform=said.terraform,
        warning=said.warning,
    )
