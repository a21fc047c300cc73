"""Who needs whose allow: same and other accounts, trust and key policies, services, root, NotPrincipal, functions.

Sources: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "AWS JSON policy elements:
Principal", "… NotPrincipal", "Permissions for GetFederationToken"; KMS Developer Guide, "Key policies in AWS KMS",
"Aliases in AWS KMS"; Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda".
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

from models.decision import Outcome
from models.snapshot import Organization
from simulator.answers.can import can
from simulator.answers.evaluate import evaluate
from tests.policy.builders import (
    FEDERATED,
    FUNCTION,
    INVOKE,
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
    deny,
    document,
    to,
    trusts,
)
from tests.policy.rules.table import ALLOWED, CONDITIONAL, EXPLICIT, IMPLICIT, Case, case, rule
from tests.worlds import Builder

S3, EC2, LAMBDA = "s3.amazonaws.com", "ec2.amazonaws.com", "lambda.amazonaws.com"
EVERYTHING = [allow("*", "*")]
NARROW = [allow("s3:*", "*")]
OIDC = f"arn:aws:iam::{B}:oidc-provider/token.example.com"
SAML = f"arn:aws:iam::{B}:saml-provider/corp"
OTHER_ROOT = f"arn:aws:iam::{A}:root"
THIRD = "333333333333"
GIVEN = {"identity": [allow()]}

ASSUME = {"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE}
MAY_ASSUME = [allow("sts:AssumeRole", TARGET_ROLE)]
DECRYPT = {"action": "kms:Decrypt", "resource_arn": KEY}
MAY_DECRYPT = [allow("kms:Decrypt", KEY)]
BY_TOKEN = "sts:AssumeRoleWithWebIdentity"
BY_SAML = "sts:AssumeRoleWithSAML"


def key(principal: Any, **more: Any) -> list[dict[str, Any]]:
    """A key policy."""
    return [allow("kms:*", "*", Principal=principal, **more)]


@rule(
    "In the same account an allow in an identity-based or in the resource-based policy suffices",
    case("neither", IMPLICIT),
    case("the identity side alone", ALLOWED, **GIVEN),
    case("the resource side alone", ALLOWED, resource=[to({"AWS": USER})]),
    case("a resource-based policy that says nothing of it", ALLOWED, resource=[to({"AWS": OTHER_USER})], **GIVEN),
    case("half on each side is none", IMPLICIT, identity=[allow(resource=f"{FUNCTION}-2")], resource=[to({"AWS": USER}, Action="lambda:GetFunction")]),
    case("a boundary gives nothing", IMPLICIT, boundary=EVERYTHING),
    case("a session policy gives nothing", IMPLICIT, SESSION, session=EVERYTHING),
    case("identity and boundary", ALLOWED, identity=[allow()], boundary=[allow()]),
    case("identity, but not the boundary", IMPLICIT, identity=[allow()], boundary=NARROW),
    case("identity and session policy", ALLOWED, SESSION, identity=[allow()], session=[allow()]),
    case("identity, but not the session policy", IMPLICIT, SESSION, identity=[allow()], session=NARROW),
    case("the identity side is silent, and the boundary has a condition", IMPLICIT, boundary=[allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], opens=["aws:MultiFactorAuthPresent"]),
)  # fmt: skip
def test_same_account(case: Case) -> None:
    case.holds()


@rule(
    "To another account both sides have to allow, each by its own account's rules",
    case("both", ALLOWED, OTHER_USER, resource=[to({"AWS": A})], **GIVEN),
    case("the resource's side is missing", IMPLICIT, OTHER_USER, **GIVEN),
    case("the caller's side is missing", IMPLICIT, OTHER_USER, resource=[to({"AWS": A})]),
    case("the caller's side is missing, though he is named", IMPLICIT, OTHER_USER, resource=[to({"AWS": OTHER_USER})]),
    case("the caller's side is missing, though everybody is named", IMPLICIT, OTHER_USER, resource=[to("*")]),
    case("the resource's account alone is named", IMPLICIT, OTHER_USER, resource=[to({"AWS": B})], **GIVEN),
    case("the resource's account, by its policy on itself, is no other", IMPLICIT, f"arn:aws:iam::{THIRD}:user/dev", resource=[to({"AWS": [A, B]})], **GIVEN),
    case("an account that isn't in the ARN is asked for", IMPLICIT, OTHER_USER, resource=[to({"AWS": THIRD})], **GIVEN),
    case("a deny of the resource's side", EXPLICIT, OTHER_USER, resource=[to({"AWS": A}), deny(Principal="*")], **GIVEN),
    case("a deny of the caller's side", EXPLICIT, OTHER_USER, identity=[allow(), deny()], resource=[to({"AWS": A})]),
)  # fmt: skip
def test_other_account(case: Case) -> None:
    case.holds()


CHINA = FUNCTION.replace("arn:aws:", "arn:aws-cn:").replace("eu-west-1", "cn-north-1")
CHINESE = OTHER_USER.replace("arn:aws:", "arn:aws-cn:")
THERE = {"identity": EVERYTHING, "resource_arn": CHINA}


def there(said: str, expected: Outcome, named: Any, caller: str = OTHER_USER) -> Case:
    """A function of another partition, whose policy names somebody."""
    return case(said, expected, caller, resource=[to(named, Resource="*")], **THERE)


@rule(
    "Nobody reaches from one partition into another, whatever allows it",
    there("the function's policy names the account's number", IMPLICIT, {"AWS": A}),
    there("it names the user", IMPLICIT, {"AWS": OTHER_USER}),
    there("it names the user of that name there", IMPLICIT, {"AWS": CHINESE}),
    there("it names everybody", IMPLICIT, "*"),
    there("a role's session", IMPLICIT, "*", OTHER_SESSION),
    there("a root user", IMPLICIT, {"AWS": A}, OTHER_ROOT),
    case("the account of the same number", IMPLICIT, USER, **THERE),
    there("a caller from there", ALLOWED, {"AWS": CHINESE}, CHINESE),
    there("an account from there, by its number", ALLOWED, {"AWS": A}, CHINESE),
    there("somebody without credentials is of no partition", ALLOWED, "*", "*"),
    case("a bucket's ARN has no account, but a partition", IMPLICIT, action="s3:ListBucket", resource_arn="arn:aws-cn:s3:::b", identity=EVERYTHING),
    case("a bucket here", ALLOWED, action="s3:ListBucket", resource_arn="arn:aws:s3:::b", identity=EVERYTHING),
)  # fmt: skip
def test_partitions_apart(case: Case) -> None:
    case.holds()


@rule(
    "Across accounts any form of principal counts on the resource's side",
    case("the account's number", ALLOWED, OTHER_SESSION, resource=[to({"AWS": A})], **GIVEN),
    case("the account's ARN", ALLOWED, OTHER_SESSION, resource=[to({"AWS": OTHER_ROOT})], **GIVEN),
    case("the user's ARN", ALLOWED, OTHER_USER, resource=[to({"AWS": OTHER_USER})], **GIVEN),
    case("the role's ARN", ALLOWED, OTHER_SESSION, resource=[to({"AWS": OTHER_ROLE})], **GIVEN),
    case("the session's ARN", ALLOWED, OTHER_SESSION, resource=[to({"AWS": OTHER_SESSION})], **GIVEN),
    case("*", ALLOWED, OTHER_SESSION, resource=[to("*")], **GIVEN),
    case("AWS *", ALLOWED, OTHER_SESSION, resource=[to({"AWS": "*"})], **GIVEN),
    case("another user of the account", IMPLICIT, OTHER_USER, resource=[to({"AWS": f"{OTHER_USER}-2"})], **GIVEN),
    case("the user of the same name here", IMPLICIT, OTHER_USER, resource=[to({"AWS": USER})], **GIVEN),
    case("the role of the same name with another path", IMPLICIT, OTHER_SESSION, resource=[to({"AWS": f"arn:aws:iam::{A}:role/ops/worker"})], **GIVEN),
    case("the role with its path", ALLOWED, OTHER_SESSION, role=f"arn:aws:iam::{A}:role/ops/worker", resource=[to({"AWS": f"arn:aws:iam::{A}:role/ops/worker"})], **GIVEN),
)  # fmt: skip
def test_forms_across_accounts(case: Case) -> None:
    case.holds()


@rule(
    "Across accounts boundary and session policy limit whatever the other side named",
    case("a user with a boundary", IMPLICIT, OTHER_USER, boundary=NARROW, resource=[to({"AWS": OTHER_USER})], **GIVEN),
    case("a session with a boundary", IMPLICIT, OTHER_SESSION, boundary=NARROW, resource=[to({"AWS": OTHER_SESSION})], **GIVEN),
    case("a session with a session policy", IMPLICIT, OTHER_SESSION, session=NARROW, resource=[to({"AWS": OTHER_SESSION})], **GIVEN),
    case("everybody is named", IMPLICIT, OTHER_SESSION, session=NARROW, resource=[to("*")], **GIVEN),
    case("both allow", ALLOWED, OTHER_SESSION, boundary=EVERYTHING, session=[allow()], resource=[to({"AWS": OTHER_SESSION})], **GIVEN),
)  # fmt: skip
def test_limits_across_accounts(case: Case) -> None:
    case.holds()


# Trust and key policies


@rule(
    "Without an allow in the trust policy or key policy nothing is allowed",
    case("no trust policy", IMPLICIT, identity=MAY_ASSUME, **ASSUME),
    case("a trust policy for a service", IMPLICIT, identity=MAY_ASSUME, trust=[trusts({"Service": LAMBDA})], **ASSUME),
    case("a trust policy for another account", IMPLICIT, identity=MAY_ASSUME, trust=[trusts({"AWS": A})], **ASSUME),
    case("a trust policy of another action", IMPLICIT, identity=EVERYTHING, trust=[trusts({"AWS": USER}, Action="sts:TagSession")], **ASSUME),
    case("a trust policy that allows", ALLOWED, identity=MAY_ASSUME, trust=[trusts({"AWS": USER})], **ASSUME),
    case("no key policy", IMPLICIT, identity=MAY_DECRYPT, **DECRYPT),
    case("a key policy for another user", IMPLICIT, identity=MAY_DECRYPT, resource=key({"AWS": f"{USER}-2"}), **DECRYPT),
    case("a key policy that allows", ALLOWED, identity=MAY_DECRYPT, resource=key({"AWS": USER}), **DECRYPT),
    case("the trust policy of another account: both sides", ALLOWED, OTHER_USER, identity=MAY_ASSUME, trust=[trusts({"AWS": A})], **ASSUME),
    case("the trust policy of another account alone", IMPLICIT, OTHER_USER, trust=[trusts({"AWS": OTHER_USER})], **ASSUME),
    case("passing a role is no matter of its trust policy", ALLOWED, identity=[allow("iam:PassRole", TARGET_ROLE)], action="iam:PassRole", resource_arn=TARGET_ROLE),
)  # fmt: skip
def test_stands_alone(case: Case) -> None:
    case.holds()


@rule(
    "A trust or key policy that names the caller itself (user, role, session) or * suffices",
    case("trust: the user", ALLOWED, trust=[trusts({"AWS": USER})], **ASSUME),
    case("trust: the role", ALLOWED, SESSION, trust=[trusts({"AWS": ROLE})], **ASSUME),
    case("trust: the session", ALLOWED, SESSION, trust=[trusts({"AWS": SESSION})], **ASSUME),
    case("trust: *", ALLOWED, trust=[trusts("*")], **ASSUME),
    case("trust: AWS *", ALLOWED, trust=[trusts({"AWS": "*"})], **ASSUME),
    case("trust: the role, with a boundary that is silent", IMPLICIT, SESSION, trust=[trusts({"AWS": ROLE})], boundary=NARROW, **ASSUME),
    case("trust: the user, with a boundary that is silent", ALLOWED, trust=[trusts({"AWS": USER})], boundary=NARROW, **ASSUME),
    case("trust: the user, with an SCP that is silent", IMPLICIT, trust=[trusts({"AWS": USER})], scps=[NARROW], **ASSUME),
    case("trust: the role itself by name, which is the very role", ALLOWED, TARGET_ROLE, trust=[trusts({"AWS": TARGET_ROLE})], **ASSUME),
    case("trust: another session of the role", IMPLICIT, SESSION, trust=[trusts({"AWS": f"{SESSION}-2"})], **ASSUME),
    case("trust: a role is not trusted by itself", IMPLICIT, TARGET_ROLE, identity=MAY_ASSUME, trust=[trusts({"AWS": USER})], **ASSUME),
    case("key: the user", ALLOWED, resource=key({"AWS": USER}), **DECRYPT),
    case("key: the role", ALLOWED, SESSION, resource=key({"AWS": ROLE}), **DECRYPT),
    case("key: the session", ALLOWED, SESSION, resource=key({"AWS": SESSION}), **DECRYPT),
    case("key: *", ALLOWED, resource=key("*"), **DECRYPT),
    case("key: * with a condition on the account", IMPLICIT, identity=MAY_DECRYPT, resource=key("*", Condition={"StringEquals": {"kms:CallerAccount": A}}), context={"kms:CallerAccount": B}, **DECRYPT),
)  # fmt: skip
def test_names_the_caller(case: Case) -> None:
    case.holds()


@rule(
    "A trust or key policy that names the account delegates: the caller's own policy has to allow as well",
    case("trust: it doesn't", IMPLICIT, trust=[trusts({"AWS": B})], **ASSUME),
    case("trust: it does", ALLOWED, identity=MAY_ASSUME, trust=[trusts({"AWS": B})], **ASSUME),
    case("trust: by the account's ARN", ALLOWED, identity=MAY_ASSUME, trust=[trusts({"AWS": ROOT})], **ASSUME),
    case("trust: it does for another role", IMPLICIT, identity=[allow("sts:AssumeRole", f"{TARGET_ROLE}-2")], trust=[trusts({"AWS": B})], **ASSUME),
    case("trust: the boundary limits", IMPLICIT, identity=MAY_ASSUME, boundary=NARROW, trust=[trusts({"AWS": B})], **ASSUME),
    case("trust: the session policy limits", IMPLICIT, SESSION, identity=MAY_ASSUME, session=NARROW, trust=[trusts({"AWS": B})], **ASSUME),
    case("trust: with a condition that only may hold", CONDITIONAL, identity=MAY_ASSUME, trust=[trusts({"AWS": B}, Condition={"StringEquals": {"sts:ExternalId": "x"}})], opens=["sts:ExternalId"], **ASSUME),
    case("key: it doesn't", IMPLICIT, resource=key({"AWS": ROOT}), **DECRYPT),
    case("key: it does", ALLOWED, identity=MAY_DECRYPT, resource=key({"AWS": ROOT}), **DECRYPT),
    case("key: it does, without a session policy's allow", IMPLICIT, SESSION, identity=MAY_DECRYPT, session=NARROW, resource=key({"AWS": ROOT}), **DECRYPT),
)  # fmt: skip
def test_delegates(case: Case) -> None:
    case.holds()


UPDATE_ALIAS = {"action": "kms:UpdateAlias", "resource_arn": f"arn:aws:kms:eu-west-1:{B}:alias/x"}


@rule(
    "A KMS alias has no policy of its own",
    case("an identity-based allow suffices", ALLOWED, identity=[allow("kms:UpdateAlias", "*")], **UPDATE_ALIAS),
    case("without one, nothing", IMPLICIT, **UPDATE_ALIAS),
    case("the key needs its key policy", IMPLICIT, identity=[allow("kms:UpdateAlias", "*")], action="kms:UpdateAlias", resource_arn=KEY),
)  # fmt: skip
def test_alias_of_a_key(case: Case) -> None:
    case.holds()


@rule(
    "Web identity, SAML and services need the trust policy alone",
    case("web identity", ALLOWED, OIDC, trust=[trusts({"Federated": OIDC}, Action=BY_TOKEN)], action=BY_TOKEN, resource_arn=TARGET_ROLE),
    case("web identity of a built-in provider, by its host", ALLOWED, "federated:accounts.google.com", trust=[trusts({"Federated": "accounts.google.com"}, Action=BY_TOKEN)], action=BY_TOKEN, resource_arn=TARGET_ROLE),
    case("web identity of another provider", IMPLICIT, f"{OIDC}.net", trust=[trusts({"Federated": OIDC}, Action=BY_TOKEN)], action=BY_TOKEN, resource_arn=TARGET_ROLE),
    case("web identity, where the trust has another action", IMPLICIT, OIDC, trust=[trusts({"Federated": OIDC})], action=BY_TOKEN, resource_arn=TARGET_ROLE),
    case("web identity whose token is not the one that is asked for", IMPLICIT, OIDC, trust=[trusts({"Federated": OIDC}, Action=BY_TOKEN, Condition={"StringEquals": {"token.example.com:sub": "me"}})], action=BY_TOKEN, resource_arn=TARGET_ROLE, context={"token.example.com:sub": "you"}),
    case("web identity, which no SCP binds", ALLOWED, OIDC, trust=[trusts({"Federated": OIDC}, Action=BY_TOKEN)], scps=[NARROW], action=BY_TOKEN, resource_arn=TARGET_ROLE),
    case("SAML", ALLOWED, SAML, trust=[trusts({"Federated": SAML}, Action=BY_SAML)], action=BY_SAML, resource_arn=TARGET_ROLE),
    case("SAML, named as an AWS principal", IMPLICIT, SAML, trust=[trusts({"AWS": SAML}, Action=BY_SAML)], action=BY_SAML, resource_arn=TARGET_ROLE),
    case("a service", ALLOWED, LAMBDA, trust=[trusts({"Service": LAMBDA})], **ASSUME),
    case("another service", IMPLICIT, EC2, trust=[trusts({"Service": LAMBDA})], **ASSUME),
    case("a service of the China Regions has a name of its own", IMPLICIT, "ec2.amazonaws.com.cn", trust=[trusts({"Service": EC2})], **ASSUME),
)  # fmt: skip
def test_trust_alone(case: Case) -> None:
    case.holds()


# Services and anonymous callers


@rule(
    "Services and anonymous callers need the resource-based policy alone",
    case("a service", ALLOWED, S3, resource=[to({"Service": S3})]),
    case("a service, one of several", ALLOWED, S3, resource=[to({"Service": [EC2, S3]})]),
    case("another service", IMPLICIT, EC2, resource=[to({"Service": S3})]),
    case("a service has no identity-based policies", IMPLICIT, S3, **GIVEN),
    case("a service whose source is another one", IMPLICIT, S3, resource=[to({"Service": S3}, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}})], context={"aws:SourceArn": "arn:aws:s3:::other"}),
    case("a service's name by case", IMPLICIT, S3, resource=[to({"Service": "S3.amazonaws.com"})]),
    case("an anonymous caller", ALLOWED, "*", resource=[to("*")]),
    case("an anonymous caller, by AWS *", ALLOWED, "*", resource=[to({"AWS": "*"})]),
    case("an anonymous caller is of no account", IMPLICIT, "*", resource=[to({"AWS": [A, B]})]),
    case("an anonymous caller without a resource-based policy", IMPLICIT, "*", **GIVEN),
)  # fmt: skip
def test_outside(case: Case) -> None:
    case.holds()


@rule(
    "An AWS principal other than * never admits a service",
    case("accounts, roots and users", IMPLICIT, S3, resource=[to({"AWS": [A, B, ROOT, USER, ROLE]})]),
    case("the service's name as an AWS principal", IMPLICIT, S3, resource=[to({"AWS": S3})]),
    case("AWS *", ALLOWED, S3, resource=[to({"AWS": "*"})]),
    case("*", ALLOWED, S3, resource=[to("*")]),
)
def test_aws_principals_and_services(case: Case) -> None:
    case.holds()


def organized(said: str, expected: Outcome, principal: str) -> Case:
    """Over a snapshot: a function policy for the whole organization, in which A and B are."""

    def found() -> str:
        built = Builder(accounts=(A, B))
        built.organization = Organization(id="o-1", management_account=A, parents={A: "r-1", B: "r-1"})
        built.function(FUNCTION, to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))
        built.user(OTHER_USER, allow())
        return can(built.world(), principal, INVOKE, FUNCTION).decision

    return Case(said, expected.value, found)


@rule(
    "A service carries no aws:PrincipalOrgID",
    organized("a service", IMPLICIT, f"service:{S3}"),
    organized("a user of the organization", ALLOWED, OTHER_USER),
    organized("an anonymous caller", IMPLICIT, "anyone"),
)
def test_services_and_organizations(case: Case) -> None:
    case.holds()


# The root user, and federated-user sessions


@rule(
    "The root user of an account has every permission in it, less SCP, RCP and explicit denies of resource-based policies",
    case("without any policy", ALLOWED, ROOT),
    case("a resource-based policy that is silent", ALLOWED, ROOT, resource=[to({"AWS": OTHER_USER})]),
    case("an SCP that is silent", IMPLICIT, ROOT, scps=[NARROW]),
    case("an SCP that denies", EXPLICIT, ROOT, scps=[[*EVERYTHING, deny("*", "*")]]),
    case("an RCP that denies", EXPLICIT, ROOT, action="s3:GetObject", resource_arn="arn:aws:s3:::b/x", rcps=[[deny("*", "*", Principal="*")]]),
    case("a resource-based policy that denies everybody", EXPLICIT, ROOT, resource=[deny(Principal="*")]),
    case("a resource-based policy that denies the account", EXPLICIT, ROOT, resource=[deny(Principal={"AWS": B})]),
    case("a resource-based policy that denies a user", ALLOWED, ROOT, resource=[deny(Principal={"AWS": USER})]),
)  # fmt: skip
def test_root(case: Case) -> None:
    case.holds()


@rule(
    "Across accounts the root user needs the other side only",
    case("it allows the account", ALLOWED, OTHER_ROOT, resource=[to({"AWS": A})]),
    case("it allows everybody", ALLOWED, OTHER_ROOT, resource=[to("*")]),
    case("it allows nobody", IMPLICIT, OTHER_ROOT),
    case("it allows a user of the account", IMPLICIT, OTHER_ROOT, resource=[to({"AWS": OTHER_USER})]),
    case("an SCP is silent", IMPLICIT, OTHER_ROOT, resource=[to({"AWS": A})], scps=[NARROW]),
)
def test_root_across_accounts(case: Case) -> None:
    case.holds()


@rule(
    "The root user can't call sts:AssumeRole",
    case("in its account", IMPLICIT, ROOT, trust=[trusts({"AWS": B})], **ASSUME),
    case("in another account", IMPLICIT, OTHER_ROOT, trust=[trusts({"AWS": [A, "*"]})], **ASSUME),
    case(
        "in any letter case",
        IMPLICIT,
        ROOT,
        trust=[trusts("*", Action="*")],
        action="STS:assumerole",
        resource_arn=TARGET_ROLE,
    ),
    case("a user of the account can", ALLOWED, identity=MAY_ASSUME, trust=[trusts({"AWS": B})], **ASSUME),
    case("other calls of STS it can", ALLOWED, ROOT, action="sts:GetSessionToken", resource_arn="*"),
)
def test_root_assumes_nothing(case: Case) -> None:
    case.holds()


@rule(
    "A KMS key policy has to allow the root user too",
    case("it allows the account", ALLOWED, ROOT, resource=key({"AWS": ROOT}), **DECRYPT),
    case("it allows a user", IMPLICIT, ROOT, resource=key({"AWS": USER}), **DECRYPT),
    case("there is none", IMPLICIT, ROOT, **DECRYPT),
    case("it allows everybody", ALLOWED, ROOT, resource=key("*"), **DECRYPT),
    case("for an alias it needs none", ALLOWED, ROOT, **UPDATE_ALIAS),
)
def test_root_and_keys(case: Case) -> None:
    case.holds()


@rule(
    "A federated-user session has what both its session policy and its user's policies allow",
    case("both", ALLOWED, FEDERATED, identity=[allow()], session=[allow()]),
    case("the session policy doesn't", IMPLICIT, FEDERATED, identity=[allow()], session=NARROW),
    case("the user's policies don't", IMPLICIT, FEDERATED, identity=NARROW, session=[allow()]),
    case("the user's boundary doesn't", IMPLICIT, FEDERATED, identity=[allow()], session=[allow()], boundary=NARROW),
    case("across accounts both, and the other side", ALLOWED, f"arn:aws:sts::{A}:federated-user/bob", identity=[allow()], session=[allow()], resource=[to({"AWS": A})]),
)  # fmt: skip
def test_federated_user(case: Case) -> None:
    case.holds()


@rule(
    "Without a session policy a federated-user session has nothing, but for what a resource-based policy gives the session itself",
    case("nothing of its user's", IMPLICIT, FEDERATED, identity=EVERYTHING),
    case("the session is named", ALLOWED, FEDERATED, resource=[to({"AWS": FEDERATED})]),
    case("another session is named", IMPLICIT, FEDERATED, identity=EVERYTHING, resource=[to({"AWS": f"{FEDERATED}-2"})]),
    case("its user is named", IMPLICIT, FEDERATED, user=USER, identity=EVERYTHING, resource=[to({"AWS": USER})]),
    case("its account is named", IMPLICIT, FEDERATED, identity=EVERYTHING, resource=[to({"AWS": B})]),
    case("across accounts the session is named", IMPLICIT, f"arn:aws:sts::{A}:federated-user/bob", identity=EVERYTHING, resource=[to({"AWS": f"arn:aws:sts::{A}:federated-user/bob"})]),
    case("a plain session needs no session policy", ALLOWED, SESSION, identity=EVERYTHING),
)  # fmt: skip
def test_federated_user_without_session_policy(case: Case) -> None:
    case.holds()


# What can't be done, and function policies


def impossible(action: str, resource: str, expected: Outcome = IMPLICIT, said: str = "") -> Case:
    """Root asks, whom everything is allowed."""
    return case(
        said or f"{action} on {resource.partition(B)[2] or resource.rsplit(':', 1)[-1]}",
        expected,
        ROOT,
        action=action,
        resource_arn=resource,
    )


def by_line(said: str, expected: Outcome, action: str, resource: str) -> Case:
    line = {
        "principal": USER,
        "action": action,
        "resource": resource,
        "policies": {"identity": [document(*EVERYTHING)]},
    }
    return Case(said, expected.value, lambda: evaluate(line)["decision"])


RESERVED = f"arn:aws:iam::{B}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
IN_CHINA = RESERVED.replace("arn:aws:", "arn:aws-cn:")
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AWS_ALIAS = f"arn:aws:kms:eu-west-1:{B}:alias/aws/lambda"


@rule(
    "Nobody can change or pass roles under /aws-reserved/",
    *(impossible(f"iam:{name}", RESERVED) for name in ("PassRole", "UpdateAssumeRolePolicy", "PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "DeleteRolePolicy", "DeleteRole", "UpdateRole", "TagRole", "PutRolePermissionsBoundary")),
    impossible("IAM:putrolepolicy", RESERVED, said="in any letter case"),
    case("in another partition", IMPLICIT, ROOT.replace("arn:aws:", "arn:aws-cn:"), action="iam:PutRolePolicy", resource_arn=IN_CHINA),
    impossible("iam:GetRole", RESERVED, ALLOWED),
    impossible("iam:PutRolePolicy", f"arn:aws:iam::{B}:role/aws-reserved-not/r", ALLOWED),
    impossible("iam:PassRole", ROLE, ALLOWED),
    case("a user whom everything is allowed", IMPLICIT, identity=EVERYTHING, action="iam:PassRole", resource_arn=RESERVED),
    case("a deny is explicit all the same", EXPLICIT, identity=[deny("*", "*")], action="iam:PassRole", resource_arn=RESERVED),
)  # fmt: skip
def test_reserved_roles(case: Case) -> None:
    case.holds()


@rule(
    "Nobody can change AWS managed policies",
    *(impossible(f"iam:{name}", MANAGED) for name in ("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy", "TagPolicy")),
    impossible("iam:CreatePolicyVersion", MANAGED.replace("arn:aws:", "arn:aws-us-gov:"), said="in another partition"),
    impossible("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", said="with a path"),
    by_line("reading one", ALLOWED, "iam:GetPolicyVersion", MANAGED),
    case("changing one's own", ALLOWED, identity=EVERYTHING, action="iam:CreatePolicyVersion", resource_arn=f"arn:aws:iam::{B}:policy/ReadOnlyAccess"),
    by_line("changing one, with everything allowed", IMPLICIT, "iam:CreatePolicyVersion", MANAGED),
    by_line("attaching one changes its holder", ALLOWED, "iam:AttachUserPolicy", USER),
)  # fmt: skip
def test_managed_policies(case: Case) -> None:
    case.holds()


@rule(
    "Nobody can create, update or delete alias/aws/...",
    *(impossible(f"kms:{name}", AWS_ALIAS) for name in ("CreateAlias", "UpdateAlias", "DeleteAlias")),
    impossible("kms:CreateAlias", f"arn:aws:kms:eu-west-1:{B}:alias/awsome", ALLOWED),
    impossible("kms:DeleteAlias", f"arn:aws:kms:eu-west-1:{B}:alias/mine", ALLOWED),
)
def test_aliases_of_aws(case: Case) -> None:
    case.holds()
