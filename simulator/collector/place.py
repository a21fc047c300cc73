"""Where triggers are looked for: one service in one Region of an account."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from models import arns
from models.decision import FactKind
from models.snapshot import Gap, GapStatus, Trigger
from simulator.collector.reader import Fact, Reader
from simulator.edges.feeds_onward import leads_onward

#: How calls may name a function: by name, or by account and name; a qualifier may follow.
#: Source: Lambda API Reference, "Invoke", FunctionName.
_NAMED = re.compile(r"(?:(?P<account>\d{12}):function:)?(?P<name>[\w-]+(?::[\w$-]+)?)", re.ASCII)


class Place:
    """Asks one service, and notes the triggers that it tells of. Whatever is refused is a Gap in their inventory."""

    def __init__(self, reader: Reader, region: str, service: str, principal: str, *, is_global: bool = False) -> None:
        """`service` is as ARNs name it, `principal` is as whom it invokes."""
        self.reader = reader
        self.region = region
        self.count = 0
        """How many triggers it told of."""
        self._service = service
        self._principal = principal
        self._inventory = f"{reader.account}/{service}" + ("" if is_global else f"/{region}")

    @property
    def fact(self) -> Fact:
        return Fact(FactKind.TRIGGERS, self._inventory)

    @property
    def policies(self) -> Fact:
        """The policies of the service's resources, where the call that lists those tells them too."""
        return Fact(FactKind.RESOURCE_POLICY, f"{self.reader.account}/{self._service}")

    def each(self, call: str, /, **parameters: Any) -> list[Any]:
        """Call to the last page and return what is listed, as far as it isn't refused."""
        return self.reader.many(call, self.fact, self.region, **parameters)

    def one(self, call: str, /, *, absent: Collection[str] = (), **parameters: Any) -> dict[str, Any]:
        """Call once; empty if it is refused, or if AWS says by an error code of `absent` that there is none."""
        return self.reader.one(call, self.fact, self.region, absent=absent, **parameters) or {}

    def arn(self, resource: str) -> str:
        """The ARN of one of the service's resources here."""
        return f"arn:{self.reader.partition}:{self._service}:{self.region}:{self.reader.account}:{resource}"

    def function(self, named: str, region: str | None = None) -> str | None:
        """The ARN of a function that is named as in a call, in this Region if in no other; None if it is none."""
        if arns.is_function(named):
            return named
        found = _NAMED.fullmatch(named)
        if found is None:
            return None
        account = found["account"] or self.reader.account
        return f"arn:{self.reader.partition}:lambda:{region or self.region}:{account}:function:{found['name']}"

    def trigger(
        self, source: str, target: str | None, *, attributes: Mapping[str, Any] | None = None, **fields: Any
    ) -> None:
        """Note that `source` invokes `target`, or writes to it what makes others run; anything else is let be.

        `attributes` are the source's, None for what it doesn't have; `fields` are further ones of the trigger.
        """
        # A name or qualifier that a variable left empty names none.
        if target is None or target.endswith(":"):
            return
        trigger = Trigger(**{"service": self._principal, **fields}, source=source, target=target)
        if not (arns.is_function(target) or arns.is_url(target) or leads_onward(trigger)):
            return
        self.reader.builder.trigger(trigger)
        known = {name: str(value) for name, value in (attributes or {}).items() if value is not None}
        self.reader.builder.resource(source, attributes=known)
        self.count += 1

    def json(self, call: str, text: str | None) -> dict[str, Any]:
        """What a text in an answer says as JSON; empty, and noted as unknown, if it says no object."""
        try:
            found = json.loads(text or "{}")
        except json.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            self.unknown(call, "a text in the answer is no JSON object")
            return {}
        return found

    def unknown(self, call: str, message: str) -> None:
        """Note that what an answer says can't be read as a trigger, though it may be one."""
        fact = self.fact
        self.reader.builder.gap(
            Gap(what=fact.what, about=fact.about, call=call, status=GapStatus.FAILED, message=message)
        )
