"""What functions' code is said to do.

Source: Amazon S3 User Guide, "Amazon S3 Event Notifications": an event comes of what creates, removes, … an object.
"""

from __future__ import annotations

from models.snapshot import CodeCall
from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.whole_graph import whole_graph
from simulator.world import World
from tests.worlds import INVOKE, LAMBDA_TRUST, ONE, Builder, allow, function, permit, role, user

BUCKET = "arn:aws:s3:::inbox"
DEV, READS, READER, TARGET = user("dev"), role("reads"), function("reader"), function("target")


def world(*allowed: str) -> World:
    made = Builder()
    made.user(DEV, allow(INVOKE, READER))
    made.role(READS, LAMBDA_TRUST, *(allow(action, f"{BUCKET}/*") for action in allowed))
    calls = (
        CodeCall(actions=("s3:GetObject",), resources=(f"{BUCKET}/*",)),
        CodeCall(actions=("s3:GetObject",), resources=(BUCKET,)),
    )
    made.function(READER, role=READS, code_calls=calls)
    source = {"StringEquals": {"aws:SourceAccount": ONE}, "ArnLike": {"aws:SourceArn": BUCKET}}
    made.function(TARGET, permit({"Service": "s3.amazonaws.com"}, TARGET, Condition=source))
    made.resource(BUCKET, "s3:bucket", ONE)
    made.trigger("s3.amazonaws.com", BUCKET, TARGET, events=("s3:ObjectCreated:*",))
    return made.world()


def test_who_reads_a_bucket_causes_nothing_that_is_notified_of_it() -> None:
    found = paths(world("s3:GetObject"), DEV, TARGET).paths
    assert [path.status for path in found] == ["missing"]
    assert TARGET not in {row.node for row in reach(world("s3:GetObject"), DEV).reaches}


def test_who_writes_it_does() -> None:
    found = paths(world("s3:PutObject"), DEV, TARGET).paths[0]
    assert (found.status, [step.kind for step in found.steps]) == (
        "allowed",
        ["invokes", "runs_as", "feeds", "triggers"],
    )


def test_a_graph_to_what_is_called_holds_the_call() -> None:
    drawn = whole_graph(world("s3:GetObject"), target=f"{BUCKET}/*")
    assert (READS, f"{BUCKET}/*", "calls", "allowed") in {
        (edge.source, edge.target, edge.kind, edge.status) for edge in drawn.edges
    }
