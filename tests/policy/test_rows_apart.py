"""Many callers at once, told apart: by what they hold, by their own keys, by the resource's."""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from models.decision import FactKind, Layer, MissingFact, Outcome
from models.policy import PolicyKind
from models.request import Traits
from simulator.policy.callers import Callers
from simulator.policy.column import column_of
from simulator.policy.grid import Grid
from simulator.policy.principals import requester
from simulator.policy.resources import Resources
from simulator.policy.row import Rows
from simulator.policy.rows import Member, Target
from tests.policy.builders import B, attached
from tests.policy.test_rows import ACTIONS, ALIAS, FUNCTION, OPEN, TAG, TEAM, World

NO_TAGS: Mapping[str, str | None] = {}


@pytest.mark.parametrize("few", [24, -1], ids=("in parts", "caller by caller"))
def test_what_is_certain_of_one_caller_may_hang_for_another(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of users who stand to the resource in the same way, one hangs on his boundary, one on his own policies."""
    monkeypatch.setattr("simulator.policy.reading.FEW_CELLS", few)
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    for_sure, hanging, other = (
        (attached(PolicyKind.IDENTITY, [{**anything, **more}]),)
        for more in ({}, {"Condition": {"Bool": {OPEN: "true"}}}, {"Action": "s3:*"})
    )
    callers = [requester(f"arn:aws:iam::{B}:user/{name}") for name in ("a", "b", "c", "d", "e")]
    members = [
        Member(callers[0], identity=for_sure, boundary=hanging),
        Member(callers[1], identity=hanging),
        Member(callers[2], identity=for_sure, boundary=for_sure),
        Member(callers[3], identity=hanging, boundary=other),
        Member(callers[4], identity=hanging, boundary=for_sure, scps=(for_sure, hanging)),
    ]
    world = World(callers, [None] * len(callers), {})
    column = column_of(Grid(ACTIONS[FUNCTION], Callers(members), world), Target(FUNCTION, B), explicit=True)
    rows = Rows(Resources(ACTIONS[FUNCTION], [Target(FUNCTION, B)]), members, world)
    conditional = Outcome.CONDITIONAL
    expected = [conditional, conditional, Outcome.ALLOWED, Outcome.IMPLICIT_DENY, conditional]
    assert [column.outcome(number) for number in range(len(callers))] == expected
    assert [rows.of(number, explicit=True).outcome(0) for number in range(len(callers))] == expected


def of_users(
    body: dict[str, Any], targets: Sequence[Target], tags: Mapping[str, str | None] = NO_TAGS, **layers: Any
) -> list[list[Outcome]]:
    """What comes out for a red and a blue user who have a statement, resource by resource."""
    callers = [requester(f"arn:aws:iam::{B}:user/{name}") for name in ("red", "blue")]
    held = (attached(PolicyKind.IDENTITY, [{"Effect": "Allow", "Action": "*", **body}]),)
    members = [Member(caller, identity=held, **layers) for caller in callers]
    world = World(callers, ["red", "blue"], tags)
    grid = Grid(ACTIONS[FUNCTION], Callers(members), world)
    found = [[column_of(grid, target).outcome(number) for number in range(2)] for target in targets]
    resources = Resources(ACTIONS[FUNCTION], targets)
    rows = [Rows(resources, members, world).of(number) for number in range(2)]
    places = [resources.targets.index(target) for target in targets]
    assert [[row.outcome(place) for row in rows] for place in places] == found
    return found


YES, NO = Outcome.ALLOWED, Outcome.IMPLICIT_DENY
BOTH_FUNCTIONS = (Target(FUNCTION, B), Target(ALIAS, B))


@pytest.mark.parametrize(
    "body, expected",
    [
        pytest.param({"Resource": "*", "Condition": {"StringEquals": {TEAM: "red"}}}, [[YES, NO]] * 2, id="callers by their own keys"),
        pytest.param({"Resource": "*", "Condition": {"StringEquals": {TAG: "red"}}}, [[YES, YES], [NO, NO]], id="resources by their keys"),
        pytest.param({"Resource": "*", "Condition": {"StringEquals": {TAG: f"${{{TEAM}}}"}}}, [[YES, NO], [NO, YES]], id="both by keys that are compared"),
        pytest.param({"Resource": f"{FUNCTION}${{x:None, ':live'}}"}, [[NO, NO], [YES, YES]], id="resources by a variable's default"),
        pytest.param({"Resource": FUNCTION}, [[YES, YES], [NO, NO]], id="resources by name"),
        pytest.param({"NotResource": FUNCTION}, [[NO, NO], [YES, YES]], id="resources that are not named"),
        pytest.param({"NotResource": ["*:other", f"{FUNCTION}:*"]}, [[YES, YES], [NO, NO]], id="resources that no pattern matches"),
        pytest.param({"Resource": "arn:aws:lambda:eu-west-1"}, [[YES, YES]] * 2, id="a short ARN that AWS completes"),
        pytest.param({"Resource": "arn:aws:sqs"}, [[NO, NO]] * 2, id="a short ARN of another service"),
    ],
)  # fmt: skip
def test_many_are_told_apart(body: dict[str, Any], expected: list[list[Outcome]]) -> None:
    assert of_users(body, BOTH_FUNCTIONS, {FUNCTION: "red", ALIAS: "blue"}) == expected


@pytest.mark.parametrize("resource, expected", [(f"{FUNCTION}*", YES), ("arn:aws:lambda:eu-west-1", NO)])
def test_a_short_arn_is_not_completed_in_an_scp(resource: str, expected: Outcome) -> None:
    level = (attached(PolicyKind.SCP, [{"Effect": "Allow", "Action": "*", "Resource": resource}]),)
    assert of_users({"Resource": "*"}, BOTH_FUNCTIONS, scps=(level,)) == [[expected] * 2] * 2


@pytest.mark.parametrize("lacking", [Layer.RCP, Layer.RESOURCE])
def test_an_rcp_that_was_not_read_limits_no_service_linked_role(lacking: Layer) -> None:
    fact = MissingFact(FactKind.ORGANIZATION, B, "refused")
    held = (attached(PolicyKind.IDENTITY, [{"Effect": "Allow", "Action": "*", "Resource": "*"}]),)
    callers = [requester(f"arn:aws:iam::{B}:role/{name}") for name in ("linked", "own")]
    members = [Member(caller, identity=held, service_linked_role=caller is callers[0]) for caller in callers]
    grid = Grid(ACTIONS[FUNCTION], Callers(members), World(callers, [None, None], {}))
    target = Target(FUNCTION, B, traits=Traits(bound_by_rcps=True), unread=((lacking, (fact,)),))
    rows = Rows(Resources(ACTIONS[FUNCTION], [target]), members, grid.contexts)
    expected = [YES, Outcome.UNKNOWN] if lacking is Layer.RCP else [Outcome.UNKNOWN] * 2
    assert [column_of(grid, target).outcome(number) for number in range(2)] == expected
    assert [rows.of(number).outcome(0) for number in range(2)] == expected


def test_an_rcp_denies_no_service_linked_role() -> None:
    callers = [requester(f"arn:aws:iam::{B}:role/{name}") for name in ("linked", "own")]
    held = (attached(PolicyKind.IDENTITY, [{"Effect": "Allow", "Action": "*", "Resource": "*"}]),)
    members = [Member(caller, identity=held, service_linked_role=caller is callers[0]) for caller in callers]
    denying = attached(PolicyKind.RCP, [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}])
    target, world = Target(FUNCTION, B, rcps=((denying,),)), World(callers, [None, None], {})
    column = column_of(Grid(ACTIONS[FUNCTION], Callers(members), world), target)
    rows = Rows(Resources(ACTIONS[FUNCTION], [target]), members, world)
    assert [column.outcome(number) for number in range(2)] == [YES, Outcome.EXPLICIT_DENY]
    assert [rows.of(number).outcome(0) for number in range(2)] == [YES, Outcome.EXPLICIT_DENY]
