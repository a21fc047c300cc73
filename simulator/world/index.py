"""A snapshot's rows by what asks for them: by ARN, by both ends, by the role that runs with them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from models import arns
from models.snapshot import (
    CodeCall,
    Function,
    FunctionUrl,
    Group,
    ManagedPolicy,
    Mapping,
    Resource,
    Role,
    Snapshot,
    Trigger,
    User,
)
from simulator.world.links import Links
from simulator.world.touched import Row, differing


class Index:
    """The rows of a snapshot; what is the same as in the one that it was changed from isn't indexed anew."""

    def __init__(self, snapshot: Snapshot, before: Index | None = None) -> None:
        self.snapshot = snapshot
        self.users: dict[str, User] = _by_arn(snapshot.users, *_known(before, "users"))
        self.groups: dict[str, Group] = _by_arn(snapshot.groups, *_known(before, "groups"))
        self.roles: dict[str, Role] = _by_arn(snapshot.roles, *_known(before, "roles"))
        self.functions: dict[str, Function] = _by_arn(snapshot.functions, *_known(before, "functions"))
        self.resources: dict[str, Resource] = _by_arn(snapshot.resources, *_known(before, "resources"))
        self.policies: dict[str, ManagedPolicy] = _by_arn(snapshot.policies, *_known(before, "policies"))
        self.providers = {provider.arn: provider for provider in snapshot.identity_providers}
        self.collected = frozenset(account.id for account in snapshot.accounts if account.collected)
        self.names = {account.id: account.name for account in snapshot.accounts if account.name}

    @cached_property
    def function_nodes(self) -> dict[str, None]:
        """Every function with its versions and aliases: a permission sits on each ARN by itself."""
        found: dict[str, None] = {}
        for function in self.snapshot.functions:
            found[function.arn] = None
            found.update((f"{function.arn}:{name}", None) for name in (*function.versions, *function.aliases))
        return found

    @cached_property
    def urls(self) -> dict[str, FunctionUrl]:
        """Function URLs by node: `url:` and the ARN of the function or alias that each is on."""
        return {
            arns.url_of(f"{function.arn}:{url.qualifier}" if url.qualifier else function.arn): url
            for function in self.snapshot.functions
            for url in function.urls
        }

    @cached_property
    def declared_calls(self) -> Links[tuple[Function, CodeCall]]:
        """What functions' code is said to do, from the session in which it runs to the resource."""
        return Links(
            (f"{function.role}#{function.arn}", call.resources, (function, call))
            for function in self.snapshot.functions
            if function.role
            for call in function.code_calls
        )

    @cached_property
    def triggers(self) -> Links[Trigger]:
        return Links((trigger.source, (trigger.target,), trigger) for trigger in self.snapshot.triggers)

    @cached_property
    def mappings(self) -> Links[Mapping]:
        return Links((mapping.origin, (mapping.function,), mapping) for mapping in self.snapshot.mappings)

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Users, roles, and the sessions in which functions run (see `simulator.world.nodes`)."""
        sessions = (f"{function.role}#{function.arn}" for function in self.snapshot.functions if function.role)
        return (*self.users, *self.roles, *sessions)

    @cached_property
    def actor_set(self) -> frozenset[str]:
        return frozenset(self.actors)

    @cached_property
    def actors_by_name(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Roles and their sessions by account and role name, as a session's ARN has it."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for node in self.actors:
            arn = node.partition("#")[0]
            if arns.is_role(arn):
                key = (arns.account_of(arn) or "", arn.rsplit("/", 1)[-1])
                found[key] = (*found.get(key, ()), node)
        return found

    def functions_with_role(self, role_arn: str) -> tuple[str, ...]:
        return self._functions_by_role.get(role_arn, ())

    @cached_property
    def _functions_by_role(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for function in self.snapshot.functions:
            if function.role:
                found[function.role] = (*found.get(function.role, ()), function.arn)
        return found


def _known(before: Index | None, name: str) -> tuple[Any, Any]:
    """Some rows of a snapshot that was indexed already, and how they are found there."""
    return (getattr(before.snapshot, name), getattr(before, name)) if before else ((), {})


def _by_arn(rows: tuple[Row, ...], known: tuple[Row, ...], by_arn: dict[str, Row]) -> dict[str, Row]:
    """Rows by ARN, in their order; most of them are known."""
    if known is rows:
        return by_arn
    pairs = differing(known, rows)
    if len(known) != len(rows) or any(old is None for old, _ in pairs.values()):
        return {row.arn: row for row in rows}
    return by_arn | {arn: new for arn, (_, new) in pairs.items() if new is not None}
