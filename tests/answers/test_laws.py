"""The laws of tests/answers/laws.py, over every scenario and over worlds in which names, grants and ways collide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.snapshot import CodeCall, FunctionUrl, Snapshot
from simulator.answers.reach import reach
from simulator.answers.who_can import who_can
from simulator.scenario import load
from simulator.world import World
from tests.answers.laws import check
from tests.worlds import (
    ASSUME,
    BY_URL,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    REGION,
    THREE,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    permit,
    queue,
    role,
    rule,
    topic,
    trusting,
    user,
)

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in SCENARIOS])
def test_over_scenarios(file: Path) -> None:
    check(World(load(file).snapshot))


ROLES = (role("a"), role("b"), role("a", TWO), role("path/c", TWO))
FUNCTIONS = (function("f"), function("f", TWO))
USERS = (user("a"), user("dev", TWO))
BUCKET, TOPIC, RULE, QUEUE = "arn:aws:s3:::inbox", topic("t", TWO), rule("r"), queue("q")
API = f"arn:aws:execute-api:{REGION}:{ONE}:a1b2c3d4e5"
ROUTE = f"{API}/prod/GET/orders"
PIPE, TABLE = f"arn:aws:pipes:{REGION}:{ONE}:pipe/p", f"arn:aws:dynamodb:{REGION}:{ONE}:table/t"
SOURCES = {"s3": BUCKET, "sns": TOPIC, "events": RULE, "apigateway": ROUTE}
WRITES = {BUCKET: "s3:PutObject", TOPIC: "sns:Publish", QUEUE: "sqs:SendMessage", API: "execute-api:Invoke"}
ONWARD = {"sns": (TOPIC, QUEUE), "s3": (BUCKET, TOPIC), "events": (RULE, QUEUE)}
TARGETS = (*FUNCTIONS, f"{FUNCTIONS[0]}:live", f"{FUNCTIONS[1]}:live")

#: What code is said to do leads nowhere, whatever is notified of what it does it with.
CODE_CALLS = (
    (),
    (CodeCall(actions=("s3:GetObject",), resources=(BUCKET,)),),
    (CodeCall(actions=(ASSUME,), resources=(ROLES[0],)), CodeCall(actions=("sqs:ReceiveMessage",), resources=(QUEUE,))),
)

conditions: st.SearchStrategy[Json] = st.sampled_from(
    (
        {},
        {},
        {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        {"Condition": {"StringEquals": {"sts:ExternalId": "x"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": ONE}}},
        {"Condition": {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTIONS[0]}}},
        {"Condition": {"Null": {"lambda:SourceFunctionArn": "true"}}},
    )
)


@st.composite
def own_statements(draw: st.DrawFn) -> Json:
    """A statement of an identity-based policy."""
    action, resources = draw(
        st.sampled_from(
            (
                (INVOKE, (*TARGETS, f"{FUNCTIONS[0]}*", "*")),
                (BY_URL, TARGETS),
                ([BY_URL, INVOKE], (*TARGETS, "*")),
                ("execute-api:Invoke", (f"{API}/*", ROUTE, f"{API}/test/*")),
                ("dynamodb:PutItem", (TABLE, "*")),
                (ASSUME, (*ROLES, "arn:aws:iam::*:role/a", "*")),
                ("s3:PutObject", (f"{BUCKET}/*", f"{BUCKET}/in/x", "*")),
                ("sns:Publish", (TOPIC,)),
                ("sqs:*", (QUEUE,)),
                ("events:PutEvents", ("*",)),
                ("lambda:UpdateFunctionCode", (*FUNCTIONS, "*")),
                (["lambda:CreateEventSourceMapping", "sqs:SendMessage"], ("*",)),
                (["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"], ("*", ROLES[0])),
                ("iam:UpdateAssumeRolePolicy", (*ROLES, "*")),
                (["iam:PutRolePolicy", "iam:PutUserPolicy"], (*ROLES[:2], *USERS, "*")),
                (["iam:PutRolePolicy", "sts:AssumeRole"], ROLES),
                ("iam:CreateAccessKey", USERS),
            )
        )
    )
    make = draw(st.sampled_from((allow, allow, allow, deny)))
    statement: Json = make(action, draw(st.sampled_from(resources)), **draw(conditions))
    return statement


named = st.sampled_from((*ROLES, *USERS, "*", *(f"arn:aws:iam::{account}:root" for account in (ONE, TWO, THREE))))


urls = st.lists(
    st.builds(FunctionUrl, qualifier=st.sampled_from((None, "live")), auth_type=st.sampled_from(("NONE", "AWS_IAM"))),
    max_size=2,
    unique_by=lambda url: url.qualifier,
).map(tuple)


@st.composite
def trusts(draw: st.DrawFn) -> Json:
    if draw(st.booleans()):
        return LAMBDA_TRUST
    make = draw(st.sampled_from((trusting, trusting, trusting, _distrusting)))
    statement: Json = make(draw(named), **draw(conditions))
    return statement


def _distrusting(arn: str, **more: Any) -> Json:
    return trusting(arn, **more) | {"Effect": "Deny"}


@st.composite
def by_url(draw: st.DrawFn, of: str) -> Json:
    """A statement about calls of function URLs, as AWS's samples have it or looser."""
    who = draw(st.one_of(st.just("*"), named.map(lambda arn: {"AWS": arn})))
    action, condition = draw(
        st.sampled_from(
            (
                (BY_URL, {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
                (BY_URL, {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}),
                (INVOKE, {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
                ([BY_URL, INVOKE], {"Bool": {"aws:SecureTransport": "true"}}),
            )
        )
    )
    statement: Json = allow(action, of, Principal=who, Condition=condition)
    return statement


@st.composite
def permits(draw: st.DrawFn, of: str) -> Json:
    resource = draw(st.sampled_from((of, of, f"{of}:live")))
    if draw(st.booleans()):
        return draw(by_url(resource))
    if draw(st.booleans()):
        return permit({"AWS": draw(named)}, resource, **draw(conditions))
    service = draw(st.sampled_from(tuple(SOURCES)))
    source = {"Condition": {"ArnLike": {"aws:SourceArn": SOURCES[service]}}} if draw(st.booleans()) else {}
    return permit({"Service": f"{service}.amazonaws.com"}, resource, **source)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Two accounts, and a third that is only trusted; whatever is in them may be joined by anything."""
    made = Builder(trusted=(THREE,))
    some = st.lists(own_statements(), max_size=2)
    for arn in USERS:
        made.user(arn, *draw(some))
    for arn in ROLES:
        made.role(arn, draw(st.lists(trusts(), min_size=1, max_size=2)), *draw(some))
    for arn in FUNCTIONS:
        made.function(
            arn,
            *draw(st.lists(permits(arn), max_size=2)),
            role=draw(st.sampled_from([name for name in ROLES if name.split(":")[4] == arn.split(":")[4]])),
            versions=("1",),
            aliases={"live": "1"},
            urls=draw(urls),
            code_calls=draw(st.sampled_from(CODE_CALLS)),
        )
    _add_sources(draw, made)
    return made.snapshot()


def _add_sources(draw: st.DrawFn, made: Builder) -> None:
    for arn, kind, account in (
        (BUCKET, "s3:bucket", ONE),
        (TOPIC, "sns:topic", TWO),
        (QUEUE, "sqs:queue", ONE),
        (API, "execute-api:api", ONE),
    ):
        resource = f"{arn}/*" if arn in (BUCKET, API) else arn
        statements = [
            allow(WRITES[arn], resource, Principal={"AWS": draw(named)}) for _ in range(draw(st.integers(0, 1)))
        ]
        made.resource(arn, kind, account, *statements)
    for service, source in SOURCES.items():
        if draw(st.booleans()):
            more = {"events": ("s3:ObjectCreated:*",), "prefix": "in/"} if service == "s3" else {}
            made.trigger(f"{service}.amazonaws.com", source, draw(st.sampled_from(TARGETS)), **more)
    authorization = draw(st.sampled_from(("AWS_IAM", "NONE", "JWT", None)))
    attributes = {"AuthorizationType": authorization} if authorization else {}
    made.resource(ROUTE, "execute-api:route", ONE, attributes=attributes)
    made.resource(TABLE, "dynamodb:table", ONE)
    made.resource(PIPE, "pipes:pipe", ONE, attributes={"Source": draw(st.sampled_from((f"{TABLE}/stream/1", QUEUE)))})
    if draw(st.booleans()):
        made.trigger("pipes.amazonaws.com", PIPE, draw(st.sampled_from(TARGETS)), role=draw(st.sampled_from(ROLES)))
    if draw(st.booleans()):
        made.mapping(QUEUE, draw(st.sampled_from(TARGETS)))
    for service, (source, target) in ONWARD.items():
        if draw(st.booleans()):
            made.trigger(f"{service}.amazonaws.com", source, target)


@settings(max_examples=settings().max_examples // 5, suppress_health_check=[HealthCheck.too_slow])
@given(snapshots())
def test_over_any_world(snapshot: Snapshot) -> None:
    check(World(snapshot))


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(snapshots())
def test_the_same_snapshot_gives_the_same_bytes(snapshot: Snapshot) -> None:
    again = Snapshot.model_validate_json(snapshot.model_dump_json())
    for target in TARGETS:
        one, two = (json.dumps(who_can(World(item), INVOKE, target).as_json()) for item in (snapshot, again))
        assert one == two
    for source in (*USERS, *ROLES):
        assert reach(World(snapshot), source) == reach(World(again), source)


def reached(snapshot: Snapshot, few_of: int, many: int) -> list[dict[str, Any]]:
    """What everybody reaches, where few are fewer than one in so many, and many targets as many as that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulator.edges.question.FEW_OF", few_of)
        patch.setattr("simulator.edges.grantable.MANY", many)
        world = World(snapshot)
        return [reach(world, source).as_json() for source in (*world.users, *world.roles, *world.functions, "anyone")]


NOBODY_IS_FEW, EVERYBODY_IS_FEW = (1 << 30, 0), (0, 0)


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in SCENARIOS])
def test_what_nobody_may_is_passed_over_and_nothing_else(file: Path) -> None:
    snapshot = load(file).snapshot
    assert reached(snapshot, *EVERYBODY_IS_FEW) == reached(snapshot, *NOBODY_IS_FEW)


@given(snapshots())
def test_what_nobody_may_is_passed_over_in_any_world(snapshot: Snapshot) -> None:
    assert reached(snapshot, *EVERYBODY_IS_FEW) == reached(snapshot, *NOBODY_IS_FEW)
