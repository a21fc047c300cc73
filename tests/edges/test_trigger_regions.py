"""What AWS says of the Regions of a trigger: where source and function have to be in one, no permission helps."""

from __future__ import annotations

import pytest

from models.decision import FactKind, MissingFact
from models.edge import Edge, Status
from tests.edges.trigger_cases import ORDERS, WORKER, at, service, trigger_edge
from tests.worlds import ASSUME, INVOKE, ONE, REGION, TWO, Builder, Json, allow, function, permit

BUCKET, RULE = "arn:aws:s3:::inbox", at("events", "rule/nightly")
ELSEWHERE = ORDERS.replace(REGION, "us-east-1")
ABROAD = function("orders", TWO)
LET_IN = {
    BUCKET: service("s3.amazonaws.com", BUCKET, ONE),
    RULE: service("events.amazonaws.com", RULE, None),
}


def configured(
    source: str, target: str, *permits: Json, region: str | None = REGION, with_role: bool = False
) -> Builder:
    """A world with one trigger, of a source whose Region is told, or isn't."""
    made = Builder()
    made.function(target, *(statement | {"Resource": target} for statement in permits))
    made.role(WORKER, allow(ASSUME, Principal={"Service": "events.amazonaws.com"}), allow(INVOKE, target))
    made.resource(source, "some:thing", ONE, region=region)
    principal = "s3.amazonaws.com" if source == BUCKET else "events.amazonaws.com"
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
