"""Triggers of services that don't invoke by themselves: with a role, as their caller, or as the execution role."""

from __future__ import annotations

import pytest

from models.edge import Status
from tests.edges.trigger_cases import (
    API,
    BY_CALLER,
    BY_ROLE,
    DISTRIBUTION,
    ORDERS,
    WITH_A_ROLE_TOO,
    WORKER,
    ByCaller,
    ByRole,
    Push,
    acting,
    ids,
    pushing,
    trigger_edge,
)
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    REGION,
    TWO,
    Builder,
    allow,
    function,
    permit,
    role,
    rule,
)


@pytest.mark.parametrize("case", ids((*BY_ROLE, *WITH_A_ROLE_TOO)))
def test_negative_7_the_role_is_trusted_and_may_invoke_and_no_function_policy_is_needed(case: ByRole) -> None:
    assert acting(case, case.service, INVOKE, *case.also).status is Status.ALLOWED


@pytest.mark.parametrize("case", ids((*BY_ROLE, *WITH_A_ROLE_TOO)))
def test_a_role_that_does_not_trust_the_service(case: ByRole) -> None:
    edge = acting(case, None, INVOKE, *case.also)
    assert edge.status is Status.MISSING
    assert [(grant.side, grant.holder, grant.principal) for grant in edge.missing] == [
        ("trust", WORKER, f"service:{case.service}")
    ]


@pytest.mark.parametrize("case", ids((*BY_ROLE, *WITH_A_ROLE_TOO)))
def test_a_role_that_may_not_invoke(case: ByRole) -> None:
    edge = acting(case, case.service)
    assert edge.status is Status.MISSING
    wanted = [("identity", WORKER, action) for action in (INVOKE, *case.also)]
    assert [(grant.side, grant.holder, grant.action) for grant in edge.missing] == wanted


@pytest.mark.parametrize("case", ids(BY_ROLE))
def test_a_role_that_is_not_known_decides_nothing(case: ByRole) -> None:
    edge = acting(case, case.service, INVOKE, trigger_role=None)
    assert edge.status is Status.UNKNOWN
    assert "the role with which" in edge.gaps[0].reason


@pytest.mark.parametrize("name", ["states", "codedeploy"])
def test_a_role_may_trust_a_service_of_one_region(name: str) -> None:
    """AWS Step Functions Developer Guide, "Creating IAM Roles for AWS Step Functions": states.REGION.amazonaws.com."""
    case = next(case for case in BY_ROLE if case.service == f"{name}.amazonaws.com")
    assert acting(case, f"{name}.{REGION}.amazonaws.com", INVOKE).status is Status.ALLOWED
    elsewhere = acting(case, f"{name}.us-east-1.amazonaws.com", INVOKE)
    assert [grant.principal for grant in elsewhere.missing] == [f"service:{case.service}"]


@pytest.mark.parametrize("case", ids((*BY_ROLE, *WITH_A_ROLE_TOO)))
def test_a_role_can_be_passed_in_its_own_account_only(case: ByRole) -> None:
    """IAM User Guide, "Grant a user permissions to pass a role to an AWS service"."""
    made, far = Builder(), role("worker", TWO)
    made.function(ORDERS, permit({"AWS": far}, ORDERS, Action="lambda:*"))
    made.role(far, allow(ASSUME, Principal={"Service": case.service}), allow("*", "*"))
    made.resource(case.on, "some:thing", ONE)
    made.trigger(case.service, case.on, ORDERS, role=far)
    edge = trigger_edge(made)
    assert (edge.status, edge.missing) == (Status.MISSING, ())
    assert "own account only" in (edge.impossible or "")


# --- with the permissions of others ----------------------------------------------------------------------------------

PASSED_ON = ByRole("", "apigateway.amazonaws.com", f"{API}/prod/GET/orders")


@pytest.mark.parametrize("case", ids(BY_CALLER))
def test_what_invokes_as_its_caller_is_unknown_until_one_is_asked_for(case: ByCaller) -> None:
    edge = pushing(Push("", case.service, case.on, "", ""), permit("*", ORDERS))
    assert edge.status is Status.UNKNOWN
    assert [(fact.about, "whoever calls it" in fact.reason) for fact in edge.gaps] == [(case.on, True)]


def test_an_integration_may_pass_the_caller_on() -> None:
    """API Gateway API Reference, "Integration": credentials arn:aws:iam::*:user/* require the caller's identity."""
    edge = acting(PASSED_ON, "apigateway.amazonaws.com", INVOKE, trigger_role="arn:aws:iam::*:user/*")
    assert edge.status is Status.UNKNOWN
    assert "whoever calls it" in edge.gaps[0].reason


# --- as the execution role --------------------------------------------------------------------------------------------

EDGE = "arn:aws:lambda:us-east-1:111111111111:function:header"
EDGE_TRUST = allow(ASSUME, Principal={"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]})


@pytest.mark.parametrize(
    "base, qualifier, trust, status, lacks",
    [
        pytest.param(EDGE, ":1", EDGE_TRUST, Status.ALLOWED, [], id="a numbered version, and a role that trusts both"),
        pytest.param(
            EDGE,
            ":1",
            LAMBDA_TRUST,
            Status.MISSING,
            ["service:edgelambda.amazonaws.com"],
            id="the role doesn't trust edgelambda.amazonaws.com",
        ),
        pytest.param(EDGE, ":live", EDGE_TRUST, Status.MISSING, [], id="an alias can't be replicated"),
        pytest.param(EDGE, "", EDGE_TRUST, Status.MISSING, [], id="$LATEST can't be replicated"),
        pytest.param(ORDERS, ":1", EDGE_TRUST, Status.MISSING, [], id="the function must be in us-east-1"),
    ],
)
def test_lambda_at_edge_needs_the_execution_roles_trust_and_a_numbered_version(
    base: str, qualifier: str, trust: dict[str, object], status: Status, lacks: list[str]
) -> None:
    """CloudFront Developer Guide, "Set up IAM permissions and roles for Lambda@Edge"."""
    made = Builder()
    made.function(base, role=made.role(role("edge"), trust), versions=("1",), aliases={"live": "1"})
    made.trigger("edgelambda.amazonaws.com", DISTRIBUTION, f"{base}{qualifier}")
    edge = trigger_edge(made)
    assert edge.status is status
    assert [(grant.side, grant.principal) for grant in edge.missing] == [("trust", principal) for principal in lacks]
    assert edge.can_be_bought == (status is Status.ALLOWED or bool(lacks))
    assert ("numbered version" in (edge.impossible or "")) != edge.can_be_bought


# --- EventBridge across accounts -------------------------------------------------------------------------------------

FAR = function("orders", TWO)


@pytest.mark.parametrize(
    "with_role, identity, policy, status, lacking",
    [
        pytest.param(False, False, "service", Status.MISSING, [], id="specify an execution role"),
        pytest.param(True, True, "role", Status.ALLOWED, [], id="an execution role and a resource policy"),
        pytest.param(True, True, None, Status.MISSING, ["resource"], id="attach a resource policy to the target"),
        pytest.param(True, False, "role", Status.MISSING, ["identity"], id="the role needs the permission as well"),
        pytest.param(True, True, "service", Status.MISSING, ["resource"], id="the role calls, not the service"),
    ],
)
def test_a_rule_delivers_to_another_account_with_a_role_that_both_sides_allow(
    with_role: bool, identity: bool, policy: str | None, status: Status, lacking: list[str]
) -> None:
    made = Builder()
    principal = {"service": {"Service": "events.amazonaws.com"}, "role": {"AWS": WORKER}}.get(policy or "")
    made.function(FAR, *([permit(principal, FAR)] if principal else []))
    made.role(
        WORKER,
        allow(ASSUME, Principal={"Service": "events.amazonaws.com"}),
        *([allow(INVOKE, FAR)] if identity else []),
    )
    made.trigger("events.amazonaws.com", rule("nightly"), FAR, role=WORKER if with_role else None)
    edge = trigger_edge(made)
    assert edge.status is status
    assert [grant.side for grant in edge.missing] == lacking
    assert edge.can_be_bought == (status is Status.ALLOWED or bool(lacking))
    assert ("with a role" in (edge.impossible or "")) != edge.can_be_bought
