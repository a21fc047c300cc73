"""How AWS's messages name who asks. Source: IAM User Guide, "Troubleshoot access denied error messages"."""

from __future__ import annotations

import pytest

from simulator.answers.can import named
from simulator.world.caller import Caller, CallerKind

ROLE = "arn:aws-cn:iam::111111111111:role/ops/worker"
ROOT = "arn:aws:iam::111111111111:root"
USER = "arn:aws:iam::111111111111:user/ops/dev"
FEDERATED = "arn:aws:sts::111111111111:federated-user/bob"
PROVIDER = "arn:aws:iam::111111111111:saml-provider/x"


@pytest.mark.parametrize(
    "caller, name",
    [
        pytest.param(Caller(CallerKind.USER, USER, USER, "111111111111"), USER, id="a user by its ARN"),
        pytest.param(Caller(CallerKind.ROOT, ROOT, ROOT, "111111111111"), ROOT, id="the root user by the account's"),
        pytest.param(
            Caller(CallerKind.ROLE_SESSION, ROLE, ROLE, "111111111111", role=ROLE),
            ROLE,
            id="a session that isn't known",
        ),
        pytest.param(
            Caller(CallerKind.ROLE_SESSION, ROLE, ROLE, "111111111111", role=ROLE, session_name="me"),
            "arn:aws-cn:sts::111111111111:assumed-role/worker/me",
            id="a session by its own, which has no path",
        ),
        pytest.param(Caller(CallerKind.FEDERATED_USER, FEDERATED, FEDERATED), FEDERATED, id="a federated user"),
        pytest.param(
            Caller(CallerKind.SERVICE, "service:s3.amazonaws.com", service="s3.amazonaws.com"),
            "s3.amazonaws.com",
            id="a service by its name",
        ),
        pytest.param(Caller(CallerKind.ANONYMOUS, "anyone"), "anonymous", id="anybody"),
        pytest.param(Caller(CallerKind.SAML, PROVIDER), None, id="a SAML provider's bearer not at all"),
        pytest.param(Caller(CallerKind.WEB_IDENTITY, "federated:accounts.google.com"), None, id="a token's not at all"),
    ],
)
def test_aws_names(caller: Caller, name: str | None) -> None:
    assert named(caller) == name
