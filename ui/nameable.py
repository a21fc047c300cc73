"""What of a snapshot a field of a form may name. Imports no Streamlit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import ChangeError
from models.snapshot import Snapshot
from simulator.changes import find
from simulator.facts.managed import managed_policy, managed_policy_names
from simulator.render import names
from ui import view

#: Who may hold the policy of a side.
_HOLDERS = {
    "identity": ("user", "group", "role"),
    "trust": ("role",),
    "session": ("role",),
    "boundary": ("user", "role"),
    "scp": ("place",),
    "rcp": ("place",),
    "resource": ("function", "resource"),
}
#: Services that a policy names though nothing in the snapshot does yet.
_SERVICES = ("lambda.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com")
#: Element of a statement -> the words before what it lists.
_ELEMENTS = {"Principal": "for", "NotPrincipal": "for all but", "Resource": "on", "NotResource": "on all but"}
#: So much of what a statement lists is named.
_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A statement that a holder has; `policy` is None where it has only one policy of the side."""

    side: str
    policy: str | None
    sid: str
    label: str


def choices(snapshot: Snapshot, kinds: Sequence[str], side: str) -> list[str]:
    """What is of one of these kinds; without any, what has a policy of that side."""
    wanted = _HOLDERS.get(side, ("user", "role", "group", "function", "resource"))
    if side not in ("scp", "rcp") and kinds:
        wanted = tuple(kinds)
    return list(dict.fromkeys(name for kind in wanted for name in _of_kind(snapshot, kind)))


def _of_kind(snapshot: Snapshot, kind: str) -> Iterable[str]:
    match kind:
        case "user" | "role" | "group":
            return [holder.arn for holder in getattr(snapshot, f"{kind}s")]
        case "function":
            return _functions(snapshot)
        case "resource":
            sources = [mapping.source for mapping in snapshot.mappings if mapping.source]
            return [item.arn for item in snapshot.resources] + [item.source for item in snapshot.triggers] + sources
        case "policy":
            facts = filter(None, map(managed_policy, managed_policy_names()))
            return [policy.arn for policy in snapshot.policies] + sorted(fact.arn for fact in facts)
        case "place":
            found = snapshot.organization
            return sorted({*found.parents, *found.parents.values()}) if found else ()
        case "organization_policy":
            return _organization_policies(snapshot)
    return ()


def _organization_policies(snapshot: Snapshot) -> list[str]:
    """By name where only one has it, else by id."""
    found = snapshot.organization.policies.values() if snapshot.organization else ()
    named = Counter(policy.name for policy in found)
    return sorted(policy.name if named[policy.name] == 1 else policy.id for policy in found)


def label(name: str, accounts: Mapping[str, str], snapshot: Snapshot) -> str:
    """What a person calls a name that a field may hold."""
    units = snapshot.organization.names if snapshot.organization else {}
    shown = units.get(name) or accounts.get(name)
    return f"{shown} · {name}" if shown else view.choice(name, accounts, snapshot).label


def _functions(snapshot: Snapshot) -> Iterator[str]:
    for function in snapshot.functions:
        yield function.arn
        yield from (f"{function.arn}:{name}" for name in (*function.aliases, *function.versions))


def principals(snapshot: Snapshot) -> list[str]:
    """Whom a policy may let in."""
    services = {trigger.service for trigger in snapshot.triggers} | set(_SERVICES)
    return [
        *choices(snapshot, ("role", "user"), ""),
        *(f"service:{service}" for service in sorted(services)),
        *(provider.arn for provider in snapshot.identity_providers),
        *(f"account:{account.id}" for account in snapshot.accounts),
        "anyone",
    ]


def holders(snapshot: Snapshot) -> list[str]:
    """What has a statement that can be taken away."""
    people = [holder.arn for holder in (*snapshot.users, *snapshot.groups) if holder.inline or holder.attached]
    functions = [
        f"{function.arn}:{qualifier}" if qualifier else function.arn
        for function in snapshot.functions
        for qualifier in function.policies
    ]
    resources = [item.arn for item in snapshot.resources if item.policy]
    return [*(role.arn for role in snapshot.roles), *people, *functions, *resources]


def statements(snapshot: Snapshot, holder: str) -> list[Row]:
    """The statements of a holder, each in one line that no other has."""
    try:
        found = list(find.statements(snapshot, holder))
    except ChangeError:  # A name that was written, of something that isn't there: making the change will say so.
        return []
    return [Row(side, policy, sid, f"{_where(side, policy)}, {sid}: {said(row)}") for side, policy, sid, row in found]


def _where(word: str, policy: str | None) -> str:
    return view.short(policy) if policy else names.side(word)


def said(statement: Any) -> str:
    """A statement in a few words: `Allow sts:AssumeRole for role pipeline`."""
    if not isinstance(statement, dict):
        return "a statement"
    actions = _few(statement.get("Action")) or f"all but {_few(statement.get('NotAction'))}"
    what = [str(statement.get("Effect", "")), actions]
    what += [f"{word} {told}" for key, word in _ELEMENTS.items() if (told := _few(statement.get(key)))]
    return " ".join(what) + (", on a condition" if statement.get("Condition") else "")


def _few(value: Any) -> str:
    """The first of what an element lists, and how many more."""
    listed = _flat(value)
    shown = ", ".join(" ".join(part for part in names.parts(item) if part) for item in listed[:_SHOWN])
    return f"{shown} and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else shown


def _flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [item for inner in value.values() for item in _flat(inner)]
    if isinstance(value, list | tuple):
        return [item for inner in value for item in _flat(inner)]
    return [] if value is None else [str(value)]
