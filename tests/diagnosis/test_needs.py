"""Each need of each feature: what it takes, and what takes it away again.

Sources: the pages that the rows of `simulator.features.table` name; IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

import pytest

from simulator.answers.diagnose import diagnose
from simulator.diagnosis.rules import RULES
from simulator.features.table import FEATURES
from tests.diagnosis.needing import (
    CASES,
    EVERYTHING,
    KEY,
    ROLE,
    Case,
    F,
    allowing,
    builder,
    found,
    is_told,
    lacking,
    organized,
)
from tests.worlds import ONE, allow, deny, function

EVERY = pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.check}: {case.says}") for case in CASES])
#: A Deny that binds everybody.
ANYBODY = {"Principal": "*"}


def test_every_need_of_every_feature_has_its_case() -> None:
    of_images = {"image-permissions", "image-permissions-own"}
    asked = {(need.check, action) for feature in FEATURES for need in feature.needs for action in need.actions}
    cased = {(case.check, action) for case in CASES for action, _ in case.needs}
    assert {row for row in asked if row[0] not in of_images} - cased == {
        ("destination-key", "kms:Decrypt"),  # of queues and topics: in test_keys
    }
    assert cased <= asked


@EVERY
def test_a_role_without_it_lacks_each_action_on_each_thing(case: Case) -> None:
    row = found(builder(case, case.own).world(), case.check, case.subject)
    assert is_told(row, RULES[case.check].verdict)
    assert lacking(row) == {("identity", action, resource) for action, resource in case.needs}
    assert {(grant.holder, grant.account) for grant in row.missing} == {(ROLE, ONE)}


@EVERY
def test_with_just_that_it_holds(case: Case) -> None:
    row = found(builder(case, allowing(case)).world(), case.check, case.subject)
    assert (row.verdict, row.note, row.missing) == ("pass", False, ())
    assert {cited.holder for cited in row.evidence} - {KEY} == {ROLE}


@EVERY
def test_each_action_by_itself_is_needed(case: Case) -> None:
    for action in {action for action, _ in case.needs}:
        row = found(builder(case, allowing(case, action)).world(), case.check, case.subject)
        assert is_told(row, RULES[case.check].verdict)
        assert {grant.action for grant in row.missing} == {action}


@EVERY
def test_on_another_resource_it_does_not_hold(case: Case) -> None:
    elsewhere = [allow(action, _other(resource)) for action, resource in case.needs]
    row = found(builder(case, (*case.own, *elsewhere)).world(), case.check, case.subject)
    assert is_told(row, RULES[case.check].verdict)
    assert lacking(row) == {("identity", action, resource) for action, resource in case.needs}


def _other(resource: str) -> str:
    """One that is named otherwise; of what is asked on `*`, one of all."""
    if resource == "*":
        return f"arn:aws:ec2:eu-west-1:{ONE}:subnet/subnet-1"
    return resource.replace(ONE, "999999999999").replace(":::failed", ":::other")


@EVERY
def test_an_explicit_deny_of_the_role_wins_and_nothing_is_missing(case: Case) -> None:
    action, resource = case.needs[0]
    row = found(builder(case, (*allowing(case), deny(action, resource, Sid="never"))).world(), case.check, case.subject)
    assert is_told(row, RULES[case.check].verdict)
    assert (row.missing, [cited.statement for cited in row.evidence]) == ((), ["never"])


@EVERY
def test_a_boundary_that_does_not_allow_it_is_named_itself(case: Case) -> None:
    row = found(builder(case, allowing(case), boundary=allow("iam:Get*", "*")).world(), case.check, case.subject)
    assert is_told(row, RULES[case.check].verdict)
    assert {grant.side for grant in row.missing} == {"boundary"}
    assert {grant.action for grant in row.missing} == {action for action, _ in case.needs}


@EVERY
def test_an_scp_that_does_not_allow_it_is_named_itself(case: Case) -> None:
    made = organized(builder(case, allowing(case)), scp=allow("iam:Get*", "*"))
    row = found(made.world(), case.check, case.subject)
    assert is_told(row, RULES[case.check].verdict)
    assert {(grant.side, grant.holder) for grant in row.missing} == {("scp", ONE)}


@EVERY
def test_an_scp_that_denies_it_is_what_decides(case: Case) -> None:
    action, _ = case.needs[-1]
    made = organized(builder(case, allowing(case)), scp=deny(action, "*", Sid="guard"))
    row = found(made.world(), case.check, case.subject)
    assert is_told(row, RULES[case.check].verdict)
    assert row.missing == ()
    assert {(cited.layer, cited.statement) for cited in row.evidence} == {("scp", "guard")}


@EVERY
def test_an_rcp_binds_where_the_service_supports_them(case: Case) -> None:
    action, _ = case.needs[-1]
    made = organized(builder(case, allowing(case)), rcp=deny(action, "*", Sid="perimeter", **ANYBODY))
    row = found(made.world(), case.check, case.subject)
    if case.by_rcp:
        assert {(cited.layer, cited.statement) for cited in row.evidence} == {("rcp", "perimeter")}
    else:
        assert (row.verdict, row.note) == ("pass", False)


@EVERY
def test_a_deny_on_the_source_function_binds_what_is_asked_for_the_function(case: Case) -> None:
    """Network interfaces, dead-letter queues and destinations are Lambda's own matter: there the key is absent."""
    if "s3files" in case.needs[0][1] or case.check == "file-system-direct-read":
        expected = "conditional" if case.check != "file-system-direct-read" else "pass"
    else:
        expected = RULES[case.check].verdict.value if case.of_function else "pass"
    only_here = {"Condition": {"ArnEquals": {"lambda:SourceFunctionArn": F}}}
    actions = [action for action, _ in case.needs]
    row = found(builder(case, (*allowing(case), deny(actions, "*", **only_here))).world(), case.check, case.subject)
    assert row.verdict == expected
    of_others = {"Condition": {"ArnEquals": {"lambda:SourceFunctionArn": function("other")}}}
    row = found(builder(case, (*allowing(case), deny(actions, "*", **of_others))).world(), case.check, case.subject)
    assert (row.verdict, row.note) == ("pass", False)


@EVERY
def test_what_is_missing_mends_it(case: Case) -> None:
    row = found(builder(case, case.own).world(), case.check, case.subject)
    added = [dict(grant.statement) for grant in row.missing]
    assert found(builder(case, (*case.own, *added)).world(), case.check, case.subject).verdict == "pass"


@pytest.mark.parametrize("check", sorted({case.check for case in CASES} - {"log-permissions"}))
def test_without_the_feature_nothing_is_asked(check: str) -> None:
    world = builder(Case("plain", check, {}, ()), (EVERYTHING,)).world()
    assert [row for row in diagnose(world, F).findings if row.check == check] == []
