"""A second evaluator, written from AWS's pages and from nothing else: what the engine is held against.

It reads documents as they are (plain JSON), takes a context that is known altogether, and does everything the slow and
obvious way, one sentence of AWS's after the other. It imports nothing of the engine.

Sources: IAM User Guide, "Policy evaluation logic", "Policy evaluation for requests within a single account",
"Cross-account policy evaluation logic", "Permissions boundaries for IAM entities", "AWS JSON policy elements:
Principal", "… NotPrincipal", "… Resource"; AWS KMS Developer Guide, "Key policies in AWS KMS"; Organizations User
Guide, "SCP evaluation", "RCP evaluation". Conditions: `tests.policy.reference_conditions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.policy.reference_conditions import Values, condition_holds, expanded, like

Statement = Mapping[str, Any]
ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitDeny", "explicitDeny"
#: Callers without an account: nothing but the resource's side decides about them.
OUTSIDE = ("service", "anonymous", "federated")


@dataclass(frozen=True)
class Caller:
    kind: str
    name: str
    account: str = ""
    role: str = ""
    user: str = ""


def caller_of(text: str, role: str | None = None, user: str | None = None) -> Caller:
    if text == "*":
        return Caller("anonymous", text)
    if text.startswith("federated:"):
        return Caller("federated", text.removeprefix("federated:"))
    if not text.startswith("arn:"):
        return Caller("service", text)
    _, _, service, _, account, resource = text.split(":")
    kind, _, name = resource.partition("/")
    if service == "sts" and kind == "assumed-role":
        return Caller("session", text, account, role=role or f"arn:aws:iam::{account}:role/{name.split('/')[0]}")
    if service == "sts":
        return Caller("federated-user", text, account, user=user or "")
    return Caller(kind, text, account, role=text if kind == "role" else "")


def decide(
    *,
    principal: str,
    action: str,
    resource_arn: str,
    context: Mapping[str, Values],
    identity: list[Any] | None = None,
    boundary: list[Any] | None = None,
    session: list[Any] | None = None,
    resource: list[Any] | None = None,
    trust: list[Any] | None = None,
    scps: list[Any] | tuple[Any, ...] = (),
    rcps: list[Any] | tuple[Any, ...] = (),
    endpoint: list[Any] | None = None,
    role: str | None = None,
    user: str | None = None,
    management_account: bool = False,
    resource_in_management_account: bool = False,
    service_linked_role: bool = False,
    gateway_endpoint: bool = False,
    bound_by_rcps: bool = False,
    version: str = "2012-10-17",
) -> str:
    """Decide: allowed, explicitDeny or implicitDeny."""
    caller = caller_of(principal, role, user)
    inside = caller.kind not in OUTSIDE
    asked = Asked(
        caller,
        action,
        resource_arn,
        context,
        version == "2012-10-17",
        inside and boundary is not None,
        gateway_endpoint,
    )
    own_policy = trust if trust is not None else resource
    scp_levels = list(scps) if inside and not management_account and not service_linked_role else []
    rcp_levels = list(rcps) if bound_by_rcps and not resource_in_management_account and not service_linked_role else []

    # "An explicit deny in any of the policies overrides the allow."
    plain = [identity, boundary, session] if inside else []
    denied = any(asked.matches(s, "Deny", None) for p in (*plain, *scp_levels) for s in p or [])
    denied |= any(asked.matches(s, "Deny", "resource") for p in (own_policy, *rcp_levels) for s in p or [])
    denied |= any(asked.matches(s, "Deny", "endpoint") for s in endpoint or [])
    if denied:
        return EXPLICIT

    # "An SCP must allow at every level"; a VPC endpoint policy that is there has to allow.
    if not all(asked.allows(level or [], None) for level in scp_levels):
        return IMPLICIT
    if endpoint is not None and not asked.allows(endpoint, "endpoint"):
        return IMPLICIT
    sides = Sides(
        identity=asked.allows(identity or [], None, completes=True),
        boundary=boundary is None or asked.allows(boundary, None, completes=True),
        session=asked.allows(session, None) if session is not None else caller.kind != "federated-user",
        forms=asked.forms(own_policy or []),
    )
    return ALLOWED if permitted(asked, sides, is_role=trust is not None) else IMPLICIT


@dataclass(frozen=True)
class Sides:
    identity: bool
    boundary: bool
    session: bool
    forms: frozenset[str]
    """How the resource's policy names the caller where it allows: itself, behind, account, anybody."""


def permitted(asked: Asked, sides: Sides, *, is_role: bool) -> bool:
    caller, forms = asked.caller, sides.forms
    if caller.kind in OUTSIDE:
        return bool(forms)
    if caller.kind == "root":
        return _root_is_permitted(asked, forms)
    own = sides.identity and sides.boundary and sides.session
    if caller.account != asked.resource.split(":")[4]:
        # "Both policies must allow": each account decides for itself.
        return own and bool(forms)
    if "itself" in forms or "anybody" in forms:
        return True
    if "behind" in forms and sides.boundary and sides.session:
        return True
    if is_role or asked.is_key:
        # Without the trust or key policy nothing; one that names the account lets its IAM policies decide.
        return own and "account" in forms
    return own


def _root_is_permitted(asked: Asked, forms: frozenset[str]) -> bool:
    if asked.action == "sts:AssumeRole":
        return False
    if asked.is_key or asked.caller.account != asked.resource.split(":")[4]:
        return bool(forms)
    return True


@dataclass(frozen=True)
class Asked:
    """A request against one statement at a time."""

    caller: Caller
    action: str
    resource: str
    context: Mapping[str, Values]
    variables: bool
    bounded: bool
    gateway: bool

    @property
    def is_key(self) -> bool:
        return self.action.startswith("kms:") and ":key/" in self.resource

    def allows(self, statements: list[Statement], principals: str | None, *, completes: bool = False) -> bool:
        return any(self.matches(statement, "Allow", principals, completes) for statement in statements)

    def forms(self, statements: list[Statement]) -> frozenset[str]:
        allowing = [statement for statement in statements if self.matches(statement, "Allow", "resource")]
        return frozenset(form for statement in allowing for form in self._named(statement["Principal"]))

    def matches(self, statement: Statement, effect: str, principals: str | None, completes: bool | None = None) -> bool:
        """Whether a statement of that effect is about the request; `principals`: which kind of policy has them."""
        if statement["Effect"] != effect:
            return False
        if principals and not self._is_about_caller(statement, principals):
            return False
        return (
            self._action(statement)
            and self._resource(statement, principals is None if completes is None else completes)
            and all(
                condition_holds(operator, key, _many(values), self.context, self.variables)
                for operator, keys in statement.get("Condition", {}).items()
                for key, values in keys.items()
            )
        )

    def _action(self, statement: Statement) -> bool:
        named = "Action" in statement
        patterns = _many(statement["Action" if named else "NotAction"])
        return named is any(like(expanded(p.lower(), {}, False) or [], self.action.lower()) for p in patterns)

    def _resource(self, statement: Statement, completes: bool) -> bool:
        if "Resource" not in statement and "NotResource" not in statement:
            return True
        named = "Resource" in statement
        patterns = _many(statement["Resource" if named else "NotResource"])
        return named is any(self._one_resource(pattern, completes) for pattern in patterns)

    def _one_resource(self, pattern: str, completes: bool) -> bool:
        if completes and pattern.startswith("arn:"):
            # "IAM identifiers": what is left out of an ARN is as a wildcard there.
            pattern += ":*" * (5 - pattern.count(":"))
        tokens = expanded(pattern, self.context, self.variables)
        return tokens is not None and like(tokens, self.resource)

    def _is_about_caller(self, statement: Statement, where: str) -> bool:
        if "NotPrincipal" in statement:
            return not self._spared(statement["NotPrincipal"])
        forms = self._named(statement["Principal"])
        if where == "endpoint" and self.gateway and self.caller.kind != "root":
            forms -= {"account"}
        return bool(forms)

    def _spared(self, named: Any) -> bool:
        """Whom NotPrincipal excludes: by account, and by user, or role and session. Nobody with a boundary."""
        forms = self._named(named)
        wanted = {
            "user": {"itself", "account"},
            "federated-user": {"itself", "account"},
            "role": {"itself", "behind", "account"},
            "session": {"itself", "behind", "account"},
            "root": {"account"},
        }.get(self.caller.kind, {"itself"})
        return not self.bounded and ("anybody" in forms or wanted <= forms)

    def _named(self, principal: Any) -> set[str]:
        if principal == "*":
            return {"anybody"}
        return {
            form for kind, values in principal.items() for value in _many(values) if (form := self._form(kind, value))
        }

    def _form(self, kind: str, value: str) -> str | None:
        caller = self.caller
        if (kind, value) == ("AWS", "*"):
            return "anybody"
        if caller.kind in OUTSIDE:
            wanted = {"service": "Service", "federated": "Federated"}.get(caller.kind)
            return "itself" if (kind, value) == (wanted, caller.name) else None
        if kind != "AWS":
            return None
        if value in (caller.account, f"arn:aws:iam::{caller.account}:root"):
            return "account"
        if value in (caller.role, caller.user):
            return "behind"
        return "itself" if value == caller.name else None


def _many(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
