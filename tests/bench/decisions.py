"""Decisions without reasons, of requests and policies that were made ready before: a realistic mix of 20 statements."""

from __future__ import annotations

import random
from collections.abc import Iterator

from models.request import Request
from simulator.answers.line_request import read_policies, read_request
from simulator.policy.authorize import PolicySet, authorize, outcome
from tests.bench.made import CALLER, HOME, INVOKE, OTHER, Json, allow, function_arn, policy
from tests.bench.measures import Row, measured

REQUESTS = 200
ROUNDS = 20


def mix() -> list[Json]:
    """Eight statements of identity-based policies, four of the function's, two of a boundary, six of two SCP levels."""
    chance = random.Random(1)
    return [_request(chance, number) for number in range(REQUESTS)]


def _request(chance: random.Random, number: int) -> Json:
    function = function_arn(f"f{number % 50}")
    principals = [CALLER, f"arn:aws:iam::{HOME}:root", f"arn:aws:iam::{OTHER}:role/x"]
    region = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
    everything = allow("*", "*")
    return {
        "principal": CALLER,
        "action": INVOKE,
        "resource": function,
        "context": {"aws:PrincipalTag/team": f"t{number % 4}", "aws:RequestedRegion": "eu-west-1"},
        "policies": {
            "identity": [policy(*(_own(chance, number, place) for place in range(4))) for _ in range(2)],
            "resource": policy(
                *(allow(INVOKE, function, Principal={"AWS": chance.choice(principals)}) for _ in range(4))
            ),
            "boundary": policy(allow("lambda:*", "*"), allow("s3:*", "*")),
            "scps": [
                [policy(everything)],
                [policy(everything, _deny("organizations:*"), _deny("*", Condition=region), _deny("iam:*"))],
            ],
        },
    }


def _own(chance: random.Random, number: int, place: int) -> Json:
    actions = chance.choice([[INVOKE, "lambda:Get*"], "s3:GetObject", "sqs:*", ["logs:PutLogEvents"], "lambda:*"])
    resources = chance.choice(
        [
            function_arn(f"f{number}-{place}"),
            function_arn(f"f{chance.randrange(50)}*"),
            "*" if chance.random() < 0.2 else function_arn("x*y"),
            [function_arn("a"), function_arn("b*")],
        ]
    )
    tagged = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": [f"t{chance.randrange(4)}"]}}}
    return allow(actions, resources, **(tagged if chance.random() < 0.3 else {}))


def _deny(action: str, **more: object) -> Json:
    return {"Effect": "Deny", "Action": action, "Resource": "*"} | more


def opened(request: Json) -> Json:
    """The same request with nothing known of its context."""
    return request | {"context": {}, "open_keys": list(request["context"])}


def rows() -> Iterator[Row]:
    for what, requests in (
        ("a decision of 20 statements, warm", mix()),
        ("the same, every key open", [opened(request) for request in mix()]),
    ):
        ready = [_ready(request) for request in requests]
        assert all(outcome(*pair) is authorize(*pair).outcome for pair in ready), "both forms have to agree"

        def alone(ready: list[tuple[Request, PolicySet]] = ready) -> None:
            for _ in range(ROUNDS):
                for request, policies in ready:
                    outcome(request, policies)

        def explained(ready: list[tuple[Request, PolicySet]] = ready) -> None:
            for request, policies in ready:
                authorize(request, policies)

        yield measured(
            what,
            alone,
            each=ROUNDS * REQUESTS,
            plain=("with its reasons", explained),
            plain_each=REQUESTS,
            note=lambda median: f"{1 / median:,.0f}/s",
        )


def _ready(request: Json) -> tuple[Request, PolicySet]:
    read, _ = read_request(request)
    return read, read_policies(request["policies"], read)
