"""What a trust policy leaves possible for the sessions of its role.

Every answer errs towards "possible": conditions are read only where they say which session tags may be passed, and a
Deny only where it is unconditional and meant for everybody. Who may take the role is the engine's question.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from models.policy import Condition, Effect, Policy, Quantifier, Statement
from simulator.policy.match import action_matches, fill, matches, template
from simulator.policy.spellings import conditions_of

ASSUME_ROLE = "sts:AssumeRole"
TAG_SESSION = "sts:TagSession"
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"

#: Operators that compare tag keys, with what a value is: a pattern, or text without regard to case.
_LISTS_OF_KEYS = frozenset({"StringEquals", "StringLike", "StringEqualsIgnoreCase"})


def are_sessions_alike(trust: Policy, other: Policy) -> bool:
    """Tell whether all that is asked here of one trust policy is the same of another, whomever they name."""
    return _of_sessions(trust) == _of_sessions(other)


def _of_sessions(trust: Policy) -> frozenset[Statement]:
    """The statements that leave something possible for sessions: what may be passed, and which services take them."""
    return frozenset(replace(each, sid=UNSET) for each in trust.statements if _bears_on_sessions(each))


def _bears_on_sessions(statement: Statement) -> bool:
    if any(_is_about(statement, action) for action in (TAG_SESSION, SET_SOURCE_IDENTITY, WEB_IDENTITY)):
        return True
    named = statement.principals
    return named is None or any(one.kind in ("Service", "*") or one.value == "*" for one in named)


def lets_service_in(trust: Policy | None, service: str) -> bool:
    """Tell whether a service principal may take the role; True for a trust policy that isn't known."""
    return trust is None or any(_names_service(each, service) for each in _allowing(trust, ASSUME_ROLE))


def lets_web_identity_in(trust: Policy | None) -> bool:
    """Tell whether any OIDC provider may; True for a trust policy that isn't known."""
    return trust is None or any(
        each.principals is None or any(one.kind in ("Federated", "*") for one in each.principals)
        for each in _allowing(trust, WEB_IDENTITY)
    )


def allows(trust: Policy | None, action: str) -> bool:
    """Tell whether a statement allows an action to anybody; True for a trust policy that isn't known."""
    return trust is None or any(True for _ in _allowing(trust, action))


def lets_tag_through(trust: Policy | None, tag: str, service: str | None = None) -> bool:
    """Tell whether a session tag of that key may be passed (by `service`, if named).

    Source: IAM User Guide, "Pass session tags in AWS STS": it takes an allow of sts:TagSession in the trust policy.
    """
    if trust is None:
        return True
    return any(
        (service is None or _names_service(each, service)) and all(_lets_key(part, tag) for part in conditions_of(each))
        for each in _allowing(trust, TAG_SESSION)
    )


def _allowing(trust: Policy, action: str) -> Iterator[Statement]:
    about = [each for each in trust.statements if _is_about(each, action)]
    if not any(each.effect is Effect.DENY and _is_for_all(each) for each in about):
        yield from (each for each in about if each.effect is Effect.ALLOW)


def _is_about(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(action_matches(pattern, action) for pattern in statement.actions)
    return not any(action_matches(pattern, action) for pattern in statement.not_actions or ())


def _is_for_all(statement: Statement) -> bool:
    everybody = any(one.value == "*" and one.kind in ("*", "AWS") for one in statement.principals or ())
    return everybody and not statement.condition


def _names_service(statement: Statement, service: str) -> bool:
    # In the China Regions some services have names of their own, such as ec2.amazonaws.com.cn.
    names = (service, f"{service}.cn")
    return statement.principals is None or any(
        (one.kind == "Service" and one.value in names) or (one.kind in ("*", "AWS") and one.value == "*")
        for one in statement.principals
    )


def _lets_key(condition: Condition, tag: str) -> bool:
    """Tell whether a condition leaves it possible to pass a tag of this key."""
    key = condition.key.lower()
    if condition.operator == "Null" and key == f"aws:requesttag/{tag.lower()}":
        return not all(value.lower() == "true" for value in condition.values)
    if key != "aws:tagkeys" or condition.quantifier is not Quantifier.ALL or condition.operator not in _LISTS_OF_KEYS:
        return True
    return any(_key_matches(condition.operator, value, tag) for value in condition.values)


def _key_matches(operator: str, wanted: str, tag: str) -> bool:
    # Tag keys differ by more than case nowhere (IAM takes `Team` and `team` for one), so that here all ignore it.
    parts = template(wanted.lower(), True, wildcards=operator == "StringLike")
    glob = fill(parts, lambda _: None)
    # A variable's value isn't known here: anything may match.
    return glob is None or matches(glob, tag.lower())
