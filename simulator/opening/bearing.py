"""Which statements of somebody's own policies are others after a change, and whether edges of a kind hang on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from models.edge import EdgeKind
from models.policy import Statement
from models.request import Attached
from simulator.edges import assumes, invokes, invokes_url
from simulator.edges.candidates import ACTIONS
from simulator.triggers.polled import POLLED, On
from simulator.triggers.services import SERVICES
from simulator.world.nodes import covers
from simulator.world.world import World

Statements = frozenset[Statement]

#: What nearly every document is written in.
VERSION = "2012-10-17"
#: What is asked of whoever writes to a source that Lambda polls, and of a role with which it begins to be polled.
WRITES = frozenset(
    action for row in POLLED.values() for write in row.writes for action in (write.action, *dict(write.also))
)
#: On what nothing is asked for a mapping that says nothing of what fails.
_OF_WHAT_FAILS = frozenset(on for on in On if on.name.startswith("FAILURE_"))
READS = frozenset(
    action
    for row in POLLED.values()
    for need in row.all_needs
    if need.on not in _OF_WHAT_FAILS
    for action in need.actions
)
_TAKING = (assumes.ACTION, assumes.WITH_WEB_IDENTITY, assumes.WITH_SAML)
#: What sources ask for, kind by kind.
_ASKED: Mapping[EdgeKind, tuple[str, ...]] = {
    EdgeKind.INVOKES: (invokes.ACTION,),
    EdgeKind.INVOKES_URL: (invokes_url.ACTION, invokes.ACTION),
    EdgeKind.ASSUMES: (assumes.ACTION,),
}
#: What anybody asks for: services with the roles that were given to them, and others with theirs, too.
_ASKED_BY_ANYBODY: Mapping[EdgeKind, tuple[str, ...]] = {
    **_ASKED,
    EdgeKind.ASSUMES: _TAKING,
    EdgeKind.RUNS_AS: _TAKING,
    EdgeKind.TRIGGERS: (
        *_TAKING,
        *_ASKED[EdgeKind.INVOKES_URL],
        *(need for row in SERVICES for need in row.role_needs),
    ),
    EdgeKind.POLLED_BY: _TAKING,
    EdgeKind.FEEDS: _TAKING,
    EdgeKind.CHANGES: (*_TAKING, *sorted(ACTIONS | READS | WRITES)),
    EdgeKind.QUALIFIES: (),
}
_ABOUT_SOURCES = frozenset({EdgeKind.TRIGGERS, EdgeKind.POLLED_BY, EdgeKind.FEEDS})
#: Services of whatever is asked for by who writes to a source, or reads what Lambda polls; with their keys.
_OF_SOURCES = frozenset(
    action.partition(":")[0].lower()
    for action in (
        "kms:Decrypt",
        *(action for row in POLLED.values() for need in row.all_needs for action in need.actions),
        *(action for row in POLLED.values() for write in row.writes for action in (write.action, *dict(write.also))),
        *(
            action
            for row in SERVICES
            for feed in row.feeds
            for action in (feed.action, *dict(feed.also), *feed.key_actions)
        ),
    )
)


def others(before: World, after: World, holders: Iterable[str]) -> Statements | None:
    """The statements that one of some users and roles has in one world only; None: more than statements differ."""
    found: set[Statement] = set()
    seen: set[tuple[frozenset[int], frozenset[int]]] = set()
    for holder in holders:
        (old, was_lacking), (new, is_lacking) = _layers(before, holder), _layers(after, holder)
        if was_lacking != is_lacking:
            return None
        for layer, other in zip(old, new, strict=True):
            if (layer is None) != (other is None):
                return None
            if layer is None or other is None:
                continue
            was, now = {id(one.policy): one for one in layer}, {id(one.policy): one for one in other}
            key = (frozenset(was.keys() - now.keys()), frozenset(now.keys() - was.keys()))
            if key in seen:
                continue
            seen.add(key)
            gone, come = [was[one] for one in key[0]], [now[one] for one in key[1]]
            if any(one.policy.version != VERSION for one in (*gone, *come)):
                # In older documents variables are text: one statement then says this or that.
                return None
            found |= _statements(gone) ^ _statements(come)
    return frozenset(found)


def _layers(world: World, holder: str) -> tuple[tuple[tuple[Attached, ...] | None, ...], object]:
    """What somebody asks with, layer by layer, and what of it was not read."""
    identity, unread = world.identity_of(holder)
    boundary, also_unread = world.boundary_of(holder)
    return (identity, boundary, world.session_of(holder)), (unread, also_unread)


def _statements(policies: Iterable[Attached]) -> set[Statement]:
    return {replace(each, sid=UNSET) for one in policies for each in one.policy.statements}


def bears(statements: Statements | None, kind: EdgeKind) -> bool:
    """Whether edges of a kind may hang on one of these statements, by what their sources ask for."""
    if statements is None:
        return True
    if kind in _ABOUT_SOURCES:
        return any(map(is_about_sources, statements))
    return _speak_of(statements, _ASKED[kind])


def bears_by_anybody(statements: Statements | None, kind: EdgeKind, asked: Callable[[str], bool] = bool) -> bool:
    """The same by whatever anybody asks for, as far as it is `asked` for at all."""
    if statements is None or kind not in _ASKED_BY_ANYBODY:
        return statements is None or bool(statements)
    if kind in _ABOUT_SOURCES and any(map(is_about_sources, statements)):
        return True
    return _speak_of(statements, filter(asked, _ASKED_BY_ANYBODY[kind]))


def _speak_of(statements: Statements, actions: Iterable[str]) -> bool:
    return any(covers(one, action, None) for action in actions for one in statements)


def is_about_sources(statement: Statement) -> bool:
    """Whether it may be about what is written to, or what Lambda polls."""
    if statement.actions is None:
        return True
    services = {action.partition(":")[0].lower() for action in statement.actions}
    return any("*" in one or "?" in one or one in _OF_SOURCES for one in services)
