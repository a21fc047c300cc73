"""What decides, sentence by sentence: the ids are the sentences.

Sources: IAM User Guide, "Policy evaluation logic" and its pages; Organizations User Guide, "SCP evaluation", "Resource
control policies"; Lambda Developer Guide. Expected values are those pages', not the engine's.
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

import pytest

from models.decision import Layer, Outcome
from models.request import Traits
from tests.policy.builders import (
    FEDERATED,
    FUNCTION,
    KEY,
    OTHER_ROLE,
    OTHER_SESSION,
    OTHER_USER,
    ROLE,
    ROOT,
    SESSION,
    TARGET_ROLE,
    USER,
    A,
    B,
    allow,
    ask,
    deny,
    to,
    trusts,
)

ALLOWED = Outcome.ALLOWED
IMPLICIT = Outcome.IMPLICIT_DENY
EXPLICIT = Outcome.EXPLICIT_DENY
EVERYTHING = [allow("*", "*")]
ORGANIZATION = f"arn:aws:iam::{B}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
RCP = Traits(bound_by_rcps=True)
S3 = "s3.amazonaws.com"
OIDC = f"arn:aws:iam::{B}:oidc-provider/token.example.com"


def row(said: str, expected: Outcome, principal: str = USER, **more: Any) -> Any:
    return pytest.param(principal, more, expected, id=said)


def decided(principal: str, more: dict[str, Any], expected: Outcome) -> None:
    assert ask(principal, **more).outcome is expected


@pytest.mark.parametrize(
    "principal, more, expected",
    [
        row("1 identity alone suffices in the same account", ALLOWED, identity=[allow()]),
        row("2 a function policy that names the user suffices", ALLOWED, resource=[to({"AWS": USER})]),
        row("3 one that names the account only delegates", IMPLICIT, resource=[to({"AWS": ROOT})]),
        row("4 a boundary without lambda stops the identity's allow", IMPLICIT, identity=[allow()], boundary=[allow("s3:*", "*")]),
        row("5 a boundary does not stop what names the user ARN", ALLOWED, resource=[to({"AWS": USER})], boundary=[allow("s3:*", "*")]),
        row("6 a boundary stops what names the role ARN", IMPLICIT, SESSION, resource=[to({"AWS": ROLE})], boundary=[allow("s3:*", "*")]),
        row("7 a boundary does not stop what names the session", ALLOWED, SESSION, resource=[to({"AWS": SESSION})], boundary=[allow("s3:*", "*")]),
        row("8 across accounts the function's side is missing", IMPLICIT, OTHER_USER, identity=[allow()]),
        row("9 across accounts the caller's side is missing", IMPLICIT, OTHER_USER, resource=[to({"AWS": A})]),
        row("10 an SCP of the caller's account denies", EXPLICIT, OTHER_USER, identity=[allow()], resource=[to({"AWS": A})], scps=[[*EVERYTHING, deny("lambda:*", "*")]]),
        row(
            "11 no SCP binds a service",
            ALLOWED,
            S3,
            resource=[to({"Service": S3}, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}, "StringEquals": {"aws:SourceAccount": B}})],
            scps=[[*EVERYTHING, deny("lambda:*", "*")]],
            context={"aws:SourceArn": "arn:aws:s3:::b", "aws:SourceAccount": B},
        ),
        row("12 a permission on the function is none on its alias", IMPLICIT, identity=[allow()], resource_arn=f"{FUNCTION}:prod"),
    ],
)  # fmt: skip
def test_golden_table(principal: str, more: dict[str, Any], expected: Outcome) -> None:
    decided(principal, more, expected)


NAMES_USER = {"resource": [to({"AWS": USER})]}
NAMES_ROLE = {"resource": [to({"AWS": ROLE})]}
NAMES_SESSION = {"resource": [to({"AWS": SESSION})]}
NAMES_FEDERATED = {"resource": [to({"AWS": FEDERATED})]}
NAMES_NUMBER = {"resource": [to({"AWS": B})]}
NAMES_ROOT = {"resource": [to({"AWS": ROOT})]}
NAMES_STAR = {"resource": [to("*")]}
NAMES_AWS_STAR = {"resource": [to({"AWS": "*"})]}
NARROW = [allow("s3:*", "*")]


@pytest.mark.parametrize(
    "principal, more, expected",
    [
        row("user ARN: no identity allow needed", ALLOWED, **NAMES_USER),
        row("user ARN: the boundary's implicit deny does not limit", ALLOWED, boundary=NARROW, **NAMES_USER),
        row("user ARN: a federated session of that user is limited by its session policy", IMPLICIT, FEDERATED, user=USER, session=NARROW, **NAMES_USER),
        row("user ARN: a federated session of that user is limited by its user's boundary", IMPLICIT, FEDERATED, user=USER, session=EVERYTHING, boundary=NARROW, **NAMES_USER),
        row("user ARN: a federated session of that user passes with both", ALLOWED, FEDERATED, user=USER, session=EVERYTHING, boundary=EVERYTHING, **NAMES_USER),
        row("role ARN: no identity allow needed", ALLOWED, SESSION, **NAMES_ROLE),
        row("role ARN: the boundary's implicit deny limits", IMPLICIT, SESSION, boundary=NARROW, **NAMES_ROLE),
        row("role ARN: the session policy's implicit deny limits", IMPLICIT, SESSION, session=NARROW, **NAMES_ROLE),
        row("role ARN: of a role whose session is not known, the same", IMPLICIT, ROLE, boundary=NARROW, **NAMES_ROLE),
        row("session ARN: no identity allow needed", ALLOWED, SESSION, **NAMES_SESSION),
        row("session ARN: the boundary's implicit deny does not limit", ALLOWED, SESSION, boundary=NARROW, **NAMES_SESSION),
        row("session ARN: the session policy's implicit deny does not limit", ALLOWED, SESSION, session=NARROW, **NAMES_SESSION),
        row("federated-user ARN: no identity allow needed", ALLOWED, FEDERATED, **NAMES_FEDERATED),
        row("federated-user ARN: neither boundary nor session policy limit", ALLOWED, FEDERATED, boundary=NARROW, session=NARROW, **NAMES_FEDERATED),
        row("account number: needs an identity allow", IMPLICIT, **NAMES_NUMBER),
        row("account number: with an identity allow", ALLOWED, identity=[allow()], **NAMES_NUMBER),
        row("root ARN: needs an identity allow", IMPLICIT, SESSION, **NAMES_ROOT),
        row("root ARN: the boundary's implicit deny limits", IMPLICIT, identity=[allow()], boundary=NARROW, **NAMES_ROOT),
        row("root ARN: the session policy's implicit deny limits", IMPLICIT, SESSION, identity=[allow()], session=NARROW, **NAMES_ROOT),
        row("*: no identity allow needed", ALLOWED, **NAMES_STAR),
        row("*: the boundary's implicit deny does not limit", ALLOWED, SESSION, boundary=NARROW, **NAMES_STAR),
        row("*: the session policy's implicit deny does not limit", ALLOWED, SESSION, session=NARROW, **NAMES_STAR),
        row("AWS *: no identity allow needed", ALLOWED, **NAMES_AWS_STAR),
        row("AWS *: neither boundary nor session policy limit", ALLOWED, SESSION, boundary=NARROW, session=NARROW, **NAMES_AWS_STAR),
        row("explicit denies of the boundary always limit", EXPLICIT, boundary=[*EVERYTHING, deny()], **NAMES_USER),
        row("explicit denies of the session policy always limit", EXPLICIT, SESSION, session=[*EVERYTHING, deny()], **NAMES_SESSION),
        row("a missing allow of the SCP limits too", IMPLICIT, scps=[EVERYTHING, NARROW], **NAMES_USER),
    ],
)  # fmt: skip
def test_what_limits_an_allow_of_the_resource(principal: str, more: dict[str, Any], expected: Outcome) -> None:
    decided(principal, more, expected)


BOTH = {"identity": [allow()], "resource": [to({"AWS": A})]}


@pytest.mark.parametrize(
    "principal, more, expected",
    [
        row("nothing allows: implicit deny", IMPLICIT),
        row("deny beats allow in the same policy", EXPLICIT, identity=[allow(), deny()]),
        row("deny of the resource beats allow of the identity", EXPLICIT, identity=[allow()], resource=[deny(Principal="*")]),
        row("deny of the identity beats allow of the resource", EXPLICIT, identity=[deny()], resource=[to({"AWS": USER})]),
        row("deny of an endpoint policy wins", EXPLICIT, identity=[allow()], endpoint=[to("*"), deny(Principal="*")]),
        row("deny without any allow is explicit", EXPLICIT, identity=[deny()]),
        row("RCP: a deny binds where the service supports them", EXPLICIT, identity=[allow()], rcps=[[deny("*", "*", Principal="*")]], traits=RCP),
        row("RCP: Lambda isn't one of the services", ALLOWED, identity=[allow()], rcps=[[deny("*", "*", Principal="*")]]),
        row("RCP: RCPFullAWSAccess is understood at every level", ALLOWED, identity=[allow()], rcps=[[], []], traits=RCP),
        row("RCP: binds services", EXPLICIT, S3, resource=[to({"Service": S3})], rcps=[[deny("*", "*", Principal="*")]], traits=RCP),
        row("RCP: binds root users", EXPLICIT, ROOT, rcps=[[deny("*", "*", Principal="*")]], traits=RCP),
        row("RCP: binds anonymous callers", EXPLICIT, "*", resource=[to("*")], rcps=[[deny("*", "*", Principal="*")]], traits=RCP),
        row("RCP: not service-linked roles", ALLOWED, ORGANIZATION, identity=[allow()], rcps=[[deny("*", "*", Principal="*")]], traits=RCP, service_linked_role=True),
        row("RCP: not resources of the management account", ALLOWED, identity=[allow()], rcps=[[deny("*", "*", Principal="*")]], traits=RCP, resource_in_management_account=True),
        row("SCP: every level has to allow", IMPLICIT, identity=[allow()], scps=[EVERYTHING, NARROW, EVERYTHING]),
        row("SCP: allowed at every level", ALLOWED, identity=[allow()], scps=[EVERYTHING, [allow()], EVERYTHING]),
        row("SCP: a level where nothing is attached allows nothing", IMPLICIT, identity=[allow()], scps=[EVERYTHING, None]),
        row("SCP: no levels: there is no organization", ALLOWED, identity=[allow()], scps=[]),
        row("SCP: grants nothing by itself", IMPLICIT, scps=[EVERYTHING]),
        row("SCP: Allow with Resource counts since September 2025", IMPLICIT, identity=[allow()], scps=[[allow("*", f"{FUNCTION}-other")]]),
        row("SCP: Allow with Condition counts since September 2025", IMPLICIT, identity=[allow()], scps=[[allow("*", "*", Condition={"StringEquals": {"aws:PrincipalAccount": A}})]], context={"aws:PrincipalAccount": B}),
        row("SCP: Allow with NotAction counts since September 2025", ALLOWED, identity=[allow()], scps=[[{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]]),
        row("SCP: binds roles", IMPLICIT, SESSION, identity=[allow()], scps=[NARROW]),
        row("SCP: binds the root user of a member account", IMPLICIT, ROOT, scps=[NARROW]),
        row("SCP: not the management account", ALLOWED, identity=[allow()], scps=[NARROW], management_account=True),
        row("SCP: not service-linked roles", ALLOWED, ORGANIZATION, identity=[allow()], scps=[NARROW], service_linked_role=True),
        row("SCP: not services", ALLOWED, S3, resource=[to({"Service": S3})], scps=[NARROW]),
        row("endpoint: has to allow", IMPLICIT, identity=[allow()], endpoint=[allow("s3:*", "*", Principal="*")]),
        row("endpoint: allows", ALLOWED, identity=[allow()], endpoint=[to("*")]),
        row("endpoint: it needs a Principal, else nobody", IMPLICIT, identity=[allow()], endpoint=[allow()]),
        row("endpoint, interface: an account means everybody in it", ALLOWED, identity=[allow()], endpoint=[to({"AWS": B})]),
        row("endpoint, gateway: an account means not its users", IMPLICIT, identity=[allow()], endpoint=[to({"AWS": B})], gateway_endpoint=True),
        row("endpoint, gateway: an account means its root user", ALLOWED, ROOT, endpoint=[to({"AWS": B})], gateway_endpoint=True),
        row("endpoint, gateway: * is everybody", ALLOWED, identity=[allow()], endpoint=[to("*")], gateway_endpoint=True),
        row("endpoint: grants nothing by itself", IMPLICIT, endpoint=[to("*")]),
        row("another account: both sides", ALLOWED, OTHER_USER, **BOTH),
        row("another account: * still needs the caller's side", IMPLICIT, OTHER_USER, resource=[to("*")]),
        row("another account: the very caller named still needs the caller's side", IMPLICIT, OTHER_USER, resource=[to({"AWS": OTHER_USER})]),
        row("another account: the user's ARN counts", ALLOWED, OTHER_USER, identity=[allow()], resource=[to({"AWS": OTHER_USER})]),
        row("another account: the role's ARN counts", ALLOWED, OTHER_SESSION, identity=[allow()], resource=[to({"AWS": OTHER_ROLE})]),
        row("another account: the session's ARN counts", ALLOWED, OTHER_SESSION, identity=[allow()], resource=[to({"AWS": OTHER_SESSION})]),
        row("another account: the boundary limits whatever was named", IMPLICIT, OTHER_USER, identity=[allow()], boundary=NARROW, resource=[to({"AWS": OTHER_USER})]),
        row("another account: the session policy limits whatever was named", IMPLICIT, OTHER_SESSION, identity=[allow()], session=NARROW, resource=[to({"AWS": OTHER_SESSION})]),
        row("another account: a third one is not named", IMPLICIT, OTHER_USER, identity=[allow()], resource=[to({"AWS": "333333333333"})]),
        row("boundary: gives nothing by itself", IMPLICIT, boundary=EVERYTHING),
        row("session policy: gives nothing by itself", IMPLICIT, SESSION, session=EVERYTHING),
        row("session policy: identity and session policy both", ALLOWED, SESSION, identity=[allow()], session=[allow()]),
        row("session policy: limits the identity's allow", IMPLICIT, SESSION, identity=[allow()], session=NARROW),
    ],
)  # fmt: skip
def test_layers(principal: str, more: dict[str, Any], expected: Outcome) -> None:
    decided(principal, more, expected)


ASSUME = {"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE}
MAY_ASSUME = [allow("sts:AssumeRole", TARGET_ROLE)]
DECRYPT = {"action": "kms:Decrypt", "resource_arn": KEY}
MAY_DECRYPT = [allow("kms:Decrypt", KEY)]


def key(principal: Any) -> list[dict[str, Any]]:
    return [allow("kms:*", "*", Principal=principal)]


@pytest.mark.parametrize(
    "principal, more, expected",
    [
        row("trust: without an allow there, nothing", IMPLICIT, identity=MAY_ASSUME, trust=[trusts({"Service": "lambda.amazonaws.com"})], **ASSUME),
        row("trust: without a trust policy, nothing", IMPLICIT, identity=MAY_ASSUME, **ASSUME),
        row("trust: naming the user suffices", ALLOWED, trust=[trusts({"AWS": USER})], **ASSUME),
        row("trust: naming the role suffices", ALLOWED, SESSION, trust=[trusts({"AWS": ROLE})], **ASSUME),
        row("trust: naming the session suffices", ALLOWED, SESSION, trust=[trusts({"AWS": SESSION})], **ASSUME),
        row("trust: * suffices", ALLOWED, trust=[trusts("*")], **ASSUME),
        row("trust: naming the account delegates", IMPLICIT, trust=[trusts({"AWS": B})], **ASSUME),
        row("trust: naming the account, and the caller's own policy", ALLOWED, identity=MAY_ASSUME, trust=[trusts({"AWS": B})], **ASSUME),
        row("trust: delegated, but the boundary limits", IMPLICIT, identity=MAY_ASSUME, boundary=NARROW, trust=[trusts({"AWS": B})], **ASSUME),
        row("trust, another account: both sides", ALLOWED, OTHER_USER, identity=MAY_ASSUME, trust=[trusts({"AWS": A})], **ASSUME),
        row("trust, another account: the trust alone is not enough", IMPLICIT, OTHER_USER, trust=[trusts({"AWS": OTHER_USER})], **ASSUME),
        row("trust, another account: the role trusts its own account only", IMPLICIT, OTHER_USER, identity=MAY_ASSUME, trust=[trusts({"AWS": B})], **ASSUME),
        row("trust: services need the trust policy alone", ALLOWED, "lambda.amazonaws.com", trust=[trusts({"Service": "lambda.amazonaws.com"})], **ASSUME),
        row("trust: another service is not named", IMPLICIT, "ec2.amazonaws.com", trust=[trusts({"Service": "lambda.amazonaws.com"})], **ASSUME),
        row("trust: web identity needs the trust policy alone", ALLOWED, OIDC, action="sts:AssumeRoleWithWebIdentity", resource_arn=TARGET_ROLE, trust=[trusts({"Federated": OIDC}, Action="sts:AssumeRoleWithWebIdentity")]),
        row("trust: a built-in provider is named by its host", ALLOWED, "federated:accounts.google.com", action="sts:AssumeRoleWithWebIdentity", resource_arn=TARGET_ROLE, trust=[trusts({"Federated": "accounts.google.com"}, Action="sts:AssumeRoleWithWebIdentity")]),
        row("trust: a deny in it wins", EXPLICIT, trust=[trusts({"AWS": USER}), trusts({"AWS": USER}, Effect="Deny")], **ASSUME),
        row("trust: an SCP limits whom the trust names", IMPLICIT, trust=[trusts({"AWS": USER})], scps=[NARROW], **ASSUME),
        row("root can't call sts:AssumeRole", IMPLICIT, ROOT, trust=[trusts({"AWS": B})], **ASSUME),
        row("key: without an allow there, nothing", IMPLICIT, identity=MAY_DECRYPT, resource=key({"AWS": OTHER_USER}), **DECRYPT),
        row("key: naming the user suffices", ALLOWED, resource=key({"AWS": USER}), **DECRYPT),
        row("key: naming the account delegates", IMPLICIT, resource=key({"AWS": ROOT}), **DECRYPT),
        row("key: naming the account, and the caller's own policy", ALLOWED, identity=MAY_DECRYPT, resource=key({"AWS": ROOT}), **DECRYPT),
        row("key: a key policy has to allow root too", IMPLICIT, ROOT, resource=key({"AWS": USER}), **DECRYPT),
        row("key: root is allowed by its account's statement", ALLOWED, ROOT, resource=key({"AWS": ROOT}), **DECRYPT),
        row("key: a KMS alias has no policy of its own", ALLOWED, action="kms:UpdateAlias", resource_arn=f"arn:aws:kms:eu-west-1:{B}:alias/x", identity=[allow("kms:UpdateAlias", "*")]),
        row("services need the resource-based policy alone", ALLOWED, S3, resource=[to({"Service": S3})]),
        row("services have no identity-based policies", IMPLICIT, S3, identity=[allow()]),
        row("anonymous needs the resource-based policy alone", ALLOWED, "*", resource=[to("*")]),
        row("anonymous is no account", IMPLICIT, "*", resource=[to({"AWS": [A, B]})]),
        row("AWS other than * never admits a service", IMPLICIT, S3, resource=[to({"AWS": [B, ROOT, USER]})]),
        row("AWS * admits a service", ALLOWED, S3, resource=[to({"AWS": "*"})]),
        row("root has every permission in its account", ALLOWED, ROOT),
        row("root: less explicit denies of resource-based policies", EXPLICIT, ROOT, resource=[deny(Principal={"AWS": ROOT})]),
        row("root: across accounts it needs the other side", IMPLICIT, f"arn:aws:iam::{A}:root"),
        row("root: across accounts it needs the other side only", ALLOWED, f"arn:aws:iam::{A}:root", resource=[to({"AWS": A})]),
        row("federated user: what both allow", ALLOWED, FEDERATED, identity=[allow()], session=[allow()]),
        row("federated user: the session policy doesn't", IMPLICIT, FEDERATED, identity=[allow()], session=NARROW),
        row("federated user: the user's policies don't", IMPLICIT, FEDERATED, identity=NARROW, session=[allow()]),
        row("federated user: without a session policy nothing", IMPLICIT, FEDERATED, identity=[allow()]),
        row("federated user: but for what a resource-based policy gives the session itself", ALLOWED, FEDERATED, resource=[to({"AWS": FEDERATED})]),
        row("what can't be done whatever is allowed", IMPLICIT, ROOT, traits=Traits(impossible="an AWS managed policy")),
        row("a function policy can give other accounts only some actions", IMPLICIT, OTHER_USER, traits=Traits(other_accounts_may=False), **BOTH),
        row("and to its own account all of them", ALLOWED, traits=Traits(other_accounts_may=False), resource=[to({"AWS": USER})]),
        row("alias and version are ARNs of their own", ALLOWED, identity=[allow(resource=f"{FUNCTION}:live")], resource_arn=f"{FUNCTION}:live"),
        row("f:* doesn't cover f", IMPLICIT, identity=[allow(resource=f"{FUNCTION}:*")]),
        row("actions without resource types match only Resource *", IMPLICIT, action="lambda:ListFunctions", identity=[allow("lambda:ListFunctions", f"arn:aws:lambda:*:{B}:function:*")], traits=Traits(has_resource_types=False)),
        row("actions without resource types match Resource *", ALLOWED, action="lambda:ListFunctions", identity=[allow("lambda:ListFunctions", "*")], traits=Traits(has_resource_types=False)),
    ],
)  # fmt: skip
def test_callers(principal: str, more: dict[str, Any], expected: Outcome) -> None:
    decided(principal, more, expected)


def test_because_names_every_allow_that_matched() -> None:
    decision = ask(identity=[allow(Sid="Own"), allow("s3:*", Sid="Not"), allow("lambda:*", "*")], scps=[EVERYTHING])
    assert [(cited.layer, cited.statement) for cited in decision.because] == [
        (Layer.IDENTITY, "Own"),
        (Layer.IDENTITY, "#3"),
        (Layer.SCP, "#1"),
    ]


def test_because_of_an_explicit_deny_names_the_denies_only() -> None:
    decision = ask(identity=[allow(Sid="Own"), deny(Sid="No")], resource=[deny(Principal="*", Sid="NorHere")])
    assert [(cited.layer, cited.statement) for cited in decision.because] == [
        (Layer.IDENTITY, "No"),
        (Layer.RESOURCE, "NorHere"),
    ]


def test_because_of_a_conditional_names_both() -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    decision = ask(identity=[allow(Sid="Own"), deny(Sid="No", Condition=office)], opens=["aws:SourceIp"])
    assert decision.outcome is Outcome.CONDITIONAL
    assert [cited.statement for cited in decision.because] == ["Own", "No"]


def test_because_of_an_allow_leaves_out_what_may_not_even_match() -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    decision = ask(identity=[allow(Sid="Perhaps", Condition=office), allow(Sid="Always")], opens=["aws:SourceIp"])
    assert decision.outcome is ALLOWED
    assert [cited.statement for cited in decision.because] == ["Always"]


def test_an_implicit_deny_has_no_because() -> None:
    assert ask(identity=[allow("s3:*")]).because == ()


def test_layers_hold_one_entry_for_each_kind_that_was_there() -> None:
    decision = ask(OTHER_USER, identity=[allow()], boundary=NARROW, resource=[to({"AWS": B})], scps=[EVERYTHING])
    assert dict(decision.layers) == {
        Layer.IDENTITY: ALLOWED,
        Layer.BOUNDARY: IMPLICIT,
        Layer.RESOURCE: IMPLICIT,
        Layer.SCP: ALLOWED,
    }


def test_the_layer_of_a_trust_policy_is_trust() -> None:
    assert dict(ask(trust=[trusts({"AWS": USER})], **ASSUME).layers) == {Layer.TRUST: ALLOWED}


@pytest.mark.parametrize(
    "statement, failed",
    [
        pytest.param(allow("lambda:GetFunction"), "action", id="another action"),
        pytest.param(allow(resource=f"{FUNCTION}:live"), "resource", id="another resource"),
        pytest.param(allow(Condition={"Bool": {"aws:SecureTransport": "false"}}), "condition", id="a condition"),
    ],
)
def test_a_near_miss_failed_in_exactly_one_element(statement: dict[str, Any], failed: str) -> None:
    misses = ask(identity=[statement], context={"aws:SecureTransport": "true"}).near_misses
    assert [miss.failed for miss in misses] == [failed]


def test_a_near_miss_may_be_the_principal() -> None:
    (miss,) = ask(resource=[to({"AWS": OTHER_USER})]).near_misses
    assert (miss.failed, miss.wanted, miss.got) == ("principal", OTHER_USER, USER)


def test_two_failures_are_no_near_miss() -> None:
    assert ask(identity=[allow("s3:GetObject", "arn:aws:s3:::b/*")]).near_misses == ()


def test_layers_that_allow_have_no_near_misses() -> None:
    decision = ask(OTHER_USER, identity=[allow(), allow("lambda:GetFunction")], resource=[to({"AWS": B})])
    assert [miss.layer for miss in decision.near_misses] == [Layer.RESOURCE]


def test_only_an_implicit_deny_has_near_misses() -> None:
    assert ask(identity=[allow("lambda:GetFunction"), deny()]).near_misses == ()


@pytest.mark.parametrize("version, expected", [("2012-10-17", ALLOWED), ("2008-10-17", IMPLICIT)])
def test_variables_only_in_2012(version: str, expected: Outcome) -> None:
    pattern = f"arn:aws:lambda:eu-west-1:{B}:function:" + "${aws:username}"
    decision = ask(identity=[allow(resource=pattern)], context={"aws:username": "f"}, version=version)
    assert decision.outcome is expected


@pytest.mark.parametrize(
    "layer, expected",
    [("identity", ALLOWED), ("boundary", ALLOWED), ("session", IMPLICIT), ("resource", IMPLICIT)],
)
def test_an_incomplete_arn_is_completed_in_what_a_principal_has(layer: str, expected: Outcome) -> None:
    """Source: "IAM identifiers": `arn:aws:sqs` is equivalent to `arn:aws:sqs:*:*:*` in an identity-based policy."""
    short = [allow(resource="arn:aws:lambda")]
    if layer == "resource":
        assert ask(resource=[to({"AWS": USER}, Resource="arn:aws:lambda")]).outcome is expected
    else:
        assert ask(SESSION, **{"identity": [allow()], layer: short}).outcome is expected
