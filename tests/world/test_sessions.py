"""What a trust policy leaves possible for the sessions of its role."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.context import Absent, Known, NotRead, Open, State
from models.decision import FactKind, MissingFact
from models.policy import Condition, Effect, Statement
from simulator.world.context import Caller
from tests.world.fakes import (
    CODE,
    FUNCTION,
    OIDC,
    ROLE,
    SESSION,
    Facts,
    look,
    policy,
    tag_keys,
    trusting,
)

# Trust policies narrow what a session may have

NARROWED = {
    "aws:ChatbotSourceArn": "chatbot.amazonaws.com",
    "aws:Ec2InstanceSourcePrivateIPv4": "ec2.amazonaws.com",
    "aws:Ec2InstanceSourceVpc": "ec2.amazonaws.com",
    "codebuild:BuildArn": "codebuild.amazonaws.com",
    "codebuild:ProjectArn": "codebuild.amazonaws.com",
    "ec2:RoleDelivery": "ec2.amazonaws.com",
    "ec2:SourceInstanceArn": "ec2.amazonaws.com",
    "glue:CredentialIssuingService": "glue.amazonaws.com",
    "glue:RoleAssumedBy": "glue.amazonaws.com",
    "ssm:SourceInstanceArn": "ssm.amazonaws.com",
}


@pytest.mark.parametrize(("key", "service"), NARROWED.items(), ids=str)
def test_keys_of_the_service_that_takes_the_role(key: str, service: str) -> None:
    there = look(key, SESSION, facts=Facts(trusts={ROLE: policy(trusting(service))}))
    assert isinstance(there, Open)
    assert there.may_be_absent
    assert look(key, SESSION, facts=Facts(trusts={ROLE: policy(trusting("lambda.amazonaws.com"))})) == Absent()
    for anybody in (Statement(Effect.ALLOW, "sts:*", principal=named) for named in ("*", {"AWS": "*"})):
        anyone = policy(anybody)
        assert look(key, SESSION, facts=Facts(trusts={ROLE: anyone})) == there


def test_what_glue_sets_is_its_name() -> None:
    assert look("glue:RoleAssumedBy", SESSION) == Open(may_be_absent=True, domain=("glue.amazonaws.com",))


def session_tag(caller: Caller, tag: str, *statements: Statement) -> State:
    return look(f"aws:PrincipalTag/{tag}", caller, facts=Facts(trusts={ROLE: policy(*statements)}))


TAGGING = ("sts:AssumeRole", "sts:TagSession")


@pytest.mark.parametrize(
    ("tag", "statements", "expected"),
    [
        pytest.param("team", (trusting(),), Known(("red",)), id="no session tags: the role's"),
        pytest.param("other", (trusting(),), Absent(), id="no session tags: none of another key"),
        pytest.param("team", (trusting(actions=TAGGING),), Open(may_be_absent=False), id="the role's is the default"),
        pytest.param("other", (trusting(actions=TAGGING),), Open(may_be_absent=True), id="any tag may be passed"),
        pytest.param("other", (trusting(actions=("*",)),), Open(may_be_absent=True), id="a star allows it too"),
        pytest.param(
            "other",
            (trusting(actions=TAGGING, conditions=(tag_keys("cost"),)),),
            Absent(),
            id="only listed keys may be passed",
        ),
        pytest.param(
            "cost-center",
            (trusting(actions=TAGGING, conditions=(tag_keys("COST*", operator="StringLike"),)),),
            Open(may_be_absent=True),
            id="this key is among them",
        ),
        pytest.param(
            "other",
            (trusting(actions=TAGGING, conditions=(Condition("Null", "aws:RequestTag/Other", ("true",)),)),),
            Absent(),
            id="this key may not be passed",
        ),
        pytest.param(
            "other",
            (trusting(actions=TAGGING, conditions=(Condition("StringEquals", "aws:RequestTag/other", ("a",)),)),),
            Open(may_be_absent=True),
            id="a value that is asked for",
        ),
        pytest.param(
            "other",
            (
                trusting(actions=TAGGING),
                Statement(Effect.DENY, "sts:TagSession", principal="*"),
            ),
            Absent(),
            id="nobody may pass any",
        ),
    ],
)
def test_session_tags(tag: str, statements: tuple[Statement, ...], expected: State) -> None:
    assert session_tag(SESSION, tag, *statements) == expected


def test_tags_of_an_execution_role() -> None:
    assert session_tag(CODE, "team", trusting(actions=TAGGING)) == Known(("red",))
    by_lambda = trusting("lambda.amazonaws.com", actions=TAGGING)
    assert session_tag(CODE, "team", by_lambda) == Open(may_be_absent=False)


def test_tags_that_were_not_read() -> None:
    fact = MissingFact(FactKind.TAGS, ROLE, "iam:ListRoleTags denied")
    facts = Facts(tags={ROLE: fact}, trusts={ROLE: policy(trusting())})
    assert look("aws:PrincipalTag/team", replace(SESSION, tags={}), facts=facts) == NotRead(fact)


def test_source_identity() -> None:
    key = "aws:SourceIdentity"
    assert look(key, SESSION, facts=Facts(trusts={ROLE: policy(trusting())})) == Absent()
    setting = trusting(actions=("sts:AssumeRole", "sts:SetSourceIdentity"))
    assert look(key, SESSION, facts=Facts(trusts={ROLE: policy(setting)})) == Open(may_be_absent=True)


def test_federated_provider_of_a_session() -> None:
    key = "aws:FederatedProvider"
    web = Statement(Effect.ALLOW, "sts:AssumeRoleWithWebIdentity", principal={"Federated": OIDC.arn})
    assert look(key, SESSION, facts=Facts(trusts={ROLE: policy(web)})) == Open(may_be_absent=True)
    assert look(key, SESSION, facts=Facts(trusts={ROLE: policy(trusting())})) == Absent()
    assert look(key, replace(SESSION, from_service=True)) == Absent()


def test_source_function_of_a_session() -> None:
    key, second = "lambda:SourceFunctionArn", FUNCTION.replace("orders", "bills")
    account_only, by_lambda = policy(trusting()), policy(trusting("lambda.amazonaws.com"))
    assert look(key, SESSION, facts=Facts(trusts={ROLE: account_only})) == Absent()
    assert look(key, SESSION, facts=Facts(trusts={ROLE: by_lambda})) == Open(may_be_absent=True)
    has_it = Facts(trusts={ROLE: account_only}, functions={ROLE: (FUNCTION,)})
    assert look(key, SESSION, facts=has_it) == Open(may_be_absent=True)
    unnamed = replace(CODE, function=None)
    assert look(key, unnamed) == Known((FUNCTION,))
    two = Facts(functions={ROLE: (FUNCTION, second)})
    assert look(key, unnamed, facts=two) == Open(may_be_absent=False, domain=(FUNCTION, second))
    assert look(key, replace(CODE, function=f"{FUNCTION}:live")) == Known((FUNCTION,))
    assert look(key, CODE, fixed={key: Absent()}) == Absent()
