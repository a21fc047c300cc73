"""Functions with four triggers each, and their whole graph: a bucket, a topic and a rule that push, a queue that is
polled."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime

from models.edge import EdgeKind, Status
from models.snapshot import Account, Function, Mapping, Resource, Role, Snapshot, Trigger, document_id
from simulator.answers.whole_graph import whole_graph
from simulator.edges.question import Question
from simulator.graph import Graph
from simulator.world import World
from tests.bench.made import INVOKE, REGION, Json, allow, policy
from tests.bench.measures import Row, measured

FUNCTIONS = 2_000
ACCOUNTS = tuple(f"{number}" * 12 for number in range(1, 6))
TRIGGERS = 4
#: Of so many functions one doesn't let its topic invoke it.
BROKEN = 10

_POLLS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def rows() -> Iterator[Row]:
    """The graph from a snapshot that is loaded."""
    snapshot = Maker().snapshot()
    graph = Graph(World(snapshot), Question()).grow_whole()
    into = [edge for edge in graph.edges if edge.kind in (EdgeKind.TRIGGERS, EdgeKind.POLLED_BY)]
    assert len(into) == TRIGGERS * FUNCTIONS, len(into)
    broken = [edge for edge in into if edge.status is not Status.ALLOWED]
    assert len(broken) == FUNCTIONS // BROKEN, len(broken)
    assert {edge.status for edge in broken} == {Status.MISSING}
    # As the commands do with a snapshot that they have read.
    gc.disable()
    yield measured(
        f"the graph of {FUNCTIONS:,} x {TRIGGERS} triggers",
        lambda: Graph(World(snapshot), Question()).grow_whole(),
        runs=3,
        note=lambda _: f"{len(graph.edges):,} edges",
    )
    yield measured(
        "the same with what decides each",
        lambda: whole_graph(World(snapshot), limit=len(graph.nodes) + FUNCTIONS),
        runs=3,
    )
    gc.enable()


class Maker:
    def __init__(self) -> None:
        self.documents: dict[str, Json] = {}

    """Makes the accounts; `role` and `function` give those of a number."""

    def stored(self, *statements: Json) -> str:
        document = policy(*statements)
        self.documents[name := document_id(document)] = document
        return name

    def snapshot(self) -> Snapshot:
        numbers = range(FUNCTIONS)
        return Snapshot(
            taken_at=datetime(2026, 1, 1, tzinfo=UTC),
            accounts=tuple(Account(id=account) for account in ACCOUNTS),
            roles=tuple(map(self.role, numbers)),
            functions=tuple(map(self.function, numbers)),
            resources=tuple(resource for number in numbers for resource in _resources(number)),
            triggers=tuple(trigger for number in numbers for trigger in _triggers(number)),
            mappings=tuple(
                Mapping(uuid=f"{number}", source=sources_of(number)["sqs"], function=function_of(number))
                for number in numbers
            ),
            documents=self.documents,
        )

    def role(self, number: int) -> Role:
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        own = allow(_POLLS, sources_of(number)["sqs"])
        return Role(arn=role_of(number), trust=self.stored(trust), inline={"own": self.stored(own)})

    def function(self, number: int) -> Function:
        sources, account = sources_of(number), account_of(number)
        letting = [("s3", {"StringEquals": {"aws:SourceAccount": account}}), ("events", {})]
        if number % BROKEN:
            letting.append(("sns", {}))
        permits = []
        for service, more in letting:
            condition = {"ArnLike": {"aws:SourceArn": sources[service]}} | more
            caller = {"Service": f"{service}.amazonaws.com"}
            permits.append(allow(INVOKE, function_of(number), Principal=caller, Condition=condition))
        return Function(arn=function_of(number), role=role_of(number), policies={"": self.stored(*permits)})


def account_of(number: int) -> str:
    return ACCOUNTS[number % len(ACCOUNTS)]


def function_of(number: int) -> str:
    return f"arn:aws:lambda:{REGION}:{account_of(number)}:function:fn-{number}"


def role_of(number: int) -> str:
    return f"arn:aws:iam::{account_of(number)}:role/fn-{number}"


def sources_of(number: int) -> dict[str, str]:
    home = f"{REGION}:{account_of(number)}"
    return {
        "s3": f"arn:aws:s3:::data-{number}",
        "sns": f"arn:aws:sns:{home}:news-{number}",
        "events": f"arn:aws:events:{home}:rule/rule-{number}",
        "sqs": f"arn:aws:sqs:{home}:jobs-{number}",
    }


def _resources(number: int) -> Iterator[Resource]:
    kinds = {"s3": "s3:bucket", "sns": "sns:topic", "events": "events:rule", "sqs": "sqs:queue"}
    for service, arn in sources_of(number).items():
        yield Resource(arn=arn, type=kinds[service], account=account_of(number), region=REGION)


def _triggers(number: int) -> Iterator[Trigger]:
    bus = f"arn:aws:events:{REGION}:{account_of(number)}:event-bus/default"
    more = {"s3": {"events": ("s3:ObjectCreated:*",)}, "events": {"bus": bus, "pattern": '{"source": ["shop"]}'}}
    for service, arn in sources_of(number).items():
        if service != "sqs":
            target, principal = function_of(number), f"{service}.amazonaws.com"
            yield Trigger.model_validate(
                {"service": principal, "source": arn, "target": target} | more.get(service, {})
            )
