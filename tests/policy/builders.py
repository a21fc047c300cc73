"""Short ways to write a request with its policies, for tests of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.context import Absent, Known, Open, State
from models.decision import Decision, Layer, MissingFact
from models.policy import PolicyKind
from models.request import Attached, Request, Traits
from simulator.policy.authorize import Analysis, PolicySet, analyse, decide
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester
from simulator.policy.weigh import outcome

A = "111111111111"
B = "222222222222"
INVOKE = "lambda:InvokeFunction"
FUNCTION = f"arn:aws:lambda:eu-west-1:{B}:function:f"
USER = f"arn:aws:iam::{B}:user/dev"
ROLE = f"arn:aws:iam::{B}:role/ops/worker"
SESSION = f"arn:aws:sts::{B}:assumed-role/worker/me"
ROOT = f"arn:aws:iam::{B}:root"
FEDERATED = f"arn:aws:sts::{B}:federated-user/bob"
OTHER_USER = f"arn:aws:iam::{A}:user/dev"
OTHER_ROLE = f"arn:aws:iam::{A}:role/worker"
OTHER_SESSION = f"arn:aws:sts::{A}:assumed-role/worker/me"
KEY = f"arn:aws:kms:eu-west-1:{B}:key/k"
TARGET_ROLE = f"arn:aws:iam::{B}:role/target"


@dataclass
class Keys:
    """A request context: what isn't in it is absent."""

    states: Mapping[str, State] = field(default_factory=dict)

    def lookup(self, key: str) -> State:
        return {name.lower(): state for name, state in self.states.items()}.get(key.lower(), Absent())


def known(values: Mapping[str, str | list[str]]) -> dict[str, State]:
    return {
        key: Known((value,)) if isinstance(value, str) else Known(tuple(value), multivalued=True)
        for key, value in values.items()
    }


Document = dict[str, Any]


def allow(action: Any = INVOKE, resource: Any = FUNCTION, **more: Any) -> Document:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = INVOKE, resource: Any = FUNCTION, **more: Any) -> Document:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def to(principal: Any, **more: Any) -> Document:
    """An Allow of a resource-based policy."""
    return allow(Principal=principal, **more)


def trusts(principal: Any, **more: Any) -> Document:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}


def document(*statements: Document, version: str = "2012-10-17") -> Document:
    return {"Version": version, "Statement": list(statements)}


def attached(
    kind: PolicyKind, statements: Iterable[Document], name: str | None = None, version: str = "2012-10-17"
) -> Attached:
    return Attached(name or kind.value, parse_policy(document(*statements, version=version), kind, strict=False))


def policy_set(
    *,
    identity: Sequence[Document] | None = None,
    boundary: Sequence[Document] | None = None,
    session: Sequence[Document] | None = None,
    resource: Sequence[Document] | None = None,
    trust: Sequence[Document] | None = None,
    scps: Sequence[Sequence[Document] | None] = (),
    rcps: Sequence[Sequence[Document] | None] = (),
    endpoint: Sequence[Document] | None = None,
    unread: Mapping[Layer, tuple[MissingFact, ...]] | None = None,
    version: str = "2012-10-17",
) -> PolicySet:
    """Policies from statements; None: no such policy, or nothing attached at that level."""

    def one(kind: PolicyKind, statements: Sequence[Document] | None) -> tuple[Attached, ...]:
        return () if statements is None else (attached(kind, statements, version=version),)

    own = one(PolicyKind.TRUST, trust) if trust is not None else one(PolicyKind.RESOURCE, resource)
    return PolicySet(
        identity=one(PolicyKind.IDENTITY, identity),
        boundary=one(PolicyKind.BOUNDARY, boundary) or None,
        session=one(PolicyKind.SESSION, session) or None,
        resource=own or None,
        scps=tuple(one(PolicyKind.SCP, level) for level in scps),
        rcps=tuple(one(PolicyKind.RCP, level) for level in rcps),
        vpc_endpoint=one(PolicyKind.VPC_ENDPOINT, endpoint) or None,
        unread=unread or {},
    )


#: Fields of a request that a test may set beside its policies.
_OF_REQUEST = ("management_account", "resource_in_management_account", "service_linked_role", "gateway_endpoint")


def analysis(
    principal: str = USER,
    *,
    action: str = INVOKE,
    resource_arn: str = FUNCTION,
    context: Mapping[str, str | list[str]] | None = None,
    states: Mapping[str, State] | None = None,
    opens: Iterable[str] = (),
    role: str | None = None,
    user: str | None = None,
    traits: Traits | None = None,
    **more: Any,
) -> Analysis:
    settled = {key: more.pop(key) for key in _OF_REQUEST if key in more}
    keys = {**known(context or {}), **{key: Open() for key in opens}, **(states or {})}
    fields = resource_arn.split(":")
    request = Request(
        requester(principal, role or (ROLE if principal == SESSION else None), user),
        action,
        resource_arn,
        Keys(keys),
        resource_account=fields[4] if len(fields) > 4 and fields[4] else None,
        traits=traits or Traits(),
        **settled,
    )
    policies = policy_set(**more)
    found = analyse(request, policies)
    # Whatever a test says of a decision holds of policies that are asked once, and, however often they are asked, of
    # the form without reasons.
    decision = decide(found)
    assert decide(analyse(request, policies.changed(once=True))) == decision
    assert policies.unread or {outcome(request, policies) for _ in range(4)} == {decision.outcome}
    return found


def ask(principal: str = USER, **more: Any) -> Decision:
    """Decide a request; see `analysis` and `policy_set` for what may be said."""
    return decide(analysis(principal, **more))
