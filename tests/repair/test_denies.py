"""What denies, who owns it, and the narrowest change that lets one call through."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.answer import RepairAnswer
from models.snapshot import Organization, OrganizationPolicy, document_id
from simulator.answers.repair import repair
from simulator.world import World
from tests.repair.orders import DEV, OTHER, OURS, THEIRS, world
from tests.repair.small import TEAM
from tests.worlds import ASSUME, INVOKE, ONE, TWO, Builder, Json, allow, deny, permit, role, trusting


def blocked(*statements: Json, holder: Callable[[Builder, tuple[Json, ...]], object]) -> RepairAnswer:
    return repair(world(lambda at: holder(at, statements)), DEV, OURS)


NARROWEST = [
    pytest.param(
        deny("lambda:*", "*"),
        lambda at, some: at.user(DEV, allow(INVOKE, OURS), *some),
        {"Effect": "Deny", "Action": "lambda:*", "NotResource": OURS},
        id="one's own statement: all but this resource",
    ),
    pytest.param(
        deny(INVOKE, [OURS, THEIRS]),
        lambda at, some: at.user(DEV, allow(INVOKE, OURS), *some),
        {"Effect": "Deny", "Action": INVOKE, "Resource": [THEIRS]},
        id="one's own statement that lists it",
    ),
    pytest.param(
        deny([INVOKE, "lambda:GetFunction"], OURS),
        lambda at, some: at.user(DEV, allow(INVOKE, OURS), *some),
        {"Effect": "Deny", "Action": ["lambda:GetFunction"], "Resource": OURS},
        id="one's own statement about it alone",
    ),
    pytest.param(
        deny(INVOKE, "*"),
        lambda at, some: (at.group(TEAM, *some), at.user(DEV, allow(INVOKE, OURS), groups=(TEAM,))),
        {
            "Effect": "Deny",
            "Action": INVOKE,
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": DEV}},
        },
        id="a group's: this principal",
    ),
    pytest.param(
        deny(INVOKE, OURS, Principal="*", Condition={"ArnNotLike": {"aws:principalarn": OTHER}}),
        lambda at, some: (at.user(OTHER), at.user(DEV, allow(INVOKE, OURS)), at.function(OURS, *some)),
        {
            "Effect": "Deny",
            "Action": INVOKE,
            "Resource": OURS,
            "Principal": "*",
            "Condition": {"ArnNotLike": {"aws:principalarn": [OTHER, DEV]}},
        },
        id="a resource's: beside those whom it spares already",
    ),
]


@pytest.mark.parametrize("statement, holder, narrower", NARROWEST)
def test_the_narrowest_exception(
    statement: Json, holder: Callable[[Builder, tuple[Json, ...]], object], narrower: Json
) -> None:
    answer = blocked(statement, holder=holder)
    assert (answer.status, answer.repairs, answer.with_exceptions) == ("denied", (), "allowed")
    (block,) = answer.blocked_by
    assert (block.account, block.effect, block.verified) == (ONE, "Deny", True)
    assert block.change is not None
    assert block.change["statement"] == narrower


def test_a_statement_that_denies_nothing_else_is_to_be_removed() -> None:
    answer = blocked(deny(INVOKE, OURS), holder=lambda at, some: at.user(DEV, allow(INVOKE, OURS), *some))
    assert answer.blocked_by[0].change == {
        "change": "remove_statement",
        "side": "identity",
        "holder": DEV,
        "policy": "inline",
        "sid": "#2",
    }


def test_a_deny_and_a_missing_allow_are_both_told() -> None:
    answer = blocked(deny(INVOKE, "*"), holder=lambda at, some: at.user(DEV, *some))
    assert (answer.status, answer.with_exceptions) == ("denied", "missing")
    assert not answer.repairs


def organized(policies: dict[str, Json], at: str) -> World:
    """The account of the developer as a member: SCPs beside the one that allows all."""
    made = Builder(accounts=(ONE, TWO))
    made.user(DEV, allow(INVOKE, OURS))
    made.function(OURS)
    rows = {"p-full": allow("*", "*"), **policies}
    made.organization = Organization(
        id="o-exampleorgid",
        management_account=TWO,
        parents={ONE: "r-root", TWO: "r-root"},
        policies={
            name: OrganizationPolicy(
                id=name, name=name, type="SERVICE_CONTROL_POLICY", document=made.document(statement)
            )
            for name, statement in rows.items()
        },
        targets={"r-root": ("p-full",), at: ("p-full", *policies)},
    )
    return made.world()


def test_the_management_account_owns_an_scp() -> None:
    answer = repair(organized({"p-no": deny(INVOKE, "*")}, at=ONE), DEV, OURS)
    (block,) = answer.blocked_by
    assert (block.layer, block.policy, block.holder, block.account) == ("scp", "p-no", ONE, TWO)
    assert (block.verified, answer.with_exceptions) == (True, "allowed")


def test_what_aws_manages_can_only_be_detached() -> None:
    aws = "arn:aws:iam::aws:policy/Frozen"
    document = {"Version": "2012-10-17", "Statement": [deny("*", "*")]}
    made = world(
        lambda at: at.policy(aws, deny("*", "*")),
        lambda at: at.user(DEV, allow(INVOKE, OURS), attached=(aws,)),
    )
    assert document_id(document) in made.snapshot.documents
    (block,) = repair(made, DEV, OURS).blocked_by
    assert (block.account, block.change, block.verified) == (None, None, False)
    assert block.exception.startswith("AWS manages the policy: detach it from")


def test_a_way_around_a_deny_is_offered_beside_it() -> None:
    able = role("able")
    made = world(
        lambda at: at.user(DEV, deny(INVOKE, OURS)),
        lambda at: at.role(able, trusting(f"arn:aws:iam::{ONE}:root"), allow(INVOKE, OURS)),
    )
    answer = repair(made, DEV, OURS)
    assert [way.manner for way in answer.repairs] == ["assume_role"]
    assert [block.statement for block in answer.blocked_by] == ["#1"]


# --- about one caller alone -----------------------------------------------------------------------------------------

PRINCIPAL_ARN = "aws:PrincipalArn"
USER_ID = "AIDAEXAMPLEDEV"
SHARED = f"arn:aws:iam::{ONE}:policy/shared"


def on_function(at: Builder, statement: Json) -> None:
    at.user(OTHER)
    at.user(DEV, allow(INVOKE, OURS), id=USER_ID)
    at.function(OURS, statement)


def by_group(at: Builder, statement: Json) -> None:
    at.group(TEAM, statement)
    at.user(DEV, allow(INVOKE, OURS), groups=(TEAM,), id=USER_ID)


def of_everybody(**condition: Json) -> Json:
    return deny(INVOKE, OURS, Principal="*", Condition=condition)


ALONE = [
    pytest.param(on_function, deny(INVOKE, OURS, Principal={"AWS": DEV}), id="a function's policy that names him only"),
    pytest.param(on_function, deny("lambda:*", OURS, Principal={"AWS": [DEV]}), id="whatever he does"),
    pytest.param(on_function, of_everybody(ArnEquals={PRINCIPAL_ARN: DEV}), id="aws:PrincipalArn is his"),
    pytest.param(on_function, of_everybody(StringLike={"aws:principalarn": [DEV]}), id="compared as text"),
    pytest.param(on_function, of_everybody(StringEquals={"aws:userid": USER_ID}), id="aws:userid is his"),
    pytest.param(
        on_function,
        of_everybody(ArnLike={PRINCIPAL_ARN: [DEV, OTHER]}, ArnNotEquals={PRINCIPAL_ARN: OTHER}),
        id="all others are spared already",
    ),
    pytest.param(by_group, deny(INVOKE, OURS, Condition={"ArnLike": {PRINCIPAL_ARN: DEV}}), id="a group's policy"),
    pytest.param(
        by_group,
        deny(INVOKE, OURS, Condition={"StringEquals": {"aws:username": "dev"}}),
        id="aws:username, which no two users of an account share",
    ),
]


@pytest.mark.parametrize("put, statement", ALONE)
def test_a_statement_that_is_about_this_caller_alone_is_to_be_removed(
    put: Callable[[Builder, Json], None], statement: Json
) -> None:
    """An exception to it would leave a statement that is about nobody."""
    answer = repair(world(lambda at: put(at, statement)), DEV, OURS)
    (block,) = answer.blocked_by
    assert block.change is not None
    assert block.change["change"] == "remove_statement"
    assert (block.account, block.verified, answer.with_exceptions) == (ONE, True, "allowed")
    assert block.exception.startswith("remove it: it is about this caller alone")


OTHERS_TOO = [
    pytest.param(on_function, deny(INVOKE, OURS, Principal={"AWS": [DEV, OTHER]}), id="it names others"),
    pytest.param(on_function, deny(INVOKE, OURS, Principal={"AWS": ONE}), id="it names his account"),
    pytest.param(on_function, of_everybody(ArnLike={PRINCIPAL_ARN: f"{DEV}*"}), id="a pattern for others"),
    pytest.param(on_function, of_everybody(ArnEquals={PRINCIPAL_ARN: [DEV, OTHER]}), id="a list with others"),
    pytest.param(
        on_function,
        of_everybody(ArnEqualsIfExists={PRINCIPAL_ARN: DEV}),
        id="IfExists: it denies services too, which have no aws:PrincipalArn",
    ),
    pytest.param(
        on_function,
        of_everybody(StringEquals={"aws:username": "dev"}),
        id="aws:username in a resource's policy: other accounts may have users of that name",
    ),
    pytest.param(by_group, deny(INVOKE, OURS), id="a group's policy: whoever comes into the group"),
]


@pytest.mark.parametrize("put, statement", OTHERS_TOO)
def test_a_statement_that_is_about_others_too_gets_an_exception(
    put: Callable[[Builder, Json], None], statement: Json
) -> None:
    answer = repair(world(lambda at: put(at, statement)), DEV, OURS)
    (block,) = answer.blocked_by
    assert block.change is not None
    assert block.change["statement"]["Condition"]["ArnNotLike"] == {PRINCIPAL_ARN: DEV}
    assert (block.verified, answer.with_exceptions) == (True, "allowed")


def test_of_one_bucket_that_is_kept_out_the_statement_is_to_be_removed() -> None:
    """Lambda Developer Guide: a function's policy names the bucket in aws:SourceArn."""
    bucket, service = "arn:aws:s3:::secrets", {"Service": "s3.amazonaws.com"}

    def denied(pattern: str) -> RepairAnswer:
        statement = deny(
            INVOKE, OURS, Sid="NoSecrets", Principal=service, Condition={"ArnLike": {"aws:SourceArn": pattern}}
        )
        return repair(
            world(
                lambda at: at.resource(bucket, "s3:bucket", ONE),
                lambda at: at.function(OURS, permit(service, OURS), statement),
                lambda at: at.trigger("s3.amazonaws.com", bucket, OURS),
            ),
            bucket,
            OURS,
        )

    (alone,), (many,) = denied(bucket).blocked_by, denied("arn:aws:s3:::*").blocked_by
    assert (alone.change or {})["change"] == "remove_statement"
    assert "remove-permission" in alone.cli
    assert (many.change or {})["statement"]["Condition"]["ArnNotLike"] == {"aws:SourceArn": bucket}
    assert alone.verified
    assert many.verified


def test_of_a_role_all_sessions_are_it() -> None:
    """IAM User Guide: aws:userid of a role's sessions is its id, a colon, and the session's name."""
    worker = role("worker")
    statement = deny(INVOKE, OURS, Principal="*", Condition={"StringLike": {"aws:userid": "AROAEXAMPLE:*"}})
    made = world(
        lambda at: at.role(worker, trusting(DEV), allow(INVOKE, OURS), id="AROAEXAMPLE"),
        lambda at: at.function(OURS, statement),
    )
    (block,) = repair(made, worker, OURS).blocked_by
    assert (block.change or {})["change"] == "remove_statement"


def test_a_trust_policy_that_keeps_him_out() -> None:
    worker = role("worker")
    made = world(
        lambda at: at.user(DEV, allow(ASSUME, worker)),
        lambda at: at.role(worker, [trusting(DEV), deny(ASSUME, Principal={"AWS": DEV})]),
    )
    answer = repair(made, DEV, worker)
    (block,) = answer.blocked_by
    assert block.change == {"change": "remove_statement", "side": "trust", "holder": worker, "sid": "#2"}
    assert (block.verified, answer.with_exceptions) == (True, "allowed")


def test_a_queue_s_policy_may_call_the_queue_a_star() -> None:
    queue, send = f"arn:aws:sqs:eu-west-1:{ONE}:work", "sqs:SendMessage"
    made = world(
        lambda at: at.user(DEV, allow(send, queue)),
        lambda at: at.resource(queue, "sqs:queue", ONE, deny(send, "*", Principal={"AWS": DEV})),
    )
    answer = repair(made, DEV, queue, action=send)
    assert [(block.change or {})["change"] for block in answer.blocked_by] == ["remove_statement"]
    assert answer.with_exceptions == "allowed"


def test_statements_without_sid_are_removed_from_the_last_to_the_first() -> None:
    """The second is the first once the first is gone."""
    some = [deny(INVOKE, OURS, Principal={"AWS": DEV}), of_everybody(ArnEquals={PRINCIPAL_ARN: DEV})]
    made = world(lambda at: at.user(DEV, allow(INVOKE, OURS)), lambda at: at.function(OURS, *some))
    answer = repair(made, DEV, OURS)
    assert [block.statement for block in answer.blocked_by] == ["#1", "#2"]
    assert answer.with_exceptions == "allowed"


# --- managed policies -----------------------------------------------------------------------------------------------


def shared(*statements: Json, also: str = "", limits: str = "") -> RepairAnswer:
    """DEV is denied by a managed policy; it may be attached to somebody else too, or limit him."""
    return repair(
        world(
            lambda at: at.policy(SHARED, *statements),
            lambda at: at.user(DEV, allow(INVOKE, OURS), attached=(SHARED,)),
            lambda at: at.user(OTHER, attached=(SHARED,) if also else (), boundary=SHARED if limits else None),
        ),
        DEV,
        OURS,
    )


def test_a_managed_policy_that_only_he_has_is_as_his_own() -> None:
    answer = shared(deny(INVOKE, OURS), allow("s3:ListAllMyBuckets", "*"))
    (block,) = answer.blocked_by
    assert block.change == {
        "change": "remove_statement",
        "side": "identity",
        "holder": DEV,
        "policy": SHARED,
        "sid": "#1",
    }
    assert block.verified


def test_a_managed_policy_of_that_statement_only_is_detached() -> None:
    """IAM keeps no policy without a statement."""
    answer = shared(deny(INVOKE, OURS))
    (block,) = answer.blocked_by
    assert block.change == {"change": "detach_policy", "holder": DEV, "policy": SHARED}
    assert (block.verified, answer.with_exceptions) == (True, "allowed")
    assert "detach-user-policy" in block.cli


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"also": "OTHER"}, id="attached to somebody else"),
        pytest.param({"limits": "OTHER"}, id="somebody else's permissions boundary"),
    ],
)
def test_whom_else_a_managed_policy_is_for_stays_denied(more: dict[str, str]) -> None:
    answer = shared(deny(INVOKE, OURS), **more)
    (block,) = answer.blocked_by
    assert block.change is not None
    assert block.change["statement"]["Condition"] == {"ArnNotLike": {PRINCIPAL_ARN: DEV}}
    assert block.verified


@pytest.mark.parametrize(
    "statement, change",
    [
        pytest.param(deny("lambda:*", "*"), "replace_statement", id="about more: all but this function"),
        pytest.param(deny(INVOKE, OURS), "detach_scp", id="about nothing else: no SCP is without a statement"),
    ],
)
def test_an_scp_about_this_caller_alone(statement: Json, change: str) -> None:
    answer = repair(
        organized({"p-no": statement | {"Condition": {"ArnEquals": {PRINCIPAL_ARN: DEV}}}}, at=ONE), DEV, OURS
    )
    (block,) = answer.blocked_by
    assert (block.change or {})["change"] == change
    assert (block.account, block.verified, answer.with_exceptions) == (TWO, True, "allowed")
