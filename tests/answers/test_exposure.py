"""Whom changes let in beyond the principals that were read: everybody, an organization, accounts that were not read.

Sources: IAM User Guide, "AWS JSON policy elements: Principal" (`*` is everybody, who is signed in or not, but for what
the conditions ask) and "AWS global condition context keys"; Lambda Developer Guide, "Granting function access to an
organization".
"""

from __future__ import annotations

from typing import Any, Literal

import pytest

from models.change import AddStatement, AttachRcp, Change, DetachRcp, RemoveStatement, SetTrust
from models.snapshot import FunctionUrl, Organization, OrganizationPolicy
from simulator.answers.exposure import exposures
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.world import World
from tests.worlds import (
    ASSUME,
    BY_URL,
    INVOKE,
    ONE,
    REGION,
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
    trusting,
    user,
)

DEV, JOB, F, PLAIN, Q = user("dev"), role("job"), function("f"), function("plain"), queue("q")
LIVE, BUS, RULE = f"{F}:live", f"arn:aws:events:{REGION}:{ONE}:event-bus/shop", rule("shop/r")
FAR, PATH = "999999999999", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"
IN_ORG: Json = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
IN_UNIT: Json = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": PATH}}
FROM_OFFICE: Json = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
Row = tuple[str, str, str]


def builder() -> Builder:
    """A role that runs a function, one with an alias and a URL, and a queue that is polled."""
    made = Builder()
    made.user(DEV)
    made.role(JOB, trusting(DEV), allow(INVOKE, F))
    made.function(F, versions=("1",), aliases={"live": "1"}, urls=(FunctionUrl(auth_type="NONE"),))
    made.role(role("reader"), allow(ASSUME, Principal={"Service": "lambda.amazonaws.com"}), allow("sqs:*", "*"))
    made.function(PLAIN, role=role("reader"))
    made.resource(Q, "sqs:queue", ONE)
    made.mapping(Q, PLAIN)
    made.resource(BUS, "events:bus", ONE)
    made.resource(RULE, "events:rule", ONE)
    made.trigger("events.amazonaws.com", RULE, PLAIN, bus=BUS, pattern='{"source": ["shop"]}')
    return made


WORLD = builder().world()


def added(side: Literal["trust", "resource"], holder: str, principal: Any, action: str, **more: Any) -> AddStatement:
    on = None if side == "trust" else holder
    return AddStatement(side=side, holder=holder, statement=allow(action, on, Principal=principal, Sid="new", **more))


def found(world: World, *changes: Change) -> dict[Row, tuple[str, str]]:
    rows = exposures(world, World(apply(world.snapshot, changes)), what_if(world, changes))
    return {(row.to, row.target, row.kind): (row.before, row.after) for row in rows}


@pytest.mark.parametrize(
    "change, exposed",
    [
        pytest.param(
            added("trust", JOB, "*", ASSUME),
            {("anyone", JOB, "assumes"): "allowed", ("anyone", F, "path"): "allowed"},
            id="a role that trusts everybody, and what it may run",
        ),
        pytest.param(
            added("trust", JOB, {"AWS": FAR}, ASSUME),
            {(f"account:{FAR}", JOB, "assumes"): "unknown"},
            id="a role that trusts an account that wasn't read",
        ),
        pytest.param(
            added("trust", JOB, {"AWS": role("x", FAR)}, ASSUME),
            {(f"account:{FAR}", JOB, "assumes"): "unknown"},
            id="one that trusts a role of it",
        ),
        pytest.param(
            added("trust", JOB, "*", ASSUME, Condition=IN_ORG),
            {("organization:o-a1b2c3d4e5", JOB, "assumes"): "unknown"},
            id="a role that trusts an organization",
        ),
        pytest.param(
            added("trust", JOB, {"AWS": "*"}, ASSUME, Condition=IN_UNIT),
            {(f"organization:{PATH}", JOB, "assumes"): "unknown"},
            id="a role that trusts a unit of one",
        ),
        pytest.param(
            added("resource", F, "*", INVOKE, Condition=IN_ORG),
            {("organization:o-a1b2c3d4e5", F, "invokes"): "unknown"},
            id="a function that lets an organization in, and its aliases not",
        ),
        pytest.param(
            added("resource", LIVE, {"AWS": FAR}, INVOKE),
            {(f"account:{FAR}", LIVE, "invokes"): "unknown"},
            id="an alias that lets an account in, and its function not",
        ),
        pytest.param(
            added("resource", Q, "*", "sqs:SendMessage"),
            {("anyone", Q, "feeds"): "allowed", ("anyone", PLAIN, "path"): "allowed"},
            id="a queue that everybody may write to, and the function behind it",
        ),
        pytest.param(
            added("resource", Q, {"AWS": FAR}, "sqs:SendMessage"),
            {(f"account:{FAR}", Q, "feeds"): "unknown"},
            id="a queue that another account may write to",
        ),
        pytest.param(
            added("resource", Q, "*", "sqs:SendMessage", Condition=IN_ORG),
            {("organization:o-a1b2c3d4e5", Q, "feeds"): "unknown"},
            id="a queue that an organization may write to",
        ),
        pytest.param(
            added("resource", BUS, "*", "events:PutEvents", Condition=IN_ORG),
            {("organization:o-a1b2c3d4e5", RULE, "feeds"): "unknown"},
            id="a bus that an organization may put events on, by the rule on it",
        ),
        pytest.param(
            added("resource", BUS, {"AWS": FAR}, "events:PutEvents"),
            {(f"account:{FAR}", RULE, "feeds"): "unknown"},
            id="a bus that another account may put events on",
        ),
        pytest.param(added("resource", F, {"AWS": DEV}, INVOKE), {}, id="somebody who was read is no stranger"),
        pytest.param(added("resource", F, {"AWS": TWO}, INVOKE), {}, id="an account that was read is none"),
        pytest.param(
            added("resource", F, {"Service": "sns.amazonaws.com"}, INVOKE), {}, id="a service is nobody's account"
        ),
        pytest.param(
            added("resource", F, "*", "lambda:GetFunction", Condition=IN_ORG),
            {},
            id="what runs nothing exposes nothing",
        ),
    ],
)
def test_who_is_let_in(change: Change, exposed: dict[Row, str]) -> None:
    assert found(WORLD, change) == {row: ("missing", after) for row, after in exposed.items()}
    after = World(apply(WORLD.snapshot, [change]))
    assert isinstance(change, AddStatement)
    back = RemoveStatement(side=change.side, holder=change.holder, sid="new")
    assert found(after, back) == {row: (before, "missing") for row, before in exposed.items()}


def test_a_url_without_authentication_is_everybodys_once_both_actions_are_permitted() -> None:
    by_url: Json = {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
    via_url: Json = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    one = AddStatement(side="resource", holder=F, statement=permit("*", F, Condition=via_url))
    other = AddStatement(side="resource", holder=F, statement=allow(BY_URL, F, Principal="*", Condition=by_url))
    assert found(WORLD, one) == found(WORLD, other) == {}
    exposed = found(WORLD, one, other)
    assert exposed["anyone", f"url:{F}", "invokes_url"] == ("missing", "allowed")


def test_under_a_condition_it_is_everybodys_conditionally() -> None:
    exposed = found(WORLD, added("resource", F, "*", INVOKE, Condition=FROM_OFFICE))
    assert exposed == {("anyone", F, "invokes"): ("missing", "conditional")}


def test_who_is_denied_is_not_let_in() -> None:
    made = builder()
    made.role(JOB, [trusting(DEV), deny(ASSUME, Principal={"AWS": f"arn:aws:iam::{FAR}:root"})])
    assert found(made.world(), added("trust", JOB, {"AWS": FAR}, ASSUME)) == {}


def test_an_organization_is_told_of_where_everybody_is_not() -> None:
    """Who lets everybody in lets the organization in, which is said once."""
    members = AddStatement(side="resource", holder=F, statement=permit("*", F, Condition=IN_ORG))
    exposed = found(WORLD, added("resource", F, "*", INVOKE), members)
    assert set(exposed) == {("anyone", F, "invokes")}


def test_a_trust_that_replaces_another_closes_what_that_opened() -> None:
    made = builder()
    made.role(JOB, trusting(f"arn:aws:iam::{FAR}:root"))
    trust = {"Version": "2012-10-17", "Statement": [trusting(f"arn:aws:iam::{FAR[:-1]}8:root")]}
    assert found(made.world(), SetTrust(holder=JOB, document=trust)) == {
        (f"account:{FAR}", JOB, "assumes"): ("unknown", "missing"),
        (f"account:{FAR[:-1]}8", JOB, "assumes"): ("missing", "unknown"),
    }


def test_an_rcp_shuts_out_and_lets_in_again() -> None:
    """Organizations User Guide, "Resource control policies (RCPs)": STS is one of the services that support them."""
    made = builder()
    made.role(JOB, trusting(f"arn:aws:iam::{FAR[:-1]}8:root"))
    outside = deny(ASSUME, "*", Principal="*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})
    rcp = OrganizationPolicy(id="p-1", name="Ours", type="RESOURCE_CONTROL_POLICY", document=made.document(outside))
    made.organization = Organization(
        id="o-1", management_account=FAR, parents={ONE: "r-1", TWO: "r-1"}, policies={"p-1": rcp}, targets={"r-1": ()}
    )
    world, row = made.world(), (f"account:{FAR[:-1]}8", JOB, "assumes")
    shut = found(world, AttachRcp(policy="Ours", target="r-1"))
    assert shut == {row: ("unknown", "missing")}
    after = World(apply(world.snapshot, [AttachRcp(policy="Ours", target="r-1")]))
    assert found(after, DetachRcp(policy="Ours", target="r-1")) == {row: ("missing", "unknown")}
