"""What is known of a request over a snapshot: from the table, from the Reference, from the question.

Sources: IAM User Guide, "AWS global condition context keys", "IAM and AWS STS condition context keys"; Service
Authorization Reference, "Actions, resources, and condition keys for AWS services". Every cell of the table by itself:
tests/world/test_context.py.
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from models.context import NOTHING_GIVEN, Given, Known, State
from models.decision import Outcome
from models.snapshot import Organization
from simulator.answers.can import can
from simulator.answers.paths import paths
from simulator.cli.options import given as of_command_line
from simulator.facts import global_keys
from simulator.scenario import run
from simulator.world import World
from simulator.world.context import Source
from tests.policy.builders import A, B, Document
from tests.policy.rules.table import ALLOWED, CONDITIONAL, IMPLICIT, Case, rule
from tests.worlds import INVOKE, LAMBDA_TRUST, Builder, allow, function, permit, role, topic, trusting, user

DEV, OTHER, WORKER, TARGET = user("dev", B), user("dev", A), role("worker", B), role("target", B)
F, G = function("f", B), function("g", B)
ALARMS = topic("alarms", B)
BUCKET = "arn:aws:s3:::inbox"
GITHUB = f"arn:aws:iam::{B}:oidc-provider/token.actions.githubusercontent.com"
CORP = f"arn:aws:iam::{B}:saml-provider/corp"
S3 = "service:s3.amazonaws.com"
UNTIL: Mapping[Outcome, str] = {ALLOWED: "allowed", CONDITIONAL: "conditional", IMPLICIT: "implicitDeny"}


def world(condition: Document, action: str = "*") -> World:
    """Everybody of account B may do everything under one condition; so may whoever the function or topic lets in."""
    built = Builder(accounts=(A, B))
    everything = allow(action, "*", Condition=condition)
    built.user(DEV, everything, tags={"team": "blue"}, id="AIDAEXAMPLE")
    built.role(WORKER, [LAMBDA_TRUST, trusting(B)], everything, id="AROAEXAMPLE")
    web = allow("sts:AssumeRoleWithWebIdentity", Principal={"Federated": GITHUB}, Condition=condition)
    saml = allow("sts:AssumeRoleWithSAML", Principal={"Federated": CORP}, Condition=condition)
    built.role(TARGET, [web, saml, allow("sts:AssumeRole", Principal={"AWS": DEV}, Condition=condition)])
    built.provider(GITHUB, kind="oidc", url="token.actions.githubusercontent.com")
    built.provider(CORP, kind="saml")
    built.function(F, permit("*", F, Condition=condition), role=WORKER, tags={"stage": "prod"})
    built.function(G, role=WORKER)
    built.resource(ALARMS, "sns:topic", B, allow("SNS:Publish", ALARMS, Principal={"AWS": "*"}, Condition=condition))
    built.resource(BUCKET, "s3:bucket", B)
    return built.world()


def over(
    said: str,
    expected: Outcome,
    condition: Document,
    action: str = INVOKE,
    resource: str = F,
    principal: str = DEV,
    given: Given = NOTHING_GIVEN,
) -> Case:
    return Case(said, UNTIL[expected], lambda: can(world(condition), principal, action, resource, given).decision)


def equals(key: str, value: Any) -> Document:
    return {"StringEquals": {key: value}}


def absent(key: str) -> Document:
    return {"Null": {key: "true"}}


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
BY_F = equals("lambda:SourceFunctionArn", F)


def on_the_way(said: str, expected: str, condition: Document) -> Case:
    """From function F by its code: the step behind `runs_as` is made by the execution role."""

    def found() -> str:
        built = Builder(accounts=(A, B))
        built.role(WORKER, [LAMBDA_TRUST, trusting(B)], allow(INVOKE, G, Condition=condition))
        built.function(F, role=WORKER)
        built.function(G)
        best = paths(built.world(), F, G).paths
        return str(best[0].status) if best else "none"

    return Case(said, expected, found)


@rule(
    "can ROLE asks as a role_session, a step behind runs_as as an execution_role",
    over("can ROLE: who was there isn't known", CONDITIONAL, MFA, principal=WORKER),
    over("can ROLE: for whom it acts isn't known", CONDITIONAL, BY_F, INVOKE, G, WORKER),
    over("can ROLE: with a session's name", CONDITIONAL, BY_F, INVOKE, G, f"arn:aws:sts::{B}:assumed-role/worker/me"),
    over("a function's code: nobody was there", IMPLICIT, MFA, INVOKE, G, F),
    over("a function's code: it acts for its function", ALLOWED, BY_F, INVOKE, G, F),
    over("a function's code: for no other", IMPLICIT, equals("lambda:SourceFunctionArn", G), INVOKE, G, F),
    on_the_way("a step behind runs_as: it acts for its function", "allowed", BY_F),
    on_the_way("a step behind runs_as: nobody was there", "missing", MFA),
)  # fmt: skip
def test_roles_and_code(case: Case) -> None:
    case.holds()


@rule(
    "A service's own key, aws:ResourceTag, aws:RequestTag or aws:TagKeys is absent if the Reference lists it neither for the action nor for its resource types",
    over("another service's key", ALLOWED, absent("s3:prefix")),
    over("the service's key of another action", ALLOWED, absent("lambda:Layer")),
    over("the service's key of this action", CONDITIONAL, absent("lambda:Layer"), "lambda:UpdateFunctionConfiguration"),
    over("in any letter case", CONDITIONAL, absent("LAMBDA:layer"), "lambda:updatefunctionconfiguration"),
    over("aws:RequestTag of invoking", ALLOWED, absent("aws:RequestTag/team")),
    over("aws:RequestTag of tagging", CONDITIONAL, absent("aws:RequestTag/team"), "lambda:TagResource"),
    over("aws:TagKeys of invoking", ALLOWED, absent("aws:TagKeys")),
    over("aws:TagKeys of untagging", CONDITIONAL, absent("aws:TagKeys"), "lambda:UntagResource"),
    over("aws:RequestTag of untagging, which has keys and no values", ALLOWED, absent("aws:RequestTag/team"), "lambda:UntagResource"),
    over("aws:ResourceTag by the resource type", IMPLICIT, absent("aws:ResourceTag/stage")),
    over("aws:ResourceTag of an action on no resource", ALLOWED, absent("aws:ResourceTag/stage"), "lambda:ListFunctions", "*"),
    over("aws:ResourceTag of a bucket's objects listed", ALLOWED, absent("iam:ResourceTag/stage"), "s3:ListBucket", BUCKET),
)  # fmt: skip
def test_keys_that_the_reference_lacks(case: Case) -> None:
    case.holds()


@rule(
    "Otherwise it is derived (lambda:FunctionArn, aws:ResourceTag/...) or open (iam:PassedToService, sts:ExternalId, lambda:Principal)",
    over("lambda:FunctionArn is the function's", ALLOWED, equals("lambda:FunctionArn", F), "lambda:InvokeFunctionUrl"),
    over("lambda:FunctionArn is no other", IMPLICIT, equals("lambda:FunctionArn", G), "lambda:InvokeFunctionUrl"),
    over("aws:ResourceTag is the function's", ALLOWED, equals("aws:ResourceTag/stage", "prod")),
    over("aws:ResourceTag of another value", IMPLICIT, equals("aws:ResourceTag/stage", "test")),
    over("aws:ResourceTag that the function lacks", ALLOWED, absent("aws:ResourceTag/team")),
    over("iam:PassedToService", CONDITIONAL, equals("iam:PassedToService", "lambda.amazonaws.com"), "iam:PassRole", WORKER),
    over("sts:ExternalId", CONDITIONAL, equals("sts:ExternalId", "x"), "sts:AssumeRole", TARGET),
    over("lambda:Principal", CONDITIONAL, equals("lambda:Principal", "s3.amazonaws.com"), "lambda:AddPermission"),
)  # fmt: skip
def test_derived_or_open(case: Case) -> None:
    case.holds()


def fixed(said: str, expected: Outcome, service: str, **states: State) -> Case:
    """A PassRole whose step says to whom the role is passed."""

    def found() -> str:
        built = world(equals("iam:PassedToService", service))
        settled = {key.replace("_", ":"): state for key, state in states.items()}
        return built.ask(built.caller(DEV), "iam:PassRole", WORKER, fixed=settled).decision.outcome.value

    return Case(said, UNTIL[expected], found)


TO_LAMBDA = {"iam_passedtoservice": Known(("lambda.amazonaws.com",))}


@rule(
    "A key is derived where the step itself fixes it (PassRole to Lambda: iam:PassedToService is lambda.amazonaws.com)",
    fixed("Lambda is asked for", ALLOWED, "lambda.amazonaws.com", **TO_LAMBDA),
    fixed("EC2 is asked for", IMPLICIT, "ec2.amazonaws.com", **TO_LAMBDA),
    fixed("by itself it is open", CONDITIONAL, "lambda.amazonaws.com"),
)
def test_fixed_by_the_step(case: Case) -> None:
    case.holds()


SUB, BY_TOKEN, BY_SAML = (
    "token.actions.githubusercontent.com:sub",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
)


@rule(
    "Keys of OIDC and SAML providers are open in sts:AssumeRoleWith...",
    over("an OIDC provider's subject", CONDITIONAL, equals(SUB, "repo:a/b:ref:refs/heads/main"), BY_TOKEN, TARGET, GITHUB),
    over("an OIDC provider's subject is always there", IMPLICIT, absent(SUB), BY_TOKEN, TARGET, GITHUB),
    over("an OIDC provider's further claim", CONDITIONAL, equals("token.actions.githubusercontent.com:environment", "prod"), BY_TOKEN, TARGET, GITHUB),
    over("another provider's claim", IMPLICIT, equals("gitlab.com:sub", "x"), BY_TOKEN, TARGET, GITHUB),
    over("a SAML assertion's", CONDITIONAL, equals("saml:aud", "https://signin.aws.amazon.com/saml"), BY_SAML, TARGET, CORP),
    over("a SAML assertion's document names its provider", ALLOWED, equals("saml:doc", f"{B}/corp"), BY_SAML, TARGET, CORP),
    over("of a user they are absent", IMPLICIT, equals(SUB, "x"), "sts:AssumeRole", TARGET),
)  # fmt: skip
def test_keys_of_providers(case: Case) -> None:
    case.holds()


OWNED = equals("aws:SourceOwner", B)
PUBLISH = {"action": "sns:Publish", "resource": ALARMS}


def sourced(said: str, expected: Outcome, source: Source | None) -> Case:
    def found() -> str:
        built = world(OWNED)
        return built.ask(built.caller(S3), "sns:Publish", ALARMS, source=source).decision.outcome.value

    return Case(said, UNTIL[expected], found)


@rule(
    "aws:SourceOwner (in SNS's default topic policy) is as aws:SourceAccount for services, the caller's own account for principals, absent for anonymous callers",
    sourced("a service whose source is of that account", ALLOWED, Source(BUCKET, B)),
    sourced("a service whose source is of another", IMPLICIT, Source(BUCKET, A)),
    sourced("a service whose source isn't said", CONDITIONAL, None),
    over("a user of that account", ALLOWED, OWNED, **PUBLISH),
    over("a user of another account", IMPLICIT, equals("aws:SourceOwner", A), **PUBLISH),
    over("an anonymous caller", IMPLICIT, OWNED, principal="anyone", **PUBLISH),
)  # fmt: skip
def test_source_owner(case: Case) -> None:
    case.holds()


def assumed(said: str, expected: list[str], condition: Document) -> Case:
    return Case(said, expected, lambda: [fact.about for fact in can(world(condition), DEV, INVOKE, G).assumes])


@rule(
    "An aws: key in no table is open, and named in assumes",
    over("it may be there or not", CONDITIONAL, equals("aws:NoSuchKey", "x"), INVOKE, G),
    over("it may be absent", CONDITIONAL, absent("aws:NoSuchKey"), INVOKE, G),
    assumed("it is named as it is written", ["aws:NoSuchKey"], equals("aws:NoSuchKey", "x")),
    assumed("where the answer doesn't turn on it it isn't", [], {"StringLikeIfExists": {"aws:NoSuchKey": "*"}}),
    over("a key of no service is absent", ALLOWED, absent("nonsense"), INVOKE, G),
)
def test_keys_of_no_table(case: Case) -> None:
    case.holds()


# What the question settles


def settled(said: str, expected: object, *pairs: str, missing: tuple[str, ...] = ()) -> Case:
    def found() -> object:
        given = of_command_line(pairs, missing)
        return dict(given.settled), set(given.absent)

    return Case(said, expected, found)


IN_SCENARIO = """\
name: x
accounts: {ours: "222222222222"}
region: eu-west-1
users: {ours/dev: {allow: [{actions: "lambda:InvokeFunction", on: ours/f, when: {StringEquals: {"aws:PrincipalTag/x": "a=b"}}}]}}
functions: {ours/f: {}}
expect:
  - name: asked
    can: {principal: ours/dev, action: "lambda:InvokeFunction", resource: ours/f%s}
    decision: %s
"""


def over_given(said: str, expected: Outcome, condition: Document, given: Given) -> Case:
    return over(said, expected, condition, INVOKE, G, DEV, given)


IP = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


@rule(
    "--context KEY=VALUE (the first = separates; given again: several values) and a scenario's context: settle a key, --absent KEY and absent: settle it as not there",
    settled("one value", ({"aws:sourceip": ("203.0.113.7",)}, set()), "aws:SourceIp=203.0.113.7"),
    settled("the first = separates", ({"aws:principaltag/x": ("a=b",)}, set()), "aws:PrincipalTag/x=a=b"),
    settled("an empty value", ({"aws:principaltag/x": ("",)}, set()), "aws:PrincipalTag/x="),
    settled("given again: several values", ({"aws:calledvia": ("a", "b")}, set()), "aws:CalledVia=a", "AWS:calledvia=b"),
    settled("--absent", ({}, {"aws:sourceip"}), missing=("aws:SourceIp",)),
    over_given("nothing is settled", CONDITIONAL, IP, NOTHING_GIVEN),
    over_given("a value that is asked for", ALLOWED, IP, Given.of({"AWS:sourceip": "203.0.113.7"})),
    over_given("another value", IMPLICIT, IP, Given.of({"aws:SourceIp": "198.51.100.7"})),
    over_given("not there", IMPLICIT, IP, Given.of({}, ("aws:SourceIp",))),
    over_given("it beats what is derived", IMPLICIT, equals("aws:PrincipalTag/team", "blue"), Given.of({"aws:PrincipalTag/team": "red"})),
    over_given("it beats what is derived, absent", ALLOWED, absent("aws:PrincipalTag/team"), Given.of({}, ("aws:PrincipalTag/team",))),
    over_given("several values", ALLOWED, {"ForAnyValue:StringEquals": {"aws:CalledVia": "b"}}, Given.of({"aws:CalledVia": ["a", "b"]})),
)  # fmt: skip
def test_given(case: Case) -> None:
    case.holds()


def test_a_scenarios_context_and_absent_settle_keys(tmp_path: Path) -> None:
    for more, expected in (
        (', context: {"aws:PrincipalTag/x": "a=b"}', "allowed"),
        (', context: {"aws:PrincipalTag/x": "a"}', "implicitDeny"),
        (', absent: ["aws:PrincipalTag/x"]', "implicitDeny"),
    ):
        file = tmp_path / "x.yaml"
        file.write_text(IN_SCENARIO % (more, expected), encoding="utf-8")
        assert run(file).passed, more


def along(said: str, expected: str, trust: Document, call: Document, **given: str) -> Case:
    """DEV takes TARGET, which runs G: a condition on each of the two steps."""

    def found() -> str:
        built = Builder(accounts=(A, B))
        built.user(DEV)
        built.role(TARGET, trusting(DEV, Condition=trust), allow(INVOKE, G, Condition=call))
        built.function(G)
        return str(
            paths(built.world(), DEV, G, given=Given.of({key.replace("_", ":"): value for key, value in given.items()}))
            .paths[0]
            .status
        )

    return Case(said, expected, found)


EXTERNAL = equals("sts:ExternalId", "x")


@rule(
    "In a step of a path the context given applies to every step where the key makes sense",
    along("an address, to both", "allowed", IP, IP, aws_SourceIp="203.0.113.7"),
    along("another address, to both", "missing", IP, IP, aws_SourceIp="198.51.100.7"),
    along("nothing given", "conditional", IP, IP),
    along("an external id, to the first step only", "allowed", EXTERNAL, absent("sts:ExternalId"), sts_ExternalId="x"),
    along("an external id that isn't the one", "missing", EXTERNAL, {}, sts_ExternalId="y"),
    along("a service's source makes sense in neither", "allowed", absent("aws:SourceArn"), absent("aws:SourceArn"), aws_SourceArn=BUCKET),
)  # fmt: skip
def test_given_along_a_path(case: Case) -> None:
    case.holds()


# The table of global keys, over a snapshot


ANY_TRUST = allow(["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity"], Principal="*")
ASKING = {
    "user": DEV,
    "role_session": WORKER,
    "execution_role": F,
    "service": S3,
    "anonymous": "anyone",
    "web_identity": GITHUB,
}
#: What is there always, never, or nobody knows: the answer to a statement that asks for the key.
IF_THERE = {"derived": ALLOWED, "present_open": ALLOWED, "open_or_absent": CONDITIONAL, "absent": IMPLICIT}
#: Derived from what the question doesn't say: the service's source; and a code that nobody typed.
NOT_SAID = {("aws:MultiFactorAuthPresent", "execution_role")} | {
    (key, "service") for key in ("aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths")
}


def table_world(key: str) -> World:
    """A function that lets everybody tag it who has the key. Its worker may be anybody's session, or a function's."""
    built = Builder(accounts=(A, B))
    built.organization = Organization(id="o-1", management_account=A, parents={A: "r-1", B: "r-1"})
    built.user(DEV, tags={"team": "blue"}, id="AIDAEXAMPLE")
    built.role(WORKER, ANY_TRUST, tags={"team": "red"}, id="AROAEXAMPLE")
    built.provider(GITHUB, kind="oidc", url="token.actions.githubusercontent.com")
    there = {"Null": {key: "false"}}
    built.function(F, allow("*", F, Principal="*", Condition=there), role=WORKER, tags={"team": "blue"})
    return built.world()


def cells() -> Iterator[Any]:
    for row in global_keys.table().values():
        for column, caller in ASKING.items():
            key, said = row.key.replace("${TagKey}", "team"), row.rules[column]
            expected = CONDITIONAL if (key, column) in NOT_SAID else IF_THERE[said]
            yield pytest.param(key, caller, expected, id=f"{key} of {column}: {said}")


@pytest.mark.parametrize("key, caller, expected", list(cells()))
def test_the_table_says_whether_a_key_is_derived_open_or_absent(key: str, caller: str, expected: Outcome) -> None:
    assert can(table_world(key), caller, "lambda:TagResource", F).decision == UNTIL[expected]
