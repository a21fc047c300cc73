"""principal -> event source: who may write to what makes a function run, without lambda:InvokeFunction.

Sources: S3 User Guide, "Event notification types and destinations"; SNS, SQS and EventBridge API permissions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from models import arns
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Requirement
from models.request import Attached
from models.snapshot import Trigger
from simulator.edges import feeds_polled
from simulator.edges.grantable import Ask, edges_to
from simulator.edges.question import Nodes, Question, among
from simulator.policy import match
from simulator.policy.automata import Group, witnesses
from simulator.triggers.push import Feed, TriggerService
from simulator.triggers.services import service_of
from simulator.world.world import World

MOST_NAMES = 64

#: What a source's attribute says where IAM decides who may call it, and where everybody may. Source: Amazon API
#: Gateway API Reference, "Method"; AWS AppSync API Reference, "GraphqlApi".
BY_POLICY, OPEN = "AWS_IAM", "NONE"


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for whoever may cause a source's triggers; the best of several ways to do so counts."""
    best: dict[tuple[str, str], Edge] = {}
    for target, action, resource in dict.fromkeys(_writes(world, sources, targets)):
        for edge in edges_to(world, EdgeKind.FEEDS, target, (Ask(action, resource),), sources, question):
            _keep_best(best, edge)
    for edge in feeds_polled.edges(world, sources, targets, question):
        _keep_best(best, edge)
    if among("anyone", sources):
        for edge in _from_anyone(world, targets, question):
            _keep_best(best, edge)
    yield from best.values()


def _keep_best(best: dict[tuple[str, str], Edge], edge: Edge) -> None:
    known = best.get((edge.source, edge.target))
    if known is None or edge.status.rank < known.status.rank:
        best[(edge.source, edge.target)] = edge


def _writes(world: World, sources: Nodes, targets: Nodes) -> Iterator[tuple[str, str, str]]:
    """Yield (source, action, resource) for every write that makes something run."""
    for trigger, row in _fed(world, targets):
        if _manner(world, trigger, row) == BY_POLICY:
            for feed in row.feeds_of(trigger.events):
                for resource in _resources(world, trigger, row, feed):
                    yield trigger.source, feed.action, resource


def _fed(world: World, targets: Nodes) -> Iterator[tuple[Trigger, TriggerService]]:
    """Yield the triggers that somebody may cause, with their rows."""
    for trigger in world.triggers.between(targets, None):
        if trigger.enabled and among(trigger.source, targets) and not is_fed_by_nobody(trigger):
            row = service_of(trigger)
            if row is not None:
                yield trigger, row


def _manner(world: World, trigger: Trigger, row: TriggerService) -> str | None:
    """How a source lets callers in, as its attribute says it; None: not known, or no matter of IAM alone."""
    if row.guard is None:
        return BY_POLICY
    resource = world.resources.get(trigger.source)
    return resource.attributes.get(row.guard) if resource else None


def _from_anyone(world: World, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge from `anyone` into what doesn't ask IAM who calls: open, or unknown where others decide."""
    for trigger, row in _fed(world, targets):
        manner = _manner(world, trigger, row)
        if manner == BY_POLICY:
            continue
        if manner == OPEN:
            asked = _asked_of_its_policy(world, trigger, row, question)
            yield Edge("anyone", trigger.source, EdgeKind.FEEDS, asked)
        else:
            how = f"by {row.guard} {manner}" if manner else "by more than IAM, or by what was not read"
            fact = MissingFact(FactKind.ATTRIBUTES, trigger.source, f"who may cause it is decided {how}")
            unknown = Requirement("anyone", f"cause {trigger.service}", trigger.source, _unknown(fact))
            yield Edge("anyone", trigger.source, EdgeKind.FEEDS, (unknown,))


def _unknown(fact: MissingFact) -> Decision:
    return Decision(Outcome.UNKNOWN, gaps=(fact,))


def _asked_of_its_policy(
    world: World, trigger: Trigger, row: TriggerService, question: Question
) -> tuple[Requirement, ...]:
    """An open source that has a policy is open to whom the policy lets in."""
    bearer = world.resources.get(arns.policy_bearer(trigger.source))
    if bearer is None or bearer.policy is None:
        return ()
    anyone = world.caller("anyone")
    return tuple(world.ask(anyone, feed.action, trigger.source, question.given, in_step=True) for feed in row.feeds[:1])


def is_fed_by_nobody(trigger: Trigger) -> bool:
    """A schedule, and a pattern that only AWS's own events match: `source` values that all begin with `aws.`."""
    if trigger.schedule:
        return True
    if not trigger.pattern:
        return False
    try:
        pattern = json.loads(trigger.pattern)
    except json.JSONDecodeError:
        return False
    named = pattern.get("source") if isinstance(pattern, dict) else None
    return (
        isinstance(named, list)
        and bool(named)
        and all(isinstance(item, str) and item.startswith("aws.") for item in named)
    )


def _resources(world: World, trigger: Trigger, row: TriggerService, feed: Feed) -> Iterator[str]:
    """What the write is asked for on; a feed that is for another service's sources is none."""
    one = _filled(world, trigger, row, feed.on.replace("*", "x"), str)
    if one is None or arns.service_of(one) != feed.action.partition(":")[0]:
        return
    several = _filled(world, trigger, row, feed.on, _plain) or one
    if "*" not in several:
        yield one
        return
    yield from _names_within(world, one.replace("*", "x"), several)


def _filled(
    world: World, trigger: Trigger, row: TriggerService, text: str, spelled: Callable[[str], str]
) -> str | None:
    """Put the trigger's own into a feed's resource; None if it names an attribute that the source lacks."""
    resource = world.resources.get(trigger.source)
    values = {f".{name}": value for name, value in (resource.attributes if resource else {}).items()}
    values |= row.parts_of(trigger.source)
    values |= {"source": trigger.source, "bus": trigger.bus or arns.event_bus(trigger.source)}
    values |= {"prefix": spelled(trigger.prefix or ""), "suffix": spelled(trigger.suffix or "")}
    names = re.findall(r"\{([^{}]+)\}", text)
    if any(name not in values for name in names):
        return None
    return re.sub(r"\{([^{}]+)\}", lambda found: values[found.group(1)], text)


def _names_within(world: World, plain: str, inside: str) -> Iterator[str]:
    """One name for each way in which the policies' patterns tell what is within a pattern apart; `plain` is one of it.

    So a step holds if one name exists for which it is allowed: patterns intersected, denies subtracted.
    """
    wanted = match.glob(inside)
    patterns = {pattern for pattern in _patterns(world, plain, inside) if "${" not in pattern}
    groups: tuple[Group, ...] = tuple(((match.glob(pattern), False),) for pattern in (inside, *sorted(patterns)))
    found = [name for name in witnesses(groups) if match.matches(wanted, name)]
    yield from list(dict.fromkeys((plain, *found)))[:MOST_NAMES]


def _plain(text: str) -> str:
    """A notification filter's stars and question marks are text; as a pattern they would be wild."""
    return text.replace("*", "?")


def _patterns(world: World, plain: str, inside: str) -> Iterator[str]:
    """Every pattern of a policy that may match something within."""
    bearer, service = arns.policy_bearer(plain), arns.service_of(plain) or ""
    account = world.account_of(bearer)
    own = world.resource_policies(bearer, account if isinstance(account, str) else None)[0]
    stem = re.split(r"[*?]", inside, maxsplit=1)[0]
    for pattern in (*_about(own, service), *_of_identities(world, service)):
        head = re.split(r"[*?]", pattern, maxsplit=1)[0]
        if head.startswith(stem) or (head != pattern and stem.startswith(head)):
            yield pattern


def _of_identities(world: World, service: str) -> tuple[str, ...]:
    """The patterns about a service's resources in the policies of all users and roles."""
    known = world.memo.get(("patterns about", service))
    if not isinstance(known, tuple):
        every = (attached for arn in (*world.users, *world.roles) for attached in world.identity_of(arn)[0])
        known = world.memo[("patterns about", service)] = tuple(dict.fromkeys(_about(every, service)))
    return known


def _about(policies: Iterable[Attached], service: str) -> Iterator[str]:
    for attached in policies:
        for statement in attached.policy.statements:
            for pattern in (*(statement.resources or ()), *(statement.not_resources or ())):
                if f":{service}:" in pattern:
                    yield pattern
