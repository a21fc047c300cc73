"""What the names in a scenario stand for.

A name is `account/name`, plain `name` where only one has it, `account:role/name` where several kinds have it, or an
ARN; a function's may end in `:qualifier`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from models.arns import ACCOUNT
from models.scenario import Scenario
from models.shape import nearest
from simulator.scenario import arns
from simulator.scenario.source import Place, Source

TEMPLATE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for. `kind` is user, group, role, provider, function, or a resource's `service:kind`."""

    name: str
    kind: str
    arn: str
    account: str
    qualifiers: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        return self.name.partition("/")[2]

    @property
    def short_kind(self) -> str:
        return self.kind.rpartition(":")[2]

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name that it goes by."""
        account = self.name.partition("/")[0]
        exact = f"{self.short_kind}/{self.short}"
        numbered = f"{self.account}/{self.short}"
        return (self.name, self.short, numbered, f"{account}:{exact}", f"{self.account}:{exact}")


IDENTITIES = ("user", "group", "role")
#: Any kind that isn't a resource of another service.
OWN_KINDS = (*IDENTITIES, "provider", "function")


@dataclass(slots=True)
class Names:
    """The names of one scenario; `source` knows where each was written."""

    source: Source
    accounts: dict[str, str]
    partition: str = "aws"
    entries: list[Entry] = field(default_factory=list)
    by_arn: dict[str, Entry] = field(default_factory=dict)
    spelled: dict[str, list[Entry]] = field(default_factory=dict)

    def add(self, place: Place, kind: str, tail: str, *, qualifiers: Iterable[str] = ()) -> None:
        """Learn the name that is the last key of `place`; `tail` is its ARN, or what follows the partition in it."""
        account, name = self.split(str(place[-1]), place)
        arn = tail if tail.startswith("arn:") else f"arn:{self.partition}:{tail}"
        if arn in self.by_arn:
            other = self.by_arn[arn].name
            raise self.source.error(place, f"the same ARN as `{other}`: {arn}", at_key=True)
        self.learn(f"{account}/{name}", kind, arn, qualifiers)

    def learn(self, name: str, kind: str, arn: str, qualifiers: Iterable[str] = ()) -> None:
        """Learn a name, `account/name`. What has an ARN already keeps its own."""
        if arn in self.by_arn:
            return
        entry = Entry(name, kind, arn, self.accounts[name.partition("/")[0]], tuple(qualifiers))
        self.entries.append(entry)
        self.by_arn[arn] = entry
        for spelling in dict.fromkeys(entry.spellings):
            self.spelled.setdefault(spelling, []).append(entry)

    def apart(self) -> Names:
        """The same names, to which others can be added without these learning them."""
        spelled = {spelling: list(entries) for spelling, entries in self.spelled.items()}
        return replace(self, entries=list(self.entries), by_arn=dict(self.by_arn), spelled=spelled)

    def split(self, name: str, place: Place) -> tuple[str, str]:
        """Return account and name of a key; without an account where there is only one."""
        account, slash, rest = name.partition("/")
        if slash and account in self.accounts:
            return account, rest
        if len(self.accounts) == 1:
            return next(iter(self.accounts)), name
        if not slash:
            raise self.source.error(place, f"`{name}` needs its account: `account/{name}`", at_key=True)
        raise self.source.error(place, f"unknown account `{account}`{nearest(account, self.accounts)}", at_key=True)

    def account(self, name: str, place: Place) -> str:
        """Return the number of an account that is named, or written as its number."""
        if name in self.accounts:
            return self.accounts[name]
        if ACCOUNT.fullmatch(name):
            return name
        raise self.source.error(place, f"unknown account `{name}`{nearest(name, self.accounts)}")

    def is_account(self, name: str) -> bool:
        return name in self.accounts or ACCOUNT.fullmatch(name) is not None

    def entry(self, name: str, place: Place, kinds: tuple[str, ...] = ()) -> tuple[Entry, str]:
        """Return what a name stands for, and the qualifier that it ends in (with its colon) or an empty text."""
        found = self._candidates(name)
        wanted = [row for row in found if not kinds or row[0].kind in kinds]
        if not wanted and found:
            other = found[0][0]
            raise self.source.error(place, f"`{name}` is a {other.short_kind}, not a {' or a '.join(kinds)}")
        if not wanted:
            raise self.source.error(place, f"unknown name `{name}`{self._nearest(name, kinds)}")
        if len(wanted) > 1:
            raise self.source.error(place, f"`{name}` may be {self._spellings(entry for entry, _ in wanted)}")
        entry, qualifier = wanted[0]
        if qualifier and qualifier[1:] not in ("*", "$LATEST", *entry.qualifiers):
            hint = nearest(qualifier[1:], entry.qualifiers) or "; it has " + (", ".join(entry.qualifiers) or "none")
            raise self.source.error(place, f"`{entry.name}` has no version or alias `{qualifier[1:]}`{hint}")
        return entry, qualifier

    def _candidates(self, name: str) -> list[tuple[Entry, str]]:
        """Return whatever has the name as a whole, else the functions that have it without its qualifier."""
        whole = [(entry, "") for entry in self.spelled.get(name, ())]
        head, colon, qualifier = name.rpartition(":")
        if whole or not colon:
            return whole
        functions = [entry for entry in self.spelled.get(head, ()) if entry.kind == "function"]
        return [(entry, f":{qualifier}") for entry in functions]

    def _nearest(self, name: str, kinds: tuple[str, ...]) -> str:
        wanted = [entry for entry in self.entries if not kinds or entry.kind in kinds]
        return nearest(name, [entry.name if "/" in name else entry.short for entry in wanted])

    def _spellings(self, entries: Iterable[Entry]) -> str:
        rows = [f"`{entry.name.partition('/')[0]}:{entry.short_kind}/{entry.short}`" for entry in entries]
        return f"{', '.join(rows[:-1])} or {rows[-1]}: write one of them"

    def arn(self, name: str, place: Place, kinds: tuple[str, ...] = ()) -> str:
        """Return the ARN that a name stands for; an ARN stands for itself, if the scenario has what it names.

        Raises:
            InputError: for a name that nothing has, or something of another kind.
        """
        if not name.startswith("arn:"):
            entry, qualifier = self.entry(name, place, kinds)
            return entry.arn + qualifier
        if not arns.ARN.fullmatch(name):
            raise self.source.error(place, f"`{name}` is not an ARN")
        self._check_there(name, place)
        return name

    def _check_there(self, arn: str, place: Place) -> None:
        """Refuse the ARN of a user, role, group or function that an account of the scenario doesn't have."""
        _, _, service, _, account, rest = arn.split(":", 5)
        kind = rest.replace(":", "/").partition("/")[0]
        is_open = "*" in arn or "${" in arn
        if account not in self.accounts.values() or is_open or (service, kind) not in _COLLECTED:
            return
        held = [entry for entry in self.entries if entry.account == account]
        known = {entry.arn for entry in held} | {f"{entry.arn}:{q}" for entry in held for q in entry.qualifiers}
        if arn.removesuffix(":$LATEST") not in known and held:
            raise self.source.error(place, f"unknown {kind} `{arn}`{nearest(arn, known)}")

    def pattern(self, text: str, place: Place) -> str:
        """Return a Resource (a pattern too) for a name, an ARN, `*`, or a text with `{{names}}` in it."""
        if text == "*":
            return text
        if "{{" in text:
            text = self.filled(text, place)
        elif not text.startswith("arn:"):
            return self.arn(text, place)
        if not arns.ARN.fullmatch(text):
            raise self.source.error(place, f"`{text}` is not an ARN")
        return text

    def filled(self, text: str, place: Place) -> str:
        """Replace each `{{name}}` by its ARN, and `{{account}}` by the account's number."""

        def stands_for(found: re.Match[str]) -> str:
            name = found.group(1)
            return self.accounts[name] if name in self.accounts else self.arn(name, place)

        return TEMPLATE.sub(stands_for, text)

    def node(self, name: str, place: Place) -> str:
        """Return the node of the graph that a question means: an ARN, `service:…`, `kafka:…`, `anyone`, …"""
        if name in ("anyone", "*"):
            return "anyone"
        if arns.SKILL.fullmatch(name):
            return name
        if arns.SERVICE.fullmatch(name.removeprefix("service:")):
            return f"service:{name.removeprefix('service:')}"
        head, colon, rest = name.partition(":")
        if colon and head == "url":
            return f"url:{self.arn(rest, place, ('function',))}"
        if colon and head in ("account", "federated", "kafka"):
            return f"account:{self.account(rest, place)}" if head == "account" else name
        if self.is_account(name) and not self._candidates(name):
            return f"account:{self.account(name, place)}"
        return self.filled(name, place) if "{{" in name else self.arn(name, place)


#: (service, kind) of what an account of a scenario has only if it is written there.
_COLLECTED = {("iam", "user"), ("iam", "role"), ("iam", "group"), ("lambda", "function")}


def read_names(source: Source, scenario: Scenario) -> Names:
    """Learn every name of a scenario.

    Raises:
        InputError: for a name that AWS would refuse, an account that isn't there, an ARN that two have.
    """
    names = Names(source, scenario.accounts, scenario.partition)
    numbers: dict[str, str] = {}
    for account, number in scenario.accounts.items():
        if not arns.ACCOUNT_NAME.fullmatch(account) or re.fullmatch(r"\d+", account):
            raise source.error(("accounts", account), f"`{account}` is not a name for an account", at_key=True)
        if number in numbers:
            raise source.error(("accounts", account), f"`{number}` is `{numbers[number]}` already")
        numbers[number] = account
    _learn_identities(names, scenario)
    _learn_functions(names, scenario)
    _learn_resources(names, scenario)
    return names


def _place(names: Names, section: str, key: str, form: re.Pattern[str]) -> tuple[Place, str, str]:
    """Return a key's place, the number of its account, and the name alone, which has to be of a form."""
    place: Place = (section, key)
    account, name = names.split(key, place)
    if not form.fullmatch(name):
        hint = ": give it a name of its own, and write its ARN as `arn`" if section == "resources" else ""
        raise names.source.error(place, f"`{name}` is not a name that AWS would take{hint}", at_key=True)
    return place, names.accounts[account], name


def _learn_identities(names: Names, scenario: Scenario) -> None:
    for section, kind, shapes in (
        ("users", "user", scenario.users),
        ("groups", "group", scenario.groups),
        ("roles", "role", scenario.roles),
    ):
        for key, shape in shapes.items():
            place, account, name = _place(names, section, key, arns.IAM_NAME)
            names.add(place, kind, f"iam::{account}:{kind}{shape.path if shape else '/'}{name}")
    for key, provider in scenario.identity_providers.items():
        place, account, name = _place(names, "identity_providers", key, arns.IAM_NAME)
        if provider.type == "oidc" and not provider.url:
            raise names.source.error(place, "an OIDC provider needs its `url`")
        url = (provider.url or "").removeprefix("https://")
        tail = f"oidc-provider/{url}" if provider.type == "oidc" else f"saml-provider/{name}"
        names.add(place, "provider", f"iam::{account}:{tail}")


def _learn_functions(names: Names, scenario: Scenario) -> None:
    for key, function in scenario.functions.items():
        place, account, name = _place(names, "functions", key, arns.FUNCTION_NAME)
        region = (function.region if function else None) or scenario.region
        qualifiers = (*function.versions, *function.aliases) if function else ()
        names.add(place, "function", f"lambda:{region}:{account}:function:{name}", qualifiers=qualifiers)


def _learn_resources(names: Names, scenario: Scenario) -> None:
    for key, resource in scenario.resources.items():
        place, account, name = _place(names, "resources", key, arns.RESOURCE_NAME)
        if resource.arn is not None:
            # The method ANY of an API, and what its path has in braces, are stars in the ARNs of its routes.
            is_open = "*" in resource.arn and not resource.type.startswith("execute-api:")
            if not arns.ARN.fullmatch(resource.arn) or is_open:
                raise names.source.error((*place, "arn"), f"`{resource.arn}` is not an ARN")
            names.add(place, resource.type, resource.arn)
            continue
        template = arns.TEMPLATES.get(resource.type)
        if template is None:
            hint = nearest(resource.type, arns.TEMPLATES) or "; write its `arn` out"
            raise names.source.error((*place, "type"), f"unknown type `{resource.type}`{hint}")
        bus = f"{resource.bus.rpartition('/')[2]}/" if resource.bus and resource.type == "events:rule" else ""
        bus = "" if bus == "default/" else bus
        region = resource.region or scenario.region
        tail = template.format(region=region, account=account, name=f"{bus}{name}")
        names.add(place, resource.type, tail)
