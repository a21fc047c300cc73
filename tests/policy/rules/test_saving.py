"""What AWS refuses to save in a policy of its kind: refused strictly, read tolerantly.

Sources: Organizations User Guide, "RCP syntax", "SCP syntax", "Quotas and service limits for AWS Organizations"; IAM
User Guide, "IAM JSON policy elements: Sid", "Grammar of the IAM JSON policy language", "IAM and AWS STS quotas".
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import json
from typing import Any

import pytest

from models.errors import PolicyError
from models.policy import PolicyKind
from simulator.policy import limits
from simulator.policy.parse import parse_policy
from tests.policy.builders import USER, B, Document, allow, deny, document, to, trusts
from tests.policy.rules.table import READ, Case, rule, strictly, tolerantly

IDENTITY, BOUNDARY, SESSION = PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION
RESOURCE, TRUST, ENDPOINT = PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.VPC_ENDPOINT
SCP, RCP = PolicyKind.SCP, PolicyKind.RCP
S = "Statement[0]"


def rcp(**more: Any) -> Document:
    """A statement of an RCP: what AWS's own page shows."""
    return deny("s3:*", "*", Principal="*") | more


def without(body: Document, name: str) -> Document:
    return {key: value for key, value in body.items() if key != name}


SECURE = {"Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}}
NOT_ACTION = without(rcp(NotAction="s3:*"), "Action")
NOT_RESOURCE = without(rcp(NotResource="arn:aws:s3:::open/*"), "Resource")


@rule(
    "An RCP that a customer writes has Effect Deny, Principal *, and Action with the service named",
    strictly("as AWS shows it", READ, document(rcp(**SECURE)), RCP),
    strictly("with NotResource", READ, document(NOT_RESOURCE), RCP),
    strictly("with a wildcard within the action's name", READ, document(rcp(Action=["s3:*Object", "sqs:Send?essage"])), RCP),
    strictly("Allow", f"{S}.Effect", document(rcp(Effect="Allow")), RCP),
    strictly("RCPFullAWSAccess, which AWS keeps itself", f"{S}.Effect", document(allow("*", "*", Principal="*")), RCP),
    strictly("an account as Principal", f"{S}.Principal", document(rcp(Principal={"AWS": B})), RCP),
    strictly("a service as Principal", f"{S}.Principal", document(rcp(Principal={"Service": "s3.amazonaws.com"})), RCP),
    strictly("no Principal", S, document(without(rcp(), "Principal")), RCP),
    strictly("NotPrincipal", f"{S}.NotPrincipal", document(without(rcp(NotPrincipal={"AWS": USER}), "Principal")), RCP),
    strictly("NotAction", f"{S}.NotAction", document(NOT_ACTION), RCP),
    strictly("Action *", f"{S}.Action", document(rcp(Action="*")), RCP),
    strictly("Action * among others", f"{S}.Action", document(rcp(Action=["s3:*", "*"])), RCP),
    strictly("no Resource", S, document(without(rcp(), "Resource")), RCP),
    strictly("in its place", "Statement[1].Effect", document(rcp(), rcp(Effect="Allow")), RCP),
    tolerantly("Allow, collected", READ, document(allow("*", "*", Principal="*")), RCP),
    tolerantly("an account, collected", READ, document(rcp(Principal={"AWS": B})), RCP),
    tolerantly("NotAction, collected", READ, document(NOT_ACTION), RCP),
    tolerantly("Action *, collected", READ, document(rcp(Action="*")), RCP),
)  # fmt: skip
def test_rcp(case: Case) -> None:
    case.holds()


ALL_BUT = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::closed/*"}


@rule(
    "An SCP has the elements of an identity-based policy: no Principal, no NotPrincipal",
    strictly("Allow with Resource and Condition", READ, document(allow(Condition={"Bool": {"aws:SecureTransport": "true"}})), SCP),
    strictly("NotAction and NotResource with Allow", READ, document(ALL_BUT), SCP),
    strictly("a wildcard within the action's name", READ, document(deny("iam:*User*", "*")), SCP),
    strictly("Action *", READ, document(allow("*", "*")), SCP),
    strictly("Principal", S, document(to("*")), SCP),
    strictly("NotPrincipal", S, document(deny(NotPrincipal="*")), SCP),
    strictly("no Resource", S, document(without(allow(), "Resource")), SCP),
    tolerantly("Principal, which nobody could evaluate", S, document(to("*")), SCP),
)  # fmt: skip
def test_scp(case: Case) -> None:
    case.holds()


def old(*statements: Document) -> Document:
    return document(*statements, version="2008-10-17")


@rule(
    "Policies of an organization have Version 2012-10-17",
    strictly("an SCP", READ, document(allow()), SCP),
    strictly("an RCP", READ, document(rcp()), RCP),
    strictly("an SCP without", "Version", {"Statement": [allow()]}, SCP),
    strictly("an RCP without", "Version", {"Statement": [rcp()]}, RCP),
    strictly("an SCP of 2008-10-17", "Version", old(allow()), SCP),
    strictly("an RCP of 2008-10-17", "Version", old(rcp()), RCP),
    strictly("an identity-based policy of 2008-10-17", READ, old(allow())),
    strictly("a resource-based policy without", READ, {"Statement": [to("*")]}, RESOURCE),
    tolerantly("an SCP without, collected", READ, {"Statement": [allow()]}, SCP),
)
def test_versions_of_organizations(case: Case) -> None:
    case.holds()


def sid(text: str, kind: PolicyKind) -> Document:
    """A document of the kind whose statement is called `text`."""
    bodies = {TRUST: trusts({"AWS": USER}), RESOURCE: to({"AWS": USER}), ENDPOINT: to("*"), RCP: rcp()}
    return document({**bodies.get(kind, allow()), "Sid": text})


OF_IAM = [IDENTITY, BOUNDARY, SESSION, TRUST, SCP, RCP]


@rule(
    "A Sid has letters A-Z, a-z and digits in what IAM, STS and Organizations keep",
    *(strictly(f"{kind}: letters and digits", READ, sid("Allow2", kind), kind) for kind in PolicyKind),
    *(strictly(f"{kind}: none", READ, sid("", kind), kind) for kind in PolicyKind),
    *(strictly(f"{kind}: `{text}`", f"{S}.Sid", sid(text, kind), kind) for kind in OF_IAM for text in ("a b", "a-b", "a_b", "ä")),
    *(strictly(f"{kind}, which its service keeps: `{text}`", READ, sid(text, kind), kind) for kind in (RESOURCE, ENDPOINT) for text in ("Allow use of the key", "a-b")),
    *(tolerantly(f"{kind}: a blank, collected", READ, sid("a b", kind), kind) for kind in PolicyKind),
)  # fmt: skip
def test_sids(case: Case) -> None:
    case.holds()


def of_trust(action: Any) -> Document:
    return document(trusts({"AWS": USER}, Action=action))


@rule(
    "A trust policy has actions of sts only",
    *(strictly(name, READ, of_trust(name), TRUST) for name in ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext", "sts:Assume*", "STS:AssumeRole")),
    strictly("several", READ, of_trust(["sts:AssumeRole", "sts:TagSession"]), TRUST),
    strictly("another service", f"{S}.Action", of_trust("lambda:InvokeFunction"), TRUST),
    strictly("another service among others", f"{S}.Action", of_trust(["sts:AssumeRole", "iam:PassRole"]), TRUST),
    strictly("a service whose name only begins so", f"{S}.Action", of_trust("sts2:AssumeRole"), TRUST),
    strictly("every action", f"{S}.Action", of_trust("*"), TRUST),
    tolerantly("another service, collected", READ, of_trust("lambda:InvokeFunction"), TRUST),
    tolerantly("every action, collected", READ, of_trust("*"), TRUST),
)  # fmt: skip
def test_actions_of_a_trust_policy(case: Case) -> None:
    case.holds()


@rule(
    "A wildcard stands in an action's name, never in its service's",
    *(strictly(f"`{name}`", READ, document(allow(name))) for name in ("*", "lambda:*", "lambda:Invoke*", "lambda:*Function", "lambda:Get?unction")),
    *(strictly(f"`{name}`", f"{S}.Action", document(allow(name))) for name in ("l*:InvokeFunction", "*:InvokeFunction", "lambd?:InvokeFunction", "lambda*:*", "*:Get*")),
    strictly("in NotAction", f"{S}.NotAction", document(without(deny(NotAction="s3*:*"), "Action"))),
    strictly("in a resource-based policy", f"{S}.Action", document(to("*", Action="s?:GetObject")), RESOURCE),
    tolerantly("collected", READ, document(allow("l*:InvokeFunction"))),
)  # fmt: skip
def test_services_of_actions(case: Case) -> None:
    case.holds()


def long(kind: PolicyKind, characters: int) -> Document:
    """A document that has so many characters when nothing is written between its elements."""
    bodies = {TRUST: trusts({"AWS": USER}), RESOURCE: to("*"), ENDPOINT: to("*"), RCP: rcp()}
    body = bodies.get(kind, allow("s3:GetObject", "*"))
    short = document({**body, "Sid": ""})
    rest = characters - len(json.dumps(short, separators=(",", ":")))
    return document({**body, "Sid": "a" * rest})


def at_most(kind: PolicyKind, most: int, whose: str = "", limit: limits.Limit | None = None) -> list[Case]:
    """A document as long as it may be, and one that has a character more."""

    def found(characters: int) -> str:
        try:
            parse_policy(long(kind, characters), kind, strict=True, limit=limit)
        except PolicyError as error:
            return str(error)
        return READ

    said = whose or kind
    line = f"the document has {most + 1:,} characters, more than the {most:,} that"
    return [
        Case(f"{said}: {most:,}", READ, lambda: found(most)),
        Case(f"{said}: one more", line, lambda: found(most + 1)[: len(line)]),
    ]


@rule(
    "A document has at most the characters that its kind may have, white space between elements not counted",
    *at_most(IDENTITY, 10_240, "an identity-based policy, whose ever it is"),
    *at_most(IDENTITY, 6_144, "a managed policy", limits.MANAGED),
    *at_most(IDENTITY, 2_048, "an inline policy of a user", limits.USER),
    *at_most(IDENTITY, 5_120, "an inline policy of a group", limits.GROUP),
    *at_most(IDENTITY, 10_240, "an inline policy of a role", limits.ROLE),
    *at_most(BOUNDARY, 6_144),
    *at_most(SESSION, 2_048),
    *at_most(TRUST, 8_192, "a trust policy, with the highest quota"),
    *at_most(SCP, 10_240),
    *at_most(RCP, 5_120),
    *at_most(ENDPOINT, 20_480),
    *at_most(RESOURCE, 20_480, "the policy of a function", limits.FUNCTION),
    strictly("a resource's policy, which is the service's matter", READ, long(RESOURCE, 30_000), RESOURCE),
    strictly("written with white space", READ, json.dumps(long(SCP, 10_240), indent=8), SCP),
    strictly("characters, not bytes", READ, document(allow(resource="arn:aws:s3:::" + "é" * 6_000))),
    tolerantly("too long, collected", READ, long(SCP, 20_000), SCP),
)  # fmt: skip
def test_lengths(case: Case) -> None:
    case.holds()


def holding(kind: PolicyKind, characters: int, value: str) -> Document:
    """A document of so many characters, with a value of a condition among them."""
    condition = {"StringEquals": {"k": value}}
    shown = json.dumps({"Condition": condition}, separators=(",", ":"), ensure_ascii=False)
    found = long(kind, characters - len(shown) + len("{}") - len(","))
    found["Statement"][0]["Condition"] = condition
    return found


def blank(kind: PolicyKind, most: int) -> Document:
    """A document with 200 blanks in a string: with them 100 characters more than `most`, without them 100 less."""
    return holding(kind, most + 100, " " * 200)


@rule(
    "IAM counts no white space at all in inline and managed policies",
    strictly("within a string of a managed policy", READ, blank(BOUNDARY, 6_144), BOUNDARY),
    strictly("between words, as many characters as it may have", READ, holding(BOUNDARY, 6_244, "a " * 100), BOUNDARY),
    strictly("between words, one character more", "the whole", holding(BOUNDARY, 6_245, "a " * 100), BOUNDARY),
    strictly("within a string of an SCP", "the whole", blank(SCP, 10_240), SCP),
)
def test_white_space(case: Case) -> None:
    case.holds()


def warnings(body: object, kind: PolicyKind, **more: Any) -> int:
    return len(parse_policy(body, kind, strict=True, **more).warnings)


@rule(
    "A trust policy that needs a raised quota gets a warning where a person wrote it",
    Case("2,048 characters", 0, lambda: warnings(long(TRUST, 2_048), TRUST)),
    Case("one more", 1, lambda: warnings(long(TRUST, 2_049), TRUST)),
    Case("2,048 characters, some of two bytes", 0, lambda: warnings(holding(TRUST, 2_048, "é" * 100), TRUST)),
    Case("the highest quota", 1, lambda: warnings(long(TRUST, 8_192), TRUST)),
    Case("collected, so the quota was raised", 0, lambda: len(parse_policy(long(TRUST, 8_192), TRUST, strict=False).warnings)),
    Case("an SCP, whose quota is fixed", 0, lambda: warnings(long(SCP, 10_240), SCP)),
)  # fmt: skip
def test_raised_quotas(case: Case) -> None:
    case.holds()


LINES = [
    pytest.param(document(rcp(Effect="Allow")), RCP, "Statement[0].Effect: an RCP only denies", id="an RCP that allows"),
    pytest.param(document(rcp(Action="*")), RCP, "`*` is not allowed in an RCP: name the service, such as `s3:*`", id="an RCP of every action"),
    pytest.param(document(to("*")), SCP, "Statement[0]: an SCP has no Principal", id="an SCP with a principal"),
    pytest.param(document(to("*")), BOUNDARY, "Statement[0]: a permissions boundary has no Principal", id="a boundary with a principal"),
    pytest.param({"Statement": [allow()]}, SCP, "Version: an SCP needs the Version `2012-10-17`", id="an SCP without a version"),
    pytest.param(document(allow(Sid="a b")), IDENTITY, "Statement[0].Sid: `a b` has other characters than A-Z, a-z and 0-9", id="a Sid"),
    pytest.param(of_trust("*"), TRUST, "`*` is no action of sts", id="a trust policy"),
    pytest.param(document(allow("l*:Get*")), IDENTITY, "`l*:Get*` has a wildcard in the service's name", id="a service"),
]  # fmt: skip


@pytest.mark.parametrize("body, kind, line", LINES)
def test_a_refusal_says_in_one_line_what_is_wrong(body: object, kind: PolicyKind, line: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(body, kind, strict=True)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_aws_keeps_to_no_limit_in_policies_of_its_own() -> None:
    body = document(*[allow("s3:Get*", "*")] * 1_000)
    assert parse_policy(body, IDENTITY, strict=False).warnings
    assert not parse_policy(body, IDENTITY, strict=False, limit=limits.UNLIMITED).warnings


@pytest.mark.parametrize("strict", [True, False])
def test_a_number_that_no_json_of_aws_has_is_not_measured(strict: bool) -> None:
    body = document(allow(Condition={"NumericEquals": {"k": [10**30] * 1_000}}))
    assert not parse_policy(body, IDENTITY, strict=strict).warnings
