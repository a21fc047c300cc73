"""What a person types, as a node: an ARN, a short name that only one thing has, a service, `anyone`.

Source of the forms: docs/output.md ("Nodes are named by ARN …").
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from models import arns
from models.decision import FactKind
from models.errors import UnknownNameError
from simulator.policy import match

if TYPE_CHECKING:
    from simulator.world.world import World

_SERVICE = re.compile(r"(?:service:)?([a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazon(?:aws)?\.com(?:\.cn)?)", re.ASCII)
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:\S.*", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
#: Which kinds a question means first, where a name fits several things.
_PREFERRED = {"principal": ("user", "role"), "resource": ("function",)}
MOST_NEAREST = 3


def resolve(world: World, name: str, what: str = "name") -> str:
    """Return the node that `name` means. `what` is `principal`, `resource`, `name`, or a kind of node.

    Raises:
        UnknownNameError: nothing has the name, several things have it, or the ARN is of something that a collected
            account would have and hasn't.
    """
    if name in ("anyone", "*"):
        return "anyone" if name == "anyone" or what == "principal" else "*"
    if name.startswith("url:"):
        return _url(world, name)
    if name.startswith(("federated:", "kafka:")):
        return name
    if found := _SERVICE.fullmatch(name):
        return f"service:{found.group(1)}"
    if name.startswith("arn:"):
        return _arn(world, name, what)
    if name.startswith("account:") and _ACCOUNT.fullmatch(name.removeprefix("account:")):
        return name
    return _short(world, name, what)


def _url(world: World, name: str) -> str:
    """A function URL by the function or alias that it is on: by its ARN, or a short name."""
    node = arns.url_of(resolve(world, arns.behind_url(name), "resource"))
    function = arns.unqualified(arns.behind_url(node))
    not_read = arns.account_of(function) not in world.collected or world.lacking(FactKind.FUNCTION, function)
    if node in world.urls or (not_read and arns.is_function(function)):
        return node
    raise UnknownNameError(name, "function URL", _nearest(arns.short(node), map(arns.short, world.urls)))


def _arn(world: World, name: str, what: str) -> str:
    if not _ARN.fullmatch(name):
        raise UnknownNameError(name, what, why="ill-formed ARN as")
    account, kind = arns.account_of(name), arns.kind_of(name)
    if kind == "session":
        return _session(world, name, what)
    inventory = _inventory(world, account, kind)
    if inventory is None or ":durable-execution" in name:
        return name
    known = frozenset(inventory)
    if name in known:
        return name
    base, qualifier = arns.split_function(name)
    if kind == "function" and qualifier in ("$LATEST", "$LATEST.PUBLISHED") and base in known:
        return name
    raise UnknownNameError(name, kind, _nearest(name, known))


def _inventory(world: World, account: str | None, kind: str) -> Iterable[str] | None:
    """All that there is of a kind, where all of an account was read."""
    if account not in world.collected or (world.lacking(FactKind.IDENTITY, account) and kind != "function"):
        return None
    found: dict[str, Iterable[str]] = {
        "user": world.users,
        "role": world.roles,
        "group": world.groups,
        "function": world.function_nodes,
    }
    return found.get(kind)


def is_known_to_lack(world: World, node: str) -> bool:
    """Whether a node is a user, role, group or function of an account that was read, and there is none of that name."""
    inventory = _inventory(world, arns.account_of(node), arns.kind_of(node))
    return inventory is not None and node not in inventory


def _session(world: World, name: str, what: str) -> str:
    parts = name.split(":", 5)[5].split("/")
    account = arns.account_of(name)
    there = any(arns.account_of(arn) == account and arn.rsplit("/", 1)[-1] == parts[1] for arn in world.roles)
    if len(parts) != 3 or not parts[2]:
        raise UnknownNameError(name, what, why="ill-formed session ARN as")
    if account in world.collected and not there and not world.lacking(FactKind.IDENTITY, account):
        raise UnknownNameError(name, "role of session", _nearest(parts[1], [arns.short(arn) for arn in world.roles]))
    return name


def _short(world: World, name: str, what: str) -> str:
    index = world.short_names
    found = index.get(name, ())
    if len(found) > 1:
        # What is asked for by its kind, such as a role, is of that kind.
        preferred = [node for node in found if arns.kind_of(node) in _PREFERRED.get(what, (what,))]
        others = [node for node in found if what == "resource" and arns.kind_of(node) not in ("user", "role", "group")]
        found = next((tuple(some) for some in (preferred, others) if len(some) == 1), found)
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise UnknownNameError(name, what, tuple(sorted(found))[:MOST_NEAREST], why="ambiguous")
    if _ACCOUNT.fullmatch(name) and what == "principal" and name in world.collected:
        partition = next((arns.partition_of(arn) for arn in (*world.roles, *world.functions)), "aws")
        return f"arn:{partition}:iam::{name}:root"
    near = (f"account:{name}",) if _ACCOUNT.fullmatch(name) else _nearest(name, index)
    raise UnknownNameError(name, what, near)


def _nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    every = sorted(set(names))
    close = difflib.get_close_matches(name, every, MOST_NEAREST, cutoff=0.6)
    if not close:
        pattern = match.glob(f"*{name.lower().rsplit('/', 1)[-1]}*")
        close = [item for item in every if len(name) > 2 and match.matches(pattern, item.lower())][:MOST_NEAREST]
    return tuple(close)


def short_names(world: World) -> dict[str, tuple[str, ...]]:
    """Every short form -> the nodes that have it; a function URL also by its address."""
    found: dict[str, dict[str, None]] = {url.url: {node: None} for node, url in world.urls.items() if url.url}
    for node in _named_nodes(world):
        for form in _forms(world, node):
            found.setdefault(form, {})[node] = None
    return {form: tuple(nodes) for form, nodes in found.items()}


def _named_nodes(world: World) -> Iterator[str]:
    yield from (*world.users, *world.roles, *world.groups, *world.function_nodes, *world.resources, *world.providers)
    for trigger in world.snapshot.triggers:
        yield trigger.source
    for mapping in world.snapshot.mappings:
        if mapping.source:
            yield mapping.source


def _forms(world: World, node: str) -> Iterator[str]:
    """`dev`, `user/dev`, `111111111111/dev`, `111111111111:user/dev`, `partner/dev`, `partner/user/dev`."""
    tail = node.split(":", 5)[-1]
    short = arns.short(node)
    with_path = tail.partition("/")[2]
    forms = dict.fromkeys((short, tail, with_path, f"{arns.kind_of(node)}/{short}"))
    resource = world.resources.get(node)
    account = arns.account_of(node) or (resource.account if resource else None)
    for form in forms:
        if not form:
            continue
        yield form
        for owner in (account, world.names.get(account or "")):
            if owner:
                yield f"{owner}/{form}"
                yield f"{owner}:{form}"
