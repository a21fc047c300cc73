"""What AWS refuses of notifications, event patterns and mappings, said where it stands in a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import InputError
from models.snapshot import Snapshot
from simulator.scenario import load

WORLD = """\
name: x
accounts: {ours: "111111111111"}
region: eu-west-1
functions:
  f: {versions: [1], aliases: {live: 1}}
  g: {}
resources:
  queue: {type: "sqs:queue"}
  stream: {type: "kinesis:stream", arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"}
  table: {type: "dynamodb:stream", arn: "arn:aws:dynamodb:eu-west-1:111111111111:table/t/stream/2026-01-01T00:00:00"}
  cluster: {type: "kafka:cluster", arn: "arn:aws:kafka:eu-west-1:111111111111:cluster/c/1-2-3"}
"""
#: Source: S3 API Reference, "LambdaFunctionConfiguration", the valid values of Events.
EVENTS = (
    "s3:ReducedRedundancyLostObject",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:ObjectRestore:Delete",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectAcl:Put",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAnnotation:*",
    "s3:ObjectAnnotation:Put",
    "s3:ObjectAnnotation:Delete",
    "s3:ObjectRetention:Put",
)


def loaded(folder: Path, more: str) -> Snapshot:
    file = folder / "x.yaml"
    file.write_text(WORLD + more, encoding="utf-8")
    return load(file).snapshot


def bucket(events: str) -> str:
    return f"  inbox: {{type: 's3:bucket', notifies: [{{to: f, events: {events}}}]}}\n"


def rule(pattern: str) -> str:
    return f"  r: {{type: 'events:rule', pattern: {pattern}, targets: [{{to: f}}]}}\n"


def mappings(*rows: str) -> str:
    return "mappings:\n" + "".join(f"  - {{{row}}}\n" for row in rows)


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_of_s3_is_taken(tmp_path: Path, event: str) -> None:
    (trigger,) = loaded(tmp_path, bucket(f'"{event}"')).triggers
    assert trigger.events == (event,)


@pytest.mark.parametrize(
    "more, problem",
    [
        pytest.param(
            bucket('["s3:ObjectCreated:*", "s3:Bogus"]'),
            "x.yaml:12:80: resources.inbox.notifies[0].events[1]: `s3:Bogus` is not an event of S3",
            id="the event is not supported for notifications",
        ),
        pytest.param(
            bucket('"s3:ObjectCreate:Put"'),
            "x.yaml:12:57: resources.inbox.notifies[0].events: `s3:ObjectCreate:Put` is not an event of S3; "
            "did you mean `s3:ObjectCreated:Put`",
            id="an event that is misspelled",
        ),
        pytest.param(bucket('"s3:*"'), "`s3:*` is not an event of S3", id="s3:* is no valid value of Events"),
        pytest.param(
            bucket("[]"),
            "x.yaml:12:57: resources.inbox.notifies[0].events: a notification needs an event",
            id="Events is required",
        ),
        pytest.param(
            rule("{source: shop}"),
            "x.yaml:12:46: resources.r.pattern.source: in an event pattern this is a list or a mapping",
            id='"source" must be an object or an array',
        ),
        pytest.param(
            rule("{source: [shop], detail: {order: {total: 5}}}"),
            "x.yaml:12:78: resources.r.pattern.detail.order.total: in an event pattern this is a list or a mapping",
            id='"total" must be an object or an array',
        ),
        pytest.param(
            rule("{source: []}"),
            "x.yaml:12:46: resources.r.pattern.source: in an event pattern a list is never empty",
            id="empty arrays are not allowed",
        ),
        pytest.param(
            rule("{}"),
            "x.yaml:12:37: resources.r.pattern: in an event pattern a mapping is never empty",
            id="empty objects are not allowed",
        ),
        *(
            pytest.param(
                mappings(f"from: {source}, to: f", "from: queue, to: g", f"from: ours/{source}, to: f, enabled: false"),
                "x.yaml:15:5: mappings[2]: mappings[0] is from the same source to the same function already",
                id=f"the event source arn and function provided mapping already exists: {source}",
            )
            for source in ("queue", "stream", "table")
        ),
    ],
)
def test_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, problem: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        loaded(Path(), more)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("{source: [shop], detail-type: [Placed, Paid]}", id="lists of values"),
        pytest.param("{detail: {total: [{numeric: ['>', 5]}], gift: [true, null]}}", id="a mapping, matchers, null"),
        pytest.param("{$or: [{source: [shop]}, {detail: {kind: [a]}}]}", id="$or of patterns"),
    ],
)
def test_what_eventbridge_takes_is_a_pattern(tmp_path: Path, pattern: str) -> None:
    (trigger,) = loaded(tmp_path, rule(pattern)).triggers
    assert trigger.pattern


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(("from: queue, to: f", "from: queue, to: g"), id="one queue, two functions"),
        pytest.param(("from: queue, to: f", "from: stream, to: f"), id="two sources, one function"),
        pytest.param(("from: queue, to: f", "from: queue, to: 'f:live'"), id="a function and its alias"),
        pytest.param(
            ("from: cluster, to: f, topics: a", "from: cluster, to: f, topics: b"), id="two topics of one cluster"
        ),
    ],
)
def test_other_mappings_are_taken(tmp_path: Path, rows: tuple[str, ...]) -> None:
    assert len(loaded(tmp_path, mappings(*rows)).mappings) == len(rows)
