"""Lambda takes a function's execution role: whether it says for whom is confirmed by no page, and seldom matters."""

from __future__ import annotations

import pytest

from models.context import Given
from models.edge import Edge, Status
from models.snapshot import Organization, OrganizationPolicy
from simulator.edges import runs_as
from simulator.edges.question import Question
from tests.worlds import ASSUME, ONE, TWO, Builder, Json, allow, function, role

ORG = "o-a1b2c3d4e5"
ORDERS, ROLE = function("orders"), role("orders-role")
LAMBDA = {"Service": "lambda.amazonaws.com"}


def deny(conditions: Json) -> Json:
    return {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Resource": "*", "Condition": conditions}


#: As in aws-samples/data-perimeter-policy-examples, "EnforceConfusedDeputyProtection".
PERIMETER = {
    "StringNotEqualsIfExists": {"aws:SourceOrgID": ORG, "aws:SourceAccount": ["999999999999"]},
    "Null": {"aws:SourceAccount": "false"},
    "Bool": {"aws:PrincipalIsAWSService": "true"},
}


def runs(trust: Json, rcp: Json | None = None, question: Question | None = None) -> Edge:
    """The step from a function of a member account to its role."""
    made = Builder()
    made.role(ROLE, trust)
    made.function(ORDERS, role=ROLE)
    document = made.document(deny(rcp)) if rcp else made.document(allow("*", "*", Principal="*"))
    policy = OrganizationPolicy(id="p-1", name="perimeter", type="RESOURCE_CONTROL_POLICY", document=document)
    made.organization = Organization(
        id=ORG,
        management_account=TWO,
        parents={ONE: "r-root", TWO: "r-root"},
        policies={"p-1": policy},
        targets={ONE: ("p-1",)},
    )
    (edge,) = runs_as.edges(made.world(), None, None, question or Question())
    return edge


def trusting(conditions: Json | None = None) -> Json:
    return allow(ASSUME, Principal=LAMBDA, **({"Condition": conditions} if conditions else {}))


@pytest.mark.parametrize(
    "conditions, expected",
    [
        pytest.param(
            PERIMETER,
            Status.ALLOWED,
            id="the Null condition operator with the aws:SourceAccount condition key accounts for these",
        ),
        pytest.param(
            PERIMETER | {"StringNotEqualsIfExists": {"aws:SourceOrgID": "o-ffffffffff"}},
            Status.CONDITIONAL,
            id="another organization: denied if Lambda says for whom",
        ),
        pytest.param(
            {"Null": {"aws:SourceAccount": "true"}}, Status.CONDITIONAL, id="denied if Lambda doesn't say for whom"
        ),
        pytest.param(
            {"StringNotEqualsIfExists": {"aws:SourceAccount": ONE}},
            Status.CONDITIONAL,
            id="denied if unsaid",
        ),
        pytest.param({"Bool": {"aws:PrincipalIsAWSService": "true"}}, Status.DENIED, id="denied either way"),
    ],
)
def test_a_perimeter_on_who_lambda_acts_for(conditions: Json, expected: Status) -> None:
    assert runs(trusting(), conditions).status is expected


@pytest.mark.parametrize(
    "conditions, expected",
    [
        pytest.param({"StringEquals": {"aws:SourceAccount": ONE}}, Status.CONDITIONAL, id="its account, if it is said"),
        pytest.param({"StringEquals": {"aws:SourceAccount": TWO}}, Status.MISSING, id="another account, said or not"),
        pytest.param({"StringEqualsIfExists": {"aws:SourceAccount": ONE}}, Status.ALLOWED, id="its account, or unsaid"),
        pytest.param({"StringEqualsIfExists": {"aws:SourceOrgID": ORG}}, Status.ALLOWED, id="its organization"),
        pytest.param(
            {"ArnLikeIfExists": {"aws:SourceArn": ORDERS}}, Status.CONDITIONAL, id="no page says which ARN it would be"
        ),
    ],
)
def test_a_trust_policy_that_asks_for_whom(conditions: Json, expected: Status) -> None:
    assert runs(trusting(conditions)).status is expected


def test_a_question_that_says_so_itself_is_taken_at_its_word() -> None:
    said = Question(given=Given.of({"aws:SourceAccount": TWO, "aws:SourceOrgID": "o-ffffffffff"}))
    assert runs(trusting(), PERIMETER, said).status is Status.DENIED
    unsaid = Question(given=Given.of({}, ("aws:SourceAccount",)))
    assert runs(trusting({"StringEquals": {"aws:SourceAccount": ONE}}), None, unsaid).status is Status.MISSING
