"""What the project's checklist of capabilities asks of what-if, row by row: the ids are its own.

What each row rests on: Lambda Developer Guide, "Using Lambda with Amazon SQS" and "Granting Lambda function access to
other accounts"; IAM User Guide, "IAM tutorial - Delegate access across AWS accounts using IAM roles".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.answer import OpenedAnswer
from models.change import AddStatement, AttachPolicy, DetachPolicy, RemoveStatement, SetExecutionRole, SetTrust
from models.snapshot import Snapshot
from simulator.answers.can import can
from simulator.answers.paths import paths
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.cli.main import run
from simulator.collector import store
from simulator.world import World
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    allow,
    function,
    permit,
    queue,
    role,
    trusting,
    user,
)

#: The caller's account and the function's, as the checklist has them.
A, B = ONE, TWO
F, ROLE, OTHER, Q = function("f", B), role("f-role", B), role("other-role", B), queue("q", B)
DEV, INTERN, INVOKER = user("dev", A), user("intern", A), role("invoker", B)
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
RECEIVE = f"arn:aws:iam::{B}:policy/receive"


def rows(found: tuple[OpenedAnswer, ...]) -> list[tuple[str, str, str, str, str]]:
    return [(row.source, row.target, row.kind, row.before, row.after) for row in found]


def saved(snapshot: Snapshot, folder: Path) -> list[str]:
    store.save(snapshot, folder / "accounts.json")
    return ["--snapshot", str(folder / "accounts.json")]


def printed(line: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    run(line)
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


def polled() -> Builder:
    """A queue whose mapping's function has a role that may not receive from it, and another role that may."""
    made = Builder()
    made.policy(RECEIVE, allow("sqs:ReceiveMessage", Q))
    made.role(ROLE, LAMBDA_TRUST, allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes"], Q), attached=(BASIC,))
    made.role(OTHER, LAMBDA_TRUST, allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Q))
    made.function(F, role=ROLE)
    made.function(function("g", B), role=OTHER)
    made.user(user("dev", B), allow(INVOKE, F))
    made.resource(Q, "sqs:queue", B)
    made.mapping(Q, F)
    return made


def test_c3_attaching_a_policy_changes_the_verdict_of_the_mapping_and_of_nothing_else() -> None:
    answer = what_if(polled().world(), [AttachPolicy(holder=ROLE, policy=RECEIVE)], findings=True)
    assert rows(answer.opens) == [(Q, F, "polled_by", "missing", "allowed")]
    assert answer.closes == ()
    (finding,) = answer.findings
    assert (finding.function, finding.check, finding.before, finding.after) == (F, "mapping", "fail", "pass")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            AddStatement(side="identity", holder=ROLE, statement=allow("sqs:ReceiveMessage", Q)),
            id="a statement added",
        ),
        pytest.param(AttachPolicy(holder=ROLE, policy=RECEIVE), id="a policy attached"),
        pytest.param(SetExecutionRole(function=F, role=OTHER), id="the role replaced"),
    ],
)
def test_c3_whatever_mends_it_can_be_taken_back(change: Any) -> None:
    world = polled().world()
    edge = (Q, F, "polled_by", "missing", "allowed")
    assert edge in rows(what_if(world, [change]).opens)
    after = World(apply(world.snapshot, [change]))
    back = {
        "add_statement": RemoveStatement(side="identity", holder=ROLE, policy="permgraph-1", sid="#1"),
        "attach_policy": DetachPolicy(holder=ROLE, policy=RECEIVE),
        "set_execution_role": SetExecutionRole(function=F, role=ROLE),
    }[change.change]
    assert (Q, F, "polled_by", "allowed", "missing") in rows(what_if(after, [back]).closes)


def test_c3_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = saved(polled().snapshot(), tmp_path)
    out = printed(["what-if", "--attach", "f-role", "receive", *source], capsys)
    assert out.startswith("OPENS  1 change: 1 pair opens, 0 pairs close\n")
    (row,) = [line.split() for line in out.splitlines() if "polled_by" in line]
    assert row == ["queue", "q", "function", "f", "polled_by", "missing", "allowed"]


def shared() -> Builder:
    """A function whose account two of another account are allowed to call by their own, and a third is not."""
    made = Builder()
    made.user(DEV, allow(INVOKE, F))
    made.user(user("batch", A), allow("lambda:*", "*"))
    made.user(INTERN)
    made.function(F)
    made.user(user("admin", B), allow("*", "*"))
    return made


PERMIT = AddStatement(
    side="resource", holder=F, statement=permit({"AWS": f"arn:aws:iam::{A}:root"}, F, Sid="everybody-in-a")
)


def test_p7_a_statement_for_one_also_opens_for_others() -> None:
    world = shared().world()
    assert can(world, DEV, INVOKE, F).decision == "implicitDeny"
    answer = what_if(world, [PERMIT])
    assert rows(answer.opens) == [
        (user("batch", A), F, "invokes", "missing", "allowed"),
        (DEV, F, "invokes", "missing", "allowed"),
    ]
    assert answer.closes == ()
    assert can(World(apply(world.snapshot, [PERMIT])), DEV, INVOKE, F).decision == "allowed"


def test_p7_for_one_alone_it_opens_for_nobody_else() -> None:
    for_dev = AddStatement(side="resource", holder=F, statement=permit({"AWS": DEV}, F))
    assert rows(what_if(shared().world(), [for_dev]).opens) == [(DEV, F, "invokes", "missing", "allowed")]


def test_p7_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = saved(shared().snapshot(), tmp_path)
    asked = ["what-if", "--permit", "f", A, "--from", DEV, "--to", "f", "--scope", "all", *source]
    about, also = printed(asked, capsys).split("also opens")
    assert "user dev of account 111111111111  function f  invokes  missing  allowed" in about.split("asked about")[1]
    assert also.startswith("  1 pair\n")
    assert "user batch of account 111111111111  function f  invokes  missing  allowed" in also


def chained() -> Builder:
    """A's user may ask for B's role, which trusts its own account only."""
    made = Builder()
    made.user(DEV, allow(ASSUME, INVOKER, Sid="ask"))
    made.role(INVOKER, trusting(f"arn:aws:iam::{B}:root", Sid="own"), allow(INVOKE, F, Sid="call"))
    made.function(F)
    return made


TRUST = SetTrust(holder=INVOKER, document={"Version": "2012-10-17", "Statement": [trusting(DEV, Sid="partner")]})


def test_s3_a_role_that_trusts_its_own_account_is_refused_at_the_first_hop_and_mended_there() -> None:
    world = chained().world()
    (first, *_) = paths(world, DEV, F).paths
    assert [(step.kind, step.status) for step in first.steps] == [("assumes", "missing"), ("invokes", "allowed")]
    (grant,) = first.steps[0].missing
    assert (grant.account, grant.side, grant.holder, grant.principal) == (B, "trust", INVOKER, DEV)

    answer = what_if(world, [TRUST])
    assert rows(answer.opens) == [
        (DEV, INVOKER, "assumes", "missing", "allowed"),
        (DEV, F, "path", "missing", "allowed"),
    ]
    (mended, *_) = paths(World(apply(world.snapshot, [TRUST])), DEV, F).paths
    assert mended.status == "allowed"
    cited = [[(row.layer, row.holder, row.statement) for row in step.because] for step in mended.steps]
    assert cited == [
        [("identity", DEV, "ask"), ("trust", INVOKER, "partner")],
        [("identity", INVOKER, "call")],
    ]


def test_s3_directly_both_accounts_have_to_allow_it() -> None:
    direct = paths(chained().world(), DEV, F, k=2).paths[1]
    assert [(grant.account, grant.side) for grant in direct.steps[0].missing] == [(A, "identity"), (B, "resource")]


def test_s3_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = saved(chained().snapshot(), tmp_path)
    out = printed(["paths", "dev", "f", "-k", "1", *before], capsys)
    assert out.startswith("NO  no way from user dev to function f holds; the nearest lacks 1 statement\n")
    assert "- assumes  user dev -> role invoker  missing: account 222222222222, trust policy of role invoker" in out

    changes = tmp_path / "trust.json"
    changes.write_text(json.dumps({"changes": [TRUST.model_dump(mode="json")]}), encoding="utf-8")
    out = printed(["what-if", "--changes", str(changes), "--from", "dev", "--to", "f", *before], capsys)
    assert "user dev of account 111111111111  function f  path  missing  allowed  invoker" in out

    after = saved(apply(chained().snapshot(), [TRUST]), tmp_path)
    lines = [line.strip() for line in printed(["paths", "dev", "f", "-k", "1", *after], capsys).splitlines()]
    assert lines[:8] == [
        "YES  a way from user dev to function f holds",
        "",
        "allowed",
        "+ assumes  user dev -> role invoker  allowed",
        "Allow  identity-based policy of user dev, policy inline, statement ask",
        "Allow  trust policy of role invoker, statement partner",
        "+ invokes  role invoker -> function f  allowed",
        "Allow  identity-based policy of role invoker, policy inline, statement call",
    ]
