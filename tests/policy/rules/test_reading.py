"""How documents are read: strictly what a person writes for us, tolerantly what AWS gave out.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; the two manners are ours.
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from models.decision import Outcome
from models.policy import PolicyKind
from simulator.answers.can import can
from simulator.answers.evaluate import evaluate, evaluate_line
from simulator.policy.parse import parse_policy
from tests.policy.builders import (
    FUNCTION,
    INVOKE,
    KEY,
    OTHER_USER,
    ROLE,
    ROOT,
    SESSION,
    TARGET_ROLE,
    USER,
    A,
    B,
    Document,
    allow,
    deny,
    document,
    to,
    trusts,
)
from tests.policy.rules.table import ALLOWED, EXPLICIT, IMPLICIT, READ, Case, case, rule, strictly, tolerantly
from tests.worlds import Builder

ROOT_FOLDER = Path(__file__).parents[3]
IDENTITY, BOUNDARY, RESOURCE, TRUST = PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.RESOURCE, PolicyKind.TRUST
EVERYTHING = [allow("*", "*")]


def without(body: Document, name: str) -> Document:
    return {key: value for key, value in body.items() if key != name}


S = "Statement[0]"

#: What AWS refuses, though it is plain what it would mean: who it is for, where it is wrong, the document.
ODD: list[tuple[str, str, object, PolicyKind]] = [
    ("no statement at all", "Statement", document(), IDENTITY),
    ("a Sid twice", "Statement[1].Sid", document(allow(Sid="A"), deny(Sid="A")), IDENTITY),
    ("no action in the list", f"{S}.Action", document(allow([])), IDENTITY),
    ("no service in an action", f"{S}.Action", document(allow("InvokeFunction")), IDENTITY),
    ("no ARN in Resource", f"{S}.Resource", document(allow(resource="function:f")), IDENTITY),
    ("an element that isn't one", S, document({**allow(), "Efect": "Deny"}), IDENTITY),
    ("a member that isn't one", "the whole", {**document(allow()), "Other": 1}, IDENTITY),
    ("Resource in a trust policy", S, document(trusts("*", Resource="*")), TRUST),
    ("no Principal in a resource-based policy", S, document(allow()), RESOURCE),
    ("a bare principal", f"{S}.Principal", document(to(USER)), RESOURCE),
    ("a wildcard in a part of a principal", f"{S}.Principal", document(to({"AWS": f"arn:aws:iam::{B}:user/*"})), RESOURCE),
    ("eleven digits as an account", f"{S}.Principal", document(to({"AWS": "11111111111"})), RESOURCE),
    ("what is no service", f"{S}.Principal", document(to({"Service": "s3"})), RESOURCE),
    ("an empty document", "the whole", {}, IDENTITY),
]  # fmt: skip


@rule(
    "Strict: what AWS would refuse is refused, with its reason and place",
    *(strictly(said, where, body, kind) for said, where, body, kind in ODD),
    strictly("a whole identity-based policy", READ, document(allow(Sid="A"), deny(Sid="B", Condition={"Bool": {"aws:SecureTransport": "false"}}))),
    strictly("a whole resource-based policy", READ, document(to({"AWS": [USER, B, ROOT], "Service": "s3.amazonaws.com"})), RESOURCE),
    strictly("a whole trust policy", READ, document(trusts({"Federated": "accounts.google.com"})), TRUST),
    strictly("one statement without a list", READ, {"Version": "2012-10-17", "Statement": allow()}),
    strictly("in the place of a second statement", "Statement[1].Resource", document(allow(), allow(resource="f"))),
)  # fmt: skip
def test_strict(case: Case) -> None:
    case.holds()


@rule(
    "Tolerant: what AWS gave out is a fact, even where it is odd",
    *(tolerantly(said, READ, body, kind) for said, _, body, kind in ODD),
    tolerantly("what can't be evaluated all the same", f"{S}.Effect", document(allow(Effect="allow"))),
)
def test_tolerant(case: Case) -> None:
    case.holds()


def by_line(said: str, expected: Outcome, principal: str = USER, **policies: Any) -> Case:
    line = {"principal": principal, "action": INVOKE, "resource": FUNCTION, "policies": policies}
    return Case(said, expected.value, lambda: evaluate(line)["decision"])


@rule(
    "Unknown fields are kept out of the way, never an error",
    by_line("of a document", ALLOWED, identity=[{**document(allow()), "Other": {"Deny": "*"}}]),
    by_line("of a statement", ALLOWED, identity=[document({**allow(), "New": 1})]),
    by_line("they mean nothing", IMPLICIT, identity=[document({**allow("s3:*"), "Actions": INVOKE})]),
    by_line("an unknown kind of principal", IMPLICIT, resource=document(to({"Aws": USER}))),
    by_line("an unknown kind beside a known one", ALLOWED, resource=document(to({"Aws": A, "AWS": USER}))),
)
def test_unknown_fields(case: Case) -> None:
    case.holds()


ILL_FORMED = [
    "",
    "f",
    "function:f",
    "?",
    "lambda:*",
    "*:function:f",
    f"aws:lambda:eu-west-1:{B}:function:f",
    f" {FUNCTION}",
]


@rule(
    "An ill-formed ARN or principal matches nothing",
    *(case(f"`{arn}` in an allow", IMPLICIT, identity=[allow(resource=arn)]) for arn in ILL_FORMED),
    *(case(f"`{arn}` in a deny", ALLOWED, identity=[allow(), deny(resource=arn)]) for arn in ILL_FORMED),
    case("in NotResource it excludes nothing", ALLOWED, identity=[{"Effect": "Allow", "Action": "*", "NotResource": "function:f"}]),
    *(case(f"`{name}` as a principal", IMPLICIT, resource=[to({"AWS": name})]) for name in ("dev", "user/dev", "22222222222", f"{B} ", "arn:aws:iam", f"arn:aws:iam::{B}:")),
    case("as a principal that is denied", ALLOWED, identity=[allow()], resource=[deny(Principal={"AWS": "user/dev"})]),
    case("what stands beside it still counts", ALLOWED, resource=[to({"AWS": ["dev", USER]}, Resource=["f", FUNCTION])]),
)  # fmt: skip
def test_ill_formed(case: Case) -> None:
    case.holds()


@rule(
    "A bare string principal is read as an AWS one",
    case("a user's ARN", ALLOWED, resource=[to(USER)]),
    case("an account, which only delegates", IMPLICIT, resource=[to(B)]),
    case("an account, with the caller's own allow", ALLOWED, OTHER_USER, identity=[allow()], resource=[to(A)]),
    case("another user's ARN", IMPLICIT, resource=[to(OTHER_USER)]),
    case("a service's name is no AWS principal", IMPLICIT, "s3.amazonaws.com", resource=[to("s3.amazonaws.com")]),
)
def test_bare_principal(case: Case) -> None:
    case.holds()


@rule(
    "A statement of a resource-based policy without Principal matches nobody",
    case("an allow", IMPLICIT, resource=[allow()]),
    case("a deny", ALLOWED, identity=[allow()], resource=[deny()]),
    case("for a service", IMPLICIT, "s3.amazonaws.com", resource=[allow()]),
    case("for an anonymous caller", IMPLICIT, "*", resource=[allow("*", "*")]),
    case("an empty Principal", IMPLICIT, resource=[to({})]),
    case("with one", ALLOWED, resource=[to({"AWS": USER})]),
)
def test_no_principal(case: Case) -> None:
    case.holds()


PULL = {"action": "ecr:BatchGetImage", "resource_arn": f"arn:aws:ecr:eu-west-1:{B}:repository/r"}


@rule(
    "A statement of a resource-based policy without Resource is about the resource that it is on",
    case("a trust policy", ALLOWED, trust=[trusts({"AWS": USER})], action="sts:AssumeRole", resource_arn=TARGET_ROLE),
    case("a repository policy", ALLOWED, resource=[without(to({"AWS": USER}, Action="ecr:*"), "Resource")], **PULL),
    case("a repository policy that denies", EXPLICIT, identity=EVERYTHING, resource=[without(deny("ecr:*", Principal="*"), "Resource")], **PULL),
    case("another action", IMPLICIT, resource=[without(to({"AWS": USER}, Action="ecr:PutImage"), "Resource")], **PULL),
)  # fmt: skip
def test_no_resource(case: Case) -> None:
    case.holds()


ABOUT_THE_KEY = to({"AWS": USER}, Action="kms:*", Resource="*")
ABOUT_NOTHING = without(ABOUT_THE_KEY, "Resource")


def of_key(said: str, expected: Outcome, *statements: Document) -> Case:
    line = {"principal": USER, "action": "kms:Decrypt", "resource": KEY}
    policies = {"identity": [document(allow("*", "*"))], "resource": document(*statements)}
    return Case(said, expected.value, lambda: evaluate({**line, "policies": policies})["decision"])


@rule(
    "A statement of a key policy without Resource has no effect",
    of_key("an Allow", IMPLICIT, ABOUT_NOTHING),
    of_key("the same with Resource", ALLOWED, ABOUT_THE_KEY),
    of_key("a Deny beside an Allow", ALLOWED, {**ABOUT_NOTHING, "Effect": "Deny"}, ABOUT_THE_KEY),
)
def test_no_resource_in_a_key_policy(case: Case) -> None:
    case.holds()


@rule(
    "{} is no policy",
    by_line("as a boundary", ALLOWED, identity=[document(allow())], boundary={}),
    by_line("as a session policy", ALLOWED, SESSION, identity=[document(allow())], session={}),
    by_line("as a VPC endpoint policy", ALLOWED, identity=[document(allow())], vpc_endpoint={}),
    by_line("as an identity-based policy", IMPLICIT, identity=[{}]),
    by_line("a policy without statements is one, and allows nothing", IMPLICIT, identity=[document(allow())], boundary={"Statement": []}),
)  # fmt: skip
def test_no_policy(case: Case) -> None:
    case.holds()


OWN = f"arn:aws:lambda:eu-west-1:{B}:function:" + "${aws:PrincipalAccount, 'f'}"


@rule(
    "Without Version it is 2008-10-17",
    by_line("variables are text", IMPLICIT, identity=[{"Statement": allow(resource=OWN.replace(B, "*"))}]),
    by_line("the same in 2012-10-17", IMPLICIT, identity=[document(allow(resource=OWN))]),
    by_line("a variable that would match", IMPLICIT, identity=[{"Statement": allow(resource=f"arn:aws:lambda:*:{B}:function:" + "${aws:none, 'f'}")}]),
    by_line("which does in 2012-10-17", ALLOWED, identity=[document(allow(resource=f"arn:aws:lambda:*:{B}:function:" + "${aws:none, 'f'}"))]),
)  # fmt: skip
def test_no_version(case: Case) -> None:
    case.holds()


def warned(said: str, expected: bool, body: object, kind: PolicyKind = IDENTITY) -> Case:
    return Case(said, expected, lambda: parse_policy(body, kind, strict=False).warnings != ())


FILLER = [allow("s3:GetObject", f"arn:aws:s3:::a-bucket-with-a-long-name-{number:05}/*") for number in range(2_000)]


@rule(
    "An oversized document is used, with a warning",
    by_line("200 KB of an identity-based policy", ALLOWED, identity=[document(*FILLER, allow())]),
    by_line("200 KB of a boundary", ALLOWED, identity=[document(allow())], boundary=document(*FILLER, allow())),
    by_line("200 KB, without the allow", IMPLICIT, identity=[document(*FILLER)]),
    by_line("200 KB, with a deny at the end", EXPLICIT, identity=[document(allow(), *FILLER, deny())]),
    warned("a warning for an identity-based policy", True, document(*FILLER)),
    warned("a warning for JSON text", True, json.dumps(document(*FILLER))),
    warned("a warning for a boundary", True, document(*FILLER), BOUNDARY),
    warned("a warning for a trust policy", True, document(*[trusts({"AWS": USER})] * 100), TRUST),
    warned("none for one of usual size", False, document(allow())),
    warned("none for white space between elements", False, json.dumps(document(allow()), indent=20_000)),
)
def test_oversized(case: Case) -> None:
    case.holds()


#: What nobody could evaluate: where it is wrong, the document.
BROKEN: list[tuple[str, str, object, PolicyKind]] = [
    ("not JSON", "the whole", '{"Version": ', IDENTITY),
    ("JSON that isn't an object", "the whole", "[]", IDENTITY),
    ("a member twice", "the whole", '{"Statement": [], "Statement": []}', IDENTITY),
    ("no Statement", "the whole", {"Version": "2012-10-17"}, IDENTITY),
    ("an unknown Version", "Version", {"Version": "2012-10-18", "Statement": []}, IDENTITY),
    ("a number as Version", "Version", {"Version": 2012, "Statement": []}, IDENTITY),
    ("a number as statement", "Statement[1]", {"Statement": [allow(), 1]}, IDENTITY),
    ("a number as Sid", f"{S}.Sid", document(allow(Sid=1)), IDENTITY),
    ("a number as Action", f"{S}.Action", document(allow(1)), IDENTITY),
    ("a number among actions", f"{S}.Action", document(allow(["s3:*", 1])), IDENTITY),
    ("an object as Resource", f"{S}.Resource", document(allow(resource={})), IDENTITY),
    ("a number as principal", f"{S}.Principal.AWS", document(to({"AWS": 222222222222})), RESOURCE),
    ("an unknown condition operator", f"{S}.Condition.StringLikes", document(allow(Condition={"StringLikes": {"k": "v"}})), IDENTITY),
    ("an unknown quantifier", f"{S}.Condition.ForSomeValues:StringLike", document(allow(Condition={"ForSomeValues:StringLike": {"k": "v"}})), IDENTITY),
    ("Null with IfExists", f"{S}.Condition.NullIfExists", document(allow(Condition={"NullIfExists": {"k": "true"}})), IDENTITY),
    ("null as a condition's value", f"{S}.Condition.Bool.k", document(allow(Condition={"Bool": {"k": None}})), IDENTITY),
    ("an unknown Effect", f"{S}.Effect", document(allow(Effect="Permit")), IDENTITY),
    ("an Effect in lower case", f"{S}.Effect", document(allow(Effect="allow")), IDENTITY),
    ("no Effect", S, document(without(allow(), "Effect")), IDENTITY),
    ("both Action and NotAction", S, document(allow(NotAction="s3:*")), IDENTITY),
    ("neither Action nor NotAction", S, document(without(allow(), "Action")), IDENTITY),
    ("both Resource and NotResource", S, document(allow(NotResource="*")), IDENTITY),
    ("neither Resource nor NotResource in an identity-based policy", S, document(without(allow(), "Resource")), IDENTITY),
    ("both Principal and NotPrincipal", S, document(deny(Principal="*", NotPrincipal="*")), RESOURCE),
    ("Principal in an identity-based policy", S, document(to("*")), IDENTITY),
]  # fmt: skip


@rule(
    "Not tolerated, an error that names the place: what nobody could evaluate",
    *(tolerantly(said, where, body, kind) for said, where, body, kind in BROKEN),
    tolerantly("a whole policy", READ, document(allow())),
    *(strictly(f"{said}, strictly", where, body, kind) for said, where, body, kind in BROKEN),
)
def test_not_tolerated(case: Case) -> None:
    case.holds()


def answered(said: str, expected: str, *statements: Document) -> Case:
    """What `evaluate` says: a decision, or an error."""
    line = {
        "principal": USER,
        "action": INVOKE,
        "resource": FUNCTION,
        "policies": {"identity": [document(*statements)]},
    }
    return Case(said, expected, lambda: (found := evaluate_line(json.dumps(line))).get("decision") or list(found)[-1])


UNKNOWN_OPERATOR = {"Condition": {"StringMatches": {"aws:username": "dev"}}}


def unread(said: str, expected: str, attached: tuple[str, ...], *statements: Document) -> Case:
    """Over a snapshot in which a managed policy's document wasn't read."""

    def found() -> str:
        built = Builder(accounts=(A, B))
        built.user(USER, *statements, attached=attached)
        built.function(FUNCTION)
        return can(built.world(), USER, INVOKE, FUNCTION).decision

    return Case(said, expected, found)


LOST = (f"arn:aws:iam::{B}:policy/lost",)


@rule(
    "What can't be evaluated exactly is an error or unknown: never a match, never a non-match",
    answered("an unknown operator in an allow", "error", allow(**UNKNOWN_OPERATOR)),
    answered("an unknown operator in a deny", "error", allow(), deny(**UNKNOWN_OPERATOR)),
    answered("an unknown operator in a statement about something else", "error", allow(), allow("s3:*", **UNKNOWN_OPERATOR)),
    answered("without one", "allowed", allow()),
    unread("a policy that wasn't read may allow", "unknown", LOST),
    unread("a policy that wasn't read may deny", "unknown", LOST, allow()),
    unread("a deny decides whatever it says", "explicitDeny", LOST, deny()),
    unread("every policy was read", "allowed", (), allow()),
)  # fmt: skip
def test_not_exactly(case: Case) -> None:
    case.holds()


SPARING = {**deny("*", "*"), "NotPrincipal": {"AWS": USER}}


@rule(
    "NotPrincipal is allowed in resource-based policies with Deny only",
    tolerantly("with Deny", READ, document(SPARING), RESOURCE),
    tolerantly("with Allow", f"{S}.NotPrincipal", document({**SPARING, "Effect": "Allow"}), RESOURCE),
    strictly("with Deny, strictly", READ, document(SPARING), RESOURCE),
    strictly("with Allow, strictly", f"{S}.NotPrincipal", document({**SPARING, "Effect": "Allow"}), RESOURCE),
    tolerantly("in a VPC endpoint policy", READ, document(SPARING), PolicyKind.VPC_ENDPOINT),
)
def test_not_principal_with_deny(case: Case) -> None:
    case.holds()


@rule(
    "NotPrincipal is never allowed in trust and identity policies",
    tolerantly("in a trust policy", f"{S}.NotPrincipal", document(without(SPARING, "Resource")), TRUST),
    strictly("in a trust policy, strictly", f"{S}.NotPrincipal", document(without(SPARING, "Resource")), TRUST),
    tolerantly("in an identity-based policy", S, document(SPARING)),
    tolerantly("in a boundary", S, document(SPARING), BOUNDARY),
    tolerantly("in an SCP", S, document(SPARING), PolicyKind.SCP),
    tolerantly("in an RCP", f"{S}.NotPrincipal", document(SPARING), PolicyKind.RCP),
    tolerantly("in a resource-based policy", READ, document(SPARING), RESOURCE),
)
def test_not_principal_elsewhere(case: Case) -> None:
    case.holds()


# Partitions

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
QUEUE = f"arn:aws:sqs:eu-west-1:{B}:q"
RESERVED = f"arn:aws:iam::{B}:role/aws-reserved/r"


def line(principal: str, asked: str = INVOKE, about: str = FUNCTION, **policies: Any) -> Document:
    return {"principal": principal, "action": asked, "resource": about, "policies": policies}


#: One request for each place where an ARN is read: what it is, what comes of it, the line.
READ_ARNS: list[tuple[str, Outcome, Document]] = [
    ("an identity-based policy", ALLOWED, line(USER, identity=[document(allow())])),
    ("an incomplete ARN", ALLOWED, line(USER, identity=[document(allow(resource="arn:aws:lambda"))])),
    ("a session of a role without a path", ALLOWED, line(SESSION, resource=document(to({"AWS": f"arn:aws:iam::{B}:role/worker"})))),
    ("a session of a role with a path", ALLOWED, {**line(SESSION, resource=document(to({"AWS": ROLE}))), "principal_role": ROLE}),
    ("the account's ARN as principal", ALLOWED, line(OTHER_USER, identity=[document(allow())], resource=document(to({"AWS": f"arn:aws:iam::{A}:root"})))),
    ("the root user", ALLOWED, line(ROOT)),
    ("a trust policy that delegates", IMPLICIT, line(USER, "sts:AssumeRole", TARGET_ROLE, resource=document(trusts({"AWS": ROOT})))),
    ("a trust policy that names the user", ALLOWED, line(USER, "sts:AssumeRole", TARGET_ROLE, resource=document(trusts({"AWS": USER})))),
    ("aws:PrincipalArn", ALLOWED, line(USER, identity=[document(allow(Condition={"ArnEquals": {"aws:PrincipalArn": USER}}))])),
    ("an RCP", EXPLICIT, line(USER, "sqs:SendMessage", QUEUE, identity=[document(*EVERYTHING)], rcps=[[document(deny("*", "*", Principal="*"))]])),
    ("a reserved role", IMPLICIT, line(ROOT, "iam:PassRole", RESERVED)),
    ("an AWS managed policy", IMPLICIT, line(ROOT, "iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess")),
    ("another function", IMPLICIT, line(USER, identity=[document(allow(resource=f"{FUNCTION}:live"))])),
]  # fmt: skip


def in_partition(said: str, partition: str, expected: Outcome, asked: Document) -> Case:
    text = json.dumps(asked).replace("arn:aws:", f"arn:{partition}:").replace('"arn:aws"', f'"arn:{partition}"')
    return Case(f"{partition}, {said}", expected.value, lambda: evaluate(json.loads(text))["decision"])


@rule(
    "Partitions are taken from the ARNs everywhere",
    *(in_partition(said, name, expected, asked) for name in PARTITIONS for said, expected, asked in READ_ARNS),
    case("a policy for one partition says nothing of another", IMPLICIT, identity=[allow(resource=FUNCTION.replace("arn:aws:", "arn:aws-cn:"))]),
    case("a wildcard for the partition", ALLOWED, identity=[allow(resource=FUNCTION.replace("arn:aws:", "arn:*:"))]),
)  # fmt: skip
def test_partitions(case: Case) -> None:
    case.holds()


def code() -> list[Path]:
    return [path for folder in ("models", "simulator", "ui") for path in (ROOT_FOLDER / folder).rglob("*.py")]


@pytest.mark.parametrize("path", code(), ids=lambda path: str(path.relative_to(ROOT_FOLDER)))
def test_no_partition_is_written_into_code(path: Path) -> None:
    """Explanations may show an ARN; what is compared or put together begins with none of them."""
    tree = ast.parse(path.read_text("utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if text.startswith(tuple(f"arn:{name}:" for name in PARTITIONS))] == []
