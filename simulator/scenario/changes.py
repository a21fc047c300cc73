"""The changes of a scenario's `what_if:`, with every name made an ARN and every short form a statement."""

from __future__ import annotations

from typing import Any, cast

from models import arns
from models.change import CREATED, KINDS, Change, Names, named
from models.policy import PolicyKind
from models.scenario import Scenario
from models.snapshot import Organization
from models.supposed import ChangeShape
from simulator.changes.names import HOLDERS
from simulator.changes.organization import places, places_meant
from simulator.scenario.documents import Documents
from simulator.scenario.managed import ManagedPolicies
from simulator.scenario.source import Place
from simulator.scenario.store import Store


class Changes:
    """Reads changes. What one of them creates may be named in those behind it: `documents` learns its name."""

    def __init__(self, scenario: Scenario, documents: Documents, organization: Organization | None) -> None:
        self.scenario = scenario
        self.documents = documents
        self.names = documents.names
        self.source = documents.source
        self.organization = organization

    def read(self, shape: ChangeShape, place: Place) -> Change:
        """Return the change that a shape means.

        Raises:
            InputError: for a name that nothing has, or a statement that AWS would refuse.
        """
        names = named(KINDS[shape.change])
        values: dict[str, Any] = {}
        for field in type(shape).model_fields:
            value, meant = getattr(shape, field), names.get(field)
            values[field] = self._named(value, meant, shape, (*place, field)) if meant and value is not None else value
        created = CREATED.get(shape.change)
        if created:
            values[created] = self._new(values[created], created, (*place, created))
        if "statement" in values:
            values["statement"] = self._statement(shape, values["holder"], (*place, "statement"))
        if "document" in values:
            values["document"] = self.documents.trust(values["document"], (*place, "document"))
        if shape.change == "set_feature":
            values["value"] = self._feature(values["feature"], values["value"], (*place, "value"))
        # Of one kind: the checks of all of them take longer to be made than all else that a small file asks for.
        made: Any = KINDS[shape.change].model_validate(values)
        return cast(Change, made)

    def _named(self, name: str, meant: Names, shape: Any, place: Place) -> str:
        if meant.kinds == ("place",):
            return self._place(name, place)
        if meant.kinds == ("organization_policy",):
            return name
        if meant.kinds == ("policy",):
            return self._policy(name, shape, place)
        side = getattr(shape, "side", "")
        if side in ("scp", "rcp"):
            return self._place(name, place)
        if not meant.kinds:
            return self.names.arn(name, place, HOLDERS.get(side, ()))
        # Whatever may be a source has a name of its own, a queue as well as a rule.
        return self.names.arn(name, place, () if meant.kinds == ("resource",) else meant.kinds)

    def _policy(self, name: str, shape: Any, place: Place) -> str:
        if name.startswith("arn:"):
            return name
        holder = getattr(shape, "holder", None)
        account = self.names.arn(holder, (*place[:-1], "holder")).split(":")[4] if holder else ""
        if not account:
            owner, rest = self.names.split(name, place)
            return f"arn:{self.names.partition}:iam::{self.names.account(owner, place)}:policy/{rest}"
        return ManagedPolicies(self.scenario, self.documents, Store()).arn(name, place, account)

    def _place(self, name: str, place: Place) -> str:
        """The id of the root or an OU, by its name too, or the number of an account."""
        found = self.organization
        if found is None:
            raise self.source.error(place, "there is no `organization:` in the scenario")
        known = places(found, {number: shown for shown, number in self.names.accounts.items()})
        several = places_meant(known, name, str(place[-1]))
        if len(several) > 1:
            raise self.source.error(place, f"ambiguous name `{name}`: {', '.join(several)}")
        return several[0] if several else self.names.account(name, place)

    def _new(self, name: str, kind: str, place: Place) -> str:
        """The ARN of what is created; what comes later may name it."""
        account, rest = self._owner(name, place)
        region = self.scenario.region
        number = self.names.accounts[account]
        tail = f"lambda:{region}:{number}:function:{rest}" if kind == "function" else f"iam::{number}:{kind}/{rest}"
        arn = name if name.startswith("arn:") else f"arn:{self.names.partition}:{tail}"
        self.names.learn(f"{account}/{rest.rpartition('/')[2]}", kind, arn)
        return arn

    def _owner(self, name: str, place: Place) -> tuple[str, str]:
        """The account of what is created, by its name, and what it is called there."""
        if not name.startswith("arn:"):
            return self.names.split(name, place)
        parts = arns.parts(name)
        account = next((key for key, number in self.names.accounts.items() if parts and number == parts.account), None)
        if account is None:
            raise self.source.error(place, f"`{name}` is in no account of the scenario")
        return account, name.rpartition(":")[2].rpartition("/")[2]

    def _statement(self, shape: Any, holder: str, place: Place) -> dict[str, Any]:
        statement = self.documents.statement(shape.side, holder, shape.statement, place)
        self.documents.check_statement(statement, PolicyKind(shape.side), place)
        return statement

    def _feature(self, feature: str, value: Any, place: Place) -> Any:
        if feature in ("dead_letter", "kms_key") and isinstance(value, str):
            return self.names.arn(value, place)
        if feature in ("layers", "file_systems") and isinstance(value, list | tuple):
            return tuple(self.names.arn(name, (*place, index)) for index, name in enumerate(value))
        return value
