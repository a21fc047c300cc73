"""What a function needs to run and to do its work: the requests that its features and its declared calls make.

Which feature needs what is `simulator.features.table`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass

from models import arns
from models.context import Absent, Known, Open, State
from models.decision import FactKind, Layer, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Part, Status
from models.snapshot import CodeCall, Function
from simulator.edges.as_role import BY_LAMBDA, asked_of, nobody_asked, taken, unasked, unknown, unread_policy
from simulator.edges.needed_on import needed_on
from simulator.edges.polled_on import key_of
from simulator.edges.question import Nodes, Question, among
from simulator.features.keys import KEYED
from simulator.features.table import FEATURES, By, Feature, Need, On
from simulator.world.caller import Caller, Source
from simulator.world.nodes import called_node, caller_of, foresee
from simulator.world.world import World

#: Network interfaces are made from no VPC of the function's owner. Source: aws-samples/data-perimeter-policy-examples,
#: issue 63.
_FROM_NO_VPC: Table[str, State] = {**BY_LAMBDA, "aws:sourcevpc": Absent(), "aws:sourcevpce": Absent()}


@dataclass(frozen=True, slots=True)
class Needed:
    """What one need of a feature comes to for a function, on one thing: a request for each of its actions."""

    feature: Feature
    need: Need
    on: str
    parts: tuple[Part, ...]


def needs_of(world: World, function: Function, question: Question) -> Iterator[Needed]:
    """Yield what the features of a function need, in the order of the table.

    Where its role isn't in the snapshot that is what Lambda itself needs, and nothing that the role does.
    """
    caller = world.execution_role(function.arn) if function.role in world.roles else None
    for feature in FEATURES:
        if not feature.has(function):
            continue
        for need in feature.needs:
            if caller is None and need.by is not By.SERVICE:
                continue
            for on in needed_on(world, function, need.on):
                asked = tuple(_asked(world, function, caller, need, action, on, question) for action in need.actions)
                yield Needed(feature, need, on if isinstance(on, str) else on.about, asked)


def declared(world: World, function: Function, question: Question) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield what a function's code is said to do: each resource, with a request for each action."""
    for call in function.code_calls:
        for resource in call.resources:
            yield resource, called(world, function, call, resource, question)


def called(world: World, function: Function, call: CodeCall, resource: str, question: Question) -> tuple[Part, ...]:
    """The requests of one call: its actions, and what they take on the key that encrypts the resource."""
    node = f"{function.role}#{function.arn}"
    parts = [foresee(world, node, action, resource, question.given) for action in call.actions]
    on_key: dict[tuple[str, str | MissingFact], None] = {}
    for keyed in (KEYED[action.lower()] for action in call.actions if action.lower() in KEYED):
        for key in key_of(world, arns.policy_bearer(resource), keyed.attribute):
            on = key if isinstance(key, str) else nobody_asked(world, key)
            on_key.update(((action, on), None) for action in keyed.actions)
    fails = any(part.status.rank > Status.UNKNOWN.rank for part in parts)
    for action, key in on_key:
        # Nothing turns on what was taken for granted where the call fails all the same.
        if isinstance(key, str) or not fails:
            parts.append(asked_of(world, caller_of(world, node), action, key, question.given, None))
    return tuple(parts)


def edges(world: World, function: Function, targets: Nodes, question: Question) -> Iterator[Edge]:
    """Yield a `calls` edge for each thing that the features which are switched on need something on."""
    found: dict[str, list[Part]] = {}
    for needed in needs_of(world, function, question):
        target = called_node(seen(needed))
        if needed.feature.switched_on and needed.need.by is not By.SERVICE and among(target, targets):
            found.setdefault(target, []).extend(needed.parts)
    for target, parts in found.items():
        yield Edge(f"{function.role}#{function.arn}", target, EdgeKind.CALLS, tuple(parts))


def seen(needed: Needed) -> str:
    """What a picture shows: a log group and not its streams, a service where something is asked on `*`."""
    if needed.on == "*":
        service = needed.need.actions[0].partition(":")[0]
        return f"service:{service}.amazonaws.com"
    return thing(needed.on)


def thing(on: str) -> str:
    """What people would call it: a log group for its streams, a bucket for its objects."""
    return on.removesuffix("/*") if arns.service_of(on) == "s3" else on.partition(":log-stream:")[0]


def _asked(
    world: World,
    function: Function,
    caller: Caller | None,
    need: Need,
    action: str,
    on: str | MissingFact,
    question: Question,
) -> Part:
    if need.by is By.SERVICE or caller is None:
        return _by_service(world, function, action, on, question)
    fixed = _fixed(function, need, action)
    found = asked_of(world, caller, action, on, question.given, fixed)
    if isinstance(on, str):
        if need.own_side and found.status.rank < Status.MISSING.rank:
            return _by_itself(world, caller, action, on, question, found)
        if need.on is On.FILE_SYSTEM:
            return _by_file_system(world, on, found)
        if need.on is On.LOG_GROUP and found.status is Status.MISSING:
            return _or_on_streams(world, caller, action, on, question, fixed, found)
    return found


def _fixed(function: Function, need: Need, action: str) -> Table[str, State] | None:
    """What is settled by who asks; None: what any call of the code settles."""
    if need.by is By.CODE:
        return None
    if need.by is By.ROLE:
        return _FROM_NO_VPC if action.startswith("ec2:") else BY_LAMBDA
    is_named = need.by is By.ROLE_FOR_FUNCTION
    named: State = Known((function.arn,)) if is_named else Open(domain=(function.arn,))
    return {"lambda:sourcefunctionarn": named, **_of_access_point(function, need.on)}


def _of_access_point(function: Function, on: On) -> Table[str, State]:
    """What a mount says of the way it takes; a function has one file system.

    Source: Service Authorization Reference, "Condition keys for Amazon Elastic File System" and "… Amazon S3 Files".
    """
    if on not in (On.FILE_SYSTEM, On.S3_FILE_SYSTEM):
        return {}
    service = "elasticfilesystem" if on is On.FILE_SYSTEM else "s3files"
    points = tuple(arn for arn in function.file_systems if arns.service_of(arn) == service)
    by_target: dict[str, State] = {"elasticfilesystem:accessedviamounttarget": Known(("true",))}
    return {f"{service}:accesspointarn": Known(points), **(by_target if on is On.FILE_SYSTEM else {})}


def _by_itself(world: World, caller: Caller, action: str, on: str, question: Question, found: Part) -> Part:
    """Lambda looks at the role's own policies, whatever the resource's policy says.

    Source: issues 20 and 40 of gmetzker/serverless-plugin-lambda-dead-letter.
    """
    if found.decision.layers.get(Layer.IDENTITY) in (Outcome.ALLOWED, Outcome.CONDITIONAL):
        return found
    return world.ask(caller, action, on, question.given, in_step=True, fixed=BY_LAMBDA, alone=True)


def _by_file_system(world: World, on: str, found: Part) -> Part:
    """A file system without a policy lets everybody mount it who reaches it; with one it is as with any resource.

    Source: Lambda Developer Guide, "Configuring Amazon EFS file system access".
    """
    resource = world.resources.get(on)
    if resource is not None and resource.policy:
        return found
    fact = world.lacking(FactKind.RESOURCE_POLICY, on) if resource else unread_policy(world, on)
    if fact is None:
        # Nobody is asked for anything, as there is no policy by which to ask.
        return unasked(found)
    if found.status is Status.ALLOWED and not fact.refused:
        return taken(world, found, fact)
    return unknown(found.principal, found.action, on, fact)


def _or_on_streams(
    world: World,
    caller: Caller,
    action: str,
    on: str,
    question: Question,
    fixed: Table[str, State] | None,
    found: Part,
) -> Part:
    """A group's ARN is written with `:*` behind it, too.

    Source: Amazon CloudWatch Logs User Guide, "CloudWatch Logs resources and operations".
    """
    other = world.foresee(caller, action, f"{on}:*", question.given, in_step=True, fixed=fixed)
    return other if other.status.rank < found.status.rank else found


def _by_service(world: World, function: Function, action: str, on: str | MissingFact, question: Question) -> Part:
    """What Lambda itself must be allowed, for the function."""
    service = world.caller("service:lambda.amazonaws.com")
    abroad = isinstance(on, str) and arns.account_of(on) != arns.account_of(function.arn)
    if isinstance(on, MissingFact):
        return unknown(service.node, action, on.about, on)
    if fact := unread_policy(world, on):
        found = unknown(service.node, action, on, fact)
        # In its own account Lambda has added the statement itself, unless it couldn't.
        return found if fact.refused or abroad else taken(world, found, fact)
    source = Source(function.arn, arns.account_of(function.arn))
    return world.foresee(service, action, on, question.given, source=source, in_step=True)
