"""All actors asked at once come to what each of them comes to when asked by itself."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given

from models.context import NOTHING_GIVEN, Given
from models.decision import Outcome
from models.edge import Status
from models.snapshot import Snapshot
from simulator import scenario
from simulator.answers.who_can import who_can
from simulator.facts import global_keys
from simulator.policy.rows import Whose
from simulator.world import World
from simulator.world.actors import Actors, Grids, actors, column, told_of
from simulator.world.caller import Caller
from simulator.world.nodes import foresee
from simulator.world.scopes import hangs_on
from tests.answers.test_laws import snapshots
from tests.worlds import INVOKE, ONE, TWO, Builder, allow, function, role, trusting, user

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
DENIES = {Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY}
GIVEN = Given.of(
    {"aws:PrincipalTag/team": "red", "aws:SourceIp": "203.0.113.7", "sts:ExternalId": "x"},
    ("aws:MultiFactorAuthPresent",),
)
ACTIONS = {
    "lambda": ("lambda:InvokeFunction", "lambda:UpdateFunctionCode"),
    "iam": ("sts:AssumeRole", "iam:PassRole"),
    "s3": ("s3:PutObject",),
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "kms": ("kms:Decrypt",),
    "events": ("events:PutEvents",),
}


def questions(world: World) -> list[tuple[str, str]]:
    resources = [*world.function_nodes, *world.roles, *world.resources]
    found = [(action, arn) for arn in resources for action in ACTIONS.get(arn.split(":")[2], ())]
    return [*found, ("lambda:ListFunctions", "*")]


def check(world: World, settled: Given) -> None:
    every = actors(world)
    some, few = Actors(world, every.nodes[::2]), Actors(world, every.nodes[1::3])
    asked = questions(world)
    kept: tuple[Grids, Grids, Grids] = ({}, {}, {})
    if settled is NOTHING_GIVEN:
        kept = (every.grids, some.grids, few.grids)
    # A row for each of the few, turned into columns: those that say nothing aren't kept, and are asked for below.
    told = {
        (action, resource)
        for action in dict(asked)
        for resource in told_of(world, few, action, [on for by, on in asked if by == action], settled, kept[2])
    }
    for action, resource in asked:
        for crowd, grids in zip((every, some, few), kept, strict=True):
            rows = column(world, crowd, action, resource, settled, grids)
            assert crowd is not few or (action, resource) in told or not any(row for _, row in rows.rows)
            for number, node in enumerate(crowd.nodes):
                alone = foresee(world, node, action, resource, settled).decision.outcome
                # Whether something denies it too isn't told of those whom nothing allows it.
                assert rows.outcome(number) is alone or {rows.outcome(number), alone} == DENIES, (
                    node,
                    action,
                    resource,
                )


@pytest.mark.parametrize("strict", [False, True], ids=["as it is", "strict"])
@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_over_scenarios(file: Path, strict: bool) -> None:
    world = World(scenario.load(file).snapshot, strict)
    check(world, NOTHING_GIVEN)
    check(world, GIVEN)


@given(snapshots())
def test_over_any_world(snapshot: Snapshot) -> None:
    world = World(snapshot)
    check(world, NOTHING_GIVEN)
    check(world, GIVEN)


# --- what keys hang on -------------------------------------------------------------------------------------------

OTHER_KEYS = (
    "lambda:FunctionArn",
    "lambda:Principal",
    "lambda:ResourceTag/team",
    "sts:ExternalId",
    "sts:RoleSessionName",
    "iam:PassedToService",
    "iam:ResourceTag/team",
    "s3:prefix",
    "kms:ViaService",
    "saml:aud",
    "accounts.google.com:aud",
    "oidc.example.com/id:sub",
    "aws:SourceOwner",
    "aws:NobodyKnows",
)


def keys() -> list[str]:
    table = [row.key.replace("${TagKey}", "team") for row in global_keys.table().values()]
    return [*(key if not key.endswith("/") else f"{key}team" for key in table), *OTHER_KEYS]


def rich_world() -> World:
    """Callers and resources that differ in whatever a key may hang on."""
    made = Builder()
    for account in (ONE, TWO):
        made.user(user("plain", account), allow("*", "*"), tags={"team": "red"}, id=f"AIDA{account}")
        made.user(user("ops/other", account))
        by = trusting(f"arn:aws:iam::{account}:root")
        made.role(role("tagged", account), by, tags={"team": "blue"}, id=f"AROA{account}")
        tagging = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}
        made.role(role("tagging", account), {**tagging, "Principal": {"AWS": "*"}})
        web = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}
        made.role(role("web", account), {**web, "Principal": {"Federated": "accounts.google.com"}})
        by_service = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        made.role(role("runs", account), by_service)
        made.function(function("one", account), role=role("runs", account), tags={"team": "red"})
        made.function(function("two", account), role=role("runs", account))
    return made.world()


@pytest.mark.parametrize("action, of", [("lambda:InvokeFunction", "lambda"), ("sts:AssumeRole", "iam")])
@pytest.mark.parametrize("key", keys())
def test_a_key_hangs_on_no_more_than_is_said(key: str, action: str, of: str) -> None:
    world = rich_world()
    every = actors(world)
    whose, on_resource = hangs_on(key)
    resources = [arn for arn in (*world.function_nodes, *world.roles) if arn.split(":")[2] == of]
    seen: dict[object, object] = {}
    for caller, resource in itertools.product(every.callers, resources):
        state = world.context(caller, action, resource, in_step=True).lookup(key)
        alike = (_likeness(caller, whose), resource if on_resource else None)
        assert seen.setdefault(alike, state) == state, (caller.node, resource)


def _likeness(caller: Caller, whose: Whose) -> object:
    if whose is Whose.KIND:
        return caller.kind
    return (caller.kind, caller.account) if whose is Whose.ACCOUNT else (caller.kind, caller.node, caller.function)


# --- what is worked out ------------------------------------------------------------------------------------------


def test_who_can_works_out_no_function_but_those_on_the_way() -> None:
    made = Builder()
    by_lambda = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    caller = made.role(role("caller"), by_lambda, allow(INVOKE, function("asked")))
    made.user(user("dev"), allow(INVOKE, [function("asked"), function("on-the-way"), function("other-1")]))
    made.function(function("asked"), role=made.role(role("runs"), by_lambda))
    made.function(function("on-the-way"), role=caller)
    for number in range(20):
        made.function(function(f"other-{number}"), role=role("runs"))
    world = made.world()
    who_can(world, INVOKE, function("asked"))
    grids = [grid for (action, *_), grid in actors(world).grids.items() if action == INVOKE]
    worked_out = {resource for grid in grids for resource, _ in grid.columns}
    assert worked_out == {function("asked"), function("on-the-way")}


def test_one_document_is_compiled_once_whoever_has_it() -> None:
    made = Builder()
    shared = made.policy(f"arn:aws:iam::{ONE}:policy/shared", allow(INVOKE, "*"))
    for number in range(5):
        made.role(role(f"r{number}"), trusting(user("x")), attached=(shared,))
        made.user(user(f"u{number}"), attached=("arn:aws:iam::aws:policy/AdministratorAccess",))
    world = made.world()
    for holders in (world.roles, world.users):
        assert len({id(attached.policy) for arn in holders for attached in world.identity_of(arn)[0]}) == 1


def test_a_session_policy_limits_whoever_assumes_the_role_asked_alone_or_with_others() -> None:
    made = Builder()
    called = made.function(function("f"))
    session = made.document(allow("s3:*", "*"))
    limited = made.role(role("limited"), trusting(user("x")), allow(INVOKE, "*"), session=session)
    free = made.role(role("free"), trusting(user("x")), allow(INVOKE, "*"))
    world = made.world()
    statuses = [foresee(world, each, INVOKE, called, NOTHING_GIVEN).status for each in (limited, free)]
    assert statuses == [Status.MISSING, Status.ALLOWED]
    check(world, NOTHING_GIVEN)
