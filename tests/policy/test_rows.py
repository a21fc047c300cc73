"""Many callers at once come to what each of them comes to alone: `column_of` against `authorize`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from msgspec import structs

from models.context import Absent, Known, NotRead, Open, State
from models.decision import FactKind, Layer, MissingFact, Outcome
from models.policy import PolicyKind
from models.request import Attached, Request, Requester, RequesterKind, Traits
from simulator.policy.authorize import PolicySet, authorize
from simulator.policy.callers import Callers
from simulator.policy.column import column_of
from simulator.policy.grid import Grid
from simulator.policy.principals import requester
from simulator.policy.resources import Resources
from simulator.policy.row import Rows
from simulator.policy.rows import NOTHING, Member, Target, Whose, turned
from simulator.policy.weigh import outcome
from tests.policy.builders import A, B, attached

FUNCTION = f"arn:aws:lambda:eu-west-1:{B}:function:f"
ALIAS = f"{FUNCTION}:live"
ROLE = f"arn:aws:iam::{B}:role/target"
KEY = f"arn:aws:kms:eu-west-1:{B}:key/k"
ACTIONS = {
    FUNCTION: "lambda:InvokeFunction",
    ALIAS: "lambda:InvokeFunction",
    ROLE: "sts:AssumeRole",
    KEY: "kms:Decrypt",
    "*": "lambda:ListFunctions",
}
CALLERS = (
    f"arn:aws:iam::{A}:user/dev",
    f"arn:aws:iam::{B}:user/dev",
    f"arn:aws:iam::{B}:user/ops/dev",
    f"arn:aws:iam::{A}:role/worker",
    f"arn:aws:iam::{B}:role/ops/worker",
    f"arn:aws:sts::{B}:assumed-role/worker/me",
    f"arn:aws:sts::{B}:federated-user/bob",
    f"arn:aws:iam::{B}:root",
    f"arn:aws-cn:iam::{B}:user/dev",
    "s3.amazonaws.com",
    "federated:accounts.google.com",
    "*",
)
PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": A},
    {"AWS": f"arn:aws:iam::{B}:root"},
    {"AWS": [f"arn:aws:iam::{B}:user/dev", f"arn:aws:iam::{A}:role/worker"]},
    {"AWS": f"arn:aws:iam::{B}:role/ops/worker"},
    {"AWS": f"arn:aws:sts::{B}:assumed-role/worker/me"},
    {"AWS": f"arn:aws:sts::{B}:federated-user/bob"},
    {"AWS": [f"arn:aws-cn:iam::{B}:root", f"arn:aws-us-gov:iam::{B}:root"]},
    {"AWS": ["*", B, f"arn:aws:iam::{B}:user/dev"]},
    {
        "AWS": [
            f"arn:aws:sts::{B}:assumed-role/worker",
            "arn:aws:sts:assumed-role/worker/me",
            "arn:aws:x:::assumed-role/",
        ]
    },
    {"Service": "s3.amazonaws.com", "Federated": "accounts.google.com"},
)
#: A key for each way in which a state may hang on the caller and on the resource.
OPEN, TEAM, HOME, TAG, BOTH, LACKING = (
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalTag/team",
    "aws:PrincipalAccount",
    "aws:ResourceTag/team",
    "x:Both",
    "aws:PrincipalOrgID",
)
CONDITIONS: tuple[dict[str, Any], ...] = (
    {"Bool": {OPEN: "true"}},
    {"Bool": {OPEN: "false"}},
    {"BoolIfExists": {OPEN: "false"}},
    {"Null": {OPEN: "true"}},
    {"StringEquals": {TEAM: "red"}},
    {"StringNotEquals": {TEAM: "red"}},
    {"StringEquals": {TAG: "red"}},
    {"StringEquals": {TAG: "${aws:PrincipalTag/team}"}},
    {"StringEquals": {HOME: A}},
    {"StringEquals": {BOTH: f"red {A}"}},
    {"StringEquals": {LACKING: "o-1"}},
    {"StringEquals": {TEAM: "red"}, "Bool": {OPEN: "true"}},
)
DENIES = {Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY}
FACTS = (
    MissingFact(FactKind.ORGANIZATION, "*", "nobody asked", refused=False),
    MissingFact(FactKind.RESOURCE_POLICY, "x", "refused"),
    MissingFact(FactKind.MANAGED_POLICY, "y", "refused"),
)


@dataclass
class World:
    """Callers and resources with what is known of them; the context of every pair follows."""

    callers: Sequence[Requester]
    teams: Sequence[str | None]
    tags: Mapping[str, str | None]

    def states(self, number: int, resource: str) -> dict[str, State]:
        caller = self.callers[number]
        team, tag = self.teams[number], self.tags.get(resource)
        return {
            OPEN.lower(): Open(domain=("true", "false")) if caller.kind is not RequesterKind.SERVICE else Absent(),
            TEAM.lower(): Known((team,)) if team else Absent(),
            HOME.lower(): Known((caller.account,)) if caller.account else Absent(),
            TAG.lower(): Known((tag,)) if tag else Absent(),
            BOTH.lower(): Known((f"{tag} {caller.account}",)),
            LACKING.lower(): NotRead(FACTS[1]) if caller.account == A else NotRead(FACTS[0]),
            "aws:userid": Open(may_be_absent=False, pattern="AROAX:*")
            if caller.kind is RequesterKind.ROLE
            else Absent(),
        }

    def context(self, number: int, resource: str) -> Any:
        return Keys(self.states(number, resource))

    def hangs_on(self, key: str) -> tuple[Whose, bool]:
        return {
            TEAM.lower(): (Whose.CALLER, False),
            HOME.lower(): (Whose.ACCOUNT, False),
            TAG.lower(): (Whose.KIND, True),
            BOTH.lower(): (Whose.CALLER, True),
            LACKING.lower(): (Whose.ACCOUNT, False),
        }.get(key.lower(), (Whose.KIND, False))

    def likeness(self, number: int, whose: Whose) -> Hashable:
        caller = self.callers[number]
        return {Whose.KIND: (caller.kind,), Whose.ACCOUNT: (caller.kind, caller.account)}[whose]


@dataclass
class Keys:
    known: Mapping[str, State]

    def lookup(self, key: str) -> State:
        return self.known.get(key.lower(), Absent())


@st.composite
def statements(draw: st.DrawFn, resource: str, kind: PolicyKind) -> dict[str, Any]:
    effect = draw(st.sampled_from(("Allow", "Allow", "Allow", "Deny")))
    action = draw(st.sampled_from((ACTIONS[resource], "*", "lambda:*", "sts:Assume*", "kms:*")))
    made: dict[str, Any] = {"Effect": effect, draw(st.sampled_from(("Action", "Action", "NotAction"))): action}
    patterns = (
        resource,
        "*",
        f"{FUNCTION}*",
        f"arn:aws:*:*:{B}:*",
        "arn:aws:iam::*:role/t?rget",
        "arn:aws:lambda:eu-west-1",
    )
    made[draw(st.sampled_from(("Resource", "Resource", "Resource", "NotResource")))] = draw(
        st.sampled_from((*patterns, list(patterns[2:]), f"arn:aws:lambda:eu-west-1:{B}:function:${{{TEAM}, 'f'}}"))
    )
    if kind in (PolicyKind.RESOURCE, PolicyKind.RCP):
        negated = effect == "Deny" and kind is PolicyKind.RESOURCE and draw(st.booleans())
        made["NotPrincipal" if negated else "Principal"] = draw(st.sampled_from(PRINCIPALS))
    if draw(st.booleans()):
        made["Condition"] = draw(st.sampled_from(CONDITIONS))
    return made


def policies(resource: str, kind: PolicyKind, most: int = 2) -> st.SearchStrategy[tuple[Attached, ...]]:
    document = st.lists(statements(resource, kind), min_size=1, max_size=3)
    if kind in (PolicyKind.SCP, PolicyKind.SESSION):
        # Without it hardly anything would get through.
        document = document.map(lambda rows: [{"Effect": "Allow", "Action": "*", "Resource": "*"}, *rows])
    return st.lists(document.map(lambda rows: attached(kind, rows)), max_size=most).map(tuple)


def unread(*layers: Layer) -> st.SearchStrategy[tuple[tuple[Layer, tuple[MissingFact, ...]], ...]]:
    row = st.tuples(st.sampled_from(layers), st.sampled_from(FACTS).map(lambda fact: (fact,)))
    return st.lists(row, max_size=1).map(tuple)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, list[Member], list[Target], World]:
    action = ACTIONS[draw(st.sampled_from((FUNCTION, ROLE, KEY, "*")))]
    resources = [resource for resource, of in ACTIONS.items() if of == action]
    callers = [requester(name) for name in draw(st.lists(st.sampled_from(CALLERS), min_size=1, max_size=6))]
    pool = draw(st.lists(policies(resources[0], PolicyKind.IDENTITY), min_size=1, max_size=3))
    scps = st.lists(policies(resources[0], PolicyKind.SCP), max_size=2).map(tuple)
    members = [_member(draw, caller, pool, resources[0], scps) for caller in callers]
    targets = [_target(draw, resource) for resource in resources]
    teams = [draw(st.sampled_from(("red", "blue", None))) for _ in callers]
    tags = {resource: draw(st.sampled_from(("red", "blue", None))) for resource in resources}
    return action, members, targets, World(callers, teams, tags)


def _member(draw: st.DrawFn, caller: Requester, pool: list[Any], resource: str, scps: Any) -> Member:
    if caller.is_outside:
        return Member(caller)
    root = caller.kind is RequesterKind.ROOT
    # SCPs don't bind a service-linked role: a member is given without them then.
    linked = caller.kind is RequesterKind.ROLE and draw(st.booleans())
    lacking = (Layer.IDENTITY, Layer.BOUNDARY) if linked else (Layer.IDENTITY, Layer.BOUNDARY, Layer.SCP)
    return Member(
        caller,
        identity=() if root else draw(st.sampled_from(pool)),
        boundary=None if root else draw(st.sampled_from((None, None, *pool))) or None,
        session=draw(policies(resource, PolicyKind.SESSION, 1)) or None if ":assumed-role/" in caller.name else None,
        scps=() if linked else draw(scps),
        unread=() if root else draw(unread(*lacking)),
        service_linked_role=linked,
    )


def _target(draw: st.DrawFn, resource: str) -> Target:
    return Target(
        resource,
        B if resource != "*" else None,
        policies=draw(policies(resource, PolicyKind.RESOURCE, 1)),
        rcps=draw(st.lists(policies(resource, PolicyKind.RCP, 1), max_size=1).map(tuple)),
        traits=Traits(
            impossible=draw(st.sampled_from((None, None, None, "reserved"))),
            has_resource_types=resource != "*",
            bound_by_rcps=True,
            other_accounts_may=draw(st.booleans()),
        ),
        unread=draw(unread(Layer.TRUST if resource == ROLE else Layer.RESOURCE, Layer.RCP)),
    )


def pair(action: str, member: Member, target: Target, context: Any) -> tuple[Request, PolicySet]:
    request = Request(
        member.requester,
        action,
        target.resource,
        context,
        target.account,
        target.traits,
        service_linked_role=member.service_linked_role,
    )
    policies = PolicySet(
        member.identity,
        member.boundary,
        member.session,
        target.policies or None,
        member.scps,
        target.rcps,
        unread={**dict(member.unread), **dict(target.unread)},
    )
    return request, policies


@given(worlds())
def test_all_at_once_is_as_one_by_one(made: tuple[str, list[Member], list[Target], World]) -> None:
    action, members, targets, world = made
    grid = Grid(action, Callers(members), world)
    for target in targets:
        column, whole = column_of(grid, target), column_of(grid, target, explicit=True)
        for number, member in enumerate(members):
            asked = pair(action, member, target, world.context(number, target.resource))
            decision = authorize(*asked)
            wanted = decision.outcome
            assert whole.outcome(number) is wanted, (member, target)
            assert {fact for fact, row in whole.assumes if row >> number & 1} == set(decision.assumes)
            assert any(row >> number & 1 for _, row in whole.open_keys) is (wanted is Outcome.CONDITIONAL)
            assert column.outcome(number) is wanted or {column.outcome(number), wanted} == DENIES


@given(worlds())
def test_rows_of_resources_are_as_columns_of_callers(made: tuple[str, list[Member], list[Target], World]) -> None:
    """Caller by caller as resource by resource: the same statuses, facts and open keys, denies told apart or not."""
    action, members, targets, world = made
    grid = Grid(action, Callers(members), world)
    resources = Resources(action, targets)
    rows = Rows(resources, members, world)
    for explicit in (False, True):
        found = turned(rows.of(number, explicit=explicit) for number in range(len(members)))
        for place, target in enumerate(resources.targets):
            column, row = column_of(grid, target, explicit=explicit), found.get(place, NOTHING)
            assert row.rows == column.rows, target
            assert dict(row.assumes) == dict(column.assumes)
            assert dict(row.open_keys) == dict(column.open_keys)


EVERYBODY = (
    *(requester(name) for name in CALLERS),
    requester(f"arn:aws:sts::{B}:assumed-role/worker/me", f"arn:aws:iam::{B}:role/ops/worker"),
    requester(f"arn:aws:sts::{A}:assumed-role/worker/me", f"arn:aws:iam::{A}:role/worker"),
)


@pytest.mark.parametrize("own", [False, True], ids=("nothing of their own", "all of their own"))
@pytest.mark.parametrize("element", ["Allow Principal", "Deny Principal", "Deny NotPrincipal"])
@pytest.mark.parametrize("resource", [FUNCTION, ROLE, KEY])
@pytest.mark.parametrize("principal", PRINCIPALS, ids=str)
def test_a_principal_means_the_same_callers_of_many(principal: Any, resource: str, element: str, own: bool) -> None:
    effect, _, name = element.partition(" ")
    everything = attached(PolicyKind.IDENTITY, [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    members = [Member(caller, identity=(everything,) if own and not caller.is_outside else ()) for caller in EVERYBODY]
    body = {"Effect": effect, name: principal, "Action": "*", "Resource": "*"}
    target = Target(resource, B, policies=(attached(PolicyKind.RESOURCE, [body]),))
    world, action = World(EVERYBODY, [None] * len(EVERYBODY), {}), ACTIONS[resource]
    column = column_of(Grid(action, Callers(members), world), target, explicit=True)
    rows = Rows(Resources(action, [target]), members, world)
    for number, member in enumerate(members):
        asked = pair(action, member, target, world.context(number, resource))
        assert column.outcome(number) is authorize(*asked).outcome is outcome(*asked), member.requester.name
        assert rows.of(number, explicit=True).outcome(0) is column.outcome(number), member.requester.name


def test_a_column_names_for_whom_it_hangs_on_an_open_key() -> None:
    callers = [requester(f"arn:aws:iam::{B}:user/dev"), requester(f"arn:aws:iam::{B}:user/ops/dev")]
    for_sure = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    hanging = {**for_sure, "Condition": {"Bool": {OPEN: "true"}}}
    members = [
        Member(caller, identity=(attached(PolicyKind.IDENTITY, [body]),))
        for caller, body in zip(callers, (for_sure, hanging), strict=True)
    ]
    grid = Grid(ACTIONS[FUNCTION], Callers(members), World(callers, [None, None], {}))
    column = column_of(grid, Target(FUNCTION, B), explicit=True)
    assert [column.outcome(number) for number in range(2)] == [Outcome.ALLOWED, Outcome.CONDITIONAL]
    assert {key.lower(): row for key, row in column.open_keys} == {OPEN.lower(): 0b10}


@given(worlds())
def test_caller_by_caller_is_as_in_parts(made: tuple[str, list[Member], list[Target], World]) -> None:
    action, members, targets, world = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulator.policy.reading.FEW_CELLS", -1)
        one_by_one = [column_of(Grid(action, Callers(members), world), target, explicit=True) for target in targets]
    assert [column_of(Grid(action, Callers(members), world), target, explicit=True) for target in targets] == one_by_one


@given(worlds())
def test_without_reasons_is_as_with_them(made: tuple[str, list[Member], list[Target], World]) -> None:
    action, members, targets, world = made
    for target in targets:
        for number, member in enumerate(members):
            request, policies = pair(action, member, target, world.context(number, target.resource))
            if not policies.unread:
                assert outcome(request, policies) is authorize(request, policies).outcome


#: What else may differ between two requests of the same policies.
ELSEWHERE: tuple[dict[str, Any], ...] = (
    {},
    {"resource_account": A},
    {"resource_account": None},
    {"resource": FUNCTION.replace("arn:aws:", "arn:aws-cn:")},
    {"resource": ALIAS},
    {"resource": "*"},
    {"traits": Traits(impossible="reserved")},
    {"traits": Traits(other_accounts_may=False)},
    {"management_account": True},
    {"resource_in_management_account": True},
    {"service_linked_role": True},
)


@pytest.mark.parametrize("own", ["nothing", "all", "all within a boundary", "all with MFA"])
@pytest.mark.parametrize(
    "element", ["Allow Principal", "Allow Principal if red", "Deny Principal", "Deny NotPrincipal"]
)
@pytest.mark.parametrize("resource", [FUNCTION, ROLE, KEY])
@pytest.mark.parametrize("principal", PRINCIPALS, ids=str)
def test_what_was_made_ready_for_one_request_holds_for_others(
    principal: Any, resource: str, element: str, own: str
) -> None:
    """Policies are made ready for whoever asks them again; then he asks of something else, or somebody else does."""
    effect, name, *limited = element.split(" ")
    body = {"Effect": effect, name: principal, "Action": "*", "Resource": [resource, f"{resource}*"]}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    held = {**everything, "Condition": {"Bool": {OPEN: "true"}}} if own == "all with MFA" else everything
    policies = PolicySet(
        identity=() if own == "nothing" else (attached(PolicyKind.IDENTITY, [held]),),
        boundary=(attached(PolicyKind.BOUNDARY, [everything]),) if own == "all within a boundary" else None,
        resource=(
            *(() if limited else (attached(PolicyKind.RESOURCE, [body]),)),
            attached(PolicyKind.RESOURCE, [{**body, "Condition": {"StringEquals": {TEAM: "red"}}}]),
        ),
        scps=((attached(PolicyKind.SCP, [everything, {**everything, "Effect": "Deny", "Resource": ALIAS}]),),),
    )
    world = World(EVERYBODY, ["red" if number % 2 else None for number in range(len(EVERYBODY))], {})
    for number, caller in enumerate(EVERYBODY):
        for changes in (*ELSEWHERE, {"context": world.context(1 - number % 2, resource)}):
            asked = Request(caller, ACTIONS[resource], resource, world.context(number, resource), B)
            request = structs.replace(asked, **changes)
            wanted = authorize(request, policies).outcome
            assert {outcome(request, policies) for _ in range(2)} == {wanted}, (caller.name, changes)
