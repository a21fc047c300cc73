"""The context of a request: each row of the table for each caller, and its values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from models.context import Absent, Known, NotRead, Open, State
from models.decision import FactKind, MissingFact
from simulator.facts import global_keys
from simulator.facts.global_keys import ABSENT, DERIVED, OPEN_OR_ABSENT, PRESENT_OPEN
from simulator.world.context import Caller, Source
from tests.world.fakes import (
    ACCOUNT,
    ANYONE,
    BUCKET,
    CALLERS,
    CODE,
    CORP,
    FEDERATED,
    FUNCTION,
    GOOGLE,
    NOT_ASKED,
    OIDC,
    OTHER,
    PLACE,
    REFUSED,
    ROLE,
    ROOT,
    SAML,
    SERVICE,
    SESSION,
    USER,
    WEB,
    WORLD,
    Facts,
    look,
    policy,
    trusting,
)


def cells() -> Iterator[Any]:
    for row in global_keys.table().values():
        for caller, rule in row.rules.items():
            yield pytest.param(row.key.replace("${TagKey}", "team"), caller, rule, id=f"{row.key} of {caller}: {rule}")


IN_ORGANIZATION = Known(("o-example",))
PATH = Known((PLACE.path,), multivalued=True)
OWN_ACCOUNT = Known((ACCOUNT,))
NOT_A_SERVICE, IS_A_SERVICE = Known(("false",)), Known(("true",))

#: What the table's `how` comes to in the world of these tests, for every derived cell: by key, then by caller.
DERIVED_VALUES: dict[str, dict[str, State]] = {
    "aws:FederatedProvider": {"web_identity": Known((OIDC.arn,))},
    # Nobody was there to type a code: `false` or absent, never `true`.
    "aws:MultiFactorAuthPresent": {"execution_role": Open(may_be_absent=True, domain=("false",))},
    "aws:PrincipalAccount": {
        **dict.fromkeys(("user", "role_session", "execution_role", "federated_user"), OWN_ACCOUNT),
        "anonymous": Known(("anonymous",)),
    },
    "aws:PrincipalArn": {
        "user": Known((f"arn:aws:iam::{ACCOUNT}:user/team/dev",)),
        "role_session": Known((ROLE,)),
        "execution_role": Known((ROLE,)),
        "federated_user": Known((f"arn:aws:sts::{ACCOUNT}:federated-user/bob",)),
    },
    "aws:PrincipalIsAWSService": {
        **dict.fromkeys(("user", "role_session", "execution_role", "federated_user"), NOT_A_SERVICE),
        "service": IS_A_SERVICE,
    },
    "aws:PrincipalOrgID": dict.fromkeys(("user", "role_session", "execution_role", "federated_user"), IN_ORGANIZATION),
    "aws:PrincipalOrgPaths": dict.fromkeys(("user", "role_session", "execution_role", "federated_user"), PATH),
    "aws:PrincipalServiceName": {"service": Known(("s3.amazonaws.com",))},
    "aws:PrincipalTag/team": {
        "user": Known(("blue",)),
        **dict.fromkeys(("role_session", "execution_role"), Known(("red",))),
    },
    "aws:PrincipalType": {
        "user": Known(("User",)),
        **dict.fromkeys(("role_session", "execution_role"), Known(("AssumedRole",))),
        "federated_user": Known(("FederatedUser",)),
        "anonymous": Known(("Anonymous",)),
    },
    "aws:RequestedRegion": dict.fromkeys(CALLERS, Known(("eu-west-1",))),
    "aws:ResourceAccount": dict.fromkeys(CALLERS, OWN_ACCOUNT),
    "aws:ResourceOrgID": dict.fromkeys(CALLERS, IN_ORGANIZATION),
    "aws:ResourceOrgPaths": dict.fromkeys(CALLERS, PATH),
    "aws:ResourceTag/team": dict.fromkeys(CALLERS, Known(("blue",))),
    "aws:SourceAccount": {"service": OWN_ACCOUNT},
    "aws:SourceArn": {"service": Known((BUCKET,))},
    "aws:SourceOrgID": {"service": IN_ORGANIZATION},
    "aws:SourceOrgPaths": {"service": PATH},
    "aws:ViaAWSService": dict.fromkeys(CALLERS, Known(("false",))),
    "aws:userid": {
        "user": Known(("AIDAEXAMPLE",)),
        "execution_role": Known(("AROAEXAMPLE:orders",)),
        "federated_user": Known((f"{ACCOUNT}:bob",)),
        "anonymous": Known(("anonymous",)),
    },
    "aws:username": {"user": Known(("dev",))},
    "lambda:SourceFunctionArn": {"execution_role": Known((FUNCTION,))},
}

#: Open cells of which something is known all the same: the table's `how` says what.
NARROWED: dict[tuple[str, str], State] = {
    ("aws:PrincipalServiceNamesList", "service"): Open(
        may_be_absent=False, multivalued=True, includes=("s3.amazonaws.com",)
    ),
    ("aws:userid", "role_session"): Open(may_be_absent=False, pattern="AROAEXAMPLE:*"),
}


@pytest.mark.parametrize(("key", "caller", "rule"), list(cells()))
def test_every_cell_of_the_table(key: str, caller: str, rule: str) -> None:
    """Where nothing narrows it (a trust policy that isn't known, an action and a service that take every key)."""
    # A session tag could take the place of a role's: what is derived needs a trust policy that lets none pass.
    facts = replace(WORLD, trusts={ROLE: policy(trusting())}) if rule == DERIVED else WORLD
    # The lambda API takes HTTPS only, so of it the key has a value.
    asked = {"action": "s3:PutObject", "resource": BUCKET} if key == "aws:SecureTransport" else {}
    state = look(key, CALLERS[caller], facts=facts, source=Source(BUCKET, ACCOUNT), **asked)
    row = global_keys.row(key)
    assert row is not None
    if rule == ABSENT:
        assert state == Absent()
    elif rule == DERIVED:
        assert state == DERIVED_VALUES[key][caller]
    else:
        assert rule in (PRESENT_OPEN, OPEN_OR_ABSENT)
        plain = Open(may_be_absent=rule == OPEN_OR_ABSENT, multivalued=row.multivalued, domain=row.domain)
        assert state == NARROWED.get((key, caller), plain)


def test_only_derived_cells_have_values() -> None:
    rows = {row.key.replace("${TagKey}", "team"): row.rules for row in global_keys.table().values()}
    derived = {(key, caller) for key, rules in rows.items() for caller, rule in rules.items() if rule == DERIVED}
    assert derived == {(key, caller) for key, values in DERIVED_VALUES.items() for caller in values}


#: Of the root user, who reads the column of a user, five keys are another.
OF_ROOT: dict[str, State] = {
    "aws:PrincipalArn": Known((f"arn:aws:iam::{ACCOUNT}:root",)),
    "aws:PrincipalTag/team": Absent(),
    "aws:PrincipalType": Known(("Account",)),
    "aws:userid": OWN_ACCOUNT,
    "aws:username": Absent(),
}


@pytest.mark.parametrize("key", [row.key.replace("${TagKey}", "team") for row in global_keys.table().values()])
def test_root_and_saml_callers_read_the_column_of_another(key: str) -> None:
    assert look(key, ROOT) == OF_ROOT.get(key, look(key, USER))
    # "Same as a web identity, but for the provider": a SAML assertion has none.
    assert look(key, SAML) == (Absent() if key == "aws:FederatedProvider" else look(key, WEB))


@pytest.mark.parametrize(
    ("key", "caller", "expected"),
    [
        pytest.param("aws:PrincipalArn", USER, Known((f"arn:aws:iam::{ACCOUNT}:user/team/dev",)), id="user's ARN"),
        pytest.param("aws:PrincipalArn", SESSION, Known((ROLE,)), id="a session's ARN is its role's"),
        pytest.param(
            "aws:PrincipalArn",
            replace(SESSION, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"),
            Known((ROLE,)),
            id="a named session's too",
        ),
        pytest.param("aws:PrincipalArn", ROOT, Known((f"arn:aws:iam::{ACCOUNT}:root",)), id="root's ARN"),
        pytest.param("aws:PrincipalAccount", ANYONE, Known(("anonymous",)), id="an anonymous caller's account"),
        pytest.param("aws:PrincipalAccount", SERVICE, Open(may_be_absent=False), id="a service's account is not told"),
        pytest.param("aws:PrincipalType", USER, Known(("User",)), id="type of a user"),
        pytest.param("aws:PrincipalType", CODE, Known(("AssumedRole",)), id="type of any role session"),
        pytest.param("aws:PrincipalType", FEDERATED, Known(("FederatedUser",)), id="type of a federated user"),
        pytest.param("aws:PrincipalType", ROOT, Known(("Account",)), id="root is Account"),
        pytest.param("aws:PrincipalType", ANYONE, Known(("Anonymous",)), id="type of nobody"),
        pytest.param("aws:PrincipalOrgID", USER, Known(("o-example",)), id="organization"),
        pytest.param("aws:PrincipalOrgPaths", USER, Known((PLACE.path,), multivalued=True), id="path of the account"),
        pytest.param("aws:PrincipalServiceName", SERVICE, Known(("s3.amazonaws.com",)), id="name of a service"),
        pytest.param(
            "aws:PrincipalServiceNamesList",
            SERVICE,
            Open(may_be_absent=False, multivalued=True, includes=("s3.amazonaws.com",)),
            id="the names hold the known one",
        ),
        pytest.param("aws:PrincipalIsAWSService", SERVICE, Known(("true",)), id="a service is a service"),
        pytest.param("aws:PrincipalIsAWSService", CODE, Known(("false",)), id="a role is none"),
        pytest.param("aws:userid", USER, Known(("AIDAEXAMPLE",)), id="id of a user"),
        pytest.param(
            "aws:userid",
            replace(USER, unique_id=None),
            Open(may_be_absent=False, pattern="AIDA*"),
            id="id of a user that was not read",
        ),
        pytest.param(
            "aws:userid", SESSION, Open(may_be_absent=False, pattern="AROAEXAMPLE:*"), id="role id without session"
        ),
        pytest.param(
            "aws:userid", replace(SESSION, session_name="s1"), Known(("AROAEXAMPLE:s1",)), id="role id with session"
        ),
        pytest.param(
            "aws:userid",
            replace(SESSION, unique_id=None, session_name="s1"),
            Open(may_be_absent=False, pattern="AROA*:s1"),
            id="session without the role's id",
        ),
        pytest.param("aws:userid", CODE, Known(("AROAEXAMPLE:orders",)), id="code has its function as session"),
        pytest.param("aws:userid", FEDERATED, Known((f"{ACCOUNT}:bob",)), id="id of a federated user"),
        pytest.param("aws:userid", ROOT, Known((ACCOUNT,)), id="id of root"),
        pytest.param("aws:userid", ANYONE, Known(("anonymous",)), id="id of nobody"),
        pytest.param("aws:username", USER, Known(("dev",)), id="name without path"),
        pytest.param("aws:username", replace(USER, name=None), Known(("dev",)), id="name from the ARN"),
        pytest.param("aws:username", ROOT, Absent(), id="root has no name"),
        pytest.param("aws:PrincipalTag/TEAM", USER, Known(("blue",)), id="a tag's key ignores letter case"),
        pytest.param("aws:PrincipalTag/none", USER, Absent(), id="a tag that the user lacks"),
        pytest.param("aws:PrincipalTag/team", ROOT, Absent(), id="root has no tags"),
        pytest.param("aws:MultiFactorAuthPresent", USER, Open(may_be_absent=True), id="MFA of a user is open"),
        pytest.param(
            "aws:MultiFactorAuthPresent",
            replace(SESSION, from_service=True),
            Open(may_be_absent=True, domain=("false",)),
            id="MFA of a chain that a function began",
        ),
        pytest.param("aws:MultiFactorAuthAge", replace(SESSION, from_service=True), Absent(), id="nor an age of it"),
        pytest.param("aws:FederatedProvider", WEB, Known((OIDC.arn,)), id="provider by its ARN"),
        pytest.param("aws:FederatedProvider", GOOGLE, Known(("accounts.google.com",)), id="built-in provider by name"),
        pytest.param("aws:FederatedProvider", SAML, Absent(), id="a SAML call has none"),
        pytest.param("aws:FederatedProvider", replace(SESSION, provider=OIDC), Known((OIDC.arn,)), id="known session"),
        pytest.param("aws:FederatedProvider", replace(SESSION, provider=CORP), Absent(), id="a session from SAML"),
        pytest.param("aws:ViaAWSService", USER, Known(("false",)), id="a direct call is via nobody"),
        pytest.param("aws:ResourceAccount", USER, Known((ACCOUNT,)), id="account of the ARN"),
        pytest.param("aws:ResourceOrgPaths", USER, Known((PLACE.path,), multivalued=True), id="path of the owner"),
        pytest.param("aws:ResourceTag/stage", USER, Known(("prod",)), id="tag of the function"),
        pytest.param("aws:RequestedRegion", USER, Known(("eu-west-1",)), id="Region of the ARN"),
        pytest.param("lambda:SourceFunctionArn", CODE, Known((FUNCTION,)), id="the function whose code calls"),
        pytest.param("aws:SourceAccount", SERVICE, Open(may_be_absent=True), id="no source was named"),
        pytest.param("aws:SourceArn", SERVICE, Open(may_be_absent=True), id="nor its ARN"),
    ],
)
def test_values(key: str, caller: Caller, expected: State) -> None:
    assert look(key, caller) == expected


def test_letter_case_of_keys() -> None:
    assert look("AWS:PRINCIPALARN") == look("aws:PrincipalArn")


@pytest.mark.parametrize("key", ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:ResourceOrgID"])
def test_organizations(key: str) -> None:
    assert look(key, facts=Facts()) == Absent()
    for fact in (REFUSED, NOT_ASKED):
        assert look(key, facts=Facts(organizations={ACCOUNT: fact})) == NotRead(fact, otherwise=Absent())


@pytest.mark.parametrize(
    ("source", "key", "expected"),
    [
        pytest.param(Source(BUCKET), "aws:SourceArn", Known((BUCKET,)), id="ARN"),
        pytest.param(Source(BUCKET), "aws:SourceAccount", Known((ACCOUNT,)), id="a bucket's owner from the snapshot"),
        pytest.param(Source(BUCKET, OTHER), "aws:SourceAccount", Known((OTHER,)), id="an owner that is said"),
        pytest.param(Source(BUCKET, OTHER), "aws:SourceOwner", Known((OTHER,)), id="ours: SourceOwner alike"),
        pytest.param(Source(BUCKET), "aws:SourceOrgID", Known(("o-example",)), id="its organization"),
        pytest.param(Source(BUCKET, OTHER), "aws:SourceOrgID", Absent(), id="an owner in none"),
        pytest.param(Source(BUCKET), "aws:SourceOrgPaths", Known((PLACE.path,), multivalued=True), id="its path"),
    ],
)
def test_sources(source: Source, key: str, expected: State) -> None:
    assert look(key, SERVICE, source=source) == expected


def test_a_service_that_takes_a_role_may_send_no_source() -> None:
    source = Source(FUNCTION, ACCOUNT)
    assert look("aws:SourceArn", SERVICE, "sts:AssumeRole", ROLE, source=source) == Open(may_be_absent=True)


def test_source_owner_of_others() -> None:
    assert look("aws:SourceOwner") == Known((ACCOUNT,))
    assert look("aws:SourceOwner", ANYONE) == Absent()
    assert look("aws:SourceOwner", SERVICE) == Open(may_be_absent=True)


def test_an_owner_that_is_not_known_is_a_gap() -> None:
    unknown = look("aws:ResourceAccount", action="s3:PutObject", resource="arn:aws:s3:::other/x", facts=Facts())
    assert isinstance(unknown, NotRead)
    assert unknown.fact.refused
    assert unknown.otherwise == Open(may_be_absent=False)
    fact = MissingFact(FactKind.ATTRIBUTES, BUCKET, "s3:GetBucketAcl denied")
    assert look("aws:ResourceAccount", resource=BUCKET, facts=Facts(owners={BUCKET: fact})) == NotRead(
        fact, otherwise=Open(may_be_absent=False)
    )


BUS = f"arn:aws:events:eu-west-1:{OTHER}:event-bus/shared"


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        pytest.param("ec2:CreateVpcEndpoint", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/v", Absent(), id="one of the 16"),
        pytest.param("ebs:PutSnapshotBlock", "arn:aws:ebs:eu-west-1::snapshot/s", Absent(), id="all of ebs"),
        pytest.param("lambda:ListFunctions", "*", Known((ACCOUNT,)), id="no resource: the caller's"),
        pytest.param("events:PutEvents", BUS, Open(may_be_absent=True, domain=(OTHER,)), id="an older bus may lack it"),
        pytest.param("events:PutEvents", BUS.replace(OTHER, ACCOUNT), Known((ACCOUNT,)), id="one's own bus doesn't"),
        pytest.param("iam:GetPolicy", "arn:aws:iam::aws:policy/X", Open(may_be_absent=False), id="AWS's own account"),
    ],
)
def test_resource_account(action: str, resource: str, expected: State) -> None:
    assert look("aws:ResourceAccount", action=action, resource=resource) == expected


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        pytest.param("iam:PassRole", ROLE, Known(("us-east-1",)), id="IAM has one endpoint"),
        pytest.param("iam:GetRole", ROLE.replace(":aws:", ":aws-cn:"), Open(may_be_absent=False), id="other partition"),
        pytest.param("sts:AssumeRole", ROLE, Open(may_be_absent=False), id="STS: which endpoint isn't said"),
        pytest.param("s3:GetObject", f"{BUCKET}/x", Open(may_be_absent=False), id="a bucket that was not read"),
        pytest.param("s3:GetObject", BUCKET, Known(("eu-west-1",)), id="a bucket's Region"),
        pytest.param("lambda:ListFunctions", "*", Open(may_be_absent=False), id="no resource"),
        pytest.param("sqs:SendMessage", f"arn:aws:sqs:*:{ACCOUNT}:q", Open(may_be_absent=False), id="any Region"),
    ],
)
def test_requested_region(action: str, resource: str, expected: State) -> None:
    facts = replace(WORLD, regions={BUCKET: "eu-west-1"})
    assert look("aws:RequestedRegion", action=action, resource=resource, facts=facts) == expected


@pytest.mark.parametrize(
    ("key", "action", "present"),
    [
        ("aws:SourceVpcArn", "s3:GetObject", True),
        ("aws:SourceVpcArn", "dynamodb:GetItem", False),
        ("aws:VpceAccount", "dynamodb:GetItem", True),
        ("aws:VpceAccount", "sqs:SendMessage", False),
        ("aws:VpceOrgID", "sqs:SendMessage", True),
        ("aws:VpceOrgPaths", "sqs:SendMessage", False),
        ("aws:VpceOrgPaths", "iam:GetRole", True),
        ("aws:VpceAccount", "iam:PassRole", False),
        ("aws:SourceVpce", "sqs:SendMessage", True),
        ("aws:SourceVpc", "sns:Publish", True),
    ],
)
def test_services_that_support_endpoint_keys(key: str, action: str, present: bool) -> None:
    multivalued = key == "aws:VpceOrgPaths"
    expected: State = Open(may_be_absent=True, multivalued=multivalued) if present else Absent()
    assert look(key, action=action) == expected


def test_secure_transport_elsewhere() -> None:
    assert look("aws:SecureTransport", action="s3:GetObject", resource=BUCKET) == Open(may_be_absent=False)
