"""Small worlds written in Python: what tests of edges, graph and answers ask about."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from models.change import AddStatement, Change
from models.decision import FactKind
from models.snapshot import (
    Account,
    Assumption,
    Function,
    Gap,
    GapStatus,
    Group,
    IdentityProvider,
    ManagedPolicy,
    Mapping,
    Organization,
    OrganizationPolicy,
    Resource,
    Role,
    Snapshot,
    Trigger,
    User,
    document_id,
)
from simulator.world import World

ONE, TWO, THREE = "111111111111", "222222222222", "333333333333"
REGION = "eu-west-1"
ASSUME, INVOKE, BY_URL = "sts:AssumeRole", "lambda:InvokeFunction", "lambda:InvokeFunctionUrl"
Json = dict[str, Any]


def user(name: str, account: str = ONE) -> str:
    return f"arn:aws:iam::{account}:user/{name}"


def role(name: str, account: str = ONE) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def function(name: str, account: str = ONE) -> str:
    return f"arn:aws:lambda:{REGION}:{account}:function:{name}"


def queue(name: str, account: str = ONE) -> str:
    return f"arn:aws:sqs:{REGION}:{account}:{name}"


def topic(name: str, account: str = ONE) -> str:
    return f"arn:aws:sns:{REGION}:{account}:{name}"


def rule(name: str, account: str = ONE) -> str:
    return f"arn:aws:events:{REGION}:{account}:rule/{name}"


def allow(action: str | list[str], resource: str | list[str] | None = None, **more: Any) -> Json:
    """A statement; without a resource that of a trust policy."""
    return {"Effect": "Allow", "Action": action} | ({} if resource is None else {"Resource": resource}) | more


def deny(action: str | list[str], resource: str | list[str] | None = None, **more: Any) -> Json:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def trusting(*arns: str, **more: Any) -> Json:
    return allow(ASSUME, Principal={"AWS": list(arns)}, **more)


def permit(principal: Any, resource: str, **more: Any) -> Json:
    return allow(INVOKE, resource, Principal=principal, **more)


LAMBDA_TRUST = allow(ASSUME, Principal={"Service": "lambda.amazonaws.com"})


@dataclass
class Builder:
    """Collects what a test says there is. Accounts are collected unless they are only mentioned."""

    accounts: tuple[str, ...] = (ONE, TWO)
    trusted: tuple[str, ...] = ()
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    organization: Organization | None = None
    gaps: list[Gap] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)

    def document(self, *statements: Json) -> str:
        content = {"Version": "2012-10-17", "Statement": list(statements)}
        name = document_id(content)
        self.documents[name] = content
        return name

    def _add(self, kind: str, name: str, value: Any) -> None:
        self.parts.setdefault(kind, {})[name] = value

    def user(self, arn: str, *statements: Json, **more: Any) -> str:
        inline = {"inline": self.document(*statements)} if statements else {}
        self._add("users", arn, User(arn=arn, inline=inline, **more))
        return arn

    def group(self, arn: str, *statements: Json, **more: Any) -> str:
        inline = {"inline": self.document(*statements)} if statements else {}
        self._add("groups", arn, Group(arn=arn, inline=inline, **more))
        return arn

    def role(self, arn: str, trust: Json | list[Json], *statements: Json, **more: Any) -> str:
        inline = {"inline": self.document(*statements)} if statements else {}
        trusts = trust if isinstance(trust, list) else [trust]
        self._add("roles", arn, Role(arn=arn, trust=self.document(*trusts), inline=inline, **more))
        return arn

    def policy(self, arn: str, *statements: Json) -> str:
        self._add("policies", arn, ManagedPolicy(arn=arn, document=self.document(*statements)))
        return arn

    def provider(self, arn: str, **more: Any) -> str:
        self._add("identity_providers", arn, IdentityProvider(arn=arn, **more))
        return arn

    def function(self, arn: str, *permits: Json, role: str | None = None, **more: Any) -> str:
        """A function; permits go into the policy of the ARN that their Resource names. Without `role`: its own one."""
        policies: dict[str, list[Json]] = {}
        for statement in permits:
            tail = str(statement.get("Resource", arn)).removeprefix(arn)
            policies.setdefault(tail.removeprefix(":") if tail.startswith(":") else "", []).append(statement)
        if role is None:
            account, name = arn.split(":")[4], arn.rsplit(":", 1)[-1]
            role = self.role(f"arn:aws:iam::{account}:role/{name}-role", LAMBDA_TRUST)
        documents = {name: self.document(*statements) for name, statements in policies.items()}
        self._add("functions", arn, Function(arn=arn, role=role, policies=documents, **more))
        return arn

    def resource(self, arn: str, type: str, account: str, *statements: Json, **more: Any) -> str:
        policy = self.document(*statements) if statements else None
        self._add("resources", arn, Resource(arn=arn, type=type, account=account, policy=policy, **more))
        return arn

    def trigger(self, service: str, source: str, target: str, **more: Any) -> None:
        name = f"{source}>{target} {more}"
        self._add("triggers", name, Trigger(service=service, source=source, target=target, **more))

    def mapping(self, source: str | None, target: str, **more: Any) -> None:
        name = f"{source}>{target}"
        self._add("mappings", f"{name} {more}", Mapping(**{"uuid": name, "source": source, "function": target} | more))

    def gap(self, what: FactKind, about: str, call: str = "lambda:GetPolicy") -> None:
        self.gaps.append(Gap(what=what, about=about, call=call, status=GapStatus.DENIED))

    def assume(self, what: FactKind, about: str, reason: str = "not asked for") -> None:
        self.assumptions.append(Assumption(what=what, about=about, reason=reason))

    def organization_policies(
        self, documents: Table[str, Sequence[Json]], rcps: Sequence[str]
    ) -> dict[str, OrganizationPolicy]:
        """SCPs, and those named RCPs, with these statements: by the ids `p-NAME`."""
        return {
            f"p-{name}": OrganizationPolicy(
                id=f"p-{name}",
                name=name,
                type="RESOURCE_CONTROL_POLICY" if name in rcps else "SERVICE_CONTROL_POLICY",
                document=self.document(*statements),
            )
            for name, statements in documents.items()
        }

    def snapshot(self) -> Snapshot:
        accounts = [Account(id=number) for number in self.accounts]
        accounts += [Account(id=number, collected=False) for number in self.trusted]
        parts: dict[str, Any] = {
            kind: tuple(value for _, value in sorted(found.items())) for kind, found in self.parts.items()
        }
        return Snapshot(
            taken_at=datetime(2026, 1, 1, tzinfo=UTC),
            accounts=tuple(accounts),
            organization=self.organization,
            gaps=tuple(self.gaps),
            assumptions=tuple(self.assumptions),
            documents=self.documents,
            **parts,
        )

    def world(self, strict: bool = False) -> World:
        return World(self.snapshot(), strict)


def additions(grants: Any) -> list[Change]:
    """The changes that add these grants of an answer."""
    return [_addition(grant.side, grant.holder, grant.statement) for grant in grants]


def _addition(side: Any, holder: str, statement: Table[str, Any]) -> Change:
    return AddStatement(side=side, holder=holder, statement=dict(statement))
