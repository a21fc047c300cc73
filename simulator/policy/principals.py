"""Who a Principal or NotPrincipal element means.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "… NotPrincipal".
"""

from __future__ import annotations

import re
from enum import StrEnum

from models import arns
from models.context import Known, NotRead, Open
from models.errors import PolicyError
from models.policy import Condition, Principal, Statement
from models.request import Context, Requester, RequesterKind
from simulator.policy.formula import Formula, all_of, any_of, negation
from simulator.policy.operators import test_condition

_IN_ACCOUNT = frozenset(
    {
        RequesterKind.USER,
        RequesterKind.ROLE,
        RequesterKind.SESSION,
        RequesterKind.FEDERATED_USER,
        RequesterKind.ROOT,
    }
)


class Form(StrEnum):
    """The way in which a principal names the caller; what limits an allow depends on it."""

    ITSELF = "itself"
    """User ARN of a user, session ARN of a session, a service, a provider."""
    BEHIND = "behind"
    """The ARN of the role, or of the user, behind a session."""
    ACCOUNT = "account"
    ANYBODY = "anybody"


def requester(text: str, role: str | None = None, user: str | None = None) -> Requester:
    """Read a principal as `evaluate` takes it.

    Args:
        text: a user, role, assumed-role session, federated user or root ARN, a provider's ARN, a service, or `*`.
        role: the ARN, with its path, of the role behind a session; without it the role has no path.
        user: the ARN of the user behind a federated-user session.

    Raises:
        PolicyError: for anything else.
    """
    if text in ("*", "anyone"):
        return Requester(RequesterKind.ANONYMOUS, "*")
    if text.startswith("federated:"):
        return Requester(RequesterKind.FEDERATED_IDENTITY, text.removeprefix("federated:"))
    if not text.startswith("arn:"):
        if re.fullmatch(r"(service:)?[a-z0-9.-]+\.[a-z.]+", text):
            return Requester(RequesterKind.SERVICE, text.removeprefix("service:"))
        raise PolicyError(f"principal `{text}` is not an ARN, a service or `*`")
    parts, account = arns.parts(text), arns.account_of(text)
    if parts is None or parts.service not in ("iam", "sts") or account is None:
        raise PolicyError(f"principal `{text}` is not the ARN of a user, role, session or account")
    return _from_arn(text, parts, account, role, user)


def _from_arn(text: str, parts: arns.Parts, account: str, role: str | None, user: str | None) -> Requester:
    kind, _, name = parts.resource.partition("/")
    if parts.resource == "root":
        return Requester(RequesterKind.ROOT, text, account)
    if parts.service == "iam" and name and kind == "user":
        return Requester(RequesterKind.USER, text, account)
    if parts.service == "iam" and name and kind == "role":
        return Requester(RequesterKind.ROLE, text, account, role=text)
    if parts.service == "iam" and name and kind in ("oidc-provider", "saml-provider"):
        return Requester(RequesterKind.FEDERATED_IDENTITY, text)
    if parts.service == "sts" and kind == "assumed-role" and "/" in name:
        made = f"arn:{parts.partition}:iam::{account}:role/{name.split('/')[0]}"
        return Requester(RequesterKind.SESSION, text, account, role=role or made)
    if parts.service == "sts" and kind == "federated-user" and name:
        return Requester(RequesterKind.FEDERATED_USER, text, account, user=user)
    raise PolicyError(f"principal `{text}` is not the ARN of a user, role, session or account")


def is_account(principal: Principal) -> bool:
    return principal.kind == "AWS" and account_named(principal.value) is not None


def account_named(value: str) -> str | None:
    """The account that a principal names as a whole: its number or its root ARN."""
    if arns.ACCOUNT.fullmatch(value):
        return value
    parts = arns.parts(value)
    whole = parts is not None and parts.service == "iam" and parts.resource == "root"
    return arns.account_of(value) if whole else None


def named(principal: Principal, caller: Requester, context: Context) -> dict[Form, Formula]:
    """In which forms, and if what, a principal names the caller; empty: it doesn't.

    Only a role whose session isn't known makes it a formula: a session's ARN names one of its sessions.
    """
    if principal.value == "*" and principal.kind in ("*", "AWS"):
        return {Form.ANYBODY: True}
    if caller.kind is RequesterKind.SERVICE:
        return {Form.ITSELF: True} if (principal.kind, principal.value) == ("Service", caller.name) else {}
    if caller.kind is RequesterKind.FEDERATED_IDENTITY:
        return {Form.ITSELF: True} if (principal.kind, principal.value) == ("Federated", caller.name) else {}
    if principal.kind != "AWS" or caller.kind not in _IN_ACCOUNT:
        return {}
    if account_named(principal.value) is not None:
        return {Form.ACCOUNT: True} if account_named(principal.value) == caller.account else {}
    if caller.kind is not RequesterKind.ROLE and principal.value == caller.name:
        return {Form.ITSELF: True}
    if principal.value in (caller.role, caller.user) and principal.value:
        return {Form.BEHIND: True}
    if caller.kind is RequesterKind.ROLE:
        session = _session_named(principal.value, caller, context)
        return {Form.ITSELF: session} if session is not False else {}
    return {}


def _session_named(value: str, caller: Requester, context: Context) -> Formula:
    """Whether this session is the one that a session ARN names: aws:userid ends in the session's name."""
    parts = arns.parts(value)
    if parts is None or parts.service != "sts" or parts.account != caller.account:
        return False
    kind, _, rest = parts.resource.partition("/")
    role, _, session = rest.partition("/")
    if kind != "assumed-role" or role != (caller.role or "").rsplit("/", 1)[-1] or not session:
        return False
    if not isinstance(context.lookup("aws:userid"), Open | NotRead | Known):
        return False
    escaped = re.sub(r"[$*?]", r"${\g<0>}", session)
    return test_condition(Condition("StringLike", "aws:userid", (f"*:{escaped}",)), True, context)


def spared(statement: Statement, caller: Requester, context: Context, has_boundary: Formula) -> Formula:
    """Whether NotPrincipal spares the caller: by the forms AWS asks for, and nobody with a boundary.

    A boundary counts "regardless of the values specified in the NotPrincipal element".
    """
    forms: dict[Form, Formula] = {}
    for principal in statement.not_principals or ():
        for form, formula in named(principal, caller, context).items():
            forms[form] = any_of((forms.get(form, False), formula))
    everybody = forms.get(Form.ANYBODY, False) is True
    if has_boundary is True or everybody:
        return negation(has_boundary)
    wanted: tuple[Form, ...] = (Form.ITSELF,)
    if caller.kind in (RequesterKind.USER, RequesterKind.FEDERATED_USER):
        wanted = (Form.ITSELF, Form.ACCOUNT)
    elif caller.kind in (RequesterKind.ROLE, RequesterKind.SESSION):
        wanted = (Form.ITSELF, Form.BEHIND, Form.ACCOUNT)
    elif caller.kind is RequesterKind.ROOT:
        wanted = (Form.ACCOUNT,)
    return all_of((negation(has_boundary), *(forms.get(form, False) for form in wanted)))


def admits(statement: Statement, caller: Requester, context: Context, has_boundary: Formula) -> dict[Form, Formula]:
    """The forms in which a statement's Principal element is about the caller."""
    if statement.not_principals is not None:
        return {Form.ITSELF: negation(spared(statement, caller, context, has_boundary))}
    forms: dict[Form, Formula] = {}
    for principal in statement.principals or ():
        for form, formula in named(principal, caller, context).items():
            forms[form] = any_of((forms.get(form, False), formula))
    return forms
