"""What was not read of all that changes are about, and of what opens and closes with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from models import arns
from models.answer import OpenedAnswer
from models.change import Change, SetExecutionRole, named
from models.decision import FactKind, MissingFact
from simulator.world.world import World


def lacking(
    before: World, after: World, changes: Sequence[Change], rows: Iterable[OpenedAnswer]
) -> tuple[MissingFact, ...]:
    """Return the facts of policies, tags, attributes and organizations that were refused, or that nobody asked for."""
    nodes = {node for row in rows for node in (row.source, row.target, *row.via)}
    nodes |= {value for change in changes for field in named(type(change)) if (value := getattr(change, field))}
    abouts = {"*"}.union(*(_abouts(after, node) for node in nodes))
    return (*after.facts_about(abouts), *_of_versions(before, changes))


def _abouts(world: World, node: str) -> Iterator[str]:
    """What a fact that bears on a node may be about: itself, its account, its managed policies."""
    account = arns.account_of(node)
    resource = world.resources.get(node)
    account = resource.account if resource else account
    yield from (node, arns.unqualified(arns.behind_url(node)) if arns.is_function(node) else node)
    if account:
        yield from (account, f"{account}/{arns.service_of(node)}")
    user = world.users.get(node)
    for holder in (node, *(user.groups if user else ())):
        found = world.users.get(holder) or world.roles.get(holder) or world.groups.get(holder)
        yield from found.attached if found else ()
        yield from filter(None, (getattr(found, "boundary", None),))


def _of_versions(before: World, changes: Iterable[Change]) -> Iterator[MissingFact]:
    """Versions keep the role with which they were published, and no snapshot says which."""
    for change in (one for one in changes if isinstance(one, SetExecutionRole)):
        function = before.functions.get(arns.unqualified(change.function))
        if function and function.versions and function.role != change.role:
            reason = "a version keeps the role with which it was published"
            yield MissingFact(FactKind.VERSION_ROLES, function.arn, reason, refused=before.strict)
