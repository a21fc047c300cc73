"""The execution role: it exists, Lambda may assume it, and it may do what features and code ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models.decision import Citation, FactKind, Layer, MissingFact
from models.edge import Edge, EdgeKind, Part, Status
from models.finding import Finding, Verdict
from models.policy import Effect, PolicyKind
from models.snapshot import Function
from simulator.diagnosis.found import held, not_held, of_edge, of_requests
from simulator.diagnosis.rules import RULES
from simulator.edges import runs_as
from simulator.edges.needed_on import default_log_group, log_group_of
from simulator.edges.needs import Needed, declared, needs_of, seen, thing
from simulator.edges.question import Question
from simulator.facts.managed import managed_policy
from simulator.world.nodes import allowing
from simulator.world.world import World

_WRITE = "logs:PutLogEvents"


def findings(world: World, function: Function, question: Question) -> Iterator[Finding]:
    """What there is to say of a function's role, and of what Lambda itself needs for it.

    Nothing of the role's permissions where it isn't there or wasn't read.
    """
    yield from _of_role(world, function, question)
    yield from _needs(world, function, question)


def _of_role(world: World, function: Function, question: Question) -> Iterator[Finding]:
    role = function.role
    if not role:
        fact = world.lacking(FactKind.FUNCTION, function.arn)
        yield _unread(function, fact or MissingFact(FactKind.FUNCTION, function.arn, "its execution role was not read"))
        return
    trust = runs_as.trusts_lambda(world, function, question)
    runs_as_it = _edge(function, EdgeKind.RUNS_AS, trust)
    if role not in world.roles:
        gaps = trust.decision.gaps
        found = _unread(function, gaps[0]) if gaps else not_held("execution-role", role, "there is no such role")
        yield replace(found, edge=runs_as_it)
        return
    yield held("execution-role", role, "the execution role is there")
    yield of_edge("role-not-assumable", role, "Lambda assumes the role", runs_as_it)
    for resource, parts in declared(world, function, question):
        yield of_requests("code-calls", resource, "the code's calls", parts)
    yield from _assumes_itself(world, role)
    yield from _other_versions(world, role)


def _edge(function: Function, kind: EdgeKind, *parts: Part) -> Edge:
    return Edge(function.arn, function.role or "", kind, parts)


def _unread(function: Function, fact: MissingFact) -> Finding:
    source = RULES["execution-role"].source
    subject = function.role or function.arn
    return Finding("execution-role", Verdict.UNKNOWN, subject, fact.reason, source, lacking=(fact,), cause=fact.about)


def _needs(world: World, function: Function, question: Question) -> Iterator[Finding]:
    """One finding for each rule and thing: a log group and its streams are one, a bucket and its objects."""
    grouped: dict[tuple[str, str], list[Needed]] = {}
    for needed in needs_of(world, function, question):
        subject = thing(needed.on) if needed.on != "*" else function.role or ""
        grouped.setdefault((needed.need.check, subject), []).append(needed)
    for (check, subject), group in grouped.items():
        parts = [part for needed in group for part in needed.parts]
        feature = group[0].feature
        found = of_requests(check, subject, feature.label, parts, feature.source, on=seen(group[0]))
        if check == "log-permissions" and _is_meant_for_another(world, function, found, question):
            about = f"the role may write to the default log group, and the function writes to {function.log_group}"
            found = of_requests("logs-group-mismatch", subject, about, parts, on=seen(group[0]))
        yield found


def _is_meant_for_another(world: World, function: Function, found: Finding, question: Question) -> bool:
    """Whether the role may write to the log group that the function would have without a choice of its own."""
    if found.verdict is not Verdict.WARNING or function.log_group in (None, default_log_group(function)):
        return False
    usual = log_group_of(function.model_copy(update={"log_group": None}))
    asked = world.foresee(world.execution_role(function.arn), _WRITE, f"{usual}:log-stream:*", question.given)
    return asked.status is Status.ALLOWED


def _assumes_itself(world: World, role: str) -> Iterator[Finding]:
    for attached in world.identity_of(role)[0]:
        for statement in allowing((attached,), runs_as.ACTION, role):
            if role in (statement.resources or ()):
                label = attached.policy.label(statement)
                cited = (Citation(Layer.IDENTITY, attached.name, label, Effect.ALLOW, attached.holder),)
                summary = "the role allows itself to assume itself, which the code has no need of"
                yield not_held("self-assume-unneeded", role, summary, cited)


def _other_versions(world: World, role: str) -> Iterator[Finding]:
    """AWS managed policies on the role whose document in the account isn't the one that comes with us."""
    for arn in world.roles[role].attached:
        ours, theirs = managed_policy(arn), world.policies.get(arn)
        if ours is None or theirs is None:
            continue
        if world.documents.published(arn, PolicyKind.IDENTITY) != world.documents.policy(
            theirs.document, PolicyKind.IDENTITY, arn
        ):
            summary = f"bundled {ours.version}, account {theirs.version}: the account's document is used"
            yield not_held("managed-policy-version", arn, summary)
