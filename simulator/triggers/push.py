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
    """Whose permission a service uses: its own, which the function's policy has to give; that of a role which it
    assumes; that of whoever calls it; or none but the execution role's trust."""

    ITSELF = "itself"
    ROLE = "role"
    EITHER = "either"
    CALLER = "caller"
    EXECUTION_ROLE = "execution role"


class Sent(StrEnum):
    """Whether a service's request carries a key."""

    YES = "yes"
    UNCONFIRMED = "unconfirmed"
    NO = "no"


class Called(StrEnum):
    """Which of a function's ARNs is called."""

    CONFIGURED = "the one that is configured"
    NUMBERED = "a numbered version only"
    URL = "the function or alias that the URL is on, with lambda:InvokeFunctionUrl as well"


@dataclass(frozen=True, slots=True)
class Feed:
    """What somebody must be allowed who causes a trigger.

    `on` is the resource: `{source}` stands for the trigger's own, `{bus}` for a rule's bus, `{prefix}` and `{suffix}`
    for those of a notification, the names in the row's form for those parts of the source's ARN, and `{.Name}` for an
    attribute of the source; `{topics}` for the MQTT topics that an IoT rule's SQL reads; with a `*` any one name will
    do. `event` is the beginning of the events that the action causes, empty for any. `unless` is an attribute with
    which the source takes nothing by this action, `when` one with the value that it takes; `settles` is a condition key
    with the attribute that is its value. `also` is what the same caller needs beside, as actions and what they are on.
    `key` is the attribute that names the source's KMS key, on which `key_actions` are needed too.
    """

    action: str
    on: str = "{source}"
    event: str = ""
    unless: str = ""
    when: tuple[str, str] | None = None
    settles: tuple[str, str] | None = None
    also: tuple[tuple[str, str], ...] = ()
    key: str = ""
    key_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriggerService:
    """A service that invokes functions for a resource.

    `configured_on` is the form of the trigger's ARN without partition (of what has no ARN: of its id): `{name}` is one
    part of it, `{name+}` may hold slashes and colons, `{name*}` may be empty too. `source_arn` is the aws:SourceArn
    that is sent, made of `{source}` or of the parts of its ARN; `token` that the source's id is sent as
    lambda:EventSourceToken.
    `role_needs` is what the role needs on the function beside lambda:InvokeFunction. `guard` names the attribute of
    the source that says how callers are let in (`AWS_IAM`: by the feeds; `NONE`: all); it is empty where that is no
    matter of IAM alone: by the feeds, and by others. None: the feeds are all there is, and without any nobody feeds
    it. `fed_by` says for people who does where the feeds can't. `only_in` is the one Region whose functions it calls;
    `own_region` and `own_account` say that it calls those of the source's only; `set_up` is what whoever configures it
    needs beside the service's own permissions.
    `unconfirmed` says in words which facts of the row no page of AWS states; a question may give other context.
    """

    principal: str
    label: str
    configured_on: str
    acts: Acts
    source: str
    also_as: tuple[str, ...] = ()
    source_arn: str = "{source}"
    source_arn_sent: Sent = Sent.YES
    source_account: Sent = Sent.YES
    needs_account: str = "recommended"
    token: bool = False
    role_needs: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    guard: str | None = None
    fed_by: str = ""
    role_across_accounts: bool = False
    called: Called = Called.CONFIGURED
    only_in: str = ""
    own_region: bool = False
    own_account: bool = False
    set_up: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()

    def sent_for(self, source: str) -> str:
        """The aws:SourceArn of a trigger that is configured on `source`."""
        return self.source_arn.format(source=source, **self.parts_of(source))

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

    def is_of(self, source: str) -> bool:
        """Whether a source has the form of the row's."""
        return _has_arn(self) == (arns.parts(source) is not None) and bool(
            _form(self.configured_on).fullmatch(_tail(source))
        )

    def acts_as(self, role: str | None) -> bool:
        """Whether a trigger of the row has a role, or has none."""
        return self.acts is Acts.EITHER or (role is not None) == (self.acts is Acts.ROLE)


def find(principal: str, source: str, role: str | None, rows: tuple[TriggerService, ...]) -> TriggerService | None:
    """The row of a service whose form the source has, rather one that acts as the trigger does; None: not known."""
    mine = [row for row in rows if row.principal == principal and row.is_of(source)]
    return next((row for row in mine if row.acts_as(role)), mine[0] if mine else None)


def _has_arn(row: TriggerService) -> bool:
    return ":" in row.configured_on


def _tail(source: str) -> str:
    """What follows the partition of an ARN; all of what has none."""
    return source.split(":", 2)[-1] if arns.parts(source) else source


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
    if event.startswith(prefix) or event in ("s3:*", "*", "all"):
        return True
    return event.endswith("*") and prefix.startswith(event[:-1]) and event != prefix
