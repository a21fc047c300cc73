"""Condition keys that are in no table of global ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.context import Absent, Known, Open, State
from simulator.world.context import Caller, SnapshotContext
from tests.world.fakes import (
    ACCOUNT,
    CODE,
    FUNCTION,
    GOOGLE,
    ROLE,
    SAML,
    SESSION,
    USER,
    WEB,
    WORLD,
    look,
)

# Keys that are in no table of global ones


def test_an_unknown_global_key_is_open_and_noted() -> None:
    context = SnapshotContext(WORLD, USER, "lambda:GetFunction", FUNCTION, resource_account=None)
    assert context.lookup("aws:NoSuchKey") == Open()
    assert context.lookup("nonsense") == Absent()
    assert context.unknown_keys == {"aws:NoSuchKey"}


@pytest.mark.parametrize(
    ("key", "action", "expected"),
    [
        ("lambda:EventSourceToken", "lambda:InvokeFunction", Open()),
        ("lambda:FunctionUrlAuthType", "lambda:InvokeFunction", Absent()),
        ("lambda:Layer", "lambda:CreateFunction", Open(multivalued=True)),
        ("lambda:FunctionArn", "lambda:InvokeFunctionUrl", Known((FUNCTION,))),
        ("lambda:FunctionArn", "lambda:InvokeFunction", Absent()),
        ("lambda:Principal", "lambda:AddPermission", Open()),
        ("iam:PassedToService", "iam:PassRole", Open()),
        ("iam:PassedToService", "lambda:CreateFunction", Absent()),
        ("s3:prefix", "s3:ListBucket", Open()),
        ("s3:prefix", "lambda:InvokeFunction", Absent()),
        ("nosuchservice:Key", "lambda:InvokeFunction", Absent()),
        ("nosuchservice:Key", "nosuchservice:Do", Open()),
    ],
)
def test_keys_of_services(key: str, action: str, expected: State) -> None:
    assert look(key, action=action) == expected


def test_function_arn_of_a_qualifier_and_of_a_mapping() -> None:
    live = f"{FUNCTION}:live"
    url = look("lambda:FunctionArn", action="lambda:InvokeFunctionUrl", resource=live)
    assert url == Open(may_be_absent=False, domain=(live, FUNCTION))
    mapping = look("lambda:FunctionArn", action="lambda:CreateEventSourceMapping", resource="*")
    assert mapping == Open(may_be_absent=False)


PRESENT = Open(may_be_absent=False)
GITHUB = "token.actions.githubusercontent.com"
WITH_TOKEN = "sts:AssumeRoleWithWebIdentity"
WITH_SAML = "sts:AssumeRoleWithSAML"


@pytest.mark.parametrize(
    ("key", "caller", "action", "expected"),
    [
        ("sts:ExternalId", USER, "sts:AssumeRole", Open()),
        ("sts:ExternalId", WEB, WITH_TOKEN, Absent()),
        ("sts:ExternalId", SAML, WITH_SAML, Absent()),
        ("sts:RoleSessionName", USER, "sts:AssumeRole", PRESENT),
        ("sts:RoleSessionName", SAML, WITH_SAML, PRESENT),
        ("sts:SourceIdentity", USER, "sts:AssumeRole", Open()),
        ("sts:SourceIdentity", USER, "sts:SetSourceIdentity", Open()),
        ("sts:SourceIdentity", USER, "sts:TagSession", Absent()),
        ("sts:TransitiveTagKeys", USER, "sts:TagSession", Open(multivalued=True)),
        ("sts:DurationSeconds", USER, "sts:AssumeRole", Absent()),
        ("sts:DurationSeconds", USER, "sts:GetWebIdentityToken", Open()),
        ("sts:TaskPolicyArn", USER, "sts:AssumeRoot", PRESENT),
        ("sts:RequestContext/x", USER, "sts:SetContext", Open()),
        ("sts:RequestContextProviders", USER, "sts:SetContext", Open(multivalued=True)),
        ("sts:RoleAuthorizedByIdp", WEB, WITH_TOKEN, Open()),
        ("sts:AWSServiceName", USER, "sts:GetServiceBearerToken", PRESENT),
        ("sts:IdentityTokenAudience", USER, "sts:GetWebIdentityToken", Open(may_be_absent=False, multivalued=True)),
        ("sts:NoSuchKey", USER, "sts:AssumeRole", Absent()),
        ("sts:ExternalId", USER, "lambda:InvokeFunction", Absent()),
        (f"{GITHUB}:sub", WEB, WITH_TOKEN, PRESENT),
        (f"{GITHUB}:SUB", WEB, WITH_TOKEN, PRESENT),
        (f"{GITHUB}:aud", WEB, WITH_TOKEN, Open(may_be_absent=False, domain=("sts.amazonaws.com",))),
        (f"{GITHUB}:repository", WEB, WITH_TOKEN, Open()),
        ("gitlab.com:sub", WEB, WITH_TOKEN, Absent()),
        ("accounts.google.com:sub", GOOGLE, WITH_TOKEN, PRESENT),
        (f"{GITHUB}:sub", GOOGLE, WITH_TOKEN, Absent()),
        (f"{GITHUB}:sub", USER, "sts:AssumeRole", Absent()),
        (f"{GITHUB}:sub", SESSION, "lambda:InvokeFunction", Open()),
        (f"{GITHUB}:ref", SESSION, "lambda:InvokeFunction", Absent()),
        (f"{GITHUB}:sub", CODE, "lambda:InvokeFunction", Absent()),
        (f"{GITHUB}:sub", replace(SESSION, from_service=True), "sts:AssumeRole", Absent()),
        ("cognito-identity.amazonaws.com:amr", SESSION, "s3:GetObject", Open(multivalued=True)),
        ("www.amazon.com:user_id", SESSION, "sts:AssumeRole", Absent()),
        ("saml:doc", SAML, WITH_SAML, Known((f"{ACCOUNT}/corp",))),
        ("saml:aud", SAML, WITH_SAML, Open()),
        ("saml:eduPersonAffiliation", SAML, WITH_SAML, Open(multivalued=True)),
        ("saml:noSuchKey", SAML, WITH_SAML, Absent()),
        ("saml:aud", SAML, "sts:TagSession", Open()),
        ("saml:iss", SAML, "sts:TagSession", Absent()),
        ("saml:sub", SESSION, "lambda:InvokeFunction", Open()),
        ("saml:aud", SESSION, "lambda:InvokeFunction", Absent()),
        ("saml:sub", USER, "lambda:InvokeFunction", Absent()),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Caller) else str(value),
)
def test_keys_of_sts_requests(key: str, caller: Caller, action: str, expected: State) -> None:
    assert look(key, caller, action, ROLE) == expected
