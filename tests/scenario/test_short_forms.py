"""What short forms stand for: the very documents that AWS's own calls would write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.snapshot import Snapshot
from simulator.scenario import load

WORLD = """\
name: x
accounts: {{ours: "111111111111", theirs: "222222222222"}}
region: eu-west-1
identity_providers:
  ours/github: {{url: "https://token.actions.githubusercontent.com"}}
  ours/okta: {{type: saml}}
users:
  theirs/dev: {{path: /team/}}
roles:
  ours/r: {{trust: {trust}}}
functions:
  ours/f: {{versions: [1], aliases: {{live: 1}}, permit: [{permit}]}}
resources:
  ours/inbox: {{type: "s3:bucket"}}
  ours/topic: {{type: "sns:topic"}}
"""
DEV = "arn:aws:iam::222222222222:user/team/dev"
FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:f"
GITHUB = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"


def snapshot_of(folder: Path, *, trust: str = "{AWS: ours}", permit: str = "{account: theirs}") -> Snapshot:
    file = folder / "x.yaml"
    file.write_text(WORLD.format(trust=trust, permit=permit), encoding="utf-8")
    return load(file).snapshot


@pytest.mark.parametrize(
    "form, statement",
    [
        pytest.param(
            "{AWS: theirs/dev}", {"Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}, id="a user, with its path"
        ),
        pytest.param(
            "{AWS: [theirs, dev], external_id: a}",
            {
                "Principal": {"AWS": ["arn:aws:iam::222222222222:root", DEV]},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "a"}},
            },
            id="an account and a user, with an external id",
        ),
        pytest.param(
            "{Service: lambda.amazonaws.com}",
            {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
            id="a service",
        ),
        pytest.param(
            "{Federated: github, audience: sts.amazonaws.com, subject: 'repo:a/b:*'}",
            {
                "Principal": {"Federated": GITHUB},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                    "StringLike": {"token.actions.githubusercontent.com:sub": "repo:a/b:*"},
                },
            },
            id="an OIDC provider, with a pattern for its subject",
        ),
        pytest.param(
            "{Federated: okta}",
            {
                "Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/okta"},
                "Action": "sts:AssumeRoleWithSAML",
            },
            id="a SAML provider",
        ),
    ],
)
def test_trust(form: str, statement: dict[str, Any], tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, trust=form)
    document = snapshot.documents[snapshot.roles[0].trust]
    assert document == {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]}


@pytest.mark.parametrize(
    "form, qualifier, statement",
    [
        pytest.param(
            "{service: s3.amazonaws.com, source: inbox}",
            "",
            {
                "Principal": {"Service": "s3.amazonaws.com"},
                "Resource": FUNCTION,
                "Condition": {
                    "ArnLike": {"aws:SourceArn": "arn:aws:s3:::inbox"},
                    "StringEquals": {"aws:SourceAccount": "111111111111"},
                },
            },
            id="a bucket, with its owner",
        ),
        pytest.param(
            "{service: sns.amazonaws.com, source: topic, qualifier: live, sid: t}",
            "live",
            {
                "Sid": "t",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Resource": f"{FUNCTION}:live",
                "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111111111111:topic"}},
            },
            id="a topic, on an alias",
        ),
        pytest.param(
            "{account: theirs}",
            "",
            {"Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Resource": FUNCTION},
            id="an account",
        ),
        pytest.param(
            "{organization: o-a1b2c3d4e5}",
            "",
            {
                "Principal": "*",
                "Resource": FUNCTION,
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            },
            id="an organization",
        ),
        pytest.param(
            "{service: alexa-appkit.amazon.com, token: skill}",
            "",
            {
                "Principal": {"Service": "alexa-appkit.amazon.com"},
                "Resource": FUNCTION,
                "Condition": {"StringEquals": {"lambda:EventSourceToken": "skill"}},
            },
            id="an event source token",
        ),
    ],
)
def test_permit(form: str, qualifier: str, statement: dict[str, Any], tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, permit=form)
    document = snapshot.documents[snapshot.functions[0].policies[qualifier]]
    expected = {"Effect": "Allow", "Action": "lambda:InvokeFunction"} | statement
    assert document == {"Version": "2012-10-17", "Statement": [expected]}


def test_an_account_that_holds_nothing_is_only_trusted(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text('name: x\naccounts: {a: "111111111111", b: "222222222222"}\nusers: {a/u: }\n')
    assert [(row.name, row.collected) for row in load(file).snapshot.accounts] == [("a", True), ("b", False)]


def test_full_access_is_where_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        """\
name: x
accounts: {a: "111111111111", b: "222222222222", c: "333333333333"}
organization:
  id: o-a1b2c3d4e5
  management: a
  ous: {work: {id: ou-abcd-12345678, accounts: [b], scps: [narrow], ous: {inner: {accounts: []}}}}
policies:
  narrow: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}
"""
    )
    tree = load(file).snapshot.organization
    assert tree is not None
    assert tree.parents["222222222222"] == "ou-abcd-12345678"
    assert "333333333333" not in tree.parents
    names = {target: {tree.policies[row].name for row in rows} for target, rows in tree.targets.items()}
    both = {"FullAWSAccess", "RCPFullAWSAccess"}
    assert names.pop("ou-abcd-12345678") == {"narrow", "RCPFullAWSAccess"}
    assert len(names) == 4
    assert all(row == both for row in names.values())


def test_a_document_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(
        '{"Version": "2012-10-17",\n\t"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "{{q}}"}}'
    )
    file = tmp_path / "x.yaml"
    file.write_text(
        'name: x\naccounts: {a: "111111111111"}\nresources: {q: {type: "sqs:queue"}}\n'
        "users: {u: {policies: {p: {file: p.json}}}}\n"
    )
    snapshot = load(file).snapshot
    document = snapshot.documents[snapshot.users[0].inline["p"]]
    assert document["Statement"]["Resource"] == "arn:aws:sqs:us-east-1:111111111111:q"
