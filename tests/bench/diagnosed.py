"""Diagnoses of all functions of five accounts: four triggers each, and the features of each kind."""

from __future__ import annotations

import gc
from collections.abc import Iterator

from models.decision import FactKind
from models.finding import Verdict
from models.snapshot import Assumption, EventInvoke, Function, Resource, Role, Snapshot, User, VpcConfig
from simulator.answers.diagnose import diagnose, diagnose_all
from simulator.world import World
from tests.bench.made import INVOKE, REGION, allow
from tests.bench.measures import Row, measured
from tests.bench.triggered import ACCOUNTS, BROKEN, FUNCTIONS, Maker, account_of, function_of, sources_of

#: A user who may invoke it, for so many functions.
USERS = 4
#: Every so many functions: tracing, a VPC, a dead-letter queue, a destination. The roles of half of the VPCs lack it.
TRACED, IN_VPC, DEAD_LETTERED, DESTINED = 2, 4, 5, 6
SAMPLE = 40

_LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
_TRACES = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
_INTERFACES = [
    f"ec2:{what}"
    for what in (
        "CreateNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
    )
]


def rows() -> Iterator[Row]:
    """All functions, from a snapshot that is loaded; a sample of them is held to its diagnosis one by one."""
    snapshot = _Maker().snapshot()
    world = World(snapshot)
    answer = diagnose_all(world)
    failed = [row.function for row in answer.functions if row.verdict == Verdict.FAIL]
    expected = [number for number in range(FUNCTIONS) if not number % BROKEN or _lacks_interfaces(number)]
    assert sorted(failed) == sorted(map(function_of, expected)), len(failed)
    by_name = {row.function: row for row in answer.functions}
    for number in range(0, FUNCTIONS, FUNCTIONS // SAMPLE):
        alone = diagnose(world, function_of(number))
        told = tuple(row for row in alone.findings if row.note or row.verdict not in ("pass", "not_applicable"))
        assert by_name[alone.function].findings == told, alone.function
        assert by_name[alone.function].verdict == alone.verdict
    gc.disable()
    yield measured(
        f"diagnose --all, {FUNCTIONS:,} functions",
        lambda: diagnose_all(World(snapshot)),
        runs=3,
        note=lambda _: f"{len(answer.issues):,} causes",
    )
    gc.enable()


def _lacks_interfaces(number: int) -> bool:
    return number % (2 * IN_VPC) == 0


class _Maker(Maker):
    def snapshot(self) -> Snapshot:
        found = super().snapshot()
        numbers = range(FUNCTIONS)
        dead = (
            Resource(arn=_dead(number), type="sqs:queue", account=account_of(number), region=REGION)
            for number in numbers
        )
        users = tuple(
            User(
                arn=f"arn:aws:iam::{account_of(number)}:user/dev-{number}",
                inline={"own": self.stored(allow(INVOKE, function_of(number)))},
            )
            for number in numbers
            if number % USERS == 0
        )
        unread = tuple(
            Assumption(what=FactKind.ORGANIZATION, about=account, reason="the organization was not read")
            for account in ACCOUNTS
        )
        return found.model_copy(
            update={
                "resources": (*found.resources, *dead),
                "users": users,
                "assumptions": unread,
                "documents": self.documents,
            }
        )

    def role(self, number: int) -> Role:
        group = f"arn:aws:logs:{REGION}:{account_of(number)}:log-group:/aws/lambda/fn-{number}"
        more = [allow(_LOGS, f"{group}:*"), allow(_TRACES, "*"), allow("sqs:SendMessage", _dead(number))]
        if number % IN_VPC == 0 and not _lacks_interfaces(number):
            more.append(allow(_INTERFACES, "*"))
        found = super().role(number)
        return found.model_copy(update={"inline": {**found.inline, "more": self.stored(*more)}})

    def function(self, number: int) -> Function:
        has = {
            "tracing": (number % TRACED == 0, "Active"),
            "vpc": (number % IN_VPC == 0, VpcConfig(subnets=("subnet-1",), vpc="vpc-1")),
            "dead_letter": (number % DEAD_LETTERED == 0, _dead(number)),
            "event_invokes": (number % DESTINED == 0, (EventInvoke(on_failure=_dead(number)),)),
        }
        return super().function(number).model_copy(update={name: to for name, (wanted, to) in has.items() if wanted})


def _dead(number: int) -> str:
    return sources_of(number)["sqs"].replace(":jobs-", ":dead-")
