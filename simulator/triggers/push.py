"""How services invoke functions for a resource: what a row of the table of triggers says, and which row a trigger has.

The rows themselves are in `simulator.triggers.services`; the rules that draw edges ask here only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from models import arns


class Acts(StrEnum):
    """How a service invokes: by itself, which the function's policy has to allow, or with a role that it assumes."""

    ITSELF = "itself"
    ROLE = "role"
    EITHER = "either"


class Sent(StrEnum):
    """Whether a service's request carries aws:SourceAccount."""

    YES = "yes"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Feed:
    """What somebody must be allowed who causes a trigger.

    `on` is the resource: `{source}` stands for the trigger's own, `{bus}` for a rule's bus, `{prefix}` and `{suffix}`
    for those of a notification, the names in the row's form for those parts of the source's ARN, and `{.Name}` for an
    attribute of the source; with a `*` any one name will do. `event` is the beginning of the events that the action
    causes, empty for any.
    """

    action: str
    on: str = "{source}"
    event: str = ""


@dataclass(frozen=True, slots=True)
class TriggerService:
    """A service that invokes functions for a resource.

    `configured_on` is the form of the trigger's ARN without partition: `{name}` is one part of it, `{name+}` may hold
    slashes and colons, `{name*}` may be empty too. `source_arn` is the aws:SourceArn that is sent, made of `{source}`.
    `role_needs` is what the role needs on the function beside lambda:InvokeFunction. `guard` names the attribute of
    the source that says how callers are let in (`AWS_IAM`: by the feeds; `NONE`: all); it is empty where that is no
    matter of IAM alone. None: the feeds are all there is, and without any nobody feeds it.
    `unconfirmed` says in words which facts of the row no page of AWS states; a question may give other context.
    """

    principal: str
    label: str
    configured_on: str
    acts: Acts
    source: str
    also_as: tuple[str, ...] = ()
    source_arn: str = "{source}"
    source_account: Sent = Sent.YES
    needs_account: str = "recommended"
    role_needs: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    guard: str | None = None
    role_across_accounts: bool = False
    qualifier: str = "the one that is configured"
    unconfirmed: tuple[str, ...] = ()

    def sent_for(self, source: str) -> str:
        """The aws:SourceArn of a trigger that is configured on `source`."""
        return self.source_arn.replace("{source}", source)

    def parts_of(self, source: str) -> dict[str, str]:
        """The named parts of a source's ARN, its partition among them."""
        found = _form(self.configured_on).fullmatch(_tail(source))
        return {"partition": arns.partition_of(source), **(found.groupdict() if found else {})}

    def principals_for(self, source: str) -> tuple[str, ...]:
        """The service principals as which it comes, the usual one first."""
        return (self.principal, *(name.format(**self.parts_of(source)) for name in self.also_as))

    def feeds_of(self, events: tuple[str, ...]) -> tuple[Feed, ...]:
        """What causes a trigger that listens to `events` (of none are told: to all)."""
        found = [feed for feed in self.feeds if not events or any(_causes(feed.event, event) for event in events)]
        return tuple({(feed.action, feed.on): feed for feed in found}.values())


def find(principal: str, source: str, rows: tuple[TriggerService, ...]) -> TriggerService | None:
    """The first row of a service whose form the source has; None: not known to this version."""
    if arns.parts(source) is None:
        return None
    mine = (row for row in rows if row.principal == principal)
    return next((row for row in mine if _form(row.configured_on).fullmatch(_tail(source))), None)


def _tail(arn: str) -> str:
    """What follows the partition."""
    return arn.split(":", 2)[-1]


#: How much a part of a form may hold, by what its name ends in.
_WIDTHS = {"+": ".+", "*": ".*"}


@lru_cache(maxsize=256)
def _form(template: str) -> re.Pattern[str]:
    """The form of an ARN as a pattern."""
    text = ""
    for literal, name in re.findall(r"([^{}]*)(\{[^{}]+\})?", template):
        text += re.escape(literal)
        if name:
            text += f"(?P<{name.strip('{}+*')}>{_WIDTHS.get(name[-2], '[^/:]+')})"
    return re.compile(text, re.DOTALL)


def _causes(prefix: str, event: str) -> bool:
    """Whether what begins with `prefix` is among the events that a trigger listens to."""
    if event.startswith(prefix) or event in ("s3:*", "*"):
        return True
    return event.endswith("*") and prefix.startswith(event[:-1]) and event != prefix
