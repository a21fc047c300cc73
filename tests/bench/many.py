"""Ten thousand callers and as many resources, one action: statuses only, against a sample of them one by one."""

from __future__ import annotations

import random
from collections.abc import Hashable

from models.context import Absent, Open, State
from models.policy import PolicyKind
from models.request import Attached, Request, Requester, RequesterKind
from simulator.policy.authorize import PolicySet, outcome
from simulator.policy.parse import parse_policy
from simulator.policy.resources import Resources
from simulator.policy.row import Rows
from simulator.policy.rows import Member, Outcomes, Target, Whose
from tests.bench.made import HOME, INVOKE, OTHER, Json, allow, policy

_OPEN = Open(may_be_absent=True, domain=("true", "false"))
_MFA = "aws:multifactorauthpresent"


class _Contexts:
    """Nothing is known but that MFA is open."""

    def context(self, number: int, resource: str) -> _Contexts:
        return self

    def lookup(self, key: str) -> State:
        return _OPEN if key.lower() == _MFA else Absent()

    def hangs_on(self, key: str) -> tuple[Whose, bool]:
        return Whose.KIND, False

    def likeness(self, number: int, whose: Whose) -> Hashable:
        return None


CONTEXTS = _Contexts()


def function(number: int) -> str:
    return f"arn:aws:lambda:eu-west-1:{OTHER if number % 2 else HOME}:function:team{number % 97}-fn{number}"


def members(count: int, resources: int) -> list[Member]:
    """Roles with three policies each: one of a few that all share, one of many that some share, one of their own."""
    chance = random.Random(7)
    few = [_attached(allow(["s3:*", "logs:*"], "*"), *_denying(number)) for number in range(5)]
    many = [_attached(*_shared(number)) for number in range(count // 10)]
    found = []
    for number in range(count):
        account = OTHER if number % 2 else HOME
        name = f"arn:aws:iam::{account}:role/role{number}"
        own = _attached(
            allow("s3:GetObject", f"arn:aws:s3:::bucket{number}/*"),
            allow(INVOKE, [function(chance.randrange(resources)), function(chance.randrange(resources))]),
        )
        requester = Requester(RequesterKind.ROLE, name, account, role=name)
        found.append(Member(requester, identity=(few[number % 5], many[chance.randrange(len(many))], own)))
    return found


def _attached(*statements: Json) -> Attached:
    return Attached("policy", parse_policy(policy(*statements), PolicyKind.IDENTITY, strict=False))


def _shared(number: int) -> list[Json]:
    condition = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}} if number % 4 == 0 else {}
    patterns = {
        0: f"arn:aws:lambda:*:*:function:team{number % 97}-*",
        1: f"arn:aws:lambda:eu-west-1:{HOME}:function:team{number % 97}-fn{number}*",
        2: f"arn:aws:lambda:eu-west-1:{OTHER}:function:*{number}",
    }
    return [allow("lambda:Invoke*", patterns[number % 3], **condition), allow("sqs:*", "*")]


def _denying(number: int) -> list[Json]:
    return [{"Effect": "Deny", "Action": "lambda:*", "Resource": f"arn:aws:lambda:*:*:function:team{number}-*"}]


def targets(count: int) -> list[Target]:
    """Functions in order of name, as rows have them; every fifth lets the other account invoke it."""
    return sorted(map(_target, range(count)), key=lambda target: target.name)


def _target(number: int) -> Target:
    arn, account = function(number), OTHER if number % 2 else HOME
    if number % 5:
        return Target(arn, account)
    other = HOME if number % 2 else OTHER
    permit = allow(INVOKE, arn, Principal={"AWS": f"arn:aws:iam::{other}:root"})
    return Target(arn, account, (Attached(arn, parse_policy(policy(permit), PolicyKind.RESOURCE, strict=False)),))


def all_at_once(callers: list[Member], resources: list[Target]) -> list[Outcomes]:
    """What each caller comes to, on a row of resources."""
    rows = Rows(Resources(INVOKE, resources), callers, CONTEXTS)
    return [rows.of(number) for number in range(len(callers))]


def one_by_one(callers: list[Member], resources: list[Target], rows: list[Outcomes], sample: int) -> int:
    """Ask a sample of the pairs by themselves, hold both to the same, and return how many are not implicitly denied."""
    chance = random.Random(3)
    telling = 0
    for _ in range(sample):
        number, place = chance.randrange(len(callers)), chance.randrange(len(resources))
        member, target = callers[number], resources[place]
        request = Request(member.requester, INVOKE, target.resource, CONTEXTS, target.account, target.traits)
        alone = outcome(request, PolicySet(member.identity, resource=target.policies))
        told = rows[number].outcome(place)
        assert told is alone or {str(told), str(alone)} == {"implicitDeny", "explicitDeny"}, (number, place)
        telling += str(told) in ("allowed", "conditional")
    return telling
