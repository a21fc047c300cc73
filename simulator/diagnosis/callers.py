"""Who may invoke the function, and who has but half of a permission to: the two sides of another account included.

Findings of a caller are those of its `invokes` edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models import arns
from models.context import NOTHING_GIVEN
from models.edge import Status
from models.finding import Finding, Verdict
from models.snapshot import Function
from simulator.diagnosis.found import held, not_held, of_edge
from simulator.edges import invokes, invokes_url
from simulator.edges.evidence import Evidence, acting_as, evidence, naming
from simulator.edges.question import Question
from simulator.policy.rows import Outcomes
from simulator.world.actors import actors, column
from simulator.world.nodes import caller_of, named_principals, pattern_covers, shown
from simulator.world.world import World


def nodes_of(function: Function) -> tuple[str, ...]:
    """The function with its versions and aliases."""
    return (function.arn, *(f"{function.arn}:{name}" for name in (*function.versions, *function.aliases)))


def findings(world: World, function: Function, question: Question) -> Iterator[Finding]:
    """Who may invoke it, who nearly may, and who may more than that by the way."""
    for node in nodes_of(function):
        policies = world.resource_policies(node, arns.account_of(node))[0]
        meant = evidence(world, invokes.ACTION, node, policies)
        yield from _halves(world, function, node, meant, question)
    yield _callers(world, function)
    yield from _by_the_way(world, function)


def _halves(world: World, function: Function, node: str, meant: Evidence, question: Question) -> Iterator[Finding]:
    """A finding for whoever is let in by one side only."""
    named = frozenset(actor for holder in meant.holders for actor in acting_as(world, holder))
    for edge in invokes.edges(world, named, frozenset((node,)), question) if named else ():
        if edge.status.rank <= Status.UNKNOWN.rank or "#" in edge.source or _calls_by_url(world, edge.source, node):
            continue
        found = of_edge("caller-lacks", node, f"{edge.source} is let in by half", edge)
        if _by_name(world, edge.source, node):
            yield found
        elif node == function.arn:
            # Half of a grant about many functions was hardly meant for each of them.
            yield _as_warning(found)
    for account in sorted(meant.accounts & world.collected - {arns.account_of(node)}):
        if not _anybody_of(world, account, node):
            summary = f"account {account} is let in, and none of its principals is allowed lambda:InvokeFunction on it"
            yield _as_warning(not_held("caller-lacks", node, summary, cause=f"account {account}"))


def _calls_by_url(world: World, caller: str, node: str) -> bool:
    """Whether somebody is meant to call the function's URL, of which its own checks speak."""
    url = arns.url_of(node)
    if url not in world.urls:
        return False
    asked = invokes_url.requirements(world, caller_of(world, caller), url, NOTHING_GIVEN, in_step=True)
    return asked[0].status.is_open


def _as_warning(found: Finding) -> Finding:
    return replace(found, verdict=Verdict.WARNING)


def _by_name(world: World, caller: str, node: str) -> bool:
    """Whether a statement names the very function to the caller, or the very caller to the function."""
    if caller in naming(world, invokes.ACTION).exact.get(node, ()):
        return True
    policies = world.resource_policies(node, arns.account_of(node))[0]
    return any(principal.value == caller for principal in named_principals(policies, invokes.ACTION, node))


def _anybody_of(world: World, account: str, node: str) -> bool:
    return any(arns.account_of(shown(actor)) == account for actor in _who(world, node))


def _who(world: World, node: str) -> list[str]:
    """The actors who may invoke it, by its URL too, or may for all that is known."""
    every = actors(world)
    row = _may(column(world, every, invokes.ACTION, node))
    url = world.urls.get(arns.url_of(node))
    if url and url.auth_type == invokes_url.SIGNED:
        one, other = invokes_url.asks(arns.url_of(node), url.auth_type)
        by_url = _may(column(world, every, one.action, one.resource, fixed=one.fixed))
        row |= by_url & _may(column(world, every, other.action, other.resource, fixed=other.fixed))
    return every.of(row)


def _may(found: Outcomes) -> int:
    return found.allowed | found.conditional | found.unknown


def _callers(world: World, function: Function) -> Finding:
    """Whether anybody, or anything, makes it run."""
    nodes = nodes_of(function)
    named = {
        principal
        for node in nodes
        for principal in named_principals(world.resource_policies(node, arns.account_of(node))[0], invokes.ACTION, None)
    }
    services = {principal.value for principal in named if principal.kind == "Service"}
    people = {shown(actor) for node in nodes for actor in _who(world, node)}
    there = frozenset(nodes)
    sources = len(world.triggers.between(None, there)) + len(world.mappings.between(None, there))
    counted = ((len(people), "principal"), (len(services), "service"), (sources, "event source"))
    told = [f"{number:,} {noun}{'s' if number > 1 else ''}" for number, noun in counted if number]
    if any(principal.value == "*" for principal in named):
        told.append("whoever a statement for `*` means")
    if not told:
        return not_held("callers", function.arn, "nobody may invoke it, and no event source is configured")
    return held("callers", function.arn, f"may be invoked by {', '.join(told)}")


def _by_the_way(world: World, function: Function) -> Iterator[Finding]:
    """Who names the function with a star right behind, and so covers every function whose name begins like it."""
    name = function.arn.rpartition(":")[2]
    for pattern, holders in _patterns(world).get(name, {}).items():
        others = [arn for arn in world.functions if arn != function.arn and pattern_covers(pattern, arn)]
        if others and pattern_covers(pattern, function.arn):
            names = ", ".join(arns.short(arn) for arn in others[:3]) + (" and others" if len(others) > 3 else "")
            for holder in holders:
                summary = f"{pattern} covers {names} as well"
                yield not_held("covers-other-functions", holder, summary, cause=f"{holder} {pattern}")


def _patterns(world: World) -> dict[str, dict[str, tuple[str, ...]]]:
    """By name: the patterns of functions that end in that name and a star, with who holds them."""
    return world.memo.once("patterns of functions", None, lambda: _patterns_read(world))


def _patterns_read(world: World) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for pattern, holder in naming(world, invokes.ACTION).wild:
        name = pattern.rpartition(":function:")[2]
        stem = name.removesuffix("*")
        if stem != name and stem and not any(sign in stem for sign in "*?:$"):
            held_by = found.setdefault(stem, {})
            held_by[pattern] = tuple(dict.fromkeys((*held_by.get(pattern, ()), holder)))
    return found
