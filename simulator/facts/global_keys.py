"""The table of global and cross-service condition keys: what holds for each kind of caller.

Source: IAM User Guide, "AWS global condition context keys"; data/global_keys.json says how each row is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from simulator.facts.load import load

DERIVED = "derived"
PRESENT_OPEN = "present_open"
OPEN_OR_ABSENT = "open_or_absent"
ABSENT = "absent"

#: The kinds of caller that the table has a column for.
CALLERS = ("user", "role_session", "execution_role", "service", "federated_user", "anonymous", "web_identity")

_TAG_KEY = "${tagkey}"


class GlobalKey(NamedTuple):
    """One row. `rules` maps a kind of caller to one of the four rules; `how` and `notes` are for people.

    `services` are the called services that support the key (None: all), `without` the actions, in lower case, that
    lack it, `trusts` the service that the session's role has to trust, `domain` the only values it can have.
    """

    key: str
    type: str
    multivalued: bool
    rules: Mapping[str, str]
    how: str
    notes: str
    services: frozenset[str] | None
    without: frozenset[str]
    trusts: str | None
    domain: tuple[str, ...] | None


@lru_cache(maxsize=1)
def table() -> Mapping[str, GlobalKey]:
    """Return the rows by key in lower case; a template row is under its prefix, such as `aws:principaltag/`."""
    rows: dict[str, GlobalKey] = {}
    for raw in load("global_keys.json")["keys"]:
        services, domain = raw.get("services"), raw.get("domain")
        rows[raw["key"].lower().removesuffix(_TAG_KEY)] = GlobalKey(
            key=raw["key"],
            type=raw["type"],
            multivalued=raw["multivalued"],
            rules=raw["rules"],
            how=raw["how"],
            notes=raw["notes"],
            services=None if services is None else frozenset(services),
            without=frozenset(action.lower() for action in raw.get("without", ())),
            trusts=raw.get("trusts"),
            domain=None if domain is None else tuple(domain),
        )
    return rows


def row(key: str) -> GlobalKey | None:
    """Return the row of a key in any letter case; `aws:PrincipalTag/team` is in the row of its template."""
    return _row(key.lower())


@lru_cache(maxsize=4096)
def _row(key: str) -> GlobalKey | None:
    prefix, slash, rest = key.partition("/")
    if not slash:
        return table().get(key)
    return table().get(f"{prefix}/") if rest else None


def rule(key: str, caller_kind: str) -> str | None:
    """Return `derived`, `present_open`, `open_or_absent` or `absent`; None: the table has no row for the key.

    Raises:
        KeyError: if `caller_kind` isn't one of `CALLERS`.
    """
    found = row(key)
    return None if found is None else found.rules[caller_kind]
