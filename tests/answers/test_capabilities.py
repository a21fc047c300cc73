"""Capabilities of the project's checklist that are about the answers as a whole: the ids are its own (P1 to P14)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from models.decision import FactKind
from models.snapshot import Organization, OrganizationPolicy
from simulator.answers.can import can
from simulator.answers.paths import paths
from simulator.answers.step import step
from simulator.answers.who_can import who_can
from simulator.answers.whole_graph import whole_graph
from simulator.changes import apply
from simulator.cli.main import run
from simulator.collector import store
from simulator.world import World
from tests.worlds import (
    ASSUME,
    INVOKE,
    ONE,
    REGION,
    TWO,
    Builder,
    additions,
    allow,
    deny,
    function,
    permit,
    role,
    topic,
    trusting,
    user,
)

ROOT = Path(__file__).parents[2]
A, B = ONE, TWO
F, BUCKET = function("f", B), "arn:aws:s3:::b"
DEV = user("dev", A)


def test_p1_a_policy_that_the_collector_was_refused_is_unknown_and_no_denial(tmp_path: Path) -> None:
    made = Builder()
    made.user(user("dev", B), allow("s3:*", "*"))
    made.function(F)
    made.function(function("f2", B), role=role("f-role", B))
    made.gap(FactKind.RESOURCE_POLICY, function("f2", B), "lambda:GetPolicy")
    snapshot = tmp_path / "accounts.json"
    store.save(made.snapshot(), snapshot)
    asked = [run(["can", "dev", INVOKE, name, "--snapshot", str(snapshot)]) for name in ("f", "f2")]
    assert asked == [1, 3]
    answer = can(World(store.load(snapshot)), user("dev", B), INVOKE, function("f2", B))
    assert (answer.decision, [fact.reason for fact in answer.gaps]) == ("unknown", ["lambda:GetPolicy denied"])


def test_p2_the_graph_holds_principals_roles_policies_and_sources_and_each_edge_its_statements() -> None:
    made = Builder()
    made.user(DEV, allow(ASSUME, role("invoker", B), Sid="may-assume"))
    made.role(role("invoker", B), trusting(DEV), allow(INVOKE, F, Sid="may-invoke"))
    made.function(
        F,
        permit(
            {"Service": "sns.amazonaws.com"}, F, Sid="topic", Condition={"ArnLike": {"aws:SourceArn": topic("t", B)}}
        ),
    )
    made.resource(topic("t", B), "sns:topic", B, region=REGION)
    made.trigger("sns.amazonaws.com", topic("t", B), F)
    world = made.world()
    graph = whole_graph(world)
    kinds = {(edge.source, edge.target): edge.kind for edge in graph.edges}
    assert kinds[(DEV, role("invoker", B))] == "assumes"
    assert kinds[(role("invoker", B), F)] == "invokes"
    assert kinds[(topic("t", B), F)] == "triggers"
    assert kinds[(F, role("f-role", B))] == "runs_as"
    for (source, target), statement in {
        (DEV, role("invoker", B)): {"may-assume", "#1"},
        (role("invoker", B), F): {"may-invoke"},
        (topic("t", B), F): {"topic"},
    }.items():
        found = step(world, source, target, kinds[(source, target)])
        assert found
        assert {cited.statement for cited in found.because} == statement
    assert {node.id for node in graph.nodes} >= {DEV, role("invoker", B), F, topic("t", B)}


def test_p3_every_service_that_the_policy_lets_in_is_listed_with_what_it_asks_of_the_source() -> None:
    made = Builder()
    of_topic = {"ArnLike": {"aws:SourceArn": topic("t", B)}}
    made.function(
        F,
        permit({"Service": "sns.amazonaws.com"}, F, Sid="topic", Condition=of_topic),
        permit({"Service": "events.amazonaws.com"}, F, Sid="any-rule"),
    )
    rows = {row.principal: row for row in who_can(made.world(), INVOKE, F).principals}
    assert rows["service:events.amazonaws.com"].status == "allowed"
    residual = rows["service:sns.amazonaws.com"].residual
    assert rows["service:sns.amazonaws.com"].status == "conditional"
    assert residual
    assert topic("t", B) in residual.text
    assert "service:s3.amazonaws.com" not in rows


def test_p4_the_shortest_chain_of_roles_first_each_hop_with_its_statement_and_cycles_end() -> None:
    made = Builder()
    one, two, three = (role(name, B) for name in ("one", "two", "three"))
    made.user(DEV, allow(ASSUME, [one, three], Sid="start"))
    made.role(one, [trusting(DEV), trusting(three)], allow(ASSUME, two, Sid="to-two"))
    made.role(two, trusting(one), allow(ASSUME, three, Sid="to-three"))
    made.role(three, [trusting(two), trusting(DEV)], allow([INVOKE], F, Sid="invoke"), allow(ASSUME, one))
    made.function(F)
    answer = paths(made.world(), DEV, F, k=5)
    ways = [[item.target for item in path.steps] for path in answer.paths if path.status == "allowed"]
    assert ways == [[three, F], [one, two, three, F]]
    hops = [{cited.statement for cited in item.because} for item in answer.paths[0].steps]
    assert hops == [{"start", "#2"}, {"invoke"}]


def test_p5_an_address_that_is_not_known_makes_it_conditional_and_says_on_what() -> None:
    made = Builder()
    only = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    made.user(user("dev", B), allow(INVOKE, F, Condition=only))
    made.function(F)
    answer = can(made.world(), user("dev", B), INVOKE, F)
    assert answer.decision == "conditional"
    assert answer.residual
    assert "aws:SourceIp" in answer.residual.text
    assert "203.0.113.0/24" in answer.residual.text


def test_p6_what_is_missing_is_minimal_and_on_each_side_and_mends_it() -> None:
    made = Builder()
    made.user(DEV)
    made.function(F)
    (first, *_) = paths(made.world(), DEV, F).paths
    grants = [grant for item in first.steps for grant in item.missing]
    assert [(grant.side, grant.account) for grant in grants] == [("identity", A), ("resource", B)]
    assert grants[0].statement == {"Effect": "Allow", "Action": INVOKE, "Resource": F}
    assert grants[1].statement == {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": INVOKE, "Resource": F}
    snapshot = made.snapshot()
    assert can(World(apply(snapshot, additions(grants))), DEV, INVOKE, F).decision == "allowed"
    for left_out in grants:
        rest = additions(grant for grant in grants if grant is not left_out)
        assert can(World(apply(snapshot, rest)), DEV, INVOKE, F).decision == "implicitDeny"


def test_p8_an_unknown_key_of_a_scenario_is_an_error_with_line_and_column_and_a_suggestion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "typo.yaml"
    file.write_text('name: t\naccounts: {ours: "222222222222"}\nroles:\n  r: {trus: {AWS: ours}}\n', encoding="utf-8")
    assert run(["test", str(file)]) == 2
    err = capsys.readouterr().err
    assert f"{file}:4:7: roles.r.trus: " in err
    assert "did you mean `trust`?" in err


def organized(made: Builder, *, management: str = "999999999999", rcp: bool = False) -> World:
    """An organization whose root denies all of Lambda; with an RCP that does so too."""
    kinds = {"p-full": allow("*", "*"), "p-deny": deny("lambda:*", "*", Sid="no-lambda")}
    policies = {
        name: OrganizationPolicy(id=name, name=name, type="SERVICE_CONTROL_POLICY", document=made.document(one))
        for name, one in kinds.items()
    }
    if rcp:
        document = made.document(deny("lambda:*", "*", Principal="*"))
        policies["p-rcp"] = OrganizationPolicy(
            id="p-rcp", name="p-rcp", type="RESOURCE_CONTROL_POLICY", document=document
        )
    made.organization = Organization(
        id="o-a1b2c3d4e5",
        management_account=management,
        parents=dict.fromkeys((A, B), "r-root"),
        policies=policies,
        targets={"r-root": tuple(policies), A: ("p-full",), B: ("p-full",)},
    )
    return made.world()


@pytest.mark.parametrize(
    "management, decision",
    [
        pytest.param("999999999999", "explicitDeny", id="a member"),
        pytest.param(B, "allowed", id="the management account"),
    ],
)
def test_p10_an_scp_does_not_bind_the_management_account(management: str, decision: str) -> None:
    made = Builder()
    made.user(user("dev", B), allow(INVOKE, F))
    made.function(F)
    answer = can(organized(made, management=management), user("dev", B), INVOKE, F)
    assert answer.decision == decision
    assert [cited.policy for cited in answer.because if cited.effect == "Deny"] == (
        ["p-deny"] if decision == "explicitDeny" else []
    )


def test_p10_neither_scps_nor_rcps_keep_a_bucket_from_invoking() -> None:
    made = Builder()
    of_ours = {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": B}}
    made.function(F, permit({"Service": "s3.amazonaws.com"}, F, Condition=of_ours))
    made.resource(BUCKET, "s3:bucket", B, region=REGION)
    made.trigger("s3.amazonaws.com", BUCKET, F, events=("s3:ObjectCreated:*",))
    found = step(organized(made, rcp=True), BUCKET, F, "triggers")
    assert found
    assert found.status == "allowed"


_NO_SOCKET = """
import socket, sys
def refused(*args, **more):
    raise AssertionError("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
from simulator.cli.main import run
from simulator.collector import store
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "line",
    [
        ["demo"],
        ["can", "partner/dev", INVOKE, "ours/orders"],
        ["paths", "partner/dev", "ours/orders"],
        ["who-can", INVOKE, "ours/orders"],
        ["reach", "partner/dev"],
        ["diagnose", "--all"],
        ["graph", "--format", "json"],
    ],
    ids=lambda line: line[0],
)
def test_p14_no_command_but_collect_opens_a_socket(line: list[str]) -> None:
    scenario = [] if line == ["demo"] else ["--scenario", str(ROOT / "scenarios/rule-caller-lacks.yaml")]
    done = subprocess.run(
        [sys.executable, "-c", _NO_SOCKET, *line, *scenario], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stderr == ""
    assert done.returncode in (0, 1)
    assert done.stdout
