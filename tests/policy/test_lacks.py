"""Which layers lack an Allow. Source: IAM User Guide, "Policy evaluation logic"; what is named is ours."""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

import pytest

from models.context import NotRead
from models.decision import FactKind, Layer, MissingFact
from models.request import Traits
from simulator.policy.lacks import Lack, lacks
from tests.policy.builders import (
    FEDERATED,
    KEY,
    OTHER_USER,
    ROLE,
    ROOT,
    SESSION,
    TARGET_ROLE,
    USER,
    A,
    B,
    allow,
    analysis,
    deny,
    to,
    trusts,
)

NARROW = [allow("s3:*", "*")]
ASSUME = {"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE}
MAY_ASSUME = [allow("sts:AssumeRole", TARGET_ROLE)]
DECRYPT = {"action": "kms:Decrypt", "resource_arn": KEY}
IDENTITY, RESOURCE, TRUST = Lack(Layer.IDENTITY), Lack(Layer.RESOURCE), Lack(Layer.TRUST)
BOUNDARY, SESSION_POLICY, ENDPOINT = Lack(Layer.BOUNDARY), Lack(Layer.SESSION), Lack(Layer.VPC_ENDPOINT)


def row(said: str, *expected: Lack, principal: str = USER, **more: Any) -> Any:
    return pytest.param(principal, more, expected, id=said)


UNREAD = {Layer.IDENTITY: (MissingFact(FactKind.IDENTITY, "x", "refused"),)}
TAG = {"aws:ResourceTag/a": NotRead(MissingFact(FactKind.TAGS, "x", "refused"))}
TAGGED = [allow(Condition={"StringEquals": {"aws:ResourceTag/a": "b"}})]
TAGGED_DENY = [deny(Condition={"StringLike": {"aws:ResourceTag/a": "b*"}})]


@pytest.mark.parametrize(
    "principal, more, expected",
    [
        row("allowed: nothing", identity=[allow()]),
        row("the same account: the identity side is named", IDENTITY),
        row("another account: each side that lacks", IDENTITY, RESOURCE, principal=OTHER_USER),
        row("another account: the other side only", RESOURCE, principal=OTHER_USER, identity=[allow()]),
        row("another account: the caller's side only", IDENTITY, principal=OTHER_USER, resource=[to({"AWS": A})]),
        row("a boundary is named itself", BOUNDARY, identity=[allow()], boundary=NARROW),
        row("a session policy is named itself", SESSION_POLICY, principal=SESSION, identity=[allow()], session=NARROW),
        row("both sides of the caller", IDENTITY, BOUNDARY, boundary=NARROW),
        row("a role that is named is only limited", BOUNDARY, principal=SESSION, resource=[to({"AWS": ROLE})], boundary=NARROW),
        row("each SCP level that lacks", Lack(Layer.SCP, 1), identity=[allow()], scps=[[allow("*", "*")], NARROW]),
        row("an empty SCP level lacks", Lack(Layer.SCP, 0), identity=[allow()], scps=[None]),
        row("an endpoint is named itself", ENDPOINT, identity=[allow()], endpoint=[to({"AWS": A})]),
        row("services: the resource's side", RESOURCE, principal="s3.amazonaws.com"),
        row("anonymous: the resource's side", RESOURCE, principal="*"),
        row("trust: the trust policy, for a user", TRUST, identity=MAY_ASSUME, trust=[trusts({"AWS": A})], **ASSUME),
        row("trust: only the trust names the account: the identity side", IDENTITY, trust=[trusts({"AWS": B})], **ASSUME),
        row("trust: for a service", TRUST, principal="lambda.amazonaws.com", trust=[trusts({"AWS": B})], **ASSUME),
        row("trust: a role that is named is only limited", BOUNDARY, principal=SESSION, trust=[trusts({"AWS": ROLE})], boundary=NARROW, **ASSUME),
        row("trust: a user that is named isn't limited by a boundary", TRUST, boundary=NARROW, **ASSUME),
        row("trust, another account: both", IDENTITY, TRUST, principal=OTHER_USER, trust=[trusts({"AWS": B})], **ASSUME),
        row("key: the key policy", RESOURCE, resource=[allow("kms:*", "*", Principal={"AWS": OTHER_USER})], **DECRYPT),
        row("key: a user that is named isn't limited by a boundary", RESOURCE, boundary=NARROW, **DECRYPT),
        row("key: a role that is named is", BOUNDARY, RESOURCE, principal=ROLE, boundary=NARROW, **DECRYPT),
        row("key: root needs the key policy", RESOURCE, principal=ROOT, **DECRYPT),
        row("a federated user without a session policy", IDENTITY, SESSION_POLICY, principal=FEDERATED),
        row("denied: nothing helps", identity=[allow(), deny()]),
        row("root can't assume roles: nothing helps", principal=ROOT, trust=[trusts({"AWS": B})], **ASSUME),
        row("what is impossible: nothing helps", traits=Traits(impossible="reserved")),
        row("an action no function policy gives another account: nothing helps", principal=OTHER_USER, identity=[allow()], traits=Traits(other_accounts_may=False)),
        row("layers that allow, but never both", IDENTITY, BOUNDARY, opens=["k"], identity=[allow(Condition={"StringEquals": {"k": "a"}})], boundary=[allow(Condition={"StringEquals": {"k": "b"}})]),
        row("an allow that its deny swallows", IDENTITY, opens=["k"], identity=[allow(Condition={"StringEquals": {"k": "a"}}), deny(Condition={"StringEquals": {"k": "a"}})]),
        row("two that never hold together around one that is missing", IDENTITY, BOUNDARY, Lack(Layer.SCP, 0), opens=["k"], identity=[allow(Condition={"StringEquals": {"k": "a"}})], boundary=NARROW, scps=[[allow(Condition={"StringEquals": {"k": "b"}})]]),
        row("what was not read is no grant", IDENTITY, BOUNDARY, boundary=NARROW, unread=UNREAD),
        row("what is allowed by a tag that was not read may hold", BOUNDARY, identity=TAGGED, boundary=NARROW, states=TAG),
        row("what is denied by a tag that was not read may not hold", BOUNDARY, identity=[allow(), *TAGGED_DENY], boundary=NARROW, states=TAG),
    ],
)  # fmt: skip
def test_lacks(principal: str, more: dict[str, Any], expected: tuple[Lack, ...]) -> None:
    assert lacks(analysis(principal, **more)) == expected
