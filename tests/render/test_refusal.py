"""Refusals in AWS's own words. Source: IAM User Guide, "Troubleshoot access denied error messages".

Each row is an example of that page, put together from the parts that it names; its misprints are set right.
"""

from __future__ import annotations

from typing import Any

import pytest

from models.answer import CanAnswer, CitationAnswer, GrantAnswer
from models.decision import Layer
from simulator.render.refusal import EXPLICIT, IMPLICIT, sentence

JOHN = "arn:aws:iam::123456789012:user/John"
HR = "arn:aws:iam::123456789012:role/HR"
LIST, DEPLOYMENTS, SECRET_VALUE = (
    "codecommit:ListRepositories",
    "codedeploy:ListDeployments",
    "secretsmanager:GetSecretValue",
)
GROUP = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:*"


def refused(principal: str, action: str, resource: str, **changes: Any) -> CanAnswer:
    fields: dict[str, Any] = {
        "principal": principal,
        "action": action,
        "resource": resource,
        "decision": "implicitDeny",
        "because": (),
        "layers": {},
        "near_misses": (),
        "residual": None,
        "gaps": (),
        "missing": (),
        "assumes": (),
        "caller": principal,
    }
    return CanAnswer(**(fields | changes))


def lacking(principal: str, action: str, resource: str, *sides: str, **changes: Any) -> CanAnswer:
    grants = tuple(
        GrantAnswer(
            account="123456789012",
            side=side,
            holder=principal,
            principal=principal,
            action=action,
            resource=resource,
            condition=None,
            statement={},
        )
        for side in sides
    )
    return refused(principal, action, resource, missing=grants, **changes)


def denied(principal: str, action: str, resource: str, *layers: str, policy: str = "p") -> CanAnswer:
    because = tuple(CitationAnswer(layer=layer, policy=policy, statement="#1", effect="Deny") for layer in layers)
    return refused(principal, action, resource, decision="explicitDeny", because=because)


def row(answer: CanAnswer, words: str) -> Any:
    return pytest.param(answer, words, id=words)


@pytest.mark.parametrize(
    "answer, words",
    [
        row(
            lacking(JOHN, LIST, "*", "scp"),
            f"User: {JOHN} is not authorized to perform: codecommit:ListRepositories "
            "because no service control policy allows the codecommit:ListRepositories action",
        ),
        row(
            denied(JOHN, LIST, "*", "scp"),
            f"User: {JOHN} is not authorized to perform: codecommit:ListRepositories "
            "with an explicit deny in a service control policy",
        ),
        row(
            denied(JOHN, SECRET_VALUE, SECRET, "rcp"),
            f"User: {JOHN} is not authorized to perform: secretsmanager:GetSecretValue on resource: {SECRET} "
            "with an explicit deny in a resource control policy",
        ),
        row(
            lacking(JOHN, LIST, "*", "vpc_endpoint"),
            f"User: {JOHN} is not authorized to perform: codecommit:ListRepositories "
            "because no VPC endpoint policy allows the codecommit:ListRepositories action",
        ),
        row(
            denied(JOHN, DEPLOYMENTS, GROUP, "vpc_endpoint"),
            f"User: {JOHN} is not authorized to perform: codedeploy:ListDeployments on resource: {GROUP} "
            "with an explicit deny in a VPC endpoint policy",
        ),
        row(
            lacking(JOHN, DEPLOYMENTS, GROUP, "boundary"),
            f"User: {JOHN} is not authorized to perform: codedeploy:ListDeployments on resource: {GROUP} "
            "because no permissions boundary allows the codedeploy:ListDeployments action",
        ),
        row(
            denied(JOHN, "sagemaker:ListModels", "*", "boundary"),
            f"User: {JOHN} is not authorized to perform: sagemaker:ListModels "
            "with an explicit deny in a permissions boundary",
        ),
        row(
            lacking(JOHN, LIST, "*", "session"),
            f"User: {JOHN} is not authorized to perform: codecommit:ListRepositories "
            "because no session policy allows the codecommit:ListRepositories action",
        ),
        row(
            denied(JOHN, DEPLOYMENTS, GROUP, "session"),
            f"User: {JOHN} is not authorized to perform: codedeploy:ListDeployments on resource: {GROUP} "
            "with an explicit deny in a session policy",
        ),
        row(
            lacking(JOHN, SECRET_VALUE, "*", "resource"),
            f"User: {JOHN} is not authorized to perform: secretsmanager:GetSecretValue "
            "because no resource-based policy allows the secretsmanager:GetSecretValue action",
        ),
        row(
            denied(JOHN, SECRET_VALUE, SECRET, "resource"),
            f"User: {JOHN} is not authorized to perform: secretsmanager:GetSecretValue on resource: {SECRET} "
            "with an explicit deny in a resource-based policy",
        ),
        row(
            lacking(JOHN, "sts:AssumeRole", "*", "trust"),
            f"User: {JOHN} is not authorized to perform: sts:AssumeRole "
            "because no role trust policy allows the sts:AssumeRole action",
        ),
        row(
            denied(JOHN, "sts:AssumeRole", "*", "trust"),
            f"User: {JOHN} is not authorized to perform: sts:AssumeRole with an explicit deny in the role trust policy",
        ),
        row(
            lacking(HR, LIST, "*", "identity"),
            f"User: {HR} is not authorized to perform: codecommit:ListRepositories "
            "because no identity-based policy allows the codecommit:ListRepositories action",
        ),
        row(
            denied(HR, DEPLOYMENTS, GROUP, "identity"),
            f"User: {HR} is not authorized to perform: codedeploy:ListDeployments on resource: {GROUP} "
            "with an explicit deny in an identity-based policy",
        ),
        row(
            denied(
                "arn:aws:iam::123456789012:user/janedoe",
                "iam:CreateInstanceProfile",
                "arn:aws:iam::123456789012:instance-profile/my-instance-profile",
                "identity",
                policy="arn:aws:iam::123456789012:policy/ExampleDenyPolicy",
            ),
            "User: arn:aws:iam::123456789012:user/janedoe is not authorized to perform: iam:CreateInstanceProfile "
            "on resource: arn:aws:iam::123456789012:instance-profile/my-instance-profile "
            "with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/ExampleDenyPolicy",
        ),
        row(
            refused("arn:aws:iam::123456789012:user/mateojackson", "widgets:GetWidget", "my-example-widget"),
            "User: arn:aws:iam::123456789012:user/mateojackson is not authorized to perform: widgets:GetWidget "
            "on resource: my-example-widget",
        ),
    ],
)
def test_aws_says(answer: CanAnswer, words: str) -> None:
    assert sentence(answer) == words


def test_every_layer_has_its_words() -> None:
    assert set(EXPLICIT) == {layer.value for layer in Layer}
    # RCPs allow at every level by RCPFullAWSAccess: Organizations User Guide, "Resource control policies (RCPs)".
    assert set(IMPLICIT) == {layer.value for layer in Layer} - {"rcp"}


@pytest.mark.parametrize("decision", ["allowed", "conditional", "unknown"])
def test_what_is_not_denied_is_not_refused(decision: str) -> None:
    assert sentence(refused(JOHN, LIST, "*", decision=decision)) is None


def test_a_session_is_named_by_its_own_arn() -> None:
    session = "arn:aws:sts::123456789012:assumed-role/HR/me"
    answer = lacking(HR, LIST, "*", "identity", caller=session)
    assert (sentence(answer) or "").startswith(f"User: {session} is not authorized to perform: {LIST} because")


@pytest.mark.parametrize(
    "sides, named",
    [
        pytest.param(("identity", "resource"), "identity-based policy", id="both sides: the caller's first"),
        pytest.param(("resource", "boundary"), "permissions boundary", id="the boundary before the other side"),
        pytest.param(("identity", "scp"), "service control policy", id="the organization before all"),
    ],
)
def test_one_policy_type_is_named_though_several_lack(sides: tuple[str, ...], named: str) -> None:
    assert f"because no {named} allows the" in (sentence(lacking(JOHN, LIST, "*", *sides)) or "")


def test_one_policy_type_is_named_though_several_deny() -> None:
    words = sentence(denied(JOHN, LIST, "*", "identity", "resource", "scp"))
    assert words is not None
    assert words.endswith(" with an explicit deny in a service control policy")


FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:f"


@pytest.mark.parametrize(
    "layers, named",
    [
        pytest.param({"identity": "allowed"}, "resource-based policy", id="its own account allows it"),
        pytest.param({}, "identity-based policy", id="no side allows it"),
        pytest.param({"identity": "implicitDeny"}, "identity-based policy", id="its own account doesn't allow it"),
    ],
)
def test_what_a_function_s_policy_can_not_give(layers: dict[str, str], named: str) -> None:
    answer = refused(JOHN, "lambda:UpdateFunctionConfiguration", FUNCTION, layers=layers)
    assert f"because no {named} allows the" in (sentence(answer) or "")


def test_what_nothing_can_allow_blames_no_policy() -> None:
    role = "arn:aws:iam::123456789012:role/aws-reserved/x"
    answer = refused(JOHN, "iam:DeleteRole", role, layers={"identity": "allowed"}, impossible="only AWS changes it")
    assert sentence(answer) == f"User: {JOHN} is not authorized to perform: iam:DeleteRole on resource: {role}"


def test_a_token_s_bearer_has_no_name() -> None:
    provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    answer = lacking(provider, "sts:AssumeRoleWithWebIdentity", HR, "trust", caller=None)
    assert sentence(answer) == "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def test_services_are_told_nothing() -> None:
    assert sentence(lacking("service:s3.amazonaws.com", "lambda:InvokeFunction", FUNCTION, "resource")) is None


def test_but_lambda_says_what_is_wrong_with_a_role() -> None:
    answer = lacking("service:lambda.amazonaws.com", "sts:AssumeRole", HR, "trust")
    assert sentence(answer) == "The role defined for the function cannot be assumed by Lambda."
