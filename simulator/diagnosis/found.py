"""Findings of a rule, from what its requests came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models import arns
from models.decision import Citation, NearMiss, Nearness
from models.edge import Edge, EdgeKind, Part, Status
from models.finding import Finding, Verdict
from simulator.diagnosis.rules import RULES

#: Near misses that are most often slips, and worth a word.
_SLIPS = (Nearness.CONDITION, Nearness.QUALIFIER, Nearness.REGION, Nearness.ACCOUNT)

_VERDICT = {
    Status.ALLOWED: Verdict.PASS,
    Status.CONDITIONAL: Verdict.CONDITIONAL,
    Status.UNKNOWN: Verdict.UNKNOWN,
}


def of_requests(
    check: str, subject: str, about: str, parts: Sequence[Part], source: str = "", *, on: str = ""
) -> Finding:
    """What requests that all have to be allowed come to. `about` is what they are for: `send to the queue x`.

    `on` is the node that they are made to, where that isn't the subject.
    """
    edge = Edge("", on or subject, EdgeKind.CALLS, tuple(parts))
    return of_edge(check, subject, about, edge, source)


def of_edge(check: str, subject: str, about: str, edge: Edge, source: str = "") -> Finding:
    """What an edge comes to: its status as a verdict, and what it lacks.

    What would only be told is no more than that where it isn't known.
    """
    rule = RULES[check]
    verdict = rule.verdict if rule.verdict is Verdict.PASS else _VERDICT.get(edge.status, rule.verdict)
    note = verdict is Verdict.PASS and edge.status is not Status.ALLOWED
    return Finding(
        check,
        verdict,
        subject,
        f"{about}: {_why(edge)}" if note or verdict is not Verdict.PASS else about,
        source or rule.source,
        edge,
        note=note,
    )


def held(check: str, subject: str, summary: str, evidence: tuple[Citation, ...] = ()) -> Finding:
    """A rule that is held to."""
    return Finding(check, Verdict.PASS, subject, summary, RULES[check].source, cited=evidence)


def not_held(
    check: str, subject: str, summary: str, evidence: tuple[Citation, ...] = (), *, cause: str = ""
) -> Finding:
    """A rule that isn't, for reasons of its own."""
    rule = RULES[check]
    note = rule.verdict is Verdict.PASS
    return Finding(check, rule.verdict, subject, summary, rule.source, cited=evidence, cause=cause, note=note)


def _why(edge: Edge) -> str:
    if edge.status is Status.UNKNOWN:
        return "; ".join(dict.fromkeys(fact.reason for fact in edge.gaps)) or "unknown"
    if edge.status is Status.CONDITIONAL:
        return "; ".join(residual.text for residual in edge.residuals) or "conditional"
    lacking = [part for part in edge.requirements if part.status is edge.status]
    actions = ", ".join(dict.fromkeys(part.action for part in lacking))
    if edge.status is Status.DENIED:
        by = ", ".join(dict.fromkeys(f"{cited.statement} of {cited.policy}" for cited in edge.because))
        return f"{actions} denied by {by}"
    if edge.impossible:
        return f"{edge.impossible} ({actions})"
    return "; ".join((f"lacks {actions}", *_nearly(lacking)))


def _nearly(lacking: Sequence[Part]) -> Iterator[str]:
    """The nearest statement that would have allowed it, and what is wrong with it."""
    if narrow := _on_less(lacking):
        yield f"{narrow.statement} of {narrow.policy} allows it on {narrow.wanted} only, and it has to be on *"
    missed = slip(lacking)
    if missed is None or narrow:
        return
    where = f"{missed.statement} of {missed.policy}"
    if missed.nearness is Nearness.QUALIFIER:
        called = lacking[0].resource
        how = f"with Qualifier={qualifier}" if (qualifier := arns.split_function(called)[1]) else "without Qualifier"
        yield f"the permission {where} is on {missed.wanted}, and {called} is called: add it {how}"
    else:
        yield f"nearly: {where} wants {missed.wanted}, and got {missed.got}"


def slip(lacking: Sequence[Part]) -> NearMiss | None:
    """The nearest statement that would have allowed it, if it was most likely meant to."""
    return next((miss for part in lacking for miss in part.decision.near_misses if miss.nearness in _SLIPS), None)


def _on_less(lacking: Sequence[Part]) -> NearMiss | None:
    """Of what has to be allowed on every resource: the statement that allows it on some."""
    asked = (part.decision.near_misses for part in lacking if part.resource == "*")
    return next((missed for misses in asked for missed in misses if missed.failed == "resource"), None)
