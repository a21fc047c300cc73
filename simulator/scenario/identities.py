"""Users, groups, roles and identity providers of a scenario, as a snapshot has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.policy import PolicyKind
from models.scenario import GroupShape, Permissions, RoleShape, Scenario, UserShape
from models.snapshot import Group, IdentityProvider, Role, User
from simulator.policy import limits
from simulator.scenario.arns import unique_id
from simulator.scenario.documents import Documents
from simulator.scenario.managed import ManagedPolicies
from simulator.scenario.names import Entry, Names
from simulator.scenario.source import Place
from simulator.scenario.store import Store

_INLINE = {"user": limits.USER, "group": limits.GROUP, "role": limits.ROLE}


@dataclass(frozen=True, slots=True)
class Identities:
    """Makes principals; their documents go into `store`, the policies they have attached into `managed`."""

    scenario: Scenario
    names: Names
    documents: Documents
    managed: ManagedPolicies
    store: Store

    def users(self) -> list[User]:
        return [self._user(key, shape or UserShape()) for key, shape in self.scenario.users.items()]

    def groups(self) -> list[Group]:
        rows = [(key, shape or GroupShape()) for key, shape in self.scenario.groups.items()]
        return [Group(**self._held(self._entry(key, "group"), shape, ("groups", key))) for key, shape in rows]

    def roles(self) -> list[Role]:
        return [self._role(key, shape) for key, shape in self.scenario.roles.items()]

    def providers(self) -> list[IdentityProvider]:
        made = []
        for key, shape in self.scenario.identity_providers.items():
            arn = self._entry(key, "provider").arn
            url = shape.url.removeprefix("https://") if shape.url else None
            clients = shape.clients if shape.type == "oidc" else ()
            made.append(IdentityProvider(arn=arn, kind=shape.type, url=url, client_ids=clients))
        return made

    def _entry(self, key: str, kind: str) -> Entry:
        return self.names.entry(key, (f"{kind}s", key), (kind,))[0]

    def _user(self, key: str, shape: UserShape) -> User:
        place: Place = ("users", key)
        entry = self._entry(key, "user")
        groups = []
        for name, at in self.documents.items(shape.groups, (*place, "groups")):
            group = self.names.arn(name, at, ("group",))
            if group.split(":")[4] != entry.account:
                raise self.names.source.error(at, f"`{name}` is a group of another account")
            groups.append(group)
        return User(
            **self._held(entry, shape, place),
            id=unique_id("AIDA", entry.arn),
            groups=tuple(sorted(groups)),
            boundary=self._boundary(shape, place, entry),
            tags=shape.tags,
        )

    def _role(self, key: str, shape: RoleShape) -> Role:
        place: Place = ("roles", key)
        entry = self._entry(key, "role")
        return Role(
            **self._held(entry, shape, place),
            id=unique_id("AROA", entry.arn),
            trust=self.store.put(self.documents.trust(shape.trust, (*place, "trust"))),
            boundary=self._boundary(shape, place, entry),
            tags=shape.tags,
        )

    def _boundary(self, shape: UserShape | RoleShape, place: Place, entry: Entry) -> str | None:
        if shape.boundary is None:
            return None
        return self.managed.arn(shape.boundary, (*place, "boundary"), entry.account)

    def _held(self, entry: Entry, shape: Permissions, place: Place) -> dict[str, Any]:
        """Return what users, groups and roles have in common."""
        inline: dict[str, str] = {}
        limit = _INLINE[entry.kind]
        for name, document in shape.policies.items():
            read = self.documents.verbatim(document, (*place, "policies", name), PolicyKind.IDENTITY, limit)
            inline[name] = self.store.put(read)
        for effect, section, forms in (("Allow", "allow", shape.allow), ("Deny", "deny", shape.deny)):
            for index, form in enumerate(forms):
                at = (*place, section, index)
                name = f"{section}-{index + 1}"
                if name in inline:
                    raise self.names.source.error(
                        (*place, "policies", name), f"`{name}` is the name of `{section}` [{index}]"
                    )
                statement = self.documents.allow(form, at, effect)
                inline[name] = self.store.put(self.documents.made([statement], PolicyKind.IDENTITY, at, limit))
        attached = [
            self.managed.arn(name, at, entry.account)
            for name, at in self.documents.items(shape.attach, (*place, "attach"))
        ]
        return {"arn": entry.arn, "inline": inline, "attached": tuple(sorted(set(attached)))}
