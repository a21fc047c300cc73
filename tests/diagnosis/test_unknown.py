"""What of a function's needs isn't known: refused, it is unknown and named; not asked for, taken as none, and said."""

from __future__ import annotations

from models.decision import FactKind
from models.snapshot import EventInvoke
from simulator.answers.diagnose import diagnose
from tests.diagnosis.needing import (
    EVERYTHING,
    IN_VPC,
    QUEUE,
    ROLE,
    F,
    builder,
    found,
    plain,
)
from tests.worlds import LAMBDA_TRUST, ONE, REGION, Builder, allow, queue, role


def test_a_refused_queue_policy_makes_it_unknown_and_is_named() -> None:
    made = builder(plain(event_invokes=(EventInvoke(on_failure=QUEUE),)), (allow("sqs:SendMessage", QUEUE),))
    made.gap(FactKind.RESOURCE_POLICY, QUEUE, "sqs:GetQueueAttributes")
    answer = diagnose(made.world(), F)
    row = found(made.world(), "destination-permissions")
    assert (row.verdict, row.missing) == ("unknown", ())
    assert "sqs:GetQueueAttributes denied" in row.summary
    assert answer.verdict == "unknown"
    assert [(gap.what, gap.about) for gap in answer.gaps] == [("resource_policy", QUEUE)]


def test_a_queue_policy_that_nobody_asked_for_is_taken_as_none_and_said() -> None:
    made = builder(plain(event_invokes=(EventInvoke(on_failure=QUEUE),)), (EVERYTHING,))
    made.assume(FactKind.RESOURCE_POLICY, QUEUE)
    answer = diagnose(made.world(), F)
    assert answer.verdict == "pass"
    assert ("resource_policy", QUEUE) in [(fact.what, fact.about) for fact in answer.assumes]
    strict = diagnose(made.world(strict=True), F)
    assert strict.verdict == "unknown"
    assert ("resource_policy", QUEUE) in [(fact.what, fact.about) for fact in strict.gaps]


def test_a_refused_policy_of_the_role_makes_all_unknown_that_it_may_allow() -> None:
    made = builder(plain(tracing="Active"), ())
    arn = "arn:aws:iam::aws:policy/unpublished"
    made.role(ROLE, LAMBDA_TRUST, attached=(arn,))
    made.gap(FactKind.MANAGED_POLICY, arn, "iam:GetPolicyVersion")
    row = found(made.world(), "tracing-permissions")
    assert (row.verdict, row.missing) == ("unknown", ())
    assert "iam:GetPolicyVersion denied" in row.summary


def test_scps_that_nobody_asked_for_are_said_once() -> None:
    made = builder(plain(tracing="Active", vpc=IN_VPC), (EVERYTHING,))
    made.assume(FactKind.ORGANIZATION, ONE, "the organization was not read")
    answer = diagnose(made.world(), F)
    assert answer.verdict == "pass"
    assert [(fact.what, fact.about) for fact in answer.assumes] == [("organization", ONE)]


def test_refused_scps_make_it_unknown() -> None:
    made = builder(plain(tracing="Active"), (EVERYTHING,))
    made.gap(FactKind.ORGANIZATION, ONE, "organizations:ListPolicies")
    row = found(made.world(), "tracing-permissions")
    assert row.verdict == "unknown"
    assert "organizations:ListPolicies denied" in row.summary


def test_of_a_queue_that_was_not_read_the_encryption_is_not_known() -> None:
    unread = queue("unread")
    row = found(builder(plain(dead_letter=unread), (EVERYTHING,)).world(), "dead-letter-key")
    assert (row.verdict, row.subject) == ("unknown", unread)
    assert f"the encryption of `{unread}` was not read" in row.summary


def test_an_encryption_that_nobody_asked_for_is_taken_as_none_and_said() -> None:
    made = builder(plain(dead_letter=QUEUE), (allow("sqs:SendMessage", QUEUE),))
    made.assume(FactKind.ATTRIBUTES, QUEUE)
    row = found(made.world(), "dead-letter-key")
    assert row.verdict == "pass"
    assert ("attributes", QUEUE) in [(fact.what, fact.about) for fact in diagnose(made.world(), F).assumes]
    assert found(made.world(strict=True), "dead-letter-key").verdict == "unknown"


def test_of_a_role_that_is_not_there_nothing_else_is_said() -> None:
    made = Builder()
    made.function(F, role=role("gone"), vpc=IN_VPC, tracing="Active")
    rows = {row.check: row for row in diagnose(made.world(), F).findings}
    assert (rows["execution-role"].verdict, rows["execution-role"].subject) == ("fail", role("gone"))
    assert not {"vpc-permissions", "tracing-permissions", "log-permissions", "role-not-assumable"} & set(rows)


def test_an_image_is_lambda_s_own_matter_whatever_is_known_of_the_role() -> None:
    made = Builder()
    image = f"{ONE}.dkr.ecr.{REGION}.amazonaws.com/shop:1"
    made.function(F, role=role("gone"), package_type="Image", image_uri=image)
    made.resource(f"arn:aws:ecr:{REGION}:{ONE}:repository/shop", "ecr:repository", ONE)
    rows = {row.check: row.verdict for row in diagnose(made.world(), F).findings}
    assert (rows["execution-role"], rows["image-permissions-own"]) == ("fail", "warning")


def test_a_role_that_could_not_be_read_is_unknown_and_not_gone() -> None:
    made = Builder()
    made.function(F, role=role("unread"))
    made.gap(FactKind.IDENTITY, ONE, "iam:GetAccountAuthorizationDetails")
    answer = diagnose(made.world(), F)
    (row,) = [row for row in answer.findings if row.check == "execution-role"]
    assert (row.verdict, answer.verdict) == ("unknown", "unknown")
    assert "iam:GetAccountAuthorizationDetails denied" in row.summary
