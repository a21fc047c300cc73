"""What AWS says of the Regions of a trigger: where source and function have to be in one, no permission helps."""

from __future__ import annotations

import pytest

from models.decision import FactKind, MissingFact
from models.edge import Edge, Status
from tests.edges.trigger_cases import ORDERS, WORKER, at, service, trigger_edge
from tests.worlds import ASSUME, INVOKE, ONE, REGION, TWO, Builder, Json, allow, function, permit

BUCKET, RULE = "arn:aws:s3:::inbox", at("events", "rule/nightly")
GROUP = at("elasticloadbalancing", "targetgroup/web/0123456789abcdef")
LATTICE = at("vpc-lattice", "targetgroup/tg-0123456789abcdef0")
MAIL, REPOSITORY = at("ses", "receipt-rule-set/in:receipt-rule/orders"), at("codecommit", "shop")
LOGS = at("logs", "log-group:/aws/app")
ELSEWHERE = ORDERS.replace(REGION, "us-east-1")
ABROAD = function("orders", TWO)
LET_IN = {
    BUCKET: service("s3.amazonaws.com", BUCKET, ONE),
    RULE: service("events.amazonaws.com", RULE, None),
    GROUP: service("elasticloadbalancing.amazonaws.com", GROUP, None),
    LATTICE: service("vpc-lattice.amazonaws.com", LATTICE, None),
    MAIL: service("ses.amazonaws.com", MAIL, ONE),
    REPOSITORY: service("codecommit.amazonaws.com", REPOSITORY, ONE),
    LOGS: service("logs.amazonaws.com", f"{LOGS}:*", None),
}


def configured(
    source: str, target: str, *permits: Json, region: str | None = REGION, with_role: bool = False
) -> Builder:
    """A world with one trigger, of a source whose Region is told, or isn't."""
    made = Builder()
    statements = (statement | {"Resource": target} for statement in permits)
    made.function(target.removesuffix(":live"), *statements, versions=("1",), aliases={"live": "1"})
    made.role(WORKER, allow(ASSUME, Principal={"Service": "events.amazonaws.com"}), allow(INVOKE, target))
    made.resource(source, "some:thing", ONE, region=region)
    principal = "events.amazonaws.com" if source == RULE else LET_IN[source]["Principal"]["Service"]
    made.trigger(principal, source, target, role=WORKER if with_role else None)
    return made


def is_impossible(edge: Edge) -> bool:
    return (
        edge.status is Status.MISSING and not edge.missing and "the Region of what triggers it" in str(edge.impossible)
    )


@pytest.mark.parametrize(
    "source, target, with_role, by",
    [
        pytest.param(
            BUCKET,
            ELSEWHERE,
            False,
            LET_IN[BUCKET],
            id="the Lambda function can't directly subscribe to notifications from S3 buckets that are hosted in "
            "different AWS Regions",
        ),
        pytest.param(
            RULE,
            ELSEWHERE,
            False,
            LET_IN[RULE],
            id="the targets you associate with a rule must be in the same Region as the rule",
        ),
        pytest.param(RULE, ELSEWHERE, True, None, id="so must those that are invoked with a role"),
        pytest.param(
            GROUP,
            ELSEWHERE,
            False,
            LET_IN[GROUP],
            id="the Lambda function and target group must be in the same account and in the same Region",
        ),
        pytest.param(LATTICE, ELSEWHERE, False, LET_IN[LATTICE], id="so must those of VPC Lattice"),
        pytest.param(
            MAIL,
            ELSEWHERE,
            False,
            LET_IN[MAIL],
            id="the Lambda function must be in the same AWS Region as the Amazon SES endpoint",
        ),
        pytest.param(
            REPOSITORY,
            ELSEWHERE,
            False,
            LET_IN[REPOSITORY],
            id="triggers must be created in the same AWS Region as the target for the trigger",
        ),
        pytest.param(
            RULE,
            ABROAD.replace(REGION, "us-east-1"),
            True,
            permit({"AWS": WORKER}, ABROAD),
            id="EventBridge supports sending events to cross-account targets in the same Region",
        ),
    ],
)
def test_a_function_of_another_region_is_never_called(
    source: str, target: str, with_role: bool, by: Json | None
) -> None:
    permits = () if by is None else (by,)
    near = target.replace("us-east-1", REGION)
    assert trigger_edge(configured(source, near, *permits, with_role=with_role)).status is Status.ALLOWED
    assert is_impossible(trigger_edge(configured(source, target, *permits, with_role=with_role)))
    qualified = trigger_edge(configured(source, f"{target}:live", *permits, with_role=with_role))
    assert is_impossible(qualified)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(GROUP, id="the Lambda function and target group must be in the same account"),
        pytest.param(LATTICE, id="so must those of VPC Lattice"),
        pytest.param(LOGS, id="a Lambda function belonging to the same account as the subscription filter"),
    ],
)
def test_a_function_of_another_account_is_never_called(source: str) -> None:
    assert trigger_edge(configured(source, ORDERS, LET_IN[source])).status is Status.ALLOWED
    edge = trigger_edge(configured(source, ABROAD, LET_IN[source]))
    assert (edge.status, edge.missing) == (Status.MISSING, ())
    assert f"in the account of what triggers it, {ONE}" in str(edge.impossible)


def test_the_region_of_a_bucket_is_what_its_owner_chose() -> None:
    """A bucket's ARN has no Region: it is where the bucket was created."""
    assert trigger_edge(configured(BUCKET, ELSEWHERE, LET_IN[BUCKET], region="us-east-1")).status is Status.ALLOWED
    assert is_impossible(trigger_edge(configured(BUCKET, ORDERS, LET_IN[BUCKET], region="us-east-1")))


def facts(edge: Edge, kind: str) -> list[tuple[FactKind, str]]:
    found: tuple[MissingFact, ...] = sum((getattr(part.decision, kind) for part in edge.requirements), ())
    return [(fact.what, fact.about) for fact in found]


REGION_OF_BUCKET = [(FactKind.ATTRIBUTES, BUCKET)]


def test_a_region_that_nobody_asked_for_is_assumed_and_said() -> None:
    made = configured(BUCKET, ORDERS, LET_IN[BUCKET], region=None)
    edge = trigger_edge(made)
    assert (edge.status, facts(edge, "assumes")) == (Status.ALLOWED, REGION_OF_BUCKET)


def test_a_region_that_was_refused_is_unknown() -> None:
    made = configured(BUCKET, ORDERS, LET_IN[BUCKET], region=None)
    made.gap(FactKind.ATTRIBUTES, BUCKET, "s3:GetBucketLocation")
    edge = trigger_edge(made)
    assert (edge.status, facts(edge, "gaps")) == (Status.UNKNOWN, REGION_OF_BUCKET)


@pytest.mark.parametrize("region", [pytest.param(None, id="not known"), pytest.param(REGION, id="known")])
def test_without_a_permission_nothing_turns_on_the_region(region: str | None) -> None:
    edge = trigger_edge(configured(BUCKET, ORDERS, region=region))
    assert (edge.status, facts(edge, "assumes")) == (Status.MISSING, [])
    assert [grant.holder for grant in edge.missing] == [ORDERS]


def test_a_gap_about_a_bucket_whose_region_is_known_is_no_matter() -> None:
    made = configured(BUCKET, ORDERS, LET_IN[BUCKET])
    made.gap(FactKind.ATTRIBUTES, BUCKET, "s3:GetBucketEncryption")
    assert trigger_edge(made).status is Status.ALLOWED
