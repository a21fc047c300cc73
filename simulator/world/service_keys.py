"""Condition keys that are in no table of global ones: services' own, those of STS, and those of identity providers.

Sources: Service Authorization Reference; IAM User Guide, "IAM and AWS STS condition context keys". Where the Reference
and that page disagree about keys of sts requests, the page goes: it has the claims `sub` and `aud` of every provider,
which the Reference lists for some only, and of a session's later calls it keeps `aud`, `sub`, `amr` and `id`, where
the Reference has also `app_id` and `user_id` for sts:AssumeRole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from models import arns
from models.context import Absent, Known, Open, State
from simulator.facts import reference
from simulator.world.caller import Call, CallerKind
from simulator.world.derived import has_key, resource_tag

_SAML = "assumerolewithsaml"
_WEB_IDENTITY = "assumerolewithwebidentity"
_ASSUME = frozenset({"assumerole", _SAML, _WEB_IDENTITY})

#: Providers built into AWS, whose claims a session keeps.
_BUILT_IN = frozenset({"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"})
_KEPT_CLAIMS = frozenset({"aud", "sub", "amr", "id"})
_KEPT_SAML = frozenset({"saml:sub", "saml:sub_type", "saml:namequalifier"})


class _StsKey(NamedTuple):
    operations: frozenset[str]
    may_be_absent: bool


def _sts(*operations: str, required: bool = False) -> _StsKey:
    return _StsKey(frozenset(operations), not required)


#: Keys of `sts:` in lower case -> the operations, in lower case, that have them; all others lack them.
_STS_KEYS: Mapping[str, _StsKey] = {
    "sts:externalid": _sts("assumerole"),
    "sts:rolesessionname": _sts(*_ASSUME, required=True),
    "sts:sourceidentity": _sts(*_ASSUME, "setsourceidentity"),
    "sts:transitivetagkeys": _sts(*_ASSUME, "tagsession"),
    "sts:durationseconds": _sts("getservicebearertoken", "getwebidentitytoken"),
    "sts:taskpolicyarn": _sts("assumeroot", required=True),
    "sts:requestcontext/": _sts("setcontext"),
    "sts:requestcontextproviders": _sts("setcontext"),
    "sts:roleauthorizedbyidp": _sts(_WEB_IDENTITY),
    "sts:awsservicename": _sts("getservicebearertoken", required=True),
    "sts:identitytokenaudience": _sts("getwebidentitytoken", required=True),
    "sts:signingalgorithm": _sts("getwebidentitytoken", required=True),
}


def state(call: Call, key: str) -> State:
    """Say what is known of a key, in lower case, that isn't a global one and doesn't begin with `aws:`."""
    prefix, _, rest = key.partition(":")
    if prefix == "saml":
        return _saml(call, key)
    if key.startswith("sts:"):
        return _sts_key(call, key)
    if "." in prefix:
        return _claim(call, key)
    if not rest or not _belongs(call, key, prefix):
        return Absent()
    if key == "lambda:functionarn":
        return _function_arn(call)
    name, _, tag = rest.partition("/")
    if name == "resourcetag" and tag:
        return resource_tag(call, tag, Open()) if has_key(call, f"aws:ResourceTag/{tag}") else Open()
    return Open(multivalued=reference.is_multivalued(key))


def _belongs(call: Call, key: str, prefix: str) -> bool:
    """Whether the Reference lists the key; of an action that it doesn't know: whether they are of one service."""
    if reference.is_known_action(call.action):
        return reference.supports_key(call.action, key)
    return prefix == call.service


def _function_arn(call: Call) -> State:
    """The function that is called by URL or configured; that of an event source mapping the step itself has to fix."""
    whole = arns.unqualified(call.resource)
    if ":function:" not in whole or set(whole) & set("*?"):
        return Open(may_be_absent=False)
    if whole == call.resource:
        return Known((whole,))
    # Whether the qualifier is part of it isn't said.
    return Open(may_be_absent=False, domain=(call.resource, whole))


def _sts_key(call: Call, key: str) -> State:
    name, slash, rest = key.partition("/")
    known = _STS_KEYS.get(f"{name}/" if slash and rest else key)
    operation = call.action.removeprefix("sts:")
    if known is None:
        return Open(multivalued=reference.is_multivalued(key)) if _belongs(call, key, "sts") else Absent()
    if operation not in known.operations or call.service != "sts":
        return Absent()
    return Open(may_be_absent=known.may_be_absent, multivalued=reference.is_multivalued(key))


def _saml(call: Call, key: str) -> State:
    """A SAML assertion's: an attribute may be a list, since AWS's pages disagree on which of them are."""
    caller = call.caller
    if not reference.supports_key("sts:AssumeRoleWithSAML", key):
        return Absent()
    if call.action == f"sts:{_SAML}":
        return _document(call) if key == "saml:doc" else Open(multivalued=reference.is_multivalued(key))
    if call.action == "sts:tagsession" and key == "saml:aud" and caller.kind is CallerKind.SAML:
        return Open()
    kept = key in _KEPT_SAML and caller.kind is CallerKind.ROLE_SESSION and not caller.from_service
    return Open() if kept else Absent()


def _document(call: Call) -> State:
    """saml:doc, which is ACCOUNT/PROVIDER-NAME."""
    arn = call.caller.provider.arn if call.caller.provider else ""
    name = arn.partition(":saml-provider/")[2]
    account = arns.account_of(arn)
    return Known((f"{account}/{name}",)) if account and name else Open(may_be_absent=False)


def _claim(call: Call, key: str) -> State:
    """`PROVIDER:CLAIM` of an OIDC token, PROVIDER being the provider's URL without its scheme."""
    provider, _, claim = key.rpartition(":")
    several = reference.is_multivalued(key)
    if call.action == f"sts:{_WEB_IDENTITY}":
        ours = _provider_of(call)
        if ours is not None and not key.startswith(f"{ours}:"):
            return Absent()
        claim = claim if ours is None else key.removeprefix(f"{ours}:")
        if claim == "aud" and call.caller.provider and call.caller.provider.client_ids:
            return Open(may_be_absent=False, multivalued=several, domain=call.caller.provider.client_ids)
        return Open(may_be_absent=claim not in ("sub", "aud"), multivalued=several)
    if call.caller.kind is not CallerKind.ROLE_SESSION or call.caller.from_service:
        return Absent()
    # Whether `aud` and `sub` of a provider that isn't built in stay in the session isn't confirmed: open.
    kept = _KEPT_CLAIMS if provider in _BUILT_IN else frozenset({"aud", "sub"})
    return Open(multivalued=several) if claim in kept else Absent()


def _provider_of(call: Call) -> str | None:
    """The provider of this call as condition keys spell it, in lower case; None: not said."""
    caller = call.caller
    if caller.provider_name:
        return caller.provider_name.lower()
    if caller.provider and caller.provider.kind == "oidc":
        url = caller.provider.url or caller.provider.arn.partition(":oidc-provider/")[2]
        return url.removeprefix("https://").lower() or None
    # A SAML provider has no claims: no key begins like this.
    return ":" if caller.provider else None
