"""What limits whatever is allowed: explicit denies, RCPs, SCPs and VPC endpoint policies.

Sources: IAM User Guide, "Policy evaluation logic"; Organizations User Guide, "SCP evaluation", "RCP evaluation",
"Resource control policies (RCPs)"; AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies".
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.decision import Outcome
from models.snapshot import Organization, OrganizationPolicy
from simulator.answers.can import can
from simulator.answers.evaluate import evaluate
from tests.policy.builders import (
    FUNCTION,
    INVOKE,
    KEY,
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

S3 = "s3.amazonaws.com"
EVERYTHING = [allow("*", "*")]
NARROW = [allow("s3:*", "*")]
ALL_BUT_LAMBDA = [allow("*", "*"), deny("lambda:*", "*")]
OIDC = f"arn:aws:iam::{B}:oidc-provider/token.example.com"
LINKED = f"arn:aws:iam::{B}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
NOT_OFFICE = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}

QUEUE = f"arn:aws:sqs:eu-west-1:{B}:q"
SEND = {"action": "sqs:SendMessage", "resource_arn": QUEUE}
MAY_SEND = [allow("sqs:*", "*")]
ASSUME = {"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE}
DECRYPT = {"action": "kms:Decrypt", "resource_arn": KEY}


def nobody(action: str = "*") -> dict[str, Any]:
    """A deny with a Principal, as an RCP or a resource-based policy has it."""
    return deny(action, "*", Principal="*")


@rule(
    "An explicit deny in any policy that applies wins, whoever wrote it",
    case("without one the allow stands", ALLOWED, identity=[allow()]),
    case("in the same policy", EXPLICIT, identity=[allow(), deny()]),
    case("before the allow", EXPLICIT, identity=[deny(), allow()]),
    case("in the identity-based policy against an allow of the resource", EXPLICIT, identity=[deny()], resource=[to({"AWS": USER})]),
    case("in the resource-based policy against an allow of the identity", EXPLICIT, identity=[allow()], resource=[nobody()]),
    case("in the boundary", EXPLICIT, identity=[allow()], boundary=ALL_BUT_LAMBDA),
    case("in the boundary, where the resource names the user", EXPLICIT, boundary=ALL_BUT_LAMBDA, resource=[to({"AWS": USER})]),
    case("in the boundary, where the resource names the session", EXPLICIT, SESSION, boundary=ALL_BUT_LAMBDA, resource=[to({"AWS": SESSION})]),
    case("in the session policy", EXPLICIT, SESSION, identity=[allow()], session=ALL_BUT_LAMBDA),
    case("in the session policy, where the resource names the session", EXPLICIT, SESSION, session=ALL_BUT_LAMBDA, resource=[to({"AWS": SESSION})]),
    case("in the SCP of the root", EXPLICIT, identity=[allow()], scps=[ALL_BUT_LAMBDA, EVERYTHING, EVERYTHING]),
    case("in the SCP of an OU", EXPLICIT, identity=[allow()], scps=[EVERYTHING, ALL_BUT_LAMBDA, EVERYTHING]),
    case("in the SCP of the account", EXPLICIT, identity=[allow()], scps=[EVERYTHING, EVERYTHING, ALL_BUT_LAMBDA]),
    case("in an SCP, where the resource names the user", EXPLICIT, resource=[to({"AWS": USER})], scps=[ALL_BUT_LAMBDA]),
    case("in an SCP of the caller's account, across accounts", EXPLICIT, OTHER_USER, identity=[allow()], resource=[to({"AWS": A})], scps=[ALL_BUT_LAMBDA]),
    case("in an RCP", EXPLICIT, identity=MAY_SEND, rcps=[[nobody()]], **SEND),
    case("in the VPC endpoint policy", EXPLICIT, identity=[allow()], endpoint=[to("*"), nobody()]),
    case("in a trust policy", EXPLICIT, trust=[trusts({"AWS": USER}), trusts({"AWS": USER}, Effect="Deny")], **ASSUME),
    case("in a key policy, against root", EXPLICIT, ROOT, resource=[allow("kms:*", "*", Principal={"AWS": B}), nobody("kms:Decrypt")], **DECRYPT),
    case("without any allow it is explicit all the same", EXPLICIT, identity=[deny()]),
    case("one that names the account binds everybody in it", EXPLICIT, identity=[allow()], resource=[deny(Principal={"AWS": B})]),
    case("one that names the account binds its root user", EXPLICIT, ROOT, resource=[deny(Principal={"AWS": B})]),
    case("one that names the role binds its sessions", EXPLICIT, SESSION, identity=[allow()], resource=[deny(Principal={"AWS": ROLE})]),
    case("one that names a session doesn't apply to another", ALLOWED, SESSION, identity=[allow()], resource=[deny(Principal={"AWS": f"{SESSION}-2"})]),
    case("one that names another account doesn't apply", ALLOWED, identity=[allow()], resource=[deny(Principal={"AWS": A})]),
    case("one on another resource doesn't apply", ALLOWED, identity=[allow(), deny(resource=f"{FUNCTION}:*")]),
    case("one of another action doesn't apply", ALLOWED, identity=[allow(), deny("lambda:InvokeFunctionUrl")]),
    case("NotAction denies what it doesn't name", EXPLICIT, identity=[allow(), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}]),
    case("one whose condition doesn't hold doesn't apply", ALLOWED, identity=[allow(), deny(Condition=OFFICE)], context={"aws:SourceIp": "198.51.100.1"}),
    case("one whose positive condition lacks its key doesn't apply", ALLOWED, identity=[allow(), deny(Condition=OFFICE)]),
    case("one whose negated condition lacks its key applies", EXPLICIT, identity=[allow(), deny(Condition=NOT_OFFICE)]),
    case("one of an identity-based policy doesn't apply to a service", ALLOWED, S3, identity=[deny()], resource=[to({"Service": S3})]),
    case("one of which nobody knows whether it applies", CONDITIONAL, identity=[allow(), deny(Condition=OFFICE)], opens=["aws:SourceIp"]),
)  # fmt: skip
def test_explicit_deny(case: Case) -> None:
    case.holds()


# Resource control policies


def each_service(prefix: str, expected: Outcome) -> Case:
    return case(prefix, expected, action=f"{prefix}:Describe", resource_arn="*", identity=EVERYTHING, rcps=[[nobody()]])


@rule(
    "RCPs count only for services that support them",
    *(each_service(name, EXPLICIT) for name in ("s3", "sts", "kms", "sqs", "secretsmanager", "dynamodb", "logs", "ecr")),
    *(each_service(name, ALLOWED) for name in ("lambda", "sns", "kinesis", "iam", "ec2")),
    case("Lambda isn't one", ALLOWED, identity=[allow()], rcps=[[nobody()]]),
    case("the prefix of the service in any letter case", EXPLICIT, action="SQS:SendMessage", resource_arn=QUEUE, identity=MAY_SEND, rcps=[[nobody()]]),
    case("an RCP that denies something else", ALLOWED, identity=MAY_SEND, rcps=[[nobody("sqs:DeleteQueue")]], **SEND),
)  # fmt: skip
def test_rcp_services(case: Case) -> None:
    case.holds()


@rule(
    "RCPFullAWSAccess is understood at every level",
    case("listed nowhere", ALLOWED, identity=MAY_SEND, rcps=[None, None, None], **SEND),
    case("levels without a statement", ALLOWED, identity=MAY_SEND, rcps=[[], []], **SEND),
    case("listed", ALLOWED, identity=MAY_SEND, rcps=[[allow("*", "*", Principal="*")]], **SEND),
    case("it is no grant to the caller", IMPLICIT, rcps=[[allow("*", "*", Principal="*")]], **SEND),
    case("it takes nothing from a deny", EXPLICIT, identity=MAY_SEND, rcps=[None, [nobody()], None], **SEND),
)  # fmt: skip
def test_rcp_full_access(case: Case) -> None:
    case.holds()


@rule(
    "RCPs bind every caller, services, root users and anonymous ones included",
    case("a user", EXPLICIT, identity=MAY_SEND, rcps=[[nobody()]], **SEND),
    case("a session", EXPLICIT, SESSION, identity=MAY_SEND, rcps=[[nobody()]], **SEND),
    case("a caller of another account", EXPLICIT, OTHER_USER, identity=MAY_SEND, resource=[allow("sqs:*", "*", Principal={"AWS": A})], rcps=[[nobody()]], **SEND),
    case("a service", EXPLICIT, S3, resource=[allow("sqs:*", "*", Principal={"Service": S3})], rcps=[[nobody()]], **SEND),
    case("a root user", EXPLICIT, ROOT, rcps=[[nobody()]], **SEND),
    case("an anonymous caller", EXPLICIT, "*", resource=[allow("sqs:*", "*", Principal="*")], rcps=[[nobody()]], **SEND),
    case("a web identity", EXPLICIT, OIDC, trust=[trusts({"Federated": OIDC}, Action="sts:AssumeRoleWithWebIdentity")], rcps=[[nobody("sts:*")]], action="sts:AssumeRoleWithWebIdentity", resource_arn=TARGET_ROLE),
    case("the management account's own users, on a member's resource", EXPLICIT, identity=MAY_SEND, rcps=[[nobody()]], management_account=True, **SEND),
    case("with a condition that spares services: a service", ALLOWED, S3, resource=[allow("sqs:*", "*", Principal={"Service": S3})], rcps=[[deny("*", "*", Principal="*", Condition={"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})]], context={"aws:PrincipalIsAWSService": "true"}, **SEND),
)  # fmt: skip
def test_rcp_binds(case: Case) -> None:
    case.holds()


@rule(
    "RCPs don't bind service-linked roles",
    case("a service-linked role", ALLOWED, LINKED, identity=MAY_SEND, rcps=[[nobody()]], service_linked_role=True, **SEND),
    case("another role", EXPLICIT, ROLE, identity=MAY_SEND, rcps=[[nobody()]], **SEND),
)  # fmt: skip
def test_rcp_service_linked_roles(case: Case) -> None:
    case.holds()


@rule(
    "RCPs don't bind resources of the management account",
    case("a resource of it", ALLOWED, identity=MAY_SEND, rcps=[[nobody()]], resource_in_management_account=True, **SEND),
    case("a resource of it, asked for from a member account", ALLOWED, OTHER_USER, identity=MAY_SEND, resource=[allow("sqs:*", "*", Principal={"AWS": A})], rcps=[[nobody()]], resource_in_management_account=True, **SEND),
    case("a resource of a member account", EXPLICIT, identity=MAY_SEND, rcps=[[nobody()]], **SEND),
)  # fmt: skip
def test_rcp_management_account(case: Case) -> None:
    case.holds()


ALIAS = f"arn:aws:kms:eu-west-1:{B}:alias/"
KEY_FOR_ALL = [allow("kms:*", "*", Principal={"AWS": USER})]


def on_managed_key(said: str, expected: Outcome, **attributes: str) -> Case:
    """Over a snapshot: DescribeKey says who manages a key."""

    def found() -> str:
        built = in_organization(rcp=nobody("kms:*"))
        built.resource(KEY, "kms:key", B, allow("kms:*", "*", Principal={"AWS": USER}), attributes=attributes)
        built.user(USER, allow("kms:*", "*"))
        return can(built.world(), USER, "kms:Decrypt", KEY).decision

    return Case(said, expected.value, found)


@rule(
    "RCPs don't bind AWS managed KMS keys",
    case("by its alias", ALLOWED, action="kms:DescribeKey", resource_arn=f"{ALIAS}aws/lambda", identity=EVERYTHING, rcps=[[nobody()]]),
    case("by the alias of a key of one's own", EXPLICIT, action="kms:DescribeKey", resource_arn=f"{ALIAS}mine", identity=EVERYTHING, rcps=[[nobody()]]),
    case("a key of one's own", EXPLICIT, resource=KEY_FOR_ALL, rcps=[[nobody()]], **DECRYPT),
    on_managed_key("a key that AWS manages", ALLOWED, KeyManager="AWS"),
    on_managed_key("a key that a customer manages", EXPLICIT, KeyManager="CUSTOMER"),
)  # fmt: skip
def test_rcp_managed_keys(case: Case) -> None:
    case.holds()


@rule(
    "RCPs don't bind kms:RetireGrant",
    case("kms:RetireGrant", ALLOWED, action="kms:RetireGrant", resource_arn=KEY, resource=KEY_FOR_ALL, rcps=[[nobody()]]),
    case("in any letter case", ALLOWED, action="KMS:retiregrant", resource_arn=KEY, resource=KEY_FOR_ALL, rcps=[[nobody()]]),
    case("kms:RevokeGrant", EXPLICIT, action="kms:RevokeGrant", resource_arn=KEY, resource=KEY_FOR_ALL, rcps=[[nobody()]]),
)  # fmt: skip
def test_rcp_retire_grant(case: Case) -> None:
    case.holds()


# Whose SCPs and RCPs count


def organization(built: Builder, scp: dict[str, Any] | None, rcp: dict[str, Any] | None, place: str) -> Organization:
    """A tree in which A is in `ou-a` and B in `ou-b`; the policies that are given hang at `place`."""
    full = OrganizationPolicy(
        id="p-full", name="Full", type="SERVICE_CONTROL_POLICY", document=built.document(allow("*", "*"))
    )
    policies = {"p-full": full}
    targets = dict.fromkeys(("r-1", "ou-a", "ou-b", A, B, M), ("p-full",))
    for name, kind, statement in (("p-scp", "SERVICE_CONTROL_POLICY", scp), ("p-rcp", "RESOURCE_CONTROL_POLICY", rcp)):
        if statement is not None:
            policies[name] = OrganizationPolicy(id=name, name=name, type=kind, document=built.document(statement))  # type: ignore[arg-type]
            targets[place] = (*targets[place], name)
    parents = {"ou-a": "r-1", "ou-b": "r-1", A: "ou-a", B: "ou-b", M: "r-1"}
    return Organization(id="o-1", management_account=M, parents=parents, policies=policies, targets=targets)


M = "333333333333"


def in_organization(
    scp: dict[str, Any] | None = None, rcp: dict[str, Any] | None = None, place: str = "r-1"
) -> Builder:
    built = Builder(accounts=(A, B, M))
    built.organization = organization(built, scp, rcp, place)
    return built


def across(said: str, expected: Outcome, place: str, **policies: dict[str, Any]) -> Case:
    """A user of A sends to a queue of B; both sides allow."""

    def found() -> str:
        built = in_organization(place=place, **policies)
        built.user(OTHER_USER, *MAY_SEND)
        built.resource(QUEUE, "sqs:queue", B, allow("sqs:*", QUEUE, Principal={"AWS": A}))
        return can(built.world(), OTHER_USER, "sqs:SendMessage", QUEUE).decision

    return Case(said, expected.value, found)


@rule(
    "RCPs are those of the resource's account, at each level",
    across("of the organization's root", EXPLICIT, "r-1", rcp=nobody()),
    across("of the OU of the resource's account", EXPLICIT, "ou-b", rcp=nobody()),
    across("of the resource's account itself", EXPLICIT, B, rcp=nobody()),
    across("of the caller's account", ALLOWED, A, rcp=nobody()),
    across("of the OU of the caller's account", ALLOWED, "ou-a", rcp=nobody()),
)
def test_rcp_whose(case: Case) -> None:
    case.holds()


@rule(
    "SCPs are those of the caller's account, at each level",
    across("of the organization's root", EXPLICIT, "r-1", scp=deny("*", "*")),
    across("of the OU of the caller's account", EXPLICIT, "ou-a", scp=deny("*", "*")),
    across("of the caller's account itself", EXPLICIT, A, scp=deny("*", "*")),
    across("of the resource's account", ALLOWED, B, scp=deny("*", "*")),
    across("of the OU of the resource's account", ALLOWED, "ou-b", scp=deny("*", "*")),
)
def test_scp_whose(case: Case) -> None:
    case.holds()


# Service control policies


@rule(
    "Every level of SCPs from the root down has to allow",
    case("all of them do", ALLOWED, identity=[allow()], scps=[EVERYTHING, [allow("lambda:*", "*")], [allow()]]),
    case("the root doesn't", IMPLICIT, identity=[allow()], scps=[NARROW, EVERYTHING, EVERYTHING]),
    case("an OU doesn't", IMPLICIT, identity=[allow()], scps=[EVERYTHING, NARROW, EVERYTHING]),
    case("the account doesn't", IMPLICIT, identity=[allow()], scps=[EVERYTHING, EVERYTHING, NARROW]),
    case("nothing is attached at a level", IMPLICIT, identity=[allow()], scps=[EVERYTHING, None]),
    case("at one level any of its policies suffices", ALLOWED, identity=[allow()], scps=[[*NARROW, allow()]]),
    case("an allow above doesn't stand in for one below", IMPLICIT, identity=[allow()], scps=[[*NARROW, allow()], NARROW]),
    case("what the resource gives to the user is limited too", IMPLICIT, resource=[to({"AWS": USER})], scps=[NARROW]),
    case("what the resource gives to the session is limited too", IMPLICIT, SESSION, resource=[to({"AWS": SESSION})], scps=[NARROW]),
    case("they grant nothing", IMPLICIT, scps=[EVERYTHING]),
    case("no levels: no organization", ALLOWED, identity=[allow()], scps=[]),
)  # fmt: skip
def test_scp_levels(case: Case) -> None:
    case.holds()


@rule(
    "SCPs have the full policy language, Allow with Resource, Condition and NotAction too",
    case("Allow with Resource, this one", ALLOWED, identity=[allow()], scps=[[allow("*", FUNCTION)]]),
    case("Allow with Resource, another", IMPLICIT, identity=[allow()], scps=[[allow("*", f"{FUNCTION}-other")]]),
    case("Allow with NotResource", IMPLICIT, identity=[allow()], scps=[[{"Effect": "Allow", "Action": "*", "NotResource": FUNCTION}]]),
    case("Allow with Condition that holds", ALLOWED, identity=[allow()], scps=[[allow("*", "*", Condition=OFFICE)]], context={"aws:SourceIp": "203.0.113.7"}),
    case("Allow with Condition that doesn't", IMPLICIT, identity=[allow()], scps=[[allow("*", "*", Condition=OFFICE)]], context={"aws:SourceIp": "198.51.100.7"}),
    case("Allow with Condition on a key that isn't known", CONDITIONAL, identity=[allow()], scps=[[allow("*", "*", Condition=OFFICE)]], opens=["aws:SourceIp"]),
    case("Allow with NotAction, another service", ALLOWED, identity=[allow()], scps=[[{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]]),
    case("Allow with NotAction, this service", IMPLICIT, identity=[allow()], scps=[[{"Effect": "Allow", "NotAction": "lambda:*", "Resource": "*"}]]),
    case("wildcards anywhere in an action", ALLOWED, identity=[allow()], scps=[[allow("lambda:*Function", "*")]]),
    case("variables", ALLOWED, identity=[allow()], scps=[[allow("*", f"arn:aws:lambda:*:{B}:function:" + "${aws:PrincipalTag/team}")]], context={"aws:PrincipalTag/team": "f"}),
)  # fmt: skip
def test_scp_language(case: Case) -> None:
    case.holds()


@rule(
    "SCPs bind users, roles and the root user of member accounts",
    case("a user", IMPLICIT, identity=[allow()], scps=[NARROW]),
    case("a role", IMPLICIT, ROLE, identity=[allow()], scps=[NARROW]),
    case("a session", IMPLICIT, SESSION, identity=[allow()], scps=[NARROW]),
    case("the root user", IMPLICIT, ROOT, scps=[NARROW]),
    case("the root user, denied", EXPLICIT, ROOT, scps=[ALL_BUT_LAMBDA]),
    case("the root user, with an allow at each level", ALLOWED, ROOT, scps=[EVERYTHING, [allow()]]),
    case("a session across accounts", IMPLICIT, OTHER_SESSION, identity=[allow()], resource=[to({"AWS": A})], scps=[NARROW]),
)  # fmt: skip
def test_scp_binds(case: Case) -> None:
    case.holds()


@rule(
    "SCPs don't bind the management account",
    case("a user of it", ALLOWED, identity=[allow()], scps=[NARROW], management_account=True),
    case("its root user", ALLOWED, ROOT, scps=[ALL_BUT_LAMBDA], management_account=True),
    case("a member's user on a resource of it", IMPLICIT, OTHER_USER, identity=[allow()], resource=[to({"AWS": A})], scps=[NARROW], resource_in_management_account=True),
)  # fmt: skip
def test_scp_management_account(case: Case) -> None:
    case.holds()


@rule(
    "SCPs don't bind service-linked roles",
    case("a service-linked role", ALLOWED, LINKED, identity=[allow()], scps=[ALL_BUT_LAMBDA], service_linked_role=True),
    case("another role", EXPLICIT, ROLE, identity=[allow()], scps=[ALL_BUT_LAMBDA]),
)
def test_scp_service_linked_roles(case: Case) -> None:
    case.holds()


@rule(
    "SCPs don't bind services",
    case("a service", ALLOWED, S3, resource=[to({"Service": S3})], scps=[ALL_BUT_LAMBDA]),
    case("an anonymous caller, who is of no account", ALLOWED, "*", resource=[to("*")], scps=[ALL_BUT_LAMBDA]),
    case("the session that a service has taken", EXPLICIT, SESSION, identity=[allow()], scps=[ALL_BUT_LAMBDA]),
)
def test_scp_services(case: Case) -> None:
    case.holds()


# VPC endpoint policies


@rule(
    "A VPC endpoint policy on the way has to allow",
    case("it does", ALLOWED, identity=[allow()], endpoint=[to("*")]),
    case("it allows something else", IMPLICIT, identity=[allow()], endpoint=[allow("s3:*", "*", Principal="*")]),
    case("it grants nothing", IMPLICIT, endpoint=[to("*")]),
    case("it limits what the resource gives", IMPLICIT, resource=[to({"AWS": USER})], endpoint=NARROW),
    case("it limits root", IMPLICIT, ROOT, endpoint=[allow("s3:*", "*", Principal="*")]),
    case("it limits anonymous callers", IMPLICIT, "*", resource=[to("*")], endpoint=[to({"AWS": B})]),
    case("there is none on the way", ALLOWED, identity=[allow()]),
)
def test_endpoint(case: Case) -> None:
    case.holds()


@rule(
    "A VPC endpoint policy needs a Principal",
    case("without one it lets nobody through", IMPLICIT, identity=[allow()], endpoint=[allow()]),
    case("with one it does", ALLOWED, identity=[allow()], endpoint=[to({"AWS": USER})]),
    case("with another's it doesn't", IMPLICIT, identity=[allow()], endpoint=[to({"AWS": OTHER_USER})]),
)
def test_endpoint_principal(case: Case) -> None:
    case.holds()


def by_endpoint(said: str, expected: Outcome, principal: Any = None, caller: str = USER, **more: Any) -> Case:
    line = {
        "principal": caller,
        "action": INVOKE,
        "resource": FUNCTION,
        "policies": {"identity": [document(allow())], "vpc_endpoint": document(to(principal or {"AWS": B}))},
    } | more
    return Case(said, expected.value, lambda: evaluate(line)["decision"])


@rule(
    "At an interface endpoint an account as principal means everybody in it, and an endpoint is one unless it is said to be a gateway",
    by_endpoint("nothing is said", ALLOWED),
    by_endpoint("interface is said", ALLOWED, vpc_endpoint_type="interface"),
    by_endpoint("by the account's ARN", ALLOWED, {"AWS": ROOT}),
    by_endpoint("a session", ALLOWED, caller=SESSION),
    by_endpoint("another account", IMPLICIT, {"AWS": A}),
    by_endpoint("gateway is said", IMPLICIT, vpc_endpoint_type="gateway"),
)
def test_interface_endpoint(case: Case) -> None:
    case.holds()


@rule(
    "At a gateway endpoint an account as principal means its root user only",
    by_endpoint("the root user", ALLOWED, caller=ROOT, vpc_endpoint_type="gateway"),
    by_endpoint("a user", IMPLICIT, vpc_endpoint_type="gateway"),
    by_endpoint("a session", IMPLICIT, caller=SESSION, vpc_endpoint_type="gateway"),
    by_endpoint("by the account's ARN", IMPLICIT, {"AWS": ROOT}, vpc_endpoint_type="gateway"),
    by_endpoint("* is everybody", ALLOWED, "*", vpc_endpoint_type="gateway"),
    by_endpoint("a user by his own ARN", ALLOWED, {"AWS": USER}, vpc_endpoint_type="gateway"),
)
def test_gateway_endpoint(case: Case) -> None:
    case.holds()


def test_a_snapshot_says_which_account_is_the_management_account() -> None:
    """Neither its callers' SCPs nor its resources' RCPs count, though the root's policies hang above it."""
    queue = QUEUE.replace(B, M)
    user = USER.replace(B, M)
    for policies in ({"scp": deny("*", "*")}, {"rcp": nobody()}):
        built = in_organization(**policies)
        built.user(user, *MAY_SEND)
        built.resource(queue, "sqs:queue", M)
        world = built.world()
        assert can(world, user, "sqs:SendMessage", queue).decision == ALLOWED.value
        moved = replace_management(built, A).world()
        assert can(moved, user, "sqs:SendMessage", queue).decision == EXPLICIT.value


def replace_management(built: Builder, account: str) -> Builder:
    assert built.organization is not None
    changed = built.organization.model_copy(update={"management_account": account})
    return replace(built, organization=changed)
