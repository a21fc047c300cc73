"""queue, stream, broker -> function: an enabled event source mapping whose execution role may read the source.

What that takes for each kind of source is `simulator.triggers.polled`. Source: Lambda Developer Guide, "How Lambda
processes records from stream and queue-based event sources".
"""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.context import Absent, Known, State
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Part, Requirement, Status
from models.snapshot import Mapping
from simulator.edges import invokes
from simulator.edges.as_role import BY_LAMBDA, asked_of, doubted, taken, unknown, unread_policy
from simulator.edges.existing import not_there
from simulator.edges.polled_on import asked_on, is_connection, named_by_mapping
from simulator.edges.question import Nodes, Question, among, best_of, standing_for, whole
from simulator.edges.runs_as import trusts_lambda
from simulator.triggers.polled import Need, On, PolledSource, polled
from simulator.world.caller import Caller, Source
from simulator.world.nodes import allowing
from simulator.world.world import World

#: Of what no grant mends.
_NEVER = Decision(Outcome.IMPLICIT_DENY)


def edges(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield an edge for the enabled mappings from a source to a function."""
    yield from best_of(_each(world, sources, targets, question))


def _each(world: World, sources: Nodes, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield one edge per mapping: several may read other topics of the same cluster."""
    for mapping in world.mappings.between(whole(sources), targets):
        nodes = tuple(standing_for(mapping, sources))
        if mapping.enabled and nodes and among(mapping.function, targets):
            asked = requirements(world, mapping, question)
            yield from (Edge(node, mapping.function, EdgeKind.POLLED_BY, asked) for node in nodes)


def requirements(world: World, mapping: Mapping, question: Question) -> tuple[Part, ...]:
    """What the execution role needs, and that Lambda may assume it; unknown for a source that isn't in the table."""
    row = polled(mapping.source)
    function = world.functions.get(arns.split_function(mapping.function)[0])
    if row is None or function is None or not function.role:
        what = "how Lambda polls it" if row is None else f"the execution role of `{mapping.function}`"
        fact = MissingFact(FactKind.FUNCTION, mapping.origin, f"{what} is not known to this version")
        return (unknown(mapping.origin, "lambda:CreateEventSourceMapping", mapping.origin, fact),)
    caller = world.execution_role(function.arn)
    if why := not_there(world, mapping.function):
        return (Requirement(caller.node, invokes.ACTION, mapping.function, _NEVER, impossible=why),)
    found: list[Part] = [*_abroad(row, mapping, caller), trusts_lambda(world, function, question)]
    for need in row.all_needs:
        found += _of(world, mapping, caller, need, question)
    if all(one.status.rank <= Status.UNKNOWN.rank for one in found):
        return tuple(found)
    # Nothing turns on what was taken for granted where the edge fails all the same.
    return tuple(one for one in found if not _is_only_assumed(one))


def reading(world: World, mapping: Mapping, caller: Caller, question: Question) -> tuple[Part, ...]:
    """What a pipe's role needs of what the pipe reads: the same as a function's of what Lambda polls.

    Source: EventBridge User Guide, "Permissions for Amazon EventBridge Pipes to access sources".
    """
    row = polled(mapping.source)
    if row is None:
        fact = MissingFact(FactKind.ATTRIBUTES, mapping.origin, "how a pipe reads it is not known to this version")
        return (unknown(caller.node, "pipes:CreatePipe", mapping.origin, fact),)
    return tuple(part for need in row.needs for part in _of(world, mapping, caller, need, question))


def _is_only_assumed(one: Part) -> bool:
    return one.status is Status.ALLOWED and bool(one.assumes) and not one.decision.because


def _abroad(row: PolledSource, mapping: Mapping, caller: Caller) -> Iterator[Requirement]:
    """A source of another Region or account where AWS takes none, or doesn't say that it does: no grant helps.

    Source: Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping", on Regions.
    """
    source, action = mapping.source or "", row.needs[0].actions[0]
    why = _out_of_reach(row, mapping, caller)
    if why:
        yield Requirement(caller.node, action, source, _NEVER, impossible=why)
    elif row.other_accounts == "unsaid" and _is_of_others(source, caller):
        reason = f"AWS doesn't say whether a function may poll a {row.label} of another account"
        yield unknown(caller.node, action, source, MissingFact(FactKind.ATTRIBUTES, source, reason))


def _out_of_reach(row: PolledSource, mapping: Mapping, caller: Caller) -> str:
    source = mapping.source or ""
    if source and arns.region_of(source) != arns.region_of(mapping.function):
        return f"a {row.label} has to be in the function's Region"
    if row.other_accounts == "no" and _is_of_others(source, caller):
        return f"a {row.label} has to be in the function's account"
    if row.other_accounts == "connected" and _is_of_others(source, caller) and not is_connection(source):
        return f"a {row.label} of another account is polled through a managed VPC connection"
    return ""


def _is_of_others(source: str, caller: Caller) -> bool:
    return arns.account_of(source) not in (None, caller.account)


def _of(world: World, mapping: Mapping, caller: Caller, need: Need, question: Question) -> Iterator[Part]:
    """The requirements of one need of a mapping."""
    for on in asked_on(world, mapping, need.on):
        asked = [_asked(world, mapping, caller, need, action, on, question) for action in need.actions]
        asked = [min(asked, key=lambda one: one.status.rank)] if need.any_of else asked
        yield from (doubted(world, one, mapping.origin, need.doubt) for one in asked)


def _asked(
    world: World, mapping: Mapping, caller: Caller, need: Need, action: str, on: str | MissingFact, question: Question
) -> Part:
    if need.by_lambda and isinstance(on, str):
        fact = unread_policy(world, on)
        return unknown(caller.node, action, on, fact) if fact else _by_service(world, mapping, action, on, question)
    found = asked_of(world, caller, action, on, question.given, BY_LAMBDA)
    return _unless_enough(world, mapping, caller, need, found)


def _by_service(world: World, mapping: Mapping, action: str, on: str, question: Question) -> Requirement:
    """What the Region's Lambda itself must be allowed, for the mapping and with its encryption context.

    Source: Lambda Developer Guide, "Control which events Lambda sends to your function", on encrypting filter criteria.
    """
    parts = arns.parts(mapping.function)
    region, account = (parts.region, parts.account) if parts else ("", "")
    made = f"arn:{arns.partition_of(mapping.function)}:lambda:{region}:{account}:event-source-mapping:{mapping.uuid}"
    function: State = Known((mapping.function,))
    source: State = Known((mapping.source,)) if mapping.source else Absent()
    fixed = {
        "kms:encryptioncontext:aws:lambda:functionarn": function,
        "kms:encryptioncontext:aws:lambda:eventsourcearn": source,
    }
    service = world.caller(f"service:lambda.{region}.amazonaws.com")
    return world.ask(service, action, on, question.given, source=Source(made, account), in_step=True, fixed=fixed)


def _unless_enough(world: World, mapping: Mapping, caller: Caller, need: Need, found: Part) -> Part:
    """What is refused, but allowed on less, which is taken as enough and said.

    Sources: DynamoDB Developer Guide, "IAM policy to allow an AWS Lambda function to access DynamoDB stream records";
    the pages for streams that say how objects are named.
    """
    less = _less(mapping, need, found.resource)
    if less is None or found.status is not Status.MISSING or not caller.role:
        return found
    on, reason = less
    policies, _ = world.identity_of(caller.role)
    if not any(True for _ in allowing(policies, found.action, on)):
        return found
    fact = MissingFact(FactKind.ATTRIBUTES, mapping.origin, f"{found.action} {reason}", refused=world.strict)
    return taken(world, found, fact)


def _less(mapping: Mapping, need: Need, resource: str) -> tuple[str, str] | None:
    """What may be enough instead of the resource that is asked about, and why that isn't certain."""
    if need.on is On.ANYTHING_OR_SOURCE:
        reason = "is allowed on the stream, as in AWS's sample; by AWS's reference it is asked on *"
        return mapping.source or "", reason
    if need.on is On.FAILURE_OBJECTS and resource.endswith("/*"):
        named = f"{resource.removesuffix('*')}{named_by_mapping(mapping)}x"
        return named, "is allowed on what begins as for streams; how objects are named for Kafka AWS doesn't say"
    return None
