"""What a feature needs where another account, a key, or a policy of the resource's own has a say; and what isn't known.

Sources: IAM User Guide, "Cross-account policy evaluation logic"; AWS KMS Developer Guide, "Key policies in AWS KMS";
Lambda Developer Guide, the pages that `simulator.features.table` names.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.snapshot import CodeCall, EventInvoke
from simulator.answers.diagnose import diagnose
from tests.diagnosis.needing import (
    BUCKET,
    EVERYTHING,
    KEY,
    KEY_POLICY,
    QUEUE,
    ROLE,
    ROOT,
    Case,
    F,
    builder,
    found,
    lacking,
    plain,
)
from tests.worlds import INVOKE, ONE, REGION, TWO, Builder, Json, allow, deny, function, queue, role

THEIR_QUEUE, THEIR_BUCKET = queue("theirs", TWO), "arn:aws:s3:::theirs"
THEIR_BUS = f"arn:aws:events:{REGION}:{TWO}:event-bus/theirs"
THEIR_FUNCTION = function("theirs", TWO)
LETS_US = {"AWS": ROLE}


def of_both(check: str, has: dict[str, object], own: tuple[Json, ...], theirs: dict[str, tuple[Json, ...]]) -> Builder:
    """The function with something of another account, which has these policies."""
    made = builder(Case("", check, has, ()), own)
    for arn, kind in ((THEIR_QUEUE, "sqs:queue"), (THEIR_BUCKET, "s3:bucket"), (THEIR_BUS, "events:bus")):
        made.resource(arn, kind, TWO, *theirs.get(arn, ()), region=REGION)
    made.function(THEIR_FUNCTION, *theirs.get(THEIR_FUNCTION, ()))
    return made


ABROAD = [
    pytest.param("dead-letter-permissions", {"dead_letter": THEIR_QUEUE}, "sqs:SendMessage", THEIR_QUEUE, id="a queue"),
    pytest.param(
        "destination-permissions",
        {"event_invokes": (EventInvoke(on_success=THEIR_BUS),)},
        "events:PutEvents",
        THEIR_BUS,
        id="an event bus",
    ),
    pytest.param(
        "destination-permissions",
        {"event_invokes": (EventInvoke(on_success=THEIR_FUNCTION),)},
        INVOKE,
        THEIR_FUNCTION,
        id="a function",
    ),
]


@pytest.mark.parametrize("check, has, action, on", ABROAD)
def test_another_account_has_to_let_the_role_in_as_well(
    check: str, has: dict[str, object], action: str, on: str
) -> None:
    own, theirs = (allow(action, on),), {on: (allow(action, on, Principal=LETS_US),)}
    assert found(of_both(check, has, own, theirs).world(), check).verdict == "pass"
    row = found(of_both(check, has, own, {}).world(), check)
    assert (row.verdict, lacking(row)) == ("fail", {("resource", action, on)})
    assert {(grant.account, grant.holder, grant.principal) for grant in row.missing} == {(TWO, on, ROLE)}
    row = found(of_both(check, has, (), theirs).world(), check)
    assert (row.verdict, lacking(row)) == ("fail", {("identity", action, on)})
    row = found(of_both(check, has, (), {}).world(), check)
    assert [(grant.side, grant.account) for grant in row.missing] == [("identity", ONE), ("resource", TWO)]


def test_a_bucket_of_another_account_has_to_let_the_role_list_and_write() -> None:
    has: dict[str, object] = {"event_invokes": (EventInvoke(on_failure=THEIR_BUCKET),)}
    both = ["s3:ListBucket", "s3:PutObject"], [THEIR_BUCKET, f"{THEIR_BUCKET}/*"]
    theirs = {THEIR_BUCKET: (allow(*both, Principal=LETS_US),)}
    assert found(of_both("", has, (allow(*both),), theirs).world(), "destination-permissions").verdict == "pass"
    row = found(of_both("", has, (allow(*both),), {}).world(), "destination-permissions")
    assert lacking(row) == {
        ("resource", "s3:ListBucket", THEIR_BUCKET),
        ("resource", "s3:PutObject", f"{THEIR_BUCKET}/*"),
    }


def test_what_another_account_denies_nothing_mends() -> None:
    never = deny("sqs:SendMessage", THEIR_QUEUE, Principal="*", Sid="closed")
    lets = allow("sqs:SendMessage", THEIR_QUEUE, Principal=LETS_US)
    made = of_both(
        "", {"dead_letter": THEIR_QUEUE}, (allow("sqs:SendMessage", THEIR_QUEUE),), {THEIR_QUEUE: (lets, never)}
    )
    row = found(made.world(), "dead-letter-permissions")
    assert (row.verdict, row.missing) == ("fail", ())
    assert [(cited.layer, cited.holder, cited.statement) for cited in row.evidence] == [
        ("resource", THEIR_QUEUE, "closed")
    ]


# --- the role's own policies ----------------------------------------------------------------------------------------

ANYBODY_SENDS = allow("sqs:SendMessage", QUEUE, Principal="*")


def test_a_queue_policy_that_lets_the_role_in_is_enough_for_a_destination() -> None:
    case = replace(plain(event_invokes=(EventInvoke(on_failure=QUEUE),)), policies={QUEUE: (ANYBODY_SENDS,)})
    assert found(builder(case, ()).world(), "destination-permissions").verdict == "pass"


def test_for_a_dead_letter_queue_the_role_s_own_policies_have_to_allow_it() -> None:
    case = replace(plain(dead_letter=QUEUE), policies={QUEUE: (ANYBODY_SENDS,)})
    row = found(builder(case, ()).world(), "dead-letter-permissions")
    assert (row.verdict, lacking(row)) == ("fail", {("identity", "sqs:SendMessage", QUEUE)})
    assert found(builder(case, (allow("sqs:SendMessage", QUEUE),)).world(), "dead-letter-permissions").verdict == "pass"


# --- keys -----------------------------------------------------------------------------------------------------------

USES = ("kms:GenerateDataKey", "kms:Decrypt")


def encrypted(key: str, *policy: Json, target: str | None = None) -> Case:
    """A queue as dead-letter queue and as destination, encrypted with a key that has this policy."""
    has = {"dead_letter": QUEUE, "event_invokes": (EventInvoke(on_failure=QUEUE),)}
    attributes = {QUEUE: {"KmsMasterKeyId": key}}
    return Case("", "", has, (), policies={KEY: policy}, attributes=attributes)


KEY_CHECKS = pytest.mark.parametrize("check", ["dead-letter-key", "destination-key"])


@KEY_CHECKS
def test_without_a_key_policy_that_delegates_the_role_s_policies_are_worth_nothing(check: str) -> None:
    others = allow("kms:*", "*", Principal={"AWS": role("admin")})
    row = found(builder(encrypted(KEY, others), (EVERYTHING,)).world(), check)
    assert (row.verdict, lacking(row)) == ("fail", {("resource", action, KEY) for action in USES})


@KEY_CHECKS
def test_a_key_policy_that_names_the_role_is_enough(check: str) -> None:
    ours = allow(list(USES), "*", Principal=LETS_US)
    assert found(builder(encrypted(KEY, ours), (allow("sqs:*", "*"),)).world(), check).verdict == "pass"


@KEY_CHECKS
def test_an_alias_is_followed_to_its_key(check: str) -> None:
    made = builder(encrypted("alias/failed", *KEY_POLICY), (allow("sqs:*", "*"),))
    alias = f"arn:aws:kms:{REGION}:{ONE}:alias/failed"
    made.resource(alias, "kms:alias", ONE, region=REGION, attributes={"TargetKeyId": "1234"})
    row = found(made.world(), check)
    assert (row.verdict, lacking(row)) == ("fail", {("identity", action, KEY) for action in USES})


@KEY_CHECKS
def test_of_an_alias_that_was_not_read_the_key_is_not_known(check: str) -> None:
    row = found(builder(encrypted("alias/failed"), (EVERYTHING,)).world(), check)
    assert row.verdict == "unknown"
    assert f"the key of `arn:aws:kms:{REGION}:{ONE}:alias/failed` was not read" in row.summary


@KEY_CHECKS
def test_nobody_needs_a_grant_for_a_key_of_aws(check: str) -> None:
    world = builder(encrypted("alias/aws/sqs"), (allow("sqs:*", "*"),)).world()
    assert [row for row in diagnose(world, F).findings if row.check == check] == []


@KEY_CHECKS
def test_of_a_key_in_an_account_that_was_not_collected_it_is_unknown(check: str) -> None:
    key = f"arn:aws:kms:{REGION}:999999999999:key/5678"
    row = found(builder(encrypted(key), (EVERYTHING,)).world(), check)
    assert row.verdict == "unknown"
    assert key in row.summary


# --- what the code calls --------------------------------------------------------------------------------------------


def test_root_of_the_account_in_a_bucket_policy_delegates_only() -> None:
    calls = (CodeCall(actions=("s3:GetObject",), resources=(f"{BUCKET}/k",)),)
    delegating = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROOT})
    case = replace(plain(code_calls=calls), policies={BUCKET: (delegating,)})
    row = found(builder(case, ()).world(), "code-calls")
    assert lacking(row) == {("identity", "s3:GetObject", f"{BUCKET}/k")}
    naming = delegating | {"Principal": LETS_US}
    assert found(builder(replace(case, policies={BUCKET: (naming,)}), ()).world(), "code-calls").verdict == "pass"
