"""A role that was passed to a service for one of its resources: what it takes for the service to act with it.

Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models import arns
from models.context import Absent, State
from models.decision import Decision, Outcome
from models.edge import Part, Requirement, Status
from models.snapshot import Trigger
from simulator.edges.question import Question
from simulator.triggers.push import Sent, TriggerService
from simulator.world.caller import Caller, Source
from simulator.world.world import PLAIN_CALL, World

ACTION = "sts:AssumeRole"
#: What the request of a service that says nothing of its source lacks.
UNSAID: Mapping[str, State] = dict.fromkeys(
    ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"), Absent()
)
#: Why a role of another account is of no use.
ABROAD = "a role can be passed to a service in its own account only, and this one is of another account"


def assumed(world: World, trigger: Trigger, row: TriggerService, source: Source, question: Question) -> Requirement:
    """The service may assume the trigger's role, under one of its names; no grant mends a role of another account."""
    role = trigger.role or ""
    if source.account not in (None, arns.account_of(role)):
        decision = Decision(Outcome.IMPLICIT_DENY)
        return Requirement(f"service:{trigger.service}", ACTION, role, decision, impossible=ABROAD)
    callers = [world.caller(f"service:{name}") for name in row.principals_for(trigger.source)]
    if row.source_account is Sent.UNCONFIRMED:
        asked = [either_way(world, caller, role, source, question) for caller in callers]
    else:
        asked = [world.foresee(caller, ACTION, role, question.given, source=source, in_step=True) for caller in callers]
    return best_name(asked).judged


def best_name(asked: Sequence[Part]) -> Part:
    """What comes of asking for a service under each of its names: an allow of one will do, and so will a deny.

    Source: IAM User Guide, "AWS global condition context keys", aws:PrincipalServiceNamesList: a request has them all.
    """
    denied = (one for one in asked if one.status is Status.DENIED)
    return next(denied, None) or min(asked, key=lambda one: one.status.rank)


def either_way(world: World, caller: Caller, role: str, source: Source, question: Question) -> Part:
    """Whether a service may assume a role for `source`, whether or not its request says for whom.

    Of Lambda and some others no page says whether aws:SourceAccount, aws:SourceOrgID and aws:SourceArn are sent then,
    and AWS's own perimeter allows for both: "Not all services support aws:SourceOrgID enforcement on their
    sts:AssumeRole calls; however, every service performs the iam:PassRole action to verify that the role is in the same
    account". So what they say, if anything, is the source's account, and the answer is conditional only where that and
    nothing differ.

    Source: aws-samples/data-perimeter-policy-examples, "EnforceConfusedDeputyProtection" (November 2026).
    """
    given = question.given
    found = world.foresee(caller, ACTION, role, given, in_step=True)
    if found.status is not Status.CONDITIONAL or any(key in given.settled or key in given.absent for key in UNSAID):
        return found
    said = world.foresee(caller, ACTION, role, given, in_step=True, source=source)
    unsaid = world.foresee(caller, ACTION, role, given, in_step=True, fixed={**PLAIN_CALL, **UNSAID})
    return said if said.status is unsaid.status else found
