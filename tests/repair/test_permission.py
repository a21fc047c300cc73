"""Grants as changes: what they are called, where they go, and how room is made where there is none."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.change import AddStatement, Change, ReplaceStatement
from models.edge import Grant, Side
from models.errors import ChangeError
from models.policy import PolicyKind
from models.request import Attached, Request
from models.snapshot import Account, Function, ManagedPolicy, Resource, Role, Snapshot, User, document_id
from simulator.changes import apply
from simulator.policy.authorize import PolicySet, outcome
from simulator.policy.limits import FUNCTION as LIMIT
from simulator.policy.limits import Limit
from simulator.policy.parse import parse_policy
from simulator.policy.principals import requester
from simulator.repair import merging
from simulator.repair.forms import forms
from simulator.repair.merging import merged
from simulator.repair.permission import as_change, as_changes
from simulator.repair.same import is_same
from tests.policy.builders import Keys, known
from tests.strategies import IN_POLICY, PRINCIPALS

ACCOUNT, OTHER = "111111111111", "222222222222"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"
DEV = f"arn:aws:iam::{ACCOUNT}:user/dev"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/invoker"
PARTNER = f"arn:aws:iam::{OTHER}:role/partner-pipeline"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/limit"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
GONE = "AROAEXAMPLEID12345678"
INVOKE = "lambda:InvokeFunction"
Json = dict[str, Any]


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def permit(sid: str | None, principal: Any, **more: Any) -> Json:
    said = {"Effect": "Allow", "Principal": principal, "Action": INVOKE, "Resource": FUNCTION, **more}
    return {"Sid": sid, **said} if sid else said


def by_topic(number: int, sid: str | None = None) -> Json:
    arn = f"arn:aws:sns:eu-west-1:{ACCOUNT}:a-topic-with-a-long-name-{number:04}"
    return permit(
        sid or f"topic-{number}", {"Service": "sns.amazonaws.com"}, Condition={"ArnLike": {"AWS:SourceArn": arn}}
    )


def snapshot(policy: Json | None = None, **policies: Json) -> Snapshot:
    trust = document({"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"})
    allow = document({"Sid": "InvokeFunctionOnOrders", "Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    held = {"": policy} | policies if policy else policies
    kept = {document_id(item): item for item in (trust, allow, *held.values())}
    names = {name: document_id(item) for name, item in held.items()}
    return Snapshot(
        taken_at=datetime(2026, 11, 28, tzinfo=UTC),
        accounts=(Account(id=ACCOUNT),),
        users=(User(arn=DEV, inline={"InvokeFunctionOnOrders": document_id(allow)}, boundary=BOUNDARY),),
        roles=(Role(arn=ROLE, trust=document_id(trust)),),
        policies=(ManagedPolicy(arn=BOUNDARY, document=document_id(allow)),),
        functions=(Function(arn=FUNCTION, versions=("1",), aliases={"live": "1"}, policies=names),),
        resources=(Resource(arn=QUEUE, type="sqs:queue", account=ACCOUNT),),
        documents=kept,
    )


def grant(side: Side, holder: str, statement: Json, principal: str = PARTNER, resource: str = FUNCTION) -> Grant:
    action = statement["Action"]
    return Grant(ACCOUNT, side, holder, principal, action, resource, statement.get("Condition"), statement)


OWN = {"Effect": "Allow", "Action": INVOKE, "Resource": FUNCTION}
STREAMS = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/orders:log-stream:*"
TRUSTED = {"Effect": "Allow", "Principal": {"AWS": PARTNER}, "Action": "sts:AssumeRole"}
LET_IN = permit(None, {"AWS": PARTNER})


@pytest.mark.parametrize(
    "one, sid, policy",
    [
        pytest.param(
            grant("identity", ROLE, OWN), "InvokeFunctionOnOrders", "InvokeFunctionOnOrders", id="a new inline policy"
        ),
        pytest.param(
            grant("identity", DEV, OWN),
            "InvokeFunctionOnOrders2",
            "InvokeFunctionOnOrders2",
            id="under a name that no inline policy has",
        ),
        pytest.param(
            grant("boundary", DEV, OWN), "InvokeFunctionOnOrders2", None, id="with a Sid that no statement has"
        ),
        pytest.param(
            replace(
                grant("boundary", DEV, {**OWN, "Resource": STREAMS}, resource=STREAMS),
                action="logs:CreateLogStream, logs:PutLogEvents",
            ),
            "CreateLogStreamPutLogEventsOnLogGroupAwsLambdaOrdersLogStream",
            None,
            id="named after all its actions, and after what comes before a star",
        ),
        pytest.param(grant("trust", ROLE, TRUSTED), "AssumeRoleForPartnerPipeline", None, id="the trust policy"),
        pytest.param(grant("resource", FUNCTION, LET_IN), "InvokeFunctionForPartnerPipeline", None, id="a function"),
        pytest.param(
            grant("resource", QUEUE, {**LET_IN, "Action": "sqs:SendMessage"}, "service:sns.amazonaws.com", QUEUE),
            "SendMessageForSnsAmazonawsCom",
            None,
            id="a queue, for a service",
        ),
    ],
)
def test_a_grant_is_a_statement_more(one: Grant, sid: str, policy: str | None) -> None:
    change = as_change(snapshot(), one)
    assert change == AddStatement(
        side=one.side,
        holder=one.holder,
        policy=policy,
        statement={"Sid": sid, **one.statement},  # type: ignore[arg-type]
    )
    apply(snapshot(), [change])


@pytest.mark.parametrize("holder, key", [(FUNCTION, ""), (f"{FUNCTION}:live", "live")], ids=["unqualified", "alias"])
def test_the_statement_goes_to_the_document_that_the_holder_names(holder: str, key: str) -> None:
    statement = {**LET_IN, "Resource": holder}
    after = apply(snapshot(), as_changes(snapshot(), grant("resource", holder, statement)))
    policies = after.functions[0].policies
    assert {name: len(after.documents[kept]["Statement"]) for name, kept in policies.items()} == {key: 1}


def test_a_statement_for_somebody_who_was_deleted_is_removed_first() -> None:
    """Lambda refuses whatever is added to a policy with a principal that it can't resolve."""
    left, mixed = (permit(sid, {"AWS": gone}) for sid, gone in (("left", GONE), ("too", [GONE, f"{GONE}2"])))
    before = snapshot(document(left, permit("kept", {"AWS": DEV}), mixed))
    changes = as_changes(before, grant("resource", FUNCTION, LET_IN))
    assert [getattr(change, "sid", None) for change in changes] == ["too", "left", None]
    assert [row["Sid"] for row in policy_of(apply(before, changes))["Statement"]] == [
        "kept",
        "InvokeFunctionForPartnerPipeline",
    ]
    commands = [line.split()[2] for line in forms(before, changes).cli.splitlines()[1:]]
    assert commands == ["remove-permission", "remove-permission", "add-permission"]


def test_a_statement_that_names_somebody_else_too_is_not_removed() -> None:
    before = snapshot(document(permit("mixed", {"AWS": [GONE, DEV]})))
    changes = as_changes(before, grant("resource", FUNCTION, LET_IN))
    assert kinds(changes) == ["add_statement"]
    with pytest.raises(ChangeError, match="was deleted; remove it first"):
        apply(before, changes)


# --- room -------------------------------------------------------------------------------------------------------------


def full(*others: Json) -> Json:
    """As many statements as a policy of 20,480 characters has room for."""
    rows = list(others)
    while len(json.dumps(document(*rows, by_topic(len(rows))), separators=(",", ":"))) <= LIMIT.characters:
        rows.append(by_topic(len(rows)))
    return document(*rows)


def policy_of(after: Snapshot) -> Json:
    found: Json = after.documents[after.functions[0].policies[""]]
    return found


def kinds(changes: tuple[Change, ...]) -> list[str]:
    return [change.change for change in changes]


def test_a_policy_has_20480_characters_at_most() -> None:
    before = snapshot(full())
    with pytest.raises(ChangeError, match=r"bigger than the limit \(20480\)"):
        apply(before, [as_change(before, grant("resource", FUNCTION, LET_IN))])


def test_room_is_made_by_merging_statements_that_differ_in_one_element() -> None:
    before = snapshot(full())
    changes = as_changes(before, grant("resource", FUNCTION, LET_IN))
    after = policy_of(apply(before, changes))
    assert kinds(changes) == ["remove_statement", "replace_statement", "add_statement"]
    assert len(after["Statement"]) == len(policy_of(before)["Statement"])
    arns = after["Statement"][0]["Condition"]["ArnLike"]["AWS:SourceArn"]
    assert len(arns) == 2
    assert after["Statement"][-1] == {"Sid": "InvokeFunctionForPartnerPipeline", **LET_IN}


def test_a_merged_policy_is_put_whole() -> None:
    before = snapshot(full())
    found = forms(before, as_changes(before, grant("resource", FUNCTION, LET_IN)))
    [line] = [line for line in found.cli.splitlines() if not line.startswith("#")]
    words = shlex.split(line)
    assert words[:3] == ["aws", "lambda", "put-resource-policy"]
    assert len(words[words.index("--policy") + 1]) <= LIMIT.characters
    assert "this replaces the whole policy of orders" in found.warning


def test_where_there_is_no_room_for_both_what_is_replaced_goes_first() -> None:
    before = snapshot(full())
    change = ReplaceStatement(side="resource", holder=FUNCTION, sid="topic-3", statement=by_topic(3, "topic-x"))
    found = forms(before, [change])
    assert [line.split()[2] for line in found.cli.splitlines() if line.startswith("aws")] == [
        "remove-permission",
        "add-permission",
    ]
    assert found.warning == "until the new one is added, statement topic-3 of orders is missing"


def test_the_new_statement_may_be_what_is_merged() -> None:
    other = permit("other", {"AWS": f"arn:aws:iam::{OTHER}:role/another-pipeline-with-a-long-name-{'x' * 60}"})
    before = snapshot(full(other))
    changes = as_changes(before, grant("resource", FUNCTION, LET_IN))
    assert kinds(changes) == ["replace_statement"]
    first = policy_of(apply(before, changes))["Statement"][0]
    assert first["Sid"] == "other"
    assert first["Principal"] == {"AWS": [other["Principal"]["AWS"], PARTNER]}


def test_sids_that_collide_or_are_missing_are_told_apart() -> None:
    plain = full()
    for statement in plain["Statement"]:
        del statement["Sid"]
    # The room that the Sids had.
    more = [{**statement, "Sid": "same"} for statement in map(by_topic, range(500, 600))]
    while len(json.dumps(document(*plain["Statement"], more[-1]), separators=(",", ":"))) <= LIMIT.characters:
        plain["Statement"].append(more.pop())
    before = snapshot(plain)
    after = policy_of(apply(before, as_changes(before, grant("resource", FUNCTION, LET_IN))))
    wanted = document(*plain["Statement"], {"Sid": "new", **LET_IN})
    assert is_same(wanted, after)


def test_many_are_merged_where_much_room_is_needed() -> None:
    """None has a Sid, so that each is named by its place, which others leave before it."""
    plain = full()
    for statement in plain["Statement"]:
        del statement["Sid"]
    before = snapshot(plain)
    many = permit(None, {"AWS": [f"arn:aws:iam::{number}:root" for number in range(100_000_000_000, 100_000_000_080)]})
    changes = as_changes(before, grant("resource", FUNCTION, many))
    assert kinds(changes).count("remove_statement") > 3
    after = policy_of(apply(before, changes))
    assert is_same(document(*plain["Statement"], many), after)
    values = [row["Condition"]["ArnLike"]["AWS:SourceArn"] for row in after["Statement"] if "Condition" in row]
    named = [value for row in values for value in ([row] if isinstance(row, str) else row)]
    assert sorted(named) == [row["Condition"]["ArnLike"]["AWS:SourceArn"] for row in plain["Statement"]]


def test_a_merge_that_would_change_an_answer_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(document: Mapping[str, Any], _: Limit) -> list[merging.Row]:
        return [merging.Row({**document["Statement"][0], "Principal": "*"}, tuple(range(len(document["Statement"]))))]

    monkeypatch.setattr(merging, "merged", wrong)
    before = snapshot(full())
    assert kinds(as_changes(before, grant("resource", FUNCTION, LET_IN))) == ["add_statement"]


def test_what_cannot_be_merged_is_refused() -> None:
    """Each denies for another organization but its own: of values of a negated operator every one has to differ."""
    rows: list[Json] = []
    while len(json.dumps(document(*rows), separators=(",", ":"))) <= LIMIT.characters - 200:
        condition = {"StringNotEquals": {"aws:PrincipalOrgID": f"o-{len(rows):010}"}}
        rows.append(permit(f"organization-{len(rows)}", "*", Effect="Deny", Condition=condition))
    before = snapshot(document(*rows))
    changes = as_changes(before, grant("resource", FUNCTION, {**LET_IN, "Action": "lambda:GetFunction" + "x" * 200}))
    assert kinds(changes) == ["add_statement"]
    with pytest.raises(ChangeError, match=r"bigger than the limit \(20480\)"):
        apply(before, changes)


# --- the law ----------------------------------------------------------------------------------------------------------

VALUES = ("v", "w", "v*")
OPERATORS = (
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringEquals",
)
RESOURCES = tuple(f"arn:aws:lambda:eu-west-1:{OTHER}:function:{name}" for name in ("f", "f:live", "f:*", "g"))
ACTIONS = (INVOKE, "lambda:GetFunction", "lambda:*")


@st.composite
def families(draw: st.DrawFn) -> list[Json]:
    """Statements of which each differs from the first in one element, or in two."""
    names = [draw(st.sampled_from(pair)) for pair in (("Action", "NotAction"), ("Resource", "NotResource"))]
    condition = (draw(st.sampled_from(OPERATORS)), draw(st.sampled_from(("k", "l"))))
    wanted = st.sampled_from(VALUES) | st.lists(st.sampled_from(VALUES), min_size=1, max_size=2)
    elements: dict[str, st.SearchStrategy[Any]] = {
        "Effect": st.sampled_from(("Allow", "Allow", "Deny")),
        "Principal": st.sampled_from(IN_POLICY),
        names[0]: st.sampled_from(ACTIONS),
        names[1]: st.sampled_from(RESOURCES),
        "Condition": wanted.map(lambda value: {condition[0]: {condition[1]: value}}),
    }
    first = {name: draw(strategy) for name, strategy in elements.items()}
    if draw(st.booleans()):
        first["Principal"] = "*"
    others = st.sets(st.sampled_from(tuple(elements)), min_size=1, max_size=2)
    return [
        first,
        *({**first, **{name: draw(elements[name]) for name in draw(others)}} for _ in range(draw(st.integers(1, 3)))),
    ]


def outcome_of(document: Json, principal: str, action: str, resource: str, keys: Mapping[str, Any]) -> Any:
    policy = Attached("p", parse_policy(document, PolicyKind.RESOURCE, strict=False))
    request = Request(requester(principal), action, resource, Keys(known(keys)), resource_account=OTHER)
    return outcome(request, PolicySet(resource=(policy,)))


contexts = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(("v", "w", "u", ["v", "w"], ["v", "u"], ["w"])) for key in ("k", "l")}
)


@given(
    families(),
    st.sampled_from(PRINCIPALS),
    st.sampled_from(ACTIONS[:2]),
    st.sampled_from((RESOURCES[0], RESOURCES[1], RESOURCES[3])),
    contexts,
)
@example(
    [
        {**OWN, "Principal": "*", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"k": value}}}
        for value in ("v", "w")
    ],
    PRINCIPALS[0],
    INVOKE,
    RESOURCES[0],
    {"k": ["v", "w"]},
)
def test_merging_changes_no_outcome(
    statements: list[Json], principal: str, action: str, resource: str, keys: Mapping[str, Any]
) -> None:
    before = document(*statements)
    after = document(*(row.statement for row in merged(before, Limit(0, "nothing"))))
    one, other = (outcome_of(item, principal, action, resource, keys) for item in (before, after))
    assert one == other
    assert is_same(before, after)


ONE = permit(None, {"AWS": DEV}, Condition={"StringEquals": {"k": "v"}})
ANOTHER = permit(None, {"AWS": ROLE}, Condition={"StringEquals": {"k": "w"}})


def all_but(actions: Any) -> Json:
    return {"Effect": "Allow", "Principal": {"AWS": DEV}, "NotAction": actions, "Resource": FUNCTION}


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param(
            [ONE, ANOTHER],
            [permit(None, {"AWS": [DEV, ROLE]}, Condition={"StringEquals": {"k": ["v", "w"]}})],
            id="two elements at once let in who wasn't",
        ),
        pytest.param([ONE, ANOTHER], [ONE], id="a statement less"),
        pytest.param([ONE], [ONE, {**ONE, "Effect": "Deny"}], id="a Deny more"),
        pytest.param(
            [{**ONE, "Condition": {"StringNotEquals": {"k": value}}} for value in ("v", "w")],
            [{**ONE, "Condition": {"StringNotEquals": {"k": ["v", "w"]}}}],
            id="all values of a negated operator have to differ",
        ),
        pytest.param(
            [{**ONE, "Condition": {"ForAllValues:StringEquals": {"k": value}}} for value in ("v", "w")],
            [{**ONE, "Condition": {"ForAllValues:StringEquals": {"k": ["v", "w"]}}}],
            id="a key with several values has them all allowed by one statement",
        ),
        pytest.param(
            [all_but(INVOKE), all_but("lambda:GetFunction")],
            [all_but([INVOKE, "lambda:GetFunction"])],
            id="NotAction is all but these",
        ),
    ],
)
def test_a_merge_that_changes_something_is_seen(before: list[Json], after: list[Json]) -> None:
    assert not is_same(document(*before), document(*after))
