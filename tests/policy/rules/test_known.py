"""What `evaluate` takes for known of a request, and what an open key does to an answer.

Sources: IAM User Guide, "AWS global condition context keys", "IAM policy elements: Variables and tags" (which callers
have which principal keys); what is known and what is open is ours.
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

import pytest

from models.decision import Outcome
from simulator.answers.evaluate import evaluate
from simulator.facts import global_keys
from tests.policy.builders import (
    FEDERATED,
    FUNCTION,
    INVOKE,
    ROLE,
    ROOT,
    SESSION,
    USER,
    A,
    B,
    Document,
    allow,
    ask,
    deny,
    document,
    to,
)
from tests.policy.rules.table import ALLOWED, CONDITIONAL, EXPLICIT, IMPLICIT, Case, case, rule

S3 = "s3.amazonaws.com"
OIDC = f"arn:aws:iam::{B}:oidc-provider/token.example.com"
ANYBODY = "*"


def line(principal: str, *statements: Document, **more: Any) -> Document:
    """A request of anybody whom the resource lets in, but for what the statements deny."""
    policy = document(to("*", Action="*", Resource="*"), *statements)
    return {"principal": principal, "action": INVOKE, "resource": FUNCTION, "policies": {"resource": policy}} | more


def keep_out(operator: str, key: str, value: Any) -> Document:
    return deny("*", "*", Principal="*", Condition={operator: {key: value}})


def has(said: str, expected: bool, key: str, value: str, principal: str = USER, **more: Any) -> Case:
    """Whether the request has the key with that value: whatever has another or none is denied."""
    asked = line(principal, keep_out("StringNotEquals", key, value), **more)
    return Case(said, expected, lambda: evaluate(asked)["decision"] == ALLOWED.value)


def lacks(said: str, expected: bool, key: str, principal: str = USER, **more: Any) -> Case:
    asked = line(principal, keep_out("Null", key, "false"), **more)
    return Case(said, expected, lambda: evaluate(asked)["decision"] == ALLOWED.value)


@rule(
    "evaluate takes context as the whole truth",
    has("a key that it holds", True, "aws:SourceIp", "203.0.113.7", context={"aws:SourceIp": "203.0.113.7"}),
    has("a key that it holds, in another letter case", True, "AWS:sourceip", "203.0.113.7", context={"aws:SourceIp": "203.0.113.7"}),
    has("a key that the action doesn't support, given all the same", True, "s3:prefix", "x", context={"s3:prefix": "x"}),
    has("values with regard to case", False, "aws:PrincipalTag/team", "blue", context={"aws:PrincipalTag/team": "Blue"}),
    lacks("a key that every request has, not given", True, "aws:CurrentTime"),
    lacks("a key that it holds isn't absent", False, "aws:SourceIp", context={"aws:SourceIp": "203.0.113.7"}),
    lacks("null says that it is absent", True, "aws:PrincipalArn", context={"aws:PrincipalArn": None}),
    Case("several values", True, lambda: evaluate(line(USER, keep_out("ForAllValues:StringNotEquals", "aws:CalledVia", "b"), context={"aws:CalledVia": ["a", "b"]}))["decision"] == "allowed"),
)  # fmt: skip
def test_context_is_the_whole_truth(case: Case) -> None:
    case.holds()


@rule(
    "evaluate adds what follows from principal and resource, unless it is given",
    has("a user's aws:PrincipalArn", True, "aws:PrincipalArn", USER),
    has("a session's aws:PrincipalArn is its role's", True, "aws:PrincipalArn", f"arn:aws:iam::{B}:role/worker", SESSION),
    has("a session's aws:PrincipalArn is not its own", False, "aws:PrincipalArn", SESSION, SESSION),
    has("a session's aws:PrincipalArn with the role's path", True, "aws:PrincipalArn", ROLE, SESSION, principal_role=ROLE),
    has("a root user's aws:PrincipalArn", True, "aws:PrincipalArn", ROOT, ROOT),
    has("a federated user's aws:PrincipalArn", True, "aws:PrincipalArn", FEDERATED, FEDERATED),
    has("aws:PrincipalAccount", True, "aws:PrincipalAccount", B),
    has("an anonymous caller's aws:PrincipalAccount", True, "aws:PrincipalAccount", "anonymous", ANYBODY),
    has("a user's aws:PrincipalType", True, "aws:PrincipalType", "User"),
    has("a session's aws:PrincipalType", True, "aws:PrincipalType", "AssumedRole", SESSION),
    has("a role's aws:PrincipalType", True, "aws:PrincipalType", "AssumedRole", ROLE),
    has("a federated user's aws:PrincipalType", True, "aws:PrincipalType", "FederatedUser", FEDERATED),
    has("a root user's aws:PrincipalType", True, "aws:PrincipalType", "Account", ROOT),
    has("an anonymous caller's aws:PrincipalType", True, "aws:PrincipalType", "Anonymous", ANYBODY),
    has("aws:ResourceAccount by the ARN", True, "aws:ResourceAccount", B),
    has("aws:ResourceAccount by its field", True, "aws:ResourceAccount", A, resource="arn:aws:s3:::b/x", action="s3:GetObject", resource_account=A, principal=f"arn:aws:iam::{A}:user/dev"),
    has("a root user's aws:userid", True, "aws:userid", B, ROOT),
    has("a federated user's aws:userid", True, "aws:userid", f"{B}:bob", FEDERATED),
    has("an anonymous caller's aws:userid", True, "aws:userid", "anonymous", ANYBODY),
    has("a service's aws:PrincipalIsAWSService", True, "aws:PrincipalIsAWSService", "true", S3),
    has("a service's aws:PrincipalServiceName", True, "aws:PrincipalServiceName", S3, S3),
    has("what is given wins", True, "aws:PrincipalType", "Robot", context={"aws:PrincipalType": "Robot"}),
    has("what is given wins in any letter case", True, "aws:PrincipalArn", "x", context={"AWS:principalARN": "x"}),
    lacks("ec2:CreateVpcEndpoint lacks aws:ResourceAccount", True, "aws:ResourceAccount", action="ec2:CreateVpcEndpoint", resource=f"arn:aws:ec2:eu-west-1:{B}:vpc/v"),
    lacks("and so does all of ebs", True, "aws:ResourceAccount", action="ebs:PutSnapshotBlock", resource=f"arn:aws:ebs:eu-west-1:{B}:snapshot/s"),
)  # fmt: skip
def test_what_follows(case: Case) -> None:
    case.holds()


OF_ACCOUNT = {"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:ResourceAccount"}
KEYS = [*(row.key.replace("${TagKey}", "team") for row in global_keys.table().values()), "aws:SourceOwner", "s3:prefix"]


@pytest.mark.parametrize(
    "principal, added",
    [
        pytest.param(USER, OF_ACCOUNT, id="nothing else of a user"),
        pytest.param(ROLE, OF_ACCOUNT, id="nothing else of a role"),
        pytest.param(SESSION, OF_ACCOUNT, id="nothing else of a session"),
        pytest.param(ROOT, {*OF_ACCOUNT, "aws:userid"}, id="nothing else of a root user"),
        pytest.param(FEDERATED, {*OF_ACCOUNT, "aws:userid"}, id="nothing else of a federated user"),
        pytest.param(
            S3,
            {"aws:PrincipalIsAWSService", "aws:PrincipalServiceName", "aws:ResourceAccount"},
            id="nothing else of a service",
        ),
        pytest.param(
            ANYBODY,
            {"aws:PrincipalAccount", "aws:PrincipalType", "aws:userid", "aws:ResourceAccount"},
            id="nothing else of an anonymous caller",
        ),
        pytest.param(OIDC, {"aws:ResourceAccount"}, id="nothing else of a web identity"),
    ],
)
def test_evaluate_adds_nothing_else(principal: str, added: set[str]) -> None:
    there = {key for key in KEYS if evaluate(line(principal, keep_out("Null", key, "true")))["decision"] == "allowed"}
    assert there == added


MFA = "aws:MultiFactorAuthPresent"


def opened(said: str, expected: Outcome, *statements: Document, keys: tuple[str, ...] = (MFA,)) -> Case:
    asked = line(USER, policies={"identity": [document(*statements)]}, open_keys=list(keys))
    return Case(said, expected.value, lambda: evaluate(asked)["decision"])


@rule(
    "A key in open_keys may be absent too",
    opened("it has to be there", CONDITIONAL, allow(Condition={"Null": {MFA: "false"}})),
    opened("it may have either value, but has to be there", CONDITIONAL, allow(Condition={"Bool": {MFA: ["true", "false"]}})),
    opened("with IfExists both values are all there is", ALLOWED, allow(Condition={"BoolIfExists": {MFA: ["true", "false"]}})),
    opened("there or not", ALLOWED, allow(Condition={"Null": {MFA: ["true", "false"]}})),
    opened("a key that would follow is open all the same", CONDITIONAL, allow(Condition={"StringEquals": {"aws:PrincipalAccount": B}}), keys=("aws:PrincipalAccount",)),
    opened("a key that isn't among them is absent", IMPLICIT, allow(Condition={"Bool": {MFA: "true"}}), keys=("aws:SourceIp",)),
)  # fmt: skip
def test_open_keys_may_be_absent(case: Case) -> None:
    case.holds()


def test_a_witness_says_that_a_key_is_absent() -> None:
    asked = line(USER, policies={"identity": [document(allow(Condition={"Null": {MFA: "true"}}))]}, open_keys=[MFA])
    residual = evaluate(asked)["residual"]
    assert residual["allowed_with"] == {MFA: None}
    assert residual["denied_with"][MFA] is not None


# What an open key does


def when(block: Document) -> list[Document]:
    return [allow(Condition=block)]


def either(*blocks: Document) -> list[Document]:
    """Statements that between them may cover every value."""
    return [allow(Condition=block) for block in blocks]


IP, AGE, TIME, TAG = "aws:SourceIp", "aws:MultiFactorAuthAge", "aws:CurrentTime", "aws:PrincipalTag/team"


@rule(
    "An open key may be any value of its type, and absent where it may be",
    case("true or false", CONDITIONAL, identity=when({"Bool": {MFA: "true"}}), opens=[MFA]),
    case("an address within", CONDITIONAL, identity=when({"IpAddress": {IP: "203.0.113.0/24"}}), opens=[IP]),
    case("an address of v4 or of v6, or none", ALLOWED, identity=either({"IpAddressIfExists": {IP: ["0.0.0.0/0", "::/0"]}}), opens=[IP]),
    case("v4 alone is not every address", CONDITIONAL, identity=either({"IpAddressIfExists": {IP: "0.0.0.0/0"}}), opens=[IP]),
    case("a number", CONDITIONAL, identity=when({"NumericLessThan": {AGE: "3600"}}), opens=[AGE]),
    case("every number, or none", ALLOWED, identity=either({"NumericLessThan": {AGE: "5"}}, {"NumericGreaterThanEqualsIfExists": {AGE: "5"}}), opens=[AGE]),
    case("a number between", CONDITIONAL, identity=either({"NumericLessThan": {AGE: "5"}}, {"NumericGreaterThanIfExists": {AGE: "5"}}), opens=[AGE]),
    case("a number that none can be", IMPLICIT, identity=when({"NumericLessThan": {AGE: "5"}, "NumericGreaterThan": {AGE: "5"}}), opens=[AGE]),
    case("a date", CONDITIONAL, identity=when({"DateLessThan": {TIME: "2026-01-01"}}), opens=[TIME]),
    case("every date, or none", ALLOWED, identity=either({"DateLessThan": {TIME: "2026-01-01"}}, {"DateGreaterThanEqualsIfExists": {TIME: "2026-01-01"}}), opens=[TIME]),
    case("any text", CONDITIONAL, identity=when({"StringEquals": {TAG: "blue"}}), opens=[TAG]),
    case("every text, or none", ALLOWED, identity=either({"StringLikeIfExists": {TAG: "*"}}), opens=[TAG]),
    case("every text, but it may be absent", CONDITIONAL, identity=when({"StringLike": {TAG: "*"}}), opens=[TAG]),
    case("a text that none can be", IMPLICIT, identity=when({"StringEquals": {TAG: "blue"}, "StringNotLike": {TAG: "b*"}}), opens=[TAG]),
    case("in a variable", CONDITIONAL, identity=[allow(resource=f"arn:aws:lambda:eu-west-1:{B}:function:" + "${aws:PrincipalTag/team}")], opens=[TAG]),
)  # fmt: skip
def test_what_an_open_key_may_be(case: Case) -> None:
    case.holds()


@rule(
    "An open key leads to conditional only if the answer turns on it: if each value gives the same answer, that is the answer",
    case("an allow that needs it", CONDITIONAL, identity=when({"StringEquals": {TAG: "blue"}}), opens=[TAG]),
    case("beside an allow that doesn't", ALLOWED, identity=[*when({"StringEquals": {TAG: "blue"}}), allow()], opens=[TAG]),
    case("two statements together cover every value", ALLOWED, identity=either({"StringEquals": {TAG: "blue"}}, {"StringNotEquals": {TAG: "blue"}}), opens=[TAG]),
    case("two statements that together leave one out", CONDITIONAL, identity=either({"StringEquals": {TAG: "blue"}}, {"StringNotEquals": {TAG: ["blue", "red"]}}), opens=[TAG]),
    case("identity side and resource side together cover every value", ALLOWED, identity=when({"StringEquals": {TAG: "blue"}}), resource=[to({"AWS": USER}, Condition={"StringNotEquals": {TAG: "blue"}})], opens=[TAG]),
    case("boundary and identity exclude each other", IMPLICIT, identity=when({"StringEquals": {TAG: "blue"}}), boundary=when({"StringEquals": {TAG: "red"}}), opens=[TAG]),
    case("a statement about another action", IMPLICIT, identity=[allow("s3:*", Condition={"StringEquals": {TAG: "blue"}})], opens=[TAG]),
    case("a deny that needs it, where nothing is allowed", IMPLICIT, identity=[deny(Condition={"StringEquals": {TAG: "blue"}})], opens=[TAG]),
    case("a deny that needs it", CONDITIONAL, identity=[allow(), deny(Condition={"StringEquals": {TAG: "blue"}})], opens=[TAG]),
    case("a deny that needs it, beside one that doesn't", EXPLICIT, identity=[allow(), deny(), deny(Condition={"StringEquals": {TAG: "blue"}})], opens=[TAG]),
    case("two denies together cover every value", EXPLICIT, identity=[allow(), deny(Condition={"StringEquals": {TAG: "blue"}}), deny(Condition={"StringNotEquals": {TAG: "blue"}})], opens=[TAG]),
    case("allowed only for values that are denied", IMPLICIT, identity=[*when({"StringEquals": {TAG: "blue"}}), deny(Condition={"StringLike": {TAG: "b*"}})], opens=[TAG]),
    case("two keys of which one can't help", IMPLICIT, identity=when({"StringEquals": {TAG: "blue", "aws:PrincipalTag/site": "x"}}), opens=[TAG]),
    case("a quantifier that any value satisfies", ALLOWED, identity=either({"ForAllValues:StringLike": {"aws:TagKeys": "*"}}), opens=["aws:TagKeys"]),
)  # fmt: skip
def test_only_if_the_answer_turns_on_it(case: Case) -> None:
    case.holds()


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(when({"StringEquals": {TAG: "blue"}}), id="one value"),
        pytest.param([allow(), deny(Condition={"StringLike": {TAG: "b*"}})], id="all but some"),
        pytest.param(when({"NumericLessThan": {TAG: "5"}}), id="numbers"),
        pytest.param(
            when({"StringLike": {TAG: "*a*"}, "StringNotLike": {TAG: "*ab*"}}), id="a pattern without another"
        ),
        pytest.param(when({"Null": {TAG: "true"}}), id="only if absent"),
    ],
)
def test_the_residual_says_for_which_values_it_is_allowed(statements: list[Document]) -> None:
    """Both witnesses are put in place of the open key and asked again."""
    residual = ask(identity=statements, opens=[TAG]).residual
    assert residual is not None
    for witness, expected in ((residual.allowed_with, True), (residual.denied_with, False)):
        settled = {key: value for key, value in witness.items() if value is not None}
        assert (ask(identity=statements, context=settled).outcome is ALLOWED) is expected
