"""resource (bucket, topic, API, …) -> function: the trigger is configured, and its service may invoke the function.

Source: Lambda Developer Guide, "Granting Lambda function access to AWS services".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from models import arns
from models.context import Absent, Known, Open, State
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Part, Requirement, Status
from models.snapshot import Trigger
from simulator.edges import invokes_url
from simulator.edges.ask import Ask
from simulator.edges.existing import not_there
from simulator.edges.feeds_onward import leads_onward
from simulator.edges.invokes import ACTION
from simulator.edges.passed_on import assumed, best_name
from simulator.edges.pipes import with_reading
from simulator.edges.places import in_place
from simulator.edges.question import Nodes, Question, among, best_of, chosen, standing_for, whole
from simulator.edges.runs_as import trusts_lambda
from simulator.triggers import stage
from simulator.triggers.push import Acts, Called, Sent, TriggerService
from simulator.triggers.services import service_of
from simulator.world.caller import Source
from simulator.world.world import PLAIN_CALL, World

#: What an integration has as credentials that passes on who calls. Source: API Gateway API Reference, "Integration".
_CALLERS = re.compile(r"arn:[a-z-]+:iam::\*:user/\*")

#: What a service's request says of the source that it acts for.
_OF_SOURCES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for the triggers that are enabled, and one to whatever they may call for all that is known."""
    yield from best_of(_each(world, sources, targets, question))


def _each(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield one edge per trigger: several may be on the same source and call the same function."""
    for trigger in world.triggers.between(whole(sources), targets):
        if leads_onward(trigger):
            continue
        nodes = tuple(standing_for(trigger, sources))
        if trigger.enabled and nodes and among(trigger.target, targets):
            asked = requirements(world, trigger, question)
            yield from (Edge(node, trigger.target, EdgeKind.TRIGGERS, asked) for node in nodes)
    for trigger in _unsettled(world):
        if trigger.enabled:
            for node in standing_for(trigger, sources):
                yield from _perhaps(world, trigger, node, targets, question)


def _unsettled(world: World) -> tuple[Trigger, ...]:
    """The triggers whose target hangs on a stage variable that isn't known."""
    every = world.snapshot.triggers
    return world.memo.once(
        "unsettled triggers", None, lambda: tuple(one for one in every if stage.variables(one.target))
    )


def perhaps_calling(world: World, targets: frozenset[str]) -> list[Trigger]:
    """The triggers that may call one of `targets`: which one hangs on a stage variable that isn't known."""
    return [
        trigger
        for trigger in _unsettled(world)
        if any(stage.may_be(trigger.target, target) for target in targets & world.function_nodes.keys())
    ]


def _perhaps(world: World, trigger: Trigger, node: str, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an unknown edge to each function that may be called, and that the service (or role) may invoke."""
    for target in chosen(world.function_nodes, targets):
        if stage.may_be(trigger.target, target):
            asked = requirements(world, trigger.model_copy(update={"target": target}), question)
            if all(one.status.rank <= Status.UNKNOWN.rank for one in asked):
                yield Edge(node, target, EdgeKind.TRIGGERS, (_depends(trigger, target),))


def requirements(world: World, trigger: Trigger, question: Question) -> tuple[Part, ...]:
    """What the service, the role that it acts with or the execution role must be allowed; unknown where no row says."""
    row = service_of(trigger)
    if row is None:
        return (_unknown(trigger, f"how {trigger.service} invokes functions for it is not known to this version"),)
    if stage.variables(trigger.target):
        return (_depends(trigger, trigger.target),)
    called = arns.behind_url(trigger.target) if arns.is_url(trigger.target) else trigger.target
    if why := not_there(world, called):
        return (_refused(trigger, why),)
    if row.acts is Acts.CALLER or _CALLERS.fullmatch(trigger.role or ""):
        return (_unknown(trigger, "it invokes with the permissions of whoever calls it, who must be asked for"),)
    if row.acts is Acts.EXECUTION_ROLE:
        return _by_execution_role(world, trigger, row, question)
    if trigger.role is None and row.acts is Acts.ROLE:
        return (_unknown(trigger, f"the role with which {trigger.service} acts is not known"),)
    asked = _by_itself if trigger.role is None else _by_role
    source = _source(world, trigger, row)
    found = with_reading(world, trigger, row, source, asked(world, trigger, row, source, question), question)
    return in_place(world, trigger, row, ACTION, found)


def _source(world: World, trigger: Trigger, row: TriggerService) -> Source:
    account = world.account_of(trigger.source)
    return Source(row.sent_for(trigger.source), account if isinstance(account, str) else None)


def _by_itself(
    world: World, trigger: Trigger, row: TriggerService, source: Source, question: Question
) -> tuple[Part, ...]:
    """The function's policy lets the service in, under one of its names, for each of the actions that a call takes."""
    if row.role_across_accounts and source.account != arns.account_of(trigger.target):
        return (_refused(trigger, "a rule delivers to another account with a role, and this one has none"),)
    asks = _asks(world, trigger.target, row)
    if asks is None:
        return (_unknown(trigger, f"the AuthType of `{trigger.target}` is not known"),)
    sent = _sent(trigger, row, source)
    found = []
    for one in asks:
        asked = [
            world.foresee(
                world.caller(node),
                one.action,
                one.resource,
                question.given,
                source=source,
                in_step=True,
                fixed={**PLAIN_CALL, **dict(one.fixed or ()), **sent},
            )
            for node in _asking(world, trigger, row)
        ]
        found.append(best_name(asked))
    return tuple(found)


def _asking(world: World, trigger: Trigger, row: TriggerService) -> tuple[str, ...]:
    """The service's names; where a URL asks nobody who he is, the service is anybody too."""
    if row.called is Called.URL and invokes_url.auth_type_of(world, trigger.target) == invokes_url.UNSIGNED:
        return ("anyone",)
    return tuple(f"service:{principal}" for principal in row.principals_for(trigger.source))


def _asks(world: World, target: str, row: TriggerService) -> tuple[Ask, ...] | None:
    """What a call asks for; a function URL takes two actions. None: it hangs on a URL that isn't known."""
    if row.called is not Called.URL:
        return (Ask(ACTION, target),)
    auth_type = invokes_url.auth_type_of(world, target)
    return invokes_url.asks(target, auth_type) if auth_type else None


def _sent(trigger: Trigger, row: TriggerService, source: Source) -> dict[str, State]:
    """What the table says of the request's keys where they don't simply follow from the source."""
    fixed: dict[str, State] = {}
    if row.source_arn_sent is Sent.NO:
        fixed = dict.fromkeys(_OF_SOURCES, Absent())
    elif row.source_arn_sent is Sent.UNCONFIRMED:
        fixed["aws:sourcearn"] = Open(domain=(source.arn,) if source.arn else None)
    elif "*" in trigger.source:
        # The method ANY of an API, and what its path has in braces: a request has one method, and one path.
        fixed["aws:sourcearn"] = Open(may_be_absent=False, pattern=source.arn)
    if row.source_account is Sent.UNCONFIRMED:
        fixed["aws:sourceaccount"] = Open()
    if row.token:
        fixed["lambda:eventsourcetoken"] = Known((trigger.source,))
    return fixed


def _by_role(
    world: World, trigger: Trigger, row: TriggerService, source: Source, question: Question
) -> tuple[Part, ...]:
    """The service may assume the role, and the role may invoke the function."""
    role = world.caller(trigger.role or "")
    return (
        assumed(world, trigger, row, source, question),
        *(
            world.ask(role, action, trigger.target, question.given, in_step=True)
            for action in (ACTION, *row.role_needs)
        ),
    )


def _by_execution_role(world: World, trigger: Trigger, row: TriggerService, question: Question) -> tuple[Part, ...]:
    """Replicas of a version run with the function's own role, which has to trust Lambda and the service."""
    base, qualifier = arns.split_function(trigger.target)
    if arns.region_of(base) != row.only_in or not (qualifier or "").isdigit():
        why = f"what is associated has to be a numbered version of a function in {row.only_in}, not an alias or $LATEST"
        return (_refused(trigger, why),)
    function = world.functions.get(base)
    if function is None or not function.role:
        return (_unknown(trigger, f"the execution role of `{base}` is not known"),)
    service = f"service:{trigger.service}"
    return (trusts_lambda(world, function, question), trusts_lambda(world, function, question, service))


def _depends(trigger: Trigger, target: str) -> Requirement:
    names = ", ".join(f"`{name}`" for name in stage.variables(trigger.target))
    return _unknown(
        trigger, f"which function it calls depends on the stage variable {names}, which is not known", target
    )


def _unknown(trigger: Trigger, reason: str, target: str | None = None) -> Requirement:
    fact = MissingFact(FactKind.TRIGGERS, trigger.source, reason)
    decision = Decision(Outcome.UNKNOWN, gaps=(fact,))
    return Requirement(f"service:{trigger.service}", ACTION, target or trigger.target, decision)


def _refused(trigger: Trigger, why: str) -> Requirement:
    """Nothing that could be granted helps."""
    decision = Decision(Outcome.IMPLICIT_DENY)
    return Requirement(f"service:{trigger.service}", ACTION, trigger.target, decision, impossible=why)
