"""Two accounts of an organization, collected over HTTP from a moto server, and asked on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.cli.main import run
from tests import moto_world
from tests.collector.lacking import NOTHING
from tests.moto_world import INBOX, ORDERS, OURS, PARTNER, QUEUE, READER, REGION, RULE, TOPIC

DEV = f"arn:aws:iam::{PARTNER}:user/dev"
PIPELINE = f"arn:aws:iam::{PARTNER}:role/pipeline"
INVOKER = f"arn:aws:iam::{OURS}:role/invoker"
LIVE = f"{ORDERS}:live"
INVOKE = "lambda:InvokeFunction"

pytestmark = pytest.mark.xdist_group("moto-end-to-end")
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def snapshot_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `permgraph collect` writes."""
    folder = tmp_path_factory.mktemp("end-to-end")
    file = folder / "accounts.json"
    with moto_world.moto_server(folder / "log") as address, pytest.MonkeyPatch.context() as patch:
        moto_world.build(address)
        for name, value in moto_world.credentials(PARTNER, address).items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        line = ["collect", "--region", REGION, "--endpoint-url", address, "--assume-role", READER, "--organization"]
        assert run([*line, "--out", str(file)]) == 0
    # The server is gone by now: the answers come from the file alone.
    return file


@pytest.fixture
def ask(snapshot_file: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Ask on the command line; the exit code and the document."""

    def asked(*line: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run([*line, "--snapshot", str(snapshot_file), "--format", "json"])
        found = json.loads(capsys.readouterr().out)
        assert isinstance(found, dict)
        # Of nothing but the calls that moto lacks.
        assert {gap["reason"].partition(" ")[0] for gap in found["gaps"]} <= NOTHING.keys()
        return code, found

    return asked


def test_can(ask: Ask) -> None:
    code, answer = ask("can", "invoker", INVOKE, "orders:live")
    assert (code, answer["decision"]) == (0, "allowed")
    # The organization was read: each level down to the account allows too.
    assert [item["layer"] for item in answer["because"]] == ["identity", "scp", "scp", "scp"]
    code, answer = ask("can", f"{PARTNER}/dev", INVOKE, f"{OURS}/orders:live")
    assert (code, answer["decision"]) == (1, "implicitDeny")
    assert [(grant["account"], grant["side"]) for grant in answer["missing"]] == [
        (PARTNER, "identity"),
        (OURS, "resource"),
    ]


def test_paths_name_the_missing_edge(ask: Ask) -> None:
    code, answer = ask("paths", "dev", "orders:live")
    assert code == 1
    first = answer["paths"][0]
    assert (first["status"], first["cost"]) == ("missing", 1)
    assert [(step["from"], step["to"], step["kind"], step["status"]) for step in first["steps"]] == [
        (DEV, PIPELINE, "assumes", "allowed"),
        (PIPELINE, INVOKER, "assumes", "missing"),
        (INVOKER, LIVE, "invokes", "allowed"),
    ]
    (grant,) = first["steps"][1]["missing"]
    assert (grant["account"], grant["side"], grant["holder"]) == (OURS, "trust", INVOKER)
    assert grant["statement"] == {"Effect": "Allow", "Principal": {"AWS": PIPELINE}, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize("source", [pytest.param(name, id=name.split(":")[2]) for name in (INBOX, TOPIC, RULE)])
def test_a_trigger_is_a_path_of_its_own(ask: Ask, source: str) -> None:
    code, answer = ask("paths", source, "orders:live")
    assert code == 0
    assert [(step["from"], step["to"], step["kind"]) for step in answer["paths"][0]["steps"]] == [
        (source, LIVE, "triggers")
    ]


def test_a_queue_whose_role_may_not_read_it(ask: Ask) -> None:
    code, answer = ask("paths", QUEUE, "orders")
    assert code == 1
    step = answer["paths"][0]["steps"][0]
    assert (step["from"], step["kind"], step["status"]) == (QUEUE, "polled_by", "missing")
    assert [grant["action"] for grant in step["missing"]] == [
        "kms:Decrypt",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ]
    assert {grant["side"] for grant in step["missing"]} == {"identity"}


def test_who_can(ask: Ask) -> None:
    code, answer = ask("who-can", INVOKE, "orders:live")
    assert code == 0
    rows = [(row["principal"], row["status"], row["how"]) for row in answer["principals"]]
    assert rows[0] == (INVOKER, "allowed", "direct")
    assert [row for row in rows if row[1] == "conditional"] == [
        (f"service:{name}.amazonaws.com", "conditional", "direct") for name in ("events", "s3", "sns")
    ]
    # SNS's default topic policy lets everybody of the topic's own account publish.
    via_topic = {row["principal"] for row in answer["principals"] if row["via"] == [TOPIC]}
    assert INVOKER in via_topic
    assert not {DEV, PIPELINE} & {row[0] for row in rows}


def test_reach(ask: Ask) -> None:
    code, answer = ask("reach", "dev")
    assert code == 0
    assert answer["reaches"] == [{"node": PIPELINE, "status": "allowed", "how": "direct", "via": []}]
    code, answer = ask("reach", "invoker")
    assert (code, {(row["node"], row["how"]) for row in answer["reaches"]}) == (
        0,
        {(LIVE, "direct"), (ORDERS, "qualifier"), (LIVE, "event_source"), (ORDERS, "event_source")},
    )


def test_what_was_collected_holds_no_secret(snapshot_file: Path) -> None:
    assert moto_world.SECRET not in snapshot_file.read_text(encoding="utf-8")
