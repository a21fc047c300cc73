"""Tags of what is called, and what the question itself says of the context."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from models.context import Absent, Given, Known, NotRead, Open, State
from models.decision import FactKind, MissingFact
from simulator.world.context import Caller
from tests.world.fakes import (
    ACCOUNT,
    FUNCTION,
    ROLE,
    SERVICE,
    USER,
    Facts,
    look,
)

# Tags of what is called


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        pytest.param("lambda:InvokeFunction", FUNCTION, Known(("blue",)), id="of a function"),
        pytest.param("lambda:InvokeFunction", f"{FUNCTION}:live", Known(("blue",)), id="an alias has its function's"),
        pytest.param("lambda:GetLayerVersion", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:l:1", Absent(), id="layers"),
        pytest.param("lambda:ListFunctions", "*", Absent(), id="no resource"),
        pytest.param("lambda:CreateFunction", FUNCTION, Open(may_be_absent=True), id="what is made has what is passed"),
    ],
)
def test_resource_tags(action: str, resource: str, expected: State) -> None:
    assert look("aws:ResourceTag/team", action=action, resource=resource) == expected


def test_resource_tags_of_what_is_made_are_those_of_the_request() -> None:
    given = Given.of({"aws:RequestTag/Team": "green"}, ("aws:RequestTag/stage",))
    assert look("aws:ResourceTag/team", action="lambda:CreateFunction", given=given) == Known(("green",))
    assert look("aws:ResourceTag/stage", action="lambda:CreateFunction", given=given) == Absent()


def test_resource_tags_that_were_not_read() -> None:
    fact = MissingFact(FactKind.TAGS, FUNCTION, "lambda:ListTags denied")
    assert look("aws:ResourceTag/team", facts=Facts(tags={FUNCTION: fact})) == NotRead(fact)


def test_tags_of_a_role() -> None:
    facts = Facts(tags={ROLE: {"team": "red"}})
    for key in ("aws:ResourceTag/team", "iam:ResourceTag/team"):
        assert look(key, action="sts:AssumeRole", resource=ROLE, facts=facts) == Known(("red",))
    assert look("iam:ResourceTag/team", facts=facts) == Absent()


@pytest.mark.parametrize(
    ("action", "request_tag", "tag_names"),
    [
        ("lambda:InvokeFunction", False, False),
        ("lambda:CreateFunction", True, True),
        ("lambda:UntagResource", False, True),
        ("sts:AssumeRole", True, True),
        ("nosuchservice:Create", True, True),
    ],
)
def test_tags_that_are_passed(action: str, request_tag: bool, tag_names: bool) -> None:
    one: State = Open(may_be_absent=True) if request_tag else Absent()
    several: State = Open(may_be_absent=True, multivalued=True) if tag_names else Absent()
    assert look("aws:RequestTag/team", action=action) == one
    assert look("aws:TagKeys", action=action) == several


# What the question gives


def test_given_beats_all() -> None:
    given = Given.of({"AWS:PrincipalArn": "arn:aws:iam::1:user/x", "lambda:Layer": ["a", "b"]}, ("aws:userid",))
    assert look("aws:principalarn", given=given) == Known(("arn:aws:iam::1:user/x",))
    assert look("lambda:Layer", given=given) == Known(("a", "b"), multivalued=True)
    assert look("aws:userid", given=given) == Absent()
    fixed: Mapping[str, State] = {"aws:userid": Known(("u",)), "iam:PassedToService": Known(("lambda.amazonaws.com",))}
    assert look("aws:userid", given=given, fixed=fixed) == Absent()
    assert look("iam:passedtoservice", fixed=fixed) == Known(("lambda.amazonaws.com",))


def test_a_given_value_of_a_multivalued_key() -> None:
    assert look("aws:TagKeys", given=Given.of({"aws:tagkeys": "a"})) == Known(("a",), multivalued=True)
    assert look("aws:SourceIp", given=Given.of({"aws:SourceIp": "192.0.2.1"})) == Known(("192.0.2.1",))


@pytest.mark.parametrize(
    ("key", "caller", "action", "applies"),
    [
        pytest.param("aws:SourceIp", USER, "lambda:InvokeFunction", True, id="a key of every call"),
        pytest.param("aws:SourceVpce", SERVICE, "lambda:InvokeFunction", False, id="services come by no endpoint"),
        pytest.param("aws:SourceArn", USER, "lambda:InvokeFunction", False, id="users act for nothing"),
        pytest.param("aws:SourceArn", SERVICE, "lambda:InvokeFunction", True, id="services do"),
        pytest.param("aws:RequestTag/a", USER, "lambda:InvokeFunction", False, id="invoking passes no tags"),
        pytest.param("aws:RequestTag/a", USER, "sts:AssumeRole", True, id="assuming does"),
        pytest.param("aws:VpceAccount", USER, "sqs:SendMessage", False, id="a service without the key"),
        pytest.param("sts:ExternalId", USER, "sts:AssumeRole", True, id="external id where it is"),
        pytest.param("sts:ExternalId", USER, "lambda:InvokeFunction", False, id="and where it isn't"),
        pytest.param("lambda:EventSourceToken", USER, "lambda:InvokeFunction", True, id="a service's own key"),
        pytest.param("lambda:EventSourceToken", USER, "lambda:GetFunction", False, id="of another action"),
        pytest.param("aws:NoSuchKey", USER, "lambda:GetFunction", True, id="a key that no table has"),
    ],
)
def test_given_in_a_step_of_a_path(key: str, caller: Caller, action: str, applies: bool) -> None:
    given = Given.of({key: "x"})
    state = look(key, caller, action, given=given, given_everywhere=False)
    assert isinstance(state, Known) is applies
    everywhere = look(key, caller, action, given=given)
    assert isinstance(everywhere, Known)


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        pytest.param(
            Given.of({"aws:CurrentTime": "2026-11-01T00:00:00Z"}),
            "aws:EpochTime",
            Known(("1793491200",)),
            id="to epoch",
        ),
        pytest.param(
            Given.of({"aws:EpochTime": "1793491200"}),
            "aws:CurrentTime",
            Known(("2026-11-01T00:00:00Z",)),
            id="from epoch",
        ),
        pytest.param(
            Given.of({"aws:CurrentTime": "2026-11-01"}), "aws:EpochTime", Known(("1793491200",)), id="a day is UTC"
        ),
        pytest.param(Given.of({"aws:SourceVpce": "vpce-1"}), "aws:SourceIp", Absent(), id="endpoint: no address"),
        pytest.param(
            Given.of({}, ("aws:SourceVpce",)), "aws:SourceIp", Open(may_be_absent=False), id="no endpoint: an address"
        ),
        pytest.param(Given.of({}, ("aws:SourceVpce",)), "aws:SourceVpc", Absent(), id="no endpoint: no VPC"),
        pytest.param(Given.of({"aws:SourceIp": "192.0.2.1"}), "aws:SourceVpce", Absent(), id="address: no endpoint"),
    ],
)
def test_what_a_given_key_says_of_another(given: Given, key: str, expected: State) -> None:
    assert look(key, given=given) == expected
