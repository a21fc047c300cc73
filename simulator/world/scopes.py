"""What a condition key's state hangs on, of the caller and of the resource: where it is the same, it is asked once.

This follows `simulator.world.context` and what it calls; a test holds it to them, key by key. In doubt a key hangs on
everything: that costs time and is never wrong.
"""

from __future__ import annotations

from simulator.facts import global_keys
from simulator.policy.rows import Whose
from simulator.world.derived import DERIVED

_OF_ACCOUNT = frozenset({"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"})
_OF_CALLER = frozenset(
    {
        "aws:federatedprovider",
        "aws:principalarn",
        "aws:principaltag/",
        "aws:sourceidentity",
        "aws:userid",
        "aws:username",
        "lambda:sourcefunctionarn",
    }
)
#: Of the resource, and for what has none of the caller's account.
_OF_RESOURCE = frozenset(
    {
        "aws:requestedregion",
        "aws:requesttag/",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "aws:resourcetag/",
        "aws:tagkeys",
    }
)
#: Of the action and the kind of caller only: where the rule asks for a source, principals act for none.
_OF_KIND = frozenset(DERIVED) - _OF_ACCOUNT - _OF_CALLER - _OF_RESOURCE


def hangs_on(key: str) -> tuple[Whose, bool]:
    """What of a principal's a key's state hangs on, and whether it hangs on the resource."""
    lower = key.lower()
    name, slash, _ = lower.partition("/")
    row = global_keys.row(lower)
    if row is None:
        return _of_others(lower)
    if row.trusts:
        return Whose.CALLER, False
    known = f"{name}{slash}"
    if known not in DERIVED or known in _OF_KIND:
        return Whose.KIND, False
    if known in _OF_ACCOUNT:
        return Whose.ACCOUNT, False
    return (Whose.CALLER, False) if known in _OF_CALLER else (Whose.ACCOUNT, True)


def _of_others(key: str) -> tuple[Whose, bool]:
    if key.startswith("aws:"):
        return Whose.ACCOUNT, False
    if key.startswith("sts:"):
        return Whose.KIND, False
    if "." in key.partition(":")[0] or key.startswith("saml:"):
        return Whose.CALLER, True
    return Whose.ACCOUNT, True
