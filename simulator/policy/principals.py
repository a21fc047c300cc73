"""Who a Principal or NotPrincipal element means.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "… NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import UNSET

from models import arns
from models.context import Known, NotRead, Open
from models.errors import PolicyError
from models.policy import Condition, Statement, Texts
from models.request import Context, Requester, RequesterKind
from simulator.policy.conditions import compiled
from simulator.policy.formula import Formula, all_of, any_of, negation


class Form(StrEnum):
    """The way in which a principal names the caller; what limits an allow depends on it."""

    ITSELF = "itself"
    """User ARN of a user, session ARN of a session, a service, a provider."""
    BEHIND = "behind"
    """The ARN of the role, or of the user, behind a session."""
    ACCOUNT = "account"
    ANYBODY = "anybody"


# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ACCOUNT_FORM: Final = Form.ACCOUNT
_ANYBODY_FORM: Final = Form.ANYBODY
_BEHIND_FORM: Final = Form.BEHIND
_ITSELF_FORM: Final = Form.ITSELF
_ANONYMOUS: Final = RequesterKind.ANONYMOUS
_FEDERATED_IDENTITY: Final = RequesterKind.FEDERATED_IDENTITY
_FEDERATED_USER: Final = RequesterKind.FEDERATED_USER
_ROLE: Final = RequesterKind.ROLE
_ROOT: Final = RequesterKind.ROOT
_SERVICE: Final = RequesterKind.SERVICE
_SESSION: Final = RequesterKind.SESSION
_USER: Final = RequesterKind.USER


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
        return Requester(_ANONYMOUS, "*")
    if text.startswith("federated:"):
        return Requester(_FEDERATED_IDENTITY, text.removeprefix("federated:"))
    if not text.startswith("arn:"):
        if re.fullmatch(r"(service:)?[a-z0-9.-]+\.[a-z.]+", text):
            return Requester(_SERVICE, text.removeprefix("service:"))
        raise PolicyError(f"principal `{text}` is not an ARN, a service or `*`")
    parts, account = arns.parts(text), arns.account_of(text)
    if parts is None or parts.service not in ("iam", "sts") or account is None:
        raise PolicyError(f"principal `{text}` is not the ARN of a user, role, session or account")
    return _from_arn(text, parts, account, role, user)


def _from_arn(text: str, parts: arns.Parts, account: str, role: str | None, user: str | None) -> Requester:
    kind, _, name = parts.resource.partition("/")
    if parts.resource == "root":
        return Requester(_ROOT, text, account)
    if parts.service == "iam" and name and kind == "user":
        return Requester(_USER, text, account)
    if parts.service == "iam" and name and kind == "role":
        return Requester(_ROLE, text, account, role=text)
    if parts.service == "iam" and name and kind in ("oidc-provider", "saml-provider"):
        return Requester(_FEDERATED_IDENTITY, text)
    if parts.service == "sts" and kind == "assumed-role" and "/" in name:
        made = f"arn:{parts.partition}:iam::{account}:role/{name.split('/')[0]}"
        return Requester(_SESSION, text, account, role=role or made)
    if parts.service == "sts" and kind == "federated-user" and name:
        return Requester(_FEDERATED_USER, text, account, user=user)
    raise PolicyError(f"principal `{text}` is not the ARN of a user, role, session or account")


def account_named(value: str) -> str | None:
    """The account that a principal names as a whole: its number or its root ARN."""
    if not value.endswith(":root"):
        return value if arns.ACCOUNT.fullmatch(value) else None
    parts = arns.parts(value)
    whole = parts is not None and parts.service == "iam" and parts.resource == "root"
    return arns.account_of(value) if whole else None


#: What is named in which forms, by a bit for each form; shared, and never changed.
_FORMS: tuple[Mapping[Form, Formula], ...] = tuple(
    {form: True for index, form in enumerate(Form) if bits >> index & 1} for bits in range(1 << len(Form))
)
_ITSELF, _BEHIND, _ACCOUNT, _ANYBODY = (1 << index for index in range(len(Form)))
#: Of a policy that says of nobody whom it is about: it is about whoever has it.
HOLDER = _FORMS[_ITSELF]


_NOBODY: frozenset[str] = frozenset()


class Named:
    """Whom the principals of an element name, made ready to be asked for many callers."""

    __slots__ = ("accounts", "anybody", "arns", "federated", "services", "sessions")

    def __init__(self, written: str | dict[str, Texts]) -> None:
        self.anybody = written == "*"
        self.accounts: dict[str, frozenset[str]] = {}
        self.services = self.federated = _NOBODY
        aws: list[str] = []
        if isinstance(written, str):
            written = {} if self.anybody else {"AWS": written}
        for kind, texts in written.items():
            values = (texts,) if isinstance(texts, str) else texts
            if kind == "AWS":
                self._add_aws(values, aws)
            elif kind == "Service":
                self.services = frozenset(values)
            elif kind == "Federated":
                self.federated = frozenset(values)
            elif kind == "*" and "*" in values:
                self.anybody = True
        self.arns = frozenset(aws)
        self.sessions = tuple([value for value in aws if ":assumed-role/" in value])

    def _add_aws(self, values: Iterable[str], arns_named: list[str]) -> None:
        for value in values:
            if value == "*":
                self.anybody = True
            elif (account := account_named(value)) is not None:
                self._add_account(account, value)
            elif value:
                arns_named.append(value)

    def _add_account(self, account: str, value: str) -> None:
        """Add an account with the partition of the ARN that names it; without partitions: by its number, in any."""
        known = self.accounts.get(account)
        by_number = account == value or known == frozenset()
        self.accounts[account] = frozenset() if by_number else (known or frozenset()) | {arns.partition_of(value)}

    def forms(self, caller: Requester, context: Context, bounded: Formula) -> Mapping[Form, Formula]:
        """In which forms, and if what, they name the caller; empty: they don't.

        Only a role whose session isn't known makes it a formula: a session's ARN names one of its sessions. `bounded`
        says whether the caller has a permissions boundary, as NotPrincipal asks.
        """
        bits = _ANYBODY if self.anybody else 0
        kind = caller.kind
        if kind is _SERVICE:
            return _FORMS[bits | _ITSELF if caller.name in self.services else bits]
        if kind is _FEDERATED_IDENTITY:
            return _FORMS[bits | _ITSELF if caller.name in self.federated else bits]
        if kind is _ANONYMOUS:
            return _FORMS[bits]
        partitions = self.accounts.get(caller.account or "")
        if partitions is not None and (not partitions or arns.partition_of(caller.name) in partitions):
            bits |= _ACCOUNT
        if kind is not _ROLE and caller.name in self.arns:
            bits |= _ITSELF
        if caller.role in self.arns or caller.user in self.arns:
            bits |= _BEHIND
        if kind is _ROLE and self.sessions:
            session = any_of(_session_named(value, caller, context) for value in self.sessions)
            if session is not False:
                return {**_FORMS[bits], _ITSELF_FORM: session}
        return _FORMS[bits]


class Excepted(Named):
    """Everybody but whom NotPrincipal names."""

    __slots__ = ()

    def forms(self, caller: Requester, context: Context, bounded: Formula) -> Mapping[Form, Formula]:
        excepted = self.spared(caller, context, bounded)
        return _FORMS[0] if excepted is True else {_ITSELF_FORM: negation(excepted)}

    def spared(self, caller: Requester, context: Context, bounded: Formula) -> Formula:
        """Whether NotPrincipal spares the caller: by the forms AWS asks for, and nobody with a boundary.

        A boundary counts "regardless of the values specified in the NotPrincipal element".
        """
        forms = super().forms(caller, context, bounded)
        if bounded is True or _ANYBODY_FORM in forms:
            return negation(bounded)
        wanted: tuple[Form, ...] = (_ITSELF_FORM,)
        if caller.kind in (_USER, _FEDERATED_USER):
            wanted = (_ITSELF_FORM, _ACCOUNT_FORM)
        elif caller.kind in (_ROLE, _SESSION):
            wanted = (_ITSELF_FORM, _BEHIND_FORM, _ACCOUNT_FORM)
        elif caller.kind is _ROOT:
            wanted = (_ACCOUNT_FORM,)
        return all_of((negation(bounded), *(forms.get(form, False) for form in wanted)))


class Everybody(Named):
    """Of a policy that says of nobody whom it is about."""

    __slots__ = ()

    def forms(self, caller: Requester, context: Context, bounded: Formula) -> Mapping[Form, Formula]:
        return HOLDER


def named(statement: Statement) -> Named:
    """Whom a statement with Principal or NotPrincipal is about."""
    if statement.not_principal is not UNSET:
        return Excepted(statement.not_principal)
    return Named(statement.principal or {})


def named_once(statement: Statement, caller: Requester, context: Context, bounded: Formula) -> Mapping[Form, Formula]:
    """As `named(statement).forms(…)`, for a statement that is asked once."""
    written = statement.principal
    if written.__class__ is dict and len(written) == 1 and caller.account is not None:
        value = written.get("AWS")
        # As most are: one ARN, and not that of a whole account or of a session.
        if value.__class__ is str and value[:4] == "arn:" and value[-5:] != ":root" and ":assumed-role/" not in value:
            bits = _ITSELF if value == caller.name and caller.kind is not _ROLE else 0
            return _FORMS[bits | _BEHIND if value == caller.role or value == caller.user else bits]
    return named(statement).forms(caller, context, bounded)


def _session_named(value: str, caller: Requester, context: Context) -> Formula:
    """Whether this session is the one that a session ARN names: aws:userid ends in the session's name."""
    parts = arns.parts(value)
    if parts is None or parts.service != "sts" or parts.account != caller.account:
        return False
    if parts.partition != arns.partition_of(caller.name):
        return False
    kind, _, rest = parts.resource.partition("/")
    role, _, session = rest.partition("/")
    if kind != "assumed-role" or role != (caller.role or "").rsplit("/", 1)[-1] or not session:
        return False
    if not isinstance(context.lookup("aws:userid"), Open | NotRead | Known):
        return False
    escaped = re.sub(r"[$*?]", r"${\g<0>}", session)
    return compiled(Condition("StringLike", "aws:userid", (f"*:{escaped}",)), True)(context.lookup)
